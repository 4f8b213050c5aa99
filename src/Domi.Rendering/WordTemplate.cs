namespace Domi.Rendering;

/// <summary>Fills Word documents: <c>{Field}</c>, <c>{Image:Field}</c>, <c>{IF X}…{ENDIF X}</c>, repeated table rows.</summary>
public static class WordTemplate
{
    /// <summary>The largest file that is taken, in bytes.</summary>
    public const int MaxFileBytes = 10 * 1024 * 1024;

    /// <summary>Says what is wrong with a template; a file that is no template gives one finding.</summary>
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
    public static PreparedTemplate Prepare(byte[] docx) => throw new NotImplementedException();

    /// <summary>Fills a template that is used once.</summary>
    /// <exception cref="TemplateException">No Word file, too large, or unsafe.</exception>
    public static byte[] Fill(byte[] docx, TemplateData data, FieldCatalog catalog) => Prepare(docx).Fill(data, catalog);
}

/// <summary>A template that was read and found safe. Immutable: may be shared and filled by many threads.</summary>
public sealed class PreparedTemplate
{
    public TemplateReport Check(FieldCatalog catalog) => throw new NotImplementedException();

    public byte[] Fill(TemplateData data, FieldCatalog catalog) => throw new NotImplementedException();
}
