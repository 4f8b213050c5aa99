using System.Text.Json.Nodes;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Customers;

public sealed class FindOrCreateTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly EngineClient client = new(app);

    [Fact]
    public async Task Sixteen_at_once_who_are_known_by_one_address_are_one_customer()
    {
        await client.LogInAsync();

        await Task.WhenAll(Enumerable.Range(0, 16).Select(n => Task.Run(() => BookAsync("MAIL-" + n, new() { ["email"] = n % 2 == 0 ? "only@example.org" : "Only@Example.ORG" }))));

        Assert.Equal(1, await app.ReadEngineAsync(db => db.Customers.CountAsync(c => c.EmailKey == "only@example.org")));
        Assert.Equal(16, await app.ReadEngineAsync(db => db.Invoices.CountAsync(i => i.Number.StartsWith("MAIL-"))));
    }

    [Fact]
    public async Task Who_was_known_by_an_address_gets_his_first_number_and_no_second_self()
    {
        await BookAsync("FIRST-1", new() { ["email"] = "first@example.org", ["lastname"] = "Peeters" });
        await BookAsync("FIRST-2", new() { ["email"] = "FIRST@example.org", ["customerNumber"] = "N-1" });
        await BookAsync("FIRST-3", new() { ["customerNumber"] = "N-1" });
        await BookAsync("FIRST-4", new() { ["email"] = "first@example.org" });

        var customer = await app.ReadEngineAsync(db => db.Customers.SingleAsync(c => c.EmailKey == "first@example.org"));
        Assert.Equal(("N-1", "Peeters"), (customer.CustomerNumber, customer.LastName));
        Assert.Equal(4, await app.ReadEngineAsync(db => db.Invoices.CountAsync(i => i.CustomerId == customer.Id)));
    }

    [Fact]
    public async Task Two_numbers_with_one_address_are_two_customers()
    {
        await BookAsync("PAIR-1", new() { ["email"] = "pair@example.org", ["customerNumber"] = "P-1" });
        await BookAsync("PAIR-2", new() { ["email"] = "pair@example.org", ["customerNumber"] = "P-2" });

        Assert.Equal(2, await app.ReadEngineAsync(db => db.Customers.CountAsync(c => c.EmailKey == "pair@example.org")));
    }

    [Theory]
    [InlineData("+31612345678", "+31612345678")]
    [InlineData(" 31612345678", "+31612345678")] // what a plus becomes that was not escaped
    [InlineData(" 32470123456", "+32470123456")]
    [InlineData("32470123456", "+32470123456")]
    [InlineData("0470 12 34 56", "0470 12 34 56")]
    public async Task A_telephone_number_keeps_its_plus(string sent, string kept)
    {
        var number = "TEL-" + Uri.EscapeDataString(sent);
        (await client.FormAsync("/invite", ("ct", "1"), ("customerNumber", number), ("mobile", sent))).Dispose();

        Assert.Equal(kept, await app.ReadEngineAsync(db => db.Customers.Where(c => c.CustomerNumber == number).Select(c => c.Mobile).SingleAsync()));
    }

    [Fact]
    public async Task The_language_of_a_block_has_three_names()
    {
        foreach (var name in new[] { "l", "lang", "language" }) await BookAsync("LANG-" + name, new() { ["customerNumber"] = "LANG-" + name, [name] = "fr_BE" });

        Assert.Equal(3, await app.ReadEngineAsync(db => db.Customers.CountAsync(c => c.CustomerNumber!.StartsWith("LANG-") && c.Language == "fr")));
    }

    private async Task BookAsync(string number, JsonObject customer)
    {
        var invoice = EngineClient.Invoice(number, 10m, "X");
        invoice["customer"] = customer;
        await client.BookAsync(invoice);
    }
}
