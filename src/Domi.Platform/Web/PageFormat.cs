using System.Collections.Frozen;
using System.Globalization;

namespace Domi.Platform;

/// <summary>How money and days are written in Belgium, in each of the four languages.</summary>
public static class PageFormat
{
    private static readonly FrozenDictionary<string, CultureInfo> Cultures = new Dictionary<string, CultureInfo>
    {
        ["fr"] = Belgian("fr-BE", "\u202f", ","),
        ["nl"] = Belgian("nl-BE", ".", ","),
        ["de"] = Belgian("de-BE", ".", ","),
        ["en"] = Belgian("en-GB", ",", "."),
    }.ToFrozenDictionary();

    public static CultureInfo CultureOf(string language) => Cultures[Texts.LanguageOf(language)];

    /// <summary>FR <c>1 410,70 €</c>, NL <c>€ 1.410,70</c>, EN <c>€1,410.70</c>, DE <c>1.410,70 €</c>; minus is U+2212.</summary>
    public static string Money(decimal amount, string language)
    {
        var digits = Math.Abs(amount).ToString("N2", CultureOf(language));
        var sign = amount < 0 ? "\u2212" : "";
        return Texts.LanguageOf(language) switch
        {
            "nl" => $"{sign}€\u00a0{digits}",
            "en" => $"{sign}€{digits}",
            _ => $"{sign}{digits}\u00a0€",
        };
    }

    /// <summary><c>15 april 2026</c>.</summary>
    public static string LongDay(DateOnly day, string language) =>
        day.ToString(Texts.LanguageOf(language) == "de" ? "d. MMMM yyyy" : "d MMMM yyyy", CultureOf(language));

    /// <summary><c>17/03/2026</c>; German writes dots.</summary>
    public static string ShortDay(DateOnly day, string language) =>
        day.ToString(Texts.LanguageOf(language) == "de" ? "dd.MM.yyyy" : "dd/MM/yyyy", CultureInfo.InvariantCulture);

    private static CultureInfo Belgian(string name, string group, string point)
    {
        var culture = (CultureInfo)CultureInfo.GetCultureInfo(name).Clone();
        culture.NumberFormat.NumberGroupSeparator = group;
        culture.NumberFormat.NumberDecimalSeparator = point;
        return CultureInfo.ReadOnly(culture);
    }
}
