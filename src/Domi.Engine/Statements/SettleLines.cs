using System.Globalization;
using Domi.Engine.CollectionRuns;
using Domi.Engine.DirectDebits;
using Domi.Engine.Feeds;
using Domi.Engine.Invoices;
using Domi.Engine.Transfers;
using Domi.Platform;
using Domi.Standards;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Statements;

/// <summary>Says of a line of the bank's statement what it is, and lets follow what follows from it, inside the running transaction.</summary>
/// <remarks>
/// What a collection stands at with the bank is the sum of its lines, and of its batch when it was credited with that: its amount when the money is
/// there, nothing when it came and went, minus its amount when it is only taken back. From that sum, and not from the order in which files
/// come, follows its state; a sum that no state explains is a question for a person. Reasons without an own line are MS03.
/// Source: `sepa.md` §6, R-transactions.
/// </remarks>
internal sealed class SettleLines(EngineDb db, Settlement settlement, StatementImport import, BusinessClock clock)
{
    // What a bank may keep of a return without saying so; more is no charge.
    private const decimal MostCharges = 25m;

    /// <summary>Also for a line that was asked about before.</summary>
    public async Task SettleAsync(StatementItem item, CancellationToken ct)
    {
        item.Question = null;
        if (item.Kind is LineKind.Notice) return;
        var named = item.EndToEndId ?? await BesideAsync(item, ct);
        if (await DebitOfAsync(item, named, ct) is { } debit)
        {
            await BookAsync(item, debit, ct);
            return;
        }

        if (await TransferOfAsync(item, named, ct) is { } transfer)
        {
            await PayoutAsync(item, transfer, ct);
            return;
        }

        if (IsCharge(item.TransactionCode))
        {
            item.Kind = LineKind.Charge;
            return;
        }

        if (await BatchAsync(item, ct) || await PayoutsAsync(item, ct) || await ByNoticesAsync(item, ct)) return;
        if (await UndoneAsync(item, ct)) return;
        if (item.ReasonCode is not null)
        {
            item.Question = LineQuestion.Unknown; // something comes back that never left from here
        }
        else if (item.Amount > 0 && item.InvoiceId is null && await import.InvoiceOfAsync(item.CreditorId, item.Message, item.Amount, ct) is { } invoice)
        {
            item.InvoiceId = invoice.Id;
            await settlement.TransferredAsync(invoice, item.Amount, $"statement:{item.SourceKey[..40]}", item.CounterpartyAccount, ct);
        }
    }

    /// <summary>Every file may answer what an earlier one left open.</summary>
    public async Task AskAgainAsync(Guid creditorId, CancellationToken ct)
    {
        foreach (var id in await db.StatementItems.AsNoTracking().Where(i => i.CreditorId == creditorId && i.Question != null).OrderBy(i => i.Number).Select(i => i.Id).ToListAsync(ct))
        {
            await db.WriteOrRepeatAsync(async token =>
            {
                if (await db.StatementItems.SingleAsync(i => i.Id == id, token) is { Question: not null } item) await SettleAsync(item, token);
            }, ct);
            db.ChangeTracker.Clear();
        }
    }

    /// <summary>A person says which collection a line is about.</summary>
    /// <param name="which">The number of the transaction, for the last of its attempts; or the end-to-end id of one of them.</param>
    /// <exception cref="RefusedException"><c>err_not_found</c>, <c>err_invalid_state</c>; <c>transaction_ambiguous</c>: it is the number of one and the id of another.</exception>
    public async Task AssignAsync(StatementItem item, string which, string by, CancellationToken ct)
    {
        if (item.Question is null) throw new RefusedException("err_invalid_state", $"Line {item.Number} asks nothing.");
        var sent = db.DirectDebits.Where(d => d.CreditorId == item.CreditorId && d.RunId != null);
        var numbered = long.TryParse(which, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? await sent.Where(d => d.Number == number).OrderByDescending(d => d.Attempt).FirstOrDefaultAsync(ct) : null;
        var named = await sent.SingleOrDefaultAsync(d => d.EndToEndId == which, ct);
        if (numbered is not null && named is not null && numbered.Number != named.Number)
            throw new RefusedException("transaction_ambiguous", $"{which} is the number of one transaction and the id of another.", ("which", which), ("one", numbered.EndToEndId), ("other", named.Number)) { Field = "transaction" };
        var debit = named ?? numbered ?? throw new RefusedException("err_not_found", $"No transaction {which} that went to the bank.") { Field = "transaction" };
        (item.DirectDebitId, item.TransferId, item.Question) = (debit.Id, null, null);
        await BookAsync(item, debit, ct);
        (item.AnsweredBy, item.Answer) = (by, $"transaction {debit.Number}");
    }

    /// <summary>A person says which transfer a line is about, by the transfer's end-to-end id.</summary>
    /// <exception cref="RefusedException"><c>err_not_found</c>, <c>err_invalid_state</c>.</exception>
    public async Task AssignTransferAsync(StatementItem item, string endToEndId, string by, CancellationToken ct)
    {
        if (item.Question is null) throw new RefusedException("err_invalid_state", $"Line {item.Number} asks nothing.");
        var transfer = await db.Transfers.SingleOrDefaultAsync(t => t.CreditorId == item.CreditorId && t.EndToEndId == endToEndId && t.RunId != null, ct)
            ?? throw new RefusedException("err_not_found", $"No transfer {endToEndId} that went to the bank.") { Field = "transfer" };
        (item.DirectDebitId, item.Question) = (null, null);
        await PayoutAsync(item, transfer, ct);
        (item.AnsweredBy, item.Answer) = (by, "transfer");
    }

    /// <summary>Transfers that a line may be about: of its amount, that the bank has had; the last ones first, at most ten.</summary>
    public IQueryable<CreditTransfer> CandidatesOf(StatementItem item)
    {
        var amount = Math.Abs(item.Amount) - item.Charges;
        return db.Transfers.AsNoTracking().Where(t => t.CreditorId == item.CreditorId && t.RunId != null && t.Amount == amount).OrderByDescending(t => t.Id).Take(10);
    }

    /// <summary>A person takes the sum of a run as it came: everything of it that is under way counts as credited; what is missing comes back as returns do.</summary>
    public async Task AcceptBatchAsync(StatementItem item, string by, CancellationToken ct)
    {
        if (item is not { Question: LineQuestion.BatchDiffers, Kind: LineKind.Batch, RunId: { } runId }) throw new RefusedException("err_invalid_state", $"Line {item.Number} is no run that differs.");
        await CreditAsync(item, await db.DirectDebits.Where(d => d.RunId == runId && d.State == DirectDebitState.Sent).OrderBy(d => d.Number).ToListAsync(ct), ct);
        (item.Question, item.AnsweredBy, item.Answer) = (null, by, "accepted");
    }

    /// <summary>A person says that nothing follows from a line.</summary>
    public static void Leave(StatementItem item, string by, string? why)
    {
        if (item.Question is null) throw new RefusedException("err_invalid_state", $"Line {item.Number} asks nothing.");
        (item.Question, item.AnsweredBy, item.Answer) = (null, by, Shorten.To(300, why));
    }

    /// <summary>The bank left the id of what comes back out: its own reference may have stood beside it before.</summary>
    private async Task<string?> BesideAsync(StatementItem item, CancellationToken ct)
    {
        if (item is not { BankReference: { } own, ReasonCode: not null }) return null;
        var beside = await db.StatementItems.AsNoTracking().Where(i => i.CreditorId == item.CreditorId && i.Account == item.Account && i.BankReference == own && i.Id != item.Id && i.EndToEndId != null).Select(i => i.EndToEndId).Distinct().OrderBy(e => e).Take(2).ToListAsync(ct);
        return beside is [var only] ? only : null;
    }

    private async Task<CreditTransfer?> TransferOfAsync(StatementItem item, string? named, CancellationToken ct) =>
        item.TransferId is { } known ? await db.Transfers.SingleAsync(t => t.Id == known, ct)
        : named is null ? null
        : await db.Transfers.SingleOrDefaultAsync(t => t.CreditorId == item.CreditorId && t.EndToEndId == named, ct);

    private async Task<DirectDebit?> DebitOfAsync(StatementItem item, string? named, CancellationToken ct)
    {
        if (item.TransferId is not null) return null;
        if (item.DirectDebitId is { } known) return await db.DirectDebits.SingleAsync(d => d.Id == known, ct);
        if (named is not null && await db.DirectDebits.SingleOrDefaultAsync(d => d.CreditorId == item.CreditorId && d.EndToEndId == named, ct) is { } of) return of;
        // Without any id mandate and amount tell it, when they tell only one.
        if (item.EndToEndId is not null || item.MandateReference is not { } reference) return null;

        // How far back one may lie, its reason says: a bank's return comes within days, a debtor's claim within weeks, an unauthorised one's within months.
        var (principal, until) = (Math.Abs(item.Amount) - item.Charges, item.BookedOn);
        var from = until.AddDays(item.ReasonCode switch { "MD06" => -65, "MD01" => -405, _ => -12 });
        var like = await db.DirectDebits.Where(d => d.CreditorId == item.CreditorId && d.Amount == principal && d.RunId != null && d.RequestedOn >= from && d.RequestedOn <= until
            && db.Mandates.Any(m => m.Id == d.MandateId && m.Reference == reference)).OrderBy(d => d.Number).Take(2).ToListAsync(ct);
        if (like is not [var one]) return null;

        // What was returned lately may be returned once more by mistake: then it is not known which of the two is meant.
        var lately = until.AddDays(-45);
        var isAmbiguous = await db.StatementItems.AnyAsync(i => i.CreditorId == item.CreditorId && i.Kind == LineKind.Return && i.Id != item.Id && i.BookedOn >= lately
            && db.DirectDebits.Any(d => d.Id == i.DirectDebitId && d.Id != one.Id && d.MandateId == one.MandateId && d.Amount == principal), ct);
        return isAmbiguous ? null : one;
    }

    private async Task BookAsync(StatementItem item, DirectDebit debit, CancellationToken ct)
    {
        (item.DirectDebitId, item.Kind) = (debit.Id, item.Amount > 0 ? LineKind.Collection : LineKind.Return);
        if (item.Amount < 0 && item.Charges == 0 && -item.Amount - debit.Amount is > 0 and <= MostCharges and var kept) item.Charges = kept;
        if (Math.Abs(item.Amount) - item.Charges != debit.Amount)
        {
            item.Question = LineQuestion.Amount;
            return;
        }

        if (debit.State is DirectDebitState.Open or DirectDebitState.Withdrawn || debit.RunId is null)
        {
            item.Question = LineQuestion.NotSent;
            return;
        }

        var others = await db.StatementItems.Where(i => i.DirectDebitId == debit.Id && i.Id != item.Id).ToListAsync(ct);
        var stands = (debit.IsCreditedInBatch ? debit.Amount : 0) + others.Append(item).Where(i => i.Question is not LineQuestion.Amount).Sum(i => i.Amount + i.Charges);
        var invoice = debit.InvoiceId is { } id ? await db.Invoices.SingleAsync(i => i.Id == id, ct) : null;
        if (debit.State is DirectDebitState.Sent && stands == debit.Amount) await settlement.CollectedAsync(debit, invoice, item.BookedOn, null, ct);
        else if (debit.State is DirectDebitState.Sent or DirectDebitState.Paid && stands <= 0 && item.Amount < 0) await settlement.FailedAsync(debit, invoice, item.ReasonCode ?? "MS03", ct);

        var isExplained = debit.State is DirectDebitState.Paid ? stands == debit.Amount
            : stands == 0 || (stands == -debit.Amount && !debit.IsCreditedInBatch && !others.Exists(i => i.Kind is LineKind.Collection) && !others.Exists(i => i.Kind is LineKind.Return));
        if (isExplained)
        {
            foreach (var other in others) other.Question = other.Question is LineQuestion.Amount ? other.Question : null;
            return;
        }

        item.Question = item.Amount < 0 ? LineQuestion.SecondReturn : debit.State is DirectDebitState.Paid ? LineQuestion.SecondCredit : LineQuestion.CreditAfterReturn;
    }

    private async Task PayoutAsync(StatementItem item, CreditTransfer transfer, CancellationToken ct)
    {
        (item.TransferId, item.Kind) = (transfer.Id, item.Amount < 0 ? LineKind.Payout : LineKind.PayoutReturn);
        var now = clock.GetUtcNow();
        if (Math.Abs(item.Amount) - item.Charges != transfer.Amount)
        {
            item.Question = LineQuestion.Amount;
        }
        else if (item.Amount < 0)
        {
            if (transfer.State is TransferState.Sent) await BookTransfers.BookedAsync(db, settlement, transfer, item.BookedOn, now, ct);
            else if (transfer.State is not TransferState.Failed) item.Question = transfer.State is TransferState.Open ? LineQuestion.NotSent : LineQuestion.SecondReturn;
        }
        else if (transfer.State is TransferState.Sent or TransferState.Paid)
        {
            var wasBooked = transfer.State is TransferState.Paid; // else its debit is told later, and then it came and went
            transfer.Fail(item.ReasonCode ?? "MS03");
            Feed.Append(db, transfer.CreditorId, FeedName.Transfers, TransferView.Of(transfer), now);
            if (wasBooked && transfer.InvoiceId is { } id) await settlement.RefundReturnedAsync(await db.Invoices.SingleAsync(i => i.Id == id, ct), transfer, ct);
        }
        else
        {
            item.Question = LineQuestion.SecondCredit;
        }
    }

    /// <summary>The sum of a run, by its id; without one, by a sum and a day that only one run has.</summary>
    private async Task<bool> BatchAsync(StatementItem item, CancellationToken ct)
    {
        if (item.Amount <= 0 || item.ReasonCode is not null) return false;
        var own = db.CollectionRuns.AsNoTracking().Where(r => r.CreditorId == item.CreditorId && r.FileId != null);
        var run = item.RunId is { } known ? await own.SingleAsync(r => r.Id == known, ct)
            : item.BatchId is { } id ? await own.SingleOrDefaultAsync(r => r.PaymentInformationId == id, ct)
            : null;
        if (run is null && item.BatchId is null && item.EndToEndId is null && IsOfDirectDebits(item.TransactionCode))
        {
            var (from, until) = (item.BookedOn.AddDays(-5), item.BookedOn);
            var like = new List<CollectionRun>();
            foreach (var candidate in await own.Where(r => r.RequestedOn >= from && r.RequestedOn <= until && !db.StatementItems.Any(i => i.RunId == r.Id)).ToListAsync(ct))
                if (await db.DirectDebits.Where(d => d.RunId == candidate.Id).SumAsync(d => d.Amount, ct) is var sum && (sum == item.Amount || await CreditedOfAsync(candidate, item, ct) is not null)) like.Add(candidate);
            if (like.Count == 1) run = like[0];
        }

        if (run is null) return false;
        (item.Kind, item.RunId) = (LineKind.Batch, run.Id);
        if (await db.StatementItems.AnyAsync(i => i.RunId == run.Id && i.Id != item.Id && i.Question == null && i.Kind == LineKind.Batch, ct)) item.Question = LineQuestion.SecondCredit;
        else if (await CreditedOfAsync(run, item, ct) is { } credited) await CreditAsync(item, credited, ct);
        else item.Question = LineQuestion.BatchDiffers;
        return true;
    }

    /// <summary>Which collections make up the sum: all that the bank did not refuse before; or all; or those that a notification names. Null: none of these.</summary>
    private async Task<List<DirectDebit>?> CreditedOfAsync(CollectionRun run, StatementItem item, CancellationToken ct)
    {
        var all = await db.DirectDebits.Where(d => d.RunId == run.Id).OrderBy(d => d.Number).ToListAsync(ct);
        var ids = all.ConvertAll(d => (Guid?)d.Id);
        var lines = (await db.StatementItems.Where(i => ids.Contains(i.DirectDebitId) && i.Question == null).Select(i => new { i.DirectDebitId, i.Kind }).ToListAsync(ct)).ToLookup(i => i.DirectDebitId!.Value, i => i.Kind);
        var alone = all.Where(d => !lines[d.Id].Contains(LineKind.Collection)).ToList(); // those with a credit of their own are not in the sum
        var kept = alone.Where(d => d.State is not DirectDebitState.Failed || lines[d.Id].Contains(LineKind.Return)).ToList();
        if (kept.Sum(d => d.Amount) == item.Amount) return kept;
        if (alone.Sum(d => d.Amount) == item.Amount) return alone;
        var told = (await db.StatementItems.Where(i => i.CreditorId == item.CreditorId && i.Kind == LineKind.Notice && i.Amount > 0 && i.EndToEndId != null
            && (i.BatchId == run.PaymentInformationId || (item.EntryReference != null && i.EntryReference == item.EntryReference))).Select(i => i.EndToEndId).ToListAsync(ct)).ToHashSet();
        var named = alone.Where(d => told.Contains(d.EndToEndId)).ToList();
        return named.Count > 0 && named.Sum(d => d.Amount) == item.Amount ? named : null;
    }

    private async Task CreditAsync(StatementItem item, List<DirectDebit> credited, CancellationToken ct)
    {
        foreach (var debit in credited)
        {
            debit.CreditInBatch(clock.GetUtcNow());
            if (debit.State is not DirectDebitState.Sent) continue; // taken back before the sum was told: it came and went
            var invoice = debit.InvoiceId is { } id ? await db.Invoices.SingleAsync(i => i.Id == id, ct) : null;
            await settlement.CollectedAsync(debit, invoice, item.BookedOn, null, ct);
        }
    }

    /// <summary>The sum of a run of transfers, debited at once.</summary>
    private async Task<bool> PayoutsAsync(StatementItem item, CancellationToken ct)
    {
        if (item.Amount >= 0 || item.ReasonCode is not null || item.BatchId is not { } id) return false;
        if (await db.TransferRuns.AsNoTracking().SingleOrDefaultAsync(r => r.CreditorId == item.CreditorId && r.PaymentInformationId == id && r.FileId != null, ct) is not { } run) return false;

        (item.Kind, item.RunId) = (LineKind.Payout, run.Id);
        var transfers = await db.Transfers.Where(t => t.RunId == run.Id && t.State == TransferState.Sent).OrderBy(t => t.CreatedAt).ToListAsync(ct);
        if (transfers.Sum(t => t.Amount) != -item.Amount)
        {
            item.Question = LineQuestion.BatchDiffers;
            return true;
        }

        foreach (var transfer in transfers) await BookTransfers.BookedAsync(db, settlement, transfer, item.BookedOn, clock.GetUtcNow(), ct);
        return true;
    }

    /// <summary>A sum of returns whose parts a notification tells: each is booked, on the sum's own line when it is one.</summary>
    private async Task<bool> ByNoticesAsync(StatementItem item, CancellationToken ct)
    {
        if (item.Amount >= 0 || item.EndToEndId is not null || item.EntryReference is not { } reference) return false;
        var told = await db.StatementItems.Where(i => i.CreditorId == item.CreditorId && i.Kind == LineKind.Notice && i.EntryReference == reference && i.Amount < 0).OrderBy(i => i.Number).ToListAsync(ct);
        if (told.Count == 0 || told.Sum(i => i.Amount) != item.Amount)
        {
            if (!IsOfDirectDebits(item.TransactionCode)) return false;
            item.Question = LineQuestion.BatchDiffers; // returns, and nothing says of what
            return true;
        }

        foreach (var notice in told)
        {
            var key = "part:" + notice.SourceKey["bank:".Length..];
            if (await db.StatementItems.AnyAsync(i => i.CreditorId == item.CreditorId && i.SourceKey == key, ct)) continue;
            var part = Part(item, notice, key, await db.NextObjectNumberAsync(item.CreditorId, ct));
            db.StatementItems.Add(part);
            await SettleAsync(part, ct);
            await db.SaveChangesAsync(ct);
        }

        item.Kind = LineKind.Batch;
        return true;
    }

    /// <summary>The bank took back, or gave, what was not ours, and undid it: the two are nothing.</summary>
    private async Task<bool> UndoneAsync(StatementItem item, CancellationToken ct)
    {
        if (item.EndToEndId is not { } id) return false;
        var opposite = await db.StatementItems.Where(i => i.CreditorId == item.CreditorId && i.EndToEndId == id && i.Id != item.Id && i.Question == LineQuestion.Unknown && i.Amount == -item.Amount).OrderBy(i => i.Number).FirstOrDefaultAsync(ct);
        if (opposite is null) return false;
        (opposite.Question, opposite.Answer, item.Answer) = (null, "undone", "undone");
        return true;
    }

    // Money stands on the sum's line; a part tells what it was, and is left out where lines are added up: its statement is none.
    private static StatementItem Part(StatementItem sum, StatementItem notice, string key, long number) => new()
    {
        CreditorId = sum.CreditorId,
        Number = number,
        Account = sum.Account,
        Name = notice.Name,
        CounterpartyAccount = notice.CounterpartyAccount,
        CounterpartyBic = notice.CounterpartyBic,
        Amount = notice.Amount,
        Message = notice.Message,
        BookedOn = sum.BookedOn,
        SourceKey = key,
        EndToEndId = notice.EndToEndId,
        MandateReference = notice.MandateReference,
        BatchId = notice.BatchId,
        BankReference = notice.BankReference,
        TransactionCode = notice.TransactionCode,
        ReasonCode = notice.ReasonCode ?? "MS03",
        Charges = notice.Charges,
        ImportedAt = sum.ImportedAt,
    };

    // camt names the family, CODA has it as the second and third digit, and the operation as the next two.
    private static bool IsOfDirectDebits(string? code) => code is not null && (code.Contains("DDT", StringComparison.Ordinal) || (IsCoda(code) && code[1..3] == "05"));

    private static bool IsCharge(string? code) => code is not null && (code.EndsWith("/CHRG", StringComparison.Ordinal) || code.EndsWith("/COMM", StringComparison.Ordinal) || code.EndsWith("/FEES", StringComparison.Ordinal) || (IsCoda(code) && (code[1..3] == "80" || code[3..5] == "37")));

    private static bool IsCoda(string code) => code.Length == 8 && code.All(char.IsAsciiDigit);
}
