using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Domi.Platform;
using Microsoft.AspNetCore.Http;

namespace Domi.Engine.Wire;

/// <summary>JSON as the clients read it.</summary>
internal static class Json
{
    public static readonly JsonSerializerOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // served as application/json only, never inside HTML
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
    };

    /// <summary>An amount that prints as a JSON number with two decimals.</summary>
    public static JsonValue Amount(decimal amount) => JsonValue.Create(decimal.Round(amount, 2) + 0.00m);

    public static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>An instant in whole seconds with Z, which every client's date parser takes.</summary>
    public static string Instant(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string InstantMs(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Every name and every text is one: neither half a character nor bytes of another encoding, which would fail where they are first read.</summary>
    /// <exception cref="RefusedException"><c>err_invalid_params</c>.</exception>
    public static void EnsureReadable(JsonElement json)
    {
        try
        {
            Read(json);
        }
        catch (InvalidOperationException e)
        {
            throw Call.Invalid("body", $"The JSON has a text that is not UTF-8: {e.Message}");
        }

        static void Read(JsonElement element)
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.String:
                    _ = element.GetString();
                    break;
                case JsonValueKind.Array:
                    foreach (var item in element.EnumerateArray()) Read(item);
                    break;
                case JsonValueKind.Object:
                    foreach (var property in element.EnumerateObject())
                    {
                        _ = property.Name;
                        Read(property.Value);
                    }

                    break;
            }
        }
    }

    public static JsonElement? Property(JsonElement json, string name)
    {
        foreach (var property in json.EnumerateObject())
            if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return property.Value;
        return null;
    }

    /// <summary>A text of an object, numbers included; blank and null are absent.</summary>
    public static string? Text(JsonElement? json, string name, int most = 1000)
    {
        if (json is not { ValueKind: JsonValueKind.Object } element || Property(element, name) is not { } value) return null;

        var text = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!.Trim(),
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => null,
        };
        if (string.IsNullOrEmpty(text) || text == "null") return null;
        if (text.Any(Call.IsUnseen)) throw Call.Invalid(name, "A text may not contain control characters.");
        return text.Length <= most ? text : throw Call.Invalid(name, $"{name} is longer than {most} characters.");
    }

    public static IResult Answer(JsonNode node) => Results.Text(node.ToJsonString(Options), "application/json; charset=utf-8");
}
