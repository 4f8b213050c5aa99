using System.Text;
using Domi.Standards.BankFiles;
using Xunit;

namespace Domi.Standards.Tests.BankFiles;

public sealed class StatementFileTests
{
    private static readonly DateTime Now = new(2026, 3, 18, 6, 0, 0);

    internal static readonly Statement Head = new()
    {
        Kind = FileKind.Statement,
        Id = "S-2026-7",
        Number = 7,
        Account = "BE68539007547034",
        Currency = "EUR",
        Holder = "Fitness Gent NV",
        Bic = "BBRUBEBB",
        From = new(2026, 3, 17),
        Until = new(2026, 3, 17),
        Balances = [new("OPBD", -100m, new(2026, 3, 16)), new("CLBD", 837.65m, new(2026, 3, 17))],
    };

    private static readonly FilePart[] Entries =
    [
        Booked(1, 1000m) with { BatchId = "BATCH-1", BatchCount = 2, BankReference = "BANK-1", TransactionCode = "PMNT/IDDT/ESDD" },
        Detail(1, 1, 250m) with { EndToEndId = "E-1", MandateId = "M-1", CreditorId = "BE12ZZZ0456810810", BatchId = "BATCH-1", Text = "Abonnement maart", CounterpartyAddress = "Visserij 44, 9000 Gent" },
        Detail(1, 2, 750m) with { EndToEndId = "E-2", MandateId = "M-2", CreditorId = "BE12ZZZ0456810810", BatchId = "BATCH-1", Reference = "090933755493" },
        new EntryNote(1, "Batch of March"),
        Booked(2, -53m) with { TransactionCode = "PMNT/IDDT/UPDD", Charges = 3m },
        Detail(2, 1, -53m) with { EndToEndId = "E-0", MandateId = "M-0", OriginalAmount = 50m, Charges = 3m, ReturnReason = "AM04", ReturnText = "Insufficient funds" },
        Booked(3, 12.35m) with { TransactionCode = "PMNT/RCDT/ESCT" },
        Detail(3, 1, 12.35m) with { Reference = "090933755493", CounterpartyBic = "KREDBEBB" },
        Booked(4, -20m) with { TransactionCode = "PMNT/ICDT/ESCT" },
        Detail(4, 1, -20m) with { Text = string.Join(' ', Enumerable.Repeat("Terugbetaling", 30)) + " <einde & uit>", CounterpartyName = "Café 'Zoë'" },
        Booked(5, -1.70m) with { TransactionCode = "FEES" },
    ];

    public static TheoryData<string> Formats => [.. StatementFile.Formats];

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_statement_is_the_same_byte_for_byte_today_and_when_written_again(string format)
    {
        var file = Written(format);

        Golden.Same("statements", format.Replace(' ', '-').ToLowerInvariant() + (format.StartsWith("camt") ? ".xml" : format.StartsWith("CODA") ? ".cod" : ".sta"), file);
        Assert.Equal(file, Written(format));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_statement_is_valid_and_holds_what_it_should(string format)
    {
        Assert.Empty(StatementFile.Check(() => new MemoryStream(Written(format)), format, Head, Entries).Select(f => f.ToString()));
        if (format == StatementFile.Mt940) return;
        Assert.Empty(BankFile.Read(new MemoryStream(Written(format))).OfType<Finding>().Select(f => f.ToString()));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_statement_that_is_not_what_it_should_be_is_not_released(string format)
    {
        var text = Encoding.UTF8.GetString(Written(format));
        var (amount, other) = format switch { StatementFile.Mt940 => ("C12,35", "C12,36"), _ when format.StartsWith("CODA") => ("0000000000012350", "0000000000012360"), _ => (">12.35<", ">12.36<") };
        Assert.Contains(amount, text);

        Assert.NotEmpty(Faults(text.Replace(amount, other), Entries));
        Assert.NotEmpty(Faults(text.Replace("BE68539007547034", "BE71096123456769"), Entries));
        Assert.NotEmpty(Faults(text, Entries[..^1]));
        Assert.NotEmpty(Faults(text, [.. Entries, Booked(6, 1m)]));
        Assert.NotEmpty(Faults(text[..(text.Length / 2)], Entries));
        if (format != StatementFile.Mt940) Assert.NotEmpty(Faults(text.Replace("E-0", "E-9"), Entries));

        List<Finding> Faults(string written, IEnumerable<FilePart> meant) => [.. StatementFile.Check(() => new MemoryStream(Encoding.UTF8.GetBytes(written)), format, Head, meant)];
    }

    [Theory]
    [InlineData("camt.053.001.02")]
    [InlineData("camt.053.001.08")]
    public void Camt_keeps_everything(string format)
    {
        var parts = BankFile.Read(new MemoryStream(Written(format))).ToList();
        var head = parts.OfType<Statement>().Single();

        Assert.Equal((Head.Id, Head.Number, Head.Account, Head.Currency, Head.Holder, Head.Bic, Head.From, Head.Until), (head.Id, head.Number, head.Account, head.Currency, head.Holder, head.Bic, head.From, head.Until));
        Assert.Equal(Head.Balances, head.Balances);
        Assert.Equal(Entries, parts.Where(p => p is Entry or EntryDetail or EntryNote));
    }

    [Fact]
    public void Coda_keeps_what_books_and_matches()
    {
        var parts = BankFile.Read(new MemoryStream(Written(StatementFile.Coda))).ToList();
        var details = parts.OfType<EntryDetail>().ToList();

        Assert.Equal(["E-1", "E-2", "E-0", null, null, null], details.Select(d => d.EndToEndId));
        Assert.Equal(["M-1", "M-2", "M-0", null, null, null], details.Select(d => d.MandateId));
        Assert.Equal([null, "090933755493", null, "090933755493", null, null], details.Select(d => d.Communication?.Value));
        Assert.Equal("AM04", details[2].ReturnReason);
        Assert.Equal("BATCH-1", parts.OfType<Entry>().First().BatchId);
        Assert.Equal("Visserij 44, 9000 Gent", details[0].CounterpartyAddress);
        Assert.StartsWith("Terugbetaling Terugbetaling", details[4].Text);
        Assert.InRange(details[4].Text!.Length, 400, 417); // 149 and 268 places
        Assert.Equal("Cafe 'Zoe'", details[4].CounterpartyName);
        Assert.All(Encoding.ASCII.GetString(Written(StatementFile.Coda)).TrimEnd('\n').Split('\n'), l => Assert.Equal(128, l.Length));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void An_identifier_comes_back_as_it_went_also_with_blanks_inside(string format)
    {
        var head = Head with { Balances = [new("OPBD", 0m, new(2026, 3, 16)), new("CLBD", 7m, new(2026, 3, 17))] };
        FilePart[] spaced = [Booked(1, 7m), Detail(1, 1, 7m) with { EndToEndId = "E  1", MandateId = "M  1" }];

        Assert.Empty(StatementFile.Check(() => new MemoryStream(Written(format, head, spaced)), format, head, spaced).Select(f => f.ToString()));
    }

    [Fact]
    public void Totals_of_coda_leave_the_payments_out()
    {
        var parts = BankFile.Read(new MemoryStream(Written(StatementFile.CodaTotals))).ToList();

        Assert.Equal([1000m, -53m, 12.35m, -20m, -1.70m], parts.OfType<Entry>().Select(e => e.Amount));
        Assert.Equal("BATCH-1", parts.OfType<Entry>().First().BatchId);
        Assert.Equal(4, parts.OfType<EntryDetail>().Count());
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void What_is_not_a_whole_statement_is_refused(string format)
    {
        Assert.Throws<InvalidOperationException>(() => Written(format, Head, Entries[..^1]));
        Assert.Throws<InvalidOperationException>(() => Written(format, Head, [Entries[1], .. Entries]));
        Assert.Throws<ArgumentException>(() => Written(format, Head with { Balances = [] }, Entries));
        Assert.Throws<ArgumentException>(() => Written(format, Head with { Balances = [Head.Balances[0], new("CLBD", 837.65m, null)] }, Entries));
        Assert.Throws<ArgumentException>(() => Written(format, Head with { Account = "" }, Entries));
        Assert.Throws<ArgumentException>(() => Written(format, Head, [.. Entries, Booked(6, 0m) with { State = EntryState.Pending }]));
        Assert.Throws<ArgumentException>(() => Written(format, Head, [.. Entries, Booked(6, 0m) with { Currency = "USD" }]));
        Assert.Throws<ArgumentException>(() => Written("camt.053.001.99", Head, Entries));
    }

    [Fact]
    public void What_the_oldest_camt_has_no_place_for_is_refused_and_not_turned()
    {
        var head = Head with { Balances = [new("OPBD", 0m, new(2026, 3, 16)), new("CLBD", 7m, new(2026, 3, 17))] };
        FilePart[] mixed = [Booked(1, 7m), Detail(1, 1, 10m), Detail(1, 2, -3m)];

        Assert.Throws<ArgumentException>(() => Written("camt.053.001.02", head, mixed));
        Assert.Empty(StatementFile.Check(() => new MemoryStream(Written("camt.053.001.08", head, mixed)), "camt.053.001.08", head, mixed));
    }

    [Fact]
    public void An_empty_day_is_a_statement_too()
    {
        var empty = Head with { Balances = [new("OPBD", 5m, new(2026, 3, 16)), new("CLBD", 5m, new(2026, 3, 17))] };
        foreach (var format in StatementFile.Formats) Assert.Empty(StatementFile.Check(() => new MemoryStream(Written(format, empty, [])), format, empty, []));
    }

    private static Entry Booked(int number, decimal amount) => new() { Number = number, Amount = amount, Currency = "EUR", BookedOn = new(2026, 3, 17), ValueOn = new(2026, 3, 18) };

    private static EntryDetail Detail(int entry, int number, decimal amount) => new() { EntryNumber = entry, Number = number, Amount = amount, CounterpartyName = "Jan Janssens", CounterpartyAccount = "BE71096123456769" };

    private static byte[] Written(string format) => Written(format, Head, Entries);

    private static byte[] Written(string format, Statement head, IEnumerable<FilePart> entries)
    {
        using var file = new MemoryStream();
        StatementFile.Write(file, format, head, entries, Now);
        return file.ToArray();
    }
}
