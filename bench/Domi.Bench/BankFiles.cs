using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Xml;
using Domi.Standards;
using Domi.Standards.BankFiles;

namespace Domi.Bench;

/// <summary>Bank files of a million, each beside what the bare reader or writer of the runtime takes for the same bytes.</summary>
internal static class BankFiles
{
    private const int Debits = 1_000_000;
    private const int Movements = 300_000;
    private const string Ns = "urn:iso:std:iso:20022:tech:xsd:pain.008.001.08";

    private static readonly Iban[] Accounts = [Iban.Parse("BE71096123456769"), Iban.Parse("BE68539007547034"), Iban.Parse("BE62510007547061"), Iban.Parse("NL91ABNA0417164300")];

    public static void Measure(string folder, Action<string, bool, string> bar, Action<string, string> print)
    {
        Payments(Path.Combine(folder, "debits.xml"), bar);
        Statement(Path.Combine(folder, "statement.cod"), bar, print);
    }

    private static void Payments(string path, Action<string, bool, string> bar)
    {
        var profile = BankProfile.Presets[0] with { MaxPaymentsPerBatch = Debits, MaxPaymentsPerFile = Debits };
        // All once shortly before, so that none is measured while it is compiled.
        BareWrite(Stream.Null, 50_000);
        using (var file = File.Create(path)) PaymentFile.Write(file, Parts(50_000), profile);
        BareRead(path);
        Read(path);
        var (bareLength, bare) = Written(stream => BareWrite(stream, Debits));
        var (length, own) = Written(stream => PaymentFile.Write(stream, Parts(Debits), profile));
        if (length != bareLength) throw new InvalidOperationException($"{length} bytes were written, {bareLength} by the bare writer.");
        bar("pain.008 of 1,000,000 debits written", own <= bare * 2, $"{own:0.00} s = {own / bare:0.00} times a bare XmlWriter (bar 2), {length / 1e6:0} MB");

        using (var file = File.Create(path)) PaymentFile.Write(file, Parts(Debits), profile);
        var clock = Stopwatch.StartNew();
        BareRead(path);
        bare = clock.Elapsed.TotalSeconds;
        clock.Restart();
        var (count, sum) = Read(path);
        own = clock.Elapsed.TotalSeconds;
        if ((count, sum) != (Debits, Enumerable.Range(0, Debits).Sum(Amount))) throw new InvalidOperationException($"{count} debits of {sum} were read.");
        bar("  read, each ready to be applied", own <= bare * 2.5, $"{own:0.00} s = {own / bare:0.00} times a bare XmlReader (bar 2.5)");
        bar("  memory at its height", Process.GetCurrentProcess().PeakWorkingSet64 < 300e6, $"{Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:0} MB (bar 300)");
    }

    private static (int Count, decimal Sum) Read(string path)
    {
        var (count, sum) = (0, 0m);
        using var file = File.OpenRead(path);
        foreach (var part in BankFile.Read(file))
        {
            if (part is Finding finding) throw new InvalidOperationException(finding.ToString());
            if (part is Debit debit) (count, sum) = (count + 1, sum + debit.Amount);
        }

        return (count, sum);
    }

    private static void Statement(string path, Action<string, bool, string> bar, Action<string, string> print)
    {
        var head = new Statement { Kind = FileKind.Statement, Account = "BE68539007547034", Currency = "EUR", Number = 1, Balances = [new("OPBD", 0, new(2026, 3, 16)), new("CLBD", Enumerable.Range(0, Movements).Sum(Amount), new(2026, 3, 17))] };
        using (var file = File.Create(path)) StatementFile.Write(file, StatementFile.Coda, head, Entries(), new(2026, 3, 17, 6, 0, 0));
        var megabytes = new FileInfo(path).Length / 1e6;

        var clock = Stopwatch.StartNew();
        var lines = 0;
        using (var reader = new StreamReader(path, Encoding.Latin1))
            while (reader.ReadLine() is not null) lines++;
        print($"StreamReader.ReadLine over CODA, {lines:N0} lines", $"{megabytes / clock.Elapsed.TotalSeconds:0} MB/s");

        clock.Restart();
        StatementEnd? end = null;
        using (var file = File.OpenRead(path))
        {
            foreach (var part in BankFile.Read(file))
            {
                if (part is Finding finding) throw new InvalidOperationException(finding.ToString());
                end = part as StatementEnd ?? end;
            }
        }

        var rate = megabytes / clock.Elapsed.TotalSeconds;
        if (end is not { Entries: Movements, AddsUp: true }) throw new InvalidOperationException($"The statement does not add up: {end}");
        bar($"CODA of {Movements:N0} movements read", rate >= 50, $"{rate:0} MB/s (bar 50), {megabytes:0} MB");
    }

    private static (long Length, double Seconds) Written(Action<Stream> write)
    {
        using var counted = new CountedStream();
        var clock = Stopwatch.StartNew();
        write(counted);
        return (counted.Length, clock.Elapsed.TotalSeconds);
    }

    private static decimal Amount(int n) => 10m + (n % 9_000) / 100m;

    private static IEnumerable<FilePart> Parts(int count)
    {
        var sum = 0m;
        for (var n = 0; n < count; n++) sum += Amount(n);
        yield return new PaymentMessage { Id = "BENCH", CreatedAt = new(2026, 3, 17, 10, 0, 0), InitiatorName = "Fitness Gent NV", Count = count, Sum = sum };
        yield return new DebitBatch
        {
            Id = "BENCH-1",
            Scheme = MandateScheme.Core,
            Sequence = SequenceType.Recurring,
            CollectOn = new(2026, 3, 20),
            CreditorName = "Fitness Gent NV",
            CreditorAccount = Accounts[1],
            CreditorBic = Bic.Parse("BBRUBEBB"),
            CreditorId = CreditorIdentifier.Parse("BE12ZZZ0456810810"),
            Count = count,
            Sum = sum,
        };
        for (var n = 0; n < count; n++)
        {
            yield return new Debit
            {
                EndToEndId = string.Create(CultureInfo.InvariantCulture, $"E2E-{n:D10}"),
                Amount = Amount(n),
                MandateId = string.Create(CultureInfo.InvariantCulture, $"MANDATE-{n:D10}"),
                SignedOn = new(2025, 6, 30),
                DebtorName = "Jan Janssens",
                DebtorAccount = Accounts[n % Accounts.Length],
                Text = "Abonnement maart 2026",
            };
        }
    }

    private static IEnumerable<FilePart> Entries()
    {
        for (var n = 0; n < Movements; n++)
        {
            yield return new Entry { Number = n + 1, Amount = Amount(n), Currency = "EUR", BookedOn = new(2026, 3, 17), ValueOn = new(2026, 3, 17), BankReference = "BANKREFERENCE" };
            yield return new EntryDetail { EntryNumber = n + 1, Number = 1, Amount = Amount(n), EndToEndId = string.Create(CultureInfo.InvariantCulture, $"E2E-{n:D10}"), CounterpartyName = "Jan Janssens", CounterpartyAccount = Accounts[n % 4].Value, Reference = "090933755493" };
        }
    }

    // The same bytes by the same means and nothing else: no rule, no sum, no record.
    private static void BareWrite(Stream stream, int count)
    {
        stream.Write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"u8);
        using var xml = XmlWriter.Create(stream, new() { Encoding = new UTF8Encoding(false), OmitXmlDeclaration = true, CloseOutput = false });
        var sum = Enumerable.Range(0, count).Sum(Amount).ToString("0.00", CultureInfo.InvariantCulture);
        var counted = count.ToString(CultureInfo.InvariantCulture);
        Start("Document");
        Start("CstmrDrctDbtInitn");
        xml.WriteWhitespace("\n");
        Start("GrpHdr");
        Element("MsgId", "BENCH");
        Element("CreDtTm", "2026-03-17T10:00:00");
        Element("NbOfTxs", counted);
        Element("CtrlSum", sum);
        Path("Fitness Gent NV", "InitgPty", "Nm");
        xml.WriteEndElement();
        xml.WriteWhitespace("\n");
        Start("PmtInf");
        Element("PmtInfId", "BENCH-1");
        Element("PmtMtd", "DD");
        Element("BtchBookg", "true");
        Element("NbOfTxs", counted);
        Element("CtrlSum", sum);
        Start("PmtTpInf");
        Path("SEPA", "SvcLvl", "Cd");
        Path("CORE", "LclInstrm", "Cd");
        Element("SeqTp", "RCUR");
        xml.WriteEndElement();
        Element("ReqdColltnDt", "2026-03-20");
        Path("Fitness Gent NV", "Cdtr", "Nm");
        Path(Accounts[1].Value, "CdtrAcct", "Id", "IBAN");
        Path("BBRUBEBB", "CdtrAgt", "FinInstnId", "BICFI");
        Element("ChrgBr", "SLEV");
        Start("CdtrSchmeId");
        Start("Id");
        Start("PrvtId");
        Start("Othr");
        Element("Id", "BE12ZZZ0456810810");
        Path("SEPA", "SchmeNm", "Prtry");
        for (var i = 0; i < 4; i++) xml.WriteEndElement();
        for (var n = 0; n < count; n++)
        {
            xml.WriteWhitespace("\n");
            Start("DrctDbtTxInf");
            Path(string.Create(CultureInfo.InvariantCulture, $"E2E-{n:D10}"), "PmtId", "EndToEndId");
            Start("InstdAmt");
            xml.WriteAttributeString("Ccy", "EUR");
            xml.WriteString(Amount(n).ToString("0.00", CultureInfo.InvariantCulture));
            xml.WriteEndElement();
            Start("DrctDbtTx");
            Start("MndtRltdInf");
            Element("MndtId", string.Create(CultureInfo.InvariantCulture, $"MANDATE-{n:D10}"));
            Element("DtOfSgntr", "2025-06-30");
            xml.WriteEndElement();
            xml.WriteEndElement();
            Path("NOTPROVIDED", "DbtrAgt", "FinInstnId", "Othr", "Id");
            Path("Jan Janssens", "Dbtr", "Nm");
            Path(Accounts[n % Accounts.Length].Value, "DbtrAcct", "Id", "IBAN");
            Path("Abonnement maart 2026", "RmtInf", "Ustrd");
            xml.WriteEndElement();
        }

        xml.WriteWhitespace("\n");
        xml.WriteEndDocument();

        void Start(string name) => xml.WriteStartElement("", name, Ns);

        void Element(string name, string value)
        {
            Start(name);
            xml.WriteString(value);
            xml.WriteEndElement();
        }

        void Path(string value, params ReadOnlySpan<string> names)
        {
            foreach (var name in names) Start(name);
            xml.WriteString(value);
            foreach (var _ in names) xml.WriteEndElement();
        }
    }

    private static void BareRead(string path)
    {
        using var file = File.OpenRead(path);
        using var xml = XmlReader.Create(file, new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreWhitespace = true });
        while (xml.Read())
        {
        }
    }

    /// <summary>Counts what is written and keeps none of it.</summary>
    private sealed class CountedStream : Stream
    {
        private long length;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => length;

        public override long Position { get => length; set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> buffer) => length += buffer.Length;

        public override void Write(byte[] buffer, int offset, int count) => length += count;

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
