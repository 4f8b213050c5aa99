using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Domi.Engine.Tests.Console;
using Domi.Platform;
using Domi.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Domi.Engine.Tests.Wire;

/// <summary>
/// Calls and forms that are almost right, of every operation of Twikey's description, every other route and every page. Whatever comes is answered,
/// in the dialect where it is refused; what is refused changes nothing; and what was taken can be worked on, read and shown afterwards.
/// DOMI_FUZZ_SECONDS says for how long, DOMI_SEED plays a run again: bin/fuzz sets both.
/// </summary>
public sealed partial class FuzzTests(FuzzTests.Unlimited app, ITestOutputHelper output) : IClassFixture<FuzzTests.Unlimited>
{
    private const int Cases = 1_300; // without a time: a dozen of each operation, half of them on each database

    private static readonly int? Seconds = int.TryParse(Environment.GetEnvironmentVariable("DOMI_FUZZ_SECONDS"), out var seconds) ? seconds : null;
    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("DOMI_SEED"), out var seed) ? seed : AppFixture.Provider is DatabaseProvider.Sqlite ? 1 : 2;

    // Who fuzzes these loses his key, his account or his profiles, and with them everything else that could be found.
    private static readonly string[] OnlyLookedAt = ["/console/keys", "/console/users", "/console/me", "/console/profiles"];

    private readonly FuzzedWorld world = new(app);
    private readonly Dictionary<string, (string What, int Times)> found = [];
    private readonly HashSet<string> taken = [];
    private readonly Faults faults = new();

    public sealed class Unlimited : AppFixture
    {
        protected override DomiSettings Configure(DomiSettings settings) => settings with { ReadsPerMinute = int.MaxValue };
    }

    [Fact]
    public async Task Whatever_is_sent_is_answered_and_never_a_fault_of_ours()
    {
        output.WriteLine($"seed {Seed} on {AppFixture.Provider}");
        app.Engine.Services.GetRequiredService<ILoggerFactory>().AddProvider(faults);
        await world.BeginAsync();
        var person = await Person.OfAsync(app);
        var operations = Operations();
        var (watch, n) = (Stopwatch.StartNew(), 0);
        for (; Seconds is { } seconds ? watch.Elapsed < TimeSpan.FromSeconds(seconds) : n < Cases; n++)
        {
            if (n % 400 == 0)
            {
                await world.RenewAsync(n / 400);
                person.Dispose();
                person = await Person.OfAsync(app); // he may have signed out
            }

            if (n % 1_000 == 999) await PassAsync(TimeSpan.FromDays(1), n);
            var operation = operations[n % operations.Count];
            await PlayAsync(operation, new Fuzzer(new Random(unchecked((Seed * 1_000_003) + n)), world), person, n);
            if (operation.Route == "/creditor") await world.LogInAsync(); // it may have logged out
        }

        output.WriteLine($"{n} cases of {operations.Count} operations; never taken: {string.Join(", ", operations.Select(o => o.Name).Except(taken))}");
        await PassAsync(TimeSpan.FromDays(45), n);
        person.Dispose();
        await EverythingCanBeReadAsync(n);
        Assert.True(found.Count == 0, $"seed {Seed} on {AppFixture.Provider}, {n} cases:\n\n{string.Join("\n\n", found.Values.Select(f => $"{f.Times} × {f.What}"))}");
    }

    private List<FuzzedOperation> Operations()
    {
        var described = Described.Operations().ToDictionary(o => Described.Shape(o.Method, "/creditor" + o.Path));
        var all = app.Engine.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>().SelectMany(e =>
        {
            var route = "/" + e.RoutePattern.RawText!.Trim('/');
            return (e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["PAGE"]).Select(method =>
            {
                var operation = described.GetValueOrDefault(Described.Shape(method, route));
                string[] more = route.StartsWith("/sandbox", StringComparison.Ordinal) ? ["advance", "invoice", "transaction", "code"] : route.EndsWith("/invoice/bulk", StringComparison.Ordinal) ? [.. described["POST /creditor/invoice"].Named] : operation is null ? ["customerNumber", "iban", "ct", "email", "include"] : [];
                var required = route.EndsWith("/invoice/bulk", StringComparison.Ordinal) ? described["POST /creditor/invoice"].Required : operation?.Required ?? [];
                return new FuzzedOperation(method, route, [.. (operation?.Named ?? []).Concat(more).Distinct()], [.. (operation?.Parameters ?? []).Where(p => p.In == "header").Select(p => p.Name)], required, operation?.Type ?? (more.Length > 0 && method == "POST" ? "application/json" : null));
            });
        }).DistinctBy(o => o.Name).OrderBy(o => o.Name, StringComparer.Ordinal).ToList();
        Assert.Equal([], described.Keys.Except(all.Select(o => Described.Shape(o.Method, o.Route))));
        return [.. all, new("POST", "/creditor/nowhere/{id}", ["id"], [], [], null)];
    }

    private async Task PlayAsync(FuzzedOperation operation, Fuzzer fuzzer, Person person, int n)
    {
        var http = operation.Route.StartsWith("/console", StringComparison.Ordinal) && fuzzer.Rubbish.Chance(90) ? person.Http : app.EngineHttp;
        FuzzedCall call;
        if (operation.IsApi || operation.Route.StartsWith("/sandbox", StringComparison.Ordinal)) call = fuzzer.Call(operation);
        else
        {
            var path = fuzzer.Rubbish.One(world.PagesOf(operation.Route));
            call = operation.Method == "PAGE" && !OnlyLookedAt.Any(path.StartsWith) && fuzzer.Rubbish.Chance(60) && await FormOfAsync(http, path, fuzzer.Rubbish) is var (action, fields) ? fuzzer.Post(action, fields) : fuzzer.Get(path);
        }

        if (call.Method == "GET" && fuzzer.Rubbish.Chance(4))
        {
            await PlayBytesAsync(operation, fuzzer.Rubbish.Spoilt(call.Bytes(app.EngineHttp.BaseAddress!)), n);
            return;
        }

        var rows = fuzzer.Rubbish.Chance(12) ? await RowsAsync() : null;
        string? complaint;
        try
        {
            using var request = call.Request(app.EngineHttp.BaseAddress!);
            using var answer = await http.SendAsync(request);
            complaint = Complaint(call, answer, await answer.Content.ReadAsByteArrayAsync());
            if ((int)answer.StatusCode < 400) taken.Add(operation.Name);
            if (rows is not null && (int)answer.StatusCode >= 400 && await RowsAsync() is var after && after != rows) complaint ??= $"refused with {(int)answer.StatusCode}, and changed something:\n{rows}\n{after}";
        }
        catch (HttpRequestException) when (call.Body?.Length > 50_000)
        {
            complaint = null; // it was told to stop before it had said everything
        }
        catch (HttpRequestException e)
        {
            complaint = $"no answer: {e.Message} {e.InnerException?.Message}";
        }

        Note(operation.Name, complaint, call.ToString(), n);
    }

    /// <summary>One of the forms of a page, with what its reader would send.</summary>
    private static async Task<(string Action, IReadOnlyList<(string Name, string Value)> Fields)?> FormOfAsync(HttpClient http, string path, Rubbish rubbish)
    {
        using var page = await http.GetAsync(path);
        var forms = Form().Matches(await page.Content.ReadAsStringAsync()).Where(f => Attribute(f.Groups[1].Value, "method") == "post" && Attribute(f.Groups[1].Value, "action") != "/console/sign-out").ToList();
        if (forms.Count == 0) return null;

        var form = rubbish.One(forms);
        List<(string, string)> fields = [];
        foreach (var field in Field().Matches(form.Groups[2].Value).Select(f => f.Value))
            if (Attribute(field, "name") is { } name) fields.Add((name, Attribute(field, "value") ?? "1"));
        return (Attribute(form.Groups[1].Value, "action") is { Length: > 0 } action ? action.StartsWith('/') ? action : path.Split('?')[0] + action : path, fields);

        static string? Attribute(string tag, string name) => Regex.Match(tag, $"\\s{name}=\"([^\"]*)\"") is { Success: true } match ? WebUtility.HtmlDecode(match.Groups[1].Value) : null;
    }

    /// <summary>What may be no HTTP any more: the server may close without a word, and may not break.</summary>
    private async Task PlayBytesAsync(FuzzedOperation operation, byte[] bytes, int n)
    {
        string? complaint = null;
        try
        {
            using var connection = new TcpClient();
            await connection.ConnectAsync(IPAddress.Loopback, app.EngineHttp.BaseAddress!.Port);
            var stream = connection.GetStream();
            await stream.WriteAsync(bytes);
            connection.Client.Shutdown(SocketShutdown.Send); // it waits for no more
            using var answer = new MemoryStream();
            await stream.CopyToAsync(answer);
            var line = Encoding.Latin1.GetString(answer.ToArray()).Split('\r')[0];
            if (line.StartsWith("HTTP/1.1 5", StringComparison.Ordinal) && !line.StartsWith("HTTP/1.1 505", StringComparison.Ordinal)) complaint = line; // 505: another version of HTTP
        }
        catch (IOException)
        {
            // reset: as good as closed
        }

        Note(operation.Name, complaint, Encoding.Latin1.GetString(bytes), n);
    }

    private static string? Complaint(FuzzedCall call, HttpResponseMessage answer, byte[] body)
    {
        var status = (int)answer.StatusCode;
        var text = Encoding.UTF8.GetString(body);
        if (status >= 500) return $"{status}";
        if (answer.Headers.Contains("X-Evil")) return "a header of the caller's";
        if (status < 400) return answer.Content.Headers.ContentType?.MediaType == "application/json" && body.Length > 0 && !IsJson(text) ? $"{status}, and no JSON: {text}" : null;
        if (call.Method == "HEAD") return null;
        if (body.Length == 0 && answer.Headers.ConnectionClose == true) return null; // the server itself, before anybody of ours
        if (status == 429 && answer.Headers.Contains("X-Rate-Limit-Retry-After-Seconds")) return null;
        // With dots in it, or slashes in other places, it may have meant a page.
        if (!IsOfApi().IsMatch(call.Target) || call.Target.Contains("..", StringComparison.Ordinal) || call.Target.Contains("%2e", StringComparison.Ordinal))
            return text.Contains("<html", StringComparison.Ordinal) || answer.Headers.Contains("ApiError") || IsForMachines().IsMatch(call.Target) ? null : $"{status}, and no page: {text}";

        if (!answer.Headers.TryGetValues("ApiError", out var codes) || !answer.Headers.TryGetValues("ApiErrorCode", out var again) || !codes.SequenceEqual(again)) return $"{status} without its code: {text}";
        if (!IsJson(text)) return $"{status}, and no JSON: {text}";
        var json = JsonDocument.Parse(text).RootElement;
        return json.GetProperty("code").GetString() == codes.Single() && json.GetProperty("message").GetString() is { Length: > 0 } && json.TryGetProperty("extra", out _) ? null : $"{status}, not in the dialect: {text}";
    }

    private static bool IsJson(string text)
    {
        try
        {
            JsonDocument.Parse(text).Dispose();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Keeps what was found, each kind once.</summary>
    private void Note(string operation, string? complaint, string call, int n)
    {
        var logged = faults.Take();
        if (complaint is null && logged.Count == 0) return;

        var cause = logged.Count == 0 ? complaint! : string.Join('\n', logged);
        var kind = operation + Numbers().Replace(logged.Count == 0 ? complaint!.Split('\n')[0] : string.Join('\n', cause.Split('\n').Where(l => l.Contains("Exception", StringComparison.Ordinal) || l.Contains(" Domi.", StringComparison.Ordinal)).Take(3)), "0");
        found[kind] = found.TryGetValue(kind, out var before) ? (before.What, before.Times + 1) : ($"{operation}, case {n}: {complaint}\n{call}{(cause.Length > 3_000 ? cause[..3_000] : cause)}", 1);
    }

    private async Task PassAsync(TimeSpan time, int n)
    {
        await AppFixture.AdvanceAsync(app.Engine, time);
        Note("time passes", null, "", n);
    }

    private async Task EverythingCanBeReadAsync(int n)
    {
        using var person = await Person.OfAsync(app);
        await world.LogInAsync();
        foreach (var (path, list) in new[] { ("/mandate", "Messages"), ("/invoice?include=customer,meta,lastpayment", "Invoices"), ("/invoice/payment/feed", "Payments"), ("/transaction?include=collection,action", "Entries"), ("/payment/link/feed?all=true", "Links"), ("/transfer", "Entries"), ("/reporting", "Statements") })
            await world.Client.FeedAsync(path, list);
        var pages = await app.ReadEngineAsync(async db => (List<string>)[
            .. await db.Customers.OrderByDescending(c => c.Id).Take(60).Select(c => "/console/customers/" + c.Id).ToListAsync(), .. await db.Invoices.OrderByDescending(i => i.Id).Take(60).Select(i => "/console/invoices/" + i.Id).ToListAsync(),
            .. await db.Mandates.OrderByDescending(m => m.Number).Take(60).Select(m => "/console/agreements/" + m.Number).ToListAsync(), .. await db.DirectDebits.OrderByDescending(d => d.Number).Take(60).Select(d => "/console/transactions/" + d.Number).ToListAsync(),
            .. await db.PayLinks.OrderByDescending(l => l.Number).Take(60).Select(l => "/console/links/" + l.Number).ToListAsync(), .. await db.OutgoingFiles.OrderByDescending(f => f.Number).Take(60).Select(f => "/console/files/" + f.Number).ToListAsync(), .. await db.BankStatements.OrderByDescending(s => s.Number).Take(60).Select(s => "/console/statements/" + s.Number).ToListAsync(),
            .. await db.StatementItems.OrderByDescending(i => i.Number).Take(60).Select(i => "/console/reconciliation/" + i.Number).ToListAsync(), "/console/files", "/console/bank", "/console/statements", "/console/reconciliation",
            "/console/customers", "/console/invoices", "/console/agreements", "/console/links", "/console/refunds", "/console/subscriptions", "/console/batches", "/console/activity", "/console/webhooks", "/console/feeds", "/simulator",
        ]);
        foreach (var page in pages)
        {
            using var answer = await person.Http.GetAsync(page);
            Note("reads " + page[..page.LastIndexOf('/')], answer.StatusCode is HttpStatusCode.OK ? null : $"{(int)answer.StatusCode}", page + "\n", n);
        }
    }

    /// <summary>How many rows each table has whose rows stand for something that was done.</summary>
    private Task<string> RowsAsync() => app.ReadEngineAsync(db =>
    {
        var counts = string.Join(" || ' ' || ", Tables(db).Select(t => $"'{t} ' || (select count(*) from {t})"));
        var sql = $"select {counts} as \"Value\"";
        return db.Database.SqlQueryRaw<string>(sql).SingleAsync();
    });

    private static IEnumerable<string> Tables(EngineDb db) =>
        db.Model.GetEntityTypes().Select(t => t.GetTableName()!).Distinct().Where(t => t is not ("sessions" or "failed_logins" or "feed_cursors" or "schedules" or "module_state" or "job_claims" or "processes" or "data_protection_keys")).Order();

    [GeneratedRegex("<form([^>]*)>(.*?)</form>", RegexOptions.Singleline)]
    private static partial Regex Form();

    [GeneratedRegex("<(?:input|select|textarea|button)[^>]*>")]
    private static partial Regex Field();

    [GeneratedRegex("^(/api)?/creditor([/?]|$)", RegexOptions.IgnoreCase)]
    private static partial Regex IsOfApi();

    [GeneratedRegex("^/(sandbox|assets|healthz)", RegexOptions.IgnoreCase)]
    private static partial Regex IsForMachines();

    [GeneratedRegex("[0-9A-Z]{6,}|[0-9]+")]
    private static partial Regex Numbers();
}
