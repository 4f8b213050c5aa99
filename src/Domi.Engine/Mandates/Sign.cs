using System.Text.Json.Nodes;
using Domi.Engine.Creditors;
using Domi.Engine.Customers;
using Domi.Engine.Identity;
using Domi.Engine.Mails;
using Domi.Engine.PayLinks;
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
    /// <summary>What a first payment costs when the call names no amount.</summary>
    private const decimal FirstPayment = 0.10m;

    private static readonly string[] Payments = ["bancontact", "bcmc", "ideal", "sofort", "visa", "mastercard", "maestro", "amex", "paypal"];

    public static void Map(IEndpointRouteBuilder creditor) => creditor.MapPost("sign", HandleAsync);

    private static async Task<IResult> HandleAsync(
        Call call, EngineDb db, CreditorKeys keys, PublicAddress address, MandateEvents events, SignMandate sign, DomiSettings settings, BusinessClock clock, CancellationToken ct)
    {
        var method = call.Required("method", 32).ToLowerInvariant();
        var wanted = await Invite.ReadAsync(call, db, ct);
        if (method == "auto") method = AutoOf(wanted);
        var drawing = Check(method, call, wanted, settings);
        var on = call.Day("signDate") ?? clock.Today;
        if (on > clock.Today) throw new RefusedException("err_invalid_date", $"The signature is dated ahead: {on:O}.", ("name", "signDate")) { Field = "signDate" };

        var now = clock.GetUtcNow();
        var (mandate, isNew, page) = await db.WriteOrRepeatAsync(async write =>
        {
            var (made, token) = call.Text("key", 100) is { } key ? (await OfKeyAsync(db, call, key, wanted, write), "") : await Invite.PrepareAsync(call, wanted, db, keys, events, clock, write);
            if (token is null) return (made, false, null); // there is a signed one

            await db.SaveChangesAsync(write); // the steps look for what they go on with

            return (made, true, await StepAsync(method, call, made, wanted, on, db, keys, sign, address, now, write));
        }, ct);
        if (isNew && drawing is not null)
            await sign.SignByDrawingAsync(mandate.Id, drawing, new(wanted.Customer.Language ?? "en", call.Http.Connection.RemoteIpAddress?.ToString() ?? "", call.Http.Request.Headers.UserAgent.ToString(), now), call.Text("place", 70), ct);

        var answer = new JsonObject { ["Msg"] = "OK", ["MndtId"] = mandate.Reference, ["mndtId"] = mandate.Reference };
        if (page is not null) answer["url"] = address.Of(page);
        if (method == "paper" && isNew)
        {
            // One client prints what is in the answer.
            var customer = await db.Customers.AsNoTracking().SingleAsync(c => c.Id == mandate.CustomerId, ct);
            answer["Pdf"] = Convert.ToBase64String(MandateDocuments.Form(mandate, customer, (await CreditorFacts.ReadAsync(db, call.CreditorId, ct)).Creditor, mandate.Language ?? customer.Language ?? "en"));
        }

        return Json.Answer(answer);
    }

    /// <summary>What a method needs, before anything is made.</summary>
    private static byte[]? Check(string method, Call call, Invite.Wanted wanted, DomiSettings settings)
    {
        switch (method)
        {
            case "import":
                if (wanted.Account is null && call.Text("key") is null) throw Call.Missing("iban");
                return null;
            case "paper" or "email":
                return null;
            case "digisign":
                if (wanted.Account is null && call.Text("key") is null) throw Call.Missing("iban");
                var text = call.Required("digsig", 300_000);
                if (text.IndexOf(',', StringComparison.Ordinal) is > 0 and var comma && text.StartsWith("data:", StringComparison.Ordinal)) text = text[(comma + 1)..];
                var png = new byte[text.Length];
                if (!Convert.TryFromBase64String(text.Replace(' ', '+'), png, out var length)) throw Call.Invalid("digsig", "digsig is not base64.");
                SignMandate.RequireDrawing(png[..length]);
                return png[..length];
            case "sms":
                if (wanted.Account is null && call.Text("key") is null) throw Call.Missing("iban");
                if (wanted.Customer.Mobile is null) throw Call.Missing("mobile");
                RequireOutside(settings, method);
                return null;
            case "itsme" or "eid":
                RequireOutside(settings, method);
                return null;
            case "idin" or "emachtiging":
                RequireOutside(settings, method);
                Issuers.Require(method, call.Text("bic", 20));
                return null;
            case var payment when Payments.Contains(payment):
                RequireOutside(settings, method);
                return null;
            default:
                throw Call.Invalid("method", $"No method {method}.");
        }
    }

    private static void RequireOutside(DomiSettings settings, string method)
    {
        if (!settings.Sandbox.Enabled) throw new RefusedException("err_no_integration", $"Nothing is connected to sign by {method}.") { Field = "method" };
    }

    /// <summary>What the method does inside the transaction of the preparation; answers the page where the signer goes on.</summary>
    private static async Task<string?> StepAsync(
        string method, Call call, Mandate mandate, Invite.Wanted wanted, DateOnly on, EngineDb db, CreditorKeys keys, SignMandate sign, PublicAddress address, DateTimeOffset now, CancellationToken ct)
    {
        var creditor = (await CreditorFacts.ReadAsync(db, mandate.CreditorId, ct)).Creditor;
        var customer = (await db.Customers.FindAsync([mandate.CustomerId], ct))!;
        // Who signs by himself says that he is no consumer; what was signed elsewhere or is signed on the page is asked there.
        if (mandate.Scheme is MandateScheme.B2B && method is not ("import" or "paper" or "email") && customer.EnterpriseNumber is null) throw Call.Missing("coc");
        switch (method)
        {
            case "import":
                if (mandate.DebtorAccount is null) throw Call.Missing("iban");
                mandate.Import("import", on, call.Text("place", 70), null, call.Flag("bankSignature"), now, now + Outcomes.Interval);
                await sign.FollowAsync(mandate, now, ct);
                return null;
            case "paper":
                mandate.Print();
                return null;
            case "digisign":
                return mandate.DebtorAccount is null ? throw Call.Missing("iban") : null;
            case "email":
                return "/sign/" + keys.MandateToken(creditor, mandate.Id);
            case var payment when Payments.Contains(payment):
                var first = OnSignature.Of(mandate);
                var link = await MakeLink.AddAsync(db, keys, mandate.CreditorId, first?.Amount ?? FirstPayment, first?.Message ?? mandate.Reference, now,
                    new(PayLinkOrigin.Signature) { CustomerId = mandate.CustomerId, ProfileId = mandate.ProfileId, MandateId = mandate.Id, Ref = first?.Ref, RedirectUrl = mandate.RedirectUrl, Language = mandate.Language }, ct);
                return MakeLink.PageOf(keys, creditor, link);
            default:
                var (identification, token) = Identifications.Begin(db, mandate, method, call.Text("bic", 11)?.ToUpperInvariant(), now);
                if (method != "sms") return "/identify/" + token;

                var t = new Texts(typeof(SignRoute).Assembly).In(identification.Language);
                DebtorMail.Sms(db, creditor, t, $"mandate:{mandate.Id}", customer.Mobile ?? wanted.Customer.Mobile!,
                    t["sms.sign", ("creditor", creditor.Name), ("iban", mandate.DebtorAccount?.Masked), ("reference", mandate.Reference)] + " " + address.Of("/identify/" + token), now);
                return null;
        }
    }

    /// <summary>A prepared mandate by the key of its page, with what the call adds.</summary>
    private static async Task<Mandate> OfKeyAsync(EngineDb db, Call call, string key, Invite.Wanted wanted, CancellationToken ct)
    {
        var hash = Secrets.HashOf(key);
        var mandate = await db.Mandates.SingleOrDefaultAsync(m => m.CreditorId == call.CreditorId && m.PageTokenHash == hash, ct) ?? throw new RefusedException("err_no_contract", "No mandate has this key.") { Field = "key" };
        if (mandate.State is not MandateState.Prepared) throw new RefusedException("err_invalid_state", $"Mandate {mandate.Reference} is {mandate.State}.", ("reference", mandate.Reference)) { Field = "key" };

        var customer = await db.Customers.SingleAsync(c => c.Id == mandate.CustomerId, ct);
        CustomerRoutes.Fill(customer, wanted.Customer);
        if (wanted.Account is { } account)
        {
            await MandateRules.RequireAccountAsync(db, (await CreditorFacts.ReadAsync(db, mandate.CreditorId, ct)).ProfileOf(mandate.ProfileId), account, mandate.Id, ct);
            mandate.Fill(mandate.DebtorName ?? customer.DisplayName, customer.Street ?? "", customer.Zip ?? "", customer.City ?? "", customer.Country ?? "BE", account, wanted.Bic ?? BelgianBanks.BicOf(account));
        }

        return mandate;
    }

    // By what is known of the signer: a Dutch account pays first by iDEAL, a Belgian signs by itsme, a mobile number gets a text.
    private static string AutoOf(Invite.Wanted wanted) => (wanted.Account?.CountryCode ?? wanted.Customer.Country) switch
    {
        "NL" => "ideal",
        "BE" => "itsme",
        _ when wanted is { Account: not null, Customer.Mobile: not null } => "sms",
        _ => "email",
    };
}
