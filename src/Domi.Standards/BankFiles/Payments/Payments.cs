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

    /// <summary>LclInstrm: the same in the whole file.</summary>
    public required MandateScheme Scheme { get; init; }

    /// <summary>SeqTp.</summary>
    public required SequenceType Sequence { get; init; }

    /// <summary>When debtors are to be debited: a TARGET day.</summary>
    public required DateOnly CollectOn { get; init; }

    /// <summary>At most 70 characters.</summary>
    public required string CreditorName { get; init; }

    /// <summary>CdtrAcct: where the money arrives.</summary>
    public required Iban CreditorAccount { get; init; }

    /// <summary>CdtrAgt; null is written as NOTPROVIDED.</summary>
    public Bic? CreditorBic { get; init; }

    /// <summary>AT-02 of the rulebooks.</summary>
    public required CreditorIdentifier CreditorId { get; init; }

    /// <summary>For whom is collected, when not for the creditor.</summary>
    public string? UltimateCreditor { get; init; }

    /// <summary>Four letters, by agreement with the bank.</summary>
    public string? CategoryPurpose { get; init; }

    /// <summary>One credit for the batch, or one for each payment; the contract with the bank may say otherwise.</summary>
    public bool IsBookedAsBatch { get; init; } = true;

    /// <summary>NbOfTxs of the batch.</summary>
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

    /// <summary>MndtId: at most 35 characters, best without blanks.</summary>
    public required string MandateId { get; init; }

    /// <summary>DtOfSgntr: not after the day of the file.</summary>
    public required DateOnly SignedOn { get; init; }

    /// <summary>What changed since the last collection that was settled; null when nothing did.</summary>
    public MandateAmendment? Amendment { get; init; }

    /// <summary>At most 70 characters.</summary>
    public required string DebtorName { get; init; }

    /// <summary>Needed for accounts outside the European Economic Area, else best left out.</summary>
    public PostalAddress? DebtorAddress { get; init; }

    /// <summary>DbtrAcct: the account that is debited.</summary>
    public required Iban DebtorAccount { get; init; }

    /// <summary>DbtrAgt; null is written as NOTPROVIDED.</summary>
    public Bic? DebtorBic { get; init; }

    /// <summary>For whom the debtor pays; at most 70 characters.</summary>
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
    /// <summary>The reference before: at most 35 characters.</summary>
    public string? OriginalMandateId { get; init; }

    /// <summary>The creditor's name before; at most 70 characters.</summary>
    public string? OriginalCreditorName { get; init; }

    /// <summary>The creditor's identifier before.</summary>
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
    /// <summary>At most 70 characters.</summary>
    public string? Street { get; init; }

    /// <summary>At most 16 characters.</summary>
    public string? Number { get; init; }

    /// <summary>At most 16 characters.</summary>
    public string? PostalCode { get; init; }

    /// <summary>At most 35 characters.</summary>
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
    /// <summary>PmtInfId: at most 35 characters.</summary>
    public required string Id { get; init; }

    /// <summary>When the account is to be debited.</summary>
    public required DateOnly ExecuteOn { get; init; }

    /// <summary>Who pays; at most 70 characters.</summary>
    public required string DebtorName { get; init; }

    /// <summary>DbtrAcct: the account that is debited.</summary>
    public required Iban DebtorAccount { get; init; }

    /// <summary>DbtrAgt; null is written as NOTPROVIDED.</summary>
    public Bic? DebtorBic { get; init; }

    /// <summary>Within seconds, at any hour (SCT Inst).</summary>
    public bool IsInstant { get; init; }

    /// <summary>Four letters, by agreement with the bank.</summary>
    public string? CategoryPurpose { get; init; }

    /// <summary>One debit for the batch, or one for each payment.</summary>
    public bool IsBookedAsBatch { get; init; } = true;

    /// <summary>NbOfTxs of the batch.</summary>
    public required int Count { get; init; }

    /// <summary>Euro.</summary>
    public required decimal Sum { get; init; }
}

/// <summary>One transfer.</summary>
public sealed record Transfer : FilePart
{
    /// <summary>Comes back on every message about it: at most 35 characters.</summary>
    public required string EndToEndId { get; init; }

    /// <summary>A reference between the sender and his bank only; at most 35 characters.</summary>
    public string? InstructionId { get; init; }

    /// <summary>Euro, 0.01 to 999999999.99.</summary>
    public required decimal Amount { get; init; }

    /// <summary>The legal name: since October 2025 banks compare it with the account's holder.</summary>
    public required string CreditorName { get; init; }

    /// <summary>Where the creditor lives, in named parts.</summary>
    public PostalAddress? CreditorAddress { get; init; }

    /// <summary>CdtrAcct: the account that is credited.</summary>
    public required Iban CreditorAccount { get; init; }

    /// <summary>CdtrAgt; left out altogether when null.</summary>
    public Bic? CreditorBic { get; init; }

    /// <summary>For whom the money is; at most 70 characters.</summary>
    public string? UltimateCreditor { get; init; }

    /// <summary>Four letters of ISO's external purpose codes.</summary>
    public string? Purpose { get; init; }

    /// <summary>At most 140 characters, and not together with <see cref="Reference"/>.</summary>
    public string? Text { get; init; }

    /// <summary>A Belgian communication's twelve digits, or an RF reference.</summary>
    public string? Reference { get; init; }
}
