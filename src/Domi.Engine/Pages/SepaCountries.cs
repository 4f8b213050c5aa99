using Domi.Platform;

namespace Domi.Engine.Pages;

/// <summary>The countries whose accounts can be debited, with their names as the reader knows them.</summary>
/// <remarks>Source: EPC409-09, list of SEPA scheme countries. The names are texts: those of the runtime stay in the language first asked for.</remarks>
internal static class SepaCountries
{
    public static readonly IReadOnlyList<string> Codes =
    [
        "AD", "AL", "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU",
        "LV", "MC", "MD", "ME", "MK", "MT", "NL", "NO", "PL", "PT", "RO", "RS", "SE", "SI", "SK", "SM", "VA",
    ];

    /// <summary>The name of a country; the code of one that is not on the list.</summary>
    public static string NameOf(string code, Texts texts) => texts.Find("country." + code.ToLowerInvariant()) ?? code;

    /// <summary>All of them, sorted by name.</summary>
    public static IReadOnlyList<(string Code, string Name)> In(Texts texts) =>
    [
        .. Codes.Select(code => (Code: code, Name: NameOf(code, texts)))
            .OrderBy(c => c.Name, StringComparer.Create(PageFormat.CultureOf(texts.Language), ignoreCase: true)),
    ];
}
