using System.Text;
using Domi.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Engine.Tests.Wire;

/// <summary>
/// What the engine serves of the API, held against Twikey's own description of it: <c>docs/reference/twikey-compatibility.md</c> is made here,
/// and made anew with DOMI_WRITE_REFERENCE=1.
/// </summary>
public sealed class CompatibilityTests(AppFixture app) : IClassFixture<AppFixture>
{
    [Fact]
    public void Every_operation_of_the_description_has_its_route()
    {
        var routes = Routes();

        Assert.Equal([], Described.Operations().Where(o => !routes.Contains(Described.Shape(o.Method, "/creditor" + o.Path))).Select(o => o.Name));
    }

    [Fact]
    public void A_parameter_that_is_said_to_be_honoured_is_read_somewhere()
    {
        var source = string.Join('\n', Directory.EnumerateFiles(Path.Combine(Described.Root, "src", "Domi.Engine"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));

        Assert.Equal("", string.Join('\n', Described.Operations().SelectMany(o => Honoured(o).Where(p => !source.Contains($"\"{p}\"", StringComparison.OrdinalIgnoreCase)).Select(p => $"{o.Name} {p}"))));
    }

    [Fact]
    public void The_reference_says_what_holds()
    {
        var file = Path.Combine(Described.Root, "docs", "reference", "twikey-compatibility.md");
        var written = Written();
        if (Environment.GetEnvironmentVariable("DOMI_WRITE_REFERENCE") == "1") File.WriteAllText(file, written);

        Assert.Equal(written, File.ReadAllText(file));
    }

    [Fact]
    public void Nothing_is_said_of_operations_and_parameters_that_there_are_not()
    {
        var described = Described.Operations().ToDictionary(o => o.Name, o => o.Named);

        Assert.Equal([], Deviations.Keys.Where(name => !described.ContainsKey(name)));
        Assert.Equal([], Deviations.SelectMany(d => d.Value.Unread.Where(p => !described[d.Key].Contains(p)).Select(p => $"{d.Key} {p}")));
    }

    private string Written()
    {
        var described = Described.Operations();
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
            | `POST /reporting` | takes lines of a statement, as text |
            | `/api/creditor/…` | everything again, with and without a slash at the end |
            | `/{merchantId}/{invoiceId}`, `/invoice?r=&i=` | the page of an invoice, and the form that finds it |

            """);
        return text.ToString();

        static string Listed(IEnumerable<string> names) => string.Join(", ", names.Select(n => $"`{n}`"));
    }

    private static IEnumerable<string> Honoured(Operation operation) => operation.Named.Except(Deviations.GetValueOrDefault(operation.Name, ([], "")).Unread);

    private static readonly Dictionary<string, (IReadOnlyList<string> Unread, string Words)> Deviations = File.ReadAllLines(Path.Combine(Described.Folder, "deviations.tsv"))
        .Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('\t'))
        .ToDictionary(cells => cells[0], cells => ((IReadOnlyList<string>)cells[1].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries), cells[2]));

    private HashSet<string> Routes() =>
    [
        .. app.Engine.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .SelectMany(e => (e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []).Select(method => Described.Shape(method, "/" + e.RoutePattern.RawText!.Trim('/')))),
    ];
}
