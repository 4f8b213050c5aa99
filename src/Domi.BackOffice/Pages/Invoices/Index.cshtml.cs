using Domi.BackOffice.Companies;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Pages.Shared;
using Domi.BackOffice.Runs;
using Domi.Platform;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Invoices;

/// <summary>The numbered invoices: key figures, saved views, filters, and actions on a selection.</summary>
public sealed class IndexModel(OfficeDb db, StartRun startRun, Actor actor, BusinessClock clock, Texts t) : PageModel
{
    public const int PageSize = 50;

    public sealed record Row(Guid Id, string Number, string Relation, string? Communication, DateOnly Date, DateOnly? DueOn, decimal Total, decimal Open, StateView Payment, StateView Sending, StateView Link);

    public sealed record SavedView(string Name, int Count);

    public InvoiceFilter Filter { get; private set; } = new();

    public InvoiceFigures Figures { get; private set; } = null!; // set before the page is drawn

    public IReadOnlyList<Row> Rows { get; private set; } = [];

    public IReadOnlyList<SavedView> Saved { get; private set; } = [];

    public IReadOnlyList<int> Years { get; private set; } = [];

    public string? RelationName { get; private set; }

    public string? Newer { get; private set; }

    public string? Older { get; private set; }

    public bool ProviderSendsInvoices { get; private set; }

    public bool ProviderSendsReminders { get; private set; }

    public DateOnly Today => clock.Today;

    public async Task<IActionResult> OnGetAsync([FromQuery] InvoiceFilter filter, CancellationToken ct)
    {
        Filter = filter;
        await filter.LookUpAsync(db, ct);
        if (await db.Companies.AsNoTracking().SingleOrDefaultAsync(ct) is not { } company) return NotFound();

        (ProviderSendsInvoices, ProviderSendsReminders) = (company.InvoicesSentBy is SentBy.Provider, company.RemindersSentBy is SentBy.Provider);
        (Figures, var counts) = await InvoiceFigures.ReadAsync(db, filter, Today, ct);
        Saved = [.. InvoiceFilter.Views.Select(view => new SavedView(view, counts[view]))];
        Years = await db.InvoiceTotals.Select(x => x.Month.Year).Distinct().OrderByDescending(y => y).ToListAsync(ct);
        if (filter.Relation is { } id) RelationName = await db.Relations.Where(r => r.Id == id).Select(r => r.Name).SingleOrDefaultAsync(ct);

        var (invoices, hasNewer, hasOlder) = await filter.PageAsync(filter.Apply(db, Today), PageSize, ct);
        var relations = invoices.Select(i => i.RelationId).Distinct().ToList();
        var names = await db.Relations.Where(r => relations.Contains(r.Id)).ToDictionaryAsync(r => r.Id, r => r.Name, ct);
        var marks = new InvoiceMarks(t, Today);
        Rows = [.. invoices.Select(i => new Row(i.Id, i.Number!, names.GetValueOrDefault(i.RelationId, ""), i.Communication?.ToString(), i.Date!.Value, i.Kind is InvoiceKind.Invoice ? i.DueOn : null,
            i.TotalInclVat, i.Open, marks.Payment(i), marks.Sending(i, isBrief: true), marks.Link(i)))];
        if (hasNewer) Newer = InvoiceFilter.CursorOf(invoices[0]);
        if (hasOlder) Older = InvoiceFilter.CursorOf(invoices[^1]);
        return Page();
    }

    /// <summary>Sends or reminds: what was ticked, or all that the filters show.</summary>
    public async Task<IActionResult> OnPostAsync([FromQuery] InvoiceFilter filter, string? act, Guid[] pick, bool all, CancellationToken ct)
    {
        if (actor.CompanyId is not { } company) return NotFound();
        await filter.LookUpAsync(db, ct);
        var kind = act == "remind" ? RunKind.Remind : RunKind.Send;
        var subjects = all
            ? await filter.Apply(db, Today).OrderBy(i => i.Date).ThenBy(i => i.Id).Select(i => i.Id).Take(20_000).ToListAsync(ct)
            : await db.Invoices.Where(i => pick.Contains(i.Id) && i.State == InvoiceState.Numbered).OrderBy(i => i.Date).ThenBy(i => i.Id).Select(i => i.Id).ToListAsync(ct);
        return await ModelState.AcceptsAsync(t, () => startRun.RunAsync(company, kind, subjects, null, actor.Name, ct)) is { } run
            ? RedirectToPage("/Runs/Details", new { id = run.Id })
            : await OnGetAsync(filter, ct);
    }

    /// <summary>Without the year when it is this one.</summary>
    public string Short(DateOnly day) => PageFormat.ShortDay(day, t.Language) is var text && day.Year == Today.Year ? text[..5] : PageFormat.ShortDay(day, t.Language);

    public string NewerAddress(HttpRequest here) => AddressOf(here, "Before", Newer);

    public string OlderAddress(HttpRequest here) => AddressOf(here, "After", Older);

    /// <summary>A view or filter begins at its first page.</summary>
    public static string FirstAddress(HttpRequest here, string name, string? value) => AddressOf(here, name, value);

    private static string AddressOf(HttpRequest here, string name, string? value)
    {
        var query = here.Query.Where(q => !new[] { "After", "Before", name }.Contains(q.Key, StringComparer.OrdinalIgnoreCase)).ToDictionary(q => q.Key, q => (string?)q.Value.ToString());
        if (value is not null) query[name] = value;
        return QueryHelpers.AddQueryString("/invoices", query.Where(q => !string.IsNullOrEmpty(q.Value)));
    }
}
