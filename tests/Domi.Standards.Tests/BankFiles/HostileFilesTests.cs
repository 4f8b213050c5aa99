using System.Text;
using Domi.Standards.BankFiles;
using Xunit;

namespace Domi.Standards.Tests.BankFiles;

/// <summary>Memory is measured of the whole process, so that nothing else may run.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>Files that were made to bring a reader down end in a finding, soon and in little memory; so do those that were only cut off.</summary>
[Collection(nameof(Alone))]
public sealed class HostileFilesTests
{
    private const string Head = """<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>1</Id>""";
    private const string OneEntry = """<Ntry><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><NtryDtls><TxDtls><Refs><EndToEndId>E</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>""";

    /// <summary>What stands before, what is repeated two thousand million bytes long, and after how many bytes at most it has to be noticed.</summary>
    public static TheoryData<string, string, string, int> Endless => new()
    {
        { "a value", Head + "<Acct><Id><IBAN>", "A", 1 },
        { "a value that nobody reads", Head + "<Unknown>", "A", 1 },
        { "a value of character references", Head + "<Acct><Id><IBAN>", "&#65;", 1 },
        { "a section of markup that is none", Head + "<AddtlStmtInf><![CDATA[", "<a>", 1 },
        { "such a section where nobody reads", Head + "<Unknown><![CDATA[", "<>", 1 },
        { "a comment", Head + "<!-- ", "<a> ", 1 },
        { "an instruction", Head + "<?x ", "<a> ", 1 },
        { "a name", Head + "<", "A", 1 },
        { "an attribute", Head + "<Acct x=\"", "A", 1 },
        { "attributes", Head + "<Acct ", " xmlns:a=''", 1 },
        { "blanks", Head, " ", 1 },
        { "elements inside each other", Head, "<a>", 1 },
        { "texts of a payment", Head + OneEntry[..^"</TxDtls></NtryDtls></Ntry>".Length] + "<RmtInf>", "<Ustrd>AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA</Ustrd>", 64 },
        { "statuses of an entry", Head + "<Ntry>", "<Sts>XXXX</Sts>", 64 },
        { "balances", Head, "<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">1</Amt></Bal>", 64 },
        { "balances that are none", Head, "<Bal/>", 64 },
        { "notes", Head, "<AddtlStmtInf>Please read</AddtlStmtInf>", 64 },
        { "batches", Payments, "<PmtInf><PmtInfId>#</PmtInfId></PmtInf>", 64 },
        { "a line of CODA", "0000" + new string(' ', 10) + "05", "A", 1 },
        { "blank lines in CODA", Coda(), "\n", 64 },
    };

    private const string Payments = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.008.001.08"><CstmrDrctDbtInitn><GrpHdr><MsgId>1</MsgId></GrpHdr>""";

    [Theory]
    [MemberData(nameof(Endless))]
    public void What_never_ends_is_refused_in_little_memory(string what, string start, string piece, int megabytes)
    {
        // Blank lines and texts that are left out take no memory, so that only the size ends them.
        var limits = new FileLimits { MaxBytes = megabytes << 20 };
        var before = GC.GetAllocatedBytesForCurrentThread();
        var last = default(FilePart);
        using var file = new Repeated(start, piece);
        foreach (var part in BankFile.Read(file, limits)) last = part;

        Assert.True(last is Finding { Severity: Severity.Reject }, $"{what}: {last}");
        if (megabytes == 1) Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
        else Assert.InRange(file.Kept, 0, 24 << 20);
    }

    [Theory]
    [InlineData("79228162514264337593543950335")]
    [InlineData("1e9")]
    [InlineData("-1.00")]
    [InlineData("1,00")]
    [InlineData("1.000001")]
    public void Amounts_beyond_sense_hold_and_no_sum_overflows(string amount)
    {
        var entry = OneEntry.Replace("1.00", amount);
        var parts = Read(Head + string.Concat(Enumerable.Repeat(entry, 5)) + "</Stmt></BkToCstmrStmt></Document>");

        Assert.Equal(5, parts.OfType<Finding>().Count(f => f is { Rule: "camt.amount", Severity: Severity.Hold }));
        Assert.Equal(0m, parts.OfType<StatementEnd>().Single().Credits);
    }

    [Fact]
    public void Names_that_are_all_different_do_not_fill_the_memory()
    {
        var file = new StringBuilder(Head);
        for (var i = 0; i < 6_000; i++) file.Append("<a").Append(i).Append("/>");

        var finding = Assert.IsType<Finding>(Read(file.ToString()).Last());
        Assert.Equal(Severity.Reject, finding.Severity);
        Assert.Contains("names", finding.Message);
    }

    [Theory]
    [InlineData("""<!DOCTYPE Document [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>""", "&b;")]
    [InlineData("""<!DOCTYPE Document [<!ENTITY a SYSTEM "file:///etc/passwd">]>""", "&a;")]
    [InlineData("""<!DOCTYPE Document SYSTEM "http://192.0.2.1/x.dtd">""", "1")]
    [InlineData("", "&a;")]
    public void Entities_and_types_of_document_are_refused_and_nothing_is_fetched(string type, string value)
    {
        var xml = type + """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>""" + value + "</Id></Stmt></BkToCstmrStmt></Document>";

        Assert.Equal(Severity.Reject, Assert.IsType<Finding>(Read(xml).Last()).Severity);
        Assert.Equal(Severity.Reject, SchemaCheck.Validate(Stream(xml), "camt.053.001.08").Last().Severity);
    }

    [Fact]
    public void A_file_cut_off_anywhere_is_never_booked_as_whole()
    {
        foreach (var path in Vectors.Files("camt").Concat(Vectors.Files("coda")).Concat(Vectors.Files("pain")))
        {
            var whole = Vectors.File(path);
            var end = whole.AsSpan().TrimEnd(" \r\n\x1a"u8).Length;
            for (var length = 0; length < end; length += 61)
            {
                var parts = BankFile.Read(new MemoryStream(whole, 0, length)).ToList();
                Assert.True(parts[^1] is Finding { Severity: Severity.Reject }, $"{path} cut at {length}: {parts[^1]}");
            }
        }
    }

    [Fact]
    public void What_stands_behind_the_end_is_refused()
    {
        var xml = Head + "</Stmt></BkToCstmrStmt></Document>";

        Assert.DoesNotContain(Read(xml), p => p is Finding { Severity: Severity.Reject });
        Assert.True(Read(xml + "<Document/>").Last() is Finding { Severity: Severity.Reject });
        Assert.True(Read(xml + "rubbish").Last() is Finding { Severity: Severity.Reject });
    }

    [Theory]
    [InlineData("UTF-8", "utf-8", true, "Café")]
    [InlineData("utf-8", "utf-8", false, "Café")]
    [InlineData("ISO-8859-1", "iso-8859-1", false, "Café")]
    [InlineData("UTF-16", "utf-16", true, "Café")]
    [InlineData("UTF-8", "iso-8859-1", false, null)]
    [InlineData("x-unknown", "utf-8", false, null)]
    [InlineData("UTF-8", "utf-16", false, null)]
    public void Each_encoding_is_read_as_declared_or_refused(string declared, string written, bool withMark, string? holder)
    {
        var encoding = Encoding.GetEncoding(written);
        var xml = Head.Replace("UTF-8", declared) + "<Acct><Ownr><Nm>Café</Nm></Ownr></Acct></Stmt></BkToCstmrStmt></Document>";
        var parts = BankFile.Read(new MemoryStream((byte[])[.. withMark ? encoding.GetPreamble() : [], .. encoding.GetBytes(xml)])).ToList();

        if (holder is null) Assert.True(parts[^1] is Finding { Severity: Severity.Reject }, parts[^1].ToString());
        else Assert.Equal(holder, Assert.Single(parts.OfType<Statement>()).Holder);
    }

    [Theory]
    [InlineData("iso-8859-1", false, "CAFÉ")]
    [InlineData("utf-8", false, "CAFÉ")]
    [InlineData("utf-8", true, "CAFÉ")]
    public void Coda_is_read_in_either_encoding_with_any_end_of_line(string written, bool withMark, string holder)
    {
        var encoding = Encoding.GetEncoding(written);
        foreach (var end in new[] { "\n", "\r\n" })
        {
            var text = CodaText.Statement().Replace("HOLDER", "CAFÉ  ").Replace("\n", end);
            var parts = BankFile.Read(new MemoryStream((byte[])[.. withMark ? encoding.GetPreamble() : [], .. encoding.GetBytes(text)])).ToList();

            Assert.Equal(holder, Assert.Single(parts.OfType<Statement>()).Holder);
            Assert.Empty(parts.OfType<Finding>());
        }
    }

    [Fact]
    public void A_file_wrapped_in_base64_is_read_as_what_is_in_it()
    {
        foreach (var message in Messages.All())
        {
            var wrapped = Convert.ToBase64String(Encoding.UTF8.GetBytes(message), Base64FormattingOptions.InsertLineBreaks);
            Assert.Equal(Read(message), Read(wrapped), PartsAreSame);
        }

        Assert.True(Read(Convert.ToBase64String(Encoding.UTF8.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(CodaText.Statement()))))).Single() is Finding { Severity: Severity.Reject });
    }

    private static bool PartsAreSame(FilePart one, FilePart other) => one.ToString() == other.ToString();

    [Fact]
    public void A_million_payments_take_no_more_memory_than_ten_thousand()
    {
        const int count = 100_000;
        var (seen, early) = (0, 0L);
        foreach (var part in BankFile.Read(new Repeated(Head + "<Acct><Ccy>EUR</Ccy></Acct>", OneEntry, count, "</Stmt></BkToCstmrStmt></Document>")))
        {
            if (part is not Entry) continue;
            if (++seen == count / 10) early = GC.GetTotalMemory(forceFullCollection: true);
            else if (seen == count - 1) Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - early, long.MinValue, 1 << 20);
        }

        Assert.Equal(count, seen);
    }

    private static List<FilePart> Read(string xml) => [.. BankFile.Read(Stream(xml))];

    private static MemoryStream Stream(string text) => new(Encoding.UTF8.GetBytes(text));

    private static string Coda() => "0000017032600005" + new string(' ', 111) + "2\n";

    /// <summary>A text, then a piece again and again; <c>#</c> in it counts.</summary>
    internal sealed class Repeated(string start, string piece, long times = long.MaxValue, string finish = "") : Stream
    {
        private byte[] now = Encoding.UTF8.GetBytes(start);
        private int at;
        private long done;
        private bool isFinished;
        private long given;
        private long first;

        /// <summary>By how much the memory of the process grew since the first byte, looked at every sixteen million.</summary>
        public long Kept { get; private set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (at == now.Length)
            {
                if (isFinished) return 0;
                if (done < times)
                {
                    var pieces = new StringBuilder();
                    for (; pieces.Length < 32_000 && done < times; done++) pieces.Append(piece.Replace("#", $"{done}"));
                    now = Encoding.UTF8.GetBytes(pieces.ToString());
                }
                else
                {
                    isFinished = true;
                    now = Encoding.UTF8.GetBytes(finish);
                }

                at = 0;
            }

            var read = Math.Min(count, now.Length - at);
            now.AsSpan(at, read).CopyTo(buffer.AsSpan(offset));
            at += read;
            if ((given + read) >> 24 > given >> 24 || given == 0)
            {
                var memory = GC.GetTotalMemory(forceFullCollection: true);
                if (given == 0) first = memory;
                Kept = Math.Max(Kept, memory - first);
            }

            given += read;
            return read;
        }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
