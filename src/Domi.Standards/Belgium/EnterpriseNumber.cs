using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Domi.Standards;

/// <summary>The number of an enterprise in the Belgian Crossroads Bank (KBO/BCE): ten digits, <c>0456810810</c>.</summary>
/// <remarks>
/// Starts with 0 or 1; the last two digits are 97 less the remainder by 97 of the first eight. The check says that the
/// number is well formed, not that the enterprise exists. Peppol asks the same check of scheme 0208 (PEPPOL-COMMON-R043).
/// </remarks>
[JsonConverter(typeof(StandardTextJsonConverter<EnterpriseNumber>))]
public readonly record struct EnterpriseNumber : IParsable<EnterpriseNumber>, IStandardText
{
    private readonly string? value;

    private EnterpriseNumber(string value) => this.value = value;

    /// <summary>Ten digits. Empty for <c>default</c>.</summary>
    public string Value => value ?? "";

    /// <summary>True for <c>default</c>, which is no enterprise.</summary>
    public bool IsEmpty => value is null;

    /// <summary>As on a European invoice: <c>BE0456810810</c>. Empty for <c>default</c>.</summary>
    public string VatNumber => value is null ? "" : "BE" + value;

    /// <summary>
    /// Reads a number as people type it: with or without BE, dots, dashes and blanks; nine digits are the form of before
    /// 2005 and get their leading 0.
    /// </summary>
    /// <exception cref="FormatException">The text is no enterprise number, or its check digits are wrong.</exception>
    public static EnterpriseNumber Parse(string text) =>
        TryParse(text, out var number) ? number : throw new FormatException($"'{text}' is not an enterprise number.");

    static EnterpriseNumber IParsable<EnterpriseNumber>.Parse(string s, IFormatProvider? provider) => Parse(s);

    public static bool TryParse([NotNullWhen(true)] string? s, out EnterpriseNumber result)
    {
        var text = CheckDigits.Compact(s, ".-", 12);
        if (text?.StartsWith("BE", StringComparison.Ordinal) is true) text = text[2..];
        if (text is { Length: 9 }) text = "0" + text;

        var valid = text is { Length: 10 } && (text[0] is '0' or '1') && CheckDigits.AllDigits(text)
            && 97 - CheckDigits.Mod97(text.AsSpan(0, 8)) == (text[8] - '0') * 10 + (text[9] - '0');
        result = valid ? new EnterpriseNumber(text!) : default;
        return valid;
    }

    public static bool TryParse(
        [NotNullWhen(true)] string? s, IFormatProvider? provider, out EnterpriseNumber result) => TryParse(s, out result);

    /// <summary>As printed on paper: <c>0456.810.810</c>.</summary>
    public override string ToString() => value is null ? "" : $"{value[..4]}.{value[4..7]}.{value[7..]}";
}
