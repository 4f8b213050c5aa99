using System.Globalization;
using Domi.BackOffice.Documents;
using Domi.BackOffice.Pages.Shared;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Documents;

/// <summary>What is kept with relations and invoices, latest first.</summary>
public sealed class IndexModel(OfficeDb db) : PageModel
{
    public const int Size = 50;

    public sealed record Row(Guid Id, string Name, DocumentType Type, Guid? RelationId, string? Relation, Guid? InvoiceId, string? Invoice, int SizeBytes, DateTimeOffset At);

    public IReadOnlyList<Row> Rows { get; private set; } = [];

    public Pager Pager { get; private set; } = null!; // set by OnGet before the page is drawn

    public DocumentType? Type { get; private set; }

    public Guid? RelationId { get; private set; }

    public string? RelationName { get; private set; }

    public async Task OnGetAsync(DocumentType? type, Guid? relation, string? after, CancellationToken ct)
    {
        ModelState.Clear(); // a value that is none of a filter's is no filter
        (Type, RelationId) = (type, relation);
        if (relation is not null) RelationName = await db.Relations.Where(r => r.Id == relation).Select(r => r.Name).SingleOrDefaultAsync(ct);

        var documents = db.Documents.AsNoTracking();
        if (type is not null) documents = documents.Where(d => d.Type == type);
        if (relation is not null) documents = documents.Where(d => d.RelationId == relation);
        if (PageKey.Read(after, 2) is [var when, var last] && DateTimeOffset.TryParseExact(when, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var at) && Guid.TryParse(last, out var id))
            documents = documents.Where(d => d.CreatedAt < at || (d.CreatedAt == at && d.Id < id));

        var rows = await documents.OrderByDescending(d => d.CreatedAt).ThenByDescending(d => d.Id).Take(Size + 1)
            .Select(d => new Row(d.Id, d.Name, d.Type, d.RelationId, db.Relations.Where(r => r.Id == d.RelationId).Select(r => r.Name).FirstOrDefault(),
                d.InvoiceId, db.Invoices.Where(i => i.Id == d.InvoiceId).Select(i => i.Number).FirstOrDefault(), d.SizeBytes, d.CreatedAt)).ToListAsync(ct);
        Pager = Pager.Of(rows, Size, Request, r => [r.At.ToString("O", CultureInfo.InvariantCulture), r.Id.ToString()]);
        Rows = rows;
    }
}
