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
    private static readonly TimeProvider Wall = TimeProvider.System;

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

    /// <summary>The provider answers: what waits because it did not need not wait its time out.</summary>
    private async Task WakeWaitingAsync(Guid id, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var links = db.Invoices.Where(i => i.ConnectionId == id && i.LinkDueAt > now && i.LinkState == LinkState.Waiting);
        var sends = db.Invoices.Where(i => i.ConnectionId == id && i.SendDueAt > now && i.SendState == SendState.Waiting);
        var invitations = db.Invitations.Where(i => i.ConnectionId == id && i.DueAt > now);
        if (!await links.AnyAsync(ct) && !await sends.AnyAsync(ct) && !await invitations.AnyAsync(ct)) return;

        await db.WriteAsync(async token =>
        {
            await links.ExecuteUpdateAsync(set => set.SetProperty(i => i.LinkDueAt, now), token);
            await sends.ExecuteUpdateAsync(set => set.SetProperty(i => i.SendDueAt, now), token);
            await invitations.ExecuteUpdateAsync(set => set.SetProperty(i => i.DueAt, now), token);
        }, ct);
    }

    /// <summary>Reads everything that is new, at once: what the "sync now" button does.</summary>
    public async Task ReadAllAsync(Connection connection, CancellationToken ct)
    {
        var client = clients.For(connection);
        // Mandates first: an invoice that is collected on a new mandate then finds it.
        await ReadAsync(connection, "mandates", client.ReadMandatesAsync, change => applyMandate.PrepareAsync(connection, client, change, ct), applyMandate.ApplyAsync, ct);
        if (!connection.LacksPaymentFeed)
        {
            try
            {
                await ReadAsync(connection, "payments", client.ReadPaymentsAsync, payment => applyPayment.PrepareAsync(connection, client, payment, ct), applyPayment.ApplyAsync, ct);
            }
            catch (TwikeyException e) when (e.Fault is TwikeyFault.NotFound)
            {
                await db.WriteAsync(async token => (await db.Connections.SingleAsync(c => c.Id == connection.Id, token)).LacksPaymentFeed = true, ct);
                connection.LacksPaymentFeed = true;
            }
        }

        await ReadAsync(connection, "invoices", client.ReadInvoicesAsync, snapshot => applyInvoice.PrepareAsync(connection, client, snapshot, ct), applyInvoice.ApplyAsync, ct);
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
                await TakeAsync(connection, feed, page, item, prepare, apply, ct);
                db.ChangeTracker.Clear();
            }

            if (page.Items.Count == 0) return;

            // Only now: a crash before this line reads the page again, and every event of it is known.
            await db.WriteAsync(async token =>
            {
                var row = await db.FeedPositions.SingleOrDefaultAsync(p => p.ConnectionId == connection.Id && p.Feed == feed, token);
                if (row is null) db.FeedPositions.Add(row = new() { ConnectionId = connection.Id, Feed = feed });
                (row.Position, row.LastNewsAt) = (page.Last ?? row.Position, Wall.GetUtcNow());
            }, ct);
            db.ChangeTracker.Clear();
            if (page.Last is null || page.Last == position) return; // a provider that does not move on is not asked for ever
        }
    }

    private async Task TakeAsync<TEvent, TReady>(
        Connection connection, string feed, FeedPage<TEvent> page, FeedItem<TEvent> item,
        Func<TEvent, Task<TReady>> prepare, Func<Connection, TReady, CancellationToken, Task<Applied>> apply, CancellationToken ct)
        where TEvent : class
    {
        var key = $"{item.Sequence?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "-"}:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(item.Json)))}";
        if (await db.Inbox.AnyAsync(e => e.ConnectionId == connection.Id && e.Feed == feed && e.Key == key, ct)) return;

        TReady ready = default!;
        string? unreadable = item.Value is null ? "unreadable" : null;
        if (item.Value is not null) ready = await prepare(item.Value); // what has to be asked of the provider, before the transaction

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await db.WriteAsync(async token =>
                {
                    var applied = unreadable is null ? await apply(connection, ready, token) : Applied.Aside(unreadable);
                    var aside = applied.State is InboxState.Quarantined;
                    db.Inbox.Add(new()
                    {
                        OwnCompanyId = connection.OwnCompanyId,
                        ConnectionId = connection.Id,
                        Feed = feed,
                        Key = key,
                        Position = item.Sequence?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? page.Last,
                        State = applied.State,
                        Reason = applied.Reason,
                        Payload = aside ? Limit(item.Json) : null,
                        ReceivedAt = Wall.GetUtcNow(),
                    });
                }, ct);
                return;
            }
            catch (DbUpdateException e) when (ModuleDb.IsDuplicate(e) || e is DbUpdateConcurrencyException)
            {
                // A second reader took the same event, or a clerk changed the invoice at this moment.
                db.ChangeTracker.Clear();
                if (await db.Inbox.AnyAsync(i => i.ConnectionId == connection.Id && i.Feed == feed && i.Key == key, ct)) return;
                if (attempt == 5) throw;
            }
            catch (RefusedException e) when (unreadable is null)
            {
                db.ChangeTracker.Clear();
                unreadable = e.Code; // a rule declined it: kept aside with the rule's name
            }
        }
    }

    private static string Limit(string json) => json.Length > 20_000 ? json[..20_000] : json;

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
