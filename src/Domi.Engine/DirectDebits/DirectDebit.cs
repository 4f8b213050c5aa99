using Domi.Platform;
using Domi.Standards;

namespace Domi.Engine.DirectDebits;

public enum DirectDebitState { Open, Sent, Paid, Failed, Withdrawn }

/// <summary>
/// One collection from one debtor: one attempt, with an end-to-end id of its own. The attempts of one transaction share its number; the
/// last one, which no other superseded, is what the API shows of it.
/// </summary>
/// <remarks>
/// Open → Sent → Paid or Failed; Paid → Failed when it is returned or refunded; Open → Withdrawn. A failed one goes through the steps of
/// the profile's failure plan: another attempt supersedes it, the debtor settles it another way, or it stays unsettled. At most one of a
/// transaction, and of an invoice, is open or sent: an index declines the second.
/// </remarks>
public sealed class DirectDebit
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid CreditorId { get; init; }

    /// <summary>The number that clients read as transaction id; each attempt of a transaction has it.</summary>
    public long Number { get; init; }

    public Guid? InvoiceId { get; init; }

    public Guid MandateId { get; init; }

    /// <summary>The subscription that made it.</summary>
    public Guid? SubscriptionId { get; init; }

    public decimal Amount { get; private set; }

    /// <summary>What the debtor sees, at most 140 SEPA characters.</summary>
    public string Message { get; private set; } = "";

    public string? Ref { get; private set; }

    /// <summary>Where what it is for happened; for the creditor's own use.</summary>
    public string? Place { get; private set; }

    /// <summary>The day of what it is for.</summary>
    public DateOnly BilledOn { get; init; }

    /// <summary>Comes back on every message of the bank; unique for every attempt.</summary>
    public required string EndToEndId { get; init; }

    /// <summary>Its first end-to-end id is the creditor's reference.</summary>
    public bool RefIsEndToEndId { get; init; }

    /// <summary>What earlier attempts that failed added to the amount.</summary>
    public decimal Charge { get; init; }

    /// <summary>A card is charged, not an account.</summary>
    public bool IsCard { get; init; }

    /// <summary>1 for the first attempt.</summary>
    public int Attempt { get; init; } = 1;

    public DateTimeOffset CreatedAt { get; init; }

    public DateOnly RequestedOn { get; private set; }

    /// <summary>The creditor wants it presented although the mandate is suspended or cancelled.</summary>
    public bool IsForced { get; init; }

    public DirectDebitState State { get; private set; } = DirectDebitState.Open;

    public DateOnly? SettledOn { get; private set; }

    public string? ReasonCode { get; private set; }

    public DateTimeOffset? FailedAt { get; private set; }

    /// <summary>When the next thing happens to it: it is handed to the bank, or the bank answers.</summary>
    public DateTimeOffset? DueAt { get; private set; }

    /// <summary>No more is to be expected, but for a refund.</summary>
    public bool IsFinal { get; private set; }

    /// <summary>The run it went to the bank with.</summary>
    public Guid? RunId { get; private set; }

    /// <summary>Why it did not go to the bank when it was put together: code of <see cref="CollectionRuns.Held"/>.</summary>
    public string? HeldBecause { get; private set; }

    /// <summary>The day, or the amount, that the reason is about.</summary>
    public string? HeldDetail { get; private set; }

    /// <summary>It came with the sum of its batch: no line of a statement is its own credit.</summary>
    public bool IsCreditedInBatch { get; private set; }

    /// <summary>Another attempt took its place.</summary>
    public bool IsSuperseded { get; private set; }

    /// <summary>Place in the failure plan of the next step that follows.</summary>
    public int Step { get; private set; }

    /// <summary>The bucket in which <see cref="Step"/> counts.</summary>
    public FailureBucket? StepBucket { get; private set; }

    /// <summary>When the grace of the last step ends.</summary>
    public DateTimeOffset? NextStepAt { get; private set; }

    /// <summary>It failed, and nothing more happens by itself: a person decides.</summary>
    public bool IsUnsettled { get; private set; }

    public DateTimeOffset? ArchivedAt { get; private set; }

    /// <summary>How it was paid after it had failed: <c>paylink</c>, <c>transfer</c>, <c>manual</c>.</summary>
    public string? SettledBy { get; private set; }

    public DateTimeOffset UpdatedAt { get; private set; }

    public int Version { get; private set; }

    /// <summary>As the API says it.</summary>
    public string WireState => State is DirectDebitState.Paid || SettledBy is not null ? "PAID" : State is DirectDebitState.Failed ? "ERROR" : "OPEN";

    public static DirectDebit Plan(
        Guid creditorId, long number, Guid? invoiceId, Guid mandateId, decimal amount, string message, string? reference,
        int attempt, DateOnly requestedOn, DateTimeOffset now, bool isForced = false,
        string? place = null, DateOnly? billedOn = null, bool refIsEndToEndId = false, Guid? subscriptionId = null, decimal charge = 0m, bool isCard = false) =>
        new()
        {
            CreditorId = creditorId,
            Number = number,
            InvoiceId = invoiceId,
            MandateId = mandateId,
            SubscriptionId = subscriptionId,
            Amount = amount,
            Message = message,
            Ref = reference,
            Place = place,
            BilledOn = billedOn ?? now.BrusselsDate(),
            RefIsEndToEndId = refIsEndToEndId,
            Charge = charge,
            EndToEndId = refIsEndToEndId && reference is not null ? reference : Guid.CreateVersion7().ToString("n"),
            Attempt = attempt,
            CreatedAt = now,
            UpdatedAt = now,
            RequestedOn = requestedOn,
            IsForced = isForced,
            IsCard = isCard,
            DueAt = HandOverAt(requestedOn, now, isCard),
        };

    /// <summary>The next attempt of this transaction, on another day; this one is superseded.</summary>
    /// <exception cref="RefusedException"><c>err_invalid_state</c>: it did not fail.</exception>
    public DirectDebit TryAgain(decimal amount, decimal charge, DateOnly requestedOn, bool isForced, DateTimeOffset now)
    {
        Require(State is DirectDebitState.Failed && SettledBy is null && !IsSuperseded);
        (IsSuperseded, IsUnsettled, NextStepAt, IsFinal, ArchivedAt) = (true, false, null, true, null);
        Touch(now);
        var next = Plan(CreditorId, Number, InvoiceId, MandateId, amount, Message, Ref, Attempt + 1, requestedOn, now, isForced, Place, BilledOn, false, SubscriptionId, charge, IsCard);
        (next.Step, next.StepBucket) = (Step, StepBucket);
        return next;
    }

    // The bank wants it the day before; a card is charged on the day itself.
    private static DateTimeOffset HandOverAt(DateOnly requestedOn, DateTimeOffset now, bool isCard) =>
        (isCard ? requestedOn : TargetCalendar.AddOpenDays(requestedOn, -1)).At(6) is var at && at > now ? at : now;

    /// <summary>Another day, as long as the bank does not have it.</summary>
    public void Postpone(DateOnly requestedOn, DateTimeOffset now)
    {
        Require(State is DirectDebitState.Open);
        (RequestedOn, DueAt, HeldBecause, HeldDetail) = (requestedOn, HandOverAt(requestedOn, now, IsCard), null, null);
        Touch(now);
    }

    /// <summary>What the creditor changes as long as the bank does not have it; what is null stays.</summary>
    public void Change(decimal? amount, string? message, string? reference, string? place, DateTimeOffset now)
    {
        Require(State is DirectDebitState.Open);
        (Amount, Message, Ref, Place, HeldBecause, HeldDetail) = (amount ?? Amount, message ?? Message, reference ?? Ref, place ?? Place, null, null);
        Touch(now);
    }

    /// <summary>It goes to the bank with a run.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="bankAnswersAt">When the simulated bank answers; null: the creditor's own bank does in its own time.</param>
    /// <param name="now">The instant.</param>
    public void HandOver(Guid runId, DateTimeOffset? bankAnswersAt, DateTimeOffset now)
    {
        Require(State is DirectDebitState.Open);
        (State, RunId, DueAt, HeldBecause, HeldDetail) = (DirectDebitState.Sent, runId, bankAnswersAt, null, null);
        Touch(now);
    }

    /// <summary>It stays behind. Answers whether that is new.</summary>
    public bool Hold(CollectionRuns.Held held, DateTimeOffset now)
    {
        Require(State is DirectDebitState.Open);
        if ((HeldBecause, HeldDetail) == (held.Because, held.Detail)) return false;
        (HeldBecause, HeldDetail) = (held.Because, held.Detail);
        Touch(now);
        return true;
    }

    /// <summary>The file it stood in does not go to the bank: it is open again.</summary>
    public void TakeBack(DateTimeOffset now)
    {
        Require(State is DirectDebitState.Sent);
        (State, RunId, DueAt) = (DirectDebitState.Open, null, HandOverAt(RequestedOn, now, IsCard));
        Touch(now);
    }

    /// <summary>The creditor's own bank credited a whole batch, and it was in it.</summary>
    public void CreditInBatch(DateTimeOffset now)
    {
        IsCreditedInBatch = true;
        Touch(now);
    }

    public void Settle(DateOnly on, DateTimeOffset? outcomeAt, DateTimeOffset now)
    {
        Require(State is DirectDebitState.Sent);
        (State, SettledOn, DueAt, IsFinal) = (DirectDebitState.Paid, on, outcomeAt, outcomeAt is null);
        Touch(now);
    }

    public void Finish(DateTimeOffset now)
    {
        (DueAt, IsFinal) = (null, true);
        Touch(now);
    }

    /// <summary>The bank refuses or takes back.</summary>
    /// <returns>True when money that had been settled was taken back.</returns>
    public bool Fail(string reasonCode, DateTimeOffset now)
    {
        Require(State is DirectDebitState.Sent or DirectDebitState.Paid or DirectDebitState.Open);
        var tookBack = State is DirectDebitState.Paid;
        (State, ReasonCode, FailedAt, DueAt, IsFinal) = (DirectDebitState.Failed, reasonCode, now, null, true);
        Touch(now);
        return tookBack;
    }

    /// <summary>A step of the failure plan was taken; <paramref name="until"/> is when its grace ends and the next one follows.</summary>
    public void TookStep(FailureBucket bucket, int next, DateTimeOffset? until, DateTimeOffset now)
    {
        (StepBucket, Step, NextStepAt, IsFinal) = (bucket, next, until, false);
        Touch(now);
    }

    /// <summary>No step is left, or a person stopped them: it waits for one.</summary>
    public void LeaveUnsettled(DateTimeOffset now)
    {
        Require(State is DirectDebitState.Failed && SettledBy is null);
        (IsUnsettled, NextStepAt, IsFinal) = (true, null, true);
        Touch(now);
    }

    /// <summary>The debtor paid it another way, or the creditor says so.</summary>
    public void SettleOtherwise(string by, DateTimeOffset now)
    {
        Require(State is DirectDebitState.Failed or DirectDebitState.Open);
        if (State is DirectDebitState.Open) (State, DueAt) = (DirectDebitState.Withdrawn, null);
        (SettledBy, IsUnsettled, NextStepAt, IsFinal) = (by, false, null, true);
        Touch(now);
    }

    /// <summary>What had settled it was given back: it is unsettled again.</summary>
    public void OpenAgain(DateTimeOffset now)
    {
        Require(State is DirectDebitState.Failed && SettledBy is not null);
        (SettledBy, IsUnsettled) = (null, true);
        Touch(now);
    }

    /// <summary>Off the table: nothing follows any more.</summary>
    public void Archive(DateTimeOffset now)
    {
        Require(State is not (DirectDebitState.Open or DirectDebitState.Sent));
        (ArchivedAt, IsUnsettled, NextStepAt, IsFinal) = (now, false, null, true);
        Touch(now);
    }

    public void Withdraw(DateTimeOffset now)
    {
        Require(State is DirectDebitState.Open);
        (State, DueAt, IsFinal) = (DirectDebitState.Withdrawn, null, true);
        Touch(now);
    }

    private void Touch(DateTimeOffset now)
    {
        UpdatedAt = now;
        Version++;
    }

    private void Require(bool allowed)
    {
        if (!allowed) throw new RefusedException("err_invalid_state", $"Collection {EndToEndId} is {State}.");
    }
}
