namespace Domi.Engine.DirectDebits;

/// <summary>An amount set aside on a mandate for a transaction to come.</summary>
public sealed class Reservation
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid CreditorId { get; init; }

    public Guid MandateId { get; init; }

    public decimal Amount { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Used by a transaction, removed, or replaced.</summary>
    public DateTimeOffset? ReleasedAt { get; set; }
}
