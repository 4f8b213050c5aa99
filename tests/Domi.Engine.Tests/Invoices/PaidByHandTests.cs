using System.Net.Http.Json;
using Domi.Engine.Invoices;
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
        Assert.Equal(40m, (await PaymentOf("HAND-1")).Amount);
    }

    [Fact]
    public async Task The_day_on_which_it_was_paid_is_the_payments()
    {
        await client.BookAsync(EngineClient.Invoice("HAND-2", 40m, "H1"));

        foreach (var day in new[] { "zz", "2026-02-30", "2099-01-01" })
            Assert.Equal("err_invalid_date", await EngineClient.RefusalAsync(client.FormAsync("/invoice/HAND-2/action", ("type", "manualPayment"), ("date", day))));
        Assert.Equal("BOOKED", (await client.GetAsync("/invoice/HAND-2")).GetProperty("state").GetString());
        (await client.FormAsync("/invoice/HAND-2/action", ("type", "manualPayment"), ("date", "2026-03-02"))).Dispose();

        Assert.Equal(new DateTimeOffset(2026, 3, 2, 11, 0, 0, TimeSpan.Zero), (await PaymentOf("HAND-2")).OccurredAt);
    }

    [Fact]
    public async Task What_failed_of_its_collections_is_settled_in_both_ways_of_saying_it()
    {
        await client.GivenASignedMandate("H4");
        foreach (var number in new[] { "HAND-4", "HAND-5" }) await client.BookAsync(EngineClient.Invoice(number, 12m, "H4", due: "2026-03-20")); // 12 euro: refused for good
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(14));
        Assert.Equal("ERROR ERROR", await StatesAsync());

        (await client.FormAsync("/invoice/HAND-4/action", ("type", "manualPayment"))).Dispose();
        using var state = await client.SendAsync(HttpMethod.Put, "/invoice/HAND-5", new FormUrlEncodedContent([new("state", "paid")]));

        Assert.Equal("PAID PAID", await StatesAsync());
        var told = (await client.FeedAsync("/transaction", "Entries")).Last(e => e.GetProperty("ref").GetString() == "HAND-5");
        Assert.Equal("PAID", told.GetProperty("state").GetString());

        async Task<string> StatesAsync() => string.Join(' ', (await app.ReadEngineAsync(db => db.DirectDebits.AsNoTracking()
            .Where(d => !d.IsSuperseded && db.Invoices.Any(i => i.Id == d.InvoiceId && (i.Number == "HAND-4" || i.Number == "HAND-5"))).ToListAsync())).Select(d => d.WireState));
    }

    [Fact]
    public async Task A_negative_part_that_was_paid_before_is_no_amount()
    {
        var invoice = EngineClient.Invoice("HAND-3", 40m, "H1");
        invoice["paidamount"] = -4;

        Assert.Equal("err_invalid_amount", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Post, "/invoice", JsonContent.Create(invoice))));
    }

    private Task<InvoicePayment> PaymentOf(string number) => app.ReadEngineAsync(db => db.InvoicePayments.SingleAsync(p => db.Invoices.Any(i => i.Id == p.InvoiceId && i.Number == number)));
}
