using System.Collections.Concurrent;
using Domi.Engine.Profiles;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Creditors;

/// <summary>Who is woken when a feed of the creditor has news.</summary>
internal sealed record WebhookTarget(Guid ApiKeyId, string Url);

/// <summary>What nearly every call needs to know of its creditor, to be read only: others read the same objects.</summary>
/// <remarks>
/// Remembered for three seconds, so that a busy client costs no query a call. A change through this node is known at once, here and
/// wherever its context was used; another node knows it within that time.
/// </remarks>
internal sealed record CreditorFacts(Creditor Creditor, IReadOnlyList<Profile> Profiles, IReadOnlyList<WebhookTarget> Targets)
{
    private const long RememberedMilliseconds = 3_000;

    private static readonly ConcurrentDictionary<Guid, (CreditorFacts Facts, long Until)> Known = new();
    private static long changes;

    public Profile ProfileOf(Guid profileId) => Profiles.Single(p => p.Id == profileId);

    public static async ValueTask<CreditorFacts> ReadAsync(EngineDb db, Guid creditorId, CancellationToken ct)
    {
        if (Known.TryGetValue(creditorId, out var seen) && seen.Until > Environment.TickCount64) return seen.Facts;

        var before = Interlocked.Read(ref changes);
        var facts = new CreditorFacts(
            await db.Creditors.AsNoTracking().SingleAsync(c => c.Id == creditorId, ct),
            await db.Profiles.AsNoTracking().Where(p => p.CreditorId == creditorId).OrderBy(p => p.Number).ToListAsync(ct),
            await db.ApiKeys.AsNoTracking().Where(k => k.CreditorId == creditorId && k.WebhookUrl != null && k.RevokedAt == null)
                .Select(k => new WebhookTarget(k.Id, k.WebhookUrl!)).ToListAsync(ct));
        // What a transaction sees of itself may never be committed, and what changed while it was read is old.
        if (db.Database.CurrentTransaction is null && before == Interlocked.Read(ref changes))
        {
            if (Known.Count > 10_000) Known.Clear();
            Known[creditorId] = (facts, Environment.TickCount64 + RememberedMilliseconds);
        }

        return facts;
    }

    /// <summary>A creditor, a profile or a key was changed here.</summary>
    public static void Forget()
    {
        Interlocked.Increment(ref changes);
        Known.Clear();
    }
}
