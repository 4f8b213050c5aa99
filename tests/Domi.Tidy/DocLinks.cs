using System.Text.RegularExpressions;
using Xunit;

namespace Domi.Tidy;

/// <summary>A link in the docs leads to a file of the checkout, and to a heading that is there.</summary>
internal static partial class DocLinks
{
    public static IEnumerable<Finding> Find(RepositoryFile page, IReadOnlyCollection<RepositoryFile> files)
    {
        var text = WithoutCode(page.Text);
        foreach (Match link in Link().Matches(text))
        {
            var target = link.Groups["target"].Value;
            if (target.Contains("://", StringComparison.Ordinal) || target.StartsWith("mailto:", StringComparison.Ordinal)) continue;

            var (path, heading) = target.Split('#', 2) is [var before, var after] ? (before, after) : (target, null);
            var goal = path == "" ? page.Path : Resolve(page.Folder, Uri.UnescapeDataString(path));
            var file = files.FirstOrDefault(f => f.Path == goal);
            var line = page.LineAt(link.Index);
            if (file is null && !files.Any(f => f.IsUnder(goal)))
                yield return new(page.Path, line, $"the link to {target} leads nowhere");
            else if (heading is not null && file is not null && !Headings(file).Contains(heading))
                yield return new(page.Path, line, $"{goal} has no heading #{heading}");
        }
    }

    private static string Resolve(string folder, string path)
    {
        var parts = new List<string>(path.StartsWith('/') || folder == "" ? [] : folder.Split('/'));
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                if (parts.Count == 0) return "..";
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }

    // As GitHub makes them: lower case, no punctuation, blanks become hyphens.
    private static IEnumerable<string> Headings(RepositoryFile page) => Heading().Matches(WithoutCodeBlocks(page.Text))
        .Select(m => NotInAnchors().Replace(m.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    private static string WithoutCode(string text) => Inline().Replace(WithoutCodeBlocks(text), Blank);

    private static string WithoutCodeBlocks(string text) => Fence().Replace(text, Blank);

    // Keeps the line breaks, so that positions still tell the line.
    private static string Blank(Match code) => string.Concat(code.Value.Select(c => c == '\n' ? '\n' : ' '));

    [GeneratedRegex(@"\]\((?<target>[^()\s]+)(?:\s+""[^""]*"")?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#{1,6}\s+(.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N}\- _]")]
    private static partial Regex NotInAnchors();

    [GeneratedRegex(@"^(```|~~~).*?^\1", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("`[^`\n]*`")]
    private static partial Regex Inline();
}

public sealed class DocLinksTests
{
    private static readonly RepositoryFile[] Files =
        [new("docs/guide/install.md", "# Install\n\n## What it's for\n"), new("README.md", "")];

    [Fact]
    public void Links_in_the_docs_lead_somewhere() =>
        Rule.Holds(Repository.Files.Where(f => f.EndsWith(".md")).SelectMany(page => DocLinks.Find(page, Repository.Files)));

    [Theory]
    [InlineData("[a](missing.md)")]
    [InlineData("[a](docs/guide/install.md)")]
    [InlineData("[a](guide/install.md#nothing)")]
    [InlineData("[a](../../outside.md)")]
    [InlineData("![picture](picture.png \"title\")")]
    public void A_dead_link_is_found(string text) => Assert.Single(Found(text));

    [Theory]
    [InlineData("[a](guide/install.md)")]
    [InlineData("[a](guide)")]
    [InlineData("[a](../README.md)")]
    [InlineData("[a](/README.md)")]
    [InlineData("[a](guide/install.md#what-its-for)")]
    [InlineData("[a](https://example.com/x)")]
    [InlineData("`[a](missing.md)`")]
    [InlineData("```\n[a](missing.md)\n```")]
    public void A_living_link_passes(string text) => Assert.Empty(Found(text));

    private static IEnumerable<Finding> Found(string text) => DocLinks.Find(new("docs/README.md", text), Files);
}
