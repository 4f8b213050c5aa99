using System.Net.Http.Json;
using System.Text.Json;
using Domi.Testing;

namespace Domi.Scenarios;

/// <summary>Webhooks are hints: without a single one of them the feeds bring everything at the next poll.</summary>
public sealed class WithoutWebhooksTests : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("domi-polled-").FullName;

    [Fact]
    public async Task What_was_paid_is_paid_in_the_office_at_the_next_poll()
    {
        var (office, engine) = (ProcessApp.FreePort(), ProcessApp.FreePort());
        await using var proxy = await FaultyProxy.StartAsync(new Uri($"http://127.0.0.1:{engine}"));
        await using var app = new ProcessApp(folder, "office,engine", office, engine, new Dictionary<string, string?> { ["Twikey__PollingInterval"] = "00:00:02" });
        await app.StartAsync();
        using var api = app.OfficeClient();
        using var debtor = new DebtorBrowser();
        await api.NameTheFirmAsync();
        // Another connection has another webhook address, and nobody told the engine of it.
        await api.TryPostAsync("/api/v1/connections", new { merchantNumber = "1001", apiKey = "EngineKeyOfTheTests", privateKey = "0123456789abcdef0123456789abcdef", baseAddress = proxy.Url + "creditor" });
        var relation = (await api.TryPostAsync("/api/v1/relations", new { kind = "Person", name = "An Peeters", lastName = "Peeters", isVatRegistered = false, street = "Visserij 44", zip = "9000", city = "Gent", country = "BE", language = "nl", email = "an@example.org" }))!.Value.GetProperty("id").GetGuid();
        var id = (await api.TryPostAsync("/api/v1/invoices", new { relationId = relation, description = "Polled", lines = new[] { new { description = "Work", quantity = 1, unitPrice = 100m, vatRate = 0m } } }))!.Value.GetProperty("id").GetGuid();
        await api.TryPostAsync($"/api/v1/invoices/{id}/number", new { send = false });
        JsonElement invoice = default;
        await ProcessApp.UntilAsync(async () => (invoice = await api.GetPatientlyAsync($"/api/v1/invoices/{id}")).GetProperty("linkState").GetString() == "Ready", "the invoice has its link");

        Assert.True(await debtor.PayAsync(invoice.GetProperty("paymentUrl").GetString()!));

        await ProcessApp.UntilAsync(async () => (await api.GetPatientlyAsync($"/api/v1/invoices/{id}")).GetProperty("paymentState").GetString() == "Paid", "the invoice is paid");
        var connection = (await api.GetFromJsonAsync<JsonElement>("/api/v1/connections")).EnumerateArray().Single(c => c.GetProperty("isActive").GetBoolean());
        Assert.Equal(JsonValueKind.Null, connection.GetProperty("lastWebhookAt").ValueKind);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
