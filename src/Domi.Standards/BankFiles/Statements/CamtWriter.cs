using System.Globalization;
using System.Text;
using System.Xml;

namespace Domi.Standards.BankFiles;

/// <summary>Writes camt.053 of one statement.</summary>
/// <remarks>What it has no place for (<see cref="EntryDetail.ReturnKind"/>) is left out. Source: ISO 20022 camt.053.001.02 and .08.</remarks>
internal sealed class CamtWriter
{
    private readonly XmlWriter xml;
    private readonly string ns;
    private readonly bool isOld;
    private readonly StatementSums sums;

    private CamtWriter(XmlWriter xml, string format, StatementSums sums)
    {
        (this.xml, this.sums) = (xml, sums);
        ns = "urn:iso:std:iso:20022:tech:xsd:" + format;
        isOld = format == Formats[0];
    }

    /// <summary>The formats that can be written, the older first.</summary>
    public static IReadOnlyList<string> Formats { get; } = ["camt.053.001.02", "camt.053.001.08"];

    public static void Write(Stream stream, string format, Statement statement, IEnumerable<FilePart> entries, DateTime createdAt)
    {
        var sums = new StatementSums(statement);
        stream.Write(PaymentXml.Declaration);
        using var xml = XmlWriter.Create(stream, new() { Encoding = new UTF8Encoding(false), OmitXmlDeclaration = true, Indent = true, IndentChars = " ", NewLineChars = "\n", CloseOutput = false });
        new CamtWriter(xml, format, sums).Write(statement, entries, createdAt.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture));
    }

    private void Write(Statement statement, IEnumerable<FilePart> entries, string createdAt)
    {
        Start("Document");
        Start("BkToCstmrStmt");
        Start("GrpHdr");
        Element("MsgId", Plain(statement.MessageId ?? statement.Id, 35) ?? "NOTPROVIDED");
        Element("CreDtTm", createdAt);
        End();
        Start("Stmt");
        Element("Id", Plain(statement.Id, 35) ?? "NOTPROVIDED");
        if (statement.Number is { } number) Element("ElctrncSeqNb", number.ToString(CultureInfo.InvariantCulture));
        Element("CreDtTm", createdAt);
        if (statement.From is { } from && statement.Until is { } until)
        {
            Start("FrToDt");
            Element("FrDtTm", Values.Day(from) + "T00:00:00");
            Element("ToDtTm", Values.Day(until) + "T23:59:59");
            End();
        }

        if (statement.IsDuplicate) Element("CpyDplctInd", "DUPL");
        Head(statement);
        Balance("OPBD", sums.Opening.Amount, sums.OpeningOn);
        Balance("CLBD", sums.Closing.Amount, sums.ClosingOn);
        Write(entries);
        sums.End();
        xml.WriteEndDocument();
        xml.Flush();
    }

    private void Head(Statement statement)
    {
        Start("Acct");
        AccountId(statement.Account);
        Element("Ccy", sums.Currency);
        if (Plain(statement.Holder, 70) is { } holder) Nested("Ownr", "Nm", holder);
        if (Bic.TryParse(statement.Bic, out var bic))
        {
            Start("Svcr");
            Nested("FinInstnId", isOld ? "BIC" : "BICFI", bic.Value);
            End();
        }

        End();
    }

    private void Write(IEnumerable<FilePart> entries)
    {
        Entry? open = null;
        EntryNote? note = null;
        var hasDetails = false;
        foreach (var part in entries)
        {
            switch (part)
            {
                case Entry entry:
                    Close();
                    sums.Add(entry);
                    (open, note, hasDetails) = (entry, null, Begin(entry));
                    break;
                case EntryDetail detail:
                    if (open is null) throw new InvalidOperationException("A detail stands before any entry.");
                    if (!hasDetails) Start("NtryDtls");
                    hasDetails = true;
                    Write(detail, open);
                    break;
                case EntryNote text:
                    note = text;
                    break;
            }
        }

        Close();

        void Close()
        {
            if (open is null) return;
            if (hasDetails) End();
            Optional("AddtlNtryInf", Plain(note?.Text, 500));
            End();
        }
    }

    // Whether its details have begun, with the batch that they are of.
    private bool Begin(Entry entry)
    {
        Start("Ntry");
        Optional("NtryRef", Plain(entry.EntryReference, 35));
        Amount("Amt", Math.Abs(entry.Amount), entry.Currency);
        Sign(entry.Amount);
        if (entry.IsReversal) Element("RvslInd", "true");
        if (isOld) Element("Sts", "BOOK");
        else Nested("Sts", "Cd", "BOOK");
        Day("BookgDt", entry.BookedOn);
        Day("ValDt", entry.ValueOn);
        Optional("AcctSvcrRef", Plain(entry.BankReference, 35));
        TransactionCode(entry.TransactionCode ?? "NOTPROVIDED");
        Charges(entry.Charges, entry.Currency);
        if (entry.BatchId is null && entry.BatchCount is null) return false;

        Start("NtryDtls");
        Start("Btch");
        Optional("PmtInfId", Plain(entry.BatchId, 35));
        if (entry.BatchCount is { } count) Element("NbOfTxs", count.ToString(CultureInfo.InvariantCulture));
        End();
        return true;
    }

    private void Write(EntryDetail detail, Entry entry)
    {
        // The old format gives payments the sign of their entry.
        if (isOld && detail.Amount is { } own && own != 0 && own < 0 != entry.Amount < 0) throw new ArgumentException($"A payment of entry {entry.Number} has not its sign, for which {Formats[0]} has no place.");
        Start("TxDtls");
        Start("Refs");
        Optional("MsgId", Plain(detail.MessageId, 35));
        Optional("AcctSvcrRef", Plain(detail.BankReference, 35));
        Optional("PmtInfId", Plain(detail.BatchId, 35));
        Element("EndToEndId", Plain(detail.EndToEndId, 35) ?? "NOTPROVIDED");
        Optional("MndtId", Plain(detail.MandateId, 35));
        End();
        if (detail.Amount is { } amount && !isOld)
        {
            Amount("Amt", Math.Abs(amount), entry.Currency);
            Sign(amount);
        }

        if (detail.OriginalAmount is not null || isOld && detail.Amount is not null)
        {
            Start("AmtDtls");
            if (detail.OriginalAmount is { } original) Nested("InstdAmt", original, entry.Currency);
            if (isOld && detail.Amount is { } part) Nested("TxAmt", Math.Abs(part), entry.Currency);
            End();
        }

        if (detail.TransactionCode is { } code) TransactionCode(code);
        Charges(detail.Charges, entry.Currency);
        Counterparty(detail, entry);
        if (detail.Purpose is { Length: <= 4 and > 0 } purpose) Nested("Purp", "Cd", purpose);
        Remittance(detail);
        if (detail.ReturnReason is { Length: > 0 } reason)
        {
            Start("RtrInf");
            Nested("Rsn", reason.Length <= 4 ? "Cd" : "Prtry", reason.Length <= 35 ? reason : reason[..35]);
            if (Plain(detail.ReturnText, 500) is { } text)
                foreach (var piece in StatementSums.Pieces(text, 105)) Element("AddtlInf", piece);
            End();
        }

        End();
    }

    // Debtor of what came in, and of what came back; creditor of what went out.
    private void Counterparty(EntryDetail detail, Entry entry)
    {
        var isDebtor = (detail.Amount ?? entry.Amount) >= 0 || detail.ReturnReason is not null;
        var (name, ultimate) = (Plain(detail.CounterpartyName, 140), Plain(detail.UltimateCounterparty, 140));
        if (name is not null || detail.CounterpartyAccount is not null || ultimate is not null || detail.CreditorId is not null || detail.CounterpartyAddress is not null)
        {
            Start("RltdPties");
            if (isDebtor) Party("Dbtr", name, detail.CounterpartyAddress, null);
            if (isDebtor && detail.CounterpartyAccount is { } from) Account("DbtrAcct", from);
            if (isDebtor && ultimate is not null) Party("UltmtDbtr", ultimate, null, null);
            if (!isDebtor || detail.CreditorId is not null) Party("Cdtr", isDebtor ? null : name, isDebtor ? null : detail.CounterpartyAddress, detail.CreditorId);
            if (!isDebtor && detail.CounterpartyAccount is { } to) Account("CdtrAcct", to);
            if (!isDebtor && ultimate is not null) Party("UltmtCdtr", ultimate, null, null);
            End();
        }

        if (!Bic.TryParse(detail.CounterpartyBic, out var bic)) return;
        Start("RltdAgts");
        Start(isDebtor ? "DbtrAgt" : "CdtrAgt");
        Nested("FinInstnId", isOld ? "BIC" : "BICFI", bic.Value);
        End();
        End();
    }

    private void Party(string element, string? name, string? address, string? creditorId)
    {
        if (name is null && address is null && creditorId is null) return;
        Start(element);
        if (!isOld) Start("Pty");
        Optional("Nm", name);
        if (Plain(address, 490) is { } lines)
        {
            Start("PstlAdr");
            foreach (var line in lines.Split(", ").Take(7)) Optional("AdrLine", Plain(line, 70));
            End();
        }

        if (Plain(creditorId, 35) is { } id)
        {
            Start("Id");
            Start("PrvtId");
            Nested("Othr", "Id", id);
            End();
            End();
        }

        if (!isOld) End();
        End();
    }

    private void Account(string element, string account)
    {
        Start(element);
        AccountId(account);
        End();
    }

    private void AccountId(string account)
    {
        Start("Id");
        if (Iban.TryParse(account, out var iban)) Element("IBAN", iban.Value);
        else Nested("Othr", "Id", Plain(account, 34) ?? "NOTPROVIDED");
        End();
    }

    private void Remittance(EntryDetail detail)
    {
        var (text, reference) = (Plain(detail.Text, 2_000), Plain(detail.Reference, 35));
        if (text is null && reference is null) return;

        Start("RmtInf");
        if (text is not null)
            foreach (var piece in StatementSums.Pieces(text, 140)) Element("Ustrd", piece);
        if (reference is not null)
        {
            Start("Strd");
            Start("CdtrRefInf");
            Start("Tp");
            Nested("CdOrPrtry", "Cd", "SCOR");
            if (StructuredCommunication.TryParse(reference, out _)) Element("Issr", "BBA");
            End();
            Element("Ref", reference);
            End();
            End();
        }

        End();
    }

    private void TransactionCode(string code)
    {
        Start("BkTxCd");
        if (code.Split('/') is [{ Length: 4 } domain, { Length: 4 } family, { Length: 4 } sub])
        {
            Start("Domn");
            Element("Cd", domain);
            Start("Fmly");
            Element("Cd", family);
            Element("SubFmlyCd", sub);
            End();
            End();
        }
        else
        {
            Nested("Prtry", "Cd", Plain(code, 35) ?? "NOTPROVIDED");
        }

        End();
    }

    private void Charges(decimal charges, string? currency)
    {
        if (charges == 0) return;
        Start("Chrgs");
        if (!isOld) Start("Rcrd");
        Amount("Amt", charges, currency);
        if (!isOld) End();
        End();
    }

    private void Balance(string code, decimal amount, DateOnly on)
    {
        Start("Bal");
        Start("Tp");
        Nested("CdOrPrtry", "Cd", code);
        End();
        Amount("Amt", Math.Abs(amount), null);
        Sign(amount);
        Nested("Dt", "Dt", Values.Day(on));
        End();
    }

    private void Day(string element, DateOnly? day)
    {
        if (day is { } on) Nested(element, "Dt", Values.Day(on));
    }

    private void Sign(decimal amount) => Element("CdtDbtInd", amount < 0 ? "DBIT" : "CRDT");

    private void Nested(string outer, decimal amount, string? currency)
    {
        Start(outer);
        Amount("Amt", amount, currency);
        End();
    }

    private void Amount(string element, decimal amount, string? currency)
    {
        Start(element);
        xml.WriteAttributeString("Ccy", currency ?? sums.Currency);
        xml.WriteString(Values.Plain(amount));
        End();
    }

    private void Optional(string name, string? value)
    {
        if (value is not null) Element(name, value);
    }

    private void Nested(string outer, string inner, string value)
    {
        Start(outer);
        Element(inner, value);
        End();
    }

    private void Element(string name, string value)
    {
        Start(name);
        xml.WriteString(value);
        End();
    }

    private void Start(string name) => xml.WriteStartElement("", name, ns);

    private void End() => xml.WriteEndElement();

    private static string? Plain(string? text, int maxLength) => StatementSums.Plain(text, maxLength);
}
