using Domi.Testing;

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

    private async Task<string?> LeadsToAsync(string path)
    {
        using var answer = await app.EngineHttp.GetAsync(path);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return answer.Headers.Location!.OriginalString;
    }
}
