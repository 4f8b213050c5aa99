using System.Globalization;
using System.Text;

namespace Domi.Engine.Tests.Wire;

/// <summary>A request as it goes out, whatever is wrong with it.</summary>
/// <param name="Target">Path and query, as they stand in the request line.</param>
internal sealed record FuzzedCall(string Method, string Target, IReadOnlyList<(string Name, string Value)> Headers, byte[]? Body, bool InChunks)
{
    private static readonly UriCreationOptions AsItIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    public HttpRequestMessage Request(Uri origin)
    {
        var request = new HttpRequestMessage(new(Method), new Uri(origin.GetLeftPart(UriPartial.Authority) + Target, AsItIs));
        if (Body is not null) request.Content = new ByteArrayContent(Body);
        if (InChunks && Body is not null) request.Headers.TransferEncodingChunked = true;
        foreach (var (name, value) in Headers)
            if (!request.Headers.TryAddWithoutValidation(name, value) && request.Content is { } content)
                content.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    /// <summary>The same on a connection of its own, so that its first line and its headers can be spoilt too.</summary>
    public byte[] Bytes(Uri origin) =>
    [
        .. Encoding.UTF8.GetBytes($"{Method} {Target} HTTP/1.1\r\nHost: {origin.Authority}\r\nConnection: close\r\n{string.Concat(Headers.Select(h => $"{h.Name}: {h.Value}\r\n"))}{(Body is null ? "" : $"Content-Length: {Body.Length}\r\n")}\r\n"),
        .. Body ?? [],
    ];

    /// <summary>So that it can be sent again by hand.</summary>
    public override string ToString() =>
        $"{Method} {Shown(Target)}\n{string.Concat(Headers.Where(h => h.Name != "Authorization").Select(h => $"  {h.Name}: {Shown(h.Value)}\n"))}{(InChunks ? "  in chunks\n" : "")}{(Body is null ? "" : $"  {Shown(Encoding.Latin1.GetString(Body))}\n")}";

    private static string Shown(string text)
    {
        var shown = new StringBuilder();
        foreach (var c in text.Length > 3_000 ? text[..3_000] + $"… ({text.Length})" : text) shown.Append(c is >= ' ' and < (char)127 or '…' ? c.ToString() : $"\\x{(int)c:x2}");
        return shown.ToString();
    }
}

/// <summary>Makes calls that are almost right: as an operation wants them, and then broken in a few places.</summary>
internal sealed class Fuzzer(Random random, FuzzedWorld world)
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW", "post", "PROPFIND"];
    private static readonly string[] MoreNames = ["customer", "lines", "extra", "meta", "include", "page", "type", "state", "_state", "nonce", "l", "r", "x", "", "id", "CT", "amount[]", "ct.x", "__proto__", "search", "tab", "before", "after"];

    private static readonly (string Name, string Value)[] OddHeaders =
    [
        ("Accept-Language", "xx"), ("Accept-Language", ";;;q=a"), ("Accept-Language", "nl;q=9999,fr;q=NaN,*"), ("Accept-Language", "pt-\u00e9"), ("Accept", "text/html"), ("Accept", "nonsense"), ("Content-Encoding", "gzip"), ("Range", "bytes=5-1"), ("If-None-Match", "*"), ("If-Modified-Since", "yesterday"),
        ("X-Forwarded-For", "1.2.3.4"), ("X-Forwarded-Host", "evil.example"), ("Forwarded", "for=\"[::"), ("X-Forwarded-Prefix", "//evil"), ("Cookie", "a=b; ;=; =;\u0001"), ("Cookie", "domi-engine=\u00ff"), ("Origin", "null"), ("Referer", "::"), ("User-Agent", ""), ("X-HTTP-Method-Override", "DELETE"), ("Expect", "200-ok"), ("TE", "trailers"),
        ("X-RESUME-AFTER", "-1"), ("X-RESUME-AFTER", "9223372036854775808"), ("X-TYPES", ",;,"), ("Idempotency-Key", "\u00e9\u0100"), ("X-RESET", "9999-12-31T23:59:59+14:00"), ("X-RESERVATION", "{"), ("X-INVOICE-ID", "x"), ("X-TEMPLATE", "1e9"), ("X-CONTRACT", "\u0130"), ("X-MANUAL", "maybe"), ("X-Ref", "\ud83d\ude00"), ("X-PARTNER", "%00"),
    ];

    private readonly Rubbish rubbish = new(random);

    public Rubbish Rubbish => rubbish;

    /// <summary>A call of the API.</summary>
    public FuzzedCall Call(FuzzedOperation operation)
    {
        var path = PathOf(operation);
        var given = Given(operation);
        var headers = new List<(string Name, string Value)>();
        if (!rubbish.Chance(2)) headers.Add(("Authorization", rubbish.Chance(2) ? rubbish.Text(world.Token) : world.Token));
        foreach (var (name, value) in given.Where(g => operation.IsHeader(g.Name))) headers.Add((name, value.Text ?? ""));
        given.RemoveAll(g => operation.IsHeader(g.Name));

        var method = rubbish.Chance(3) ? rubbish.One(Methods) : operation.Method;
        if (world.Document(operation.Route, rubbish) is { } document && !rubbish.Chance(10)) return Sent(method, path + Query(given), headers, Spoilt(document), "application/xml");

        var inQuery = method is "GET" or "DELETE" or "HEAD" ? !rubbish.Chance(10) : rubbish.Chance(10);
        if (inQuery) return Sent(method, path + Query(given), headers, rubbish.Chance(95) ? null : Spoilt("{}"u8.ToArray()), "application/json");

        var type = rubbish.Below(10) switch { < 6 => operation.Type ?? "application/x-www-form-urlencoded", < 8 => "application/json", 8 => "application/x-www-form-urlencoded", _ => "multipart/form-data; boundary=x" };
        return Sent(method, path, headers, Body(operation, type, given), type);
    }

    /// <summary>A form of a page, as its reader would send it, or almost.</summary>
    public FuzzedCall Post(string path, IReadOnlyList<(string Name, string Value)> fields)
    {
        var given = fields.Select(f => (f.Name, Value: new Value(world.Plausible(path, f.Name, rubbish) is { } plausible && !rubbish.Chance(30) ? plausible : f.Value, null))).ToList();
        // A file is broken like one that is posted as it is.
        var file = given.FindIndex(g => g.Name == "file");
        if (file >= 0) given[file] = ("file", new(Encoding.UTF8.GetString(Spoilt(world.Document("/creditor/reporting", rubbish)!)), null));
        Break(given, path);
        var type = rubbish.Chance(file >= 0 ? 10 : 85) ? "application/x-www-form-urlencoded" : "multipart/form-data; boundary=x";
        return Sent(rubbish.Chance(3) ? rubbish.One(Methods) : "POST", path, [], type.StartsWith('m') ? Multipart(given) : Encoding.ASCII.GetBytes(Form(given)), type);
    }

    /// <summary>A page with a query, or an address that is almost one.</summary>
    public FuzzedCall Get(string path)
    {
        List<(string Name, Value Value)> given = [.. rubbish.Below(3) == 0 ? [] : new[] { "l", "r", "i", "handler", "page", "search", "state", "from", "until", "before", "after", "returnUrl" }.Where(_ => rubbish.Chance(25)).Select(n => (n, new Value(world.Plausible(path, n, rubbish) ?? "1", null)))];
        Break(given, path);
        return Sent(rubbish.Chance(5) ? rubbish.One(Methods) : "GET", Walked(path) + Query(given), [], null, "");
    }

    private sealed record Value(string? Text, string? Token);

    private string PathOf(FuzzedOperation operation)
    {
        var path = string.Join('/', operation.Route.Split('/').Select(part => part.StartsWith('{')
            ? rubbish.Escaped(world.Plausible(operation.Route, part.Trim('{', '}', '?').Split(':')[0], rubbish) is { } plausible && !rubbish.Chance(15) ? plausible : rubbish.Text("1"), allowsBare: false)
            : part));
        return (rubbish.Chance(10) ? "/api" : "") + Walked(path);
    }

    // Another case, slashes too many, dots, and what does not belong there.
    private string Walked(string path) => rubbish.Below(40) switch
    {
        0 => path.ToUpperInvariant(),
        1 => path + "/",
        2 => path.Replace("/", "//", StringComparison.Ordinal),
        3 => path + "/" + rubbish.Escaped(rubbish.Text("x"), allowsBare: false),
        4 => path + "/../" + rubbish.One(["x", "%2e%2e/console", "..;/"]),
        5 => path.Insert(random.Next(1, path.Length + 1), rubbish.One(["%00", "%2F", "%5C", "%ED%A0%80", "%FF", "%0d%0aX-Evil:1", ";x=1", "%", "*"])),
        _ => path,
    };

    private List<(string Name, Value Value)> Given(FuzzedOperation operation)
    {
        var share = rubbish.One([5, 15, 40, 100]);
        List<(string Name, Value Value)> given = [.. operation.Names.Where(name => rubbish.Chance(operation.Required.Contains(name) || name == "customer" ? 97 : share)).Select(n => (n, world.Plausible(operation.Route, n, rubbish) is { } text ? new Value(text, null) : null)).Where(g => g.Item2 is not null).Select(g => (g.n, g.Item2!))];
        Break(given, operation.Route);
        return given;
    }

    private void Break(List<(string Name, Value Value)> given, string path)
    {
        for (var times = rubbish.One([0, 1, 1, 1, 2, 3]); times > 0; times--)
        {
            if (given.Count == 0 || rubbish.Chance(15))
            {
                var more = rubbish.One(MoreNames);
                given.Add((more, new(rubbish.Text(world.Plausible(path, more, rubbish) ?? ""), null)));
                continue;
            }

            var at = rubbish.Below(given.Count);
            var (name, value) = given[at];
            switch (rubbish.Below(12))
            {
                case 0: given.RemoveAt(at); break;
                case 1: given.Insert(at, (name, new(rubbish.Text(value.Text ?? ""), null))); break;
                case 2: given[at] = (rubbish.One([name.ToUpperInvariant(), name + "[]", name + " ", rubbish.Text(name)]), value); break;
                case 3 or 4: given[at] = (name, new(value.Text, rubbish.Token())); break;
                default: given[at] = (name, new(rubbish.Text(value.Text ?? ""), null)); break;
            }
        }
    }

    private FuzzedCall Sent(string method, string target, List<(string Name, string Value)> headers, byte[]? body, string type)
    {
        if (rubbish.Chance(10)) headers.Add(rubbish.One(OddHeaders));
        if (body is not null && type.Length > 0 && !rubbish.Chance(2)) headers.Add(("Content-Type", rubbish.Chance(5) ? rubbish.Type() : type));
        // No line ends inside a header, and none without a name: that is no request any more, and its sender does not send it.
        return new(method, target, [.. headers.Where(h => h.Name.Length > 0).Select(h => (h.Name, string.Concat(h.Value.Where(c => c is not ('\r' or '\n' or '\0')))))], body, body is not null && rubbish.Chance(10));
    }

    private string Query(List<(string Name, Value Value)> given) => given.Count == 0 ? "" : "?" + Form(given);

    private string Form(List<(string Name, Value Value)> given) => string.Join(rubbish.Chance(2) ? ";" : "&", given.Select(g => rubbish.Escaped(g.Name) + (rubbish.Chance(2) ? "" : "=" + rubbish.Escaped(g.Value.Token ?? g.Value.Text ?? ""))));

    private byte[] Spoilt(byte[] bytes) => rubbish.Below(10) switch
    {
        < 3 => bytes,
        3 when bytes.Length < 100_000 => [.. bytes, .. Encoding.ASCII.GetBytes(new string(' ', rubbish.One([1, 1_000, 100_000])))],
        < 7 => Replaced(bytes),
        _ => rubbish.Spoilt(bytes),
    };

    // Another text between two tags or two semicolons.
    private byte[] Replaced(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        var ends = text.Select((c, i) => (c, i)).Where(x => x.c is '>' or ';').Select(x => x.i).ToList();
        if (ends.Count == 0) return rubbish.Spoilt(bytes);
        var begin = rubbish.One(ends) + 1;
        var end = text.IndexOfAny(['<', ';', '\n'], begin) is >= 0 and var found ? found : text.Length;
        return Encoding.UTF8.GetBytes(text[..begin] + rubbish.Text(text[begin..end]) + text[end..]);
    }

    private byte[] Body(FuzzedOperation operation, string type, List<(string Name, Value Value)> given)
    {
        var whole = type.StartsWith('m') ? Multipart(given) : Encoding.UTF8.GetBytes(type.Contains("json", StringComparison.Ordinal) ? Json(operation, given) : Form(given));
        return rubbish.Below(100) switch
        {
            < 88 => whole,
            < 97 => rubbish.Spoilt(whole),
            97 => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(rubbish.One(["[", "{\"a\":", "[{\"customer\":", "<a>"]), rubbish.One([33, 70, 5_000])))),
            98 => Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(whole)),
            _ => Encoding.ASCII.GetBytes("title=" + new string('a', rubbish.One([100_000, 1_000_000, 13_000_000]))),
        };
    }

    private string Json(FuzzedOperation operation, List<(string Name, Value Value)> given)
    {
        if (!operation.IsList) return Object(given, operation.Route);
        var items = Enumerable.Range(0, rubbish.One([1, 1, 2, 3])).Select(_ => Object(Given(operation), operation.Route)).Append(Object(given, operation.Route)).ToList();
        if (rubbish.Chance(10)) items.Add(rubbish.Token());
        if (rubbish.Chance(10)) return "{" + string.Join(',', items.Select((item, i) => $"\"{i}\":{item}")) + "}";
        return "[" + string.Join(',', items) + "]";
    }

    private string Object(List<(string Name, Value Value)> given, string path)
    {
        var members = given.Select(g => Rubbish.Quoted(g.Name) + ":" + (g.Value.Token ?? (g.Name is "customer" && !rubbish.Chance(10) ? Customer(path)
            : g.Value.Text is { } text && rubbish.Chance(40) && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) && !text.StartsWith('0') && !text.StartsWith('+') && !text.StartsWith(' ') ? text : Rubbish.Quoted(g.Value.Text ?? ""))));
        return "{" + string.Join(',', members) + "}";
    }

    private string Customer(string path)
    {
        List<(string Name, Value Value)> block = [.. new[] { "customerNumber", "email", "firstname", "lastname", "companyName", "coc", "address", "zip", "city", "country", "l", "mobile", "cc" }.Where(_ => rubbish.Chance(70)).Select(n => (n, new Value(world.Plausible(path, n, rubbish), null)))];
        Break(block, path);
        return Object(block.Where(b => b.Name != "customer").ToList(), path);
    }

    private byte[] Multipart(List<(string Name, Value Value)> given)
    {
        var body = new StringBuilder();
        foreach (var (name, value) in given)
            body.Append("--x\r\nContent-Disposition: form-data; name=\"").Append(name.Replace("\"", "%22", StringComparison.Ordinal)).Append(rubbish.Chance(name == "file" ? 95 : 10) ? "\"; filename=\"a.txt" : "").Append("\"\r\n\r\n").Append(value.Text ?? value.Token).Append("\r\n");
        return Encoding.UTF8.GetBytes(body.Append(rubbish.Chance(5) ? "--x" : "--x--\r\n").ToString());
    }
}

/// <summary>What is fuzzed: a route of the engine with the parameters that its description names.</summary>
/// <param name="Headers">Those of the names that are headers.</param>
/// <param name="Required">Those without which it is refused.</param>
internal sealed record FuzzedOperation(string Method, string Route, IReadOnlyList<string> Names, IReadOnlyList<string> Headers, IReadOnlyList<string> Required, string? Type)
{
    public string Name => $"{Method} {Route}";

    public bool IsApi => Route.StartsWith("/creditor", StringComparison.Ordinal);

    public bool IsList => Route.EndsWith("/bulk", StringComparison.Ordinal);

    public bool IsHeader(string name) => Headers.Contains(name, StringComparer.OrdinalIgnoreCase);
}
