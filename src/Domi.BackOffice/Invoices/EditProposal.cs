using Domi.BackOffice.Timeline;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Invoices;

/// <summary>What a proposal is made of, as a form or the API gives it.</summary>
/// <param name="Id">Chosen when the form was drawn: the same form sent twice is one proposal.</param>
public sealed record ProposalContent(
    Guid RelationId, InvoiceKind Kind, DateOnly? Date, DateOnly? DueOn, string Description, string Text, string? PoNumber, string? Language, IReadOnlyList<ProposalLine> Lines,
    Guid? CreditsInvoiceId = null, Guid? Id = null);

public sealed record ProposalLine(string Description, decimal Quantity, decimal UnitPrice, decimal VatRate, string? Code = null);

/// <summary>Makes, changes and deletes proposals.</summary>
/// <remarks>Refuses with <c>not_found</c>, <c>relation_unknown</c>, <c>invoice_numbered</c>, <c>line_invalid</c>, <c>amount_too_large</c>, <c>text_too_long</c>,
/// <c>language_unknown</c>, <c>date_impossible</c>, <c>changed_meanwhile</c>.</remarks>
public sealed class EditProposal(OfficeDb db, BusinessClock clock)
{
    public Task<Invoice> CreateAsync(Guid companyId, ProposalContent content, string actor, CancellationToken ct) => db.WriteOrRepeatAsync(async token =>
    {
        // Looked up once: between two looks another click may have made it, which is then no stranger's.
        var there = content.Id is { } id ? await db.Invoices.IgnoreQueryFilters().Include(i => i.Lines).SingleOrDefaultAsync(i => i.Id == id, token) : null;
        if (there?.OwnCompanyId == companyId) return there;

        var relation = await RelationAsync(companyId, content.RelationId, token);
        // An id that is another own company's was not given by our form.
        var invoice = new Invoice(companyId, relation.Id, content.Kind, clock.GetUtcNow(), there is null ? content.Id : null) { CreatedBy = actor, CreditsInvoiceId = content.CreditsInvoiceId };
        Fill(invoice, content, relation.Language);
        invoice.PoNumber ??= relation.PoNumber;
        db.Invoices.Add(invoice);
        db.Note(invoice, content.CreditsInvoiceId is null ? "proposal_made" : "credit_note_made", actor, clock.GetUtcNow());
        return invoice;
    }, ct);

    public Task<Invoice> ChangeAsync(Guid id, int? version, ProposalContent content, string actor, CancellationToken ct) => db.WriteAsync(async token =>
    {
        var invoice = await db.Invoices.Include(i => i.Lines).SingleOrDefaultAsync(i => i.Id == id, token) ?? throw new RefusedException("not_found", $"No proposal {id}.");
        if (version is { } seen && seen != invoice.Version) throw new RefusedException("changed_meanwhile", "Somebody else changed the proposal.");
        var relation = await RelationAsync(invoice.OwnCompanyId, content.RelationId, token);
        db.InvoiceLines.RemoveRange(invoice.Lines);
        Fill(invoice, content, relation.Language);
        return invoice;
    }, ct);

    public Task DeleteAsync(Guid id, CancellationToken ct) => db.WriteAsync(async token =>
    {
        var invoice = await db.Invoices.SingleOrDefaultAsync(i => i.Id == id, token) ?? throw new RefusedException("not_found", $"No proposal {id}.");
        if (invoice.State is not InvoiceState.Proposal) throw new RefusedException("invoice_numbered", "A numbered invoice stays.", ("number", invoice.Number));
        await db.Timeline.Where(t => t.InvoiceId == id).ExecuteDeleteAsync(token);
        db.Invoices.Remove(invoice);
    }, ct);

    /// <summary>A credit note for an invoice, as a proposal: its lines with the quantities negated. One that is begun goes on.</summary>
    public async Task<Invoice> CreditAsync(Guid invoiceId, string actor, CancellationToken ct)
    {
        var invoice = await db.Invoices.AsNoTracking().Include(i => i.Lines).SingleOrDefaultAsync(i => i.Id == invoiceId, ct) ?? throw new RefusedException("not_found", $"No invoice {invoiceId}.");
        if (invoice.State is not InvoiceState.Numbered || invoice.Kind is not InvoiceKind.Invoice)
            throw new RefusedException("invoice_not_numbered", "Only a numbered invoice is credited.", ("number", invoice.Number ?? ""));
        if (await db.Invoices.AsNoTracking().FirstOrDefaultAsync(i => i.CreditsInvoiceId == invoiceId && i.State == InvoiceState.Proposal, ct) is { } begun) return begun;
        return await CreateAsync(invoice.OwnCompanyId, new(invoice.RelationId, InvoiceKind.CreditNote, null, null, invoice.Description, "", invoice.PoNumber, invoice.Language,
            [.. invoice.Lines.OrderBy(l => l.Position).Select(l => new ProposalLine(l.Description, -l.Quantity, l.UnitPrice, l.VatRate, l.Code))], invoice.Id), actor, ct);
    }

    private static void Fill(Invoice invoice, ProposalContent content, string language)
    {
        if (content.Lines.Count > 500) throw new RefusedException("lines_too_many", "More than 500 lines.", ("most", 500)) { Field = "Lines" };
        var lines = content.Lines.Select((line, position) => new InvoiceLine
        {
            InvoiceId = invoice.Id,
            Position = position + 1,
            Code = FieldText.Optional(line.Code, 40, "Lines"),
            Description = line.Description.Trim() is { Length: > 0 and <= 1000 } words ? words : throw new RefusedException("line_invalid", $"Line {position + 1} has no description.", ("line", position + 1)) { Field = "Lines" },
            Quantity = Math.Abs(line.Quantity) <= 1_000_000m && decimal.Round(line.Quantity, 3) == line.Quantity ? line.Quantity : throw new RefusedException("line_invalid", $"Line {position + 1}: the quantity is too large, or has more than three decimals.", ("line", position + 1)) { Field = "Lines" },
            UnitPrice = Math.Abs(line.UnitPrice) <= 10_000_000m && decimal.Round(line.UnitPrice, 4) == line.UnitPrice ? line.UnitPrice : throw new RefusedException("line_invalid", $"Line {position + 1}: the price is too large, or has more than four decimals.", ("line", position + 1)) { Field = "Lines" },
            VatRate = line.VatRate is >= 0 and <= 100 && decimal.Round(line.VatRate, 2) == line.VatRate ? line.VatRate : throw new RefusedException("line_invalid", $"Line {position + 1}: the VAT rate is no percentage of at most two decimals.", ("line", position + 1)) { Field = "Lines" },
        }).ToList();
        Invoice.RequirePossible(content.Date, "Date");
        Invoice.RequirePossible(content.DueOn, "DueOn");
        var (description, text, po) = (FieldText.Short(content.Description, 200, "Description"), FieldText.Short(content.Text, 2000, "Text", mayHaveLines: true), FieldText.Optional(content.PoNumber, 70, "PoNumber"));
        var spoken = FieldText.Language(content.Language ?? language);
        invoice.Edit(content.RelationId, lines);
        (invoice.Date, invoice.DueOn, invoice.Description, invoice.Text, invoice.PoNumber) = (content.Date, content.DueOn, description, text, po);
        invoice.Language = spoken;
    }

    private async Task<Relations.Relation> RelationAsync(Guid companyId, Guid id, CancellationToken ct) =>
        await db.Relations.AsNoTracking().SingleOrDefaultAsync(r => r.OwnCompanyId == companyId && r.Id == id, ct)
        ?? throw new RefusedException("relation_unknown", $"No relation {id}.") { Field = "RelationId" };
}
