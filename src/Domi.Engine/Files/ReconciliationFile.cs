namespace Domi.Engine.Files;

/// <summary>A file for the creditor's bookkeeping: what came in through direct debits or payment links.</summary>
public sealed class ReconciliationFile
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid CreditorId { get; init; }

    /// <summary>Unique per creditor.</summary>
    public required string Name { get; init; }

    public required string Format { get; init; }

    public required string BlobHash { get; init; }

    /// <summary>Whether it was fetched: <c>new</c>, then <c>downloaded</c>.</summary>
    public bool IsFetched { get; set; }

    public DateTimeOffset CreatedAt { get; init; }
}
