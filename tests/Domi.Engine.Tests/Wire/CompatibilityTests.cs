using System.Text;
using System.Text.RegularExpressions;
using Domi.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using YamlDotNet.RepresentationModel;

namespace Domi.Engine.Tests.Wire;

/// <summary>
/// What the engine serves of the API, held against Twikey's own description of it: <c>docs/reference/twikey-compatibility.md</c> is made here,
/// and made anew with DOMI_WRITE_REFERENCE=1.
/// </summary>
public sealed partial class CompatibilityTests(AppFixture app) : IClassFixture<AppFixture>
{
    private static readonly string[] Methods = ["get", "post", "put", "patch", "delete"];

    private sealed record Operation(string Method, string Path, string Summary, IReadOnlyList<string> Parameters)
    {
        public string Name => $"{Method.ToUpperInvariant()} {Path}";
    }

    [Fact]
    public void Every_operation_of_the_description_has_its_route()
    {
        var routes = Routes();

        Assert.Equal([], Described().Where(o => !routes.Contains(Shape(o.Method, "/creditor" + o.Path))).Select(o => o.Name));
    }

    [Fact]
    public void A_parameter_that_is_said_to_be_honoured_is_read_somewhere()
    {
        var source = string.Join('\n', Directory.EnumerateFiles(Path.Combine(Root, "src", "Domi.Engine"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));

        Assert.Equal("", string.Join('\n', Described().SelectMany(o => Honoured(o).Where(p => !source.Contains($"\"{p}\"", StringComparison.OrdinalIgnoreCase)).Select(p => $"{o.Name} {p}"))));
    }

    [Fact]
    public void The_reference_says_what_holds()
    {
        var file = Path.Combine(Root, "docs", "reference", "twikey-compatibility.md");
        var written = Written();
        if (Environment.GetEnvironmentVariable("DOMI_WRITE_REFERENCE") == "1") File.WriteAllText(file, written);

        Assert.Equal(written, File.ReadAllText(file));
    }

    [Fact]
    public void Nothing_is_said_of_operations_and_parameters_that_there_are_not()
    {
        var described = Described().ToDictionary(o => o.Name, o => o.Parameters);

        Assert.Equal([], Deviations.Keys.Where(name => !described.ContainsKey(name)));
        Assert.Equal([], Deviations.SelectMany(d => d.Value.Unread.Where(p => !described[d.Key].Contains(p)).Select(p => $"{d.Key} {p}")));
    }

    private string Written()
    {
        var described = Described();
        var text = new StringBuilder($"""
            # What the engine serves of the Twikey API

            Made by a test from Twikey's description of its API (version 1.0.3, {described.Count} operations; Apache-2.0) and `tests/data/wire/deviations.tsv`: not
            to be edited by hand. Every operation is there; each reads and changes real state. Where the description and what real clients need
            disagree, the engine answers what satisfies every client.

            | operation | what it does | parameters honoured | not acted on | deviations and why |
            | --- | --- | --- | --- | --- |

            """);
        foreach (var operation in described)
        {
            var (unread, words) = Deviations.GetValueOrDefault(operation.Name, ([], ""));
            text.Append($"| `{operation.Name}` | {operation.Summary} | {Listed(Honoured(operation))} | {Listed(unread)} | {words} |\n");
        }

        text.Append("""

            ## Operations that the description does not have, and real clients call

            | operation | what it does |
            | --- | --- |
            | `GET /template` | the profiles, with their attributes |
            | `POST /prepare` | the same as `POST /invite` |
            | `GET /customer/{customerNumber}`, `PUT`, `DELETE` | reads, makes or replaces, removes a customer |
            | `PATCH /invoice/{id}/reoffer` | collects again |
            | `GET /invoice/{id}/qr` | the address of the page, and its code as a picture |
            | `GET /transfer/beneficiaries`, `POST`, `DELETE` | the same as `/transfers/beneficiaries` |
            | `/api/creditor/…` | everything again, with and without a slash at the end |
            | `/{merchantId}/{invoiceId}`, `/invoice?r=&i=` | the page of an invoice, and the form that finds it |

            """);
        return text.ToString();

        static string Listed(IEnumerable<string> names) => string.Join(", ", names.Select(n => $"`{n}`"));
    }

    private static IEnumerable<string> Honoured(Operation operation) => operation.Parameters.Except(Deviations.GetValueOrDefault(operation.Name, ([], "")).Unread);

    private static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "Domi.slnx"))) folder = folder.Parent!;
            return folder.FullName;
        }
    }

    private static readonly Dictionary<string, (IReadOnlyList<string> Unread, string Words)> Deviations = File.ReadAllLines(Path.Combine(Root, "tests", "data", "wire", "deviations.tsv"))
        .Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('\t'))
        .ToDictionary(cells => cells[0], cells => ((IReadOnlyList<string>)cells[1].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries), cells[2]));

    private HashSet<string> Routes() =>
    [
        .. app.Engine.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .SelectMany(e => (e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []).Select(method => Shape(method, "/" + e.RoutePattern.RawText!.Trim('/')))),
    ];

    // Names of parts of the path differ; where they stand does not.
    private static string Shape(string method, string path) => $"{method.ToUpperInvariant()} {Part().Replace(path.TrimEnd('/'), "{}")}";

    private static IReadOnlyList<Operation> Described()
    {
        var yaml = new YamlStream();
        // A block that begins with a line of blanks is more than this reader takes.
        yaml.Load(new StringReader(string.Join('\n', File.ReadLines(Path.Combine(Root, "tests", "data", "wire", "twikey-openapi.yaml")).Select(l => l.TrimEnd()))));
        var paths = (YamlMappingNode)yaml.Documents[0].RootNode["paths"];
        return [.. paths.Children.SelectMany(path => ((YamlMappingNode)path.Value).Children.Where(m => Methods.Contains(m.Key.ToString())).Select(m =>
        {
            var operation = (YamlMappingNode)m.Value;
            var parameters = new List<string>();
            if (Child(operation, "parameters") is YamlSequenceNode list) parameters.AddRange(list.OfType<YamlMappingNode>().Where(p => Child(p, "in")?.ToString() != "path").Select(p => Child(p, "name")!.ToString()));
            if (Child(operation, "requestBody") is YamlMappingNode body && Child(body, "content") is YamlMappingNode content)
                foreach (var schema in content.Children.Values.OfType<YamlMappingNode>().Select(c => Child(c, "schema")).OfType<YamlMappingNode>())
                    if ((Child(Child(schema, "items") as YamlMappingNode ?? schema, "properties")) is YamlMappingNode properties)
                        parameters.AddRange(properties.Children.Keys.Select(k => k.ToString()));
            return new Operation(m.Key.ToString(), path.Key.ToString(), Child(operation, "summary")?.ToString() ?? "", [.. parameters.Distinct()]);
        }))];

        static YamlNode? Child(YamlMappingNode node, string name) => node.Children.TryGetValue(name, out var child) ? child : null;
    }

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Part();
}
