using System.Net.Http.Json;
using System.Text.Json;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Invoices;

public sealed class CreateInvoiceTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly EngineClient client = new(app);

    [Fact]
    public async Task An_invoice_is_booked_under_its_id_and_gets_a_payment_page()
    {
        var id = Guid.CreateVersion7();

        var booked = await client.BookAsync(EngineClient.Invoice("A-1", 121.00m, "C1", id: id));

        Assert.Equal(id, booked.GetProperty("id").GetGuid());
        Assert.Equal("BOOKED", booked.GetProperty("state").GetString());
        Assert.Equal(121.00m, booked.GetProperty("amount").GetDecimal());
        Assert.StartsWith(app.EngineHttp.BaseAddress + "pay/", booked.GetProperty("url").GetString());
        Assert.False(booked.GetProperty("manual").GetBoolean());
    }

    [Fact]
    public async Task A_known_number_answers_the_existing_invoice_whatever_else_is_said()
    {
        var first = await client.BookAsync(EngineClient.Invoice("A-2", 50m, "C1"));

        var second = await client.BookAsync(EngineClient.Invoice("A-2", 99m, "C2"));

        Assert.Equal(first.GetProperty("id").GetString(), second.GetProperty("id").GetString());
        Assert.Equal(50m, second.GetProperty("amount").GetDecimal());
        Assert.Equal(first.GetProperty("url").GetString(), second.GetProperty("url").GetString());
    }

    [Fact]
    public async Task A_known_id_with_another_number_makes_a_new_invoice_under_a_new_id()
    {
        var id = Guid.CreateVersion7();
        await client.BookAsync(EngineClient.Invoice("A-3", 50m, "C1", id: id));

        var second = await client.BookAsync(EngineClient.Invoice("A-4", 50m, "C1", id: id));

        Assert.NotEqual(id, second.GetProperty("id").GetGuid());
        Assert.Equal("A-4", second.GetProperty("number").GetString());
    }

    [Fact]
    public async Task Sixteen_at_once_with_one_number_make_one_invoice()
    {
        await client.LogInAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => client.BookAsync(EngineClient.Invoice("A-5", 40m, "C-NEW")))));

        Assert.Single(answers.Select(a => a.GetProperty("id").GetString()).Distinct());
        Assert.Equal(1, await app.ReadEngineAsync(db => db.Invoices.CountAsync(i => i.Number == "A-5")));
        Assert.Equal(1, await app.ReadEngineAsync(db => db.Customers.CountAsync(c => c.CustomerNumber == "C-NEW")));
    }

    [Theory]
    [InlineData("number", "", "err_missing_params")]
    [InlineData("amount", "", "err_missing_params")]
    [InlineData("amount", "12,3x", "err_invalid_amount")]
    [InlineData("amount", "1e400", "err_invalid_amount")]
    [InlineData("duedate", "31/12/2026", "err_invalid_date")]
    [InlineData("ct", "77", "err_no_such_ct")]
    [InlineData("id", "not-a-uuid", "err_invalid_params")]
    [InlineData("pdf", "bm8gcGRm", "invalid_file")]
    [InlineData("redirectUrl", "javascript:alert(1)", "err_invalid_params")]
    public async Task Bad_input_is_refused_in_the_dialect_and_saves_nothing(string field, string value, string code)
    {
        var invoice = EngineClient.Invoice("BAD-" + field + value.Length, 10m, "C1");
        invoice[field] = value;

        using var answer = await client.PostInvoiceAsync(invoice);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(code, answer.Headers.GetValues("ApiError").Single());
        Assert.Equal(code, answer.Headers.GetValues("ApiErrorCode").Single());
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(code, body.GetProperty("code").GetString());
        Assert.NotEqual("", body.GetProperty("message").GetString());
        Assert.Equal(0, await app.ReadEngineAsync(db => db.Invoices.CountAsync(i => i.Number.StartsWith("BAD-"))));
    }

    [Fact]
    public async Task Numbers_may_be_strings_and_lines_may_come_as_an_object_of_numbers()
    {
        var invoice = EngineClient.Invoice("A-6", 0m, "C1");
        invoice["amount"] = "100.0";
        invoice["ct"] = "1";
        invoice["manual"] = "null";
        invoice["lines"] = JsonSerializer.SerializeToNode(new Dictionary<string, object>
        {
            ["0"] = new { quantity = "1", unitprice = "41.32", vatsum = 8.68 },
            ["1"] = new { quantity = 2, unitprice = 20.66, vatsum = "8.68" },
        });

        var booked = await client.BookAsync(invoice);

        Assert.Equal(100m, booked.GetProperty("amount").GetDecimal());
    }

    [Fact]
    public async Task Lines_that_do_not_add_up_are_refused_with_both_figures()
    {
        var invoice = EngineClient.Invoice("A-7", 100m, "C1");
        invoice["lines"] = JsonSerializer.SerializeToNode(new[] { new { quantity = 1, unitprice = 10m, vatsum = 2.1m } });

        using var answer = await client.PostInvoiceAsync(invoice);

        Assert.Equal("err_invalid_amount", answer.Headers.GetValues("ApiError").Single());
        Assert.Contains("12.1", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Nothing_is_answered_without_a_session()
    {
        using var answer = await app.EngineHttp.PostAsJsonAsync("/api/creditor/invoice/", EngineClient.Invoice("A-8", 1m, "C1"));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("err_no_login", answer.Headers.GetValues("ApiError").Single());
    }

    [Fact]
    public async Task A_zero_amount_is_paid_at_once_and_an_old_due_date_is_expired()
    {
        var free = await client.BookAsync(EngineClient.Invoice("A-9", 0m, "C1"));
        var old = await client.BookAsync(EngineClient.Invoice("A-10", 10m, "C1", due: "2021-01-31"));

        Assert.Equal("PAID", free.GetProperty("state").GetString());
        Assert.Equal("EXPIRED", old.GetProperty("state").GetString());
    }
}
