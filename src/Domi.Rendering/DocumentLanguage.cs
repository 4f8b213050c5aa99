namespace Domi.Rendering;

/// <summary>The languages a document can be written in. Amounts and dates follow Belgian habit in each of them.</summary>
public enum DocumentLanguage
{
    French,
    Dutch,
    English,
    German,
}

/// <summary>Reads and writes the two-letter codes (ISO 639-1) of <see cref="DocumentLanguage"/>.</summary>
public static class DocumentLanguages
{
    public static IReadOnlyList<DocumentLanguage> All { get; } =
        [DocumentLanguage.French, DocumentLanguage.Dutch, DocumentLanguage.English, DocumentLanguage.German];

    /// <summary>Reads <c>fr</c>, <c>nl</c>, <c>en</c>, <c>de</c>, also with a region (<c>fr-BE</c>) and in any case.</summary>
    /// <returns>English for any other code, so that a document is always readable.</returns>
    public static DocumentLanguage FromCode(string? code) =>
        (code ?? "").Split('-', '_')[0].Trim().ToLowerInvariant() switch
        {
            "fr" => DocumentLanguage.French,
            "nl" => DocumentLanguage.Dutch,
            "de" => DocumentLanguage.German,
            _ => DocumentLanguage.English,
        };

    public static string Code(this DocumentLanguage language) => language switch
    {
        DocumentLanguage.French => "fr",
        DocumentLanguage.Dutch => "nl",
        DocumentLanguage.German => "de",
        _ => "en",
    };
}
