using System.Text.Json;
using System.Text.Json.Nodes;
using Domi.Engine.Creditors;
using Domi.Engine.Mandates;
using Domi.Engine.Pages;
using Domi.Engine.Profiles;
using Domi.Engine.Wire;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Identity;

/// <summary>What an identity provider tells of a person.</summary>
/// <param name="Account">Where the provider is his bank.</param>
internal sealed record IdentityClaims(string Name, Iban? Account)
{
    /// <summary>The person, at the provider.</summary>
    public string? Subject { get; init; }
}

/// <summary><c>POST /creditor/ident</c> and what follows it: a person identifies himself, and with it signs a mandate if there is one.</summary>
/// <remarks>Refuses with <c>err_no_such_ct</c>, <c>err_invalid_params</c> (method, bic), <c>err_no_integration</c>. Source: Twikey API, Identification.</remarks>
internal static class Identifications
{
    private static readonly string[] Methods = ["itsme", "idin"];

    /// <summary>By which somebody else tells who signs.</summary>
    public static bool Proves(string method) => method is "itsme" or "eid" or "idin" or "emachtiging" or "sms";

    public static void Map(IEndpointRouteBuilder creditor)
    {
        creditor.MapPost("ident", HandleAsync);
        creditor.MapGet("issuers/{method}", (string method, Call call) => Issuers.Answer(method, call.Text("type", 10)?.ToLowerInvariant()));
        creditor.MapPost("ibancheck", IbanCheck);
    }

    private static async Task<IResult> HandleAsync(Call call, EngineDb db, PublicAddress address, IdentityProviders providers, BusinessClock clock, CancellationToken ct)
    {
        var number = call.Number("ct") is { } given and not 0 ? given : throw Call.Missing("ct");
        var method = call.Required("method", 32).ToLowerInvariant();
        if (!Methods.Contains(method)) throw Call.Invalid("method", "method is itsme or idin.");
        providers.Require(method, "identify");
        var bic = call.Text("bic", 20)?.ToUpperInvariant();
        if (method == "idin") Issuers.Require(method, bic);
        var profile = await db.Profiles.AsNoTracking().SingleOrDefaultAsync(p => p.CreditorId == call.CreditorId && p.Number == number && p.IsActive, ct)
            ?? throw new RefusedException("err_no_such_ct", $"No profile {number}.") { Field = "ct" };
        var redirect = Invoices.CreateInvoice.AddressOf(call.Text("redirectUrl", 1000));
        var token = Secrets.NewToken();
        await db.WriteAsync(_ =>
        {
            db.Identifications.Add(new()
            {
                CreditorId = call.CreditorId,
                ProfileId = profile.Id,
                Method = method,
                Bic = bic,
                Language = Texts.LanguageOf(call.TextOf(10, "l", "lang")),
                RedirectUrl = redirect,
                TokenHash = Secrets.HashOf(token),
                CreatedAt = clock.GetUtcNow(),
            });
            return Task.CompletedTask;
        }, ct);
        return Json.Answer(new JsonObject { ["url"] = address.Of("/identify/" + token) });
    }

    /// <summary>Begins the identification by which a mandate is to be signed, inside the running transaction.</summary>
    public static (Identification Identification, string Token) Begin(EngineDb db, Mandate mandate, string method, string? bic, DateTimeOffset now, string? named = null, bool isCoSigner = false)
    {
        var token = named ?? Secrets.NewToken();
        var identification = new Identification
        {
            CreditorId = mandate.CreditorId,
            ProfileId = mandate.ProfileId,
            MandateId = mandate.Id,
            IsCoSigner = isCoSigner,
            Method = method,
            Bic = bic,
            Language = Texts.LanguageOf(mandate.Language),
            RedirectUrl = isCoSigner ? null : mandate.RedirectUrl, // he came by mail, not from a shop
            TokenHash = Secrets.HashOf(token),
            CreatedAt = now,
        };
        db.Identifications.Add(identification);
        return (identification, token);
    }

    /// <summary>
    /// Whether a name fits an account: asked of the bank. The one of the sandbox answers by the last digit of the account: 8 nearly, with the
    /// name as it has it, 9 not, any other that it does. Elsewhere none is connected.
    /// </summary>
    private static IResult IbanCheck(Call call, DomiSettings settings)
    {
        var account = Accounts.IbanOf(call.Required("iban", 60));
        var name = call.Required("name", 140);
        if (!settings.Sandbox.Enabled) throw new RefusedException("err_no_integration", "No bank is connected that compares names.");

        var result = account.Value[^1] switch { '8' => "CLOSE_MATCH", '9' => "NO_MATCH", _ => "MATCH" };
        return Json.Answer(new JsonObject { ["result"] = result, ["suggestion"] = result == "CLOSE_MATCH" ? $"{name[0]}. {name.Split(' ')[^1]}" : null });
    }
}

/// <summary>The banks that identify by iDIN and sign by eMachtiging.</summary>
/// <remarks>Source: the public lists of participating banks of iDIN and eMachtiging (Betaalvereniging Nederland).</remarks>
internal static class Issuers
{
    private static readonly (string Bic, string Name, bool B2B)[] Banks =
    [
        ("ABNANL2A", "ABN AMRO", true), ("ASNBNL21", "ASN Bank", false), ("BUNQNL2A", "bunq", false), ("INGBNL2A", "ING", true),
        ("RABONL2U", "Rabobank", true), ("RBRBNL21", "RegioBank", false), ("SNSBNL2A", "SNS", false), ("TRIONL2U", "Triodos Bank", false),
    ];

    public static IResult Answer(string method, string? type)
    {
        if (method.ToLowerInvariant() is not ("idin" or "emachtiging")) throw Call.Invalid("method", "method is idin or emachtiging.");
        if (type is not (null or "core" or "b2b")) throw Call.Invalid("type", "type is core or b2b.");
        return Json.Answer(new JsonArray([.. Banks.Where(b => type != "b2b" || b.B2B).Select(b => (JsonNode)new JsonObject { ["bic"] = b.Bic, ["name"] = b.Name, ["country"] = "NL" })]));
    }

    /// <summary>The bank of an account, by the letters in its number; null where none of them keeps it.</summary>
    public static string? Of(Iban? account, bool isB2B) =>
        account is { CountryCode: "NL" } iban && Array.Find(Banks, b => b.Bic[..4] == iban.Value[4..8] && (!isB2B || b.B2B)) is { Bic: { } bic } ? bic : null;

    /// <exception cref="RefusedException"><c>err_missing_params</c>, <c>err_invalid_bic</c>.</exception>
    public static void Require(string method, string? bic)
    {
        if (bic is null) throw Call.Missing("bic");
        if (!Banks.Any(b => bic.StartsWith(b.Bic, StringComparison.OrdinalIgnoreCase))) throw new RefusedException("err_invalid_bic", $"No bank {bic} signs by {method}.", ("bic", bic)) { Field = "bic" };
    }
}

/// <summary>Ends an identification by what its provider tells; that of a mandate signs it.</summary>
internal sealed class Identify(EngineDb db, SignMandate sign, Secrets secrets, BusinessClock clock)
{
    /// <summary>An identification that was begun waits a day.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(1);

    public Task<Identification?> FindAsync(string token, CancellationToken ct)
    {
        var hash = Secrets.HashOf(token);
        return db.Identifications.AsNoTracking().SingleOrDefaultAsync(i => i.TokenHash == hash, ct);
    }

    /// <summary>The person leaves for the provider: what his coming back must hold is kept. Leaving again begins anew.</summary>
    public Task LeaveAsync(Guid id, Exchange exchange, CancellationToken ct) => db.WriteOrRepeatAsync(async token =>
    {
        var found = await db.Identifications.SingleAsync(i => i.Id == id, token);
        if (IsOpen(found)) (found.StateHash, found.ExchangeSealed) = (Secrets.HashOf(exchange.State), secrets.Seal(JsonSerializer.Serialize(exchange)));
    }, ct);

    /// <summary>What he left with, while he is away.</summary>
    public Exchange? AwayWith(Identification identification) => identification.ExchangeSealed is { } held ? JsonSerializer.Deserialize<Exchange>(secrets.Open(held)) : null;

    /// <summary>The person came back: once, for the state is spent by it.</summary>
    public Task<(Identification Identification, Exchange Exchange)?> ReturnAsync(string state, CancellationToken ct) => db.WriteOrRepeatAsync<(Identification, Exchange)?>(async token =>
    {
        var hash = Secrets.HashOf(state);
        if (await db.Identifications.SingleOrDefaultAsync(i => i.StateHash == hash, token) is not { } found || AwayWith(found) is not { } exchange) return null;

        (found.StateHash, found.ExchangeSealed) = (null, null);
        return (found, exchange);
    }, ct);

    public bool IsOpen(Identification identification) => identification.State is IdentificationState.Started && identification.CreatedAt + Lifetime > clock.GetUtcNow();

    /// <summary>The person is who he says, or declined. Told twice it changes nothing.</summary>
    /// <exception cref="RefusedException">What a signature refuses: <c>changed_meanwhile</c>, <c>account_differs</c>, <c>b2b_consumer</c>, <c>link_expired</c>, <c>err_invalid_state</c>, <c>creditor_unidentified</c>.</exception>
    public async Task EndAsync(Guid id, IdentityClaims? claims, SignerSession session, CancellationToken ct)
    {
        var signed = await db.WriteOrRepeatAsync<(Guid MandateId, string? TextHash)?>(async token =>
        {
            var found = await db.Identifications.SingleAsync(i => i.Id == id, token);
            if (!IsOpen(found)) return null;
            if (claims is null)
            {
                (found.State, found.EndedAt) = (IdentificationState.Declined, clock.GetUtcNow());
                if (found.MandateId is { } declined) db.PageEvents.Add(new() { CreditorId = found.CreditorId, AboutId = declined, Kind = PageEvent.Cancelled, Text = found.Method, At = clock.GetUtcNow() });
                return null;
            }

            string? textHash = null;
            var mandate = found.MandateId is { } of ? await db.Mandates.SingleOrDefaultAsync(m => m.Id == of, token) ?? throw SignMandate.Withdrawn() : null;
            if (mandate is { State: MandateState.Prepared })
            {
                AgreementText.RequireShown(mandate, await AgreementText.HashOfAsync(db, mandate, session.Language, token), session);
                if (!found.IsCoSigner) await CompleteAsync(mandate, claims, token);
                textHash = await AgreementText.HashOfAsync(db, mandate, session.Language, token);
            }

            (found.Name, found.Account, found.Subject) = (claims.Name, claims.Account, claims.Subject);
            if (found.MandateId is null) (found.State, found.EndedAt) = (IdentificationState.Identified, clock.GetUtcNow());
            return mandate is null ? null : (mandate.Id, textHash);
        }, ct);
        if (signed is not { } agreed) return;

        var begun = await db.Identifications.Where(i => i.Id == id).Select(i => new { i.Method, i.IsCoSigner }).SingleAsync(ct);
        await sign.SignByProofAsync(agreed.MandateId, begun.Method, session with { TextHash = agreed.TextHash, IsCoSigner = begun.IsCoSigner }, null, ct, provenName: claims!.Name);
        await db.WriteAsync(async token =>
        {
            var found = await db.Identifications.SingleAsync(i => i.Id == id, token);
            (found.State, found.EndedAt) = (IdentificationState.Identified, clock.GetUtcNow());
        }, ct);
    }

    /// <summary>What the provider vouches for completes what is known, and does not contradict it.</summary>
    private async Task CompleteAsync(Mandate mandate, IdentityClaims claims, CancellationToken ct)
    {
        if (mandate.DebtorAccount is { } typed && claims.Account is { } proven && proven != typed) throw new RefusedException("account_differs", $"Another account was proven than that of {mandate.Reference}.");
        if (mandate.DebtorName is { Length: > 0 } && (mandate is not { Kind: AgreementKind.DirectDebit, DebtorAccount: null } || claims.Account is null)) return;

        var account = mandate.DebtorAccount ?? claims.Account;
        if (account is { } own) await MandateRules.RequireAccountAsync(db, (await CreditorFacts.ReadAsync(db, mandate.CreditorId, ct)).ProfileOf(mandate.ProfileId), own, mandate.Id, ct);
        var customer = await db.Customers.SingleAsync(c => c.Id == mandate.CustomerId, ct);
        mandate.Complete(claims.Name, customer, account);
    }
}
