using System.Globalization;
using System.Text;

namespace Domi.Standards.BankFiles;

/// <summary>Reads CODA, the coded statement of Belgian banks: records of 128 characters, several statements in one file.</summary>
/// <remarks>
/// Only the current movement is kept. Only movements with detail number 0000 count in totals; the others are parts of the one before.
/// Source: Febelfin, Coded statement of account (CODA), version 2.6.
/// </remarks>
internal sealed class CodaReader(Stream stream)
{
    private const int Length = 128;

    private readonly byte[] buffer = new byte[64 << 10];
    private readonly char[] line = new char[Length];
    private readonly Queue<FilePart> parts = [];
    private int bufferAt;
    private int bufferEnd;
    private int lineNumber;

    // One statement's state.
    private Statement? head;
    private Statement? statement;
    private Tally tally = new();
    private Balance? closing;
    private int records;
    private bool hasClosingRecord;
    private char structure;

    // One entry's state: the movement that is being put together, the entry it belongs to, and the payments of that entry.
    private Movement? current;
    private Entry? entry;
    private int details;
    private decimal detailSum;
    private bool sawLast;

    private string Place => entry is null
        ? string.Create(CultureInfo.InvariantCulture, $"line {lineNumber}")
        : string.Create(CultureInfo.InvariantCulture, $"line {lineNumber}, entry {entry.Number}");

    /// <exception cref="InvalidDataException">A record is not as long as it has to be, or not where it may be.</exception>
    public IEnumerable<FilePart> Read()
    {
        var blank = 0;
        while (NextLine())
        {
            if (line[0] == '\0')
            {
                blank++;
                continue;
            }

            TakeRecord();
            while (parts.TryDequeue(out var part)) yield return part;
        }

        if (head is not null) throw new InvalidDataException("The file ends inside a statement: its trailer is missing.");
        if (blank > 0) yield return new Finding(Severity.Warn, "coda.blank", $"{blank} empty lines.", Place);
        if (!sawLast) yield return new Finding(Severity.Warn, "coda.last", "The file's last trailer announces another statement, which is missing.", Place);
    }

    private void TakeRecord()
    {
        switch (line[0], line[1])
        {
            case ('0', _):
                Need(head is null, "a header before the trailer of the statement before");
                TakeHeader();
                break;
            case ('1', _):
                Need(head is not null && statement is null, "an old balance without header");
                TakeOpening();
                break;
            case ('2', '1'):
                Need(statement is not null && !hasClosingRecord, "a movement outside of old and new balance");
                records++;
                var next = new Movement();
                TakeMovement(next);
                Flush(next);
                current = next;
                break;
            case ('2', '2'):
                Need(current is { HasInformation: false }, "record 2.2 without a movement");
                records++;
                TakeSecond(current!);
                break;
            case ('2', '3'):
                Need(current is { HasInformation: false }, "record 2.3 without a movement");
                records++;
                TakeThird(current!);
                break;
            case ('3', '1'):
                Need(current is not null && !hasClosingRecord, "information without a movement");
                records++;
                current!.EndInformation();
                current.BeginInformation(line[39] == '1', Raw(41, 113));
                break;
            case ('3', '2'):
                Need(current is { HasInformation: true } && !hasClosingRecord, "record 3.2 without 3.1");
                records++;
                current!.AddInformation(Raw(11, 115));
                break;
            case ('3', '3'):
                Need(current is { HasInformation: true } && !hasClosingRecord, "record 3.3 without 3.1");
                records++;
                current!.AddInformation(Raw(11, 100));
                break;
            case ('8', _):
                Need(statement is not null && !hasClosingRecord, "a new balance without an old one");
                records++;
                TakeClosing();
                break;
            case ('4', _):
                Need(statement is not null, "a message before the old balance");
                if (Field(33, 112) is { } note) parts.Enqueue(new StatementNote(note));
                break;
            case ('9', _):
                Need(statement is not null, "a trailer without statement");
                TakeTrailer();
                break;
            default:
                throw new InvalidDataException($"Line {lineNumber} begins with '{line[0]}{line[1]}', which is no record of CODA.");
        }
    }

    private void Need(bool holds, string what)
    {
        if (!holds) throw new InvalidDataException($"Line {lineNumber}: {what}.");
    }

    private void TakeHeader() => head = new Statement
    {
        Kind = FileKind.Statement,
        Account = "",
        Id = Field(25, 34),
        Bic = Field(61, 71),
        Holder = Field(35, 60),
        IsDuplicate = line[16] == 'D',
    };

    private void TakeOpening()
    {
        records++;
        structure = line[1];
        var (account, currency) = Account(6, structure);
        var on = Day(59);
        statement = head! with
        {
            Account = account ?? "",
            Currency = currency,
            Number = Values.Count(Field(126, 128)),
            Holder = Field(65, 90) ?? head!.Holder,
            Balances = [new("OPBD", Signed(43, 44), on)],
            From = on,
        };
        parts.Enqueue(statement);
        if (statement.Account.Length == 0) Find(Severity.Hold, "statement.account", "The statement names no account.");
        else if (statement.Iban is null) Find(Severity.Warn, "statement.account", $"{statement.Account} is no IBAN.");
    }

    private void TakeMovement(Movement movement)
    {
        movement.IsDetail = !line.AsSpan(6, 4).SequenceEqual("0000");
        movement.BankReference = Field(11, 31);
        movement.Amount = Signed(32, 33);
        movement.ValueOn = Day(48);
        movement.Code = Raw(54, 61);
        movement.IsStructured = line[61] == '1';
        movement.Communication = Raw(63, 115);
        movement.BookedOn = Day(116);
        movement.Place = Place;
        if (line.AsSpan(53, 8).ContainsAnyExceptInRange('0', '9')) Find(Severity.Warn, "coda.code", $"'{movement.Code}' is no transaction code.");
    }

    private void TakeSecond(Movement movement)
    {
        movement.Second = Raw(11, 63);
        movement.CustomerReference = Field(64, 98);
        movement.Bic = Field(99, 109);
        movement.ReturnKind = Kind(line[112]);
        movement.ReturnReason = Field(114, 117);
        movement.Purpose = Field(122, 125);
    }

    private void TakeThird(Movement movement)
    {
        // 34 of account and 3 of currency.
        movement.Account = Field(11, 44)?.Replace(" ", "", StringComparison.Ordinal);
        movement.Name = Field(48, 82);
        movement.Third = Raw(83, 125);
    }

    private void TakeClosing()
    {
        Flush(null);
        EndEntry();
        hasClosingRecord = true;
        closing = new("CLBD", Signed(42, 43), Day(58));
        var (account, currency) = Account(5, structure);
        if (account != statement!.Account || currency != statement.Currency)
            Find(Severity.Hold, "statement.account", $"The new balance is of {account} {currency}, the old one of {statement.Account} {statement.Currency}.");
    }

    private void TakeTrailer()
    {
        if (!hasClosingRecord)
        {
            Need(tally.Entries == 0 && current is null, "the new balance is missing");
            closing = statement!.Opening is { } opening ? opening with { Code = "CLBD" } : null;
        }

        var declared = new StatementTotals(Values.Count(Raw(17, 22)), Amount(38), Amount(23));
        var end = tally.End(statement! with { Until = closing?.On }, declared, closing);
        if (end.AddsUp is not true)
            Find(Severity.Hold, "statement.balance", $"Opening {Values.Plain(end.Opening!.Amount)} + {Values.Plain(end.Credits)} - {Values.Plain(end.Debits)} is {Values.Plain(end.Expected!.Value)}, the closing balance is {Values.Plain(end.Closing?.Amount ?? 0)}.");
        if (declared.Records != records) Find(Severity.Warn, "statement.count", $"The trailer counts {declared.Records} records, there are {records}.");
        if (declared.Credits != end.Credits) Find(Severity.Warn, "statement.sum", $"The trailer has {Values.Plain(declared.Credits!.Value)} of credits, the entries {Values.Plain(end.Credits)}.");
        if (declared.Debits != end.Debits) Find(Severity.Warn, "statement.sum", $"The trailer has {Values.Plain(declared.Debits!.Value)} of debits, the entries {Values.Plain(end.Debits)}.");
        parts.Enqueue(end);

        sawLast = line[127] != '1';
        (head, statement, closing, hasClosingRecord, records, entry, tally) = (null, null, null, false, 0, null, new());
    }

    // What was put together, now that the next movement (or none) is known: a total, a payment of its own, a part, or a sub-total.
    private void Flush(Movement? next)
    {
        if (current is not { } movement) return;

        current = null;
        movement.EndInformation();
        var hasParts = next is { IsDetail: true };
        if (!movement.IsDetail)
        {
            EndEntry();
            entry = new()
            {
                Number = tally.Entries + 1,
                Amount = movement.Amount,
                Currency = statement!.Currency,
                BookedOn = movement.BookedOn,
                ValueOn = movement.ValueOn,
                BankReference = movement.BankReference,
                TransactionCode = movement.Code,
                IsReversal = movement.ReturnKind is 4,
                BatchId = hasParts ? movement.CustomerReference : null,
            };
            parts.Enqueue(entry);
            if (!hasParts) AddDetail(movement, movement.Amount);
        }
        else if (entry is null)
        {
            Find(Severity.Hold, "coda.detail", "A detail stands before any movement.");
        }
        else if (movement.Code[0] == '7' && hasParts && next!.Code[0] == '9')
        {
            detailSum += movement.Amount; // a sub-total: its parts follow
        }
        else
        {
            AddDetail(movement, movement.Code[0] == '9' ? 0 : movement.Amount);
        }
    }

    private void EndEntry()
    {
        if (entry is null) return;
        if (details > 0 && detailSum != entry.Amount)
            Find(entry.TransactionCode![0] == '3' ? Severity.Warn : Severity.Hold, "coda.details", $"The payments of the entry sum up to {Values.Plain(detailSum)}, the entry to {Values.Plain(entry.Amount)}.");
        tally.Add(entry, details);
        (entry, details, detailSum) = (null, 0, 0);
    }

    private void AddDetail(Movement movement, decimal counted)
    {
        details++;
        detailSum += counted;
        var detail = new EntryDetail
        {
            EntryNumber = entry!.Number,
            Number = details,
            Amount = movement.Amount,
            BankReference = movement.BankReference,
            TransactionCode = movement.Code,
            EndToEndId = Values.Provided(movement.CustomerReference),
            BatchId = entry.BatchId,
            CounterpartyAccount = movement.Account,
            CounterpartyName = movement.Name ?? movement.PartyName,
            CounterpartyBic = movement.Bic,
            CounterpartyAddress = movement.PartyAddress,
            UltimateCounterparty = movement.Amount >= 0 ? movement.UltimateDebtor : movement.UltimateCreditor,
            Purpose = movement.Purpose,
            ReturnKind = movement.ReturnKind,
            ReturnReason = movement.ReturnReason,
        };
        detail = movement.IsStructured ? WithStructure(detail, movement) : detail with { Text = Collapsed(movement.FreeText) };
        if (detail.ReturnReason is null && (detail.ReturnKind is not null || movement is { Amount: < 0 } && movement.Code.AsSpan(1, 4) is "0503" or "0505"))
            detail = detail with { ReturnReason = "MS03" };
        parts.Enqueue(detail with { Text = Joined(detail.Text, movement.Information) });
    }

    private EntryDetail WithStructure(EntryDetail detail, Movement movement)
    {
        // Fixed places in one text of 146 characters, glued without trimming.
        var content = movement.StructuredContent;
        switch (movement.Communication.AsSpan(0, 3))
        {
            case "100":
                return detail with { Reference = Collapsed(content) };
            case "101" or "102":
                var reference = content[..12].Trim();
                if (RemittanceReferences.Communication(reference) is null) Find(Severity.Warn, "coda.communication", $"The check digits of the communication {reference} do not hold.");
                return detail with { Reference = reference.Length == 0 ? null : reference, Text = Collapsed(content[12..]) };
            case "127":
                var kind = Kind(content[141]) ?? detail.ReturnKind;
                var reason = content[142..146].Trim() is { Length: > 0 } given ? given : detail.ReturnReason;
                var failure = content[8] switch
                {
                    '1' => "technical problem",
                    '2' => "reason not given",
                    '3' => "the debtor disagrees",
                    '4' => "problem with the debtor's account",
                    _ => null,
                };
                return detail with
                {
                    CreditorId = Collapsed(content[9..44]),
                    MandateId = Collapsed(content[44..79]),
                    Text = Collapsed(content[79..141]),
                    ReturnKind = kind,
                    ReturnReason = reason ?? (content[8] == '3' ? "MS02" : failure is null ? null : "MS03"),
                    ReturnText = failure,
                };
            default:
                return detail with { Text = Collapsed(content) };
        }
    }

    private (string? Account, string? Currency) Account(int from, char structure)
    {
        if (structure == '0')
        {
            var number = Raw(from, from + 11);
            var iban = CheckDigits.AllDigits(number) && CheckDigits.HoldBelgian(number) ? "BE" + CheckDigits.For("BE", number) + number : Collapsed(number);
            return (iban, Field(from + 13, from + 15));
        }

        return (Field(from, from + (structure == '2' ? 30 : 33))?.Replace(" ", "", StringComparison.Ordinal), Field(from + 34, from + 36));
    }

    private decimal Signed(int signAt, int from)
    {
        var amount = Amount(from);
        return line[signAt - 1] switch
        {
            '0' => amount,
            '1' => -amount,
            _ => throw new InvalidDataException($"Line {lineNumber}: '{line[signAt - 1]}' is no sign of an amount."),
        };
    }

    // Twelve digits and three decimals, of which the third is 0 in euro.
    private decimal Amount(int from) =>
        long.TryParse(line.AsSpan(from - 1, 15), NumberStyles.None, CultureInfo.InvariantCulture, out var thousandths)
            ? thousandths % 10 == 0 ? Scaled(thousandths / 10, 2) : Scaled(thousandths, 3)
            : throw new InvalidDataException($"Line {lineNumber}: '{Raw(from, from + 14)}' is no amount.");

    private static decimal Scaled(long value, byte decimals) => new((int)value, (int)(value >> 32), 0, false, decimals);

    private DateOnly? Day(int from)
    {
        var text = line.AsSpan(from - 1, 6);
        if (text is "000000" or "      ") return null;
        if (DateOnly.TryParseExact(text, "ddMMyy", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            return day.Year < 2000 ? day.AddYears(100) : day;

        Find(Severity.Warn, "coda.date", $"'{text}' is no date.");
        return null;
    }

    private static int? Kind(char c) => c is >= '1' and <= '5' ? c - '0' : null;

    /// <summary>Positions from 1, as in the standard, both included.</summary>
    private string Raw(int from, int to) => new(line, from - 1, to - from + 1);

    private string? Field(int from, int to) => line.AsSpan(from - 1, to - from + 1).Trim() is { Length: > 0 } text ? text.ToString() : null;

    private static string? Collapsed(string text) =>
        text.AsSpan().Trim() is { Length: > 0 } ? string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries)) : null;

    private static string? Joined(string? first, string? second) => first is null ? second : second is null ? first : $"{first} {second}";

    private void Find(Severity severity, string rule, string message) => parts.Enqueue(new Finding(severity, rule, message, Place));

    // The next line in the 128 places of this.line; a blank one is told by a zero in the first.
    private bool NextLine()
    {
        if (bufferAt == bufferEnd && !Fill()) return false;

        int end;
        while ((end = buffer.AsSpan(bufferAt, bufferEnd - bufferAt).IndexOf((byte)'\n')) < 0)
        {
            if (bufferAt == 0 && bufferEnd == buffer.Length) throw new InvalidDataException($"Line {lineNumber + 1} has no end.");
            if (Fill()) continue;
            end = bufferEnd - bufferAt;
            break;
        }

        var bytes = buffer.AsSpan(bufferAt, end);
        bufferAt = Math.Min(bufferAt + end + 1, bufferEnd);
        lineNumber++;
        bytes = bytes.TrimEnd("\r\x1a"u8);
        if (lineNumber == 1 && bytes.StartsWith("\xef\xbb\xbf"u8)) bytes = bytes[3..];
        Decode(bytes);
        return true;
    }

    private void Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == Length)
        {
            // The standard names no character set; one byte a character is what the fixed places ask for.
            Encoding.Latin1.GetChars(bytes, line);
        }
        else if (bytes.Trim((byte)' ').Length == 0)
        {
            line[0] = '\0';
            return;
        }
        else if (bytes.Length is < Length or > Length * 4 || Encoding.UTF8.GetCharCount(bytes) != Length)
        {
            throw new InvalidDataException($"Line {lineNumber} has {bytes.Length} characters instead of {Length}.");
        }
        else
        {
            Encoding.UTF8.GetChars(bytes, line);
        }

        if (line.AsSpan().IndexOfAnyInRange('\0', '\x1f') >= 0) throw new InvalidDataException($"Line {lineNumber} holds a control character.");
    }

    // Moves what is left to the front and reads more behind it.
    private bool Fill()
    {
        buffer.AsSpan(bufferAt, bufferEnd - bufferAt).CopyTo(buffer);
        (bufferAt, bufferEnd) = (0, bufferEnd - bufferAt);
        var read = stream.Read(buffer.AsSpan(bufferEnd));
        bufferEnd += read;
        return read > 0;
    }

    private sealed class Movement
    {
        private static readonly string Blank53 = new(' ', 53);
        private static readonly string Blank43 = new(' ', 43);

        private StringBuilder? information;
        private bool isStructuredInformation;

        public bool IsDetail { get; set; }

        public string? BankReference { get; set; }

        public decimal Amount { get; set; }

        public DateOnly? ValueOn { get; set; }

        public DateOnly? BookedOn { get; set; }

        public string Code { get; set; } = "";

        public bool IsStructured { get; set; }

        public string Communication { get; set; } = "";

        public string Second { get; set; } = Blank53;

        public string Third { get; set; } = Blank43;

        public string? CustomerReference { get; set; }

        public string? Bic { get; set; }

        public int? ReturnKind { get; set; }

        public string? ReturnReason { get; set; }

        public string? Purpose { get; set; }

        public string? Account { get; set; }

        public string? Name { get; set; }

        public string? PartyName { get; private set; }

        public string? PartyAddress { get; private set; }

        public string? UltimateCreditor { get; private set; }

        public string? UltimateDebtor { get; private set; }

        /// <summary>What records 3 say in words.</summary>
        public string? Information { get; private set; }

        public string Place { get; set; } = "";

        public bool HasInformation => information is not null || HadInformation;

        private bool HadInformation { get; set; }

        public string FreeText => Communication + Second + Third;

        public string StructuredContent => Communication[3..] + Second + Third;

        public void BeginInformation(bool isStructured, string text)
        {
            (information, isStructuredInformation, HadInformation) = (new(text), isStructured, true);
        }

        public void AddInformation(string text) => information?.Append(text);

        public void EndInformation()
        {
            if (information is null) return;

            var text = information.ToString().PadRight(268);
            information = null;
            switch (isStructuredInformation ? text[..3] : "")
            {
                case "001":
                    // 70 name, then street, place and identification of 35 each in record 3.2.
                    PartyName = Collapsed(text[3..73]);
                    PartyAddress = Collapsed(text[73..108]) is { } street && Collapsed(text[108..143]) is { } town ? $"{street}, {town}" : Collapsed(text[73..143]);
                    break;
                case "008":
                    UltimateCreditor = Collapsed(text[3..73]);
                    break;
                case "009":
                    UltimateDebtor = Collapsed(text[3..73]);
                    break;
                case "002" or "004" or "005" or "006" or "007" or "010" or "011":
                    Information = Joined(Information, Collapsed(text[3..]));
                    break;
                default:
                    Information = Joined(Information, Collapsed(text));
                    break;
            }
        }
    }
}
