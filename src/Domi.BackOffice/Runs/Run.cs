namespace Domi.BackOffice.Runs;

public enum RunKind { Number, NumberAndSend, Send, Remind, Invite }

/// <summary>A long action over many: it shows its progress, can be left and found again, and ends in a list of what failed and why.</summary>
public sealed class Run
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid OwnCompanyId { get; init; }

    public RunKind Kind { get; init; }

    /// <summary>What the kind needs besides: the date to number on, the profile to invite to.</summary>
    public string? Argument { get; init; }

    public required string StartedBy { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; set; }

    public int Total { get; init; }
}

public enum ItemState { Waiting, Done, Failed }

/// <summary>One of a run: an invoice or a relation.</summary>
public sealed class RunItem
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid OwnCompanyId { get; init; }

    public Guid RunId { get; init; }

    public int Position { get; init; }

    /// <summary>The invoice or relation.</summary>
    public Guid SubjectId { get; init; }

    public ItemState State { get; set; }

    /// <summary>The refusal's code, with its words in the resources.</summary>
    public string? Error { get; set; }

    public string? ErrorText { get; set; }

    public DateTimeOffset? DueAt { get; set; }
}
