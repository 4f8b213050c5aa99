using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Feeds;

/// <summary>
/// One reader at a time of a key's feed, over all nodes. On PostgreSQL an advisory lock of the connection, which dies with it; on SQLite,
/// where one process serves, a note in memory.
/// </summary>
internal sealed class FeedLock : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<(string Database, Guid Key, FeedName Feed), byte> Held = new();

    private readonly EngineDb db;
    private readonly (string Database, Guid Key, FeedName Feed) name;
    private readonly long number;

    private FeedLock(EngineDb db, Guid apiKeyId, FeedName feed)
    {
        this.db = db;
        name = (db.IsSqlite ? db.Database.GetDbConnection().DataSource : "", apiKeyId, feed);
        number = BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"feed:{apiKeyId:n}:{feed}")));
    }

    /// <summary>Null when somebody reads already.</summary>
    public static async Task<FeedLock?> TryTakeAsync(EngineDb db, Guid apiKeyId, FeedName feed, CancellationToken ct)
    {
        var wanted = new FeedLock(db, apiKeyId, feed);
        if (db.IsSqlite) return Held.TryAdd(wanted.name, 0) ? wanted : null;

        // The connection stays open and the context's own until the lock is given back.
        await db.Database.OpenConnectionAsync(ct);
        var taken = false;
        try
        {
            // Not to be broken off: a lock that was given and not told would stay with the pooled connection.
            taken = (await db.Database.SqlQuery<bool>($"select pg_try_advisory_lock({wanted.number}) as \"Value\"").ToListAsync(CancellationToken.None)).Single();
            return taken ? wanted : null;
        }
        finally
        {
            if (!taken) await db.Database.CloseConnectionAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (db.IsSqlite)
        {
            Held.TryRemove(name, out _);
            return;
        }

        try
        {
            await db.Database.ExecuteSqlAsync($"select pg_advisory_unlock({number})", CancellationToken.None);
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }
}
