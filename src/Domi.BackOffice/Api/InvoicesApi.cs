using Domi.BackOffice.Documents;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Reminders;
using Domi.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Api;

/// <summary>Invoices over the API: made, numbered, sent, read, reminded of; their document and ledger.</summary>
internal static class InvoicesApi
{
    public sealed record Line(string Description, decimal Quantity, decimal UnitPrice, decimal VatRate, string? Code);

    /// <param name="Quantity">Up to three decimals; 1 when it is not said.</param>
    /// <param name="UnitPrice">Excluding VAT, up to four decimals.</param>
    /// <param name="VatRate">Percent; the own company's usual one when it is not said.</param>
    public sealed record NewLine(string Description, decimal? Quantity, decimal? UnitPrice, decimal? VatRate, string? Code);

    public sealed record NewInvoice(Guid RelationId, DateOnly? Date, DateOnly? DueOn, string? Description, string? Text, string? PoNumber, string? Language, IReadOnlyList<NewLine>? Lines);

    public sealed record NumberRequest(DateOnly? Date, bool Send);

    /// <param name="Again">What was sent is sent once more, on purpose.</param>
    public sealed record SendRequest(bool WithoutLink, bool Again);

    public sealed record InvoiceView(
        Guid Id, string? Number, InvoiceKind Kind, InvoiceState State, Guid RelationId, DateOnly? Date, DateOnly? DueOn, string? Communication, string Description, string Language,
        decimal TotalExclVat, decimal TotalVat, decimal TotalInclVat, decimal Paid, decimal Open, PaymentState PaymentState, LinkState LinkState, string? LinkError, string? PaymentUrl,
        string? Method, string? ProviderState, DateOnly? CollectionOn, string? MandateReference, string? FailureCode, SendState SendState, string? SendError, DateTimeOffset? SentAt, bool EInvoiceMissing,
        IReadOnlyList<Line> Lines);

    public sealed record LedgerLine(Ledger.EntryKind Kind, decimal Amount, string Key, string Source, string? Method, string? ReasonCode, bool IsAssumed, DateTimeOffset OccurredAt);

    public static void Map(RouteGroupBuilder all)
    {
        var api = all.MapGroup("").WithTags("Invoices");
        api.MapPost("invoices", async (NewInvoice invoice, EditProposal edit, Actor actor, OfficeDb db, CancellationToken ct) =>
        {
            var usual = await db.Companies.AsNoTracking().Where(c => c.Id == actor.CompanyId).Select(c => c.DefaultVatRate).SingleAsync(ct);
            var made = await edit.CreateAsync(actor.CompanyId!.Value, new(invoice.RelationId, InvoiceKind.Invoice, invoice.Date, invoice.DueOn, invoice.Description ?? "", invoice.Text ?? "",
                invoice.PoNumber, invoice.Language, [.. (invoice.Lines ?? []).Select(l => new ProposalLine(l?.Description ?? "", l?.Quantity ?? 1, l?.UnitPrice ?? throw NoPrice(), l?.VatRate ?? usual, l?.Code))]), actor.Name, ct);
            return Results.Created($"/api/v1/invoices/{made.Id}", await ReadAsync(db, made.Id, ct));
        }).Answers<InvoiceView>("Makes a proposal", StatusCodes.Status201Created);
        api.MapGet("invoices/{id:guid}", async (Guid id, OfficeDb db, CancellationToken ct) => await ReadAsync(db, id, ct) is { } view ? Results.Ok(view) : Results.NotFound())
            .Answers<InvoiceView>("One invoice or proposal");
        api.MapPost("invoices/{id:guid}/number", async (Guid id, NumberRequest request, NumberInvoice number, Actor actor, OfficeDb db, CancellationToken ct) =>
        {
            await number.RunAsync(id, request.Date, request.Send, actor.Name, ct);
            return Results.Ok(await ReadAsync(db, id, ct));
        }).Answers<InvoiceView>("Numbers a proposal, and sends it if asked to");
        api.MapPost("invoices/{id:guid}/send", async (Guid id, SendRequest request, SendInvoice send, Actor actor, OfficeDb db, CancellationToken ct) =>
        {
            await send.RunAsync(id, request.WithoutLink, actor.Name, ct, request.Again);
            return Results.Ok(await ReadAsync(db, id, ct));
        }).Answers<InvoiceView>("Sends an invoice");
        api.MapPost("invoices/{id:guid}/reminder", async (Guid id, RemindInvoice remind, Actor actor, OfficeDb db, CancellationToken ct) =>
        {
            await remind.RunAsync(id, actor.Name, ct);
            return Results.Ok(await ReadAsync(db, id, ct));
        }).Answers<InvoiceView>("Reminds the relation of an invoice");
        api.MapGet("invoices/{id:guid}/pdf", async (Guid id, MakePdf pdfs, CancellationToken ct) => Results.File(await pdfs.OfAsync(id, again: false, ct), "application/pdf"))
            .AnswersFile("The document of an invoice", "application/pdf");
        api.MapGet("invoices/{id:guid}/ledger", async (Guid id, OfficeDb db, CancellationToken ct) => await db.Invoices.AnyAsync(i => i.Id == id, ct)
            ? Results.Ok(await db.LedgerEntries.AsNoTracking().Where(e => e.InvoiceId == id).OrderBy(e => e.PostedAt).ThenBy(e => e.Id)
                .Select(e => new LedgerLine(e.Kind, e.Amount, e.Key, e.Source, e.Method, e.ReasonCode, e.IsAssumed, e.OccurredAt)).ToListAsync(ct))
            : Results.NotFound()).Answers<IReadOnlyList<LedgerLine>>("What was booked on an invoice");
    }

    private static RefusedException NoPrice() => new("line_invalid", "A line has no unitPrice.", ("line", "")) { Field = "Lines" };

    private static async Task<InvoiceView?> ReadAsync(OfficeDb db, Guid id, CancellationToken ct)
    {
        if (await db.Invoices.AsNoTracking().Include(i => i.Lines).SingleOrDefaultAsync(i => i.Id == id, ct) is not { } i) return null;
        var relation = await db.Relations.AsNoTracking().SingleAsync(r => r.Id == i.RelationId, ct);
        return new(i.Id, i.Number, i.Kind, i.State, i.RelationId, i.Date, i.DueOn, i.Communication?.ToString(), i.Description, i.Language, i.TotalExclVat, i.TotalVat, i.TotalInclVat, i.Paid, i.Open,
            i.PaymentState, i.LinkState, i.LinkError, i.PaymentUrl, i.Method?.ToString(), i.ProviderState, i.CollectionOn, i.MandateReference, i.FailureCode, i.SendState, i.SendError, i.SentAt,
            i.State is InvoiceState.Numbered && relation.NeedsEInvoice, [.. i.Lines.OrderBy(l => l.Position).Select(l => new Line(l.Description, l.Quantity, l.UnitPrice, l.VatRate, l.Code))]);
    }
}
