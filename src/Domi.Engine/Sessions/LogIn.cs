using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Domi.Engine.Creditors;
using Domi.Engine.Wire;
using Domi.Platform;
using Domi.Twikey;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Sessions;

/// <summary><c>POST /creditor</c>: exchanges an API key, and a one-time password where the key asks for one, for a session token.</summary>
/// <remarks>
/// Refuses with <c>err_no_login</c> (unknown key, missing or wrong password) and, after twenty unknown keys from one address or twenty
/// wrong passwords of one key in ten minutes, 429. The token holds for 24 hours; several of one key live side by side.
/// </remarks>
internal static class LogIn
{
    private const int MostFailures = 20;
    private static readonly TimeSpan FailureWindow = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan SessionLifetime = TimeSpan.FromHours(24);

    public static void Map(IEndpointRouteBuilder creditor)
    {
        creditor.MapPost("", HandleAsync);
        creditor.MapGet("", LogOutAsync);
    }

    private static async Task<IResult> HandleAsync(Call call, EngineDb db, Secrets secrets, CancellationToken ct)
    {
        var now = TimeProvider.System.GetUtcNow();
        var since = now - FailureWindow;
        var key = call.Text("apiToken", 200) is { } token
            ? await db.ApiKeys.AsNoTracking().SingleOrDefaultAsync(k => k.KeyHash == Secrets.HashOf(token) && k.RevokedAt == null, ct)
            : null;
        // Who guesses keys is known by where he calls from, who guesses passwords by the key: behind one proxy nobody locks out another.
        var guesser = key is null ? call.Http.Connection.RemoteIpAddress?.ToString() ?? "" : $"key:{key.Id:n}";
        // The window is full until the oldest of the last twenty has left it.
        var oldest = await db.FailedLogins.Where(f => f.Address == guesser && f.At > since).OrderByDescending(f => f.At).Skip(MostFailures - 1).Select(f => (DateTimeOffset?)f.At).FirstOrDefaultAsync(ct);
        if (oldest is { } at)
        {
            call.Http.Response.Headers["X-Rate-Limit-Retry-After-Seconds"] = Math.Ceiling((at + FailureWindow - now).TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
            return Results.StatusCode(StatusCodes.Status429TooManyRequests);
        }

        if (key is null || !PasswordHolds(key, call.Text("otp", 40), secrets, now))
        {
            db.FailedLogins.Add(new() { Address = guesser, At = now });
            await db.SaveChangesAsync(ct);
            throw new RefusedException("err_no_login", key is null ? "The API key is unknown." : "The one-time password does not hold.") { Field = key is null ? "apiToken" : "otp" };
        }

        var session = new Guid(RandomNumberGenerator.GetBytes(16)).ToString();
        var merchantId = await db.Creditors.Where(c => c.Id == key.CreditorId).Select(c => c.MerchantId).SingleAsync(ct);
        await db.WriteAsync(async write =>
        {
            await db.Sessions.Where(s => s.ExpiresAt < now).ExecuteDeleteAsync(write);
            db.Sessions.Add(new() { TokenHash = Secrets.HashOf(session), ApiKeyId = key.Id, CreditorId = key.CreditorId, ExpiresAt = now + SessionLifetime });
        }, ct);

        call.Http.Response.Headers.Authorization = session;
        call.Http.Response.Headers["X-MERCHANT-ID"] = merchantId.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return Json.Answer(new JsonObject { ["Authorization"] = session });
    }

    private static bool PasswordHolds(ApiKey key, string? given, Secrets secrets, DateTimeOffset now) =>
        key.PrivateKeySealed is null || (given is not null && OneTimePassword.Matches(secrets.Open(key.PrivateKeySealed), key.Salt, now, given));

    /// <summary><c>GET /creditor</c>: ends every session of the key. Without a token there is nothing to end, and that is no error.</summary>
    private static async Task<IResult> LogOutAsync(HttpContext http, EngineDb db, SessionStore sessions, CancellationToken ct)
    {
        if (await sessions.FindAsync(http.Request.Headers.Authorization.ToString(), ct) is { } caller)
        {
            await db.WriteAsync(write => db.Sessions.Where(s => s.ApiKeyId == caller.ApiKeyId).ExecuteDeleteAsync(write), ct);
            sessions.Forget(caller.ApiKeyId);
        }

        return Json.Answer(new JsonObject());
    }
}
