using System.Globalization;
using Domi.Standards.BankFiles;
using Xunit;

namespace Domi.Standards.Tests.BankFiles;

/// <summary>Files of others, read to the figures that an independent program found in them.</summary>
public sealed class SampleFilesTests
{
    [Fact]
    public void Every_camt_sample_reads_to_its_figures()
    {
        var rows = Vectors.Lines("EXPECTED-camt.tsv").Skip(1).Where(l => l.Length > 0).Select(l => l.Split('\t')).ToList();
        Assert.Equal(5, rows.Count);
        foreach (var row in rows)
        {
            var parts = Read(row[0]);
            var end = Assert.Single(parts.OfType<StatementEnd>());

            Assert.Equal(row[1], Assert.Single(parts.OfType<MessageStart>()).Format);
            Assert.Equal(row[3], end.Statement.Account);
            Assert.Equal(Number(row[4]), end.Entries);
            Assert.Equal(Number(row[5]), parts.OfType<Entry>().Count(e => e.State is EntryState.Booked));
            Assert.Equal(Number(row[6]), end.Pending);
            Assert.Equal(Number(row[7]), end.Credits);
            Assert.Equal(Number(row[8]), end.Debits);
            Assert.Equal(Number(row[9]), parts.OfType<Entry>().Count(e => e.IsReversal));
            Assert.Equal(Number(row[10]), end.Details);
            Assert.Equal(Number(row[10]), parts.OfType<EntryDetail>().Count());
            Assert.Equal(row[11].Length == 0 ? null : Number(row[11]), end.Opening?.Amount);
            Assert.Equal(row[12].Length == 0 ? null : Number(row[12]), end.Closing?.Amount);
            Assert.Equal(row[13] switch { "ok" => true, "" => null, _ => (bool?)false }, end.AddsUp);
            if (row[13].StartsWith("diff ")) Assert.Equal(Number(row[13][5..]), end.Closing!.Amount - end.Expected!.Value);
            Assert.Equal(row[13].StartsWith("diff "), parts.OfType<Finding>().Any(f => f is { Severity: Severity.Hold, Rule: "statement.balance" }));
            Assert.DoesNotContain(parts.OfType<Finding>(), f => f.Severity is Severity.Reject);
        }
    }

    [Theory]
    [InlineData("coda_standard_coda.cod", 2, 12, 27, "0.00", "0.00", "700.86", "1000.00", 0, 2, false)]
    [InlineData("php-coda-parser_sample1.cod", 4, 22, 22, "0.00", "0.00", "80.00", "80.00", 0, 4, true)]
    [InlineData("php-coda-parser_sample10.cod", 1, 14, 14, "0.00", "0.00", "1000.00", "1000.00", 2, 0, true)]
    public void Every_coda_sample_reads_to_its_figures(string file, int entries, int records, int declaredRecords, string debits, string declaredDebits, string credits, string declaredCredits, int directDebits, int communications, bool isSameAccount)
    {
        Assert.Contains(Vectors.Lines("EXPECTED-coda.txt"), l => l == file);
        var parts = Read($"coda/{file}");
        var end = Assert.Single(parts.OfType<StatementEnd>());

        Assert.Equal(entries, end.Entries);
        Assert.Equal(Number(debits), end.Debits);
        Assert.Equal(Number(credits), end.Credits);
        Assert.Equal((declaredRecords, Number(declaredCredits), Number(declaredDebits)), (end.Declared!.Records!.Value, end.Declared.Credits!.Value, end.Declared.Debits!.Value));
        Assert.Equal(declaredRecords == records, !parts.OfType<Finding>().Any(f => f.Rule == "statement.count"));
        Assert.Equal(end.Closing!.Amount, end.Opening!.Amount + end.Declared.Credits - end.Declared.Debits);
        Assert.Equal(directDebits, parts.OfType<EntryDetail>().Count(d => d.MandateId is not null || d.CreditorId is not null));
        Assert.Equal(communications, parts.OfType<EntryDetail>().Count(d => d.Reference?.Length == 12));
        Assert.Equal(isSameAccount, !parts.OfType<Finding>().Any(f => f is { Severity: Severity.Hold, Rule: "statement.account" }));
    }

    [Fact]
    public void A_batch_of_direct_debits_in_coda_names_batch_debtors_and_mandates()
    {
        var parts = Read("coda/php-coda-parser_sample10.cod");
        var details = parts.OfType<EntryDetail>().ToList();

        Assert.Equal("REF-RECUR-06-05", Assert.Single(parts.OfType<Entry>()).BatchId);
        Assert.Equal([250m, 750m], details.Select(d => d.Amount!.Value));
        Assert.Equal(["BE22313215646432", "BE25646548413215"], details.Select(d => d.CounterpartyAccount!));
        Assert.Equal(["KLANT1 MET NAAM1", "KLANT2 MET NAAM2"], details.Select(d => d.CounterpartyName!));
        Assert.Equal("GROTE WEG 32, 3215 HASSELT", details[0].CounterpartyAddress);
        Assert.Equal(["SEPA-000000001", "SEPA-00000002"], details.Select(d => d.MandateId!));
        Assert.Equal("243690000141", details[0].EndToEndId);
        Assert.Equal("KREDBEBB", details[0].CounterpartyBic);
    }

    [Fact]
    public void Every_payment_sample_reads_to_one_payment()
    {
        foreach (var row in Vectors.Lines("EXPECTED-xsd.tsv").Skip(1).Where(l => l.StartsWith("pain/")).Select(l => l.Split('\t')))
        {
            var parts = Read(row[0]);

            Assert.Equal(row[1], Assert.Single(parts.OfType<MessageStart>()).Format);
            Assert.Equal((int)Number(row[2]), parts.Count(p => p is Debit or Transfer));
            Assert.DoesNotContain(parts.OfType<Finding>(), f => f.Rule is "sepa.sum" or "sepa.count" && f.Severity is not Severity.Warn);
        }
    }

    [Fact]
    public void The_verification_of_names_is_read_as_a_status_of_its_own()
    {
        var parts = Read("pain/hbci4java_test-pain-parse-0020110-03.xml");
        var report = Assert.Single(parts.OfType<StatusReport>());

        Assert.Equal(("2025-11-02T18:33:03:0287", "pain.001", 2, 488m, "RCVC"), (report.OriginalMessageId, report.OriginalFormat!, report.OriginalCount!.Value, report.OriginalSum!.Value, report.Status!.Code));
        Assert.False(report.Status.IsRejected || report.Status.IsAccepted);
        Assert.Equal("RCVC", Assert.Single(parts.OfType<BatchStatus>()).Status!.Code);
        Assert.Empty(parts.OfType<Finding>());
    }

    [Fact]
    public void A_valid_payment_file_with_a_wrong_account_is_no_good_file()
    {
        var findings = Read("pain/dutch-sepa_abn_pain.008.001.02.xml").OfType<Finding>().ToList();

        Assert.Contains(findings, f => f.Rule == "sepa.account" && f.Place.Contains("2000000038"));
        Assert.All(findings, f => Assert.Equal(Severity.Hold, f.Severity));
    }

    [Fact]
    public void Every_sample_is_valid_where_an_independent_validator_says_so()
    {
        foreach (var row in Vectors.Lines("EXPECTED-xsd.tsv").Skip(1).Where(l => l.Length > 0).Select(l => l.Split('\t')))
        {
            Assert.Equal("valid", row[3]);
            Assert.Empty(SchemaCheck.Validate(new MemoryStream(Vectors.File(row[0])), row[1]));
        }
    }

    [Fact]
    public void The_schemas_are_those_of_the_registration_authority_byte_for_byte()
    {
        var files = Vectors.Files("xsd-iso20022");
        Assert.SkipUnless(files.Count > 0, "no samples");

        Assert.Equal(files.Select(f => Path.GetFileNameWithoutExtension(f)), SchemaCheck.Formats);
        foreach (var file in files)
        {
            using var own = typeof(SchemaCheck).Assembly.GetManifestResourceStream($"Domi.Standards.Schemas.{Path.GetFileName(file)}")!;
            var bytes = new byte[own.Length];
            own.ReadExactly(bytes);
            Assert.Equal(Vectors.File(file), bytes);
        }
    }

    [Fact]
    public void What_a_schema_forbids_is_told_with_its_line()
    {
        var file = System.Text.Encoding.UTF8.GetString(Vectors.File("pain/php-sepa-xml_pain.008.001.08.xml"));
        var faults = SchemaCheck.Validate(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(file.Replace("<PmtMtd>DD</PmtMtd>", "<PmtMtd>XX</PmtMtd>\n<Extra/>"))), "pain.008.001.08").ToList();

        Assert.Equal(2, faults.Count);
        Assert.All(faults, f => Assert.Equal((Severity.Hold, "schema"), (f.Severity, f.Rule)));
        Assert.Contains("Extra", faults[1].Message);
        Assert.DoesNotContain("urn:", faults[1].Message);
    }

    private static List<FilePart> Read(string path) => [.. BankFile.Read(new MemoryStream(Vectors.File(path)))];

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
