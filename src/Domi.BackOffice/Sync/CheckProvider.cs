using Domi.BackOffice.Connections;
using Domi.BackOffice.Invoices;
using Domi.Platform;
using Domi.Twikey;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Domi.BackOffice.Sync;

/// <summary>
/// Every night: asks the provider for the invoices that are open here and compares. Where they differ and the feeds have had nothing
/// for a day, the positions go back to the beginning: the ledger's keys make reading again harmless.
/// </summary>
public sealed class CheckProvider(OfficeDb db, Clients clients, ILogger<CheckProvider> log) : IRecurring
{
    private const int MostPerNight = 2_000;

    public static string Name => "check-provider";

    public static bool UsesWallClock => true;

    public static DateTimeOffset NextAfter(DateTimeOffset due, DomiSettings settings) => due.BrusselsDate().AddDays(1).At(3);

    public async Task RunAsync(DateTimeOffset due, CancellationToken ct)
    {
        foreach (var connection in await db.Connections.AsNoTracking().Where(c => c.IsActive).ToListAsync(ct)) await CheckAsync(connection, ct);
    }

    /// <summary>Answers how many invoices differ.</summary>
    public async Task<int> CheckAsync(Connection connection, CancellationToken ct)
    {
        var client = clients.For(connection);
        var open = await db.Invoices.AsNoTracking().Where(i => i.ConnectionId == connection.Id && i.LinkState == LinkState.Ready && (i.PaymentState == PaymentState.Unpaid || i.PaymentState == PaymentState.PartiallyPaid))
            .OrderBy(i => i.Id).Take(MostPerNight).Select(i => new { i.Id, i.Number, i.ProviderState }).ToListAsync(ct);
        var different = 0;
        try
        {
            foreach (var invoice in open)
            {
                var there = await client.FindInvoiceAsync(invoice.Id, ct);
                if (there is not null && there.State != invoice.ProviderState) different++;
            }
        }
        catch (TwikeyException e)
        {
            log.LogWarning("Connection {Connection}: the nightly check broke off ({Code}).", connection.Id, e.SupportCode);
            return different;
        }

        if (different == 0) return 0;

        log.LogWarning("Connection {Connection}: {Count} invoices differ from the provider's.", connection.Id, different);
        var quiet = TimeProvider.System.GetUtcNow().AddDays(-1);
        await db.WriteAsync(async token =>
        {
            foreach (var position in await db.FeedPositions.Where(p => p.ConnectionId == connection.Id && (p.LastNewsAt == null || p.LastNewsAt < quiet)).ToListAsync(token))
                position.Position = null;
            (await db.Connections.SingleAsync(c => c.Id == connection.Id, token)).PollDueAt = TimeProvider.System.GetUtcNow();
        }, ct);
        return different;
    }
}

/// <summary>Reads the feeds again from a moment on; what was applied stays applied once.</summary>
public sealed class ReplayFeeds(OfficeDb db)
{
    public Task RunAsync(Guid connectionId, DateTimeOffset? from, CancellationToken ct) => db.WriteAsync(async token =>
    {
        var connection = await db.Connections.SingleOrDefaultAsync(c => c.Id == connectionId, token) ?? throw new RefusedException("not_found", "No such connection.");
        foreach (var position in await db.FeedPositions.Where(p => p.ConnectionId == connectionId).ToListAsync(token))
        {
            position.Position = from is { } moment
                ? await db.Inbox.Where(e => e.ConnectionId == connectionId && e.Feed == position.Feed && e.ReceivedAt < moment).OrderByDescending(e => e.ReceivedAt).ThenByDescending(e => e.Id)
                    .Select(e => e.Position).FirstOrDefaultAsync(token)
                : null;
        }

        // What is to be applied again must not be known as applied; the ledger's own keys keep money single.
        await db.Inbox.Where(e => e.ConnectionId == connectionId && (from == null || e.ReceivedAt >= from)).ExecuteDeleteAsync(token);
        connection.PollDueAt = TimeProvider.System.GetUtcNow();
    }, ct);
}

/// <summary>A clerk ends a quarantined event: sets it aside for good, tries it again, or says which relation its mandate belongs to.</summary>
public sealed class SettleQuarantine(OfficeDb db, Clients clients, ApplyMandate applyMandate)
{
    public Task DismissAsync(Guid eventId, CancellationToken ct) => db.WriteAsync(async token => (await FindAsync(eventId, token)).State = InboxState.Dismissed, ct);

    /// <summary>The event is read again at once: its key is forgotten, and the reader goes back to just before it. What came since is known.</summary>
    public Task RetryAsync(Guid eventId, CancellationToken ct) => db.WriteAsync(async token =>
    {
        var found = await FindAsync(eventId, token);
        var before = await db.Inbox.Where(e => e.ConnectionId == found.ConnectionId && e.Feed == found.Feed && e.ReceivedAt < found.ReceivedAt)
            .OrderByDescending(e => e.ReceivedAt).ThenByDescending(e => e.Id).Select(e => e.Position).FirstOrDefaultAsync(token);
        if (await db.FeedPositions.SingleOrDefaultAsync(p => p.ConnectionId == found.ConnectionId && p.Feed == found.Feed, token) is { } position) position.Position = before;
        db.Inbox.Remove(found);
        (await db.Connections.SingleAsync(c => c.Id == found.ConnectionId, token)).PollDueAt = TimeProvider.System.GetUtcNow();
    }, ct);

    /// <summary>Links a mandate with an unknown customer number to a relation; later changes of the mandate find it.</summary>
    public async Task LinkToRelationAsync(Guid eventId, Guid relationId, CancellationToken ct)
    {
        var found = await FindAsync(eventId, ct);
        var reference = ReferenceOf(found) ?? throw new RefusedException("not_a_mandate", "The event is of no mandate.");
        var connection = await db.Connections.AsNoTracking().SingleAsync(c => c.Id == found.ConnectionId, ct);
        var client = clients.For(connection);
        MandateDetail detail;
        byte[]? pdf;
        try
        {
            detail = await client.ReadMandateAsync(reference, ct) ?? throw new RefusedException("not_found", $"The provider has no mandate {reference}.");
            pdf = await client.ReadMandatePdfAsync(reference, ct);
        }
        catch (TwikeyException e)
        {
            throw new RefusedException("provider_unavailable", e.Message, ("code", e.SupportCode));
        }

        db.ChangeTracker.Clear();
        await db.WriteAsync(async token =>
        {
            var row = await FindAsync(eventId, token);
            var relation = await db.Relations.SingleOrDefaultAsync(r => r.Id == relationId && r.OwnCompanyId == row.OwnCompanyId, token) ?? throw new RefusedException("relation_unknown", "No such relation.");
            var mandate = await db.RelationMandates.SingleOrDefaultAsync(m => m.ConnectionId == connection.Id && m.Reference == detail.Reference, token);
            await applyMandate.TakeOverAsync(connection, relation, mandate, detail, null, pdf, token);
            row.State = InboxState.Applied;
        }, ct);
    }

    public static string? ReferenceOf(InboxEvent found)
    {
        if (found.Feed != "mandates" || found.Payload is null) return null;
        try
        {
            using var json = System.Text.Json.JsonDocument.Parse(found.Payload);
            return json.RootElement.TryGetProperty("Mndt", out var mandate) && mandate.TryGetProperty("MndtId", out var id) ? id.GetString()
                : json.RootElement.TryGetProperty("OrgnlMndtId", out var original) ? original.GetString() : null;
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    private async Task<InboxEvent> FindAsync(Guid id, CancellationToken ct) =>
        await db.Inbox.SingleOrDefaultAsync(e => e.Id == id && e.State == InboxState.Quarantined, ct) ?? throw new RefusedException("not_found", "No such event.");
}
