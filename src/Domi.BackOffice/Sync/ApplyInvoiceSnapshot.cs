using Domi.BackOffice.Connections;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Timeline;
using Domi.Platform;
using Domi.Twikey;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Sync;

/// <summary>
/// Shows what the invoice feed says: being collected, expired, archived. Money comes from it only where the provider has no payment
/// feed: one entry per payment, the amount being what was open.
/// </summary>
public sealed class ApplyInvoiceSnapshot(OfficeDb db, ApplyPayment payments, BusinessClock clock)
{
    public sealed record Ready(TwikeyInvoice Snapshot, TwikeyTransaction? Collection);

    public async Task<Ready> PrepareAsync(Connection connection, TwikeyClient client, TwikeyInvoice snapshot, CancellationToken ct)
    {
        if (snapshot.State != "PENDING") return new(snapshot, null);
        try
        {
            var open = await client.ReadOpenTransactionsAsync(null, snapshot.Number, ct);
            return new(snapshot, open.FirstOrDefault(t => t.Ref == snapshot.Number));
        }
        catch (TwikeyException)
        {
            return new(snapshot, null); // only shown
        }
    }

    public async Task<Applied> ApplyAsync(Connection connection, Ready ready, CancellationToken ct)
    {
        var snapshot = ready.Snapshot;
        var invoice = await db.Invoices.SingleOrDefaultAsync(i => i.OwnCompanyId == connection.OwnCompanyId && i.Id == snapshot.Id && i.State == InvoiceState.Numbered, ct);
        if (invoice is null || invoice.Number != snapshot.Number || invoice.TotalInclVat != snapshot.Amount) return Applied.Aside("unknown_invoice");
        if (snapshot.State is not ("BOOKED" or "PENDING" or "PAID" or "EXPIRED" or "ARCHIVED")) return Applied.Aside("unknown_state");

        var now = clock.GetUtcNow();
        var wasCollected = invoice.IsBeingCollected;
        var changed = invoice.Show(snapshot.State);
        if (snapshot.State == "PENDING" && ready.Collection is { } collection && (invoice.CollectionOn != collection.RequestedOn || invoice.MandateReference != collection.MandateReference))
        {
            invoice.CollectsOn(collection.RequestedOn, collection.MandateReference);
            changed = true;
        }

        // The answer to our own request comes through the feed as well: told once is enough.
        if (changed && snapshot.State is "PENDING" && invoice.LinkState is LinkState.Ready) await db.NoteOnceAsync(invoice, "will_be_collected", "provider", now, ct, ("day", invoice.CollectionOn));
        if (wasCollected && invoice.Open > 0 && snapshot.State is "BOOKED" or "EXPIRED") await db.NoteOnceAsync(invoice, "collection_ended", "provider", now, ct);
        if (changed && snapshot.State is "EXPIRED" or "ARCHIVED") await db.NoteOnceAsync(invoice, "provider_" + snapshot.State.ToLowerInvariant(), "provider", now, ct);

        if (connection.LacksPaymentFeed) changed |= await MoneyAsync(invoice, snapshot, ct);
        return changed ? Applied.Done : Applied.Nothing;
    }

    private async Task<bool> MoneyAsync(Invoice invoice, TwikeyInvoice snapshot, CancellationToken ct)
    {
        var moved = false;
        foreach (var payment in snapshot.LastPayments.Reverse())
        {
            var key = payment.EndToEndId is { } e2e ? $"dd:{e2e}" : payment.Link is { } link ? $"link:{link}" : payment.Id is { } id ? $"{payment.Method}:{id}" : null;
            if (key is null or { Length: > 140 }) continue;
            var method = payment.Method is "sdd" or "paylink" or "rcc" ? payment.Method : "transfer";
            var at = payment.At ?? clock.GetUtcNow();
            var applied = payment.Action switch
            {
                "payment" when invoice.Open > 0 => await payments.PaidAsync(invoice, key, invoice.Open, method, at, true, ct),
                "payment_fail" => await payments.FailedAsync(invoice, key, invoice.TotalInclVat, method, payment.ReasonCode, null, at, ct),
                _ => Applied.Nothing,
            };
            moved |= applied.State is InboxState.Applied;
        }

        return moved;
    }
}
