namespace Domi.Standards.BankFiles;

/// <summary>Writes statements for bookkeeping programs: camt.053, CODA, MT940. Each is read back and compared before it is released.</summary>
/// <remarks>
/// Entries come as <see cref="BankFile.Read"/> gives them: each <see cref="Entry"/>, then its <see cref="EntryDetail"/>s and at most one
/// <see cref="EntryNote"/>. They are taken one by one and none is kept; the same parts make the same bytes. What a format has no place for is left
/// out: camt keeps the most, then CODA, then MT940.
/// </remarks>
public static class StatementFile
{
    /// <summary>CODA 2.6; with the payments of a batch behind its total.</summary>
    public const string Coda = "CODA 2";

    /// <summary>CODA 2.6 of totals only.</summary>
    public const string CodaTotals = "CODA 2 totals";

    /// <summary>MT940, each payment an entry of its own.</summary>
    public const string Mt940 = "MT940";

    /// <summary>The formats that can be written.</summary>
    public static IReadOnlyList<string> Formats { get; } = [.. CamtWriter.Formats, Coda, CodaTotals, Mt940];

    /// <summary>Writes one statement, the only one of its file.</summary>
    /// <param name="stream">Left open. What it holds after an exception is no file.</param>
    /// <param name="format">One of <see cref="Formats"/>.</param>
    /// <param name="statement">With its opening and its closing balance, each with its day.</param>
    /// <param name="entries">Enumerated once.</param>
    /// <param name="createdAt">Local time; of CODA only the day counts, and MT940 has none.</param>
    /// <exception cref="ArgumentException">The format is not known, a balance is missing, an entry is not booked, or something has no place in the format.</exception>
    /// <exception cref="InvalidOperationException">The entries do not lead from one balance to the other, or a detail stands before any entry.</exception>
    public static void Write(Stream stream, string format, Statement statement, IEnumerable<FilePart> entries, DateTime createdAt)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(statement);
        ArgumentNullException.ThrowIfNull(entries);
        if (!Formats.Contains(format)) throw new ArgumentException($"{format} is not one of {string.Join(", ", Formats)}.", nameof(format));
        switch (format)
        {
            case Coda or CodaTotals:
                new CodaWriter(stream, statement, withDetails: format == Coda).Write(entries, DateOnly.FromDateTime(createdAt));
                break;
            case Mt940:
                Mt940Writer.Write(stream, statement, entries);
                break;
            default:
                CamtWriter.Write(stream, format, statement, entries, createdAt);
                break;
        }
    }

    /// <summary>What is wrong with a statement that was written: by its schema, and beside what should be in it. Nothing when it may go.</summary>
    /// <param name="open">Opens the file; called once or twice.</param>
    /// <param name="format">The format it was written in.</param>
    /// <param name="statement">As it was given.</param>
    /// <param name="entries">As they were given; enumerated once.</param>
    public static IEnumerable<Finding> Check(Func<Stream> open, string format, Statement statement, IEnumerable<FilePart> entries)
    {
        ArgumentNullException.ThrowIfNull(open);
        ArgumentNullException.ThrowIfNull(statement);
        ArgumentNullException.ThrowIfNull(entries);
        return format == Mt940 ? Mt940Check.Faults(open, statement, entries) : Faults(open, format, statement, entries);
    }

    /// <summary>Writes a statement beside its place, checks it, and only then gives it its name.</summary>
    /// <param name="path">Where to; a file that is there is replaced.</param>
    /// <param name="format">One of <see cref="Formats"/>.</param>
    /// <param name="statement">With its opening and its closing balance.</param>
    /// <param name="entries">Asked for twice, and has to give the same both times.</param>
    /// <param name="createdAt">Local time.</param>
    /// <exception cref="ArgumentException">As of <see cref="Write"/>.</exception>
    /// <exception cref="InvalidOperationException">As of <see cref="Write"/>.</exception>
    /// <exception cref="InvalidDataException">What was written is not what should be in it, or not valid: nothing is left at the path.</exception>
    public static void Release(string path, string format, Statement statement, Func<IEnumerable<FilePart>> entries, DateTime createdAt)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ReleasedFile.Make(path, stream => Write(stream, format, statement, entries(), createdAt), open => Check(open, format, statement, entries()));
    }

    private static IEnumerable<Finding> Faults(Func<Stream> open, string format, Statement statement, IEnumerable<FilePart> entries)
    {
        var isCoda = format is Coda or CodaTotals;
        using (var file = open())
        using (var expected = Facts(entries, isCoda, format == CodaTotals).GetEnumerator())
        {
            StatementEnd? end = null;
            foreach (var part in BankFile.Read(file))
            {
                if (part is StatementEnd read) end = read;
                // An account need not be an IBAN: of a payment provider it is none.
                if (part is Finding finding && finding is not { Severity: Severity.Warn, Rule: "statement.account" }) yield return finding;
                if (part is not (Entry or EntryDetail) || (expected.MoveNext() && expected.Current.IsIn(part))) continue;
                yield return new(Severity.Reject, "written.differs", $"What was read back is not what was to be written: {expected.Current} became {part}.", format);
                yield break;
            }

            if (expected.MoveNext()) yield return new(Severity.Reject, "written.differs", $"This is missing in what was written: {expected.Current}.", format);
            if (end is null || (end.Statement.Account, end.Opening?.Amount, end.Closing?.Amount) != (statement.Account, statement.Opening?.Amount, statement.Closing?.Amount))
                yield return new(Severity.Reject, "written.differs", "Account or balances are not those that were to be written.", format);
        }

        if (isCoda) yield break;
        using var again = open();
        foreach (var fault in SchemaCheck.Validate(again, format)) yield return fault;
    }

    private static IEnumerable<WrittenFact> Facts(IEnumerable<FilePart> entries, bool isCoda, bool onlyTotals)
    {
        foreach (var line in Lines.Of(entries))
        {
            if (!line.IsPart) yield return new(line.Entry, null);
            if (line.Detail is { } detail && !(line.IsPart && onlyTotals)) yield return new(line.Entry, line.IsPart ? detail : detail with { Amount = detail.Amount ?? line.Entry.Amount });
            // In CODA an entry that is no total is a payment too.
            else if (isCoda && !line.IsTotal && !line.IsPart) yield return new(line.Entry, new() { EntryNumber = line.Entry.Number, Number = 1, Amount = line.Entry.Amount, EndToEndId = line.Entry.BatchId });
        }
    }

    /// <summary>What money and its match depend on; all else may be cut to its place.</summary>
    private sealed record WrittenFact(Entry Entry, EntryDetail? Detail)
    {
        public bool IsIn(FilePart read) => (Detail, read) switch
        {
            (null, Entry entry) => (entry.Amount, entry.BookedOn, entry.ValueOn) == (Entry.Amount, Entry.BookedOn, Entry.ValueOn),
            ({ } meant, EntryDetail detail) => (detail.Amount, detail.EndToEndId, detail.MandateId, detail.CounterpartyAccount, detail.ReturnReason)
                    == (meant.Amount, Values.Provided(meant.EndToEndId), Values.Provided(meant.MandateId), meant.CounterpartyAccount, meant.ReturnReason)
                && (!StructuredCommunication.TryParse(meant.Reference, out var communication) || detail.Communication == communication),
            _ => false,
        };
    }
}
