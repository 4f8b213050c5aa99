using System.Text.Json;
using Domi.Engine.Mandates;
using Domi.Engine.Simulator;
using Domi.Platform;
using Domi.Testing;
using Domi.Twikey;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MimeKit;
using UglyToad.PdfPig;

namespace Domi.Engine.Tests.Pages;

public sealed class SignPageTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly Debtor debtor = new(app);

    [Fact]
    public async Task A_mandate_is_signed_by_the_code_that_came_by_mail()
    {
        var (page, reference) = await InviteAsync("s1");
        var (path, code) = await debtor.ToCodeAsync(page, "s1@example.org");
        var mandatePage = await debtor.SeeAsync(path);

        var done = await debtor.SubmitAsync(path, ("nonce", Debtor.NonceOf(mandatePage)), ("way", "code"), ("code", code[..3] + " " + code[3..]));

        Assert.Contains("Mandaat Europese domiciliëring SEPA", mandatePage);
        Assert.Contains("(A) My company om opdrachten te sturen", mandatePage);
        Assert.Contains(reference, mandatePage);
        Assert.Contains("BE41ZZZ0712845377", mandatePage);
        Assert.Contains("BE91 0017 3264 1076", mandatePage);
        Assert.Contains("s•@example.org", mandatePage);
        Assert.Equal(page, done);
        Assert.Contains("Uw mandaat is ondertekend", await debtor.SeeAsync(done));

        var mandate = await MandateAsync(reference);
        Assert.Equal((MandateState.Signed, "email", "Gent"), (mandate.State, mandate.SignMethod, mandate.SignedPlace));
        // In the language of the page, whatever the browser's is.
        Assert.Contains("code voor", await app.ReadEngineAsync(db => db.Mails.Where(m => m.Purpose == "code" && m.To == "s1@example.org").Select(m => m.Subject).SingleAsync()));
        Assert.Equal(("nl", "s1@example.org", 1), (mandate.Evidence!.Language, mandate.Evidence.Destination, mandate.Evidence.Attempts));
        Assert.Contains("BE91001732641076", mandate.Evidence.Text);
        Assert.True(mandate.Evidence.ShownAt <= mandate.Evidence.SignedAt);
    }

    [Fact]
    public async Task The_signed_document_is_on_the_page_and_in_the_mail()
    {
        var (page, reference) = await InviteAsync("s2");
        await debtor.SignAsync(page, "s2@example.org");

        using var answer = await debtor.Http.GetAsync(page + "/pdf");
        using var pdf = PdfDocument.Open(await answer.Content.ReadAsByteArrayAsync());
        var mail = (await debtor.MailsAsync("s2@example.org")).Single(m => m.Attachments.Any());

        Assert.Equal("application/pdf", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains(reference, string.Concat(pdf.GetPages().Select(p => p.Text)));
        Assert.Equal(reference + ".pdf", ((MimePart)mail.Attachments.Single()).FileName);
        Assert.Contains(page + "/pdf", await debtor.SeeAsync(page));
    }

    [Fact]
    public async Task Code_and_mandate_go_to_the_address_that_the_signer_gave()
    {
        var (page, _) = await InviteAsync("s3");

        await debtor.SignAsync(page, "elsewhere@example.org");

        Assert.Equal(2, (await debtor.MailsAsync("elsewhere@example.org")).Count);
        Assert.Empty(await debtor.MailsAsync("s3@example.org"));
    }

    [Theory]
    [InlineData("iban", "BE91 0017 3264 10", "Er ontbreken 2 cijfers")]
    [InlineData("iban", "BE91 0017 3264 107", "Er ontbreekt 1 cijfer")]
    [InlineData("iban", "BE91 0017 3264 1076 12", "Er zijn 2 cijfers te veel")]
    [InlineData("iban", "BE91 0017 3264 1077", "controlecijfers kloppen niet")]
    [InlineData("iban", "BE91 OO17 3264 1076", "Na BE komen alleen cijfers")]
    [InlineData("iban", "001-7326410-76", "begint met twee letters")]
    [InlineData("iban", "NL91 ABNA 0417 1643 01", "onvolledig of bevat een tikfout")]
    [InlineData("iban", "BE91 0017 3264 €076", "alleen letters en cijfers")]
    [InlineData("iban", "SA0380000000608010167519", "(SA)")]
    [InlineData("iban", "", "Vul uw rekeningnummer in")]
    [InlineData("name", " ", "Vul uw naam in")]
    [InlineData("street", "", "Vul uw straat en nummer in")]
    [InlineData("zip", "", "Vul de postcode in")]
    [InlineData("city", "", "Vul de gemeente in")]
    [InlineData("country", "US", "Kies een land uit de lijst")]
    [InlineData("email", "ilse@", "Dit is geen e-mailadres")]
    [InlineData("email", "", "Vul uw e-mailadres in")]
    public async Task A_wrong_field_is_said_at_the_field(string field, string value, string complaint)
    {
        var (page, reference) = await InviteAsync($"w-{field}-{value.Length}");
        var form = Debtor.Details(await debtor.NonceAsync(page), "w@example.org").Select(f => f.Item1 == field ? (field, value) : f).ToArray();

        var redrawn = await debtor.RedrawnAsync(page, form);

        Assert.Contains(complaint, redrawn);
        Assert.Contains("role=\"alert\"", redrawn);
        Assert.Contains("Visserij 44", field == "street" ? "Visserij 44" : redrawn); // the rest is kept
        Assert.Null((await MandateAsync(reference)).DebtorAccount);
    }

    [Fact]
    public async Task A_name_longer_than_banks_take_is_refused()
    {
        var (page, _) = await InviteAsync("long");

        var redrawn = await debtor.RedrawnAsync(page, [.. Debtor.Details(await debtor.NonceAsync(page), "w@example.org").Select(f => f.Item1 == "name" ? ("name", new string('n', 71)) : f)]);

        Assert.Contains("hoogstens 70 tekens", redrawn);
    }

    [Fact]
    public async Task A_business_mandate_needs_an_enterprise_number_and_the_declaration()
    {
        var (page, reference) = await InviteAsync("b1", ct: 2);
        var nonce = await debtor.NonceAsync(page);

        var neither = await debtor.RedrawnAsync(page, Debtor.Details(nonce, "b1@example.org"));
        var consumer = await debtor.RedrawnAsync(page, Debtor.Details(nonce, "b1@example.org", more: ("enterprise", "0456.810.810")));
        var wrong = await debtor.RedrawnAsync(page, Debtor.Details(nonce, "b1@example.org", more: [("enterprise", "0456.810.811"), ("noconsumer", "true")]));

        Assert.Contains("vraagt een ondernemingsnummer", neither);
        Assert.Contains("een consument kan dit mandaat niet tekenen", neither);
        Assert.Contains("een consument kan dit mandaat niet tekenen", consumer);
        Assert.Contains("Dit is geen geldig ondernemingsnummer", wrong);
        Assert.Null((await MandateAsync(reference)).DebtorAccount);
    }

    [Fact]
    public async Task An_enterprise_number_that_the_creditor_knows_is_not_overwritten_by_who_opens_the_page()
    {
        var (known, _) = await InviteAsync("b4", 2, ("companyName", "Goossens bv"), ("coc", "0712845377"));
        var (unknown, _) = await InviteAsync("b5", 2);

        foreach (var page in new[] { known, unknown })
            await debtor.SubmitAsync(page, Debtor.Details(await debtor.NonceAsync(page), "b4@example.org", more: [("enterprise", "0456.810.810"), ("noconsumer", "true")]));

        Assert.Equal("0712845377", await NumberAsync("b4"));
        Assert.Equal("0456810810", await NumberAsync("b5"));

        Task<string?> NumberAsync(string customer) => app.ReadEngineAsync(db => db.Customers.Where(c => c.CustomerNumber == customer).Select(c => c.EnterpriseNumber).SingleAsync());
    }

    [Fact]
    public async Task A_signed_business_mandate_explains_the_step_at_the_bank_and_becomes_active_when_it_answers()
    {
        var (page, reference) = await InviteAsync("b2", ct: 2);

        var done = await debtor.SignAsync(page, "b2@example.org", more: [("enterprise", "0456.810.810"), ("noconsumer", "true")]);
        var waiting = await debtor.SeeAsync(done);
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromHours(1));
        var active = await debtor.SeeAsync(done);

        Assert.Contains("nog één stap bij uw bank", waiting);
        Assert.Contains("Registreer het bij uw bank", waiting);
        Assert.Contains("Uw mandaat is ondertekend", active);
        Assert.Equal(MandateState.Signed, (await MandateAsync(reference)).State);
    }

    [Fact]
    public async Task A_business_mandate_that_the_bank_refuses_says_so()
    {
        var (page, _) = await InviteAsync("b3", ct: 2);
        var done = await debtor.SignAsync(page, "b3@example.org", "BE71 0961 2345 6769", ("enterprise", "0456.810.810"), ("noconsumer", "true"));
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromHours(1));

        Assert.Contains("Uw bank heeft dit mandaat geweigerd", await debtor.SeeAsync(done));
    }

    [Fact]
    public async Task After_five_wrong_codes_the_right_one_no_longer_holds_and_a_new_one_does()
    {
        var (page, reference) = await InviteAsync("c1");
        var (path, code) = await debtor.ToCodeAsync(page, "c1@example.org");
        var wrong = code == "000000" ? "111111" : "000000";

        var seen = new List<string> { await debtor.SeeAsync(path) };
        for (var attempt = 1; attempt <= 5; attempt++)
            seen.Add(await debtor.RedrawnAsync(path, ("nonce", Debtor.NonceOf(seen[^1])), ("way", "code"), ("code", wrong)));
        var late = await debtor.RedrawnAsync(path, ("nonce", Debtor.NonceOf(seen[^1])), ("way", "code"), ("code", code));
        await debtor.SubmitAsync(path + "?handler=code", ("nonce", Debtor.NonceOf(late)));
        var fresh = await debtor.CodeAsync("c1@example.org");

        Assert.Contains("U hebt nog 4 pogingen", seen[1]);
        Assert.Contains("U hebt nog één poging", seen[4]);
        Assert.Contains("vijf keer geweigerd", seen[5]);
        Assert.Contains("vijf keer geweigerd", late);
        Assert.Equal(MandateState.Prepared, (await MandateAsync(reference)).State);
        Assert.Equal(page, await debtor.SubmitAsync(path, ("nonce", await debtor.NonceAsync(path)), ("way", "code"), ("code", fresh)));
    }

    [Fact]
    public async Task A_code_of_fewer_digits_costs_no_attempt()
    {
        var (page, reference) = await InviteAsync("c2");
        var (path, _) = await debtor.ToCodeAsync(page, "c2@example.org");

        var redrawn = await debtor.RedrawnAsync(path, ("nonce", await debtor.NonceAsync(path)), ("way", "code"), ("code", "123"));

        Assert.Contains("Vul de 6 cijfers van de code in", redrawn);
        Assert.Equal(0, (await MandateAsync(reference)).CodeAttempts);
    }

    [Fact]
    public async Task A_code_is_dead_after_ten_minutes()
    {
        var (page, _) = await InviteAsync("c3");
        var (path, code) = await debtor.ToCodeAsync(page, "c3@example.org");
        var nonce = await debtor.NonceAsync(path);
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromMinutes(11));

        var redrawn = await debtor.RedrawnAsync(path, ("nonce", nonce), ("way", "code"), ("code", code));

        Assert.Contains("10 minuten geldig", redrawn);
    }

    [Fact]
    public async Task The_sixth_code_is_refused()
    {
        var (page, _) = await InviteAsync("c4");
        var (path, _) = await debtor.ToCodeAsync(page, "c4@example.org");
        var nonce = "";
        for (var more = 0; more < 4; more++)
            await debtor.SubmitAsync(path + "?handler=code", ("nonce", nonce = await debtor.NonceAsync(path)));

        var refused = await debtor.RedrawnAsync(path + "?handler=code", ("nonce", await debtor.NonceAsync(path)));

        Assert.Contains("te veel codes verstuurd", refused);
        Assert.Equal(5, (await debtor.MailsAsync("c4@example.org")).Count);
    }

    [Fact]
    public async Task A_request_for_a_code_posted_twice_sends_one()
    {
        var (page, _) = await InviteAsync("c5");
        var path = await debtor.SubmitAsync(page, Debtor.Details(await debtor.NonceAsync(page), "c5@example.org"));
        var nonce = await debtor.NonceAsync(path);

        await debtor.SubmitAsync(path + "?handler=code", ("nonce", nonce));
        await debtor.SubmitAsync(path + "?handler=code", ("nonce", nonce));

        Assert.Single(await debtor.MailsAsync("c5@example.org"));
    }

    [Fact]
    public async Task A_signature_posted_twice_is_one_signature()
    {
        var (page, reference) = await InviteAsync("d1");
        var (path, code) = await debtor.ToCodeAsync(page, "d1@example.org");
        var form = new[] { ("nonce", await debtor.NonceAsync(path)), ("way", "code"), ("code", code) };

        Assert.Equal(page, await debtor.SubmitAsync(path, form));
        var signed = await MandateAsync(reference);
        Assert.Equal(page, await debtor.SubmitAsync(path, form));

        Assert.Equal(signed.Version, (await MandateAsync(reference)).Version);
        Assert.Equal(2, (await debtor.MailsAsync("d1@example.org")).Count); // the code, and the mandate once
    }

    [Fact]
    public async Task A_signature_posted_many_times_at_once_is_one_signature_and_no_page_is_out_of_date()
    {
        var (page, reference) = await InviteAsync("d7");
        var (path, code) = await debtor.ToCodeAsync(page, "d7@example.org");
        var form = new[] { ("nonce", await debtor.NonceAsync(path)), ("way", "code"), ("code", code) };

        var ends = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => debtor.SubmitAsync(path, form))));

        Assert.All(ends, end => Assert.Equal(page, end));
        Assert.Equal(MandateState.Signed, (await MandateAsync(reference)).State);
        Assert.Equal(2, (await debtor.MailsAsync("d7@example.org")).Count); // the code, and the mandate once
    }

    [Fact]
    public async Task What_is_signed_is_what_was_shown()
    {
        var (page, reference) = await InviteAsync("d2");
        var (path, _) = await debtor.ToCodeAsync(page, "d2@example.org");
        var old = await debtor.NonceAsync(path);
        await debtor.SubmitAsync(page, Debtor.Details(await debtor.NonceAsync(page), "d2@example.org", "BE71 0961 2345 6769"));
        await debtor.SubmitAsync(path + "?handler=code", ("nonce", await debtor.NonceAsync(path)));

        var redrawn = await debtor.RedrawnAsync(path, ("nonce", old), ("way", "code"), ("code", await debtor.CodeAsync("d2@example.org")));

        Assert.Contains("Deze pagina was niet meer actueel", redrawn);
        Assert.Contains("BE71 0961 2345 6769", redrawn);
        Assert.Equal(MandateState.Prepared, (await MandateAsync(reference)).State);
    }

    [Fact]
    public async Task Terms_that_were_changed_since_they_were_shown_are_read_before_they_are_signed()
    {
        await app.GivenAProfileAsync(41, p => p.TermsJson = """{"nl":"Geen honden."}""");
        var (page, reference) = await InviteAsync("d8", ct: 41);
        var (path, code) = await debtor.ToCodeAsync(page, "d8@example.org");
        var old = await debtor.NonceAsync(path);
        await app.ChangeProfilesAsync(p => p.TermsJson = p.Number == 41 ? """{"nl":"Geen honden, ook geen kleine."}""" : p.TermsJson);

        var redrawn = await debtor.RedrawnAsync(path, ("nonce", old), ("way", "code"), ("code", code), ("terms", "true"));

        Assert.Contains("Deze pagina was niet meer actueel", redrawn);
        Assert.Contains("ook geen kleine", redrawn);
        Assert.Equal(MandateState.Prepared, (await MandateAsync(reference)).State);
        await debtor.SubmitAsync(path, ("nonce", Debtor.NonceOf(redrawn)), ("way", "code"), ("code", code), ("terms", "true"));
        Assert.Equal("Geen honden, ook geen kleine.", (await MandateAsync(reference)).Evidence!.Terms);
    }

    [Fact]
    public async Task A_drawn_signature_is_taken_and_stands_in_the_document()
    {
        var (page, reference) = await InviteAsync("g1");
        var path = await debtor.SubmitAsync(page, Debtor.Details(await debtor.NonceAsync(page), "g1@example.org"));

        var done = await debtor.SubmitAsync(path, ("nonce", await debtor.NonceAsync(path)), ("way", "draw"), ("drawing", "data:image/png;base64," + Convert.ToBase64String(Drawing())));

        Assert.Equal(page, done);
        var mandate = await MandateAsync(reference);
        Assert.Equal(("digisign", null), (mandate.SignMethod, mandate.Evidence!.Destination));
    }

    [Theory]
    [InlineData("")]
    [InlineData("data:image/png;base64,AAAA")]
    [InlineData("data:image/png;base64,####")]
    [InlineData("data:text/html;base64,PGh0bWw+")]
    public async Task A_drawing_that_is_none_is_refused(string drawing)
    {
        var (page, reference) = await InviteAsync($"g2-{drawing.Length}-{drawing.Contains('#')}");
        var path = await debtor.SubmitAsync(page, Debtor.Details(await debtor.NonceAsync(page), "g2@example.org"));

        var redrawn = await debtor.RedrawnAsync(path, ("nonce", await debtor.NonceAsync(path)), ("way", "draw"), ("drawing", drawing));

        Assert.Contains(drawing.Length == 0 ? "Teken eerst uw handtekening" : "kon niet worden gelezen", redrawn);
        Assert.Equal(MandateState.Prepared, (await MandateAsync(reference)).State);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("colour type")]
    [InlineData("cut off")]
    public async Task A_drawing_whose_picture_cannot_be_seen_whole_is_refused(string how)
    {
        var (page, reference) = await InviteAsync("png" + how.Length);
        var path = await debtor.SubmitAsync(page, Debtor.Details(await debtor.NonceAsync(page), "png@example.org"));
        var png = Domi.Rendering.QrPicture.Png("a signature", 2);
        if (how == "garbage") png = [.. png[..33], .. new byte[100], .. png[^12..]];
        if (how == "colour type") png[25] = 0x7f;
        if (how == "cut off") png = [.. png[..60], .. Enumerable.Repeat((byte)7, 60), .. png[^12..]];

        var html = await debtor.RedrawnAsync(path, ("nonce", await debtor.NonceAsync(path)), ("way", "draw"), ("drawing", "data:image/png;base64," + Convert.ToBase64String(png)));

        Assert.Contains("De getekende handtekening kon niet worden gelezen", html);
        Assert.Equal(MandateState.Prepared, (await MandateAsync(reference)).State);
    }

    [Fact]
    public async Task A_link_that_is_opened_twelve_times_at_once_is_opened()
    {
        for (var round = 0; round < 3; round++)
        {
            var (page, reference) = await InviteAsync("open" + round);

            var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(async () =>
            {
                using var answer = await debtor.Http.GetAsync(page);
                return answer.StatusCode;
            })));

            Assert.All(answers, status => Assert.Equal(HttpStatusCode.OK, status));
            Assert.NotNull((await MandateAsync(reference)).OpenedAt);
        }
    }

    [Fact]
    public async Task A_drawing_that_unfolds_to_a_huge_picture_is_refused()
    {
        var (page, _) = await InviteAsync("g3");
        var path = await debtor.SubmitAsync(page, Debtor.Details(await debtor.NonceAsync(page), "g3@example.org"));
        var bomb = Drawing();
        bomb[16] = 0x7f; // the width

        var redrawn = await debtor.RedrawnAsync(path, ("nonce", await debtor.NonceAsync(path)), ("way", "draw"), ("drawing", "data:image/png;base64," + Convert.ToBase64String(bomb)));

        Assert.Contains("kon niet worden gelezen", redrawn);
    }

    [Fact]
    public async Task The_mandate_page_sends_back_who_has_not_filled_in_the_details()
    {
        var (page, _) = await InviteAsync("n1");

        using var answer = await debtor.Http.GetAsync(page + "/mandate");

        Assert.Equal(page, answer.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task A_signer_of_an_invoice_sees_when_it_is_collected_and_comes_back_to_it()
    {
        var invoice = await debtor.BookAsync("SI-1", 250m);
        var sign = await debtor.ToSigningAsync(invoice);

        var details = await debtor.SeeAsync(sign);
        var done = await debtor.SeeAsync(await debtor.SignAsync(sign, "C-SI-1@example.org"));

        Assert.Contains("€\u00a0250,00 op 15 april 2031", details);
        Assert.Contains($"href=\"{invoice}\"", done);
    }

    [Fact]
    public async Task The_exit_carries_the_outcome_signed_by_the_website_key()
    {
        await SetExitAsync("https://shop.example/exit?m={{mandateNumber}}&st={{status}}&s={{s}}&t={{token}}");
        var (page, reference) = await InviteAsync("x1", more: ("token", "order-7"));
        var left = await debtor.SeeAsync(page + "/exit");
        var done = await debtor.SignAsync(page, "x1@example.org");
        var exit = await debtor.SeeAsync(done);
        var later = await debtor.SeeAsync(page);
        await SetExitAsync(null);

        var key = app.Access.WebsiteKey;
        Assert.Equal(page + "/exit", done);
        Assert.Contains($"0;url=https://shop.example/exit?m={reference}&st=ok&s={ExitUrl.Signature(key, reference, "ok", "order-7")}&t=order-7", exit);
        Assert.Contains($"st=cancel&s={ExitUrl.Signature(key, reference, "cancel", "order-7")}", left);
        Assert.Contains("st=ok", later);
        Assert.DoesNotContain("refresh", later);
    }

    [Fact]
    public async Task An_exit_that_is_no_web_address_is_not_offered()
    {
        await SetExitAsync("javascript:alert(1)");
        var (page, _) = await InviteAsync("x2");
        var done = await debtor.SignAsync(page, "x2@example.org");
        var seen = await debtor.SeeAsync(done);
        await SetExitAsync(null);

        Assert.DoesNotContain("javascript:", seen);
    }

    [Fact]
    public async Task A_cancelled_mandate_and_an_expired_link_say_so()
    {
        var (cancelled, reference) = await InviteAsync("e1");
        await debtor.SignAsync(cancelled, "e1@example.org");
        using var answer = await debtor.Creditor.SendAsync(HttpMethod.Delete, $"/mandate?mndtId={reference}&rsn=moved");
        Assert.True(answer.IsSuccessStatusCode);
        var (expired, second) = await InviteAsync("e2");
        await app.ReadEngineAsync(db => db.Mandates.Where(m => m.Reference == second).ExecuteUpdateAsync(m => m.SetProperty(x => x.LinkExpiresAt, DateTimeOffset.UnixEpoch)));

        Assert.Contains("Dit mandaat is stopgezet", await debtor.SeeAsync(cancelled));
        Assert.Contains("Deze link is verlopen", await debtor.SeeAsync(expired));
        Assert.DoesNotContain("<form", await debtor.SeeAsync(expired));
        Assert.Equal(expired, await debtor.SubmitAsync(expired, Debtor.Details("", "e2@example.org")));
    }

    [Fact]
    public async Task A_form_that_is_not_ours_fills_in_nothing()
    {
        var (page, reference) = await InviteAsync("f1");

        var redrawn = await debtor.RedrawnAsync(page, Debtor.Details("made-up", "f1@example.org"));

        Assert.Contains("Deze pagina was niet meer actueel", redrawn);
        Assert.Null((await MandateAsync(reference)).DebtorAccount);
    }

    private async Task<(string Page, string Reference)> InviteAsync(string customer, int ct = 1, params (string, string)[] more)
    {
        using var answer = await debtor.Creditor.FormAsync("/invite", [("ct", ct.ToString()), ("customerNumber", customer), ("email", customer.Replace(' ', '-') + "@example.org"), ("l", "nl"), .. more]);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        var json = JsonDocument.Parse(text).RootElement;
        return (new Uri(json.GetProperty("url").GetString()!).AbsolutePath, json.GetProperty("mndtId").GetString()!);
    }

    private Task<Mandate> MandateAsync(string reference) => app.ReadEngineAsync(db => db.Mandates.AsNoTracking().SingleAsync(m => m.Reference == reference));

    private Task<int> SetExitAsync(string? url) => app.ChangeProfilesAsync(p =>
    {
        if (p.Number == 1) p.ExitUrl = url;
    });

    // Any picture of lines will do.
    private static byte[] Drawing() => Domi.Rendering.QrPicture.Png("a signature", 2);
}
