using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Domi.Rendering;
using Domi.Testing;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Wordprocessing;
using Microsoft.Playwright;
using MimeKit;

namespace Domi.Scenarios;

/// <summary>
/// The main job from end to end, on a fresh installation: the program as a process, a clerk's and a debtor's browser, the API, the mails
/// as files, the papers as pages, and a clock that is moved. <c>bin/demo</c> plays it and keeps what it leaves.
/// </summary>
public sealed partial class StoryTests(ITestOutputHelper output) : IAsyncDisposable
{
    private const string Account = "BE91 0017 3264 1076";

    private readonly Evidence evidence = new(output);
    private readonly string data = Directory.CreateTempSubdirectory("domi-data-").FullName;
    private ProcessApp app = null!;
    private Browsing browsing = null!;
    private IPage clerk = null!;
    private HttpClient api = null!;
    private HttpClient engine = null!;

    private string Outbox => Path.Combine(data, "outbox");

    [Fact]
    public async Task An_invoice_pays_itself()
    {
        try
        {
            await PlayAsync();
        }
        catch
        {
            try
            {
                foreach (var page in browsing?.Open ?? [])
                {
                    evidence.Shows($"{page.Url}: {await page.TitleAsync()}: {(await page.InnerTextAsync("body")).ReplaceLineEndings(" ")}");
                    await evidence.PictureAsync(page, "when-it-broke");
                }
            }
            catch (PlaywrightException)
            {
                // What broke first is what counts.
            }

            throw;
        }
    }

    private async Task PlayAsync()
    {
        evidence.Step("0. A fresh installation starts: office and engine, SQLite, no sample");
        // Polled so rarely that whatever comes within seconds was brought by a webhook.
        app = new(data, "office,engine", ProcessApp.FreePort(), ProcessApp.FreePort(), new Dictionary<string, string?> { ["Twikey__PollingInterval"] = "01:00:00" });
        await app.StartAsync();
        (api, engine) = (app.OfficeClient(), app.EngineClient());
        evidence.Shows($"office {app.Office}, engine {app.Engine}");
        browsing = await Browsing.StartAsync();
        clerk = await browsing.DeskAsync();
        await clerk.SignInAsync(app.Office, AppFixture.AdminPassword);
        await clerk.SpeakAsync("fr");
        await NameTheFirmAsync();

        await ConnectAsync();
        await UploadTemplateAsync();
        var (payer, first) = await NumberAndSendAsync();
        await OnlyOneSendsAsync(first);
        await PayAsync(first);
        var (signer, mandate) = await SignAsync();
        await NextIsCollectedAsync(signer, mandate);
        await InviteAsync();
        await FailAndComeBackAsync(signer);
        await RemindAsync(payer);
        await AgreeAsync();
        await InDutchAsync(signer);
    }

    private async Task NameTheFirmAsync()
    {
        await JsonAsync(HttpMethod.Put, "/api/v1/company", new
        {
            name = "Sambre & Leie Accountants SRL",
            enterpriseNumber = "0712845377",
            street = "Rue des Tanneurs 58",
            zip = "1000",
            city = "Bruxelles",
            email = "factures@sambre-leie.example",
            account = "BE45 7340 3187 2589",
            language = "fr",
            defaultDueDays = 14,
            invoicesSentBy = "Office",
            remindersSentBy = "Office",
            sendsWhenNumbered = false,
        });
        await ProgramAsync("creditor", "set", "--name", "Sambre & Leie Accountants SRL", "--street", "Rue des Tanneurs 58", "--zip", "1000", "--city", "Bruxelles", "--enterprise-number", "0712845377",
            "--iban", "BE45 7340 3187 2589", "--language", "fr", "--sender-name", "Sambre & Leie", "--sender-address", "factures@sambre-leie.example", "--reply-to", "factures@sambre-leie.example");
    }

    private async Task ConnectAsync()
    {
        evidence.Step("1. Settings › Connected apps › Twikey: three credentials, Test, Save");
        var sandbox = await engine.GetFromJsonAsync<JsonElement>("/sandbox");
        await clerk.GotoAsync(At("/settings/apps/twikey"));
        await clerk.FillAsync("[name='Input.ApiKey']", "not-the-key-of-anybody");
        await clerk.ClickAsync("button[value=test]");
        Assert.Equal("TWK-KEY-REFUSED", await clerk.InnerTextAsync(".callout.bad .codebox"));
        await evidence.PictureAsync(clerk, "connect-refused");
        evidence.Shows("a wrong key is refused as TWK-KEY-REFUSED, and nothing is saved");

        await clerk.FillAsync("[name='Input.ApiKey']", sandbox.GetProperty("apiKey").GetString()!);
        await clerk.FillAsync("[name='Input.PrivateKey']", sandbox.GetProperty("privateKey").GetString()!);
        await clerk.ClickAsync("button[value=test]");
        await clerk.WaitForSelectorAsync(".callout.ok");
        evidence.Shows((await clerk.InnerTextAsync(".callout.ok")).ReplaceLineEndings(" · "));
        await clerk.ClickAsync("button[value=save]");
        await clerk.WaitForSelectorAsync(".head .actions form button");
        Assert.DoesNotContain(sandbox.GetProperty("apiKey").GetString()!, await clerk.ContentAsync());
        await evidence.PictureAsync(clerk, "connected");
    }

    private async Task UploadTemplateAsync()
    {
        evidence.Step("2. The firm's Word template, with the fields of the help article as they stand there");
        await UploadAsync(await evidence.KeepAsync("template-with-mistake.docx", WordTemplateOfTheFirm("{RelationNaam}")));
        var refused = await clerk.InnerTextAsync("[aria-labelledby='h-report']");
        Assert.Contains("{RelationNaam}", refused);
        Assert.Contains("{RelationName}", refused);
        await evidence.PictureAsync(clerk, "template-refused");
        evidence.Shows("refused: {RelationNaam} does not exist, {RelationName} was meant");

        await UploadAsync(await evidence.KeepAsync("template.docx", WordTemplateOfTheFirm("{RelationName}")));
        await clerk.ArrivesAsync("/settings/templates/[0-9a-f-]{36}");
        Assert.Contains("RelationPaymentMethodirectDebit", await clerk.InnerTextAsync("[aria-labelledby='h-check']")); // the article's own misspelling
        await evidence.PictureAsync(clerk, "template-accepted");
        evidence.Shows("accepted, with a warning about the misspelt {ENDIF RelationPaymentMethodirectDebit}");

        var preview = await clerk.Context.APIRequest.GetAsync(clerk.Url.Split('?')[0] + "?handler=Preview&show=DirectDebit");
        Assert.Contains("Paiement par débit direct", await evidence.WordsOfAsync(await evidence.KeepAsync("template-preview.pdf", await preview.BodyAsync())));
    }

    private async Task UploadAsync(string word)
    {
        await clerk.GotoAsync(At("/settings/templates"));
        await clerk.SetInputFilesAsync("[name='Input.File']", word);
        await clerk.FillAsync("[name='Input.Name']", "Facture de la maison");
        await clerk.SelectOptionAsync("[name='Input.Type']", "Invoice");
        await clerk.SelectOptionAsync("[name='Input.Language']", "fr");
        await clerk.CheckAsync("input[type=checkbox][name='Input.Activates']");
        await clerk.ClickAsync("form[enctype] button.primary");
    }

    private async Task<(Guid Relation, JsonElement Invoice)> NumberAndSendAsync()
    {
        evidence.Step("3.–4. From proposal to number: payment link and QR code on the PDF and in the mail; sent");
        var relation = await RelationAsync("Anne", "Delvaux", "fr");
        await clerk.GotoAsync(At($"/proposals/new?relation={relation}"));
        await clerk.FillAsync("[name='Input.Description']", "Honoraires du premier trimestre");
        await clerk.FillAsync("[name='Input.Lines[0].Description']", "Tenue de la comptabilité");
        await clerk.FillAsync("[name='Input.Lines[0].UnitPrice']", "12,50");
        await clerk.FillAsync("[name='Input.Lines[0].Quantity']", "28");
        await evidence.PictureAsync(clerk, "proposal");
        await clerk.ClickAsync("button[form=proposal][value=send]");
        await clerk.ArrivesAsync("/invoices/[0-9a-f-]{36}");
        var id = Guid.Parse(new Uri(clerk.Url).Segments[^1].Trim('/'));
        var invoice = await UntilAsync(id, i => i.GetProperty("sendState").GetString() == "Sent", "the invoice is sent");
        await clerk.ReloadAsync();
        await evidence.PictureAsync(clerk, "invoice-sent");

        var (link, communication) = (Text(invoice, "paymentUrl"), Text(invoice, "communication"));
        Assert.Equal(423.50m, invoice.GetProperty("totalInclVat").GetDecimal());
        Assert.StartsWith(app.Engine + "pay/", link);
        evidence.Shows($"{Text(invoice, "number")}, {invoice.GetProperty("totalInclVat").GetDecimal()} EUR, {communication}, {link}");

        var pdf = await evidence.KeepAsync("invoice.pdf", await api.GetByteArrayAsync($"/api/v1/invoices/{id}/pdf"));
        var words = await evidence.WordsOfAsync(pdf);
        Assert.Contains(Evidence.Dense(link), Evidence.Dense(words));
        Assert.Contains(communication, words);
        Assert.Contains("Référence du paiement", words);
        Assert.Equal([link], (await evidence.CodesOfAsync(pdf)).Where(c => c.StartsWith("http", StringComparison.Ordinal)));
        evidence.Shows("the PDF says link and communication; the code on a picture of its page is exactly the link");

        var mail = await evidence.MailAsync(Outbox, "anne.delvaux@relations.example", "invoice.eml", m => m.Attachments.Any());
        Assert.Contains(link, mail.HtmlBody);
        Assert.Contains(link, Evidence.TextOf(mail));
        var code = mail.BodyParts.Single(p => p.ContentId == "paymentqrcode");
        Assert.Contains("cid:paymentqrcode", mail.HtmlBody);
        Assert.Equal([link], await evidence.CodesOnAsync(code, "invoice-mail-code.png"));
        Assert.Equal("application/pdf", mail.Attachments.Single().ContentType.MimeType);
        evidence.Shows("the mail has the link, the same code inline, and the PDF attached");
        return (relation, invoice);
    }

    private async Task OnlyOneSendsAsync(JsonElement invoice)
    {
        evidence.Step("4b. Exactly one of the two systems reminds: with “provider”, the office refuses");
        await SendersAsync("Provider");
        using var refused = await api.PostAsync($"/api/v1/invoices/{invoice.GetProperty("id").GetGuid()}/reminder", null);
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Equal("sent_by_provider", Text(await refused.Content.ReadFromJsonAsync<JsonElement>(), "code"));
        evidence.Shows("409 sent_by_provider");
        await SendersAsync("Office");
    }

    private async Task PayAsync(JsonElement invoice)
    {
        evidence.Step("5.–6. The debtor opens the link on a phone without script and pays; the office shows it as paid");
        var phone = await browsing.PhoneAsync("fr-BE");
        await phone.GotoAsync(Text(invoice, "paymentUrl"));
        await evidence.PictureAsync(phone, "pay");
        await phone.ClickAsync("button[name=method][value=bancontact]");
        await phone.ArrivesAsync("/simulator/");
        await evidence.PictureAsync(phone, "bank");
        // A second tab has come as far; both are approved at the same moment.
        var tab = await phone.Context.NewPageAsync();
        await tab.GotoAsync(Text(invoice, "paymentUrl"));
        await tab.ClickAsync("button[name=method][value=card]");
        await tab.ArrivesAsync("/simulator/");
        await Task.WhenAll(phone.ClickAsync("button[name=outcome][value=approve]"), tab.ClickAsync("button[name=outcome][value=approve]"));
        await phone.ArrivesAsync("/pay/");
        await phone.WaitForSelectorAsync("section.state .disc.ok");
        await evidence.PictureAsync(phone, "paid");
        var started = System.Diagnostics.Stopwatch.StartNew();
        var paid = await UntilAsync(invoice.GetProperty("id").GetGuid(), i => Text(i, "paymentState") == "Paid", "the office shows it as paid");
        Assert.Equal((0m, 423.50m), (paid.GetProperty("open").GetDecimal(), paid.GetProperty("paid").GetDecimal()));
        var ledger = await JsonAsync(HttpMethod.Get, $"/api/v1/invoices/{invoice.GetProperty("id").GetGuid()}/ledger", null);
        Assert.Equal(1, ledger.EnumerateArray().Count(e => Text(e, "kind") == "Paid"));
        evidence.Shows("two tabs were approved at the same moment: one payment");
        evidence.Shows($"paid in the office {started.Elapsed.TotalSeconds:0.0} s later, woken by the webhook (polling: every hour)");
        await clerk.GotoAsync(At($"/invoices/{invoice.GetProperty("id").GetGuid()}"));
        await evidence.PictureAsync(clerk, "invoice-paid");
    }

    private async Task<(Guid Relation, string Mandate)> SignAsync()
    {
        evidence.Step("7.–8. Another debtor sets up automatic payment from the page, and signs by a code that is mailed");
        var relation = await RelationAsync("Luc", "Maes", "fr");
        var invoice = await NumberedAsync(relation, 180m);
        var phone = await browsing.PhoneAsync("fr-BE");
        await phone.GotoAsync(Text(invoice, "paymentUrl"));
        await phone.ClickAsync("section.offer button");
        await phone.FillAsync("[name=iban]", Account);
        await evidence.PictureAsync(phone, "sign-details");
        await phone.ClickAsync("form.fields button[type=submit]");
        await phone.ArrivesAsync("/mandate$");
        await phone.ClickAsync("button[form=send]");
        var mail = await evidence.MailAsync(Outbox, "luc.maes@relations.example", "sign-code.eml", m => SixDigits().IsMatch(Evidence.TextOf(m)));
        await phone.FillAsync("[name=code]", SixDigits().Match(Evidence.TextOf(mail)).Value);
        await evidence.PictureAsync(phone, "sign-mandate");
        await phone.ClickAsync("#submit");
        await phone.WaitForSelectorAsync("section.state .disc.ok");
        await evidence.PictureAsync(phone, "signed");

        var detail = await ReadAsync($"/api/v1/relations/{relation}", r => r.GetProperty("mandates").GetArrayLength() > 0, "the office knows the mandate");
        var mandate = detail.GetProperty("mandates")[0];
        Assert.True(mandate.GetProperty("isCollectable").GetBoolean());
        Assert.Equal("DirectDebit", Text(detail.GetProperty("relation"), "paymentMethod"));
        Assert.Contains(Account.Replace(" ", ""), detail.GetProperty("accounts")[0].GetProperty("iban").GetString());
        var documents = await ReadAsync($"/api/v1/documents?relationId={relation}", d => d.EnumerateArray().Any(x => Text(x, "type") == "Mandate"), "the signed mandate is among the documents");
        var document = documents.EnumerateArray().Single(d => Text(d, "type") == "Mandate");
        var pdf = await evidence.KeepAsync("mandate.pdf", await api.GetByteArrayAsync($"/api/v1/documents/{document.GetProperty("id").GetGuid()}/content"));
        var words = await evidence.WordsOfAsync(pdf);
        Assert.Contains(Text(mandate, "reference"), words);
        Assert.Contains("Mandat", words);
        Assert.Contains("BE41ZZZ0712845377", words);
        await UntilAsync(invoice.GetProperty("id").GetGuid(), i => Text(i, "providerState") == "PENDING", "the invoice it began with is being collected");
        evidence.Shows($"in the office: mandate {Text(mandate, "reference")} as PDF, the IBAN, method direct debit; the invoice is being collected");
        await clerk.GotoAsync(At($"/relations/{relation}"));
        await evidence.PictureAsync(clerk, "relation-signed");
        return (relation, Text(mandate, "reference"));
    }

    private async Task NextIsCollectedAsync(Guid relation, string mandate)
    {
        evidence.Step("9. The next invoice is collected without anyone doing anything");
        var invoice = await NumberedAsync(relation, 95m, sends: true);
        var id = invoice.GetProperty("id").GetGuid();
        Assert.Equal("DirectDebit", Text(invoice, "method"));
        var day = DateOnly.Parse(Text(invoice, "collectionOn"), System.Globalization.CultureInfo.InvariantCulture);
        await UntilAsync(id, i => Text(i, "sendState") == "Sent", "it is sent");
        var words = await evidence.WordsOfAsync(await evidence.KeepAsync("invoice-direct-debit.pdf", await api.GetByteArrayAsync($"/api/v1/invoices/{id}/pdf")));
        Assert.Contains("Paiement par débit direct", words);
        Assert.Contains(mandate, words);
        Assert.Contains("BE41ZZZ0712845377", words);
        Assert.Contains(day.ToString("dd/MM/yyyy", System.Globalization.CultureInfo.InvariantCulture), words);
        Assert.DoesNotContain(Text(invoice, "communication"), words);
        Assert.DoesNotContain("Référence du paiement", words);
        evidence.Shows($"its PDF names {mandate}, BE41ZZZ0712845377 and {day:dd/MM/yyyy}, and no payment reference");

        var phone = await browsing.PhoneAsync("fr-BE");
        await phone.GotoAsync(Text(invoice, "paymentUrl"));
        Assert.Equal(0, await phone.Locator("button[name=method], section.offer, details.method").CountAsync());
        await evidence.PictureAsync(phone, "pay-collected");
        evidence.Shows("whoever opens its link finds no payment choices: " + await phone.InnerTextAsync("h1"));

        await UntilDayAsync(day.AddDays(1));
        await UntilAsync(id, i => Text(i, "paymentState") == "Paid", "the collection has paid it");
        evidence.Shows($"paid by the bank on {day:dd/MM/yyyy}, by the clock that was moved");
    }

    private async Task InviteAsync()
    {
        evidence.Step("10. More actions › Invite to direct debit via Twikey: by mail, without any invoice; signed by drawing");
        var relation = await RelationAsync("Sofie", "Claes", "nl");
        await clerk.GotoAsync(At($"/relations/{relation}"));
        await clerk.ClickAsync(".head details.menu summary");
        await evidence.PictureAsync(clerk, "relation-more-actions");
        await clerk.ClickAsync($"details.menu a[href='/relations/{relation}/invite']");
        await clerk.CheckAsync("[name='Input.Profile'][value='1']");
        await evidence.PictureAsync(clerk, "invite");
        await clerk.ClickAsync("#invite-form button.primary");
        var mail = await evidence.MailAsync(Outbox, "sofie.claes@relations.example", "invitation.eml", m => Evidence.TextOf(m).Contains("/sign/", StringComparison.Ordinal));
        Assert.Equal("factures@sambre-leie.example", mail.From.Mailboxes.Single().Address);

        var phone = await browsing.PhoneAsync("nl-BE", runsScript: true);
        await phone.GotoAsync(SignLink().Match(Evidence.TextOf(mail)).Value);
        await phone.FillAsync("[name=iban]", "BE68 5390 0754 7034");
        await phone.ClickAsync("form.fields button[type=submit]");
        await phone.ArrivesAsync("/mandate$");
        await phone.CheckAsync("#w-draw");
        await DrawAsync(phone);
        await evidence.PictureAsync(phone, "sign-drawn");
        await phone.ClickAsync("#submit");
        await phone.WaitForSelectorAsync("section.state .disc.ok");
        var detail = await ReadAsync($"/api/v1/relations/{relation}", r => r.GetProperty("mandates").GetArrayLength() > 0, "the office knows the mandate");
        Assert.Equal("Signed", Text(detail.GetProperty("invitations")[0], "state"));
        var document = (await ReadAsync($"/api/v1/documents?relationId={relation}", d => d.GetArrayLength() > 0, "the signed mandate is among the documents"))[0];
        await evidence.KeepAsync("mandate-drawn.pdf", await api.GetByteArrayAsync($"/api/v1/documents/{document.GetProperty("id").GetGuid()}/content"));
        evidence.Shows("invited once, signed, imported");
    }

    private async Task FailAndComeBackAsync(Guid relation)
    {
        evidence.Step("11. Collections fail: 7.00 EUR for want of funds, and one that is claimed back weeks later");
        var (poor, good) = (await NumberedAsync(relation, 7m), await NumberedAsync(relation, 80m));
        var day = DateOnly.Parse(Text(poor, "collectionOn"), System.Globalization.CultureInfo.InvariantCulture);
        await UntilDayAsync(day.AddDays(1));
        var failed = await UntilAsync(poor.GetProperty("id").GetGuid(), i => Text(i, "failureCode") == "AM04", "it failed");
        Assert.Equal(("Unpaid", 7m), (Text(failed, "paymentState"), failed.GetProperty("open").GetDecimal()));
        Assert.True(DateOnly.Parse(Text(failed, "collectionOn"), System.Globalization.CultureInfo.InvariantCulture) > day);
        await clerk.GotoAsync(At($"/invoices/{poor.GetProperty("id").GetGuid()}"));
        var words = await clerk.InnerTextAsync("main");
        Assert.Contains("AM04", words);
        await evidence.PictureAsync(clerk, "invoice-failed");
        evidence.Shows($"open again, AM04 in words, tried again on {Text(failed, "collectionOn")}");

        await UntilAsync(good.GetProperty("id").GetGuid(), i => Text(i, "paymentState") == "Paid", "the other one is paid");
        await UntilDayAsync(day.AddDays(22));
        using var played = await engine.PostAsJsonAsync("/sandbox/outcome", new { invoice = Text(good, "number"), code = "MD06" });
        Assert.Equal(HttpStatusCode.OK, played.StatusCode);
        var back = await UntilAsync(good.GetProperty("id").GetGuid(), i => Text(i, "failureCode") == "MD06", "the refund is known");
        Assert.Equal(("Unpaid", 80m), (Text(back, "paymentState"), back.GetProperty("open").GetDecimal()));
        await clerk.GotoAsync(At($"/invoices/{good.GetProperty("id").GetGuid()}"));
        await evidence.PictureAsync(clerk, "invoice-claimed-back");
        await evidence.MailAsync(Outbox, "luc.maes@relations.example", "payment-alternative.eml", m => m.From.Mailboxes.Single().Address == "factures@sambre-leie.example" && Evidence.TextOf(m).Contains(Text(good, "number"), StringComparison.Ordinal) && Evidence.TextOf(m).Contains("/pay/", StringComparison.Ordinal));
        evidence.Shows("open again weeks after it was paid; the debtor got a payment link by mail");
    }

    private async Task RemindAsync(Guid relation)
    {
        evidence.Step("12. What stays unpaid is reminded of by hand; what is paid or being collected never");
        var invoice = await NumberedAsync(relation, 60m, sends: true);
        var id = invoice.GetProperty("id").GetGuid();
        await UntilAsync(id, i => Text(i, "sendState") == "Sent", "it is sent");
        await UntilDayAsync(DateOnly.Parse(Text(invoice, "dueOn"), System.Globalization.CultureInfo.InvariantCulture).AddDays(1));
        await clerk.GotoAsync(At($"/invoices/{id}"));
        await clerk.ClickAsync(".head details.menu summary");
        await clerk.ClickAsync("details.menu form[action*='Remind'] button");
        var mail = await evidence.MailAsync(Outbox, "anne.delvaux@relations.example", "reminder.eml", m => (m.Subject ?? "").Contains("appel", StringComparison.Ordinal));
        Assert.Contains(Text(invoice, "number"), Evidence.TextOf(mail));
        using var again = await api.PostAsync($"/api/v1/invoices/{id}/reminder", null);
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        evidence.Shows("reminded once; a second time on the same day is refused");
    }

    private async Task AgreeAsync()
    {
        evidence.Step("And the books agree");
        var outcome = await ProgramAsync("ledger", "check");
        Assert.EndsWith(", 0 differences", outcome.TrimEnd());
        evidence.Shows(outcome.Trim());
        await clerk.GotoAsync(At("/"));
        await evidence.PictureAsync(clerk, "dashboard");
    }

    private async Task InDutchAsync(Guid relation)
    {
        await clerk.SpeakAsync("nl");
        foreach (var (path, name) in new[] { ("/settings/apps/twikey", "connected"), ("/settings#sending", "who-sends"), ($"/relations/{relation}", "relation"), ("/invoices", "invoices") })
        {
            await clerk.GotoAsync(At(path));
            await evidence.PictureAsync(clerk, "nl-" + name);
        }

        await clerk.SpeakAsync("fr");
        await clerk.GotoAsync(At("/settings"));
        await evidence.PictureAsync(clerk, "who-sends");
    }

    // ---- what the steps are made of

    private string At(string path) => new Uri(app.Office, path).ToString();

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? "";

    private async Task<Guid> RelationAsync(string first, string last, string language) => (await JsonAsync(HttpMethod.Post, "/api/v1/relations", new
    {
        kind = "Person",
        name = $"{first} {last}",
        firstName = first,
        lastName = last,
        isVatRegistered = false,
        street = "Rue de Fer 12",
        zip = "5000",
        city = "Namur",
        country = "BE",
        language,
        email = $"{first}.{last}@relations.example".ToLowerInvariant(),
    })).GetProperty("id").GetGuid();

    /// <summary>An invoice without VAT that has its link.</summary>
    private async Task<JsonElement> NumberedAsync(Guid relation, decimal amount, bool sends = false)
    {
        var made = await JsonAsync(HttpMethod.Post, "/api/v1/invoices", new { relationId = relation, description = "Honoraires", lines = new[] { new { description = "Honoraires", quantity = 1, unitPrice = amount, vatRate = 0 } } });
        var id = made.GetProperty("id").GetGuid();
        await JsonAsync(HttpMethod.Post, $"/api/v1/invoices/{id}/number", new { send = sends });
        return await UntilAsync(id, i => Text(i, "linkState") == "Ready", "the invoice has its link");
    }

    private Task<JsonElement> SendersAsync(string reminders) => JsonAsync(HttpMethod.Put, "/api/v1/company", new
    {
        name = "Sambre & Leie Accountants SRL",
        enterpriseNumber = "0712845377",
        account = "BE45 7340 3187 2589",
        invoicesSentBy = "Office",
        remindersSentBy = reminders,
        reminderSwitchChecked = true,
        sendsWhenNumbered = false,
    });

    private Task<JsonElement> UntilAsync(Guid invoice, Func<JsonElement, bool> holds, string what) => ReadAsync($"/api/v1/invoices/{invoice}", holds, what);

    private async Task<JsonElement> ReadAsync(string path, Func<JsonElement, bool> holds, string what)
    {
        JsonElement read = default;
        await ProcessApp.UntilAsync(async () =>
        {
            read = await JsonAsync(HttpMethod.Get, path, null);
            return holds(read);
        }, what);
        return read;
    }

    private async Task<JsonElement> JsonAsync(HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await api.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {(int)answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>Moves both clocks day by day, the engine's first, and lets the office read what came of each day.</summary>
    private async Task UntilDayAsync(DateOnly day)
    {
        var connection = (await JsonAsync(HttpMethod.Get, "/api/v1/connections", null)).EnumerateArray().Single(c => c.GetProperty("isActive").GetBoolean()).GetProperty("id").GetGuid();
        while (true)
        {
            var now = await AdvanceAsync(engine, TimeSpan.Zero);
            if (DateOnly.FromDateTime(now.UtcDateTime) >= day) return;
            await AdvanceAsync(engine, TimeSpan.FromDays(1));
            await AdvanceAsync(api, TimeSpan.FromDays(1));
            using var synced = await api.PostAsync($"/api/v1/connections/{connection}/sync", null);
        }
    }

    private static async Task<DateTimeOffset> AdvanceAsync(HttpClient module, TimeSpan by)
    {
        using var answer = await module.PostAsJsonAsync("/sandbox/clock", new { advance = by.ToString("c", System.Globalization.CultureInfo.InvariantCulture) });
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("now").GetDateTimeOffset();
    }

    private static async Task DrawAsync(IPage phone)
    {
        await phone.Locator("#pad").ScrollIntoViewIfNeededAsync();
        var box = (await phone.Locator("#pad").BoundingBoxAsync())!;
        await phone.Mouse.MoveAsync(box.X + 30, box.Y + (box.Height / 2));
        await phone.Mouse.DownAsync();
        for (var i = 1; i <= 40; i++) await phone.Mouse.MoveAsync(box.X + 30 + (i * (box.Width - 60) / 40), box.Y + (box.Height / 2) + ((float)Math.Sin(i / 3.0) * box.Height / 4));
        await phone.Mouse.UpAsync();
    }

    /// <summary>The program's own commands on the data of the running installation.</summary>
    private async Task<string> ProgramAsync(params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(ProcessApp.Executable, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = data,
            Environment = { ["ASPNETCORE_ENVIRONMENT"] = "Development", ["Domi__Data"] = data, ["Domi__MasterKey"] = ProcessApp.MasterKey },
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"domi {string.Join(' ', arguments)}: {said} {await errors}");
        return said;
    }

    /// <summary>The French example, with the lines that the help article asks to copy, and one more field.</summary>
    private static byte[] WordTemplateOfTheFirm(string field)
    {
        using var memory = new MemoryStream();
        memory.Write(ExampleTemplates.Invoice(DocumentLanguage.French));
        using (var word = WordprocessingDocument.Open(memory, isEditable: true))
        {
            var body = word.MainDocumentPart!.Document!.Body!;
            foreach (var line in new[]
            {
                "{IF RelationPaymentMethodDirectDebit} Paiement par débit direct {ENDIF RelationPaymentMethodirectDebit}",
                "{IF RelationPaymentMethodManual} Référence du paiement : {PaymentReference} {ENDIF RelationPaymentMethodManual}",
                "Pour " + field,
            })
                body.InsertBefore(new Paragraph(new Run(new DocumentFormat.OpenXml.Wordprocessing.Text(line))), body.Elements<SectionProperties>().LastOrDefault());
        }

        return memory.ToArray();
    }

    [GeneratedRegex(@"\b\d{6}\b")]
    private static partial Regex SixDigits();

    [GeneratedRegex(@"https?://\S+/sign/\S+")]
    private static partial Regex SignLink();

    public async ValueTask DisposeAsync()
    {
        if (browsing is not null) await browsing.DisposeAsync();
        api?.Dispose();
        engine?.Dispose();
        if (app is not null) await app.DisposeAsync();
        evidence.Dispose();
        Directory.Delete(data, recursive: true);
    }
}
