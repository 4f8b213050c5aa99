namespace Domi.Standards.BankFiles;

/// <summary>Reads <c>TxDtls</c>, one payment within an entry of a camt message.</summary>
internal sealed class CamtDetailReader(XmlCursor xml, Findings findings, string account)
{
    public EntryDetail Read(Entry entry, int number)
    {
        var own = new OpenDetail { Currency = entry.Currency };
        var place = xml.Place;
        var level = xml.Open();
        while (xml.Next(level)) ReadOne(own);

        if (own.IsCut) findings.Add(Severity.Warn, "text.long", $"The texts of payment {number} of entry {entry.Number} have more than {xml.Limits.MaxTextLength} characters: the rest is left out.", place);
        var party = Counterparty(entry, own);
        var amount = own.Amount ?? own.TransactionAmount;
        return new()
        {
            EntryNumber = entry.Number,
            Number = number,
            Amount = own.IsCredit ?? entry.Amount >= 0 ? amount : -amount,
            OriginalAmount = own.OriginalAmount,
            Charges = own.Charges,
            EndToEndId = own.EndToEndId,
            MandateId = own.MandateId,
            CreditorId = own.Creditor.Party.PrivateId,
            BatchId = own.BatchId,
            MessageId = own.MessageId,
            BankReference = own.BankReference,
            TransactionCode = own.TransactionCode,
            CounterpartyName = Values.Provided(party.Party.Name),
            CounterpartyAccount = party.Account,
            CounterpartyBic = party.Bic ?? party.Party.Bic,
            CounterpartyAddress = party.Party.Address?.ToString(),
            UltimateCounterparty = party.Ultimate,
            Reference = own.Reference,
            Text = own.Text ?? own.Note,
            Purpose = own.Purpose,
            ReturnReason = own.ReturnReason,
            ReturnText = own.ReturnText,
        };
    }

    private void ReadOne(OpenDetail own)
    {
        switch (xml.Name)
        {
            case "Refs":
                ReadReferences(own);
                break;
            case "Amt":
                if (xml.Attribute("Ccy") == own.Currency) own.Amount = Values.Amount(xml.Text());
                break;
            case "CdtDbtInd":
                own.IsCredit = CamtReader.ReadSign(xml);
                break;
            case "AmtDtls":
                ReadAmounts(own);
                break;
            case "BkTxCd":
                own.TransactionCode = ReadTransactionCode(xml);
                break;
            case "Chrgs":
                own.Charges = Added(own.Charges, ReadCharges(xml));
                break;
            case "RltdPties":
                ReadParties(own);
                break;
            case "RltdAgts":
                ReadAgents(own);
                break;
            case "Purp":
                own.Purpose = xml.ReadCode();
                break;
            case "RmtInf":
                ReadRemittance(own);
                break;
            case "RtrInf":
                ReadReturn(own);
                break;
            case "AddtlTxInf":
                own.Note = own.Longer(own.Note, xml.Text(), xml.Limits.MaxTextLength);
                break;
        }
    }

    // Who is not us. In a return debtor and creditor stay what they were at the collection, so the sign alone does not tell.
    private Side Counterparty(Entry entry, OpenDetail own)
    {
        if (own.Debtor.IsEmpty) return own.Creditor;
        if (own.Creditor.IsEmpty) return own.Debtor;
        if (own.Creditor.Account is not null && own.Creditor.Account == account) return own.Debtor;
        if (own.Debtor.Account is not null && own.Debtor.Account == account) return own.Creditor;
        return (entry.Amount >= 0) == (own.ReturnReason is null) ? own.Debtor : own.Creditor;
    }

    private void ReadReferences(OpenDetail own)
    {
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "EndToEndId":
                    own.EndToEndId = Values.Provided(xml.Text());
                    break;
                case "MndtId":
                    own.MandateId = Values.Provided(xml.Text());
                    break;
                case "PmtInfId":
                    own.BatchId = Values.Provided(xml.Text());
                    break;
                case "MsgId":
                    own.MessageId = Values.Provided(xml.Text());
                    break;
                case "AcctSvcrRef":
                    own.BankReference = xml.Text();
                    break;
            }
        }
    }

    private void ReadAmounts(OpenDetail own)
    {
        var level = xml.Open();
        while (xml.Next(level))
        {
            if (xml.Name is not ("TxAmt" or "InstdAmt")) continue;

            var isTransaction = xml.Name == "TxAmt";
            var inside = xml.Open();
            while (xml.Next(inside))
            {
                if (xml.Name != "Amt" || xml.Attribute("Ccy") != own.Currency) continue;
                if (isTransaction) own.TransactionAmount = Values.Amount(xml.Text());
                else own.OriginalAmount = Values.Amount(xml.Text());
            }
        }
    }

    private void ReadParties(OpenDetail own)
    {
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "Dbtr":
                    own.Debtor.Party = xml.ReadParty();
                    break;
                case "DbtrAcct":
                    own.Debtor.Account = xml.ReadAccount();
                    break;
                case "UltmtDbtr":
                    own.Debtor.Ultimate = xml.ReadParty().Name;
                    break;
                case "Cdtr":
                    own.Creditor.Party = xml.ReadParty();
                    break;
                case "CdtrAcct":
                    own.Creditor.Account = xml.ReadAccount();
                    break;
                case "UltmtCdtr":
                    own.Creditor.Ultimate = xml.ReadParty().Name;
                    break;
            }
        }
    }

    private void ReadAgents(OpenDetail own)
    {
        var level = xml.Open();
        while (xml.Next(level))
        {
            if (xml.Name == "DbtrAgt") own.Debtor.Bic = xml.ReadAgent().Bic;
            else if (xml.Name == "CdtrAgt") own.Creditor.Bic = xml.ReadAgent().Bic;
        }
    }

    private void ReadRemittance(OpenDetail own)
    {
        var level = xml.Open();
        while (xml.Next(level))
        {
            if (xml.Name == "Ustrd")
            {
                own.Text = own.Longer(own.Text, Values.Provided(xml.Text()), xml.Limits.MaxTextLength);
            }
            else if (xml.Name == "Strd")
            {
                var inside = xml.Open();
                while (xml.Next(inside))
                {
                    if (xml.Name == "CdtrRefInf") own.Reference = xml.TextAt("Ref") is { } reference ? own.Reference ?? reference : own.Reference;
                    else if (xml.Name == "AddtlRmtInf") own.Text = own.Longer(own.Text, xml.Text(), xml.Limits.MaxTextLength);
                }
            }
        }
    }

    private void ReadReturn(OpenDetail own)
    {
        var level = xml.Open();
        while (xml.Next(level))
        {
            if (xml.Name == "Rsn") own.ReturnReason = xml.ReadCode() ?? own.ReturnReason;
            else if (xml.Name == "AddtlInf") own.ReturnText = own.Longer(own.ReturnText, xml.Text(), xml.Limits.MaxTextLength);
        }

        // Without a reason it is a return all the same: MS03, "the bank gave no reason", is what it then says.
        own.ReturnReason ??= "MS03";
    }

    /// <summary>The total of <c>Chrgs</c>, or the sum of its records when it names none.</summary>
    public static decimal ReadCharges(XmlCursor xml)
    {
        var (total, records) = (0m, 0m);
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "TtlChrgsAndTaxAmt":
                    total = Values.Amount(xml.Text()) ?? 0;
                    break;
                case "Amt":
                    records = Added(records, Values.Amount(xml.Text()) ?? 0);
                    break;
                case "Rcrd":
                    records = Added(records, Values.Amount(xml.TextAt("Amt")) ?? 0);
                    break;
            }
        }

        return total != 0 ? total : records;
    }

    /// <summary>Charges beyond all sense stay where they are, so that no sum can overflow.</summary>
    public static decimal Added(decimal charges, decimal more) => charges < 1_000_000_000_000_000_000m ? charges + more : charges;

    /// <summary><c>PMNT/IDDT/ESDD</c>, or the bank's own code.</summary>
    public static string? ReadTransactionCode(XmlCursor xml)
    {
        string? domain = null, own = null;
        var level = xml.Open();
        while (xml.Next(level))
        {
            if (xml.Name == "Domn") domain = ReadDomain(xml);
            else if (xml.Name == "Prtry") own = xml.TextAt("Cd");
        }

        return domain ?? own;
    }

    private static string ReadDomain(XmlCursor xml)
    {
        string? code = null, family = null, sub = null;
        var level = xml.Open();
        while (xml.Next(level))
        {
            if (xml.Name == "Cd")
            {
                code = xml.Text();
            }
            else if (xml.Name == "Fmly")
            {
                var inside = xml.Open();
                while (xml.Next(inside))
                {
                    if (xml.Name == "Cd") family = xml.Text();
                    else if (xml.Name == "SubFmlyCd") sub = xml.Text();
                }
            }
        }

        return $"{code}/{family}/{sub}";
    }

    private record struct Side(Party Party, string? Account, string? Bic, string? Ultimate)
    {
        public readonly bool IsEmpty => Party.Name is null && Account is null && Ultimate is null;
    }

    private sealed class OpenDetail
    {
        public string? Currency, EndToEndId, MandateId, BatchId, MessageId, BankReference, TransactionCode, Reference, Text, Note, Purpose, ReturnReason, ReturnText;
        public decimal? Amount, TransactionAmount, OriginalAmount;
        public bool? IsCredit;
        public decimal Charges;
        public Side Debtor, Creditor;
        public bool IsCut;

        /// <summary>A text with one more piece, unless it would become too long.</summary>
        public string? Longer(string? text, string? piece, int most)
        {
            if (piece is null || text is null) return text ?? piece;
            if (text.Length + piece.Length < most) return $"{text} {piece}";
            IsCut = true;
            return text;
        }
    }
}
