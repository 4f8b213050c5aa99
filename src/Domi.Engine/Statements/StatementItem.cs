using Domi.Standards;

namespace Domi.Engine.Statements;

/// <summary>A line of an account statement that was imported, and what it paid.</summary>
public sealed class StatementItem
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid CreditorId { get; init; }

    public long Number { get; init; }

    /// <summary>The creditor's account.</summary>
    public Iban Account { get; init; }

    public string Name { get; init; } = "";

    public Iban? CounterpartyAccount { get; init; }

    public Bic? CounterpartyBic { get; init; }

    /// <summary>Euro; negative when it left.</summary>
    public decimal Amount { get; init; }

    public string Message { get; init; } = "";

    public DateOnly BookedOn { get; init; }

    /// <summary>File and line it came from: the same file twice is one.</summary>
    public required string SourceKey { get; init; }

    /// <summary>The invoice it paid.</summary>
    public Guid? InvoiceId { get; set; }

    public DateTimeOffset ImportedAt { get; init; }
}
