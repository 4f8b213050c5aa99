namespace Domi.Standards;

/// <summary>What the identifiers share: reading what people type, and ISO 7064 MOD 97-10.</summary>
internal static class CheckDigits
{
    private static readonly System.Buffers.SearchValues<char> CompactCharacters = System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

    /// <summary>
    /// The letters and digits of a text in upper case, or null when it is empty, longer than <paramref name="maxLength"/>
    /// or holds anything but ASCII letters, digits, blanks and <paramref name="separators"/>.
    /// </summary>
    public static string? Compact(string? text, string separators, int maxLength)
    {
        if (text is null) return null;
        // What comes from a file is compact already, and there may be millions of it.
        if (!text.AsSpan().ContainsAnyExcept(CompactCharacters)) return text.Length > 0 && text.Length <= maxLength ? text : null;

        Span<char> kept = stackalloc char[maxLength];
        var length = 0;
        foreach (var c in text)
        {
            if (char.IsWhiteSpace(c) || separators.Contains(c, StringComparison.Ordinal)) continue;
            // Not ToUpperInvariant on the whole text: it would turn a long s, which is no ASCII letter, into an S.
            if (!char.IsAsciiLetterOrDigit(c) || length == maxLength) return null;
            kept[length++] = char.ToUpperInvariant(c);
        }

        return length == 0 ? null : new string(kept[..length]);
    }

    /// <summary>Remainder by 97 of a text read as one number. A letter counts as 10..35, thus as two digits.</summary>
    public static int Mod97(ReadOnlySpan<char> text, int start = 0)
    {
        var remainder = start;
        foreach (var c in text)
        {
            remainder = char.IsAsciiDigit(c)
                ? (remainder * 10 + (c - '0')) % 97
                : (remainder * 100 + (c - 'A' + 10)) % 97;
        }

        return remainder;
    }

    /// <summary>The two check digits for a national part and a two-letter prefix (country or RF): 02..98.</summary>
    public static string For(string prefix, string rest) => Number(prefix, rest).ToString("00", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>True when the two digits are those for the prefix before them and the part behind them.</summary>
    public static bool Hold(ReadOnlySpan<char> prefix, ReadOnlySpan<char> digits, ReadOnlySpan<char> rest) =>
        AllDigits(digits) && (digits[0] - '0') * 10 + (digits[1] - '0') == Number(prefix, rest);

    private static int Number(ReadOnlySpan<char> prefix, ReadOnlySpan<char> rest) => 98 - Mod97("00", Mod97(prefix, Mod97(rest)));

    /// <summary>The last two of twelve digits by the rule of Belgian accounts and communications: remainder, 97 for 0.</summary>
    public static int Belgian(ReadOnlySpan<char> tenDigits) =>
        Mod97(tenDigits) is var remainder && remainder == 0 ? 97 : remainder;

    public static bool HoldBelgian(ReadOnlySpan<char> twelveDigits) =>
        Belgian(twelveDigits[..10]) == (twelveDigits[10] - '0') * 10 + (twelveDigits[11] - '0');

    public static bool AllDigits(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');

    /// <summary>Groups of four, as printed on paper.</summary>
    public static string InFours(string text) => string.Join(' ', text.Chunk(4).Select(part => new string(part)));
}
