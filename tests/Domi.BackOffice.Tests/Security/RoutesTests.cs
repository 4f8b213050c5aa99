using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Domi.BackOffice.Companies;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Users;
using Domi.Platform;
using Domi.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.BackOffice.Tests.Security;

public sealed class RoutesTests(OfficeFixture app) : IClassFixture<OfficeFixture>
{
    private readonly Story story = new(app);

    [Fact]
    public async Task No_route_of_one_module_answers_on_the_other_ones_port()
    {
        var (office, engine) = (RoutesOf(app.Office!), RoutesOf(app.Engine));
        Assert.True(office.Count > 20 && engine.Count > 15);
        string[] both = ["/healthz", "/sandbox/clock", "/error"];

        using var atOffice = AppFixture.Client(app.Office!);
        using var atEngine = AppFixture.Client(app.Engine);
        foreach (var (method, path, _) in engine.Where(r => !both.Contains(r.Path) && office.All(o => o.Path != r.Path)))
            Assert.Equal((HttpStatusCode.NotFound, path), (await StatusAsync(atOffice, method, path), path));
        foreach (var (method, path, _) in office.Where(r => !both.Contains(r.Path) && engine.All(o => o.Path != r.Path)))
            Assert.Contains(await StatusAsync(atEngine, method, path), new[] { HttpStatusCode.NotFound });
    }

    [Fact]
    public async Task Nothing_of_the_office_is_shown_to_a_stranger()
    {
        string[] open = ["/healthz", "/sign-in", "/error/{code}", "/api/openapi/{documentName}.json", "/hooks/twikey/{token}", "/sandbox/clock"];
        using var stranger = AppFixture.Client(app.Office!);
        foreach (var (method, path, _) in RoutesOf(app.Office!).Where(r => !open.Any(o => Fill(o) == r.Path) && !r.Path.StartsWith("/error", StringComparison.Ordinal)))
        {
            using var answer = await stranger.SendAsync(new(new HttpMethod(method), path));
            var status = answer.StatusCode;
            Assert.True(status is HttpStatusCode.Unauthorized or HttpStatusCode.NotFound || (status is HttpStatusCode.Redirect && answer.Headers.Location!.ToString().Contains("/sign-in", StringComparison.Ordinal)),
                $"{method} {path}: {(int)status}");
        }
    }

    [Fact]
    public async Task Another_own_companys_key_sees_nothing_of_ours_whatever_it_asks()
    {
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation());
        const string foreignKey = "domi_foreign_key_0123456789";
        await story.Office(async services =>
        {
            var db = services.GetRequiredService<OfficeDb>();
            var other = new OwnCompany { Name = "Another firm" };
            db.Companies.Add(other);
            db.OfficeKeys.Add(new() { OwnCompanyId = other.Id, Name = "foreign", KeyHash = Secrets.HashOf(foreignKey), Hint = "domi_f", MayAdminister = true, CreatedAt = AppFixture.Start });
            await db.SaveChangesAsync();
            return true;
        });
        using var foreign = AppFixture.Client(app.Office!);
        foreign.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", foreignKey);
        var ids = await app.ReadAsync(async (OfficeDb db) => new[]
        {
            invoice.Id, invoice.RelationId, await db.Templates.Select(t => t.Id).FirstAsync(), await db.Connections.Select(c => c.Id).FirstAsync(), Guid.CreateVersion7(),
        });

        foreach (var (method, path, _) in RoutesOf(app.Office!).Where(r => r.Path.StartsWith("/api/v1/", StringComparison.Ordinal) && r.Raw.Contains("{id", StringComparison.Ordinal)))
            foreach (var id in ids)
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path.Replace(Sample, id.ToString()));
                if (method is "POST" or "PUT")
                    request.Content = JsonContent.Create(new { kind = "Person", name = "x", isVatRegistered = false, profile = 1, send = false, withoutLink = false });
                using var answer = await foreign.SendAsync(request);
                Assert.True(answer.StatusCode is HttpStatusCode.NotFound, $"{method} {path}: {(int)answer.StatusCode}");
            }

        foreach (var list in new[] { "/api/v1/relations", "/api/v1/templates", "/api/v1/documents", "/api/v1/mails", "/api/v1/connections" })
            Assert.DoesNotContain(invoice.RelationId.ToString(), await foreign.GetStringAsync(list));
        Assert.Equal("Another firm", (await foreign.GetFromJsonAsync<JsonElement>("/api/v1/company")).GetProperty("name").GetString());
    }

    [Fact]
    public async Task Bad_bodies_get_problem_documents_and_never_a_500()
    {
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation());
        string[] bodies = ["", "{", "[]", "null", "{\"lines\":null}", "{\"relationId\":\"x\"}", "{\"send\":\"maybe\"}", "\"text\"", "{\"lines\":[{\"quantity\":1e40}]}", "{\"kind\":7,\"name\":5}"];
        foreach (var (method, path, _) in RoutesOf(app.Office!).Where(r => r.Path.StartsWith("/api/v1/", StringComparison.Ordinal) && r.Method is "POST" or "PUT"))
            foreach (var body in bodies)
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path.Replace(Sample, invoice.Id.ToString())) { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
                using var answer = await app.OfficeHttp.SendAsync(request);
                Assert.True((int)answer.StatusCode < 500, $"{method} {path} {body}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
                if (!answer.IsSuccessStatusCode) Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            }
    }

    [Fact]
    public async Task No_secret_and_no_full_account_of_a_debtor_is_in_the_database_in_clear()
    {
        var keys = await app.ReadAsync((OfficeDb db) => db.Connections.Select(c => c.ApiKeySealed + c.PrivateKeySealed).ToListAsync());
        var engineKeys = await app.ReadEngineAsync(db => db.ApiKeys.Select(k => k.KeyHash + k.KeySealed + k.PrivateKeySealed).ToListAsync());

        foreach (var kept in keys.Concat(engineKeys))
        {
            Assert.DoesNotContain(app.Access.ApiKey, kept);
            Assert.DoesNotContain(app.Access.PrivateKey!, kept);
        }

        // The key ring lies beside them, and is no use without the master key.
        foreach (var xml in await app.ReadAsync((OfficeDb db) => db.DataProtectionKeys.Select(k => k.Xml!).ToListAsync()))
        {
            Assert.Contains("<wrapped", xml);
            Assert.DoesNotContain("<masterKey", xml);
        }
    }

    private const string Sample = "11111111-1111-7111-8111-111111111111";

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string method, string path)
    {
        using var answer = await client.SendAsync(new(new HttpMethod(method), path));
        // A page that does not exist asks nobody to sign in first.
        return answer.StatusCode;
    }

    private static List<(string Method, string Path, string Raw)> RoutesOf(WebApplication host) =>
    [
        .. host.Services.GetRequiredService<IEnumerable<EndpointDataSource>>().SelectMany(s => s.Endpoints).Concat(((IEndpointRouteBuilder)host).DataSources.SelectMany(s => s.Endpoints)).OfType<RouteEndpoint>()
            .SelectMany(e => (e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(m => (m, Fill(e.RoutePattern.RawText ?? ""), e.RoutePattern.RawText ?? "")))
            .Where(r => r.Item2.Length > 1).Distinct(),
    ];

    private static string Fill(string pattern)
    {
        var path = System.Text.RegularExpressions.Regex.Replace(pattern, @"\{[^}]*guid[^}]*\}", Sample);
        return "/" + System.Text.RegularExpressions.Regex.Replace(path, @"\{[^}]*\}", "abcdefghabcdefghabcdefghabcdefgh").Trim('/');
    }
}
