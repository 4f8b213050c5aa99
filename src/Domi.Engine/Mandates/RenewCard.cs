using Domi.Engine.Creditors;
using Domi.Engine.PayLinks;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Mandates;

/// <summary>Another card takes the place of the one that an agreement is charged on: it is registered by paying a little with it.</summary>
internal static class RenewCard
{
    /// <summary>What registering another card costs.</summary>
    private const decimal Registration = 0.10m;

    /// <summary>Longer than anybody is asked before his card expires.</summary>
    private const int LinkDays = 60;

    /// <summary>The link by which that is done, inside the running transaction: the one that waits already, or a new one.</summary>
    public static async Task<PayLink> AskAsync(EngineDb db, CreditorKeys keys, Mandate mandate, string? language, DateTimeOffset now, CancellationToken ct)
    {
        var waiting = (await db.PayLinks.Where(l => l.MandateId == mandate.Id && l.Origin == PayLinkOrigin.CardRenewal).ToListAsync(ct)).Find(l => l.MayBePaid(now));
        return waiting ?? await MakeLink.AddAsync(db, keys, mandate.CreditorId, Registration, mandate.Reference, now,
            new(PayLinkOrigin.CardRenewal) { CustomerId = mandate.CustomerId, ProfileId = mandate.ProfileId, MandateId = mandate.Id, Language = language, ExpiresAt = now.AddDays(LinkDays) }, ct);
    }
}
