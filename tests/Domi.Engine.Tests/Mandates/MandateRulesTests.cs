using System.Text.Json;
using Domi.Engine.Mandates;
using Domi.Engine.Profiles;
using Domi.Engine.Tests.Pages;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Mandates;

public sealed class MandateRulesTests(AppFixture app) : IClassFixture<AppFixture>
{
    private const string Blocked = "BE31798258915655";

    private readonly EngineClient client = new(app);
    private readonly Debtor debtor = new(app);

    [Fact]
    public async Task A_blocked_account_signs_nothing_on_any_way()
    {
        await client.TakenAsync(HttpMethod.Post, "/ibanblacklist", ("iban", Blocked), ("rsn", "fraud"));
        var (hosted, page) = await client.InviteAsync("BL1", ("iban", ""));
        var (proven, identify) = await client.SignAsync("itsme", "BL2", ("iban", ""));
        var (paid, pay) = await client.SignAsync("bancontact", "BL3", ("iban", ""));
        var keyed = await client.TakenAsync(HttpMethod.Post, "/invite", ("ct", "1"), ("customerNumber", "BL4"));
        var amended = await client.GivenASignedMandate("BL5");

        Assert.Equal("err_invalid_iban", await EngineClient.RefusalAsync(client.FormAsync("/invite", ("ct", "1"), ("customerNumber", "BL"), ("iban", Blocked))));
        Assert.Equal("err_invalid_iban", await EngineClient.RefusalAsync(client.FormAsync("/sign", ("ct", "1"), ("method", "import"), ("customerNumber", "BL"), ("iban", Blocked))));
        Assert.Equal("err_invalid_iban", await EngineClient.RefusalAsync(client.FormAsync("/sign", ("ct", "1"), ("method", "import"), ("key", keyed.GetProperty("key").GetString()!), ("iban", Blocked))));
        Assert.Equal("err_invalid_iban", await EngineClient.RefusalAsync(client.FormAsync("/mandate/update", ("mndtId", amended), ("iban", Blocked))));
        Assert.Contains("role=\"alert\"", await debtor.RedrawnAsync(page, Debtor.Details(await debtor.NonceAsync(page), "bl1@example.org", Blocked)));
        Assert.Contains("role=\"alert\"", await debtor.RedrawnAsync(identify!, ("nonce", await debtor.NonceAsync(identify!)), ("outcome", "approve"), ("name", "Ilse"), ("iban", Blocked)));
        var go = await debtor.SubmitAsync(pay + "?handler=pay", ("nonce", await debtor.NonceAsync(pay!)), ("method", "card"));
        Assert.Contains("role=\"alert\"", await debtor.RedrawnAsync("/simulator/" + go[(go.LastIndexOf('/') + 1)..], ("outcome", "approve"), ("iban", Blocked)));

        foreach (var reference in new[] { hosted, proven, paid, keyed.GetProperty("mndtId").GetString()! }) Assert.Equal("PREPARED", await client.MandateStateAsync(reference));
        Assert.Equal(0, await app.ReadEngineAsync(db => db.PayLinks.CountAsync(l => l.State == Domi.Engine.PayLinks.PayLinkState.Paid)));
        Assert.False(await app.ReadEngineAsync(async db => (await db.Mandates.ToListAsync()).Exists(m => m.DebtorAccount?.Value == Blocked)));

        await client.TakenAsync(HttpMethod.Delete, "/ibanblacklist", ("iban", Blocked));
        await debtor.IdentifyAsync(identify!, iban: Blocked);
        await debtor.SubmitAsync("/simulator/" + go[(go.LastIndexOf('/') + 1)..], ("outcome", "approve"), ("iban", Blocked));
        Assert.Equal(("SIGNED", "SIGNED"), (await client.MandateStateAsync(proven), await client.MandateStateAsync(paid)));
    }

    [Fact]
    public async Task Where_an_account_has_one_mandate_a_second_is_refused_until_the_first_ends()
    {
        var ct = await app.GivenAProfileAsync(41, p => p.OneMandatePerAccount = true);
        var (first, _) = await client.SignAsync("import", "ONE1", ("ct", ct));

        Assert.Equal("err_invalid_iban", await EngineClient.RefusalAsync(client.FormAsync("/invite", ("ct", ct), ("customerNumber", "ONE2"), ("iban", "BE68 5390 0754 7034"))));
        Assert.Equal("err_invalid_iban", await EngineClient.RefusalAsync(client.FormAsync("/sign", ("ct", ct), ("method", "import"), ("customerNumber", "ONE2"), ("iban", "BE68539007547034"))));
        var (_, page) = await client.InviteAsync("ONE2", ("ct", ct), ("iban", ""));
        Assert.Contains("role=\"alert\"", await debtor.RedrawnAsync(page, Debtor.Details(await debtor.NonceAsync(page), "one2@example.org", "BE68539007547034")));
        await client.SignAsync("import", "ONE3"); // another profile
        await client.DoneAsync(HttpMethod.Post, "/mandate/update", ("mndtId", first), ("iban", "BE68539007547034"), ("city", "Gent")); // its own

        (await client.SendAsync(HttpMethod.Delete, $"/mandate?mndtId={first}&rsn=over")).Dispose();
        await client.SignAsync("import", "ONE2", ("ct", ct));
    }

    [Fact]
    public async Task Where_the_client_gives_the_numbers_one_is_needed()
    {
        var ct = await app.GivenAProfileAsync(42, p => p.NeedsOwnReference = true);

        Assert.Equal("err_missing_params", await EngineClient.RefusalAsync(client.FormAsync("/invite", ("ct", ct), ("customerNumber", "OWN"))));
        Assert.Equal("err_missing_params", await EngineClient.RefusalAsync(client.FormAsync("/sign", ("ct", ct), ("method", "paper"), ("customerNumber", "OWN"))));
        Assert.Equal("OWN-42", (await client.InviteAsync("OWN", ("ct", ct), ("mandateNumber", "own-42"))).Reference);
        var profiles = (await client.GetAsync("/template")).EnumerateArray().ToDictionary(p => p.GetProperty("id").GetInt32(), p => p.GetProperty("mandateNumberRequired").GetBoolean());
        Assert.Equal((true, false), (profiles[1], profiles[42])); // true: the profile gives it
    }

    [Fact]
    public async Task An_invitation_is_recalled_on_the_days_of_its_profile_until_it_is_signed()
    {
        var ct = await app.GivenAProfileAsync(43, p => p.ReminderDays = "7, 3,x,14,0,400,21,28");
        var (answered, _) = await client.InviteAsync("REM1", ("ct", ct));
        await client.InviteAsync("REM2", ("ct", ct));
        await client.InviteAsync("REM3", ("ct", ct), ("email", ""));

        Assert.Equal((0, 1, 1, 2), (await PassedAsync("REM2", 2.9), await PassedAsync("REM2", 0.2), await PassedAsync("REM2", 3.8), await PassedAsync("REM2", 0.2)));
        Assert.Equal(2, await CountAsync("REM1"));
        await client.UploadAsync(answered);
        Assert.Equal((3, 4, 4), (await PassedAsync("REM2", 7), await PassedAsync("REM2", 7), await PassedAsync("REM2", 30))); // four at most
        Assert.Equal(2, await CountAsync("REM1"));
    }

    [Fact]
    public async Task Days_that_went_by_while_nothing_ran_are_passed_over()
    {
        var ct = await app.GivenAProfileAsync(44, p => p.ReminderDays = "3,7,14");
        await client.InviteAsync("LATE", ("ct", ct));
        AppFixture.SetTime(app.Engine, app.Now().AddDays(8));
        await app.RunEngineAsync<RemindInvitations>();
        await app.RunEngineAsync<RemindInvitations>();

        Assert.Equal(1, await CountAsync("LATE"));
        Assert.Equal(2, await PassedAsync("LATE", 7));
    }

    [Fact]
    public async Task A_call_says_when_it_is_recalled_first()
    {
        await client.InviteAsync("DAYS", ("reminderDays", "5"));
        await client.InviteAsync("NODAYS", ("reminderDays", "0"));

        Assert.Equal((0, 1, 1), (await PassedAsync("DAYS", 4.9), await PassedAsync("DAYS", 0.2), await PassedAsync("DAYS", 60)));
        Assert.Equal(0, await CountAsync("NODAYS"));
    }

    [Fact]
    public async Task Older_invitations_go_unless_the_profile_keeps_them()
    {
        var ct = await app.GivenAProfileAsync(45, p => p.KeepsOlderInvitations = true);
        var (gone, _) = await client.InviteAsync("OLD1");
        var (newer, _) = await client.InviteAsync("OLD1");
        var (kept, _) = await client.InviteAsync("OLD1", ("ct", ct));
        var (signed, _) = await client.InviteAsync("OLD1", ("ct", ct));
        await client.UploadAsync(signed);

        Assert.Equal("err_no_contract", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, $"/mandate/detail?mndtId={gone}&force=true")));
        foreach (var reference in new[] { newer, kept }) Assert.Equal("PREPARED", await client.MandateStateAsync(reference));
    }

    [Fact]
    public async Task The_questions_of_a_profile_are_listed_asked_checked_and_shown()
    {
        ProfileAttribute[] asked =
        [
            new("Meter", "number", "Number of the meter", [], true, false), new("Fee", "amount", "", [], false, false), new("Size", "select", "", ["S", "M"], false, false), new("Days", "multi", "", ["mon", "tue"], false, false),
            new("Mail", "email", "", [], false, false), new("Site", "url", "", [], false, false), new("News", "checkbox", "", [], false, false), new("Other", "iban", "", [], false, false), new("Word", "text", "", [], false, true),
        ];
        var ct = await app.GivenAProfileAsync(46, p => p.AttributesJson = JsonSerializer.Serialize(asked));
        (string, string)[] good = [("meter", "12.5"), ("Fee", "10,50"), ("Size", "M"), ("Days", "mon, tue"), ("Mail", "x@example.org"), ("Site", "https://example.org"), ("News", "True"), ("Other", "BE91 0017 3264 1076"), ("Word", "été")];

        Assert.Equal("err_missing_attributes", await EngineClient.RefusalAsync(client.FormAsync("/invite", ("ct", ct), ("customerNumber", "ATT"), ("Size", "M"))));
        foreach (var (name, value, code) in new[]
        {
            ("Meter", "twelve", "err_invalid_params"), ("Fee", "much", "err_invalid_amount"), ("Size", "L", "err_invalid_params"), ("Days", "mon,sun", "err_invalid_params"), ("Mail", "no", "err_invalid_params"), ("Site", "ftp://x", "err_invalid_params"),
            ("News", "maybe", "err_invalid_params"), ("Other", "BE00", "err_invalid_params"), ("Word", new string('w', 501), "err_invalid_params"),
        })
            Assert.Equal(code, await EngineClient.RefusalAsync(client.FormAsync("/sign", [("ct", ct), ("method", "paper"), ("customerNumber", "ATT"), .. good.Where(g => !g.Item1.Equals(name, StringComparison.OrdinalIgnoreCase)), (name, value)])));
        Assert.False(await app.ReadEngineAsync(db => db.Customers.AnyAsync(c => c.CustomerNumber == "ATT")));

        var reference = await client.GivenASignedMandate("ATT", [("ct", ct), .. good, ("Unknown", "x")]);
        var shown = (await client.MandateAsync(reference)).GetProperty("SplmtryData").EnumerateArray().ToDictionary(p => p.GetProperty("Key").GetString()!, p => p.GetProperty("Value").ToString());
        Assert.Equal(("12.5", "10,50", "été", false), (shown["Meter"], shown["Fee"], shown["Word"], shown.ContainsKey("Unknown")));
        var listed = (await client.GetAsync("/template")).EnumerateArray().Single(p => p.GetProperty("id").GetInt32() == 46).GetProperty("Attributes").EnumerateArray().ToList();
        Assert.Equal(asked.Select(a => (a.Name, a.Type, a.Options.Count, a.IsMandatory, a.IsReadOnly)), listed.Select(a => (a.GetProperty("name").GetString()!, a.GetProperty("type").GetString()!, a.GetProperty("Options").GetArrayLength(), a.GetProperty("mandatory").GetBoolean(), a.GetProperty("readonly").GetBoolean())));
    }

    private async Task<int> PassedAsync(string customer, double days)
    {
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(days));
        return await CountAsync(customer);
    }

    private Task<int> CountAsync(string customer) => app.ReadEngineAsync(db => db.Mails.CountAsync(m => m.To == customer + "@example.org" && m.Purpose == "invite"));
}
