using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace Domi.Standards;

/// <summary>A reference on an invoice that survives a payment from any country: <c>RF18539007547034</c>.</summary>
/// <remarks>
/// "RF", two check digits, 1 to 21 letters or digits. Leading zeros count for the text and not for the check digits:
/// two references may differ in them alone. Source: ISO 11649.
/// </remarks>
[JsonConverter(typeof(StandardTextJsonConverter<CreditorReference>))]
public readonly record struct CreditorReference : IParsable<CreditorReference>, IStandardText
{
    private readonly string? value;

    private CreditorReference(string value) => this.value = value;

    /// <summary>Upper case, without blanks. Empty for <c>default</c>.</summary>
    public string Value => value ?? "";

    /// <summary>True for <c>default</c>, which is no reference.</summary>
    public bool IsEmpty => value is null;

    /// <summary>Puts check digits before a reference of one's own.</summary>
    /// <param name="reference">1 to 21 letters and digits; blanks, dots, dashes and slashes are left out.</param>
    /// <exception cref="FormatException">The reference is empty, too long or holds another character.</exception>
    public static CreditorReference Create(string reference) =>
        CheckDigits.Compact(reference, ".-/", 21) is { } text
            ? new("RF" + CheckDigits.For("RF", text) + text)
            : throw new FormatException($"'{reference}' has not 1 to 21 letters and digits.");

    /// <summary>Reads a reference as people type it: blanks and lower case are accepted.</summary>
    /// <exception cref="FormatException">The text is no creditor reference, or its check digits are wrong.</exception>
    public static CreditorReference Parse(string text) =>
        TryParse(text, out var reference) ? reference : throw new FormatException($"'{text}' is not a creditor reference.");

    static CreditorReference IParsable<CreditorReference>.Parse(string s, IFormatProvider? provider) => Parse(s);

    public static bool TryParse([NotNullWhen(true)] string? s, out CreditorReference result)
    {
        var text = CheckDigits.Compact(s, "", 25);
        var valid = text is { Length: >= 5 } && text.StartsWith("RF", StringComparison.Ordinal)
            && CheckDigits.Hold("RF", text.AsSpan(2, 2), text.AsSpan(4));
        result = valid ? new CreditorReference(text!) : default;
        return valid;
    }

    public static bool TryParse(
        [NotNullWhen(true)] string? s, IFormatProvider? provider, out CreditorReference result) => TryParse(s, out result);

    /// <summary>Groups of four, as printed on paper.</summary>
    public override string ToString() => CheckDigits.InFours(Value);
}
