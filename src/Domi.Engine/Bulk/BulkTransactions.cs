using System.Text.Json.Nodes;
using Domi.Engine.DirectDebits;
using Domi.Engine.Wire;
using Domi.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Domi.Engine.Bulk;

/// <summary><c>POST /creditor/transaction/bulk</c>: up to 5,000 transactions; <c>GET</c> tells what became of each.</summary>
internal static class BulkTransactions
{
    private const int PerWrite = 100;

    public static void Map(IEndpointRouteBuilder creditor)
    {
        creditor.MapPost("transaction/bulk", HandleAsync);
        creditor.MapGet("transaction/bulk", (Call call, EngineDb db, CancellationToken ct) => Batches.ReadAsync(call, db, "transaction", ct));
    }

    private static async Task<IResult> HandleAsync(Call call, EngineDb db, Texts texts, BusinessClock clock, CancellationToken ct)
    {
        var items = Batches.ItemsOf(call);
        var words = texts.In(call.Header("Accept-Language"));
        var batch = await Batches.BeginAsync(db, call, "transaction", clock, ct);
        var results = new JsonArray();
        foreach (var chunk in items.Chunk(PerWrite))
        {
            // Read and looked up first: what is refused then touches nothing, and the rest of the chunk is one commit.
            foreach (var result in await db.WriteOrRepeatAsync(async token =>
            {
                var made = new List<JsonObject>();
                foreach (var item in chunk)
                {
                    try
                    {
                        var wanted = Transactions.Read(item);
                        var mandate = await Transactions.MandateAsync(db, call, wanted.Mandate, token);
                        var debit = await Transactions.AddAsync(db, mandate, wanted, clock, token);
                        made.Add(new() { ["id"] = debit.Number, ["ref"] = debit.Ref, ["mndtId"] = mandate.Reference, ["status"] = "OK" });
                    }
                    catch (RefusedException refused)
                    {
                        var failed = Batches.Failed(refused, words);
                        (failed["ref"], failed["mndtId"]) = (TextOf(item, "ref", 200), TextOf(item, "mndtId", 35));
                        made.Add(failed);
                    }
                }

                return made;
            }, ct))
                results.Add(result);
            db.ChangeTracker.Clear();
        }

        return await Batches.EndAsync(db, batch, results, ct);
    }

    // As far as it can be read: it may be why it was refused.
    private static string? TextOf(System.Text.Json.JsonElement item, string name, int most)
    {
        try
        {
            return Json.Text(item, name, most);
        }
        catch (RefusedException)
        {
            return null;
        }
    }
}
