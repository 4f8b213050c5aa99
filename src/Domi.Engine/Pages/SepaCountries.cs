using Domi.Platform;

namespace Domi.Engine.Pages;

/// <summary>The countries whose accounts can be debited, with their names as the reader knows them.</summary>
/// <remarks>Source: EPC409-09, list of SEPA scheme countries.</remarks>
internal static class SepaCountries
{
    public static readonly IReadOnlyList<string> Codes =
    [
        "AD", "AL", "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU",
        "LV", "MC", "MD", "ME", "MK", "MT", "NL", "NO", "PL", "PT", "RO", "RS", "SE", "SI", "SK", "SM", "VA",
    ];

    /// <summary>All of them, sorted by name.</summary>
    public static IReadOnlyList<(string Code, string Name)> In(Texts texts) =>
    [
        .. Codes.Select(code => (Code: code, Name: texts.Country(code)))
            .OrderBy(c => c.Name, StringComparer.Create(PageFormat.CultureOf(texts.Language), ignoreCase: true)),
    ];
}
