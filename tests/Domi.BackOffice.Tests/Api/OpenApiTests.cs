using System.Net.Http.Json;
using System.Text.Json;
using Domi.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.BackOffice.Tests.Api;

/// <summary>The OpenAPI document says what a developer needs to make a client: every call, its key, its answers.</summary>
public sealed class OpenApiTests(OfficeFixture app) : IClassFixture<OfficeFixture>
{
    private static readonly string[] Schemaless = ["204"];

    [Fact]
    public async Task Every_call_of_the_document_has_a_key_a_name_an_answer_with_its_form_and_its_refusal()
    {
        var document = await ReadAsync();

        Assert.Equal("http", document.GetProperty("components").GetProperty("securitySchemes").GetProperty("apiKey").GetProperty("type").GetString());
        var calls = document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(call => (Name: $"{call.Name} {path.Name}", Call: call.Value))).ToList();
        Assert.NotEmpty(calls);
        Assert.All(calls, call =>
        {
            Assert.Contains("/api/v1/", call.Name);
            Assert.True(call.Call.GetProperty("security")[0].TryGetProperty("apiKey", out _), call.Name);
            Assert.NotEqual("", call.Call.GetProperty("summary").GetString());
            var answers = call.Call.GetProperty("responses");
            Assert.True(answers.GetProperty("default").GetProperty("content").TryGetProperty("application/problem+json", out _), call.Name);
            var works = Assert.Single(answers.EnumerateObject(), a => a.Name.StartsWith('2'));
            Assert.True(Schemaless.Contains(works.Name) || works.Value.GetProperty("content").EnumerateObject().All(c => c.Value.TryGetProperty("schema", out _)), call.Name + " answers without a form");
        });
    }

    [Fact]
    public async Task Every_route_of_the_api_is_in_the_document_and_nothing_else()
    {
        var document = await ReadAsync();

        var routes = app.Office!.Services.GetServices<Microsoft.AspNetCore.Routing.EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<Microsoft.AspNetCore.Routing.RouteEndpoint>()
            .Select(e => "/" + e.RoutePattern.RawText!.Trim('/').Replace(":guid", "", StringComparison.Ordinal)).Where(r => r.StartsWith("/api/v1/", StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(routes, document.GetProperty("paths").EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_call_answers_as_the_document_says()
    {
        var answers = (await ReadAsync()).GetProperty("paths").GetProperty("/api/v1/relations").GetProperty("post").GetProperty("responses");

        using var made = await app.OfficeHttp.PostAsJsonAsync("/api/v1/relations", new { kind = "Person", name = "An Peeters", isVatRegistered = false });

        Assert.True(answers.TryGetProperty(((int)made.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture), out _));
    }

    private async Task<JsonElement> ReadAsync()
    {
        using var anonymous = AppFixture.Client(app.Office!);
        return await anonymous.GetFromJsonAsync<JsonElement>("/api/openapi/v1.json");
    }
}
