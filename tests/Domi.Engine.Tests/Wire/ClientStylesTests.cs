using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Domi.Testing;
using Domi.Twikey;

namespace Domi.Engine.Tests.Wire;

/// <summary>
/// The calls of each public client of the API, in its own style, in order, against the real host: <c>tests/data/wire/clients</c> says what it sends and
/// what it breaks on if it is not there.
/// </summary>
public sealed partial class ClientStylesTests : IAsyncLifetime
{
    /// <param name="Otp">Logs in with a one-time password.</param>
    /// <param name="Base">What stands before each path.</param>
    /// <param name="Headers">What goes with every call after the log-in.</param>
    private sealed record Script(string Client, bool Otp, string Base, Dictionary<string, string> Headers, Hint Webhook, List<Step> Steps);

    /// <summary>How the client checks the signature of a webhook.</summary>
    /// <param name="Decodes">The query before it is signed: as a <c>form</c> (a plus is a blank), its <c>percent</c> signs only, or <c>nothing</c>.</param>
    /// <param name="Compares">Texts in <c>upper</c> case, in <c>lower</c> case, or <c>bytes</c>.</param>
    private sealed record Hint(string Decodes, string Compares);

    /// <summary>A call, or what happens meanwhile: <c>passes</c> (time), <c>pays</c> (a payer with the link).</summary>
    /// <param name="Until">The list that is read page by page until it is empty.</param>
    /// <param name="First">Headers of the first page only.</param>
    private sealed record Step(
        string Does, string? Method, string? Path, Dictionary<string, string>? Headers, string? Body, string? Until, Dictionary<string, string>? First, Needs? Needs, Dictionary<string, string>? Keep, TimeSpan? Passes,
        string? Pays);

    /// <param name="Status">The one status that is taken; 2xx when none is said.</param>
    /// <param name="Headers">What must be there.</param>
    /// <param name="Without">What must not be there.</param>
    /// <param name="Json">Type by path, such as <c>Entries[0].id: whole</c>.</param>
    /// <param name="Each">The same of each entry of the list that is read until it is empty.</param>
    /// <param name="Some">A path and what at least one of those entries has there.</param>
    private sealed record Needs(int? Status, List<string>? Headers, List<string>? Without, Dictionary<string, string>? Json, Dictionary<string, string>? Each, Dictionary<string, string>? Some, string? Bytes);

    private static readonly JsonSerializerOptions Reading = new() { PropertyNameCaseInsensitive = true, UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow };

    private readonly AppFixture app = new(); // a creditor of its own: days pass at different times
    private readonly Dictionary<string, string> kept = [];
    private readonly HttpClient http = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }, disposeHandler: true);

    private static string Folder => Path.Combine(Described.Folder, "clients");

    public static TheoryData<string> Clients => [.. Directory.GetFiles(Folder, "*.json").Select(f => Path.GetFileNameWithoutExtension(f)).Order()];

    public ValueTask InitializeAsync() => app.InitializeAsync();

    public ValueTask DisposeAsync()
    {
        http.Dispose();
        return app.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_client_gets_what_it_needs(string client)
    {
        var script = JsonSerializer.Deserialize<Script>(await File.ReadAllTextAsync(Path.Combine(Folder, client + ".json")), Reading)!;
        await using var receiver = await Receiver.StartAsync();
        var apiKey = $"KeyOf{client}{Guid.CreateVersion7():n}";
        await app.GivenAKeyAsync(apiKey, receiver.Url.ToString(), script.Otp);
        await app.ChangeCreditorAsync(c => c.Account = Standards.Iban.Parse("BE45734031872589")); // what transfers are paid from
        kept["apiKey"] = apiKey;
        kept["run"] = Guid.CreateVersion7().ToString("n")[^8..].ToUpperInvariant();
        kept["uuid"] = Guid.CreateVersion7().ToString();

        foreach (var step in script.Steps) await PlayAsync(script, step);

        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromMinutes(1));
        Assert.NotEmpty(receiver.Calls);
        foreach (var call in receiver.Calls) Assert.True(IsSignedFor(script.Webhook, apiKey, call.Query, call.Signature!), $"{client} does not take the signature of {call.Query}");
    }

    private async Task PlayAsync(Script script, Step step)
    {
        if (step.Passes is { } time) await AppFixture.AdvanceAsync(app.Engine, time);
        if (step.Pays is { } link)
        {
            using var payer = new DebtorBrowser();
            Assert.True(await payer.PayAsync(Filled(link)), step.Does);
        }

        if (step.Method is null) return;

        var (entries, page) = (new List<JsonElement>(), 0);
        while (true)
        {
            using var answer = await SendAsync(script, step, page++ == 0 ? step.First : null);
            var json = await CheckAsync(script, step, answer);
            if (step.Until is null) break;

            var list = json!.Value.GetProperty(step.Until).EnumerateArray().ToList();
            if (list.Count == 0) break;
            Assert.True(long.TryParse(answer.Headers.GetValues("X-LAST").Single(), NumberStyles.None, CultureInfo.InvariantCulture, out _), $"{script.Client} {step.Does}: X-LAST is no number");
            entries.AddRange(list);
            Assert.True(page < 100, $"{script.Client} {step.Does}: the feed has no end");
        }

        if (step.Until is null) return;

        Assert.NotEmpty(entries);
        foreach (var entry in entries)
            foreach (var (path, type) in step.Needs?.Each ?? [])
                Assert.True(Is(Find(entry, path), Filled(type)), $"{script.Client} {step.Does}: {path} is not {type} in {entry}");
        if (step.Needs?.Some is { } some)
            Assert.True(entries.Any(e => some.All(s => Is(Find(e, s.Key), Filled(s.Value)))), $"{script.Client} {step.Does}: none is {string.Join(", ", some)} of\n{string.Join('\n', entries)}");
    }

    private async Task<HttpResponseMessage> SendAsync(Script script, Step step, Dictionary<string, string>? first)
    {
        using var request = new HttpRequestMessage(new(step.Method!), app.EngineHttp.BaseAddress!.ToString().TrimEnd('/') + script.Base + Filled(step.Path!));
        // The bytes as they are written: some clients do not encode their forms.
        if (step.Body is { } body) request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Filled(body)));
        foreach (var (name, value) in script.Headers.Concat(step.Headers ?? []).Concat(first ?? []))
        {
            if (name.Equals("Authorization", StringComparison.OrdinalIgnoreCase) && !kept.ContainsKey("token")) continue;
            if (!name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase))
            {
                request.Headers.Remove(name);
                if (value.Length > 0) request.Headers.TryAddWithoutValidation(name, Filled(value));
                continue;
            }

            request.Content ??= new ByteArrayContent([]); // several send a type with a GET
            request.Content.Headers.Remove(name);
            request.Content.Headers.TryAddWithoutValidation(name, value);
        }

        return await http.SendAsync(request);
    }

    private async Task<JsonElement?> CheckAsync(Script script, Step step, HttpResponseMessage answer)
    {
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        var text = Encoding.UTF8.GetString(bytes);
        var what = $"{script.Client} {step.Does}: {(int)answer.StatusCode} {(text.Length > 2_000 ? text[..2_000] : text)}";
        Assert.True(step.Needs?.Status is { } status ? (int)answer.StatusCode == status : answer.IsSuccessStatusCode, what);
        foreach (var name in step.Needs?.Headers ?? []) Assert.True(Header(answer, name) is { Length: > 0 }, $"no header {name}: {what}");
        foreach (var name in step.Needs?.Without ?? []) Assert.True(Header(answer, name) is null, $"header {name}: {what}");
        if (step.Needs?.Bytes is { } begins) Assert.True(text.StartsWith(begins, StringComparison.Ordinal), what);

        JsonElement? json = null;
        if (answer.Content.Headers.ContentType?.MediaType == "application/json" && text.Length > 0) json = JsonDocument.Parse(text).RootElement;
        foreach (var (path, type) in step.Needs?.Json ?? []) Assert.True(json is { } root && Is(Find(root, path), Filled(type)), $"{path} is not {type}: {what}");
        foreach (var (name, from) in step.Keep ?? [])
            kept[name] = from.StartsWith("header ", StringComparison.Ordinal) ? Header(answer, from["header ".Length..])! : Find(json!.Value, from)?.ToString() ?? throw new InvalidOperationException($"{from} is not there: {what}");
        return json;
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) || answer.Content.Headers.TryGetValues(name, out values) ? string.Join(',', values) : null;

    /// <summary>Puts what was kept, and the one-time password of now, where <c>{{name}}</c> stands.</summary>
    private string Filled(string text) => Placeholder().Replace(text, m => m.Groups[1].Value switch
    {
        "otp" => OneTimePassword.Compute(app.Access.PrivateKey!, "own", TimeProvider.System.GetUtcNow()).ToString(CultureInfo.InvariantCulture),
        "otp8" => OneTimePassword.Compute(app.Access.PrivateKey!, "own", TimeProvider.System.GetUtcNow()).ToString("00000000", CultureInfo.InvariantCulture),
        "run:lower" => kept["run"].ToLowerInvariant(),
        var name => kept[name],
    });

    /// <summary>The element at a path of names and positions; null when it is not there.</summary>
    private static JsonElement? Find(JsonElement root, string path)
    {
        JsonElement? at = root;
        foreach (var part in Parts().Matches(path).Select(m => m.Value))
        {
            if (at is not { } here) return null;
            if (part[0] == '[') at = here.ValueKind is JsonValueKind.Array && int.Parse(part.Trim('[', ']'), CultureInfo.InvariantCulture) is var i && i < here.GetArrayLength() ? here[i] : null;
            else at = here.ValueKind is JsonValueKind.Object && here.TryGetProperty(part, out var member) ? member : null;
        }

        return at;
    }

    private static bool Is(JsonElement? found, string type) => type switch
    {
        "absent" => found is null,
        "text" => found is { ValueKind: JsonValueKind.String },
        "text or null" => found is { ValueKind: JsonValueKind.String or JsonValueKind.Null },
        "text or absent" => found is null or { ValueKind: JsonValueKind.String },
        "filled" => found is { ValueKind: JsonValueKind.String } && found.Value.GetString()!.Length > 0,
        "number" => found is { ValueKind: JsonValueKind.Number },
        "float" => found is { ValueKind: JsonValueKind.Number } && found.Value.GetRawText().Contains('.'),
        "whole" => found is { ValueKind: JsonValueKind.Number } && found.Value.TryGetInt32(out _),
        "long" => found is { ValueKind: JsonValueKind.Number } && found.Value.TryGetInt64(out _),
        "boolean" => found is { ValueKind: JsonValueKind.True or JsonValueKind.False },
        "list" => found is { ValueKind: JsonValueKind.Array },
        "empty list" => found is { ValueKind: JsonValueKind.Array } && found.Value.GetArrayLength() == 0,
        "object" => found is { ValueKind: JsonValueKind.Object },
        "object or absent" => found is null or { ValueKind: JsonValueKind.Object },
        "day" => found is { ValueKind: JsonValueKind.String } && DateOnly.TryParseExact(found.Value.GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "instant" => found is { ValueKind: JsonValueKind.String } && InstantOf().IsMatch(found.Value.GetString()!),
        "instant or absent" => found is null || (found is { ValueKind: JsonValueKind.String } && InstantOf().IsMatch(found.Value.GetString()!)),
        "address" => found is { ValueKind: JsonValueKind.String } && Uri.TryCreate(found.Value.GetString(), UriKind.Absolute, out _),
        "uuid" => found is { ValueKind: JsonValueKind.String } && Guid.TryParse(found.Value.GetString(), out _),
        ['=', .. var literal] => found is { } there && there.ToString() == literal,
        ['~', .. var same] => found is { } there && there.ToString().Equals(same, StringComparison.OrdinalIgnoreCase),
        _ => throw new InvalidOperationException($"There is no type '{type}'."),
    };

    private static bool IsSignedFor(Hint hint, string apiKey, string query, string signature)
    {
        var message = hint.Decodes switch
        {
            "form" => WebUtility.UrlDecode(query),
            "percent" => Uri.UnescapeDataString(query),
            _ => query,
        };
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(apiKey), Encoding.UTF8.GetBytes(message));
        return hint.Compares switch
        {
            "upper" => Convert.ToHexString(mac) == signature,
            "lower" => Convert.ToHexStringLower(mac).Equals(signature, StringComparison.OrdinalIgnoreCase),
            _ => Convert.FromHexString(signature).AsSpan().SequenceEqual(mac),
        };
    }

    [GeneratedRegex(@"\{\{([A-Za-z0-9:]+)\}\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\[\d+\]|[^.\[\]]+")]
    private static partial Regex Parts();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")]
    private static partial Regex InstantOf();
}
