using Domi.Engine.DirectDebits;
using Domi.Engine.Mandates;
using Domi.Engine.Profiles;
using Domi.Platform;
using Domi.Standards;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Invoices;

/// <summary>The central rule: what happens to an invoice once it is booked.</summary>
internal static class Booking
{
    private static readonly Func<EngineDb, Guid, Guid, Guid, IAsyncEnumerable<Mandate>> ActiveMandates = EF.CompileAsyncQuery(
        (EngineDb db, Guid creditorId, Guid customerId, Guid profileId) => db.Mandates.Where(m => m.CreditorId == creditorId && m.CustomerId == customerId
            && m.ProfileId == profileId && m.State == MandateState.Signed && !m.IsSuspended));

    /// <summary>
    /// A customer with an active signed mandate of the same profile is collected from, on the one signed last; everybody else gets the
    /// payment page. Prepared mandates are never used.
    /// </summary>
    /// <returns>The mandate to collect on; null for the payment page.</returns>
    /// <remarks>Source: Twikey, what happens after booking an invoice.</remarks>
    public static async Task<Mandate?> MandateOfAsync(EngineDb db, Invoice invoice, Mandate? named, CancellationToken ct)
    {
        if (invoice.IsManual || !invoice.IsPayable) return null;

        return named ?? (await ActiveMandates(db, invoice.CreditorId, invoice.CustomerId, invoice.ProfileId).ToListAsync(ct)).OrderByDescending(m => m.SignedAt).FirstOrDefault();
    }

    /// <summary>Plans the collection, unless the mandate ended since it was found.</summary>
    public static async Task CollectOrOfferAsync(EngineDb db, Invoice invoice, Profile profile, Mandate found, BusinessClock clock, CancellationToken ct)
    {
        await db.Entry(found).ReloadAsync(ct);
        if (found.IsCollectable) await CollectAsync(db, invoice, profile, found, clock, ct);
    }

    public static async Task CollectAsync(EngineDb db, Invoice invoice, Profile profile, Mandate mandate, BusinessClock clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var attempts = await db.DirectDebits.Where(d => d.InvoiceId == invoice.Id).Select(d => (int?)d.Attempt).MaxAsync(ct) ?? 0;
        var on = profile.CollectOn(invoice.DueOn, (invoice.AnnouncedAt ?? now).BrusselsDate(), clock.Today);
        db.DirectDebits.Add(DirectDebit.Plan(invoice.CreditorId, await db.NextObjectNumberAsync(invoice.CreditorId, ct), invoice.Id, mandate.Id,
            invoice.Open, MessageOf(invoice), invoice.Number, attempts + 1, on, now));
        invoice.Collect(now);
    }

    /// <summary>What the debtor sees on the statement.</summary>
    private static string MessageOf(Invoice invoice) =>
        StructuredCommunication.TryParse(invoice.Remittance, out var communication)
            ? communication.ToString()
            : SepaText.Convert(invoice.Remittance, 140, invoice.Number);
}
