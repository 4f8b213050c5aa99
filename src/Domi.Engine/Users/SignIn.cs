using System.Security.Claims;
using Domi.Platform;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.EntityFrameworkCore;
using OtpNet;

namespace Domi.Engine.Users;

internal enum SignInOutcome { Done, Wrong, NeedsCode }

/// <summary>Signs a person in to the console by password, and by the second factor where it is on.</summary>
/// <remarks>Wrong password, unknown address and locked account are one answer.</remarks>
internal sealed class SignIn(EngineDb db, Secrets secrets)
{
    private static readonly TimeProvider Wall = TimeProvider.System;

    /// <summary>Hashing for nobody takes as long as for somebody: the time does not tell who exists.</summary>
    private static readonly ConsoleUser Nobody = MakeNobody();

    public Task<(SignInOutcome Outcome, ConsoleUser? User)> RunAsync(string email, string password, CancellationToken ct) =>
        CountedAsync(token => TryAsync(email, password, token), (SignInOutcome.Wrong, null), ct);

    // Many at once meet on the counters: whoever is beaten looks again, and who is beaten all the time is answered as if it were wrong.
    private async Task<T> CountedAsync<T>(Func<CancellationToken, Task<T>> attempt, T beaten, CancellationToken ct)
    {
        try
        {
            return await db.RepeatWhenBeatenAsync(attempt, ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return beaten;
        }
    }

    private async Task<(SignInOutcome Outcome, ConsoleUser? User)> TryAsync(string email, string password, CancellationToken ct)
    {
        var address = email.Trim().ToLowerInvariant();
        var now = Wall.GetUtcNow();
        var user = await db.ConsoleUsers.SingleOrDefaultAsync(u => u.Email == address, ct);
        if (user is null)
        {
            Nobody.TryPassword(password, now);
            return (SignInOutcome.Wrong, null);
        }

        var holds = user.TryPassword(password, now);
        if (holds && user.TotpSealed is not null) return (SignInOutcome.NeedsCode, user);
        if (holds) user.SignedIn();
        await db.SaveChangesAsync(ct);
        return (holds ? SignInOutcome.Done : SignInOutcome.Wrong, user);
    }

    /// <summary>The second step, after the right password: the code alone. Null when it is wrong, used, or the account is locked.</summary>
    /// <param name="stamp">The session stamp when the password was given: a password changed since then ends the attempt.</param>
    public Task<ConsoleUser?> ByCodeAsync(Guid userId, string stamp, string code, CancellationToken ct) =>
        CountedAsync(token => TryCodeAsync(userId, stamp, code, token), null, ct);

    private async Task<ConsoleUser?> TryCodeAsync(Guid userId, string stamp, string code, CancellationToken ct)
    {
        var now = Wall.GetUtcNow();
        if (await db.ConsoleUsers.SingleOrDefaultAsync(u => u.Id == userId && u.IsActive, ct) is not { TotpSealed: { } sealedSecret } user) return null;
        if (user.SessionStamp != stamp || user.LockedUntil > now) return null;

        var holds = CodeHolds(secrets.Open(sealedSecret), code, out var step) && user.TryTotpStep(step);
        if (holds) user.SignedIn();
        else user.Missed(now);
        await db.SaveChangesAsync(ct);
        return holds ? user : null;
    }

    /// <summary>What the session's cookie says; everything else is read at each request.</summary>
    public static ClaimsPrincipal PrincipalOf(ConsoleUser user) =>
        new(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, user.Id.ToString()), new("stamp", user.SessionStamp)], CookieAuthenticationDefaults.AuthenticationScheme));

    public static bool CodeHolds(string secret, string code, out long step) =>
        new Totp(Base32Encoding.ToBytes(secret)).VerifyTotp(Wall.GetUtcNow().UtcDateTime, code.Trim().Replace(" ", "", StringComparison.Ordinal), out step, new VerificationWindow(1, 1));

    private static ConsoleUser MakeNobody()
    {
        var nobody = new ConsoleUser { Email = "", Name = "" };
        nobody.SetPassword(Secrets.NewToken());
        return nobody;
    }
}
