using Domi.BackOffice.Companies;
using Domi.BackOffice.Connections;
using Domi.BackOffice.Invoices;
using Domi.Platform;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Settings;

/// <summary>The own company: who it is, how it numbers, who sends its invoices.</summary>
public sealed class IndexModel(OfficeDb db, EditCompany edit, Actor actor, Texts t) : PageModel
{
    public sealed class FactsForm
    {
        public int? Version { get; init; }
        public string? Name { get; init; }
        public string? EnterpriseNumber { get; init; }
        public string? Street { get; init; }
        public string? Zip { get; init; }
        public string? City { get; init; }
        public string? Country { get; init; }
        public string? Email { get; init; }
        public string? Phone { get; init; }
        public string? Website { get; init; }
        public string? Account { get; init; }
        public string? Bic { get; init; }
        public string? Language { get; init; }
    }

    public sealed class NumberingForm
    {
        public int? Version { get; init; }
        public string? DueDays { get; init; }
        public string? VatRate { get; init; }
        public PaymentReferenceKind PaymentReference { get; init; }
        public int FiscalYearStartMonth { get; init; }
        public string? InvoiceFormat { get; init; }
        public string? CreditNoteFormat { get; init; }
    }

    public sealed class MailForm
    {
        public int? Version { get; init; }
        public string? ReplyTo { get; init; }
        public string? Signature { get; init; }
    }

    public sealed class SendingForm
    {
        public int? Version { get; init; }
        public SentBy Invoices { get; init; }
        public SentBy Reminders { get; init; }
        public bool InvoiceSwitchChecked { get; init; }
        public bool ReminderSwitchChecked { get; init; }
        public bool SendsWhenNumbered { get; init; }
        public int? ProfileForPersons { get; init; }
        public int? ProfileForCompanies { get; init; }
    }

    public sealed class LogoForm
    {
        public IFormFile? File { get; init; }
        public bool Remove { get; init; }
    }

    [BindProperty]
    public FactsForm Facts { get; set; } = new();

    [BindProperty]
    public NumberingForm Numbering { get; set; } = new();

    [BindProperty]
    public MailForm Mail { get; set; } = new();

    [BindProperty]
    public SendingForm Sending { get; set; } = new();

    [BindProperty]
    public LogoForm Logo { get; set; } = new();

    public OwnCompany Company { get; private set; } = null!; // set before the page is drawn

    public IReadOnlyList<InvoiceKind> Locked { get; private set; } = [];

    public IReadOnlyList<ProviderProfile> Profiles { get; private set; } = [];

    public Task<IActionResult> OnGetAsync(CancellationToken ct) => DrawAsync("", ct);

    public Task<IActionResult> OnPostFactsAsync(CancellationToken ct) => SaveAsync("Facts", id => edit.SaveFactsAsync(id, Facts.Version,
        new(Facts.Name ?? "", Facts.EnterpriseNumber, Facts.Street ?? "", Facts.Zip ?? "", Facts.City ?? "", Facts.Country ?? "", Facts.Email ?? "", Facts.Phone, Facts.Website, Facts.Account, Facts.Bic, Facts.Language ?? "fr"), ct), ct);

    public async Task<IActionResult> OnPostNumberingAsync(CancellationToken ct)
    {
        var days = WholeLine.Read(ModelState, "Numbering.DueDays", Numbering.DueDays, t);
        var rate = LineText.ReadOne(ModelState, "Numbering.VatRate", Numbering.VatRate, t);
        if (days is not { } due || rate is not { } vat) return await DrawAsync("Numbering", ct);
        return await SaveAsync("Numbering", id => edit.SaveNumberingAsync(id, Numbering.Version,
            new(due, vat, Numbering.PaymentReference, Numbering.FiscalYearStartMonth, Numbering.InvoiceFormat ?? "", Numbering.CreditNoteFormat ?? ""), ct), ct);
    }

    public Task<IActionResult> OnPostMailAsync(CancellationToken ct) => SaveAsync("Mail", id => edit.SaveMailAsync(id, Mail.Version, Mail.ReplyTo, Mail.Signature, ct), ct);

    public Task<IActionResult> OnPostSendingAsync(CancellationToken ct) => SaveAsync("Sending", id => edit.SaveSendingAsync(id, Sending.Version,
        new(Sending.Invoices, Sending.Reminders, Sending.InvoiceSwitchChecked, Sending.ReminderSwitchChecked, Sending.SendsWhenNumbered, Sending.ProfileForPersons, Sending.ProfileForCompanies), ct), ct);

    public async Task<IActionResult> OnPostLogoAsync(CancellationToken ct)
    {
        if (Logo is { Remove: false, File: null or { Length: 0 } })
        {
            ModelState.AddModelError("Logo.File", t["settings.logo.missing"]);
            return await DrawAsync("Logo", ct);
        }

        var picture = Logo.Remove ? null : await Upload.ReadAsync(Logo.File!, EditCompany.MostLogoBytes + 1, ct);
        return await SaveAsync("Logo", id => edit.SaveLogoAsync(id, picture, ct), ct);
    }

    public async Task<IActionResult> OnGetLogoAsync(CancellationToken ct)
    {
        var hash = await db.Companies.Select(c => c.LogoHash).SingleOrDefaultAsync(ct);
        return hash is not null && await Blob.ReadAsync(db, hash, ct) is { } picture ? File(picture, EditCompany.TypeOf(picture) ?? "application/octet-stream") : NotFound();
    }

    private async Task<IActionResult> SaveAsync(string form, Func<Guid, Task<OwnCompany>> save, CancellationToken ct)
    {
        if (actor.CompanyId is not { } id) return NotFound();
        if (await ModelState.AcceptsAsync(t, () => save(id), form) is null) return await DrawAsync(form, ct);
        TempData["Toast"] = t["common.changes_saved"];
        return RedirectToPage(null, null, null, form.ToLowerInvariant());
    }

    /// <summary>The form that was posted stays as it was typed; the others show what is stored.</summary>
    private async Task<IActionResult> DrawAsync(string posted, CancellationToken ct)
    {
        db.ChangeTracker.Clear();
        if (await db.Companies.AsNoTracking().SingleOrDefaultAsync(ct) is not { } c) return NotFound();

        Company = c;
        Locked = await edit.LockedAsync(c, ct);
        Profiles = await db.ProviderProfiles.AsNoTracking().Where(p => p.IsActive && db.Connections.Any(x => x.Id == p.ConnectionId && x.IsActive)).OrderBy(p => p.Name).ThenBy(p => p.Number).ToListAsync(ct);
        if (posted != "Facts")
            Facts = new()
            {
                Version = c.Version,
                Name = c.Name,
                EnterpriseNumber = c.EnterpriseNumber?.ToString(),
                Street = c.Street,
                Zip = c.Zip,
                City = c.City,
                Country = c.Country,
                Email = c.Email,
                Phone = c.Phone,
                Website = c.Website,
                Account = c.Account?.ToString(),
                Bic = c.Bic?.Value,
                Language = c.Language,
            };
        if (posted != "Numbering")
            Numbering = new()
            {
                Version = c.Version,
                DueDays = WholeLine.Write(c.DefaultDueDays),
                VatRate = LineText.Write(c.DefaultVatRate),
                PaymentReference = c.PaymentReference,
                FiscalYearStartMonth = c.FiscalYearStartMonth,
                InvoiceFormat = c.InvoiceNumberFormat,
                CreditNoteFormat = c.CreditNoteNumberFormat,
            };
        if (posted != "Mail") Mail = new() { Version = c.Version, ReplyTo = c.ReplyTo, Signature = c.MailSignature };
        if (posted != "Sending")
            Sending = new()
            {
                Version = c.Version,
                Invoices = c.InvoicesSentBy,
                Reminders = c.RemindersSentBy,
                SendsWhenNumbered = c.SendsWhenNumbered,
                ProfileForPersons = c.DefaultProfileForPersons,
                ProfileForCompanies = c.DefaultProfileForCompanies,
            };
        return Page();
    }
}
