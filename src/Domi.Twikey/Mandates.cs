namespace Domi.Twikey;

/// <summary>What a mandate says.</summary>
/// <param name="Reference">Unique mandate reference (<c>MndtId</c>).</param>
public sealed record MandateDetail(string Reference)
{
    /// <summary>State as the service names it, upper case: <c>PREPARED</c>, <c>SIGNED</c>, <c>CANCELLED</c>…; only of a mandate read by itself.</summary>
    public string? State { get; init; }

    /// <summary>Whether it can be collected on; only of a mandate read by itself.</summary>
    public bool? Collectable { get; init; }

    /// <summary><c>CORE</c>, <c>B2B</c> or another.</summary>
    public string? Scheme { get; init; }

    public string? DebtorName { get; init; }

    public string? Iban { get; init; }

    public string? Bic { get; init; }

    /// <summary>The debtor's number with the merchant (<c>CtctDtls/Othr</c>).</summary>
    public string? CustomerNumber { get; init; }

    public string? Email { get; init; }

    public string? Mobile { get; init; }

    /// <summary>The day of the first signature in Belgium; where no signature is told, the day from which the mandate counts.</summary>
    public DateOnly? SignedOn { get; init; }

    /// <summary>The profile.</summary>
    public long? Ct { get; init; }

    /// <summary>The merchant's contract reference (<c>RfrdDoc</c>).</summary>
    public string? ContractReference { get; init; }

    /// <summary>SEPA creditor identifier of who collects.</summary>
    public string? CreditorIdentifier { get; init; }

    /// <summary>The reference before an amendment or cancellation, where the answer tells one.</summary>
    public string? OriginalReference { get; init; }

    /// <summary>Why it was amended, such as <c>_T50</c> (account) or <c>uncollectable|user</c>; where the answer tells.</summary>
    public string? AmendmentReason { get; init; }

    /// <summary>Why it was cancelled; where the answer tells.</summary>
    public string? CancelReason { get; init; }

    /// <summary>All supplementary data by key: signature, language, the profile's own attributes.</summary>
    public IReadOnlyDictionary<string, string> SupplementaryData { get; init; } = new Dictionary<string, string>();
}

/// <summary>What happened to a mandate.</summary>
public enum MandateChangeKind
{
    New,
    Amended,
    Cancelled,
}

/// <summary>An entry of the mandate feed. It is a hint: read the mandate itself for what counts.</summary>
/// <param name="Reference">The mandate's reference; of an amended one the original reference.</param>
/// <param name="Reason">Of an amendment or cancellation.</param>
/// <param name="Mandate">What it says now; not told of a cancellation.</param>
public sealed record MandateChange(
    string Reference, MandateChangeKind Kind, string? Reason, DateTimeOffset? OccurredAt, MandateDetail? Mandate);

/// <summary>A mandate found by a search.</summary>
/// <param name="Type"><c>CORE</c>, <c>B2B</c> or another.</param>
/// <param name="State">As the service names it, upper case.</param>
public sealed record FoundMandate(
    string Reference, string? Type, string? State, string? ContractReference, DateOnly? SignedOn, string? Iban, string? Bic);

/// <summary>An invitation to sign a mandate. It is not idempotent: search for a prepared mandate before inviting a second time.</summary>
/// <param name="Ct">The profile.</param>
public sealed record NewInvitation(long Ct)
{
    /// <summary>Two letters.</summary>
    public string? Language { get; init; }

    /// <summary>At most 50 characters.</summary>
    public string? CustomerNumber { get; init; }

    public string? Email { get; init; }

    public string? FirstName { get; init; }

    public string? LastName { get; init; }

    public string? CompanyName { get; init; }

    /// <summary>Enterprise number, for a company.</summary>
    public string? VatNumber { get; init; }

    /// <summary>International form: <c>+32…</c>.</summary>
    public string? Mobile { get; init; }

    public string? Address { get; init; }

    public string? Zip { get; init; }

    public string? City { get; init; }

    /// <summary>ISO 3166-1, two letters.</summary>
    public string? Country { get; init; }

    public string? Iban { get; init; }

    public string? Bic { get; init; }

    /// <summary>Own mandate reference, at most 35 characters; made by the service when absent.</summary>
    public string? MandateReference { get; init; }

    /// <summary>Contract reference.</summary>
    public string? ContractReference { get; init; }

    /// <summary>Answer with the customer's signed mandate of this profile when there is one; the answer then has no address.</summary>
    public bool Check { get; init; }

    /// <summary>When the link ends; at most twelve months ahead.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Let the service mail the invitation.</summary>
    public bool SendInvite { get; init; }

    /// <summary>Comes back in the exit address.</summary>
    public string? Token { get; init; }

    /// <summary>Show the form with the customer's data even when it is complete.</summary>
    public bool RequireValidation { get; init; }

    /// <summary>Values for the profile's own attributes, by name.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();
}

/// <summary>The answer to an invitation.</summary>
/// <param name="Reference">The mandate's reference.</param>
/// <param name="Url">Where the customer signs; <c>null</c> when a signed mandate was found.</param>
/// <param name="Key">The last part of that address.</param>
public sealed record Invitation(string Reference, Uri? Url, string? Key);
