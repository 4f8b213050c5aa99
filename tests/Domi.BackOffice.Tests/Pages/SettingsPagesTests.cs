using System.Net.Http.Headers;
using AngleSharp.Html.Dom;
using Domi.BackOffice.Companies;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Templates;
using Domi.BackOffice.Users;
using Domi.Rendering;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Tests.Pages;

public sealed class SettingsPagesTests(OfficeFixture app) : IClassFixture<OfficeFixture>
{
    [Fact]
    public async Task The_companys_facts_are_saved()
    {
        using var browser = await Browser.AdministratorAsync(app);

        var page = await browser.SubmitAsync(await browser.GetAsync("/settings"), "#facts form", ("Facts.Name", "Sambre & Leie"), ("Facts.EnterpriseNumber", "BE 0403.170.701"), ("Facts.Account", "be68 5390 0754 7034"), ("Facts.Bic", "AXABBE22"), ("Facts.Email", "office@example.com"));

        Assert.Equal("Sambre & Leie", page.Words(".head .sub"));
        var company = await CompanyAsync();
        Assert.Equal(("BE68539007547034", "0403170701"), (company.Account!.Value.Value, company.EnterpriseNumber!.Value.Value));
    }

    [Theory]
    [InlineData("#facts", "Facts.Name", " ", "The name is missing or too long.")]
    [InlineData("#facts", "Facts.Account", "BE68539007547035", "This IBAN is not valid: check the digits.")]
    [InlineData("#facts", "Facts.Bic", "HELLO", "This BIC is not valid: 8 or 11 letters and digits.")]
    [InlineData("#facts", "Facts.Country", "B3", "The country has two letters, for example BE.")]
    [InlineData("#facts", "Facts.Email", "nobody", "“nobody” is not an e-mail address.")]
    [InlineData("#facts", "Facts.EnterpriseNumber", "0403170702", "“0403170702” is not a Belgian enterprise number: ten digits, for example 0403.170.701.")]
    [InlineData("#numbering", "Numbering.DueDays", "soon", "Enter a number.")]
    [InlineData("#numbering", "Numbering.DueDays", "400", "The term is between 0 and 365 days.")]
    [InlineData("#numbering", "Numbering.VatRate", "101", "The rate is between 0 and 100%.")]
    [InlineData("#numbering", "Numbering.CreditNoteFormat", "CN-{number}", "The format has the year and one counter, for example {year}-{number:0000}.")]
    [InlineData("#numbering", "Numbering.FiscalYearStartMonth", "13", "Choose a month.")]
    [InlineData("#mail", "Mail.ReplyTo", "@", "“@” is not an e-mail address.")]
    [InlineData("#sending", "Sending.Invoices", "Provider", "Check the switch at Twikey first and tick the box: otherwise nobody sends, or both do.", "Sending.InvoiceSwitchChecked")]
    [InlineData("#sending", "Sending.Reminders", "Provider", "Check the switch at Twikey first and tick the box: otherwise nobody sends, or both do.", "Sending.ReminderSwitchChecked")]
    [InlineData("#sending", "Sending.ProfileForPersons", "987", "Choose a contract that exists at Twikey.")]
    public async Task What_is_wrong_stands_at_its_field(string section, string field, string value, string words, string? at = null)
    {
        using var browser = await Browser.AdministratorAsync(app);

        var page = await browser.SubmitAsync(await browser.GetAsync("/settings"), $"{section} form", (field, value));

        Assert.Equal(words, page.ErrorOf(at ?? field));
    }

    [Fact]
    public async Task The_number_format_is_locked_once_a_number_was_given()
    {
        await app.InvoiceAsync(await app.RelationAsync("Locked NV"), link: false);
        using var browser = await Browser.AdministratorAsync(app);
        var page = await browser.GetAsync("/settings");
        Assert.True(page.QuerySelector("[name='Numbering.InvoiceFormat']")!.HasAttribute("readonly"));

        page = await browser.SubmitAsync(page, "#numbering form", ("Numbering.InvoiceFormat", "F{year}/{number}"));

        Assert.Equal("Numbers were given this fiscal year already; this does not change before the next one.", page.ErrorOf("Numbering.InvoiceFormat"));
        Assert.Equal("{year}-{number:0000}", (await CompanyAsync()).InvoiceNumberFormat);
    }

    [Fact]
    public async Task The_provider_sends_once_the_switch_was_checked_and_the_day_is_kept()
    {
        using var browser = await Browser.AdministratorAsync(app);

        var page = await browser.SubmitAsync(await browser.GetAsync("/settings"), "#sending form", ("Sending.Reminders", "Provider"), ("Sending.ReminderSwitchChecked", "true"));

        Assert.Contains("Checked on 17/03/2026", page.Words("#sending"), StringComparison.Ordinal);
        Assert.Equal(SentBy.Provider, (await CompanyAsync()).RemindersSentBy);
        await browser.SubmitAsync(page, "#sending form", ("Sending.Reminders", "Office"), ("Sending.ReminderSwitchChecked", "true"));
        Assert.Equal(SentBy.Office, (await CompanyAsync()).RemindersSentBy);
    }

    [Fact]
    public async Task A_logo_is_known_by_its_content()
    {
        using var browser = await Browser.AdministratorAsync(app);
        var page = await browser.GetAsync("/settings");
        var png = QrPicture.Png("logo");

        var wrong = await UploadAsync(browser, page, "#logo form", "/settings?handler=Logo", "Logo.File", "logo.png", "GIF89a"u8.ToArray());
        Assert.Equal("The file is neither PNG nor JPEG.", wrong.ErrorOf("Logo.File"));
        var large = await UploadAsync(browser, page, "#logo form", "/settings?handler=Logo", "Logo.File", "logo.png", [.. png, .. new byte[600 * 1024]]);
        Assert.Equal("The picture is larger than 500 kB.", large.ErrorOf("Logo.File"));
        var none = await browser.SubmitAsync(page, "#logo form");
        Assert.Equal("Choose a picture.", none.ErrorOf("Logo.File"));

        var done = await UploadAsync(browser, page, "#logo form", "/settings?handler=Logo", "Logo.File", "logo.txt", png);
        Assert.Equal(png, await browser.Http.GetByteArrayAsync(done.QuerySelector(".logo-view img")!.GetAttribute("src")));
        await browser.SubmitAsync(done, "#logo form", ("Logo.Remove", "true"));
        Assert.Null((await CompanyAsync()).LogoHash);
    }

    [Fact]
    public async Task A_user_gets_a_password_that_is_shown_once_and_works()
    {
        using var browser = await Browser.AdministratorAsync(app);

        var page = await browser.SubmitAsync(await browser.GetAsync("/settings/users"), "form:has([name='Input.Email'])", ("Input.Name", "New Clerk"), ("Input.Email", "New.Clerk@example.com"));
        var password = page.Words("code.once");
        Assert.Equal("", (await browser.GetAsync(page.DocumentElement.GetAttribute("data-address")!)).Words("code.once"));

        using var clerk = new Browser(app);
        await clerk.SignInAsync("new.clerk@example.com", password);
        Assert.Equal(HttpStatusCode.OK, await clerk.StatusAsync("/invoices"));
        Assert.Equal(HttpStatusCode.NotFound, await clerk.StatusAsync("/settings"));

        var reset = await browser.SubmitAsync(page, "form[action*=Password]");
        Assert.NotEqual(password, reset.Words("code.once"));
        await browser.SubmitAsync(page, "form[action*=Active]");
        Assert.NotEqual(HttpStatusCode.OK, await clerk.StatusAsync("/invoices"));
    }

    [Theory]
    [InlineData("Input.Email", "admin@domi.example", "“admin@domi.example” is a user already.")]
    [InlineData("Input.Email", "not an address", "“not an address” is not an e-mail address.")]
    [InlineData("Input.Name", "", "The name is missing or too long.")]
    [InlineData("Input.Companies", "00000000-0000-0000-0000-000000000000", "Choose at least one company.")]
    public async Task A_user_that_cannot_be_is_refused_at_the_field(string field, string value, string words)
    {
        using var browser = await Browser.AdministratorAsync(app);
        var fields = new Dictionary<string, string> { ["Input.Name"] = "A Name", ["Input.Email"] = "another@example.com", [field] = value };

        var page = await browser.SubmitAsync(await browser.GetAsync("/settings/users"), "form:has([name='Input.Email'])", [.. fields.Select(f => (f.Key, f.Value))]);

        Assert.Equal(words, page.ErrorOf(field));
    }

    [Fact]
    public async Task The_last_administrator_stays()
    {
        using var browser = await Browser.AdministratorAsync(app);
        var id = await app.OfficeAsync((_, db) => db.Users.Where(u => u.Email == "admin@domi.example").Select(u => u.Id).SingleAsync());

        var page = await browser.SubmitAsync(await browser.GetAsync($"/settings/users/{id}"), "form:has([name='Input.Role'])", ("Input.Role", "Clerk"), ("Input.Companies", app.Made!.CompanyId.ToString()));

        Assert.Equal("Administrator is the last administrator and stays so.", page.Words(".callout.bad"));
        Assert.Equal(Role.Administrator, await app.OfficeAsync((_, db) => db.Users.Where(u => u.Id == id).Select(u => u.Role).SingleAsync()));
    }

    [Fact]
    public async Task A_key_is_shown_once_opens_the_api_and_is_revoked()
    {
        using var browser = await Browser.AdministratorAsync(app);
        var page = await browser.SubmitAsync(await browser.GetAsync("/settings/keys"), "form[action='/settings/keys']", ("Input.Name", "Shop"));
        var key = page.Words("code.once");
        Assert.Equal("", (await browser.GetAsync("/settings/keys")).Words("code.once"));
        var invoice = await app.InvoiceAsync(await app.RelationAsync("Key NV"), link: false);

        Assert.Equal(HttpStatusCode.OK, await AskAsync());
        await browser.SubmitAsync(page, "tr:has(th:contains('Shop')) form");
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync());

        async Task<HttpStatusCode> AskAsync()
        {
            using var http = AppFixture.Client(app.Office!);
            http.DefaultRequestHeaders.Authorization = new("Bearer", key);
            using var answer = await http.GetAsync($"/api/v1/invoices/{invoice.Id}");
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task A_template_with_an_unknown_field_is_refused_with_the_nearest_name()
    {
        using var browser = await Browser.AdministratorAsync(app);
        var page = await browser.GetAsync("/settings/templates");

        var refused = await UploadAsync(browser, page, "#upload form", "/settings/templates", "Input.File", "mine.docx", Misspelt());
        Assert.Equal("mine.docx is not accepted", refused.Words(".callout.bad strong"));
        Assert.Equal(("{InvoiceNumbr}", "This placeholder does not exist.", "{InvoiceNumber}"), (refused.Words(".check tbody th"), refused.Words(".check tbody td"), refused.Words(".check tbody code")));

        var garbage = await UploadAsync(browser, page, "#upload form", "/settings/templates", "Input.File", "mine.docx", "no zip"u8.ToArray());
        Assert.Equal("This is no Word file (.docx), or it is damaged.", garbage.Words(".check tbody td"));
        Assert.Equal("Choose a Word file.", (await browser.SubmitAsync(page, "#upload form")).ErrorOf("Input.File"));
    }

    [Fact]
    public async Task A_template_is_added_replaced_previewed_activated_and_deleted()
    {
        using var browser = await Browser.AdministratorAsync(app);
        var list = await browser.GetAsync("/settings/templates");
        var docx = ExampleTemplates.Invoice(DocumentLanguage.English);

        var page = await UploadAsync(browser, list, "#upload form", "/settings/templates", "Input.File", "Mine.docx", docx, ("Input.Name", ""), ("Input.Language", "en"));
        Assert.Equal(("Mine", "Not active"), (page.Words("h1"), page.Words(".head .states")));
        var address = page.DocumentElement.GetAttribute("data-address")!;
        foreach (var show in new[] { "Manual", "DirectDebit", "Long", "Nonsense" })
        {
            using var pdf = await browser.Http.GetAsync($"{address}?handler=Preview&show={show}");
            Assert.Equal("application/pdf", pdf.Content.Headers.ContentType?.MediaType);
        }

        Assert.Equal(docx, await browser.Http.GetByteArrayAsync($"{address}?handler=File"));
        var kept = await UploadAsync(browser, page, "form[action*=Replace]", $"{address}?handler=Replace", "Input.File", "worse.docx", Misspelt());
        Assert.Equal("worse.docx is not accepted", kept.Words(".callout.bad strong"));
        page = await UploadAsync(browser, page, "form[action*=Replace]", $"{address}?handler=Replace", "Input.File", "better.docx", ExampleTemplates.Invoice(DocumentLanguage.English));
        Assert.Contains("better.docx", page.Words(".head .sub"), StringComparison.Ordinal);

        page = await browser.SubmitAsync(page, "form[action*=Activate]");
        Assert.Equal("Active", page.Words(".head .states"));
        Assert.Null(page.QuerySelector("form[action*=Delete]"));
        var former = await app.OfficeAsync((_, db) => db.Templates.Where(t => t.Language == "en" && t.Type == TemplateType.Invoice && !t.IsActive).Select(t => t.Id).FirstAsync());
        list = await browser.SubmitAsync(await browser.GetAsync($"/settings/templates/{former}"), "form[action*=Delete]");
        Assert.DoesNotContain(former.ToString(), list.DocumentElement.InnerHtml, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mail_template_is_checked_saved_and_previewed_without_script()
    {
        using var browser = await Browser.AdministratorAsync(app);
        var page = await browser.GetAsync("/settings/mail-templates/invoice/en");

        var refused = await browser.SubmitAsync(page, "form:has(textarea)", ("Input.Html", "<p>{invoice.numbr}</p>"));
        Assert.Contains("invoice.numbr", refused.ErrorOf("Input.Html"), StringComparison.Ordinal);
        Assert.Equal("The subject is missing or too long.", (await browser.SubmitAsync(page, "form:has(textarea)", ("Input.Subject", " "))).ErrorOf("Input.Subject"));
        page = await browser.SubmitAsync(page, "form:has(textarea)", ("Input.Subject", "Invoice {invoice.number}"), ("Input.Html", "<p>Dear {relation.name}</p><script>alert(1)</script>{invoice.paymentqrcode}"));

        using var preview = await browser.Http.GetAsync(page.QuerySelector("iframe")!.GetAttribute("src"));
        Assert.Contains("sandbox", preview.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        var html = await preview.Content.ReadAsStringAsync();
        Assert.Contains("Invoice 2026-0123", html, StringComparison.Ordinal);
        Assert.Contains("data:image/png;base64,", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/settings/mail-templates/nonsense/en")]
    [InlineData("/settings/mail-templates/0/en")]
    [InlineData("/settings/mail-templates/invoice/es")]
    [InlineData("/settings/templates/018f0000-0000-7000-8000-000000000001")]
    [InlineData("/settings/users/018f0000-0000-7000-8000-000000000001")]
    [InlineData("/invoices/018f0000-0000-7000-8000-000000000001")]
    [InlineData("/invoices/018f0000-0000-7000-8000-000000000001/pdf")]
    [InlineData("/proposals/018f0000-0000-7000-8000-000000000001")]
    [InlineData("/runs/018f0000-0000-7000-8000-000000000001")]
    [InlineData("/runs/018f0000-0000-7000-8000-000000000001/events")]
    public async Task What_does_not_exist_is_not_found(string path)
    {
        using var browser = await Browser.AdministratorAsync(app);

        Assert.Equal(HttpStatusCode.NotFound, await browser.StatusAsync(path));
    }

    [Fact]
    public async Task What_is_another_companys_is_the_same_as_none()
    {
        var (invoice, proposal, template) = await app.OfficeAsync(async (_, db) =>
        {
            db.Tenant = null;
            var other = new OwnCompany { Name = "Other Company" };
            var relation = new Domi.BackOffice.Relations.Relation { OwnCompanyId = other.Id, Number = 1001, Name = "Theirs" };
            var numbered = new Invoice(other.Id, relation.Id, InvoiceKind.Invoice, AppFixture.Start);
            numbered.Edit(relation.Id, [new() { Description = "x", UnitPrice = 1m, VatRate = 21m, Position = 1 }]);
            numbered.Assign("2026-0001", 2026, new(2026, 3, 1), new(2026, 3, 31), null, null, AppFixture.Start);
            var draft = new Invoice(other.Id, relation.Id, InvoiceKind.Invoice, AppFixture.Start);
            var file = new WordTemplateFile { OwnCompanyId = other.Id, Name = "Theirs", Language = "en", FileName = "x.docx", BlobHash = new('0', 64) };
            db.AddRange(other, relation, numbered, draft, file);
            await db.SaveChangesAsync();
            return (numbered.Id, draft.Id, file.Id);
        });
        using var browser = await Browser.AdministratorAsync(app);

        foreach (var path in new[] { $"/invoices/{invoice}", $"/invoices/{invoice}/pdf", $"/proposals/{proposal}", $"/proposals/{proposal}/pdf", $"/settings/templates/{template}", $"/settings/templates/{template}?handler=File", $"/settings/templates/{template}?handler=Preview" })
            Assert.True(await browser.StatusAsync(path) == HttpStatusCode.NotFound, path);

        var mine = await app.InvoiceAsync(await app.RelationAsync("Mine NV"), link: false);
        var form = (IHtmlFormElement)(await browser.GetAsync($"/invoices/{mine.Id}")).QuerySelector("#payment form")!;
        using var answer = await browser.Http.PostAsync($"/invoices/{invoice}?handler=Pay", new FormUrlEncodedContent([new("form-token", form.QuerySelector("[name=form-token]")!.GetAttribute("value")), new("Money.Amount", "1"), new("Money.On", "2026-03-17")]));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Another_own_company_begins_empty_with_templates_and_sees_nothing_of_the_first()
    {
        var relation = await app.RelationAsync("Only Of The First NV");
        using var browser = await Browser.AdministratorAsync(app);
        var form = await browser.GetAsync("/settings/companies");

        var nameless = await browser.SubmitAsync(form, "form:has([name='Input.Name'])", ("Input.Name", " "));
        var settings = await browser.SubmitAsync(form, "form:has([name='Input.Name'])", ("Input.Name", "Second Own BV"));
        await browser.SubmitAsync(form, "form:has([name='Input.Name'])", ("Input.Name", "Second Own BV")); // clicked twice

        Assert.NotNull(nameless.QuerySelector(".field .error, [role=alert]"));
        Assert.Equal("Second Own BV", settings.QuerySelector("[name='Facts.Name'], [name='Input.Name']")!.GetAttribute("value"));
        var made = await app.ReadAsync((OfficeDb db) => db.Companies.IgnoreQueryFilters().Where(c => c.Name == "Second Own BV").Select(c => c.Id).ToListAsync());
        var id = Assert.Single(made);
        Assert.Equal((8, 12), await app.ReadAsync(async (OfficeDb db) => (await db.Templates.IgnoreQueryFilters().CountAsync(x => x.OwnCompanyId == id), await db.MailTemplates.IgnoreQueryFilters().CountAsync(x => x.OwnCompanyId == id))));
        Assert.Equal(HttpStatusCode.NotFound, await browser.StatusAsync($"/relations/{relation.Id}"));
        Assert.DoesNotContain("Only Of The First NV", (await browser.GetAsync("/relations")).Body!.TextContent);
        using var back = await browser.PostAsync(await browser.GetAsync("/settings/companies"), "form[action='/profile/company']", ("id", app.Made!.CompanyId.ToString()));
        Assert.Equal(HttpStatusCode.OK, await browser.StatusAsync($"/relations/{relation.Id}"));
    }

    [Theory]
    [InlineData("/settings")]
    [InlineData("/settings/apps")]
    [InlineData("/settings/apps/twikey")]
    [InlineData("/settings/templates")]
    [InlineData("/settings/mail-templates")]
    [InlineData("/settings/companies")]
    [InlineData("/settings/users")]
    [InlineData("/settings/keys")]
    public async Task A_clerk_sees_no_settings(string path)
    {
        using var clerk = await Browser.ClerkAsync(app);

        Assert.Equal(HttpStatusCode.NotFound, await clerk.StatusAsync(path));
    }

    [Theory]
    [InlineData("fr")]
    [InlineData("nl")]
    [InlineData("en")]
    [InlineData("de")]
    public async Task Every_page_speaks_the_readers_language_and_shows_no_key(string language)
    {
        var relation = await app.RelationAsync("Vier Talen NV", vat: true);
        var invoice = await app.InvoiceAsync(relation, sends: true);
        var proposal = await app.ProposalAsync(relation);
        var run = await app.OfficeAsync((services, _) => ((Domi.BackOffice.Runs.StartRun)services.GetService(typeof(Domi.BackOffice.Runs.StartRun))!).RunAsync(app.Made!.CompanyId, Domi.BackOffice.Runs.RunKind.Number, [proposal.Id], null, "test", CancellationToken.None));
        await app.QuarantinedAsync("mandates", "unknown_relation", """{"Mndt":{"MndtId":"CORE-1"}}""");
        var user = await app.OfficeAsync((_, db) => db.Users.Select(u => u.Id).FirstAsync());
        var template = await app.OfficeAsync((_, db) => db.Templates.Select(t => t.Id).FirstAsync());
        using var browser = await Browser.AdministratorAsync(app, language);

        foreach (var path in new[]
        {
            "/invoices", "/invoices?View=paid&Q=zzz", $"/invoices/{invoice.Id}", "/proposals", "/proposals/new", $"/proposals/{proposal.Id}", "/runs", $"/runs/{run.Id}", "/settings", "/settings/apps", "/settings/apps/twikey",
            "/settings/templates", $"/settings/templates/{template}", "/settings/mail-templates", "/settings/mail-templates/reminder/nl", "/settings/companies", "/settings/users", $"/settings/users/{user}", "/settings/keys",
        })
        {
            var page = await browser.GetAsync(path);
            Assert.Equal(language, page.DocumentElement.GetAttribute("lang"));
            foreach (var code in page.QuerySelectorAll("code, pre, textarea, script, .hook, [data-copy]").ToList()) code.Remove();
            var found = System.Text.RegularExpressions.Regex.Match(page.Body!.TextContent + string.Join(' ', page.All.SelectMany(e => new[] { e.GetAttribute("aria-label"), e.GetAttribute("placeholder"), e.GetAttribute("title") })),
                @"\b(invoices|runs|settings|connect|templates|common|state|reason|timeline|language|refused|form)\.[a-z_A-Z.]+|\{[a-z]+\}(?!-)");
            Assert.True(!found.Success || path == "/settings", $"{path}: {found.Value}");
        }
    }

    private Task<OwnCompany> CompanyAsync() => app.OfficeAsync((_, db) => db.Companies.AsNoTracking().SingleAsync());

    private static async Task<IHtmlDocument> UploadAsync(Browser browser, IHtmlDocument page, string form, string action, string field, string name, byte[] content, params (string Name, string Value)[] fields)
    {
        using var body = new MultipartFormDataContent { { new StringContent(page.QuerySelector($"{form} [name=form-token]")!.GetAttribute("value")!), "form-token" } };
        foreach (var (key, value) in fields) body.Add(new StringContent(value), key);
        var file = new ByteArrayContent(content);
        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        body.Add(file, field, name);
        using var answer = await browser.Http.PostAsync(action, body);
        if (answer.StatusCode is HttpStatusCode.Redirect) return await browser.GetAsync(answer.Headers.Location!.ToString());
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await Browser.ReadAsync(answer);
    }

    /// <summary>An example whose first placeholder is misspelt, as a hand in Word would do it.</summary>
    private static byte[] Misspelt()
    {
        using var stream = new MemoryStream();
        stream.Write(ExampleTemplates.Invoice(DocumentLanguage.English));
        using (var zip = new System.IO.Compression.ZipArchive(stream, System.IO.Compression.ZipArchiveMode.Update, leaveOpen: true))
        {
            var entry = zip.GetEntry("word/document.xml")!;
            string xml;
            using (var reader = new StreamReader(entry.Open())) xml = reader.ReadToEnd();
            entry.Delete();
            using var writer = new StreamWriter(zip.CreateEntry("word/document.xml").Open());
            writer.Write(xml.Replace("InvoiceNumber", "InvoiceNumbr", StringComparison.Ordinal));
        }

        return stream.ToArray();
    }
}
