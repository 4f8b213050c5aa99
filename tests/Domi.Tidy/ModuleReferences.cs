using System.Xml.Linq;
using Xunit;

namespace Domi.Tidy;

/// <summary>Which project may refer to which. What is not listed here is forbidden.</summary>
internal static class ModuleReferences
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Domi.Standards"] = [],
        ["Domi.Rendering"] = [],
        ["Domi.Twikey"] = [],
        ["Domi.Platform"] = ["Domi.Standards"],
        ["Domi.BackOffice"] = ["Domi.Platform", "Domi.Standards", "Domi.Rendering", "Domi.Twikey"],
        ["Domi.Engine"] = ["Domi.Platform", "Domi.Standards", "Domi.Rendering", "Domi.Twikey"],
        ["Domi.Web"] = ["Domi.Platform", "Domi.Standards", "Domi.Rendering", "Domi.Twikey", "Domi.BackOffice", "Domi.Engine"],
    };

    public static IEnumerable<Finding> Find(RepositoryFile project)
    {
        var name = Path.GetFileNameWithoutExtension(project.Name);
        if (!Allowed.TryGetValue(name, out var allowed))
        {
            yield return new(project.Path, 0, "a new project takes a decision in docs/decisions and a line in Domi.Tidy/ModuleReferences.cs");
            yield break;
        }

        foreach (var reference in XDocument.Parse(project.Text).Descendants("ProjectReference"))
        {
            var target = Path.GetFileNameWithoutExtension(((string?)reference.Attribute("Include") ?? "").Replace('\\', '/'));
            if (!allowed.Contains(target))
                yield return new(project.Path, 0, $"{name} may not refer to {target}");
        }
    }
}

public sealed class ModuleReferencesTests
{
    [Fact]
    public void Projects_refer_only_to_what_they_may() =>
        Rule.Holds(Repository.Files.Where(f => f.IsUnder("src") && f.EndsWith(".csproj")).SelectMany(ModuleReferences.Find));

    [Theory]
    [InlineData("Domi.Engine", "Domi.BackOffice")]
    [InlineData("Domi.BackOffice", "Domi.Engine")]
    [InlineData("Domi.Standards", "Domi.Platform")]
    [InlineData("Domi.Platform", "Domi.Twikey")]
    public void A_forbidden_reference_is_found(string from, string to)
    {
        var found = Assert.Single(ModuleReferences.Find(Project(from, to)));

        Assert.Equal($"{from} may not refer to {to}", found.Message);
    }

    [Fact]
    public void An_allowed_reference_passes() => Assert.Empty(ModuleReferences.Find(Project("Domi.Engine", "Domi.Platform")));

    [Fact]
    public void A_project_nobody_decided_on_is_found() => Assert.Single(ModuleReferences.Find(Project("Domi.Common", "Domi.Platform")));

    private static RepositoryFile Project(string name, string reference) => new($"src/{name}/{name}.csproj",
        $"""<Project><ItemGroup><ProjectReference Include="../{reference}/{reference}.csproj" /></ItemGroup></Project>""");
}
