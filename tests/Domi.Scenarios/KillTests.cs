using System.Diagnostics;
using System.Text.Json;
using Domi.BackOffice;
using Domi.BackOffice.Ledger;
using Domi.Engine;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Scenarios;

/// <summary>
/// kill -9 at a chosen step. The steps are found from outside: a proxy before the engine, the mail server and the render worker each
/// stop the process at a moment of their dialogue with it. Afterwards nothing is missing, nothing is double, everything is finished.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    /// <summary>Kills per run: 20 over the three tests in the ordinary suite; bin/soak sets more.</summary>
    private static readonly int Kills = int.TryParse(Environment.GetEnvironmentVariable("DOMI_KILLS"), out var kills) ? kills : 20;

    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("DOMI_SEED"), out var seed) ? seed : Environment.TickCount;

    // Where a call is stopped: before it reaches the engine, or after it was answered and before the office hears of it.
    private static readonly (string Method, string End)[] Moments =
    [
        ("POST", "/invoice"), ("PUT", "/invoice/"), ("GET", "/payment/feed"), ("GET", "/creditor/invoice"), ("GET", "/creditor/mandate"), ("POST", "/creditor"), ("GET", "/detail"),
    ];

    [Fact]
    public Task One_process_killed_again_and_again_finishes_everything_once() => RunAsync(twoProcesses: false, kills: Math.Max(1, Kills / 4), bySmtp: false, Seed);

    [Fact]
    public Task Two_processes_of_which_one_dies_finish_everything_once() => RunAsync(twoProcesses: true, kills: Math.Max(1, Kills / 2), bySmtp: false, Seed + 1);

    [Fact]
    public Task By_smtp_no_mail_leaves_twice_and_what_is_unclear_is_said() => RunAsync(twoProcesses: false, kills: Math.Max(1, Kills - (Kills / 4) - (Kills / 2)), bySmtp: true, Seed + 2);

    private async Task RunAsync(bool twoProcesses, int kills, bool bySmtp, int seed)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var folder = Directory.CreateTempSubdirectory("domi-kill-").FullName;
        var (officePort, enginePort) = (ProcessApp.FreePort(), ProcessApp.FreePort());
        await using var catcher = MailCatcher.Start();
        await using var proxy = await FaultyProxy.StartAsync(new Uri($"http://127.0.0.1:{enginePort}"));
        var settings = new Dictionary<string, string?>();
        if (bySmtp) (settings["Mail__Smtp__Host"], settings["Mail__Smtp__Port"], settings["Mail__Smtp__Security"]) = ("127.0.0.1", catcher.Port.ToString(), "none");

        await using var first = new ProcessApp(folder, twoProcesses ? "office" : "office,engine", officePort, enginePort, settings);
        await using var second = twoProcesses ? new ProcessApp(folder, "engine", officePort, enginePort, settings) : null;
        if (second is not null) await second.StartAsync();
        await first.StartAsync();
        using var api = first.OfficeClient();
        await ConnectThroughAsync(api, proxy);
        var relations = new List<Guid>();
        for (var i = 0; i < 3; i++) relations.Add((await MakeAsync(api, "/api/v1/relations", Relation(i))).GetProperty("id").GetGuid());

        var invoices = new List<Guid>();
        var unclear = 0;
        for (var round = 0; round < kills; round++)
        {
            var victim = second is not null && random.Next(2) == 0 ? second : first;
            var armed = 1;
            void Strike()
            {
                if (Interlocked.Exchange(ref armed, 0) != 1) return;
                if (victim == first) Interlocked.Add(ref unclear, catcher.Unclear);
                victim.Kill();
            }

            var moment = Moments[random.Next(Moments.Length)];
            var after = random.Next(2) == 0;
            var step = bySmtp && random.Next(3) > 0 ? (SmtpStep)random.Next(1, 6) : (SmtpStep?)null;
            output.WriteLine(step is { } s ? $"{round}: at {s}" : $"{round}: {(victim == second ? "engine" : "office")} {(after ? "after" : "before")} {moment}");
            catcher.At = reached =>
            {
                if (reached == step) Strike();
            };
            proxy.Decide = (method, path) =>
            {
                if (step is not null || method != moment.Method || !path.Contains(moment.End, StringComparison.Ordinal)) return Fault.None;
                if (!after) Strike();
                return after && armed == 1 ? Fault.LostAnswer : Fault.None;
            };
            proxy.Passed = (method, path) =>
            {
                if (step is null && after && method == moment.Method && path.Contains(moment.End, StringComparison.Ordinal)) Strike();
            };

            foreach (var relation in relations) await NumberAndSendAsync(api, relation, invoices);
            await ProcessApp.UntilAsync(() => Task.FromResult(armed == 0 || !victim.IsAlive), "the process was killed", 20).ContinueWith(t => _ = t.Exception, TaskScheduler.Default);
            (proxy.Decide, proxy.Passed, catcher.At) = ((_, _) => Fault.None, (_, _) => { }, _ => { });
            Strike(); // the moment did not come by: any moment then
            await victim.WaitForEndAsync();
            await victim.StartAsync();
        }

        await EverythingIsFinishedAsync(api, invoices, bySmtp);
        first.Kill();
        await first.WaitForEndAsync();
        if (second is not null)
        {
            second.Kill();
            await second.WaitForEndAsync();
        }

        await ThenNothingIsMissingOrDoubleAsync(folder, invoices, bySmtp, catcher, unclear);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task ConnectThroughAsync(HttpClient api, FaultyProxy proxy)
    {
        var saved = await MakeAsync(api, "/api/v1/connections", new { merchantNumber = "1001", apiKey = "EngineKeyOfTheTests", privateKey = "0123456789abcdef0123456789abcdef", baseAddress = proxy.Url + "creditor" });
        Assert.True(saved.TryGetProperty("id", out _));
    }

    private static async Task NumberAndSendAsync(HttpClient api, Guid relation, List<Guid> invoices)
    {
        var made = await MakeAsync(api, "/api/v1/invoices", new { relationId = relation, description = "Kill", lines = new[] { new { description = "Work", quantity = 1, unitPrice = 100m, vatRate = 21m } } }, once: true);
        if (made.ValueKind is not JsonValueKind.Object) return; // the process died meanwhile; the proposal may be there or not, both are right

        var id = made.GetProperty("id").GetGuid();
        invoices.Add(id);
        // A clerk whose browser got no answer looks again and presses again.
        await ProcessApp.UntilAsync(async () =>
        {
            if (await api.TryPostAsync($"/api/v1/invoices/{id}/number", new { send = true }) is not null) return true;
            try
            {
                using var response = await api.GetAsync($"/api/v1/invoices/{id}");
                return !response.IsSuccessStatusCode || (await response.Content.ReadAsStringAsync()).Contains("\"Numbered\"", StringComparison.Ordinal);
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
            {
                return true; // dead for now: the round goes on, and the end asks for it again
            }
        }, "the invoice is numbered");
    }

    private static async Task<JsonElement> MakeAsync(HttpClient api, string path, object body, bool once = false)
    {
        JsonElement made = default;
        await ProcessApp.UntilAsync(async () =>
        {
            made = await api.TryPostAsync(path, body) ?? default;
            return once || made.ValueKind is JsonValueKind.Object;
        }, $"POST {path} answers");
        return made;
    }

    private static async Task EverythingIsFinishedAsync(HttpClient api, List<Guid> invoices, bool bySmtp)
    {
        foreach (var id in invoices)
        {
            await ProcessApp.UntilAsync(async () =>
            {
                var invoice = await api.GetPatientlyAsync($"/api/v1/invoices/{id}");
                if (invoice.GetProperty("state").GetString() == "Proposal") await api.TryPostAsync($"/api/v1/invoices/{id}/number", new { send = true });
                var sending = invoice.GetProperty("sendState").GetString();
                return invoice.GetProperty("linkState").GetString() == "Ready" && (sending == "Sent" || (bySmtp && sending == "Uncertain"));
            }, $"invoice {id} is sent");
        }
    }

    private static async Task ThenNothingIsMissingOrDoubleAsync(string folder, List<Guid> invoices, bool bySmtp, MailCatcher catcher, int unclear)
    {
        await using var office = new OfficeDb(Options<OfficeDb>(Path.Combine(folder, "office.db")));
        await using var engine = new EngineDb(Options<EngineDb>(Path.Combine(folder, "engine.db")));
        Assert.Empty((await CheckLedger.RunAsync(office, CancellationToken.None)).Differences);

        var numbered = await office.Invoices.Where(i => i.Number != null).OrderBy(i => i.Number).Select(i => new { i.Id, i.Number, i.PaymentUrl }).ToListAsync();
        Assert.Superset(invoices.ToHashSet(), numbered.Select(n => n.Id).ToHashSet());
        Assert.Equal(Enumerable.Range(1, numbered.Count).Select(n => n.ToString("0000")), numbered.Select(n => n.Number![^4..]));
        Assert.Equal(numbered.Select(n => n.Number), await engine.Invoices.OrderBy(i => i.Number).Select(i => i.Number).ToListAsync());

        var mails = await office.Mails.Where(m => m.Purpose == "invoice").ToListAsync();
        Assert.Equal(mails.Count, mails.Select(m => m.About).Distinct().Count());
        Assert.Equal(numbered.Count, mails.Count);
        if (!bySmtp)
        {
            Assert.All(mails, m => Assert.Equal(MailState.Accepted, m.State));
            Assert.Equal(mails.Select(m => m.MessageId + ".eml").Order(), Directory.GetFiles(Path.Combine(folder, "outbox"), "*.eml").Select(f => Path.GetFileName(f)!).Order());
            return;
        }

        var arrived = catcher.Mails.Select(m => m.MessageId.Trim('<', '>')).ToList();
        Assert.Equal(arrived.Count, arrived.Distinct().Count());
        foreach (var mail in mails.Where(m => m.State is MailState.Accepted)) Assert.Contains(mail.MessageId, arrived);
        Assert.All(arrived, id => Assert.Contains(mails, m => m.MessageId == id && m.State is MailState.Accepted or MailState.Uncertain));
        var uncertain = mails.Count(m => m.State is MailState.Uncertain);
        Assert.True(uncertain <= unclear, $"{uncertain} are uncertain, but only {unclear} were being handed over when the process was killed");
    }

    private static DbContextOptions<T> Options<T>(string file)
        where T : ModuleDb
    {
        var options = new DbContextOptionsBuilder<T>();
        Databases.Configure(options, DatabaseProvider.Sqlite, $"Data Source={file};Pooling=False");
        return options.Options;
    }

    private static object Relation(int i) => new
    {
        kind = "Person",
        name = $"Debtor {i}",
        firstName = "Debtor",
        lastName = $"{i}",
        isVatRegistered = false,
        street = "Visserij 44",
        zip = "9000",
        city = "Gent",
        country = "BE",
        language = "nl",
        email = $"debtor{i}@example.org",
    };
}
