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
internal sealed class Kills(ITestOutputHelper output)
{
    /// <summary>Kills per run: 20 over the three tests in the ordinary suite; bin/soak sets more.</summary>
    public static readonly int Wanted = int.TryParse(Environment.GetEnvironmentVariable("DOMI_KILLS"), out var kills) ? kills : 20;

    public static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("DOMI_SEED"), out var seed) ? seed : Environment.TickCount;

    // Where a call is stopped: before it reaches the engine, or after it was answered and before the office hears of it; and what brings it about.
    private static readonly Moment[] Moments =
    [
        new("POST", "/creditor/invoice", Deed.Number), new("PUT", "/creditor/invoice/", Deed.Number), new("GET", "/creditor/invoice", Deed.Number),
        new("GET", "/creditor/invoice/payment/feed", Deed.Pay), new("GET", "/creditor/transaction/detail", Deed.Sign),
        new("GET", "/creditor/mandate", Deed.Sign), new("GET", "/creditor/mandate/detail", Deed.Sign), new("GET", "/creditor/mandate/pdf", Deed.Sign),
        new("GET", "/creditor/mandate/query", Deed.Invite), new("POST", "/creditor/invite", Deed.Invite),
        new("RENDER", "before", Deed.Number), new("RENDER", "after", Deed.Number),
    ];

    private enum Deed { Number, Pay, Sign, Invite }

    /// <param name="Path">Whole, or with a slash at its end the beginning.</param>
    private sealed record Moment(string Method, string Path, Deed Deed)
    {
        public bool Is(string method, string path) => method == Method && (Path.EndsWith('/') ? path.StartsWith(Path, StringComparison.Ordinal) : path == Path);
    }

    /// <summary>What people did that has to have come true in the end.</summary>
    private sealed class Deeds
    {
        public List<Guid> Invoices { get; } = [];

        public List<Guid> Paid { get; } = [];

        public List<(Guid Relation, Guid Invoice)> Signed { get; } = [];

        public List<Guid> Invited { get; } = [];
    }

    public async Task RunAsync(bool twoProcesses, int kills, bool bySmtp, int seed)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var folder = Directory.CreateTempSubdirectory("domi-kill-").FullName;
        var (officePort, enginePort) = (ProcessApp.FreePort(), ProcessApp.FreePort());
        await using var catcher = MailCatcher.Start();
        await using var proxy = await FaultyProxy.StartAsync(new Uri($"http://127.0.0.1:{enginePort}"));
        var settings = new Dictionary<string, string?> { ["Domi__RenderWorker"] = await WorkerBetweenAsync(folder), ["DOMI_KILL_FOLDER"] = folder };
        if (bySmtp) (settings["Mail__Smtp__Host"], settings["Mail__Smtp__Port"], settings["Mail__Smtp__Security"]) = ("127.0.0.1", catcher.Port.ToString(), "none");

        await using var first = new ProcessApp(folder, twoProcesses ? "office" : "office,engine", officePort, enginePort, settings);
        await using var second = twoProcesses ? new ProcessApp(folder, "engine", officePort, enginePort, settings) : null;
        if (second is not null) await second.StartAsync();
        await first.StartAsync();
        using var api = first.OfficeClient();
        using var debtor = new DebtorBrowser();
        await ConnectThroughAsync(api, proxy);
        await api.NameTheFirmAsync("Killed & Risen");
        var standing = (await MakeAsync(api, "/api/v1/relations", Relation(0))).GetProperty("id").GetGuid();

        var deeds = new Deeds();
        var (unclear, missed) = (0, 0);
        for (var round = 0; round < kills; round++)
        {
            var moment = Moments[random.Next(Moments.Length)];
            var after = random.Next(2) == 0;
            var step = bySmtp && random.Next(3) > 0 ? (SmtpStep)random.Next(1, 6) : (SmtpStep?)null;
            var victim = second is not null && moment.Method != "RENDER" && random.Next(2) == 0 ? second : first;
            var deed = step is null ? moment.Deed : Deed.Number;
            // An invoice with its link, from before the moment is armed.
            var relation = (await MakeAsync(api, "/api/v1/relations", Relation(round + 1))).GetProperty("id").GetGuid();
            var invoice = deed is Deed.Pay or Deed.Sign ? await LinkedAsync(api, relation, deeds) : default;

            var armed = 1;
            void Strike()
            {
                if (Interlocked.Exchange(ref armed, 0) != 1) return;
                if (victim == first) Interlocked.Add(ref unclear, catcher.Unclear);
                victim.Kill();
            }

            output.WriteLine(step is { } s ? $"{round}: at {s}" : $"{round}: {(victim == second ? "engine" : "office")} {(moment.Method == "RENDER" ? "" : after ? "after " : "before ")}{moment.Method} {moment.Path}");
            catcher.At = reached =>
            {
                if (reached == step) Strike();
            };
            proxy.Decide = (method, path) =>
            {
                if (step is not null || !moment.Is(method, path)) return Fault.None;
                if (!after) Strike();
                return after && armed == 1 ? Fault.LostAnswer : Fault.None;
            };
            proxy.Passed = (method, path) =>
            {
                if (step is null && after && moment.Is(method, path)) Strike();
            };
            var order = Path.Combine(folder, "kill-" + (moment.Method == "RENDER" ? moment.Path : "nothing"));
            if (step is null && moment.Method == "RENDER") await File.WriteAllTextAsync(order, "");

            switch (deed)
            {
                case Deed.Pay:
                    deeds.Paid.Add(invoice.Id);
                    await debtor.PayAsync(invoice.Link);
                    break;
                case Deed.Sign:
                    deeds.Signed.Add((relation, invoice.Id));
                    await debtor.SignAsync(invoice.Link, "BE68 5390 0754 7034");
                    await NumberAndSendAsync(api, relation, deeds.Invoices); // the next one asks for its collection
                    break;
                case Deed.Invite:
                    deeds.Invited.Add(relation);
                    await api.TryPostAsync($"/api/v1/relations/{relation}/invite", new { profile = 1 });
                    break;
            }

            await NumberAndSendAsync(api, standing, deeds.Invoices);
            await ProcessApp.UntilAsync(() => Task.FromResult(armed == 0 || !victim.IsAlive), "the process was killed", 20).ContinueWith(t => _ = t.Exception, TaskScheduler.Default);
            (proxy.Decide, proxy.Passed, catcher.At) = ((_, _) => Fault.None, (_, _) => { }, _ => { });
            File.Delete(order);
            if (armed == 1 && victim.IsAlive)
            {
                output.WriteLine($"{round}: did not come by");
                missed++;
            }

            Strike(); // the moment did not come by: any moment then
            await victim.WaitForEndAsync();
            await victim.StartAsync();
        }

        Assert.True(missed * 4 <= kills, $"{missed} of {kills} moments did not come by: what is said to be killed at a chosen step was not");
        try
        {
            await EverythingIsFinishedAsync(api, debtor, folder, deeds, bySmtp);
        }
        catch (TimeoutException)
        {
            foreach (var app in new[] { first, second }.OfType<ProcessApp>()) output.WriteLine(app.Output); // why it did not go on
            throw;
        }

        foreach (var app in new[] { first, second }.OfType<ProcessApp>())
        {
            app.Kill();
            await app.WaitForEndAsync();
            ThenNothingSecretIsInTheLog(app.Output);
        }

        await ThenNothingIsMissingOrDoubleAsync(folder, deeds, bySmtp, catcher, unclear);
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>
    /// Stands between the office and its render worker, passes their lines on, and on an order kills the office before a document is asked for
    /// or after it was made.
    /// </summary>
    private static async Task<string> WorkerBetweenAsync(string folder)
    {
        var script = Path.Combine(folder, "render-worker.sh");
        await File.WriteAllTextAsync(script, $$"""
            #!/usr/bin/env bash
            coproc worker { exec '{{ProcessApp.Executable}}' "$@"; }
            strike() { mv "$DOMI_KILL_FOLDER/kill-$1" "$DOMI_KILL_FOLDER/killed-$1" 2>/dev/null && kill -9 $PPID; }
            IFS= read -r answer <&"${worker[0]}" && printf '%s\n' "$answer"
            while IFS= read -r asked; do
              strike before && exit
              printf '%s\n' "$asked" >&"${worker[1]}"
              IFS= read -r answer <&"${worker[0]}" || exit
              strike after && exit
              printf '%s\n' "$answer"
            done
            """);
        await Evidence.RunAsync("chmod", "+x", script);
        return script;
    }

    private static void ThenNothingSecretIsInTheLog(string log)
    {
        foreach (var secret in new[] { "EngineKeyOfTheTests", "0123456789abcdef0123456789abcdef", ProcessApp.MasterKey, AppFixture.OfficeApiKey, AppFixture.AdminPassword, "BE68539007547034", "BE68 5390 0754 7034" })
            Assert.DoesNotContain(secret, log);
    }

    private static async Task<(Guid Id, string Link)> LinkedAsync(HttpClient api, Guid relation, Deeds deeds)
    {
        var before = deeds.Invoices.Count;
        await NumberAndSendAsync(api, relation, deeds.Invoices);
        var (id, link) = (deeds.Invoices[before], "");
        await ProcessApp.UntilAsync(async () =>
        {
            var invoice = await api.GetPatientlyAsync($"/api/v1/invoices/{id}");
            if (invoice.GetProperty("linkState").GetString() != "Ready") return false;
            link = invoice.GetProperty("paymentUrl").GetString()!;
            return true;
        }, "the invoice has its link");
        return (id, link);
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

    private static async Task<JsonElement> MakeAsync(HttpClient api, string path, object body, bool once = false, bool put = false)
    {
        JsonElement made = default;
        await ProcessApp.UntilAsync(async () =>
        {
            made = await api.TryPostAsync(path, body, put ? HttpMethod.Put : HttpMethod.Post) ?? default;
            return once || made.ValueKind is JsonValueKind.Object;
        }, $"POST {path} answers");
        return made;
    }

    private static async Task EverythingIsFinishedAsync(HttpClient api, DebtorBrowser debtor, string folder, Deeds deeds, bool bySmtp)
    {
        foreach (var id in deeds.Invoices)
        {
            await ProcessApp.UntilAsync(async () =>
            {
                var invoice = await api.GetPatientlyAsync($"/api/v1/invoices/{id}");
                if (invoice.GetProperty("state").GetString() == "Proposal") await api.TryPostAsync($"/api/v1/invoices/{id}/number", new { send = true });
                var sending = invoice.GetProperty("sendState").GetString();
                return invoice.GetProperty("linkState").GetString() == "Ready" && (sending == "Sent" || (bySmtp && sending == "Uncertain"));
            }, $"invoice {id} is sent");
        }

        // Whoever got no answer comes back.
        foreach (var id in deeds.Paid)
        {
            await ProcessApp.UntilAsync(async () =>
            {
                var invoice = await api.GetPatientlyAsync($"/api/v1/invoices/{id}");
                if (invoice.GetProperty("paymentState").GetString() == "Paid") return true;
                await debtor.PayAsync(invoice.GetProperty("paymentUrl").GetString()!);
                return false;
            }, $"invoice {id} is paid");
        }

        foreach (var (relation, invoiceId) in deeds.Signed)
        {
            await ProcessApp.UntilAsync(async () =>
            {
                if ((await api.GetPatientlyAsync($"/api/v1/relations/{relation}")).GetProperty("relation").GetProperty("paymentMethod").GetString() == "DirectDebit") return true;
                await debtor.SignAsync((await api.GetPatientlyAsync($"/api/v1/invoices/{invoiceId}")).GetProperty("paymentUrl").GetString()!, "BE68 5390 0754 7034");
                return false;
            }, $"relation {relation} pays by direct debit");
            // The connection that is built in follows the same engine, and may have been the first to know.
            await ProcessApp.UntilAsync(async () =>
            {
                await using var office = new OfficeDb(Options<OfficeDb>(Path.Combine(folder, "office.db")));
                return await office.RelationMandates.AnyAsync(m => m.RelationId == relation && office.Connections.Any(c => c.IsActive && c.Id == m.ConnectionId));
            }, $"the mandate of relation {relation} came through the connection in use");
        }

        foreach (var relation in deeds.Invited)
        {
            await ProcessApp.UntilAsync(async () =>
            {
                var invitations = (await api.GetPatientlyAsync($"/api/v1/relations/{relation}")).GetProperty("invitations");
                if (invitations.GetArrayLength() == 0) await api.TryPostAsync($"/api/v1/relations/{relation}/invite", new { profile = 1 });
                return invitations.GetArrayLength() > 0 && invitations[0].GetProperty("state").GetString() == "Invited";
            }, $"relation {relation} is invited");
        }
    }

    private static async Task ThenNothingIsMissingOrDoubleAsync(string folder, Deeds deeds, bool bySmtp, MailCatcher catcher, int unclear)
    {
        await using var office = new OfficeDb(Options<OfficeDb>(Path.Combine(folder, "office.db")));
        await using var engine = new EngineDb(Options<EngineDb>(Path.Combine(folder, "engine.db")));
        Assert.Empty((await CheckLedger.RunAsync(office, CancellationToken.None)).Differences);

        var numbered = await office.Invoices.Where(i => i.Number != null).OrderBy(i => i.Number).Select(i => new { i.Id, i.Number, i.PaymentUrl }).ToListAsync();
        Assert.Superset(deeds.Invoices.ToHashSet(), numbered.Select(n => n.Id).ToHashSet());
        Assert.Equal(Enumerable.Range(1, numbered.Count).Select(n => n.ToString("0000")), numbered.Select(n => n.Number![^4..]));
        foreach (var id in deeds.Paid) Assert.Equal(1, await office.LedgerEntries.CountAsync(e => e.InvoiceId == id && e.Kind == EntryKind.Paid));
        // The connection that is built in follows the same engine: what is once is once per connection.
        var connection = await office.Connections.Where(c => c.IsActive).Select(c => c.Id).SingleAsync();
        var documents = $"mandate:{connection:n}:";
        foreach (var (relation, _) in deeds.Signed)
        {
            Assert.Equal(1, await office.RelationMandates.CountAsync(m => m.RelationId == relation && m.ConnectionId == connection));
            Assert.Equal(1, await office.Documents.CountAsync(d => d.RelationId == relation && d.SourceKey!.StartsWith(documents)));
        }

        foreach (var relation in deeds.Invited)
        {
            var number = await office.Relations.Where(r => r.Id == relation).Select(r => r.Number).SingleAsync();
            var customer = await engine.Customers.Where(c => c.CustomerNumber == number.ToString()).Select(c => c.Email).SingleAsync();
            Assert.Equal(1, await engine.Mails.CountAsync(m => m.Purpose == "invite" && m.To == customer));
        }

        Assert.Equal(numbered.Select(n => n.Number), await engine.Invoices.OrderBy(i => i.Number).Select(i => i.Number).ToListAsync());

        var mails = await office.Mails.Where(m => m.Purpose == "invoice").ToListAsync();
        Assert.Equal(mails.Count, mails.Select(m => m.About).Distinct().Count());
        Assert.Equal(numbered.Count, mails.Count);
        if (!bySmtp)
        {
            Assert.All(mails, m => Assert.Equal(MailState.Accepted, m.State));
            mails.AddRange(await engine.Mails.ToListAsync());
            Assert.Equal(mails.Select(m => m.MessageId + ".eml").Order(), Directory.GetFiles(Path.Combine(folder, "outbox"), "*.eml").Select(f => Path.GetFileName(f)!).Order());
            return;
        }

        mails.AddRange(await engine.Mails.ToListAsync());
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

    /// <summary>A person as the API takes one.</summary>
    public static object Relation(int i) => new
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

public sealed class OneProcessKillTests(ITestOutputHelper output)
{
    [Fact]
    public Task One_process_killed_again_and_again_finishes_everything_once() =>
        new Kills(output).RunAsync(twoProcesses: false, kills: Math.Max(1, Kills.Wanted / 4), bySmtp: false, Kills.Seed);
}

public sealed class TwoProcessKillTests(ITestOutputHelper output)
{
    [Fact]
    public Task Two_processes_of_which_one_dies_finish_everything_once() =>
        new Kills(output).RunAsync(twoProcesses: true, kills: Math.Max(1, Kills.Wanted / 2), bySmtp: false, Kills.Seed + 1);
}

public sealed class SmtpKillTests(ITestOutputHelper output)
{
    [Fact]
    public Task By_smtp_no_mail_leaves_twice_and_what_is_unclear_is_said() =>
        new Kills(output).RunAsync(twoProcesses: false, kills: Math.Max(1, Kills.Wanted - (Kills.Wanted / 4) - (Kills.Wanted / 2)), bySmtp: true, Kills.Seed + 2);
}
