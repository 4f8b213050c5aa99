using Domi.Platform;
using Domi.Standards;

namespace Domi.Engine.Transfers;

public enum TransferState { Open, Sent, Paid, Failed }

/// <summary>Money that goes out: to a beneficiary, or back to a debtor.</summary>
/// <remarks>Open → Sent with a batch → Paid or Failed. Source: Twikey API, Credit transfers; ISO 20022 pain.001.</remarks>
public sealed class CreditTransfer
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid CreditorId { get; init; }

    /// <summary>Unique per creditor; the id that clients know, and that comes back on every message of the bank.</summary>
    public required string EndToEndId { get; init; }

    public Guid? CustomerId { get; init; }

    public string Name { get; init; } = "";

    public Iban Account { get; init; }

    public Bic? Bic { get; init; }

    /// <summary>Euro, positive.</summary>
    public decimal Amount { get; init; }

    public string Message { get; init; } = "";

    public string? Ref { get; init; }

    public string? Place { get; init; }

    /// <summary>Not before this day.</summary>
    public DateOnly RequestedOn { get; init; }

    /// <summary>The collection it gives back.</summary>
    public Guid? DirectDebitId { get; init; }

    /// <summary>Calendar days in which a debtor may have a Core collection taken back without a reason: giving it back as well would be paying twice.</summary>
    /// <remarks>Source: EPC016-06, SDD Core rulebook, refunds: eight weeks.</remarks>
    public const int ClaimDays = 56;

    /// <summary>A person wants it to leave although the debtor may still have the collection taken back.</summary>
    public bool IsFreed { get; private set; }

    /// <summary>The invoice it gives back.</summary>
    public Guid? InvoiceId { get; init; }

    public Guid? RunId { get; private set; }

    public TransferState State { get; private set; } = TransferState.Open;

    /// <summary>Why it did not go to the bank when it was put together: code of <see cref="CollectionRuns.Held"/>.</summary>
    public string? HeldBecause { get; private set; }

    /// <summary>The day, or the amount, that the reason is about.</summary>
    public string? HeldDetail { get; private set; }

    public DateOnly? BookedOn { get; private set; }

    public string? ReasonCode { get; private set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? DueAt { get; private set; }

    public int Version { get; private set; }

    public string WireState => State switch { TransferState.Paid => "PAID", TransferState.Failed => "ERROR", TransferState.Sent => "SENT", _ => "OPEN" };

    /// <param name="runId">The run it leaves with.</param>
    /// <param name="bankAnswersAt">When the simulated bank answers; null: the creditor's own bank does in its own time.</param>
    public void Send(Guid runId, DateTimeOffset? bankAnswersAt)
    {
        Require(State is TransferState.Open);
        (State, RunId, DueAt, HeldBecause, HeldDetail) = (TransferState.Sent, runId, bankAnswersAt, null, null);
        Version++;
    }

    /// <summary>It stays behind. Answers whether that is new.</summary>
    public bool Hold(CollectionRuns.Held held)
    {
        Require(State is TransferState.Open);
        if ((HeldBecause, HeldDetail) == (held.Because, held.Detail)) return false;
        (HeldBecause, HeldDetail) = (held.Because, held.Detail);
        Version++;
        return true;
    }

    public void Book(DateOnly on)
    {
        Require(State is TransferState.Sent);
        (State, BookedOn, DueAt) = (TransferState.Paid, on, null);
        Version++;
    }

    public void Fail(string reasonCode)
    {
        Require(State is TransferState.Sent or TransferState.Paid);
        (State, ReasonCode, DueAt) = (TransferState.Failed, reasonCode, null);
        Version++;
    }

    /// <summary>The file it stood in does not go to the bank: it is open again.</summary>
    public void TakeBack()
    {
        Require(State is TransferState.Sent);
        (State, RunId, DueAt) = (TransferState.Open, null, null);
        Version++;
    }

    public void Free()
    {
        Require(State is TransferState.Open);
        IsFreed = true;
        Version++;
    }

    /// <exception cref="RefusedException"><c>err_invalid_state</c>: the bank has it.</exception>
    public void MayBeRemoved() => Require(State is TransferState.Open);

    private void Require(bool allowed)
    {
        if (!allowed) throw new RefusedException("err_invalid_state", $"Transfer {EndToEndId} is {State}.");
    }
}

/// <summary>Transfers from one account that go to the bank together.</summary>
public sealed class TransferRun
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid CreditorId { get; init; }

    public long Number { get; init; }

    public required string PaymentInformationId { get; init; }

    /// <summary>Debited account.</summary>
    public Iban Account { get; init; }

    /// <summary>The file it goes to the creditor's own bank in; null with the simulated one.</summary>
    public Guid? FileId { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Whom money may go to: an account with its holder.</summary>
public sealed class Beneficiary
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid CreditorId { get; init; }

    /// <summary>The customer whose account it is.</summary>
    public Guid? CustomerId { get; set; }

    public Iban Account { get; init; }

    public Bic? Bic { get; set; }

    public required string Name { get; set; }

    public string? Street { get; set; }

    public string? Zip { get; set; }

    public string? City { get; set; }

    public string? Country { get; set; }

    /// <summary>False: suspended; nothing is paid to it.</summary>
    public bool IsAvailable { get; set; } = true;

    public DateTimeOffset CreatedAt { get; init; }
}
