using Domi.Engine.CollectionRuns;
using Domi.Engine.DirectDebits;
using Domi.Engine.Invoices;
using Domi.Engine.Mandates;
using Domi.Engine.Pages;
using Domi.Platform;
using Domi.Standards;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Simulator;

/// <summary>
/// The outcomes of the simulated bank, as Twikey publishes them for its test environment: collections by amount, B2B mandates by the
/// last digit of the IBAN.
/// </summary>
/// <remarks>Source: Twikey development kit, Testdata.md, and developers/test.html (first feedback paid, outcome on the second run).</remarks>
internal static class Outcomes
{
    private static readonly string[] Technical = ["AC01", "AC04", "AC06", "AC13", "AG01", "FF01", "MD01", "MD02", "MD07", "PY01", "RC01", "SL01"];

    /// <summary>Between two runs of the bank.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    /// <summary>The reason a collection fails for, or null when it is paid: by the whole euros of the amount.</summary>
    public static string? OfCollection(decimal amount) => (int)Math.Truncate(amount) switch
    {
        >= 1 and <= 5 => "MS03",
        >= 6 and <= 10 => "AM04",
        >= 11 and <= 15 => "MS02",
        >= 16 and <= 20 => "MD06",
        >= 21 and <= 32 and var euros => Technical[euros - 21],
        _ => null,
    };

    /// <summary>The reason a charge of a card fails for, or null: by the month of its expiry. January refuses, other odd months lack money.</summary>
    public static string? OfCard(DateOnly expiresOn) => expiresOn.Month switch { 1 => "MS02", var month when month % 2 == 1 => "AM04", _ => null };

    /// <summary>Whether the debtor's bank accepts a B2B mandate: an even last digit.</summary>
    public static bool AcceptsMandate(Iban account) => (account.Value[^1] - '0') % 2 == 0;
}

/// <summary>
/// Moves collections along on the business clock: handed over the day before, credited on the requested date; those that fail do so on
/// the bank's next run, so that money first comes and is then taken back. Cards are answered at once.
/// </summary>
internal sealed class RunBank(EngineDb db, Settlement settlement, BusinessClock clock) : IJob
{
    public static string Name => "run-bank";

    public static int Parallel => 2;

    public async Task<IReadOnlyList<DueWork>> DueAsync(DateTimeOffset now, int most, CancellationToken ct) =>
        await (await MovingAsync(ct)).AsNoTracking().Where(d => d.DueAt <= now).OrderBy(d => d.DueAt).Take(most)
            .Select(d => new DueWork(d.Id.ToString(), d.MandateId.ToString(), d.DueAt!.Value)).ToListAsync(ct);

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken ct) => await (await MovingAsync(ct)).MinAsync(d => d.DueAt, ct);

    // Where a profile does not send by itself, what is open waits for somebody who collects; and what is collected by an own bank is not for this one.
    private async Task<IQueryable<DirectDebit>> MovingAsync(CancellationToken ct)
    {
        var byOwnBank = await db.BankContracts.Where(c => c.IsActive).Select(c => c.CreditorId).ToListAsync(ct);
        var moving = db.DirectDebits.Where(d => d.State != DirectDebitState.Open || db.Mandates.Any(m => m.Id == d.MandateId && db.Profiles.Any(p => p.Id == m.ProfileId && p.SendsByItself)));
        return byOwnBank.Count == 0 ? moving : moving.Where(d => d.State != DirectDebitState.Open || d.IsCard || !byOwnBank.Contains(d.CreditorId));
    }

    public async Task RunAsync(DueWork work, CancellationToken ct)
    {
        var id = Guid.Parse(work.Id);
        // Two that begin the run of a day at the same moment meet on its index.
        await db.WriteOrRepeatAsync(async token =>
        {
            if (await db.DirectDebits.SingleOrDefaultAsync(d => d.Id == id, token) is not { DueAt: { } due } debit || due > clock.GetUtcNow()) return;

            var invoice = debit.InvoiceId is { } of ? await db.Invoices.SingleAsync(i => i.Id == of, token) : null;
            switch (debit.State)
            {
                case DirectDebitState.Open:
                    var mandate = await db.Mandates.AsNoTracking().SingleAsync(m => m.Id == debit.MandateId, token);
                    if (!mandate.IsCollectable && !debit.IsForced) await settlement.FailedAsync(debit, invoice, "MD01", token); // nothing may be collected on it any more
                    else await RunOf.HandOverAsync(db, debit, mandate.ProfileId, clock, token);
                    break;

                case DirectDebitState.Sent when debit.IsCard:
                    var expiresOn = await db.Mandates.Where(m => m.Id == debit.MandateId).Select(m => m.CardExpiresOn!.Value).SingleAsync(token);
                    if (Outcomes.OfCard(expiresOn) is { } declined) await settlement.FailedAsync(debit, invoice, declined, token);
                    else await settlement.CollectedAsync(debit, invoice, clock.Today, null, token);
                    break;

                case DirectDebitState.Sent:
                    await settlement.CollectedAsync(debit, invoice, clock.Today,
                        Outcomes.OfCollection(debit.Amount) is null ? null : clock.GetUtcNow() + Outcomes.Interval, token);
                    break;

                case DirectDebitState.Paid when Outcomes.OfCollection(debit.Amount) is { } reason:
                    await settlement.FailedAsync(debit, invoice, reason, token);
                    break;

                default:
                    debit.Finish(clock.GetUtcNow());
                    break;
            }
        }, ct);
    }
}

/// <summary>The debtors' banks answer on B2B mandates.</summary>
internal sealed class AnswerB2BMandates(EngineDb db, MandateEvents events, Settlement settlement, BusinessClock clock) : IJob
{
    public static string Name => "answer-b2b-mandates";

    public async Task<IReadOnlyList<DueWork>> DueAsync(DateTimeOffset now, int most, CancellationToken ct) =>
        await db.Mandates.AsNoTracking().Where(m => m.BankAnswersAt <= now).OrderBy(m => m.BankAnswersAt).Take(most)
            .Select(m => new DueWork(m.Id.ToString(), m.Id.ToString(), m.BankAnswersAt!.Value)).ToListAsync(ct);

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken ct) => await db.Mandates.MinAsync(m => m.BankAnswersAt, ct);

    public async Task RunAsync(DueWork work, CancellationToken ct)
    {
        var id = Guid.Parse(work.Id);
        await db.WriteAsync(async token =>
        {
            if (await db.Mandates.SingleOrDefaultAsync(m => m.Id == id, token) is not { BankAnswersAt: not null } mandate) return;

            var accepts = Outcomes.AcceptsMandate(mandate.DebtorAccount!.Value);
            mandate.BankAnswers(accepts, clock.GetUtcNow());
            if (!accepts)
            {
                db.PageEvents.Add(new() { CreditorId = mandate.CreditorId, AboutId = mandate.Id, Kind = PageEvent.Failed, At = clock.GetUtcNow() });
                await events.CancelledAsync(mandate, token);
                return;
            }

            await events.AcceptedByBankAsync(mandate, token);
            await SignMandate.BeginAsync(db, mandate, settlement, clock, token);
        }, ct);
    }
}
