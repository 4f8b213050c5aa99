using Domi.BackOffice.Connections;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Ledger;
using Domi.BackOffice.Statements;
using Domi.BackOffice.Timeline;
using Domi.Platform;
using Domi.Twikey;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Sync;

/// <summary>
/// Books what the payment feed says: the only source of money. Applied twice it changes nothing; in any order it ends the same: a
/// failure that comes before its payment makes that payment be born reversed.
/// </summary>
public sealed class ApplyPayment(OfficeDb db, BusinessClock clock)
{
    /// <summary>The event, and the next collection when the provider tries again.</summary>
    public sealed record Ready(TwikeyPayment Payment, DateOnly? NextCollection);

    public async Task<Ready> PrepareAsync(Connection connection, TwikeyClient client, TwikeyPayment payment, CancellationToken ct)
    {
        if (payment.EventType != "payment_failure" || payment.Error?.Action != "reoffer" || payment.Origin.Number is not { } number) return new(payment, null);
        try
        {
            var open = await client.ReadOpenTransactionsAsync(null, number, ct);
            return new(payment, open.FirstOrDefault(t => t.Ref == number)?.RequestedOn);
        }
        catch (TwikeyException)
        {
            return new(payment, null); // the day is only shown; money does not wait for it
        }
    }

    public async Task<Applied> ApplyAsync(Connection connection, Ready ready, CancellationToken ct)
    {
        var payment = ready.Payment;
        if (payment.EventType is not ("payment" or "payment_failure" or "refund")) return Applied.Aside("unknown_type");
        if (payment.Currency != "EUR") return Applied.Aside("unknown_currency");
        if (payment.Amount <= 0 || payment.Amount != Math.Round(payment.Amount, 2) || payment.Amount > 99_999_999m) return Applied.Aside("odd_amount");
        if (KeyOf(payment) is not { } key) return Applied.Aside("unknown_payment");
        if (await FindAsync(connection, payment.Origin, ct) is not { } invoice) return Applied.Aside("unknown_invoice");

        var method = payment.Details.LinkId is not null ? "paylink" : payment.Details.EndToEndId is null ? "transfer" : payment.Gateway?.Type == "psp" ? "rcc" : "sdd"; // a card is charged by a payment provider, an account debited by a bank
        var code = payment.Error?.ExternalCode is { Length: <= 8 } external ? external : null;
        return payment.EventType switch
        {
            "payment" => await PaidAsync(invoice, key, payment.Amount, method, payment.OccurredAt, false, ct),
            "refund" when await IsKnownByItsLinkAsync(invoice, payment, ct) => Applied.Nothing,
            "refund" => await TakenBackAsync(invoice, EntryKind.Refunded, key, payment.Amount, method, null, payment.OccurredAt, ct),
            _ => await FailedAsync(invoice, key, payment.Amount, method, code, ready.NextCollection, payment.OccurredAt, ct),
        };
    }

    public async Task<Applied> PaidAsync(Invoice invoice, string key, decimal amount, string method, DateTimeOffset at, bool assumed, CancellationToken ct)
    {
        if (!await Ledger.Ledger.PostAsync(db, invoice, Entry(invoice, EntryKind.Paid, key, amount, method, null, at, assumed), ct)) return Applied.Nothing;

        // A link is paid at the provider; transfers and collections come to the account whose statements are imported.
        if (method is "transfer" or "sdd")
        {
            await SettleLine.GiveWayAsync(db, invoice, amount, at, clock.GetUtcNow(), ct);
            await SettleLine.RecogniseAsync(db, invoice, key[(key.IndexOf(':', StringComparison.Ordinal) + 1)..], amount, clock.GetUtcNow(), ct);
        }

        db.Note(invoice, invoice.PaymentState is PaymentState.Overpaid ? "overpaid" : invoice.Open > 0 ? "partly_paid" : "paid_" + method, "provider", at, ("amount", amount));
        var failed = await db.FailedAttempts.SingleOrDefaultAsync(a => a.OwnCompanyId == invoice.OwnCompanyId && a.Key == key, ct);
        if (failed is not null)
        {
            await Ledger.Ledger.PostAsync(db, invoice, Entry(invoice, EntryKind.Reversed, key, amount, method, failed.ReasonCode, failed.OccurredAt, assumed), ct);
            return Applied.Done;
        }

        invoice.CollectionFailed(null);
        return Applied.Done;
    }

    public async Task<Applied> FailedAsync(
        Invoice invoice, string key, decimal amount, string method, string? code, DateOnly? nextCollection, DateTimeOffset at, CancellationToken ct)
    {
        var paid = await db.LedgerEntries.AsNoTracking().SingleOrDefaultAsync(e => e.OwnCompanyId == invoice.OwnCompanyId && e.Key == key && e.Kind == EntryKind.Paid, ct);
        if (paid is not null && paid.InvoiceId == invoice.Id)
        {
            if (!await Ledger.Ledger.PostAsync(db, invoice, Entry(invoice, EntryKind.Reversed, key, paid.Amount, method, code, at, paid.IsAssumed), ct)) return Applied.Nothing;
        }
        else
        {
            if (await db.FailedAttempts.AnyAsync(a => a.OwnCompanyId == invoice.OwnCompanyId && a.Key == key, ct)) return Applied.Nothing;
            db.FailedAttempts.Add(new() { OwnCompanyId = invoice.OwnCompanyId, InvoiceId = invoice.Id, Key = key, ReasonCode = code, Amount = amount, OccurredAt = at });
        }

        // Shown until money comes: a failure that is told after a later attempt was paid is history.
        if (invoice.Open > 0)
        {
            invoice.CollectionFailed(code);
            if (nextCollection is not null) invoice.CollectsOn(nextCollection, null);
        }

        db.Note(invoice, nextCollection is null ? "collection_failed" : "collection_failed_retry", "provider", at, ("amount", amount), ("reason", code), ("day", nextCollection));
        return Applied.Done;
    }

    private async Task<Applied> TakenBackAsync(Invoice invoice, EntryKind kind, string key, decimal amount, string method, string? code, DateTimeOffset at, CancellationToken ct)
    {
        if (!await Ledger.Ledger.PostAsync(db, invoice, Entry(invoice, kind, key, amount, method, code, at, false), ct)) return Applied.Nothing;
        db.Note(invoice, "refunded", "provider", at, ("amount", amount));
        return Applied.Done;
    }

    // An earlier version booked the first refund of a link under the link alone.
    private Task<bool> IsKnownByItsLinkAsync(Invoice invoice, TwikeyPayment payment, CancellationToken ct)
    {
        var key = $"link:{payment.Details.LinkId}";
        return db.LedgerEntries.AnyAsync(e => e.OwnCompanyId == invoice.OwnCompanyId && e.Key == key && e.Kind == EntryKind.Refunded && e.Amount == payment.Amount && e.OccurredAt == payment.OccurredAt, ct);
    }

    public async Task<Invoice?> FindAsync(Connection connection, PaymentOrigin origin, CancellationToken ct)
    {
        if (origin.Object is not (null or "invoice")) return null;
        var own = db.Invoices.Where(i => i.OwnCompanyId == connection.OwnCompanyId && i.State == InvoiceState.Numbered);
        var invoice = origin.Id is { } id ? await own.SingleOrDefaultAsync(i => i.Id == id, ct) : null;
        // Both are given and speak of two invoices: neither is believed.
        if (invoice is not null && origin.Number is not null && origin.Number != invoice.Number) return null;
        return invoice ?? (origin.Id is null && origin.Number is { } number ? await own.SingleOrDefaultAsync(i => i.Number == number, ct) : null);
    }

    /// <summary>The payment's own identity: end-to-end id, link, or transfer.</summary>
    private static string? KeyOf(TwikeyPayment payment) => payment.Details switch
    {
        { RefundEndToEndId: { Length: > 0 } refund } when payment.EventType == "refund" => $"refund:{refund}",
        { LinkId: { Length: > 0 } link } when payment.EventType == "refund" && payment.EventId.Length > 0 => $"link:{link}:{payment.EventId}", // one payment may be given back in parts
        { EndToEndId: { Length: > 0 } e2e } => $"dd:{e2e}",
        { LinkId: { Length: > 0 } link } => $"link:{link}",
        { RefundEndToEndId: { Length: > 0 } transfer } => $"transfer:{transfer}",
        { Source: "credit_transfer" } when payment.EventId.Length > 0 => $"transfer:{payment.EventId}",
        _ => null,
    } is { Length: <= 140 } key ? key : null;

    private LedgerEntry Entry(Invoice invoice, EntryKind kind, string key, decimal amount, string method, string? code, DateTimeOffset at, bool assumed) => new()
    {
        OwnCompanyId = invoice.OwnCompanyId,
        InvoiceId = invoice.Id,
        Kind = kind,
        Key = key,
        Amount = amount,
        Source = "provider",
        Method = method,
        ReasonCode = code,
        IsAssumed = assumed,
        Actor = "provider",
        OccurredAt = at,
        PostedAt = clock.GetUtcNow(),
    };
}
