using System.Text.Json;
using Domi.Engine.Customers;
using Domi.Engine.Profiles;
using Domi.Platform;
using Domi.Standards;

namespace Domi.Engine.Mandates;

public enum MandateState { Prepared, SignedPendingDebtorBank, Signed, Cancelled }

/// <summary>What proves a signature: the text that was shown, and how and when it was agreed to.</summary>
public sealed record SignatureEvidence(
    string Text, string TextHash, string TextVersion, string Language, string Channel, string? Destination,
    DateTimeOffset ShownAt, DateTimeOffset SignedAt, string Address, string Agent, int Attempts)
{
    /// <summary>The creditor's own terms, which were agreed to with it.</summary>
    public string? Terms { get; init; }

    /// <summary>The person of whom somebody else proved that he signs.</summary>
    public string? ProvenName { get; init; }

    /// <summary>Where the first of two signers is reached; his link and his code go there.</summary>
    public string? Email { get; init; }

    /// <summary>What the first of two signers drew: the document is drawn anew with the second one's signature.</summary>
    public string? DrawingHash { get; init; }
}

/// <summary>Who signs beside the debtor, and where he is reached.</summary>
public sealed record CoSigner(string Name, string Email);

/// <summary>A card as its payment provider knows it: never its number.</summary>
/// <param name="Token">By which the provider charges it.</param>
/// <param name="ExpiresOn">The last day on which it holds.</param>
/// <param name="Last">The last four digits.</param>
/// <param name="HolderId">The payer, at the provider.</param>
public sealed record Card(string Token, DateOnly ExpiresOn, string Last, string Brand, string? HolderId);

/// <summary>A debtor's permission to one creditor to collect from one account.</summary>
/// <remarks>
/// Prepared → Signed → Cancelled; a B2B mandate waits for the debtor's bank in between; Prepared → Cancelled. A signed one may be
/// suspended and resumed. What two sign is Prepared until the second has signed. Source: EPC016-06, SDD Core rulebook, "The mandate"; EPC222-07 for B2B.
/// </remarks>
public sealed class Mandate
{
    private Mandate() { } // for EF Core

    public Mandate(Guid creditorId, Guid profileId, Guid customerId, string reference, MandateScheme scheme, DateTimeOffset now, Guid id)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(reference.Length, 35);
        (Id, CreditorId, ProfileId, CustomerId, Reference, Scheme, PreparedAt) =
            (id, creditorId, profileId, customerId, reference.ToUpperInvariant(), scheme, now);
    }

    public Guid Id { get; private init; }

    public Guid CreditorId { get; private init; }

    public Guid ProfileId { get; private set; }

    public Guid CustomerId { get; private init; }

    /// <summary>The number that clients read as contract id.</summary>
    public long Number { get; init; }

    /// <summary>Unique mandate reference (UMR), upper case: the debtor knows the mandate by it.</summary>
    public string Reference { get; private init; } = "";

    public AgreementKind Kind { get; init; }

    public MandateScheme Scheme { get; private init; }

    public MandateState State { get; private set; } = MandateState.Prepared;

    /// <summary>The creditor paused it: signed, but nothing is collected.</summary>
    public bool IsSuspended { get; private set; }

    /// <summary>It was printed to be signed on paper.</summary>
    public bool IsPrinted { get; private set; }

    /// <summary>Values of the profile's attributes, by name; JSON.</summary>
    public string? AttributesJson { get; private set; }

    /// <summary>What begins with the signature: a first payment, a subscription, the collection of an invoice on a day; JSON.</summary>
    public string? OnSignatureJson { get; set; }

    /// <summary>The billing campaign the client names.</summary>
    public string? Campaign { get; init; }

    /// <summary>Where the signer goes when done; wins over the profile's exit address.</summary>
    public string? RedirectUrl { get; init; }

    /// <summary>The account before the debtor changed it: told to the bank with the next collection.</summary>
    /// <remarks>Source: SDD Core rulebook, amendment of the mandate (AT-24).</remarks>
    public Iban? FormerAccount { get; private set; }

    /// <summary>The last day on which something was collected on it: a mandate lapses after 36 months without.</summary>
    public DateOnly? LastCollectedOn { get; private set; }

    /// <summary>The last reminder of the invitation that went: 0 to 4.</summary>
    public int Reminders { get; private set; }

    /// <summary>When the next reminder of the invitation is due.</summary>
    public DateTimeOffset? RemindAt { get; private set; }

    /// <summary>Contract reference (<c>RfrdDoc</c>).</summary>
    public string? ContractReference { get; init; }

    public Iban? DebtorAccount { get; private set; }

    public Bic? DebtorBic { get; private set; }

    public string? CardToken { get; private set; }

    public DateOnly? CardExpiresOn { get; private set; }

    public string? CardLast { get; private set; }

    public string? CardBrand { get; private set; }

    public string? CardHolderId { get; private set; }

    /// <summary>When the debtor was told that the card expires.</summary>
    public DateOnly? CardNoticedOn { get; private set; }

    /// <summary>Name and address as signed; the customer's may change later.</summary>
    public string? DebtorName { get; private set; }

    public string? DebtorStreet { get; private set; }

    public string? DebtorZip { get; private set; }

    public string? DebtorCity { get; private set; }

    public string? DebtorCountry { get; private set; }

    public DateTimeOffset PreparedAt { get; private init; }

    public DateTimeOffset? OpenedAt { get; private set; }

    public DateOnly? SignedOn { get; private set; }

    public DateTimeOffset? SignedAt { get; private set; }

    public string? SignedPlace { get; private set; }

    /// <summary>How it was signed: <c>email</c> (code), <c>digisign</c> (drawn), <c>paper</c>.</summary>
    public string? SignMethod { get; private set; }

    public string? EvidenceJson { get; private set; }

    public string? CoSignerName { get; private set; }

    public string? CoSignerEmail { get; private set; }

    /// <summary>Hash of the token of the second signer's page; it is kept when he declines, so that the page can say so.</summary>
    public string? CoSignTokenHash { get; private set; }

    /// <summary>What proves the second signature.</summary>
    public string? CoEvidenceJson { get; private set; }

    /// <summary>The signed document.</summary>
    public string? DocumentHash { get; private set; }

    /// <summary>A document of the creditor's own that is agreed to by signing.</summary>
    public string? ContractHash { get; private set; }

    public DateOnly? CancelledOn { get; private set; }

    public string? CancelReason { get; private set; }

    /// <summary>Who cancelled: <c>creditor</c>, <c>debtor</c>, <c>bank</c>.</summary>
    public string? CancelledBy { get; private set; }

    /// <summary>Hash of the token of the signing page.</summary>
    public required string PageTokenHash { get; init; }

    public DateTimeOffset LinkExpiresAt { get; private set; }

    /// <summary>The invoice from whose payment page it was begun: collected once signed.</summary>
    public Guid? InvoiceId { get; init; }

    public string? Language { get; set; }

    /// <summary>Given back in the exit address.</summary>
    public string? ExitToken { get; init; }

    /// <summary>Code that was mailed to the signer, hashed, with its end and the tries made.</summary>
    public string? CodeHash { get; private set; }

    public DateTimeOffset? CodeExpiresAt { get; private set; }

    public int CodeAttempts { get; private set; }

    public int CodesSent { get; private set; }

    public string? CodeDestination { get; private set; }

    /// <summary>When the simulated bank of the debtor answers on a B2B mandate.</summary>
    public DateTimeOffset? BankAnswersAt { get; private set; }

    public int Version { get; private set; }

    /// <summary>Money may be collected on it now: a paper without an account names nothing to collect from, and a contract never does.</summary>
    public bool IsCollectable => State is MandateState.Signed && !IsSuspended && HasMeans;

    public bool HasMeans => Kind switch { AgreementKind.DirectDebit => DebtorAccount is not null, AgreementKind.CreditCard => CardToken is not null, _ => false };

    /// <summary>What is collected from, as the debtor may be reminded of it.</summary>
    public string? MaskedMeans => CardLast is { } last ? $"{CardBrand} •••• {last}".Trim() : DebtorAccount?.Masked;

    public string WireState => State switch
    {
        MandateState.Prepared => IsPrinted ? "PRINT" : "PREPARED",
        MandateState.SignedPendingDebtorBank => "SIGNED_PENDING_DEBTOR_BANK",
        MandateState.Signed => "SIGNED",
        _ => "CANCELLED",
    };

    /// <summary>Of whom somebody proved that he signed, else the debtor.</summary>
    public string? SignedBy => Evidence?.ProvenName ?? DebtorName;

    public SignatureEvidence? Evidence => EvidenceJson is null ? null : JsonSerializer.Deserialize<SignatureEvidence>(EvidenceJson);

    public CoSigner? CoSigner => CoSignerName is { } name && CoSignerEmail is { } email ? new(name, email) : null;

    public string? CoSignedBy => CoEvidence?.ProvenName ?? CoSignerName;

    public SignatureEvidence? CoEvidence => CoEvidenceJson is null ? null : JsonSerializer.Deserialize<SignatureEvidence>(CoEvidenceJson);

    /// <summary>The first of two has signed. Nothing of it holds before the second one does.</summary>
    public bool AwaitsCoSigner => State is MandateState.Prepared && EvidenceJson is not null;

    /// <summary>Where the invitation goes: to him whose turn it is.</summary>
    public string? InvitedAt(Customer customer) => AwaitsCoSigner ? CoSignerEmail : customer.Email;

    public void Expires(DateTimeOffset at) => LinkExpiresAt = at;

    /// <param name="isCoSigner">By the second signer, whose turn it is once the first has signed.</param>
    public bool CanBeSigned(DateTimeOffset now, bool isCoSigner = false) => State is MandateState.Prepared && now < LinkExpiresAt && AwaitsCoSigner == isCoSigner;

    /// <summary>The signer opened the page: an unopened link lives a year, an opened one six months.</summary>
    public void Open(DateTimeOffset now)
    {
        if (OpenedAt is not null) return;

        OpenedAt = now;
        var end = now.AddMonths(6);
        if (end < LinkExpiresAt) LinkExpiresAt = end;
        Version++;
    }

    /// <summary>What the signer filled in, before signing. Of a name as much as banks take, 70 characters.</summary>
    public void Fill(string name, string street, string zip, string city, string country, Iban? account, Bic? bic)
    {
        Require(State is MandateState.Prepared && !AwaitsCoSigner);
        if (DebtorAccount is { } before && before != account) (CodeHash, CodeExpiresAt) = (null, null); // the code was for another text
        (DebtorName, DebtorStreet, DebtorZip, DebtorCity, DebtorCountry) = (Shorten.To(70, name), street, zip, city, country);
        (DebtorAccount, DebtorBic) = (account, bic);
        Version++;
    }

    /// <summary>What the creditor knows of the signer.</summary>
    public void Fill(string name, Customer customer, Iban? account, Bic? bic) =>
        Fill(name, customer.Street ?? "", customer.Zip ?? "", customer.City ?? "", customer.Country ?? account?.CountryCode ?? "BE", account, bic);

    /// <summary>What somebody else vouches for, and what the creditor knows, where the signer typed nothing: what he typed stays.</summary>
    public void Complete(string name, Customer customer, Iban? account)
    {
        var bic = account == DebtorAccount && DebtorBic is { } typed ? typed : account is { } iban ? BelgianBanks.BicOf(iban) : null;
        Fill(Said(DebtorName) ?? name, Said(DebtorStreet) ?? customer.Street ?? "", Said(DebtorZip) ?? customer.Zip ?? "", Said(DebtorCity) ?? customer.City ?? "",
            Said(DebtorCountry) ?? customer.Country ?? account?.CountryCode ?? "BE", account, bic);

        static string? Said(string? text) => text is { Length: > 0 } ? text : null;
    }

    /// <summary>Who signs beside the debtor; null when nobody does.</summary>
    public void NameCoSigner(CoSigner? other)
    {
        Require(State is MandateState.Prepared && !AwaitsCoSigner);
        (CoSignerName, CoSignerEmail) = (other?.Name, other?.Email);
        Version++;
    }

    /// <summary>Something else is to begin with the signature: a page that showed the former is out of date.</summary>
    public void BeginWith(string? onSignatureJson)
    {
        Require(State is MandateState.Prepared && !AwaitsCoSigner);
        if (OnSignatureJson == onSignatureJson) return;
        OnSignatureJson = onSignatureJson;
        Version++;
    }

    /// <summary>The card it is charged on: the one it is signed with, or another when that expires.</summary>
    public void Take(Card card)
    {
        Require(Kind is AgreementKind.CreditCard && State is not MandateState.Cancelled);
        (CardToken, CardExpiresOn, CardLast, CardBrand, CardHolderId, CardNoticedOn) = (card.Token, card.ExpiresOn, card.Last, card.Brand, card.HolderId, null);
        Version++;
    }

    public void NoticeExpiry(DateOnly on)
    {
        CardNoticedOn = on;
        Version++;
    }

    /// <summary>Where the signer gets the code and the signed mandate. A code that went elsewhere no longer holds.</summary>
    public void Reach(string email)
    {
        Require(State is MandateState.Prepared);
        if (CodeDestination == email) return;
        (CodeHash, CodeExpiresAt, CodeDestination) = (null, null, email);
        Version++;
    }

    /// <summary>Remembers a code that is mailed to the signer.</summary>
    /// <exception cref="RefusedException"><c>code_too_many</c>: five codes were sent already.</exception>
    public void ExpectCode(string codeHash, string destination, DateTimeOffset until)
    {
        Require(State is MandateState.Prepared);
        if (CodesSent >= 5) throw new RefusedException("code_too_many", $"Mandate {Reference}: five codes were sent.");
        (CodeHash, CodeDestination, CodeExpiresAt, CodeAttempts) = (codeHash, destination, until, 0);
        CodesSent++;
        Version++;
    }

    /// <summary>
    /// Compares a code; a wrong one counts as an attempt. The right one changes nothing yet: of two posts of it at the same moment neither
    /// then finds the page out of date.
    /// </summary>
    public bool TryCode(string codeHash, DateTimeOffset now)
    {
        if (CodeHash is null || CodeExpiresAt < now || CodeAttempts >= 5) return false;
        if (CodeHash == codeHash) return true;
        CodeAttempts++;
        Version++;
        return false;
    }

    /// <summary>Signs; a B2B mandate then waits for the debtor's bank.</summary>
    public void Sign(SignatureEvidence evidence, string method, string? place, string documentHash, DateTimeOffset now, DateTimeOffset? bankAnswersAt)
    {
        Require(State is MandateState.Prepared && !AwaitsCoSigner && CoSigner is null && (HasMeans || Kind is AgreementKind.Contract));
        (SignMethod, SignedPlace, EvidenceJson) = (method, place, JsonSerializer.Serialize(evidence));
        End(documentHash, now, bankAnswersAt);
    }

    /// <summary>The first of two signs: nothing begins yet, and the codes are the second one's from now on.</summary>
    public void SignFirst(SignatureEvidence evidence, string method, string? place, string documentHash, string coSignTokenHash, DateTimeOffset? remindAt)
    {
        Require(State is MandateState.Prepared && !AwaitsCoSigner && CoSigner is not null && (HasMeans || Kind is AgreementKind.Contract));
        (SignMethod, SignedPlace, EvidenceJson, DocumentHash) = (method, place, JsonSerializer.Serialize(evidence), documentHash);
        (Reminders, RemindAt) = (0, remindAt);
        AwaitFrom(CoSigner!, coSignTokenHash);
    }

    /// <summary>The second of two signs, and with that it is signed.</summary>
    public void CoSign(SignatureEvidence evidence, string documentHash, DateTimeOffset now, DateTimeOffset? bankAnswersAt)
    {
        Require(AwaitsCoSigner);
        CoEvidenceJson = JsonSerializer.Serialize(evidence);
        End(documentHash, now, bankAnswersAt);
    }

    /// <summary>Another is to sign beside the debtor, or the same at another address: the former link is dead.</summary>
    public void AwaitFrom(CoSigner other, string coSignTokenHash)
    {
        Require(AwaitsCoSigner);
        (CoSignerName, CoSignerEmail, CoSignTokenHash) = (other.Name, other.Email, coSignTokenHash);
        ReachAnew(other.Email);
    }

    /// <summary>The second signer does not sign: half a signature is none, and the first is asked again.</summary>
    public void Decline()
    {
        Require(AwaitsCoSigner);
        var first = Evidence!.Email;
        (SignMethod, SignedPlace, EvidenceJson, DocumentHash, RemindAt) = (null, null, null, null, null);
        ReachAnew(first);
    }

    private void ReachAnew(string? email)
    {
        (CodeHash, CodeExpiresAt, CodeAttempts, CodesSent, CodeDestination) = (null, null, 0, 0, email);
        Version++;
    }

    private void End(string documentHash, DateTimeOffset now, DateTimeOffset? bankAnswersAt)
    {
        State = Scheme is MandateScheme.B2B ? MandateState.SignedPendingDebtorBank : MandateState.Signed;
        BankAnswersAt = Scheme is MandateScheme.B2B ? bankAnswersAt : null;
        (SignedAt, SignedOn, DocumentHash) = (now, now.BrusselsDate(), documentHash);
        (CodeHash, CodeExpiresAt) = (null, null);
        Version++;
    }

    /// <summary>
    /// Signed elsewhere: on paper, or taken over with its account. A B2B mandate waits for the debtor's bank, unless that has signed too.
    /// All who have to sign did so there; what the first of two signed here no longer counts.
    /// </summary>
    public void Import(string method, DateOnly signedOn, string? place, string? documentHash, bool bankSigned, DateTimeOffset now, DateTimeOffset? bankAnswersAt)
    {
        Require(State is MandateState.Prepared && (Kind is not AgreementKind.CreditCard || HasMeans));
        var waits = Scheme is MandateScheme.B2B && !bankSigned;
        State = waits ? MandateState.SignedPendingDebtorBank : MandateState.Signed;
        BankAnswersAt = waits && DebtorAccount is not null ? bankAnswersAt : null;
        (SignedAt, SignedOn, SignMethod, SignedPlace, EvidenceJson) = (now, signedOn, method, place, null);
        DocumentHash = documentHash ?? DocumentHash;
        Version++;
    }

    public void Offer(string contractHash)
    {
        Require(State is MandateState.Prepared && !AwaitsCoSigner);
        ContractHash = contractHash;
        Version++;
    }

    public void Attach(string documentHash)
    {
        DocumentHash = documentHash;
        Version++;
    }

    /// <summary>The debtor's bank answered on a B2B mandate.</summary>
    public void BankAnswers(bool accepts, DateTimeOffset now)
    {
        Require(State is MandateState.SignedPendingDebtorBank);
        BankAnswersAt = null;
        if (accepts) State = MandateState.Signed;
        else (State, CancelledOn, CancelReason, CancelledBy) = (MandateState.Cancelled, now.BrusselsDate(), "Rejected by the debtor's bank", "bank");
        Version++;
    }

    /// <summary>Goes out on paper, to be signed by hand.</summary>
    public void Print()
    {
        Require(State is MandateState.Prepared && !AwaitsCoSigner);
        IsPrinted = true;
        Version++;
    }

    public void Describe(string? attributesJson)
    {
        Require(!AwaitsCoSigner);
        AttributesJson = attributesJson;
        Version++;
    }

    /// <summary>
    /// What the debtor or the creditor amends of it; what is null stays. A signed B2B mandate is not amended: its debtor signs a new one. Nor
    /// is one that the first of two has signed.
    /// </summary>
    /// <returns>The reasons that changed something: <c>_T50</c> account, <c>_T51</c> address, <c>_T53</c> name.</returns>
    /// <exception cref="RefusedException"><c>err_invalid_state</c>: ended, a B2B mandate that is signed, or half signed.</exception>
    /// <remarks>Source: SDD Core rulebook, amendment of the mandate; EPC222-07 4.1 for B2B.</remarks>
    public IReadOnlyList<string> Amend(Iban? account, Bic? bic, string? name, string? street, string? zip, string? city, string? country)
    {
        Require(State is not MandateState.Cancelled && !AwaitsCoSigner);
        Require(State is MandateState.Prepared || Scheme is MandateScheme.Core);
        var reasons = new List<string>();
        if (account is { } other && other != DebtorAccount)
        {
            if (State is MandateState.Signed) FormerAccount ??= DebtorAccount;
            (DebtorAccount, DebtorBic, CodeHash, CodeExpiresAt) = (other, bic ?? BelgianBanks.BicOf(other), null, null);
            reasons.Add("_T50");
        }
        else if (bic is not null && bic != DebtorBic)
        {
            DebtorBic = bic;
            reasons.Add("_T50");
        }

        if (Differs(street, DebtorStreet) || Differs(zip, DebtorZip) || Differs(city, DebtorCity) || Differs(country, DebtorCountry))
        {
            (DebtorStreet, DebtorZip, DebtorCity, DebtorCountry) = (street ?? DebtorStreet, zip ?? DebtorZip, city ?? DebtorCity, country ?? DebtorCountry);
            reasons.Add("_T51");
        }

        if (Differs(name, DebtorName))
        {
            DebtorName = name;
            reasons.Add("_T53");
        }

        if (reasons.Count > 0) Version++;
        return reasons;

        static bool Differs(string? given, string? known) => given is not null && given != known;
    }

    /// <summary>Something was collected on it: it lives another 36 months, and the bank knows of its amendment.</summary>
    public void Collected(DateOnly on)
    {
        if (LastCollectedOn is null || on > LastCollectedOn) LastCollectedOn = on;
        FormerAccount = null;
        Version++;
    }

    /// <summary>Recalls the invitation; the next time at an instant, if any.</summary>
    /// <param name="number">Which of the four it is; null for the next.</param>
    public void Remind(DateTimeOffset? next, int? number = null)
    {
        Require(State is MandateState.Prepared);
        Reminders = number ?? Math.Min(4, Reminders + 1);
        RemindAt = next;
        Version++;
    }

    /// <summary>To another profile of the same scheme.</summary>
    public void MoveTo(Guid profileId)
    {
        Require(State is not MandateState.Cancelled && !AwaitsCoSigner);
        ProfileId = profileId;
        Version++;
    }

    /// <summary>Who asks the debtor's bank about a B2B mandate: it answers by itself at an instant, or somebody asks it (null).</summary>
    public void CheckBy(DateTimeOffset? bankAnswersAt)
    {
        Require(State is MandateState.SignedPendingDebtorBank);
        BankAnswersAt = bankAnswersAt;
        Version++;
    }

    public void RemindLater(DateTimeOffset? at) => RemindAt = at;

    public void Suspend(bool suspended)
    {
        Require(State is MandateState.Signed);
        IsSuspended = suspended;
        Version++;
    }

    public void Cancel(string reason, string by, DateOnly on)
    {
        Require(State is not MandateState.Cancelled);
        (State, CancelReason, CancelledBy, CancelledOn, BankAnswersAt) = (MandateState.Cancelled, reason, by, on, null);
        Version++;
    }

    private void Require(bool allowed)
    {
        if (!allowed) throw new RefusedException("err_invalid_state", $"Mandate {Reference} is {State}.", ("reference", Reference));
    }
}
