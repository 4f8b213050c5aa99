using System.Globalization;
using System.Text.Json;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Subscriptions;

public sealed class SubscriptionsTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly EngineClient client = new(app);

    [Fact]
    public async Task One_is_made_read_under_any_spelling_changed_replaced_and_ended()
    {
        var mandate = await client.GivenASignedMandate("S1");
        var made = await BeginAsync(mandate, ("ref", "my-ref 1"), ("recurrence", "3m"), ("stopAfter", "12"), ("start", "2199-01-31"));
        var path = $"/subscription/{mandate.ToLowerInvariant()}/My-Ref%201";

        Assert.Equal(("active", 20m, "Fee", "MYREF1", 0, 0, 12, "2199-01-31", "2199-01-31", "3m", mandate), (Text(made, "state"), made.GetProperty("amount").GetDecimal(), Text(made, "message"), Text(made, "ref"),
            made.GetProperty("plan").GetInt32(), made.GetProperty("runs").GetInt32(), made.GetProperty("stopAfter").GetInt32(), Text(made, "start"), Text(made, "next"), Text(made, "recurrence"), Text(made, "mndtId")));
        Assert.Equal(JsonValueKind.Null, made.GetProperty("last").ValueKind);
        Assert.Equal(made.ToString(), (await client.GetAsync(path)).ToString());
        var changed = await client.TakenAsync(HttpMethod.Patch, path + "?amount=25", ("message", "New fee"));
        Assert.Equal((25m, "New fee", "3m"), (changed.GetProperty("amount").GetDecimal(), Text(changed, "message"), Text(changed, "recurrence")));
        var replaced = await client.TakenAsync(HttpMethod.Post, path, ("amount", "30"), ("message", "Third"), ("recurrence", "2w"), ("start", "2199-02-01"));
        Assert.Equal((30m, "Third", "2w", "2199-02-01", "2199-02-01", made.GetProperty("id").GetInt64()), (replaced.GetProperty("amount").GetDecimal(), Text(replaced, "message"), Text(replaced, "recurrence"), Text(replaced, "start"), Text(replaced, "next"), replaced.GetProperty("id").GetInt64()));

        await client.DoneAsync(HttpMethod.Delete, path);
        Assert.Equal("cancelled", Text(await client.GetAsync(path), "state"));
        Assert.Equal("err_invalid_state", await EngineClient.RefusalAsync(client.FormAsync(HttpMethod.Delete, path)));
        Assert.Equal("err_invalid_state", await EngineClient.RefusalAsync(client.FormAsync(HttpMethod.Patch, path, ("amount", "5"))));
        Assert.Equal("err_invalid_state", await EngineClient.RefusalAsync(client.FormAsync(path + "/resume")));
    }

    [Fact]
    public async Task What_cannot_begin_is_refused()
    {
        var mandate = await client.GivenASignedMandate("S2");
        var (prepared, _) = await client.InviteAsync("S2-2");
        await BeginAsync(mandate, ("ref", "TAKEN"), ("start", "2199-01-01"));

        foreach (var (name, value, code) in new[]
        {
            ("mndtId", "NONE", "err_no_contract"), ("mndtId", "", "err_missing_params"), ("mndtId", prepared, "err_invalid_state"), ("ref", "ta-ken", "err_duplicate_ref"), ("ref", "- -", "err_invalid_params"), ("ref", new string('r', 71), "err_invalid_params"),
            ("amount", "", "err_missing_params"), ("amount", "0", "err_invalid_amount"), ("amount", "x", "err_invalid_amount"), ("message", "", "err_missing_params"), ("message", new string('m', 141), "err_invalid_params"),
            ("start", "2026-03-17", "err_invalid_date"), ("start", "x", "err_invalid_date"), ("recurrence", "0m", "err_invalid_params"), ("recurrence", "13m", "err_invalid_params"), ("recurrence", "often", "err_invalid_params"), ("recurrence", "99999999999m", "err_invalid_params"),
            ("stopAfter", "-1", "err_invalid_params"), ("stopAfter", "10001", "err_invalid_params"), ("stopAfter", "x", "err_invalid_params"),
        })
        {
            (string, string)[] form = [.. new[] { ("mndtId", mandate), ("amount", "20"), ("message", "Fee") }.Where(f => f.Item1 != name), (name, value)];
            var answered = await EngineClient.RefusalAsync(client.FormAsync("/subscription", form));
            Assert.True(code == answered, $"{name}={value}: {answered}");
        }

        foreach (var (method, path) in new[] { ("GET", ""), ("POST", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/suspend"), ("POST", "/resume") })
        {
            Assert.Equal("err_no_contract", await EngineClient.RefusalAsync(client.FormAsync(new(method), "/subscription/NONE/TAKEN" + path, ("amount", "20"), ("message", "Fee"))));
            Assert.Equal("err_not_found", await EngineClient.RefusalAsync(client.FormAsync(new(method), $"/subscription/{mandate}/OTHER" + path, ("amount", "20"), ("message", "Fee"))));
        }

        Assert.Equal("err_invalid_params", await EngineClient.RefusalAsync(client.FormAsync($"/subscription/{mandate}/TAKEN/explode")));
        Assert.Equal("err_invalid_amount", await EngineClient.RefusalAsync(client.FormAsync(HttpMethod.Patch, $"/subscription/{mandate}/TAKEN", ("amount", "-1"))));
        Assert.Equal("err_invalid_date", await EngineClient.RefusalAsync(client.FormAsync($"/subscription/{mandate}/TAKEN", ("start", "2020-01-01"))));
        Assert.Equal("err_no_contract", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, $"/subscription/{new string('M', 5_000)}/{new string('R', 2_000)}")));
    }

    [Fact]
    public async Task From_the_31st_each_month_has_its_run_on_its_last_day_and_the_last_one_closes()
    {
        var mandate = await client.GivenASignedMandate("S3");
        var start = MonthsEnd();
        await BeginAsync(mandate, ("ref", "END"), ("start", Day(start)), ("stopAfter", "3"));
        await UntilAsync(start.AddMonths(2).AddDays(1));

        var done = await client.GetAsync($"/subscription/{mandate}/END");
        Assert.Equal(("closed", 3, Day(start.AddMonths(2))), (Text(done, "state"), done.GetProperty("runs").GetInt32(), Text(done, "last")));
        Assert.Equal(JsonValueKind.Null, done.GetProperty("next").ValueKind);
        Assert.Equal([start, start.AddMonths(1), start.AddMonths(2)], await DatesAsync("END"));
        var entry = (await client.GetAsync("/transaction/detail?ref=END")).GetProperty("Entries")[0];
        Assert.Equal((20m, "Fee"), (entry.GetProperty("amount").GetDecimal(), Text(entry, "msg")));
    }

    [Fact]
    public async Task Suspended_it_passes_its_dates_over_and_resumed_it_goes_on_with_the_next_and_all_its_runs()
    {
        var mandate = await client.GivenASignedMandate("S4");
        var start = app.Now().BrusselsDate().AddDays(1);
        await BeginAsync(mandate, ("ref", "REST"), ("start", Day(start)), ("recurrence", "1w"), ("stopAfter", "3"));
        await UntilAsync(start.AddDays(2));
        await client.DoneAsync(HttpMethod.Post, $"/subscription/{mandate}/REST/suspend");
        Assert.Equal("suspended", Text(await client.GetAsync($"/subscription/{mandate}/REST"), "state"));
        await UntilAsync(start.AddDays(16));
        await client.DoneAsync(HttpMethod.Post, $"/subscription/{mandate}/REST/resume");
        await UntilAsync(start.AddDays(40));

        Assert.Equal([start, start.AddDays(21), start.AddDays(28)], await DatesAsync("REST"));
    }

    [Fact]
    public async Task A_date_on_which_the_mandate_rests_is_no_run()
    {
        var mandate = await client.GivenASignedMandate("S5", ("iban", "BE91001732641076"));
        var start = app.Now().BrusselsDate().AddDays(1);
        await BeginAsync(mandate, ("ref", "MREST"), ("start", Day(start)), ("recurrence", "1w"), ("stopAfter", "2"));
        await client.TakenAsync(HttpMethod.Post, "/ibanblacklist", ("iban", "BE91001732641076"), ("rsn", "x"), ("state", "passive"));
        await UntilAsync(start.AddDays(2));
        await client.TakenAsync(HttpMethod.Delete, "/ibanblacklist", ("iban", "BE91001732641076"), ("state", "active"));
        await UntilAsync(start.AddDays(23));

        Assert.Equal([start.AddDays(7), start.AddDays(14)], await DatesAsync("MREST"));
    }

    [Fact]
    public async Task With_its_mandate_it_ends()
    {
        var mandate = await client.GivenASignedMandate("S6");
        var start = app.Now().BrusselsDate().AddDays(1);
        await BeginAsync(mandate, ("ref", "GONE"), ("start", Day(start)));
        (await client.SendAsync(HttpMethod.Delete, $"/mandate?mndtId={mandate}&rsn=over")).Dispose();
        await UntilAsync(start.AddDays(1));

        Assert.Equal("cancelled", Text(await client.GetAsync($"/subscription/{mandate}/GONE"), "state"));
        Assert.Empty(await DatesAsync("GONE"));
    }

    [Fact]
    public async Task Another_rhythm_never_collects_again_for_days_that_are_past_and_a_lower_end_is_the_end()
    {
        var mandate = await client.GivenASignedMandate("S7");
        var start = app.Now().BrusselsDate().AddDays(1);
        await BeginAsync(mandate, ("ref", "RHYTHM"), ("start", Day(start)), ("recurrence", "2w"));
        await UntilAsync(start.AddDays(29)); // three runs

        var weekly = await ReplaceAsync();
        Assert.Equal(Day(start.AddDays(35)), Text(weekly, "next"));
        await UntilAsync(start.AddDays(43));
        Assert.Equal([start, start.AddDays(14), start.AddDays(28), start.AddDays(35), start.AddDays(42)], await DatesAsync("RHYTHM"));

        Assert.Equal("closed", Text(await ReplaceAsync(("stopAfter", "3")), "state"));
        await UntilAsync(start.AddDays(51));
        Assert.Equal(5, (await DatesAsync("RHYTHM")).Count);

        Task<JsonElement> ReplaceAsync(params (string, string)[] more) =>
            client.TakenAsync(HttpMethod.Post, $"/subscription/{mandate}/RHYTHM", [("amount", "5"), ("message", "Fee"), ("recurrence", "1w"), ("start", Day(start)), .. more]);
    }

    [Fact]
    public async Task They_are_listed_by_mandate_customer_and_state_page_by_page()
    {
        var mandate = await client.GivenASignedMandate("S8");
        for (var i = 0; i < 101; i++) await BeginAsync(mandate, ("ref", $"L{i}"), ("start", "2199-01-01"));
        await client.DoneAsync(HttpMethod.Post, $"/subscription/{mandate}/L7/suspend");

        var page = await client.GetAsync($"/subscription/query?mndtId={mandate}&page=0");
        Assert.Equal((100, "L0"), (page.GetProperty("Subscriptions").GetArrayLength(), Text(page.GetProperty("Subscriptions")[0], "ref")));
        var next = await client.GetAsync(new Uri(Text(page.GetProperty("_links"), "next")).PathAndQuery["/creditor".Length..]);
        Assert.Equal("L100", Text(next.GetProperty("Subscriptions").EnumerateArray().Single(), "ref"));
        Assert.Equal("L7", Text((await client.GetAsync("/subscription/query?customerNumber=S8&state=suspended")).GetProperty("Subscriptions").EnumerateArray().Single(), "ref"));
        Assert.Equal(0, (await client.GetAsync("/subscription/query?mndtId=NONE")).GetProperty("Subscriptions").GetArrayLength());
        foreach (var state in new[] { "odd", "0", "99" }) Assert.Equal("err_invalid_params", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, "/subscription/query?state=" + state)));
    }

    private async Task<JsonElement> BeginAsync(string mandate, params (string, string)[] more) => await client.TakenAsync(HttpMethod.Post, "/subscription", [("mndtId", mandate), ("amount", "20"), ("message", "Fee"), .. more]);

    /// <summary>The 31st that comes next and has a shorter month behind it.</summary>
    private DateOnly MonthsEnd()
    {
        var day = app.Now().BrusselsDate().AddDays(1);
        while (day.Day != 31 || DateTime.DaysInMonth(day.AddMonths(1).Year, day.AddMonths(1).Month) == 31) day = day.AddDays(1);
        return day;
    }

    private Task UntilAsync(DateOnly day) => AppFixture.AdvanceAsync(app.Engine, day.At(9) - app.Now());

    private Task<List<DateOnly>> DatesAsync(string reference) => app.ReadEngineAsync(db => db.DirectDebits.Where(d => d.Ref == reference && d.Attempt == 1).OrderBy(d => d.Number).Select(d => d.BilledOn).ToListAsync());

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Text(JsonElement entry, string name) => entry.GetProperty(name).GetString()!;
}
