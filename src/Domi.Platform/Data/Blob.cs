using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;

namespace Domi.Platform;

/// <summary>The content of a document, found by its hash: the same content is kept once. Never part of a list query.</summary>
public sealed class Blob
{
    private Blob() { } // for EF Core

    /// <summary>SHA-256 of the content, lower-case hex.</summary>
    public string Hash { get; private init; } = "";

    public string ContentType { get; private init; } = "";

    public int SizeBytes { get; private init; }

    public byte[] Content { get; private init; } = [];

    public DateTimeOffset CreatedAt { get; private init; }

    public static string HashOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>Keeps a content in the running transaction or the next one; answers its hash. Keeping it twice changes nothing.</summary>
    public static async Task<string> KeepAsync(ModuleDb db, byte[] content, string contentType, DateTimeOffset now, CancellationToken ct)
    {
        var hash = HashOf(content);
        if (!await db.Blobs.AnyAsync(b => b.Hash == hash, ct) && db.Blobs.Local.All(b => b.Hash != hash))
            db.Blobs.Add(new() { Hash = hash, ContentType = contentType, SizeBytes = content.Length, Content = content, CreatedAt = now });
        return hash;
    }

    public static Task<byte[]?> ReadAsync(ModuleDb db, string hash, CancellationToken ct) =>
        db.Blobs.Where(b => b.Hash == hash).Select(b => b.Content).SingleOrDefaultAsync(ct);
}
