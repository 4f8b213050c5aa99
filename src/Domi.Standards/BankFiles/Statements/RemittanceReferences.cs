using System.Text.RegularExpressions;

namespace Domi.Standards.BankFiles;

/// <summary>Finds payment references in what a debtor typed.</summary>
public static partial class RemittanceReferences
{
    // A text comes from outside: no pattern may take long over it. A reference stands at its beginning, or not at all.
    private const int MaxLength = 1_000;

    /// <summary>The first Belgian communication whose check digits hold: printed between plus signs or stars, or twelve digits of their own.</summary>
    public static StructuredCommunication? Communication(string? text)
    {
        if (text is null or { Length: < 12 }) return null;
        if (text.Length > MaxLength) text = text[..MaxLength];
        foreach (var match in Printed().EnumerateMatches(text))
            if (StructuredCommunication.TryParse(text.AsSpan(match.Index, match.Length).ToString(), out var communication)) return communication;
        foreach (var match in TwelveDigits().EnumerateMatches(text))
            if (StructuredCommunication.TryParse(text.AsSpan(match.Index, match.Length).ToString(), out var communication)) return communication;
        return null;
    }

    /// <summary>The first RF reference (ISO 11649) whose check digits hold.</summary>
    public static CreditorReference? CreditorReference(string? text)
    {
        if (text is null or { Length: < 5 }) return null;
        if (text.Length > MaxLength) text = text[..MaxLength];
        if (Standards.CreditorReference.TryParse(text, out var whole)) return whole;
        foreach (var match in Reference().EnumerateMatches(text))
            if (Standards.CreditorReference.TryParse(text.AsSpan(match.Index, match.Length).ToString(), out var reference)) return reference;
        return null;
    }

    [GeneratedRegex(@"[+*]{3}\s*\d{3}\s*/?\s*\d{4}\s*/?\s*\d{5}\s*[+*]{3}")]
    private static partial Regex Printed();

    [GeneratedRegex(@"(?<!\d)\d{12}(?!\d)|(?<!\d)\d{3}/\d{4}/\d{5}(?!\d)")]
    private static partial Regex TwelveDigits();

    [GeneratedRegex(@"(?<![A-Za-z0-9])[Rr][Ff]\d{2}[A-Za-z0-9]{1,21}(?![A-Za-z0-9])")]
    private static partial Regex Reference();
}
