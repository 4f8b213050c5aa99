using Domi.Platform;
using Domi.Twikey;

namespace Domi.BackOffice.Connections;

/// <summary>Clients of the provider, one per connection; the secrets are opened here and nowhere else.</summary>
public sealed class Clients(TwikeyClients twikey, Secrets secrets)
{
    public TwikeyClient For(Connection connection) => twikey.For(new(connection.Id, new Uri(connection.BaseAddress), secrets.Open(connection.ApiKeySealed),
        connection.PrivateKeySealed is null ? null : secrets.Open(connection.PrivateKeySealed), connection.Salt));

    public TwikeyClient For(TwikeyConnection candidate) => twikey.For(candidate);

    public void Forget(Guid connectionId) => twikey.Forget(connectionId);

    public bool SignatureHolds(Connection connection, string query, string? signature) =>
        WebhookSignature.Verify(secrets.Open(connection.ApiKeySealed), query, signature);

    /// <summary>Trouble that passes by itself: the row is tried again.</summary>
    public static bool Passes(TwikeyException e) => e.Fault is TwikeyFault.Unreachable or TwikeyFault.ServerError or TwikeyFault.RateLimited
        or TwikeyFault.InProgress or TwikeyFault.Unreadable or TwikeyFault.NotTwikey or TwikeyFault.ClockSkew or TwikeyFault.KeyRefused or TwikeyFault.PrivateKeyWrong;

    /// <summary>5 s, 20 s, 1 min, 5 min, then every quarter of an hour; longer when the provider asks for it, and as long as it says when it was called too often. Never above an hour.</summary>
    public static TimeSpan Wait(int attempts, TwikeyException? e)
    {
        var wait = attempts switch { 0 => TimeSpan.FromSeconds(5), 1 => TimeSpan.FromSeconds(20), 2 => TimeSpan.FromMinutes(1), 3 => TimeSpan.FromMinutes(5), _ => TimeSpan.FromMinutes(15) };
        if (e?.RetryAfter is not { } said) return wait;

        var asked = TimeSpan.FromSeconds(Math.Clamp(said.TotalSeconds, 1, 3600));
        return e.Fault is TwikeyFault.RateLimited || asked > wait ? asked : wait;
    }
}
