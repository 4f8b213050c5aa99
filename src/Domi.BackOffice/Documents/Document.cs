namespace Domi.BackOffice.Documents;

public enum DocumentType { Invoice, CreditNote, Mandate, Other }

/// <summary>A file kept with a relation or an invoice. Its content lies in the blob store.</summary>
public sealed class Document
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid OwnCompanyId { get; init; }

    public Guid? RelationId { get; init; }

    public Guid? InvoiceId { get; init; }

    public DocumentType Type { get; init; }

    public required string Name { get; init; }

    public string ContentType { get; init; } = "application/pdf";

    public required string BlobHash { get; init; }

    public int SizeBytes { get; init; }

    /// <summary>What makes it one of a kind: <c>mandate:&lt;connection&gt;:&lt;reference&gt;</c>.</summary>
    public string? SourceKey { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
