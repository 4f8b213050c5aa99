namespace Domi.Engine.Mandates;

/// <summary>What somebody of the creditor wrote down about a mandate. Rows are only ever added.</summary>
public sealed class MandateComment
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid CreditorId { get; init; }

    public Guid MandateId { get; init; }

    /// <summary>Who wrote it, as the person was called then.</summary>
    public required string Name { get; init; }

    public required string Text { get; init; }

    /// <summary>The debtor reads it on his own page.</summary>
    public bool IsPublic { get; init; }

    public DateTimeOffset At { get; init; }
}
