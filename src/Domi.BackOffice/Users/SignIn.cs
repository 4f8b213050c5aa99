using System.Security.Claims;
using Domi.Platform;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.EntityFrameworkCore;
using OtpNet;

namespace Domi.BackOffice.Users;

public enum SignInOutcome { Done, Wrong, NeedsCode }

/// <summary>Signs a person in by password, and by the second factor where it is on.</summary>
/// <remarks>Wrong password, unknown address and locked account are one answer.</remarks>
public sealed class SignIn(OfficeDb db, Secrets secrets)
{
    private static readonly TimeProvider Wall = TimeProvider.System;

    /// <summary>Hashing for nobody takes as long as for somebody: the time does not tell who exists.</summary>
    private static readonly User Nobody = MakeNobody();

    public Task<(SignInOutcome Outcome, User? User)> RunAsync(string email, string password, string? code, CancellationToken ct) =>
        CountedAsync(token => TryAsync(email, password, code, token), (SignInOutcome.Wrong, null), ct);

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

    private async Task<(SignInOutcome Outcome, User? User)> TryAsync(string email, string password, string? code, CancellationToken ct)
    {
        var address = email.Trim().ToLowerInvariant();
        var now = Wall.GetUtcNow();
        var user = await db.Users.SingleOrDefaultAsync(u => u.Email == address, ct);
        if (user is null)
        {
            Nobody.TryPassword(password, now);
            return (SignInOutcome.Wrong, null);
        }

        var outcome = SignInOutcome.Done;
        if (!user.TryPassword(password, now)) outcome = SignInOutcome.Wrong;
        else if (user.TotpSealed is { } sealedSecret)
        {
            if (string.IsNullOrWhiteSpace(code)) return (SignInOutcome.NeedsCode, user);
            if (!CodeHolds(secrets.Open(sealedSecret), code, out var step) || !user.TryTotpStep(step))
            {
                user.Missed(now);
                outcome = SignInOutcome.Wrong;
            }
        }

        if (outcome is SignInOutcome.Done) user.SignedIn();
        await db.SaveChangesAsync(ct);
        return (outcome, user);
    }

    /// <summary>The second step, after the right password: the code alone. Null when it is wrong, used, or the account is locked.</summary>
    /// <param name="stamp">The user's session stamp when the password was given: a password changed since then ends the attempt.</param>
    public Task<User?> ByCodeAsync(Guid userId, string stamp, string code, CancellationToken ct) =>
        CountedAsync(token => TryCodeAsync(userId, stamp, code, token), null, ct);

    private async Task<User?> TryCodeAsync(Guid userId, string stamp, string code, CancellationToken ct)
    {
        var now = Wall.GetUtcNow();
        if (await db.Users.SingleOrDefaultAsync(u => u.Id == userId && u.IsActive, ct) is not { TotpSealed: { } sealedSecret } user) return null;
        if (user.SessionStamp != stamp || user.LockedUntil > now) return null;

        var holds = CodeHolds(secrets.Open(sealedSecret), code, out var step) && user.TryTotpStep(step);
        if (holds) user.SignedIn();
        else user.Missed(now);
        await db.SaveChangesAsync(ct);
        return holds ? user : null;
    }

    /// <summary>What the session's cookie says; everything else is read at each request.</summary>
    public async Task<ClaimsPrincipal> PrincipalAsync(User user, Guid? company, CancellationToken ct)
    {
        var first = company ?? await CompaniesOf(db, user).OrderBy(c => c.Id).Select(c => (Guid?)c.Id).FirstOrDefaultAsync(ct);
        var claims = new List<Claim> { new(ClaimTypes.NameIdentifier, user.Id.ToString()), new("stamp", user.SessionStamp) };
        if (first is { } id) claims.Add(new("company", id.ToString()));
        return new(new ClaimsIdentity(claims, CookieAuthenticationDefaults.AuthenticationScheme));
    }

    /// <summary>The own companies a person may work for.</summary>
    public static IQueryable<Companies.OwnCompany> CompaniesOf(OfficeDb db, User user) => user.Role is Role.Administrator
        ? db.Companies.IgnoreQueryFilters().Where(c => c.IsActive)
        : db.Companies.IgnoreQueryFilters().Where(c => c.IsActive && db.UserCompanies.Any(a => a.UserId == user.Id && a.OwnCompanyId == c.Id));

    public static bool CodeHolds(string secret, string code, out long step) =>
        new Totp(Base32Encoding.ToBytes(secret)).VerifyTotp(Wall.GetUtcNow().UtcDateTime, code.Trim().Replace(" ", "", StringComparison.Ordinal), out step, new VerificationWindow(1, 1));

    private static User MakeNobody()
    {
        var nobody = new User { Email = "", Name = "" };
        nobody.SetPassword(Secrets.NewToken());
        return nobody;
    }
}
