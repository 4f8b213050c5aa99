namespace Domi.Rendering;

/// <summary>Fills subjects and bodies of mails.</summary>
public static class MailTemplate
{
    public static string Fill(string source, TemplateData data, FieldCatalog catalog, bool html) => throw new NotImplementedException();

    public static TemplateReport Check(string source, FieldCatalog catalog) => throw new NotImplementedException();
}
