using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Domi.Standards;

/// <summary>The code of a bank: 8 characters, or 11 with a branch. <c>KREDBEBB</c> and <c>KREDBEBBXXX</c> are one value.</summary>
/// <remarks>Source: ISO 9362, in the wider pattern of the 2019 messages (a bank code may hold digits).</remarks>
[JsonConverter(typeof(StandardTextJsonConverter<Bic>))]
public readonly record struct Bic : IParsable<Bic>, IStandardText
{
    private const string HeadOffice = "XXX";

    private readonly string? value;

    private Bic(string value) => this.value = value;

    /// <summary>Upper case; 8 characters for the head office, 11 for a branch. Empty for <c>default</c>.</summary>
    public string Value => value ?? "";

    /// <summary>True for <c>default</c>, which is no bank.</summary>
    public bool IsEmpty => value is null;

    /// <summary>The first 8 characters: the same for all branches of a bank.</summary>
    public string Institution => value is null ? "" : value[..8];

    /// <summary>Three characters, <c>XXX</c> for the head office.</summary>
    public string Branch => value is { Length: 11 } ? value[8..] : HeadOffice;

    /// <summary>Two letters, ISO 3166. Empty for <c>default</c>.</summary>
    public string CountryCode => value is null ? "" : value[4..6];

    /// <summary>Reads a BIC as people type it: blanks and lower case are accepted.</summary>
    /// <exception cref="FormatException">The text has not the form of a BIC.</exception>
    public static Bic Parse(string text) =>
        TryParse(text, out var bic) ? bic : throw new FormatException($"'{text}' is not a BIC.");

    static Bic IParsable<Bic>.Parse(string s, IFormatProvider? provider) => Parse(s);

    public static bool TryParse([NotNullWhen(true)] string? s, out Bic result)
    {
        var text = CheckDigits.Compact(s, "", 11);
        var valid = text is { Length: 8 or 11 } && char.IsAsciiLetter(text[4]) && char.IsAsciiLetter(text[5]);
        result = valid ? new Bic(text!.EndsWith(HeadOffice, StringComparison.Ordinal) && text.Length == 11 ? text[..8] : text) : default;
        return valid;
    }

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Bic result) =>
        TryParse(s, out result);

    public override string ToString() => Value;
}
