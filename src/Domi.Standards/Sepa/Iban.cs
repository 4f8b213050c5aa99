using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Serialization;

namespace Domi.Standards;

/// <summary>An account number whose check digits hold, in electronic form: <c>BE68539007547034</c>.</summary>
/// <remarks>
/// Length and structure are those of the country (15 to 34 characters); of a Belgian account the national check digits
/// hold too. Source: ISO 13616-1 and its registry; check digits by ISO 7064 MOD 97-10.
/// </remarks>
[JsonConverter(typeof(StandardTextJsonConverter<Iban>))]
public readonly record struct Iban : IParsable<Iban>, IStandardText
{
    private const int MaxLength = 34;

    // Country → one letter per position after the check digits: n, a or c.
    private static readonly FrozenDictionary<string, string> Structures = EmbeddedTable.Rows("Sepa.iban-structures.tsv")
        .ToFrozenDictionary(row => row[0], row => Expand(row[2]), StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> ByCountry = Structures.GetAlternateLookup<ReadOnlySpan<char>>();

    private readonly string? value;

    private Iban(string value) => this.value = value;

    /// <summary>Upper case, without blanks. Empty for <c>default</c>.</summary>
    public string Value => value ?? "";

    /// <summary>True for <c>default</c>, which is no account.</summary>
    public bool IsEmpty => value is null;

    /// <summary>Two letters, ISO 3166 or XK. Empty for <c>default</c>.</summary>
    public string CountryCode => value is null ? "" : value[..2];

    /// <summary>For logs and screens: country and last four characters stay, <c>BE•• •••• •••• 7034</c>.</summary>
    public string Masked => value is null
        ? ""
        : CheckDigits.InFours(value[..2] + new string('•', value.Length - 6) + value[^4..]);

    /// <summary>Countries that have an IBAN, by ISO 3166 code (and XK).</summary>
    public static IReadOnlyCollection<string> Countries => Structures.Keys;

    /// <summary>Reads an IBAN as people type it: blanks, dots, dashes and lower case are accepted.</summary>
    /// <exception cref="FormatException">The text is no IBAN, or its check digits are wrong.</exception>
    public static Iban Parse(string text) =>
        TryParse(text, out var iban) ? iban : throw new FormatException($"'{text}' is not an IBAN.");

    static Iban IParsable<Iban>.Parse(string s, IFormatProvider? provider) => Parse(s);

    public static bool TryParse([NotNullWhen(true)] string? s, out Iban result)
    {
        var text = CheckDigits.Compact(s, ".-", MaxLength);
        var valid = text is { Length: > 4 } && HasStructure(text) && HasCheckDigits(text);
        result = valid ? new Iban(text!) : default;
        return valid;
    }

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Iban result) =>
        TryParse(s, out result);

    /// <summary>Groups of four, as printed on paper.</summary>
    public override string ToString() => CheckDigits.InFours(Value);

    private static bool HasStructure(string text)
    {
        if (!ByCountry.TryGetValue(text.AsSpan(0, 2), out var structure) || text.Length != 4 + structure.Length) return false;

        for (var i = 0; i < structure.Length; i++)
        {
            var digit = char.IsAsciiDigit(text[4 + i]);
            if (structure[i] == 'n' ? !digit : structure[i] == 'a' && digit) return false;
        }

        return true;
    }

    // Comparing with the computed digits refuses 00, 01 and 99, which have the right remainder but are never given out.
    private static bool HasCheckDigits(string text) => CheckDigits.Hold(text.AsSpan(0, 2), text.AsSpan(2, 2), text.AsSpan(4))
        && (!text.StartsWith("BE", StringComparison.Ordinal) || CheckDigits.HoldBelgian(text.AsSpan(4)));

    private static string Expand(string structure) => string.Concat(structure.Split(' ')
        .Select(part => new string(part[^1], int.Parse(part[..^1], CultureInfo.InvariantCulture))));
}
