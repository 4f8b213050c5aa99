namespace Domi.Engine.Pages;

/// <summary>The languages of the pages, each by its own name, in the order in which they are offered everywhere.</summary>
internal static class LanguageNames
{
    public static IReadOnlyList<(string Code, string Name)> All { get; } = [("nl", "Nederlands"), ("fr", "Français"), ("en", "English"), ("de", "Deutsch")];
}
