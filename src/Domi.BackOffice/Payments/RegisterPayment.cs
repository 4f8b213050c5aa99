using Domi.BackOffice.Invoices;
using Domi.BackOffice.Ledger;
using Domi.BackOffice.Timeline;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Payments;

/// <summary>A payment that a clerk saw elsewhere, or the write-off of what will not come.</summary>
/// <remarks>Refuses with <c>not_found</c>, <c>invoice_not_numbered</c>, <c>amount_invalid</c>.</remarks>
public sealed class RegisterPayment(OfficeDb db, BusinessClock clock)
{
    /// <param name="formId">Chosen when the form was drawn: the same form sent twice is one payment.</param>
    public Task<Invoice> RunAsync(Guid invoiceId, Guid formId, decimal amount, DateOnly on, bool writesOff, string actor, CancellationToken ct) => db.WriteOrRepeatAsync(async token =>
    {
        var invoice = await db.Invoices.SingleOrDefaultAsync(i => i.Id == invoiceId, token) ?? throw new RefusedException("not_found", $"No invoice {invoiceId}.");
        if (invoice.State is not InvoiceState.Numbered || invoice.Kind is not InvoiceKind.Invoice)
            throw new RefusedException("invoice_not_numbered", "Only a numbered invoice is paid.", ("number", invoice.Number ?? ""));
        if (amount <= 0 || amount > 99_999_999m || amount != Math.Round(amount, 2)) throw new RefusedException("amount_invalid", "The amount is not a positive amount of euro and cents.") { Field = "Amount" };
        if (on > clock.Today) throw new RefusedException("date_in_future", "A payment is not of the future.") { Field = "On" };
        if (writesOff && amount > invoice.Open) throw new RefusedException("amount_invalid", "More than is open cannot be written off.") { Field = "Amount" };

        var now = clock.GetUtcNow();
        var posted = await Ledger.Ledger.PostAsync(db, invoice, new()
        {
            OwnCompanyId = invoice.OwnCompanyId,
            InvoiceId = invoice.Id,
            Kind = writesOff ? EntryKind.WrittenOff : EntryKind.Paid,
            Amount = amount,
            Key = $"manual:{formId:n}",
            Source = "clerk",
            Method = "manual",
            Actor = actor,
            OccurredAt = on.StartOfDay(),
            PostedAt = now,
        }, token);
        if (posted) db.Note(invoice, writesOff ? "written_off" : invoice.PaymentState is PaymentState.Overpaid ? "overpaid" : "paid_manual", actor, now, ("amount", amount));
        return invoice;
    }, ct);
}
