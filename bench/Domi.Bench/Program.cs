using System.Diagnostics;
using System.Globalization;
using Domi.BackOffice;
using Domi.BackOffice.Connections;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Ledger;
using Domi.BackOffice.Relations;
using Domi.BackOffice.Runs;
using Domi.BackOffice.Sync;
using Domi.Bench;
using Domi.Platform;
using Domi.Rendering;
using Domi.Testing;
using Domi.Twikey;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

// Each figure stands beside a calibration of the same run: machines differ, ratios travel.
var chosen = args.Length == 0 ? ["files", "commits", "invoices", "events", "list", "matching", "run", "start", "mixed", "bulk", "page"] : args;
var failed = 0;
if (chosen.Contains("files")) Files();
if (chosen is ["files"]) return failed;
await using var app = new BenchFixture();
await app.InitializeAsync();

var bareCommits = 0.0;
if (chosen.Contains("commits") || chosen.Contains("invoices") || chosen.Contains("mixed")) Print("bare loop, one-row commits to SQLite (full)", $"{bareCommits = Commits(app.Folder):0}/s");
if (chosen.Contains("invoices")) await InvoicesAsync();
if (chosen.Contains("events")) await EventsAsync();
if (chosen.Contains("list")) await ListAsync();
if (chosen.Contains("matching"))
{
    await using var matching = new Matching(app.Folder);
    await matching.MeasureAsync(Bar, Print);
}

if (chosen.Contains("run")) await RunOf500Async();
if (chosen.Contains("start")) await StartAsync();
if (chosen.Contains("mixed") || chosen.Contains("bulk") || chosen.Contains("page")) await EngineApiAsync();
return failed;

void Files()
{
    var folder = Directory.CreateTempSubdirectory("domi-bench-");
    try
    {
        BankFiles.Measure(folder.FullName, Bar, Print);
    }
    finally
    {
        folder.Delete(recursive: true);
    }
}

async Task EngineApiAsync()
{
    await using var engine = new EngineApi(Path.Combine(app.Folder, "engine-api"));
    await engine.StartAsync();
    if (chosen.Contains("page"))
    {
        var (p95, kilobytes) = await engine.PageAsync();
        Bar("payment page, time to its first byte, p95", p95 < 50, $"{p95:0.0} ms (bar 50)");
        Bar("  the page with everything", kilobytes < 60, $"{kilobytes:0.0} kB (bar 60)");
    }

    if (chosen.Contains("bulk"))
    {
        await engine.BulkAsync(); // compiles what is hot
        var seconds = await engine.BulkAsync();
        Bar("POST /creditor/invoice/bulk of 5,000, every one made", seconds < 5, $"{seconds:0.00} s (bar 5)");
    }

    if (!chosen.Contains("mixed")) return;
    await engine.MixedAsync(TimeSpan.FromSeconds(30)); // warms up
    var mixed = await engine.MixedAsync(TimeSpan.FromMinutes(double.Parse(Environment.GetEnvironmentVariable("DOMI_BENCH_MINUTES") ?? "10", CultureInfo.InvariantCulture)));
    Bar("invoices, transactions, invitations; four feeds read; 16 connections", mixed.Writes >= bareCommits / 4, $"{mixed.Writes:0} made/s = {mixed.Writes / bareCommits:0.00} of bare commits (bar 0.25), {mixed.Reads:0} pages read/s, {mixed.Processor:0.00} ms of processor for each made");
    Bar("  wait, 99 of 100", mixed.P99 < 100, $"{mixed.P99:0} ms (bar 100), median {mixed.Median:0} ms, worst {mixed.Worst:0} ms");
    Bar("  invoices that the reader of their feed has not seen", mixed.Unread == 0, $"{mixed.Unread}");
    Bar("  resident memory, after a fifth of the time and at the end", mixed.LateMegabytes < mixed.EarlyMegabytes * 1.15, $"{mixed.EarlyMegabytes:0} MB, {mixed.LateMegabytes:0} MB (bar 15 % more)");
}

// Load of other programs moves the clock on the wall, not this one.
double CpuSeconds() => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;

void Print(string what, string figure) => Console.WriteLine($"{what,-64} {figure}");

void Bar(string what, bool holds, string figure)
{
    Print(what, $"{figure}  {(holds ? "holds" : "MISSED")}");
    if (!holds) failed = 1;
}

static double Commits(string folder)
{
    using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "bare.db")}");
    connection.Open();
    using var command = connection.CreateCommand();
    command.CommandText = "pragma journal_mode=wal; pragma synchronous=full; create table t (id integer primary key, v text)";
    command.ExecuteNonQuery();
    command.CommandText = "insert into t (v) values ('a row of about the size of an event, so that pages are alike')";
    var clock = Stopwatch.StartNew();
    var count = 0;
    for (; clock.Elapsed < TimeSpan.FromSeconds(2); count++) command.ExecuteNonQuery();
    return count / clock.Elapsed.TotalSeconds;
}

async Task InvoicesAsync()
{
    var otp = OneTimePassword.Compute(app.Access.PrivateKey!, "own", TimeProvider.System.GetUtcNow());
    using var login = await app.EngineHttp.PostAsync("/creditor", new FormUrlEncodedContent([new("apiToken", app.Access.ApiKey), new("otp", otp.ToString(CultureInfo.InvariantCulture))]));
    var token = login.Headers.GetValues("Authorization").Single();
    foreach (var seconds in new[] { 20, 10 }) // the first warms up: the runtime compiles what is hot a second time, which takes a while
    {
        var waits = new System.Collections.Concurrent.ConcurrentBag<double>();
        var clock = Stopwatch.StartNew();
        var cpu = CpuSeconds();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(w => Caller.OnAThread(() =>
        {
            using var caller = Caller.Open(app.EngineHttp.BaseAddress!);
            for (var i = 0; clock.Elapsed < TimeSpan.FromSeconds(seconds); i++)
            {
                var body = $$$"""{"id":"{{{Guid.CreateVersion7()}}}","number":"B{{{seconds}}}-{{{w}}}-{{{i}}}","amount":121.5,"date":"2026-03-17","duedate":"2026-04-17","ct":1,"remittance":"090933755493","customer":{"customerNumber":"{{{w}}}-{{{i % 50}}}","email":"a{{{w}}}-{{{i % 50}}}@example.org"}}""";
                var started = Stopwatch.GetTimestamp();
                caller.Send("POST", "/creditor/invoice", token, body);
                waits.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        })));
        if (seconds == 20) continue;
        var rate = waits.Count / clock.Elapsed.TotalSeconds;
        if (AppFixture.Provider == DatabaseProvider.Sqlite)
        {
            Bar("POST /creditor/invoice, 16 connections, SQLite", rate >= bareCommits / 4, $"{rate:0}/s = {rate / bareCommits:0.00} of bare commits (bar 0.25)");
            Bar("  worst wait", waits.Max() < 250, $"{waits.Max():0} ms (bar 250), median {waits.Order().ElementAt(waits.Count / 2):0} ms, {(CpuSeconds() - cpu) * 1000 / waits.Count:0.00} ms of processor each, client and server");
        }
        else
        {
            Bar("POST /creditor/invoice, 16 connections, PostgreSQL", rate >= 500, $"{rate:0}/s (bar 500), worst {waits.Max():0} ms");
        }
    }
}

async Task EventsAsync()
{
    const int count = 1_000;
    var invoices = await app.InvoicesAsync(count);
    await AppFixture.RunAsync<RequestLinks>(app.Office!);
    await app.ReadFeedsAsync();
    using var debtor = new DebtorBrowser();
    foreach (var invoice in invoices) await debtor.PayAsync(await app.ReadAsync((OfficeDb db) => db.Invoices.Where(i => i.Id == invoice.Id).Select(i => i.PaymentUrl!).SingleAsync()));
    await app.SkipAsync("invoices"); // snapshots move no money: the payment feed alone is measured
    await app.SkipAsync("mandates");
    var (clock, cpu) = (Stopwatch.StartNew(), CpuSeconds());
    await app.ReadFeedsAsync();
    var rate = count / clock.Elapsed.TotalSeconds;
    var paid = await app.ReadAsync((OfficeDb db) => db.LedgerEntries.CountAsync(e => e.Kind == EntryKind.Paid));
    if (paid != count) throw new InvalidOperationException($"{paid} payments were booked, {count} were made.");
    Bar("payment events applied from the feed, each its own transaction", rate >= 500, $"{rate:0}/s (bar 500), {(CpuSeconds() - cpu) * 1000 / count:0.00} ms of processor each, feed served included");
}

async Task ListAsync()
{
    await app.FillAsync(200_000);
    using var browser = await app.SignInAsync();
    string[] pages =
    [
        "/invoices", "/invoices?View=open", "/invoices?View=overdue", "/invoices?View=paid", "/invoices?Period=2023", "/invoices?Payment=Unpaid&Period=2024-05", "/invoices?Q=Debtor%2077", "/invoices?Q=X1234", "/invoices?After=2023-05-01_ffffffffffffffffffffffffffffffff",
    ];
    var waits = new List<double>();
    foreach (var page in pages)
    {
        var own = new List<double>();
        for (var i = 0; i < 25; i++)
        {
            var started = Stopwatch.GetTimestamp();
            var answer = await browser.GetStringAsync(page);
            if (!answer.Contains("/invoices/", StringComparison.Ordinal)) throw new InvalidOperationException($"{page} is empty.");
            if (i >= 5) own.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        waits.AddRange(own);
        Print($"  {page}, median", $"{own.Order().ElementAt(own.Count / 2):0} ms");
    }

    var p95 = waits.Order().ElementAt((int)(waits.Count * 0.95));
    Bar("invoice list with key figures at 200,000 invoices, p95", p95 < 150, $"{p95:0} ms (bar 150)");
}

// The published program over a folder in which a sample firm has lived.
async Task StartAsync()
{
    var folder = Path.Combine(app.Folder, "start");
    var (office, engine) = (ProcessApp.FreePort(), ProcessApp.FreePort());
    await using (var first = new ProcessApp(folder, "office,engine", office, engine, new Dictionary<string, string?>()) { LoadsSample = true })
    {
        await first.StartAsync();
        await ProcessApp.UntilAsync(() => Task.FromResult(first.Output.Contains("is loaded.", StringComparison.Ordinal)), "the sample firm is loaded", 600);
    }

    var clock = Stopwatch.StartNew();
    await using var again = new ProcessApp(folder, "office,engine", office, engine, new Dictionary<string, string?>());
    await again.StartAsync();
    using var http = AppFixture.Client(app.Engine);
    using var page = await http.GetAsync(new Uri(again.Office, "/sign-in"));
    page.EnsureSuccessStatusCode();
    var seconds = clock.Elapsed.TotalSeconds;
    clock.Restart();
    Spin();
    Bar("a built copy over a filled folder: first page after", seconds < 3, $"{seconds:0.00} s (bar 3; a calibration loop that takes 1 s on the machine of the figures took {clock.Elapsed.TotalSeconds:0.00} s)");
    await Task.Delay(TimeSpan.FromSeconds(20)); // idle: polls, heartbeats, nothing else
    Bar("  resident memory when idle", again.ResidentMegabytes < 250, $"{again.ResidentMegabytes:0} MB (bar 250)");

    static void Spin()
    {
        var value = 1UL;
        for (var i = 0; i < 800_000_000; i++) value = (value * 6364136223846793005UL) + 1442695040888963407UL;
        GC.KeepAlive(value);
    }
}

async Task RunOf500Async()
{
    const int count = 500, calibration = 8;
    var relation = await app.RelationAsync();
    var proposals = new List<Guid>();
    for (var i = 0; i < count; i++) proposals.Add((await app.ProposalAsync(relation)).Id);

    // The same file, once per document, profile seeded by a first run: what a program without render workers does.
    var invoice = await app.ReadAsync((OfficeDb db) => db.Invoices.AsNoTracking().Include(i => i.Lines).FirstAsync(i => i.Id == proposals[0]));
    var docx = await AppFixture.InScopeAsync(app.Office!, services => services.GetRequiredService<Domi.BackOffice.Documents.MakePdf>().FillAsync(invoice, CancellationToken.None));
    var file = Path.Combine(app.Folder, "bench.docx");
    await File.WriteAllBytesAsync(file, docx);
    Soffice(file);
    var clock = Stopwatch.StartNew();
    for (var i = 0; i < calibration; i++) Soffice(file);
    var perSecond = calibration / clock.Elapsed.TotalSeconds;
    Print("soffice --convert-to pdf, once per document, seeded profile", $"{perSecond:0.00}/s");

    await AppFixture.InScopeAsync(app.Office!, services => services.GetRequiredService<StartRun>().RunAsync(app.Made!.CompanyId, RunKind.NumberAndSend, proposals, null, "bench", CancellationToken.None));
    var host = OfficeHost.Build(app.Settings with { RunsWorkers = true });
    AppFixture.SetTime(host, AppFixture.Start.AddHours(1));
    clock.Restart();
    await host.StartAsync();
    while (await app.ReadAsync((OfficeDb db) => db.Invoices.CountAsync(i => proposals.Contains(i.Id) && i.SendState == SendState.Sent)) < count) await Task.Delay(100);
    var rate = count / clock.Elapsed.TotalSeconds;
    await host.StopAsync();
    await host.DisposeAsync();
    Bar("number + link + PDF + mail, a run of 500", rate >= perSecond * 6, $"{rate:0.0}/s = {rate / perSecond:0.0} times (bar 6)");

    void Soffice(string path)
    {
        var start = new ProcessStartInfo("soffice", ["--headless", $"-env:UserInstallation=file://{app.Folder}/soffice-profile", "--convert-to", "pdf", "--outdir", app.Folder, path]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
    }
}

internal sealed class BenchFixture : OfficeFixture
{
    public async Task<Relation> RelationAsync() => await InScopeAsync(Office!, services => services.GetRequiredService<EditRelation>().CreateAsync(Made!.CompanyId,
        new(RelationKind.Person, "Bench Debtor", "Bench", "Debtor", null, false, "Visserij 44", "9000", "Gent", "BE", "nl", null, $"{Guid.CreateVersion7():n}@example.org", null, null, null, null, null, null, true), "bench", CancellationToken.None));

    public Task<Invoice> ProposalAsync(Relation relation) => InScopeAsync(Office!, services => services.GetRequiredService<EditProposal>().CreateAsync(Made!.CompanyId,
        new(relation.Id, InvoiceKind.Invoice, null, null, "Boekhouding maart", "", null, null, [new("Boekhouding maart 2026", 1, 290m, 21), new("Btw-aangifte", 1, 145m, 21)]), "bench", CancellationToken.None));

    public async Task<List<Invoice>> InvoicesAsync(int count)
    {
        var relation = await RelationAsync();
        var invoices = new List<Invoice>();
        for (var i = 0; i < count; i++)
        {
            var proposal = await ProposalAsync(relation);
            invoices.Add(await InScopeAsync(Office!, services => services.GetRequiredService<NumberInvoice>().RunAsync(proposal.Id, null, false, "bench", CancellationToken.None)));
        }

        return invoices;
    }

    public async Task ReadFeedsAsync()
    {
        var connection = await ReadAsync((OfficeDb db) => db.Connections.AsNoTracking().FirstAsync());
        await InScopeAsync(Office!, async services =>
        {
            await services.GetRequiredService<ReadFeeds>().ReadAllAsync(connection, CancellationToken.None);
            return true;
        });
    }

    /// <summary>Puts the reader of a feed behind everything that is there.</summary>
    public Task<int> SkipAsync(string feed) => ReadAsync((OfficeDb db) => db.FeedPositions.Where(p => p.Feed == feed).ExecuteUpdateAsync(set => set.SetProperty(p => p.Position, "100000000")));

    /// <summary>A browser that is signed in.</summary>
    public async Task<HttpClient> SignInAsync()
    {
        var browser = Client(Office!, followsRedirects: true, keepsCookies: true);
        var form = await browser.GetStringAsync("/sign-in");
        var token = System.Text.RegularExpressions.Regex.Match(form, "name=\"form-token\" type=\"hidden\" value=\"([^\"]+)\"").Groups[1].Value;
        using var answer = await browser.PostAsync("/sign-in", new FormUrlEncodedContent([new("Input.Email", "admin@domi.example"), new("Input.Password", AdminPassword), new("form-token", token)]));
        answer.EnsureSuccessStatusCode();
        return browser;
    }

    /// <summary>Copies one invoice many times, six years of them, a fifth of it open, nearly all of it sent: only the lists read them.</summary>
    public async Task FillAsync(int count)
    {
        var one = (await InvoicesAsync(1))[0];
        await RunAsync<RequestLinks>(Office!); // the copies have their link: nobody asks for it 200,000 times
        await ReadAsync(async (OfficeDb db) =>
        {
            var people = string.Join(", ", db.Model.FindEntityType(typeof(Relation))!.GetProperties().Select(p => p.GetColumnName()).Where(c => c is not ("id" or "number" or "name")));
            var columns = db.Model.FindEntityType(typeof(Invoice))!.GetProperties().Select(p => p.GetColumnName()).Where(c => c is not ("id" or "number" or "relation_id" or "communication" or "date" or "due_on" or "payment_state" or "send_state" or "paid" or "open")).ToList();
            var list = string.Join(", ", columns);
            if (!db.IsSqlite) throw new NotSupportedException("The list is measured on SQLite.");
            var copies = $"with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000) insert into relations (id, number, name, {people}) "
                + $"select upper(printf('%08x-0000-7000-8000-%012x', i, i)), 100000 + i, 'Debtor ' || i, {people} from relations, n where relations.number = (select max(number) from relations)";
            var sql = $"with recursive n(i) as (select 1 union all select i + 1 from n where i < {count}) insert into invoices (id, relation_id, number, communication, date, due_on, payment_state, send_state, paid, open, {list}) "
                + $"select upper(printf('%08x-0000-7000-8000-%012x', i, i)), upper(printf('%08x-0000-7000-8000-%012x', 1 + i % 2000, 1 + i % 2000)), 'X' || i, null, date('2020-01-01', '+' || (i % 2190) || ' days'), date('2020-02-01', '+' || (i % 2190) || ' days'), case when i % 5 = 0 then 'Unpaid' else 'Paid' end, case when i % 50 = 0 then 'NotSent' else 'Sent' end, case when i % 5 = 0 then '0.0' else total_incl_vat end, case when i % 5 = 0 then total_incl_vat else '0.0' end, {list} from invoices, n where number = '{one.Number}'";
#pragma warning disable EF1002 // made of column names of the model and numbers
            return await db.Database.ExecuteSqlRawAsync(copies) + await db.Database.ExecuteSqlRawAsync(sql) + await db.Database.ExecuteSqlRawAsync(
                "delete from invoice_totals; insert into invoice_totals (own_company_id, month, state, count, excl_vat, incl_vat, paid, open) select own_company_id, substr(date, 1, 8) || '01', payment_state, count(*), "
                + "printf('%.2f', sum(total_excl_vat)), printf('%.2f', sum(total_incl_vat)), printf('%.2f', sum(paid)), printf('%.2f', sum(open)) from invoices where state = 'Numbered' group by 1, 2, 3")
                + await db.Database.ExecuteSqlRawAsync(Databases.LookAtTables);
#pragma warning restore EF1002
        });
    }
}
