using System.Globalization;
using System.Text;

namespace Domi.Standards.BankFiles;

/// <summary>Reads back what of an MT940 money depends on: its account, its balances and the amounts between them.</summary>
internal static class Mt940Check
{
    public static IEnumerable<Finding> Faults(Func<Stream> open, Statement statement, IEnumerable<FilePart> entries)
    {
        using var file = new StreamReader(open(), Encoding.ASCII);
        using var expected = Amounts(entries).GetEnumerator();
        decimal? opening = null, closing = null;
        var sum = 0m;
        while (file.ReadLine() is { } line)
        {
            if (line.StartsWith(":25:", StringComparison.Ordinal) && line != $":25:{statement.Account}{statement.Currency ?? "EUR"}") yield return Differs(line);
            else if (line.StartsWith(":60F:", StringComparison.Ordinal)) opening = Signed(line, 5, 15);
            else if (line.StartsWith(":62F:", StringComparison.Ordinal)) closing = Signed(line, 5, 15);
            if (!line.StartsWith(":61:", StringComparison.Ordinal)) continue;

            var amount = Signed(line, 14, 15);
            sum += amount ?? 0;
            if (!expected.MoveNext() || expected.Current != amount) yield return Differs(line);
        }

        if (expected.MoveNext()) yield return Differs("an entry that is missing");
        if (opening != statement.Opening?.Amount || closing != statement.Closing?.Amount || opening + sum != closing) yield return Differs("its balances");
    }

    private static IEnumerable<decimal?> Amounts(IEnumerable<FilePart> entries) =>
        Lines.Of(entries).Where(l => !l.IsTotal).Select(l => l.IsPart ? l.Detail!.Amount : (decimal?)l.Entry.Amount);

    // C or D, and at another place the amount, up to what is no digit and no comma.
    private static decimal? Signed(string line, int signAt, int amountAt)
    {
        if (line.Length <= amountAt) return null;
        var text = string.Concat(line.Skip(amountAt).TakeWhile(c => c is ',' or >= '0' and <= '9'));
        return !decimal.TryParse(text.Replace(',', '.'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) ? null : line[signAt] switch { 'C' => amount, 'D' => -amount, _ => null };
    }

    private static Finding Differs(string what) => new(Severity.Reject, "written.differs", $"What was read back is not what was to be written: {what}.", StatementFile.Mt940);
}
