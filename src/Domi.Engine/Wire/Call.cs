using System.Globalization;
using System.Text.Json;
using Domi.Engine.Creditors;
using Domi.Platform;
using Microsoft.AspNetCore.Http;

namespace Domi.Engine.Wire;

/// <summary>Who calls the API: a creditor, through one of its keys.</summary>
internal sealed record Caller(Guid CreditorId, Guid ApiKeyId, KeyScope Scope);

/// <summary>
/// One call of the API: the caller, and the parameters of query string, form and JSON merged. Names are case-insensitive, a blank is
/// absent, numbers and booleans may be strings: what the real clients send.
/// </summary>
/// <remarks>Source: twikey API description, section 1 of the behaviour notes.</remarks>
internal sealed class Call
{
    private const int MostValues = 2_000;

    // Clients compute with floating point: 12.100000000000001 means 12.10.
    private const decimal Noise = 0.000001m;
    private static readonly JsonDocumentOptions JsonRules = new() { MaxDepth = 32, AllowTrailingCommas = true };

    private readonly Dictionary<string, List<string>> values;

    private Call(HttpContext http, Dictionary<string, List<string>> values, JsonElement? body)
    {
        Http = http;
        this.values = values;
        Body = body;
    }

    public HttpContext Http { get; }

    public JsonElement? Body { get; }

    public Caller Caller => (Caller)Http.Items[typeof(Caller)]!;

    public Guid CreditorId => Caller.CreditorId;

    /// <summary>What a call does besides what its address says, a collection or a refund for instance: its key must be allowed that too.</summary>
    /// <exception cref="RefusedException"><c>err_scope</c>.</exception>
    public void Require(KeyGroup group) => Caller.Scope.Require(group, Http.Request.Method);

    public static async ValueTask<Call> BindAsync(HttpContext context)
    {
        var values = new Dictionary<string, List<string>>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, entries) in context.Request.Query)
            foreach (var entry in entries)
                Add(name, entry);

        JsonElement? body = null;
        var type = context.Request.ContentType ?? "";
        if (context.Request.HasFormContentType)
        {
            foreach (var (name, entries) in await FormAsync(context))
                foreach (var entry in entries)
                    Add(name, entry);
        }
        else if (type.Contains("json", StringComparison.OrdinalIgnoreCase) && context.Request.ContentLength is not 0)
        {
            body = await JsonAsync(context);
            if (body is { ValueKind: JsonValueKind.Object } json)
            {
                foreach (var property in json.EnumerateObject())
                    if (property.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False)
                        Add(property.Name, property.Value.ToString());
            }
            else if (body is { ValueKind: not JsonValueKind.Array })
            {
                throw Invalid("body", "The JSON is neither an object nor an array.");
            }
        }

        return new(context, values, body);

        static async Task<IFormCollection> FormAsync(HttpContext context)
        {
            try
            {
                return await context.Request.ReadFormAsync(context.RequestAborted);
            }
            catch (Exception e) when (e is IOException and not BadHttpRequestException or InvalidDataException or NotSupportedException)
            {
                throw Invalid("body", $"The form cannot be read: {e.Message}");
            }
        }

        // A GET with a JSON type and no body at all: real clients do that.
        static async Task<JsonElement?> JsonAsync(HttpContext context)
        {
            using var buffer = new MemoryStream();
            await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
            var bytes = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
            if (bytes.Span.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
            if (bytes.Span.Trim(" \t\r\n"u8).IsEmpty) return null;

            try
            {
                using var document = JsonDocument.Parse(bytes, JsonRules);
                Json.EnsureReadable(document.RootElement);
                return document.RootElement.Clone();
            }
            catch (JsonException e)
            {
                throw Invalid("body", $"The JSON cannot be read: {e.Message}");
            }
        }

        void Add(string name, string? value)
        {
            if (string.IsNullOrEmpty(value) || name.Length > 200) return;
            if (value.Any(IsUnseen)) throw Invalid(name, "A text may not contain control characters.");
            if (!values.TryGetValue(name, out var list)) values[name] = list = [];
            if (list.Count < MostValues) list.Add(value);
        }
    }

    /// <summary>What a person typed or imported in the console, as if a client had sent it: no header, no address, and no key of the API.</summary>
    public static Call By(Guid creditorId, IEnumerable<KeyValuePair<string, string>> fields)
    {
        var own = new Dictionary<string, List<string>>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in fields)
        {
            if (string.IsNullOrWhiteSpace(value)) continue;
            if (value.Any(IsUnseen)) throw Invalid(name, "A text may not contain control characters.");
            own[name] = [value];
        }

        var http = new DefaultHttpContext { Items = { [typeof(Caller)] = new Caller(creditorId, Guid.Empty, KeyScope.Full) } };
        // Invoices have their debtor in a block of its own.
        var customer = JsonSerializer.SerializeToElement(new { customer = own.ToDictionary(f => f.Key, f => f.Value[0]) });
        return new(http, own, customer);
    }

    /// <summary>One object of a bulk call, as if it had been sent alone; headers are those of the whole call.</summary>
    public Call Of(JsonElement item)
    {
        var own = new Dictionary<string, List<string>>(StringComparer.OrdinalIgnoreCase);
        foreach (var property in item.EnumerateObject())
        {
            if (property.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False) || property.Value.ToString() is not { Length: > 0 } value) continue;
            if (value.Any(IsUnseen)) throw Invalid(property.Name, "A text may not contain control characters.");
            own[property.Name] = [value];
        }

        return new(Http, own, item);
    }

    /// <summary>A control character, which no page and no bank shows; a line break is none.</summary>
    internal static bool IsUnseen(char c) => char.IsControl(c) && c is not ('\n' or '\r' or '\t');

    public static RefusedException Missing(string name) =>
        new("err_missing_params", $"The parameter {name} is missing.", ("name", name)) { Field = name };

    public static RefusedException Invalid(string name, string why) => new("err_invalid_params", why, ("name", name)) { Field = name };

    /// <summary>A text, trimmed; blank is absent.</summary>
    /// <exception cref="RefusedException"><c>err_invalid_params</c>: longer than allowed.</exception>
    public string? Text(string name, int most = 1000)
    {
        var text = values.TryGetValue(name, out var list) ? list[0].Trim() : null;
        if (string.IsNullOrEmpty(text) || text is "null") return null;
        return text.Length <= most ? text : throw Invalid(name, $"{name} is longer than {most} characters.");
    }

    /// <summary>The first of several names that is given.</summary>
    public string? TextOf(int most, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (Text(name, most) is { } text)
                return text;
        return null;
    }

    /// <summary>A telephone number. Clients send "+31…" without escaping it, so that the plus arrives as a blank.</summary>
    public string? Phone(string name, int most = 50) =>
        Text(name, most) is { } number && values[name][0].StartsWith(' ') && char.IsAsciiDigit(number[0]) ? "+" + number : Text(name, most);

    public string Required(string name, int most = 1000) => Text(name, most) ?? throw Missing(name);

    public IReadOnlyList<string> All(string name) =>
        [.. Given(name).SelectMany(v => v.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];

    /// <summary>Values of which one may itself have commas: each as it stands, and what a list of them with commas names.</summary>
    public IReadOnlyList<string> Listed(string name) =>
        [.. Given(name).Select(v => v.Trim()).Where(v => v.Length > 0).Concat(All(name)).Distinct()];

    // Said several times, or as a list in JSON.
    private List<string> Given(string name)
    {
        if (values.TryGetValue(name, out var list)) return list;
        if (Part(name) is not { ValueKind: JsonValueKind.Array } several) return [];

        List<string> given = [.. several.EnumerateArray().Where(v => v.ValueKind is JsonValueKind.String or JsonValueKind.Number).Take(MostValues).Select(v => v.ToString())];
        return given.Any(v => v.Any(IsUnseen)) ? throw Invalid(name, "A text may not contain control characters.") : given;
    }

    public bool Includes(string part) => All("include").Contains(part, StringComparer.OrdinalIgnoreCase);

    public bool Flag(string name) => Text(name)?.ToLowerInvariant() is "true" or "1";

    /// <summary>A whole number; 0 is absent where the clients send it for "not set".</summary>
    public long? Number(string name) => Text(name, 40) is not { } text
        ? null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && real == Math.Truncate(real) && Math.Abs(real) < 1e15m
                ? (long)real
                : throw Invalid(name, $"{name} is not a whole number.");

    /// <summary>An amount in euro with a dot or a comma as decimal sign and at most two decimals that count.</summary>
    public decimal? Amount(string name) => Text(name, 40) is { } text ? AmountOf(name, text) : null;

    public static decimal AmountOf(string name, string text) => ReadAmount(text, out var amount) ? amount
        : throw new RefusedException("err_invalid_amount", $"{name} is not an amount: {text}.", ("amount", text)) { Field = name };

    public static bool ReadAmount(string text, out decimal amount)
    {
        var isNumber = decimal.TryParse(text.Replace(',', '.'), NumberStyles.Float, CultureInfo.InvariantCulture, out var read);
        amount = Math.Round(read, 2, MidpointRounding.AwayFromZero);
        return isNumber && Math.Abs(read) <= 999_999_999.99m && Math.Abs(read - amount) <= Noise && (amount != 0m || IsZero(text));
    }

    // "1e-40" reads as 0.
    private static bool IsZero(string text) => !text.TakeWhile(c => c is not ('e' or 'E')).Any(c => c is >= '1' and <= '9');

    /// <summary>A day: <c>yyyy-MM-dd</c>, with or without a time, or milliseconds since 1970.</summary>
    public DateOnly? Day(string name) => Text(name, 40) is { } text ? DayOf(name, text) : null;

    public static DateOnly DayOf(string name, string text)
    {
        if (text.Length >= 10 && DateOnly.TryParseExact(text[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            && (text.Length == 10 || text[10] is 'T' or ' ') && day.Year is >= 1990 and <= 2200)
            return day;
        if (text.Length is >= 12 and <= 14 && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            && epoch < 7_000_000_000_000)
            return DateTimeOffset.FromUnixTimeMilliseconds(epoch).BrusselsDate();
        throw new RefusedException("err_invalid_date", $"{name} is not a date: {text}.", ("name", name)) { Field = name };
    }

    /// <summary>A part of the JSON body by name, whatever its case.</summary>
    public JsonElement? Part(string name) => Body is { ValueKind: JsonValueKind.Object } body ? Json.Property(body, name) : null;

    /// <summary>A header, trimmed; blank is absent.</summary>
    /// <exception cref="RefusedException"><c>err_invalid_params</c>: longer than 1,000 characters.</exception>
    public string? Header(string name) => Http.Request.Headers[name].FirstOrDefault()?.Trim() is not { Length: > 0 } value
        ? null
        : value.Length <= 1000 ? value : throw Invalid(name, $"{name} is longer than 1000 characters.");

    /// <summary>A text that stands in the address, as a parameter is, with its slashes, which an address keeps escaped on their way here.</summary>
    /// <exception cref="RefusedException"><c>err_missing_params</c>: blank; <c>err_invalid_params</c>: with control characters.</exception>
    public static string InPath(string part, string name)
    {
        var text = part.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase).Trim();
        if (text is "" or "null") throw Missing(name);
        return text.Any(char.IsControl) ? throw Invalid(name, "A text may not contain control characters.") : text;
    }

    /// <summary>The name of something that has an address: one that an address takes for a way up would lead elsewhere.</summary>
    /// <exception cref="RefusedException"><c>err_invalid_params</c>.</exception>
    public static string? AsName(string? text, string name) => text is not ("." or "..") ? text : throw Invalid(name, $"{name} is no name: {text}");

    /// <summary>Every value the call gives that is not one of the named ones.</summary>
    public IEnumerable<KeyValuePair<string, string>> Others(IReadOnlySet<string> known) =>
        values.Where(v => !known.Contains(v.Key)).Select(v => KeyValuePair.Create(v.Key, v.Value[0]));
}
