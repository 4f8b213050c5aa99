namespace Domi.Engine.Statements;

/// <summary>A file that was fetched from the bank's server, where it stays: what is known by name, size and time is not fetched again.</summary>
public sealed class FetchedFile
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid CreditorId { get; init; }

    public string Name { get; init; } = "";

    public long SizeBytes { get; init; }

    /// <summary>When it was written, as the server says.</summary>
    public DateTimeOffset ModifiedAt { get; init; }

    /// <summary>SHA-256, lower-case hex.</summary>
    public string Sha256 { get; init; } = "";

    public DateTimeOffset FetchedAt { get; init; }

    /// <summary>Why it could not be read; null: it was taken.</summary>
    public string? Problem { get; init; }
}
