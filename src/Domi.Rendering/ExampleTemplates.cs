namespace Domi.Rendering;

/// <summary>Ready Word templates in four languages.</summary>
public static class ExampleTemplates
{
    public static byte[] Invoice(DocumentLanguage language) => throw new NotImplementedException();

    public static byte[] CreditNote(DocumentLanguage language) => throw new NotImplementedException();
}
