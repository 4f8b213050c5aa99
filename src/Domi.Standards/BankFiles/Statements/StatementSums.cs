using System.Text;

namespace Domi.Standards.BankFiles;

/// <summary>What the writers of statements share: the balances have to be known before and hold at the end, and text is made fit.</summary>
internal sealed class StatementSums
{
    public StatementSums(Statement statement)
    {
        ArgumentNullException.ThrowIfNull(statement);
        if (statement.Account.Length is < 1 or > 34) throw new ArgumentException("A statement is of an account of at most 34 characters.", nameof(statement));
        Opening = statement.Opening ?? throw new ArgumentException("The opening balance is missing.", nameof(statement));
        Closing = statement.Closing ?? throw new ArgumentException("The closing balance is missing.", nameof(statement));
        Currency = statement.Currency ?? "EUR";
        OpeningOn = Opening.On ?? throw new ArgumentException("The opening balance has no day.", nameof(statement));
        ClosingOn = Closing.On ?? throw new ArgumentException("The closing balance has no day.", nameof(statement));
    }

    public Balance Opening { get; }

    public DateOnly OpeningOn { get; }

    public Balance Closing { get; }

    public DateOnly ClosingOn { get; }

    public string Currency { get; }

    public decimal Credits { get; private set; }

    public decimal Debits { get; private set; }

    /// <exception cref="ArgumentException">The entry is not booked, or in another currency.</exception>
    public void Add(Entry entry)
    {
        if (entry.State is not EntryState.Booked) throw new ArgumentException($"Entry {entry.Number} is not booked: it belongs in no statement.", nameof(entry));
        if (entry.Currency is not null && entry.Currency != Currency) throw new ArgumentException($"Entry {entry.Number} is in {entry.Currency}, the statement in {Currency}.", nameof(entry));
        if (entry.Amount >= 0) Credits += entry.Amount;
        else Debits -= entry.Amount;
    }

    /// <exception cref="InvalidOperationException">The entries do not lead from one balance to the other.</exception>
    public void End()
    {
        if (Opening.Amount + Credits - Debits != Closing.Amount)
            throw new InvalidOperationException($"Opening {Values.Plain(Opening.Amount)} + {Values.Plain(Credits)} - {Values.Plain(Debits)} is not the closing {Values.Plain(Closing.Amount)}.");
    }

    /// <summary>At most so many characters, and none that XML has no place for; null when nothing is left.</summary>
    public static string? Plain(string? text, int maxLength)
    {
        if (text is null) return null;

        var plain = new StringBuilder(Math.Min(text.Length, maxLength));
        foreach (var rune in text.EnumerateRunes())
        {
            if (plain.Length + rune.Utf16SequenceLength > maxLength) break;
            if (rune.Value is 0xFFFE or 0xFFFF) continue;
            plain.Append(Rune.IsControl(rune) ? " " : rune.ToString());
        }

        return plain.ToString().Trim() is { Length: > 0 } fit ? fit : null;
    }

    /// <summary>Pieces of at most so many characters, cut at blanks where there are any.</summary>
    public static IEnumerable<string> Pieces(string text, int length)
    {
        while (text.Length > length)
        {
            var at = text.LastIndexOf(' ', length);
            if (at <= 0) at = char.IsHighSurrogate(text[length - 1]) ? length - 1 : length;
            yield return text[..at];
            text = text[at..].TrimStart(' ');
        }

        if (text.Length > 0) yield return text;
    }
}
