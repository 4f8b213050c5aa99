using Domi.Engine.Creditors;
using Domi.Engine.Invoices;
using Domi.Engine.Mails;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Mandates;

/// <summary>Every night: who pays by a card that expires within a month is asked for another one; an agreement whose card expired is over.</summary>
internal sealed class ExpireCards(EngineDb db, CreditorKeys keys, MandateEvents events, Settlement settlement, DebtorMail mail, BusinessClock clock) : IRecurring
{
    public const int NoticeDays = 30;

    public static string Name => "expire-cards";

    public static DateTimeOffset NextAfter(DateTimeOffset due, DomiSettings settings) => due.BrusselsDate().AddDays(1).At(3);

    public async Task RunAsync(DateTimeOffset due, CancellationToken ct)
    {
        var today = clock.Today;
        var soon = today.AddDays(NoticeDays);
        var expiring = await db.Mandates.AsNoTracking().Where(m => m.State == MandateState.Signed && m.CardExpiresOn != null && m.CardExpiresOn <= soon && (m.CardExpiresOn < today || m.CardNoticedOn == null))
            .OrderBy(m => m.Id).Select(m => m.Id).ToListAsync(ct);
        foreach (var id in expiring)
        {
            await db.WriteOrRepeatAsync(async token =>
            {
                if (await db.Mandates.SingleOrDefaultAsync(m => m.Id == id, token) is not { State: MandateState.Signed, CardExpiresOn: { } on } mandate || on > soon) return;
                if (on < today) await CancelMandate.Async(db, mandate, "The card expired", "expiry", events, settlement, clock, token);
                else if (mandate.CardNoticedOn is null) await NoticeAsync(mandate, on, token);
            }, ct);
            db.ChangeTracker.Clear();
        }
    }

    private async Task NoticeAsync(Mandate mandate, DateOnly on, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var customer = await db.Customers.AsNoTracking().SingleAsync(c => c.Id == mandate.CustomerId, ct);
        mandate.NoticeExpiry(clock.Today);
        await mail.CardExpiresAsync(db, mandate, customer, await RenewCard.AskAsync(db, keys, mandate, mandate.Language ?? customer.Language, now, ct), on, now, ct);
    }
}
