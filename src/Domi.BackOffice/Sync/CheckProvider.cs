using System.Runtime.CompilerServices;
using Domi.BackOffice.Connections;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Mandates;
using Domi.BackOffice.Timeline;
using Domi.Platform;
using Domi.Twikey;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Domi.BackOffice.Sync;

/// <summary>
/// Every night: asks the provider for the invoices that are open here and compares; where they differ, the feeds are read again from
/// before the oldest of them: the ledger's keys make reading again harmless. What was set aside is tried again, and a payment feed that
/// was not there is asked for again.
/// </summary>
public sealed class CheckProvider(OfficeDb db, Clients clients, ReadFeeds feeds, ReplayFeeds replay, ApplyMandate mandates, BusinessClock clock, ILogger<CheckProvider> log) : IRecurring
{
    private const int PerPage = 500;

    private static readonly TimeProvider Wall = TimeProvider.System;
    private static readonly TimeSpan MostWait = TimeSpan.FromMinutes(5);

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
        await TryAgainAsync(connection, ct);
        await EndInvitationsAsync(connection, ct);
        await FetchDocumentsAsync(connection, ct);
        var (different, lostMoney, oldest) = (0, false, DateTimeOffset.MaxValue);
        try
        {
            await foreach (var (invoice, there) in CompareAsync(connection, ct))
            {
                // Money that came there and not here, or a state that nobody told us.
                var lost = there.State == "PAID";
                if (!lost && there.State == invoice.ProviderState) continue;
                different++;
                lostMoney |= lost;
                if (invoice.NumberedAt < oldest) oldest = invoice.NumberedAt;
            }
        }
        catch (TwikeyException e)
        {
            log.LogWarning("Connection {Connection}: the nightly check broke off ({Code}) after {Count} differences.", connection.Id, e.SupportCode, different);
        }

        await db.WriteAsync(async token =>
        {
            var checkedOne = await db.Connections.SingleAsync(c => c.Id == connection.Id, token);
            (checkedOne.CheckedAt, checkedOne.CheckDifferences) = (Wall.GetUtcNow(), different);
        }, ct);
        if (different == 0) return 0;

        log.LogWarning("Connection {Connection}: {Count} invoices differ from the provider's.", connection.Id, different);
        // A feed that goes on brings what is late by itself; one that is silent, or lost a payment, is read again.
        var quiet = Wall.GetUtcNow().AddDays(-1);
        if (lostMoney || !await db.FeedPositions.AnyAsync(p => p.ConnectionId == connection.Id && p.LastNewsAt >= quiet, ct))
            await replay.RunAsync(connection.Id, oldest - clock.Offset, ct); // when events were read is kept on the wall clock
        return different;
    }

    private async Task TryAgainAsync(Connection connection, CancellationToken ct)
    {
        await db.WriteAsync(async token => (await db.Connections.SingleAsync(c => c.Id == connection.Id, token)).LacksPaymentFeed = false, ct);
        foreach (var id in await db.Inbox.Where(e => e.ConnectionId == connection.Id && e.State == InboxState.Quarantined).OrderBy(e => e.ReceivedAt).Select(e => e.Id).Take(PerPage).ToListAsync(ct))
        {
            try
            {
                await feeds.AgainAsync(id, ct);
            }
            catch (TwikeyException e)
            {
                log.LogWarning("Connection {Connection}: what is set aside waits for the next night ({Code}).", connection.Id, e.SupportCode);
                return;
            }
            finally
            {
                db.ChangeTracker.Clear();
            }
        }
    }

    private async Task FetchDocumentsAsync(Connection connection, CancellationToken ct)
    {
        try
        {
            await mandates.FetchMissingDocumentsAsync(connection, clients.For(connection), PerPage, ct);
        }
        catch (TwikeyException e)
        {
            log.LogWarning("Connection {Connection}: missing documents wait for the next night ({Code}).", connection.Id, e.SupportCode);
        }
    }

    // Of a prepared mandate that is gone no feed tells: its link ran out, or it was withdrawn.
    private async Task EndInvitationsAsync(Connection connection, CancellationToken ct)
    {
        var client = clients.For(connection);
        foreach (var open in await db.Invitations.AsNoTracking().Where(i => i.ConnectionId == connection.Id && i.State == InvitationState.Invited && i.MandateReference != null).OrderBy(i => i.InvitedAt).Take(PerPage).ToListAsync(ct))
        {
            try
            {
                if (await client.ReadMandateAsync(open.MandateReference!, ct) is not null) continue;
            }
            catch (TwikeyException e)
            {
                log.LogWarning("Connection {Connection}: open invitations were not looked at ({Code}).", connection.Id, e.SupportCode);
                return;
            }

            await db.WriteAsync(async token =>
            {
                if (await db.Invitations.SingleAsync(i => i.Id == open.Id, token) is not { State: InvitationState.Invited } invitation) return;
                invitation.Expire();
                db.Note(await db.Relations.SingleAsync(r => r.Id == invitation.RelationId, token), "invitation_expired", "provider", clock.GetUtcNow(), ("profile", invitation.ProfileName));
            }, ct);
            db.ChangeTracker.Clear();
        }
    }

    private sealed record OpenHere(Guid Id, string? ProviderState, DateTimeOffset NumberedAt);

    private async IAsyncEnumerable<(OpenHere Here, TwikeyInvoice There)> CompareAsync(Connection connection, [EnumeratorCancellation] CancellationToken ct)
    {
        var client = clients.For(connection);
        for (var after = Guid.Empty; ;)
        {
            var page = await db.Invoices.AsNoTracking()
                .Where(i => i.ConnectionId == connection.Id && i.LinkState == LinkState.Ready && (i.PaymentState == PaymentState.Unpaid || i.PaymentState == PaymentState.PartiallyPaid) && i.Id.CompareTo(after) > 0)
                .OrderBy(i => i.Id).Take(PerPage).Select(i => new OpenHere(i.Id, i.ProviderState, i.NumberedAt!.Value)).ToListAsync(ct);
            foreach (var invoice in page)
                if (await FindAsync(client, invoice.Id, ct) is { } there)
                    yield return (invoice, there);
            if (page.Count < PerPage) yield break;
            after = page[^1].Id;
        }
    }

    // Details are rate limited: what the provider asks to wait for is waited for, within reason.
    private static async Task<TwikeyInvoice?> FindAsync(TwikeyClient client, Guid id, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                return await client.FindInvoiceAsync(id, ct);
            }
            catch (TwikeyException e) when (e is { Fault: TwikeyFault.RateLimited, RetryAfter: { } wait } && wait <= MostWait)
            {
                await Task.Delay(wait, Wall, ct);
            }
        }
    }
}

/// <summary>Reads the feeds again from a moment on; what was applied stays applied once. What is set aside stays until it is applied.</summary>
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
        await db.Inbox.Where(e => e.ConnectionId == connectionId && e.State != InboxState.Quarantined && (from == null || e.ReceivedAt >= from)).ExecuteDeleteAsync(token);
        connection.PollDueAt = TimeProvider.System.GetUtcNow();
    }, ct);
}

/// <summary>A clerk ends a quarantined event: sets it aside for good, tries it again, or says which relation its mandate belongs to.</summary>
public sealed class SettleQuarantine(OfficeDb db, Clients clients, ReadFeeds feeds, ApplyMandate applyMandate)
{
    public Task DismissAsync(Guid eventId, CancellationToken ct) => db.WriteAsync(async token => (await FindAsync(eventId, token)).State = InboxState.Dismissed, ct);

    /// <summary>Applies the event again, from what was kept of it.</summary>
    /// <exception cref="RefusedException"><c>not_found</c>; <c>still_odd</c>: it makes no more sense than before; <c>provider_unavailable</c>.</exception>
    public async Task RetryAsync(Guid eventId, CancellationToken ct)
    {
        try
        {
            var state = await feeds.AgainAsync(eventId, ct) ?? throw new RefusedException("not_found", "No such event.");
            if (state is InboxState.Quarantined) throw new RefusedException("still_odd", "The event still makes no sense.");
        }
        catch (TwikeyException e)
        {
            throw new RefusedException("provider_unavailable", e.Message, ("code", e.SupportCode));
        }
    }

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
            pdf = await ApplyMandate.FetchDocumentAsync(client, reference, ct);
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
            if (mandate is not null && mandate.RelationId != relationId) throw new RefusedException("mandate_of_other", $"Mandate {detail.Reference} is another relation's.", ("reference", detail.Reference));
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
