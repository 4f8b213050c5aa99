using Domi.Platform;
using Domi.Standards;

namespace Domi.Engine.DirectDebits;

public enum DirectDebitState { Open, Sent, Paid, Failed, Withdrawn }

/// <summary>One collection from one debtor: one attempt, with an end-to-end id of its own.</summary>
/// <remarks>
/// Open → Sent → Paid or Failed; Paid → Failed when it is returned or refunded; Open → Withdrawn. At most one of an invoice is open or
/// sent: an index declines the second.
/// </remarks>
public sealed class DirectDebit
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid CreditorId { get; init; }

    /// <summary>The number that clients read as transaction id.</summary>
    public long Number { get; init; }

    public Guid? InvoiceId { get; init; }

    public Guid MandateId { get; init; }

    public decimal Amount { get; init; }

    /// <summary>What the debtor sees, at most 140 SEPA characters.</summary>
    public string Message { get; init; } = "";

    public string? Ref { get; init; }

    /// <summary>Comes back on every message of the bank; unique for every attempt.</summary>
    public required string EndToEndId { get; init; }

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

    public int Version { get; private set; }

    public static DirectDebit Plan(
        Guid creditorId, long number, Guid? invoiceId, Guid mandateId, decimal amount, string message, string? reference,
        int attempt, DateOnly requestedOn, DateTimeOffset now, bool isForced = false) =>
        new()
        {
            CreditorId = creditorId,
            Number = number,
            InvoiceId = invoiceId,
            MandateId = mandateId,
            Amount = amount,
            Message = message,
            Ref = reference,
            EndToEndId = Guid.CreateVersion7().ToString("n"),
            Attempt = attempt,
            CreatedAt = now,
            RequestedOn = requestedOn,
            IsForced = isForced,
            DueAt = HandOverAt(requestedOn, now),
        };

    // The bank wants it the day before.
    private static DateTimeOffset HandOverAt(DateOnly requestedOn, DateTimeOffset now) =>
        TargetCalendar.AddOpenDays(requestedOn, -1).At(6) is var at && at > now ? at : now;

    /// <summary>Another day, as long as the bank does not have it.</summary>
    public void Postpone(DateOnly requestedOn, DateTimeOffset now)
    {
        Require(State is DirectDebitState.Open);
        (RequestedOn, DueAt) = (requestedOn, HandOverAt(requestedOn, now));
        Version++;
    }

    public void HandOver(DateTimeOffset bankAnswersAt)
    {
        Require(State is DirectDebitState.Open);
        (State, DueAt) = (DirectDebitState.Sent, bankAnswersAt);
        Version++;
    }

    public void Settle(DateOnly on, DateTimeOffset? outcomeAt)
    {
        Require(State is DirectDebitState.Sent);
        (State, SettledOn, DueAt, IsFinal) = (DirectDebitState.Paid, on, outcomeAt, outcomeAt is null);
        Version++;
    }

    public void Finish()
    {
        (DueAt, IsFinal) = (null, true);
        Version++;
    }

    /// <summary>The bank refuses or takes back.</summary>
    /// <returns>True when money that had been settled was taken back.</returns>
    public bool Fail(string reasonCode, DateTimeOffset now)
    {
        Require(State is DirectDebitState.Sent or DirectDebitState.Paid or DirectDebitState.Open);
        var tookBack = State is DirectDebitState.Paid;
        (State, ReasonCode, FailedAt, DueAt, IsFinal) = (DirectDebitState.Failed, reasonCode, now, null, true);
        Version++;
        return tookBack;
    }

    public void Withdraw()
    {
        Require(State is DirectDebitState.Open);
        (State, DueAt, IsFinal) = (DirectDebitState.Withdrawn, null, true);
        Version++;
    }

    private void Require(bool allowed)
    {
        if (!allowed) throw new RefusedException("err_invalid_state", $"Collection {EndToEndId} is {State}.");
    }
}
