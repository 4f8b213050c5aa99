using Domi.Standards.BankFiles;

namespace Domi.Testing;

/// <summary>One account's day at the bank, and the statement that tells of it.</summary>
internal sealed class AccountBook(BankAccount account, int place, BankRules rules, Chance chance)
{
    private decimal closed = account.Balance;
    private DateOnly? closedOn;
    private int number;

    public BankAccount Account => account;

    /// <summary>What was booked since the last statement.</summary>
    public List<BankBooking> Today { get; } = [];

    public decimal Balance => closed + Today.Sum(b => b.Amount);

    /// <summary>The files that tell of the day, each with the TARGET days it comes late; none when nothing moved.</summary>
    public IReadOnlyList<(SentFile File, int Delay)> Close(DateOnly day)
    {
        var isEmpty = Today.Count == 0;
        if (isEmpty && !chance.Takes(Untidiness.EmptyStatements)) return [];

        var used = isEmpty ? Untidiness.EmptyStatements : Untidiness.None;
        var isCoda = Spoiling.IsCoda(rules.Statements);
        number = closedOn is { } before && before.Year == day.Year ? number + 1 : 1;
        var onlyTotals = rules.Statements == StatementFile.CodaTotals || Use(Untidiness.TotalsOnly, Today.Any(b => b.Payments.Count > 1) && rules.Statements != StatementFile.Mt940);
        var isBare = Use(Untidiness.MissingCodes, !isEmpty);
        var isMiscounted = Use(Untidiness.WrongCounts, rules.Statements != StatementFile.Mt940);
        var format = isCoda && onlyTotals ? StatementFile.CodaTotals : rules.Statements;
        var told = Told(day, onlyTotals, isBare, isMiscounted);
        if (Today.Any(b => b.IsNameless)) used |= Untidiness.NoEndToEndId;
        foreach (var booking in Today)
            used |= booking.Kind switch { BookingKind.DoubleReturn => Untidiness.DoubleReturns, BookingKind.StrangersReturn => Untidiness.StrangersReturns, _ => Untidiness.None };

        var statement = Head(day, "", closed, Balance, isBare);
        var parts = onlyTotals && !isCoda ? told.Where(t => t.Details.Count == 1).SelectMany(t => t.Parts).Concat(told.Where(t => t.Details.Count > 1).Select(t => t.Entry)).OrderBy(NumberOf).ToList() : [.. told.SelectMany(t => t.Parts)];
        List<(SentFile File, int Delay)> files = [];
        if (Use(Untidiness.CutFiles))
        {
            var whole = File(statement, isMiscounted);
            files.Add((whole with { Name = $"{whole.Name[..^4]}-cut{whole.Name[^4..]}", Content = whole.Content[..(whole.Content.Length / 2)] }, 0));
            files.Add((File(statement, isMiscounted) with { Untidiness = used & ~Untidiness.CutFiles }, 1));
        }
        else
        {
            var isSwapped = Use(Untidiness.StatementsSwapped);
            files.Add((File(statement, isMiscounted), isSwapped ? 1 : 0));
        }

        if (Use(Untidiness.StatementTwice))
        {
            var again = File(statement with { IsDuplicate = chance.Half() }, isMiscounted);
            files.Add((again with { Name = $"{again.Name[..^4]}-again{again.Name[^4..]}" }, chance.UpTo(3) - 1));
        }

        if (onlyTotals && told.Where(t => t.Details.Count > 1).ToList() is { Count: > 0 } withheld) files.Add((Notification(withheld), 0));
        (closed, closedOn) = (Balance, day);
        Today.Clear();
        return files;

        bool Use(Untidiness untidiness, bool isPossible = true)
        {
            var takes = isPossible && chance.Takes(untidiness);
            if (takes) used |= untidiness;
            return takes;
        }

        SentFile File(Statement head, bool miscounts)
        {
            var content = Written(format, head, parts, day);
            if (miscounts) content = Spoiling.Miscounted(content, format, told.Count);
            return Spoiling.Encoded(new($"{head.Id}{Extension(format)}", FileKind.Statement, format, day, content, used), chance);
        }

        SentFile Notification(List<ToldEntry> entries)
        {
            var (base053, as054) = rules.Statements == "camt.053.001.02" ? ("camt.053.001.02", "camt.054.001.02") : ("camt.053.001.08", "camt.054.001.08");
            var head = Head(day, "N", 0, entries.Sum(e => e.Entry.Amount), isBare);
            var content = Written(base053, head, entries.SelectMany(e => e.Parts), day);
            return Spoiling.Encoded(new($"{head.Id}.xml", FileKind.Notification, as054, day, Spoiling.Notification(content, as054), used), chance);
        }
    }

    private Statement Head(DateOnly day, string suffix, decimal opening, decimal closing, bool isBare) => new()
    {
        Kind = FileKind.Statement,
        Id = $"{day:yyMMdd}-{place:D2}{suffix}", // CODA has ten places
        Number = number,
        Account = account.Iban.Value,
        Currency = "EUR",
        Holder = account.Holder,
        Bic = isBare ? null : rules.Bic.Value,
        From = day,
        Until = day,
        Balances = [new("OPBD", opening, closedOn ?? day.AddDays(-1)), new("CLBD", closing, day)],
    };

    // Bookings as the statement's entries; what came back on one day may stand in one.
    private List<ToldEntry> Told(DateOnly day, bool onlyTotals, bool isBare, bool isMiscounted)
    {
        var told = new List<ToldEntry>();
        foreach (var group in Today.GroupBy(b => b.Kind is BookingKind.Return or BookingKind.Refund ? b.Kind.ToString() : b.Reference))
        {
            var bookings = group.ToList();
            if (bookings.Count > 1 && !onlyTotals && chance.Half()) Tell(bookings);
            else foreach (var booking in bookings) Tell([booking]);
        }

        return told;

        void Tell(List<BankBooking> bookings)
        {
            var first = bookings[0];
            var details = bookings.SelectMany(b => b.Payments.Select(p => b.IsNameless ? Nameless(p) : p)).ToList();
            var code = isBare ? null : Code(first.Kind);
            var entry = new Entry
            {
                Number = told.Count + 1,
                Amount = bookings.Sum(b => b.Amount),
                Currency = "EUR",
                IsReversal = first.Kind is BookingKind.Reversal or BookingKind.Correction,
                BookedOn = day,
                ValueOn = day,
                BankReference = first.Reference,
                EntryReference = "N" + first.Reference,
                TransactionCode = code,
                Charges = details.Sum(d => d.Charges),
                BatchId = first.BatchId,
                BatchCount = first.BatchId is null ? null : details.Count + (isMiscounted ? 1 : 0),
            };
            told.Add(new(entry, details.Select((d, n) => d with { EntryNumber = entry.Number, Number = n + 1, TransactionCode = code, CounterpartyBic = isBare ? null : d.CounterpartyBic }).ToList()));
        }
    }

    private EntryDetail Nameless(EntryDetail detail) => Spoiling.IsXml(rules.Statements)
        ? detail with { EndToEndId = null, MandateId = null, BatchId = null }
        : detail with { EndToEndId = null };

    private string Code(BookingKind kind)
    {
        var (camt, coda) = kind switch
        {
            BookingKind.Collection => ("PMNT/IDDT/ESDD", "00550000"),
            BookingKind.Refund => ("PMNT/IDDT/UPDD", "00505000"),
            BookingKind.Reversal => ("PMNT/IDDT/PRDD", "00505000"),
            BookingKind.Charge => ("ACMT/MDOP/CHRG", "00537000"),
            BookingKind.Correction => ("PMNT/IDDT/OTHR", "00558000"),
            BookingKind.Transfer => ("PMNT/ICDT/ESCT", "00101000"),
            BookingKind.TransferReturn => ("PMNT/ICDT/RRTN", "00150000"),
            BookingKind.Incoming => ("PMNT/RCDT/ESCT", "00150000"),
            _ => ("PMNT/IDDT/UPDD", "00503000"),
        };
        return Spoiling.IsCoda(rules.Statements) ? coda : camt;
    }

    private static byte[] Written(string format, Statement statement, IEnumerable<FilePart> parts, DateOnly day)
    {
        using var memory = new MemoryStream();
        StatementFile.Write(memory, format, statement, parts, day.ToDateTime(new(20, 0)));
        return memory.ToArray();
    }

    private static string Extension(string format) => Spoiling.IsXml(format) ? ".xml" : Spoiling.IsCoda(format) ? ".cod" : ".sta";

    private static int NumberOf(FilePart part) => part switch { Entry entry => entry.Number, EntryDetail detail => detail.EntryNumber, _ => 0 };

    private sealed record ToldEntry(Entry Entry, List<EntryDetail> Details)
    {
        public IEnumerable<FilePart> Parts => [Entry, .. Details];
    }
}
