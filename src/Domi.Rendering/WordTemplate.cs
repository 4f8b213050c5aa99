namespace Domi.Rendering;

/// <summary>
/// Fills Word documents (.docx): <c>{Field}</c>, <c>{Image:Field}</c>, <c>{IF X}…{ENDIF X}</c>, <c>{IF NOT X}</c>, and table rows
/// that repeat because a field of a table stands in them (<c>{Line.Description}</c>).
/// </summary>
/// <remarks>The syntax, the names and the limits are described in docs/reference/templates.md.</remarks>
public static class WordTemplate
{
    /// <summary>The largest file that is taken, in bytes. Unpacked, ten times as much.</summary>
    public const int MaxFileBytes = 10 * 1024 * 1024;

    /// <summary>Says what is wrong with a template. A file that cannot be one gives a single finding.</summary>
    public static TemplateReport Check(byte[] docx, FieldCatalog catalog)
    {
        try
        {
            return Prepare(docx).Check(catalog);
        }
        catch (TemplateException refused)
        {
            return new([new(refused.Code, FindingSeverity.Error, refused.Message, Place: TemplatePlace.File)]);
        }
    }

    /// <summary>Reads a template once, to fill it many times.</summary>
    /// <exception cref="TemplateException">No Word file, too large, or unsafe.</exception>
    public static PreparedTemplate Prepare(byte[] docx) => new(DocxPackage.Read(docx));

    /// <summary>Fills a template that is used once.</summary>
    /// <exception cref="TemplateException">No Word file, too large, or unsafe.</exception>
    public static byte[] Fill(byte[] docx, TemplateData data, FieldCatalog catalog) => Prepare(docx).Fill(data, catalog);
}
