using System.Text.RegularExpressions;

namespace Domi.Rendering.Tests;

/// <summary>The reference page is what people copy from: it must know all that the code knows.</summary>
public sealed partial class ReferencePageTests
{
    private static readonly string Root = FindRoot();
    private static readonly string Page = File.ReadAllText(Path.Combine(Root, "docs", "reference", "templates.md"));

    [Fact]
    public void It_names_every_field_and_condition()
    {
        foreach (var catalog in new[] { InvoiceFields.Catalog, MailFields.Catalog })
        {
            foreach (var field in catalog.Fields)
                Assert.Contains(field.Kind is FieldKind.Condition ? $"`{field.Name}`" : $"`{{{field.Name}}}`", Page);
            foreach (var table in catalog.Tables)
                Assert.All(table.Fields, field => Assert.Contains($"`{{{table.Name}.{field.Name}}}`", Page));
        }
    }

    [Fact]
    public void It_names_every_code_and_no_other()
    {
        var inCode = Directory.GetFiles(Path.Combine(Root, "src", "Domi.Rendering"), "*.cs")
            .SelectMany(file => QuotedCode().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)).Distinct().Order();

        Assert.Equal(inCode, ListedCode().Matches(Page).Select(match => match.Groups[1].Value).Distinct().Order());
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Domi.slnx"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }

    [GeneratedRegex("\"((?:template|render)\\.[a-z_]+)\"")]
    private static partial Regex QuotedCode();

    [GeneratedRegex("^\\| `((?:template|render)\\.[a-z_]+)`", RegexOptions.Multiline)]
    private static partial Regex ListedCode();
}
