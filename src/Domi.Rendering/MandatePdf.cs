namespace Domi.Rendering;

/// <summary>Draws a mandate as PDF.</summary>
public static class MandatePdf
{
    public static IReadOnlyDictionary<string, string> Labels(DocumentLanguage language) => throw new NotImplementedException();

    public static byte[] Draw(MandateDocument document) => throw new NotImplementedException();
}
