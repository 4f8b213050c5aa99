using System.Globalization;
using System.Text;

namespace Domi.Standards.BankFiles;

/// <summary>Writes MT940 of one statement: the oldest of the formats bookkeeping programs import.</summary>
/// <remarks>
/// It knows entries only, so each payment of a batch becomes one. What is known of it stands in field 86 by code words.
/// Source: SWIFT, MT940 customer statement message; code words as Dutch and Belgian banks use them.
/// </remarks>
internal static class Mt940Writer
{
    private const int LineLength = 65;
    private const int MaxLines = 6;

    public static void Write(Stream stream, Statement statement, IEnumerable<FilePart> entries)
    {
        var sums = new StatementSums(statement);
        using var text = new StreamWriter(stream, new ASCIIEncoding(), leaveOpen: true) { NewLine = "\r\n" };
        text.WriteLine($":20:{Cut(statement.Id, 16) ?? "NONREF"}");
        text.WriteLine($":25:{statement.Account}{sums.Currency}");
        text.WriteLine(string.Create(CultureInfo.InvariantCulture, $":28C:{(statement.Number ?? 0) % 100_000:D5}/001"));
        text.WriteLine($":60F:{Balance(sums.Opening.Amount, sums.OpeningOn, sums.Currency)}");
        var open = 0m;
        Entry? total = null;
        foreach (var line in Lines.Of(entries))
        {
            if (!line.IsPart)
            {
                Settle();
                sums.Add(line.Entry);
                total = line.IsTotal ? line.Entry : null;
                open = line.IsTotal ? line.Entry.Amount : 0;
                if (line.IsTotal) continue;
            }
            else
            {
                open -= line.Detail!.Amount ?? throw new InvalidOperationException($"A payment of entry {line.Entry.Number} has no amount of its own.");
            }

            Entry(text, line, line.IsPart ? line.Detail!.Amount!.Value : line.Entry.Amount);
        }

        Settle();
        sums.End();
        text.WriteLine($":62F:{Balance(sums.Closing.Amount, sums.ClosingOn, sums.Currency)}");
        text.WriteLine("-");

        void Settle()
        {
            if (open != 0) throw new InvalidOperationException($"The payments of entry {total!.Number} are not its amount: {Values.Plain(open)} is left.");
        }
    }

    private static void Entry(StreamWriter text, Line line, decimal amount)
    {
        var (entry, own) = (line.Entry, line.Detail);
        var value = entry.ValueOn ?? entry.BookedOn ?? throw new ArgumentException($"Entry {entry.Number} has no day.");
        var kind = own?.ReturnReason is not null ? "NRTI" : own?.MandateId is not null ? "NDDT" : "NTRF";
        text.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $":61:{value:yyMMdd}{entry.BookedOn ?? value:MMdd}{(amount < 0 ? 'D' : 'C')}{Amount(amount)}{kind}{Cut(own?.EndToEndId, 16) ?? "NONREF"}{(Cut(own?.BankReference ?? entry.BankReference, 16) is { } bank ? "//" + bank : "")}"));

        var facts = new StringBuilder();
        Fact("EREF", own?.EndToEndId);
        Fact("PREF", own?.BatchId ?? entry.BatchId);
        Fact("MARF", own?.MandateId);
        Fact("CSID", own?.CreditorId);
        Fact("RTRN", own?.ReturnReason);
        Fact("IBAN", own?.CounterpartyAccount);
        Fact("BIC", own?.CounterpartyBic);
        Fact("NAME", own?.CounterpartyName);
        Fact("REMI", own?.Reference is null ? own?.Text : StructuredCommunication.TryParse(own.Reference, out var communication) ? communication.Value : own.Reference);
        if (facts.Length == 0) return;

        facts.Length = Math.Min(facts.Length, LineLength * MaxLines);
        text.Write(":86:");
        for (var at = 0; at < facts.Length; at += LineLength) text.WriteLine(Safe(facts.ToString(at, Math.Min(LineLength, facts.Length - at))));

        void Fact(string word, string? content)
        {
            if (string.IsNullOrWhiteSpace(content)) return;
            facts.Append('/').Append(word).Append('/').Append(SepaText.Convert(content, 140, "NA"));
        }
    }

    // A line that began with a colon or a dash would be a field of its own, or the end.
    private static string Safe(string line) => line[0] is ':' or '-' ? "." + line[1..] : line;

    private static string Balance(decimal amount, DateOnly on, string currency) => string.Create(CultureInfo.InvariantCulture, $"{(amount < 0 ? 'D' : 'C')}{on:yyMMdd}{currency}{Amount(amount)}");

    private static string Amount(decimal amount)
    {
        var text = Math.Abs(amount).ToString("0.00#", CultureInfo.InvariantCulture).Replace('.', ',');
        return text.Length <= 15 ? text : throw new ArgumentException($"{amount} has no place in MT940.");
    }

    private static string? Cut(string? text, int length)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        var fit = SepaText.Convert(text, length, "NA");
        // Two slashes begin the bank's reference.
        return fit.Replace("//", "/.", StringComparison.Ordinal);
    }
}
