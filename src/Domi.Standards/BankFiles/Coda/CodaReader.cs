using System.Globalization;

namespace Domi.Standards.BankFiles;

/// <summary>Reads CODA, the coded statement of Belgian banks: records of 128 characters, several statements in one file.</summary>
/// <remarks>
/// Only the current movement is kept. Only movements with detail number 0000 count in totals; the others are parts of the one before.
/// Source: Febelfin, Coded statement of account (CODA), version 2.6.
/// </remarks>
internal sealed class CodaReader(GuardedStream stream)
{
    private readonly CodaLines lines = new(stream);
    private readonly Queue<FilePart> parts = [];

    // One statement's state.
    private Statement? head;
    private Statement? statement;
    private Tally tally = new();
    private Balance? closing;
    private int records;
    private char structure;
    private bool isLast;

    // One entry's: the movement that is being put together, the entry it belongs to, and the payments of that entry.
    private CodaMovement? current;
    private Entry? entry;
    private string? note;
    private int details;
    private decimal detailSum;

    private string Place => entry is null
        ? string.Create(CultureInfo.InvariantCulture, $"line {lines.Number}")
        : string.Create(CultureInfo.InvariantCulture, $"line {lines.Number}, entry {entry.Number}");

    /// <exception cref="InvalidDataException">A record is not as long as it has to be, or not where it may be.</exception>
    public IEnumerable<FilePart> Read()
    {
        while (lines.Next())
        {
            stream.GotFurther();
            TakeRecord();
            while (parts.TryDequeue(out var part)) yield return part;
        }

        if (head is not null) throw new InvalidDataException("The file ends inside a statement: its trailer is missing.");
        if (lines.Blank > 0) yield return new Finding(Severity.Warn, "coda.blank", $"{lines.Blank} empty lines.", "file");
        if (!isLast) yield return new Finding(Severity.Warn, "coda.last", "The file's last trailer announces another statement, which is missing.", Place);
    }

    private void TakeRecord()
    {
        var isOpen = statement is not null && closing is null;
        switch (lines.Text[0], lines.Text[1])
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
                Need(isOpen, "a movement outside of old and new balance");
                TakeMovement();
                break;
            case ('2', '2'):
                Need(isOpen && current is { HasInformation: false }, "record 2.2 without a movement");
                TakeSecond(current!);
                break;
            case ('2', '3'):
                Need(isOpen && current is { HasInformation: false }, "record 2.3 without a movement");
                TakeThird(current!);
                break;
            case ('3', '1'):
                Need(isOpen && current is not null, "information without a movement");
                current!.BeginInformation(lines.Text[39] == '1', lines.Raw(41, 113));
                break;
            case ('3', '2'):
                Need(isOpen && current is { IsInInformation: true }, "record 3.2 without 3.1");
                current!.AddInformation(lines.Raw(11, 115));
                break;
            case ('3', '3'):
                Need(isOpen && current is { IsInInformation: true }, "record 3.3 without 3.1");
                current!.AddInformation(lines.Raw(11, 100));
                current.EndInformation();
                break;
            case ('8', _):
                Need(isOpen, "a new balance without an old one");
                TakeClosing();
                break;
            case ('4', _):
                Need(statement is not null, "a message before the old balance");
                if (lines.Field(33, 112) is { } words) parts.Enqueue(new StatementNote(words));
                break;
            case ('9', _):
                Need(statement is not null, "a trailer without statement");
                TakeTrailer();
                break;
            default:
                throw new InvalidDataException($"Line {lines.Number} begins with '{lines.Raw(1, 2)}', which is no record of CODA.");
        }

        if (lines.Text[0] is '1' or '2' or '3' or '8') records++;
    }

    private void Need(bool holds, string what)
    {
        if (!holds) throw new InvalidDataException($"Line {lines.Number}: {what}.");
    }

    private void TakeHeader() => head = new()
    {
        Kind = FileKind.Statement,
        Account = "",
        Id = lines.Field(25, 34),
        Bic = lines.Field(61, 71),
        Holder = lines.Field(35, 60),
        IsDuplicate = lines.Text[16] == 'D',
    };

    private void TakeOpening()
    {
        structure = lines.Text[1];
        var (account, currency) = Account(6);
        var on = Day(59);
        statement = head! with
        {
            Account = account ?? "",
            Currency = currency,
            Number = Values.Count(lines.Field(126, 128)),
            Holder = lines.Field(65, 90) ?? head!.Holder,
            Balances = [new("OPBD", Signed(43), on)],
            From = on,
        };
        parts.Enqueue(statement);
        if (statement.Account.Length == 0) Find(Severity.Hold, "statement.account", "The statement names no account.");
        else if (statement.Iban is null) Find(Severity.Warn, "statement.account", $"{statement.Account} is no IBAN.");
    }

    private void TakeMovement()
    {
        var movement = new CodaMovement
        {
            IsDetail = !lines.Text[6..10].SequenceEqual("0000"),
            BankReference = lines.Field(11, 31),
            Amount = Signed(32),
            ValueOn = Day(48),
            Code = lines.Raw(54, 61),
            IsStructured = lines.Text[61] == '1',
            Communication = lines.Raw(63, 115),
            BookedOn = Day(116),
        };
        if (!CheckDigits.AllDigits(movement.Code)) Find(Severity.Warn, "coda.code", $"'{movement.Code}' is no transaction code.");
        Flush(movement);
        current = movement;
    }

    private void TakeSecond(CodaMovement movement)
    {
        movement.Second = lines.Raw(11, 63);
        movement.CustomerReference = lines.Field(64, 98);
        movement.Bic = lines.Field(99, 109);
        movement.ReturnKind = Kind(lines.Text[112]);
        movement.ReturnReason = lines.Field(114, 117);
        movement.Purpose = lines.Field(122, 125);
    }

    private void TakeThird(CodaMovement movement)
    {
        // 34 of account and 3 of currency.
        movement.Account = lines.Field(11, 44)?.Replace(" ", "", StringComparison.Ordinal);
        movement.Name = lines.Field(48, 82);
        movement.Third = lines.Raw(83, 125);
    }

    private void TakeClosing()
    {
        Flush(null);
        EndEntry();
        closing = new("CLBD", Signed(42), Day(58));
        var (account, currency) = Account(5);
        if (account != statement!.Account || currency != statement.Currency)
            Find(Severity.Hold, "statement.account", $"The new balance is of {account} {currency}, the old one of {statement.Account} {statement.Currency}.");
    }

    private void TakeTrailer()
    {
        // A day without movements has no new balance.
        Need(closing is not null || (tally.Entries == 0 && current is null), "the new balance is missing");
        closing ??= statement!.Opening! with { Code = "CLBD" };
        var declared = new StatementTotals(Values.Count(lines.Raw(17, 22)), Amount(38), Amount(23));
        var end = tally.End(statement! with { Until = closing.On }, declared, closing);
        if (end.Difference is { } difference) Find(Severity.Hold, "statement.balance", difference);
        if (declared.Records != records) Find(Severity.Warn, "statement.count", $"The trailer counts '{lines.Raw(17, 22)}' records, there are {records}.");
        if (declared.Credits != end.Credits) Find(Severity.Warn, "statement.sum", $"The trailer has {Told(declared.Credits)} of credits, the entries {Values.Plain(end.Credits)}.");
        if (declared.Debits != end.Debits) Find(Severity.Warn, "statement.sum", $"The trailer has {Told(declared.Debits)} of debits, the entries {Values.Plain(end.Debits)}.");
        parts.Enqueue(end);

        isLast = lines.Text[127] != '1';
        (head, statement, closing, records, tally) = (null, null, null, 0, new());

        static string Told(decimal? sum) => sum is { } told ? Values.Plain(told) : "no sum";
    }

    // What was put together, now that the next movement (or none) is known: a total, a payment of its own, a part, or a sub-total.
    private void Flush(CodaMovement? next)
    {
        if (current is not { } movement) return;

        current = null;
        movement.EndInformation();
        var hasParts = next is { IsDetail: true };
        if (!movement.IsDetail) Begin(movement, hasParts);
        else if (entry is null) Find(Severity.Hold, "coda.detail", "A detail stands before any movement.");
        else if (movement.Code[0] == '7' && hasParts && next!.Code[0] == '9') detailSum += movement.Amount; // a sub-total: its parts follow
        else AddDetail(movement, movement.Code[0] == '9' ? 0 : movement.Amount);
    }

    private void Begin(CodaMovement movement, bool hasParts)
    {
        EndEntry();
        // Without parts too a total is of a batch, which its customer reference names.
        var isTotal = hasParts || movement.Code[0] is '1' or '2';
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
            BatchId = isTotal ? Values.Provided(movement.CustomerReference) : null,
        };
        parts.Enqueue(entry);
        if (isTotal) note = Values.Joined(CodaMovement.Collapsed(movement.IsStructured ? movement.StructuredContent : movement.FreeText), movement.Information);
        else AddDetail(movement, movement.Amount);
    }

    private void EndEntry()
    {
        if (entry is null) return;
        if (details > 0 && detailSum != entry.Amount)
            Find(entry.TransactionCode![0] == '3' ? Severity.Warn : Severity.Hold, "coda.details", $"The payments of the entry sum up to {Values.Plain(detailSum)}, the entry to {Values.Plain(entry.Amount)}.");
        if (note is not null) parts.Enqueue(new EntryNote(entry.Number, note));
        tally.Add(entry, details);
        (entry, note, details, detailSum) = (null, null, 0, 0);
    }

    private void AddDetail(CodaMovement movement, decimal counted)
    {
        details++;
        detailSum += counted;
        var (kind, reason) = (movement.ReturnKind, movement.ReturnReason);
        string? failure = null, text = null, reference = null, creditorId = null, mandateId = null;
        if (!movement.IsStructured)
        {
            text = CodaMovement.Collapsed(movement.FreeText);
        }
        else
        {
            // Fixed places in one text of 146 characters.
            var content = movement.StructuredContent;
            switch (movement.Communication[..3])
            {
                case "100":
                    reference = CodaMovement.Collapsed(content);
                    break;
                case "101" or "102":
                    (reference, text) = (CodaMovement.Collapsed(content[..12]), CodaMovement.Collapsed(content[12..]));
                    if (!StructuredCommunication.TryParse(reference, out _)) Find(Severity.Warn, "coda.communication", $"The check digits of the communication {reference} do not hold.");
                    break;
                case "127":
                    failure = Failure(content[8]);
                    creditorId = Identifier(content[9..44]);
                    mandateId = Identifier(content[44..79]);
                    text = CodaMovement.Collapsed(content[79..141]);
                    kind = Kind(content[141]) ?? kind;
                    reason = CodaMovement.Collapsed(content[142..146]) ?? reason ?? (content[8] == '3' ? "MS02" : null);
                    break;
                default:
                    text = CodaMovement.Collapsed(content);
                    break;
            }
        }

        // Unpaid, or paid back: without a reason it is MS03, "the bank gave no reason".
        if (kind is not null || failure is not null || movement is { Amount: < 0 } && movement.Code.AsSpan(1, 4) is "0503" or "0505") reason ??= "MS03";
        parts.Enqueue(new EntryDetail
        {
            EntryNumber = entry!.Number,
            Number = details,
            Amount = movement.Amount,
            BankReference = movement.BankReference,
            TransactionCode = movement.Code,
            EndToEndId = Values.Provided(movement.CustomerReference),
            MandateId = mandateId,
            CreditorId = creditorId,
            BatchId = entry.BatchId,
            CounterpartyAccount = movement.Account,
            CounterpartyName = movement.Name ?? movement.PartyName,
            CounterpartyBic = movement.Bic,
            CounterpartyAddress = movement.PartyAddress,
            UltimateCounterparty = movement.Amount >= 0 ? movement.UltimateDebtor : movement.UltimateCreditor,
            Purpose = movement.Purpose,
            Reference = reference,
            Text = Values.Joined(text, movement.Information),
            ReturnKind = kind,
            ReturnReason = reason,
            ReturnText = failure,
        });
    }

    // As it was sent, blanks inside it included: it is compared.
    private static string? Identifier(string text) => text.Trim() is { Length: > 0 } own ? own : null;

    private static string? Failure(char digit) => digit switch
    {
        '1' => "technical problem",
        '2' => "reason not given",
        '3' => "the debtor disagrees",
        '4' => "problem with the debtor's account",
        _ => null,
    };

    private (string? Account, string? Currency) Account(int from)
    {
        if (structure == '0')
        {
            var number = lines.Raw(from, from + 11);
            var iban = CheckDigits.AllDigits(number) && CheckDigits.HoldBelgian(number) ? "BE" + CheckDigits.For("BE", number) + number : CodaMovement.Collapsed(number);
            return (iban, lines.Field(from + 13, from + 15));
        }

        return (lines.Field(from, from + (structure == '2' ? 30 : 33))?.Replace(" ", "", StringComparison.Ordinal), lines.Field(from + 34, from + 36));
    }

    // The sign, and the amount behind it.
    private decimal Signed(int at)
    {
        var amount = Amount(at + 1) ?? throw new InvalidDataException($"Line {lines.Number}: '{lines.Raw(at + 1, at + 15)}' is no amount.");
        return lines.Text[at - 1] switch
        {
            '0' => amount,
            '1' => -amount,
            var sign => throw new InvalidDataException($"Line {lines.Number}: '{sign}' is no sign of an amount."),
        };
    }

    // Twelve digits and three decimals, of which the third is 0 in euro.
    private decimal? Amount(int from)
    {
        if (!long.TryParse(lines.Text.Slice(from - 1, 15), NumberStyles.None, CultureInfo.InvariantCulture, out var thousandths)) return null;
        return thousandths % 10 == 0 ? Scaled(thousandths / 10, 2) : Scaled(thousandths, 3);
    }

    private static decimal Scaled(long value, byte decimals) => new((int)value, (int)(value >> 32), 0, false, decimals);

    private DateOnly? Day(int from)
    {
        var text = lines.Text.Slice(from - 1, 6);
        if (text is "000000" or "      ") return null;
        if (DateOnly.TryParseExact(text, "ddMMyy", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            return day.Year < 2000 ? day.AddYears(100) : day;

        Find(Severity.Warn, "coda.date", $"'{text}' is no date.");
        return null;
    }

    // 1 reject, 2 return, 3 refund, 4 reversal, 5 cancellation.
    private static int? Kind(char digit) => digit is >= '1' and <= '5' ? digit - '0' : null;

    private void Find(Severity severity, string rule, string message) => parts.Enqueue(new Finding(severity, rule, message, Place));
}
