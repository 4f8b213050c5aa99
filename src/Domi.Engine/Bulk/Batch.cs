namespace Domi.Engine.Bulk;

/// <summary>Many objects of one call, and what became of each.</summary>
public sealed class Batch
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid CreditorId { get; init; }

    /// <summary><c>invoice</c> or <c>transaction</c>.</summary>
    public required string Kind { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The answer: one entry per object, in its order; null while it is worked on.</summary>
    public string? ResultJson { get; set; }
}
