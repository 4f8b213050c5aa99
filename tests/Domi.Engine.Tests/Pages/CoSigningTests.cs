using System.Text.Json;
using System.Text.RegularExpressions;
using Domi.Engine.Profiles;
using Domi.Engine.Tests.Console;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using UglyToad.PdfPig;

namespace Domi.Engine.Tests.Pages;

/// <summary>A mandate between businesses, or a contract, that two sign: it is worth nothing before the second has.</summary>
public sealed class CoSigningTests(AppFixture app) : IClassFixture<AppFixture>
{
    private const string Account = "BE68 5390 0754 7034"; // its bank accepts mandates between businesses

    private readonly EngineClient client = new(app);
    private readonly Debtor debtor = new(app);

    [Fact]
    public async Task A_mandate_of_two_holds_once_the_second_has_signed_too_and_waits_through_a_restart()
    {
        await AskForTwoAsync("Required");
        const string key = "a key that is told";
        await app.GivenAKeyAsync(key, "http://127.0.0.1:9/hook");
        var (reference, page) = await client.InviteAsync("CO-1", ("ct", "2"), ("iban", ""), ("l", "en"), ("sendInvite", "true"));

        var alone = await debtor.RedrawnAsync(page, Debtor.Details(await debtor.NonceAsync(page), "ilse@co1.example", Account, Business));
        Assert.Contains("Enter the name of who signs with you.", alone);
        var twice = await debtor.RedrawnAsync(page, Debtor.Details(await debtor.NonceAsync(page), "ilse@co1.example", Account, [.. Business, .. Other("Jan Maes", "Ilse@co1.example")]));
        Assert.Contains("This is your own address.", twice);

        var state = await debtor.SignAsync(page, "ilse@co1.example", Account, [.. Business, .. Other("Jan Maes", "jan@co1.example")]);
        Assert.Contains("the second signature is missing", await debtor.SeeAsync(state));
        var ahead = Debtor.LinkOf((await debtor.MailsAsync("jan@co1.example")).Single());
        await app.RestartEngineAsync();

        // For the client nothing is signed, and nothing that the first one signed is changed beneath him.
        Assert.Equal("PREPARED", await client.MandateStateAsync(reference));
        Assert.Equal("err_invalid_state", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, "/mandate/detail?mndtId=" + reference)));
        Assert.Equal("err_invalid_state", await EngineClient.RefusalAsync(client.FormAsync("/transaction", ("mndtId", reference), ("amount", "10"), ("message", "Early"))));
        Assert.Equal("err_invalid_state", await EngineClient.RefusalAsync(client.FormAsync("/mandate/update", ("mndtId", reference), ("iban", "BE91001732641076"))));
        Assert.Equal("err_invalid_state", await EngineClient.RefusalAsync(client.FormAsync("/mandate/update", ("mndtId", reference), ("city", "Elsewhere"))));
        Assert.Equal("err_invalid_state", await EngineClient.RefusalAsync(client.FormAsync("/sign", ("method", "import"), ("key", page[6..]), ("iban", "BE68539007547034"))));
        await client.DoneAsync(HttpMethod.Post, "/mandate/update", ("mndtId", reference), ("mobile", "+32470000001"));
        Assert.Equal(["Ilse Goossens"], Signers(await client.MandateAsync(reference)));
        Assert.Equal((0, 0), ((await FeedAsync(reference)).Count, await ToldAsync(key, reference, "Sign")));

        await client.DoneAsync(HttpMethod.Post, $"/mandate/{reference}/action", ("type", "reminder"));
        Assert.Equal([ahead, ahead], (await debtor.MailsAsync("jan@co1.example")).Select(Debtor.LinkOf));
        Assert.NotEqual(page, ahead);
        var second = await debtor.FollowAsync(ahead);
        var shown = await debtor.SeeAsync(second);
        Assert.Contains($"Jan Maes, Ilse Goossens signed this mandate on {Domi.Platform.Clocks.BrusselsDate(app.Now()).ToString("d MMMM yyyy", System.Globalization.CultureInfo.InvariantCulture)}", Debtor.Text(shown));
        Assert.DoesNotContain("name=\"iban\"", shown);
        var drawn = (Debtor.NonceOf(shown), Convert.ToBase64String(Rendering.QrPicture.Png("a signature", 2)));
        await debtor.SubmitAsync(second, ("nonce", drawn.Item1), ("way", "draw"), ("drawing", "data:image/png;base64," + drawn.Item2));
        await debtor.SubmitAsync(second, ("nonce", drawn.Item1), ("way", "draw"), ("drawing", "data:image/png;base64," + drawn.Item2));

        Assert.Equal("SIGNED_PENDING_DEBTOR_BANK", await client.MandateStateAsync(reference));
        var told = Assert.Single(await FeedAsync(reference)).GetProperty("Mndt");
        Assert.Equal(["Ilse Goossens", "Jan Maes"], Signers(told));
        Assert.Equal(1, await ToldAsync(key, reference, "Sign"));
        using var pdf = PdfDocument.Open(await (await client.SendAsync(HttpMethod.Get, "/mandate/pdf?mndtId=" + reference)).Content.ReadAsByteArrayAsync());
        var text = string.Concat(pdf.GetPages().Select(p => p.Text));
        Assert.Equal(2, Regex.Count(text, "Evidence of the signature"));
        Assert.Contains("Signature of the second signer", text);
        Assert.Equal(["ilse@co1.example", "jan@co1.example"], (await app.ReadEngineAsync(db => db.Mails.Where(m => m.Purpose == "mandate" && (m.To == "ilse@co1.example" || m.To == "jan@co1.example")).Select(m => m.To).ToListAsync())).Order());
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromMinutes(30));
        Assert.Equal("SIGNED", await client.MandateStateAsync(reference));

        using var person = await Person.OfAsync(app);
        var desk = WebUtility.HtmlDecode(await person.GetAsync("/console/agreements/" + await NumberAsync(reference)));
        foreach (var word in new[] { "Signatures", "Code by e-mail", "Drawn signature", "Jan Maes", "jan@co1.example", "Signed by the first of two" }) Assert.Contains(word, desk);
    }

    [Fact]
    public async Task The_first_corrects_an_address_and_may_sign_anew_when_the_second_declines()
    {
        var ct = await app.GivenAProfileAsync(31, p => p.CoSigning = CoSigning.Allowed, AgreementKind.Contract);
        var (reference, page) = await client.InviteAsync("CO-2", ("ct", ct), ("iban", ""), ("l", "en"), ("cosignerName", "Jan Maes"), ("cosignerEmail", "wrong@co2.example"));
        Assert.Contains("wrong@co2.example", await debtor.SeeAsync(page));
        await debtor.SignAsync(page, "ilse@co2.example", "", Other("Jan Maes", "wrong@co2.example"));
        var wrong = Debtor.LinkOf((await debtor.MailsAsync("wrong@co2.example")).Single());

        var nonce = await debtor.NonceAsync(page);
        Assert.Contains("This is your own address.", await debtor.RedrawnAsync(page + "?handler=other", [("nonce", nonce), .. Other("Jan Maes", "ilse@co2.example")]));
        for (var i = 0; i < 2; i++) await debtor.SubmitAsync(page + "?handler=other", [("nonce", nonce), .. Other("Jan Maes", "jan@co2.example")]); // twice is once
        using (var dead = await debtor.Http.GetAsync(wrong)) Assert.Equal(HttpStatusCode.NotFound, dead.StatusCode);
        var link = Debtor.LinkOf((await debtor.MailsAsync("jan@co2.example")).Single());

        var second = await debtor.FollowAsync(link);
        await debtor.SubmitAsync(second + "?handler=decline", ("nonce", await debtor.NonceAsync(second)));
        Assert.Contains("Nothing is signed", await debtor.SeeAsync(link));
        Assert.Contains("Jan Maes does not sign", (await debtor.MailsAsync("ilse@co2.example")).Last().Subject);
        Assert.Equal(("PREPARED", 0), (await client.MandateStateAsync(reference), Signers(await client.MandateAsync(reference)).Length));
        using var person = await Person.OfAsync(app);
        Assert.Contains("The second signature was declined", WebUtility.HtmlDecode(await person.GetAsync("/console/agreements/" + await NumberAsync(reference))));

        await debtor.SignAsync(page, "ilse@co2.example", "");
        Assert.Equal("SIGNED", await client.MandateStateAsync(reference));
        Assert.Equal(["Ilse Goossens"], Signers(await client.MandateAsync(reference)));
    }

    [Fact]
    public async Task Nobody_signs_with_what_the_other_one_has_begun()
    {
        var ct = await app.GivenAProfileAsync(32, p => p.CoSigning = CoSigning.Required, AgreementKind.Contract);
        var (reference, page) = await client.InviteAsync("CO-3", ("ct", ct), ("iban", ""), ("l", "en"));
        var (path, code) = await debtor.ToCodeAsync(page, "ilse@co3.example", "", Other("Jan Maes", "jan@co3.example"));
        var away = await debtor.SubmitAsync(path, ("nonce", await debtor.NonceAsync(path)), ("leave", "itsme"));
        var asked = await debtor.NonceAsync(away);
        await debtor.SubmitAsync(path, ("nonce", await debtor.NonceAsync(path)), ("way", "code"), ("code", code));

        // The first one's other tab: it is not his turn any more.
        await debtor.SubmitAsync(away, ("nonce", asked), ("outcome", "approve"), ("name", "Ilse Goossens"), ("iban", ""));
        using (var again = await debtor.PostAsync(path, ("nonce", asked), ("way", "code"), ("code", code))) Assert.Equal(HttpStatusCode.Redirect, again.StatusCode);
        Assert.Equal("PREPARED", await client.MandateStateAsync(reference));

        var second = await debtor.FollowAsync(Debtor.LinkOf((await debtor.MailsAsync("jan@co3.example")).Single()));
        var identify = await debtor.SubmitAsync(second, ("nonce", await debtor.NonceAsync(second)), ("leave", "itsme"));
        await debtor.IdentifyAsync(identify, "Johannes Maes");

        Assert.Equal("SIGNED", await client.MandateStateAsync(reference));
        Assert.Equal(["Ilse Goossens", "Johannes Maes"], Signers(await client.MandateAsync(reference)));
    }

    [Fact]
    public async Task The_second_is_reminded_and_what_he_does_not_sign_in_time_lapses()
    {
        var ct = await app.GivenAProfileAsync(33, p => (p.CoSigning, p.ReminderDays) = (CoSigning.Required, "3"), AgreementKind.Contract);
        const string key = "a key that hears of the end";
        await app.GivenAKeyAsync(key, "http://127.0.0.1:9/hook");
        var (reference, page) = await client.InviteAsync("CO-4", ("ct", ct), ("iban", ""), ("l", "en"), ("ed", app.Now().AddDays(10).ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture)));
        await debtor.SignAsync(page, "ilse@co4.example", "", Other("Jan Maes", "jan@co4.example"));
        var link = Debtor.LinkOf((await debtor.MailsAsync("jan@co4.example")).Single());
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(4));

        Assert.Equal(2, (await debtor.MailsAsync("jan@co4.example")).Count);
        Assert.DoesNotContain(await debtor.MailsAsync("CO-4@example.org"), m => m.Subject!.Contains("sign", StringComparison.Ordinal));
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(8));
        using var gone = await debtor.Http.GetAsync(link);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.Equal("err_no_contract", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, $"/mandate/detail?mndtId={reference}&force=true")));
        Assert.Equal((0, 1), (await ToldAsync(key, reference, "Sign"), await ToldAsync(key, reference, "Invite")));
    }

    [Fact]
    public async Task A_client_names_the_second_signer_where_there_is_one_and_what_was_signed_elsewhere_needs_none()
    {
        var ct = await app.GivenAProfileAsync(34, p => p.CoSigning = CoSigning.Required, AgreementKind.Contract);
        var drawing = Convert.ToBase64String(Rendering.QrPicture.Png("a signature", 2));
        (string, string)[] call = [("method", "digisign"), ("ct", ct), ("customerNumber", "CO-5"), ("email", "ilse@co5.example"), ("firstname", "Ilse"), ("lastname", "Goossens"), ("l", "en"), ("digsig", drawing)];

        Assert.Equal("err_missing_params", await EngineClient.RefusalAsync(client.FormAsync("/sign", call)));
        Assert.Equal("err_missing_params", await EngineClient.RefusalAsync(client.FormAsync("/sign", [.. call, ("cosignerEmail", "jan@co5.example")])));
        Assert.Equal("err_invalid_email", await EngineClient.RefusalAsync(client.FormAsync("/sign", [.. call, ("cosignerEmail", "jan"), ("cosignerName", "Jan Maes")])));
        Assert.Equal("err_invalid_params", await EngineClient.RefusalAsync(client.FormAsync("/invite", ("ct", "1"), ("customerNumber", "CO-5"), ("cosignerEmail", "jan@co5.example"), ("cosignerName", "Jan Maes"))));
        var half = (await client.TakenAsync(HttpMethod.Post, "/sign", [.. call, ("cosignerEmail", "jan@co5.example"), ("cosignerName", "Jan Maes")])).GetProperty("MndtId").GetString()!;
        Assert.Equal("PREPARED", await client.MandateStateAsync(half));

        // The terms that the first one agreed to are others by now: the second one is asked to agree to nothing else.
        var second = await debtor.FollowAsync(Debtor.LinkOf((await debtor.MailsAsync("jan@co5.example")).Single()));
        var before = await debtor.NonceAsync(second);
        await app.ChangeProfilesAsync(p => p.TermsJson = p.Number == 34 ? "{\"en\":\"Ten years.\"}" : p.TermsJson);
        var html = await debtor.SeeAsync(second);
        Assert.Contains("has changed since", html);
        Assert.DoesNotContain("name=\"way\"", html);
        using (var late = await debtor.PostAsync(second, ("nonce", Debtor.NonceOf(html)), ("way", "draw"), ("drawing", "data:image/png;base64," + drawing), ("terms", "true"))) Assert.NotEqual(HttpStatusCode.InternalServerError, late.StatusCode);
        using (var late = await debtor.PostAsync(second, ("nonce", before), ("way", "draw"), ("drawing", "data:image/png;base64," + drawing), ("terms", "true"))) Assert.Equal(HttpStatusCode.OK, late.StatusCode);
        Assert.Equal("PREPARED", await client.MandateStateAsync(half));

        var (whole, _) = await client.SignAsync("import", "CO-6", ("ct", ct), ("iban", ""));
        Assert.Equal("SIGNED", await client.MandateStateAsync(whole));
    }

    [Fact]
    public async Task Only_a_profile_between_businesses_or_of_contracts_asks_for_two_and_needs_a_way_for_the_second()
    {
        using var person = await Person.OfAsync(app);
        using (await person.DoAsync("/console/profiles/1/agreements", ("signMethods", "email"), ("coSigning", "Required")))
        using (await person.DoAsync("/console/profiles/2/agreements", ("signMethods", "paper"), ("coSigning", "Required")))
            Assert.Contains("A second person signs with a code", WebUtility.HtmlDecode(await person.GetAsync("/console/profiles/2/agreements")));
        using (await person.DoAsync("/console/profiles/2/agreements", ("signMethods", "email"), ("coSigning", "Both")))
            Assert.Contains("callout bad", await person.GetAsync("/console/profiles/2/agreements"));

        Assert.Equal(CoSigning.None, await app.ReadEngineAsync(db => db.Profiles.Where(p => p.Number == 1).Select(p => p.CoSigning).SingleAsync()));
        Assert.DoesNotContain("name=\"coSigning\"", await person.GetAsync("/console/profiles/1/agreements"));
        Assert.Contains("name=\"coSigning\"", await person.GetAsync("/console/profiles/2/agreements"));
    }

    private static readonly (string, string)[] Business = [("enterprise", "0712.845.377"), ("noconsumer", "true")];

    private static (string, string)[] Other(string name, string email) => [("cosignername", name), ("cosigneremail", email)];

    private async Task AskForTwoAsync(string choice)
    {
        using var person = await Person.OfAsync(app);
        using var saved = await person.DoAsync("/console/profiles/2/agreements", [.. new[] { "email", "digisign", "itsme", "eid", "paper" }.Select(m => ("signMethods", m)), ("coSigning", choice)]);
        Assert.Equal(HttpStatusCode.Redirect, saved.StatusCode);
    }

    private static string[] Signers(JsonElement mandate) =>
        [.. mandate.GetProperty("SplmtryData").EnumerateArray().Where(d => d.GetProperty("Key").GetString()!.StartsWith("Signer#", StringComparison.Ordinal)).Select(d => d.GetProperty("Value").GetString()!)];

    private async Task<List<JsonElement>> FeedAsync(string reference) =>
        [.. (await client.GetAsync("/mandate", ("X-RESUME-AFTER", "0"), ("X-TYPES", "CORE,B2B,CONTRACT"))).GetProperty("Messages").EnumerateArray().Where(m => m.TryGetProperty("Mndt", out var mandate) && mandate.GetProperty("MndtId").GetString() == reference)];

    private Task<int> ToldAsync(string key, string reference, string happened) =>
        app.ReadEngineAsync(db => db.Deliveries.CountAsync(d => db.ApiKeys.Any(k => k.Id == d.ApiKeyId && k.Description == key) && d.Query.Contains("mandateNumber=" + reference + "&") && d.Query.Contains("event=" + happened)));

    private Task<long> NumberAsync(string reference) => app.ReadEngineAsync(db => db.Mandates.Where(m => m.Reference == reference).Select(m => m.Number).SingleAsync());
}
