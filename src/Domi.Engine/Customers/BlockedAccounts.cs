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
            var mandates = await BlockAsync(db, call.CreditorId, account, reason, clock, token);
            if (state == "passive") await SuspendAsync(mandates, true, events, token);
            if (state != "cancel") return;

            foreach (var mandate in mandates)
            {
                await CancelMandate.Async(db, mandate, reason, "creditor", events, settlement, clock, token);
                if (call.Flag("notify")) await mail.MandateCancelledAsync(db, mandate, clock.GetUtcNow(), token);
            }
        }, ct);
        return Json.Answer(new JsonObject());
    }

    /// <summary>From now on the account takes no mandate, inside the running transaction; answers those that it has.</summary>
    internal static async Task<List<Mandate>> BlockAsync(EngineDb db, Guid creditorId, Iban account, string reason, BusinessClock clock, CancellationToken ct)
    {
        if (await db.BlockedAccounts.SingleOrDefaultAsync(b => b.CreditorId == creditorId && b.Account == account, ct) is { } known) known.Reason = reason;
        else db.BlockedAccounts.Add(new() { CreditorId = creditorId, Account = account, Reason = reason, CreatedAt = clock.GetUtcNow() });
        return await OfAsync(db, creditorId, account, ct);
    }

    /// <summary>The account takes mandates again, inside the running transaction; answers those that it has.</summary>
    /// <exception cref="RefusedException"><c>err_not_found</c>: it was not blocked.</exception>
    internal static async Task<List<Mandate>> UnblockAsync(EngineDb db, Guid creditorId, Iban account, CancellationToken ct)
    {
        db.BlockedAccounts.Remove(await db.BlockedAccounts.SingleOrDefaultAsync(b => b.CreditorId == creditorId && b.Account == account, ct)
            ?? throw new RefusedException("err_not_found", "This account is not blocked.") { Field = "iban" });
        return await OfAsync(db, creditorId, account, ct);
    }

    /// <summary>Suspends or resumes those that are signed.</summary>
    internal static async Task SuspendAsync(IEnumerable<Mandate> mandates, bool suspended, MandateEvents events, CancellationToken ct)
    {
        foreach (var mandate in mandates.Where(m => m.State is MandateState.Signed && m.IsSuspended != suspended))
        {
            mandate.Suspend(suspended);
            await events.ChangedAsync(mandate, suspended ? "uncollectable|user" : "collectable|user", ct);
        }
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
            var mandates = await UnblockAsync(db, call.CreditorId, account, token);
            if (state is not null) await SuspendAsync(mandates, false, events, token);
        }, ct);
        return Json.Answer(new JsonObject());
    }

    private static Task<List<Mandate>> OfAsync(EngineDb db, Guid creditorId, Iban account, CancellationToken ct) =>
        db.Mandates.Where(m => m.CreditorId == creditorId && m.DebtorAccount == account && (m.State == MandateState.Signed || m.State == MandateState.SignedPendingDebtorBank)).OrderBy(m => m.Id).ToListAsync(ct);

    private static string? StateOf(Call call, params string[] allowed) => call.Text("state", 20)?.ToLowerInvariant() is not { } state
        ? null
        : allowed.Contains(state) ? state : throw Call.Invalid("state", $"state is {string.Join(" or ", allowed)}.");
}
