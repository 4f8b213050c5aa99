using System.Collections.Concurrent;
using Domi.Engine.Creditors;
using Domi.Engine.Wire;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Engine.Sessions;

/// <summary>
/// Finds who a token belongs to. What the database said is remembered for a few seconds, so that a busy client costs no query a call;
/// a log-out, or what a key may do from now on, is known at once on this node and within that time on the others.
/// </summary>
internal sealed class SessionStore(IServiceScopeFactory scopes)
{
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(3);
    private readonly ConcurrentDictionary<string, (Caller Caller, DateTimeOffset Until)> known = new(StringComparer.Ordinal);
    private readonly TimeProvider wall = TimeProvider.System;

    public async Task<Caller?> FindAsync(string header, CancellationToken ct)
    {
        var token = header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header[7..] : header;
        if (token.Length is < 20 or > 100) return null;

        var now = wall.GetUtcNow();
        if (known.TryGetValue(token, out var seen) && seen.Until > now) return seen.Caller;

        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<EngineDb>();
        var hash = Secrets.HashOf(token);
        var key = await db.ApiKeys.AsNoTracking().SingleOrDefaultAsync(k => k.RevokedAt == null && db.Sessions.Any(s => s.TokenHash == hash && s.ExpiresAt > now && s.ApiKeyId == k.Id), ct);
        if (key is null) return null;

        var caller = new Caller(key.CreditorId, key.Id, KeyScope.Of(key));
        if (known.Count > 10_000) known.Clear();
        known[token] = (caller, now + Remembered);
        return caller;
    }

    public void Forget(Guid apiKeyId)
    {
        foreach (var (token, seen) in known)
            if (seen.Caller.ApiKeyId == apiKeyId)
                known.TryRemove(token, out _);
    }
}
