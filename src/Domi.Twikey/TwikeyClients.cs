using System.Collections.Concurrent;

namespace Domi.Twikey;

/// <summary>Makes clients, one per connection; sockets, policy and sessions are shared. Safe for use by many threads.</summary>
/// <param name="sockets">Must know the client that <see cref="TwikeyHttp.AddTwikeyClients"/> registers.</param>
/// <param name="clock">The wall clock.</param>
public sealed class TwikeyClients(IHttpClientFactory sockets, TimeProvider clock)
{
    private readonly ConcurrentDictionary<(Guid Connection, string Fingerprint), Session> sessions = new();

    /// <summary>A client for a connection. It logs in when first needed; keep it for a piece of work, not for ever.</summary>
    public TwikeyClient For(TwikeyConnection connection)
    {
        var session = sessions.GetOrAdd((connection.Id, connection.Fingerprint()), _ => new Session(clock));
        return new TwikeyClient(new Wire(sockets.CreateClient(TwikeyHttp.ClientName), connection, session, clock));
    }

    /// <summary>
    /// Forgets the sessions of a connection, with whatever credentials: the next call logs in. It never logs out, because that ends
    /// every session of the API key, also those of others.
    /// </summary>
    public void Forget(Guid connectionId)
    {
        foreach (var key in sessions.Keys.Where(key => key.Connection == connectionId))
        {
            if (sessions.TryRemove(key, out var session)) session.Forget();
        }
    }
}
