using System.Text.RegularExpressions;
using Xunit;

namespace Domi.Tidy;

/// <summary>Nothing names a folder of one machine, or the address of somebody's package mirror.</summary>
internal static partial class Places
{
    public static IEnumerable<Finding> Find(RepositoryFile file) =>
        Folder().Matches(file.Text).Concat(Mirror().Matches(file.Text)).Select(m =>
            new Finding(file.Path, file.LineAt(m.Index), $"'{m.Value.Trim()}' exists on one machine only"));

    [GeneratedRegex(@"(?<![A-Za-z0-9_.}\-])/(?:work|farm|tmp|root|home)/[A-Za-z]\w*")]
    private static partial Regex Folder();

    [GeneratedRegex(@"https?://[^\s""'<>)]*/(?:npm|nuget|debian|pypi)/")]
    private static partial Regex Mirror();
}

public sealed class PlacesTests
{
    [Fact]
    public void No_file_names_a_place_of_one_machine() => Rule.Holds(Repository.Files.SelectMany(Places.Find));

    [Theory]
    [InlineData("see /wo" + "rk/shared/data")]
    [InlineData("File.Open(\"/tm" + "p/x.pdf\")")]
    [InlineData("<add value=\"http://mirror.local/nu" + "get/index.json\" />")]
    public void A_place_is_found(string text) => Assert.Single(Places.Find(new("docs/x.md", text)));

    [Theory]
    [InlineData("https://example.com/work/x")]
    [InlineData("../shared/data")]
    [InlineData("/var/lib/domi")]
    [InlineData("${TMPDIR:-/tmp}/domi")]
    public void Other_addresses_pass(string text) => Assert.Empty(Places.Find(new("docs/x.md", text)));
}
