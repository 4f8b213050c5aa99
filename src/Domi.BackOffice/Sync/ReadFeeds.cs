using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Domi.BackOffice.Connections;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Mandates;
using Domi.Platform;
using Domi.Twikey;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Domi.BackOffice.Sync;

/// <summary>
/// Reads the feeds of a connection: on its polling interval, and at once when a webhook wakes it. Per event one transaction inserts its
/// key, applies it and audits; the position follows. An event that makes no sense is kept aside, and the reader goes on.
/// </summary>
public sealed class ReadFeeds(
    OfficeDb db, Clients clients, ApplyPayment applyPayment, ApplyInvoiceSnapshot applyInvoice, ApplyMandate applyMandate,
    BusinessClock clock, DomiSettings settings, ILogger<ReadFeeds> log) : IJob
{
    private const int MostTries = 4;

    private static readonly string?[] OfTheWay = ["TWK-UNREACHABLE", "TWK-NOT-TWIKEY", "TWK-KEY-REFUSED", "TWK-PRIVATE-KEY", "TWK-CLOCK"];
    private static readonly TimeProvider Wall = TimeProvider.System;
    private static readonly ConcurrentDictionary<(Guid Connection, string Key), int> Stubborn = new();

    public static string Name => "read-feeds";

    public static int Parallel => 4;

    public static bool UsesWallClock => true;

    public async Task<IReadOnlyList<DueWork>> DueAsync(DateTimeOffset now, int most, CancellationToken ct) =>
        await db.Connections.AsNoTracking().Where(c => c.PollDueAt <= now).OrderBy(c => c.PollDueAt).Take(most)
            .Select(c => new DueWork(c.Id.ToString(), c.Id.ToString(), c.PollDueAt!.Value)).ToListAsync(ct);

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken ct) => await db.Connections.MinAsync(c => c.PollDueAt, ct);

    public async Task RunAsync(DueWork work, CancellationToken ct)
    {
        var id = Guid.Parse(work.Id);
        if (await db.Connections.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, ct) is not { } connection) return;

        // The next poll is planned first: a webhook that comes while we read brings it forward, and is not forgotten.
        await PlanAsync(id, Wall.GetUtcNow() + settings.PollingInterval, ct);
        try
        {
            await ReadAllAsync(connection, ct);
            await db.WriteAsync(async token => (await db.Connections.SingleAsync(c => c.Id == id, token)).ReadWell(Wall.GetUtcNow()), ct);
            await WakeWaitingAsync(id, ct);
        }
        catch (TwikeyException e) when (e.Fault is TwikeyFault.InProgress)
        {
            await PlanAsync(id, Wall.GetUtcNow().AddSeconds(2), ct); // somebody reads already
        }
        catch (TwikeyException e)
        {
            log.LogWarning("Connection {Connection}: the feeds were not read ({Code}).", id, e.SupportCode);
            db.ChangeTracker.Clear();
            await db.WriteAsync(async token =>
            {
                var failing = await db.Connections.SingleAsync(c => c.Id == id, token);
                failing.Failed(e.SupportCode, e.Message, Wall.GetUtcNow());
                if (e.RetryAfter is { } wait && Wall.GetUtcNow() + wait > failing.PollDueAt) failing.PollDueAt = Wall.GetUtcNow() + wait;
            }, ct);
        }
    }

    /// <summary>
    /// The provider answers: what waits because it was not reached, or did not know us, need not wait its time out. What it asked to wait for,
    /// or fails at by itself, goes on waiting.
    /// </summary>
    private async Task WakeWaitingAsync(Guid id, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var links = db.Invoices.Where(i => i.ConnectionId == id && i.LinkDueAt > now && i.LinkState == LinkState.Waiting && OfTheWay.Contains(i.LinkError));
        var sends = db.Invoices.Where(i => i.ConnectionId == id && i.SendDueAt > now && i.SendState == SendState.Waiting && OfTheWay.Contains(i.SendError));
        var invitations = db.Invitations.Where(i => i.ConnectionId == id && i.DueAt > now && OfTheWay.Contains(i.LastError));
        if (!await links.AnyAsync(ct) && !await sends.AnyAsync(ct) && !await invitations.AnyAsync(ct)) return;

        await db.WriteAsync(async token =>
        {
            await links.ExecuteUpdateAsync(set => set.SetProperty(i => i.LinkDueAt, now), token);
            await sends.ExecuteUpdateAsync(set => set.SetProperty(i => i.SendDueAt, now), token);
            await invitations.ExecuteUpdateAsync(set => set.SetProperty(i => i.DueAt, now), token);
        }, ct);
    }

    /// <summary>
    /// Reads everything that is new, at once: what the "sync now" button does. A feed that cannot be read keeps no other one from being
    /// read; the first trouble is thrown at the end.
    /// </summary>
    public async Task ReadAllAsync(Connection connection, CancellationToken ct)
    {
        var client = clients.For(connection);
        TwikeyException? trouble = null;
        // Mandates first: an invoice that is collected on a new mandate then finds it.
        await TryAsync(() => ReadAsync(connection, "mandates", client.ReadMandatesAsync, change => applyMandate.PrepareAsync(connection, client, change, ct), applyMandate.ApplyAsync, ct));
        if (!connection.LacksPaymentFeed) await TryAsync(() => ReadPaymentsAsync(connection, client, ct));
        await TryAsync(() => ReadAsync(connection, "invoices", client.ReadInvoicesAsync, snapshot => applyInvoice.PrepareAsync(connection, client, snapshot, ct), applyInvoice.ApplyAsync, ct));
        if (trouble is not null) throw trouble;

        async Task TryAsync(Func<Task> read)
        {
            if (trouble is not null && IsOfConnection(trouble.Fault)) return;
            try
            {
                await read();
            }
            catch (TwikeyException e)
            {
                trouble ??= e;
            }
        }
    }

    private async Task ReadPaymentsAsync(Connection connection, TwikeyClient client, CancellationToken ct)
    {
        try
        {
            await ReadAsync(connection, "payments", client.ReadPaymentsAsync, payment => applyPayment.PrepareAsync(connection, client, payment, ct), applyPayment.ApplyAsync, ct);
        }
        catch (TwikeyException e) when (e.Fault is TwikeyFault.NotFound)
        {
            // Asked again every night: a feed that was hidden for a moment must not have amounts assumed for ever.
            await db.WriteAsync(async token => (await db.Connections.SingleAsync(c => c.Id == connection.Id, token)).LacksPaymentFeed = true, ct);
            connection.LacksPaymentFeed = true;
        }
    }

    /// <summary>Applies an event again that was set aside, from what was kept of it.</summary>
    /// <returns>What became of it; null when there is no such event.</returns>
    public async Task<InboxState?> AgainAsync(Guid eventId, CancellationToken ct)
    {
        if (await db.Inbox.AsNoTracking().SingleOrDefaultAsync(e => e.Id == eventId && e.State == InboxState.Quarantined && e.Payload != null, ct) is not { } kept) return null;

        var connection = await db.Connections.AsNoTracking().SingleAsync(c => c.Id == kept.ConnectionId, ct);
        var client = clients.For(connection);
        return kept.Feed switch
        {
            "mandates" => await TakeAsync(connection, kept.Feed, kept.Position, kept.Key, FeedEntries.Mandate(kept.Payload!), change => applyMandate.PrepareAsync(connection, client, change, ct), applyMandate.ApplyAsync, ct),
            "payments" => await TakeAsync(connection, kept.Feed, kept.Position, kept.Key, FeedEntries.Payment(kept.Payload!), payment => applyPayment.PrepareAsync(connection, client, payment, ct), applyPayment.ApplyAsync, ct),
            _ => await TakeAsync(connection, kept.Feed, kept.Position, kept.Key, FeedEntries.Invoice(kept.Payload!), snapshot => applyInvoice.PrepareAsync(connection, client, snapshot, ct), applyInvoice.ApplyAsync, ct),
        };
    }

    private async Task ReadAsync<TEvent, TReady>(
        Connection connection, string feed, Func<string?, CancellationToken, Task<FeedPage<TEvent>>> read,
        Func<TEvent, Task<TReady>> prepare, Func<Connection, TReady, CancellationToken, Task<Applied>> apply, CancellationToken ct)
        where TEvent : class
    {
        while (true)
        {
            var position = await db.FeedPositions.AsNoTracking().Where(p => p.ConnectionId == connection.Id && p.Feed == feed).Select(p => p.Position).SingleOrDefaultAsync(ct);
            var page = await read(position, ct);
            foreach (var item in page.Items)
            {
                var key = $"{item.Sequence?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "-"}:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(item.Json)))}";
                await TakeAsync(connection, feed, item.Sequence?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? page.Last, key, item, prepare, apply, ct);
                db.ChangeTracker.Clear();
            }

            if (page.Items.Count == 0) return;

            // Only now: a crash before this line reads the page again, and every event of it is known.
            await MoveOnAsync(connection.Id, feed, position, page.Last ?? position, ct);
            if (page.Last is null || page.Last == position) return; // a provider that does not move on is not asked for ever
        }
    }

    // Somebody who set the position back meanwhile is right: the reader then begins there.
    private Task MoveOnAsync(Guid connectionId, string feed, string? from, string? to, CancellationToken ct) => db.WriteOrRepeatAsync(async token =>
    {
        var now = Wall.GetUtcNow();
        var moved = await db.FeedPositions.Where(p => p.ConnectionId == connectionId && p.Feed == feed && p.Position == from)
            .ExecuteUpdateAsync(set => set.SetProperty(p => p.Position, to).SetProperty(p => p.LastNewsAt, now), token);
        if (moved == 0 && from is null && !await db.FeedPositions.AnyAsync(p => p.ConnectionId == connectionId && p.Feed == feed, token))
            db.FeedPositions.Add(new() { ConnectionId = connectionId, Feed = feed, Position = to, LastNewsAt = now });
    }, ct);

    private async Task<InboxState> TakeAsync<TEvent, TReady>(
        Connection connection, string feed, string? position, string key, FeedItem<TEvent> item,
        Func<TEvent, Task<TReady>> prepare, Func<Connection, TReady, CancellationToken, Task<Applied>> apply, CancellationToken ct)
        where TEvent : class
    {
        var known = db.Inbox.Where(e => e.ConnectionId == connection.Id && e.Feed == feed && e.Key == key);
        // What was set aside is tried again when it comes by again; the rest is done.
        if (await known.Select(e => (InboxState?)e.State).SingleOrDefaultAsync(ct) is { } state and not InboxState.Quarantined) return state;

        TReady ready = default!;
        var aside = item.Value is null ? "unreadable" : null;
        if (item.Value is not null)
        {
            // What has to be asked of the provider, before the transaction.
            try
            {
                ready = await prepare(item.Value);
                Stubborn.TryRemove((connection.Id, key), out _);
            }
            catch (TwikeyException e) when (!IsOfConnection(e.Fault) && IsStubborn(connection.Id, key, e.Fault))
            {
                log.LogWarning("Connection {Connection}: an event of {Feed} is set aside ({Code}).", connection.Id, feed, e.SupportCode);
                aside = "provider_failed";
            }
            catch (Exception e) when (ModuleDb.IsUnstorable(e))
            {
                aside = "not_storable"; // not even to look for
            }
        }

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await db.WriteAsync(async token =>
                {
                    var applied = aside is null ? await apply(connection, ready, token) : Applied.Aside(aside);
                    var row = await known.SingleOrDefaultAsync(token);
                    if (row is null)
                        db.Inbox.Add(row = new() { OwnCompanyId = connection.OwnCompanyId, ConnectionId = connection.Id, Feed = feed, Key = key, Position = position });
                    (row.State, row.Reason, row.ReceivedAt) = (applied.State, applied.Reason, Wall.GetUtcNow());
                    row.Payload = applied.State is InboxState.Quarantined ? Limit(item.Json) : null;
                    return applied.State;
                }, ct);
            }
            catch (DbUpdateException e) when (ModuleDb.IsDuplicate(e) || e is DbUpdateConcurrencyException)
            {
                // A second reader took the same event, or a clerk changed the invoice at this moment.
                db.ChangeTracker.Clear();
                if (await known.Select(i => (InboxState?)i.State).SingleOrDefaultAsync(ct) is { } taken and not InboxState.Quarantined) return taken;
                if (attempt == 5) throw;
            }
            catch (Exception e) when (aside is null && ModuleDb.IsUnstorable(e))
            {
                db.ChangeTracker.Clear();
                aside = "not_storable"; // a text that no column takes, and no query either
            }
            catch (RefusedException e) when (aside is null)
            {
                db.ChangeTracker.Clear();
                aside = e.Code; // a rule declined it: kept aside with the rule's name
            }
        }
    }

    /// <summary>Trouble that every other call would meet as well: nothing of it is the event's.</summary>
    internal static bool IsOfConnection(TwikeyFault fault) =>
        fault is TwikeyFault.Unreachable or TwikeyFault.RateLimited or TwikeyFault.InProgress or TwikeyFault.KeyRefused or TwikeyFault.PrivateKeyWrong or TwikeyFault.ClockSkew;

    // What the provider declines it will decline again. A fault of its own may pass: the feed waits for it a few times, and then goes on without.
    private static bool IsStubborn(Guid connectionId, string key, TwikeyFault fault)
    {
        if (fault is TwikeyFault.Declined or TwikeyFault.NotFound) return true;
        if (Stubborn.Count > 10_000) Stubborn.Clear();
        return Stubborn.AddOrUpdate((connectionId, key), 1, (_, tries) => tries + 1) >= MostTries;
    }

    private static string Limit(string json) => json.Length > 500_000 ? json[..500_000] : json;

    private Task<int> PlanAsync(Guid id, DateTimeOffset at, CancellationToken ct) =>
        db.WriteAsync(token => db.Connections.Where(c => c.Id == id).ExecuteUpdateAsync(set => set.SetProperty(c => c.PollDueAt, at), token), ct);
}

/// <summary>What became of an event.</summary>
public readonly record struct Applied(InboxState State, string? Reason)
{
    public static readonly Applied Done = new(InboxState.Applied, null);

    public static readonly Applied Nothing = new(InboxState.Unchanged, null);

    public static Applied Aside(string reason) => new(InboxState.Quarantined, reason);
}
