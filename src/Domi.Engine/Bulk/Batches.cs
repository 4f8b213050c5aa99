using System.Text.Json;
using System.Text.Json.Nodes;
using Domi.Engine.Wire;
using Domi.Platform;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Bulk;

/// <summary>
/// Calls with up to 5,000 objects: worked off before they are answered, so that a client that asks at once gets the outcome. One object
/// that fails holds up none of the others.
/// </summary>
/// <remarks>Source: Twikey API, bulk operations.</remarks>
internal static class Batches
{
    public const int Most = 5_000;

    /// <summary>The objects of the body: a list, or an object of numbers.</summary>
    /// <exception cref="RefusedException"><c>err_invalid_params</c>.</exception>
    public static IReadOnlyList<JsonElement> ItemsOf(Call call)
    {
        IReadOnlyList<JsonElement> items = call.Body switch
        {
            { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray()],
            { ValueKind: JsonValueKind.Object } forced when forced.EnumerateObject().All(p => p.Value.ValueKind is JsonValueKind.Object) => [.. forced.EnumerateObject().Select(p => p.Value)],
            _ => throw Call.Invalid("body", "The body is not a list of objects."),
        };
        return items.Count is > 0 and <= Most && items.All(i => i.ValueKind is JsonValueKind.Object) ? items : throw Call.Invalid("body", $"The body is not a list of 1 to {Most} objects.");
    }

    public static async Task<Batch> BeginAsync(EngineDb db, Call call, string kind, BusinessClock clock, CancellationToken ct)
    {
        var batch = new Batch { CreditorId = call.CreditorId, Kind = kind, CreatedAt = clock.GetUtcNow() };
        await db.WriteAsync(_ =>
        {
            db.Batches.Add(batch);
            return Task.CompletedTask;
        }, ct);
        return batch;
    }

    public static async Task<IResult> EndAsync(EngineDb db, Batch batch, JsonArray results, CancellationToken ct)
    {
        var written = results.ToJsonString(Json.Options);
        await db.WriteAsync(token => db.Batches.Where(b => b.Id == batch.Id).ExecuteUpdateAsync(set => set.SetProperty(b => b.ResultJson, written), token), ct);
        return Json.Answer(new JsonObject { ["batchId"] = batch.Id.ToString() });
    }

    /// <summary>What became of each: a list; 409 while it is worked on.</summary>
    public static async Task<IResult> ReadAsync(Call call, EngineDb db, string kind, CancellationToken ct)
    {
        var text = call.Required("batchId", 40);
        var batch = Guid.TryParse(text, out var id) ? await db.Batches.AsNoTracking().SingleOrDefaultAsync(b => b.CreditorId == call.CreditorId && b.Kind == kind && b.Id == id, ct) : null;
        if (batch is null) throw new RefusedException("err_not_found", $"No batch {text}.") { Field = "batchId" };
        return batch.ResultJson is { } result
            ? Results.Text(result, "application/json; charset=utf-8")
            : throw new RefusedException("err_call_in_progress", "The batch is being worked on.") { Field = "batchId" };
    }

    /// <summary>Why an object failed, in the words of a single call.</summary>
    public static JsonObject Failed(RefusedException refused, Texts words) => new()
    {
        ["status"] = "ERROR",
        ["code"] = refused.Code,
        ["message"] = words.Refused(refused),
        ["extra"] = refused.Field ?? "",
    };
}
