using System.Security.Cryptography;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Users;

/// <summary>Adds people of a creditor, changes what they may do, and lets them in again or not.</summary>
/// <remarks>Refuses with <c>not_found</c>, <c>name_missing</c>, <c>email_invalid</c>, <c>email_taken</c>, <c>last_administrator</c>.</remarks>
internal sealed class EditUsers(EngineDb db)
{
    private static readonly TimeProvider Wall = TimeProvider.System;

    /// <returns>The person, and the password that is told once.</returns>
    public Task<(ConsoleUser User, string Password)> AddAsync(Guid creditorId, string? name, string? email, ConsoleRole role, string? language, CancellationToken ct, string? password = null) => db.WriteAsync(async token =>
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > 140) throw new RefusedException("name_missing", "The name is missing or too long.") { Field = "Name" };
        var address = email?.Trim().ToLowerInvariant() ?? "";
        if (address.Length is 0 or > 254 || !SendMails.IsAddress(address)) throw new RefusedException("email_invalid", "Not an e-mail address.", ("email", address)) { Field = "Email" };
        if (await db.ConsoleUsers.AnyAsync(u => u.Email == address, token)) throw new RefusedException("email_taken", $"{address} is a user already.", ("email", address)) { Field = "Email" };

        var user = new ConsoleUser { CreditorId = creditorId, Email = address, Name = name.Trim(), Role = role, Language = Texts.LanguageOf(language), CreatedAt = Wall.GetUtcNow() };
        var made = password ?? NewPassword();
        user.SetPassword(made);
        db.ConsoleUsers.Add(user);
        return (user, made);
    }, ct);

    public Task<ConsoleUser> ChangeAsync(Guid creditorId, Guid id, ConsoleRole role, bool active, CancellationToken ct) => db.WriteAsync(async token =>
    {
        var user = await FindAsync(creditorId, id, token);
        if (role < ConsoleRole.Administrator || !active) await RequireAnotherAsync(user, token);
        (user.Role, user.IsActive) = (role, active);
        return user;
    }, ct);

    /// <summary>The account goes; what was done by it stays under its name.</summary>
    public Task<ConsoleUser> DeleteAsync(Guid creditorId, Guid id, CancellationToken ct) => db.WriteAsync(async token =>
    {
        var user = await FindAsync(creditorId, id, token);
        await RequireAnotherAsync(user, token);
        db.ConsoleUsers.Remove(user);
        return user;
    }, ct);

    // Somebody has to be able to let the others in.
    private async Task RequireAnotherAsync(ConsoleUser user, CancellationToken ct)
    {
        if (user is { Role: >= ConsoleRole.Administrator, IsActive: true }
            && !await db.ConsoleUsers.AnyAsync(u => u.CreditorId == user.CreditorId && u.Id != user.Id && u.IsActive && (u.Role == ConsoleRole.Administrator || u.Role == ConsoleRole.Controller), ct))
            throw new RefusedException("last_administrator", "The last administrator stays.", ("name", user.Name));
    }

    /// <summary>A new password, told once; the second factor goes off when its device is lost.</summary>
    public Task<(ConsoleUser User, string Password)> ResetPasswordAsync(Guid creditorId, Guid id, bool secondFactorToo, CancellationToken ct) => db.WriteAsync(async token =>
    {
        var user = await FindAsync(creditorId, id, token);
        var password = NewPassword();
        user.SetPassword(password);
        user.SignedIn();
        if (secondFactorToo) user.TurnOffTotp();
        return (user, password);
    }, ct);

    private async Task<ConsoleUser> FindAsync(Guid creditorId, Guid id, CancellationToken ct) =>
        await db.ConsoleUsers.SingleOrDefaultAsync(u => u.CreditorId == creditorId && u.Id == id, ct) ?? throw new RefusedException("not_found", $"No user {id}.");

    // No letters or digits that look alike: it is read out or typed over once.
    private static string NewPassword() => RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", 14);
}
