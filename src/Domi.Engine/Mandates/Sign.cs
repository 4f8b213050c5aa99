using System.Text.Json.Nodes;
using Domi.Engine.Creditors;
using Domi.Engine.Customers;
using Domi.Engine.Identity;
using Domi.Engine.Mails;
using Domi.Engine.Profiles;
using Domi.Engine.Simulator;
using Domi.Engine.Wire;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Mandates;

/// <summary><c>POST /creditor/sign</c>: prepares a mandate and signs it by a method, past the hosted pages; or signs one that was prepared (<c>key</c>).</summary>
/// <remarks>
/// <c>import</c> and <c>digisign</c> sign at once; <c>paper</c> answers the form (<c>Pdf</c>, base64) and waits for its scan; <c>sms</c> waits for the answer; the others answer an address where
/// the signer proves who he is (itsme, eID, iDIN, eMachtiging) or makes a first payment (Bancontact, iDEAL, cards).
/// Refuses as an invitation does, and with <c>err_invalid_params</c> (method), <c>err_missing_params</c> (what the method needs),
/// <c>drawing_unreadable</c>, <c>err_no_integration</c> (nothing outside is connected to sign by it). Source: Twikey API, Sign.
/// </remarks>
internal static class SignRoute
{
    public static void Map(IEndpointRouteBuilder creditor) => creditor.MapPost("sign", HandleAsync);

    private static async Task<IResult> HandleAsync(
        Call call, EngineDb db, CreditorKeys keys, PublicAddress address, MandateEvents events, SignMandate sign, SignElsewhere elsewhere, IdentityProviders providers, BusinessClock clock, CancellationToken ct)
    {
        var method = call.Required("method", 32).ToLowerInvariant();
        var wanted = await Invite.ReadAsync(call, db, ct, hasProfile: call.Text("key") is not null);
        if (method == "auto") method = await AutoAsync(call, wanted, db, providers, ct);
        var drawing = Check(method, call, providers);
        var on = call.Day("signDate") ?? clock.Today;
        if (on > clock.Today) throw new RefusedException("err_invalid_date", $"The signature is dated ahead: {on:O}.", ("name", "signDate")) { Field = "signDate" };

        var now = clock.GetUtcNow();
        var (mandate, isNew, page) = await db.WriteOrRepeatAsync(async write =>
        {
            var (made, token) = call.Text("key", 100) is { } key ? (await OfKeyAsync(db, call, key, wanted, write), "") : await Invite.PrepareAsync(call, wanted, db, keys, events, clock, write);
            if (token is null) return (made, false, null); // there is a signed one

            await db.SaveChangesAsync(write); // the steps look for what they go on with

            return (made, true, await StepAsync(method, call, made, wanted, on, db, keys, sign, elsewhere, address, now, write));
        }, ct);
        if (isNew && drawing is not null)
            await sign.SignByDrawingAsync(mandate.Id, drawing, new(wanted.Customer.Language ?? "en", call.Http.Connection.RemoteIpAddress?.ToString() ?? "", call.Http.Request.Headers.UserAgent.ToString(), now), call.Text("place", 70), ct);

        var answer = new JsonObject { ["Msg"] = "OK", ["MndtId"] = mandate.Reference, ["mndtId"] = mandate.Reference };
        if (page is not null) answer["url"] = address.Of(page);
        if (method == "paper" && isNew)
        {
            // One client prints what is in the answer.
            var customer = await db.Customers.AsNoTracking().SingleAsync(c => c.Id == mandate.CustomerId, ct);
            answer["Pdf"] = Convert.ToBase64String(MandateDocuments.Form(mandate, customer, await CreditorFacts.ReadAsync(db, call.CreditorId, ct), mandate.Language ?? customer.Language ?? "en"));
        }

        return Json.Answer(answer);
    }

    /// <summary>What a method needs, before anything is made.</summary>
    private static byte[]? Check(string method, Call call, IdentityProviders providers)
    {
        switch (method)
        {
            case "import" or "paper" or "email":
                return null;
            case "digisign":
                var text = call.Required("digsig", 300_000);
                if (text.IndexOf(',', StringComparison.Ordinal) is > 0 and var comma && text.StartsWith("data:", StringComparison.Ordinal)) text = text[(comma + 1)..];
                var png = new byte[text.Length];
                if (!Convert.TryFromBase64String(text.Replace(' ', '+'), png, out var length)) throw Call.Invalid("digsig", "digsig is not base64.");
                SignMandate.RequireDrawing(png[..length]);
                return png[..length];
            case "sms" or "itsme" or "eid":
                providers.Require(method, "sign");
                return null;
            case "idin" or "emachtiging":
                providers.Require(method, "sign");
                Issuers.Require(method, call.Text("bic", 20));
                return null;
            case var payment when SignMethods.IsPayment(payment):
                providers.Require(method, "sign");
                return null;
            default:
                throw Call.Invalid("method", $"No method {method}.");
        }
    }

    /// <summary>What the method does inside the transaction of the preparation; answers the page where the signer goes on.</summary>
    private static async Task<string?> StepAsync(
        string method, Call call, Mandate mandate, Invite.Wanted wanted, DateOnly on, EngineDb db, CreditorKeys keys, SignMandate sign, SignElsewhere elsewhere, PublicAddress address, DateTimeOffset now, CancellationToken ct)
    {
        var facts = await CreditorFacts.ReadAsync(db, mandate.CreditorId, ct);
        var (creditor, profile) = (facts.Creditor, facts.ProfileOf(mandate.ProfileId));
        SignMethods.Require(profile, method, mandate.DebtorAccount);
        if (method is "import" or "digisign" or "sms" && mandate is { Kind: AgreementKind.DirectDebit, DebtorAccount: null }) throw Call.Missing("iban");
        var customer = (await db.Customers.FindAsync([mandate.CustomerId], ct))!;
        if (method == "sms" && (wanted.Customer.Mobile ?? customer.Mobile) is null) throw Call.Missing("mobile");
        // Who signs on the page is asked there; what was signed elsewhere was signed there by all who had to.
        if (profile.CoSigning is CoSigning.Required && mandate.CoSigner is null && method is not ("import" or "paper" or "email")) throw Call.Missing("cosignerEmail");
        // Who signs by himself says that he is no consumer; what was signed elsewhere or is signed on the page is asked there.
        if (mandate.Scheme is MandateScheme.B2B && method is not ("import" or "paper" or "email") && customer.EnterpriseNumber is null) throw Call.Missing("coc");
        // A mandate with an account was filled with it; who proves who he is tells his name then.
        if (mandate is { Kind: not AgreementKind.DirectDebit, DebtorName: not { Length: > 0 } } && customer.DisplayName is { Length: > 0 } name && !Identifications.Proves(method))
            mandate.Fill(name, customer, mandate.DebtorAccount, mandate.DebtorBic);
        switch (method)
        {
            case "import":
                if (mandate.Kind is AgreementKind.CreditCard) mandate.Take(CardOf(call));
                mandate.Import("import", on, call.Text("place", 70), mandate.ContractHash, call.Flag("bankSignature"), now, now + Outcomes.Interval);
                await sign.FollowAsync(mandate, now, ct);
                return null;
            case "paper":
                mandate.Print();
                return null;
            case "digisign":
                return null;
            case "email":
                return "/sign/" + keys.MandateToken(creditor, mandate.Id);
            case var payment when SignMethods.IsPayment(payment):
                return await elsewhere.PayAsync(mandate, ct);
            default:
                var (identification, token) = Identifications.Begin(db, mandate, method, call.Text("bic", 11)?.ToUpperInvariant(), now);
                if (method != "sms") return "/identify/" + token;

                var t = new Texts(typeof(SignRoute).Assembly).In(identification.Language);
                DebtorMail.Sms(db, creditor, t, $"mandate:{mandate.Id}", customer.Mobile ?? wanted.Customer.Mobile!,
                    t["sms.sign", ("creditor", creditor.Name), ("iban", mandate.DebtorAccount?.Masked), ("reference", mandate.Reference)] + " " + address.Of("/identify/" + token), now);
                return null;
        }
    }

    /// <summary>A card that another system holds at the payment provider.</summary>
    private static Card CardOf(Call call)
    {
        var expires = call.Day("_expiry") ?? throw Call.Missing("_expiry");
        var last = call.Required("_last", 4);
        if (last.Length != 4 || !last.All(char.IsAsciiDigit)) throw Call.Invalid("_last", "_last is the card's last four digits.");
        return new(call.Required("_psptoken", 100), new DateOnly(expires.Year, expires.Month, 1).AddMonths(1).AddDays(-1), last, call.Text("_cctype", 32) ?? "", call.Text("_cust", 100));
    }

    /// <summary>A prepared mandate by the key of its page, with what the call adds.</summary>
    private static async Task<Mandate> OfKeyAsync(EngineDb db, Call call, string key, Invite.Wanted wanted, CancellationToken ct)
    {
        var hash = Secrets.HashOf(key);
        var mandate = await db.Mandates.SingleOrDefaultAsync(m => m.CreditorId == call.CreditorId && m.PageTokenHash == hash, ct) ?? throw new RefusedException("err_no_contract", "No mandate has this key.") { Field = "key" };
        if (mandate.State is not MandateState.Prepared || mandate.AwaitsCoSigner) throw new RefusedException("err_invalid_state", $"Mandate {mandate.Reference} is {mandate.State}.", ("reference", mandate.Reference)) { Field = "key" };

        var customer = await db.Customers.SingleAsync(c => c.Id == mandate.CustomerId, ct);
        CustomerRoutes.Fill(customer, wanted.Customer);
        CoSign.Require((await CreditorFacts.ReadAsync(db, mandate.CreditorId, ct)).ProfileOf(mandate.ProfileId), wanted.CoSigner);
        if (wanted.CoSigner is { } other) mandate.NameCoSigner(other);
        if (wanted.Account is { } account)
        {
            await MandateRules.RequireAccountAsync(db, (await CreditorFacts.ReadAsync(db, mandate.CreditorId, ct)).ProfileOf(mandate.ProfileId), account, mandate.Id, ct);
            mandate.Fill(mandate.DebtorName ?? customer.DisplayName, customer, account, wanted.Bic ?? BelgianBanks.BicOf(account));
        }

        return mandate;
    }

    // By what is known of the signer: a Dutch account pays first by iDEAL, a Belgian signs by itsme, a mobile number gets a text; what the profile
    // does not offer is done on the page.
    private static async Task<string> AutoAsync(Call call, Invite.Wanted wanted, EngineDb db, IdentityProviders providers, CancellationToken ct)
    {
        var hash = call.Text("key", 100) is { } key ? Secrets.HashOf(key) : null;
        var profile = await db.Profiles.AsNoTracking().FirstOrDefaultAsync(p => p.CreditorId == call.CreditorId
            && (hash != null ? db.Mandates.Any(m => m.PageTokenHash == hash && m.ProfileId == p.Id) : wanted.Code == null ? p.Number == wanted.Number : p.Prefix == wanted.Code), ct);
        if (profile is null) return "email"; // the preparation says what is wrong
        if (profile.Kind is AgreementKind.CreditCard) return "visa";

        var method = (wanted.Account?.CountryCode ?? wanted.Customer.Country) switch
        {
            "NL" => "ideal",
            "BE" => "itsme",
            _ when wanted is { Account: not null, Customer.Mobile: not null } => "sms",
            _ => "email",
        };
        var offered = SignMethods.Of(profile);
        return offered.Contains(SignMethods.IsPayment(method) ? SignMethods.Payment : method) && providers.CanProve(method) ? method : "email";
    }
}
