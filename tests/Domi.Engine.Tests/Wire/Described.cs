using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Domi.Engine.Tests.Wire;

/// <summary>An operation of Twikey's own description of the API.</summary>
/// <param name="Required">Names without which it is refused.</param>
/// <param name="Type">The content type of its body, if it has one.</param>
internal sealed record Operation(string Method, string Path, string Summary, IReadOnlyList<(string Name, string In)> Parameters, IReadOnlyList<string> Required, string? Type)
{
    public string Name => $"{Method} {Path}";

    /// <summary>What may be given beside the path, and whole bodies not.</summary>
    public IReadOnlyList<string> Named => [.. Parameters.Where(p => p.In != "path").Select(p => p.Name).Distinct()];
}

/// <summary>Twikey's own description of its API, and the data beside it.</summary>
internal static partial class Described
{
    private static readonly string[] Methods = ["get", "post", "put", "patch", "delete"];

    /// <summary>The folder of the recorded wire.</summary>
    public static string Folder => Path.Combine(Root, "tests", "data", "wire");

    public static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "Domi.slnx"))) folder = folder.Parent!;
            return folder.FullName;
        }
    }

    public static IReadOnlyList<Operation> Operations()
    {
        var yaml = new YamlStream();
        // A block that begins with a line of blanks is more than this reader takes.
        yaml.Load(new StringReader(string.Join('\n', File.ReadLines(Path.Combine(Folder, "twikey-openapi.yaml")).Select(l => l.TrimEnd()))));
        var paths = (YamlMappingNode)yaml.Documents[0].RootNode["paths"];
        return [.. paths.Children.SelectMany(path => ((YamlMappingNode)path.Value).Children.Where(m => Methods.Contains(m.Key.ToString())).Select(m =>
        {
            var operation = (YamlMappingNode)m.Value;
            var (parameters, required) = (new List<(string, string)>(), new List<string>());
            string? type = null;
            if (Child(operation, "parameters") is YamlSequenceNode list)
            {
                parameters.AddRange(list.OfType<YamlMappingNode>().Select(p => (Child(p, "name")!.ToString(), Child(p, "in")!.ToString())));
                required.AddRange(list.OfType<YamlMappingNode>().Where(p => Child(p, "required")?.ToString() == "true").Select(p => Child(p, "name")!.ToString()));
            }

            if (Child(operation, "requestBody") is YamlMappingNode body && Child(body, "content") is YamlMappingNode content)
            {
                type = content.Children.Keys.First().ToString();
                foreach (var schema in content.Children.Values.OfType<YamlMappingNode>().Select(c => Child(c, "schema")).OfType<YamlMappingNode>().Select(s => Child(s, "items") as YamlMappingNode ?? s))
                {
                    if (Child(schema, "properties") is YamlMappingNode properties) parameters.AddRange(properties.Children.Keys.Select(k => (k.ToString(), "body")));
                    if (Child(schema, "required") is YamlSequenceNode names) required.AddRange(names.Select(n => n.ToString()));
                }
            }

            return new Operation(m.Key.ToString().ToUpperInvariant(), path.Key.ToString(), Child(operation, "summary")?.ToString() ?? "", parameters, required, type);
        }))];

        static YamlNode? Child(YamlMappingNode node, string name) => node.Children.TryGetValue(name, out var child) ? child : null;
    }

    /// <summary>A route by what it is told apart by: names of parts of the path differ; where they stand does not.</summary>
    public static string Shape(string method, string path) => $"{method.ToUpperInvariant()} {Part().Replace(path.TrimEnd('/'), "{}")}";

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Part();
}
