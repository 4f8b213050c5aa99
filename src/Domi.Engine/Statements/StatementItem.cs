using Domi.Standards;

namespace Domi.Engine.Statements;

/// <summary>What a line of a statement is.</summary>
public enum LineKind
{
    /// <summary>Money of somebody else: a transfer that came in or left.</summary>
    Transfer,

    /// <summary>A collection that was credited, alone or again.</summary>
    Collection,

    /// <summary>A collection that was taken back.</summary>
    Return,

    /// <summary>The sum of a run, credited at once.</summary>
    Batch,

    /// <summary>A transfer of ours that was booked, alone or as the sum of a run.</summary>
    Payout,

    /// <summary>A transfer of ours that came back.</summary>
    PayoutReturn,

    /// <summary>What the bank takes for itself.</summary>
    Charge,

    /// <summary>A notification's: it moves no money, it tells of what a statement's sum holds.</summary>
    Notice,
}

/// <summary>What a person is asked about a line that the rules alone do not settle.</summary>
public enum LineQuestion
{
    /// <summary>It is about a collection or transfer that is not known here.</summary>
    Unknown,

    /// <summary>The amount is not that of the collection.</summary>
    Amount,

    /// <summary>It was taken back already.</summary>
    SecondReturn,

    /// <summary>It was credited already.</summary>
    SecondCredit,

    /// <summary>The bank had refused it, or taken it back, and yet credits it.</summary>
    CreditAfterReturn,

    /// <summary>It is about a collection that never went to the bank.</summary>
    NotSent,

    /// <summary>The sum is not that of the run.</summary>
    BatchDiffers,
}

/// <summary>A line of an account statement that was imported, and what it paid.</summary>
/// <remarks>Lines are only added. What a collection stands at with the bank is the sum of its lines: see <see cref="SettleLines"/>.</remarks>
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

    /// <summary>The bank's statement it stands on; null for lines of the reporting call.</summary>
    public Guid? StatementId { get; init; }

    public LineKind Kind { get; set; }

    public string? EndToEndId { get; init; }

    public string? MandateReference { get; init; }

    /// <summary>PmtInfId of the run that it is, or was sent in.</summary>
    public string? BatchId { get; init; }

    /// <summary>What links an entry of a statement with its details in a notification.</summary>
    public string? EntryReference { get; init; }

    /// <summary>The bank's reference of the payment.</summary>
    public string? BankReference { get; init; }

    public string? TransactionCode { get; init; }

    /// <summary>Why it came back.</summary>
    public string? ReasonCode { get; init; }

    /// <summary>Euro, positive: what the bank took of the amount for itself, and is no part of the collection.</summary>
    public decimal Charges { get; set; }

    public Guid? DirectDebitId { get; set; }

    public Guid? TransferId { get; set; }

    public Guid? RunId { get; set; }

    /// <summary>What a person is asked; null when nothing.</summary>
    public LineQuestion? Question { get; set; }

    /// <summary>Who answered, and what.</summary>
    public string? AnsweredBy { get; set; }

    public string? Answer { get; set; }

    public DateTimeOffset ImportedAt { get; init; }
}
