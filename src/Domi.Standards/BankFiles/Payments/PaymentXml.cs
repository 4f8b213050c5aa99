using System.Globalization;
using System.Text;
using System.Xml;

namespace Domi.Standards.BankFiles;

/// <summary>Writes what pain.001 and pain.008 have in common, forward only: a payment is gone when it is written.</summary>
/// <remarks>Double-quoted declaration, plain default namespace, one payment a line: what the strictest of banks reads.</remarks>
internal sealed class PaymentXml : IDisposable
{
    private readonly XmlWriter xml;
    private readonly string ns;
    private readonly string bic;

    public PaymentXml(Stream stream, string format, string root, bool isOld)
    {
        stream.Write(Declaration);
        xml = XmlWriter.Create(stream, new() { Encoding = new UTF8Encoding(false), OmitXmlDeclaration = true, CloseOutput = false });
        ns = "urn:iso:std:iso:20022:tech:xsd:" + format;
        bic = isOld ? "BIC" : "BICFI";
        IsOld = isOld;
        Start("Document");
        Start(root);
    }

    /// <summary>As the strictest of banks wants it; a writer of XML would say utf-8.</summary>
    public static ReadOnlySpan<byte> Declaration => "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"u8;

    /// <summary>The format of 2009, not that of 2019.</summary>
    public bool IsOld { get; }

    public void Start(string name) => xml.WriteStartElement("", name, ns);

    public void End() => xml.WriteEndElement();

    public void Line() => xml.WriteWhitespace("\n");

    public void Element(string name, string value)
    {
        Start(name);
        xml.WriteString(value);
        End();
    }

    /// <summary>An element around another, such as <c>&lt;SvcLvl&gt;&lt;Cd&gt;SEPA</c>.</summary>
    public void Nested(string outer, string inner, string value)
    {
        Start(outer);
        Element(inner, value);
        End();
    }

    public void Amount(decimal amount)
    {
        Start("InstdAmt");
        xml.WriteAttributeString("Ccy", "EUR");
        xml.WriteString(Values.Euros(amount));
        End();
    }

    public void Head(PaymentMessage message)
    {
        Line();
        Start("GrpHdr");
        Element("MsgId", message.Id);
        Element("CreDtTm", message.CreatedAt.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture));
        Element("NbOfTxs", message.Count.ToString(CultureInfo.InvariantCulture));
        Element("CtrlSum", Values.Euros(message.Sum));
        Start("InitgPty");
        Element("Nm", message.InitiatorName);
        if (message.InitiatorId is { } id)
        {
            Start("Id");
            Start("OrgId");
            Start("Othr");
            Element("Id", id);
            if (EnterpriseNumber.TryParse(id, out _)) Element("Issr", "KBO-BCE");
            End();
            End();
            End();
        }

        End();
        End();
    }

    /// <summary>From PmtInfId to CtrlSum.</summary>
    public void BatchHead(string id, string method, bool isBookedAsBatch, int count, decimal sum)
    {
        Line();
        Start("PmtInf");
        Element("PmtInfId", id);
        Element("PmtMtd", method);
        Element("BtchBookg", isBookedAsBatch ? "true" : "false");
        Element("NbOfTxs", count.ToString(CultureInfo.InvariantCulture));
        Element("CtrlSum", Values.Euros(sum));
    }

    public void PaymentId(string? instructionId, string endToEndId)
    {
        Start("PmtId");
        if (instructionId is not null) Element("InstrId", instructionId);
        Element("EndToEndId", endToEndId);
        End();
    }

    public void Party(string element, string name, PostalAddress? address = null)
    {
        Start(element);
        Element("Nm", name);
        if (address is not null)
        {
            Start("PstlAdr");
            if (address.Street is { } street) Element("StrtNm", street);
            if (address.Number is { } number) Element("BldgNb", number);
            if (address.PostalCode is { } postalCode) Element("PstCd", postalCode);
            if (address.Town is { } town) Element("TwnNm", town);
            if (address.Country is { } country) Element("Ctry", country);
            foreach (var line in address.Lines) Element("AdrLine", line);
            End();
        }

        End();
    }

    public void Account(string element, Iban account)
    {
        Start(element);
        Nested("Id", "IBAN", account.Value);
        End();
    }

    /// <summary>The bank by its BIC, or NOTPROVIDED: an empty one is valid by the old schema, and refused.</summary>
    public void Agent(string element, Bic? code)
    {
        Start(element);
        Start("FinInstnId");
        if (code is { } known) Element(bic, known.Value);
        else Nested("Othr", "Id", "NOTPROVIDED");
        End();
        End();
    }

    public void CreditorScheme(string id)
    {
        Start("Id");
        Start("PrvtId");
        Start("Othr");
        Element("Id", id);
        Nested("SchmeNm", "Prtry", "SEPA");
        End();
        End();
        End();
    }

    /// <summary>A text, or a reference with who defines it: BBA for Belgium's own, which other banks do not know, ISO for RF.</summary>
    public void Remittance(string? text, string? reference)
    {
        if (text is null && reference is null) return;

        Start("RmtInf");
        if (reference is null)
        {
            Element("Ustrd", text!);
        }
        else
        {
            var isBelgian = StructuredCommunication.TryParse(reference, out var communication);
            Start("Strd");
            Start("CdtrRefInf");
            Start("Tp");
            Nested("CdOrPrtry", "Cd", "SCOR");
            Element("Issr", isBelgian ? "BBA" : "ISO");
            End();
            Element("Ref", isBelgian ? communication.Value : CreditorReference.Parse(reference).Value);
            End();
            End();
        }

        End();
    }

    /// <summary>Closes the file; what is still open is closed too.</summary>
    public void Finish()
    {
        Line();
        xml.WriteEndDocument();
        xml.Flush();
    }

    public void Dispose() => xml.Dispose();
}
