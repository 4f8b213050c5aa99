using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace Domi.Platform;

/// <summary>
/// The visible words of a module, and those that all have: embedded files <c>Texts/&lt;language&gt;/&lt;area&gt;.json</c>, flat key to text,
/// with named values in braces. The language is the current UI culture's, or the one asked for.
/// </summary>
public sealed class Texts
{
    public static readonly IReadOnlyList<string> Languages = ["fr", "nl", "en", "de"];

    private static readonly ConcurrentDictionary<Assembly, FrozenDictionary<string, FrozenDictionary<string, string>>> Loaded = new();

    private readonly FrozenDictionary<string, FrozenDictionary<string, string>> texts;
    private readonly string? language;

    public Texts(Assembly module)
        : this(Loaded.GetOrAdd(module, Load), null)
    {
    }

    private Texts(FrozenDictionary<string, FrozenDictionary<string, string>> texts, string? language)
    {
        this.texts = texts;
        this.language = language;
    }

    public string Language => language ?? LanguageOf(CultureInfo.CurrentUICulture.TwoLetterISOLanguageName);

    /// <summary>
    /// The text of a key; a key without a text is shown as it is, so that a missing one is seen and not hidden. Where a value is 1 and there
    /// is a text <c>key_one</c>, that one.
    /// </summary>
    public string this[string key, params (string Name, object? Value)[] values] =>
        Fill((values.Any(v => v.Value is 1) ? Find(key + "_one") : null) ?? Find(key) ?? key, values);

    public string? Find(string key) => texts.TryGetValue(Language, out var all) && all.TryGetValue(key, out var text) ? text : null;

    /// <summary>The same words in a fixed language: for documents and mail.</summary>
    public Texts In(string? wanted) => new(texts, LanguageOf(wanted));

    /// <summary>One of the four languages: the wanted one's first two letters, else English.</summary>
    public static string LanguageOf(string? wanted)
    {
        var two = wanted is { Length: >= 2 } ? wanted[..2].ToLowerInvariant() : "en";
        return Languages.Contains(two) ? two : "en";
    }

    /// <summary>
    /// The name of a country by its ISO 3166 code, in any case: those of SEPA in the reader's language, others in English (the runtime's own
    /// names stay in the language that was asked for first), and what is no code as it is.
    /// </summary>
    public string Country(string code)
    {
        if (Find("country." + code.ToLowerInvariant()) is { } name) return name;
        try
        {
            return new RegionInfo(code).EnglishName;
        }
        catch (ArgumentException)
        {
            return code;
        }
    }

    /// <summary>The sentence for a refusal, in the reader's language; the code stands for one that has no words.</summary>
    public string Refused(RefusedException refused) =>
        Find("refused." + refused.Code) is { } text ? Fill(text, refused.Values) : $"{refused.Message} ({refused.Code})";

    private static string Fill(string text, IReadOnlyList<(string Name, object? Value)> values)
    {
        foreach (var (name, value) in values)
            text = text.Replace("{" + name + "}", Convert.ToString(value, CultureInfo.CurrentCulture), StringComparison.Ordinal);
        return text;
    }

    private static FrozenDictionary<string, FrozenDictionary<string, string>> Load(Assembly module)
    {
        var all = Languages.ToDictionary(l => l, _ => new Dictionary<string, string>(StringComparer.Ordinal));
        foreach (var (from, name) in new[] { typeof(Texts).Assembly, module }.SelectMany(a => a.GetManifestResourceNames().Select(n => (a, n))))
        {
            // Domi.BackOffice.Texts.fr.invoices.json
            var parts = name.Split('.');
            if (parts is not [.., "Texts", var language, _, "json"] || !all.TryGetValue(language, out var texts)) continue;

            using var stream = from.GetManifestResourceStream(name)!;
            foreach (var (key, text) in JsonSerializer.Deserialize<Dictionary<string, string>>(stream)!)
                if (!texts.TryAdd(key, text))
                    throw new InvalidDataException($"{name}: the key '{key}' stands twice.");
        }

        return all.ToFrozenDictionary(l => l.Key, l => l.Value.ToFrozenDictionary(StringComparer.Ordinal));
    }
}
