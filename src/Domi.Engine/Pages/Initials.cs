namespace Domi.Engine.Pages;

/// <summary>The small mark beside a creditor's name, and its telephone number for dialling.</summary>
internal static class Initials
{
    /// <summary>At most two letters: <c>S&amp;L</c> would need three, so <c>SL</c>.</summary>
    public static string Of(string name) => string.Concat(name
        .Split([' ', '-', '&', '.', ','], StringSplitOptions.RemoveEmptyEntries)
        .Select(word => word.EnumerateRunes().First())
        .Where(System.Text.Rune.IsLetterOrDigit)
        .Take(2)
        .Select(rune => rune.ToString().ToUpperInvariant()));

    public static string Dial(string phone) => string.Concat(phone.Where(c => char.IsAsciiDigit(c) || c == '+'));
}
