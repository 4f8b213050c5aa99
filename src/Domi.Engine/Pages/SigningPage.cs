using Domi.Engine.Creditors;
using Domi.Engine.Customers;
using Domi.Engine.Invoices;
using Domi.Engine.Mandates;
using Domi.Engine.Profiles;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages;

/// <summary>What the steps of signing share: the mandate behind the token, and what is known about it.</summary>
internal abstract class SigningPage(SignMandate sign, EngineDb db, CreditorKeys keys, BusinessClock clock, Texts texts) : HostedPage(texts)
{
    protected SignMandate Signing => sign;

    protected BusinessClock Clock => clock;

    public string Token { get; private set; } = "";

    public Mandate Mandate { get; private set; } = null!; // set before the page is drawn

    public Customer Customer { get; private set; } = null!;

    public Profile Profile { get; private set; } = null!;

    /// <summary>The invoice from whose page the mandate was begun.</summary>
    public Invoice? Invoice { get; private set; }

    public string? InvoicePage => Invoice is null || IsCoSigner ? null : At("/pay/" + keys.InvoiceToken(Creditor!, Invoice.Id));

    public bool AsksAccount => Mandate.Kind is AgreementKind.DirectDebit;

    /// <summary>The word for it in the texts: <c>sign.title</c>, <c>sign.title.card</c>, <c>sign.title.contract</c>.</summary>
    public string WordsOf(string key) => Mandate.Kind switch { AgreementKind.CreditCard => key + ".card", AgreementKind.Contract => key + ".contract", _ => key };

    /// <summary>The page is the second signer's.</summary>
    public bool IsCoSigner { get; private set; }

    /// <summary>It is his turn whose page this is.</summary>
    public bool CanBeSigned => Mandate.CanBeSigned(clock.GetUtcNow(), IsCoSigner);

    /// <summary>The first of two has signed, and this is his page.</summary>
    public bool AwaitsOther => !IsCoSigner && Mandate.CanBeSigned(clock.GetUtcNow(), isCoSigner: true);

    /// <summary>What the first signer typed of the second one, where that was wrong.</summary>
    [BindProperty]
    public DetailsForm Form { get; set; } = new();

    /// <summary>Of a form on this page.</summary>
    public string Nonce { get; protected set; } = "";

    public DateOnly Today => clock.Today;

    /// <summary>When the invoice would be collected, were the mandate signed now.</summary>
    public DateOnly? FirstCollectionOn => Invoice is { IsPayable: true } invoice
        ? Booking.DayOf(Profile, invoice, OnSignature.Of(Mandate)?.InvoiceOn, clock.Today, clock.Today) // this page is the announcement
        : null;

    /// <summary>Where the signer goes when done, signed by the website key; null when the profile names no such address.</summary>
    public string? ExitUrl
    {
        get
        {
            if (IsCoSigner) return null; // he came by mail, not from a shop

            var status = Mandate.State switch { MandateState.Signed => "ok", MandateState.SignedPendingDebtorBank => "pending", _ when Mandate.AwaitsCoSigner => "pending", _ => "cancel" };
            if (Profile.ExitUrl is not { } template || !Uri.TryCreate(template, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")) return ThankYou.Of(Mandate, Creditor!, Language, status);

            var key = keys.WebsiteKey(Creditor!);
            var account = status != "cancel" && Mandate.DebtorAccount is { } iban
                ? Twikey.ExitUrl.EncryptAccount(key, Mandate.Reference, iban.Value, Mandate.DebtorBic?.Value ?? "")
                : null;
            return Twikey.ExitUrl.Expand(template, Mandate.Reference, status, account, Twikey.ExitUrl.Signature(key, Mandate.Reference, status, Mandate.ExitToken), Mandate.ExitToken);
        }
    }

    protected async Task<bool> ReadAsync(string token, CancellationToken ct)
    {
        if (await sign.FindAsync(token, ct) is not { } mandate) return false;

        (Token, Mandate, IsCoSigner) = (token, mandate, mandate.CoSignTokenHash == Secrets.HashOf(token));
        Creditor = (await CreditorFacts.ReadAsync(db, mandate.CreditorId, ct)).Creditor;
        Customer = await db.Customers.AsNoTracking().SingleAsync(c => c.Id == mandate.CustomerId, ct);
        Voice = Profile = await db.Profiles.AsNoTracking().SingleAsync(p => p.Id == mandate.ProfileId, ct);
        Invoice = mandate.InvoiceId is { } invoice ? await db.Invoices.AsNoTracking().SingleOrDefaultAsync(i => i.Id == invoice, ct) : null;
        Speak(mandate.Language, Customer.Language);
        HasRead();
        return true;
    }

    /// <summary>What a step works out from what was read.</summary>
    protected virtual void HasRead()
    {
    }

    /// <summary>After a refused change: the rows as they are, without what was tried.</summary>
    protected Task<bool> ReadAgainAsync(CancellationToken ct)
    {
        db.ChangeTracker.Clear();
        return ReadAsync(Token, ct);
    }
}
