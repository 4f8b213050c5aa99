using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Domi.Twikey;

/// <summary>
/// Reads members as the service's many versions send them: names in either case, numbers as text, text as numbers, lists as objects.
/// A blank or null member is absent. What must be there and is not, or is not what it must be, throws <see cref="FormatException"/>.
/// </summary>
internal static class Reading
{
    private static readonly TimeZoneInfo Belgium =
        TimeZoneInfo.TryFindSystemTimeZoneById("Europe/Brussels", out var zone) ? zone : TimeZoneInfo.Utc;

    public static JsonElement? Member(this JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object) return null;
        if (!element.TryGetProperty(name, out var value))
        {
            foreach (var property in element.EnumerateObject())
            {
                if (!property.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) continue;
                value = property.Value;
                break;
            }
        }

        return value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null ? null : value;
    }

    /// <summary>A member below members.</summary>
    public static JsonElement? Path(this JsonElement element, params ReadOnlySpan<string> names)
    {
        JsonElement? at = element;
        foreach (var name in names)
            at = at?.Member(name);
        return at;
    }

    public static string? Text(this JsonElement element, string name) => element.Member(name)?.Plain();

    /// <summary>A value as text; <c>null</c> when blank.</summary>
    public static string? Plain(this JsonElement value)
    {
        try
        {
            var text = value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();
            return string.IsNullOrWhiteSpace(text) ? null : text;
        }
        catch (InvalidOperationException e)
        {
            throw new FormatException("A text is not Unicode.", e); // half a surrogate pair, or bytes that are no UTF-8
        }
    }

    public static string RequiredText(this JsonElement element, string name) =>
        element.Text(name) ?? throw new FormatException($"{name} is missing.");

    public static decimal RequiredAmount(this JsonElement element, string name)
    {
        var text = element.RequiredText(name);
        // No grouping and no comma: guessing at money is worse than refusing it.
        return decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent
            | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var amount)
            ? amount
            : throw new FormatException($"{name} is not an amount.");
    }

    public static long? Number(this JsonElement element, string name) =>
        decimal.TryParse(element.Text(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && number == Math.Truncate(number) && number is >= long.MinValue and <= long.MaxValue
            ? (long)number
            : null;

    public static bool? Flag(this JsonElement element, string name) => Flag(element.Text(name));

    public static bool? Flag(string? text) => text?.Trim().ToLowerInvariant() switch
    {
        "true" or "1" => true,
        "false" or "0" => false,
        _ => null,
    };

    public static Guid? Id(this JsonElement element, string name) => Guid.TryParse(element.Text(name), out var id) ? id : null;

    public static Uri? Address(this JsonElement element, string name) =>
        Uri.TryCreate(element.Text(name), UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" ? uri : null;

    public static DateOnly? Day(this JsonElement element, string name) => Day(element.Text(name));

    /// <summary>A day. Of a moment without offset the day as written, of one with an offset the day in Belgium.</summary>
    public static DateOnly? Day(string? text)
    {
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AllowWhiteSpaces, out var day))
            return day;
        if (DateTime.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", "yyyy-MM-dd HH:mm:ss"],
            CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
            return DateOnly.FromDateTime(local);
        return Moment(text) is { } at ? DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, Belgium).DateTime) : null;
    }

    public static DateTimeOffset? Moment(this JsonElement element, string name) => Moment(element.Text(name));

    /// <summary>A moment: ISO 8601 (UTC where no offset is given), or milliseconds since 1970.</summary>
    public static DateTimeOffset? Moment(string? text)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
        {
            return milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
                ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
                : null;
        }

        return text is { Length: >= 10 } && char.IsAsciiDigit(text.Trim()[0]) && DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
            ? at
            : null;
    }

    /// <summary>The entries of a list: an array, or an object whose names are 0, 1, 2… as PHP sends one.</summary>
    /// <returns><c>null</c> when there is no such list.</returns>
    public static IReadOnlyList<JsonElement>? List(this JsonElement element, string name)
    {
        if (element.ValueKind == JsonValueKind.Object && element.Member(name) is null)
        {
            // Present and null is an empty list; not there at all is another answer.
            return element.EnumerateObject().Any(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ? [] : null;
        }

        return element.Member(name)?.Entries();
    }

    public static IReadOnlyList<JsonElement>? Entries(this JsonElement list) => list.ValueKind switch
    {
        JsonValueKind.Array => [.. list.EnumerateArray()],
        JsonValueKind.Object when list.EnumerateObject().All(p => p.Name.All(char.IsAsciiDigit)) =>
            [.. list.EnumerateObject().OrderBy(p => p.Name.Length).ThenBy(p => p.Name, StringComparer.Ordinal).Select(p => p.Value)],
        _ => null,
    };

    /// <summary>Members sorted by name, no white space, numbers as sent: the same entry always gives the same text.</summary>
    public static string Canonical(this JsonElement element)
    {
        try
        {
            var buffer = new ArrayBufferWriter<byte>();
            using (var writer = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true }))
                Write(writer, element);
            return Encoding.UTF8.GetString(buffer.WrittenSpan);
        }
        catch (InvalidOperationException)
        {
            return element.GetRawText(); // not Unicode: keep what came, for whoever looks at it
        }
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in element.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(property.Name);
                    Write(writer, property.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var entry in element.EnumerateArray())
                    Write(writer, entry);
                writer.WriteEndArray();
                break;
            case JsonValueKind.Number:
                writer.WriteRawValue(element.GetRawText());
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
