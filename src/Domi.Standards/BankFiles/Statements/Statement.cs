namespace Domi.Standards.BankFiles;

/// <summary>What the bank says stood on an account.</summary>
/// <param name="Code">OPBD, PRCD, CLBD, ITBD, CLAV, FWAV, XPCD, INFO … as given; CODA's two are OPBD and CLBD.</param>
/// <param name="Amount">In the currency of the account; negative when overdrawn.</param>
/// <param name="On">The day it is of; null when the file does not say.</param>
public sealed record Balance(string Code, decimal Amount, DateOnly? On);

/// <summary>The head of one statement, report or notification; its entries follow, then a <see cref="StatementEnd"/>.</summary>
public sealed record Statement : FilePart
{
    /// <summary>A statement, a report of the day, or a notification: only the first is booked on.</summary>
    public required FileKind Kind { get; init; }

    /// <summary>The bank's id of the statement, at most 35 characters; CODA's file reference.</summary>
    public string? Id { get; init; }

    /// <summary>The id of the message it came in.</summary>
    public string? MessageId { get; init; }

    /// <summary>Counts up per account; a step of more than one is a statement that is missing. CODA starts again at 1 each year.</summary>
    public int? Number { get; init; }

    /// <summary>The account as the bank wrote it, without blanks: an IBAN nearly always.</summary>
    public required string Account { get; init; }

    /// <summary>Three letters; with the account it says which statements belong together.</summary>
    public string? Currency { get; init; }

    /// <summary>Name of the account's holder, as the bank has it.</summary>
    public string? Holder { get; init; }

    /// <summary>The bank's code, as written.</summary>
    public string? Bic { get; init; }

    /// <summary>First day of the period; of CODA the day of the old balance.</summary>
    public DateOnly? From { get; init; }

    /// <summary>Last day of the period; of CODA the day of the new balance.</summary>
    public DateOnly? Until { get; init; }

    /// <summary>The bank sends it again: what it says is booked already, unless the first one was lost.</summary>
    public bool IsDuplicate { get; init; }

    /// <summary>From 1; of several pages the first has the opening balance and the last the closing one.</summary>
    public int Page { get; init; } = 1;

    /// <summary>With <see cref="Page"/> 1 it is the whole statement: see <see cref="StatementContinuity.Join"/>.</summary>
    public bool IsLastPage { get; init; } = true;

    /// <summary>In the order of the file. CODA has the closing one at its end: see <see cref="StatementEnd.Closing"/>.</summary>
    public IReadOnlyList<Balance> Balances { get; init; } = [];

    /// <summary>The account, when its check digits hold.</summary>
    public Iban? Iban => Domi.Standards.Iban.TryParse(Account, out var iban) ? iban : null;

    /// <summary>Where the entries start from: OPBD, or else PRCD, the closing balance before.</summary>
    public Balance? Opening => Balances.FirstOrDefault(b => b.Code == "OPBD") ?? Balances.FirstOrDefault(b => b.Code == "PRCD");

    /// <summary>CLBD; null in CODA, whose head does not have it.</summary>
    public Balance? Closing => Balances.FirstOrDefault(b => b.Code == "CLBD");

    /// <summary>The same for the same statement, however often and in whichever file it comes.</summary>
    public string Identity => $"{Account}|{Currency}|{Id}|{Number}|{Page}|{From:yyyyMMdd}{(Id is null && Number is null ? string.Concat(Balances.Select(b => $"|{b.Code} {b.On:yyyyMMdd} {Values.Plain(b.Amount)}")) : "")}";
}

/// <summary>How far an entry is.</summary>
public enum EntryState
{
    /// <summary>On the account: part of its balances.</summary>
    Booked,

    /// <summary>Not on the account yet (PDNG, FUTR): never to be booked.</summary>
    Pending,

    /// <summary>Told for information (INFO): never to be booked.</summary>
    Information,
}

/// <summary>One line of a statement. Its <see cref="EntryDetail"/>s follow, none or a million.</summary>
public sealed record Entry : FilePart
{
    /// <summary>From 1 within the statement.</summary>
    public required int Number { get; init; }

    /// <summary>Positive came in, negative went out. A reversal's sign is turned already by the bank.</summary>
    public required decimal Amount { get; init; }

    /// <summary>Three letters.</summary>
    public string? Currency { get; init; }

    /// <summary>Only what is booked counts.</summary>
    public EntryState State { get; init; }

    /// <summary>It undoes another entry. Information: the sign of the amount holds as it is.</summary>
    public bool IsReversal { get; init; }

    /// <summary>Booking date.</summary>
    public DateOnly? BookedOn { get; init; }

    /// <summary>Value date: from when it bears interest.</summary>
    public DateOnly? ValueOn { get; init; }

    /// <summary>The bank's reference of the entry.</summary>
    public string? BankReference { get; init; }

    /// <summary>The reference that links an entry of a statement with its details in a notification.</summary>
    public string? EntryReference { get; init; }

    /// <summary>What kind of movement: <c>PMNT/IDDT/UPDD</c>, or CODA's eight digits. Some banks mix families up: the sign decides.</summary>
    public string? TransactionCode { get; init; }

    /// <summary>The batch (PmtInfId) this entry is the total of.</summary>
    public string? BatchId { get; init; }

    /// <summary>How many payments the bank says the entry holds.</summary>
    public int? BatchCount { get; init; }

    /// <summary>Charges the bank took within the amount, a positive sum; 0 when it names none.</summary>
    public decimal Charges { get; init; }
}

/// <summary>One payment within an entry.</summary>
public sealed record EntryDetail : FilePart
{
    /// <summary>The <see cref="Entry.Number"/> it belongs to.</summary>
    public required int EntryNumber { get; init; }

    /// <summary>From 1 within the entry.</summary>
    public required int Number { get; init; }

    /// <summary>Positive came in. Null when the bank does not say which part of the entry it is.</summary>
    public decimal? Amount { get; init; }

    /// <summary>What was collected or paid at first, when the amount holds charges too; positive.</summary>
    public decimal? OriginalAmount { get; init; }

    /// <summary>Charges within the amount, a positive sum.</summary>
    public decimal Charges { get; init; }

    /// <summary>Null also where the bank wrote NOTPROVIDED.</summary>
    public string? EndToEndId { get; init; }

    /// <summary>MndtId of a direct debit; null also where the bank wrote NOTPROVIDED.</summary>
    public string? MandateId { get; init; }

    /// <summary>The creditor identifier as written.</summary>
    public string? CreditorId { get; init; }

    /// <summary>The batch (PmtInfId) it was sent in.</summary>
    public string? BatchId { get; init; }

    /// <summary>MsgId of the file it was sent in.</summary>
    public string? MessageId { get; init; }

    /// <summary>The bank's reference of the payment.</summary>
    public string? BankReference { get; init; }

    /// <summary>As <see cref="Entry.TransactionCode"/>, of the payment.</summary>
    public string? TransactionCode { get; init; }

    /// <summary>Who is at the other end, as the bank has it.</summary>
    public string? CounterpartyName { get; init; }

    /// <summary>As the bank wrote it, without blanks; nearly always an IBAN.</summary>
    public string? CounterpartyAccount { get; init; }

    /// <summary>The code of his bank, as written.</summary>
    public string? CounterpartyBic { get; init; }

    /// <summary>Street and place in one line each, as given.</summary>
    public string? CounterpartyAddress { get; init; }

    /// <summary>For whom the counterparty acted.</summary>
    public string? UltimateCounterparty { get; init; }

    /// <summary>The structured reference as given: a Belgian communication's twelve digits, RF…, or the bank's own kind.</summary>
    public string? Reference { get; init; }

    /// <summary>Free text; its pieces joined.</summary>
    public string? Text { get; init; }

    /// <summary>Four letters of ISO's external purpose codes, or the bank's own.</summary>
    public string? Purpose { get; init; }

    /// <summary>Why it came back (AM04, MD01 …): with it the detail is an R-transaction. See <see cref="ReasonCodes"/>.</summary>
    public string? ReturnReason { get; init; }

    /// <summary>What the bank adds to the reason in words.</summary>
    public string? ReturnText { get; init; }

    /// <summary>CODA's kind of R-transaction: 1 reject, 2 return, 3 refund, 4 reversal, 5 cancellation; null when not told.</summary>
    public int? ReturnKind { get; init; }

    /// <summary>The Belgian communication in the reference or, printed or as twelve digits, in the text; only when its check digits hold.</summary>
    public StructuredCommunication? Communication => RemittanceReferences.Communication(Reference) ?? RemittanceReferences.Communication(Text);

    /// <summary>The RF reference in the reference or in the text; only when its check digits hold.</summary>
    public CreditorReference? CreditorReference => RemittanceReferences.CreditorReference(Reference) ?? RemittanceReferences.CreditorReference(Text);
}

/// <summary>What the bank adds to an entry in words, after its details.</summary>
public sealed record EntryNote(int EntryNumber, string Text) : FilePart;

/// <summary>What the bank tells the holder, apart from any entry.</summary>
public sealed record StatementNote(string Text) : FilePart;

/// <summary>The end of a statement: what was really in it, and whether that is what its balances say.</summary>
public sealed record StatementEnd : FilePart
{
    /// <summary>Its head, with all balances that were found.</summary>
    public required Statement Statement { get; init; }

    /// <summary>Entries of every state.</summary>
    public int Entries { get; init; }

    /// <summary>Entries that are not booked yet.</summary>
    public int Pending { get; init; }

    /// <summary>Payments within the entries.</summary>
    public long Details { get; init; }

    /// <summary>Sum of the booked entries that came in.</summary>
    public decimal Credits { get; init; }

    /// <summary>Sum of the booked entries that went out, a positive sum.</summary>
    public decimal Debits { get; init; }

    /// <summary>Where the entries start from; null when the file has none.</summary>
    public Balance? Opening { get; init; }

    /// <summary>Where they lead to; null when the file has none.</summary>
    public Balance? Closing { get; init; }

    /// <summary>What the file itself says it holds: CODA's trailer, or the summary in camt; null when it says nothing.</summary>
    public StatementTotals? Declared { get; init; }

    /// <summary>Opening balance, plus credits, less debits.</summary>
    public decimal? Expected => Opening is null ? null : Opening.Amount + Credits - Debits;

    /// <summary>Whether the closing balance is the expected one; null when there are not two balances, as on a page of several.</summary>
    public bool? AddsUp => Expected is null || Closing is null ? null : Expected == Closing.Amount;

    /// <summary>What does not add up, in words; null when it does, or when there are not two balances.</summary>
    internal string? Difference => AddsUp is not false
        ? null
        : $"Opening {Values.Plain(Opening!.Amount)} + {Values.Plain(Credits)} - {Values.Plain(Debits)} is {Values.Plain(Expected!.Value)}, the closing balance is {Values.Plain(Closing!.Amount)}.";
}

/// <summary>Totals that a file states of itself.</summary>
/// <param name="Records">In CODA the number of records, in camt the number of entries.</param>
public sealed record StatementTotals(int? Records, decimal? Credits, decimal? Debits);
