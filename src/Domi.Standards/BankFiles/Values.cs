using System.Globalization;

namespace Domi.Standards.BankFiles;

/// <summary>How the values of bank files are read and written: never by the culture of the machine.</summary>
internal static class Values
{
    // ISO 20022 allows 18 digits. More could not be summed up without losing cents, or at all.
    private const decimal MaxAmount = 999_999_999_999_999_999m;

    /// <summary>A decimal number of at most 18 digits and five decimals, without sign, grouping or exponent; null for anything else.</summary>
    public static decimal? Amount(string? text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) && amount <= MaxAmount && amount.Scale <= 5 ? amount : null;

    public static int? Count(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;

    /// <summary>The day of a date or of an instant, as the bank wrote it: its own time, not ours.</summary>
    public static DateOnly? Day(string? text)
    {
        if (text is not { Length: >= 10 } || text[4] != '-' || text[7] != '-') return null;
        var (year, month, day) = (Digits(text.AsSpan(0, 4)), Digits(text.AsSpan(5, 2)), Digits(text.AsSpan(8, 2)));
        return year >= 1 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month) ? new(year, month, day) : null;

        // -1 for anything but digits.
        static int Digits(ReadOnlySpan<char> text)
        {
            var number = 0;
            foreach (var c in text) number = number >= 0 && char.IsAsciiDigit(c) ? number * 10 + (c - '0') : -1;
            return number;
        }
    }

    public static bool? Flag(string? text) => text switch { "true" or "1" => true, "false" or "0" => false, _ => null };

    /// <summary>What banks write where there is nothing to say.</summary>
    public static string? Provided(string? text) => text is "NOTPROVIDED" or "NOTAVAILABLE" or "NOT PROVIDED" or "NOTKNOWN" ? null : text;

    public static string? Joined(string? first, string? second) => first is null ? second : second is null ? first : $"{first} {second}";

    public static string Euros(decimal amount) => amount.ToString("0.00", CultureInfo.InvariantCulture);

    public static string Plain(decimal amount) => amount.ToString("0.00###", CultureInfo.InvariantCulture);

    public static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>At most so many characters, and none that would break a line.</summary>
    public static string Cut(string text, int length)
    {
        if (text.Length > length) text = text[..(char.IsHighSurrogate(text[length - 2]) ? length - 2 : length - 1)] + "…";
        return text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)) : text;
    }
}
