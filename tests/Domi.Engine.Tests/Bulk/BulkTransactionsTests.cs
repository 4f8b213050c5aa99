using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Bulk;

public sealed class BulkTransactionsTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly EngineClient client = new(app);

    [Fact]
    public async Task Good_ones_are_made_and_each_bad_one_says_why_in_their_order()
    {
        var mandate = await client.GivenASignedMandate("U1");
        var items = new JsonArray(
            Item(mandate, 40), Item("NONE", 40), Item(mandate, 0), Item(mandate, "40.50", "U-1"), new JsonObject { ["mndtId"] = mandate, ["amount"] = "4" }, Item(mandate, "x"), Item(mandate.ToLowerInvariant(), 41, new string('r', 201)),
            new JsonObject { ["mndtId"] = new JsonArray(1), ["amount"] = new JsonObject(), ["message"] = true }, Item(mandate, 42, "U-2", true), Item(mandate, 43, "U-2", true));

        var results = await ResultsAsync(await SendAsync(items));

        Assert.Equal(["OK", "err_no_contract", "err_invalid_amount", "OK", "err_missing_params", "err_invalid_amount", "err_invalid_params", "err_missing_params", "OK", "OK"],
            results.Select(r => r.TryGetProperty("code", out var code) ? code.GetString() : r.GetProperty("status").GetString()));
        Assert.Equal(("ERROR", "NONE"), (results[1].GetProperty("status").GetString(), results[1].GetProperty("mndtId").GetString()));
        Assert.Equal(("U-1", mandate), (results[3].GetProperty("ref").GetString(), results[3].GetProperty("mndtId").GetString()));
        var made = (await client.GetAsync("/transaction/detail?mndtId=" + mandate)).GetProperty("Entries").EnumerateArray().ToList();
        Assert.Equal([40m, 40.5m, 42m, 43m], made.Select(e => e.GetProperty("amount").GetDecimal()));
        Assert.Equal(results.Where(r => r.TryGetProperty("id", out _)).Select(r => r.GetProperty("id").GetInt64()), made.Select(e => e.GetProperty("id").GetInt64()));
        Assert.Single(made, e => e.GetProperty("e2e").GetString() == "U-2");
    }

    [Fact]
    public async Task An_object_of_numbers_is_a_list()
    {
        var mandate = await client.GivenASignedMandate("U2");

        var results = await ResultsAsync(await SendAsync(new JsonObject { ["0"] = Item(mandate, 40), ["1"] = Item(mandate, 41) }));

        Assert.Equal(["OK", "OK"], results.Select(r => r.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task Five_thousand_are_taken_and_one_more_is_refused_whole()
    {
        var mandate = await client.GivenASignedMandate("U3");
        var many = Enumerable.Range(0, 5_001).Select(i => i % 250 == 0 ? Item(mandate, 40) : Item("NONE", 40)).ToList();

        Assert.Equal("err_invalid_params", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Post, "/transaction/bulk", JsonContent.Create(new JsonArray([.. many.Select(m => m.DeepClone())])))));
        Assert.False(await app.ReadEngineAsync(db => db.DirectDebits.AnyAsync(d => db.Mandates.Any(m => m.Id == d.MandateId && m.Reference == mandate))));
        var results = await ResultsAsync(await SendAsync(new JsonArray([.. many.Take(5_000)])));

        Assert.Equal((5_000, 20), (results.Count, results.Count(r => r.GetProperty("status").GetString() == "OK")));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("[{},null]")]
    [InlineData("[[]]")]
    [InlineData("{\"mndtId\":\"M\",\"amount\":1}")]
    public async Task What_is_no_list_of_objects_is_refused(string body) =>
        Assert.Equal("err_invalid_params", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Post, "/transaction/bulk", new StringContent(body, System.Text.Encoding.UTF8, "application/json"))));

    [Fact]
    public async Task A_batch_is_found_by_its_id_and_one_that_is_worked_on_is_a_conflict()
    {
        Assert.Equal("err_missing_params", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, "/transaction/bulk")));
        foreach (var id in new[] { "x", Guid.CreateVersion7().ToString() }) Assert.Equal("err_not_found", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, "/transaction/bulk?batchId=" + id)));
        var running = new Domi.Engine.Bulk.Batch { CreditorId = app.Access.CreditorId, Kind = "transaction", CreatedAt = app.Now() };
        await app.ReadEngineAsync(db =>
        {
            db.Batches.Add(running);
            return db.SaveChangesAsync();
        });

        Assert.Equal("err_call_in_progress", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, $"/transaction/bulk?batchId={running.Id}"), HttpStatusCode.Conflict));
    }

    private static JsonObject Item(string mandate, JsonNode amount, string? reference = null, bool isEndToEndId = false) =>
        new() { ["mndtId"] = mandate, ["amount"] = amount, ["message"] = "Fee", ["ref"] = reference, ["refase2e"] = isEndToEndId };

    private async Task<string> SendAsync(JsonNode body)
    {
        using var answer = await client.SendAsync(HttpMethod.Post, "/transaction/bulk", JsonContent.Create(body));
        var json = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(answer.IsSuccessStatusCode, json.ToString());
        return json.EnumerateObject().Single() is { Name: "batchId" } id ? id.Value.GetString()! : throw new InvalidOperationException(json.ToString());
    }

    private async Task<List<JsonElement>> ResultsAsync(string batch) => [.. (await client.GetAsync("/transaction/bulk?batchId=" + batch)).EnumerateArray()];
}
