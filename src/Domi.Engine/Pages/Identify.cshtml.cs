using Domi.Engine.Creditors;
using Domi.Engine.Identity;
using Domi.Engine.Mandates;
using Domi.Engine.Profiles;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages;

/// <summary>
/// What is asked of a person before he proves who he is: by the provider that is connected for the method, where he goes from here; in the
/// sandbox by a simulated one (itsme, eID, iDIN, eMachtiging, text message), clearly a test, on this page.
/// </summary>
internal sealed class IdentifyModel(
    Identify identify, IdentityProviders providers, PublicAddress address, CreditorKeys keys, EngineDb db, StepNonces nonces, BusinessClock clock, Texts texts) : HostedPage(texts)
{
    private const string Step = "identify";

    private Identification found = null!; // set before the page is drawn

    public string Token { get; private set; } = "";

    public string Nonce { get; private set; } = "";

    public Mandate? Mandate { get; private set; }

    public MandateText? Wording { get; private set; }

    /// <summary>The creditor's own terms, to be ticked.</summary>
    public string? Terms { get; private set; }

    /// <summary>The creditor's own document, to be read before it is agreed to.</summary>
    public string? Document { get; private set; }

    public bool MustAgree => Terms is not null || Document is not null;

    public bool IsSimulated => provider is null;

    private OpenIdProvider? provider;
    private CreditorFacts facts = null!;

    public string MethodName => T[$"identify.method.{found.Method}"];

    public bool IsOpen => identify.IsOpen(found) && (found.MandateId is null || Mandate?.CanBeSigned(clock.GetUtcNow(), found.IsCoSigner) == true);

    public bool Succeeded => found.State is IdentificationState.Identified;

    public bool AsksAccount => Mandate is { Kind: AgreementKind.DirectDebit, DebtorAccount: null } && provider is not { KnowsAccounts: true };

    public string? TypedName { get; private set; }

    public string? TypedIban { get; private set; }

    public async Task<IActionResult> OnGetAsync(string token, CancellationToken ct) => await ReadAsync(token, ct) ? Page() : NotFound();

    public async Task<IActionResult> OnPostAsync(string token, string? outcome, string? name, string? iban, string? terms, string? nonce, CancellationToken ct)
    {
        if (!await ReadAsync(token, ct)) return NotFound();
        if (!IsOpen || outcome is not ("approve" or "refuse") || nonces.Read(nonce, found.Id, Step) is not { } shown) return Redirect(At($"/identify/{token}"));

        if (outcome == "approve" && MustAgree && terms != "true") Errors["terms"] = T["sign.terms.missing"];
        var claims = outcome == "approve" ? Claims(name, iban) : null;
        if (Errors.Count > 0) return Page();

        // What is signed is what was shown: it may have been filled in anew in another tab.
        if (claims is not null && Mandate is not null && shown.TextHash != TextHashIn(shown.Language))
        {
            Refusal = T["sign.stale"];
            return Page();
        }

        if (claims is not null && provider is not null)
        {
            var exchange = Exchange.Of(token, shown, claims.Account);
            await identify.LeaveAsync(found.Id, exchange, ct);
            ExchangeCookie.Set(HttpContext, address, exchange.State);
            return Redirect(At($"/identify/{token}/go"));
        }

        try
        {
            await identify.EndAsync(found.Id, claims, new(shown.Language, HttpContext.Connection.RemoteIpAddress?.ToString() ?? "", Request.Headers.UserAgent.ToString(), shown.ShownAt) { TextHash = shown.TextHash }, ct);
        }
        catch (RefusedException refused)
        {
            Refusal = T.Refused(refused);
            db.ChangeTracker.Clear();
            return await ReadAsync(token, ct) ? Page() : NotFound();
        }

        return Redirect(At($"/identify/{token}"));
    }

    private string TextHashIn(string language) => Mandate is null ? "" : AgreementText.HashOf(Mandate, facts.ProfileOf(Mandate.ProfileId), facts.Creditor, T.In(language));

    private IdentityClaims? Claims(string? name, string? iban)
    {
        (TypedName, TypedIban) = (name?.Trim(), iban?.Trim());
        Iban? account = null;
        if (provider is not null) TypedName = ""; // the provider tells it
        else if (string.IsNullOrEmpty(TypedName) || TypedName.Length > 70) Errors["name"] = T["field.name.missing"];
        if (AsksAccount)
        {
            if (Iban.TryParse(TypedIban, out var read)) account = read;
            else Errors["iban"] = T["refused.err_invalid_iban"];
        }

        return Errors.Count > 0 ? null : new(TypedName!, account);
    }

    private async Task<bool> ReadAsync(string token, CancellationToken ct)
    {
        if (await identify.FindAsync(token, ct) is not { } identification || !providers.Serves(identification.Method)) return false;

        (Token, found, provider) = (token, identification, providers.Of(identification.Method));
        facts = await CreditorFacts.ReadAsync(db, found.CreditorId, ct);
        Creditor = facts.Creditor;
        Mandate = found.MandateId is { } id ? await db.Mandates.AsNoTracking().SingleOrDefaultAsync(m => m.Id == id, ct) : null;
        Speak(found.Language);
        if (Mandate is { } mandate)
        {
            Wording = AgreementText.Of(facts.ProfileOf(mandate.ProfileId), Creditor, T);
            Terms = AgreementText.TermsOf(facts.ProfileOf(mandate.ProfileId), Creditor, Language);
            Document = AgreementText.DocumentPath(keys, Creditor, mandate);
            TypedName ??= (found.IsCoSigner ? mandate.CoSignerName : mandate.DebtorName) ?? (await db.Customers.AsNoTracking().SingleAsync(c => c.Id == mandate.CustomerId, ct)) switch { { CompanyName: null, FirstName: null, LastName: null } => null, var known => known.DisplayName };
        }

        if (IsOpen)
            Refusal ??= Request.Query["r"].ToString() switch
            {
                "failed" => T["identify.failed", ("method", MethodName)],
                "stale" => T["sign.stale"],
                "account" => T["refused.account_differs"],
                _ => null,
            };
        Nonce = nonces.Of(found.Id, Step, new(0, clock.GetUtcNow(), Language) { TextHash = TextHashIn(Language) });
        if (found is { RedirectUrl: { } shop, State: not IdentificationState.Started }) ForwardTo = shop;
        return true;
    }
}
