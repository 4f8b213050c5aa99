using System.Globalization;

namespace Domi.Standards.BankFiles;

/// <summary>Reads camt.052, .053 and .054 of every version, one payment at a time.</summary>
/// <remarks>
/// Both shapes of what changed are read always: amounts of payments (.03), coded status (.07), parties under <c>Pty</c> (.07).
/// Source: ISO 20022 message definition reports, Bank-to-Customer Cash Management.
/// </remarks>
internal sealed class CamtReader(XmlCursor xml, FileKind kind)
{
    private readonly Findings findings = new();
    private string? messageId;
    private (int Number, bool IsLast) page = (1, true);

    /// <summary>The parts of the message that the cursor stands on.</summary>
    public IEnumerable<FilePart> Read()
    {
        var statements = 0;
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "GrpHdr":
                    ReadHeader();
                    break;
                case "Stmt" or "Rpt" or "Ntfctn":
                    statements++;
                    foreach (var part in ReadStatement()) yield return part;
                    break;
            }
        }

        if (statements == 0) yield return new Finding(Severity.Hold, "camt.empty", "The message holds no statement.", xml.Place);
    }

    private void ReadHeader()
    {
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "MsgId":
                    messageId = xml.Text();
                    break;
                case "MsgPgntn":
                    page = ReadPage();
                    break;
            }
        }
    }

    private (int Number, bool IsLast) ReadPage()
    {
        var read = (Number: 1, IsLast: true);
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "PgNb":
                    read.Number = Values.Count(xml.Text()) ?? 1;
                    break;
                case "LastPgInd":
                    read.IsLast = Values.Flag(xml.Text()) ?? true;
                    break;
            }
        }

        return read;
    }

    private IEnumerable<FilePart> ReadStatement()
    {
        var statement = new Statement { Kind = kind, Account = "", MessageId = messageId, Page = page.Number, IsLastPage = page.IsLast };
        var balances = new List<Balance>();
        var notes = new List<string>();
        var tally = new Tally();
        var (start, begun) = (xml.Place, false);
        StatementTotals? declared = null;
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "Bal":
                    if (ReadBalance() is { } balance) Keep(balances, balance);
                    break;
                case "TxsSummry":
                    declared = ReadSummary();
                    break;
                case "AddtlStmtInf" or "AddtlRptInf" or "AddtlNtfctnInf":
                    if (xml.Text() is { } note) Keep(notes, note);
                    break;
                case "Ntry":
                    if (!begun)
                    {
                        (begun, statement) = (true, Begun(statement, balances, start));
                        yield return statement;
                    }

                    foreach (var part in ReadEntry(tally, statement)) yield return part;
                    break;
                default:
                    statement = ReadOfHead(statement);
                    break;
            }

            while (begun && findings.TryTake(out var finding)) yield return finding;
        }

        if (!begun)
        {
            statement = Begun(statement, balances, start);
            yield return statement;
        }

        foreach (var note in notes) yield return new StatementNote(note);
        // Some stand after the entries in an untidy file: what the head did not have is still true of the whole.
        var end = tally.End(statement with { Balances = balances }, declared);
        CheckEnd(end, start);
        while (findings.TryTake(out var finding)) yield return finding;
        yield return end;
    }

    private void Keep<T>(List<T> kept, T one)
    {
        if (kept.Count == xml.Limits.MaxRepeats) throw new InvalidDataException($"More than {kept.Count} balances or notes, at {xml.Place}.");
        kept.Add(one);
    }

    private Statement ReadOfHead(Statement statement)
    {
        switch (xml.Name)
        {
            case "Id":
                return statement with { Id = xml.Text() };
            case "ElctrncSeqNb":
                return statement with { Number = Values.Count(xml.Text()) };
            case "LglSeqNb":
                var legal = Values.Count(xml.Text());
                return statement with { Number = statement.Number ?? legal };
            case "StmtPgntn" or "RptPgntn" or "NtfctnPgntn":
                var own = ReadPage();
                return statement with { Page = own.Number, IsLastPage = own.IsLast };
            case "FrToDt":
                return ReadPeriod(statement);
            case "CpyDplctInd":
                return statement with { IsDuplicate = xml.Text() is "DUPL" or "CODU" };
            case "Acct":
                return ReadAccount(statement);
            default:
                return statement;
        }
    }

    private Statement Begun(Statement statement, List<Balance> balances, string place)
    {
        if (statement.Account.Length == 0) findings.Add(Severity.Hold, "statement.account", "The statement names no account.", place);
        else if (statement.Iban is null) findings.Add(Severity.Warn, "statement.account", $"{statement.Account} is no IBAN.", place);
        if (statement is { Id: null, Number: null }) findings.Add(Severity.Warn, "statement.id", "The statement has neither id nor number: it is known again by its balances.", place);
        if (statement.Page != 1 || !statement.IsLastPage)
            findings.Add(Severity.Hold, "statement.pages", $"Page {statement.Page} of a statement of several: it adds up only with the others.", place);
        return statement with { Balances = [.. balances] };
    }

    private void CheckEnd(StatementEnd end, string place)
    {
        if (end.AddsUp is false) findings.Add(Severity.Hold, "statement.balance", end.Difference!, place);
        else if (end.AddsUp is null && kind is FileKind.Statement && end.Statement is { Page: 1, IsLastPage: true })
            findings.Add(Severity.Hold, "statement.balance", "An opening or a closing balance is missing.", place);
        if (end.Declared is not { } declared) return;
        if (declared.Records is { } records && records != end.Entries) findings.Add(Severity.Warn, "statement.count", $"The summary counts {records} entries, there are {end.Entries}.", place);
        if (declared.Credits is { } credits && credits != end.Credits) findings.Add(Severity.Warn, "statement.sum", $"The summary has {Values.Plain(credits)} of credits, the entries {Values.Plain(end.Credits)}.", place);
        if (declared.Debits is { } debits && debits != end.Debits) findings.Add(Severity.Warn, "statement.sum", $"The summary has {Values.Plain(debits)} of debits, the entries {Values.Plain(end.Debits)}.", place);
    }

    private Statement ReadPeriod(Statement statement)
    {
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "FrDtTm" or "FrDt":
                    statement = statement with { From = Values.Day(xml.Text()) };
                    break;
                case "ToDtTm" or "ToDt":
                    statement = statement with { Until = Values.Day(xml.Text()) };
                    break;
            }
        }

        return statement;
    }

    private Statement ReadAccount(Statement statement)
    {
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "Id":
                    statement = statement with { Account = xml.ReadAccountId() ?? "" };
                    break;
                case "Ccy":
                    statement = statement with { Currency = xml.Text() };
                    break;
                case "Ownr":
                    statement = statement with { Holder = xml.ReadParty().Name };
                    break;
                case "Svcr":
                    statement = statement with { Bic = xml.ReadAgent().Bic };
                    break;
            }
        }

        return statement;
    }

    private Balance? ReadBalance()
    {
        var place = xml.Place;
        string? code = null;
        decimal? amount = null;
        bool? isCredit = null;
        DateOnly? on = null;
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "Tp":
                    code = xml.ReadCode();
                    break;
                case "Amt":
                    amount = Values.Amount(xml.Text());
                    break;
                case "CdtDbtInd":
                    isCredit = ReadSign(xml);
                    break;
                case "Dt":
                    on = ReadDay();
                    break;
            }
        }

        if (code is null || amount is null)
        {
            findings.Add(Severity.Hold, "camt.balance", "A balance without a kind, or without an amount that can be read.", place);
            return null;
        }

        if (isCredit is null) findings.Add(Severity.Warn, "camt.sign", $"The balance {code} does not say whether it is a credit: taken for one.", place);
        return new(code, isCredit is false ? -amount.Value : amount.Value, on);
    }

    private StatementTotals? ReadSummary()
    {
        int? records = null;
        decimal? credits = null, debits = null;
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "TtlNtries":
                    records = Values.Count(xml.TextAt("NbOfNtries"));
                    break;
                case "TtlCdtNtries":
                    credits = Values.Amount(xml.TextAt("Sum"));
                    break;
                case "TtlDbtNtries":
                    debits = Values.Amount(xml.TextAt("Sum"));
                    break;
            }
        }

        return records is null && credits is null && debits is null ? null : new(records, credits, debits);
    }

    private IEnumerable<FilePart> ReadEntry(Tally tally, Statement statement)
    {
        var own = new OpenEntry(tally.Entries + 1, xml.Place);
        var reader = new CamtDetailReader(xml, findings, statement.Account);
        EntryDetail? kept = null; // the only payment of an entry is the whole of it, which shows when no second one comes
        var level = xml.Open();
        while (xml.Next(level))
        {
            if (own.Entry is null)
            {
                if (xml.Name != "NtryDtls") ReadOfEntry(own);
            }
            else if (xml.Name is "Amt" or "CdtDbtInd" or "Sts")
            {
                findings.Add(Severity.Hold, "camt.order", $"{xml.Name} comes after the details of the entry and is not read.", own.Place);
            }
            else if (xml.Name == "AddtlNtryInf")
            {
                own.Note = xml.Text();
            }

            if (xml.Name == "NtryDtls")
            {
                var inside = xml.Open();
                while (xml.Next(inside))
                {
                    if (xml.Name == "Btch")
                    {
                        ReadBatch(own);
                    }
                    else if (xml.Name == "TxDtls")
                    {
                        if (own.Entry is null) yield return Begun(own, statement);
                        if (kept is not null) yield return kept;
                        kept = reader.Read(own.Entry!, ++own.Details);
                        if (kept.BatchId is null) kept = kept with { BatchId = own.BatchId, MessageId = kept.MessageId ?? own.BatchMessageId };
                        own.Count(kept);
                    }

                    while (own.Entry is not null && findings.TryTake(out var finding)) yield return finding;
                }
            }

            while (own.Entry is not null && findings.TryTake(out var finding)) yield return finding;
        }

        if (own.Entry is null) yield return Begun(own, statement);
        var entry = own.Entry!;
        if (kept is not null)
        {
            if (own.Details == 1 && kept.Amount is null) own.Count(kept = kept with { Amount = entry.Amount });
            yield return kept;
            if (own.Difference(entry) is { } difference) findings.Add(Severity.Hold, "camt.details", difference, own.Place);
        }

        if (entry.BatchCount is { } told && own.Details > 0 && told != own.Details)
            findings.Add(Severity.Warn, "camt.count", $"The batch counts {told} payments, there are {own.Details}.", own.Place);
        if (own.Note is not null) yield return new EntryNote(entry.Number, own.Note);
        tally.Add(entry, own.Details);
        while (findings.TryTake(out var finding)) yield return finding;
    }

    private void ReadOfEntry(OpenEntry own)
    {
        switch (xml.Name)
        {
            case "NtryRef":
                own.EntryReference = xml.Text();
                break;
            case "Amt":
                own.Currency = xml.Attribute("Ccy");
                own.Amount = Values.Amount(xml.Text());
                break;
            case "CdtDbtInd":
                own.IsCredit = ReadSign(xml);
                break;
            case "RvslInd":
                own.IsReversal = Values.Flag(xml.Text()) is true;
                break;
            case "Sts":
                own.Status = xml.TextOrChild("Cd", "Prtry"); // text until .06, a code inside since
                break;
            case "BookgDt":
                own.BookedOn = ReadDay();
                break;
            case "ValDt":
                own.ValueOn = ReadDay();
                break;
            case "AcctSvcrRef":
                own.BankReference = xml.Text();
                break;
            case "BkTxCd":
                own.TransactionCode = CamtDetailReader.ReadTransactionCode(xml);
                break;
            case "Chrgs":
                own.Charges = CamtDetailReader.Added(own.Charges, CamtDetailReader.ReadCharges(xml));
                break;
            case "AddtlNtryInf":
                own.Note = xml.Text();
                break;
        }
    }

    private Entry Begun(OpenEntry own, Statement statement)
    {
        own.Currency ??= statement.Currency;
        EntryState? state = own.Status switch { "BOOK" => EntryState.Booked, "PDNG" or "FUTR" => EntryState.Pending, "INFO" => EntryState.Information, _ => null };
        if (state is null) findings.Add(Severity.Hold, "camt.status", own.Status is null ? "The entry has no status: taken as not booked." : $"The entry's status {own.Status} is not known: taken as not booked.", own.Place);
        if (own.Amount is null) findings.Add(Severity.Hold, "camt.amount", "The entry has no amount that can be read.", own.Place);
        if (own.IsCredit is null) findings.Add(Severity.Hold, "camt.sign", "The entry does not say whether it is a credit or a debit: taken for a credit.", own.Place);
        if (own.Currency is not null && statement.Currency is not null && own.Currency != statement.Currency && state is EntryState.Booked)
            findings.Add(Severity.Hold, "camt.currency", $"The entry is in {own.Currency}, the account in {statement.Currency}.", own.Place);
        return own.Entry = new()
        {
            Number = own.Number,
            Amount = own.IsCredit is false ? -(own.Amount ?? 0) : own.Amount ?? 0,
            Currency = own.Currency,
            State = state ?? EntryState.Pending,
            IsReversal = own.IsReversal,
            BookedOn = own.BookedOn,
            ValueOn = own.ValueOn,
            BankReference = own.BankReference,
            EntryReference = own.EntryReference,
            TransactionCode = own.TransactionCode,
            BatchId = own.BatchId,
            BatchCount = own.BatchCount,
            Charges = own.Charges,
        };
    }

    private void ReadBatch(OpenEntry own)
    {
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "MsgId":
                    own.BatchMessageId = xml.Text();
                    break;
                case "PmtInfId":
                    own.BatchId = Values.Provided(xml.Text());
                    break;
                case "NbOfTxs":
                    own.BatchCount = Values.Count(xml.Text());
                    break;
            }
        }
    }

    /// <summary>CRDT or DBIT; null for anything else.</summary>
    public static bool? ReadSign(XmlCursor xml) => xml.Text() switch { "CRDT" => true, "DBIT" => false, _ => null };

    private DateOnly? ReadDay()
    {
        DateOnly? day = null;
        var level = xml.Open();
        while (xml.Next(level))
            if (xml.Name is "Dt" or "DtTm") day = Values.Day(xml.Text()) ?? day;
        return day;
    }

    /// <summary>An entry while it is read: what stands before its first payment, and what its payments come to.</summary>
    private sealed class OpenEntry(int number, string place)
    {
        public readonly int Number = number;
        public readonly string Place = string.Create(CultureInfo.InvariantCulture, $"{place}, entry {number}");
        public string? Currency, Status, EntryReference, BankReference, TransactionCode, BatchId, BatchMessageId, Note;
        public decimal? Amount;
        public bool? IsCredit;
        public bool IsReversal;
        public DateOnly? BookedOn, ValueOn;
        public int? BatchCount;
        public decimal Charges;
        public Entry? Entry;
        public int Details;
        private int known;
        private decimal sum;
        private decimal charges;

        public void Count(EntryDetail detail)
        {
            if (detail.Amount is not { } amount) return;
            known++;
            sum += amount;
            charges += detail.Charges;
        }

        /// <summary>What is wrong with the payments' sum, when each has its amount. Charges may be part of either.</summary>
        public string? Difference(Entry entry) =>
            known != Details || Math.Abs(sum - entry.Amount) is var difference && (difference == 0 || difference == entry.Charges || difference == charges)
                ? null
                : $"The payments of the entry sum up to {Values.Plain(sum)}, the entry to {Values.Plain(entry.Amount)}.";
    }
}
