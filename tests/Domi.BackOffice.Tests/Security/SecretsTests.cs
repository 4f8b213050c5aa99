using Domi.BackOffice.Invoices;
using Domi.BackOffice.Tests.Pages;
using Domi.BackOffice.Tests.Sync;
using Domi.Platform;
using Domi.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Domi.BackOffice.Tests.Security;

/// <summary>No page and no log shows a key of the provider, or the full account of a debtor unless somebody asks for it.</summary>
public sealed class SecretsTests : IClassFixture<ProxiedFixture>
{
    private const string Account = "BE68539007547034";

    private readonly ProxiedFixture app;
    private readonly Story story;

    public SecretsTests(ProxiedFixture app)
    {
        (this.app, story) = (app, new(app));
        app.Heal();
    }

    [Fact]
    public async Task No_page_shows_a_key_or_the_full_account_of_a_debtor()
    {
        var paths = await GivenPagesThatKnowAsync();
        using var browser = await Browser.AdministratorAsync(app);

        foreach (var path in paths)
        {
            using var answer = await browser.Http.GetAsync(path);
            Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Redirect, $"{path}: {(int)answer.StatusCode}");
            var html = await answer.Content.ReadAsStringAsync();
            foreach (var secret in Secret()) Assert.False(html.Contains(secret, StringComparison.OrdinalIgnoreCase), $"{path} shows {secret}");
        }

        Assert.Contains("7034", await browser.Http.GetStringAsync(paths.First(p => p.StartsWith("/relations/", StringComparison.Ordinal)))); // shortened, and still told apart
    }

    [Fact]
    public async Task Asked_for_in_full_the_accounts_are_shown_once_and_the_timeline_says_who_looked()
    {
        var relation = await story.GivenARelation();
        await story.WhenSignedOnThePage(await story.GivenANumberedInvoice(relation));
        using var browser = await Browser.ClerkAsync(app);
        var page = await browser.GetAsync($"/relations/{relation.Id}");
        Assert.DoesNotContain(Spaced(Account), page.DocumentElement.OuterHtml, StringComparison.Ordinal);

        var shown = await browser.SubmitAsync(page, "form[action*=Accounts]");

        Assert.Contains(Spaced(Account), shown.Body!.TextContent, StringComparison.Ordinal);
        Assert.Null(shown.QuerySelector("form[action*=Accounts]"));
        var note = await app.ReadAsync((OfficeDb db) => db.Timeline.AsNoTracking().SingleAsync(t => t.RelationId == relation.Id && t.Code == "accounts_shown"));
        Assert.Equal("An Clerk", note.Actor);
        Assert.DoesNotContain(Spaced(Account), (await browser.GetAsync($"/relations/{relation.Id}")).DocumentElement.OuterHtml, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_log_says_a_key_or_the_full_account_of_a_debtor_also_when_everything_goes_wrong()
    {
        var log = new KeptLog();
        foreach (var host in new[] { app.Office!, app.Engine }) host.Services.GetRequiredService<ILoggerFactory>().AddProvider(log);
        var relation = await story.GivenARelation();
        var invoice = await story.GivenANumberedInvoice(relation);

        foreach (var fault in new[] { Fault.Html, Fault.Unauthorised, Fault.RateLimited, Fault.HalfAnswer, Fault.ServerError })
        {
            app.Proxy.Decide = (_, path) => path.EndsWith("/payment/feed", StringComparison.Ordinal) || path.EndsWith("/creditor/invoice", StringComparison.Ordinal) ? fault : Fault.None;
            await story.WhenFeedsAreRead();
            await story.GivenANumberedInvoice(relation);
        }

        app.Heal();
        app.Proxy.Rewrite = (_, path, body) => path.EndsWith("/mandate/detail", StringComparison.Ordinal) ? body.Replace("CORE", "CORE\\u0000") : body; // which PostgreSQL takes nowhere
        await story.WhenSignedOnThePage(invoice);
        app.Proxy.Rewrite = (_, path, body) => path.EndsWith("/payment/feed", StringComparison.Ordinal) ? body.Replace(invoice.Id.ToString(), Guid.CreateVersion7().ToString()) : body;
        await story.WhenDaysPass(3);
        using (var wrong = await app.EngineHttp.PostAsync("/creditor", new FormUrlEncodedContent([new("apiToken", app.Access.ApiKey), new("otp", "1")]))) Assert.False(wrong.IsSuccessStatusCode);
        using var refused = await app.OfficeHttp.PostAsync("/api/v1/relations", new StringContent($$"""{"name":"{{Account}}","kind":"x"}""", System.Text.Encoding.UTF8, "application/json"));

        Assert.Contains(log.Lines, l => l.Contains("TWK-NOT-TWIKEY", StringComparison.Ordinal)); // it is the log that is looked at
        foreach (var line in log.Lines)
            foreach (var secret in Secret())
                Assert.DoesNotContain(secret, line, StringComparison.OrdinalIgnoreCase);
    }

    private string[] Secret() => [app.Access.ApiKey, app.Access.PrivateKey!, AppFixture.OfficeApiKey, AppFixture.AdminPassword, Account, Spaced(Account)];

    /// <summary>Keeps what the hosts log, with the exceptions.</summary>
    private sealed class KeptLog : ILoggerProvider, ILogger
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Enqueue($"{formatter(state, exception)} {exception}");

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Dispose()
        {
        }
    }

    /// <summary>Every page of the office with a relation, an invoice and events that know an account.</summary>
    private async Task<List<string>> GivenPagesThatKnowAsync()
    {
        var relation = await story.GivenARelation();
        var first = await story.GivenANumberedInvoice(relation);
        var reference = await story.WhenSignedOnThePage(first);
        var next = await story.GivenANumberedInvoice(relation, sends: true);
        Assert.Equal(reference, next.MandateReference);
        await AppFixture.RunAsync<SendInvoices>(app.Office!);
        await AppFixture.RunAsync<SendMails>(app.Office!);
        var proposal = await story.GivenAProposal(relation);
        await app.QuarantinedAsync("mandates", "unknown_relation", $$$"""{"Mndt":{"MndtId":"X-1","DbtrAcct":"{{{Account}}}"}}""");
        await app.QuarantinedAsync("payments", "unknown_invoice", $$$"""{"eventId":"1","details":{"customerIban":"{{{Spaced(Account)}}}"},"gateway":{"iban":"{{{Account.ToLowerInvariant()}}}"}}""");
        var bank = new Statements.Bank(app);
        await bank.ImportAsync(bank.Statement(1, 0m, new Statements.Payment(5m, Text: "five", Account: Account)));
        var line = await bank.LineAsync();
        var (mail, run, template, user) = await app.ReadAsync(async (OfficeDb db) =>
        {
            var made = new Domi.BackOffice.Runs.Run { OwnCompanyId = story.CompanyId, StartedBy = "test", StartedAt = AppFixture.Start, FinishedAt = AppFixture.Start };
            db.Runs.Add(made);
            await db.SaveChangesAsync();
            return (await db.Mails.Where(m => m.About == $"invoice:{next.Id}").Select(m => m.Id).SingleAsync(), made.Id, await db.Templates.Select(t => t.Id).FirstAsync(), await db.Users.Select(u => u.Id).FirstAsync());
        });
        var ids = new Dictionary<string, IEnumerable<Guid>>
        {
            ["relations"] = [relation.Id],
            ["invoices"] = [first.Id, next.Id],
            ["proposals"] = [proposal.Id],
            ["mails"] = [mail],
            ["runs"] = [run],
            ["payments"] = [line.Id],
            ["statements"] = [line.StatementId],
            ["templates"] = [template],
            ["users"] = [user],
        };

        // What is no page but a file is read elsewhere: the signed mandate has to say the account, for instance.
        string[] files = ["documents/{id:guid}", "invoices/{id:guid}/pdf", "proposals/{id:guid}/pdf", "mails/{id:guid}/files/{place:int}", "runs/{id:guid}/events", "error/{status:int}", "sign-in", "sign-out"];
        var paths = new List<string>();
        foreach (var raw in PagesOf(app.Office!).Where(p => !files.Contains(p)))
        {
            var noun = System.Text.RegularExpressions.Regex.Match(raw, @"([\w-]+)/\{id:guid\}").Groups[1].Value;
            var filled = raw.Replace("{context}", "invoice", StringComparison.Ordinal).Replace("{language}", "en", StringComparison.Ordinal);
            paths.AddRange(noun.Length == 0 ? ["/" + filled] : ids[noun].Select(id => "/" + filled.Replace("{id:guid}", id.ToString(), StringComparison.Ordinal)));
        }

        paths.RemoveAll(p => p is "/profile/company" or "/profile/language" or "/relations/invite"); // answers to forms
        Assert.True(paths.Count > 25, string.Join(' ', paths));
        return paths;
    }

    private static IEnumerable<string> PagesOf(WebApplication host) =>
        ((IEndpointRouteBuilder)host).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<Microsoft.AspNetCore.Mvc.RazorPages.PageActionDescriptor>() is not null)
            .Select(e => e.RoutePattern.RawText!.Trim('/')).Distinct();

    private static string Spaced(string account) => string.Join(' ', account.Chunk(4).Select(c => new string(c)));
}
