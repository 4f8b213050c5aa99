using System.Text;
using Domi.Standards.BankFiles;
using Xunit;

namespace Domi.Standards.Tests.BankFiles;

/// <summary>One message in each version that has a schema: valid by it, and read to the same figures.</summary>
public sealed class EveryVersionTests
{
    public static TheoryData<string> Camt => [.. SchemaCheck.Formats.Where(f => f.StartsWith("camt."))];

    public static TheoryData<string> Debits => [.. SchemaCheck.Formats.Where(f => f.StartsWith("pain.008"))];

    public static TheoryData<string> Transfers => [.. SchemaCheck.Formats.Where(f => f.StartsWith("pain.001"))];

    public static TheoryData<string> Reports => [.. SchemaCheck.Formats.Where(f => f.StartsWith("pain.002"))];

    [Fact]
    public void There_are_schemas_of_every_family()
    {
        Assert.Equal(23, SchemaCheck.Formats.Count);
        Assert.Equal(15, Camt.Count);
        Assert.Equal((3, 3, 2), (Debits.Count, Transfers.Count, Reports.Count));
    }

    [Theory]
    [MemberData(nameof(Camt))]
    public void A_return_of_two_direct_debits_with_charges(string format)
    {
        var parts = Valid(format, Messages.Camt(format));
        var entry = Assert.Single(parts.OfType<Entry>());
        var details = parts.OfType<EntryDetail>().ToList();
        var end = Assert.Single(parts.OfType<StatementEnd>());

        Assert.Equal(("BE68539007547034", "EUR", 7, "BBRUBEBB", "Holder"), (end.Statement.Account, end.Statement.Currency, end.Statement.Number, end.Statement.Bic, end.Statement.Holder));
        Assert.Equal((-664.05m, EntryState.Booked, new DateOnly(2026, 3, 17), new DateOnly(2026, 3, 18), "PMNT/IDDT/UPDD"), (entry.Amount, entry.State, entry.BookedOn, entry.ValueOn, entry.TransactionCode));
        Assert.Equal(("BATCH-1", 2), (entry.BatchId, entry.BatchCount));
        Assert.Equal([-564.05m, -100m], details.Select(d => d.Amount!.Value));
        Assert.Equal(["E-1", "E-2"], details.Select(d => d.EndToEndId!));
        Assert.Equal(["M-1", "M-2"], details.Select(d => d.MandateId!));
        Assert.Equal(["AM04", "MD06"], details.Select(d => d.ReturnReason!));
        Assert.Equal(["BATCH-1", "BATCH-1"], details.Select(d => d.BatchId!));
        Assert.Equal((561.05m, 3m), (details[0].OriginalAmount, details[0].Charges));
        Assert.Equal(("Jan Janssens", "BE71096123456769", "KREDBEBB"), (details[0].CounterpartyName, details[0].CounterpartyAccount, details[0].CounterpartyBic));
        Assert.Equal("Visserij 44, 9000 Gent, BE", details[0].CounterpartyAddress);
        Assert.Equal("090933755493", details[0].Communication!.Value.Value);
        Assert.Equal("Factuur 12", details[1].Text);
        Assert.Equal(664.05m, end.Debits);
        Assert.Equal(format.StartsWith("camt.054") ? null : true, end.AddsUp);
    }

    [Theory]
    [MemberData(nameof(Debits))]
    public void A_direct_debit(string format)
    {
        var parts = Valid(format, Messages.Debits(format));

        Assert.Empty(parts.OfType<Finding>());
        Assert.Equal((MandateScheme.B2B, SequenceType.OneOff, new DateOnly(2026, 3, 20)), (Single<DebitBatch>(parts).Scheme, Single<DebitBatch>(parts).Sequence, Single<DebitBatch>(parts).CollectOn));
        Assert.Equal(("E", 12.34m, "M", Iban.Parse("BE71096123456769")), (Single<Debit>(parts).EndToEndId, Single<Debit>(parts).Amount, Single<Debit>(parts).MandateId, Single<Debit>(parts).DebtorAccount));
    }

    [Theory]
    [MemberData(nameof(Transfers))]
    public void A_transfer(string format)
    {
        var parts = Valid(format, Messages.Transfers(format));

        Assert.Empty(parts.OfType<Finding>());
        Assert.Equal((new DateOnly(2026, 3, 20), true), (Single<TransferBatch>(parts).ExecuteOn, Single<TransferBatch>(parts).IsInstant));
        Assert.Equal(("E", 12.34m, "Creditor", "RF18539007547034"), (Single<Transfer>(parts).EndToEndId, Single<Transfer>(parts).Amount, Single<Transfer>(parts).CreditorName, Single<Transfer>(parts).Reference));
    }

    [Theory]
    [MemberData(nameof(Reports))]
    public void A_status_report_of_a_partly_accepted_file(string format)
    {
        Report(Valid(format, Messages.Report(format)));
    }

    [Fact]
    public void A_status_report_without_namespace_or_of_the_oldest_version_is_read_too()
    {
        var body = Messages.Report("pain.002.001.03");

        Report(Read(Messages.Document("pain.002.001.03", body)));
        var bare = Read($"<Document>{body}</Document>");
        Report(bare);
        Assert.Equal("xml.namespace", Assert.Single(bare.OfType<Finding>()).Rule);
        Report(Read($"""<p:Document xmlns:p="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10">{body.Replace("</", "\0").Replace("<", "<p:").Replace("\0", "</p:")}</p:Document>"""));
    }

    private static void Report(List<FilePart> parts)
    {
        var report = Single<StatusReport>(parts);
        Assert.Equal(("MSG", "pain.008", 2, "PART"), (report.OriginalMessageId, report.OriginalFormat, report.OriginalCount, report.Status!.Code));
        Assert.Equal(("P", "PART"), (Single<BatchStatus>(parts).BatchId, Single<BatchStatus>(parts).Status!.Code));
        var payment = Single<TransactionStatus>(parts);
        Assert.Equal(("E", "P", "RJCT", "AM04", "KREDBEBB"), (payment.EndToEndId, payment.BatchId, payment.Status.Code, payment.Status.Reason, payment.Status.Originator));
        Assert.Equal((12.34m, "M", "Debtor", "BE71096123456769", new DateOnly(2026, 3, 20)), (payment.Amount, payment.MandateId, payment.DebtorName, payment.DebtorAccount, payment.CollectOn));
        Assert.True(payment.Status.IsRejected);
    }

    private static List<FilePart> Valid(string format, string message)
    {
        var xml = Messages.Document(format, message);
        Assert.Empty(SchemaCheck.Validate(new MemoryStream(Encoding.UTF8.GetBytes(xml)), format).Select(f => f.ToString()));
        var parts = Read(xml);
        Assert.Equal(format, Single<MessageStart>(parts).Format);
        return parts;
    }

    private static List<FilePart> Read(string xml) => [.. BankFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(xml)))];

    private static T Single<T>(List<FilePart> parts) where T : FilePart => Assert.Single(parts.OfType<T>());
}
