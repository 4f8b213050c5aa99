using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Domi.Engine.Creditors;
using Domi.Engine.DirectDebits;
using Domi.Engine.Invoices;
using Domi.Engine.PayLinks;
using Domi.Engine.Wire;
using Domi.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Feeds;

/// <summary>
/// <c>GET /creditor/mandate</c>, <c>/invoice</c>, <c>/invoice/payment/feed</c>, <c>/transaction</c>, <c>/payment/link/feed</c>, <c>/transfer</c>,
/// <c>/reporting</c>: what is new since the key's last
/// read, at most 100 entries. <c>X-RESUME-AFTER</c> sets the position first; <c>X-LAST</c> tells the one reached.
/// </summary>
/// <remarks>
/// Refuses with <c>err_call_in_progress</c> when the same key reads the same feed at the same time. The read lock dies with its holder.
/// Source: Twikey API, feeds.
/// </remarks>
internal static class ReadFeed
{
    private const int PageSize = 100;

    private sealed record Entry(long Sequence, string Payload);

    private static readonly Func<EngineDb, Guid, FeedName, CancellationToken, Task<FeedCursor?>> CursorOf = EF.CompileAsyncQuery(
        (EngineDb db, Guid apiKeyId, FeedName feed, CancellationToken ct) => db.FeedCursors.SingleOrDefault(c => c.ApiKeyId == apiKeyId && c.Feed == feed));

    private static readonly Func<EngineDb, Guid, FeedName, CancellationToken, Task<long?>> PositionOf = EF.CompileAsyncQuery(
        (EngineDb db, Guid apiKeyId, FeedName feed, CancellationToken ct) => db.FeedCursors.Where(c => c.ApiKeyId == apiKeyId && c.Feed == feed).Select(c => (long?)c.Position).SingleOrDefault());

    private static readonly Func<EngineDb, Guid, FeedName, CancellationToken, Task<long?>> NewestOf = EF.CompileAsyncQuery(
        (EngineDb db, Guid creditorId, FeedName feed, CancellationToken ct) => db.FeedEvents.Where(e => e.CreditorId == creditorId && e.Feed == feed).Max(e => (long?)e.Sequence));

    private static readonly Func<EngineDb, Guid, FeedName, long, string[]?, IAsyncEnumerable<Entry>> PageAfter = EF.CompileAsyncQuery(
        (EngineDb db, Guid creditorId, FeedName feed, long position, string[]? kinds) => db.FeedEvents
            .Where(e => e.CreditorId == creditorId && e.Feed == feed && e.Sequence > position && (kinds == null || e.Kind == null || kinds.Contains(e.Kind)))
            .OrderBy(e => e.Sequence).Take(PageSize).Select(e => new Entry(e.Sequence, e.Payload)));

    public static void Map(IEndpointRouteBuilder mandates, IEndpointRouteBuilder invoices, IEndpointRouteBuilder transactions, IEndpointRouteBuilder links, IEndpointRouteBuilder transfers, IEndpointRouteBuilder reconciliation)
    {
        mandates.MapGet("mandate", (Call call, EngineDb db, BusinessClock clock, CancellationToken ct) => MandatesAsync(call, db, clock, ct));
        invoices.MapGet("invoice", (Call call, EngineDb db, InvoiceView view, CancellationToken ct) => InvoicesAsync(call, db, view, ct));
        invoices.MapGet("invoice/payment/feed", (Call call, EngineDb db, CancellationToken ct) => ListAsync(call, db, FeedName.InvoicePayments, "Payments", ct));
        transactions.MapGet("transaction", (Call call, EngineDb db, CancellationToken ct) => ListAsync(call, db, FeedName.Transactions, "Entries", ct, entry => TransactionView.For(call, entry)));
        links.MapGet("payment/link/feed", (Call call, EngineDb db, CancellationToken ct) =>
            ListAsync(call, db, FeedName.PayLinks, "Links", ct, entry => LinkView.For(call, entry), call.Flag("all") ? null : ["PAID"]));
        transfers.MapGet("transfer", (Call call, EngineDb db, CancellationToken ct) => ListAsync(call, db, FeedName.Transfers, "Entries", ct));
        reconciliation.MapGet("reporting", (Call call, EngineDb db, CancellationToken ct) => ListAsync(call, db, FeedName.Statements, "Statements", ct));
    }

    private static async Task<IResult> ListAsync(Call call, EngineDb db, FeedName feed, string list, CancellationToken ct, Func<JsonObject, JsonObject>? shape = null, string[]? kinds = null) =>
        await ReadAsync(call, db, feed, kinds, (entries, _) => new JsonObject { [list] = entries }, (entry, sequence) =>
        {
            shape?.Invoke(entry);
            if (call.Includes("seq")) entry["seq"] = sequence;
            return entry;
        }, ct);

    private static async Task<IResult> InvoicesAsync(Call call, EngineDb db, InvoiceView view, CancellationToken ct)
    {
        var creditor = (await CreditorFacts.ReadAsync(db, call.CreditorId, ct)).Creditor;
        return await ReadAsync(call, db, FeedName.Invoices, null, (entries, _) => new JsonObject { ["Invoices"] = entries }, (entry, sequence) =>
        {
            view.Complete(entry, creditor);
            Strip(entry, call, "customer", "meta", "lastpayment");
            if (call.Includes("seq")) entry["seq"] = sequence;
            return entry;
        }, ct);
    }

    private static Task<IResult> MandatesAsync(Call call, EngineDb db, BusinessClock clock, CancellationToken ct)
    {
        var types = (call.Header("X-TYPES") ?? "CORE,B2B,CREDITCARD").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return ReadAsync(call, db, FeedName.Mandates, [.. types.Select(t => t.ToUpperInvariant())],
            (entries, _) => new JsonObject
            {
                ["GrpHdr"] = new JsonObject { ["CreDtTm"] = Json.Instant(clock.GetUtcNow()) },
                ["Messages"] = entries,
            },
            (entry, sequence) =>
            {
                // A cancellation carries the mandate only for who asks for it.
                if (entry.ContainsKey("CxlRsn") && !call.Includes("cancelled_mandate")) entry.Remove("Mndt");
                if (call.Includes("seq")) entry["EvtId"] = sequence;
                return entry;
            }, ct);
    }

    /// <summary>Leaves out the parts that the caller does not include.</summary>
    public static void Strip(JsonObject entry, Call call, params ReadOnlySpan<string> parts)
    {
        foreach (var part in parts)
            if (!call.Includes(part))
                entry.Remove(part);
    }

    private static async Task<IResult> ReadAsync(
        Call call, EngineDb db, FeedName feed, string[]? kinds, Func<JsonArray, long, JsonObject> answer, Func<JsonObject, long, JsonObject> shape, CancellationToken ct)
    {
        long? resume = null;
        if (call.Header("X-RESUME-AFTER") is { } text)
            resume = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : throw Call.Invalid("X-RESUME-AFTER", "X-RESUME-AFTER is not a sequence number.");

        await using var reading = await FeedLock.TryTakeAsync(db, call.Caller.ApiKeyId, feed, ct)
            ?? throw new RefusedException("err_call_in_progress", "This feed is being read with this key already.");
        var asked = resume ?? await PositionOf(db, call.Caller.ApiKeyId, feed, ct) ?? 0;
        // A position that is not reached yet is taken back to the newest entry: else its reader misses everything up to it in silence, as
        // after an engine was restored from yesterday's backup.
        var position = Math.Min(asked, await NewestOf(db, call.CreditorId, feed, ct) ?? 0);
        var events = await PageAfter(db, call.CreditorId, feed, position, kinds).ToListAsync(ct);
        var last = events.Count > 0 ? events[^1].Sequence : position;
        if (last != asked || resume is not null) await KeepAsync(db, call.Caller.ApiKeyId, feed, last, ct);

        var entries = new JsonArray();
        foreach (var found in events) entries.Add(shape((JsonObject)JsonNode.Parse(found.Payload)!, found.Sequence));
        call.Http.Response.Headers["X-LAST"] = last.ToString(CultureInfo.InvariantCulture);
        return Json.Answer(answer(entries, last));
    }

    private static async Task KeepAsync(EngineDb db, Guid apiKeyId, FeedName feed, long position, CancellationToken ct)
    {
        try
        {
            await db.WriteAsync(async token =>
            {
                if (await CursorOf(db, apiKeyId, feed, token) is { } cursor) cursor.Position = position;
                else db.FeedCursors.Add(new() { ApiKeyId = apiKeyId, Feed = feed, Position = position });
            }, ct);
        }
        catch (DbUpdateException e) when (ModuleDb.IsDuplicate(e))
        {
            throw new RefusedException("err_call_in_progress", "This feed is being read with this key already.");
        }
    }
}
