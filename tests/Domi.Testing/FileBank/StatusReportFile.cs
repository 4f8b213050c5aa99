using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Domi.Standards;
using Domi.Standards.BankFiles;

namespace Domi.Testing;

/// <summary>A payment that a report tells of, and why it was rejected.</summary>
internal sealed record RejectedPayment(FilePart Payment, string Reason);

/// <summary>A batch that a report tells of: rejected as a whole when it has a reason itself.</summary>
internal sealed record ReportedBatch(FilePart Batch, string? Reason, IReadOnlyList<RejectedPayment> Rejected, string Status);

/// <summary>Writes pain.002.001.03 and .10, as banks answer a file of payments.</summary>
internal static class StatusReportFile
{
    public const string Old = "pain.002.001.03";
    public const string New = "pain.002.001.10";

    public static byte[] Write(string format, string id, DateTime createdAt, Bic bank, ReceivedFile about, string? status, string? reason, IEnumerable<ReportedBatch> batches)
    {
        if (format is not (Old or New)) throw new ArgumentException($"{format} is not {Old} or {New}.", nameof(format));
        var isOld = format == Old;
        XNamespace ns = "urn:iso:std:iso:20022:tech:xsd:" + format;
        var document = new XElement(ns + "Document", E("CstmrPmtStsRpt",
            E("GrpHdr", E("MsgId", id), E("CreDtTm", createdAt.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture)),
                E(about.IsDebits ? "CdtrAgt" : "DbtrAgt", E("FinInstnId", E(isOld ? "BIC" : "BICFI", bank.Value)))),
            E("OrgnlGrpInfAndSts", E("OrgnlMsgId", about.Message.Id), E("OrgnlMsgNmId", about.Format),
                E("OrgnlNbOfTxs", about.Message.Count.ToString(CultureInfo.InvariantCulture)), E("OrgnlCtrlSum", Euros(about.Message.Sum)),
                status is null ? null : E("GrpSts", status), Reason(reason)),
            batches.Select(b => E("OrgnlPmtInfAndSts", E("OrgnlPmtInfId", ReceivedFile.IdOf(b.Batch)), E("PmtInfSts", b.Status), Reason(b.Reason), b.Rejected.Select(p => Payment(b.Batch, p))))));
        using var memory = new MemoryStream();
        using (var xml = XmlWriter.Create(memory, new() { Encoding = new UTF8Encoding(false), Indent = true, IndentChars = " ", NewLineChars = "\n" })) document.Save(xml);
        return memory.ToArray();

        XElement Payment(FilePart batch, RejectedPayment rejected) => E("TxInfAndSts",
            ReceivedFile.InstructionIdOf(rejected.Payment) is { } instruction ? E("OrgnlInstrId", instruction) : null,
            E("OrgnlEndToEndId", ReceivedFile.EndToEndIdOf(rejected.Payment)), E("TxSts", "RJCT"), Reason(rejected.Reason),
            (batch, rejected.Payment) switch
            {
                (DebitBatch debits, Debit debit) => E("OrgnlTxRef",
                    Amount(debit.Amount), E("ReqdColltnDt", Day(debits.CollectOn)), E("MndtRltdInf", E("MndtId", debit.MandateId), E("DtOfSgntr", Day(debit.SignedOn))),
                    Party("Dbtr", debit.DebtorName), debit.DebtorAccount.IsEmpty ? null : E("DbtrAcct", E("Id", E("IBAN", debit.DebtorAccount.Value)))),
                (TransferBatch transfers, Transfer transfer) => E("OrgnlTxRef",
                    Amount(transfer.Amount), E("ReqdExctnDt", isOld ? Day(transfers.ExecuteOn) : E("Dt", Day(transfers.ExecuteOn))),
                    Party("Cdtr", transfer.CreditorName), transfer.CreditorAccount.IsEmpty ? null : E("CdtrAcct", E("Id", E("IBAN", transfer.CreditorAccount.Value)))),
                _ => null,
            });

        XElement? Reason(string? code) => code is null ? null : E("StsRsnInf", E("Orgtr", E("Id", E("OrgId", E(isOld ? "BICOrBEI" : "AnyBIC", bank.Value)))), E("Rsn", E("Cd", code)));

        XElement Party(string element, string name) => E(element, isOld ? E("Nm", name) : E("Pty", E("Nm", name)));

        XElement Amount(decimal amount) => E("Amt", E("InstdAmt", new XAttribute("Ccy", "EUR"), Euros(amount)));

        XElement E(string name, params object?[] content) => new(ns + name, content);
    }

    private static string Euros(decimal amount) => amount.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
