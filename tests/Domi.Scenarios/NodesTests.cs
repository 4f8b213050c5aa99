using System.Text.Json;
using Domi.BackOffice;
using Domi.BackOffice.Ledger;
using Domi.Engine;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Scenarios;

/// <summary>Two identical processes over one PostgreSQL, both modules in each, as they would stand behind a proxy.</summary>
public sealed class NodesTests : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("domi-nodes-").FullName;
    private readonly string name = Guid.CreateVersion7().ToString("n");

    [Fact]
    public async Task Two_nodes_do_the_same_work_once_also_when_one_of_them_dies()
    {
        // The public addresses are those of the node that lives on: a proxy would take the dead one out.
        var (office, engine) = (ProcessApp.FreePort(), ProcessApp.FreePort());
        await using var a = Node("a", ProcessApp.FreePort(), ProcessApp.FreePort(), office, engine);
        await using var b = Node("b", office, engine, office, engine);
        await Task.WhenAll(a.StartAsync(), b.StartAsync()); // who makes the first administrator, and who the first creditor?
        using var atA = a.OfficeClient();
        using var atB = b.OfficeClient();
        using var debtor = new DebtorBrowser();
        await atA.NameTheFirmAsync();

        var relations = new List<Guid>();
        for (var i = 0; i < 4; i++) relations.Add((await PostAsync(i % 2 == 0 ? atA : atB, "/api/v1/relations", Kills.Relation(i))).GetProperty("id").GetGuid());
        var invoices = await NumberAsync(40, relations, [atA, atB]);
        await SentAsync(atB, invoices);
        var links = new List<(Guid Id, string Link)>();
        foreach (var id in invoices.Take(12)) links.Add((id, (await atB.GetPatientlyAsync($"/api/v1/invoices/{id}")).GetProperty("paymentUrl").GetString()!));
        await Task.WhenAll(links.Select(l => debtor.PayAsync(l.Link)));

        // One dies in the middle of the work of both.
        var more = NumberAsync(24, relations, [atB]);
        a.Kill();
        await a.WaitForEndAsync();
        invoices.AddRange(await more);
        await SentAsync(atB, invoices);
        foreach (var (id, _) in links)
            await ProcessApp.UntilAsync(async () => (await atB.GetPatientlyAsync($"/api/v1/invoices/{id}")).GetProperty("paymentState").GetString() == "Paid", $"invoice {id} is paid");

        await using var books = new OfficeDb(Options<OfficeDb>("office"));
        await using var wire = new EngineDb(Options<EngineDb>("engine"));
        Assert.Empty((await CheckLedger.RunAsync(books, CancellationToken.None)).Differences);
        var numbers = await books.Invoices.Where(i => i.Number != null).OrderBy(i => i.Number).Select(i => i.Number!).ToListAsync();
        Assert.Equal(64, numbers.Count);
        Assert.Equal(Enumerable.Range(1, 64), numbers.Select(n => int.Parse(n.AsSpan(n.IndexOf('-', StringComparison.Ordinal) + 1), System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(numbers, await wire.Invoices.OrderBy(i => i.Number).Select(i => i.Number).ToListAsync());
        Assert.Equal(12, await books.LedgerEntries.CountAsync(e => e.Kind == EntryKind.Paid));
        var mails = await books.Mails.Where(m => m.Purpose == "invoice").ToListAsync();
        Assert.Equal((64, 64), (mails.Count, mails.Select(m => m.About).Distinct().Count()));
        Assert.All(mails, m => Assert.Equal(MailState.Accepted, m.State));
        Assert.Equal(1, await books.Users.CountAsync());
        Assert.Equal(1, await wire.Creditors.CountAsync());
    }

    private static async Task<List<Guid>> NumberAsync(int count, List<Guid> relations, IReadOnlyList<HttpClient> nodes)
    {
        var made = await Task.WhenAll(Enumerable.Range(0, count).Select(async i =>
        {
            var node = nodes[i % nodes.Count];
            var id = (await PostAsync(node, "/api/v1/invoices", new { relationId = relations[i % relations.Count], description = "Nodes", lines = new[] { new { description = "Work", quantity = 1, unitPrice = 100m, vatRate = 21m } } })).GetProperty("id").GetGuid();
            await PostAsync(nodes[(i + 1) % nodes.Count], $"/api/v1/invoices/{id}/number", new { send = true });
            return id;
        }));
        return [.. made];
    }

    private static async Task SentAsync(HttpClient node, List<Guid> invoices)
    {
        foreach (var id in invoices)
            await ProcessApp.UntilAsync(async () => (await node.GetPatientlyAsync($"/api/v1/invoices/{id}")).GetProperty("sendState").GetString() == "Sent", $"invoice {id} is sent");
    }

    private static async Task<JsonElement> PostAsync(HttpClient node, string path, object body)
    {
        using var answer = await System.Net.Http.Json.HttpClientJsonExtensions.PostAsJsonAsync(node, path, body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    private ProcessApp Node(string node, int office, int engine, int publicOffice, int publicEngine) => new(folder, "office,engine", office, engine, new Dictionary<string, string?>
    {
        ["Domi__Node"] = node,
        ["Domi__Data"] = Path.Combine(folder, node),
        ["Mail__Outbox"] = Path.Combine(folder, "outbox"),
        ["Database__Provider"] = "postgres",
        ["ConnectionStrings__Office"] = Connection("office"),
        ["ConnectionStrings__Engine"] = Connection("engine"),
        ["Office__Url"] = $"http://127.0.0.1:{publicOffice}",
        ["Engine__Url"] = $"http://127.0.0.1:{publicEngine}",
        ["Office__Listen"] = $"http://127.0.0.1:{office}",
        ["Engine__Listen"] = $"http://127.0.0.1:{engine}",
    });

    private string Connection(string module) => PostgresServer.ConnectionTo($"domi_{module}_{name}", 20);

    private DbContextOptions<T> Options<T>(string module)
        where T : ModuleDb
    {
        var options = new DbContextOptionsBuilder<T>();
        Databases.Configure(options, DatabaseProvider.Postgres, Connection(module));
        return options.Options;
    }

    public async ValueTask DisposeAsync()
    {
        await PostgresServer.DropAsync([$"domi_office_{name}", $"domi_engine_{name}"]);
        Directory.Delete(folder, recursive: true);
    }
}
