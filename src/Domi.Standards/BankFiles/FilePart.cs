namespace Domi.Standards.BankFiles;

/// <summary>One thing read from a bank file, in the order of the file. Readers give them one by one and keep none.</summary>
public abstract record FilePart;

/// <summary>Which message a file holds.</summary>
public enum FileKind
{
    /// <summary>pain.001: transfers to be made.</summary>
    CreditTransfers,

    /// <summary>pain.008: direct debits to be collected.</summary>
    DirectDebits,

    /// <summary>pain.002: what became of either.</summary>
    StatusReport,

    /// <summary>camt.052: movements of a day that is not over; nothing to book on.</summary>
    AccountReport,

    /// <summary>camt.053 or CODA: an account's movements between two balances.</summary>
    Statement,

    /// <summary>camt.054: details of movements, without balances.</summary>
    Notification,
}

/// <summary>The start of a message: always the first part, unless the file is of no known kind.</summary>
/// <param name="Kind">What the message is for.</param>
/// <param name="Format"><c>camt.053.001.08</c> as the namespace says; <c>camt.053</c> when it says nothing; <c>CODA 2</c>.</param>
public sealed record MessageStart(FileKind Kind, string Format) : FilePart;

/// <summary>What is to be done with a file that is not as it should be.</summary>
public enum Severity
{
    /// <summary>Told, and read on: nothing that money depends on.</summary>
    Warn,

    /// <summary>Read, but not to be booked before a person has looked.</summary>
    Hold,

    /// <summary>Not readable any further: nothing of the file is to be booked.</summary>
    Reject,
}

/// <summary>Something in a file that is not as it should be. After one that rejects nothing follows.</summary>
/// <param name="Severity">What is to be done.</param>
/// <param name="Rule">Stable code of the rule, such as <c>statement.balance</c>, for translation and statistics.</param>
/// <param name="Message">The fault as an English sentence, with the figures that disagree; at most 500 characters.</param>
/// <param name="Place">Where: <c>line 12</c>, and the entry or batch when there is one; at most 200 characters.</param>
public sealed record Finding(Severity Severity, string Rule, string Message, string Place) : FilePart
{
    /// <summary>The fault as an English sentence; at most 500 characters, for it quotes the file.</summary>
    public string Message { get; init; } = Values.Cut(Message, 500);

    /// <summary>Where; at most 200 characters.</summary>
    public string Place { get; init; } = Values.Cut(Place, 200);

    /// <summary>As one line: <c>hold statement.balance at line 3: …</c>.</summary>
    public override string ToString() => $"{Severity.ToString().ToLowerInvariant()} {Rule} at {Place}: {Message}";
}

/// <summary>How large a file and its parts may be before it is refused.</summary>
/// <remarks>They bound memory and time, not business: a real file is far below.</remarks>
public sealed record FileLimits
{
    /// <summary>Bytes of the whole file; 4 GB.</summary>
    public long MaxBytes { get; init; } = 4L << 30;

    /// <summary>Bytes of one element, value, name or comment, with what is read ahead; 128 kB.</summary>
    public int MaxRunBytes { get; init; } = 128 << 10;

    /// <summary>Characters of one value in XML; 10,000.</summary>
    public int MaxTextLength { get; init; } = 10_000;

    /// <summary>Elements inside each other; 48.</summary>
    public int MaxDepth { get; init; } = 48;

    /// <summary>Different names of elements and attributes in XML; 5,000. A message has a few hundred.</summary>
    public int MaxNames { get; init; } = 5_000;

    /// <summary>How often what belongs to a whole may be repeated before its entries or payments: balances, notes, batches; 100,000.</summary>
    public int MaxRepeats { get; init; } = 100_000;

    /// <summary>The limits that hold unless others are given.</summary>
    public static readonly FileLimits Default = new();
}
