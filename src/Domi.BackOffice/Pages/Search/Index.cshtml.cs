using Domi.BackOffice.Invoices;
using Domi.BackOffice.Pages.Shared;
using Domi.BackOffice.Relations;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Search;

/// <summary>Finds by invoice number, name or number of a relation, structured communication, or IBAN. A single hit is opened at once.</summary>
public sealed class IndexModel(OfficeDb db, BusinessClock clock, Texts t) : PageModel
{
    private const int Most = 25;

    public sealed record RelationRow(Guid Id, int Number, string Name, string City);

    public sealed record InvoiceRow(Guid Id, bool IsProposal, string Number, string Relation, DateOnly? Date, decimal Total, StateView State);

    public string Query { get; private set; } = "";

    public IReadOnlyList<RelationRow> Relations { get; private set; } = [];

    public IReadOnlyList<InvoiceRow> Invoices { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(string? q, CancellationToken ct)
    {
        Query = q?.Trim() is { Length: > 0 } asked ? asked[..Math.Min(asked.Length, 100)] : "";
        if (Query.Length == 0) return Page();

        await FindAsync(ct);
        return (Relations, Invoices) switch
        {
            ([], [var invoice]) => Redirect(invoice.IsProposal ? $"/proposals/{invoice.Id}" : $"/invoices/{invoice.Id}"),
            ([var relation], []) => Redirect($"/relations/{relation.Id}"),
            _ => Page(),
        };
    }

    private async Task FindAsync(CancellationToken ct)
    {
        if (StructuredCommunication.TryParse(Query, out var communication))
        {
            Invoices = await RowsAsync(db.Invoices.Where(i => i.Communication == communication), ct);
            if (Invoices.Count > 0) return;
        }

        if (Iban.TryParse(Query, out var iban))
        {
            var owners = db.RelationAccounts.Where(a => a.Iban == iban).Select(a => a.RelationId);
            Relations = await RowsAsync(db.Relations.Where(r => owners.Contains(r.Id)), ct);
            return;
        }

        if (EnterpriseNumber.TryParse(Query, out var enterprise))
        {
            Relations = await RowsAsync(db.Relations.Where(r => r.EnterpriseNumber == enterprise), ct);
            if (Relations.Count > 0) return;
        }

        var upper = Query.ToUpperInvariant();
        Invoices = await RowsAsync(db.Invoices.Where(i => i.Number == upper), ct);
        if (Invoices.Count == 0) Invoices = await RowsAsync(db.Invoices.Where(i => i.Number!.StartsWith(upper)), ct);
        Relations = await RowsAsync(db.Relations.Named(Query), ct);
    }

    private static Task<List<RelationRow>> RowsAsync(IQueryable<Relation> relations, CancellationToken ct) =>
        relations.OrderBy(r => r.Name).ThenBy(r => r.Number).Take(Most).Select(r => new RelationRow(r.Id, r.Number, r.Name, r.City)).ToListAsync(ct);

    private async Task<IReadOnlyList<InvoiceRow>> RowsAsync(IQueryable<Invoice> invoices, CancellationToken ct)
    {
        var rows = await invoices.AsNoTracking().OrderByDescending(i => i.Date).ThenByDescending(i => i.Number).Take(Most)
            .Select(i => new { Invoice = i, Relation = db.Relations.Where(r => r.Id == i.RelationId).Select(r => r.Name).First() }).ToListAsync(ct);
        return rows.ConvertAll(x => new InvoiceRow(x.Invoice.Id, x.Invoice.State is InvoiceState.Proposal, x.Invoice.Number ?? t["state.proposal"], x.Relation, x.Invoice.Date, x.Invoice.TotalInclVat,
            InvoiceStates.Payment(InvoiceFacts.Of(x.Invoice), clock.Today, t)));
    }
}
