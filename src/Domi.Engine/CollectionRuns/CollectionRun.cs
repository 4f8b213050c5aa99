using Domi.Standards.BankFiles;

namespace Domi.Engine.CollectionRuns;

/// <summary>Collections of one profile and requested date that go to the bank together: one batch, one payment information.</summary>
/// <remarks>Source: ISO 20022 pain.008, <c>PmtInf</c>; Twikey API, Collection.</remarks>
public sealed class CollectionRun
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid CreditorId { get; init; }

    /// <summary>The number that clients read as id.</summary>
    public long Number { get; init; }

    public Guid ProfileId { get; init; }

    /// <summary>Unique per creditor, at most 35 characters.</summary>
    public required string PaymentInformationId { get; init; }

    public DateOnly RequestedOn { get; init; }

    /// <summary>The file it goes to the creditor's own bank in; null with the simulated one.</summary>
    public Guid? FileId { get; init; }

    /// <summary>Where its collections stand in the life of their mandates.</summary>
    public SequenceType Sequence { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
