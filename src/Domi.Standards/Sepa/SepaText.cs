using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Domi.Standards;

/// <summary>Brings text into the characters that every SEPA bank takes: <c>a-z A-Z 0-9 / - ? : ( ) . , ' +</c> and blank.</summary>
/// <remarks>
/// Only the file is converted, the original stays. Names and free text are converted; a reference that would change must
/// be refused instead, for it would no longer match when it comes back. Source: EPC217-08, SEPA conversion tables.
/// </remarks>
public static class SepaText
{
    /// <summary>The most characters an identifier (MsgId, PmtInfId, EndToEndId, MndtId …) may have.</summary>
    public const int MaxIdentifierLength = 35;

    private static readonly System.Buffers.SearchValues<char> Allowed = System.Buffers.SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ");

    // Pairs of what is replaced and by what. Lower case only: capitals follow the letters around them.
    private static readonly FrozenDictionary<int, string> Replacements = Pairs(
        // Punctuation
        "& +", "_ -", "@ (at)", "€ EUR", "£ GBP", "\" '", "; ,", "[ (", "{ (", "] )", "} )", "\\ /", "| /", "! ?", "` '", "~ -",
        "’ '", "‘ '", "‚ '", "‛ '", "“ '", "” '", "„ '", "« '", "» '", "‹ '", "› '", "′ '", "´ '", "ʼ '", "– -", "— -", "− -", "‐ -",
        "‑ -", "‒ -", "― -", "⁄ /", "∕ /", "× x", "¿ ?", "¡ ?",
        // Latin letters that no decomposition reduces
        "ß ss", "æ ae", "œ oe", "ø o", "đ d", "ð d", "ł l", "þ th", "ħ h", "ı i", "ŋ n", "ŧ t", "ə e", "ƒ f",
        // Greek, by sound as in ELOT 743
        "α a", "β v", "γ g", "δ d", "ε e", "ζ z", "η i", "θ th", "ι i", "κ k", "λ l", "μ m", "ν n", "ξ x", "ο o", "π p", "ρ r",
        "σ s", "ς s", "τ t", "υ y", "φ f", "χ ch", "ψ ps", "ω o",
        // Cyrillic, Bulgarian where the languages differ: it is the euro area's
        "а a", "б b", "в v", "г g", "д d", "е e", "ж zh", "з z", "и i", "й y", "к k", "л l", "м m", "н n", "о o", "п p", "р r",
        "с s", "т t", "у u", "ф f", "х h", "ц ts", "ч ch", "ш sh", "щ sht", "ъ a", "ы y", "ь y", "э e", "ю yu", "я ya", "і i",
        "є ye", "ґ g", "ђ dj", "ј j", "љ lj", "њ nj", "ћ c", "џ dz", "ѕ dz");

    /// <summary>True when every character is allowed. Says nothing about length; an empty text has no wrong character.</summary>
    public static bool IsAllowed(string text) => !text.AsSpan().ContainsAnyExcept(Allowed);

    /// <summary>
    /// True for 1 to 35 allowed characters that neither start nor end with a slash or blank and hold no double slash.
    /// </summary>
    public static bool IsAllowedIdentifier(string text) =>
        text.Length is >= 1 and <= MaxIdentifierLength && IsAllowed(text)
        && text[0] is not ('/' or ' ') && text[^1] is not ('/' or ' ')
        && !text.Contains("//", StringComparison.Ordinal);

    /// <summary>The text in allowed characters, at most <paramref name="maxLength"/> of them, no blanks at its ends.</summary>
    /// <param name="text">Any text, broken surrogates included.</param>
    /// <param name="maxLength">In characters of the result; at least 1.</param>
    /// <param name="fallback">Stands in when no letter or digit is left, so that no empty element is written.</param>
    /// <exception cref="ArgumentException">The fallback is empty, too long or not itself in allowed characters.</exception>
    public static string Convert(string text, int maxLength, string fallback)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 1);
        if (fallback.Length > maxLength || !fallback.Any(char.IsAsciiLetterOrDigit) || !IsAllowed(fallback))
            throw new ArgumentException("The fallback must itself be fit for the file.", nameof(fallback));

        var converted = Converted(text);
        if (converted.Length > maxLength) converted = converted[..maxLength];
        converted = converted.Trim();
        return converted.Any(char.IsAsciiLetterOrDigit) ? converted : fallback;
    }

    private static string Converted(string text)
    {
        var source = Composed(text);
        var output = new StringBuilder(source.Length);
        for (var i = 0; i < source.Length; i++)
        {
            if (Replacement(source, i) is { } replacement)
            {
                output.Append(replacement);
                continue;
            }

            // What has no replacement of its own may have one in parts: é is e and an accent, ﬁ is f and i.
            var parts = source[i].ToString().Normalize(NormalizationForm.FormKD).EnumerateRunes().ToArray();
            for (var p = 0; p < parts.Length; p++)
            {
                if (!IsMark(parts[p])) output.Append(Replacement(parts, p) ?? ".");
            }
        }

        return string.Join(' ', output.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    // Rune by rune first: Normalize throws on a broken surrogate, which comes out as U+FFFD here, and on U+FFFE.
    private static Rune[] Composed(string text)
    {
        var whole = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            whole.Append(rune.Value == 0xFFFE ? Rune.ReplacementChar : rune);
        return [.. whole.ToString().Normalize(NormalizationForm.FormC).EnumerateRunes()];
    }

    private static string? Replacement(Rune[] text, int at)
    {
        var rune = text[at];
        if (rune.IsAscii && Allowed.Contains((char)rune.Value)) return rune.ToString();
        if (Rune.IsWhiteSpace(rune) || Rune.IsControl(rune)) return " ";
        if (Replacements.TryGetValue(rune.Value, out var replacement)) return replacement;
        if (!Rune.IsUpper(rune) || !Replacements.TryGetValue(Rune.ToLowerInvariant(rune).Value, out replacement)) return null;

        var amongCapitals = at + 1 < text.Length && Rune.IsLetter(text[at + 1])
            ? Rune.IsUpper(text[at + 1])
            : at > 0 && Rune.IsUpper(text[at - 1]);
        return amongCapitals
            ? replacement.ToUpperInvariant()
            : char.ToUpperInvariant(replacement[0]) + replacement[1..];
    }

    private static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.SpacingCombiningMark
        or UnicodeCategory.Format;

    private static FrozenDictionary<int, string> Pairs(params string[] pairs) => pairs.ToFrozenDictionary(
        pair => pair.EnumerateRunes().First().Value, pair => pair[(pair.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
}
