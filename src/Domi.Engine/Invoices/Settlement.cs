using System.Text.Json.Nodes;
using Domi.Engine.Creditors;
using Domi.Engine.DirectDebits;
using Domi.Engine.Feeds;
using Domi.Engine.Mails;
using Domi.Engine.PayLinks;
using Domi.Engine.Webhooks;
using Domi.Platform;
using Domi.Standards;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Invoices;

/// <summary>
/// What follows from money that moves, each inside the running transaction: the row of the payment, the invoice's state, both feeds,
/// the webhook, and after a failure the configured steps.
/// </summary>
internal sealed class Settlement(EngineDb db, InvoiceView view, DebtorMail mail, BusinessClock clock)
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

    /// <summary>The client says that an invoice was paid elsewhere: a payment of what is open. Said again it changes nothing.</summary>
    /// <param name="on">The day on which it was paid, when not now.</param>
    public void PayByHand(Invoice invoice, DateOnly? on = null)
    {
        if (invoice.State is InvoiceState.Paid) return;

        var (open, now) = (invoice.Open, clock.GetUtcNow());
        invoice.MarkPaidByHand(now);
        Add(invoice, PaymentKind.Payment, open, $"manual:{invoice.Id:n}:{invoice.Version}", "manual", on is { } day && day != clock.Today ? day.StartOfDay() : now);
    }

    /// <summary>The payment provider says that a link was paid.</summary>
    public async Task LinkPaidAsync(PayLink link, Invoice invoice, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        link.Pay(now);
        var payment = Add(invoice, PaymentKind.Payment, link.Amount, $"link:{link.Number}:paid", "paylink", now,
            isDouble: invoice.Receive(link.Amount, now), linkId: link.Id);
        if (invoice.Open <= 0)
        {
            // A second tab must not pay what is settled.
            var others = await db.PayLinks.Where(l => l.InvoiceId == invoice.Id && l.Id != link.Id).ToListAsync(ct);
            foreach (var other in others.Where(o => o.IsOpen)) other.Expire(now);
        }

        await PublishAsync(invoice, payment, null, link, null, 0, ct);
    }

    /// <summary>The creditor's bank credited a collection.</summary>
    public async Task CollectedAsync(DirectDebit debit, Invoice invoice, DateOnly on, DateTimeOffset? outcomeAt, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        debit.Settle(on, outcomeAt);
        var payment = Add(invoice, PaymentKind.Payment, debit.Amount, $"dd:{debit.EndToEndId}:paid", "sdd", now,
            isDouble: invoice.Receive(debit.Amount, now), debitId: debit.Id);
        await PublishAsync(invoice, payment, debit, null, null, 0, ct);
    }

    /// <summary>
    /// A collection failed, or was taken back after it had been credited. Steps: a soft failure is tried again; else the debtor gets a
    /// payment link by mail.
    /// </summary>
    public async Task FailedAsync(DirectDebit debit, Invoice invoice, string reasonCode, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var tookBack = debit.Fail(reasonCode, now);
        if (tookBack) invoice.TakeBack(debit.Amount, reasonCode, now);

        var profile = (await CreditorFacts.ReadAsync(db, invoice.CreditorId, ct)).ProfileOf(invoice.ProfileId);
        var mandate = await db.Mandates.SingleAsync(m => m.Id == debit.MandateId, ct);
        var customer = await db.Customers.AsNoTracking().SingleAsync(c => c.Id == invoice.CustomerId, ct);
        var retries = invoice.Open > 0 && mandate.IsCollectable && ReasonCodes.BucketOf(reasonCode) is FailureBucket.Soft
            && debit.Attempt <= Math.Min(profile.MostRetries, ReasonCodes.MaxRetries(reasonCode));
        var payment = Add(invoice, PaymentKind.Failure, debit.Amount, $"dd:{debit.EndToEndId}:failed:{reasonCode}", "sdd", now,
            debitId: debit.Id, reasonCode: reasonCode, reverses: tookBack);

        string? action = null;
        if (retries)
        {
            action = "reoffer";
            // Another day is another announcement, with the notice that binds. Source: SDD Core rulebook, pre-notification.
            var on = profile.CollectOn(clock.Today.AddDays(profile.RetryAfterDays), clock.Today, clock.Today);
            await mail.RetryAsync(db, invoice, customer, mandate, reasonCode, on, now, ct);
            await db.SaveChangesAsync(ct); // the failed one makes room: one collection of a debt at a time
            db.DirectDebits.Add(DirectDebit.Plan(invoice.CreditorId, await db.NextObjectNumberAsync(invoice.CreditorId, ct), invoice.Id, mandate.Id,
                invoice.Open, debit.Message, debit.Ref, debit.Attempt + 1, on, now));
        }

        invoice.Fail(reasonCode, retries, now);
        if (!retries && invoice.IsPayable)
        {
            action = await mail.PaymentAlternativeAsync(db, invoice, customer, reasonCode, now, ct) ? "send_payment_link" : null;
        }

        await PublishAsync(invoice, payment, debit, null, action, debit.Attempt, ct);
    }

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

    private async Task PublishAsync(Invoice invoice, InvoicePayment payment, DirectDebit? debit, PayLink? link, string? action, int step, CancellationToken ct)
    {
        var creditor = (await CreditorFacts.ReadAsync(db, invoice.CreditorId, ct)).Creditor;
        var mandate = debit is null ? null : await db.Mandates.AsNoTracking().Where(m => m.Id == debit.MandateId).Select(m => m.Reference).SingleAsync(ct);
        Feed.Append(db, invoice.CreditorId, FeedName.InvoicePayments,
            InvoiceView.PaymentEntry(invoice, creditor, payment, debit, mandate, link, action, step), payment.OccurredAt);
        if (debit is not null)
            Feed.Append(db, invoice.CreditorId, FeedName.Transactions, TransactionView.Of(debit, mandate!), payment.OccurredAt);
        await ChangedAsync(invoice, ct);
    }
}
