using System.Text.Json;
using System.Text.RegularExpressions;
using Domi.BackOffice.Companies;
using Domi.BackOffice.Documents;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Relations;
using Domi.BackOffice.Timeline;
using Domi.Platform;
using Domi.Standards;
using Domi.Testing;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.BackOffice.Tests.Pages;

public sealed partial class OfficePagesTests(OfficeFixture app) : IClassFixture<OfficeFixture>
{
    private static readonly DateTimeOffset Now = AppFixture.Start;

    [Fact]
    public async Task A_method_or_a_handler_that_a_page_does_not_have_is_not_found()
    {
        var relation = await app.RelationAsync("Asked Oddly NV");
        using var browser = await Browser.AdministratorAsync(app);
        var token = (await browser.GetAsync("/relations/new")).QuerySelector("[name=form-token]")!.GetAttribute("value")!;
        var pages = app.Office!.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .Select(e => (Address: "/" + Regex.Replace(e.RoutePattern.RawText!.Trim('/'), @"\{[^}]*\}", relation.Id.ToString()), Page: e.Metadata.GetMetadata<PageActionDescriptor>()?.ViewEnginePath))
            .Where(p => p.Page is not (null or "/Error")).Distinct().ToList();
        Assert.True(pages.Count > 40);

        foreach (var (address, page) in pages)
        {
            var model = typeof(OfficeDb).Assembly.GetType("Domi.BackOffice.Pages" + page!.Replace('/', '.') + "Model");
            await IsNotFoundAsync(HttpMethod.Put, address);
            if (model?.GetMethod("OnPost") is null && model?.GetMethod("OnPostAsync") is null) await IsNotFoundAsync(HttpMethod.Post, address + "?handler=Nope"); // else that one takes it
        }

        async Task IsNotFoundAsync(HttpMethod method, string address)
        {
            using var content = new FormUrlEncodedContent([KeyValuePair.Create("form-token", token)]);
            using var answer = await browser.Http.SendAsync(new(method, address) { Content = content });
            Assert.True(answer.StatusCode == HttpStatusCode.NotFound, $"{method} {address}: {(int)answer.StatusCode}");
        }
    }

    [Theory]
    [InlineData("fr")]
    [InlineData("nl")]
    [InlineData("en")]
    [InlineData("de")]
    public async Task No_page_shows_the_key_of_a_text_in_any_language(string language)
    {
        var relation = await GivenARelation("Every code");
        await WriteAsync(db =>
        {
            foreach (var code in Codes()) db.Note(relation, code, "An Clerk", Now, ("amount", 12.5m), ("day", new DateOnly(2026, 4, 1)), ("reason", "AM04"), ("code", "TWK-1"), ("number", "2026-0001"), ("profile", "SEPA Core"),
                ("reference", "M-1"), ("account", "BE•• 1234"), ("to", "x@y.example"), ("answer", "550 no"), ("count", 2), ("statement", "45"));
        });
        var mail = await GivenAMail("uncertain", m => { m.HandOver(Now); m.MarkUncertain("broken line"); });
        using var browser = await Browser.AdministratorAsync(app, language);

        foreach (var path in new[] { "/", "/relations", "/relations/new", $"/relations/{relation.Id}", $"/relations/{relation.Id}/edit", $"/relations/{relation.Id}/invite", "/documents", "/mails", $"/mails/{mail}", "/payments", "/payments/statements", "/payments/import", "/search", "/search?q=zzz", "/profile" })
        {
            var page = await browser.GetAsync(path);
            foreach (var element in page.QuerySelectorAll("script, svg title")) element.Remove();
            var words = page.Body!.TextContent + string.Join(' ', page.QuerySelectorAll("[aria-label], [title], [placeholder]").SelectMany(e => new[] { e.GetAttribute("aria-label"), e.GetAttribute("title"), e.GetAttribute("placeholder") }));
            Assert.Equal([], Key().Matches(words).Select(m => m.Value).Distinct());
            Assert.DoesNotContain("{", words, StringComparison.Ordinal);
            Assert.Equal(language, page.DocumentElement.GetAttribute("lang"));
            Assert.Empty(page.QuerySelectorAll("[style], style, script:not([src])")); // the policy of the page would drop it
        }
    }

    [Fact]
    public async Task The_dashboard_puts_what_needs_a_person_first()
    {
        await GivenAMail("dashboard", m => { m.HandOver(Now); m.MarkUncertain("broken line"); });
        using var browser = await Browser.AdministratorAsync(app);

        var page = await browser.GetAsync("/");

        Assert.Contains("may not have arrived", page.Words(".todo"), StringComparison.Ordinal);
        Assert.NotNull(page.QuerySelector(".todo a[href='/mails?state=uncertain']"));
        Assert.Contains("The data of your company are incomplete", page.Words(".todo"), StringComparison.Ordinal);
        Assert.Contains("Tuesday 17 March 2026", page.Words(".head .sub"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_uncertain_mail_waits_for_a_person_who_saw_it_arrive()
    {
        var id = await GivenAMail("arrived", m => { m.HandOver(Now); m.MarkUncertain("broken line"); });
        using var browser = await Browser.ClerkAsync(app);
        var page = await browser.GetAsync($"/mails/{id}");

        var settled = await browser.SubmitAsync(page, "#arrived");
        Assert.Contains("Handed over", settled.Words(".head .states"), StringComparison.Ordinal);

        var late = await browser.SubmitAsync(page, "#again");
        Assert.Contains("changed its state meanwhile", late.Words(".callout.bad"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_mail_is_sent_again_with_the_same_message_id()
    {
        var id = await GivenAMail("again", m => m.Refuse("550 no such mailbox"));
        var before = await MailAsync(id);
        using var browser = await Browser.ClerkAsync(app);
        var page = await browser.GetAsync($"/mails/{id}");
        Assert.Contains("550 no such mailbox", page.Words(".callout.bad"), StringComparison.Ordinal);

        await browser.SubmitAsync(page, "#again");
        await AppFixture.RunAsync<SendMails>(app.Office!);

        var after = await MailAsync(id);
        Assert.Equal((MailState.Accepted, before.MessageId), (after.State, after.MessageId));
    }

    [Fact]
    public async Task The_content_of_a_mail_is_shown_where_nothing_runs()
    {
        var id = await GivenAMail("script", _ => { });
        using var browser = await Browser.ClerkAsync(app);
        Assert.NotNull((await browser.GetAsync($"/mails/{id}")).QuerySelector("iframe[sandbox]:not([sandbox*='allow-scripts'])"));

        using var html = await browser.Http.GetAsync($"/mails/{id}/html");

        var policy = html.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("sandbox ", policy, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("script", policy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_firms_mail_is_not_found_and_not_listed()
    {
        var id = await GivenAMail("theirs", _ => { }, Guid.CreateVersion7());
        using var browser = await Browser.ClerkAsync(app);

        Assert.Equal(HttpStatusCode.NotFound, await browser.StatusAsync($"/mails/{id}"));
        Assert.Equal(HttpStatusCode.NotFound, await browser.StatusAsync($"/mails/{id}/html"));
        Assert.DoesNotContain("Subject theirs", (await browser.GetAsync("/mails")).Body!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_lists_of_mails_and_documents_page_by_key_though_all_were_made_at_once()
    {
        var relation = await GivenARelation("Many documents");
        await WriteAsync(async db =>
        {
            var hash = await Blob.KeepAsync(db, "%PDF-1.7 small"u8.ToArray(), "application/pdf", Now, default);
            for (var n = 0; n < 101; n++)
            {
                db.Documents.Add(new() { OwnCompanyId = relation.OwnCompanyId, RelationId = relation.Id, Type = DocumentType.Mandate, Name = $"M-{n}.pdf", BlobHash = hash, SizeBytes = 14, CreatedAt = Now });
                db.Mails.Add(new("reminder", $"invoice:{Guid.CreateVersion7()}", Now, "domi.example") { OwnerId = app.Made!.CompanyId, To = "x@y.example", Subject = $"Page {n}", FromAddress = "a@b.example", Html = "x", Text = "x" });
            }
        });
        using var browser = await Browser.ClerkAsync(app);

        Assert.Equal(101, (await AllAsync(browser, $"/documents?relation={relation.Id}", "tbody th a")).Distinct().Count());
        Assert.Equal(101, (await AllAsync(browser, "/mails?purpose=reminder", "tbody th a")).Distinct().Count());
    }

    [Theory]
    [InlineData("application/pdf", "%PDF-1.7", "inline", "application/pdf")]
    [InlineData("text/html", "<script>alert(1)</script>", "attachment", "application/octet-stream")]
    [InlineData("application/pdf", "<script>alert(1)</script>", "attachment", "application/octet-stream")]
    public async Task A_document_opens_only_when_it_is_a_pdf(string type, string content, string disposition, string served)
    {
        var document = Guid.CreateVersion7();
        await WriteAsync(async db => db.Documents.Add(new()
        {
            Id = document,
            OwnCompanyId = app.Made!.CompanyId,
            Type = DocumentType.Other,
            Name = "Été \"1\".pdf",
            ContentType = type,
            BlobHash = await Blob.KeepAsync(db, System.Text.Encoding.UTF8.GetBytes(content), type, Now, default),
            SizeBytes = content.Length,
            CreatedAt = Now,
        }));
        using var browser = await Browser.ClerkAsync(app);

        using var answer = await browser.Http.GetAsync($"/documents/{document}");

        Assert.Equal((disposition, served), (answer.Content.Headers.ContentDisposition!.DispositionType, answer.Content.Headers.ContentType!.MediaType));
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal(content, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_search_opens_what_it_finds_alone()
    {
        var relation = await GivenARelation("Findable Ltd");
        var iban = Iban.Parse("BE68 5390 0754 7034");
        await WriteAsync(db =>
        {
            db.RelationAccounts.Add(new() { OwnCompanyId = relation.OwnCompanyId, RelationId = relation.Id, Iban = iban, AddedAt = Now });
            var invoice = new Invoice(relation.OwnCompanyId, relation.Id, InvoiceKind.Invoice, Now);
            invoice.Assign("S2026-0077", 2026, new(2026, 3, 17), new(2026, 4, 17), StructuredCommunication.Parse("+++090/9337/55493+++"), null, Now);
            db.Invoices.Add(invoice);
        });
        using var browser = await Browser.ClerkAsync(app);

        foreach (var (query, prefix) in new[] { ("S2026-0077", "/invoices/"), ("s2026-00", "/invoices/"), ("+++090/9337/55493+++", "/invoices/"), ("090933755493", "/invoices/"), ("be68 5390 0754 7034", "/relations/"), ("findable", "/relations/") })
        {
            using var answer = await browser.Http.GetAsync($"/search?q={Uri.EscapeDataString(query)}");
            Assert.True(answer.Headers.Location?.ToString().StartsWith(prefix, StringComparison.Ordinal) == true, $"{query}: {(int)answer.StatusCode} {answer.Headers.Location}");
        }

        Assert.Equal(HttpStatusCode.OK, await browser.StatusAsync("/search?q=" + new string('%', 300)));
    }

    [Fact]
    public async Task Assets_are_kept_for_ever_by_an_address_that_changes_with_them()
    {
        using var browser = new Browser(app);
        var page = await browser.GetAsync("/sign-in");

        using var css = await browser.Http.GetAsync(page.QuerySelector("link[rel=stylesheet]")!.GetAttribute("href"));

        Assert.Equal(HttpStatusCode.OK, css.StatusCode);
        Assert.Contains("immutable", css.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
    }

    private static async Task<List<string>> AllAsync(Browser browser, string first, string selector)
    {
        var all = new List<string>();
        for (var address = first; address is not null;)
        {
            var page = await browser.GetAsync(address);
            all.AddRange(page.QuerySelectorAll(selector).Select(a => a.GetAttribute("href")!));
            address = page.QuerySelector(".pager a[rel=next]")?.GetAttribute("href");
        }

        return all;
    }

    /// <summary>Every code that something is noted by, as the texts know them.</summary>
    private static List<string> Codes()
    {
        using var stream = typeof(OfficeHost).Assembly.GetManifestResourceStream("Domi.BackOffice.Texts.en.timeline.json")!;
        return [.. JsonSerializer.Deserialize<Dictionary<string, string>>(stream)!.Keys.Where(k => k.StartsWith("timeline.", StringComparison.Ordinal) && k.Count(c => c == '.') == 1 && k != "timeline.empty").Select(k => k[9..])];
    }

    private async Task<Relation> GivenARelation(string name) => await AppFixture.InScopeAsync(app.Office!, services => services.GetRequiredService<EditRelation>().CreateAsync(app.Made!.CompanyId,
        new(RelationKind.Company, name, null, null, null, false, "", "", "", "BE", "fr", null, "x@relations.example", null, null, null, null, null, null, true), "An Clerk", default));

    private async Task<Guid> GivenAMail(string name, Action<Mail> then, Guid? owner = null)
    {
        var mail = new Mail("invoice", $"invoice:{Guid.CreateVersion7()}", Now, "domi.example")
        {
            OwnerId = owner ?? app.Made!.CompanyId,
            FromName = "We",
            FromAddress = "we@domi.example",
            To = "you@relations.example",
            Subject = $"Subject {name}",
            Html = "<p>Hello</p><script>alert(1)</script>",
            Text = "Hello",
        };
        then(mail);
        await WriteAsync(db => { db.Mails.Add(mail); });
        return mail.Id;
    }

    private Task<Mail> MailAsync(Guid id) => app.ReadAsync((OfficeDb db) => db.Mails.AsNoTracking().SingleAsync(m => m.Id == id));

    private Task<int> WriteAsync(Action<OfficeDb> change) => WriteAsync(db =>
    {
        change(db);
        return Task.CompletedTask;
    });

    private Task<int> WriteAsync(Func<OfficeDb, Task> change) => AppFixture.InScopeAsync(app.Office!, async services =>
    {
        var db = services.GetRequiredService<OfficeDb>();
        await change(db);
        return await db.SaveChangesAsync();
    });

    // What the key of a text looks like, and no word of a language does: two lower-case words with a dot and no blank.
    [GeneratedRegex(@"\b(?:common|relations|documents|mails|search|dashboard|timeline|profile|sign_in|state|form|refused|language|reason|document)\.(?!example)[a-z_]+\b")]
    private static partial Regex Key();
}
