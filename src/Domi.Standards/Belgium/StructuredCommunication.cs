using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Serialization;

namespace Domi.Standards;

/// <summary>What a Belgian payer copies from the invoice (OGM/VCS): ten digits and two check digits, <c>+++090/9337/55493+++</c>.</summary>
/// <remarks>
/// The check is the remainder by 97, with 97 for 0. In ISO 20022 it is a creditor reference with issuer BBA, which only
/// Belgian banks understand. Source: Febelfin, structured communication.
/// </remarks>
[JsonConverter(typeof(StandardTextJsonConverter<StructuredCommunication>))]
public readonly record struct StructuredCommunication : IParsable<StructuredCommunication>, IStandardText
{
    /// <summary>The largest number that fits: ten digits.</summary>
    public const long MaxNumber = 9_999_999_999;

    private readonly string? value;

    private StructuredCommunication(string value) => this.value = value;

    /// <summary>Twelve digits. Empty for <c>default</c>.</summary>
    public string Value => value ?? "";

    /// <summary>True for <c>default</c>, which is no communication.</summary>
    public bool IsEmpty => value is null;

    /// <summary>Puts check digits behind a number.</summary>
    /// <param name="baseOf10Digits">0 to <see cref="MaxNumber"/>; shorter numbers get leading zeros.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative or has more than ten digits.</exception>
    public static StructuredCommunication FromNumber(long baseOf10Digits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(baseOf10Digits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(baseOf10Digits, MaxNumber);
        var digits = baseOf10Digits.ToString("D10", CultureInfo.InvariantCulture);
        return new(digits + CheckDigits.Belgian(digits).ToString("D2", CultureInfo.InvariantCulture));
    }

    /// <summary>Reads a communication as printed or typed: between +++ or ***, with or without slashes, or twelve digits.</summary>
    /// <exception cref="FormatException">The text is no structured communication, or its check digits are wrong.</exception>
    public static StructuredCommunication Parse(string text) => TryParse(text, out var communication)
        ? communication
        : throw new FormatException($"'{text}' is not a structured communication.");

    static StructuredCommunication IParsable<StructuredCommunication>.Parse(string s, IFormatProvider? provider) => Parse(s);

    public static bool TryParse([NotNullWhen(true)] string? s, out StructuredCommunication result)
    {
        var text = CheckDigits.Compact(s, "+*/.-", 12);
        var valid = text is { Length: 12 } && CheckDigits.AllDigits(text) && CheckDigits.HoldBelgian(text);
        result = valid ? new StructuredCommunication(text!) : default;
        return valid;
    }

    public static bool TryParse(
        [NotNullWhen(true)] string? s, IFormatProvider? provider, out StructuredCommunication result) =>
        TryParse(s, out result);

    /// <summary>As printed on an invoice: <c>+++090/9337/55493+++</c>.</summary>
    public override string ToString() => value is null ? "" : $"+++{value[..3]}/{value[3..7]}/{value[7..]}+++";
}
