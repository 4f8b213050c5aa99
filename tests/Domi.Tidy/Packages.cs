using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace Domi.Tidy;

/// <summary>Each package has a reason in the docs, and a licence where it is shipped.</summary>
internal static class Packages
{
    public const string Versions = "Directory.Packages.props";
    public const string Reasons = "docs/internals/architecture.md";
    public const string Licences = "THIRD-PARTY.md";

    /// <param name="versions">The central list of packages.</param>
    /// <param name="projects">Files that refer to packages; those under tests are not shipped.</param>
    /// <param name="reasons">A page with a table row per package.</param>
    /// <param name="licences">A page with a table row per shipped package.</param>
    public static IEnumerable<Finding> Find(
        RepositoryFile versions, IEnumerable<RepositoryFile> projects, RepositoryFile reasons, RepositoryFile licences)
    {
        var references = projects
            .SelectMany(p => XDocument.Parse(p.Text).Descendants("PackageReference").Select(r => new
            {
                Name = (string?)r.Attribute("Include") ?? "",
                Shipped = !p.IsUnder("tests") && (string?)r.Attribute("PrivateAssets") != "all",
            }))
            .ToLookup(r => r.Name, r => r.Shipped);

        foreach (var name in XDocument.Parse(versions.Text).Descendants("PackageVersion").Select(v => (string?)v.Attribute("Include") ?? ""))
        {
            if (!HasRow(reasons, name))
                yield return new(Reasons, 0, $"add a row that says why {name} is needed");

            // what nobody refers to is pinned for the sake of a package that does
            var shipped = !references.Contains(name) || references[name].Any(s => s);
            if (shipped && !HasRow(licences, name))
                yield return new(Licences, 0, $"add a row with the licence of {name}");
        }
    }

    private static bool HasRow(RepositoryFile page, string package) =>
        Regex.IsMatch(page.Text, $@"^\|(?:[^|]*[\s,`])?{Regex.Escape(package)}`?(?:\s|,[^|]*)?\s*\|", RegexOptions.Multiline);
}

public sealed class PackagesTests
{
    private static readonly RepositoryFile Versions = new(Packages.Versions,
        """<Project><ItemGroup><PackageVersion Include="MailKit" /><PackageVersion Include="PdfPig" /></ItemGroup></Project>""");

    private static readonly RepositoryFile[] Projects =
    [
        new("src/A/A.csproj", """<Project><PackageReference Include="MailKit" /></Project>"""),
        new("tests/T/T.csproj", """<Project><PackageReference Include="PdfPig" /></Project>"""),
    ];

    [Fact]
    public void Packages_have_a_reason_and_a_licence() => Rule.Holds(Packages.Find(
        Repository.File(Packages.Versions),
        Repository.Files.Where(f => f.EndsWith(".csproj") || f.Name == "Directory.Build.props"),
        Repository.File(Packages.Reasons),
        Repository.File(Packages.Licences)));

    [Fact]
    public void A_package_without_a_reason_is_found()
    {
        var found = Found(reasons: "| `MailKit` | sends mail |", licences: "| `MailKit` | MIT |");

        Assert.Equal("add a row that says why PdfPig is needed", Assert.Single(found).Message);
    }

    [Fact]
    public void A_shipped_package_without_a_licence_is_found()
    {
        var found = Found(reasons: "| `MailKit` | sends mail |\n| PdfPig | reads PDF |", licences: "MailKit is mentioned, `MailKit`, in no table");

        Assert.Equal("add a row with the licence of MailKit", Assert.Single(found).Message);
    }

    [Fact]
    public void A_package_of_the_tests_needs_no_licence_row() =>
        Assert.Empty(Found(reasons: "| `MailKit`, `PdfPig` | mail and PDF |", licences: "| MailKit | MIT |"));

    private static IEnumerable<Finding> Found(string reasons, string licences) =>
        Packages.Find(Versions, Projects, new(Packages.Reasons, reasons), new(Packages.Licences, licences));
}
