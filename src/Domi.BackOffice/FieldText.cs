using Domi.Platform;

namespace Domi.BackOffice;

/// <summary>Texts that people and programs give, held to what their columns take.</summary>
internal static class FieldText
{
    /// <summary>Trimmed.</summary>
    /// <exception cref="RefusedException"><c>text_too_long</c>, at the field.</exception>
    public static string Short(string? text, int most, string field) =>
        (text?.Trim() ?? "") is var trimmed && trimmed.Length <= most
            ? trimmed
            : throw new RefusedException("text_too_long", $"{field} is longer than {most} characters.", ("most", most)) { Field = field };

    /// <summary>What others say of themselves: cut off, where a person would be told.</summary>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    public static string? Cut(string? text, int most) => text?.Length > most ? text[..most] : text;

    /// <summary>Trimmed; blank is none.</summary>
    /// <exception cref="RefusedException"><c>text_too_long</c>, at the field.</exception>
    public static string? Optional(string? text, int most, string field) => Short(text, most, field) is { Length: > 0 } given ? given : null;
}
