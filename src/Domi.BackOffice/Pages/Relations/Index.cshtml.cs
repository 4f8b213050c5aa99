using System.Globalization;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Pages.Shared;
using Domi.BackOffice.Relations;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Relations;

/// <summary>All relations by name, found by name or number, with how they pay; several can be invited to direct debit at once.</summary>
public sealed class IndexModel(OfficeDb db) : PageModel
{
    public const int Size = 50;

    public sealed record Row(Guid Id, int Number, string Name, RelationKind Kind, string City, string? Email, PaymentMethod Method, bool MethodIsByHand, decimal Open, int OpenCount);

    public IReadOnlyList<Row> Rows { get; private set; } = [];

    public Pager Pager { get; private set; } = null!; // set by OnGet before the page is drawn

    public string? Query { get; private set; }

    public PaymentMethod? Method { get; private set; }

    public RelationKind? Kind { get; private set; }

    public bool IsFiltered => Query is not null || Method is not null || Kind is not null;

    public async Task OnGetAsync(string? q, PaymentMethod? method, RelationKind? kind, string? after, CancellationToken ct)
    {
        ModelState.Clear(); // a value that is none of a filter's is no filter
        (Query, Method, Kind) = (string.IsNullOrWhiteSpace(q) ? null : q.Trim(), method, kind);
        var relations = Matching(db, Query, Method, Kind);
        if (PageKey.Read(after, 2) is [var name, var text] && int.TryParse(text, CultureInfo.InvariantCulture, out var number))
            relations = relations.After(name, number);

        var rows = await relations.OrderBy(r => r.Name).ThenBy(r => r.Number).Take(Size + 1)
            .Select(r => new Row(r.Id, r.Number, r.Name, r.Kind, r.City, r.InvoiceEmail ?? r.Email, r.PaymentMethod, r.MethodIsByHand, 0, 0)).ToListAsync(ct);
        Pager = Pager.Of(rows, Size, Request, r => [r.Name, r.Number.ToString(CultureInfo.InvariantCulture)]);

        var ids = rows.ConvertAll(r => r.Id);
        var open = await db.Invoices.Where(i => ids.Contains(i.RelationId) && (i.PaymentState == PaymentState.Unpaid || i.PaymentState == PaymentState.PartiallyPaid))
            .GroupBy(i => i.RelationId).Select(g => new { g.Key, Amount = g.Sum(i => i.Open), Count = g.Count() }).ToDictionaryAsync(g => g.Key, ct);
        Rows = [.. rows.Select(r => open.TryGetValue(r.Id, out var sum) ? r with { Open = sum.Amount, OpenCount = sum.Count } : r)];
    }

    public static IQueryable<Relation> Matching(OfficeDb db, string? query, PaymentMethod? method, RelationKind? kind)
    {
        var relations = db.Relations.AsNoTracking();
        if (method is not null) relations = relations.Where(r => r.PaymentMethod == method);
        if (kind is not null) relations = relations.Where(r => r.Kind == kind);
        return relations.Named(query);
    }
}
