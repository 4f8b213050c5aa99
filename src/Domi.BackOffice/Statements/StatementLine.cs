using Domi.BackOffice.Ledger;
using Domi.Platform;
using Domi.Standards;

namespace Domi.BackOffice.Statements;

/// <summary>
/// Where a line stands, from what was done with its amount. New: nobody looked yet. ToDo: something of it is nowhere. Credit: the rest of
/// it is kept for a customer. Repay: it is to be paid back. Aside: it is no payment of an invoice. Out: it went out.
/// </summary>
public enum LineState { New, ToDo, Matched, Credit, Repay, Aside, Out }

/// <summary>What matching found of a line, for whoever looks at it.</summary>
public enum LineFinding
{
    None,

    /// <summary>Booked by the structured communication, the RF reference, or the number of the invoice with its amount.</summary>
    ByCommunication, ByCreditorReference, ByNumber,

    /// <summary>More than was open: the rest is kept.</summary>
    TooMuch,

    /// <summary>The invoice was paid already: all of it is kept.</summary>
    PaidTwice,

    /// <summary>The reference is of no invoice of ours, or of a credit note; or two references speak of two invoices.</summary>
    UnknownReference, CreditNote, TwoReferences,

    /// <summary>A direct debit of ours: the provider tells of it.</summary>
    Collection,

    /// <summary>The provider told of this payment: set aside, as its end-to-end id is the same; or only alike, and so a person looks.</summary>
    Known, PerhapsKnown,
}

/// <summary>One payment on a statement. Its amounts are projections of ledger entries and marks that are only ever added.</summary>
public sealed class StatementLine
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid OwnCompanyId { get; init; }

    public Guid StatementId { get; init; }

    /// <summary>From 1 within the statement; with it the source of what is booked.</summary>
    public int Position { get; init; }

    /// <summary>Euro; positive came in.</summary>
    public decimal Amount { get; init; }

    /// <summary>The value date, or the last day of the statement, where the bank does not say.</summary>
    public DateOnly BookedOn { get; init; }

    public DateOnly? ValueOn { get; init; }

    public string? CounterpartyName { get; init; }

    public string? CounterpartyAccount { get; init; }

    /// <summary>As written, the structured reference first.</summary>
    public string? Text { get; init; }

    public StructuredCommunication? Communication { get; init; }

    /// <summary>A second one that stands in the text and is another.</summary>
    public StructuredCommunication? OtherCommunication { get; init; }

    /// <summary>RF….</summary>
    public string? CreditorReference { get; init; }

    public string? EndToEndId { get; init; }

    public string? MandateId { get; init; }

    public string? BankReference { get; init; }

    public string? TransactionCode { get; init; }

    /// <summary>Why a payment came back (AM04, MD01 …).</summary>
    public string? ReturnReason { get; init; }

    public LineState State { get; private set; } = LineState.New;

    public LineFinding Finding { get; private set; }

    /// <summary>Whose payment it is; of the last invoice it was booked on, or chosen.</summary>
    public Guid? RelationId { get; private set; }

    /// <summary>The invoice that its reference names, or that it was booked on last.</summary>
    public Guid? InvoiceId { get; private set; }

    // Projections.

    /// <summary>Booked on invoices.</summary>
    public decimal Paid { get; private set; }

    public decimal Credit { get; private set; }

    public decimal Repay { get; private set; }

    public decimal Aside { get; private set; }

    /// <summary>Entries and marks so far, those taken back included: the next one's key.</summary>
    public int Steps { get; private set; }

    public int Version { get; private set; }

    /// <summary>What is nowhere yet.</summary>
    public decimal Rest => Amount > 0 ? Amount - Paid - Credit - Repay - Aside : 0m;

    /// <summary>A direct debit of ours: ISO's family IDDT, or CODA's family 05; or it names a mandate.</summary>
    public bool IsCollection => MandateId is not null || TransactionCode?.Contains("/IDDT", StringComparison.Ordinal) == true || TransactionCode is [_, '0', '5', _, _, _, _, _];

    /// <summary>Matching looked at it; what came in and was booked nowhere waits for a person.</summary>
    public void Look(LineFinding finding, Guid? invoiceId = null, Guid? relationId = null)
    {
        (Finding, InvoiceId, RelationId) = (finding, invoiceId ?? InvoiceId, relationId ?? RelationId);
        Settle();
    }

    /// <summary>The entry that books a part of it on an invoice.</summary>
    /// <exception cref="RefusedException"><c>amount_not_left</c>.</exception>
    public LedgerEntry Pay(Invoices.Invoice invoice, decimal amount, string actor, DateTimeOffset now)
    {
        RequireLeft(amount);
        Paid += amount;
        (RelationId, InvoiceId) = (invoice.RelationId, invoice.Id);
        Steps++;
        Settle();
        return Entry(invoice.Id, EntryKind.Paid, $"bank:{Id:n}:{Steps}", amount, actor, now);
    }

    /// <summary>The entry that takes another one back.</summary>
    public LedgerEntry TakeBack(LedgerEntry paid, string actor, DateTimeOffset now)
    {
        Paid -= paid.Amount;
        Settle();
        return Entry(paid.InvoiceId, EntryKind.Reversed, paid.Key, paid.Amount, actor, now);
    }

    /// <summary>Keeps a part of it for the relation, to be paid back, or aside.</summary>
    /// <exception cref="RefusedException"><c>amount_not_left</c>.</exception>
    public LineMark Mark(MarkKind kind, decimal amount, string? word, Guid? relationId, string actor, DateTimeOffset now)
    {
        RequireLeft(amount);
        RelationId = relationId ?? RelationId;
        return Put(kind, amount, word, null, actor, now);
    }

    /// <summary>The mark that takes another one back.</summary>
    public LineMark TakeBack(LineMark mark, string actor, DateTimeOffset now) => Put(mark.Kind, -mark.Amount, null, mark.Id, actor, now);

    private LineMark Put(MarkKind kind, decimal amount, string? word, Guid? undoes, string actor, DateTimeOffset now)
    {
        if (kind is MarkKind.Credit) Credit += amount;
        else if (kind is MarkKind.Repay) Repay += amount;
        else Aside += amount;
        Steps++;
        Settle();
        return new() { OwnCompanyId = OwnCompanyId, LineId = Id, Step = Steps, Kind = kind, Amount = amount, Word = word, RelationId = RelationId, Undoes = undoes, Actor = actor, At = now };
    }

    private void RequireLeft(decimal amount)
    {
        if (amount <= 0 || amount > Rest || amount != Math.Round(amount, 2)) throw new RefusedException("amount_not_left", $"Of the payment {Rest} is left.", ("left", Rest.ToString("0.00", System.Globalization.CultureInfo.CurrentCulture))) { Field = "Amount" };
    }

    private void Settle()
    {
        State = Amount <= 0 ? LineState.Out
            : Rest > 0 ? LineState.ToDo
            : Credit > 0 ? LineState.Credit
            : Repay > 0 ? LineState.Repay
            : Paid > 0 ? LineState.Matched
            : LineState.Aside;
        Version++;
    }

    private LedgerEntry Entry(Guid invoiceId, EntryKind kind, string key, decimal amount, string actor, DateTimeOffset now) => new()
    {
        OwnCompanyId = OwnCompanyId,
        InvoiceId = invoiceId,
        LineId = Id,
        Kind = kind,
        Amount = amount,
        Key = key,
        Source = "bank",
        Method = "transfer",
        Actor = actor,
        OccurredAt = BookedOn.StartOfDay(),
        PostedAt = now,
    };
}

public enum MarkKind { Credit, Repay, Aside }

/// <summary>What was decided of a part of a line that is on no invoice. Rows are only ever added; one with a negative amount takes another back.</summary>
public sealed class LineMark
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid OwnCompanyId { get; init; }

    public Guid LineId { get; init; }

    /// <summary>Unique with the line.</summary>
    public int Step { get; init; }

    public MarkKind Kind { get; init; }

    public decimal Amount { get; init; }

    /// <summary>What it is, when it is no payment of an invoice.</summary>
    public string? Word { get; init; }

    public Guid? RelationId { get; init; }

    /// <summary>The mark it takes back.</summary>
    public Guid? Undoes { get; init; }

    public required string Actor { get; init; }

    public DateTimeOffset At { get; init; }
}
