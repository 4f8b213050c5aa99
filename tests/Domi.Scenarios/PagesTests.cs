using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Domi.BackOffice;
using Domi.BackOffice.Invoices;
using Domi.Standards.BankFiles;
using Domi.Testing;
using Domi.Twikey;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;

namespace Domi.Scenarios;

/// <summary>
/// Every page that a person can reach in the sample firm, found by following links: without serious findings of axe, and no wider than a
/// phone, in four languages.
/// </summary>
public sealed partial class PagesTests(ITestOutputHelper output, PagesTests.SampleFirm sample) : IClassFixture<PagesTests.SampleFirm>
{
    private static readonly string[] Languages = ["fr", "nl", "en", "de"];

    // What fits in these fits in the others: one has the longest sentences, the other the longest words.
    private static readonly string[] Longest = ["fr", "de"];

    // What must be among the pages that were found; a page that no link leads to is found by nobody else either.
    private static readonly string[] Expected =
    [
        "/", "/documents", "/invoices", "/invoices/#", "/mails", "/mails/#", "/payments", "/payments/#", "/payments/import", "/payments/statements", "/payments/statements/#", "/profile", "/proposals", "/proposals/#", "/proposals/new", "/relations", "/relations/#", "/relations/#/edit", "/relations/#/invite",
        "/relations/new", "/runs", "/runs/#", "/search", "/settings", "/settings/apps", "/settings/apps/twikey", "/settings/keys", "/settings/mail-templates", "/settings/mail-templates/#", "/settings/templates",
        "/settings/templates/#", "/settings/companies", "/settings/users", "/settings/users/#",
    ];

    private static readonly string[] ConsoleLists =
    [
        "/customers", "/agreements", "/transactions/open", "/transactions/sent", "/transactions/unsettled", "/transactions/paid", "/batches", "/invoices", "/links", "/subscriptions", "/refunds", "/reconciliation", "/analytics", "/profiles", "/profiles/new", "/profiles/1/agreements", "/profiles/1/invoices", "/branding", "/users", "/activity",
        "/keys", "/webhooks", "/feeds", "/simulator", "/customers/new", "/import/agreements", "/import/transactions", "/me",
    ];

    public sealed class SampleFirm : IAsyncLifetime
    {
        private readonly string folder = Directory.CreateTempSubdirectory("domi-sample-").FullName;

        internal ProcessApp App { get; private set; } = null!;

        internal Browsing Browsing { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            App = new(folder, "office,engine", ProcessApp.FreePort(), ProcessApp.FreePort(), new Dictionary<string, string?>()) { LoadsSample = true };
            await App.StartAsync();
            Browsing = await Browsing.StartAsync();
            await ProcessApp.UntilAsync(() => Task.FromResult(App.Output.Contains("The sample firm is loaded.", StringComparison.Ordinal)), "the sample firm is loaded", 400);
        }

        public async ValueTask DisposeAsync()
        {
            await Browsing.DisposeAsync();
            await App.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Every_page_of_the_office_passes_axe_and_fits_a_phone()
    {
        var desk = await sample.Browsing.DeskAsync();
        await desk.SignInAsync(sample.App.Office, AppFixture.AdminPassword);
        var made = await MakePagesAsync(desk);
        var pages = await FindPagesAsync(desk, made);
        output.WriteLine($"{pages.Count} pages: {string.Join(' ', pages)}");
        Assert.Empty(Expected.Except(pages.Select(Pattern)));

        var findings = new List<string>();
        foreach (var inOne in pages.Index().GroupBy(p => Languages[p.Index % 4], p => p.Item))
        {
            await desk.SpeakAsync(inOne.Key);
            foreach (var path in inOne) await AxeAsync(desk, new Uri(sample.App.Office, path).ToString(), $"{path} ({inOne.Key})", findings);
        }

        foreach (var language in Longest)
        {
            await desk.SpeakAsync(language);
            await desk.SetViewportSizeAsync(390, 844);
            foreach (var path in pages) await FitsAsync(desk, path, language, findings);
        }

        await desk.GotoAsync(new Uri(sample.App.Office, "/relations").ToString());
        await desk.Locator("tbody input[type=checkbox]").First.CheckAsync();
        await desk.ClickAsync("[data-bulk] button[type=submit]");
        await desk.ArrivesAsync("/relations/invite$");
        await ExamineAsync(desk, "inviting many", findings);
        await WideAsync(desk, "inviting many", findings);
        await desk.GotoAsync(new Uri(sample.App.Office, "/relations/new").ToString());
        await desk.ClickAsync("main form button.primary");
        await ExamineAsync(desk, "a refused form", findings);

        var stranger = await sample.Browsing.PhoneAsync("nl-BE", runsScript: true);
        foreach (var path in new[] { "/sign-in", "/sign-in?l=de", "/no-such-page" }) await AxeAsync(stranger, new Uri(sample.App.Office, path).ToString(), path, findings);

        Assert.True(findings.Count == 0, string.Join('\n', findings.Distinct()));
    }

    [Fact]
    public async Task Every_hosted_page_passes_axe_and_fits_a_phone_without_script()
    {
        await OfferEverythingAsync();
        using var api = sample.App.OfficeClient();
        var findings = new List<string>();
        var seen = new HashSet<string>();
        var phone = await sample.Browsing.PhoneAsync("fr-BE");
        var scripted = await sample.Browsing.PhoneAsync("fr-BE", runsScript: true); // axe is a script
        foreach (var (state, link) in await PaymentLinksAsync())
        {
            foreach (var language in Languages)
            {
                await phone.GotoAsync(link + "?l=" + language);
                await WideAsync(phone, $"{state} ({language})", findings);
            }

            await scripted.GotoAsync(link + "?l=" + Languages[seen.Count % 4]);
            await scripted.EvaluateAsync("() => document.querySelectorAll('details').forEach(part => part.open = true)"); // what is folded away is not examined
            await ExamineAsync(scripted, $"pay, {state}", findings);
            seen.Add(state);
        }

        // From a page that can be paid: the simulated bank, and the steps of signing.
        var payable = (await PaymentLinksAsync())["open"];
        await phone.GotoAsync(payable + "?l=nl");
        await phone.ClickAsync("button[name=method][value=card]");
        await phone.ArrivesAsync("/simulator/");
        await WideAsync(phone, "bank", findings);
        await AxeAsync(scripted, phone.Url, "bank", findings);
        await phone.GotoAsync(payable + "?l=de");
        await phone.ClickAsync("section.offer button");
        await WideAsync(phone, "sign", findings);
        await AxeAsync(scripted, phone.Url, "sign", findings);
        await phone.FillAsync("[name=iban]", "BE00 1234");
        await phone.ClickAsync("form.fields button[type=submit]");
        await WideAsync(phone, "sign, refused", findings);
        Assert.NotEqual(0, await phone.Locator(".error").CountAsync());
        await phone.FillAsync("[name=iban]", "BE91 0017 3264 1076");
        await phone.ClickAsync("form.fields button[type=submit]");
        await phone.ArrivesAsync("/mandate");
        await WideAsync(phone, "mandate", findings);
        await AxeAsync(scripted, phone.Url, "mandate", findings);

        // The question and the list that a debtor may ask for.
        await phone.GotoAsync(payable + "?l=fr");
        Assert.Equal(1, await phone.Locator(".brand img").CountAsync());
        await phone.Locator("summary:has(+ form[action*=question])").ClickAsync();
        await phone.FillAsync("[name=question]", new string('x', 300));
        await phone.FillAsync("[name=from]", "nobody");
        await phone.Locator("form[action*=question] button").ClickAsync();
        await phone.Locator("[name=from][aria-invalid=true]").WaitForAsync();
        await WideAsync(phone, "question, refused", findings);
        await phone.FillAsync("[name=from]", "somebody@example.org");
        await phone.Locator("form[action*=question] button").ClickAsync();
        await phone.Locator(".note.ok").WaitForAsync();
        await phone.Locator("summary:has(+ form[action*=history])").ClickAsync();
        await phone.Locator("form[action*=history] button").ClickAsync();
        await phone.ArrivesAsync("r=history");
        await using var engine = sample.App.Read<Domi.Engine.EngineDb>("engine");
        var list = HistoryLink().Match(engine.Mails.Single(m => m.Purpose == "history").Text).Value;
        await phone.GotoAsync(list + "?l=fr");
        Assert.NotEqual(0, await phone.Locator(".bills li").CountAsync());
        await WideAsync(phone, "list", findings);
        await AxeAsync(scripted, list + "?l=nl", "list", findings);

        Assert.Superset(new HashSet<string> { "open", "collected", "paid", "expired" }, seen);
        Assert.True(findings.Count == 0, string.Join('\n', findings.Distinct()));
    }

    [Fact]
    public async Task The_pages_of_two_who_sign_pass_axe_and_fit_a_phone_without_script()
    {
        var desk = await sample.Browsing.DeskAsync();
        await EnterConsoleAsync(desk);
        await desk.GotoAsync(new Uri(sample.App.Engine, "/console/profiles/2/agreements").ToString());
        await desk.SelectOptionAsync("#coSigning", "Required");
        await desk.ClickAsync("#agreements-form button[type=submit]");
        await desk.Locator(".toast").WaitForAsync();
        var page = await InviteAsync(("ct", "2"), ("customerNumber", "TWO-1"), ("email", "ilse@two.example"), ("companyName", "Bakkerij Goossens-Vandenbroucke"), ("l", "de"));

        var findings = new List<string>();
        var phone = await sample.Browsing.PhoneAsync("de-BE");
        var scripted = await sample.Browsing.PhoneAsync("de-BE", runsScript: true); // axe is a script
        await phone.GotoAsync(page);
        foreach (var (field, value) in new[] { ("street", "Visserij 44"), ("zip", "9000"), ("city", "Gent"), ("email", "ilse@two.example"), ("iban", "BE68 5390 0754 7034"), ("enterprise", "0712.845.377"), ("cosignername", "Maximiliane von Oberhausen-Niederkirchen") })
            await phone.FillAsync($"[name={field}]", value);
        await phone.CheckAsync("[name=noconsumer]");
        await phone.ClickAsync("form.fields button[type=submit]");
        await phone.Locator("[name=cosigneremail][aria-invalid=true]").WaitForAsync();
        await ShownAsync("the first, refused");
        await phone.FillAsync("[name=cosigneremail]", "maximiliane.von.oberhausen-niederkirchen@a-long-domain.two.example");
        await phone.ClickAsync("form.fields button[type=submit]");
        await phone.ArrivesAsync("/mandate");
        await phone.ClickAsync("#code-way button[form=send]");
        await phone.Locator("[name=code]").WaitForAsync();
        await using var engine = sample.App.Read<Domi.Engine.EngineDb>("engine");
        await phone.FillAsync("[name=code]", Code().Match(engine.Mails.Single(m => m.Purpose == "code" && m.To == "ilse@two.example").Subject).Value);
        await phone.ClickAsync("#submit");
        await phone.Locator(".state").WaitForAsync();
        await ShownAsync("the first waits");
        foreach (var language in Languages)
        {
            await phone.GotoAsync(SignLink().Match(engine.Mails.Single(m => m.Purpose == "cosign").Text).Value + "/mandate?l=" + language);
            await ShownAsync($"the second ({language})");
        }

        await phone.Locator("summary:has(+ form[action*=decline])").ClickAsync();
        await phone.Locator("form[action*=decline] button").ClickAsync();
        await phone.Locator(".state").WaitForAsync();
        await ShownAsync("the second has declined");
        Assert.True(findings.Count == 0, string.Join('\n', findings.Distinct()));

        async Task ShownAsync(string what)
        {
            await WideAsync(phone, what, findings);
            await scripted.GotoAsync(phone.Url);
            await scripted.EvaluateAsync("() => document.querySelectorAll('details').forEach(part => part.open = true)"); // what is folded away is not examined
            await ExamineAsync(scripted, what, findings);
            await WideAsync(scripted, what, findings);
        }
    }

    /// <summary>Invites through the API, as a client does; answers the address of the page.</summary>
    private async Task<string> InviteAsync(params (string Name, string Value)[] form)
    {
        using var api = sample.App.EngineClient();
        var sandbox = await api.GetFromJsonAsync<JsonElement>("/sandbox");
        var password = OneTimePassword.Compute(sandbox.GetProperty("privateKey").GetString()!, "own", TimeProvider.System.GetUtcNow());
        using var entered = await api.PostAsJsonAsync("/creditor", new { apiToken = sandbox.GetProperty("apiKey").GetString(), otp = password });
        api.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", entered.Headers.GetValues("Authorization").Single());
        using var invited = await api.PostAsync("/creditor/invite", new FormUrlEncodedContent(form.Select(f => KeyValuePair.Create(f.Name, f.Value))));
        return (await invited.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("url").GetString()!;
    }

    [Fact]
    public async Task Every_page_of_the_console_passes_axe_and_fits_a_phone()
    {
        var console = new Uri(sample.App.Engine, "/console").ToString();
        var findings = new List<string>();
        var desk = await sample.Browsing.DeskAsync();
        await AxeAsync(desk, console + "/sign-in", "console, sign-in", findings);
        await EnterConsoleAsync(desk);

        var pages = new List<string>();
        foreach (var list in ConsoleLists)
        {
            await desk.GotoAsync(console + list);
            pages.Add(desk.Url);
            if (await desk.Locator("tbody th a").CountAsync() > 0) pages.Add(new Uri(sample.App.Engine, await desk.Locator("tbody th a").First.GetAttributeAsync("href") ?? "").ToString());
        }

        Assert.True(pages.Count > ConsoleLists.Length + 5, string.Join(' ', pages));
        foreach (var page in pages) await AxeAsync(desk, page, page, findings);
        foreach (var language in Longest)
        {
            await desk.SetViewportSizeAsync(1280, 900);
            await desk.GotoAsync(console + "/me");
            await desk.SelectOptionAsync("#language", language);
            await desk.ClickAsync("#name-form button[type=submit]");
            await desk.Locator($"html[lang={language}]").WaitForAsync(new() { State = WaitForSelectorState.Attached });
            await desk.SetViewportSizeAsync(390, 844);
            foreach (var page in pages)
            {
                await desk.GotoAsync(page);
                await WideAsync(desk, $"{page} ({language})", findings);
            }
        }

        Assert.True(findings.Count == 0, string.Join('\n', findings.Distinct()));
    }

    /// <summary>Lets the pages show all that they can, as somebody does it at the console: every offer, own words, a logo, a colour that nobody could read on white.</summary>
    private async Task OfferEverythingAsync()
    {
        var console = new Uri(sample.App.Engine, "/console").ToString();
        var desk = await sample.Browsing.DeskAsync();
        await EnterConsoleAsync(desk);
        await desk.GotoAsync(console + "/profiles/1/invoices");
        foreach (var offer in new[] { "showsHistory", "takesQuestions", "asksForEmail" }) await desk.CheckAsync($"[name={offer}]");
        foreach (var language in Languages)
            foreach (var words in new[] { "headline", "thanks", "footer" }) await desk.FillAsync($"#{words}-{language}", $"{words} {language} " + new string('w', 60));
        await desk.ClickAsync("#profile-invoices-form button[type=submit]");
        await desk.Locator(".toast").WaitForAsync();
        await desk.GotoAsync(console + "/branding");
        await desk.SetInputFilesAsync("#logo", new FilePayload { Name = "logo.png", MimeType = "image/png", Buffer = Domi.Rendering.QrPicture.Png("Sambre & Leie", 8) });
        await desk.CheckAsync("[name=ownAccent]");
        await desk.FillAsync("#accent", "#ffee00");
        await desk.FillAsync("#supportUrl", "https://help.example/faq");
        await desk.ClickAsync("#branding-form button[type=submit]");
        await desk.Locator(".toast").WaitForAsync();
    }

    private async Task EnterConsoleAsync(IPage desk)
    {
        await desk.GotoAsync(new Uri(sample.App.Engine, "/console/sign-in").ToString());
        await desk.FillAsync("#email", "console@domi.example");
        await desk.FillAsync("#password", AppFixture.AdminPassword);
        await desk.ClickAsync("main button[type=submit]");
        await desk.ArrivesAsync("/console/transactions/unsettled$");
    }

    /// <summary>Follows the links of each page; of addresses that differ by an id only, the first three.</summary>
    private async Task<List<string>> FindPagesAsync(IPage page, List<string> more)
    {
        var found = new List<string>();
        var perPattern = new Dictionary<string, int>();
        var waiting = new Queue<string>(["/", .. more]);
        var known = new HashSet<string>(waiting);
        while (waiting.TryDequeue(out var path))
        {
            var answer = await page.GotoAsync(new Uri(sample.App.Office, path).ToString());
            Assert.True(answer!.Ok, $"{path}: {answer.Status}");
            found.Add(path);
            foreach (var href in await page.EvaluateAsync<string[]>("() => [...document.querySelectorAll('a[href]')].filter(a => !a.hasAttribute('download')).map(a => a.getAttribute('href'))"))
            {
                var target = href.Split('#')[0];
                if (!target.StartsWith('/') || target.StartsWith("//", StringComparison.Ordinal) || IsFile(target) || !known.Add(target)) continue;
                var pattern = Pattern(target);
                var most = pattern.Contains('#', StringComparison.Ordinal) && !target.Contains('?', StringComparison.Ordinal) ? 3 : 1;
                if (perPattern.GetValueOrDefault(pattern) >= most) continue;
                perPattern[pattern] = perPattern.GetValueOrDefault(pattern) + 1;
                waiting.Enqueue(target);
            }
        }

        return found;
    }

    private static async Task AxeAsync(IPage page, string address, string what, List<string> findings)
    {
        await page.GotoAsync(address);
        await ExamineAsync(page, what, findings);
    }

    private static async Task ExamineAsync(IPage page, string what, List<string> findings)
    {
        // A frame in which no script may run would be waited for for ever; what it shows is a mail, not a page of ours.
        await page.EvaluateAsync("() => document.querySelectorAll('iframe[sandbox]').forEach(frame => frame.remove())");
        var result = await page.RunAxe(new AxeRunOptions { RunOnly = new() { Type = "tag", Values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }, ResultTypes = [ResultType.Violations] });
        findings.AddRange(result.Violations.Where(v => v.Impact is "serious" or "critical")
            .Select(v => $"{what}: {v.Id}: {v.Help}: {string.Join(" | ", v.Nodes.Take(3).Select(n => n.Html.Length > 160 ? n.Html[..160] : n.Html))}"));
    }

    private async Task FitsAsync(IPage page, string path, string language, List<string> findings)
    {
        await page.GotoAsync(new Uri(sample.App.Office, path).ToString());
        await WideAsync(page, $"{path} ({language})", findings);
        var html = await page.ContentAsync();
        // A text that is missing shows its key.
        if (MissingText().Match(html) is { Success: true } missing) findings.Add($"{path} ({language}): shows {missing.Value}");
    }

    private static async Task WideAsync(IPage page, string what, List<string> findings)
    {
        // The width is read by the browser's own protocol, so that it works where pages may not run script.
        var session = await page.Context.NewCDPSessionAsync(page);
        var metrics = await session.SendAsync("Page.getLayoutMetrics");
        await session.DetachAsync();
        var (content, view) = (metrics!.Value.GetProperty("cssContentSize").GetProperty("width").GetDouble(), metrics.Value.GetProperty("cssLayoutViewport").GetProperty("clientWidth").GetDouble());
        if (content > view + 0.5) findings.Add($"{what}: {content:0} points wide on {view:0}");
    }

    private async Task<Dictionary<string, string>> PaymentLinksAsync()
    {
        var links = new Dictionary<string, string>();
        await using var office = sample.App.Read<Domi.BackOffice.OfficeDb>("office");
        foreach (var invoice in Microsoft.EntityFrameworkCore.EntityFrameworkQueryableExtensions.AsNoTracking(office.Invoices).Where(i => i.PaymentUrl != null).OrderBy(i => i.Number).ToList())
        {
            var state = invoice.ProviderState switch
            {
                "PENDING" => "collected",
                "PAID" => "paid",
                "EXPIRED" => "expired",
                "ARCHIVED" => "archived",
                _ => invoice.FailureCode is null ? "open" : "failed",
            };
            links.TryAdd(state, invoice.PaymentUrl!);
        }

        return links;
    }

    private static string Pattern(string path) => MailTemplate().Replace(Id().Replace(path.Split('?')[0], "#"), "/settings/mail-templates/#");

    /// <summary>What no link leads to until somebody did something: a mail, a run, a choice of relations, a search, a page that is not there.</summary>
    private async Task<List<string>> MakePagesAsync(IPage desk)
    {
        var office = sample.App.Office.ToString().TrimEnd('/');
        await desk.GotoAsync(office + "/proposals");
        await desk.Locator("input[name=pick]").First.CheckAsync();
        await desk.ClickAsync("[data-bulk] button[value=send]");
        await desk.ArrivesAsync("/runs/[^/]+$");
        var run = new Uri(desk.Url).AbsolutePath;
        using var api = sample.App.OfficeClient();
        await ProcessApp.UntilAsync(async () => (await api.GetStringAsync("/api/v1/mails?state=Accepted")).Length > 2, "the invoice left by mail");
        await ImportStatementsAsync(api);
        return [run, "/payments?view=matched", "/payments?view=credit", "/payments/statements?state=held", "/search?q=a", "/search?q=nothing-like-this", "/mails?state=accepted"];
    }

    /// <summary>A statement with payments that are certain, too much, and of nobody knows whom; and one of an account that is not known.</summary>
    private async Task ImportStatementsAsync(HttpClient api)
    {
        await using var db = sample.App.Read<OfficeDb>("office");
        var account = (await db.Companies.AsNoTracking().FirstAsync(c => c.Account != null)).Account!.Value.Value;
        var open = await db.Invoices.AsNoTracking().Where(i => i.PaymentState == PaymentState.Unpaid && i.Kind == InvoiceKind.Invoice && i.Communication != null).OrderBy(i => i.Number).Take(3).ToListAsync();
        var amounts = new[] { open[0].Open, open[1].Open + 10m, open[2].Open, 47.11m };
        foreach (var of in new[] { account, "BE62510007547061" })
        {
            using var file = new MemoryStream();
            StatementFile.Write(file, "camt.053.001.08", new() { Kind = FileKind.Statement, Id = "S1", Account = of, Currency = "EUR", Number = 1, Balances = [new("OPBD", 0, new(2026, 3, 16)), new("CLBD", amounts.Sum(), new(2026, 3, 17))] },
                amounts.SelectMany((amount, n) => new FilePart[]
                {
                    new Entry { Number = n + 1, Amount = amount, Currency = "EUR", BookedOn = new(2026, 3, 17), ValueOn = new(2026, 3, 17) },
                    new EntryDetail { EntryNumber = n + 1, Number = 1, Amount = amount, CounterpartyName = "Jan Janssens", CounterpartyAccount = "BE68539007547034", Reference = n < 2 ? open[n].Communication!.Value.Value : null, Text = n < 2 ? null : $"facture {open[2].Number}, et un texte qui est long comme les gens en écrivent quand on les laisse faire" },
                }), new(2026, 3, 17, 18, 0, 0));
            using var answer = await api.PostAsync("/api/v1/statements", new ByteArrayContent(file.ToArray()));
            answer.EnsureSuccessStatusCode();
        }
    }

    private static bool IsFile(string path) => path.Contains("/pdf", StringComparison.Ordinal) || path.Contains("handler=", StringComparison.Ordinal) || FileLike().IsMatch(path) || path.StartsWith("/assets/", StringComparison.Ordinal) || path.StartsWith("/sign-out", StringComparison.Ordinal);

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Id();

    [GeneratedRegex(@"\b\d{6}\b")]
    private static partial Regex Code();

    [GeneratedRegex(@"https?://\S+/sign/\S+")]
    private static partial Regex SignLink();

    [GeneratedRegex(@"https?://\S+/history/\S+")]
    private static partial Regex HistoryLink();

    [GeneratedRegex("^/settings/mail-templates/[a-z]+/[a-z]{2}$")]
    private static partial Regex MailTemplate();

    [GeneratedRegex(@"^/documents/[0-9a-f-]{36}|^/mails/[0-9a-f-]{36}/|/events$|^/sandbox|^/api/")]
    private static partial Regex FileLike();

    [GeneratedRegex(@"(?<=>)\s*(?:common|invoices|payments|relations|settings|connect|templates|runs|mails|documents|dashboard|timeline|refused)\.[a-z_]+(?:\.[a-z_]+)*\s*(?=<)")]
    private static partial Regex MissingText();
}
