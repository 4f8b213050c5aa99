using Domi.Standards;
using Domi.Standards.BankFiles;

namespace Domi.Testing;

/// <summary>How a bank takes what a return costs.</summary>
public enum ChargeRule
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Within the amount that it books back.</summary>
    Inside,

    /// <summary>As an entry of its own, the same day.</summary>
    Apart,
}

/// <summary>What real banks do now and then. Each is used at random, where <see cref="BankRules.UntidyShare"/> and the format let it.</summary>
[Flags]
public enum Untidiness
{
    None = 0,

    /// <summary>A statement comes again, the same bytes or said to be a duplicate.</summary>
    StatementTwice = 1 << 0,

    /// <summary>A statement comes after the one that follows on it.</summary>
    StatementsSwapped = 1 << 1,

    /// <summary>A pain.002 comes up to three days late: after the statement with what it tells.</summary>
    LateReports = 1 << 2,

    /// <summary>A return is booked twice, and the second one undone by an opposite entry later.</summary>
    DoubleReturns = 1 << 3,

    /// <summary>A return of somebody else's direct debit, undone by an opposite entry later.</summary>
    StrangersReturns = 1 << 4,

    /// <summary>A return with NOTPROVIDED in place of its end-to-end id: camt has the ids of file and payment, CODA the mandate.</summary>
    NoEndToEndId = 1 << 5,

    /// <summary>Batches as their total, with the payments in a camt.054.</summary>
    TotalsOnly = 1 << 6,

    /// <summary>UTF-8 with a byte order mark.</summary>
    ByteOrderMark = 1 << 7,

    /// <summary>XML in UTF-16.</summary>
    Utf16 = 1 << 8,

    /// <summary>CODA wrapped in base64.</summary>
    Base64 = 1 << 9,

    /// <summary>CR LF where the file has LF, and LF where it has CR LF.</summary>
    LineEnds = 1 << 10,

    /// <summary>Neither BICs nor transaction codes.</summary>
    MissingCodes = 1 << 11,

    /// <summary>A statement cut in the middle; the whole one comes the next day.</summary>
    CutFiles = 1 << 12,

    /// <summary>The statement counts itself wrongly.</summary>
    WrongCounts = 1 << 13,

    /// <summary>A statement of a day without movements.</summary>
    EmptyStatements = 1 << 14,

    All = (1 << 15) - 1,
}

/// <summary>How one simulated bank works, as data.</summary>
public sealed record BankRules
{
    /// <summary>Cut-off, lead days, how far ahead, and whether batches are booked as one.</summary>
    public BankProfile Profile { get; init; } = BankProfile.Presets[0];

    /// <summary>The bank's own code.</summary>
    public Bic Bic { get; init; } = Bic.Parse("BBRUBEBB");

    /// <summary>One of <see cref="StatementFile.Formats"/>.</summary>
    public string Statements { get; init; } = "camt.053.001.08";

    /// <summary><c>pain.002.001.03</c> or <c>pain.002.001.10</c>.</summary>
    public string Reports { get; init; } = "pain.002.001.10";

    /// <summary>Whether a file that is taken whole is answered too.</summary>
    public bool ReportsAcceptance { get; init; } = true;

    /// <summary>Whether what comes back after settlement is told in a pain.002 besides the statement.</summary>
    public bool ReportsReturns { get; init; }

    /// <summary>Whether a collection date that cannot be met is moved to the first that can; else refused.</summary>
    public bool ShiftsDates { get; init; }

    /// <summary>Whether what the debtor's bank refuses is part of the batch's credit, and debited the same day; else it is left out.</summary>
    public bool BooksRejectsGross { get; init; }

    public ChargeRule Charges { get; init; }

    /// <summary>Euro, of each return, refund and unauthorised one.</summary>
    public decimal Charge { get; init; } = 3m;

    /// <summary>How far transfers may overdraw the account; null for any amount.</summary>
    public decimal? Overdraft { get; init; }

    public FateRates Rates { get; init; } = new();

    /// <summary>Decides on a direct debit before <see cref="Rates"/> do; null leaves it to them.</summary>
    public Func<DebitBatch, Debit, Fate?>? Decide { get; init; }

    /// <summary>Decides on a transfer: done, rejected or returned.</summary>
    public Func<TransferBatch, Transfer, Fate?>? DecideTransfer { get; init; }

    public Untidiness Untidiness { get; init; }

    /// <summary>How often each untidiness is used where it could be.</summary>
    public double UntidyShare { get; init; } = 0.15;
}

/// <summary>An account at the bank.</summary>
/// <param name="Holder">As its statements name him.</param>
/// <param name="Balance">What it starts with, in euro.</param>
/// <param name="CreditorIds">The creditor identifiers registered for it; none for any.</param>
public sealed record BankAccount(Iban Iban, string Holder, decimal Balance = 0, params IReadOnlyList<CreditorIdentifier> CreditorIds);

/// <summary>A file that the bank sends.</summary>
/// <param name="Name">Unique, in the order of sending.</param>
/// <param name="Format">As in <see cref="MessageStart.Format"/>, or one of <see cref="StatementFile.Formats"/>.</param>
/// <param name="About">The day of the statement or of the report; it may have been sent later.</param>
/// <param name="Untidiness">What is wrong with this file.</param>
public sealed record SentFile(string Name, FileKind Kind, string Format, DateOnly About, byte[] Content, Untidiness Untidiness);
