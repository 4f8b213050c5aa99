using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Domi.Engine.Wire;
using Domi.Platform;

namespace Domi.Engine.Profiles;

/// <summary>A question of the creditor's own, asked with a mandate.</summary>
/// <param name="Type"><c>text</c>, <c>number</c>, <c>amount</c>, <c>select</c>, <c>email</c>, <c>url</c>, <c>checkbox</c>, <c>iban</c>, <c>multi</c>.</param>
/// <param name="IsAsked">The signer is asked for it on the signing page.</param>
internal sealed record ProfileAttribute(string Name, string Type, string Description, IReadOnlyList<string> Options, bool IsMandatory, bool IsReadOnly, bool IsAsked = false);

internal static partial class ProfileAttributes
{
    public const int Most = 20;

    public static readonly IReadOnlyList<string> Types = ["text", "number", "amount", "select", "email", "url", "checkbox", "iban", "multi"];

    /// <summary>What clients are told of a card; an import gives it, and nobody changes it.</summary>
    public static readonly IReadOnlyList<ProfileAttribute> OfCards = [.. new[] { "_psptoken", "_expiry", "_last", "_cust", "_cctype" }.Select(n => new ProfileAttribute(n, "text", "", [], IsMandatory: false, IsReadOnly: true))];

    public static IReadOnlyList<ProfileAttribute> Of(Profile profile) =>
        profile.AttributesJson is { } json ? JsonSerializer.Deserialize<List<ProfileAttribute>>(json)! : [];

    /// <summary>The values that a call gives for the attributes of a profile, as JSON; what it says beyond them is nothing to us.</summary>
    /// <param name="asksLater">What is missing is asked for on the signing page, where it is marked so.</param>
    /// <exception cref="RefusedException"><c>err_missing_attributes</c>; <c>err_invalid_params</c>.</exception>
    public static string? Read(Profile profile, Call call, bool asksLater)
    {
        var attributes = Of(profile);
        if (attributes.Count == 0) return null;

        var values = new JsonObject();
        foreach (var attribute in attributes)
        {
            if (call.Text(attribute.Name, 500) is not { } value)
            {
                if (attribute.IsMandatory && !(asksLater && attribute.IsAsked)) throw new RefusedException("err_missing_attributes", $"The attribute {attribute.Name} is missing.", ("name", attribute.Name)) { Field = attribute.Name };
                continue;
            }

            values[attribute.Name] = Checked(attribute, value);
        }

        return values.Count == 0 ? null : values.ToJsonString(Json.Options);
    }

    /// <summary>The values that are known, with those that a call gives in their place.</summary>
    public static string? Changed(Profile profile, Call call, string? known)
    {
        var values = Values(known);
        foreach (var attribute in Of(profile).Where(a => !a.IsReadOnly))
            if (call.Text(attribute.Name, 500) is { } value)
                values[attribute.Name] = Checked(attribute, value);
        return values.Count == 0 ? null : values.ToJsonString(Json.Options);
    }

    /// <exception cref="RefusedException"><c>attributes_invalid</c>: a name that is none or stands twice, no such type, a choice without options.</exception>
    public static string? Written(IReadOnlyList<ProfileAttribute> attributes)
    {
        if (attributes.Count > Most || attributes.DistinctBy(a => a.Name, StringComparer.OrdinalIgnoreCase).Count() < attributes.Count) throw Wrong("names");
        foreach (var attribute in attributes)
            if (!NamePattern().IsMatch(attribute.Name) || !Types.Contains(attribute.Type) || attribute.Description.Length > 200 || attribute.Description.Any(Call.IsUnseen)
                || attribute.Options.Count > 100 || attribute.Options.Any(o => o.Length > 100 || o.Any(Call.IsUnseen)) || (attribute.Type is "select" or "multi" && attribute.Options.Count == 0)) throw Wrong(attribute.Name);
        return attributes.Count == 0 ? null : JsonSerializer.Serialize(attributes);

        static RefusedException Wrong(string name) => new("attributes_invalid", $"The attribute {name} does not hold.", ("name", name));
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_-]{0,49}$")]
    private static partial Regex NamePattern();

    /// <summary>Questions and answers as people read them.</summary>
    public static IReadOnlyList<(string Question, string Answer)> Answers(Profile profile, string? json, Texts t)
    {
        var known = Of(profile);
        return [.. Values(json).Select(v => Read(known.FirstOrDefault(a => a.Name == v.Key), v.Key, v.Value?.ToString() ?? ""))];

        (string, string) Read(ProfileAttribute? attribute, string name, string value) => (attribute is { Description.Length: > 0 } ? attribute.Description : name, attribute?.Type switch
        {
            "checkbox" => t[value.ToLowerInvariant() is "true" or "1" ? "answer.yes" : "answer.no"],
            "multi" => string.Join(", ", value.Split(',', StringSplitOptions.TrimEntries)),
            _ => value,
        });
    }

    public static JsonObject Values(string? json) => json is null ? [] : (JsonObject)JsonNode.Parse(json)!;

    private static string Checked(ProfileAttribute attribute, string value)
    {
        if (attribute.Type == "amount") Call.AmountOf(attribute.Name, value); // it has a code of its own
        return Holds(attribute, value) ? value : throw Call.Invalid(attribute.Name, $"{attribute.Name} is no {attribute.Type}.");
    }

    public static bool Holds(ProfileAttribute attribute, string value)
    {
        if (value.Length > 500 || value.Any(Call.IsUnseen)) return false;

        return attribute.Type switch
        {
            "number" => decimal.TryParse(value, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out _),
            "amount" => Call.ReadAmount(value, out _),
            "email" => SendMails.IsAddress(value),
            "url" => Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https",
            "iban" => Standards.Iban.TryParse(value, out _),
            "checkbox" => value.ToLowerInvariant() is "true" or "false" or "0" or "1",
            "select" => attribute.Options.Count == 0 || attribute.Options.Contains(value),
            "multi" => attribute.Options.Count == 0 || value.Split(',', StringSplitOptions.TrimEntries).All(attribute.Options.Contains),
            _ => true,
        };
    }
}
