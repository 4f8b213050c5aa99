using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Wire;

/// <summary>Addresses that clients and debtors make up from what they know.</summary>
public sealed class AddressesTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly EngineClient client = new(app);

    [Fact]
    public async Task Merchant_and_invoice_lead_to_the_page_and_so_do_communication_and_number()
    {
        var invoice = await client.BookAsync(EngineClient.Invoice("ADR-1", 40m, "A1"));
        var page = new Uri(invoice.GetProperty("url").GetString()!).AbsolutePath;

        Assert.Equal(page, await LeadsToAsync($"/{app.Access.MerchantId}/{invoice.GetProperty("id").GetString()}"));
        Assert.Equal(page, await LeadsToAsync("/invoice?r=" + Uri.EscapeDataString("+++090/9337/55493+++") + "&i=ADR-1"));
        foreach (var wrong in new[] { $"/9999/{invoice.GetProperty("id").GetString()}", $"/{app.Access.MerchantId}/{Guid.CreateVersion7()}" })
        {
            using var answer = await app.EngineHttp.GetAsync(wrong);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("?r=090933755493&i=NOBODY")]
    [InlineData("?r=1&i=%00")]
    public async Task Who_knows_only_a_part_gets_the_form(string query)
    {
        using var answer = await app.EngineHttp.GetAsync("/invoice" + query);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("name=\"r\"", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("%2500")]
    [InlineData("a%252Fb")]
    [InlineData("%25ED%25A0%2580")]
    public async Task An_address_is_decoded_once_under_both_roots(string id)
    {
        var token = await client.LogInAsync();
        foreach (var root in new[] { "/creditor", "/api/creditor" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{root}/invoice/{id}");
            request.Headers.TryAddWithoutValidation("Authorization", token);
            using var answer = await app.EngineHttp.SendAsync(request);
            Assert.Equal((HttpStatusCode.BadRequest, "err_not_found"), (answer.StatusCode, answer.Headers.GetValues("ApiErrorCode").Single()));
        }
    }

    [Fact]
    public async Task A_slash_in_a_number_leads_to_what_has_it()
    {
        await client.TakenAsync(HttpMethod.Post, "/sign", ("method", "import"), ("ct", "1"), ("iban", "BE68539007547034"), ("customerNumber", "K/77"), ("email", "k77@example.org"), ("firstname", "K"), ("lastname", "77"), ("mandateNumber", "M/77"));
        await client.TakenAsync(HttpMethod.Post, "/subscription", ("mndtId", "M/77"), ("message", "Fee"), ("amount", "5"), ("recurrence", "1m"), ("start", "2199-01-01"), ("ref", "2026/17"));

        Assert.Equal("2026/17", (await client.GetAsync("/subscription/M%2F77/2026%2F17")).GetProperty("ref").GetString());
        await client.DoneAsync(HttpMethod.Post, "/subscription/M%2f77/2026%2f17/suspend");
        await client.TakenAsync(HttpMethod.Put, "/customer/K%2F77", ("firstname", "Known"), ("lastname", "77"));
        Assert.Equal(("Known", 1), await app.ReadEngineAsync(async db => ((await db.Customers.SingleAsync(c => c.CustomerNumber == "K/77")).FirstName!, await db.Customers.CountAsync(c => c.CustomerNumber!.Contains("77")))));
        await client.DoneAsync(HttpMethod.Post, "/mandate/M%2F77/action", ("type", "reminder"), ("reminder", "1"));
    }

    [Fact]
    public async Task A_number_that_an_address_takes_for_a_way_up_is_refused_and_nobody_is_logged_out()
    {
        foreach (var number in new[] { ".", ".." })
        {
            using var answer = await client.PostInvoiceAsync(EngineClient.Invoice(number, 10m, "DOTS"));
            Assert.Equal((HttpStatusCode.BadRequest, "err_invalid_params"), (answer.StatusCode, answer.Headers.GetValues("ApiErrorCode").Single()));
        }
    }

    [Fact]
    public async Task What_a_feed_is_asked_for_in_a_header_that_is_too_long_is_refused_and_not_left_out()
    {
        foreach (var (name, value) in new[] { ("X-RESUME-AFTER", new string('1', 2000)), ("X-TYPES", string.Concat(Enumerable.Repeat("A,", 1000))) })
        {
            using var answer = await client.SendAsync(HttpMethod.Get, "/mandate", null, (name, value));
            Assert.Equal((HttpStatusCode.BadRequest, "err_invalid_params"), (answer.StatusCode, answer.Headers.GetValues("ApiErrorCode").Single()));
        }
    }

    [Fact]
    public async Task A_method_that_is_not_there_is_told_which_ones_are()
    {
        using var answer = await client.SendAsync(HttpMethod.Delete, "/template");

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Contains("GET", answer.Content.Headers.Allow);
    }

    private async Task<string?> LeadsToAsync(string path)
    {
        using var answer = await app.EngineHttp.GetAsync(path);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return answer.Headers.Location!.OriginalString;
    }
}
