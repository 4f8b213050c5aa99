using Domi.Engine.CollectionRuns;
using Domi.Engine.DirectDebits;
using Domi.Engine.Mandates;
using Domi.Engine.Pages;
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
            && m.ProfileId == profileId && m.State == MandateState.Signed && !m.IsSuspended && (m.DebtorAccount != null || m.CardToken != null)));

    /// <summary>
    /// A customer with an active signed mandate of the same profile is collected from, on the one signed last; everybody else gets the
    /// payment page. Prepared mandates are never used.
    /// </summary>
    /// <returns>The mandate to collect on; null for the payment page.</returns>
    /// <remarks>Source: Twikey, what happens after booking an invoice.</remarks>
    public static async Task<Mandate?> MandateOfAsync(EngineDb db, Invoice invoice, Mandate? named, bool isForced, CancellationToken ct)
    {
        if (invoice.IsManual || !invoice.IsPayable) return null;
        if (named is not null) return named;

        if (await ActiveMandateAsync(db, invoice, ct) is { } active) return active;
        if (!isForced) return null;

        return (await db.Mandates.Where(m => m.CreditorId == invoice.CreditorId && m.CustomerId == invoice.CustomerId && m.ProfileId == invoice.ProfileId
            && m.SignedAt != null && (m.DebtorAccount != null || m.CardToken != null) && (m.State == MandateState.Signed || m.State == MandateState.Cancelled)).ToListAsync(ct)).Where(m => m.HasMeans).MaxBy(m => m.SignedAt);
    }

    /// <summary>The mandate that was signed last, of those on which an invoice can be collected.</summary>
    public static async Task<Mandate?> ActiveMandateAsync(EngineDb db, Invoice invoice, CancellationToken ct) =>
        (await ActiveMandates(db, invoice.CreditorId, invoice.CustomerId, invoice.ProfileId).ToListAsync(ct)).Where(m => m.HasMeans).MaxBy(m => m.SignedAt);

    /// <summary>
    /// Plans the collection, unless the mandate ended since it was found. With <c>X-FORCE-TRANSACTION</c> the creditor wants it even on one
    /// that is suspended or cancelled.
    /// </summary>
    public static async Task CollectOrOfferAsync(EngineDb db, Invoice invoice, Profile profile, Mandate found, bool isForced, BusinessClock clock, CancellationToken ct)
    {
        await db.Entry(found).ReloadAsync(ct);
        var force = isForced && found is { IsCollectable: false, SignedAt: not null, HasMeans: true, State: MandateState.Signed or MandateState.Cancelled };
        if (found.IsCollectable || force) await CollectAsync(db, invoice, profile, found, clock, ct, force);
    }

    /// <summary>
    /// Plans the collection. What was booked before the mandate was signed could name neither mandate nor creditor identifier: its notice
    /// counts from the signature, whose page shows all of them.
    /// </summary>
    public static async Task CollectAsync(EngineDb db, Invoice invoice, Profile profile, Mandate mandate, BusinessClock clock, CancellationToken ct, bool isForced = false)
    {
        var now = clock.GetUtcNow();
        var announced = invoice.AnnouncedAt ?? now;
        if (mandate.SignedAt > announced) announced = mandate.SignedAt.Value;
        // A former transaction of it that failed is off the table: this one takes its place.
        foreach (var former in await db.DirectDebits.Where(d => d.InvoiceId == invoice.Id && !d.IsSuperseded && d.State == DirectDebitState.Failed && d.ArchivedAt == null).ToListAsync(ct)) former.Archive(now);
        var on = DayOf(profile, invoice, invoice.ScheduledOn, announced.BrusselsDate(), clock.Today);
        var debit = DirectDebit.Plan(invoice.CreditorId, await db.NextObjectNumberAsync(invoice.CreditorId, ct), invoice.Id, mandate.Id,
            invoice.Open, MessageOf(invoice), invoice.Number, 1, on, now, isForced, isCard: mandate.Kind is AgreementKind.CreditCard);
        db.DirectDebits.Add(debit);
        if (!debit.IsCard) db.Announcements.Add(Announcement.Of(debit, invoice.ScheduledOn is null ? AnnouncedBy.Invoice : AnnouncedBy.Debtor, announced, now));
        if (invoice.ScheduledOn is not null)
            db.PageEvents.Add(new() { CreditorId = invoice.CreditorId, AboutId = invoice.Id, Kind = PageEvent.Scheduled, Text = on.ToString("O", System.Globalization.CultureInfo.InvariantCulture), At = now });
        invoice.Collect(now);
    }

    /// <summary>When an invoice is collected: on the day that the debtor chose, which is its own notice; else a card at once, and an account by the rules of the profile.</summary>
    public static DateOnly DayOf(Profile profile, Invoice invoice, DateOnly? chosen, DateOnly announcedOn, DateOnly today) => chosen is { } wanted
        ? profile.OpenOn(wanted > profile.EarliestOn(today) ? wanted : profile.EarliestOn(today))
        : profile.CollectOn(profile.Kind is AgreementKind.CreditCard ? today : invoice.DueOn, announcedOn, today);

    /// <summary>What the debtor sees on the statement.</summary>
    private static string MessageOf(Invoice invoice) =>
        StructuredCommunication.TryParse(invoice.Remittance, out var communication)
            ? communication.ToString()
            : SepaText.Convert(invoice.Remittance, 140, "Invoice"); // the number may itself have characters that banks do not take
}
