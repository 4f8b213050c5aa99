using System.Globalization;
using System.Text.Json;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.DirectDebits;

public sealed class TransactionsTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly EngineClient client = new(app);

    [Fact]
    public async Task One_is_made_read_changed_and_removed()
    {
        var mandate = await client.GivenASignedMandate("T1");
        var day = NextSaturday();

        var made = await client.TransactAsync(mandate.ToLowerInvariant(), 40.5m, ("message", "Été à Liège"), ("ref", "T-1"), ("place", "Gent"), ("date", "2026-03-10"), ("reqcolldt", Day(day)));
        await client.DoneAsync(HttpMethod.Put, "/transaction", ("id", Id(made)), ("amount", "41,25"), ("msg", "Other"), ("ref", "T-1b"), ("place", "Aalst"));
        var read = Single(await client.GetAsync("/transaction/detail?ref=T-1b"));

        Assert.Equal((mandate, 40.5m, "Ete a Liege", "T-1", "Gent", "2026-03-10", Day(day.AddDays(2)), "OPEN", false), (Text(made, "mndtId"), made.GetProperty("amount").GetDecimal(), Text(made, "msg"),
            Text(made, "ref"), Text(made, "place"), Text(made, "date"), Text(made, "reqcolldt"), Text(made, "state"), made.GetProperty("final").GetBoolean()));
        Assert.Equal(32, Text(made, "e2e").Length);
        Assert.Equal((Id(made), 41.25m, "Other", "Aalst", Text(made, "e2e")), (Id(read), read.GetProperty("amount").GetDecimal(), Text(read, "msg"), Text(read, "place"), Text(read, "e2e")));
        foreach (var part in new[] { "collection", "lastupdate", "actions", "stage" }) Assert.False(read.TryGetProperty(part, out _));

        await client.DoneAsync(HttpMethod.Delete, "/transaction", ("ref", "T-1b"));
        Assert.Equal(0, (await client.GetAsync("/transaction/detail?id=" + Id(made))).GetProperty("Entries").GetArrayLength());
        foreach (var method in new[] { HttpMethod.Delete, HttpMethod.Put })
            Assert.Equal("err_no_transaction", await EngineClient.RefusalAsync(client.FormAsync(method, "/transaction", ("id", Id(made)))));
    }

    [Fact]
    public async Task What_cannot_be_collected_is_refused_and_plans_nothing()
    {
        var mandate = await client.GivenASignedMandate("T2");
        foreach (var (name, value, code) in new[]
        {
            ("mndtId", "NONE", "err_no_contract"), ("mndtId", "", "err_missing_params"), ("mndtId", new string('M', 36), "err_invalid_params"),
            ("amount", "", "err_missing_params"), ("amount", "0", "err_invalid_amount"), ("amount", "-5", "err_invalid_amount"), ("amount", "ten", "err_invalid_amount"), ("amount", "1.234", "err_invalid_amount"), ("amount", "1e12", "err_invalid_amount"),
            ("message", "", "err_missing_params"), ("message", new string('m', 141), "err_invalid_params"), ("message", new string('m', 100_000), "err_invalid_params"), ("message", "漢字", "err_invalid_sepachars"),
            ("reqcolldt", "soon", "err_invalid_date"), ("date", "2026-02-30", "err_invalid_date"), ("ref", new string('r', 201), "err_invalid_params"), ("place", new string('p', 141), "err_invalid_params"), ("refase2e", "true", "err_missing_params"),
        })
        {
            (string, string)[] form = [.. new[] { ("mndtId", mandate), ("amount", "40"), ("message", "Fee") }.Where(f => f.Item1 != name), (name, value)];
            var answered = await EngineClient.RefusalAsync(client.FormAsync("/transaction", form));
            Assert.True(code == answered, $"{name}={value[..Math.Min(20, value.Length)]}: {answered}");
        }

        Assert.Equal("err_invalid_params", await EngineClient.RefusalAsync(client.FormAsync("/transaction", ("mndtId", mandate), ("amount", "40"), ("message", "Fee"), ("ref", new string('r', 36)), ("refase2e", "true"))));
        Assert.Equal(0, (await client.GetAsync("/transaction/detail?mndtId=" + mandate)).GetProperty("Entries").GetArrayLength());
    }

    [Fact]
    public async Task Only_an_active_mandate_is_collected_on()
    {
        var (prepared, _) = await client.InviteAsync("T3");
        var cancelled = await client.GivenASignedMandate("T3-2");
        (await client.SendAsync(HttpMethod.Delete, $"/mandate?mndtId={cancelled}&rsn=over")).Dispose();

        foreach (var mandate in new[] { prepared, cancelled })
            Assert.Equal("err_invalid_state", await EngineClient.RefusalAsync(client.FormAsync("/transaction", ("mndtId", mandate), ("amount", "40"), ("message", "Fee"))));
    }

    [Fact]
    public async Task The_furthest_day_is_planned_and_a_past_one_is_the_earliest()
    {
        var mandate = await client.GivenASignedMandate("T4");

        var far = await client.TransactAsync(mandate, 40m, ("reqcolldt", "2200-12-31"));
        var past = await client.TransactAsync(mandate, 40m, ("reqcolldt", "1990-01-01"));

        Assert.StartsWith("2200-12-31", Text(far, "reqcolldt"));
        Assert.True(string.CompareOrdinal(Text(past, "reqcolldt"), "2026-03-19") >= 0);
        await client.DoneAsync(HttpMethod.Delete, "/transaction", ("id", Id(far)));
    }

    [Fact]
    public async Task A_reference_is_the_end_to_end_id_of_the_first_that_wants_it()
    {
        var mandate = await client.GivenASignedMandate("T5");

        var first = await client.TransactAsync(mandate, 40m, ("ref", "E2E-1"), ("refase2e", "true"));
        var second = await client.TransactAsync(mandate, 40m, ("ref", "E2E-1"), ("refase2e", "true"));

        Assert.Equal(("E2E-1", "E2E-1"), (Text(first, "e2e"), Text(second, "ref")));
        Assert.Equal(32, Text(second, "e2e").Length);
        await client.TransactAsync(await client.GivenASignedMandate("T-COMMA"), 40m, ("ref", "Smith, John"));
        Assert.Equal(1, (await client.GetAsync("/transaction/detail?ref=Smith,%20John")).GetProperty("Entries").GetArrayLength());
        Assert.Equal(3, (await client.GetAsync("/transaction/detail?ref=Smith,%20John&ref=E2E-1")).GetProperty("Entries").GetArrayLength());
        Assert.Equal("err_duplicate_tx", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Delete, "/transaction?ref=E2E-1")));
        Assert.Equal(2, (await client.GetAsync("/transaction/detail?ref=E2E-1")).GetProperty("Entries").GetArrayLength());
    }

    [Fact]
    public async Task With_the_bank_nothing_changes_and_once_paid_the_feed_and_the_lists_tell()
    {
        var mandate = await client.GivenASignedMandate("T6");
        var made = await client.TransactAsync(mandate, 100m, ("ref", "T-6"));
        await AppFixture.AdvanceAsync(app.Engine, At(made, 7) - Now());

        var offered = await client.TransactionAsync(made);
        Assert.Equal("offered", Text(offered, "stage"));
        Assert.Equal("err_not_authorised", await EngineClient.RefusalAsync(client.FormAsync(HttpMethod.Delete, "/transaction", ("id", Id(made)))));
        Assert.Equal("err_invalid_state", await EngineClient.RefusalAsync(client.FormAsync(HttpMethod.Put, "/transaction", ("id", Id(made)), ("amount", "5"))));
        foreach (var action in new[] { "paid", "reoffer", "backup", "unsettle", "archive" })
            Assert.Equal("err_transaction_invalid_action", await EngineClient.RefusalAsync(client.FormAsync("/transaction/action", ("id", Id(made)), ("action", action))));
        Assert.Contains(Id(made), Ids(await client.GetAsync("/transaction/detail?state=OPEN")));

        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromHours(2));
        var paid = await client.TransactionAsync(made);
        Assert.Equal(("PAID", true, Text(made, "reqcolldt")), (Text(paid, "state"), paid.GetProperty("final").GetBoolean(), Text(paid, "bkdate")));
        Assert.True(string.CompareOrdinal(Text(offered, "lastupdate"), Text(paid, "lastupdate")) < 0);
        Assert.StartsWith("Domi-1-", Text(paid, "collection"));
        Assert.Contains(Id(made), Ids(await client.GetAsync("/transaction/detail?state=paid")));
        Assert.DoesNotContain(Id(made), Ids(await client.GetAsync("/transaction/detail?state=UNPAID")));
        Assert.Equal([Id(made)], Ids(await client.GetAsync($"/transaction/query?fromId={Id(made)}&mndtId={mandate}")));
        var told = Assert.Single(await client.FeedAsync("/transaction?include=stage", "Entries"), e => Id(e) == Id(made));
        Assert.Equal(("PAID", "paid"), (Text(told, "state"), Text(told, "stage")));
        Assert.True(told.GetProperty("seq").GetInt64() > 0);
        foreach (var action in new[] { "reoffer", "backup", "unsettle" })
            Assert.Equal("err_transaction_invalid_action", await EngineClient.RefusalAsync(client.FormAsync("/transaction/action", ("id", Id(made)), ("action", action))));
        await client.DoneAsync(HttpMethod.Post, "/transaction/action", ("id", Id(made)), ("action", "paid")); // it is
    }

    [Fact]
    public async Task An_action_needs_a_transaction_and_a_name_that_there_is()
    {
        var made = await client.TransactAsync(await client.GivenASignedMandate("T7"), 100m);

        Assert.Equal("err_missing_params", await EngineClient.RefusalAsync(client.FormAsync("/transaction/action", ("id", Id(made)))));
        Assert.Equal("err_missing_params", await EngineClient.RefusalAsync(client.FormAsync("/transaction/action", ("action", "paid"))));
        Assert.Equal("err_transaction_invalid_action", await EngineClient.RefusalAsync(client.FormAsync("/transaction/action", ("id", Id(made)), ("action", "explode"))));
        Assert.Equal("err_no_transaction", await EngineClient.RefusalAsync(client.FormAsync("/transaction/action", ("id", "999999999"), ("action", "paid"))));
        Assert.Equal("err_invalid_params", await EngineClient.RefusalAsync(client.FormAsync("/transaction/action", ("id", "one"), ("action", "paid"))));
        await client.DoneAsync(HttpMethod.Post, "/transaction/action", ("id", Id(made)), ("action", "PAID"));
        var paid = await client.TransactionAsync(made);
        Assert.Equal(("PAID", "manual", "paid"), (Text(paid, "state"), Text(paid.GetProperty("actions")[0], "type"), Text(paid.GetProperty("actions")[0], "action")));
    }

    [Fact]
    public async Task A_collection_of_an_invoice_has_the_invoices_amount_and_frees_it_when_removed()
    {
        await client.GivenASignedMandate("T8");
        await client.BookAsync(EngineClient.Invoice("TX-INV", 100m, "T8", due: "2031-04-15"));
        var made = Single(await client.GetAsync("/transaction/detail?ref=TX-INV"));

        Assert.Equal("err_invalid_amount", await EngineClient.RefusalAsync(client.FormAsync(HttpMethod.Put, "/transaction", ("id", Id(made)), ("amount", "5"))));
        await client.DoneAsync(HttpMethod.Put, "/transaction", ("id", Id(made)), ("reqcolldt", "2031-05-02"));
        Assert.Equal("2031-05-02", Text(await client.TransactionAsync(made), "reqcolldt"));
        await client.DoneAsync(HttpMethod.Delete, "/transaction", ("id", Id(made)));

        Assert.Equal("BOOKED", Text(await client.GetAsync("/invoice/TX-INV"), "state"));
    }

    [Fact]
    public async Task Forty_thousand_references_are_no_fault_of_ours()
    {
        var refs = string.Join(',', Enumerable.Range(0, 40_000));

        foreach (var (method, path, name) in new[] { (HttpMethod.Get, "/transaction/detail", "ref"), (HttpMethod.Post, "/payment/link?title=x&amount=5", "txref") })
            Assert.Equal("err_invalid_params", await EngineClient.RefusalAsync(client.FormAsync(method, path, (name, refs))));
    }

    [Fact]
    public async Task A_hint_says_that_there_is_news_without_saying_what()
    {
        await using var receiver = await Receiver.StartAsync();
        await EngineHost.SetWebhookAsync(app.Engine, app.Access.CreditorId, receiver.Url.ToString(), CancellationToken.None);
        await client.TransactAsync(await client.GivenASignedMandate("T9"), 100m);
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(6));

        Assert.Contains("type=payment", receiver.Calls.Select(c => c.Query));
        await app.ReadEngineAsync(db => db.ApiKeys.ExecuteUpdateAsync(set => set.SetProperty(k => k.WebhookUrl, (string?)null)));
    }

    private DateTimeOffset Now() => app.Now();

    private static DateTimeOffset At(JsonElement made, int hour) => DateOnly.ParseExact(Text(made, "reqcolldt"), "yyyy-MM-dd", CultureInfo.InvariantCulture).At(hour);

    private DateOnly NextSaturday()
    {
        var day = DateOnly.FromDateTime(Now().UtcDateTime).AddDays(40);
        while (day.DayOfWeek is not DayOfWeek.Saturday || day is { Month: 4 or 5 }) day = day.AddDays(1);
        return day;
    }

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Id(JsonElement entry) => entry.GetProperty("id").ToString();

    private static string Text(JsonElement entry, string name) => entry.GetProperty(name).GetString()!;

    private static JsonElement Single(JsonElement answer) => answer.GetProperty("Entries").EnumerateArray().Single();

    private static IEnumerable<string> Ids(JsonElement answer) => answer.GetProperty("Entries").EnumerateArray().Select(Id);
}
