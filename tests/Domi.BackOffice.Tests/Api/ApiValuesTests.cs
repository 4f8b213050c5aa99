using System.Text.Json;
using System.Text.Json.Nodes;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Tests.Api;

/// <summary>A value that nothing can be done with is refused with its code and its field; nothing is half saved, and nothing is a 500.</summary>
public sealed class ApiValuesTests(OfficeFixture app) : IClassFixture<OfficeFixture>
{
    private static readonly string NoText = "a\0b";

    private readonly Story story = new(app);

    public static TheoryData<string, string, string> OfARelation => new()
    {
        { "name", Long(141), "name_missing" }, { "firstName", Long(71), "text_too_long" }, { "lastName", Long(71), "text_too_long" }, { "street", Long(141), "text_too_long" }, { "zip", Long(21), "text_too_long" },
        { "city", Long(71), "text_too_long" }, { "phone", Long(41), "text_too_long" }, { "invoiceCc", string.Join(',', Enumerable.Repeat("a@b.example", 100)), "text_too_long" }, { "poNumber", Long(71), "text_too_long" },
        { "email", Long(250) + "@b.example", "email_invalid" }, { "country", "Belgium", "country_invalid" }, { "enterpriseNumber", "0123456789", "enterprise_invalid" }, { "name", NoText, "malformed" }, { "street", NoText, "malformed" },
        { "name", "Unit\u001FSeparator", "malformed" }, { "street", "Start\u0001", "malformed" }, { "country", "ZZ", "country_invalid" }, { "language", "xx", "language_unknown" }, { "language", "dutch", "language_unknown" },
    };

    [Theory]
    [MemberData(nameof(OfARelation))]
    public async Task A_relation_with_a_value_that_does_not_fit_is_refused(string field, string value, string code)
    {
        var before = await app.ReadAsync((OfficeDb db) => db.Relations.CountAsync());
        var relation = new JsonObject { ["kind"] = "Company", ["name"] = "Fits NV", ["isVatRegistered"] = false, [field] = value };

        await ThenIsRefused(await PostAsync("relations", relation), code, field);

        Assert.Equal(before, await app.ReadAsync((OfficeDb db) => db.Relations.CountAsync()));
    }

    [Fact]
    public async Task A_number_or_a_word_that_names_no_kind_is_refused()
    {
        foreach (JsonNode kind in new JsonNode[] { 77, 1, "1", "77", "Nobody" })
            await ThenIsRefused(await PostAsync("relations", new JsonObject { ["kind"] = kind, ["name"] = "Kind NV", ["isVatRegistered"] = false }), "malformed", "kind");

        Assert.Equal(0, await app.ReadAsync((OfficeDb db) => db.Relations.CountAsync(r => r.Name == "Kind NV")));
    }

    [Theory]
    [InlineData("POST", "relations", "text/plain", "x", 415, "media_type", "application/json")]
    [InlineData("DELETE", "relations", "application/json", "{}", 405, "method_not_allowed", "DELETE")]
    [InlineData("POST", "relations", "application/json", "", 400, "malformed", "The body is missing")]
    [InlineData("POST", "relations", "application/json", "{\"kind\":\"Company\",\"name\":null,\"isVatRegistered\":false}", 400, "malformed", "cannot be there")]
    [InlineData("POST", "relations", "application/json", "{\"kind\":\"Nobody\",\"name\":\"x\",\"isVatRegistered\":false}", 400, "malformed", "kind has a value")]
    public async Task What_is_wrong_with_a_call_is_said_without_names_of_types(string method, string path, string type, string body, int status, string code, string says)
    {
        using var request = new HttpRequestMessage(new(method), "/api/v1/" + path) { Content = new StringContent(body, System.Text.Encoding.UTF8, type) };
        request.Headers.Authorization = new("Bearer", AppFixture.OfficeApiKey);

        using var answer = await app.OfficeHttp.SendAsync(request);

        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal((status, code), ((int)answer.StatusCode, problem.GetProperty("code").GetString()));
        Assert.Contains(says, problem.GetProperty("detail").GetString());
        Assert.DoesNotContain("Domi.", problem.GetProperty("detail").GetString());
    }

    public static TheoryData<string, string, string> OfAnInvoice => new()
    {
        { "description", Long(201), "text_too_long" }, { "text", Long(2001), "text_too_long" }, { "poNumber", Long(71), "text_too_long" }, { "date", "9999-12-15", "date_impossible" }, { "date", "0001-01-01", "date_impossible" },
        { "language", "xx", "language_unknown" }, { "dueOn", "9999-12-31", "date_impossible" }, { "date", "2026-02-30", "malformed" }, { "description", NoText, "malformed" },
    };

    [Theory]
    [MemberData(nameof(OfAnInvoice))]
    public async Task An_invoice_with_a_value_that_does_not_fit_is_refused(string field, string value, string code)
    {
        var relation = await story.GivenARelation();
        var invoice = new JsonObject { ["relationId"] = relation.Id.ToString(), ["lines"] = new JsonArray(Line()), [field] = value };

        await ThenIsRefused(await PostAsync("invoices", invoice), code, field);

        Assert.Equal(0, await app.ReadAsync((OfficeDb db) => db.Invoices.CountAsync(i => i.RelationId == relation.Id)));
    }

    public static TheoryData<string, string, string> OfALine => new()
    {
        { "code", $"\"{Long(41)}\"", "text_too_long" }, { "description", $"\"{Long(1001)}\"", "line_invalid" }, { "description", "\"a\\u0000b\"", "malformed" }, { "quantity", "1000001", "line_invalid" }, { "quantity", "1e40", "malformed" },
        { "unitPrice", "10000001", "line_invalid" }, { "unitPrice", "\"12,50\"", "malformed" }, { "vatRate", "101", "line_invalid" }, { "vatRate", "-1", "line_invalid" },
        { "quantity", "1.0005", "line_invalid" }, { "unitPrice", "9.99999", "line_invalid" }, { "vatRate", "20.999", "line_invalid" },
    };

    [Theory]
    [MemberData(nameof(OfALine))]
    public async Task A_line_with_a_value_that_does_not_fit_is_refused(string field, string json, string code)
    {
        var relation = await story.GivenARelation();
        var line = Line();
        line[field] = JsonNode.Parse(json);
        var invoice = new JsonObject { ["relationId"] = relation.Id.ToString(), ["lines"] = new JsonArray(Line(), line) };

        await ThenIsRefused(await PostAsync("invoices", invoice), code, null);

        Assert.Equal(0, await app.ReadAsync((OfficeDb db) => db.Invoices.CountAsync(i => i.RelationId == relation.Id)));
    }

    [Theory]
    [InlineData("9999-12-15")]
    [InlineData("1999-12-31")]
    public async Task An_impossible_date_takes_no_number(string date)
    {
        var proposal = await story.GivenAProposal(await story.GivenARelation());
        var before = await app.ReadAsync((OfficeDb db) => db.NumberSeries.SumAsync(s => s.LastNumber));

        await ThenIsRefused(await PostAsync($"invoices/{proposal.Id}/number", new() { ["date"] = date, ["send"] = false }), "date_impossible", "date");

        Assert.Equal(before, await app.ReadAsync((OfficeDb db) => db.NumberSeries.SumAsync(s => s.LastNumber)));
    }

    [Fact]
    public async Task A_date_far_ahead_would_close_the_series_and_takes_no_number()
    {
        var proposal = await story.GivenAProposal(await story.GivenARelation());
        var today = new DateOnly(2026, 3, 17);

        await ThenIsRefused(await PostAsync($"invoices/{proposal.Id}/number", new() { ["date"] = today.AddDays(32).ToString("O"), ["send"] = false }), "date_ahead", "date");

        using var taken = await PostAsync($"invoices/{proposal.Id}/number", new() { ["date"] = today.AddDays(31).ToString("O"), ["send"] = false });
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
    }

    [Theory]
    [InlineData("relations?after=x")]
    [InlineData("relations?pageSize=99999999999")]
    [InlineData("documents?relationId=x")]
    [InlineData("documents?after=x")]
    [InlineData("mails?state=Nonsense")]
    public async Task A_query_that_cannot_be_read_is_malformed(string query)
    {
        using var answer = await app.OfficeHttp.GetAsync("/api/v1/" + query);

        Assert.Equal((HttpStatusCode.BadRequest, "malformed"), (answer.StatusCode, Json(await answer.Content.ReadAsStringAsync()).GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Outside_development_the_caller_is_told_what_is_malformed_too()
    {
        await using var production = OfficeHost.Build(app.Settings with { EnvironmentName = "Production", Node = "production" });
        await production.StartAsync();
        production.LearnAddress();
        using var client = AppFixture.Client(production);
        client.DefaultRequestHeaders.Authorization = new("Bearer", AppFixture.OfficeApiKey);

        using var answer = await client.PostAsync("/api/v1/relations", new StringContent("{", System.Text.Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("malformed", Json(await answer.Content.ReadAsStringAsync()).GetProperty("code").GetString());
        await production.StopAsync();
    }

    private static string Long(int length) => new('x', length);

    private static JsonObject Line() => new() { ["description"] = "x", ["quantity"] = 1, ["unitPrice"] = 10, ["vatRate"] = 21 };

    private Task<HttpResponseMessage> PostAsync(string path, JsonObject body) => app.OfficeHttp.PostAsync("/api/v1/" + path, new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json"));

    private static async Task ThenIsRefused(HttpResponseMessage answer, string code, string? field)
    {
        using (answer)
        {
            var problem = Json(await answer.Content.ReadAsStringAsync());
            Assert.Equal((code == "malformed" ? HttpStatusCode.BadRequest : HttpStatusCode.Conflict, code), (answer.StatusCode, problem.GetProperty("code").GetString()));
            if (field is not null && code != "malformed") Assert.Equal(field, problem.GetProperty("field").GetString(), ignoreCase: true);
        }
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
