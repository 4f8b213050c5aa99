using System.Globalization;
using Domi.BackOffice.Companies;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Relations;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Proposals;

/// <summary>Makes or changes a proposal; lines come and go without script too.</summary>
public sealed class EditModel(OfficeDb db, EditProposal edit, NumberInvoice number, Actor actor, BusinessClock clock, Texts t) : PageModel
{
    public sealed class Line
    {
        public string? Description { get; init; }

        public string? Quantity { get; init; }

        public string? UnitPrice { get; init; }

        public string? VatRate { get; init; }

        public string? Code { get; init; }

        public bool IsBlank => string.IsNullOrWhiteSpace(Description) && string.IsNullOrWhiteSpace(UnitPrice);
    }

    public sealed class Form
    {
        public int? Version { get; init; }

        /// <summary>The id that a new one gets: the same form sent twice makes one.</summary>
        public Guid NewId { get; set; }

        /// <summary>Number or name, as typed.</summary>
        public string? Relation { get; set; }

        public InvoiceKind Kind { get; init; }

        public Guid? Credits { get; init; }

        public string? Date { get; init; }

        public string? DueOn { get; init; }

        public string? Description { get; init; }

        public string? Text { get; init; }

        public string? PoNumber { get; init; }

        public string? Language { get; init; }

        public List<Line> Lines { get; init; } = [];
    }

    [BindProperty]
    public Form Input { get; set; } = new();

    public Guid? Id { get; private set; }

    public string? CreditedNumber { get; private set; }

    public Totals Totals { get; private set; } = Totals.Of([]);

    public IReadOnlyList<string> Relations { get; private set; } = [];

    /// <summary>Several relations fit what was typed.</summary>
    public IReadOnlyList<string> Candidates { get; private set; } = [];

    public bool ProviderSends { get; private set; }

    /// <summary>The language in which there is no active template.</summary>
    public string? LacksTemplateIn { get; private set; }

    public bool IsAdministrator => actor.IsAdministrator;

    public DateOnly Today => clock.Today;

    public async Task<IActionResult> OnGetAsync(Guid? id, Guid? relation, string? kind, CancellationToken ct)
    {
        if (id is { } known)
        {
            if (await db.Invoices.AsNoTracking().Include(i => i.Lines).SingleOrDefaultAsync(i => i.Id == known, ct) is not { } proposal) return NotFound();
            if (proposal.State is InvoiceState.Numbered) return RedirectToPage("/Invoices/Details", new { id });
            Input = await FormOfAsync(proposal, ct);
        }
        else
        {
            Input = new() { NewId = Guid.CreateVersion7(), Kind = kind == "credit" ? InvoiceKind.CreditNote : InvoiceKind.Invoice, Relation = await NameOfAsync(relation, ct), Lines = [await BlankAsync(ct)] };
        }

        return await DrawAsync(id, ct);
    }

    public async Task<IActionResult> OnPostAsync(Guid? id, string? act, CancellationToken ct)
    {
        if (actor.CompanyId is not { } company) return NotFound();
        if (id is { } known && await db.Invoices.Where(i => i.Id == known).Select(i => (InvoiceState?)i.State).SingleOrDefaultAsync(ct) is not InvoiceState.Proposal)
            return await db.Invoices.AnyAsync(i => i.Id == known, ct) ? RedirectToPage("/Invoices/Details", new { id }) : NotFound();

        if (act == "add" || act?.StartsWith("remove-", StringComparison.Ordinal) == true) return await RedrawLinesAsync(id, act, ct);
        if (act == "delete" && id is { } gone)
            return await ModelState.AcceptsAsync(t, () => DeleteAsync(gone, ct)) is not null ? RedirectToPage("Index") : await DrawAsync(id, ct);

        if (await ReadAsync(company, ct) is not { } content) return await DrawAsync(id, ct);
        // A form that was saved before, by its twin or without being numbered, changes what it made then.
        var begun = id ?? (await db.Invoices.AnyAsync(i => i.Id == Input.NewId && i.State == InvoiceState.Proposal, ct) ? Input.NewId : null);
        var saved = await ModelState.AcceptsAsync(t, () => begun is { } changed ? edit.ChangeAsync(changed, Input.Version, content, actor.Name, ct) : edit.CreateAsync(company, content, actor.Name, ct), "Input");
        if (saved is null) return await TwinAsync(begun, ct) ?? await DrawAsync(id, ct);
        if (saved.State is InvoiceState.Numbered) return RedirectToPage("/Invoices/Details", new { id = saved.Id }); // the form's twin was faster
        if (act is not ("number" or "send")) return LocalRedirect($"/proposals/{saved.Id}");

        db.ChangeTracker.Clear();
        if (await ModelState.AcceptsAsync(t, () => NumberAsync(saved.Id, act == "send", ct), "Input") is not null) return RedirectToPage("/Invoices/Details", new { id = saved.Id });

        if (await TwinAsync(saved.Id, ct) is { } there) return there;

        // Saved, but not numbered: the page says why, and goes on with what is saved.
        ModelState.Remove("Input.Version");
        ModelState.Remove("Input.NewId");
        Input = await FormOfAsync(await db.Invoices.AsNoTracking().Include(i => i.Lines).SingleAsync(i => i.Id == saved.Id, ct), ct);
        Input.NewId = saved.Id; // the address is still that of a new one
        return await DrawAsync(saved.Id, ct);
    }

    /// <summary>The way to what the form's twin numbered meanwhile.</summary>
    private async Task<IActionResult?> TwinAsync(Guid? id, CancellationToken ct) =>
        await db.Invoices.AnyAsync(i => i.Id == id && i.State == InvoiceState.Numbered, ct) ? RedirectToPage("/Invoices/Details", new { id }) : null;

    private async Task<Invoice> NumberAsync(Guid id, bool sends, CancellationToken ct)
    {
        if (sends) (await db.Companies.AsNoTracking().SingleAsync(ct)).RequireOfficeSendsInvoices();
        return await number.RunAsync(id, null, sends, actor.Name, ct);
    }

    private async Task<object> DeleteAsync(Guid id, CancellationToken ct)
    {
        await edit.DeleteAsync(id, ct);
        return id;
    }

    private async Task<IActionResult> RedrawLinesAsync(Guid? id, string act, CancellationToken ct)
    {
        ModelState.Clear(); // what was posted would win over the lines as they are now
        if (act == "add" && Input.Lines.Count < 500) Input.Lines.Add(await BlankAsync(ct));
        else if (int.TryParse(act.AsSpan(act.IndexOf('-', StringComparison.Ordinal) + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at < Input.Lines.Count) Input.Lines.RemoveAt(at);
        if (Input.Lines.Count == 0) Input.Lines.Add(await BlankAsync(ct));
        return await DrawAsync(id, ct);
    }

    private async Task<IActionResult> DrawAsync(Guid? id, CancellationToken ct)
    {
        if (await db.Companies.AsNoTracking().SingleOrDefaultAsync(ct) is not { } company) return NotFound();

        Id = id;
        ProviderSends = company.InvoicesSentBy is SentBy.Provider;
        Relations = [.. (await db.Relations.AsNoTracking().OrderBy(r => r.Name).Take(300).Select(r => new { r.Number, r.Name }).ToListAsync(ct)).Select(r => ProposalQueries.Written(r.Number, r.Name))];
        if (Input.Credits is { } credits) CreditedNumber = await db.Invoices.Where(i => i.Id == credits).Select(i => i.Number).SingleOrDefaultAsync(ct);
        var (lines, _) = LineText.Read(Input.Lines);
        Totals = Totals.Of(lines.Select(l => new InvoiceLine { Description = l.Description, Quantity = l.Quantity, UnitPrice = l.UnitPrice, VatRate = l.VatRate }));
        var language = Input.Language is { Length: > 0 } chosen ? Texts.LanguageOf(chosen)
            : (await ProposalQueries.FindRelationsAsync(db, Input.Relation, ct)) is [var only] ? await db.Relations.Where(r => r.Id == only.Id).Select(r => r.Language).SingleAsync(ct) : company.Language;
        if (!(await ProposalQueries.ActiveTemplatesAsync(db, ct)).Contains((Input.Kind, language))) LacksTemplateIn = language;
        return Page();
    }

    /// <summary>What the form says, or null with the reasons at its fields.</summary>
    private async Task<ProposalContent?> ReadAsync(Guid company, CancellationToken ct)
    {
        var relations = await ProposalQueries.FindRelationsAsync(db, Input.Relation, ct);
        if (relations is not [var relation])
        {
            Candidates = [.. relations.Select(r => r.Text)];
            ModelState.AddModelError("Input.Relation", t[string.IsNullOrWhiteSpace(Input.Relation) ? "invoices.form.relation.missing" : relations.Count == 0 ? "invoices.form.relation.unknown" : "invoices.form.relation.several"]);
            relation = default;
        }

        var date = DayLine.Read(ModelState, "Input.Date", Input.Date, t, required: false);
        var dueOn = DayLine.Read(ModelState, "Input.DueOn", Input.DueOn, t, required: false);
        if (dueOn < (date ?? Today)) ModelState.AddModelError("Input.DueOn", t["invoices.form.due_before_date"]);
        TooLong("Input.Description", Input.Description, 200);
        TooLong("Input.Text", Input.Text, 2000);
        TooLong("Input.PoNumber", Input.PoNumber, 70);
        var (lines, problems) = LineText.Read(Input.Lines);
        foreach (var (field, problem) in problems) ModelState.AddModelError("Input." + field, problem.In(t));
        if (!ModelState.IsValid) return null;

        Guid? credits = Input.Credits is { } id && await db.Invoices.AnyAsync(i => i.Id == id && i.OwnCompanyId == company && i.RelationId == relation.Id && i.State == InvoiceState.Numbered, ct) ? id : null;
        return new(relation.Id, Input.Kind, date, dueOn, Input.Description ?? "", Input.Text ?? "", string.IsNullOrWhiteSpace(Input.PoNumber) ? null : Input.PoNumber.Trim(),
            string.IsNullOrEmpty(Input.Language) ? null : Input.Language, lines, credits, Input.NewId == Guid.Empty ? null : Input.NewId);
    }

    private void TooLong(string field, string? text, int most)
    {
        if (text?.Length > most) ModelState.AddModelError(field, t["invoices.form.too_long", ("most", most)]);
    }

    private async Task<Form> FormOfAsync(Invoice proposal, CancellationToken ct) => new()
    {
        Version = proposal.Version,
        Relation = await NameOfAsync(proposal.RelationId, ct),
        Kind = proposal.Kind,
        Credits = proposal.CreditsInvoiceId,
        Date = DayLine.Write(proposal.Date),
        DueOn = DayLine.Write(proposal.DueOn),
        Description = proposal.Description,
        Text = proposal.Text,
        PoNumber = proposal.PoNumber,
        Language = proposal.Language,
        Lines = [.. proposal.Lines.OrderBy(l => l.Position).Select(l => new Line { Description = l.Description, Quantity = LineText.Write(l.Quantity), UnitPrice = LineText.WritePrice(l.UnitPrice), VatRate = LineText.Write(l.VatRate), Code = l.Code })],
    };

    private async Task<string?> NameOfAsync(Guid? id, CancellationToken ct) =>
        await db.Relations.Where(r => r.Id == id).Select(r => new { r.Number, r.Name }).SingleOrDefaultAsync(ct) is { } relation ? ProposalQueries.Written(relation.Number, relation.Name) : null;

    private async Task<Line> BlankAsync(CancellationToken ct) =>
        new() { Quantity = "1", VatRate = LineText.Write(await db.Companies.AsNoTracking().Select(c => (decimal?)c.DefaultVatRate).SingleOrDefaultAsync(ct) ?? 21m) };
}
