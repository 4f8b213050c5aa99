using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Users;

/// <summary>Makes and revokes keys of the office's API.</summary>
/// <remarks>Refuses with <c>not_found</c>, <c>name_missing</c>.</remarks>
public sealed class EditKeys(OfficeDb db)
{
    private static readonly TimeProvider Wall = TimeProvider.System;

    /// <returns>The key itself, told once: only its hash is kept.</returns>
    public Task<string> AddAsync(Guid companyId, string? name, bool mayAdminister, CancellationToken ct) => db.WriteAsync(token =>
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > 140) throw new RefusedException("name_missing", "The key has no name.") { Field = "Name" };
        var key = "domi_" + Secrets.NewToken();
        db.OfficeKeys.Add(new() { OwnCompanyId = companyId, Name = name.Trim(), KeyHash = Secrets.HashOf(key), Hint = key[..10], MayAdminister = mayAdminister, CreatedAt = Wall.GetUtcNow() });
        return Task.FromResult(key);
    }, ct);

    public Task<OfficeKey> RevokeAsync(Guid id, CancellationToken ct) => db.WriteAsync(async token =>
    {
        var key = await db.OfficeKeys.SingleOrDefaultAsync(k => k.Id == id, token) ?? throw new RefusedException("not_found", $"No key {id}.");
        key.RevokedAt ??= Wall.GetUtcNow();
        return key;
    }, ct);
}
