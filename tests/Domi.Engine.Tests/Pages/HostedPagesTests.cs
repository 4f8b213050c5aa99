using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Domi.Engine.Creditors;
using Domi.Engine.Invoices;
using Domi.Engine.Pages;
using Domi.Engine.Profiles;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Engine.Tests.Pages;

public sealed partial class HostedPagesTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly Debtor debtor = new(app);

    [Fact]
    public async Task Every_page_keeps_others_out_and_sets_no_cookie()
    {
        var pay = await debtor.BookAsync("H-1");
        var go = await debtor.SubmitAsync(pay + "?handler=pay", ("nonce", await debtor.NonceAsync(pay)), ("method", "card"));
        var sign = await debtor.ToSigningAsync(pay);

        foreach (var path in new[] { pay, go, "/simulator/" + go[(go.LastIndexOf('/') + 1)..], sign, "/simulator", "/not-there" })
        {
            using var answer = await debtor.Http.GetAsync(path);
            Assert.Contains("frame-ancestors 'none'", answer.Headers.GetValues("Content-Security-Policy").Single());
            Assert.DoesNotContain("unsafe", answer.Headers.GetValues("Content-Security-Policy").Single());
            Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
            Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
            Assert.False(answer.Headers.Contains("Set-Cookie"), path);
            var html = await answer.Content.ReadAsStringAsync();
            Assert.DoesNotContain("style=", html);
            Assert.DoesNotContain("onclick", html);
        }

        using var posted = await debtor.PostAsync(sign, Debtor.Details("x", "h@example.org"));
        Assert.False(posted.Headers.Contains("Set-Cookie"));
    }

    [Theory]
    [InlineData("/pay/nonsense")]
    [InlineData("/pay/nonsense/pdf")]
    [InlineData("/pay/nonsense/go/nonsense")]
    [InlineData("/sign/nonsense")]
    [InlineData("/sign/nonsense/mandate")]
    [InlineData("/sign/nonsense/exit")]
    [InlineData("/sign/nonsense/pdf")]
    [InlineData("/simulator/nonsense")]
    [InlineData("/pay/%F0%9F%92%B6'%22%3Cscript%3E")]
    [InlineData("/elsewhere")]
    [InlineData("/not-found")]
    public async Task What_is_unknown_is_answered_by_a_page_that_says_so(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { AcceptLanguage = { new StringWithQualityHeaderValue("fr") } } };
        using var answer = await debtor.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("Cette page n’existe pas", await answer.Content.ReadAsStringAsync());
        Assert.Contains("form-action 'self'", answer.Headers.GetValues("Content-Security-Policy").Single());
    }

    [Theory]
    [InlineData("PUT", "")]
    [InlineData("POST", "?handler=nothing")]
    [InlineData("POST", "")]
    public async Task A_method_that_a_page_does_not_have_is_not_found(string method, string query)
    {
        using var answer = await debtor.Http.SendAsync(new(new(method), await debtor.BookAsync("H-M-" + method + query.Length) + query));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task A_link_of_another_invoice_is_not_found()
    {
        var (mine, theirs) = (await debtor.BookAsync("H-2"), await debtor.BookAsync("H-3"));
        var go = await debtor.SubmitAsync(mine + "?handler=pay", ("nonce", await debtor.NonceAsync(mine)), ("method", "card"));

        using var answer = await debtor.Http.GetAsync(go.Replace(mine, theirs));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Names_and_titles_are_text_and_never_markup()
    {
        const string attack = "<script>alert(1)</script>\"'><img src=x>";
        await app.ChangeCreditorAsync(c => c.Name = attack);
        var pay = await debtor.BookAsync("H-4", shape: i =>
        {
            i["title"] = attack;
            i["customer"]!["lastname"] = attack;
        });
        var sign = await debtor.ToSigningAsync(pay);
        var typed = Debtor.Details(Debtor.NonceOf(await debtor.SeeAsync(sign)), attack).Select(f => f.Item1 is "street" or "city" ? (f.Item1, attack) : f).ToArray();

        using var redrawn = await debtor.PostAsync(sign, typed);
        var pages = new List<string> { await debtor.Http.GetStringAsync(pay), await debtor.Http.GetStringAsync(sign), await redrawn.Content.ReadAsStringAsync() };
        await app.ChangeCreditorAsync(c => c.Name = "My company");

        Assert.All(pages, html =>
        {
            Assert.DoesNotContain("<script>", html);
            Assert.DoesNotContain("<img", html);
            Assert.Contains("&lt;script&gt;", html);
        });
    }

    [Theory]
    [InlineData("fr", "vous demande de payer", "423,50\u00a0€")]
    [InlineData("nl", "vraagt u te betalen", "€\u00a0423,50")]
    [InlineData("en", "asks you to pay", "€423.50")]
    [InlineData("de", "bittet Sie um Zahlung von", "423,50\u00a0€")]
    public async Task The_language_of_the_address_wins_and_is_kept_on_the_way(string language, string words, string amount)
    {
        var pay = await debtor.BookAsync("H-5-" + language);
        var page = await debtor.SeeAsync($"{pay}?l={language}");

        var sign = await debtor.SubmitAsync($"{pay}?handler=automatic&l={language}", ("nonce", Debtor.NonceOf(page)));

        Assert.Contains(words, page);
        Assert.Contains(amount, page);
        Assert.Contains($"<html lang=\"{language}\">", page);
        Assert.Contains($"?handler=pay&l={language}\"", page);
        Assert.EndsWith("?l=" + language, sign);
        Assert.Contains($"<html lang=\"{language}\">", await debtor.SeeAsync(sign));
    }

    [Fact]
    public async Task The_language_of_the_customer_counts_before_the_browsers()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, await debtor.BookAsync("H-6")) { Headers = { AcceptLanguage = { new("fr") } } };
        using var answer = await debtor.Http.SendAsync(request);

        Assert.Contains("<html lang=\"nl\">", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("fr")]
    [InlineData("nl")]
    [InlineData("en")]
    [InlineData("de")]
    public async Task No_page_shows_a_key_or_a_hole_instead_of_words(string language)
    {
        var pay = await debtor.BookAsync("H-7-" + language, ct: 2, due: "2021-01-31", shape: i => i["paidamount"] = 3m);
        var go = await debtor.SubmitAsync(pay + "?handler=pay", ("nonce", await debtor.NonceAsync(pay)), ("method", "card"));
        var bank = "/simulator/" + go[(go.LastIndexOf('/') + 1)..];
        var sign = await debtor.ToSigningAsync(pay);
        var email = $"h7-{language}@example.org";
        var l = "?l=" + language;
        var pages = new List<string>
        {
            await debtor.SeeAsync(pay + l), await debtor.SeeAsync(pay + l + "&r=refused"), await debtor.SeeAsync(go + l), await debtor.SeeAsync(bank + l),
            await debtor.SeeAsync(sign + l), await debtor.SeeAsync("/simulator" + l),
            await debtor.RedrawnAsync(sign + l, Debtor.Details(await debtor.NonceAsync(sign), "no address", "BE")),
        };
        var (path, code) = await debtor.ToCodeAsync(sign, email, more: [("enterprise", "0456.810.810"), ("noconsumer", "true")]);
        pages.Add(await debtor.SeeAsync(path + l));
        pages.Add(await debtor.RedrawnAsync(path + l, ("nonce", await debtor.NonceAsync(path)), ("way", "code"), ("code", code == "000000" ? "111111" : "000000")));
        await debtor.SubmitAsync(path + l, ("nonce", await debtor.NonceAsync(path)), ("way", "code"), ("code", code));
        pages.Add(await debtor.SeeAsync(sign + l));
        pages.Add(await debtor.SeeAsync(pay + l));
        await debtor.SubmitAsync(bank, ("outcome", "approve"));
        pages.Add(await debtor.SeeAsync(pay + l));
        pages.Add(await debtor.SeeAsync(bank + l));
        pages.Add(WebUtility.HtmlDecode(await (await debtor.Http.GetAsync("/nowhere" + l)).Content.ReadAsStringAsync()));

        Assert.All(pages, page =>
        {
            var text = Debtor.Text(page);
            Assert.DoesNotMatch(KeyLooking(), text);
            Assert.DoesNotMatch(Hole(), text);
            Assert.Contains($"<html lang=\"{language}\">", page);
        });
    }

    [Fact]
    public void Every_refusal_of_the_engine_has_words()
    {
        var texts = new Texts(typeof(EngineHost).Assembly);

        foreach (var language in Texts.Languages)
        {
            var words = texts.In(language);
            foreach (var code in new[] { "account_differs", "b2b_consumer", "changed_meanwhile", "code_too_many", "code_wrong", "day_not_offered", "drawing_unreadable", "history_too_many", "link_ended", "link_expired", "logo_unreadable", "mail_state", "method_unknown", "not_payable", "question_too_many", "schedule_under_way", "err_call_in_progress", "err_contact_support", "err_debtor_not_found", "err_duplicate_ref", "err_invalid_amount", "err_invalid_country", "err_invalid_date", "err_invalid_email", "err_invalid_iban", "err_invalid_params", "err_missing_params", "err_invalid_state", "err_no_contract", "err_no_login", "err_no_such_ct", "err_not_found", "err_provide_reason", "invalid_file" })
                Assert.False(string.IsNullOrWhiteSpace(words.Find("refused." + code)), $"{language}: {code}");
            foreach (var country in SepaCountries.Codes) Assert.NotNull(words.Find("country." + country.ToLowerInvariant()));
        }
    }

    [Fact]
    public async Task A_page_with_everything_it_needs_stays_under_sixty_kilobytes()
    {
        var (logo, footer) = (Logo.Draw(BrandingTests.Photograph()), new string('x', PageText.MostFooter));
        var ct = await app.GivenAProfileAsync(8, p =>
        {
            (p.TakesQuestions, p.AsksForEmail, p.ShowsHistory) = (true, true, true);
            p.PageTextsJson = PageTexts.Written(new Dictionary<string, PageText> { ["nl"] = new(new('x', PageText.MostHeadline), null, footer) });
        });
        var hash = await app.ReadEngineAsync(async db =>
        {
            var kept = await Blob.KeepAsync(db, logo, "image/png", app.Now(), CancellationToken.None);
            await db.SaveChangesAsync();
            return kept;
        });
        await app.ChangeCreditorAsync(c => (c.Account, c.LogoHash, c.Accent, c.SupportUrl) = (Domi.Standards.Iban.Parse("BE68539007547034"), hash, "ffee00", "https://help.example/"));
        var html = await debtor.Http.GetByteArrayAsync(await debtor.BookAsync("H-8", ct: int.Parse(ct, CultureInfo.InvariantCulture), shape: i =>
        {
            i["customer"]!.AsObject().Remove("email");
            i["pdf"] = Convert.ToBase64String("%PDF-1.4 made for a test"u8.ToArray());
            i["paidamount"] = 3m;
        }));
        var assets = AssetAddress().Matches(System.Text.Encoding.UTF8.GetString(html)).Select(m => m.Groups[1].Value).ToList();
        var size = html.Length;
        foreach (var address in assets)
        {
            using var asset = await debtor.Http.GetAsync(address);
            Assert.Contains("immutable", asset.Headers.CacheControl!.ToString());
            size += (await asset.Content.ReadAsByteArrayAsync()).Length;
        }

        await app.ChangeCreditorAsync(c => (c.Account, c.LogoHash, c.Accent, c.SupportUrl) = (null, null, null, null));
        Assert.Equal(3, assets.Count); // the house's sheet, the creditor's colours, the logo
        Assert.InRange(size, 10_000, 60_000);
    }

    [Fact]
    public async Task The_sandbox_page_moves_the_clock_once_per_form_and_shows_what_the_bank_did()
    {
        var before = app.Engine.Services.GetRequiredService<BusinessClock>().Offset;
        var page = await debtor.SeeAsync("/simulator");
        var nonce = Debtor.NonceOf(page);

        await debtor.SubmitAsync("/simulator?handler=advance", ("nonce", nonce), ("days", "1"));
        await debtor.SubmitAsync("/simulator?handler=advance", ("nonce", nonce), ("days", "1"));
        await debtor.SubmitAsync("/simulator?handler=advance", ("nonce", "made-up"), ("days", "7"));

        Assert.Contains(app.Access.ApiKey, page);
        Assert.Equal(TimeSpan.FromDays(1), TimeSpan.FromMinutes(Math.Round((app.Engine.Services.GetRequiredService<BusinessClock>().Offset - before).TotalMinutes)));
    }

    [Fact]
    public async Task Running_the_bank_goes_to_its_next_run()
    {
        var pay = await debtor.BookAsync("H-9", 88m, due: "2026-04-16");
        await debtor.SignAsync(await debtor.ToSigningAsync(pay), "C-H-9@example.org");

        for (var run = 0; run < 12 && (await InvoiceAsync("H-9")).State is InvoiceState.Pending; run++)
            await debtor.SubmitAsync("/simulator?handler=bank", ("nonce", await debtor.NonceAsync("/simulator")));

        Assert.Equal(InvoiceState.Paid, (await InvoiceAsync("H-9")).State);
        Assert.Contains("H-9", await debtor.SeeAsync("/simulator"));
        Assert.Contains("Domiciliëring", await debtor.SeeAsync(pay));
    }

    [Theory]
    [InlineData("a NUL", "application/x-www-form-urlencoded")]
    [InlineData("a NUL as it is", "application/x-www-form-urlencoded")]
    [InlineData("three thousand fields", "application/x-www-form-urlencoded")]
    [InlineData("five megabytes", "application/x-www-form-urlencoded")]
    [InlineData("torn", "multipart/form-data; boundary=x")]
    [InlineData("no boundary", "multipart/form-data")]
    [InlineData("a charset that is switched off", "application/x-www-form-urlencoded; charset=utf-7")]
    public async Task A_form_that_cannot_be_read_is_said_to_be_and_changes_nothing(string what, string type)
    {
        var pay = await debtor.BookAsync("H-F-" + what.Length);
        var sign = await debtor.ToSigningAsync(pay);
        var body = what switch
        {
            "a NUL" => "name=a%00b&method=card&nonce=x",
            "a NUL as it is" => "name=a\0b&method=card&nonce=x",
            "three thousand fields" => string.Join('&', Enumerable.Range(0, 3000).Select(i => $"f{i}=1")),
            "five megabytes" => "name=" + new string('a', 5_000_000),
            _ => "--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nne",
        };

        foreach (var path in new[] { pay + "?handler=pay", pay + "?handler=automatic", sign, sign + "/mandate", "/simulator?handler=bank" })
        {
            using var content = new ByteArrayContent(System.Text.Encoding.ASCII.GetBytes(body)) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } };
            using var answer = await debtor.Http.PostAsync(path + (path.Contains('?') ? "&l=nl" : "?l=nl"), content);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains("Dit formulier kon niet worden gelezen", await answer.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task A_bracket_that_is_not_closed_is_part_of_a_name_that_no_page_knows()
    {
        var pay = await debtor.BookAsync("H-B");
        var sign = await debtor.ToSigningAsync(pay);

        using var filled = await debtor.PostAsync(sign + "?b[=1", Debtor.Details(await debtor.NonceAsync(sign), "hb@example.org", more: [("https://[::1", "Gent")]));

        Assert.Equal(HttpStatusCode.Redirect, filled.StatusCode);
        Assert.Contains("H-B", await debtor.SeeAsync(pay + "?a[b=1"));
    }

    [Theory]
    [InlineData("/pay/%20")]
    [InlineData("/pay/x/go/%20")]
    [InlineData("/sign/%20")]
    [InlineData("/sign/%E2%80%A8/mandate")]
    [InlineData("/sign/%09/exit")]
    [InlineData("/identify/%20")]
    [InlineData("/my/%20")]
    [InlineData("/payment/tr_%20")]
    [InlineData("/payment/tr_x/go/%20")]
    [InlineData("/simulator/%E2%80%A8")]
    public async Task A_blank_instead_of_a_key_is_not_found(string path)
    {
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post })
        {
            using var answer = await debtor.Http.SendAsync(new(method, path));
            Assert.Equal((HttpStatusCode.NotFound, true), (answer.StatusCode, (await answer.Content.ReadAsStringAsync()).Contains("<html")));
        }
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task The_page_of_our_faults_is_nobodys_to_ask_for(string method)
    {
        using var answer = await debtor.Http.SendAsync(new(new(method), "/error"));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task The_sandbox_page_is_there_for_this_machine_only()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/simulator") { Headers = { Host = "engine.example" } };
        using var foreign = await debtor.Http.SendAsync(request);
        using var forwarded = new HttpRequestMessage(HttpMethod.Post, "/simulator?handler=bank") { Content = new FormUrlEncodedContent([]) };
        forwarded.Headers.Add("X-Forwarded-For", "192.0.2.1");
        using var proxied = await debtor.Http.SendAsync(forwarded);

        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, proxied.StatusCode);
    }

    private Task<Invoice> InvoiceAsync(string number) => app.ReadEngineAsync(db => db.Invoices.AsNoTracking().SingleAsync(i => i.Number == number));

    [GeneratedRegex(@"(?<![\w@./-])(?:page|fact|field|pay|history|my|sign|method|go|bank|sandbox|error|notfound|refused|mail|country)\.[a-z]\w*")]
    internal static partial Regex KeyLooking();

    [GeneratedRegex(@"\{\w+\}")]
    internal static partial Regex Hole();

    [GeneratedRegex("(?:href|src)=\"(/(?:assets|brand)/[^\"]+)\"")]
    private static partial Regex AssetAddress();
}

public sealed class WithoutSandboxTests(WithoutSandboxTests.Fixture app) : IClassFixture<WithoutSandboxTests.Fixture>
{
    private readonly Debtor debtor = new(app);

    public sealed class Fixture : AppFixture
    {
        protected override DomiSettings Configure(DomiSettings settings) => settings with { Sandbox = settings.Sandbox with { Enabled = false } };
    }

    [Fact]
    public async Task Nobody_can_play_the_bank_and_only_what_works_is_offered()
    {
        await app.ChangeCreditorAsync(c => (c.Account, c.CreditorIdentifier) = (Domi.Standards.Iban.Parse("BE68539007547034"), "BE41ZZZ0712845377"));
        var pay = await debtor.BookAsync("W-1");
        var page = await debtor.SeeAsync(pay);
        await debtor.SubmitAsync(pay + "?handler=pay", ("nonce", Debtor.NonceOf(page)), ("method", "card"));

        Assert.DoesNotContain("value=\"card\"", page);
        Assert.Contains("BE68 5390 0754 7034", page);
        Assert.Contains("Automatische betaling instellen", page);
        Assert.Equal(0, await app.ReadEngineAsync(db => db.PayLinks.CountAsync()));
        using var sandbox = await debtor.Http.GetAsync("/simulator");
        Assert.Equal(HttpStatusCode.NotFound, sandbox.StatusCode);
    }

    [Fact]
    public async Task Without_a_creditor_identifier_nothing_is_offered_and_nothing_can_be_signed()
    {
        await app.ChangeCreditorAsync(c => c.CreditorIdentifier = "");
        var pay = await debtor.SeeAsync(await debtor.BookAsync("W-3"));
        var (_, sign) = await debtor.Creditor.InviteAsync("W-4");

        var page = await debtor.RedrawnAsync(sign, Debtor.Details(await debtor.NonceAsync(sign), "w4@example.org"));

        Assert.DoesNotContain("Automatische betaling instellen", pay);
        Assert.Contains("My company kan nog geen handtekening ontvangen", page);
    }

    [Fact]
    public async Task A_fault_of_ours_is_a_page_with_a_number_and_nothing_of_its_cause()
    {
        await app.ChangeCreditorAsync(c => c.CreditorIdentifier = "BE41ZZZ0712845377");
        var sign = await debtor.ToSigningAsync(await debtor.BookAsync("W-2"));
        var intact = "";
        await app.ChangeCreditorAsync(c => (intact, c.WebsiteKeySealed) = (c.WebsiteKeySealed, "broken"));
        await app.ChangeProfilesAsync(p => p.ExitUrl = "https://shop.example/?s={{s}}");

        using var answer = await debtor.Http.GetAsync(sign + "/exit?l=en");
        var page = await answer.Content.ReadAsStringAsync();
        await app.ChangeCreditorAsync(c => c.WebsiteKeySealed = intact); // for the others of this class

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Contains("Something went wrong on our side", page);
        Assert.Matches("Reference for support: [0-9A-Z:]+", page);
        Assert.DoesNotContain("Exception", page);
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.Contains("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single());
    }
}
