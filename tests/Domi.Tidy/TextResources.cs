using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Domi.Tidy;

/// <summary>
/// What people read is there in four languages, with the same values in each. Files are
/// <c>src/(module)/Texts/(language)/(area).json</c>, one flat object each.
/// </summary>
internal static partial class TextResources
{
    private static readonly string[] Languages = ["de", "en", "fr", "nl"];

    /// <summary>What is wrong within the texts of one module.</summary>
    public static IEnumerable<Finding> Find(IReadOnlyCollection<RepositoryFile> module)
    {
        foreach (var file in module.Where(f => !Languages.Contains(LanguageOf(f))))
            yield return new(file.Path, 0, $"'{LanguageOf(file)}' is none of the languages {string.Join(", ", Languages)}");

        foreach (var area in module.Where(f => Languages.Contains(LanguageOf(f))).GroupBy(f => f.Name))
        {
            foreach (var language in Languages.Except(area.Select(LanguageOf)))
                yield return new(area.First().Path, 0, $"there is no {language}/{area.Key}");

            foreach (var finding in area.SelectMany(Flaws).Concat(Differences([.. area])))
                yield return finding;
        }

        foreach (var language in module.GroupBy(LanguageOf))
            foreach (var twice in language.SelectMany(f => Read(f).Select(t => t.Key).Distinct().Select(key => (key, f.Path)))
                .GroupBy(t => t.key).Where(g => g.Count() > 1))
                yield return new(twice.Last().Path, 0, $"{twice.Key} stands in {twice.First().Path} too");
    }

    /// <summary>Keys that pages and code ask for and no text answers.</summary>
    /// <param name="code">A page or a C# file.</param>
    /// <param name="keys">The keys the file may ask for.</param>
    public static IEnumerable<Finding> FindUnanswered(RepositoryFile code, IReadOnlySet<string> keys)
    {
        foreach (Match use in Use().Matches(code.Text))
        {
            var key = use.Groups["key"].Value;
            var hole = use.Groups["interpolated"].Success ? key.IndexOf('{', StringComparison.Ordinal) : -1;
            var answered = hole < 0 ? keys.Contains(key) : keys.Any(k => k.StartsWith(key[..hole], StringComparison.Ordinal));
            if (!answered)
                yield return new(code.Path, code.LineAt(use.Index), $"no text has the key {key}");
        }
    }

    public static IEnumerable<string> Keys(IEnumerable<RepositoryFile> texts) => texts.SelectMany(Read).Select(t => t.Key);

    private static IEnumerable<Finding> Flaws(RepositoryFile file)
    {
        var texts = Read(file);
        foreach (var text in texts.Where(t => string.IsNullOrWhiteSpace(t.Text)))
            yield return new(file.Path, 0, $"{text.Key} is empty, or no text");
        foreach (var key in texts.GroupBy(t => t.Key).Where(g => g.Count() > 1))
            yield return new(file.Path, 0, $"{key.Key} stands here twice");
    }

    private static IEnumerable<Finding> Differences(IReadOnlyCollection<RepositoryFile> area)
    {
        var languages = area.Select(f => (f.Path, Texts: Read(f).DistinctBy(t => t.Key).ToDictionary(t => t.Key, t => t.Text))).ToList();
        foreach (var key in languages.SelectMany(l => l.Texts.Keys).Distinct())
        {
            var model = languages.First(l => l.Texts.ContainsKey(key));
            foreach (var (path, texts) in languages)
            {
                if (!texts.TryGetValue(key, out var text))
                    yield return new(path, 0, $"{key} is missing; {model.Path} has it");
                else if (!Values(text).SetEquals(Values(model.Texts[key])))
                    yield return new(path, 0, $"{key} has other values than in {model.Path}: {{{string.Join("} {", Values(text).Order())}}}");
            }
        }
    }

    private static List<(string Key, string Text)> Read(RepositoryFile file)
    {
        using var json = JsonDocument.Parse(file.Text);
        return [.. json.RootElement.EnumerateObject().Select(p =>
            (p.Name, p.Value.ValueKind == JsonValueKind.String ? p.Value.GetString()! : ""))];
    }

    private static HashSet<string> Values(string text) => [.. Value().Matches(text).Select(m => m.Groups[1].Value)];

    private static string LanguageOf(RepositoryFile file) => file.Folder[(file.Folder.LastIndexOf('/') + 1)..];

    [GeneratedRegex(@"\{([A-Za-z]\w*)(?::[^{}]*)?\}")]
    private static partial Regex Value();

    [GeneratedRegex(@"(?<!\w)(?:T|Texts|texts)\[(?<interpolated>\$)?""(?<key>[^""]*)""")]
    private static partial Regex Use();
}

public sealed class TextResourcesTests
{
    private static readonly string[] Modules =
        [.. Repository.Files.Where(f => f.IsUnder("src")).Select(f => string.Join('/', f.Path.Split('/').Take(2))).Distinct()];

    [Fact]
    public void The_four_languages_say_the_same() => Rule.Holds(Modules.SelectMany(module => TextResources.Find(TextsOf(module))));

    [Fact]
    public void Every_text_asked_for_is_there()
    {
        // what the platform says is for all; the program around the modules may use theirs
        var shared = TextsOf("src/Domi.Platform");
        foreach (var module in Modules)
        {
            var texts = module == "src/Domi.Web" ? [.. Modules.SelectMany(TextsOf)] : TextsOf(module);
            var keys = TextResources.Keys(texts.Concat(shared)).ToHashSet();
            Rule.Holds(Repository.Files.Where(f => f.IsUnder(module) && (f.EndsWith(".cs") || f.EndsWith(".cshtml")))
                .SelectMany(f => TextResources.FindUnanswered(f, keys)));
        }
    }

    [Fact]
    public void Equal_languages_pass() => Assert.Empty(TextResources.Find(Four("""{ "a": "x {number}", "b": "y" }""")));

    [Theory]
    [InlineData("""{ "a": "x {number}" }""", "b is missing; src/M/Texts/fr/mail.json has it")]
    [InlineData("""{ "a": "x {number}", "b": " " }""", "b is empty, or no text")]
    [InlineData("""{ "a": "x {number}", "b": { "c": "nested" } }""", "b is empty, or no text")]
    [InlineData("""{ "a": "x {number}", "b": "y", "b": "z" }""", "b stands here twice")]
    [InlineData("""{ "a": "x {amount}", "b": "y" }""", "a has other values than in src/M/Texts/fr/mail.json: {amount}")]
    public void A_language_that_differs_is_found(string english, string complaint)
    {
        var files = Four("""{ "a": "x {number}", "b": "y" }""").Where(f => !f.IsUnder("src/M/Texts/en"));

        var found = TextResources.Find([.. files, new("src/M/Texts/en/mail.json", english)]);

        Assert.Equal(new Finding("src/M/Texts/en/mail.json", 0, complaint), Assert.Single(found));
    }

    [Fact]
    public void A_missing_language_is_found()
    {
        var found = TextResources.Find([.. Four("""{ "a": "x" }""").Where(f => !f.IsUnder("src/M/Texts/nl"))]);

        Assert.Equal("there is no nl/mail.json", Assert.Single(found).Message);
    }

    [Fact]
    public void An_unknown_language_is_found()
    {
        var found = TextResources.Find([.. Four("""{ "a": "x" }"""), new("src/M/Texts/es/mail.json", """{ "a": "x" }""")]);

        Assert.Equal("src/M/Texts/es/mail.json", Assert.Single(found).Path);
    }

    [Fact]
    public void A_key_in_two_areas_is_found()
    {
        var other = Four("""{ "a": "z" }""").Select(f => f with { Path = f.Path.Replace("mail", "page") });

        Assert.Equal(4, TextResources.Find([.. Four("""{ "a": "x" }"""), .. other]).Count());
    }

    [Theory]
    [InlineData("<h1>@T[\"missing\"]</h1>")]
    [InlineData("var text = Texts[\"missing\", (\"number\", 1)];")]
    [InlineData("@T[$\"missing.{Model.State}\"]")]
    public void A_key_without_text_is_found(string code) =>
        Assert.Single(TextResources.FindUnanswered(new("src/M/X.cshtml", code), new HashSet<string> { "state.open", "title" }));

    [Theory]
    [InlineData("<h1>@T[\"title\"]</h1>")]
    [InlineData("@T[$\"state.{Model.State}\"]")]
    [InlineData("headers[\"missing\"]")]
    [InlineData("@T[Model.Key]")]
    public void A_key_with_text_passes(string code) =>
        Assert.Empty(TextResources.FindUnanswered(new("src/M/X.cshtml", code), new HashSet<string> { "state.open", "title" }));

    private static List<RepositoryFile> TextsOf(string module) =>
        [.. Repository.Files.Where(f => f.IsUnder(module + "/Texts") && f.EndsWith(".json"))];

    private static List<RepositoryFile> Four(string json) =>
        [.. new[] { "fr", "nl", "en", "de" }.Select(language => new RepositoryFile($"src/M/Texts/{language}/mail.json", json))];
}
