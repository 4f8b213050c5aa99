using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Domi.Engine.Feeds;
using Domi.Engine.Tests.Pages;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Feeds;

/// <summary>Sixteen clients write whatever a feed tells of while days pass, and one reads. DOMI_FEED_SECONDS says for how long: a minute in the soak.</summary>
public sealed class FeedsUnderLoadTests(AppFixture app) : IClassFixture<AppFixture>
{
    private static readonly int Seconds = int.TryParse(Environment.GetEnvironmentVariable("DOMI_FEED_SECONDS"), out var seconds) ? seconds : 4;

    private static readonly (FeedName Feed, string Path, string List, string Position)[] Feeds =
    [
        (FeedName.Mandates, "/mandate", "Messages", "EvtId"), (FeedName.Invoices, "/invoice", "Invoices", "seq"), (FeedName.InvoicePayments, "/invoice/payment/feed", "Payments", "seq"),
        (FeedName.Transactions, "/transaction", "Entries", "seq"), (FeedName.PayLinks, "/payment/link/feed?all=true", "Links", "seq"), (FeedName.Transfers, "/transfer", "Entries", "seq"),
        (FeedName.Statements, "/reporting", "Statements", "seq"),
    ];

    private readonly ConcurrentBag<string> signed = [];
    private readonly ConcurrentBag<string> booked = [];
    private readonly ConcurrentBag<string> linked = [];

    [Fact]
    public async Task Every_event_of_every_feed_comes_once_and_in_order_and_none_is_skipped()
    {
        await app.ChangeCreditorAsync(c => c.Account = Standards.Iban.Parse("BE45734031872589"));
        await app.ChangeProfilesAsync(p => (p.PrenotificationDays, p.ShorterNotificationAgreed) = (0, true));
        var access = await app.GivenAKeyAsync("ReaderOfAllFeeds");
        var reader = new EngineClient(app, access);
        await reader.LogInAsync();
        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(Seconds));
        var writing = HappenAsync(over.Token);

        var seen = Feeds.ToDictionary(f => f.Feed, _ => new List<long>());
        while (true)
        {
            var (done, found) = (writing.IsCompleted, 0);
            foreach (var (feed, path, list, position) in Feeds)
            {
                var page = await reader.GetAsync(path + (path.Contains('?') ? "&" : "?") + "include=seq");
                seen[feed].AddRange(page.GetProperty(list).EnumerateArray().Select(e => e.GetProperty(position).GetInt64()));
                found += page.GetProperty(list).GetArrayLength();
            }

            if (done && found == 0) break;
        }

        await writing;
        var kept = await app.ReadEngineAsync(db => db.FeedEvents.AsNoTracking().OrderBy(e => e.Sequence).Select(e => new { e.Feed, e.Sequence, e.Payload }).ToListAsync());
        Assert.Equal(Enumerable.Range(1, kept.Count).Select(i => (long)i), kept.Select(e => e.Sequence));
        foreach (var (feed, _, _, _) in Feeds)
        {
            Assert.True(seen[feed].Count > 0, $"nothing happened in {feed}");
            Assert.Equal(kept.Where(e => e.Feed == feed).Select(e => e.Sequence), seen[feed]);
        }

        // What a client was told is done stands in its feed.
        foreach (var (feed, name, done) in new[] { (FeedName.Mandates, "MndtId", signed), (FeedName.Invoices, "number", booked), (FeedName.PayLinks, "ref", linked) })
            Assert.Subset(kept.Where(e => e.Feed == feed).Select(e => NameOf(e.Payload, name)).ToHashSet(), done.ToHashSet());

        static string NameOf(string payload, string name)
        {
            var entry = JsonDocument.Parse(payload).RootElement;
            return (name == "MndtId" ? entry.GetProperty("Mndt") : entry).GetProperty(name).GetString() ?? "";
        }
    }

    [Theory]
    [InlineData("/invoice", "Invoices", "seq")]
    [InlineData("/mandate", "Messages", "EvtId")]
    [InlineData("/payment/link/feed?all=true", "Links", "seq")]
    public async Task A_reader_that_dies_in_the_middle_of_a_page_goes_on_exactly_there(string path, string list, string position)
    {
        var client = new EngineClient(app);
        await client.LogInAsync();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(w => Task.Run(async () =>
        {
            for (var i = 0; i < 60; i++) await WriteOneAsync(client, path, $"DIE-{path[1..4]}-{w}-{i}");
        })));
        var access = await app.GivenAKeyAsync("Dying" + path[1..4]);

        var (stored, applied) = (0L, new List<long>());
        while (true)
        {
            // The first life reads half of the page; what it did not apply it did not store.
            await DieReadingAsync(access, path, stored);
            var reader = new EngineClient(app, access);
            using var answer = await reader.SendAsync(HttpMethod.Get, path + (path.Contains('?') ? "&" : "?") + "include=seq", null, ("X-RESUME-AFTER", stored.ToString(CultureInfo.InvariantCulture)));
            if (answer.StatusCode is HttpStatusCode.BadRequest && answer.Headers.GetValues("ApiError").Single() == "err_call_in_progress") continue; // the dead one is not known to be dead yet
            var page = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty(list).EnumerateArray().Select(e => e.GetProperty(position).GetInt64()).ToList();
            if (page.Count == 0) break;
            applied.AddRange(page);
            stored = long.Parse(answer.Headers.GetValues("X-LAST").Single(), CultureInfo.InvariantCulture);
            Assert.Equal(page[^1], stored);
        }

        var feed = Feeds.Single(f => f.Path == path).Feed;
        Assert.Equal(await app.ReadEngineAsync(db => db.FeedEvents.Where(e => e.Feed == feed).OrderBy(e => e.Sequence).Select(e => e.Sequence).ToListAsync()), applied);
        Assert.True(applied.Count > 200);
    }

    private async Task DieReadingAsync(EngineAccess access, string path, long after)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }, disposeHandler: true) { BaseAddress = app.EngineHttp.BaseAddress };
        var token = await new EngineClient(app, access).LogInAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/creditor" + path);
        request.Headers.TryAddWithoutValidation("Authorization", token);
        request.Headers.TryAddWithoutValidation("X-RESUME-AFTER", after.ToString(CultureInfo.InvariantCulture));
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var body = await answer.Content.ReadAsStreamAsync();
        await body.ReadAtLeastAsync(new byte[(int)(answer.Content.Headers.ContentLength ?? 4_000) / 2], 1);
    }

    private static async Task WriteOneAsync(EngineClient client, string path, string name)
    {
        if (path == "/invoice") await client.BookAsync(EngineClient.Invoice(name, 10m, name));
        else if (path == "/mandate") await client.SignAsync("import", name);
        else await OpenAsync(client, await LinkAsync(client, name));
    }

    private async Task WriteAsync(int writer, CancellationToken over)
    {
        var client = new EngineClient(app);
        await client.LogInAsync();
        for (var i = 0; !over.IsCancellationRequested; i++)
        {
            var name = $"L{writer}X{i}";
            switch ((writer + i) % 6)
            {
                case 0: // a mandate, amended and collected from: the bank answers while days pass
                    signed.Add((await client.SignAsync("import", name, ("mandateNumber", "M" + name))).Reference);
                    await client.DoneAsync(HttpMethod.Post, "/mandate/update", ("mndtId", "M" + name), ("email", name + "@example.com"));
                    await client.TransactAsync("M" + name, 30m + (i % 15));
                    await client.TakenAsync(HttpMethod.Post, "/collect", ("ct", "1"));
                    break;
                case 1:
                    await client.BookAsync(EngineClient.Invoice(name, 10m, name));
                    booked.Add(name);
                    await client.DoneAsync(HttpMethod.Post, $"/invoice/{name}/action", ("type", "manualPayment"));
                    break;
                case 2:
                    await new Debtor(app).PayLinkAsync(await LinkAsync(client, name), i % 2 == 0 ? "approve" : "refuse");
                    linked.Add(name);
                    break;
                case 3:
                    await client.TakenAsync(HttpMethod.Post, "/transfers/beneficiaries", ("iban", "BE68539007547034"), ("name", "An"), ("address", "Veldstraat 11"), ("zip", "9000"), ("city", "Gent"), ("country", "BE"));
                    await client.TakenAsync(HttpMethod.Post, "/transfer", ("iban", "BE68539007547034"), ("amount", "5"), ("message", name));
                    await client.TakenAsync(HttpMethod.Post, "/transfer/complete");
                    break;
                case 4:
                    using (var statement = new StringContent($"twikey:BE45734031872589 name;msg;amount;date;iban;bic\nAn;{name};1000;2026-03-17;BE68539007547034;GKCCBEBB\n", Encoding.UTF8, "text/plain"))
                    {
                        using var answer = await client.SendAsync(HttpMethod.Post, "/reporting", statement);
                        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(CancellationToken.None));
                    }

                    break;
                case 5:
                    var invoice = await client.BookAsync(EngineClient.Invoice(name, 10m, name, due: "2200-01-01"));
                    booked.Add(name);
                    await new Debtor(app).PayLinkAsync(new Uri(invoice.GetProperty("url").GetString()!).AbsolutePath);
                    break;
            }
        }
    }

    /// <summary>Everybody writes while days go by: the bank answers, invoices expire, transfers are booked; and once more when all have written.</summary>
    private async Task HappenAsync(CancellationToken over)
    {
        await Task.WhenAll([.. Enumerable.Range(0, 16).Select(w => Task.Run(() => WriteAsync(w, over), CancellationToken.None)), Task.Run(PassAsync, CancellationToken.None)]);
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(10));

        async Task PassAsync()
        {
            while (!over.IsCancellationRequested) await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromHours(12));
        }
    }

    private static async Task<string> LinkAsync(EngineClient client, string reference) =>
        new Uri((await client.TakenAsync(HttpMethod.Post, "/payment/link", ("title", "Chair"), ("amount", "12"), ("ref", reference))).GetProperty("url").GetString()!).AbsolutePath;

    private static async Task OpenAsync(EngineClient client, string page)
    {
        using var answer = await client.Http.GetAsync(page);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
