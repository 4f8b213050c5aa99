using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace Domi.Tidy;

/// <summary>A file of the checkout. <paramref name="Path"/> is relative to its root, with forward slashes.</summary>
internal sealed record RepositoryFile(string Path, string Text)
{
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    public string Folder => Path.Contains('/', StringComparison.Ordinal) ? Path[..Path.LastIndexOf('/')] : "";

    public bool EndsWith(string ending) => Path.EndsWith(ending, StringComparison.Ordinal);

    public bool IsUnder(string folder) => Path.StartsWith(folder + "/", StringComparison.Ordinal);

    public ParsedFile Parse() => new(this);

    public int LineAt(int position) => Text.AsSpan(0, position).Count('\n') + 1;
}

/// <summary>The syntax of one C# file, with the positions that messages need.</summary>
internal sealed class ParsedFile(RepositoryFile file)
{
    private static readonly CSharpParseOptions Options = new(LanguageVersion.Preview, DocumentationMode.Parse);

    private readonly SyntaxNode root = CSharpSyntaxTree.ParseText(file.Text, Options).GetRoot();

    public IEnumerable<T> All<T>() where T : SyntaxNode => root.DescendantNodes().OfType<T>();

    public Finding At(SyntaxNode node, string message) => new(file.Path, file.LineAt(node.SpanStart), message);
}

/// <summary>A place that breaks a rule, and what to do about it.</summary>
internal sealed record Finding(string Path, int Line, string Message)
{
    public override string ToString() => Line == 0 ? $"{Path}: {Message}" : $"{Path}:{Line}: {Message}";
}

/// <summary>The checkout that this program was built from.</summary>
internal static class Repository
{
    private static readonly string[] NotOurs = [".git", ".tools", ".vs", ".idea", "out", "data", "demo", "artifacts"];

    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    private static readonly Lazy<IReadOnlyList<RepositoryFile>> Read = new(() => [.. FilesIn(Root).Select(Load)]);

    /// <summary>Every text file but what a build or a run leaves behind.</summary>
    public static IReadOnlyList<RepositoryFile> Files => Read.Value;

    public static IEnumerable<RepositoryFile> Code => Files.Where(f => f.EndsWith(".cs"));

    public static IEnumerable<RepositoryFile> CodeUnder(string folder) => Code.Where(f => f.IsUnder(folder));

    public static RepositoryFile File(string path) =>
        Files.SingleOrDefault(f => f.Path == path) ?? throw new FileNotFoundException($"The checkout has no {path}.");

    private static string FindRoot(string from)
    {
        for (var folder = new DirectoryInfo(from); folder is not null; folder = folder.Parent)
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "Domi.slnx")))
                return folder.FullName;

        throw new DirectoryNotFoundException($"No folder above {from} holds Domi.slnx.");
    }

    private static IEnumerable<string> FilesIn(string folder)
    {
        var isProject = Directory.EnumerateFiles(folder, "*.csproj").Any();
        foreach (var file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
            if (folder != Root || !NotOurs.Contains(Path.GetFileName(file))) // .git is a file in a second worktree
                yield return file;

        foreach (var inner in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(inner);
            if (isProject && name is "bin" or "obj") continue;
            if (folder == Root && NotOurs.Contains(name)) continue;
            foreach (var file in FilesIn(inner))
                yield return file;
        }
    }

    // Pictures and documents keep their name and lose their content: no rule reads them.
    private static RepositoryFile Load(string path)
    {
        var text = System.IO.File.ReadAllText(path);
        return new(Path.GetRelativePath(Root, path).Replace('\\', '/'), text.Contains('\0', StringComparison.Ordinal) ? "" : text);
    }
}

internal static class Rule
{
    /// <summary>Fails with all findings at once: mending them one run at a time is no fun.</summary>
    public static void Holds(IEnumerable<Finding> findings)
    {
        var found = findings.ToList();
        if (found.Count > 0)
            Assert.Fail(string.Join('\n', found));
    }
}
