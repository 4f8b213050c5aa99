using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using System.Xml.Schema;
using Domi.Standards.BankFiles;
using Domi.Testing;
using Xunit;

namespace Domi.Standards.Tests.BankFiles;

/// <summary>The simulated bank: its files, read by our own reader, add up to what it really did.</summary>
public sealed class FileBankTests
{
    private static readonly BankProfile Profile = BankProfile.Presets[0];
    private static readonly DateTimeOffset Handed = new(2026, 3, 17, 10, 0, 0, TimeSpan.FromHours(1));
    private static readonly DateOnly Due = new(2026, 3, 20);

    public static TheoryData<string> Banks => ["camt.053.001.02", "camt.053.001.08", StatementFile.Coda, StatementFile.CodaTotals];

    // Each bank has its own habits as well.
    private static BankRules Untidy(string statements) => statements switch
    {
        "camt.053.001.02" => new BankRules { Reports = "pain.002.001.03", Charges = ChargeRule.Inside, BooksRejectsGross = true },
        "camt.053.001.08" => new() { Charges = ChargeRule.Apart, ReportsReturns = true },
        StatementFile.Coda => new() { Charges = ChargeRule.Inside },
        _ => new() { Charges = ChargeRule.Apart, BooksRejectsGross = true, ReportsAcceptance = false },
    } with
    { Statements = statements, Untidiness = Untidiness.All, UntidyShare = 0.3, Rates = FileBankWorld.Often };

    [Theory]
    [MemberData(nameof(Banks))]
    public void A_year_of_untidy_files_adds_up_to_the_truth(string statements)
    {
        var world = new FileBankWorld(7, Untidy(statements));
        var ledger = new FileBankLedger(world);
        var (truth, read) = (world.Bank.Truth, 0);
        var months = 0;

        world.Play(day =>
        {
            for (; read < world.Sent.Count; read++) ledger.Read(world.Sent[read].File);
            if (day.AddDays(1).Month == day.Month) return;

            months++;
            foreach (var account in (BankAccount[])[FileBankWorld.Core, FileBankWorld.Business])
            {
                var booked = ledger.Entries.Where(e => e.Account == account.Iban.Value).Sum(e => e.Entry.Amount);
                Assert.Equal(truth.Balance(account.Iban), account.Balance + booked);
                Assert.Equal(truth.Month(account.Iban, day.Year, day.Month).Closing, account.Balance + booked);
                Assert.Equal(truth.Month(account.Iban, day.Year, day.Month).Sums.Values.Sum(), ledger.Entries.Where(e => e.Account == account.Iban.Value && e.Entry.BookedOn is { } on && (on.Year, on.Month) == (day.Year, day.Month)).Sum(e => e.Entry.Amount));
            }
        });

        Assert.True(months > 13);
        Assert.True(truth.Payments.Count > 1_000);
        Assert.DoesNotContain(ledger.Findings, f => f.Severity is not Severity.Warn);
        foreach (var ends in ledger.Statements.Values)
        {
            var ordered = ends.OrderBy(e => e.Closing!.On).ToList();
            Assert.All(ordered.Zip(ordered.Skip(1)), pair => Assert.Empty(StatementContinuity.Check(pair.First, pair.Second).Where(f => f.Rule != "statement.duplicate").Select(f => f.ToString())));
        }

        // Each payment's money, and why it came back.
        var meant = truth.Bookings.SelectMany(b => b.Payments).Where(p => p.EndToEndId is not null).GroupBy(p => p.EndToEndId!).ToDictionary(g => g.Key, g => g.Sum(p => p.Amount));
        var told = ledger.Details.Where(d => ledger.Name(d.Detail) is not null).GroupBy(d => ledger.Name(d.Detail)!).ToDictionary(g => g.Key, g => g.ToList());
        Assert.Equal(meant.OrderBy(m => m.Key, StringComparer.Ordinal), told.Select(t => KeyValuePair.Create(t.Key, t.Value.Sum(d => d.Detail.Amount))).OrderBy(t => t.Key, StringComparer.Ordinal));
        foreach (var payment in truth.Payments.Values)
        {
            var own = told.GetValueOrDefault(payment.EndToEndId) ?? [];
            var back = own.Where(d => d.Detail.ReturnReason is not null).ToList();
            Assert.Equal(payment.SettledOn, own.Where(d => d.Detail.ReturnReason is null && payment.State is not BankState.Rejected).Min(d => d.Entry.BookedOn));
            Assert.Equal(payment.SettledOn is null ? null : payment.EndedOn, payment.SettledOn is null ? null : back.Min(d => d.Entry.BookedOn));
            Assert.All(back, d => Assert.Equal(payment.Reason, d.Detail.ReturnReason));
        }

        // What the pain.002 say.
        Assert.Equal(truth.Payments.Values.Where(p => p.State is BankState.Rejected || (world.Rules.ReportsReturns && p is { Payment: Debit, EndedOn: not null })).Select(p => (p.EndToEndId, p.Reason!)).Order(), ledger.Rejected.Select(r => (r.Key, r.Value)).Order());
        Assert.Equal(3, truth.Refusals.Where(r => r.Reason == "AM05").DistinctBy(r => r.MessageId).Count(r => r.MessageId.StartsWith("DD-C")));
        Assert.Equal(FileBankWorld.Months, truth.Refusals.Where(r => r.Reason == "DU01").DistinctBy(r => r.MessageId).Count());

        // And nothing of it is for nothing.
        var used = world.Sent.Aggregate(Untidiness.None, (all, s) => all | s.File.Untidiness);
        var expected = Untidiness.All & ~(statements.StartsWith("camt") ? Untidiness.Base64 : Untidiness.None) & ~(statements is StatementFile.CodaTotals ? Untidiness.TotalsOnly : Untidiness.None);
        Assert.Equal(expected, used);
        Assert.True(ledger is { Repeated: > 10, Cut: > 10 });
        Assert.Equal(world.Rules.ReportsReturns || world.Rules.BooksRejectsGross, ledger.ToldLate > 0);
        Assert.Equal(Enum.GetValues<BankState>().Where(s => s is not BankState.Accepted), truth.Payments.Values.Select(p => p.State).Distinct().Order());
    }

    [Theory]
    [MemberData(nameof(Banks))]
    public void Its_files_are_valid_by_their_schemas_and_keep_the_deadlines(string statements)
    {
        var world = new FileBankWorld(11, Untidy(statements));
        world.Play();

        foreach (var (_, file) in world.Sent.Where(s => !s.File.Untidiness.HasFlag(Untidiness.CutFiles) && SchemaCheck.Formats.Contains(s.File.Format)))
            Assert.Empty(SchemaCheck.Validate(new MemoryStream(file.Content), file.Format).Select(f => $"{file.Name} {f}"));
        Assert.Contains(world.Sent, s => s.File.Kind is FileKind.Notification);
        foreach (var payment in world.Bank.Truth.Payments.Values.Where(p => p is { Payment: Debit, SettledOn: not null, EndedOn: not null }))
        {
            var (settled, ended) = (payment.SettledOn!.Value, payment.EndedOn!.Value);
            var isBusiness = payment.Account == FileBankWorld.Business.Iban;
            var latest = payment.State switch
            {
                BankState.Returned => TargetCalendar.AddOpenDays(settled, isBusiness ? 3 : 5),
                BankState.Reversed => TargetCalendar.AddOpenDays(settled, 5),
                _ => TargetCalendar.AddOpenDays(payment.Reason == "MD06" ? settled.AddDays(56) : settled.AddMonths(13), 2),
            };
            Assert.InRange(ended, settled.AddDays(1), latest);
            Assert.True(TargetCalendar.IsOpen(settled) && TargetCalendar.IsOpen(ended));
            Assert.False(isBusiness && payment.Reason == "MD06");
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes()
    {
        Assert.Equal(Bytes(3), Bytes(3));
        Assert.NotEqual(Bytes(3), Bytes(4));

        static string Bytes(int seed)
        {
            var world = new FileBankWorld(seed, Untidy("camt.053.001.08"));
            world.Play();
            return string.Join('\n', world.Sent.Select(s => $"{s.On:O} {s.File.Name} {s.File.Format} {Convert.ToHexString(SHA256.HashData(s.File.Content))}"));
        }
    }

    [Fact]
    public void A_statement_in_MT940_leads_from_balance_to_balance()
    {
        var world = new FileBankWorld(5, new() { Statements = StatementFile.Mt940, Rates = FileBankWorld.Often, Untidiness = Untidiness.LineEnds | Untidiness.StatementsSwapped });
        world.Play();
        var sum = 0m;
        foreach (var line in world.Sent.Where(s => s.File.Format == StatementFile.Mt940).SelectMany(s => Encoding.ASCII.GetString(s.File.Content).Split('\n')).Where(l => l.StartsWith(":61:")))
        {
            var amount = decimal.Parse(string.Concat(line.Skip(15).TakeWhile(c => c is ',' or (>= '0' and <= '9'))).Replace(',', '.'), CultureInfo.InvariantCulture);
            sum += line[14] == 'C' ? amount : -amount;
        }

        Assert.Equal(world.Bank.Truth.Bookings.Sum(b => b.Amount), sum);
    }

    [Fact]
    public void An_old_report_has_the_structure_of_the_german_banks_subset()
    {
        // It is the only schema of .03 at hand, and knows no status but RJCT.
        using var schema = XmlReader.Create(new MemoryStream(Vectors.File("xsd-dk-subset/pain.002.001.03.DK-subset.xsd")));
        var set = new XmlSchemaSet { XmlResolver = null };
        set.Add(null, schema);
        var world = new FileBankWorld(7, Untidy("camt.053.001.02") with { Untidiness = Untidiness.None });
        world.Play();
        var reports = world.Sent.Where(s => s.File.Format == "pain.002.001.03").ToList();
        Assert.True(reports.Count > 10);
        foreach (var (_, report) in reports)
        {
            var text = Encoding.UTF8.GetString(report.Content).Replace("<GrpSts>PART<", "<GrpSts>RJCT<").Replace("<PmtInfSts>PART<", "<PmtInfSts>RJCT<").Replace("<GrpSts>ACCP<", "<GrpSts>RJCT<").Replace("<PmtInfSts>ACCP<", "<PmtInfSts>RJCT<");
            var settings = new XmlReaderSettings { ValidationType = ValidationType.Schema, Schemas = set, ValidationFlags = XmlSchemaValidationFlags.ReportValidationWarnings };
            settings.ValidationEventHandler += (_, e) => Assert.Fail($"{report.Name}: {e.Message}");
            using var reader = XmlReader.Create(new StringReader(text), settings);
            while (reader.Read()) { }
        }
    }

    [Fact]
    public void A_file_that_comes_again_is_refused_whole_and_changes_nothing()
    {
        var bank = Bank(new());
        Assert.Equal("ACCP", Status(bank, File("F1", "B1", "E1"))?.Code);

        Assert.Equal(("RJCT", "DU01"), Told(Status(bank, File("F1", "B1", "E1"))));
        Assert.Equal(BankState.Accepted, bank.Truth.Payments["E1"].State);
        Close(bank, Due);
        Assert.Equal(5_010m, bank.Truth.Balance(FileBankWorld.Core.Iban));
    }

    [Theory]
    [InlineData("<NbOfTxs>1</NbOfTxs>", "<NbOfTxs>2</NbOfTxs>", "AM18")]
    [InlineData("<CtrlSum>10.00</CtrlSum>", "<CtrlSum>11.00</CtrlSum>", "AM10")]
    [InlineData("<SeqTp>RCUR</SeqTp>", "<SeqTp>ALL</SeqTp>", "FF01")]
    [InlineData("</CstmrDrctDbtInitn>", "", "FF01")]
    public void A_file_that_is_wrong_as_a_whole_is_refused_whole(string right, string wrong, string reason)
    {
        var bank = Bank(new());
        var text = Encoding.UTF8.GetString(File("F1", "B1", "E1").ToArray());
        var at = text.IndexOf(right, StringComparison.Ordinal); // of the head alone
        var broken = new MemoryStream(Encoding.UTF8.GetBytes(text[..at] + wrong + text[(at + right.Length)..]));

        Assert.Equal(("RJCT", reason), Told(Status(bank, broken)));
        Assert.Equal((BankState.Rejected, reason), (bank.Truth.Payments["E1"].State, bank.Truth.Payments["E1"].Reason));
        Assert.Equal("ACCP", Status(bank, File("F2", "B2", "E1"))?.Code); // mended, under another id
        Assert.Empty(bank.Receive(new MemoryStream("no payments"u8.ToArray()), Handed));
    }

    [Fact]
    public void A_batch_that_the_bank_cannot_take_is_refused_with_its_reason()
    {
        var bank = Bank(new());
        Status(bank, File("F0", "B0", "E0"));

        Assert.Equal("AC03", Refused(b => b with { CreditorAccount = Iban.Parse("BE43068999999501") }));
        Assert.Equal("BE05", Refused(b => b with { CreditorId = CreditorIdentifier.For(EnterpriseNumber.Parse("0202239951")) }));
        Assert.Equal("DU02", Refused(b => b with { Id = "B0" }));
        Assert.Equal("DT01", Refused(b => b with { CollectOn = new(2026, 4, 30) }, Profile with { MaxAheadDays = 60 }));
        Assert.Equal("DT01", Refused(b => b with { CollectOn = new(2026, 3, 18) }, Profile with { LeadDays = 1 }));

        string Refused(Func<DebitBatch, DebitBatch> change, BankProfile? profile = null)
        {
            var n = bank.Truth.Payments.Count;
            var parts = Parts($"F{n}", $"B{n}", $"E{n}");
            parts[1] = change((DebitBatch)parts[1]);
            var read = Read(bank.Receive(FileBankWorld.Written(parts, profile ?? Profile), Handed));
            Assert.True(read.OfType<BatchStatus>().Single().Status!.IsRejected);
            Assert.Equal(BankState.Rejected, bank.Truth.Payments[$"E{n}"].State);
            return read.OfType<BatchStatus>().Single().Status!.Reason!;
        }
    }

    [Fact]
    public void A_date_that_cannot_be_met_is_moved_where_the_bank_does_so()
    {
        var bank = Bank(new() { ShiftsDates = true });
        var parts = Parts("F1", "B1", "E1");
        parts[1] = (DebitBatch)parts[1] with { CollectOn = new(2026, 3, 18) };

        Assert.Equal("ACCP", Status(bank, FileBankWorld.Written(parts, Profile with { LeadDays = 1 }))?.Code);
        Close(bank, Due);
        Assert.Equal(new DateOnly(2026, 3, 19), bank.Truth.Payments["E1"].SettledOn);
    }

    [Fact]
    public void Nothing_is_collected_on_a_mandate_that_has_ended()
    {
        var bank = Bank(new());
        var last = Parts("F1", "B1", "E1");
        last[1] = (DebitBatch)last[1] with { Sequence = SequenceType.Final };
        Status(bank, FileBankWorld.Written(last, Profile));

        Assert.Equal("AG02", Read(bank.Receive(File("F2", "B2", "E2"), Handed)).OfType<TransactionStatus>().Single().Status.Reason);
    }

    [Fact]
    public void A_fate_that_the_scheme_does_not_allow_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Play(MandateScheme.B2B, Fate.Refunded(10)));
        Assert.Throws<ArgumentException>(() => Play(MandateScheme.B2B, Fate.Returned("AM04", 4)));
        Assert.Throws<ArgumentException>(() => Play(MandateScheme.Core, Fate.Returned("AM04", 6)));
        Assert.Throws<ArgumentException>(() => Play(MandateScheme.Core, Fate.Refunded(57)));
        Assert.Throws<ArgumentException>(() => Play(MandateScheme.Core, Fate.Unauthorised(397)));

        static void Play(MandateScheme scheme, Fate fate)
        {
            var parts = Parts("F1", "B1", "E1");
            parts[1] = (DebitBatch)parts[1] with { Scheme = scheme };
            Bank(new() { Decide = (_, _) => fate }).Receive(FileBankWorld.Written(parts, Profile), Handed);
        }
    }

    [Fact]
    public void What_comes_back_is_told_by_a_report_too_where_the_bank_does_so()
    {
        var bank = Bank(new() { ReportsReturns = true, Charges = ChargeRule.Inside, Decide = (_, _) => Fate.Returned("AM04", 2) });
        Status(bank, File("F1", "B1", "E1"));
        var parts = Close(bank, new(2026, 3, 24));

        var status = parts.OfType<TransactionStatus>().Single();
        Assert.Equal(("E1", "B1", "RJCT", "AM04", 10m), (status.EndToEndId, status.BatchId, status.Status.Code, status.Status.Reason, status.Amount));
        var detail = parts.OfType<EntryDetail>().Single(d => d.ReturnReason is not null);
        Assert.Equal((-13m, 10m, 3m), (detail.Amount, detail.OriginalAmount, detail.Charges));
        Assert.Equal(4_997m, bank.Truth.Balance(FileBankWorld.Core.Iban));
    }

    [Fact]
    public void A_late_report_on_what_comes_behind_the_months_last_open_day_is_not_held_back_into_the_next_month()
    {
        var bank = Bank(new() { Untidiness = Untidiness.LateReports, UntidyShare = 1 });
        Assert.Empty(bank.Receive(File("M-1", "B-1", "E-1"), Handed));
        Assert.Single(bank.Receive(File("M-2", "B-2", "E-2"), new(2026, 5, 30, 6, 0, 0, TimeSpan.FromHours(2)))); // a Saturday, and the last of May but one
    }

    [Fact]
    public void Transfers_beyond_the_overdraft_are_refused_on_their_day()
    {
        var bank = Bank(new() { Overdraft = 0, Rates = FateRates.None });
        List<FilePart> parts = [Payments.Message(5_001m), Payments.Transfers(5_001m), Payments.Transfer("T1", 5_001m)];
        Assert.Equal("ACCP", Status(bank, FileBankWorld.Written(parts, Profile))?.Code);

        Assert.Equal("AM04", Close(bank, Due).OfType<TransactionStatus>().Single().Status.Reason);
        Assert.Equal(5_000m, bank.Truth.Balance(FileBankWorld.Core.Iban));
        Assert.Equal(BankState.Rejected, bank.Truth.Payments["T1"].State);
    }

    private static FileBank Bank(BankRules rules) => new(1, rules with { Rates = rules.Decide is null ? FateRates.None : rules.Rates }, FileBankWorld.Core, FileBankWorld.Business);

    private static List<FilePart> Parts(string file, string batch, string id) => [Payments.Message(10m) with { Id = file }, Payments.Batch(batch, 10m), Payments.Debit(id, 10m)];

    private static MemoryStream File(string file, string batch, string id) => FileBankWorld.Written(Parts(file, batch, id), Profile);

    private static PaymentStatus? Status(FileBank bank, Stream file) => Read(bank.Receive(file, Handed)).OfType<StatusReport>().Single().Status;

    private static (string?, string?) Told(PaymentStatus? status) => (status?.Code, status?.Reason);

    private static List<FilePart> Read(IEnumerable<SentFile> files) => [.. files.SelectMany(f => BankFile.Read(new MemoryStream(f.Content)))];

    // Every day from the one the file was handed over.
    private static List<FilePart> Close(FileBank bank, DateOnly until)
    {
        var parts = new List<FilePart>();
        for (var day = DateOnly.FromDateTime(Handed.Date); day <= until; day = day.AddDays(1)) parts.AddRange(Read(bank.CloseDay(day)));
        return parts;
    }
}
