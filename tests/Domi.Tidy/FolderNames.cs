using Xunit;

namespace Domi.Tidy;

/// <summary>Folders are nouns of the field; one named after a pattern gathers what does not belong together.</summary>
internal static class FolderNames
{
    private static readonly string[] Patterns =
        ["Services", "Handlers", "Helpers", "Dtos", "Managers", "Repositories", "Utils", "Utilities", "Interfaces", "Common", "Misc"];

    public static IEnumerable<Finding> Find(IEnumerable<RepositoryFile> files) => files
        .Select(f => f.Folder)
        .Distinct()
        .Where(folder => folder.Split('/').Any(part => Patterns.Contains(part, StringComparer.OrdinalIgnoreCase)))
        .Select(folder => new Finding(folder, 0, "name the folder after a noun of the field"));
}

public sealed class FolderNamesTests
{
    [Fact]
    public void Folders_are_named_after_the_field() =>
        Rule.Holds(FolderNames.Find(Repository.Files.Where(f => f.IsUnder("src") || f.IsUnder("tests"))));

    [Theory]
    [InlineData("src/Domi.Engine/Services/Collector.cs")]
    [InlineData("src/Domi.Engine/Mandates/Helpers/Text.cs")]
    public void A_pattern_is_found(string path) => Assert.Single(FolderNames.Find([new(path, "")]));

    [Fact]
    public void A_noun_passes() => Assert.Empty(FolderNames.Find([new("src/Domi.Engine/Mandates/Services.cs", "")]));
}
