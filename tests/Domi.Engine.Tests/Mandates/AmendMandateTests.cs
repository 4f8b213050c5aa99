using System.Text.Json;
using Domi.Engine.Mandates;
using Domi.Engine.Profiles;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Engine.Tests.Mandates;

public sealed class AmendMandateTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly EngineClient client = new(app);

    [Theory]
    [InlineData("_T50", "iban=BE91001732641076")]
    [InlineData("_T50", "bic=GKCCBEBB")]
    [InlineData("_T51", "address=Visserij 44")]
    [InlineData("_T51", "zip=9000", "city=Gent", "country=be")]
    [InlineData("_T53", "lastname=Goossens")]
    [InlineData("_T53", "companyName=Goossens bv", "coc=0712845377")]
    [InlineData("_T54", "email=new@example.org")]
    [InlineData("_T55", "mobile=32470112233")]
    [InlineData("_T56", "l=fr")]
    [InlineData("_T50,_T51,_T53,_T54,_T55,_T56", "iban=BE91001732641076", "bic=GKCCBEBB", "city=Gent", "firstname=Ilse", "email=other@example.org", "mobile=+32470112244", "language=fr")]
    public async Task What_changed_is_told_by_its_code_once(string reasons, params string[] form)
    {
        var reference = await client.GivenASignedMandate($"AM-{form[0].Split('=')[0]}-{form.Length}", ("firstname", "An"), ("lastname", "Peeters"), ("address", "Kouter 1"), ("country", "NL"));
        for (var i = 0; i < 2; i++) await UpdateAsync(reference.ToLowerInvariant(), [.. form.Select(f => f.Split('=')).Select(f => (f[0], f[1]))]);

        var told = Assert.Single(await AmendmentsAsync(reference));
        Assert.Equal(reasons, Reason(told));
        Assert.Equal(JsonValueKind.String, told.GetProperty("AmdmntRsn").GetProperty("Orgtr").GetProperty("CtctDtls").GetProperty("EmailAdr").ValueKind);
        var text = (await client.MandateAsync(reference)).ToString();
        Assert.Equal(text, told.GetProperty("Mndt").ToString());
        foreach (var value in form.Where(f => f[0] != 'l' || f.StartsWith("lastname", StringComparison.Ordinal)).Select(f => f.Split('=')[1])) Assert.Contains(value, text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains($"\"Language\",\"Value\":\"{(reasons.Contains("_T56") ? "fr" : "nl")}\"", text.Replace(" ", ""));
    }

    [Fact]
    public async Task Suspending_twice_is_no_error_and_told_once_and_nothing_is_collected_until_it_goes_on()
    {
        var reference = await client.GivenASignedMandate("AM-SUS");
        for (var i = 0; i < 2; i++) await UpdateAsync(reference, ("state", "passive"));
        Assert.Equal("err_invalid_state", await EngineClient.RefusalAsync(client.FormAsync("/transaction", ("mndtId", reference), ("amount", "40"), ("message", "Fee"))));
        Assert.Equal("BOOKED", (await client.BookAsync(EngineClient.Invoice("AM-SUS", 40m, "AM-SUS", due: "2031-01-01"))).GetProperty("state").GetString());

        for (var i = 0; i < 2; i++) await UpdateAsync(reference, ("state", "ACTIVE"));

        Assert.Equal(["uncollectable|user", "collectable|user"], (await AmendmentsAsync(reference)).Select(Reason));
        await client.TransactAsync(reference, 40m);
    }

    [Fact]
    public async Task What_is_not_signed_has_no_state_to_set_and_what_ended_is_not_amended()
    {
        var (prepared, _) = await client.InviteAsync("AM-PRE");
        var ended = await client.GivenASignedMandate("AM-END");
        (await client.SendAsync(HttpMethod.Delete, $"/mandate?mndtId={ended}&rsn=over")).Dispose();

        foreach (var reference in new[] { prepared, ended }) Assert.Equal("err_invalid_state", await RefusedAsync(reference, ("state", "passive")));
        Assert.Equal("err_invalid_state", await RefusedAsync(ended, ("iban", "BE91001732641076")));
        await UpdateAsync(prepared, ("iban", "BE91001732641076"), ("lastname", "Goossens"));
        Assert.Empty(await AmendmentsAsync(prepared)); // no feed knows it yet
        Assert.Equal("BE91001732641076", (await client.MandateAsync(prepared)).GetProperty("DbtrAcct").GetString());
    }

    [Fact]
    public async Task A_signed_mandate_between_businesses_keeps_its_account()
    {
        var reference = await client.GivenASignedMandate("AM-B2B", ("ct", "2"));

        foreach (var (name, value) in new[] { ("iban", "BE91001732641076"), ("city", "Gent"), ("companyName", "Goossens bv") })
            Assert.Equal("err_invalid_state", await RefusedAsync(reference, (name, value)));
        await UpdateAsync(reference, ("email", "am-b2b-new@example.org"), ("state", "passive"));

        Assert.Equal(["_T54,uncollectable|user"], (await AmendmentsAsync(reference)).Select(Reason));
        Assert.Equal("BE68539007547034", (await client.MandateAsync(reference)).GetProperty("DbtrAcct").GetString());
    }

    [Fact]
    public async Task It_moves_to_another_profile_of_the_same_scheme_only()
    {
        var ct = await app.GivenAProfileAsync(31);
        await app.GivenAProfileAsync(32, p => p.IsActive = false);
        var reference = await client.GivenASignedMandate("AM-MOV");

        foreach (var other in new[] { "2", "32", "999" }) Assert.Equal("err_no_such_ct", await RefusedAsync(reference, ("ct", other)));
        for (var i = 0; i < 2; i++) await UpdateAsync(reference, ("ct", ct));

        Assert.Equal(["template"], (await AmendmentsAsync(reference)).Select(Reason));
        Assert.Contains("\"TemplateId\",\"Value\":31", (await client.MandateAsync(reference)).ToString().Replace(" ", ""));
    }

    [Fact]
    public async Task A_customer_number_of_somebody_else_changes_nothing()
    {
        var reference = await client.GivenASignedMandate("AM-NR1");
        await client.GivenASignedMandate("AM-NR2");

        Assert.Equal("err_duplicate_ref", await RefusedAsync(reference, ("customerNumber", "AM-NR2"), ("city", "Gent"), ("iban", "BE91001732641076")));
        Assert.Equal("BE68539007547034", (await client.MandateAsync(reference)).GetProperty("DbtrAcct").GetString());
        await UpdateAsync(reference, ("customerNumber", "AM-NR3"));
        Assert.Equal("AM-NR3", (await client.MandateAsync(reference)).GetProperty("Dbtr").GetProperty("CtctDtls").GetProperty("Othr").GetString());
    }

    [Fact]
    public async Task Attributes_change_but_those_to_read_only()
    {
        var ct = await app.GivenAProfileAsync(33, p => p.AttributesJson = JsonSerializer.Serialize<List<ProfileAttribute>>([new("Meter", "number", "", [], false, false), new("Origin", "text", "", [], false, true)]));
        var reference = await client.GivenASignedMandate("AM-ATT", ("ct", ct), ("Meter", "12"), ("Origin", "shop"));

        Assert.Equal("err_invalid_params", await RefusedAsync(reference, ("Meter", "twelve")));
        await UpdateAsync(reference, ("meter", "13"), ("Origin", "street"), ("Anything", "else"));

        Assert.Equal(["attributes"], (await AmendmentsAsync(reference)).Select(Reason));
        var text = (await client.MandateAsync(reference)).ToString().Replace(" ", "");
        Assert.Contains("\"Meter\",\"Value\":\"13\"", text);
        Assert.Contains("\"Origin\",\"Value\":\"shop\"", text);
    }

    [Theory]
    [InlineData("err_missing_params", "mndtId=")]
    [InlineData("err_no_contract", "mndtId=NONE")]
    [InlineData("err_invalid_params", "mndtId=000000000000000000000000000000000000")]
    [InlineData("err_invalid_params", "state=asleep")]
    [InlineData("err_invalid_iban", "iban=BE00")]
    [InlineData("err_invalid_bic", "iban=BE68539007547034", "bic=nobank")]
    [InlineData("err_invalid_email", "email=no")]
    [InlineData("err_invalid_country", "country=Belgium")]
    [InlineData("err_invalid_params", "ct=one")]
    public async Task An_amendment_that_is_none_is_refused(string code, params string[] form)
    {
        var usual = form[0].StartsWith("mndtId", StringComparison.Ordinal) ? [("city", "Gent")] : new[] { ("mndtId", (await client.InviteAsync("AM-BAD")).Reference) };

        Assert.Equal(code, await EngineClient.RefusalAsync(client.FormAsync("/mandate/update", [.. usual, .. form.Select(f => f.Split('=')).Select(f => (f[0], f[1]))])));
    }

    [Fact]
    public async Task An_invitation_and_its_reminders_are_mailed_until_it_is_signed()
    {
        var (reference, page) = await client.InviteAsync("AC1");
        await ActAsync(reference.ToLowerInvariant(), ("type", "invite"));
        foreach (var level in new[] { "1", "2", "3", "4", "4" }) await ActAsync(reference, ("type", "Reminder"), ("reminder", level));

        Assert.Equal(6, await app.ReadEngineAsync(db => db.Mails.CountAsync(m => m.To == "AC1@example.org" && m.Purpose == "invite" && m.Text.Contains(page))));
        Assert.Equal(4, await app.ReadEngineAsync(db => db.Mandates.Where(m => m.Reference == reference).Select(m => m.Reminders).SingleAsync()));

        // Which one it is says the call; without a number it is the next.
        foreach (var (level, then) in new[] { ("2", 2), ("", 3) })
        {
            await ActAsync(reference, level.Length > 0 ? [("type", "reminder"), ("reminder", level)] : [("type", "reminder")]);
            Assert.Equal(then, await app.ReadEngineAsync(db => db.Mandates.Where(m => m.Reference == reference).Select(m => m.Reminders).SingleAsync()));
        }

        await client.UploadAsync(reference);
        foreach (var type in new[] { "invite", "reminder" }) await ActAsync(reference, ("type", type));
        Assert.Equal(8, await app.ReadEngineAsync(db => db.Mails.CountAsync(m => m.To == "AC1@example.org" && m.Purpose == "invite")));
    }

    [Fact]
    public async Task An_action_needs_a_mandate_a_name_and_an_address()
    {
        var (reference, _) = await client.InviteAsync("AC2", ("email", ""));
        foreach (var type in new[] { "invite", "reminder", "access" }) Assert.Equal("err_email_disabled", await RefusedActionAsync(reference, ("type", type)));
        Assert.Equal("err_missing_params", await RefusedActionAsync(reference));
        Assert.Equal("err_invalid_params", await RefusedActionAsync(reference, ("type", "explode")));
        foreach (var level in new[] { "0", "5", "x" }) Assert.Equal("err_invalid_params", await RefusedActionAsync(reference, ("type", "reminder"), ("reminder", level)));
        Assert.Equal("err_not_found", await RefusedActionAsync("NONE", ("type", "invite")));
        foreach (var type in new[] { "automaticCheck", "manualCheck" }) Assert.Equal("err_invalid_state", await RefusedActionAsync(reference, ("type", type)));
        Assert.Equal(0, await app.ReadEngineAsync(db => db.Mandates.Where(m => m.Reference == reference).Select(m => m.Reminders).SingleAsync()));
    }

    [Fact]
    public async Task The_way_to_the_debtors_own_page_is_mailed()
    {
        var reference = await client.GivenASignedMandate("AC3");
        await ActAsync(reference, ("type", "access"));

        var mail = await app.ReadEngineAsync(db => db.Mails.AsNoTracking().SingleAsync(m => m.To == "AC3@example.org" && m.Purpose == "access"));
        var token = mail.Text[(mail.Text.IndexOf("/my/", StringComparison.Ordinal) + 4)..].Split('\n')[0];
        Assert.Equal(await IdAsync(reference), Access.Read(token, app.Now().AddDays(6))!.Value.MandateId);
        Assert.Null(Access.Read(token, app.Now().AddDays(8)));
    }

    [Fact]
    public async Task A_bank_that_is_asked_by_hand_answers_nothing_until_it_is_asked_again()
    {
        var (reference, _) = await client.SignAsync("import", "AC4", ("ct", "2"), ("iban", "BE16645348971174"));
        await ActAsync(reference, ("type", "manualCheck"));
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromHours(2));
        Assert.Equal("SIGNED_PENDING_DEBTOR_BANK", await client.MandateStateAsync(reference));

        await ActAsync(reference, ("type", "automaticCheck"));
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromMinutes(30));
        Assert.Equal("SIGNED", await client.MandateStateAsync(reference));
    }

    [Fact]
    public async Task Without_an_account_there_is_no_bank_to_ask()
    {
        var (reference, _) = await client.InviteAsync("AC5", ("ct", "2"), ("iban", ""));
        await client.UploadAsync(reference);
        await ActAsync(reference, ("type", "automaticCheck"));
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromMinutes(30));

        Assert.Equal("SIGNED_PENDING_DEBTOR_BANK", await client.MandateStateAsync(reference));
        Assert.Null(await app.ReadEngineAsync(db => db.Mandates.Where(m => m.Reference == reference).Select(m => m.BankAnswersAt).SingleAsync()));
    }

    [Fact]
    public async Task The_debtors_own_page_is_found_by_mandate_and_by_customer_for_two_minutes()
    {
        var reference = await client.GivenASignedMandate("CA1", ("mobile", "+32470998877"));
        await client.InviteAsync("CA2");
        foreach (var (name, value) in new[] { ("mndtId", reference.ToLowerInvariant()), ("customerNumber", "CA1"), ("email", "ca1@EXAMPLE.org"), ("mobile", "+32470998877") })
        {
            var answer = await client.TakenAsync(HttpMethod.Post, "/customeraccess", (name, value));
            var token = answer.GetProperty("token").GetString()!;
            Assert.EndsWith("/my/" + token, answer.GetProperty("url").GetString());
            Assert.Equal((await IdAsync(reference), true), Access.Read(token, app.Now()));
            Assert.Null(Access.Read(token, app.Now().AddMinutes(3)));
            Assert.Null(Access.Read(token[..^2], app.Now()));
        }

        Assert.Equal("err_missing_params", await EngineClient.RefusalAsync(client.FormAsync("/customeraccess")));
        foreach (var (name, value) in new[] { ("mndtId", "NONE"), ("customerNumber", "NONE"), ("customerNumber", "CA2"), ("email", "nobody@example.org") })
            Assert.Equal("err_no_contract", await EngineClient.RefusalAsync(client.FormAsync("/customeraccess", (name, value))));
    }

    private CustomerAccess Access => app.Engine.Services.GetRequiredService<CustomerAccess>();

    private Task<Guid> IdAsync(string reference) => app.ReadEngineAsync(db => db.Mandates.Where(m => m.Reference == reference).Select(m => m.Id).SingleAsync());

    private Task UpdateAsync(string reference, params (string, string)[] form) => client.DoneAsync(HttpMethod.Post, "/mandate/update", [("mndtId", reference), .. form]);

    private Task<string> RefusedAsync(string reference, params (string, string)[] form) => EngineClient.RefusalAsync(client.FormAsync("/mandate/update", [("mndtId", reference), .. form]));

    private Task ActAsync(string reference, params (string, string)[] form) => client.DoneAsync(HttpMethod.Post, $"/mandate/{reference}/action", form);

    private Task<string> RefusedActionAsync(string reference, params (string, string)[] form) => EngineClient.RefusalAsync(client.FormAsync($"/mandate/{reference}/action", form));

    private async Task<List<JsonElement>> AmendmentsAsync(string reference) =>
        [.. (await client.FeedAsync("/mandate", "Messages")).Where(m => m.TryGetProperty("AmdmntRsn", out _) && m.GetProperty("OrgnlMndtId").GetString() == reference)];

    private static string Reason(JsonElement message) => message.GetProperty("AmdmntRsn").GetProperty("Rsn").GetString()!;
}
