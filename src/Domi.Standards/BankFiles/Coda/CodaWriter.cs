using System.Globalization;
using System.Text;

namespace Domi.Standards.BankFiles;

/// <summary>Writes CODA of one statement: the coded statement Belgian bookkeeping programs know best.</summary>
/// <remarks>
/// Text is brought into the characters of SEPA and cut to its place; what CODA has no place for is left out.
/// Source: Febelfin, Coded statement of account (CODA), version 2.6.
/// </remarks>
internal sealed class CodaWriter(Stream stream, Statement statement, bool withDetails)
{
    // Places of the communication, and of the information behind it.
    private const int CommunicationLength = 149;
    private const int InformationLength = 268;

    private readonly StatementSums sums = new(statement);
    private readonly char[] record = new char[CodaLines.Length];
    private readonly byte[] bytes = new byte[CodaLines.Length + 1];
    private int records;
    private int sequence;
    private int detail;

    public void Write(IEnumerable<FilePart> entries, DateOnly createdOn)
    {
        Header(createdOn);
        Opening();
        foreach (var line in Lines.Of(entries))
        {
            if (!line.IsPart) sums.Add(line.Entry);
            if (!line.IsPart || withDetails) Movement(line);
        }

        sums.End();
        Closing();
        Trailer();
        stream.Flush();
    }

    private void Header(DateOnly createdOn)
    {
        Begin("00000");
        Put(6, 6, Day(createdOn));
        Put(12, 3, statement.Iban is { CountryCode: "BE" } iban ? iban.Value[4..7] : "000");
        Put(15, 2, "05");
        if (statement.IsDuplicate) Put(17, 1, "D");
        Put(25, 10, statement.Id);
        Text(35, 26, statement.Holder);
        Put(61, 11, statement.Bic);
        Put(72, 11, "00000000000");
        Put(84, 5, "00000");
        Put(128, 1, "2");
        Send(counts: false);
    }

    private void Opening()
    {
        Begin("1" + Structure);
        Put(3, 3, Number);
        Account(6);
        Amount(43, 44, sums.Opening.Amount);
        Put(59, 6, Day(sums.OpeningOn));
        Text(65, 26, statement.Holder);
        Put(126, 3, Number);
        Send();
    }

    private void Closing()
    {
        Begin("8");
        Put(2, 3, Number);
        Account(5);
        Amount(42, 43, sums.Closing.Amount);
        Put(58, 6, Day(sums.ClosingOn));
        Put(128, 1, "0");
        Send();
    }

    private void Trailer()
    {
        Begin("9");
        Put(17, 6, (records % 1_000_000).ToString("D6", CultureInfo.InvariantCulture));
        Put(23, 15, Thousandths(sums.Debits));
        Put(38, 15, Thousandths(sums.Credits));
        Put(128, 1, "2");
        Send(counts: false);
    }

    private void Movement(Line line)
    {
        var (entry, own) = (line.Entry, line.Detail);
        if (line.IsPart)
        {
            // 0000 is the total's, also after 9999 details.
            detail = detail % 9999 + 1;
        }
        else
        {
            sequence = sequence % 10_000 + 1;
            detail = 0;
        }

        var key = string.Create(CultureInfo.InvariantCulture, $"{sequence % 10_000:D4}{detail:D4}");
        var amount = line.IsPart ? own!.Amount ?? throw new ArgumentException($"A detail of entry {entry.Number} has no amount of its own.") : entry.Amount;
        var communication = own is null ? new Communication(false, "", null) : Say(own, entry);
        var (first, second, third) = (communication.Part(0, 53), communication.Part(53, 53), communication.Part(106, 43));
        var account = own?.CounterpartyAccount;
        var hasThird = account is not null || own?.CounterpartyName is not null || third.Length > 0;
        var reference = own is null ? entry.BatchId : own.EndToEndId;
        var hasSecond = hasThird || second.Length > 0 || reference is not null || own?.CounterpartyBic is not null || own?.ReturnReason is not null || own?.Purpose is not null;
        var (street, town) = Address(own?.CounterpartyAddress);
        var (hasAddress, hasRest) = (street is not null, communication.Rest is not null);

        Begin("21" + key);
        Put(11, 21, own?.BankReference ?? entry.BankReference);
        Amount(32, 33, amount);
        Put(48, 6, Day(entry.ValueOn));
        Put(54, 8, Code(line, amount));
        Put(62, 1, communication.IsStructured ? "1" : "0");
        Put(63, 53, first);
        Put(116, 6, Day(entry.BookedOn));
        Put(122, 3, Number);
        Put(125, 1, line.IsTotal && withDetails ? "1" : "0");
        Put(126, 1, hasSecond ? "1" : "0");
        Put(128, 1, !hasSecond && (hasAddress || hasRest) ? "1" : "0");
        Send();
        if (hasSecond)
        {
            Begin("22" + key);
            Put(11, 53, second);
            Put(64, 35, reference);
            Put(99, 11, own?.CounterpartyBic);
            if (own?.ReturnKind is { } kind) Put(113, 1, kind.ToString(CultureInfo.InvariantCulture));
            if (own?.ReturnReason is { Length: <= 4 } reason) Put(114, 4, reason);
            Put(122, 4, own?.Purpose);
            Put(126, 1, hasThird ? "1" : "0");
            Put(128, 1, !hasThird && (hasAddress || hasRest) ? "1" : "0");
            Send();
        }

        if (hasThird)
        {
            Begin("23" + key);
            Put(11, 34, account);
            if (account is not null) Put(45, 3, sums.Currency);
            Text(48, 35, own?.CounterpartyName);
            Put(83, 43, third);
            Put(126, 1, "0");
            Put(128, 1, hasAddress || hasRest ? "1" : "0");
            Send();
        }

        if (hasAddress) Information(key, line, amount, isStructured: true, $"001{SepaFit(own!.CounterpartyName, 70),-70}{street,-35}{town,-35}", hasRest);
        if (hasRest) Information(key, line, amount, isStructured: false, communication.Rest!, false);
    }

    private void Information(string key, Line line, decimal amount, bool isStructured, string text, bool more)
    {
        // 73, 105 and 90 places.
        text = text.PadRight(InformationLength)[..InformationLength];
        var (hasSecond, hasThird) = (!string.IsNullOrWhiteSpace(text[73..]), !string.IsNullOrWhiteSpace(text[178..]));
        Begin("31" + key);
        Put(11, 21, line.Detail?.BankReference ?? line.Entry.BankReference);
        Put(32, 8, Code(line, amount));
        Put(40, 1, isStructured ? "1" : "0");
        Put(41, 73, text[..73]);
        Put(126, 1, hasSecond ? "1" : "0");
        Put(128, 1, !hasSecond && more ? "1" : "0");
        Send();
        if (!hasSecond) return;

        Begin("32" + key);
        Put(11, 105, text[73..178]);
        Put(126, 1, hasThird ? "1" : "0");
        Put(128, 1, !hasThird && more ? "1" : "0");
        Send();
        if (!hasThird) return;

        Begin("33" + key);
        Put(11, 90, text[178..]);
        Put(126, 1, "0");
        Put(128, 1, more ? "1" : "0");
        Send();
    }

    // What stands in the places of the communication, and what is left for a record of information.
    private static Communication Say(EntryDetail own, Entry entry)
    {
        var text = SepaFit(own.Text, CommunicationLength + InformationLength);
        if (own.MandateId is not null || own.CreditorId is not null)
        {
            var status = own.ReturnReason switch { null => '0', "MS02" => '3', "AC01" or "AC04" or "AC06" or "AC13" => '4', _ => '2' };
            var kind = own.ReturnKind is { } told ? (char)('0' + told) : ' ';
            var (inside, rest) = Split(Joined(own.Reference, text), 62);
            return new(true, $"127{Day(entry.ValueOn)}00{status}{Cut(own.CreditorId, 35),-35}{Cut(own.MandateId, 35),-35}{inside,-62}{kind}{Cut(own.ReturnReason, 4),-4}", rest);
        }

        if (StructuredCommunication.TryParse(own.Reference, out var communication)) return new(true, "101" + communication.Value, text);
        if (CreditorReference.TryParse(own.Reference, out var reference)) return new(true, "100" + reference.Value, text);
        var (first, more) = Split(Joined(own.Reference, text), CommunicationLength);
        return new(false, first, more);

        static string? Joined(string? reference, string? text) => SepaFit(Values.Joined(StructuredCommunication.TryParse(reference, out var own) ? own.Value : reference, text), CommunicationLength + InformationLength);

        static (string First, string? More) Split(string? text, int length)
        {
            if (text is null || text.Length <= length) return (text ?? "", null);
            var first = StatementSums.Pieces(text, length).First();
            return (first, text[first.Length..].TrimStart());
        }
    }

    // Type, family, operation, category: the bank's own code, or what follows from the payment.
    private static string Code(Line line, decimal amount)
    {
        var given = line.Detail?.TransactionCode ?? line.Entry.TransactionCode;
        var type = line.IsPart ? '5' : line.IsTotal ? '1' : '0';
        if (given is { Length: 8 } && CheckDigits.AllDigits(given)) return type + given[1..];

        var own = line.Detail;
        if (own?.ReturnReason is not null) return type + (amount < 0 ? "0503000" : "0554000");
        var isDirectDebit = own?.MandateId is not null || (given?.Contains("DDT", StringComparison.Ordinal) ?? false);
        return type + (isDirectDebit ? amount < 0 ? "0501000" : "0550000" : amount < 0 ? "0101000" : "0150000");
    }

    private char Structure => statement.Iban is { CountryCode: "BE" } ? '2' : '3';

    private string Number => ((statement.Number ?? 0) % 1_000).ToString("D3", CultureInfo.InvariantCulture);

    private void Account(int at)
    {
        Put(at, 34, statement.Account);
        Put(at + 34, 3, sums.Currency);
    }

    private static (string? Street, string? Town) Address(string? address)
    {
        if (address is null) return (null, null);
        var parts = address.Split(", ", 2);
        return (SepaFit(parts[0], 35), parts.Length > 1 ? SepaFit(parts[1], 35) : "");
    }

    private void Amount(int signAt, int at, decimal amount)
    {
        Put(signAt, 1, amount < 0 ? "1" : "0");
        Put(at, 15, Thousandths(Math.Abs(amount)));
    }

    private static string Thousandths(decimal amount)
    {
        var thousandths = amount * 1_000;
        if (thousandths >= 1_000_000_000_000_000 || decimal.Truncate(thousandths) != thousandths) throw new ArgumentException($"{amount} has no place in CODA.");
        return decimal.ToInt64(thousandths).ToString("D15", CultureInfo.InvariantCulture);
    }

    private static string Day(DateOnly? day) => day?.ToString("ddMMyy", CultureInfo.InvariantCulture) ?? "000000";

    private static string? SepaFit(string? text, int maxLength) => string.IsNullOrWhiteSpace(text) ? null : SepaText.Convert(text, maxLength, "NA");

    private static string Cut(string? text, int length) => text is null ? "" : text.Length <= length ? text : text[..length];

    private void Text(int at, int length, string? text) => Put(at, length, SepaFit(text, length));

    private void Begin(string start)
    {
        record.AsSpan().Fill(' ');
        start.CopyTo(0, record, 0, start.Length);
    }

    /// <summary>Positions from 1, as in the standard.</summary>
    private void Put(int at, int length, string? text)
    {
        if (text is null) return;
        var cut = Math.Min(length, text.Length);
        for (var i = 0; i < cut; i++) record[at - 1 + i] = text[i] is >= ' ' and < '\x7f' ? text[i] : '.';
    }

    private void Send(bool counts = true)
    {
        if (counts) records++;
        Encoding.ASCII.GetBytes(record, bytes);
        bytes[CodaLines.Length] = (byte)'\n';
        stream.Write(bytes);
    }

    private readonly record struct Communication(bool IsStructured, string Text, string? Rest)
    {
        public string Part(int from, int length) => Text.Length <= from ? "" : Text.Substring(from, Math.Min(length, Text.Length - from)).TrimEnd();
    }
}
