using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Domi.Testing;
using Domi.Twikey;

namespace Domi.Bench;

/// <summary>
/// The published engine as a process of its own, with the load beside it: creations of every kind and the readers of their feeds at once,
/// a bulk of 5,000 invoices, and the page that a debtor opens.
/// </summary>
internal sealed class EngineApi(string folder) : IAsyncDisposable
{
    private const int Writers = 12;
    private const int Mandates = 100;

    private static readonly string[] FeedPaths = ["/creditor/mandate", "/creditor/invoice", "/creditor/transaction", "/creditor/invoice/payment/feed"];

    private readonly ProcessApp app = new(folder, "engine", ProcessApp.FreePort(), ProcessApp.FreePort(), new Dictionary<string, string?>());
    private readonly List<string> mandates = [];
    private string token = "";

    /// <summary>Answers of one measured stretch. Reads are polls that found something; empty ones count for nothing.</summary>
    /// <param name="Writes">objects created, a second</param>
    /// <param name="Reads">feed pages that had entries, a second</param>
    /// <param name="P99">of all creations, in milliseconds</param>
    /// <param name="Unread">invoices whose entry the reader of their feed had not seen when it was idle after the last creation; the others are quiet until they are signed or collected</param>
    /// <param name="EarlyMegabytes">resident memory of the engine after a fifth of the time</param>
    /// <param name="LateMegabytes">and at the end</param>
    public sealed record Mixed(double Writes, double Reads, double Median, double P99, double Worst, long Unread, double EarlyMegabytes, double LateMegabytes, double Processor);

    public async Task StartAsync()
    {
        await app.StartAsync();
        using var http = app.EngineClient();
        var otp = OneTimePassword.Compute("0123456789abcdef0123456789abcdef", "own", TimeProvider.System.GetUtcNow());
        using var login = await http.PostAsync("/creditor", new FormUrlEncodedContent([new("apiToken", "EngineKeyOfTheTests"), new("otp", otp.ToString(CultureInfo.InvariantCulture))]));
        token = login.Headers.GetValues("Authorization").Single();
        using var caller = Caller.Open(app.Engine);
        for (var i = 0; i < Mandates; i++)
        {
            var answer = caller.Send("POST", "/creditor/sign", token, $$"""{"ct":1,"method":"import","customerNumber":"M-{{i}}","email":"m{{i}}@example.org","firstname":"Member","lastname":"{{i}}","iban":"BE68539007547034","mandateNumber":"BENCH{{i}}"}""");
            mandates.Add(JsonDocument.Parse(answer.Body).RootElement.GetProperty("MndtId").GetString()!);
        }
    }

    /// <summary>16 connections: seven make invoices, three transactions, two invitations, four read a feed each.</summary>
    public async Task<Mixed> MixedAsync(TimeSpan length)
    {
        var waits = new ConcurrentBag<double>();
        var (pages, invoices, seen) = (0, 0L, new ConcurrentDictionary<string, byte>());
        var clock = Stopwatch.StartNew();
        var writing = true;
        var run = Guid.CreateVersion7().ToString("n")[^6..];
        var writers = Enumerable.Range(0, Writers).Select(w => Caller.OnAThread(() =>
        {
            using var caller = Caller.Open(app.Engine);
            for (var i = 0; clock.Elapsed < length; i++)
            {
                var (path, body) = w switch
                {
                    < 7 => ("/creditor/invoice", $$$"""{"id":"{{{Guid.CreateVersion7()}}}","number":"{{{run}}}-{{{w}}}-{{{i}}}","amount":121.5,"date":"2026-03-17","duedate":"2026-04-17","ct":1,"remittance":"090933755493","customer":{"customerNumber":"{{{w}}}-{{{i % 50}}}","email":"a{{{w}}}-{{{i % 50}}}@example.org"}}"""),
                    < 10 => ("/creditor/transaction", $$"""{"mndtId":"{{mandates[i % Mandates]}}","message":"Drinks {{i}}","ref":"{{run}}-{{w}}-{{i}}","amount":"{{40 + (i % 100)}}.50"}"""),
                    _ => ("/creditor/invite", $$"""{"ct":1,"customerNumber":"{{run}}-{{w}}-{{i}}","email":"i{{i}}@example.org","firstname":"Guest","lastname":"{{i}}","l":"nl"}"""),
                };
                var started = Stopwatch.GetTimestamp();
                caller.Send("POST", path, token, body);
                waits.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                if (w < 7) Interlocked.Increment(ref invoices);
            }
        })).ToArray();
        var readers = FeedPaths.Select(path => Caller.OnAThread(() =>
        {
            using var caller = Caller.Open(app.Engine);
            for (var (last, idle) = ("", Stopwatch.StartNew()); writing || idle.Elapsed < TimeSpan.FromSeconds(1);)
            {
                var page = caller.Send("GET", path, token);
                var position = Regex.Match(page.Head, @"^X-LAST: (\d+)", RegexOptions.Multiline | RegexOptions.IgnoreCase).Groups[1].Value;
                if (position == last)
                {
                    Thread.Sleep(100); // nothing new: more patient than this is every client
                    continue;
                }

                last = position;
                idle.Restart();
                if (writing) Interlocked.Increment(ref pages);
                if (path != "/creditor/invoice") continue;
                foreach (var entry in JsonDocument.Parse(page.Body).RootElement.GetProperty("Invoices").EnumerateArray())
                    if (entry.GetProperty("number").GetString() is { } number && number.StartsWith(run, StringComparison.Ordinal) && !seen.TryAdd(number, 0))
                        throw new InvalidOperationException($"{number} was read twice.");
            }
        })).ToArray();
        await Task.Delay(length / 5);
        var (early, used) = (app.ResidentMegabytes, app.ProcessorSeconds);
        var before = waits.Count;
        await Task.WhenAll(writers);
        var (late, seconds, each) = (app.ResidentMegabytes, clock.Elapsed.TotalSeconds, (app.ProcessorSeconds - used) * 1000 / (waits.Count - before));
        writing = false;
        await Task.WhenAll(readers);
        var sorted = waits.Order().ToArray();
        return new(sorted.Length / seconds, pages / seconds, sorted[sorted.Length / 2], sorted[(int)(sorted.Length * 0.99)], sorted[^1], invoices - seen.Count, early, late, each);
    }

    /// <summary>Seconds from the call to the answer, with every invoice made.</summary>
    public async Task<double> BulkAsync()
    {
        var body = new StringBuilder("[");
        for (var i = 0; i < 5_000; i++)
        {
            if (i > 0) body.Append(',');
            body.Append(CultureInfo.InvariantCulture, $$$"""{"id":"{{{Guid.CreateVersion7()}}}","number":"BULK-{{{Guid.CreateVersion7():n}}}","title":"Invoice {{{i}}}","amount":{{{100 + (i % 50)}}}.25,"date":"2026-03-17","duedate":"2026-04-17","ct":1,"customer":{"customerNumber":"B-{{{i % 500}}}","email":"b{{{i % 500}}}@example.org","firstname":"Bulk","lastname":"{{{i % 500}}}"}}""");
        }

        using var caller = Caller.Open(app.Engine);
        var clock = Stopwatch.StartNew();
        var batch = JsonDocument.Parse((caller.Send("POST", "/creditor/invoice/bulk", token, body.Append(']').ToString())).Body).RootElement.GetProperty("batchId").ToString();
        var seconds = clock.Elapsed.TotalSeconds;
        var results = JsonDocument.Parse((caller.Send("GET", $"/creditor/invoice/bulk?batchId={batch}", token)).Body).RootElement;
        var made = (results.ValueKind == JsonValueKind.Array ? results : results.EnumerateObject().Single(p => p.Value.ValueKind == JsonValueKind.Array).Value).EnumerateArray().Count(r => r.GetProperty("status").ToString() == "OK");
        return made == 5_000 ? seconds : throw new InvalidOperationException($"{made} of 5,000 invoices were made.");
    }

    /// <summary>The page of an open invoice: time to its first byte (p95, milliseconds), and the bytes of the page with all it loads.</summary>
    public async Task<(double P95, double Kilobytes)> PageAsync()
    {
        using var caller = Caller.Open(app.Engine);
        var url = JsonDocument.Parse((caller.Send("POST", "/creditor/invoice", token, $$$"""{"id":"{{{Guid.CreateVersion7()}}}","number":"PAGE-{{{Guid.CreateVersion7():n}}}","title":"Accounting March","amount":121.5,"date":"2026-03-17","duedate":"2026-04-17","ct":1,"remittance":"090933755493","customer":{"customerNumber":"PAGE","email":"page@example.org","firstname":"Luc","lastname":"Maes","l":"nl"}}""")).Body).RootElement.GetProperty("url").GetString()!;
        using var http = app.EngineClient();
        var waits = new List<double>();
        for (var i = 0; i < 250; i++)
        {
            var started = Stopwatch.GetTimestamp();
            using var answer = await http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead);
            answer.EnsureSuccessStatusCode();
            if (i >= 50) waits.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            await answer.Content.CopyToAsync(Stream.Null);
        }

        var page = await http.GetStringAsync(url);
        var bytes = (double)Encoding.UTF8.GetByteCount(page);
        foreach (var part in Regex.Matches(page, "<(?:link|script|img)[^>]*? (?:href|src)=\"([^\"#]+)\"").Select(m => m.Groups[1].Value).Where(p => !p.StartsWith("data:", StringComparison.Ordinal)).Distinct())
        {
            var content = await http.GetByteArrayAsync(new Uri(new Uri(url), System.Net.WebUtility.HtmlDecode(part)));
            bytes += content.Length;
            if (!part.Contains(".css", StringComparison.Ordinal)) continue;
            foreach (var inner in Regex.Matches(Encoding.UTF8.GetString(content), "url\\(\"?([^\")]+)\"?\\)").Select(m => m.Groups[1].Value).Where(p => !p.StartsWith("data:", StringComparison.Ordinal)).Distinct())
                bytes += (await http.GetByteArrayAsync(new Uri(new Uri(new Uri(url), part), inner))).Length;
        }

        return (waits.Order().ElementAt((int)(waits.Count * 0.95)), bytes / 1_000);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
