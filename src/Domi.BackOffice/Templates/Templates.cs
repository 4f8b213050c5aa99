using Domi.Platform;

namespace Domi.BackOffice.Templates;

public enum TemplateType { Invoice, CreditNote }

/// <summary>A Word file that documents are made from. One per own company, type and language is active.</summary>
public sealed class WordTemplateFile
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid OwnCompanyId { get; init; }

    public required string Name { get; set; }

    public TemplateType Type { get; init; }

    public required string Language { get; init; }

    public bool IsActive { get; set; }

    public required string FileName { get; set; }

    public required string BlobHash { get; set; }

    public int SizeBytes { get; set; }

    /// <summary>What the check found, as JSON.</summary>
    public string ReportJson { get; set; } = "[]";

    public DateTimeOffset ChangedAt { get; set; }

    public string ChangedBy { get; set; } = "";
}

public enum MailContext { Invoice, Reminder, Paid }

/// <summary>Subject and body of a kind of mail in one language.</summary>
public sealed class MailTemplateText
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid OwnCompanyId { get; init; }

    public MailContext Context { get; init; }

    public required string Language { get; init; }

    public required string Subject { get; set; }

    public required string Html { get; set; }

    public DateTimeOffset ChangedAt { get; set; }
}
