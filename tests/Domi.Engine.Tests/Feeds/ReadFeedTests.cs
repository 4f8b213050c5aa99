using System.Globalization;
using System.Text.Json;
using Domi.Engine.Feeds;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Engine.Tests.Feeds;

public sealed class ReadFeedTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly EngineClient client = new(app);

    [Fact]
    public async Task Sixteen_writers_and_a_reader_skip_nothing_and_keep_the_order()
    {
        await client.LogInAsync();
        const int writers = 16, each = 12;
        var run = Guid.CreateVersion7().ToString("n")[^6..];
        var writing = Task.WhenAll(Enumerable.Range(0, writers).Select(w => Task.Run(async () =>
        {
            for (var i = 0; i < each; i++) await client.BookAsync(EngineClient.Invoice($"F{run}-{w}-{i}", 10m, $"F{w}"));
        })));

        var seen = new List<(long Sequence, string Number)>();
        long position = 0;
        while (true)
        {
            var done = writing.IsCompleted;
            using var answer = await client.SendAsync(HttpMethod.Get, "/invoice?include=seq", null, ("X-RESUME-AFTER", position.ToString(CultureInfo.InvariantCulture)));
            if (!answer.IsSuccessStatusCode) continue;
            var page = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("Invoices").EnumerateArray().Select(e => (e.GetProperty("seq").GetInt64(), e.GetProperty("number").GetString()!)).ToList();
            seen.AddRange(page);
            position = long.Parse(answer.Headers.GetValues("X-LAST").Single(), CultureInfo.InvariantCulture);
            if (done && page.Count == 0) break;
        }

        await writing;
        var ours = seen.Where(s => s.Number.StartsWith("F" + run, StringComparison.Ordinal)).ToList();
        Assert.Equal(writers * each, ours.Count);
        Assert.Equal(ours.Count, ours.Select(s => s.Number).Distinct().Count());
        Assert.Equal(seen.Select(s => s.Sequence).Order(), seen.Select(s => s.Sequence));
        Assert.Equal(seen.Count, seen.Select(s => s.Sequence).Distinct().Count());
    }

    [Fact]
    public async Task Without_a_position_the_server_goes_on_from_the_last_read()
    {
        await client.BookAsync(EngineClient.Invoice("POS-1", 10m, "P1"));
        while ((await client.GetAsync("/invoice")).GetProperty("Invoices").GetArrayLength() > 0)
        {
        }

        await client.BookAsync(EngineClient.Invoice("POS-2", 10m, "P1"));

        Assert.Equal("POS-2", (await client.GetAsync("/invoice")).GetProperty("Invoices")[0].GetProperty("number").GetString());
        Assert.Equal(0, (await client.GetAsync("/invoice")).GetProperty("Invoices").GetArrayLength());
    }

    [Fact]
    public async Task A_position_that_is_not_reached_yet_skips_nothing_that_comes()
    {
        await client.BookAsync(EngineClient.Invoice("AHEAD-1", 10m, "P2"));

        Assert.Equal(0, (await client.GetAsync("/invoice", ("X-RESUME-AFTER", "999999999"))).GetProperty("Invoices").GetArrayLength());
        await client.BookAsync(EngineClient.Invoice("AHEAD-2", 10m, "P2"));

        Assert.Equal("AHEAD-2", (await client.GetAsync("/invoice")).GetProperty("Invoices")[0].GetProperty("number").GetString());
    }

    [Fact]
    public async Task Parts_are_there_only_for_who_includes_them()
    {
        await client.BookAsync(EngineClient.Invoice("INC-1", 10m, "I1"));

        var bare = (await client.GetAsync("/invoice", ("X-RESUME-AFTER", "0"))).GetProperty("Invoices")[0];
        var full = (await client.GetAsync("/invoice?include=customer&include=lastpayment,meta", ("X-RESUME-AFTER", "0"))).GetProperty("Invoices")[0];

        Assert.False(bare.TryGetProperty("customer", out _) || bare.TryGetProperty("lastpayment", out _) || bare.TryGetProperty("seq", out _));
        Assert.Equal(JsonValueKind.Array, full.GetProperty("lastpayment").ValueKind);
        Assert.True(full.TryGetProperty("customer", out _) && full.TryGetProperty("meta", out _));
    }

    [Fact]
    public async Task More_than_a_hundred_entries_come_page_by_page()
    {
        await client.LogInAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(w => Task.Run(async () =>
        {
            for (var i = 0; i < 15; i++) await client.BookAsync(EngineClient.Invoice($"PAGE-{w}-{i}", 10m, "PAGE" + w));
        })));

        var first = (await client.GetAsync("/invoice?include=seq", ("X-RESUME-AFTER", "0"))).GetProperty("Invoices").EnumerateArray().Select(e => e.GetProperty("seq").GetInt64()).ToList();
        var second = (await client.GetAsync("/invoice?include=seq")).GetProperty("Invoices").EnumerateArray().Select(e => e.GetProperty("seq").GetInt64()).ToList();

        Assert.Equal(100, first.Count);
        Assert.True(second.Count >= 20 && second[0] > first[^1]);
        Assert.Equal(120, (await client.FeedAsync("/invoice", "Invoices")).Count(e => e.GetProperty("number").GetString()!.StartsWith("PAGE-")));
    }

    [Fact]
    public async Task One_reader_of_a_key_reads_a_feed_at_a_time_on_all_nodes_and_the_others_are_told()
    {
        await client.BookAsync(EngineClient.Invoice("LOCK-1", 10m, "LOCK"));
        await using var second = EngineHost.Build(app.Settings with { Node = "second" });
        await second.StartAsync();
        second.LearnAddress();
        using var there = AppFixture.Client(second);
        var key = await app.ReadEngineAsync(db => db.ApiKeys.Select(k => k.Id).SingleAsync());
        var token = await client.LogInAsync();

        await AppFixture.InScopeAsync(app.Engine, async services =>
        {
            await using var reading = await FeedLock.TryTakeAsync(services.GetRequiredService<EngineDb>(), key, FeedName.Invoices, CancellationToken.None);
            Assert.NotNull(reading);
            foreach (var http in new[] { app.EngineHttp, there })
            {
                Assert.Equal("err_call_in_progress", await EngineClient.RefusalAsync(GetAsync(http, "/creditor/invoice")));
                using var another = await GetAsync(http, "/creditor/transaction");
                Assert.Equal(HttpStatusCode.OK, another.StatusCode);
            }

            return true;
        });

        foreach (var http in new[] { app.EngineHttp, there })
        {
            using var free = await GetAsync(http, "/creditor/invoice");
            Assert.Equal(HttpStatusCode.OK, free.StatusCode);
        }

        Task<HttpResponseMessage> GetAsync(HttpClient http, string path)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("Authorization", token);
            return http.SendAsync(request);
        }
    }

    [Fact]
    public async Task Readers_at_the_same_moment_get_each_entry_once()
    {
        while ((await client.GetAsync("/invoice")).GetProperty("Invoices").GetArrayLength() > 0)
        {
        }

        for (var i = 0; i < 40; i++) await client.BookAsync(EngineClient.Invoice("ONCE-" + i, 10m, "ONCE"));
        var pages = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            using var answer = await client.SendAsync(HttpMethod.Get, "/invoice");
            if (answer.StatusCode is HttpStatusCode.BadRequest) return [answer.Headers.GetValues("ApiError").Single()];
            var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
            return json.GetProperty("Invoices").EnumerateArray().Select(e => e.GetProperty("number").GetString()!).ToArray();
        })));

        Assert.Equal(Enumerable.Range(0, 40).Select(i => "ONCE-" + i), pages.SelectMany(p => p).Where(n => n != "err_call_in_progress"));
    }

    [Fact]
    public async Task The_address_of_a_page_is_served_and_stands_nowhere_in_the_database()
    {
        var url = (await client.BookAsync(EngineClient.Invoice("TOKEN-1", 10m, "TOKEN"))).GetProperty("url").GetString()!;
        (await client.FormAsync("/invoice/TOKEN-1/action", ("type", "manualPayment"))).Dispose();

        var served = (await client.FeedAsync("/invoice", "Invoices")).Where(e => e.GetProperty("number").GetString() == "TOKEN-1").ToList();
        var kept = await app.ReadEngineAsync(db => db.FeedEvents.Select(e => e.Payload).ToListAsync());

        Assert.Equal([url, url], served.Select(e => e.GetProperty("url").GetString()));
        Assert.All(served, e => Assert.DoesNotContain(e.EnumerateObject(), p => p.Name.StartsWith('_')));
        Assert.Equal(url, (await client.GetAsync("/invoice/TOKEN-1")).GetProperty("url").GetString());
        Assert.DoesNotContain(kept, payload => payload.Contains(url[(url.LastIndexOf('/') + 1)..]));
    }

    [Fact]
    public async Task Mandates_come_by_their_type_with_what_was_asked_for()
    {
        var core = await client.GivenASignedMandate("FEED-C");
        var b2b = await client.GivenASignedMandate("FEED-B", ("ct", "2"));
        (await client.SendAsync(HttpMethod.Delete, $"/mandate?mndtId={core}&rsn=No longer wanted")).Dispose();
        await client.InviteAsync("FEED-P");

        var all = (await client.GetAsync("/mandate?include=seq", ("X-RESUME-AFTER", "0"))).GetProperty("Messages").EnumerateArray().ToList();
        var ofCompanies = (await client.GetAsync("/mandate", ("X-RESUME-AFTER", "0"), ("X-TYPES", "B2B"))).GetProperty("Messages").EnumerateArray().ToList();
        var whole = (await client.GetAsync("/mandate?include=cancelled_mandate", ("X-RESUME-AFTER", "0"))).GetProperty("Messages").EnumerateArray().Last();

        Assert.Equal(3, all.Count);
        Assert.All(all, e => Assert.Equal(JsonValueKind.Number, e.GetProperty("EvtId").ValueKind));
        Assert.EndsWith("Z", all[0].GetProperty("EvtTime").GetString());
        Assert.Equal(b2b, Assert.Single(ofCompanies).GetProperty("Mndt").GetProperty("MndtId").GetString());
        var cancelled = all[^1];
        Assert.Equal((core, "No longer wanted"), (cancelled.GetProperty("OrgnlMndtId").GetString(), cancelled.GetProperty("CxlRsn").GetProperty("Rsn").GetString()));
        Assert.True(cancelled.GetProperty("CxlRsn").GetProperty("Orgtr").GetProperty("CtctDtls").TryGetProperty("EmailAdr", out _));
        Assert.False(cancelled.TryGetProperty("Mndt", out _));
        Assert.Equal(core, whole.GetProperty("Mndt").GetProperty("MndtId").GetString());
    }

    [Fact]
    public async Task An_invoice_that_only_expires_tells_of_no_older_payment()
    {
        var invoice = EngineClient.Invoice("EXP-1", 100m, "EXP", due: "2026-03-18");
        invoice["paidamount"] = 40;
        await client.BookAsync(invoice);
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(3));

        var entry = (await client.FeedAsync("/invoice?include=lastpayment", "Invoices")).Last(e => e.GetProperty("number").GetString() == "EXP-1");
        Assert.Equal(("EXPIRED", 0), (entry.GetProperty("state").GetString(), entry.GetProperty("lastpayment").GetArrayLength()));
    }

    [Fact]
    public async Task A_position_that_is_none_is_refused()
    {
        using var answer = await client.SendAsync(HttpMethod.Get, "/invoice", null, ("X-RESUME-AFTER", "yesterday"));

        Assert.Equal((HttpStatusCode.BadRequest, "err_invalid_params"), (answer.StatusCode, answer.Headers.GetValues("ApiError").Single()));
    }
}
