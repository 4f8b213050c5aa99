using Domi.Engine.Identity;
using Domi.Engine.Mandates;
using Domi.Engine.Pages;
using Domi.Engine.PayLinks;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Invoices;

/// <summary>Every night: invoices past their due date become Expired, prepared mandates past their link go, signing sessions that nobody ended end, old sessions are forgotten.</summary>
internal sealed class ExpireInvoices(EngineDb db, Settlement settlement, MandateEvents events, BusinessClock clock) : IRecurring
{
    public static string Name => "expire-invoices";

    public static DateTimeOffset NextAfter(DateTimeOffset due, DomiSettings settings) => due.BrusselsDate().AddDays(1).At(3);

    public async Task RunAsync(DateTimeOffset due, CancellationToken ct)
    {
        var today = clock.Today;
        var overdue = await db.Invoices.AsNoTracking().Where(i => i.State == InvoiceState.Booked && i.DueOn < today).Select(i => i.Id).ToListAsync(ct);
        foreach (var id in overdue)
        {
            await db.WriteOrRepeatAsync(async token =>
            {
                if (await db.Invoices.SingleOrDefaultAsync(i => i.Id == id, token) is { } invoice && invoice.Expire(clock.GetUtcNow())) await settlement.ExpiredAsync(invoice, token);
            }, ct);
            db.ChangeTracker.Clear();
        }

        var now = clock.GetUtcNow();
        foreach (var id in await db.PayLinks.AsNoTracking().Where(l => (l.State == PayLinkState.Created || l.State == PayLinkState.Started || l.State == PayLinkState.Declined) && l.ExpiresAt < now).Select(l => l.Id).ToListAsync(ct))
        {
            await db.WriteOrRepeatAsync(async token =>
            {
                if (await db.PayLinks.SingleOrDefaultAsync(l => l.Id == id, token) is not { State: PayLinkState.Created or PayLinkState.Started or PayLinkState.Declined } link) return;
                link.Expire(clock.GetUtcNow());
                await LinkView.ChangedAsync(db, link, clock.GetUtcNow(), token);
            }, ct);
            db.ChangeTracker.Clear();
        }

        var stale = await db.Mandates.AsNoTracking().Where(m => m.State == MandateState.Prepared && m.LinkExpiresAt < now).Select(m => m.Id).ToListAsync(ct);
        foreach (var id in stale)
        {
            await db.WriteOrRepeatAsync(async token =>
            {
                if (await db.Mandates.SingleOrDefaultAsync(m => m.Id == id, token) is not { State: MandateState.Prepared } mandate) return;
                await events.RemovedAsync(mandate, "expired", token);
                db.Mandates.Remove(mandate);
            }, ct);
            db.ChangeTracker.Clear();
        }

        // The session at the provider is over; the link still holds.
        var begun = now - Identify.Lifetime;
        foreach (var id in await db.Identifications.AsNoTracking().Where(i => i.State == IdentificationState.Started && i.CreatedAt <= begun).Select(i => i.Id).ToListAsync(ct))
        {
            await db.WriteOrRepeatAsync(async token =>
            {
                if (await db.Identifications.SingleAsync(i => i.Id == id, token) is not { State: IdentificationState.Started } left) return;
                (left.State, left.EndedAt) = (IdentificationState.Expired, clock.GetUtcNow());
                if (left.MandateId is { } mandate) db.PageEvents.Add(new() { CreditorId = left.CreditorId, AboutId = mandate, Kind = PageEvent.Expired, Text = left.Method, At = clock.GetUtcNow() });
            }, ct);
            db.ChangeTracker.Clear();
        }

        var forgotten = TimeProvider.System.GetUtcNow().AddDays(-1);
        await db.WriteAsync(token => db.FailedLogins.Where(f => f.At < forgotten).ExecuteDeleteAsync(token), ct);
    }
}
