using System.Text;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Invoices;

/// <summary>More comes in for an invoice than is open: it is the debtor's, and somebody is told.</summary>
public sealed class OverpaidTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly EngineClient client = new(app);

    [Fact]
    public async Task What_is_paid_while_the_bank_collects_it_is_too_much_and_somebody_is_told()
    {
        await client.GivenASignedMandate("OV1");
        var invoice = EngineClient.Invoice("OV1", 100m, "OV1");
        invoice["remittance"] = "Two chairs";
        await client.BookAsync(invoice);
        await client.TakenAsync(HttpMethod.Post, "/collect", ("ct", "1"), ("until", "2026-05-01"));
        await TransferAsync("Two chairs", 100);
        using var person = await Console.Person.OfAsync(app);
        var page = "/console/invoices/" + await app.ReadEngineAsync(db => db.Invoices.Where(i => i.Number == "OV1").Select(i => i.Id).SingleAsync());
        Assert.Equal(("PAID", 0m), await StateAsync("OV1"));
        Assert.Contains("A collection is still with the bank", await person.GetAsync(page));

        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(40));

        Assert.Equal(("PAID", 100m), await StateAsync("OV1"));
        var told = await client.GetAsync("/invoice/OV1?include=meta&include=lastpayment");
        Assert.Equal(100m, told.GetProperty("meta").GetProperty("overpaid").GetDecimal());
        Assert.Equal(("sdd", true), (told.GetProperty("lastpayment")[0].GetProperty("method").GetString(), told.GetProperty("lastpayment")[0].GetProperty("double").GetBoolean()));
        var html = await person.GetAsync(page);
        Assert.Contains("Paid twice", html);
        Assert.Contains("More than was open", html);
        var mail = await app.ReadEngineAsync(db => db.Mails.SingleAsync(m => m.Purpose == "paid_twice"));
        Assert.Contains("OV1", mail.Subject);

        using var refunded = await person.DoAsync(page + "?handler=Refund", ("amount", "100.00"), ("message", "Paid twice"), ("sure", "yes"));
        await app.ReadEngineAsync(async db =>
        {
            (await db.Creditors.SingleAsync()).Account = Domi.Standards.Iban.Parse("BE45734031872589");
            return await db.SaveChangesAsync();
        });
        await client.TakenAsync(HttpMethod.Post, "/transfer/complete", ("iban", "BE45734031872589"));
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(7));
        Assert.Equal(("PAID", 0m), await StateAsync("OV1"));
        Assert.DoesNotContain("too much", await person.GetAsync(page));
    }

    private async Task TransferAsync(string message, decimal amount)
    {
        using var answer = await client.SendAsync(HttpMethod.Post, "/reporting", new StringContent($"twikey:BE68539007547034 name;msg;amount\nAn;{message};{amount * 100:0}", Encoding.UTF8, "text/plain"));
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    private Task<(string State, decimal Overpaid)> StateAsync(string number) => app.ReadEngineAsync(async db => await db.Invoices.AsNoTracking().SingleAsync(i => i.Number == number) is var invoice ? (invoice.WireState, invoice.Overpaid) : default);
}
