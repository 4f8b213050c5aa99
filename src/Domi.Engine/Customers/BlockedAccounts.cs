using System.Text.Json.Nodes;
using Domi.Engine.Invoices;
using Domi.Engine.Mails;
using Domi.Engine.Mandates;
using Domi.Engine.Wire;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Customers;

/// <summary><c>/creditor/ibanblacklist</c>: accounts on which no new mandate is taken; those there are can be suspended or cancelled with it.</summary>
/// <remarks>Refuses with <c>err_invalid_iban</c>, <c>err_missing_params</c>, <c>err_invalid_params</c> (state), <c>err_not_found</c>. Source: Twikey API, IBAN blacklist.</remarks>
internal static class BlockedAccountRoutes
{
    public static void Map(IEndpointRouteBuilder creditor)
    {
        creditor.MapPost("ibanblacklist", AddAsync);
        creditor.MapGet("ibanblacklist", ListAsync);
        creditor.MapDelete("ibanblacklist", RemoveAsync);
    }

    /// <summary>An account on the list takes no mandate.</summary>
    /// <exception cref="RefusedException"><c>err_invalid_iban</c>.</exception>
    public static async Task RequireFreeAsync(EngineDb db, Guid creditorId, Iban account, CancellationToken ct)
    {
        if (await db.BlockedAccounts.AnyAsync(b => b.CreditorId == creditorId && b.Account == account, ct))
            throw new RefusedException("err_invalid_iban", "No mandate is taken on this account.") { Field = "iban" };
    }

    private static async Task<IResult> AddAsync(Call call, EngineDb db, MandateEvents events, Settlement settlement, DebtorMail mail, BusinessClock clock, CancellationToken ct)
    {
        var account = Accounts.IbanOf(call.Required("iban", 60));
        var reason = call.TextOf(200, "rsn", "reason") ?? throw Call.Missing("rsn");
        var state = StateOf(call, "passive", "cancel");
        await db.WriteOrRepeatAsync(async token =>
        {
            var known = await db.BlockedAccounts.SingleOrDefaultAsync(b => b.CreditorId == call.CreditorId && b.Account == account, token);
            if (known is null) db.BlockedAccounts.Add(new() { CreditorId = call.CreditorId, Account = account, Reason = reason, CreatedAt = clock.GetUtcNow() });
            else known.Reason = reason;
            foreach (var mandate in await OfAsync(db, call, account, token))
            {
                if (state == "passive" && mandate is { State: MandateState.Signed, IsSuspended: false })
                {
                    mandate.Suspend(true);
                    await events.ChangedAsync(mandate, "uncollectable|user", token);
                }
                else if (state == "cancel")
                {
                    await CancelMandate.Async(db, mandate, reason, "creditor", events, settlement, clock, token);
                    if (call.Flag("notify")) await mail.MandateCancelledAsync(db, mandate, clock.GetUtcNow(), token);
                }
            }
        }, ct);
        return Json.Answer(new JsonObject());
    }

    private static async Task<IResult> ListAsync(Call call, EngineDb db, CancellationToken ct)
    {
        var all = await db.BlockedAccounts.AsNoTracking().Where(b => b.CreditorId == call.CreditorId).OrderBy(b => b.CreatedAt).ThenBy(b => b.Id).Take(5_000).ToListAsync(ct);
        return Json.Answer(new JsonObject { ["accounts"] = new JsonArray([.. all.Select(b => (JsonNode)new JsonObject { ["iban"] = b.Account.Value, ["reason"] = b.Reason, ["since"] = Json.Instant(b.CreatedAt) })]) });
    }

    private static async Task<IResult> RemoveAsync(Call call, EngineDb db, MandateEvents events, CancellationToken ct)
    {
        var account = Accounts.IbanOf(call.Required("iban", 60));
        var state = StateOf(call, "active");
        await db.WriteAsync(async token =>
        {
            var known = await db.BlockedAccounts.SingleOrDefaultAsync(b => b.CreditorId == call.CreditorId && b.Account == account, token) ?? throw new RefusedException("err_not_found", "This account is not blocked.") { Field = "iban" };
            db.BlockedAccounts.Remove(known);
            if (state is null) return;
            foreach (var mandate in (await OfAsync(db, call, account, token)).Where(m => m is { State: MandateState.Signed, IsSuspended: true }))
            {
                mandate.Suspend(false);
                await events.ChangedAsync(mandate, "collectable|user", token);
            }
        }, ct);
        return Json.Answer(new JsonObject());
    }

    private static Task<List<Mandate>> OfAsync(EngineDb db, Call call, Iban account, CancellationToken ct) =>
        db.Mandates.Where(m => m.CreditorId == call.CreditorId && m.DebtorAccount == account && (m.State == MandateState.Signed || m.State == MandateState.SignedPendingDebtorBank)).OrderBy(m => m.Id).ToListAsync(ct);

    private static string? StateOf(Call call, params string[] allowed) => call.Text("state", 20)?.ToLowerInvariant() is not { } state
        ? null
        : allowed.Contains(state) ? state : throw Call.Invalid("state", $"state is {string.Join(" or ", allowed)}.");
}
