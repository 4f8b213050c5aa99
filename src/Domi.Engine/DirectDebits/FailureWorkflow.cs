using Domi.Engine.CollectionRuns;
using Domi.Engine.Creditors;
using Domi.Engine.Customers;
using Domi.Engine.Invoices;
using Domi.Engine.Mails;
using Domi.Engine.Mandates;
using Domi.Engine.PayLinks;
using Domi.Engine.Profiles;
using Domi.Platform;
using Domi.Standards;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.DirectDebits;

/// <summary>
/// What follows when a collection fails, inside its transaction: the steps of the profile's plan for the bucket of the reason, one after
/// the other, until one waits: for another attempt, or for the end of its grace.
/// </summary>
internal sealed class FailureWorkflow(EngineDb db, DebtorMail mail, MandateEvents events, CreditorKeys keys, BusinessClock clock)
{
    /// <summary>Takes the steps that are due now.</summary>
    /// <returns>The first one that was taken, as the feeds name it, and its place among all of the transaction.</returns>
    public async Task<(string? Action, int Step)> FollowAsync(DirectDebit debit, Invoice? invoice, Settlement settlement, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var (mandate, profile, customer) = await PartiesAsync(debit, ct);
        var reason = debit.ReasonCode ?? "";
        var bucket = ReasonCodes.BucketOf(reason);
        var steps = profile.FailurePlan.Of(bucket);
        var at = debit.StepBucket == bucket ? debit.Step : 0;
        (string? Action, int Step) first = (null, debit.Attempt);
        var told = false;
        while (at < steps.Count)
        {
            var step = steps[at++];
            if (step.Kind is FailureStepKind.Retry)
            {
                if (!mandate.IsCollectable || invoice is { Open: <= 0 } || debit.Attempt > ReasonCodes.MaxRetries(reason)) continue;

                debit.TookStep(bucket, at, null, now);
                await RetryAsync(debit, invoice, mandate, customer, profile, DayOf(step), reason, ct);
                invoice?.Fail(reason, retries: true, now);
                return await NoteAsync("reoffer");
            }

            if (!told) invoice?.Fail(reason, retries: false, now);
            told = true;
            var action = step.Kind switch
            {
                FailureStepKind.PaymentAlternative => await OfferAsync(debit, invoice, customer, reason, step.Channel, ct) ? "send_payment_link" : null,
                FailureStepKind.NotifyDebtor => await mail.FailureNoticeAsync(db, debit, customer, mandate, reason, now, ct) ? "notify" : null,
                FailureStepKind.NotifyCreditor => await mail.FailureToCreditorAsync(db, debit, customer, mandate, reason, now, ct) ? "notify_creditor" : null,
                FailureStepKind.SuspendMandate => await SuspendAsync(mandate, ct) ? "suspend" : null,
                FailureStepKind.CancelMandate => await CancelAsync(mandate, reason, settlement, ct) ? "cancel" : null,
                _ => Archive(debit, now),
            };
            if (action is not null) await NoteAsync(action);
            if (debit.ArchivedAt is not null) return first;
            if (step.Days > 0 && action is not null)
            {
                debit.TookStep(bucket, at, now.AddDays(step.Days), now);
                return first;
            }
        }

        if (!told) invoice?.Fail(reason, retries: false, now);
        debit.LeaveUnsettled(now);
        return first;

        async Task<(string? Action, int Step)> NoteAsync(string action)
        {
            var place = await LogAsync(debit, "step", action, ct);
            if (first.Action is null) first = (action, place);
            return first;
        }
    }

    /// <summary>
    /// What a person or a client decides: <c>paid</c>, <c>reoffer</c>, <c>backup</c>, <c>unsettle</c>, <c>archive</c>. What is with the bank
    /// waits for it; a collection that was never sent is as good as offered again.
    /// </summary>
    public async Task ActAsync(DirectDebit debit, string action, Settlement settlement, CancellationToken ct)
    {
        if (debit.State is DirectDebitState.Sent) throw new RefusedException("err_transaction_invalid_action", $"Transaction {debit.Number} is with the bank.", ("action", action)) { Field = "action" };

        var now = clock.GetUtcNow();
        var invoice = debit.InvoiceId is { } id ? await db.Invoices.SingleAsync(i => i.Id == id, ct) : null;
        var failed = debit is { State: DirectDebitState.Failed, SettledBy: null };
        var attempt = debit;
        switch (action)
        {
            case "reoffer" when debit.State is DirectDebitState.Open:
                return; // it will be offered anyway
            case "reoffer" when failed:
                if (invoice is { IsPayable: false }) throw Impossible(); // settled, off the table, or another collection has taken the place of this one
                var (mandate, profile, customer) = await PartiesAsync(debit, ct);
                if (!mandate.IsCollectable) throw new RefusedException("err_no_contract", $"Mandate {mandate.Reference} is not active.") { Field = "id" };
                attempt = await RetryAsync(debit, invoice, mandate, customer, profile, clock.Today, debit.ReasonCode ?? "", ct);
                invoice?.Fail(debit.ReasonCode ?? "", retries: true, now);
                break;
            case "backup" when failed:
                if (invoice is { IsPayable: false }) throw Impossible();
                (_, _, customer) = await PartiesAsync(debit, ct);
                if (!await OfferAsync(debit, invoice, customer, debit.ReasonCode ?? "", DebtorChannel.Email, ct)) throw new RefusedException("err_email_disabled", "The debtor has no e-mail address.") { Field = "id" };
                break;
            case "unsettle" when failed:
                debit.LeaveUnsettled(now);
                break;
            case "archive" when debit.State is not DirectDebitState.Open:
                debit.Archive(now);
                break;
            case "paid" when debit.WireState == "PAID":
                return;
            case "paid":
                if (invoice is not null)
                {
                    if (debit.State is DirectDebitState.Open)
                    {
                        debit.SettleOtherwise("manual", now);
                        invoice.StopCollecting(now);
                    }

                    await settlement.PayByHandAsync(invoice, null, ct);
                    if (debit.WireState != "PAID") debit.SettleOtherwise("manual", now); // archived: taken from the table again
                }
                else debit.SettleOtherwise("manual", now);

                break;
            default:
                throw Impossible();
        }

        if (action is "paid" or "archive") await MakeLink.ExpireForAsync(db, debit.CreditorId, debit.Number, now, ct);
        await LogAsync(debit, "manual", action, ct);
        if (invoice is not null) await settlement.ChangedAsync(invoice, ct);
        await settlement.TransactionChangedAsync(attempt, ct);

        RefusedException Impossible() => new("err_transaction_invalid_action", $"Transaction {debit.Number} is {debit.WireState}: {action} is not possible.", ("action", action)) { Field = "action" };
    }

    /// <summary>Adds to what happened to a transaction; answers its place.</summary>
    private async Task<int> LogAsync(DirectDebit debit, string origin, string action, CancellationToken ct)
    {
        var last = Math.Max(
            await db.CollectionActions.Where(a => a.CreditorId == debit.CreditorId && a.TransactionNumber == debit.Number).MaxAsync(a => (int?)a.Step, ct) ?? 0,
            db.CollectionActions.Local.Where(a => a.CreditorId == debit.CreditorId && a.TransactionNumber == debit.Number).Select(a => a.Step).DefaultIfEmpty(0).Max());
        db.CollectionActions.Add(new() { CreditorId = debit.CreditorId, TransactionNumber = debit.Number, Origin = origin, Action = action, ReasonCode = debit.ReasonCode, Step = last + 1, OccurredAt = clock.GetUtcNow() });
        return last + 1;
    }

    private DateOnly DayOf(FailureStep step)
    {
        var today = clock.Today;
        return step.OnTheFirst ? new DateOnly(today.Year, today.Month, 1).AddMonths(1).AddDays(step.Days) : today.AddDays(step.Days);
    }

    // Another day is another announcement, with the notice that binds. Source: SDD Core rulebook, pre-notification.
    private async Task<DirectDebit> RetryAsync(DirectDebit debit, Invoice? invoice, Mandate mandate, Customer customer, Profile profile, DateOnly wanted, string reason, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var on = profile.CollectOn(wanted, clock.Today, clock.Today);
        var charge = invoice is null ? profile.FailureCharge : 0m;
        await MakeLink.ExpireForAsync(db, debit.CreditorId, debit.Number, now, ct);
        var next = debit.TryAgain(invoice is null ? debit.Amount + charge : Math.Min(debit.Amount, invoice.Open), debit.Charge + charge, on, isForced: false, now);
        if (await mail.RetryAsync(db, next, invoice, customer, mandate, reason, on, now, ct) is { } told && !next.IsCard) db.Announcements.Add(Announcement.Of(next, AnnouncedBy.Mail, null, now, told.Id));
        await db.SaveChangesAsync(ct); // the failed one makes room: one collection of a debt at a time
        db.DirectDebits.Add(next);
        return next;
    }

    private async Task<bool> OfferAsync(DirectDebit debit, Invoice? invoice, Customer customer, string reason, DebtorChannel channel, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (invoice is not null) return invoice.IsPayable && await mail.PaymentAlternativeAsync(db, invoice, customer, reason, channel, now, ct);
        if ((customer.Email is null || channel is DebtorChannel.Sms) && (customer.Mobile is null || channel is DebtorChannel.Email)) return false;

        var number = debit.Number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var known = await db.PayLinks.OrderByDescending(l => l.Number).FirstOrDefaultAsync(l => l.CreditorId == debit.CreditorId && l.Origin == PayLinkOrigin.Dunning && l.TransactionNumbers == number && l.ArchivedAt == null
            && (l.State == PayLinkState.Created || l.State == PayLinkState.Started || l.State == PayLinkState.Declined), ct);
        if (known is null || known.Amount != debit.Amount)
        {
            var profile = await db.Mandates.Where(m => m.Id == debit.MandateId).Select(m => m.ProfileId).SingleAsync(ct);
            known = await MakeLink.AddAsync(db, keys, debit.CreditorId, debit.Amount, debit.Message, now,
                new(PayLinkOrigin.Dunning) { CustomerId = customer.Id, ProfileId = profile, Ref = debit.Ref, TransactionNumbers = number, Language = customer.Language }, ct);
        }

        return await mail.PaymentAlternativeAsync(db, debit, known, customer, reason, channel, now, ct);
    }

    private async Task<bool> SuspendAsync(Mandate mandate, CancellationToken ct)
    {
        if (!mandate.IsCollectable) return false;
        mandate.Suspend(true);
        await events.ChangedAsync(mandate, "uncollectable|user", ct);
        return true;
    }

    private async Task<bool> CancelAsync(Mandate mandate, string reason, Settlement settlement, CancellationToken ct)
    {
        if (mandate.State is MandateState.Cancelled) return false;
        await CancelMandate.Async(db, mandate, $"Collection failed ({reason})", "creditor", events, settlement, clock, ct);
        return true;
    }

    private static string Archive(DirectDebit debit, DateTimeOffset now)
    {
        debit.Archive(now);
        return "archive";
    }

    private async Task<(Mandate Mandate, Profile Profile, Customer Customer)> PartiesAsync(DirectDebit debit, CancellationToken ct)
    {
        var mandate = await db.Mandates.SingleAsync(m => m.Id == debit.MandateId, ct);
        var profile = (await CreditorFacts.ReadAsync(db, debit.CreditorId, ct)).ProfileOf(mandate.ProfileId);
        return (mandate, profile, await db.Customers.AsNoTracking().SingleAsync(c => c.Id == mandate.CustomerId, ct));
    }
}

/// <summary>The grace of a step is over: the next one follows, unless the debt was settled meanwhile.</summary>
internal sealed class TakeFailureSteps(EngineDb db, FailureWorkflow failures, Settlement settlement, BusinessClock clock) : IJob
{
    public static string Name => "take-failure-steps";

    public async Task<IReadOnlyList<DueWork>> DueAsync(DateTimeOffset now, int most, CancellationToken ct) =>
        await db.DirectDebits.AsNoTracking().Where(d => d.NextStepAt <= now).OrderBy(d => d.NextStepAt).Take(most)
            .Select(d => new DueWork(d.Id.ToString(), d.MandateId.ToString(), d.NextStepAt!.Value)).ToListAsync(ct);

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken ct) => await db.DirectDebits.MinAsync(d => d.NextStepAt, ct);

    public async Task RunAsync(DueWork work, CancellationToken ct)
    {
        var id = Guid.Parse(work.Id);
        await db.WriteOrRepeatAsync(async token =>
        {
            if (await db.DirectDebits.SingleOrDefaultAsync(d => d.Id == id, token) is not { NextStepAt: { } due } debit || due > clock.GetUtcNow()) return;

            var invoice = debit.InvoiceId is { } of ? await db.Invoices.SingleAsync(i => i.Id == of, token) : null;
            if (invoice is { Open: <= 0 })
            {
                await settlement.SettleCollectionsAsync(invoice, "paylink", token);
                return;
            }

            await failures.FollowAsync(debit, invoice, settlement, token);
            if (invoice is not null) await settlement.ChangedAsync(invoice, token);
            await settlement.TransactionChangedAsync(debit, token);
        }, ct);
    }
}
