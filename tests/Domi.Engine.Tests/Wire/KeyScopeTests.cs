using System.Text.RegularExpressions;
using Domi.Engine.Tests.Console;
using Domi.Engine.Users;
using Domi.Engine.Wire;
using Domi.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Engine.Tests.Wire;

public sealed partial class KeyScopeTests(AppFixture app) : IClassFixture<AppFixture>
{
    [Fact]
    public void Every_operation_but_log_in_and_log_out_belongs_to_a_group()
    {
        var routes = app.Engine.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(e => e.RoutePattern.RawText!.StartsWith("/creditor", StringComparison.Ordinal)).ToList();
        Assert.True(routes.Count > 70, $"{routes.Count}");
        var free = routes.Where(r => !r.Metadata.OfType<KeyGroup>().Any()).ToList();
        Assert.Equal(["/creditor", "/creditor"], free.Select(r => r.RoutePattern.RawText!.TrimEnd('/')));
    }

    [Fact]
    public async Task A_key_that_reads_invoices_reads_them_and_nothing_else()
    {
        using var person = await Person.OfAsync(app, ConsoleRole.Administrator);
        var client = new EngineClient(app, await KeyAsync(person, "Reads invoices", ("readOnly", "true"), ("groups", "Invoices")));
        await new EngineClient(app).BookAsync(EngineClient.Invoice("SCOPE-1", 10m, "SCOPE"));
        await client.GetAsync("/invoice/SCOPE-1");
        await client.GetAsync("/invoice");
        await client.GetAsync("/invoice/payment/feed");
        await client.GetAsync("/template");
        foreach (var (method, path) in new[]
        {
            (HttpMethod.Post, "/invoice"), (HttpMethod.Put, "/invoice/SCOPE-1"), (HttpMethod.Delete, "/invoice/SCOPE-1"), (HttpMethod.Post, "/invoice/SCOPE-1/action"), (HttpMethod.Post, "/invoice/ubl"), (HttpMethod.Get, "/mandate"), (HttpMethod.Get, "/mandate/detail"),
            (HttpMethod.Post, "/invite"), (HttpMethod.Get, "/customer/SCOPE"), (HttpMethod.Get, "/transaction"), (HttpMethod.Post, "/transaction"), (HttpMethod.Get, "/payment/link/feed"), (HttpMethod.Get, "/subscription/query"), (HttpMethod.Get, "/transfer"),
            (HttpMethod.Post, "/transfer/complete"), (HttpMethod.Get, "/reporting"), (HttpMethod.Get, "/files"),
        })
            Assert.Equal((method, path, "err_scope"), (method, path, await EngineClient.RefusalAsync(client.SendAsync(method, path), HttpStatusCode.Forbidden)));
        Assert.True(await app.ReadEngineAsync(db => db.Invoices.AnyAsync(i => i.Number == "SCOPE-1")));
    }

    [Fact]
    public async Task What_a_call_begins_or_gives_back_is_asked_of_its_key_too()
    {
        using var person = await Person.OfAsync(app, ConsoleRole.Administrator);
        var signs = new EngineClient(app, await KeyAsync(person, "Signs only", ("groups", "Mandates")));
        var sells = new EngineClient(app, await KeyAsync(person, "Gives nothing back", ("groups", "Invoices"), ("groups", "Links"), ("groups", "Transactions")));
        await new EngineClient(app).BookAsync(EngineClient.Invoice("SCOPE-2", 10m, "SCOPE-2"));

        foreach (var field in new[] { "transactionAmount", "subscriptionAmount" })
            foreach (var path in new[] { "/sign", "/invite" })
                Assert.Equal((path, field, "err_scope"), (path, field, await EngineClient.RefusalAsync(signs.FormAsync(path, ("method", "import"), ("ct", "1"), ("customerNumber", "SCOPED"), ("lastname", "Peeters"), ("iban", "BE68539007547034"), (field, "5")), HttpStatusCode.Forbidden)));
        Assert.False(await app.ReadEngineAsync(db => db.Customers.AnyAsync(c => c.CustomerNumber == "SCOPED")));
        await signs.SignAsync("import", "SCOPED");

        foreach (var (path, type) in new[] { ("/payment/link/refund", ""), ("/transaction/refund", ""), ("/invoice/SCOPE-2/action", "refund"), ("/invoice/SCOPE-2/action", "paymentplan") })
            Assert.Equal((path, type, "err_scope"), (path, type, await EngineClient.RefusalAsync(sells.FormAsync(path, ("type", type), ("id", "1"), ("amount", "5"), ("message", "Back")), HttpStatusCode.Forbidden)));
    }

    [Fact]
    public async Task A_key_is_narrowed_and_withdrawn_at_once()
    {
        using var person = await Person.OfAsync(app, ConsoleRole.Administrator);
        var client = new EngineClient(app, await KeyAsync(person, "Narrowed", [.. KeyScope.Choices.Select(g => ("groups", g.ToString()))]));
        var id = await app.ReadEngineAsync(db => db.ApiKeys.Where(k => k.Description == "Narrowed").Select(k => k.Id).SingleAsync());
        Assert.Null(await app.ReadEngineAsync(db => db.ApiKeys.Where(k => k.Id == id).Select(k => k.Groups).SingleAsync())); // all is no limit
        await client.InviteAsync("NARROW");
        using (await person.DoAsync("/console/keys?handler=Scope", ("id", id.ToString()), ("groups", "Invoices"), ("groups", "Links"))) { }
        Assert.Equal("err_scope", await EngineClient.RefusalAsync(client.FormAsync("/invite", ("ct", "1")), HttpStatusCode.Forbidden));
        await client.TakenAsync(HttpMethod.Post, "/payment/link", ("title", "T"), ("amount", "5"));
        using (await person.DoAsync("/console/keys?handler=Scope", ("id", id.ToString()))) { }
        Assert.Contains("callout bad", await person.GetAsync("/console/keys")); // none is no key

        using (await person.SureAsync("/console/keys?handler=Withdraw", ("id", id.ToString()))) { }
        using var gone = await client.SendAsync(HttpMethod.Get, "/invoice");
        Assert.Equal(HttpStatusCode.Unauthorized, gone.StatusCode);
    }

    [Theory]
    [InlineData("https://shop.example/hook", true)]
    [InlineData("http://127.0.0.1:9/hook", true)]
    [InlineData("http://shop.example/hook", false)]
    [InlineData("ftp://shop.example/hook", false)]
    public async Task A_key_is_woken_only_where_webhooks_go(string address, bool isTaken)
    {
        using var person = await Person.OfAsync(app, ConsoleRole.Administrator);
        var name = "Woken at " + address;
        await KeyAsync(person, name, ("groups", "Customers"));
        var id = await app.ReadEngineAsync(db => db.ApiKeys.Where(k => k.Description == name).Select(k => k.Id).SingleAsync());

        using (await person.DoAsync("/console/keys?handler=Address", ("id", id.ToString()), ("address", address))) { }

        Assert.Equal(isTaken, !(await person.GetAsync("/console/keys")).Contains("callout bad", StringComparison.Ordinal));
        Assert.Equal(isTaken ? address : null, await app.ReadEngineAsync(db => db.ApiKeys.Where(k => k.Id == id).Select(k => k.WebhookUrl).SingleAsync()));
    }

    [Fact]
    public void Each_feed_is_read_within_a_group()
    {
        var paths = app.Engine.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(e => e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("GET") == true)
            .ToLookup(e => e.RoutePattern.RawText, e => e.Metadata.OfType<KeyGroup>().Cast<KeyGroup?>().SingleOrDefault());
        foreach (var (path, group) in new[]
        {
            ("mandate", KeyGroup.Mandates), ("invoice", KeyGroup.Invoices), ("invoice/payment/feed", KeyGroup.Invoices), ("transaction", KeyGroup.Transactions), ("payment/link/feed", KeyGroup.Links), ("transfer", KeyGroup.Transfers), ("reporting", KeyGroup.Reconciliation),
        })
            Assert.Equal((path, group), (path, paths["/creditor/" + path].First()));
    }

    /// <summary>Makes a key in the console and answers how a client uses it.</summary>
    private async Task<EngineAccess> KeyAsync(Person person, string description, params (string Name, string Value)[] scope)
    {
        using var made = await person.DoAsync("/console/keys?handler=Add", [("description", description), ("code", "true"), .. scope]);
        var told = Once().Match(await person.GetAsync("/console/keys")).Groups[1].Value.Split(" · ");
        return app.Access with { ApiKey = told[0], PrivateKey = told[1] };
    }

    [GeneratedRegex("class=\"once\">([^<]+)<")]
    private static partial Regex Once();
}
