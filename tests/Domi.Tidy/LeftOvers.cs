using System.Text.RegularExpressions;
using Xunit;

namespace Domi.Tidy;

/// <summary>What is not finished does not go in: it becomes an issue.</summary>
internal static class LeftOvers
{
    // Put together from halves, so that this file does not find itself.
    private static readonly Regex Words = new(
        @"\b(?:TO" + "DO|FIX" + "ME|HA" + "CK|Not" + "Implemented(?:Exception)?|placeholder " + @"implementation)\b|\bSkip\s*=\s*@?""");

    public static IEnumerable<Finding> Find(RepositoryFile file) =>
        Words.Matches(file.Text).Select(m => new Finding(file.Path, file.LineAt(m.Index), $"'{m.Value}': finish it, or open an issue"));
}

public sealed class LeftOversTests
{
    [Fact]
    public void Nothing_is_left_unfinished() => Rule.Holds(Repository.Files
        .Where(f => f.IsUnder("src") || f.IsUnder("tests") || f.IsUnder("bin") || f.IsUnder("docs"))
        .SelectMany(LeftOvers.Find));

    [Theory]
    [InlineData("// TO" + "DO: later")]
    [InlineData("throw new Not" + "ImplementedException();")]
    [InlineData("x = 1; // HA" + "CK")]
    [InlineData("[Fact(Skip" + " = \"slow\")]")]
    public void Something_unfinished_is_found(string line)
    {
        var found = Assert.Single(LeftOvers.Find(new("src/X.cs", "class X;\n" + line)));

        Assert.Equal(2, found.Line);
    }

    [Theory]
    [InlineData("var method = \"todo\";")]
    [InlineData("query.Skip(20)")]
    public void Finished_code_passes(string line) => Assert.Empty(LeftOvers.Find(new("src/X.cs", line)));
}
