using System.Globalization;

namespace Domi.Standards.BankFiles;

/// <summary>Reads camt.052, .053 and .054 of every version, one payment at a time.</summary>
/// <remarks>
/// Both shapes of what changed are read always: BIC and BICFI (.03), amounts of payments (.03), parties under <c>Pty</c> and coded
/// status (.07). Source: ISO 20022 message definition reports, Bank-to-Customer Cash Management.
/// </remarks>
internal sealed class CamtReader(XmlCursor xml, FileKind kind)
{
    private readonly Queue<Finding> findings = [];
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
        var tally = new Tally();
        var (start, begun) = (xml.Place, false);
        StatementTotals? declared = null;
        var notes = new List<string>();
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "Id":
                    statement = statement with { Id = xml.Text() };
                    break;
                case "ElctrncSeqNb":
                    statement = statement with { Number = Values.Count(xml.Text()) };
                    break;
                case "LglSeqNb":
                    var legal = Values.Count(xml.Text());
                    statement = statement with { Number = statement.Number ?? legal };
                    break;
                case "StmtPgntn" or "RptPgntn" or "NtfctnPgntn":
                    var own = ReadPage();
                    statement = statement with { Page = own.Number, IsLastPage = own.IsLast };
                    break;
                case "FrToDt":
                    statement = ReadPeriod(statement);
                    break;
                case "CpyDplctInd":
                    statement = statement with { IsDuplicate = xml.Text() is "DUPL" or "CODU" };
                    break;
                case "Acct":
                    statement = ReadAccount(statement);
                    break;
                case "Bal":
                    if (ReadBalance() is { } balance) balances.Add(balance);
                    break;
                case "TxsSummry":
                    declared = ReadSummary();
                    break;
                case "AddtlStmtInf" or "AddtlRptInf" or "AddtlNtfctnInf":
                    if (xml.Text() is { } note) notes.Add(note);
                    break;
                case "Ntry":
                    if (!begun)
                    {
                        (begun, statement) = (true, Begun(statement, balances, start));
                        yield return statement;
                    }

                    foreach (var part in ReadEntry(tally, statement)) yield return part;
                    break;
            }

            while (begun && findings.TryDequeue(out var finding)) yield return finding;
        }

        if (!begun)
        {
            statement = Begun(statement, balances, start);
            yield return statement;
        }

        foreach (var note in notes) yield return new StatementNote(note);
        // After the entries in an untidy file; what the head did not have is still true of the whole.
        var end = tally.End(statement with { Balances = balances }, declared);
        CheckEnd(end, start);
        while (findings.TryDequeue(out var finding)) yield return finding;
        yield return end;
    }

    private Statement Begun(Statement statement, List<Balance> balances, string place)
    {
        if (statement.Account.Length == 0) Find(Severity.Hold, "statement.account", "The statement names no account.", place);
        else if (statement.Iban is null) Find(Severity.Warn, "statement.account", $"{statement.Account} is no IBAN.", place);
        if (statement.Page != 1 || !statement.IsLastPage) Find(Severity.Warn, "statement.pages", $"Page {statement.Page} of a statement of several: they belong together.", place);
        return statement with { Balances = [.. balances] };
    }

    private void CheckEnd(StatementEnd end, string place)
    {
        if (end.AddsUp is false)
            Find(Severity.Hold, "statement.balance", $"Opening {Values.Plain(end.Opening!.Amount)} + {Values.Plain(end.Credits)} - {Values.Plain(end.Debits)} is {Values.Plain(end.Expected!.Value)}, the closing balance is {Values.Plain(end.Closing!.Amount)}.", place);
        else if (end.AddsUp is null && kind is FileKind.Statement && end.Statement is { Page: 1, IsLastPage: true })
            Find(Severity.Hold, "statement.balance", "An opening or a closing balance is missing.", place);
        if (end.Declared is not { } declared) return;
        if (declared.Records is { } records && records != end.Entries) Find(Severity.Warn, "statement.count", $"The summary counts {records} entries, there are {end.Entries}.", place);
        if (declared.Credits is { } credits && credits != end.Credits) Find(Severity.Warn, "statement.sum", $"The summary has {Values.Plain(credits)} of credits, the entries {Values.Plain(end.Credits)}.", place);
        if (declared.Debits is { } debits && debits != end.Debits) Find(Severity.Warn, "statement.sum", $"The summary has {Values.Plain(debits)} of debits, the entries {Values.Plain(end.Debits)}.", place);
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
                    statement = statement with { Account = AccountId() ?? "" };
                    break;
                case "Ccy":
                    statement = statement with { Currency = xml.Text() };
                    break;
                case "Ownr":
                    statement = statement with { Holder = ReadParty().Name };
                    break;
                case "Svcr":
                    statement = statement with { Bic = ReadAgent() };
                    break;
            }
        }

        return statement;
    }

    // An IBAN, or an id of another kind, in which some banks put the IBAN all the same.
    private string? AccountId()
    {
        string? account = null;
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "IBAN":
                    account = xml.Text();
                    break;
                case "Othr":
                    account = xml.TextAt("Id") ?? account;
                    break;
            }
        }

        return account?.Replace(" ", "", StringComparison.Ordinal);
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
                    code = ReadCode();
                    break;
                case "Amt":
                    amount = Values.Amount(xml.Text());
                    break;
                case "CdtDbtInd":
                    isCredit = ReadSign();
                    break;
                case "Dt":
                    on = ReadDay();
                    break;
            }
        }

        if (code is null || amount is null)
        {
            Find(Severity.Hold, "camt.balance", "A balance without kind or amount.", place);
            return null;
        }

        if (isCredit is null) Find(Severity.Warn, "camt.sign", $"The balance {code} does not say whether it is a credit: taken for one.", place);
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
        var number = tally.Entries + 1;
        var place = string.Create(CultureInfo.InvariantCulture, $"{xml.Place}, entry {number}");
        decimal? amount = null;
        bool? isCredit = null;
        string? currency = null, note = null;
        var entry = new Entry { Number = number, Amount = 0 };
        var (begun, hasState) = (false, false);
        var details = 0;
        var sum = 0m;
        var allKnown = true;
        EntryDetail? kept = null; // the only payment of an entry is the whole of it, which shows when no second one comes
        var level = xml.Open();
        while (xml.Next(level))
        {
            if (begun && xml.Name is "Amt" or "CdtDbtInd" or "Sts")
                Find(Severity.Hold, "camt.order", $"{xml.Name} comes after the details of the entry and is not read.", place);
            else
                switch (xml.Name)
                {
                    case "NtryRef":
                        entry = entry with { EntryReference = xml.Text() };
                        break;
                    case "Amt":
                        currency = xml.Attribute("Ccy");
                        amount = Values.Amount(xml.Text());
                        break;
                    case "CdtDbtInd":
                        isCredit = ReadSign();
                        break;
                    case "RvslInd":
                        entry = entry with { IsReversal = Values.Flag(xml.Text()) is true };
                        break;
                    case "Sts":
                        (hasState, entry) = (true, entry with { State = ReadState(place) });
                        break;
                    case "BookgDt":
                        entry = entry with { BookedOn = ReadDay() };
                        break;
                    case "ValDt":
                        entry = entry with { ValueOn = ReadDay() };
                        break;
                    case "AcctSvcrRef":
                        entry = entry with { BankReference = xml.Text() };
                        break;
                    case "BkTxCd":
                        entry = entry with { TransactionCode = ReadTransactionCode() };
                        break;
                    case "Chrgs":
                        var charges = ReadCharges();
                        entry = entry with { Charges = entry.Charges + charges };
                        break;
                    case "AddtlNtryInf":
                        note = xml.Text();
                        break;
                    case "NtryDtls":
                        string? batchId = null, batchMessage = null;
                        int? batchCount = null;
                        var inside = xml.Open();
                        while (xml.Next(inside))
                        {
                            if (xml.Name == "Btch")
                            {
                                (batchMessage, batchId, batchCount) = ReadBatch();
                                if (!begun) entry = entry with { BatchId = batchId, BatchCount = batchCount };
                            }
                            else if (xml.Name == "TxDtls")
                            {
                                if (!begun)
                                {
                                    (begun, entry) = (true, Begun(hasState ? entry : WithoutState(entry, place), amount, isCredit, currency, statement, place));
                                    yield return entry;
                                }

                                details++;
                                var detail = ReadDetail(entry, details, statement) is var read && read.BatchId is null
                                    ? read with { BatchId = batchId, MessageId = read.MessageId ?? batchMessage }
                                    : read;
                                if (kept is not null) yield return kept;
                                kept = detail;
                                if (detail.Amount is { } part) sum += part;
                                else allKnown = false;
                            }
                        }

                        break;
                }

            while (begun && findings.TryDequeue(out var finding)) yield return finding;
        }

        if (!begun)
        {
            entry = Begun(hasState ? entry : WithoutState(entry, place), amount, isCredit, currency, statement, place);
            yield return entry;
        }

        if (kept is not null)
        {
            if (details == 1 && kept.Amount is null) (kept, sum, allKnown) = (kept with { Amount = entry.Amount }, entry.Amount, true);
            yield return kept;
            if (allKnown && sum != entry.Amount && sum + entry.Charges != entry.Amount && sum - entry.Charges != entry.Amount)
                Find(Severity.Hold, "camt.details", $"The payments of the entry sum up to {Values.Plain(sum)}, the entry to {Values.Plain(entry.Amount)}.", place);
        }

        if (entry.BatchCount is { } told && details > 0 && told != details)
            Find(Severity.Warn, "camt.count", $"The batch counts {told} payments, there are {details}.", place);
        if (note is not null) yield return new EntryNote(number, note);
        tally.Add(entry, details);
        while (findings.TryDequeue(out var finding)) yield return finding;
    }

    private Entry Begun(Entry entry, decimal? amount, bool? isCredit, string? currency, Statement statement, string place)
    {
        if (amount is null) Find(Severity.Hold, "camt.amount", "The entry has no amount.", place);
        if (isCredit is null) Find(Severity.Hold, "camt.sign", "The entry does not say whether it is a credit or a debit: taken for a credit.", place);
        if (currency is not null && statement.Currency is not null && currency != statement.Currency && entry.State is EntryState.Booked)
            Find(Severity.Hold, "camt.currency", $"The entry is in {currency}, the account in {statement.Currency}.", place);
        return entry with { Amount = isCredit is false ? -(amount ?? 0) : amount ?? 0, Currency = currency };
    }

    private EntryDetail ReadDetail(Entry entry, int number, Statement statement)
    {
        var detail = new EntryDetail { EntryNumber = entry.Number, Number = number };
        decimal? amount = null, transactionAmount = null;
        bool? isCredit = null;
        Party debtor = default, creditor = default;
        var unstructured = new List<string>();
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "Refs":
                    detail = ReadReferences(detail);
                    break;
                case "Amt":
                    if (xml.Attribute("Ccy") == entry.Currency) amount = Values.Amount(xml.Text());
                    break;
                case "CdtDbtInd":
                    isCredit = ReadSign();
                    break;
                case "AmtDtls":
                    (transactionAmount, var original) = ReadAmounts(entry.Currency);
                    detail = detail with { OriginalAmount = original };
                    break;
                case "BkTxCd":
                    detail = detail with { TransactionCode = ReadTransactionCode() };
                    break;
                case "Chrgs":
                    var charges = ReadCharges();
                    detail = detail with { Charges = detail.Charges + charges };
                    break;
                case "RltdPties":
                    ReadParties(ref debtor, ref creditor);
                    break;
                case "RltdAgts":
                    ReadAgents(ref debtor, ref creditor);
                    break;
                case "Purp":
                    detail = detail with { Purpose = ReadCode() };
                    break;
                case "RmtInf":
                    detail = ReadRemittance(detail, unstructured);
                    break;
                case "RtrInf":
                    detail = ReadReturn(detail);
                    break;
                case "AddtlTxInf":
                    if (xml.Text() is { } text && unstructured.Count == 0) unstructured.Add(text);
                    break;
            }
        }

        var counterparty = Counterparty(entry, detail, statement, debtor, creditor);
        return detail with
        {
            Amount = (amount ?? transactionAmount) is not { } value ? null : (isCredit ?? entry.Amount >= 0) ? value : -value,
            CounterpartyName = counterparty.Name,
            CounterpartyAccount = counterparty.Account,
            CounterpartyBic = counterparty.Bic,
            CounterpartyAddress = counterparty.Address,
            UltimateCounterparty = counterparty.Ultimate,
            CreditorId = detail.CreditorId ?? creditor.Identifier,
            Text = unstructured.Count == 0 ? null : string.Join(' ', unstructured),
        };
    }

    // Who is not us. In a return debtor and creditor stay what they were at the collection, so the sign alone does not tell.
    private static Party Counterparty(Entry entry, EntryDetail detail, Statement statement, Party debtor, Party creditor)
    {
        if (debtor.IsEmpty) return creditor;
        if (creditor.IsEmpty) return debtor;
        if (creditor.Account is not null && creditor.Account == statement.Account) return debtor;
        if (debtor.Account is not null && debtor.Account == statement.Account) return creditor;
        return (entry.Amount >= 0) == (detail.ReturnReason is null) ? debtor : creditor;
    }

    private EntryDetail ReadReferences(EntryDetail detail)
    {
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "EndToEndId":
                    detail = detail with { EndToEndId = Values.Provided(xml.Text()) };
                    break;
                case "MndtId":
                    detail = detail with { MandateId = Values.Provided(xml.Text()) };
                    break;
                case "PmtInfId":
                    detail = detail with { BatchId = Values.Provided(xml.Text()) };
                    break;
                case "MsgId":
                    detail = detail with { MessageId = Values.Provided(xml.Text()) };
                    break;
                case "AcctSvcrRef":
                    detail = detail with { BankReference = xml.Text() };
                    break;
            }
        }

        return detail;
    }

    private (decimal? Transaction, decimal? Original) ReadAmounts(string? currency)
    {
        decimal? transaction = null, original = null;
        var level = xml.Open();
        while (xml.Next(level))
        {
            if (xml.Name is not ("TxAmt" or "InstdAmt")) continue;

            var isTransaction = xml.Name == "TxAmt";
            var inside = xml.Open();
            while (xml.Next(inside))
            {
                if (xml.Name != "Amt" || xml.Attribute("Ccy") != currency) continue;
                var value = Values.Amount(xml.Text());
                if (isTransaction) transaction = value;
                else original = value;
            }
        }

        return (transaction, original);
    }

    private void ReadParties(ref Party debtor, ref Party creditor)
    {
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "Dbtr":
                    debtor = ReadParty() with { Account = debtor.Account, Ultimate = debtor.Ultimate };
                    break;
                case "DbtrAcct":
                    debtor.Account = ReadAccount(new() { Kind = kind, Account = "" }).Account is { Length: > 0 } from ? from : null;
                    break;
                case "UltmtDbtr":
                    debtor.Ultimate = ReadParty().Name;
                    break;
                case "Cdtr":
                    creditor = ReadParty() with { Account = creditor.Account, Ultimate = creditor.Ultimate };
                    break;
                case "CdtrAcct":
                    creditor.Account = ReadAccount(new() { Kind = kind, Account = "" }).Account is { Length: > 0 } to ? to : null;
                    break;
                case "UltmtCdtr":
                    creditor.Ultimate = ReadParty().Name;
                    break;
            }
        }
    }

    private void ReadAgents(ref Party debtor, ref Party creditor)
    {
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "DbtrAgt":
                    debtor.Bic = ReadAgent();
                    break;
                case "CdtrAgt":
                    creditor.Bic = ReadAgent();
                    break;
            }
        }
    }

    // Since .07 a party is a choice: Pty, or a bank.
    private Party ReadParty()
    {
        Party party = default;
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "Pty":
                    party = ReadParty();
                    break;
                case "Agt":
                    party.Bic = ReadAgent();
                    party.Name ??= party.Bic;
                    break;
                case "Nm":
                    party.Name = Values.Provided(xml.Text());
                    break;
                case "PstlAdr":
                    party.Address = ReadAddress();
                    break;
                case "Id":
                    party.Identifier = xml.TextAt("PrvtId", "Othr", "Id");
                    break;
            }
        }

        return party;
    }

    private string? ReadAddress()
    {
        var lines = new List<string>();
        string? street = null, number = null, code = null, town = null, country = null;
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "StrtNm":
                    street = xml.Text();
                    break;
                case "BldgNb":
                    number = xml.Text();
                    break;
                case "PstCd":
                    code = xml.Text();
                    break;
                case "TwnNm":
                    town = xml.Text();
                    break;
                case "Ctry":
                    country = xml.Text();
                    break;
                case "AdrLine":
                    if (xml.Text() is { } line) lines.Add(line);
                    break;
            }
        }

        lines.AddRange(new[] { Joined(street, number), Joined(code, town), country }.OfType<string>());
        return lines.Count == 0 ? null : string.Join(", ", lines);

        static string? Joined(string? first, string? second) => first is null ? second : second is null ? first : $"{first} {second}";
    }

    private string? ReadAgent()
    {
        string? bic = null;
        var level = xml.Open();
        while (xml.Next(level))
        {
            if (xml.Name != "FinInstnId") continue;

            var inside = xml.Open();
            while (xml.Next(inside))
                if (xml.Name is "BIC" or "BICFI") bic = xml.Text();
        }

        return bic;
    }

    private EntryDetail ReadRemittance(EntryDetail detail, List<string> unstructured)
    {
        var level = xml.Open();
        while (xml.Next(level))
        {
            if (xml.Name == "Ustrd")
            {
                if (Values.Provided(xml.Text()) is { } text) unstructured.Add(text);
            }
            else if (xml.Name == "Strd")
            {
                var inside = xml.Open();
                while (xml.Next(inside))
                {
                    if (xml.Name == "CdtrRefInf")
                    {
                        var reference = xml.TextAt("Ref");
                        detail = detail with { Reference = detail.Reference ?? reference };
                    }
                    else if (xml.Name == "AddtlRmtInf" && xml.Text() is { } text)
                    {
                        unstructured.Add(text);
                    }
                }
            }
        }

        return detail;
    }

    private EntryDetail ReadReturn(EntryDetail detail)
    {
        var texts = new List<string>();
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "Rsn":
                    detail = detail with { ReturnReason = ReadCode() };
                    break;
                case "AddtlInf":
                    if (xml.Text() is { } text) texts.Add(text);
                    break;
            }
        }

        // Without a reason it is a return all the same: MS03, "the bank gave no reason", is what it then says.
        return detail with { ReturnReason = detail.ReturnReason ?? "MS03", ReturnText = texts.Count == 0 ? null : string.Join(' ', texts) };
    }

    private decimal ReadCharges()
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
                    records += Values.Amount(xml.Text()) ?? 0;
                    break;
                case "Rcrd":
                    records += Values.Amount(xml.TextAt("Amt")) ?? 0;
                    break;
            }
        }

        return total != 0 ? total : records;
    }

    private (string? MessageId, string? BatchId, int? Count) ReadBatch()
    {
        string? message = null, batch = null;
        int? count = null;
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "MsgId":
                    message = xml.Text();
                    break;
                case "PmtInfId":
                    batch = Values.Provided(xml.Text());
                    break;
                case "NbOfTxs":
                    count = Values.Count(xml.Text());
                    break;
            }
        }

        return (message, batch, count);
    }

    private string? ReadTransactionCode()
    {
        string? domain = null, own = null;
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "Domn":
                    domain = ReadDomain();
                    break;
                case "Prtry":
                    own = xml.TextAt("Cd");
                    break;
            }
        }

        return domain ?? own;
    }

    private string? ReadDomain()
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

    private EntryState ReadState(string place)
    {
        var status = xml.TextOrChild("Cd", "Prtry"); // text until .06, a code inside since
        switch (status)
        {
            case "BOOK":
                return EntryState.Booked;
            case "PDNG" or "FUTR":
                return EntryState.Pending;
            case "INFO":
                return EntryState.Information;
            default:
                Find(Severity.Hold, "camt.status", $"The entry's status {status} is not known: taken as not booked.", place);
                return EntryState.Pending;
        }
    }

    private Entry WithoutState(Entry entry, string place)
    {
        Find(Severity.Hold, "camt.status", "The entry has no status: taken as not booked.", place);
        return entry with { State = EntryState.Pending };
    }

    // A code in Cd or in Prtry, in CdOrPrtry or without it.
    private string? ReadCode()
    {
        string? code = null;
        var level = xml.Open();
        while (xml.Next(level))
        {
            switch (xml.Name)
            {
                case "CdOrPrtry":
                    code = ReadCode() ?? code;
                    break;
                case "Cd" or "Prtry":
                    code = xml.Text() ?? code;
                    break;
            }
        }

        return code;
    }

    private bool? ReadSign() => xml.Text() switch { "CRDT" => true, "DBIT" => false, _ => null };

    private DateOnly? ReadDay()
    {
        DateOnly? day = null;
        var level = xml.Open();
        while (xml.Next(level))
            if (xml.Name is "Dt" or "DtTm") day = Values.Day(xml.Text()) ?? day;
        return day;
    }

    private void Find(Severity severity, string rule, string message, string place) => findings.Enqueue(new(severity, rule, message, place));

    private record struct Party(string? Name, string? Account, string? Bic, string? Address, string? Identifier, string? Ultimate)
    {
        public readonly bool IsEmpty => Name is null && Account is null && Ultimate is null;
    }
}
