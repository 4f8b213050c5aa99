using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using Domi.Platform;

namespace Domi.Engine.Wire;

/// <summary>The API's messages in the languages that only its clients speak: Portuguese, Spanish and Italian.</summary>
/// <remarks>Source: Twikey API, Accept-Language: en, fr, nl, de, pt, es, it.</remarks>
internal static class WireMessages
{
    private static readonly FrozenDictionary<string, FrozenDictionary<string, string>> All = new[] { "pt", "es", "it" }.ToFrozenDictionary(l => l, Load);

    /// <summary>Null for a language that the pages speak too, and for a code without words.</summary>
    public static string? Of(string acceptLanguage, RefusedException refused)
    {
        if (acceptLanguage.Length < 2 || !All.TryGetValue(acceptLanguage[..2].ToLowerInvariant(), out var texts) || !texts.TryGetValue(refused.Code, out var text)) return null;

        foreach (var (name, value) in refused.Values) text = text.Replace("{" + name + "}", Convert.ToString(value, CultureInfo.InvariantCulture), StringComparison.Ordinal);
        return text;
    }

    private static FrozenDictionary<string, string> Load(string language)
    {
        using var stream = typeof(WireMessages).Assembly.GetManifestResourceStream($"Domi.Engine.Wire.messages-{language}.json")!;
        return JsonSerializer.Deserialize<Dictionary<string, string>>(stream)!.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
