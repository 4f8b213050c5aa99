using System.Text.RegularExpressions;
using Domi.Engine.Mandates;
using Domi.Engine.Pages.Console;
using Domi.Engine.Tests.Console;
using Domi.Engine.Tests.Pages;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Mandates;

public sealed partial class SignTests(AppFixture app) : IClassFixture<AppFixture>
{
    private const string Even = "BE16645348971174"; // the simulated bank accepts a business mandate
    private const string Odd = "BE49473211985171"; // and declines it

    private readonly EngineClient client = new(app);
    private readonly Debtor debtor = new(app);

    [Fact]
    public async Task An_import_is_signed_at_once_on_its_own_day_and_the_feed_tells()
    {
        var (reference, page) = await client.SignAsync("Import", "SG1", ("signDate", "2026-03-10"), ("place", "Gent"), ("mandateNumber", "own-1"), ("bic", "GKCCBEBB"));
        var mandate = await MandateAsync(reference);

        Assert.Null(page);
        Assert.Equal(("OWN-1", MandateState.Signed, "import", new DateOnly(2026, 3, 10), "Gent"), (reference, mandate.State, mandate.SignMethod, mandate.SignedOn!.Value, mandate.SignedPlace));
        Assert.Equal("SIGNED", await client.MandateStateAsync("own-1"));
        var told = Assert.Single(await client.FeedAsync("/mandate", "Messages"), m => m.TryGetProperty("Mndt", out var of) && of.GetProperty("MndtId").GetString() == reference);
        Assert.Equal(("BE68539007547034", "An Peeters"), (told.GetProperty("Mndt").GetProperty("DbtrAcct").GetString(), told.GetProperty("Mndt").GetProperty("Dbtr").GetProperty("Nm").GetString()));
        Assert.Equal("err_duplicate_ref", await EngineClient.RefusalAsync(SignAsync("import", ("mandateNumber", "OWN-1"))));
    }

    [Fact]
    public async Task An_import_between_businesses_waits_for_the_bank_unless_that_signed_too()
    {
        var (whole, _) = await client.SignAsync("import", "SG2-1", ("ct", "2"), ("iban", Odd), ("bankSignature", "true"));
        var (waiting, _) = await client.SignAsync("import", "SG2-2", ("ct", "2"), ("iban", Even), ("bankSignature", "false"));
        var (declined, _) = await client.SignAsync("import", "SG2-3", ("ct", "2"), ("iban", Odd));
        var before = (await client.MandateStateAsync(whole), await client.MandateStateAsync(waiting), await client.MandateStateAsync(declined));
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromMinutes(30));

        Assert.Equal(("SIGNED", "SIGNED_PENDING_DEBTOR_BANK", "SIGNED_PENDING_DEBTOR_BANK"), before);
        Assert.Equal(("SIGNED", "SIGNED", "CANCELLED"), (await client.MandateStateAsync(whole), await client.MandateStateAsync(waiting), await client.MandateStateAsync(declined)));
    }

    [Fact]
    public async Task A_paper_waits_for_its_scan()
    {
        var (reference, page) = await client.SignAsync("paper", "SG3", ("iban", ""));

        Assert.Null(page);
        Assert.Equal("PRINT", await client.MandateStateAsync(reference));
        await client.UploadAsync(reference);
        Assert.Equal("SIGNED", await client.MandateStateAsync(reference));
    }

    [Fact]
    public async Task A_drawing_signs_at_once_and_stands_on_the_document()
    {
        var png = Convert.ToBase64String(Domi.Rendering.QrPicture.Png("a signature", 2));
        var (plain, _) = await client.SignAsync("digisign", "SG4-1", ("digsig", png), ("place", "Gent"));
        var (unescaped, _) = await client.SignAsync("digisign", "SG4-2", ("digsig", "data:image/png;base64," + png.Replace('+', ' ')));

        foreach (var reference in new[] { plain, unescaped })
        {
            Assert.Equal((MandateState.Signed, "digisign"), await MandateAsync(reference) is var mandate ? (mandate.State, mandate.SignMethod) : default);
            using var pdf = await client.SendAsync(HttpMethod.Get, "/mandate/pdf?mndtId=" + reference);
            Assert.StartsWith("%PDF-", (await pdf.Content.ReadAsStringAsync())[..5]);
        }

        Assert.Equal("Gent", (await MandateAsync(plain)).SignedPlace);
    }

    [Fact]
    public async Task A_text_message_has_the_way_to_the_page_where_the_signer_confirms()
    {
        var (reference, none) = await client.SignAsync("sms", "SG5", ("mobile", "+32470112233"));
        var mail = await app.ReadEngineAsync(db => db.Mails.AsNoTracking().SingleAsync(m => m.Purpose == "sms" && m.Subject.Contains("+32470112233")));
        var url = new Uri(Address().Match(mail.Text).Value);

        Assert.Null(none);
        Assert.Equal("PREPARED", await client.MandateStateAsync(reference));
        Assert.Equal(app.EngineHttp.BaseAddress!.Authority, url.Authority);
        Assert.DoesNotContain("BE68539007547034", mail.Text.Replace(" ", ""));
        Assert.Contains(reference, await debtor.SeeAsync(url.AbsolutePath));
        await debtor.IdentifyAsync(url.AbsolutePath, "An Peeters");
        Assert.Equal((MandateState.Signed, "sms"), await MandateAsync(reference) is var mandate ? (mandate.State, mandate.SignMethod) : default);
    }

    [Theory]
    [InlineData("itsme")]
    [InlineData("eid")]
    [InlineData("iDIN", "INGBNL2A")]
    [InlineData("emachtiging", "ABNANL2A")]
    public async Task Who_proves_who_he_is_signs_with_the_account_he_names(string method, string bic = "")
    {
        var (reference, page) = await client.SignAsync(method, "SG6-" + method, ("iban", ""), ("bic", bic), ("firstname", ""), ("lastname", ""));
        Assert.StartsWith("/identify/", page);
        var nonce = await debtor.NonceAsync(page!);
        var redrawn = await debtor.RedrawnAsync(page!, ("nonce", nonce), ("outcome", "approve"), ("name", " "), ("iban", "BE00"));
        Assert.Equal(2, redrawn.Split("aria-invalid=\"true\"").Length - 1);
        Assert.Equal(MandateState.Prepared, (await MandateAsync(reference)).State);

        await debtor.IdentifyAsync(page!, "Ilse Goossens", "BE91 0017 3264 1076");
        await debtor.SubmitAsync(page!, ("nonce", nonce), ("outcome", "approve"), ("name", "Somebody else"), ("iban", Even)); // told twice

        var mandate = await MandateAsync(reference);
        Assert.Equal((MandateState.Signed, method.ToLowerInvariant(), "BE91001732641076", "Ilse Goossens"), (mandate.State, mandate.SignMethod, mandate.DebtorAccount!.Value.Value, mandate.DebtorName));
        Assert.DoesNotContain("<form", await debtor.SeeAsync(page!));
    }

    [Fact]
    public async Task Who_signs_for_another_stands_beside_him_at_the_console_and_on_the_wire()
    {
        var (reference, page) = await client.SignAsync("itsme", "SG16");
        await debtor.IdentifyAsync(page!, "Ilse Goossens");

        var mandate = await client.MandateAsync(reference);
        Assert.Equal("An Peeters", mandate.GetProperty("Dbtr").GetProperty("Nm").GetString());
        Assert.Equal("Ilse Goossens", mandate.GetProperty("SplmtryData").EnumerateArray().Single(s => s.GetProperty("Key").GetString() == "Signer#0").GetProperty("Value").GetString());
        using var person = await Person.OfAsync(app);
        var seen = await person.GetAsync("/console/agreements/" + Tables.Text((await MandateAsync(reference)).Number));
        Assert.Contains("<dt>Signed by</dt><dd>Ilse Goossens</dd>", seen);
    }

    [Fact]
    public async Task Who_does_not_confirm_signs_nothing()
    {
        var (reference, page) = await client.SignAsync("itsme", "SG7", ("redirectUrl", "https://shop.example/back"));
        var before = await debtor.SeeAsync(page!);
        await debtor.IdentifyAsync(page!, outcome: "refuse");
        var after = await debtor.SeeAsync(page!);

        Assert.Equal(MandateState.Prepared, (await MandateAsync(reference)).State);
        Assert.DoesNotContain("https://shop.example/back", before);
        Assert.Contains("https://shop.example/back", after);
        Assert.DoesNotContain("<form", after);
    }

    [Fact]
    public async Task What_was_amended_since_it_was_shown_is_read_again_before_somebody_proves_who_he_is()
    {
        var (reference, page) = await client.SignAsync("itsme", "SG14");
        var old = await debtor.NonceAsync(page!);
        await client.DoneAsync(HttpMethod.Post, "/mandate/update", ("mndtId", reference), ("iban", "BE91001732641076"));

        var redrawn = await debtor.RedrawnAsync(page!, ("nonce", old), ("outcome", "approve"), ("name", "An Peeters"));

        Assert.Contains("Deze pagina was niet meer actueel", redrawn);
        Assert.Contains("An Peeters", redrawn); // what was typed is kept
        Assert.Equal(MandateState.Prepared, (await MandateAsync(reference)).State);
        await debtor.IdentifyAsync(page!, "An Peeters");
        var mandate = await MandateAsync(reference);
        Assert.Equal((MandateState.Signed, "nl"), (mandate.State, mandate.Evidence!.Language));
        Assert.Contains("BE91001732641076", mandate.Evidence.Text);
    }

    [Fact]
    public async Task A_first_payment_for_an_invitation_that_was_taken_back_meanwhile_is_not_taken()
    {
        var ct = await app.GivenAProfileAsync(43);
        var (reference, page) = await client.SignAsync("bancontact", "SG16", ("ct", ct), ("iban", ""));
        var go = await debtor.SubmitAsync(page + "?handler=pay", ("nonce", await debtor.NonceAsync(page!)), ("method", "card"));
        await client.TakenAsync(HttpMethod.Delete, $"/mandate?mndtId={reference}&rsn=over");

        using var answer = await debtor.Http.PostAsync("/simulator/" + go[(go.LastIndexOf('/') + 1)..], new FormUrlEncodedContent([new("outcome", "approve"), new("iban", "BE91 0017 3264 1076")]));

        Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Redirect, $"{(int)answer.StatusCode}");
        Assert.DoesNotContain("r=paid", answer.Headers.Location?.OriginalString ?? "");
        Assert.False(await app.ReadEngineAsync(db => db.PayLinks.AnyAsync(l => l.State == Domi.Engine.PayLinks.PayLinkState.Paid && l.Ref == reference)));
    }

    [Fact]
    public async Task A_first_payment_signs_the_terms_that_were_shown_with_it_and_no_others()
    {
        async Task TermsAsync(string terms) => await app.ChangeProfilesAsync(p => p.TermsJson = p.Number == 42 ? $$"""{"nl":"{{terms}}"}""" : p.TermsJson);
        var ct = await app.GivenAProfileAsync(42);
        await TermsAsync("Geen honden.");
        var (reference, page) = await client.SignAsync("bancontact", "SG15", ("ct", ct), ("iban", ""));
        var old = await debtor.NonceAsync(page!);

        await TermsAsync("Geen katten.");
        var redrawn = await debtor.RedrawnAsync(page + "?handler=pay", ("nonce", old), ("method", "card"));
        Assert.Contains("Deze pagina was niet meer actueel", redrawn);
        Assert.Contains("Geen katten.", redrawn);
        var go = await debtor.SubmitAsync(page + "?handler=pay", ("nonce", Debtor.NonceOf(redrawn)), ("method", "card"));

        await TermsAsync("Geen vogels.");
        Assert.Equal(page + "?r=stale", await debtor.SubmitAsync("/simulator/" + go[(go.LastIndexOf('/') + 1)..], ("outcome", "approve"), ("iban", "BE91 0017 3264 1076")));
        Assert.Contains("Deze pagina was niet meer actueel", await debtor.SeeAsync(page + "?r=stale"));
        Assert.Equal(MandateState.Prepared, (await MandateAsync(reference)).State);
        Assert.False(await app.ReadEngineAsync(db => db.PayLinks.AnyAsync(l => l.State == Domi.Engine.PayLinks.PayLinkState.Paid && db.Mandates.Any(m => m.Id == l.MandateId && m.Reference == reference))));

        await debtor.PayFromAsync(page!, "BE91 0017 3264 1076");
        var mandate = await MandateAsync(reference);
        Assert.Equal((MandateState.Signed, "Geen vogels.", "nl"), (mandate.State, mandate.Evidence!.Terms, mandate.Evidence.Language));
    }

    [Fact]
    public async Task A_first_payment_signs_with_the_account_it_came_from()
    {
        var (reference, page) = await client.SignAsync("bancontact", "SG8", ("iban", ""));
        Assert.Equal(0.10m, await app.ReadEngineAsync(db => db.PayLinks.Where(l => db.Mandates.Any(m => m.Id == l.MandateId && m.Reference == reference)).Select(l => l.Amount).SingleAsync()));
        await debtor.PayFromAsync(page!, "", outcome: "refuse");
        Assert.Equal(MandateState.Prepared, (await MandateAsync(reference)).State);

        var go = await debtor.SubmitAsync(page + "?handler=pay", ("nonce", await debtor.NonceAsync(page!)), ("method", "card"));
        var bank = "/simulator/" + go[(go.LastIndexOf('/') + 1)..];
        Assert.Contains("aria-invalid=\"true\"", await debtor.RedrawnAsync(bank, ("outcome", "approve"), ("iban", "BE00")));
        await debtor.SubmitAsync(bank, ("outcome", "approve"), ("iban", "BE91 0017 3264 1076"));

        var mandate = await MandateAsync(reference);
        Assert.Equal((MandateState.Signed, "card", "BE91001732641076", "An Peeters"), (mandate.State, mandate.SignMethod, mandate.DebtorAccount!.Value.Value, mandate.DebtorName));
        Assert.Equal(0, (await client.GetAsync("/transaction/detail?mndtId=" + reference)).GetProperty("Entries").GetArrayLength());
    }

    [Fact]
    public async Task A_first_payment_from_another_account_takes_that_and_leaves_what_else_was_typed()
    {
        var (reference, page) = await client.InviteAsync("SG14", ("iban", ""));
        var path = await debtor.SubmitAsync(page, Debtor.Details(await debtor.NonceAsync(page), "sg14@example.org"));
        var link = await debtor.SubmitAsync(path, ("nonce", await debtor.NonceAsync(path)), ("leave", "payment"));
        await debtor.PayFromAsync(link, Even);

        var mandate = await MandateAsync(reference);
        Assert.Equal((MandateState.Signed, Even), (mandate.State, mandate.DebtorAccount!.Value.Value));
        Assert.Equal(("Ilse Goossens", "Visserij 44", "9000", "Gent", "BE"), (mandate.DebtorName, mandate.DebtorStreet, mandate.DebtorZip, mandate.DebtorCity, mandate.DebtorCountry));
    }

    [Fact]
    public async Task A_first_payment_is_the_first_transaction_which_is_not_collected_again()
    {
        var (core, page) = await client.SignAsync("ideal", "SG9-1", ("transactionAmount", "40"), ("transactionMessage", "Entry"), ("transactionRef", "SG9-TX"));
        var (b2b, other) = await client.SignAsync("visa", "SG9-2", ("ct", "2"), ("vatno", "BE0712845377"), ("amount", "41"), ("iban", Even));
        Assert.Contains("40,00", await debtor.SeeAsync(page!));
        await debtor.PayFromAsync(page!, "BE68539007547034");
        await debtor.PayFromAsync(other!, Even);
        Assert.Equal("SIGNED_PENDING_DEBTOR_BANK", await client.MandateStateAsync(b2b));
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromMinutes(30));

        foreach (var reference in new[] { core, b2b })
        {
            Assert.Equal("SIGNED", await client.MandateStateAsync(reference));
            Assert.Equal(0, (await client.GetAsync("/transaction/detail?mndtId=" + reference)).GetProperty("Entries").GetArrayLength());
        }

        Assert.Equal(40m, Assert.Single(await client.FeedAsync("/payment/link/feed", "Links"), l => l.TryGetProperty("ref", out var of) && of.GetString() == "SG9-TX").GetProperty("amount").GetDecimal());
    }

    [Fact]
    public async Task Auto_chooses_by_what_is_known()
    {
        var (_, belgian) = await client.SignAsync("auto", "SG10-1");
        var (_, dutch) = await client.SignAsync("auto", "SG10-2", ("iban", "NL91ABNA0417164300"));
        var (_, german) = await client.SignAsync("auto", "SG10-3", ("iban", "DE89370400440532013000"), ("mobile", "+49151112233"));
        var (_, unknown) = await client.SignAsync("auto", "SG10-4", ("iban", ""));

        Assert.StartsWith("/identify/", belgian);
        Assert.StartsWith("/payment/", dutch);
        Assert.Null(german);
        Assert.Equal(1, await app.ReadEngineAsync(db => db.Mails.CountAsync(m => m.Subject.Contains("+49151112233"))));
        Assert.StartsWith("/sign/", unknown);
        Assert.Contains("<form", await debtor.SeeAsync(unknown!));
    }

    [Fact]
    public async Task What_was_prepared_is_signed_by_its_key_once()
    {
        var invited = await client.TakenAsync(HttpMethod.Post, "/invite", ("ct", "1"), ("customerNumber", "SG11"), ("email", "sg11@example.org"));
        var (reference, key) = (invited.GetProperty("mndtId").GetString()!, invited.GetProperty("key").GetString()!);
        foreach (var (method, name, value) in new[] { ("import", "place", "Gent"), ("digisign", "digsig", Convert.ToBase64String(Domi.Rendering.QrPicture.Png("a signature", 2))) })
            Assert.Equal("err_missing_params", await EngineClient.RefusalAsync(client.FormAsync("/sign", ("method", method), ("key", key), (name, value)))); // no account yet

        var signed = await client.TakenAsync(HttpMethod.Post, "/sign", ("method", "import"), ("key", key), ("iban", "BE68 5390 0754 7034"), ("lastname", "Goossens")); // its profile is known

        Assert.Equal(reference, signed.GetProperty("MndtId").GetString());
        Assert.Equal("BE68539007547034", (await client.MandateAsync(reference)).GetProperty("DbtrAcct").GetString());
        Assert.Equal("Goossens", (await client.GetAsync("/customer/SG11")).GetProperty("lastname").GetString());
        Assert.Equal("err_missing_params", await EngineClient.RefusalAsync(client.FormAsync("/sign", ("method", "import"), ("customerNumber", "SG11"), ("iban", Even))));
        Assert.Equal("err_invalid_state", await EngineClient.RefusalAsync(client.FormAsync("/sign", ("ct", "1"), ("method", "import"), ("key", key), ("iban", Even))));
        Assert.Equal("err_no_contract", await EngineClient.RefusalAsync(client.FormAsync("/sign", ("ct", "1"), ("method", "import"), ("key", key + "x"), ("iban", Even))));
    }

    [Fact]
    public async Task With_check_the_signed_one_is_answered_and_nothing_is_made()
    {
        var (reference, _) = await client.SignAsync("import", "SG12");
        var before = await CountsAsync();

        foreach (var method in new[] { "import", "itsme", "bancontact", "paper" })
            Assert.Equal((reference, null), await client.SignAsync(method, "SG12", ("check", "true")));
        Assert.Equal((reference, null), await client.SignAsync("digisign", "SG12", ("check", "true"), ("digsig", Convert.ToBase64String(Domi.Rendering.QrPicture.Png("a signature", 2)))));
        Assert.Equal(before, await CountsAsync());
        Assert.NotEqual(reference, (await client.SignAsync("import", "SG12", ("check", "false"))).Reference);
    }

    [Fact]
    public async Task Between_businesses_who_signs_has_an_enterprise_number()
    {
        var png = Convert.ToBase64String(Domi.Rendering.QrPicture.Png("a signature", 2));
        var before = await CountsAsync();
        foreach (var (method, name, value) in new[] { ("itsme", "place", "x"), ("idin", "bic", "INGBNL2A"), ("bancontact", "place", "x"), ("sms", "mobile", "+32470112244"), ("digisign", "digsig", png) })
            Assert.Equal("err_missing_params", await EngineClient.RefusalAsync(SignAsync(method, ("ct", "2"), ("customerNumber", "SG13"), (name, value))));
        Assert.Equal(before, await CountsAsync());

        var (reference, page) = await client.SignAsync("itsme", "SG13", ("ct", "2"), ("iban", Even), ("companyName", "Goossens bv"), ("coc", "0712845377"));
        await debtor.IdentifyAsync(page!);
        Assert.Equal("SIGNED_PENDING_DEBTOR_BANK", await client.MandateStateAsync(reference));
    }

    [Theory]
    [InlineData("err_missing_params", "method=")]
    [InlineData("err_invalid_params", "method=telepathy")]
    [InlineData("err_invalid_params", "method=importimportimportimportimportimport")]
    [InlineData("err_missing_params", "ct=")]
    [InlineData("err_no_such_ct", "ct=999")]
    [InlineData("err_missing_params", "method=import", "iban=")]
    [InlineData("err_missing_params", "method=sms", "iban=", "mobile=+32470112233")]
    [InlineData("err_missing_params", "method=sms")]
    [InlineData("err_missing_params", "method=digisign", "iban=")]
    [InlineData("err_missing_params", "method=digisign")]
    [InlineData("err_invalid_params", "method=digisign", "digsig=####")]
    [InlineData("drawing_unreadable", "method=digisign", "digsig=AAAA")]
    [InlineData("err_missing_params", "method=idin")]
    [InlineData("err_invalid_bic", "method=emachtiging", "bic=GKCCBEBB")]
    [InlineData("err_invalid_bic", "bic=nobank")]
    [InlineData("err_invalid_iban", "iban=BE00")]
    [InlineData("err_invalid_email", "email=no")]
    [InlineData("err_invalid_country", "country=Belgium")]
    [InlineData("err_invalid_date", "signDate=2200-01-01")]
    [InlineData("err_invalid_date", "signDate=soon")]
    [InlineData("err_invalid_params", "mandateNumber=core77")]
    [InlineData("err_invalid_params", "mandateNumber=a_b")]
    [InlineData("err_no_contract", "key=none")]
    [InlineData("err_invalid_amount", "transactionAmount=-1")]
    [InlineData("err_invalid_params", "subscriptionAmount=5", "subscriptionRecurrence=often")]
    [InlineData("err_invalid_params", "redirectUrl=javascript:alert(1)")]
    public async Task What_cannot_be_signed_is_refused_and_makes_nothing(string code, params string[] form)
    {
        var before = await CountsAsync();

        Assert.Equal(code, await EngineClient.RefusalAsync(SignAsync("import", [.. form.Select(f => f.Split('=', 2)).Select(f => (f[0], f[1]))])));
        Assert.Equal(before, await CountsAsync());
    }

    [Fact]
    public async Task The_longest_values_fit_and_longer_ones_are_refused()
    {
        var before = await CountsAsync();
        foreach (var (name, most) in new[] { ("place", 70), ("mandateNumber", 35), ("customerNumber", 50), ("contractNumber", 70), ("key", 100), ("firstname", 70), ("companyName", 140), ("digsig", 300_000) })
            Assert.Equal("err_invalid_params", await EngineClient.RefusalAsync(SignAsync(name == "digsig" ? "digisign" : "import", (name, new string('9', most + 1)))));
        Assert.Equal(before, await CountsAsync());

        var (reference, _) = await client.SignAsync("import", new string('c', 50), ("email", "long@example.org"), ("place", new string('p', 70)), ("mandateNumber", new string('M', 35)), ("companyName", new string('n', 140)), ("contractNumber", new string('k', 70)));
        Assert.Equal(35, reference.Length);
    }

    private Task<HttpResponseMessage> SignAsync(string method, params (string Name, string Value)[] more)
    {
        (string Name, string Value)[] usual = [("ct", "1"), ("method", method), ("customerNumber", "SG-NO"), ("iban", "BE68539007547034")];
        return client.FormAsync("/sign", [.. usual.Where(u => more.All(m => m.Name != u.Name)), .. more]);
    }

    private Task<string> CountsAsync() => app.ReadEngineAsync(async db =>
        $"{await db.Mandates.CountAsync()} {await db.Customers.CountAsync()} {await db.Identifications.CountAsync()} {await db.PayLinks.CountAsync()} {await db.FeedEvents.CountAsync()} {await db.Mails.CountAsync()} {await db.Blobs.CountAsync()}");

    private Task<Mandate> MandateAsync(string reference) => app.ReadEngineAsync(db => db.Mandates.AsNoTracking().SingleAsync(m => m.Reference == reference));

    [GeneratedRegex(@"http\S+/identify/\S+")]
    private static partial Regex Address();
}

/// <summary>Without the sandbox nothing outside is connected.</summary>
public sealed class SignOutsideTests(SignOutsideTests.Fixture app) : IClassFixture<SignOutsideTests.Fixture>
{
    public sealed class Fixture : AppFixture
    {
        protected override DomiSettings Configure(DomiSettings settings) => settings with { Sandbox = settings.Sandbox with { Enabled = false } };
    }

    private readonly EngineClient client = new(app);

    [Fact]
    public async Task What_needs_somebody_outside_is_refused_and_an_import_is_taken()
    {
        Assert.Equal("err_no_integration", await EngineClient.RefusalAsync(client.FormAsync("/ibancheck", ("iban", "BE68539007547034"), ("name", "An Peeters"))));
        foreach (var method in new[] { "itsme", "eid", "idin", "emachtiging", "sms", "bancontact", "ideal", "visa", "paypal" })
            Assert.Equal("err_no_integration", await EngineClient.RefusalAsync(client.FormAsync("/sign", ("ct", "1"), ("method", method), ("customerNumber", "OUT"), ("iban", "BE68539007547034"), ("mobile", "+32470112233"), ("bic", "INGBNL2A"))));
        Assert.Equal("err_no_integration", await EngineClient.RefusalAsync(client.FormAsync("/ident", ("ct", "1"), ("method", "itsme"))));

        Assert.Equal("SIGNED", await client.MandateStateAsync((await client.SignAsync("import", "OUT")).Reference));
    }
}
