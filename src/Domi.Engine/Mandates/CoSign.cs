using Domi.Engine.Creditors;
using Domi.Engine.Customers;
using Domi.Engine.Mails;
using Domi.Engine.Pages;
using Domi.Engine.Profiles;
using Domi.Engine.Wire;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Mandates;

/// <summary>Who signs as the second of two, and that he does not. That he does is a step of <see cref="SignMandate"/>.</summary>
internal sealed class CoSign(EngineDb db, CreditorKeys keys, DebtorMail mail, BusinessClock clock)
{
    /// <summary>Whom an invitation or a signature names; null for nobody.</summary>
    /// <exception cref="RefusedException"><c>err_invalid_email</c>; <c>err_missing_params</c>: a name without an address, or the other way round.</exception>
    public static CoSigner? Read(Call call)
    {
        var (name, email) = (call.Text("cosignerName", 70), call.Text("cosignerEmail", 254));
        if (name is null && email is null) return null;
        if (email is null) throw Call.Missing("cosignerEmail");
        if (!SendMails.IsAddress(email)) throw new RefusedException("err_invalid_email", $"Not an e-mail address: {email}", ("email", email)) { Field = "cosignerEmail" };
        return new(name ?? throw Call.Missing("cosignerName"), email);
    }

    /// <exception cref="RefusedException"><c>err_invalid_params</c>: nobody else signs agreements of this profile.</exception>
    public static void Require(Profile profile, CoSigner? other)
    {
        if (other is not null && profile.CoSigning is CoSigning.None) throw Call.Invalid("cosignerEmail", $"{profile.Name} is signed by one.");
    }

    /// <summary>Another signs, or the same is reached elsewhere: he is asked, and the link that went to the former is dead.</summary>
    /// <exception cref="RefusedException"><c>cosigner_too_many</c>; <c>err_invalid_state</c>: nobody is waited for any more.</exception>
    public Task NameAnotherAsync(Guid mandateId, CoSigner other, CancellationToken ct) => db.WriteAsync(async token =>
    {
        var mandate = await AwaitingAsync(mandateId, token);
        var (now, about) = (clock.GetUtcNow(), $"mandate:{mandate.Id}");
        var since = now.AddHours(-1);
        if (await db.Mails.CountAsync(m => m.Purpose == "cosign" && (m.About == about || m.To == other.Email) && m.CreatedAt > since, token) >= 5)
            throw new RefusedException("cosigner_too_many", $"Five were asked within the hour to sign {mandate.Reference} as well.");

        var facts = await CreditorFacts.ReadAsync(db, mandate.CreditorId, token);
        mandate.AwaitFrom(other, Secrets.HashOf(keys.CoSignToken(facts.Creditor, mandate.Id, other.Email)));
        await mail.CoSignAsync(db, mandate, await CustomerAsync(mandate, token), facts.ProfileOf(mandate.ProfileId), now, token);
    }, ct);

    /// <summary>The second does not sign. The first, whose signature went with it, is told so.</summary>
    /// <exception cref="RefusedException"><c>err_invalid_state</c>: nobody is waited for any more.</exception>
    public Task DeclineAsync(Guid mandateId, CancellationToken ct) => db.WriteAsync(async token =>
    {
        var mandate = await AwaitingAsync(mandateId, token);
        var now = clock.GetUtcNow();
        mandate.Decline();
        db.PageEvents.Add(new() { CreditorId = mandate.CreditorId, AboutId = mandate.Id, Kind = PageEvent.Declined, Text = mandate.CoSigner!.Name, At = now });
        await mail.CoSignDeclinedAsync(db, mandate, await CustomerAsync(mandate, token), now, token);
    }, ct);

    private async Task<Mandate> AwaitingAsync(Guid id, CancellationToken ct) => await db.Mandates.SingleOrDefaultAsync(m => m.Id == id, ct) switch
    {
        null => throw SignMandate.Withdrawn(),
        var mandate when mandate.CanBeSigned(clock.GetUtcNow(), isCoSigner: true) => mandate,
        var mandate => throw new RefusedException("err_invalid_state", $"Mandate {mandate.Reference} is {mandate.State}.", ("reference", mandate.Reference)),
    };

    private Task<Customer> CustomerAsync(Mandate mandate, CancellationToken ct) => db.Customers.SingleAsync(c => c.Id == mandate.CustomerId, ct);
}
