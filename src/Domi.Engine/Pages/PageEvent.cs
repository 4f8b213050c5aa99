namespace Domi.Engine.Pages;

/// <summary>What a debtor did on a hosted page, for the creditor's people to read. Rows are only ever added, and go with the invoice or the prepared mandate that is deleted.</summary>
public sealed class PageEvent
{
    public const string Question = "question", Email = "email", Scheduled = "scheduled", Unscheduled = "unscheduled", History = "history";
    public const string Cancelled = "cancelled", Expired = "expired", Failed = "failed", Declined = "declined";

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid CreditorId { get; init; }

    /// <summary>The invoice, or the mandate.</summary>
    public Guid AboutId { get; init; }

    public required string Kind { get; init; }

    /// <summary>What was written, or chosen.</summary>
    public string? Text { get; init; }

    public DateTimeOffset At { get; init; }
}
