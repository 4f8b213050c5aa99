using Domi.Standards;

namespace Domi.BackOffice.Mandates;

/// <summary>A mandate as the provider showed it last. The truth is read from there each time; order of events does not matter.</summary>
public sealed class RelationMandate
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid OwnCompanyId { get; init; }

    public Guid ConnectionId { get; init; }

    public Guid RelationId { get; set; }

    public required string Reference { get; init; }

    public string Scheme { get; set; } = "CORE";

    /// <summary>The provider's word: SIGNED, SIGNED_PENDING_DEBTOR_BANK, CANCELLED…</summary>
    public string State { get; set; } = "";

    public bool IsCollectable { get; set; }

    public Iban? Account { get; set; }

    public Bic? Bic { get; set; }

    public DateOnly? SignedOn { get; set; }

    public int? ProfileNumber { get; set; }

    public string? CreditorIdentifier { get; set; }

    public string? CancelReason { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>
    /// The mandate an invoice is collected on, by the reference the provider gave: one or none. A reference is unique within a connection
    /// only; who connected twice to one provider has each of its mandates twice.
    /// </summary>
    public static IQueryable<RelationMandate> Of(OfficeDb db, Invoices.Invoice invoice) =>
        db.RelationMandates.Where(m => m.RelationId == invoice.RelationId && m.ConnectionId == invoice.ConnectionId && m.Reference == invoice.MandateReference);
}

public enum InvitationState { Planned, Inviting, Invited, Signed, Expired, Failed }

/// <summary>
/// An invitation to direct debit. "Inviting since" is committed before the call; after a lost answer the provider is asked first for a
/// prepared mandate made since then, and only if there is none is the call made again: nobody is mailed twice.
/// </summary>
public sealed class Invitation
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid OwnCompanyId { get; init; }

    public Guid ConnectionId { get; init; }

    public Guid RelationId { get; init; }

    public int ProfileNumber { get; init; }

    public string ProfileName { get; init; } = "";

    public InvitationState State { get; private set; } = InvitationState.Planned;

    public string? MandateReference { get; private set; }

    public string InvitedBy { get; init; } = "";

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? InvitingSince { get; private set; }

    /// <summary>Prepared mandates of the relation that were there before the call, by reference, with commas.</summary>
    public string KnownBefore { get; private set; } = "";

    public DateTimeOffset? InvitedAt { get; private set; }

    public DateTimeOffset? DueAt { get; private set; }

    public int Attempts { get; private set; }

    public string? LastError { get; private set; }

    public static Invitation Planned(Guid company, Guid connection, Guid relation, int profile, string profileName, string by, DateTimeOffset now) => new()
    {
        OwnCompanyId = company,
        ConnectionId = connection,
        RelationId = relation,
        ProfileNumber = profile,
        ProfileName = profileName,
        InvitedBy = by,
        CreatedAt = now,
        DueAt = now,
    };

    public void Begin(IEnumerable<string> preparedBefore, DateTimeOffset now)
    {
        (InvitingSince, KnownBefore, State) = (now, string.Join(',', preparedBefore), InvitationState.Inviting);
        Attempts++;
    }

    public void Adopt(string reference, DateTimeOffset now) =>
        (State, MandateReference, InvitedAt, DueAt, LastError) = (InvitationState.Invited, reference, now, null, null);

    public void Signed() => (State, DueAt) = (InvitationState.Signed, null);

    public void Expire() => (State, DueAt) = (InvitationState.Expired, null);

    /// <summary>The provider declined it for good.</summary>
    public void Fail(string error) => (State, DueAt, LastError) = (InvitationState.Failed, null, error);

    /// <summary>The provider was not reached, or did not answer: later.</summary>
    public void Postpone(string error, DateTimeOffset until) => (DueAt, LastError) = (until, error);
}
