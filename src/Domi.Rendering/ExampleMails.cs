namespace Domi.Rendering;

/// <summary>What an example mail is for.</summary>
public enum ExampleMailKind
{
    Invoice,
    Reminder,
    Paid,
}

/// <summary>Subject (text) and body (HTML) with placeholders.</summary>
public sealed record ExampleMail(string Subject, string Html);

/// <summary>Ready mail texts in four languages.</summary>
public static class ExampleMails
{
    public static ExampleMail Get(ExampleMailKind kind, DocumentLanguage language) => throw new NotImplementedException();
}
