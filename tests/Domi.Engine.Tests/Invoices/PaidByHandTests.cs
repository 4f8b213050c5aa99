using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Invoices;

public sealed class PaidByHandTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly EngineClient client = new(app);

    [Fact]
    public async Task Said_twice_and_in_both_ways_an_invoice_is_paid_by_hand_once()
    {
        await client.BookAsync(EngineClient.Invoice("HAND-1", 40m, "H1"));

        for (var i = 0; i < 2; i++)
        {
            using var action = await client.FormAsync("/invoice/HAND-1/action", ("type", "manualPayment"));
            Assert.Equal(HttpStatusCode.NoContent, action.StatusCode);
            using var state = await client.SendAsync(HttpMethod.Put, "/invoice/HAND-1", new FormUrlEncodedContent([new("state", "paid")]));
            Assert.Equal(HttpStatusCode.OK, state.StatusCode);
        }

        Assert.Equal("PAID", (await client.GetAsync("/invoice/HAND-1")).GetProperty("state").GetString());
        Assert.Equal(40m, (await app.ReadEngineAsync(db => db.InvoicePayments.SingleAsync())).Amount);
    }
}
