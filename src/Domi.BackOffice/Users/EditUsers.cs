using System.Security.Cryptography;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Users;

/// <summary>Adds people, changes what they may see, and lets them in again or not.</summary>
/// <remarks>Refuses with <c>not_found</c>, <c>name_missing</c>, <c>email_invalid</c>, <c>email_taken</c>, <c>companies_missing</c>, <c>last_administrator</c>.</remarks>
public sealed class EditUsers(OfficeDb db)
{
    private static readonly TimeProvider Wall = TimeProvider.System;

    /// <returns>The person, and the password that is told once.</returns>
    public Task<(User User, string Password)> AddAsync(string? name, string? email, Role role, string? language, IReadOnlyList<Guid> companies, CancellationToken ct) => db.WriteAsync(async token =>
    {
        Check(name);
        var address = email?.Trim().ToLowerInvariant() ?? "";
        if (address.Length is 0 or > 254 || !SendMails.IsAddress(address)) throw new RefusedException("email_invalid", "Not an e-mail address.", ("email", address)) { Field = "Email" };
        if (await db.Users.AnyAsync(u => u.Email == address, token)) throw new RefusedException("email_taken", $"{address} is a user already.", ("email", address)) { Field = "Email" };

        var user = new User { Email = address, Name = name!.Trim(), Role = role, Language = FieldText.Language(language), CreatedAt = Wall.GetUtcNow() };
        var password = NewPassword();
        user.SetPassword(password);
        db.Users.Add(user);
        await GiveAsync(user, role, companies, token);
        return (user, password);
    }, ct);

    public Task<User> ChangeAsync(Guid id, string? name, Role role, IReadOnlyList<Guid> companies, CancellationToken ct) => db.WriteAsync(async token =>
    {
        Check(name);
        var user = await FindAsync(id, token);
        if (role is not Role.Administrator) await RequireAnotherAdministratorAsync(user, token);
        (user.Name, user.Role) = (name!.Trim(), role);
        await GiveAsync(user, role, companies, token);
        return user;
    }, ct);

    /// <summary>Whoever may no longer sign in is signed out at the next click.</summary>
    public Task<User> ActivateAsync(Guid id, bool active, CancellationToken ct) => db.WriteAsync(async token =>
    {
        var user = await FindAsync(id, token);
        if (!active) await RequireAnotherAdministratorAsync(user, token);
        user.IsActive = active;
        return user;
    }, ct);

    /// <summary>A new password, told once; the second factor goes off when its device is lost.</summary>
    public Task<(User User, string Password)> ResetPasswordAsync(Guid id, bool secondFactorToo, CancellationToken ct) => db.WriteAsync(async token =>
    {
        var user = await FindAsync(id, token);
        var password = NewPassword();
        user.SetPassword(password);
        user.SignedIn();
        if (secondFactorToo) user.TurnOffTotp();
        return (user, password);
    }, ct);

    private async Task GiveAsync(User user, Role role, IReadOnlyList<Guid> companies, CancellationToken ct)
    {
        var known = await db.Companies.IgnoreQueryFilters().Where(c => companies.Contains(c.Id)).Select(c => c.Id).ToListAsync(ct);
        if (role is Role.Clerk && known.Count == 0) throw new RefusedException("companies_missing", "A clerk works for at least one own company.") { Field = "Companies" };
        await db.UserCompanies.Where(a => a.UserId == user.Id).ExecuteDeleteAsync(ct);
        db.UserCompanies.AddRange(known.Select(c => new UserCompany { UserId = user.Id, OwnCompanyId = c }));
    }

    private async Task RequireAnotherAdministratorAsync(User user, CancellationToken ct)
    {
        if (user is { Role: Role.Administrator, IsActive: true } && !await db.Users.AnyAsync(u => u.Id != user.Id && u.Role == Role.Administrator && u.IsActive, ct))
            throw new RefusedException("last_administrator", "The last administrator stays.", ("name", user.Name));
    }

    private async Task<User> FindAsync(Guid id, CancellationToken ct) => await db.Users.SingleOrDefaultAsync(u => u.Id == id, ct) ?? throw new RefusedException("not_found", $"No user {id}.");

    private static void Check(string? name)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > 140) throw new RefusedException("name_missing", "The name is missing or too long.") { Field = "Name" };
    }

    // No letters or digits that look alike: it is read out or typed over once.
    private static string NewPassword() => RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", 14);
}
