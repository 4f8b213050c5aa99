using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Bulk;

public sealed class BulkInvoicesTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly EngineClient client = new(app);

    [Fact]
    public async Task Good_ones_are_booked_and_each_bad_one_says_why_in_their_order()
    {
        await client.SignAsync("import", "BI-SIGNED");
        var items = new JsonArray(
            Item("BI-1"), Item("BI-2", i => i["ct"] = 999), Item("BI-3", i => i["amount"] = "x"), Item("BI-4", customer: "BI-SIGNED"), Item("", i => i.Remove("number")), Item("BI-5", i => i["customer"]!["email"] = "no"),
            Item("BI-6", i => i["pdfUrl"] = "https://example.org/x.pdf"), Item("BI-7", i => i["customerByRef"] = "NOBODY"), Item("BI-8", i => i["lines"] = new JsonArray(new JsonObject { ["unitprice"] = 1 })), Item("BI-9", i => i["title"] = "a\0b"),
            Item("BI-10", i => i["amount"] = "55,10"), Item("BI-11", i => i["duedate"] = "2026-02-30"));

        var results = await ResultsAsync(await SendAsync(items));

        Assert.Equal(["OK", "err_no_such_ct", "err_invalid_amount", "OK", "err_missing_params", "err_invalid_email", "err_invalid_params", "err_debtor_not_found", "err_invalid_amount", "err_invalid_params", "OK", "err_invalid_date"],
            results.Select(r => r.TryGetProperty("code", out var code) ? code.GetString() : r.GetProperty("status").GetString()));
        Assert.Equal(("ERROR", "ct"), (Text(results[1], "status"), Text(results[1], "extra")));
        Assert.Equal(["BI-1", "BI-10", "BI-4"], await app.ReadEngineAsync(db => db.Invoices.Where(i => i.Number.StartsWith("BI-")).OrderBy(i => i.Number).Select(i => i.Number).ToListAsync()));
        Assert.Equal(("PENDING", "BOOKED"), (Text(await client.GetAsync("/invoice/BI-4"), "state"), Text(await client.GetAsync("/invoice/" + Text(results[0], "id")), "state")));
        Assert.Equal((Text(await client.GetAsync("/invoice/BI-1"), "url"), "BI-1"), (Text(results[0], "url"), Text(results[0], "number")));
        Assert.Equal(2, await app.ReadEngineAsync(db => db.Customers.CountAsync(c => c.CustomerNumber!.StartsWith("C-BI-")))); // nobody for what was refused
    }

    [Fact]
    public async Task The_same_number_twice_is_one_invoice_and_the_same_customer_one_customer()
    {
        var results = await ResultsAsync(await SendAsync(new JsonArray(Item("BT-1", customer: "BT"), Item("BT-1", i => i["amount"] = 7, "BT"), Item("BT-2", customer: "BT"), Item("BT-1", customer: "BT-OTHER"))));

        Assert.All(results, r => Assert.Equal("OK", Text(r, "status")));
        Assert.Equal([Text(results[0], "id"), Text(results[0], "id")], new[] { Text(results[1], "id"), Text(results[3], "id") });
        Assert.Equal(40m, (await client.GetAsync("/invoice/BT-1")).GetProperty("amount").GetDecimal());
        Assert.Equal((2, 1), await app.ReadEngineAsync(async db => (await db.Invoices.CountAsync(i => i.Number.StartsWith("BT-")), await db.Customers.CountAsync(c => c.CustomerNumber!.StartsWith("BT")))));
        Assert.Equal(2, (await client.FeedAsync("/invoice", "Invoices")).Count(i => Text(i, "number").StartsWith("BT-", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_same_id_twice_makes_a_new_one()
    {
        var id = Guid.CreateVersion7().ToString();
        var results = await ResultsAsync(await SendAsync(new JsonArray(Item("BD-1", i => i["id"] = id), Item("BD-2", i => i["id"] = id))));

        Assert.Equal((id, true), (Text(results[0], "id"), Text(results[1], "id") != id));
    }

    [Fact]
    public async Task Arrays_that_are_objects_of_numbers_are_lists()
    {
        var item = Item("BO-1", i =>
        {
            i["lines"] = new JsonObject { ["0"] = new JsonObject { ["unitprice"] = "20.00", ["quantity"] = 1 }, ["1"] = new JsonObject { ["unitprice"] = 10, ["quantity"] = "2" } };
            i["cc"] = new JsonObject { ["0"] = "cc@example.org" };
        });
        var results = await ResultsAsync(await SendAsync(new JsonObject { ["0"] = item, ["1"] = Item("BO-2") }));

        Assert.Equal(["OK", "OK"], results.Select(r => Text(r, "status")));
        Assert.Equal("cc@example.org", await app.ReadEngineAsync(db => db.Invoices.Where(i => i.Number == "BO-1").Select(i => i.Cc).SingleAsync()));
    }

    [Fact]
    public async Task Over_several_writes_the_order_stays_and_a_customer_of_before_is_known()
    {
        var results = await ResultsAsync(await SendAsync(new JsonArray([.. Enumerable.Range(0, 250).Select(n => (JsonNode)Item($"BM-{n:000}", n % 50 == 7 ? i => i["amount"] = "x" : null, "BM"))])));

        Assert.Equal(Enumerable.Range(0, 250).Select(n => n % 50 == 7 ? "ERROR" : $"BM-{n:000}"), results.Select(r => r.TryGetProperty("number", out var number) ? number.GetString() : Text(r, "status")));
        Assert.Equal((245, 1), await app.ReadEngineAsync(async db => (await db.Invoices.CountAsync(i => i.Number.StartsWith("BM-")), await db.Customers.CountAsync(c => c.CustomerNumber == "BM"))));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("[{},null]")]
    [InlineData("{\"0\":1}")]
    [InlineData("\"text\"")]
    public async Task What_is_no_list_of_objects_is_refused_whole(string body)
    {
        var before = await app.ReadEngineAsync(db => db.Batches.CountAsync());

        Assert.Equal("err_invalid_params", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Post, "/invoice/bulk", new StringContent(body, System.Text.Encoding.UTF8, "application/json"))));
        Assert.Equal(before, await app.ReadEngineAsync(db => db.Batches.CountAsync()));
    }

    [Fact]
    public async Task A_batch_is_read_as_what_it_is_and_while_it_is_worked_on_not_at_all()
    {
        var batch = await SendAsync(new JsonArray(Item("BR-1")));

        Assert.Equal("err_not_found", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, "/transaction/bulk?batchId=" + batch)));
        foreach (var unknown in new[] { "x", Guid.CreateVersion7().ToString() }) Assert.Equal("err_not_found", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, "/invoice/bulk?batchId=" + unknown)));
        Assert.Equal("err_missing_params", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, "/invoice/bulk")));
        await app.ReadEngineAsync(db => db.Batches.Where(b => b.Id == Guid.Parse(batch)).ExecuteUpdateAsync(set => set.SetProperty(b => b.ResultJson, (string?)null)));
        Assert.Equal("err_call_in_progress", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, "/invoice/bulk?batchId=" + batch), HttpStatusCode.Conflict));
    }

    private static JsonObject Item(string number, Action<JsonObject>? shape = null, string? customer = null)
    {
        var invoice = EngineClient.Invoice(number, 40m, customer ?? "C-" + number, due: "2031-01-01");
        shape?.Invoke(invoice);
        return invoice;
    }

    private async Task<string> SendAsync(JsonNode body)
    {
        using var answer = await client.SendAsync(HttpMethod.Post, "/invoice/bulk", JsonContent.Create(body));
        var json = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(answer.IsSuccessStatusCode, json.ToString());
        Assert.Equal(["batchId"], json.EnumerateObject().Select(p => p.Name));
        return Text(json, "batchId");
    }

    private async Task<List<JsonElement>> ResultsAsync(string batch) => [.. (await client.GetAsync("/invoice/bulk?batchId=" + batch)).EnumerateArray()];

    private static string Text(JsonElement entry, string name) => entry.GetProperty(name).GetString()!;
}
