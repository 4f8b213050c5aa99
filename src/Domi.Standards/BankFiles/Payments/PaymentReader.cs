using System.Globalization;

namespace Domi.Standards.BankFiles;

/// <summary>Reads pain.008 and pain.001 of every version and holds them against <see cref="PaymentRules"/>: for files from elsewhere, and our own.</summary>
internal sealed class PaymentReader(XmlCursor xml, FileKind kind)
{
    private readonly Findings findings = new();
    private readonly HashSet<string> batchIds = new(StringComparer.Ordinal);
    private DateTime createdAt = DateTime.MaxValue;
    private MandateScheme? scheme;
    private int count;
    private decimal sum;

    private bool IsDebit => kind is FileKind.DirectDebits;

    public IEnumerable<FilePart> Read()
    {
        PaymentMessage? message = null;
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "GrpHdr":
                    if (message is not null || batchIds.Count > 0) Find("sepa.head", "GrpHdr stands a second time, or behind a batch.", xml.Place);
                    message = ReadHeader();
                    yield return message;
                    break;
                case "PmtInf":
                    foreach (var part in ReadBatch()) yield return part;
                    break;
            }

            while (findings.TryTake(out var finding)) yield return finding;
        }

        if (message is null)
        {
            yield return new Finding(Severity.Reject, "sepa.head", "The file has no GrpHdr.", xml.Place);
            yield break;
        }

        if (message.Count != count) yield return Fault("sepa.count", $"GrpHdr counts {message.Count} payments, there are {count}.", "GrpHdr");
        if (message.Sum != sum) yield return Fault("sepa.sum", $"GrpHdr sums up to {Values.Euros(message.Sum)}, the payments to {Values.Euros(sum)}.", "GrpHdr");
    }

    private PaymentMessage ReadHeader()
    {
        var place = xml.Place + ", GrpHdr";
        string? id = null, name = null, initiator = null;
        DateTime? created = null;
        int? stated = null;
        decimal? control = null;
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "MsgId":
                    id = xml.Text();
                    break;
                case "CreDtTm":
                    created = xml.Text() is { Length: >= 19 } text && DateTime.TryParseExact(text.AsSpan(0, 19), "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant) ? instant : null;
                    break;
                case "NbOfTxs":
                    stated = Values.Count(xml.Text());
                    break;
                case "CtrlSum":
                    control = Values.Amount(xml.Text());
                    break;
                case "InitgPty":
                    (name, initiator) = ReadInitiator();
                    break;
            }
        }

        if (created is null) Find("sepa.head", "CreDtTm is missing or no instant.", place);
        if (stated is null) Find("sepa.count", "NbOfTxs is missing or no number.", place);
        if (control is null) Find("sepa.sum", "CtrlSum is missing or no amount: banks ask for it.", place);
        createdAt = created ?? DateTime.MaxValue;
        var message = new PaymentMessage { Id = id ?? "", CreatedAt = createdAt, InitiatorName = name ?? "", InitiatorId = initiator, Count = stated ?? 0, Sum = control ?? 0 };
        // A head may say who it is by an id alone.
        Take(PaymentRules.Check(name is null && initiator is not null ? message with { InitiatorName = initiator } : message), place);
        return message;
    }

    private (string? Name, string? Id) ReadInitiator()
    {
        string? name = null, id = null;
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "Nm":
                    name = xml.Text();
                    break;
                case "Id":
                    var inside = xml.Open();
                    while (xml.Next(inside)) id = xml.TextAt("Othr", "Id") ?? id;
                    break;
            }
        }

        return (name, id);
    }

    private IEnumerable<FilePart> ReadBatch()
    {
        var start = xml.Place;
        var batch = new Batch();
        var (begun, payments, total) = (false, 0, 0m);
        FilePart? head = null;
        var place = "";
        var level = xml.Open();
        while (xml.Next(level))
        {
            if (xml.Name is "DrctDbtTxInf" or "CdtTrfTxInf")
            {
                var at = xml.Line;
                var own = new Payment();
                ReadPayment(own);
                if (!begun)
                {
                    // The scheme and the creditor may stand in the payments instead.
                    batch.TakeFrom(own);
                    place = $"{start}, batch {batch.Id}";
                    head = Head(batch, place);
                    begun = true;
                    yield return head;
                }

                payments++;
                total += own.Amount ?? 0;
                yield return Made(own, head!, batch, at);
            }
            else
            {
                ReadOfBatch(batch);
            }

            while (begun && findings.TryTake(out var finding)) yield return finding;
        }

        if (!begun)
        {
            place = $"{start}, batch {batch.Id}";
            yield return Head(batch, place);
            Find("sepa.count", "The batch holds no payment.", place);
        }

        count += payments;
        sum += total;
        if (batch.Count is { } stated && stated != payments) Find("sepa.count", $"PmtInf counts {stated} payments, there are {payments}.", place);
        if (batch.Sum is { } control && control != total) Find("sepa.sum", $"PmtInf sums up to {Values.Euros(control)}, the payments to {Values.Euros(total)}.", place);
        while (findings.TryTake(out var finding)) yield return finding;
    }

    private FilePart Head(Batch batch, string place)
    {
        if (batchIds.Count == xml.Limits.MaxRepeats) throw new InvalidDataException($"The file has more than {batchIds.Count} batches.");
        if (batch.Id is not null && !batchIds.Add(batch.Id)) Find("sepa.duplicate", $"PmtInfId {batch.Id} is used twice in the file.", place);
        if (batch.Method != (IsDebit ? "DD" : "TRF")) Find("sepa.method", $"PmtMtd is {batch.Method ?? "missing"}.", place);
        if (batch.ServiceLevel != "SEPA") Find("sepa.service-level", $"The service level is {batch.ServiceLevel ?? "missing"}, not SEPA.", place);
        if (batch.Charges is not null and not "SLEV") Find("sepa.charges", $"ChrgBr is {batch.Charges}, not SLEV.", place);
        if (batch.Count is null || batch.Sum is null) findings.Add(Severity.Warn, "sepa.count", "The batch has no NbOfTxs or CtrlSum: some banks ask for both.", place);
        if (batch.IsAgentEmpty) Find("sepa.agent", "The agent of the batch is empty: a BIC, or NOTPROVIDED under Othr/Id.", place);
        if (batch.Day is null) Find(IsDebit ? "sdd.date" : "sct.date", "The date is missing or no date.", place);
        return IsDebit ? DebitHead(batch, place) : TransferHead(batch, place);
    }

    private DebitBatch DebitHead(Batch batch, string place)
    {
        MandateScheme? own = batch.Instrument switch { "CORE" or "COR1" => MandateScheme.Core, "B2B" => MandateScheme.B2B, _ => null };
        if (own is null || batch.Instrument == "COR1") Find("sdd.scheme", $"LclInstrm is {batch.Instrument ?? "missing"}, not CORE or B2B.", place);
        if (scheme is not null && own is not null && scheme != own) Find("sdd.scheme", "CORE and B2B are mixed in one file.", place);
        scheme ??= own;
        SequenceType? sequence = batch.Sequence switch
        {
            "RCUR" => SequenceType.Recurring,
            "FRST" => SequenceType.First,
            "OOFF" => SequenceType.OneOff,
            "FNAL" => SequenceType.Final,
            _ => null,
        };
        if (sequence is null) Find("sdd.sequence", $"SeqTp is {batch.Sequence ?? "missing"}, not FRST, RCUR, OOFF or FNAL.", place);
        var head = new DebitBatch
        {
            Id = batch.Id ?? "",
            Scheme = own ?? MandateScheme.Core,
            Sequence = sequence ?? SequenceType.Recurring,
            CollectOn = batch.Day ?? default,
            CreditorName = batch.Name ?? "",
            CreditorAccount = batch.Account,
            CreditorBic = batch.Bic,
            CreditorId = batch.CreditorId,
            UltimateCreditor = batch.Ultimate,
            CategoryPurpose = batch.CategoryPurpose,
            IsBookedAsBatch = batch.IsBookedAsBatch,
            Count = batch.Count ?? 0,
            Sum = batch.Sum ?? 0,
        };
        Take(PaymentRules.Check(head).Where(f => batch.Day is not null || f.Rule != "sdd.date"), place);
        return head;
    }

    private TransferBatch TransferHead(Batch batch, string place)
    {
        var head = new TransferBatch
        {
            Id = batch.Id ?? "",
            ExecuteOn = batch.Day ?? default,
            DebtorName = batch.Name ?? "",
            DebtorAccount = batch.Account,
            DebtorBic = batch.Bic,
            IsInstant = batch.Instrument == "INST",
            CategoryPurpose = batch.CategoryPurpose,
            IsBookedAsBatch = batch.IsBookedAsBatch,
            Count = batch.Count ?? 0,
            Sum = batch.Sum ?? 0,
        };
        Take(PaymentRules.Check(head).Where(f => batch.Day is not null || f.Rule != "sct.date"), place);
        return head;
    }

    private FilePart Made(Payment own, FilePart head, Batch batch, int line)
    {
        string Place() => string.Create(CultureInfo.InvariantCulture, $"line {line}, batch {batch.Id}, payment {own.EndToEndId}");
        if (own.Currency != "EUR") Find("sepa.currency", $"The amount is in {own.Currency ?? "no currency"}, not in EUR.", Place());
        if (own.IsAgentEmpty) Find("sepa.agent", "The agent is empty: a BIC, or NOTPROVIDED under Othr/Id.", Place());
        if (own.TextCount > 1) Find("sepa.remittance", $"{own.TextCount} pieces of free remittance information: one may be.", Place());
        if (own.CreditorId is { } other && batch.CreditorId != other) Find("sdd.creditor-id", $"The payment is of creditor {other}, the batch of {batch.CreditorId}.", Place());
        if (own.Type is { } type && !batch.Shares(type)) Find("sepa.type", "The payment is of another service level, instrument, sequence or purpose than the first of its batch.", Place());
        if (head is TransferBatch transfers)
        {
            var transfer = new Transfer
            {
                EndToEndId = own.EndToEndId ?? "",
                InstructionId = own.InstructionId,
                Amount = own.Amount ?? 0,
                CreditorName = own.Name ?? "",
                CreditorAddress = own.Address,
                CreditorAccount = own.Account,
                CreditorBic = own.Bic,
                UltimateCreditor = own.Ultimate,
                Purpose = own.Purpose,
                Text = own.Text,
                Reference = own.Reference,
            };
            if (PaymentRules.Check(transfer, transfers) is { Count: > 0 } wrong) Take(wrong, Place());
            return transfer;
        }

        if (own.SignedOn is null) Find("sdd.mandate", "DtOfSgntr is missing or no date.", Place());
        if (own.IsAmended && own.Amendment is null) Find("sdd.amendment", "The mandate is amended, and nothing says in what.", Place());
        if (!own.IsAmended && own.Amendment is not null) Find("sdd.amendment", "There are details of an amendment, and AmdmntInd is not true.", Place());
        var debit = new Debit
        {
            EndToEndId = own.EndToEndId ?? "",
            InstructionId = own.InstructionId,
            Amount = own.Amount ?? 0,
            MandateId = own.MandateId ?? "",
            SignedOn = own.SignedOn ?? default,
            Amendment = own.Amendment,
            DebtorName = own.Name ?? "",
            DebtorAddress = own.Address,
            DebtorAccount = own.Account,
            DebtorBic = own.Bic,
            UltimateDebtor = own.Ultimate,
            Purpose = own.Purpose,
            Text = own.Text,
            Reference = own.Reference,
        };
        if (PaymentRules.Check(debit, (DebitBatch)head, DateOnly.FromDateTime(createdAt)) is { Count: > 0 } faults) Take(faults, Place());
        return debit;
    }

    private void ReadOfBatch(Batch batch)
    {
        switch (xml.Name)
        {
            case "PmtInfId":
                batch.Id = xml.Text();
                break;
            case "PmtMtd":
                batch.Method = xml.Text();
                break;
            case "BtchBookg":
                batch.IsBookedAsBatch = Values.Flag(xml.Text()) ?? true;
                break;
            case "NbOfTxs":
                batch.Count = Values.Count(xml.Text());
                break;
            case "CtrlSum":
                batch.Sum = Values.Amount(xml.Text());
                break;
            case "PmtTpInf":
                ReadType(batch);
                break;
            case "ReqdColltnDt":
                batch.Day = Values.Day(xml.Text());
                break;
            case "ReqdExctnDt":
                batch.Day = Values.Day(xml.TextOrChild("Dt", "DtTm"));
                break;
            case "Cdtr" or "Dbtr":
                batch.Name = xml.ReadParty().Name;
                break;
            case "CdtrAcct" or "DbtrAcct":
                batch.Account = ReadIban();
                break;
            case "CdtrAgt" or "DbtrAgt":
                (batch.Bic, batch.IsAgentEmpty) = ReadBank();
                break;
            case "UltmtCdtr" or "UltmtDbtr":
                batch.Ultimate = xml.ReadParty().Name;
                break;
            case "ChrgBr":
                batch.Charges = xml.Text();
                break;
            case "CdtrSchmeId":
                batch.CreditorId = ReadCreditorId() ?? default;
                break;
        }
    }

    private void ReadType(Batch batch)
    {
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "SvcLvl":
                    batch.ServiceLevel = xml.TextAt("Cd") ?? batch.ServiceLevel;
                    break;
                case "LclInstrm":
                    batch.Instrument = xml.TextAt("Cd");
                    break;
                case "SeqTp":
                    batch.Sequence = xml.Text();
                    break;
                case "CtgyPurp":
                    batch.CategoryPurpose = xml.TextAt("Cd");
                    break;
            }
        }
    }

    private void ReadPayment(Payment own)
    {
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "PmtId":
                    var ids = xml.Open();
                    while (xml.Next(ids))
                    {
                        if (xml.Name == "EndToEndId") own.EndToEndId = xml.Text();
                        else if (xml.Name == "InstrId") own.InstructionId = xml.Text();
                    }

                    break;
                case "PmtTpInf":
                    ReadType(own.Type = new());
                    break;
                case "InstdAmt":
                    own.Currency = xml.Attribute("Ccy");
                    own.Amount = Values.Amount(xml.Text());
                    break;
                case "Amt":
                    var amounts = xml.Open();
                    while (xml.Next(amounts))
                    {
                        if (xml.Name != "InstdAmt") continue;
                        own.Currency = xml.Attribute("Ccy");
                        own.Amount = Values.Amount(xml.Text());
                    }

                    break;
                case "DrctDbtTx":
                    ReadMandate(own);
                    break;
                case "DbtrAgt" or "CdtrAgt":
                    (own.Bic, own.IsAgentEmpty) = ReadBank();
                    break;
                case "Dbtr" or "Cdtr":
                    (own.Name, own.Address, _, _) = xml.ReadParty();
                    break;
                case "DbtrAcct" or "CdtrAcct":
                    own.Account = ReadIban();
                    break;
                case "UltmtDbtr" when IsDebit:
                case "UltmtCdtr" when !IsDebit:
                    own.Ultimate = xml.ReadParty().Name;
                    break;
                case "Purp":
                    own.Purpose = xml.TextAt("Cd");
                    break;
                case "RmtInf":
                    ReadRemittance(own);
                    break;
            }
        }
    }

    private void ReadMandate(Payment own)
    {
        var level = xml.Open();
        while (xml.Next(level))
        {
            if (xml.Name == "CdtrSchmeId")
            {
                own.CreditorId = ReadCreditorId() ?? default;
            }
            else if (xml.Name == "MndtRltdInf")
            {
                var inside = xml.Open();
                while (xml.Next(inside))
                {
                    switch (xml.Name)
                    {
                        case "MndtId":
                            own.MandateId = xml.Text();
                            break;
                        case "DtOfSgntr":
                            own.SignedOn = Values.Day(xml.Text());
                            break;
                        case "AmdmntInd":
                            own.IsAmended = Values.Flag(xml.Text()) is true;
                            break;
                        case "AmdmntInfDtls":
                            own.Amendment = ReadAmendment();
                            break;
                    }
                }
            }
        }
    }

    private MandateAmendment ReadAmendment()
    {
        var amendment = new MandateAmendment();
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "OrgnlMndtId":
                    amendment = amendment with { OriginalMandateId = xml.Text() };
                    break;
                case "OrgnlCdtrSchmeId":
                    var inside = xml.Open();
                    while (xml.Next(inside))
                    {
                        if (xml.Name == "Nm") amendment = amendment with { OriginalCreditorName = xml.Text() };
                        else if (xml.Name == "Id") amendment = amendment with { OriginalCreditorId = CreditorIdentifier.TryParse(xml.TextAt("PrvtId", "Othr", "Id"), out var id) ? id : default(CreditorIdentifier) };
                    }

                    break;
                case "OrgnlDbtrAcct":
                    var account = xml.ReadAccount();
                    amendment = account == "SMNDA" ? amendment with { HasNewAccount = true } : amendment with { OriginalAccount = Iban.TryParse(account, out var iban) ? iban : default(Iban) };
                    break;
                case "OrgnlDbtrAgt":
                    // Until November 2016 a change of bank was told here; other ways to say it are not in use.
                    if (xml.TextAt("FinInstnId", "Othr", "Id") == "SMNDA") amendment = amendment with { HasNewAccount = true };
                    break;
            }
        }

        return amendment;
    }

    private Iban ReadIban() => Iban.TryParse(xml.ReadAccount(), out var account) ? account : default;

    private (Bic? Bic, bool IsEmpty) ReadBank()
    {
        var (written, isEmpty) = xml.ReadAgent();
        return (Bic.TryParse(written, out var bic) ? bic : null, isEmpty);
    }

    private CreditorIdentifier? ReadCreditorId() =>
        CreditorIdentifier.TryParse(xml.TextAt("Id", "PrvtId", "Othr", "Id"), out var id) ? id : null;

    private void ReadRemittance(Payment own)
    {
        var level = xml.Open();
        while (xml.Next(level))
        {
            if (xml.Name == "Ustrd")
            {
                // One may be, so that more only have to be told of.
                if (++own.TextCount < 10) own.Text = Values.Joined(own.Text, xml.Text());
            }
            else if (xml.Name == "Strd")
            {
                own.Reference = xml.TextAt("CdtrRefInf", "Ref") ?? own.Reference;
            }
        }
    }

    private void Take(IEnumerable<Finding> found, string place)
    {
        foreach (var finding in found) findings.Add(finding.Severity, finding.Rule, finding.Message, place);
    }

    private void Find(string rule, string message, string place) => findings.Add(Severity.Hold, rule, message, place);

    private static Finding Fault(string rule, string message, string place) => new(Severity.Hold, rule, message, place);

    private sealed class Batch
    {
        public string? Id, Method, ServiceLevel, Instrument, Sequence, CategoryPurpose, Name, Ultimate, Charges;
        public bool IsBookedAsBatch = true;
        public bool IsAgentEmpty;
        public int? Count;
        public decimal? Sum;
        public DateOnly? Day;
        public Iban Account;
        public Bic? Bic;
        public CreditorIdentifier CreditorId;

        public bool Shares(Batch type) =>
            (type.ServiceLevel ?? ServiceLevel, type.Instrument ?? Instrument, type.Sequence ?? Sequence, type.CategoryPurpose ?? CategoryPurpose) == (ServiceLevel, Instrument, Sequence, CategoryPurpose);

        public void TakeFrom(Payment payment)
        {
            if (CreditorId.IsEmpty) CreditorId = payment.CreditorId ?? default;
            if (payment.Type is not { } type) return;
            ServiceLevel ??= type.ServiceLevel;
            Instrument ??= type.Instrument;
            Sequence ??= type.Sequence;
            CategoryPurpose ??= type.CategoryPurpose;
        }
    }

    private sealed class Payment
    {
        public string? EndToEndId, InstructionId, Currency, MandateId, Name, Ultimate, Purpose, Text, Reference;
        public decimal? Amount;
        public DateOnly? SignedOn;
        public bool IsAmended;
        public bool IsAgentEmpty;
        public int TextCount;
        public MandateAmendment? Amendment;
        public PostalAddress? Address;
        public Iban Account;
        public Bic? Bic;
        public CreditorIdentifier? CreditorId;
        public Batch? Type;
    }
}
