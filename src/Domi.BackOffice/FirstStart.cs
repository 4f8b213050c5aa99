using System.Security.Cryptography;
using Domi.BackOffice.Companies;
using Domi.BackOffice.Users;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice;

/// <summary>What a fresh office needs before anybody can sign in: an own company, an administrator, templates.</summary>
public sealed class FirstStart(OfficeDb db, AddCompany add, DomiSettings settings)
{
    /// <param name="Password">Only when it was made here: told once.</param>
    public sealed record Made(bool IsFresh, Guid CompanyId, string Email, string? Password);

    /// <summary>All of it or nothing: a start that was cut off begins anew. Of two nodes that start at once one makes it.</summary>
    public Task<Made> RunAsync(CancellationToken ct) => db.WriteOrRepeatAsync(MakeAsync, ct);

    private async Task<Made> MakeAsync(CancellationToken ct)
    {
        if (await db.Users.OrderBy(u => u.CreatedAt).FirstOrDefaultAsync(ct) is { } known)
            return new(false, await db.Companies.OrderBy(c => c.Id).Select(c => c.Id).FirstAsync(ct), known.Email, null);

        var now = TimeProvider.System.GetUtcNow();
        var password = settings.Admin.Password ?? RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", 14);
        var company = await add.MakeAsync(new() { Name = "My company" }, ct);
        var administrator = new User { Email = (settings.Admin.Email ?? "admin@domi.example").Trim().ToLowerInvariant(), Name = "Administrator", Role = Role.Administrator, Language = "en", CreatedAt = now };
        administrator.SetPassword(password);
        db.Users.Add(administrator);
        if (settings.Admin.ApiKey is { } key)
            db.OfficeKeys.Add(new() { OwnCompanyId = company.Id, Name = "first", KeyHash = Secrets.HashOf(key), Hint = key[..Math.Min(6, key.Length)], MayAdminister = true, CreatedAt = now });
        return new(true, company.Id, administrator.Email, settings.Admin.Password is null ? password : null);
    }
}
