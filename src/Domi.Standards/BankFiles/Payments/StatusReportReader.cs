namespace Domi.Standards.BankFiles;

/// <summary>Reads pain.002 of every version.</summary>
/// <remarks>Source: ISO 20022, CustomerPaymentStatusReport; EPC130-08 for its use with direct debits.</remarks>
internal sealed class StatusReportReader(XmlCursor xml)
{
    private static readonly string[] Codes =
    [
        "RCVD", "ACTC", "ACCP", "ACSP", "ACSC", "ACWC", "ACCC", "ACFC", "PDNG", "PART", "RJCT", "CANC", "RCVC", "RVMC", "RVNM", "RVNA", "RVCM", "RVNC",
    ];

    private readonly Findings findings = new();
    private string? id;
    private PaymentStatus? whole;

    public IEnumerable<FilePart> Read()
    {
        var isAboutSomething = false;
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "GrpHdr":
                    id = xml.TextAt("MsgId");
                    break;
                case "OrgnlGrpInfAndSts":
                    isAboutSomething = true;
                    yield return ReadWhole();
                    break;
                case "OrgnlPmtInfAndSts":
                    foreach (var part in ReadBatch()) yield return part;
                    break;
                case "TxInfAndSts":
                    // Until .02 payments stood beside their batch.
                    yield return ReadPayment(null, null);
                    break;
            }

            while (findings.TryTake(out var finding)) yield return finding;
        }

        if (!isAboutSomething) yield return new Finding(Severity.Hold, "pain.original", "The report does not say which file it is about.", xml.Place);
    }

    private StatusReport ReadWhole()
    {
        var place = xml.Place;
        string? original = null, format = null, code = null;
        int? count = null;
        decimal? sum = null;
        var reason = new Reason();
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "OrgnlMsgId":
                    original = xml.Text();
                    break;
                case "OrgnlMsgNmId":
                    format = xml.Text();
                    break;
                case "OrgnlNbOfTxs":
                    count = Values.Count(xml.Text());
                    break;
                case "OrgnlCtrlSum":
                    sum = Values.Amount(xml.Text());
                    break;
                case "GrpSts":
                    code = xml.Text();
                    break;
                case "StsRsnInf":
                    ReadReason(ref reason);
                    break;
            }
        }

        if (original is null) findings.Add(Severity.Hold, "pain.original", "OrgnlMsgId is missing.", place);
        whole = Status(code, reason, place);
        return new()
        {
            Id = id,
            OriginalMessageId = original ?? "",
            OriginalFormat = format is null ? null : format.StartsWith("pain.008", StringComparison.OrdinalIgnoreCase) ? "pain.008" : format.StartsWith("pain.001", StringComparison.OrdinalIgnoreCase) ? "pain.001" : null,
            OriginalCount = count,
            OriginalSum = sum,
            Status = whole,
        };
    }

    private IEnumerable<FilePart> ReadBatch()
    {
        var place = xml.Place;
        string? batch = null, code = null;
        var reason = new Reason();
        var begun = false;
        PaymentStatus? status = null;
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "OrgnlPmtInfId":
                    batch = Values.Provided(xml.Text());
                    break;
                case "PmtInfSts":
                    code = xml.Text();
                    break;
                case "StsRsnInf":
                    ReadReason(ref reason);
                    break;
                case "TxInfAndSts":
                    if (!begun)
                    {
                        (begun, status) = (true, Status(code, reason, place));
                        yield return new BatchStatus { BatchId = batch ?? "", Status = status };
                    }

                    yield return ReadPayment(batch, status);
                    break;
            }

            while (begun && findings.TryTake(out var finding)) yield return finding;
        }

        if (!begun) yield return new BatchStatus { BatchId = batch ?? "", Status = Status(code, reason, place) };
        if (batch is null) findings.Add(Severity.Warn, "pain.original", "OrgnlPmtInfId is missing.", place);
        while (findings.TryTake(out var finding)) yield return finding;
    }

    private TransactionStatus ReadPayment(string? batch, PaymentStatus? above)
    {
        var place = xml.Place;
        string? instruction = null, endToEnd = null, code = null;
        var reason = new Reason();
        var original = new TransactionStatus { Status = new("", null, null, null) };
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "OrgnlPmtInfId":
                    batch = Values.Provided(xml.Text()) ?? batch;
                    break;
                case "OrgnlInstrId":
                    instruction = xml.Text();
                    break;
                case "OrgnlEndToEndId":
                    endToEnd = Values.Provided(xml.Text());
                    break;
                case "TxSts":
                    code = xml.Text();
                    break;
                case "StsRsnInf":
                    ReadReason(ref reason);
                    break;
                case "OrgnlTxRef":
                    original = ReadOriginal(original);
                    break;
            }
        }

        if (endToEnd is null && instruction is null) findings.Add(Severity.Hold, "pain.original", "The payment is not named: OrgnlEndToEndId and OrgnlInstrId are missing.", place);
        var status = Status(code, reason, place);
        if ((above ?? whole) is { IsRejected: true } rejected && status is { IsRejected: false })
            findings.Add(Severity.Hold, "pain.status", $"The payment {endToEnd} is {status.Code}, though its batch or file is {rejected.Code}.", place);
        if ((status ?? above ?? whole) is null) findings.Add(Severity.Hold, "pain.status", $"The payment {endToEnd} has no status, nor has its batch or file.", place);
        // Rejected above means rejected below, whatever reason stands there.
        status ??= (above ?? whole) is { } inherited ? reason.IsEmpty ? inherited : inherited with { Reason = reason.Code ?? inherited.Reason, Text = reason.Text ?? inherited.Text } : new("", reason.Code, reason.Text, reason.Originator);
        return original with { BatchId = batch, InstructionId = instruction, EndToEndId = endToEnd, Status = status };
    }

    private TransactionStatus ReadOriginal(TransactionStatus original)
    {
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "Amt":
                    original = original with { Amount = Values.Amount(xml.TextAt("InstdAmt")) };
                    break;
                case "ReqdColltnDt":
                    original = original with { CollectOn = Values.Day(xml.Text()) };
                    break;
                case "MndtRltdInf":
                    original = original with { MandateId = ReadMandateId() };
                    break;
                case "Dbtr":
                    original = original with { DebtorName = xml.ReadParty().Name };
                    break;
                case "DbtrAcct":
                    original = original with { DebtorAccount = xml.ReadAccount() };
                    break;
            }
        }

        return original;
    }

    // In .14 a choice stands around it.
    private string? ReadMandateId()
    {
        string? mandate = null;
        var level = xml.Open();
        while (xml.Next(level))
        {
            if (xml.Name == "MndtId") mandate = xml.Text();
            else if (xml.Name == "DrctDbtMndt") mandate = xml.TextAt("MndtId");
        }

        return mandate;
    }

    private void ReadReason(ref Reason reason)
    {
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "Orgtr":
                    reason.Originator = ReadOriginator();
                    break;
                case "Rsn":
                    reason.Code ??= xml.TextOrChild("Cd", "Prtry");
                    break;
                case "AddtlInf":
                    if (xml.Text() is { } text) reason.Text = reason.Text is null ? text : reason.Text.Length < 1_000 ? $"{reason.Text} {text}" : reason.Text;
                    break;
            }
        }
    }

    private string? ReadOriginator()
    {
        string? name = null, bic = null;
        var level = xml.Open();
        while (xml.Next(level))
        {
            if (xml.Name == "Nm")
            {
                name = xml.Text();
            }
            else if (xml.Name == "Id")
            {
                var inside = xml.Open();
                while (xml.Next(inside))
                {
                    var children = xml.Open();
                    while (xml.Next(children))
                        if (xml.Name is "BICOrBEI" or "AnyBIC") bic = xml.Text();
                }
            }
        }

        return bic ?? name;
    }

    private PaymentStatus? Status(string? code, Reason reason, string place)
    {
        if (code is null) return null;
        if (!Codes.Contains(code)) findings.Add(Severity.Hold, "pain.status", $"The status {code} is not known.", place);
        if (code == "RJCT" && reason.Code is null) findings.Add(Severity.Warn, "pain.reason", "Rejected without a reason.", place);
        return new(code, reason.Code, reason.Text, reason.Originator);
    }

    private record struct Reason(string? Code, string? Text, string? Originator)
    {
        public readonly bool IsEmpty => Code is null && Text is null;
    }
}
