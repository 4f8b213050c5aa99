using System.Diagnostics;
using System.Text;
using AngleSharp.Html.Dom;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Statements;
using Domi.BackOffice.Tests.Statements;
using Domi.Engine.Tests.Wire;
using Domi.Platform;
using Domi.Standards.BankFiles;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Domi.BackOffice.Tests.Pages;

/// <summary>
/// Forms of a clerk's pages and files of a bank that are almost right. Whatever comes is answered and no fault of ours; what is refused changes nothing;
/// and what was taken can be shown afterwards, in a ledger that adds up. DOMI_FUZZ_SECONDS says for how long, DOMI_SEED plays a run again.
/// </summary>
public sealed class OfficeFuzzTests(OfficeFixture app, ITestOutputHelper output) : IClassFixture<OfficeFixture>
{
    private const int Cases = 120;
    private const int Renewed = 100;

    private static readonly int? Seconds = int.TryParse(Environment.GetEnvironmentVariable("DOMI_FUZZ_SECONDS"), out var seconds) ? seconds : null;
    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("DOMI_SEED"), out var seed) ? seed : AppFixture.Provider is DatabaseProvider.Sqlite ? 1 : 2;
    private static readonly string[] Formats = [StatementFile.Formats[0], "camt.053.001.08", StatementFile.Coda, StatementFile.CodaTotals, StatementFile.Mt940];
    private static readonly string[] Asked = ["q", "state", "from", "until", "page", "account", "sort", "handler", "relation", "id", "view"];

    private readonly Story story = new(app);
    private readonly Bank bank = new(app);
    private readonly Dictionary<string, (string What, int Times)> found = [];
    private readonly HashSet<string> taken = [];
    private readonly Faults faults = new();
    private readonly List<Invoice> invoices = [];
    private List<string> pages = [];
    private int statements;

    [Fact]
    public async Task Whatever_a_clerk_or_a_bank_sends_is_answered_and_the_ledger_adds_up()
    {
        output.WriteLine($"seed {Seed} on {AppFixture.Provider}");
        app.Office!.Services.GetRequiredService<ILoggerFactory>().AddProvider(faults);
        var clerk = await Browser.ClerkAsync(app);
        var (watch, n) = (Stopwatch.StartNew(), 0);
        for (; Seconds is { } seconds ? watch.Elapsed < TimeSpan.FromSeconds(seconds) : n < Cases; n++)
        {
            if (n % Renewed == 0)
            {
                await RenewAsync();
                clerk.Dispose();
                clerk = await Browser.ClerkAsync(app); // he may have signed out
            }

            var rubbish = new Rubbish(new Random(unchecked((Seed * 1_000_003) + n)));
            if (rubbish.Chance(25)) await PlayFileAsync(rubbish, n);
            else await PlayPageAsync(clerk, rubbish, n);
        }

        output.WriteLine($"{n} cases; taken: {string.Join(", ", taken.Order())}");
        await RenewAsync();
        foreach (var page in pages)
        {
            using var answer = await clerk.Http.GetAsync(page);
            Note("reads " + Pattern(page), answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Redirect ? null : $"{(int)answer.StatusCode}", page, n);
        }

        clerk.Dispose();
        Assert.True(found.Count == 0, $"seed {Seed} on {AppFixture.Provider}, {n} cases:\n\n{string.Join("\n\n", found.Values.Select(f => $"{f.Times} × {f.What}"))}");
        await story.ThenTheLedgerAgrees();
        Assert.Superset(new HashSet<string> { "POST /payments/import", "POST /payments/0", "POST /api/v1/statements" }, taken);
    }

    /// <summary>Something of every kind, made anew now and then: what was there is paid, held or gone.</summary>
    private async Task RenewAsync()
    {
        var relation = await story.GivenARelation();
        for (var i = 0; i < 3; i++) invoices.Add(await story.GivenANumberedInvoice(relation));
        await story.GivenAProposal(relation);
        await bank.ImportAsync(Statement(new(new(statements)), Formats[0]));
        pages = await app.ReadAsync(async (OfficeDb db) => (List<string>)[
            "/", "/payments", "/payments/import", "/payments/import", "/payments/statements", "/invoices", "/proposals", "/proposals/new", "/relations", "/relations/new", "/relations/invite", "/documents", "/mails", "/runs", "/search",
            .. await db.StatementLines.Where(l => l.State != LineState.New).OrderByDescending(l => l.Id).Take(12).Select(l => "/payments/" + l.Id).ToListAsync(), .. await db.Statements.OrderByDescending(s => s.Id).Take(4).Select(s => "/payments/statements/" + s.Id).ToListAsync(),
            .. await db.Invoices.Where(i => i.State == InvoiceState.Numbered).OrderByDescending(i => i.Id).Take(3).Select(i => "/invoices/" + i.Id).ToListAsync(), .. await db.Invoices.Where(i => i.State == InvoiceState.Proposal).OrderByDescending(i => i.Id).Take(2).Select(i => "/proposals/" + i.Id).ToListAsync(),
            $"/relations/{relation.Id}", $"/relations/{relation.Id}/edit", $"/relations/{relation.Id}/invite",
        ]);
    }

    private async Task PlayFileAsync(Rubbish rubbish, int n)
    {
        var file = Statement(rubbish, rubbish.One(Formats));
        if (rubbish.Chance(60)) file = rubbish.Spoilt(file);
        await SendAsync(app.OfficeHttp, new(HttpMethod.Post, $"/api/v1/statements?fileName={rubbish.Escaped(rubbish.Text("a.xml"))}") { Content = new ByteArrayContent(file) }, Encoding.Latin1.GetString(file), rubbish, n);
    }

    private async Task PlayPageAsync(Browser clerk, Rubbish rubbish, int n)
    {
        var path = rubbish.One(pages);
        if (rubbish.Chance(30))
        {
            var query = string.Join('&', Asked.Where(_ => rubbish.Chance(30)).Select(name => $"{name}={rubbish.Escaped(rubbish.Text("1"))}"));
            await SendAsync(clerk.Http, new(HttpMethod.Get, $"{path}?{query}"), query, rubbish, n);
            return;
        }

        using var page = await clerk.Http.GetAsync(path);
        var forms = (await Browser.ReadAsync(page)).QuerySelectorAll("form").OfType<IHtmlFormElement>().Where(f => f.Method == "post" && f.GetAttribute("action") is not ("/sign-out" or "/profile/language" or "/profile/company")).ToList();
        if (forms.Count == 0) return;

        var form = rubbish.One(forms);
        List<(string Name, string Value)> fields = [.. Browser.Values(form)];
        var buttons = form.QuerySelectorAll("button[name]").OfType<IHtmlButtonElement>().ToList();
        if (buttons.Count > 0 && rubbish.One(buttons) is var button) fields.Add((button.Name!, button.Value));
        for (var times = rubbish.One([0, 1, 1, 2, 3]); times > 0 && fields.Count > 0; times--)
        {
            var at = rubbish.Below(fields.Count);
            var (name, value) = fields[at];
            if (name == "form-token" && !rubbish.Chance(5)) continue; // nothing is looked at without
            if (rubbish.Chance(10)) fields.RemoveAt(at);
            else if (rubbish.Chance(10)) fields.Add((name, rubbish.Text(value)));
            else fields[at] = (rubbish.Chance(5) ? rubbish.Text(name) : name, rubbish.Text(value));
        }

        var action = form.GetAttribute("action") is { Length: > 0 } named ? named : path;
        if (action.StartsWith('?')) action = path + action;
        using var request = new HttpRequestMessage(HttpMethod.Post, action);
        if (form.QuerySelector("input[type=file]") is IHtmlInputElement { Name: { } input } && !rubbish.Chance(10))
        {
            var multipart = new MultipartFormDataContent();
            foreach (var (name, value) in fields.Where(f => f.Name.Length > 0 && f.Name.All(c => c is > ' ' and < (char)127 and not '"'))) multipart.Add(new StringContent(value), name);
            for (var files = rubbish.One([0, 1, 1, 2]); files > 0; files--)
            {
                var file = Statement(rubbish, rubbish.One(Formats));
                multipart.Add(new ByteArrayContent(rubbish.Chance(50) ? rubbish.Spoilt(file) : file), input, "a.xml");
            }

            request.Content = multipart;
        }
        else
        {
            request.Content = new StringContent(string.Join('&', fields.Select(f => $"{rubbish.Escaped(f.Name)}={rubbish.Escaped(f.Value)}")), null, "application/x-www-form-urlencoded");
        }

        await SendAsync(clerk.Http, request, string.Join('&', fields.Select(f => $"{f.Name}={f.Value}")), rubbish, n);
    }

    private async Task SendAsync(HttpClient http, HttpRequestMessage request, string shown, Rubbish rubbish, int n)
    {
        var operation = $"{request.Method} {Pattern(request.RequestUri!.ToString())}";
        var before = rubbish.Chance(25) ? await RowsAsync() : null;
        using var answer = await http.SendAsync(request);
        var status = (int)answer.StatusCode;
        if (status < 400) taken.Add(operation);
        // What was refused of a bank's file is kept with its reason, and that is all.
        var complaint = status >= 500 ? $"{status}" : before is not null && status >= 400 && await RowsAsync() is var after && after != before ? $"refused with {status}, and changed something:\n{before}\n{after}" : null;
        Note(operation, complaint, $"{request.RequestUri}\n{shown}", n);
    }

    /// <summary>Keeps what was found, each kind once.</summary>
    private void Note(string operation, string? complaint, string call, int n)
    {
        var logged = faults.Take();
        if (complaint is null && logged.Count == 0) return;
        var kind = operation + (logged.Count > 0 ? string.Join('\n', logged[0].Split('\n').Take(3)) : complaint!.Split('\n')[0]);
        found[kind] = found.TryGetValue(kind, out var known) ? (known.What, known.Times + 1) : ($"{operation}, case {n}: {complaint}\n{(call.Length > 3_000 ? call[..3_000] : call)}\n{string.Join('\n', logged)}", 1);
    }

    private static string Pattern(string path) => string.Join('/', path.Split('?')[0].Split('/').Select(part => Guid.TryParse(part, out _) ? "0" : part));

    /// <summary>Payments that name an invoice, more or less, of an account that is ours or nobody's.</summary>
    private byte[] Statement(Rubbish rubbish, string format)
    {
        var payments = Enumerable.Range(0, 1 + rubbish.Below(3)).Select(_ =>
        {
            var invoice = rubbish.One(invoices);
            return new Payment(rubbish.One([121m, 60m, 0.01m, 500m, -121m]), rubbish.Chance(50) ? Bank.Ogm(invoice) : null, rubbish.Chance(50) ? invoice.Number : null, EndToEndId: rubbish.Chance(20) ? "E2E" : null, MandateId: rubbish.Chance(20) ? "M" : null);
        });
        return bank.Write(format, ++statements % 300, rubbish.Below(1_000), [.. payments]);
    }

    /// <summary>How many rows each table has; what is kept of a file that was refused does not count.</summary>
    private Task<string> RowsAsync() => app.ReadAsync((OfficeDb db) =>
    {
        var tables = db.Model.GetEntityTypes().Select(t => t.GetTableName()!).Distinct().Where(t => t is not ("imported_files" or "schedules" or "module_state" or "job_claims" or "processes" or "data_protection_keys")).Order();
        var sql = $"select {string.Join(" || ' ' || ", tables.Select(t => $"'{t} ' || (select count(*) from {t})"))} as \"Value\"";
        return db.Database.SqlQueryRaw<string>(sql).SingleAsync();
    });
}
