using System.Globalization;
using System.Text.Json;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.CollectionRuns;

public sealed class CollectTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly EngineClient client = new(app);

    [Fact]
    public async Task Where_nothing_leaves_by_itself_a_call_hands_over_what_is_due_in_one_run()
    {
        var ct = await app.GivenAProfileAsync(11, p => p.SendsByItself = false);
        var mandate = await client.GivenASignedMandate("C1", ("ct", ct));
        var soon = await client.TransactAsync(mandate, 40m);
        var other = await client.TransactAsync(mandate, 60m);
        var later = await client.TransactAsync(mandate, 80m, ("reqcolldt", Day(60)));
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(5));
        Assert.Equal("opened", Text(await client.TransactionAsync(soon), "stage")); // its day passed, and it waits

        var run = await client.TakenAsync(HttpMethod.Post, "/collect", ("ct", ct));
        var id = Text(run, "rcurMsgId");
        Assert.Equal(JsonValueKind.Null, run.GetProperty("frstMsgId").ValueKind);
        var again = await client.TakenAsync(HttpMethod.Post, "/collect", ("ct", ct));
        Assert.Equal(JsonValueKind.Null, again.GetProperty("rcurMsgId").ValueKind);
        foreach (var made in new[] { soon, other }) Assert.Equal((id, "offered"), (Text(await client.TransactionAsync(made), "collection"), Text(await client.TransactionAsync(made), "stage")));
        Assert.Equal("opened", Text(await client.TransactionAsync(later), "stage"));
        var status = (await client.GetAsync("/collect?pmtinfid=" + id)).GetProperty("Sdds").EnumerateArray().Single();
        Assert.Equal((11, 2, 100m, 0, false), (status.GetProperty("ct").GetInt32(), status.GetProperty("tx").GetInt32(), status.GetProperty("amount").GetDecimal(), status.GetProperty("progress").GetInt32(), status.GetProperty("final").GetBoolean()));

        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(6));
        var done = (await client.GetAsync("/collect?id=" + status.GetProperty("id"))).GetProperty("Sdds").EnumerateArray().Single();
        Assert.Equal((100, true), (done.GetProperty("progress").GetInt32(), done.GetProperty("final").GetBoolean()));
        Assert.Equal("PAID", Text(await client.TransactionAsync(soon), "state"));
        Assert.Equal("opened", Text(await client.TransactionAsync(later), "stage"));
    }

    [Fact]
    public async Task A_later_day_moves_the_collections_to_it_and_until_takes_those_that_were_announced_for_later()
    {
        var ct = await app.GivenAProfileAsync(12, p => p.SendsByItself = false);
        var mandate = await client.GivenASignedMandate("C2", ("ct", ct));
        var soon = await client.TransactAsync(mandate, 40m);
        var later = await client.TransactAsync(mandate, 80m, ("reqcolldt", Day(40)));

        var run = await client.TakenAsync(HttpMethod.Post, "/collect", ("ct", ct), ("colltndt", Day(20)), ("until", app.Now().AddDays(50).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)));

        var (first, second) = (await client.TransactionAsync(soon), await client.TransactionAsync(later));
        Assert.Equal((Text(later, "reqcolldt"), Text(later, "reqcolldt")), (Text(first, "reqcolldt"), Text(second, "reqcolldt"))); // nothing before its day
        Assert.Equal(Text(run, "rcurMsgId"), Text(first, "collection"));
    }

    [Fact]
    public async Task What_rests_on_a_suspended_mandate_is_not_handed_over()
    {
        var ct = await app.GivenAProfileAsync(13, p => p.SendsByItself = false);
        var mandate = await client.GivenASignedMandate("C3", ("ct", ct), ("iban", "BE91001732641076"));
        var made = await client.TransactAsync(mandate, 40m);
        await client.TakenAsync(HttpMethod.Post, "/ibanblacklist", ("iban", "BE91001732641076"), ("rsn", "fraud"), ("state", "passive"));

        Assert.Equal(JsonValueKind.Null, (await client.TakenAsync(HttpMethod.Post, "/collect", ("ct", ct))).GetProperty("rcurMsgId").ValueKind);
        await client.TakenAsync(HttpMethod.Delete, "/ibanblacklist", ("iban", "BE91001732641076"), ("state", "active"));
        Assert.Equal(Text(await client.TakenAsync(HttpMethod.Post, "/collect", ("ct", ct)), "rcurMsgId"), Text(await client.TransactionAsync(made), "collection"));
    }

    [Fact]
    public async Task A_client_that_asks_for_the_notice_has_the_debtor_told_and_its_run_at_once()
    {
        var ct = await app.GivenAProfileAsync(15, p => p.SendsByItself = false);
        var mandate = await client.GivenASignedMandate("C5", ("ct", ct));
        var (one, two) = (await client.TransactAsync(mandate, 40m), await client.TransactAsync(mandate, 60m));

        var run = Text(await client.TakenAsync(HttpMethod.Post, "/collect", ("ct", ct), ("prenotify", "true")), "rcurMsgId");

        foreach (var made in new[] { one, two }) Assert.Equal(run, Text(await client.TransactionAsync(made), "collection"));
        await app.RunEngineAsync<SendMails>();
        var mail = await app.ReadEngineAsync(db => db.Mails.AsNoTracking().SingleAsync(m => m.Purpose == "announcement" && m.Text.Contains(mandate)));
        Assert.Equal(MailState.Accepted, mail.State);
        foreach (var amount in new[] { "40,00", "60,00" }) Assert.Contains(amount, mail.Text, StringComparison.Ordinal);
        Assert.Equal(2, await app.ReadEngineAsync(db => db.Announcements.CountAsync(a => a.MailId == mail.Id && a.AnnouncedAt != null)));
    }

    [Fact]
    public async Task Runs_are_listed_by_profile_day_and_time_page_by_page()
    {
        var ct = await app.GivenAProfileAsync(14, p => p.SendsByItself = false);
        var mandate = await client.GivenASignedMandate("C4", ("ct", ct));
        for (var i = 0; i < 51; i++)
        {
            await client.TransactAsync(mandate, 40m);
            await client.TakenAsync(HttpMethod.Post, "/collect", ("ct", ct));
        }

        var today = app.Now().BrusselsDate().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var page = await client.GetAsync($"/collect/query?ct={ct}&generated={today}&state=sent");
        var first = page.GetProperty("collections")[0];
        Assert.Equal((50, "40.00", "Sent", 1), (page.GetProperty("collections").GetArrayLength(), Text(first, "amount"), Text(first, "status"), first.GetProperty("tx").GetInt32()));
        Assert.Contains("page=1", Text(page.GetProperty("_links"), "next"));
        var last = await client.GetAsync(new Uri(Text(page.GetProperty("_links"), "next")).PathAndQuery["/creditor".Length..]);
        Assert.Equal(1, last.GetProperty("collections").GetArrayLength());
        Assert.False(last.GetProperty("_links").TryGetProperty("next", out _));
        Assert.Equal(0, (await client.GetAsync($"/collect/query?ct={ct}&from={Day(1)}")).GetProperty("collections").GetArrayLength());
        Assert.Equal(50, (await client.GetAsync($"/collect/query?ct={ct}&reqcolldt={Text(first, "reqcolldt")}&until={Day(1)}")).GetProperty("collections").GetArrayLength());
    }

    [Fact]
    public async Task What_is_no_profile_no_day_and_no_run_is_said()
    {
        Assert.Equal("err_missing_params", await EngineClient.RefusalAsync(client.FormAsync("/collect")));
        Assert.Equal("err_missing_params", await EngineClient.RefusalAsync(client.FormAsync("/collect", ("ct", "0"))));
        Assert.Equal("err_no_such_ct", await EngineClient.RefusalAsync(client.FormAsync("/collect", ("ct", "999"))));
        Assert.Equal("err_invalid_params", await EngineClient.RefusalAsync(client.FormAsync("/collect", ("ct", "x"))));
        Assert.Equal("err_invalid_date", await EngineClient.RefusalAsync(client.FormAsync("/collect", ("ct", "1"), ("colltndt", "soon"))));
        Assert.Equal("err_invalid_params", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, "/collect/query?state=open")));
        Assert.Equal(0, (await client.GetAsync("/collect?id=999999999")).GetProperty("Sdds").GetArrayLength());
    }

    private string Day(int fromNow) => app.Now().BrusselsDate().AddDays(fromNow).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Text(JsonElement entry, string name) => entry.GetProperty(name).GetString()!;
}
