using System.Text.Json;

namespace Domi.Engine.Profiles;

/// <summary>The creditor's own words in one language: above a payment or a mandate, after a payment, and in the foot of pages and mails.</summary>
internal sealed record PageText(string? Headline, string? Thanks, string? Footer)
{
    public const int MostHeadline = 200, MostThanks = 500, MostFooter = 500;

    public static readonly PageText None = new(null, null, null);
}

/// <summary>The own words of a profile, per language. A language without words has none: those of another would be foreign to the reader.</summary>
internal static class PageTexts
{
    public static PageText Of(Profile? profile, string language) => Read(profile).GetValueOrDefault(language, PageText.None);

    public static string? Written(IReadOnlyDictionary<string, PageText> texts)
    {
        var said = texts.Where(t => t.Value != PageText.None).ToDictionary(t => t.Key, t => t.Value);
        return said.Count == 0 ? null : JsonSerializer.Serialize(said);
    }

    private static Dictionary<string, PageText> Read(Profile? profile) =>
        profile?.PageTextsJson is { } json ? JsonSerializer.Deserialize<Dictionary<string, PageText>>(json)! : [];
}
