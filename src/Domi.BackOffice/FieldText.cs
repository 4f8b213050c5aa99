using Domi.Platform;
using Domi.Standards;

namespace Domi.BackOffice;

/// <summary>Texts that people and programs give, held to what their columns take.</summary>
internal static class FieldText
{
    /// <summary>Trimmed.</summary>
    /// <exception cref="RefusedException"><c>text_too_long</c>; <c>text_of_lines</c> where one line is wanted; at the field.</exception>
    public static string Short(string? text, int most, string field, bool mayHaveLines = false) =>
        (text?.Trim() ?? "") is var trimmed && !mayHaveLines && trimmed.AsSpan().IndexOfAny('\r', '\n') >= 0 ? throw new RefusedException("text_of_lines", $"{field} is one line.") { Field = field }
            : trimmed.Length <= most
            ? trimmed
            : throw new RefusedException("text_too_long", $"{field} is longer than {most} characters.", ("most", most)) { Field = field };

    /// <summary>The two capitals of a country that exists.</summary>
    /// <exception cref="RefusedException"><c>country_invalid</c>, at the field.</exception>
    public static string Country(string? text, string field = "Country") =>
        (text?.Trim().ToUpperInvariant() ?? "") is var code && Countries.Codes.Contains(code) ? code : throw new RefusedException("country_invalid", "No country has this code.") { Field = field };

    /// <summary>One of the four languages; <c>nl-BE</c> is Dutch too.</summary>
    /// <exception cref="RefusedException"><c>language_unknown</c>, at the field.</exception>
    public static string Language(string? text, string field = "Language") =>
        (text?.Trim().ToLowerInvariant() ?? "") is var tag && Texts.Languages.Contains(tag.Split('-')[0])
            ? tag[..2]
            : throw new RefusedException("language_unknown", $"No language {tag}: one of {string.Join(", ", Texts.Languages)}.", ("language", text)) { Field = field };

    /// <summary>An address of the web, which documents and mails show; without a scheme it is a host.</summary>
    /// <exception cref="RefusedException"><c>website_invalid</c>, <c>text_too_long</c>, at the field.</exception>
    public static string? Website(string? text, string field = "Website")
    {
        if (Optional(text, 200, field) is not { } address) return null;
        var whole = address.Contains("://", StringComparison.Ordinal) ? address : "https://" + address;
        return Uri.TryCreate(whole, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0 && uri.Host.Contains('.', StringComparison.Ordinal) && !address.Any(char.IsWhiteSpace)
            ? address
            : throw new RefusedException("website_invalid", "Not an address of the web.") { Field = field };
    }

    /// <summary>What others say of themselves: cut off, where a person would be told.</summary>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    public static string? Cut(string? text, int most) => text?.Length > most ? text[..most] : text;

    /// <summary>Trimmed; blank is none.</summary>
    /// <exception cref="RefusedException"><c>text_too_long</c>, at the field.</exception>
    public static string? Optional(string? text, int most, string field) => Short(text, most, field) is { Length: > 0 } given ? given : null;
}
