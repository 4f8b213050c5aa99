using System.Globalization;
using System.Text.Json;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

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
        Assert.Equal(0, (await client.GetAsync("/invoice", ("X-RESUME-AFTER", "999999999"))).GetProperty("Invoices").GetArrayLength());
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
    public async Task A_position_that_is_none_is_refused()
    {
        using var answer = await client.SendAsync(HttpMethod.Get, "/invoice", null, ("X-RESUME-AFTER", "yesterday"));

        Assert.Equal((HttpStatusCode.BadRequest, "err_invalid_params"), (answer.StatusCode, answer.Headers.GetValues("ApiError").Single()));
    }
}
