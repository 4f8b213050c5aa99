using System.Text.Json;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Customers;

public sealed class CustomerRoutesTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly EngineClient client = new(app);

    [Fact]
    public async Task One_is_made_changed_replaced_and_removed()
    {
        Assert.Equal("{}", (await client.TakenAsync(HttpMethod.Put, "/customer/K1", ("lastname", "Peeters"), ("firstname", "An"), ("email", "k1@example.org"), ("address", "Visserij 44"), ("zip", "9000"), ("city", "Gent"), ("country", "be"), ("l", "nl"))).ToString());
        await client.DoneAsync(HttpMethod.Patch, "/customer/K1?city=Aalst&lastname=");
        var changed = await client.GetAsync("/customer/K1");
        await client.TakenAsync(HttpMethod.Put, "/customer/K1", ("companyName", "Peeters NV"), ("coc", "0123"));
        var replaced = await client.GetAsync("/customer/K1");

        Assert.Equal(("K1", "An", "Peeters", "Aalst", "BE"), (Text(changed, "customerNumber"), Text(changed, "firstname"), Text(changed, "lastname"), Text(changed, "city"), Text(changed, "country")));
        Assert.Equal("Peeters NV", Text(replaced, "companyName"));
        Assert.DoesNotContain("Aalst", replaced.ToString());
        Assert.DoesNotContain("k1@example.org", replaced.ToString());
        await client.DoneAsync(HttpMethod.Delete, "/customer/K1");
        Assert.Equal("err_not_found", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, "/customer/K1")));
        foreach (var method in new[] { HttpMethod.Patch, HttpMethod.Delete })
            Assert.Equal("err_debtor_not_found", await EngineClient.RefusalAsync(client.SendAsync(method, "/customer/K1?city=Gent")));
    }

    [Fact]
    public async Task An_enterprise_number_changes_only_with_the_company()
    {
        await client.TakenAsync(HttpMethod.Put, "/customer/K2", ("companyName", "Old"), ("coc", "0111"));

        await client.DoneAsync(HttpMethod.Patch, "/customer/K2", ("coc", "0222"));
        Assert.Contains("0111", (await client.GetAsync("/customer/K2")).ToString());
        await client.DoneAsync(HttpMethod.Patch, "/customer/K2", ("coc", "0222"), ("companyName", "New"));
        Assert.Contains("0222", (await client.GetAsync("/customer/K2")).ToString());
    }

    [Fact]
    public async Task A_number_moves_to_one_that_is_free()
    {
        await client.TakenAsync(HttpMethod.Put, "/customer/K3", ("lastname", "Three"));
        await client.TakenAsync(HttpMethod.Put, "/customer/K4", ("lastname", "Four"));

        Assert.Equal("err_duplicate_ref", await EngineClient.RefusalAsync(client.FormAsync(HttpMethod.Patch, "/customer/K3", ("customerNumber", "K4"))));
        Assert.Equal("err_invalid_params", await EngineClient.RefusalAsync(client.FormAsync(HttpMethod.Patch, "/customer/K3", ("customerNumber", new string('9', 51)))));
        await client.DoneAsync(HttpMethod.Patch, "/customer/K3", ("customerNumber", "K5"));
        Assert.Equal("Three", Text(await client.GetAsync("/customer/K5"), "lastname"));
    }

    [Fact]
    public async Task Wrong_values_are_refused_and_change_nothing()
    {
        await client.TakenAsync(HttpMethod.Put, "/customer/K6", ("lastname", "Six"));
        foreach (var (name, value, code) in new[]
        {
            ("email", "no", "err_invalid_email"), ("country", "Belgium", "err_invalid_country"), ("lastname", new string('l', 71), "err_invalid_params"), ("firstname", new string('f', 71), "err_invalid_params"), ("companyName", new string('c', 141), "err_invalid_params"),
            ("zip", new string('z', 51), "err_invalid_params"), ("city", new string('c', 71), "err_invalid_params"), ("address", new string('a', 141), "err_invalid_params"), ("mobile", new string('1', 51), "err_invalid_params"), ("l", "far too long", "err_invalid_params"),
        })
            foreach (var method in new[] { HttpMethod.Patch, HttpMethod.Put })
                Assert.Equal(code, await EngineClient.RefusalAsync(client.FormAsync(method, "/customer/K6", (name, value))));
        foreach (var (ct, code) in new[] { ("999", "err_no_such_ct"), ("x", "err_invalid_params") })
            Assert.Equal(code, await EngineClient.RefusalAsync(client.FormAsync(HttpMethod.Patch, "/customer/K6", ("ct", ct), ("lastname", "No"))));

        Assert.Equal("Six", Text(await client.GetAsync("/customer/K6"), "lastname"));
        Assert.Equal("err_not_found", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, "/customer/" + new string('9', 5_000))));
    }

    [Fact]
    public async Task Who_has_agreements_or_payments_stays()
    {
        await client.GivenASignedMandate("K7");
        await client.BookAsync(EngineClient.Invoice("K8-1", 40m, "K8"));
        await client.TakenAsync(HttpMethod.Post, "/payment/link", ("title", "T"), ("amount", "5"), ("customerNumber", "K9"));
        await client.InviteAsync("K10");

        foreach (var number in new[] { "K7", "K8", "K9" }) Assert.Equal("err_remove_stale", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Delete, "/customer/" + number)));
        await EngineHost.SetWebhookAsync(app.Engine, app.Access.CreditorId, "http://127.0.0.1:9/hook", CancellationToken.None);
        await client.DoneAsync(HttpMethod.Delete, "/customer/K10"); // an invitation goes with him
        Assert.Contains("event=Invite", Assert.Single(await app.ReadEngineAsync(db => db.Deliveries.Select(d => d.Query).ToListAsync())));
        Assert.Equal(0, (await client.GetAsync("/mandate/query?customerNumber=K10")).GetProperty("Contracts").GetArrayLength());
    }

    private static string? Text(JsonElement entry, string name) => entry.GetProperty(name).GetString();
}
