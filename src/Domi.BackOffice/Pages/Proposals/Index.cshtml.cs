using Domi.BackOffice.Companies;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Runs;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Proposals;

/// <summary>What the list of proposals shows, as it stands in its address.</summary>
public sealed class ProposalFilter
{
    public string? Q { get; init; }

    public string? Kind { get; init; }

    public string? Language { get; init; }

    /// <summary>The row after which the page begins.</summary>
    public Guid? After { get; init; }

    public bool IsEmpty => string.IsNullOrWhiteSpace(Q) && string.IsNullOrEmpty(Kind) && string.IsNullOrEmpty(Language);

    public IQueryable<Invoice> Apply(OfficeDb db)
    {
        var found = db.Invoices.AsNoTracking().Where(i => i.State == InvoiceState.Proposal);
        if (Enum.TryParse<InvoiceKind>(Kind, out var kind) && Enum.IsDefined(kind)) found = found.Where(i => i.Kind == kind);
        if (Texts.Languages.Contains(Language ?? "")) found = found.Where(i => i.Language == Language);
        return Q?.Trim() is { Length: > 0 and <= 140 } q ? found.Named(db.Relations, q) : found;
    }
}

/// <summary>The proposals: invoices and credit notes that still can be changed, to be numbered one by one or many at once.</summary>
public sealed class IndexModel(OfficeDb db, StartRun startRun, Actor actor, BusinessClock clock, Texts t) : PageModel
{
    public const int PageSize = 100;

    public sealed record Row(Guid Id, string Relation, InvoiceKind Kind, string Description, DateOnly? Date, DateOnly? DueOn, string Language, decimal ExclVat, decimal InclVat, bool LacksTemplate, bool LacksEmail);

    public ProposalFilter Filter { get; private set; } = new();

    public IReadOnlyList<Row> Rows { get; private set; } = [];

    public int Count { get; private set; }

    public decimal ExclVat { get; private set; }

    public decimal InclVat { get; private set; }

    public Guid? Older { get; private set; }

    public bool ProviderSends { get; private set; }

    public async Task<IActionResult> OnGetAsync([FromQuery] ProposalFilter filter, CancellationToken ct)
    {
        Filter = filter;
        if (await db.Companies.AsNoTracking().SingleOrDefaultAsync(ct) is not { } company) return NotFound();

        ProviderSends = company.InvoicesSentBy is SentBy.Provider;
        var found = filter.Apply(db);
        if (await found.GroupBy(_ => 1).Select(g => new { Count = g.Count(), Excl = g.Sum(i => i.TotalExclVat), Incl = g.Sum(i => i.TotalInclVat) }).SingleOrDefaultAsync(ct) is { } sums)
            (Count, ExclVat, InclVat) = (sums.Count, sums.Excl, sums.Incl);

        if (filter.After is { } after) found = found.Where(i => i.Id.CompareTo(after) < 0);
        var rows = await found.OrderByDescending(i => i.Id).Take(PageSize + 1)
            .Join(db.Relations, i => i.RelationId, r => r.Id, (i, r) => new { i.Id, r.Name, i.Kind, i.Description, i.Date, i.DueOn, i.Language, i.TotalExclVat, i.TotalInclVat, Email = r.InvoiceEmail ?? r.Email })
            .ToListAsync(ct);
        var templates = await ProposalQueries.ActiveTemplatesAsync(db, ct);
        Rows = [.. rows.Take(PageSize).OrderByDescending(r => r.Id).Select(r => new Row(r.Id, r.Name, r.Kind, r.Description, r.Date, r.DueOn, r.Language, r.TotalExclVat, r.TotalInclVat,
            !templates.Contains((r.Kind, r.Language)), r.Email is null))];
        if (rows.Count > PageSize) Older = Rows[^1].Id;
        return Page();
    }

    /// <summary>Numbers what was ticked, or all that the filters show, oldest date first: numbers follow dates.</summary>
    public async Task<IActionResult> OnPostAsync([FromQuery] ProposalFilter filter, string? act, Guid[] pick, bool all, string? date, CancellationToken ct)
    {
        if (actor.CompanyId is not { } company) return NotFound();
        var on = DayLine.Read(ModelState, "date", date, t, required: false);
        if (!ModelState.IsValid) return await OnGetAsync(filter, ct);

        var chosen = all ? filter.Apply(db) : db.Invoices.AsNoTracking().Where(i => pick.Contains(i.Id) && i.State == InvoiceState.Proposal);
        var today = clock.Today;
        var subjects = (await chosen.Select(i => new { i.Id, i.Date }).Take(20_000).ToListAsync(ct)).OrderBy(i => on ?? i.Date ?? today).ThenBy(i => i.Id).Select(i => i.Id).ToList();
        var kind = act == "send" ? RunKind.NumberAndSend : RunKind.Number;
        return await ModelState.AcceptsAsync(t, () => startRun.RunAsync(company, kind, subjects, on?.ToString("O", System.Globalization.CultureInfo.InvariantCulture), actor.Name, ct)) is { } run
            ? RedirectToPage("/Runs/Details", new { id = run.Id })
            : await OnGetAsync(filter, ct);
    }
}
