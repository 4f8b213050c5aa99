using System.Diagnostics;
using System.Globalization;
using Domi.BackOffice;
using Domi.BackOffice.Connections;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Ledger;
using Domi.BackOffice.Relations;
using Domi.BackOffice.Runs;
using Domi.BackOffice.Sync;
using Domi.Platform;
using Domi.Rendering;
using Domi.Testing;
using Domi.Twikey;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

// Each figure stands beside a calibration of the same run: machines differ, ratios travel.
var chosen = args.Length == 0 ? ["commits", "invoices", "events", "list", "run"] : args;
var failed = 0;
await using var app = new BenchFixture();
await app.InitializeAsync();

var bareCommits = 0.0;
if (chosen.Contains("commits") || chosen.Contains("invoices")) Print("bare loop, one-row commits to SQLite (full)", $"{bareCommits = Commits(app.Folder):0}/s");
if (chosen.Contains("invoices")) await InvoicesAsync();
if (chosen.Contains("events")) await EventsAsync();
if (chosen.Contains("list")) await ListAsync();
if (chosen.Contains("run")) await RunOf500Async();
return failed;

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
        await Task.WhenAll(Enumerable.Range(0, 16).Select(w => Task.Run(async () =>
        {
            for (var i = 0; clock.Elapsed < TimeSpan.FromSeconds(seconds); i++)
            {
                // The generator shares the processors with the server: it makes no more of a request than it must.
                var body = $$$"""{"id":"{{{Guid.CreateVersion7()}}}","number":"B{{{seconds}}}-{{{w}}}-{{{i}}}","amount":121.5,"date":"2026-03-17","duedate":"2026-04-17","ct":1,"remittance":"090933755493","customer":{"customerNumber":"{{{w}}}-{{{i % 50}}}","email":"a@example.org"}}""";
                using var request = new HttpRequestMessage(HttpMethod.Post, "/creditor/invoice") { Content = new StringContent(body, null, "application/json") };
                request.Headers.TryAddWithoutValidation("Authorization", token);
                var started = Stopwatch.GetTimestamp();
                using var answer = await app.EngineHttp.SendAsync(request);
                answer.EnsureSuccessStatusCode();
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
    var invoices = await app.InvoicesAsync(1_000);
    var connection = await app.ReadAsync((OfficeDb db) => db.Connections.AsNoTracking().FirstAsync());
    var clock = new Stopwatch();
    var cpu = 0.0;
    foreach (var (index, invoice) in invoices.Index())
    {
        if (index == 500) { clock.Start(); cpu = CpuSeconds(); }
        await AppFixture.InScopeAsync(app.Office!, async services =>
        {
            var db = services.GetRequiredService<OfficeDb>();
            var payment = new TwikeyPayment($"evt_{index}", "payment", AppFixture.Start, invoice.TotalInclVat, "EUR", new("invoice", invoice.Id, invoice.Number, null), null, new(null, null, $"bench-{index}", null, null, null, null, null), null);
            return await db.WriteAsync(async ct =>
            {
                var applied = await services.GetRequiredService<ApplyPayment>().ApplyAsync(connection, new(payment, null), ct);
                db.Inbox.Add(new() { OwnCompanyId = connection.OwnCompanyId, ConnectionId = connection.Id, Feed = "payments", Key = $"bench-{index}", State = applied.State, ReceivedAt = AppFixture.Start });
                return true;
            }, CancellationToken.None);
        });
    }

    var rate = 500 / clock.Elapsed.TotalSeconds;
    Bar("payment events applied, each its own transaction", rate >= 500, $"{rate:0}/s (bar 500), {(CpuSeconds() - cpu) * 2:0.00} ms of processor each");
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
            return await db.Database.ExecuteSqlRawAsync(copies) + await db.Database.ExecuteSqlRawAsync(sql) + await db.Database.ExecuteSqlRawAsync(Databases.LookAtTables);
#pragma warning restore EF1002
        });
    }
}
