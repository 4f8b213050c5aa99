using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Domi.Standards;

/// <summary>Who collects, in SEPA: country, check digits, business code, national identifier. <c>BE12ZZZ0456810810</c>.</summary>
/// <remarks>
/// At most 35 characters. The business code (positions 5-7) is the creditor's own to choose: the check digits leave it
/// out, and so does equality, so that a mandate stays the same under another business code.
/// Source: EPC262-08, Creditor Identifier Overview; AT-02 of the SDD rulebooks.
/// </remarks>
[JsonConverter(typeof(StandardTextJsonConverter<CreditorIdentifier>))]
public readonly record struct CreditorIdentifier : IParsable<CreditorIdentifier>, IStandardText
{
    private readonly string? value;

    private CreditorIdentifier(string value) => this.value = value;

    /// <summary>Upper case, with the business code as given. Empty for <c>default</c>.</summary>
    public string Value => value ?? "";

    /// <summary>True for <c>default</c>, which names no creditor.</summary>
    public bool IsEmpty => value is null;

    /// <summary>Two letters, ISO 3166. Empty for <c>default</c>.</summary>
    public string CountryCode => value is null ? "" : value[..2];

    /// <summary>Three characters, <c>ZZZ</c> when the creditor uses none. Empty for <c>default</c>.</summary>
    public string BusinessCode => value is null ? "" : value[4..7];

    /// <summary>1 to 28 characters; in Belgium the enterprise number. Empty for <c>default</c>.</summary>
    public string NationalIdentifier => value is null ? "" : value[7..];

    /// <summary>The identifier of a Belgian enterprise.</summary>
    /// <exception cref="ArgumentException">The number is empty, or the business code has not three letters or digits.</exception>
    public static CreditorIdentifier For(EnterpriseNumber number, string businessCode = "ZZZ")
    {
        if (number.IsEmpty) throw new ArgumentException("An enterprise number is needed.", nameof(number));
        if (CheckDigits.Compact(businessCode, "", 3) is not { Length: 3 } code)
            throw new ArgumentException("A business code has three letters or digits.", nameof(businessCode));

        return new("BE" + CheckDigits.For("BE", number.Value) + code + number.Value);
    }

    /// <summary>Reads an identifier as people type it: blanks, dots, dashes and lower case are accepted.</summary>
    /// <exception cref="FormatException">The text is no creditor identifier, or its check digits are wrong.</exception>
    public static CreditorIdentifier Parse(string text) =>
        TryParse(text, out var identifier) ? identifier : throw new FormatException($"'{text}' is not a creditor identifier.");

    static CreditorIdentifier IParsable<CreditorIdentifier>.Parse(string s, IFormatProvider? provider) => Parse(s);

    public static bool TryParse([NotNullWhen(true)] string? s, out CreditorIdentifier result)
    {
        var text = CheckDigits.Compact(s, ".-", 35);
        var valid = text is { Length: >= 8 }
            && char.IsAsciiLetter(text[0]) && char.IsAsciiLetter(text[1]) && CheckDigits.Hold(text.AsSpan(0, 2), text.AsSpan(2, 2), text.AsSpan(7));
        result = valid ? new CreditorIdentifier(text!) : default;
        return valid;
    }

    public static bool TryParse(
        [NotNullWhen(true)] string? s, IFormatProvider? provider, out CreditorIdentifier result) => TryParse(s, out result);

    public bool Equals(CreditorIdentifier other) => WithoutBusinessCode == other.WithoutBusinessCode;

    public override int GetHashCode() => WithoutBusinessCode.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Value;

    private string WithoutBusinessCode => value is null ? "" : string.Concat(value.AsSpan(0, 4), value.AsSpan(7));
}
