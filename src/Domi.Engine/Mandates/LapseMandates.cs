using Domi.Engine.DirectDebits;
using Domi.Engine.Invoices;
using Domi.Engine.Profiles;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Mandates;

/// <summary>Every night: a mandate on which nothing was collected for 36 months has lapsed, and is cancelled.</summary>
/// <remarks>Source: SDD Core rulebook, "The mandate": unused for 36 months it must no longer be used. A collection under way is used.</remarks>
internal sealed class LapseMandates(EngineDb db, MandateEvents events, Settlement settlement, BusinessClock clock) : IRecurring
{
    public const int Months = 36;

    public static string Name => "lapse-mandates";

    public static DateTimeOffset NextAfter(DateTimeOffset due, DomiSettings settings) => due.BrusselsDate().AddDays(1).At(3);

    public async Task RunAsync(DateTimeOffset due, CancellationToken ct)
    {
        var before = clock.Today.AddMonths(-Months);
        var unused = await db.Mandates.AsNoTracking().Where(m => m.State == MandateState.Signed && m.Kind == AgreementKind.DirectDebit && (m.LastCollectedOn ?? m.SignedOn) < before
                && !db.DirectDebits.Any(d => d.MandateId == m.Id && (d.State == DirectDebitState.Open || d.State == DirectDebitState.Sent))).OrderBy(m => m.Id).Select(m => m.Id).ToListAsync(ct);
        foreach (var id in unused)
        {
            await db.WriteOrRepeatAsync(async token =>
            {
                if (await db.Mandates.SingleOrDefaultAsync(m => m.Id == id, token) is not { State: MandateState.Signed } mandate || (mandate.LastCollectedOn ?? mandate.SignedOn) >= before) return;
                await CancelMandate.Async(db, mandate, "Not used for 36 months", "expiry", events, settlement, clock, token);
            }, ct);
            db.ChangeTracker.Clear();
        }
    }
}
