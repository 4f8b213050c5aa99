using Domi.Engine.Creditors;
using Domi.Engine.Identity;
using Domi.Engine.PayLinks;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Mandates;

/// <summary>The signer leaves for somebody who proves that he signs: an identity provider, or the provider of a first payment.</summary>
internal sealed class SignElsewhere(EngineDb db, CreditorKeys keys, BusinessClock clock)
{
    /// <summary>What a first payment costs when nobody names an amount.</summary>
    private const decimal FirstPayment = 0.10m;

    /// <summary>From the signing page. One form leaves once: <paramref name="once"/> names it.</summary>
    /// <returns>The path where the signer goes on.</returns>
    /// <exception cref="RefusedException"><c>link_expired</c>, <c>err_invalid_state</c>.</exception>
    public Task<string> LeaveAsync(Guid mandateId, string method, string once, bool isCoSigner, CancellationToken ct) => db.WriteOrRepeatAsync(async write =>
    {
        var mandate = await db.Mandates.SingleAsync(m => m.Id == mandateId, write);
        if (!mandate.CanBeSigned(clock.GetUtcNow(), isCoSigner)) throw new RefusedException("err_invalid_state", $"Mandate {mandate.Reference} is {mandate.State}.", ("reference", mandate.Reference));
        if (method == SignMethods.Payment) return await PayAsync(mandate, write);

        var token = Secrets.HashOf($"{mandate.Id:n}:{method}:{once}")[..40];
        var hash = Secrets.HashOf(token);
        if (!await db.Identifications.AnyAsync(i => i.TokenHash == hash, write)) Identifications.Begin(db, mandate, method, Issuers.Of(mandate.DebtorAccount, isB2B: false), clock.GetUtcNow(), token, isCoSigner);
        return "/identify/" + token;
    }, ct);

    /// <summary>The page of the first payment, inside the running transaction: the one that was begun, or a new one.</summary>
    public async Task<string> PayAsync(Mandate mandate, CancellationToken ct)
    {
        var creditor = (await CreditorFacts.ReadAsync(db, mandate.CreditorId, ct)).Creditor;
        var now = clock.GetUtcNow();
        var begun = (await db.PayLinks.Where(l => l.MandateId == mandate.Id && l.Origin == PayLinkOrigin.Signature).ToListAsync(ct)).Find(l => l.MayBePaid(now));
        if (begun is not null) return MakeLink.PageOf(keys, creditor, begun);

        var first = OnSignature.Of(mandate);
        var link = await MakeLink.AddAsync(db, keys, mandate.CreditorId, first?.Amount ?? FirstPayment, first?.Message ?? mandate.Reference, now,
            new(PayLinkOrigin.Signature) { CustomerId = mandate.CustomerId, ProfileId = mandate.ProfileId, MandateId = mandate.Id, Ref = first?.Ref, RedirectUrl = mandate.RedirectUrl, Language = mandate.Language }, ct);
        return MakeLink.PageOf(keys, creditor, link);
    }
}
