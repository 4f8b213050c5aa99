using System.Text.Json;
using Domi.Engine.Creditors;
using Domi.Engine.DirectDebits;
using Domi.Engine.Invoices;
using Domi.Engine.Wire;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Simulator;

/// <summary>The sandbox for developers: its keys and more of them, its clock, and outcomes played by hand.</summary>
internal static class SandboxRoutes
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var sandbox = app.MapSandbox();
        sandbox.MapSandboxClock();
        sandbox.MapGet("", ReadAsync);
        sandbox.MapPost("outcome", PlayAsync);
        sandbox.MapPost("key", AddKeyAsync);
    }

    /// <summary>The creditor whose sandbox it is: the first one.</summary>
    private static IQueryable<Creditor> Own(EngineDb db) => db.Creditors.AsNoTracking().OrderBy(c => c.MerchantId).Take(1);

    private static async Task<IResult> ReadAsync(HttpContext http, EngineDb db, Secrets secrets, CreditorKeys keys, PublicAddress address, CancellationToken ct)
    {
        if (http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)) return Results.Redirect("/simulator");

        var creditor = await Own(db).SingleAsync(ct);
        var key = await db.ApiKeys.AsNoTracking().Where(k => k.CreditorId == creditor.Id && k.RevokedAt == null).OrderBy(k => k.CreatedAt).FirstAsync(ct);
        var profiles = await db.Profiles.AsNoTracking().Where(p => p.CreditorId == creditor.Id).OrderBy(p => p.Number).ToListAsync(ct);
        return Results.Json(new
        {
            baseUrl = address.Of("/creditor"),
            apiKey = secrets.Open(key.KeySealed),
            privateKey = key.PrivateKeySealed is null ? null : secrets.Open(key.PrivateKeySealed),
            websiteKey = keys.WebsiteKey(creditor),
            merchantId = creditor.MerchantId,
            profiles = profiles.Select(p => new { id = p.Number, name = p.Name, type = p.WireType }),
        });
    }

    /// <summary>Another key, with feeds of its own and a webhook address: what a person makes on the console, for a program that cannot sign in there.</summary>
    private static async Task<IResult> AddKeyAsync(HttpContext http, EngineDb db, Secrets secrets, CancellationToken ct)
    {
        if (await Sandbox.ReadAsync(http, ct) is not { } body || Text(body, "webhookUrl", 500) is not { } webhook || !Uri.TryCreate(webhook, UriKind.Absolute, out var url) || !OutgoingCalls.StaysPrivate(url) || url.UserInfo.Length > 0)
            return Results.Problem(statusCode: StatusCodes.Status400BadRequest, title: "Say {\"webhookUrl\":\"http://127.0.0.1:9000/hook\"}: an address on this machine, or one over https, without a name and a password in it.");

        var (key, privateKey) = (ApiKey.NewKey(), ApiKey.NewPrivateKey());
        await db.WriteAsync(async token =>
        {
            var made = ApiKey.Of(await Own(db).Select(c => c.Id).SingleAsync(token), url.Authority, key, privateKey, secrets);
            made.WebhookUrl = url.AbsoluteUri;
            db.ApiKeys.Add(made);
        }, ct);
        return Results.Json(new { apiKey = key, privateKey, webhookUrl = url.AbsoluteUri });
    }

    /// <summary>Plays an R-transaction on the last settled collection of an invoice, found by id or number, or on a transaction, by its id.</summary>
    private static async Task<IResult> PlayAsync(HttpContext http, EngineDb db, Settlement settlement, CancellationToken ct)
    {
        if (await Sandbox.ReadAsync(http, ct) is not { } body || (Text(body, "invoice") ?? Text(body, "transaction")) is not { } which || Text(body, "code") is not { } code)
            return Results.Problem(statusCode: StatusCodes.Status400BadRequest, title: "Say {\"invoice\":\"<id or number>\",\"code\":\"MD06\"}, or {\"transaction\":\"<id>\",…}.");
        if (!ReasonCodes.Known.Contains(code, StringComparer.OrdinalIgnoreCase))
            return Results.Problem(statusCode: StatusCodes.Status400BadRequest, title: "code is one of " + string.Join(", ", ReasonCodes.Known.Order(StringComparer.Ordinal)) + ".");

        var isId = Guid.TryParse(which, out var id);
        long? number = Text(body, "invoice") is null ? long.TryParse(which, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var given) ? given : -1 : null;
        var own = await Own(db).Select(c => c.Id).SingleAsync(ct);
        var outcome = await db.WriteAsync(async token =>
        {
            if (number is not null)
            {
                if (await db.DirectDebits.Where(d => d.CreditorId == own && d.Number == number && d.State == DirectDebitState.Paid).OrderByDescending(d => d.Attempt).FirstOrDefaultAsync(token) is not { } collected) return "no settled collection";

                var of = collected.InvoiceId is { } invoiceId ? await db.Invoices.SingleAsync(i => i.Id == invoiceId, token) : null;
                await settlement.FailedAsync(collected, of, code.ToUpperInvariant(), token);
                return null;
            }

            var invoice = await db.Invoices.Where(i => i.CreditorId == own && (i.Number == which || (isId && i.PublicId == id))).OrderBy(i => i.Id).FirstOrDefaultAsync(token);
            if (invoice is null) return "no such invoice";

            var debit = await db.DirectDebits.Where(d => d.InvoiceId == invoice.Id && d.State == DirectDebitState.Paid).OrderByDescending(d => d.Attempt).FirstOrDefaultAsync(token);
            if (debit is null) return "no settled collection";

            await settlement.FailedAsync(debit, invoice, code.ToUpperInvariant(), token);
            return null;
        }, ct);
        return outcome is null
            ? number is null ? Results.Ok(new { invoice = which, code = code.ToUpperInvariant() }) : Results.Ok(new { transaction = which, code = code.ToUpperInvariant() })
            : Results.Problem(statusCode: StatusCodes.Status404NotFound, title: outcome);
    }

    private static string? Text(JsonElement body, string name, int most = 70)
    {
        try
        {
            Json.EnsureReadable(body);
            return Json.Text(body, name, most);
        }
        catch (RefusedException)
        {
            return null; // half a character, a NUL, or too long: it says nothing
        }
    }
}
