using System.Text.Json;
using System.Text.Json.Nodes;
using Domi.Engine.Wire;
using Domi.Platform;

namespace Domi.Engine.Profiles;

/// <summary>A question of the creditor's own, asked with a mandate.</summary>
/// <param name="Type"><c>text</c>, <c>number</c>, <c>amount</c>, <c>select</c>, <c>email</c>, <c>url</c>, <c>checkbox</c>, <c>iban</c>, <c>multi</c>.</param>
internal sealed record ProfileAttribute(string Name, string Type, string Description, IReadOnlyList<string> Options, bool IsMandatory, bool IsReadOnly);

internal static class ProfileAttributes
{
    public static readonly IReadOnlyList<string> Types = ["text", "number", "amount", "select", "email", "url", "checkbox", "iban", "multi"];

    public static IReadOnlyList<ProfileAttribute> Of(Profile profile) =>
        profile.AttributesJson is { } json ? JsonSerializer.Deserialize<List<ProfileAttribute>>(json)! : [];

    /// <summary>The values that a call gives for the attributes of a profile, as JSON; what it says beyond them is nothing to us.</summary>
    /// <exception cref="RefusedException"><c>err_missing_attributes</c>; <c>err_invalid_params</c>.</exception>
    public static string? Read(Profile profile, Call call)
    {
        var attributes = Of(profile);
        if (attributes.Count == 0) return null;

        var values = new JsonObject();
        foreach (var attribute in attributes)
        {
            if (call.Text(attribute.Name, 500) is not { } value)
            {
                if (attribute.IsMandatory) throw new RefusedException("err_missing_attributes", $"The attribute {attribute.Name} is missing.", ("name", attribute.Name)) { Field = attribute.Name };
                continue;
            }

            values[attribute.Name] = Checked(attribute, value);
        }

        return values.Count == 0 ? null : values.ToJsonString(Json.Options);
    }

    /// <summary>The values that are known, with those that a call gives in their place.</summary>
    public static string? Changed(Profile profile, Call call, string? known)
    {
        var values = known is null ? [] : (JsonObject)JsonNode.Parse(known)!;
        foreach (var attribute in Of(profile).Where(a => !a.IsReadOnly))
            if (call.Text(attribute.Name, 500) is { } value)
                values[attribute.Name] = Checked(attribute, value);
        return values.Count == 0 ? null : values.ToJsonString(Json.Options);
    }

    private static string Checked(ProfileAttribute attribute, string value)
    {
        var holds = attribute.Type switch
        {
            "number" => decimal.TryParse(value, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out _),
            "amount" => Call.AmountOf(attribute.Name, value) is var _,
            "email" => SendMails.IsAddress(value),
            "url" => Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https",
            "iban" => Standards.Iban.TryParse(value, out _),
            "checkbox" => value.ToLowerInvariant() is "true" or "false" or "0" or "1",
            "select" => attribute.Options.Count == 0 || attribute.Options.Contains(value),
            "multi" => attribute.Options.Count == 0 || value.Split(',', StringSplitOptions.TrimEntries).All(attribute.Options.Contains),
            _ => true,
        };
        return holds ? value : throw Call.Invalid(attribute.Name, $"{attribute.Name} is no {attribute.Type}.");
    }
}
