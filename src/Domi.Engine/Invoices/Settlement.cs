using System.Text.Json.Nodes;
using Domi.Engine.Creditors;
using Domi.Engine.DirectDebits;
using Domi.Engine.Feeds;
using Domi.Engine.Mails;
using Domi.Engine.PayLinks;
using Domi.Engine.Transfers;
using Domi.Engine.Webhooks;
using Domi.Platform;
using Domi.Standards;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Invoices;

/// <summary>
/// What follows from money that moves, each inside the running transaction: the row of the payment, the invoice's state, both feeds,
/// the webhook, and after a failure the configured steps.
/// </summary>
internal sealed class Settlement(EngineDb db, InvoiceView view, FailureWorkflow failures, DebtorMail mail, BusinessClock clock)
{
    /// <summary>An invoice was booked: its snapshot goes to the invoice feed. Nobody is woken: who booked it knows.</summary>
    public async Task BookedAsync(Invoice invoice, CancellationToken ct) =>
        Feed.Append(db, invoice.CreditorId, FeedName.Invoices, await view.FeedEntryAsync(db, invoice, ct), clock.GetUtcNow());

    /// <summary>An invoice changed: its snapshot goes to the invoice feed, and a hint to the receivers.</summary>
    public async Task ChangedAsync(Invoice invoice, CancellationToken ct)
    {
        await BookedAsync(invoice, ct);
        await Announce.PaymentsAsync(db, invoice.CreditorId, invoice.Id, clock.GetUtcNow(), ct);
    }

    /// <summary>The due date passed, nothing else: the entry tells of no payment, for readers take the newest one for what happened.</summary>
    public async Task ExpiredAsync(Invoice invoice, CancellationToken ct)
    {
        var entry = await view.FeedEntryAsync(db, invoice, ct);
        entry["lastpayment"] = new JsonArray();
        Feed.Append(db, invoice.CreditorId, FeedName.Invoices, entry, clock.GetUtcNow());
        await Announce.PaymentsAsync(db, invoice.CreditorId, invoice.Id, clock.GetUtcNow(), ct);
    }

    /// <summary>The creditor says that an invoice was paid elsewhere: a payment of what is open, after which failed collections need no more steps. Said again it changes nothing.</summary>
    /// <param name="on">The day on which it was paid; null: now.</param>
    public async Task PayByHandAsync(Invoice invoice, DateOnly? on, CancellationToken ct)
    {
        if (invoice.State is not InvoiceState.Paid)
        {
            var (open, now) = (invoice.Open, clock.GetUtcNow());
            var at = on is { } day && day != clock.Today ? day.At(12) : now; // a day has no hour: noon is on it everywhere in Europe
            invoice.MarkPaidByHand(at, now);
            Add(invoice, PaymentKind.Payment, open, $"manual:{invoice.Id:n}:{invoice.Version}", "manual", at);
        }

        await SettleCollectionsAsync(invoice, "manual", ct);
    }

    /// <summary>The payment provider says that a link was paid: its invoice, or the failed transactions it stands for, or itself alone.</summary>
    public async Task LinkPaidAsync(PayLink link, Invoice? invoice, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        link.Pay(now);
        if (link.TransactionNumbers is { } numbers)
        {
            var wanted = numbers.Split(',').Select(n => long.Parse(n, System.Globalization.CultureInfo.InvariantCulture)).ToList();
            foreach (var debit in await db.DirectDebits.Where(d => d.CreditorId == link.CreditorId && wanted.Contains(d.Number) && !d.IsSuperseded && d.State == DirectDebitState.Failed && d.SettledBy == null).ToListAsync(ct))
            {
                debit.SettleOtherwise("paylink", now);
                await MakeLink.ExpireForAsync(db, debit.CreditorId, debit.Number, now, ct); // others of it: this one is paid
                await TransactionChangedAsync(debit, ct);
            }
        }

        await LinkView.ChangedAsync(db, link, now, ct);
        if (invoice is null) return;

        var payment = Add(invoice, PaymentKind.Payment, link.Amount, $"link:{link.Number}:paid", "paylink", now,
            isDouble: invoice.Receive(link.Amount, now), linkId: link.Id);
        if (invoice.Open <= 0)
        {
            // A second tab must not pay what is settled.
            var others = await db.PayLinks.Where(l => l.InvoiceId == invoice.Id && l.Id != link.Id).ToListAsync(ct);
            foreach (var other in others.Where(o => o.IsOpen || o.State is PayLinkState.Declined))
            {
                other.Expire(now);
                await LinkView.ChangedAsync(db, other, now, ct);
            }

            await SettleCollectionsAsync(invoice, "paylink", ct);
        }

        await PublishAsync(invoice, payment, null, link, null, 0, ct);
    }

    /// <summary>Money of a link was given back: what it had paid is open again.</summary>
    public async Task LinkRefundedAsync(PayLink link, LinkRefund refund, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await LinkView.ChangedAsync(db, link, now, ct);
        if (link.TransactionNumbers is { } numbers && link.InvoiceId is null && link.RefundedAmount == link.Amount)
        {
            var wanted = numbers.Split(',').Select(n => long.Parse(n, System.Globalization.CultureInfo.InvariantCulture)).ToList();
            foreach (var debit in await db.DirectDebits.Where(d => d.CreditorId == link.CreditorId && wanted.Contains(d.Number) && !d.IsSuperseded && d.SettledBy == "paylink").ToListAsync(ct))
            {
                debit.OpenAgain(now);
                await TransactionChangedAsync(debit, ct);
            }
        }

        if (link.InvoiceId is { } id) await RefundedAsync(await db.Invoices.SingleAsync(i => i.Id == id, ct), refund.Amount, $"refund:{refund.WireId}", "paylink", null, link, ct);
    }

    /// <summary>A transfer gave back what an invoice had been paid with.</summary>
    public Task RefundedAsync(Invoice invoice, CreditTransfer transfer, DirectDebit? debit, CancellationToken ct) =>
        RefundedAsync(invoice, transfer.Amount, $"refund:{transfer.EndToEndId}", "transfer", debit, null, ct, transfer);

    private async Task RefundedAsync(Invoice invoice, decimal amount, string sourceKey, string method, DirectDebit? debit, PayLink? link, CancellationToken ct, CreditTransfer? transfer = null)
    {
        var now = clock.GetUtcNow();
        invoice.TakeBack(amount, null, now);
        var payment = Add(invoice, PaymentKind.Refund, amount, sourceKey, method, now, debitId: debit?.Id, linkId: link?.Id, reverses: true);
        await PublishAsync(invoice, payment, debit, link, null, 0, ct, transfer?.Account, transfer?.EndToEndId);
    }

    /// <summary>A refund that a bank had booked came back: the creditor has the money again, and nobody is asked for it once more.</summary>
    public Task RefundReturnedAsync(Invoice invoice, CreditTransfer transfer, CancellationToken ct) =>
        TransferredAsync(invoice, transfer.Amount, $"refund:{transfer.EndToEndId}:returned", transfer.Account, ct, transfer.EndToEndId);

    /// <summary>A transfer arrived on the creditor's account for an invoice.</summary>
    /// <param name="from">The account of who paid, where the statement has it.</param>
    /// <param name="refundE2e">The refund that it is, when one came back.</param>
    public async Task TransferredAsync(Invoice invoice, decimal amount, string sourceKey, Iban? from, CancellationToken ct, string? refundE2e = null)
    {
        var now = clock.GetUtcNow();
        var payment = Add(invoice, PaymentKind.Payment, amount, sourceKey, "transfer", now, isDouble: invoice.Receive(amount, now));
        if (invoice.Open <= 0)
        {
            // What the bank does not have yet is not collected on top; what it has comes twice, and is told when it does.
            foreach (var open in await db.DirectDebits.Where(d => d.InvoiceId == invoice.Id && d.State == DirectDebitState.Open).ToListAsync(ct)) open.Withdraw(clock.GetUtcNow());
            await SettleCollectionsAsync(invoice, "transfer", ct);
        }

        await PublishAsync(invoice, payment, null, null, null, 0, ct, from, refundE2e);
    }

    /// <summary>The creditor's bank credited a collection.</summary>
    public async Task CollectedAsync(DirectDebit debit, Invoice? invoice, DateOnly on, DateTimeOffset? outcomeAt, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        debit.Settle(on, outcomeAt, clock.GetUtcNow());
        (await db.Mandates.SingleAsync(m => m.Id == debit.MandateId, ct)).Collected(on);
        if (invoice is null)
        {
            await TransactionChangedAsync(debit, ct);
            return;
        }

        var payment = Add(invoice, PaymentKind.Payment, debit.Amount, $"dd:{debit.EndToEndId}:paid", MethodOf(debit), now,
            isDouble: invoice.Receive(debit.Amount, now), debitId: debit.Id);
        await PublishAsync(invoice, payment, debit, null, null, 0, ct);
    }

    /// <summary>A collection failed, or was taken back after it had been credited: the steps of the failure plan follow.</summary>
    public async Task FailedAsync(DirectDebit debit, Invoice? invoice, string reasonCode, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var tookBack = debit.Fail(reasonCode, now);
        if (invoice is null)
        {
            await failures.FollowAsync(debit, null, this, ct);
            await TransactionChangedAsync(debit, ct);
            return;
        }

        if (tookBack) invoice.TakeBack(debit.Amount, reasonCode, now);
        var payment = Add(invoice, PaymentKind.Failure, debit.Amount, $"dd:{debit.EndToEndId}:failed:{reasonCode}", MethodOf(debit), now,
            debitId: debit.Id, reasonCode: reasonCode, reverses: tookBack);
        var (action, step) = await failures.FollowAsync(debit, invoice, this, ct);
        await PublishAsync(invoice, payment, debit, null, action, step, ct);
    }

    /// <summary>An invoice was settled another way: what failed of its collections needs no more steps.</summary>
    public async Task SettleCollectionsAsync(Invoice invoice, string by, CancellationToken ct)
    {
        foreach (var failed in await db.DirectDebits.Where(d => d.InvoiceId == invoice.Id && !d.IsSuperseded && d.State == DirectDebitState.Failed && d.SettledBy == null && d.ArchivedAt == null).ToListAsync(ct))
        {
            failed.SettleOtherwise(by, clock.GetUtcNow());
            await TransactionChangedAsync(failed, ct);
        }
    }

    /// <summary>A transaction changed: the feed tells it, with a hint to the receivers.</summary>
    public async Task TransactionChangedAsync(DirectDebit debit, CancellationToken ct)
    {
        await FeedTransactionAsync(debit, ct);
        await Announce.TransactionsAsync(db, debit.CreditorId, debit.Number, clock.GetUtcNow(), ct);
    }

    private async Task FeedTransactionAsync(DirectDebit debit, CancellationToken ct) =>
        Feed.Append(db, debit.CreditorId, FeedName.Transactions, await TransactionView.OfAsync(db, debit, ct), clock.GetUtcNow());

    private static string MethodOf(DirectDebit debit) => debit.IsCard ? "rcc" : "sdd";

    private InvoicePayment Add(
        Invoice invoice, PaymentKind kind, decimal amount, string key, string method, DateTimeOffset now,
        bool isDouble = false, Guid? debitId = null, Guid? linkId = null, string? reasonCode = null, bool reverses = false)
    {
        var payment = new InvoicePayment
        {
            CreditorId = invoice.CreditorId,
            InvoiceId = invoice.Id,
            Kind = kind,
            Amount = amount,
            SourceKey = key,
            Method = method,
            DirectDebitId = debitId,
            PayLinkId = linkId,
            ReasonCode = reasonCode,
            Reverses = reverses,
            IsDouble = isDouble,
            OccurredAt = now,
        };
        db.InvoicePayments.Add(payment);
        return payment;
    }

    private async Task PublishAsync(Invoice invoice, InvoicePayment payment, DirectDebit? debit, PayLink? link, string? action, int step, CancellationToken ct, Iban? from = null, string? refundE2e = null)
    {
        var creditor = (await CreditorFacts.ReadAsync(db, invoice.CreditorId, ct)).Creditor;
        var mandate = debit is null ? null : await db.Mandates.AsNoTracking().Where(m => m.Id == debit.MandateId).Select(m => m.Reference).SingleAsync(ct);
        Feed.Append(db, invoice.CreditorId, FeedName.InvoicePayments,
            InvoiceView.PaymentEntry(invoice, creditor, payment, debit, mandate, link, from, refundE2e, action, step), payment.OccurredAt);
        if (debit is not null) await FeedTransactionAsync(debit, ct);
        if (payment.IsDouble) await mail.PaidTwiceAsync(db, invoice, payment, ct);
        await ChangedAsync(invoice, ct);
    }
}
