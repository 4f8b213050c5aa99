using System.Text.Json;
using System.Text.Json.Nodes;
using Domi.Engine.Wire;

namespace Domi.Engine.Invoices;

/// <summary>Values of the client's own that an invoice carries: <c>extra</c> of JSON, <c>X-ATTR-…</c> of the headers.</summary>
internal static class InvoiceAttributes
{
    private const string Prefix = "X-ATTR-";
    private const int Most = 50;

    /// <summary>What the call says, in place of what is known; null where there is nothing.</summary>
    public static string? Read(Call call, string? known = null)
    {
        if (call.Part("extra") is not { } extra || extra.ValueKind is JsonValueKind.Null) return known;
        if (extra.ValueKind is not JsonValueKind.Object) throw Call.Invalid("extra", "extra is not an object.");

        var values = known is null ? [] : (JsonObject)JsonNode.Parse(known)!;
        foreach (var property in extra.EnumerateObject())
        {
            if (property.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array) throw Call.Invalid("extra", $"{property.Name} is not a single value.");
            Put(values, property.Name, property.Value.ValueKind is JsonValueKind.Null ? "" : property.Value.ToString(), "extra");
        }

        return Written(values);
    }

    public static string? OfHeaders(Call call)
    {
        var values = new JsonObject();
        foreach (var (name, value) in call.Http.Request.Headers)
            if (name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)) Put(values, name[Prefix.Length..], value.ToString().Trim(), name);
        return Written(values);
    }

    private static void Put(JsonObject values, string name, string value, string field)
    {
        if (name.Length is 0 or > 100 || value.Length > 500 || name.Any(char.IsControl) || value.Any(Call.IsUnseen)) throw Call.Invalid(field, $"{field}: a name has 1 to 100 characters, a value 500.");
        if (value.Length == 0) values.Remove(name);
        else values[name] = value;
        if (values.Count > Most) throw Call.Invalid(field, $"More than {Most} values.");
    }

    private static string? Written(JsonObject values) => values.Count == 0 ? null : values.ToJsonString(Json.Options);
}
