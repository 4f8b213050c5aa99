namespace Domi.Standards.BankFiles;

/// <summary>The head of a file of payments, pain.008 or pain.001. Its batches follow, each with its payments.</summary>
public sealed record PaymentMessage : FilePart
{
    /// <summary>MsgId: at most 35 characters, unique for ever per initiating party.</summary>
    public required string Id { get; init; }

    /// <summary>Local time of the sender, in whole seconds.</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>Who sends the file; at most 70 characters.</summary>
    public required string InitiatorName { get; init; }

    /// <summary>An identification the bank knows the sender by: in Belgium the enterprise number.</summary>
    public string? InitiatorId { get; init; }

    /// <summary>How many payments the whole file has.</summary>
    public required int Count { get; init; }

    /// <summary>Euro, of the whole file.</summary>
    public required decimal Sum { get; init; }
}

/// <summary>Where in the life of a mandate a collection stands. Since November 2016 a first one may be RCUR too.</summary>
public enum SequenceType
{
    /// <summary>RCUR.</summary>
    Recurring,

    /// <summary>FRST.</summary>
    First,

    /// <summary>OOFF: the only one.</summary>
    OneOff,

    /// <summary>FNAL: none may follow.</summary>
    Final,
}

/// <summary>One PmtInf of a pain.008: direct debits that share everything the bank books by.</summary>
public sealed record DebitBatch : FilePart
{
    /// <summary>PmtInfId: at most 35 characters. Statements name it beside the sum.</summary>
    public required string Id { get; init; }

    public required MandateScheme Scheme { get; init; }

    public required SequenceType Sequence { get; init; }

    /// <summary>When debtors are to be debited: a TARGET day.</summary>
    public required DateOnly CollectOn { get; init; }

    /// <summary>At most 70 characters.</summary>
    public required string CreditorName { get; init; }

    public required Iban CreditorAccount { get; init; }

    public Bic? CreditorBic { get; init; }

    /// <summary>AT-02 of the rulebooks.</summary>
    public required CreditorIdentifier CreditorId { get; init; }

    /// <summary>For whom is collected, when not for the creditor.</summary>
    public string? UltimateCreditor { get; init; }

    /// <summary>Four letters, by agreement with the bank.</summary>
    public string? CategoryPurpose { get; init; }

    /// <summary>One credit for the batch, or one for each payment; the contract with the bank may say otherwise.</summary>
    public bool IsBookedAsBatch { get; init; } = true;

    public required int Count { get; init; }

    /// <summary>Euro.</summary>
    public required decimal Sum { get; init; }
}

/// <summary>One direct debit: one collection on one mandate, and one end-to-end id.</summary>
public sealed record Debit : FilePart
{
    /// <summary>Comes back on every message about it: unique per attempt, at most 35 characters.</summary>
    public required string EndToEndId { get; init; }

    /// <summary>A reference between the sender and his bank only.</summary>
    public string? InstructionId { get; init; }

    /// <summary>Euro, 0.01 to 999999999.99.</summary>
    public required decimal Amount { get; init; }

    public required string MandateId { get; init; }

    public required DateOnly SignedOn { get; init; }

    /// <summary>What changed since the last collection that was settled; null when nothing did.</summary>
    public MandateAmendment? Amendment { get; init; }

    /// <summary>At most 70 characters.</summary>
    public required string DebtorName { get; init; }

    public PostalAddress? DebtorAddress { get; init; }

    public required Iban DebtorAccount { get; init; }

    public Bic? DebtorBic { get; init; }

    public string? UltimateDebtor { get; init; }

    /// <summary>Four letters of ISO's external purpose codes.</summary>
    public string? Purpose { get; init; }

    /// <summary>What the debtor reads; at most 140 characters, and not together with <see cref="Reference"/>.</summary>
    public string? Text { get; init; }

    /// <summary>A Belgian communication's twelve digits, or an RF reference.</summary>
    public string? Reference { get; init; }
}

/// <summary>What of a mandate changed: only what did is set, one thing at least.</summary>
/// <remarks>Source: EPC130-08, SDD Core C2B implementation guidelines, Amendment Information Details.</remarks>
public sealed record MandateAmendment
{
    public string? OriginalMandateId { get; init; }

    public string? OriginalCreditorName { get; init; }

    public CreditorIdentifier? OriginalCreditorId { get; init; }

    /// <summary>The debtor's account before, at the same bank.</summary>
    public Iban? OriginalAccount { get; init; }

    /// <summary>SMNDA: the debtor has another account, at whichever bank. Not together with <see cref="OriginalAccount"/>.</summary>
    public bool HasNewAccount { get; init; }
}

/// <summary>An address in named parts, with at most two free lines.</summary>
/// <remarks>Free lines alone are refused since 15 November 2026: town and country must be named. Source: EPC rulebooks 2025, version 1.1.</remarks>
public sealed record PostalAddress
{
    public string? Street { get; init; }

    public string? Number { get; init; }

    public string? PostalCode { get; init; }

    public string? Town { get; init; }

    /// <summary>Two letters.</summary>
    public string? Country { get; init; }

    /// <summary>At most two of 70 characters.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];

    public bool Equals(PostalAddress? other) => other is not null
        && (Street, Number, PostalCode, Town, Country) == (other.Street, other.Number, other.PostalCode, other.Town, other.Country)
        && Lines.SequenceEqual(other.Lines);

    public override int GetHashCode() => HashCode.Combine(Street, Number, PostalCode, Town, Country, Lines.Count);

    /// <summary>On one line, for people: <c>Visserij 44, 9000 Gent, BE</c>.</summary>
    public override string ToString() =>
        string.Join(", ", ((string?[])[.. Lines, Values.Joined(Street, Number), Values.Joined(PostalCode, Town), Country]).OfType<string>());
}

/// <summary>One PmtInf of a pain.001: transfers from one account on one day.</summary>
public sealed record TransferBatch : FilePart
{
    public required string Id { get; init; }

    /// <summary>When the account is to be debited.</summary>
    public required DateOnly ExecuteOn { get; init; }

    public required string DebtorName { get; init; }

    public required Iban DebtorAccount { get; init; }

    public Bic? DebtorBic { get; init; }

    /// <summary>Within seconds, at any hour (SCT Inst).</summary>
    public bool IsInstant { get; init; }

    public string? CategoryPurpose { get; init; }

    public bool IsBookedAsBatch { get; init; } = true;

    public required int Count { get; init; }

    /// <summary>Euro.</summary>
    public required decimal Sum { get; init; }
}

/// <summary>One transfer.</summary>
public sealed record Transfer : FilePart
{
    public required string EndToEndId { get; init; }

    public string? InstructionId { get; init; }

    /// <summary>Euro, 0.01 to 999999999.99.</summary>
    public required decimal Amount { get; init; }

    /// <summary>The legal name: since October 2025 banks compare it with the account's holder.</summary>
    public required string CreditorName { get; init; }

    public PostalAddress? CreditorAddress { get; init; }

    public required Iban CreditorAccount { get; init; }

    public Bic? CreditorBic { get; init; }

    public string? UltimateCreditor { get; init; }

    public string? Purpose { get; init; }

    /// <summary>At most 140 characters, and not together with <see cref="Reference"/>.</summary>
    public string? Text { get; init; }

    /// <summary>A Belgian communication's twelve digits, or an RF reference.</summary>
    public string? Reference { get; init; }
}
