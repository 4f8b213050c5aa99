namespace Domi.Platform;

/// <summary>Makes a text fit where only so much of it is kept.</summary>
public static class Shorten
{
    /// <summary>At most so many UTF-16 units, never through the middle of a character, without blanks at its end; null stays null.</summary>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    public static string? To(int most, string? text) =>
        text is null || text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)].TrimEnd();
}
