using Domi.Platform;
using Domi.Standards;

namespace Domi.Engine.CollectionRuns;

public enum OutgoingKind { DirectDebits, Transfers }

public enum OutgoingState { Waiting, Released, HandedOver, Accepted, Refused, Withdrawn }

/// <summary>A file for the creditor's bank: one message, with its runs as its batches.</summary>
/// <remarks>
/// Waiting → Released → HandedOver → Accepted or Refused; Waiting and Refused → Withdrawn, which frees what is in it. What was released is
/// kept as it was written: whoever asks again gets the same bytes. Source: ISO 20022 pain.008 and pain.001, group header.
/// </remarks>
public sealed class OutgoingFile
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid CreditorId { get; init; }

    public long Number { get; init; }

    /// <summary>MsgId: unique per creditor for ever, at most 35 characters. The bank knows a file again by it.</summary>
    public required string MessageId { get; init; }

    public OutgoingKind Kind { get; init; }

    public Iban Account { get; init; }

    public int Count { get; private set; }

    /// <summary>Euro.</summary>
    public decimal Amount { get; private set; }

    public OutgoingState State { get; private set; } = OutgoingState.Waiting;

    /// <summary>Who had it made, by name.</summary>
    public string MadeBy { get; init; } = "";

    /// <summary>The person, where one had it made: he cannot be the second one.</summary>
    public Guid? MadeById { get; init; }

    public DateTimeOffset MadeAt { get; init; }

    public string? ReleasedBy { get; private set; }

    /// <summary>Also the instant that stands in the file, in whole seconds.</summary>
    public DateTimeOffset? ReleasedAt { get; private set; }

    /// <summary>SHA-256 of the file, lower-case hex.</summary>
    public string? Sha256 { get; private set; }

    /// <summary>The blob that keeps it, compressed.</summary>
    public string? ContentHash { get; private set; }

    /// <summary>When it is to be laid into the folder, or on the bank's server; null when nothing is to be done by itself.</summary>
    public DateTimeOffset? HandOverDueAt { get; private set; }

    /// <summary>How often it was tried in vain.</summary>
    public int HandOverAttempts { get; private set; }

    /// <summary>Code of what was wrong the last time.</summary>
    public string? HandOverProblem { get; private set; }

    /// <summary>Its draft lies whole on the bank's server: from now on it may be there under its name.</summary>
    public DateTimeOffset? UploadedAt { get; private set; }

    public DateTimeOffset? HandedOverAt { get; private set; }

    public DateTimeOffset? AnsweredAt { get; private set; }

    /// <summary>The bank's reason code, or what it said, when it refused the whole.</summary>
    public string? Answer { get; private set; }

    public int Version { get; private set; }

    /// <summary>What it holds, counted when it is made and again when it is released.</summary>
    public void Holds(int count, decimal amount)
    {
        Require(OutgoingState.Waiting);
        (Count, Amount) = (count, amount);
        Version++;
    }

    /// <exception cref="RefusedException"><c>err_second_person</c>: above the limit who made a file does not release it.</exception>
    public void RequireSecond(Guid? person, decimal limit)
    {
        if (Amount > limit && MadeById is not null && MadeById == person)
            throw new RefusedException("err_second_person", $"A file of {Amount} euro is released by somebody else than who made it.", ("limit", limit));
    }

    public void Release(string by, string sha256, string contentHash, bool byItself, DateTimeOffset now)
    {
        Require(OutgoingState.Waiting);
        (State, ReleasedBy, ReleasedAt, Sha256, ContentHash, HandOverDueAt) = (OutgoingState.Released, by, now, sha256, contentHash, byItself ? now : null);
        Version++;
    }

    /// <summary>The bank has it.</summary>
    public void HandOver(DateTimeOffset now)
    {
        Require(OutgoingState.Released);
        (State, HandedOverAt, HandOverDueAt, HandOverProblem) = (OutgoingState.HandedOver, now, null, null);
        Version++;
    }

    /// <summary>Its draft lies whole on the bank's server, and gets its name next.</summary>
    public void Upload(DateTimeOffset now)
    {
        Require(OutgoingState.Released);
        (UploadedAt, HandOverProblem) = (UploadedAt ?? now, null);
        Version++;
    }

    /// <summary>The bank's server did not take it: tried again later, at least every hour, for it has a day to meet.</summary>
    public void Defer(string problem, DateTimeOffset now)
    {
        Require(OutgoingState.Released);
        (HandOverProblem, HandOverDueAt) = (problem, now + TimeSpan.FromMinutes(HandOverAttempts switch { 0 => 1, 1 => 5, 2 => 15, _ => 60 }));
        HandOverAttempts++;
        Version++;
    }

    /// <summary>Nothing more happens by itself: a person takes it to the bank, says that it has it, or withdraws it.</summary>
    /// <param name="problem">Why; null when only the way was changed.</param>
    public void Park(string? problem)
    {
        Require(OutgoingState.Released);
        (HandOverProblem, HandOverDueAt) = (problem, null);
        Version++;
    }

    /// <summary>The bank took it. No proof of money: statements are. Said again it changes nothing.</summary>
    public void Accept(DateTimeOffset now)
    {
        if (State is not (OutgoingState.Released or OutgoingState.HandedOver)) return;
        (State, AnsweredAt, HandedOverAt, HandOverDueAt) = (OutgoingState.Accepted, now, HandedOverAt ?? now, null);
        Version++;
    }

    /// <summary>The bank refused the whole, or a batch of it; what becomes of it a person decides, for it may have had the payments before.</summary>
    public void Refuse(string answer, DateTimeOffset now)
    {
        if (State is OutgoingState.Withdrawn or OutgoingState.Waiting) return;
        (State, AnsweredAt, HandedOverAt, HandOverDueAt, Answer) = (OutgoingState.Refused, now, HandedOverAt ?? now, null, Shorten.To(300, answer));
        Version++;
    }

    /// <exception cref="RefusedException"><c>err_invalid_state</c>: the bank has it, and did not refuse it; or it is on its way.</exception>
    public void Withdraw()
    {
        if (State is not (OutgoingState.Waiting or OutgoingState.Released or OutgoingState.Refused) || this is { State: OutgoingState.Released, UploadedAt: not null, HandOverDueAt: not null, HandOverProblem: null }) throw Invalid();
        (State, HandOverDueAt) = (OutgoingState.Withdrawn, null);
        Version++;
    }

    private void Require(OutgoingState state)
    {
        if (State != state) throw Invalid();
    }

    private RefusedException Invalid() => new("err_invalid_state", $"File {MessageId} is {State}.");
}
