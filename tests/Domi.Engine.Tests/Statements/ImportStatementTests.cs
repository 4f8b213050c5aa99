using System.Globalization;
using System.Text;
using System.Text.Json;
using Domi.Platform;
using Domi.Standards;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Statements;

public sealed class ImportStatementTests(AppFixture app) : IClassFixture<AppFixture>
{
    private const string Head = "twikey:BE68539007547034 name;msg;amount;date;iban;bic\n";

    private readonly EngineClient client = new(app);

    [Fact]
    public async Task Columns_stand_behind_the_account_or_on_a_line_of_their_own_in_any_order()
    {
        var (first, second) = (await BookAsync("ST1-1", 100m, 1), await BookAsync("ST1-2", 55.1m, 2));

        await TakeAsync($"\uFEFFTwikey:BE68539007547034 name;msg;amount\r\nAn Peeters;{first};10000\r\n\r\n");
        await TakeAsync($"twikey:BE68539007547034\nName; IBAN ;bic;Msg;amount\nÉlise;BE91 0017 3264 1076;GKCCBEBB;{second.Replace("+", "")};5510\n");

        Assert.Equal((("PAID", 0m), ("PAID", 0m)), (await StateAsync("ST1-1"), await StateAsync("ST1-2")));
        var told = (await client.FeedAsync("/reporting", "Statements")).Single(s => s.GetProperty("invoice").GetString() == "ST1-2");
        Assert.Equal(("BE68539007547034", "Élise", "BE91001732641076", "GKCCBEBB", 55.1m, app.Now().BrusselsDate().ToString("O", CultureInfo.InvariantCulture)),
            (Text(told, "account"), Text(told, "name"), Text(told, "iban"), Text(told, "bic"), told.GetProperty("amount").GetDecimal(), Text(told, "date")));
        var payment = (await client.GetAsync("/invoice/ST1-2?include=lastpayment")).GetProperty("lastpayment")[0];
        Assert.Equal(("transfer", "payment"), (Text(payment, "method"), Text(payment, "action")));
        var events = (await client.FeedAsync("/invoice/payment/feed", "Payments")).ToLookup(p => Text(p.GetProperty("origin"), "number"));
        Assert.Equal((null, "BE91001732641076"), (events["ST1-1"].Single().GetProperty("details").GetProperty("customerIban").GetString(), events["ST1-2"].Single().GetProperty("details").GetProperty("customerIban").GetString()));
        Assert.All(events["ST1-1"].Concat(events["ST1-2"]), e => Assert.Equal(("bank", JsonValueKind.Null), (Text(e.GetProperty("gateway"), "type"), e.GetProperty("details").GetProperty("refundE2e").ValueKind)));
    }

    [Fact]
    public async Task Only_communication_and_amount_together_pay()
    {
        var communication = await BookAsync("ST2", 100m, 3);

        await TakeAsync(Head + $"An;{communication};9999;;;\nAn;{communication};10001;;;\nAn;{communication};-10000;;;\nAn;Thank you;10000;;;\nAn;;10000;;;\nAn;+++090/9337/55494+++;10000;;;");

        Assert.Equal(("BOOKED", 100m), await StateAsync("ST2"));
        Assert.Equal(6, await app.ReadEngineAsync(async db => (await db.StatementItems.ToListAsync()).Count(i => i.InvoiceId is null && i.Name == "An" && Math.Abs(i.Amount) is > 99m and < 101m)));
    }

    [Fact]
    public async Task A_free_text_and_the_number_are_communications_too()
    {
        var invoice = EngineClient.Invoice("ST3-1", 100m, "C-ST3", due: "2031-01-01");
        invoice["remittance"] = "Two chairs";
        await client.BookAsync(invoice);
        await BookAsync("ST3-2", 101m, 4, date: "2020-01-01");

        await TakeAsync(Head + "An;Two chairs;10000;;;\nAn;ST3-2;10100;;;");

        Assert.Equal((("PAID", 0m), ("PAID", 0m)), (await StateAsync("ST3-1"), await StateAsync("ST3-2")));
    }

    [Fact]
    public async Task Of_several_the_oldest_is_paid_and_none_older_than_six_months()
    {
        foreach (var (number, date) in new[] { ("ST4-1", "2026-03-10"), ("ST4-2", "2026-03-01"), ("ST4-3", "2025-08-01") }) await BookAsync(number, 100m, 5, date);
        var communication = StructuredCommunication.FromNumber(5).ToString();

        await TakeAsync(Head + $"An;{communication};10000;2026-03-17;;");
        Assert.Equal(("BOOKED", "PAID", "BOOKED"), ((await StateAsync("ST4-1")).State, (await StateAsync("ST4-2")).State, (await StateAsync("ST4-3")).State));
        await TakeAsync(Head + $"An;{communication};10000;2026-03-16;;");
        Assert.Equal(("PAID", "BOOKED"), ((await StateAsync("ST4-1")).State, (await StateAsync("ST4-3")).State));
    }

    [Fact]
    public async Task What_is_paid_twice_says_so_and_the_same_file_twice_is_one()
    {
        var communication = await BookAsync("ST5", 100m, 6);
        var file = Head + $"An;{communication};10000;2026-03-16;;\nAn;{communication};10000;2026-03-16;;";

        for (var i = 0; i < 2; i++) await TakeAsync(file);

        Assert.Equal(("PAID", -100m), await StateAsync("ST5"));
        var payments = (await client.GetAsync("/invoice/ST5?include=lastpayment")).GetProperty("lastpayment").EnumerateArray().ToList();
        Assert.Equal(2, payments.Count);
        Assert.Single(payments, p => p.TryGetProperty("double", out var twice) && twice.GetBoolean());
        Assert.Equal(2, (await client.FeedAsync("/reporting", "Statements")).Count(s => s.GetProperty("invoice").GetString() == "ST5"));
        Assert.Equal(2, (await client.FeedAsync("/invoice/payment/feed", "Payments")).Count(p => Text(p.GetProperty("origin"), "number") == "ST5"));
    }

    [Fact]
    public async Task A_file_without_days_is_one_on_whatever_day_it_comes_again_and_another_file_is_another_payment()
    {
        var communication = await BookAsync("ST7", 100m, 9);
        var file = "twikey:BE68539007547034 name;msg;amount\n" + $"An;{communication};10000\nAn;{communication};10000";

        await TakeAsync(file);
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(2));
        await TakeAsync("\uFEFF" + file.Replace("\n", "\r\n", StringComparison.Ordinal) + "\r\n");
        Assert.Equal(("PAID", -100m), await StateAsync("ST7")); // two alike in one file are two

        await TakeAsync(file + "\nBea;Thank you;500");
        Assert.Equal(("PAID", -300m), await StateAsync("ST7"));
    }

    [Fact]
    public async Task What_is_paid_by_transfer_is_not_collected_on_top()
    {
        var mandate = await client.GivenASignedMandate("C-ST6");
        var communication = await BookAsync("ST6", 100m, 7);
        Assert.Equal("PENDING", (await StateAsync("ST6")).State);

        await TakeAsync(Head + $"An;{communication};10000;;;");
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(1));

        Assert.Equal(("PAID", 0m), await StateAsync("ST6"));
        Assert.Equal(0, (await client.GetAsync("/transaction/detail?mndtId=" + mandate)).GetProperty("Entries").GetArrayLength());
    }

    [Theory]
    [InlineData("")]
    [InlineData("name;msg;amount\nAn;x;1")]
    [InlineData("twikey:\nname;msg;amount\n{good}")]
    [InlineData("twikey:BE00 name;msg;amount\n{good}")]
    [InlineData("twikey:BE68539007547034")]
    [InlineData("twikey:BE68539007547034\n{good}")]
    [InlineData("twikey:BE68539007547034 name;amount\nAn;10000")]
    [InlineData("twikey:BE68539007547034 name;msg\nAn;x")]
    [InlineData("twikey:BE68539007547034 name;msg;amount;colour\nAn;x;1;red")]
    [InlineData("twikey:BE68539007547034 name;msg;amount\n{good}\nAn;x")]
    [InlineData("twikey:BE68539007547034 name;msg;amount\n{good}\nAn;x;1;2")]
    [InlineData("twikey:BE68539007547034 name;msg;amount\n{good}\nAn;x;ten")]
    [InlineData("twikey:BE68539007547034 name;msg;amount\n{good}\nAn;x;10.50")]
    [InlineData("twikey:BE68539007547034 name;msg;amount\n{good}\nAn;x;")]
    [InlineData("twikey:BE68539007547034 name;msg;amount\n{good}\nAn;x;99999999999999999999")]
    [InlineData("twikey:BE68539007547034 name;msg;amount\n{good}\nAn;x;-9223372036854775808")]
    [InlineData("twikey:BE68539007547034 name;msg;amount\n{good}\nAn;a\0b;1")]
    [InlineData("twikey:BE68539007547034 name;msg;amount;iban\n{good};\nAn;x;1;BE00")]
    [InlineData("twikey:BE68539007547034 name;msg;amount;date\n{good};\nAn;x;1;soon")]
    [InlineData("twikey:BE68539007547034 name;msg;amount;date\n{good};\nAn;x;1;2026-02-30")]
    public async Task A_line_that_is_none_takes_nothing_of_its_file(string text) => await AssertNothingAsync(text);

    [Fact]
    public async Task What_is_too_long_or_no_text_takes_nothing()
    {
        foreach (var line in new[] { new string('n', 141) + ";x;1", "An;" + new string('m', 501) + ";1" }) await AssertNothingAsync("twikey:BE68539007547034 name;msg;amount\n{good}\n" + line);
        await AssertNothingAsync("twikey:BE68539007547034 name;msg;amount\n{good}\n" + string.Concat(Enumerable.Repeat("An;x;1\n", 20_000)));
        Assert.Equal("invalid_file", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Post, "/reporting", new ByteArrayContent(Encoding.Latin1.GetBytes("twikey:BE68539007547034 name;msg;amount\nÉlise;x;1")))));
        Assert.Equal("invalid_file", await EngineClient.RefusalAsync(client.FormAsync("/reporting", ("twikey:BE68539007547034 name;msg;amount", "x"))));

        await TakeAsync("twikey:BE68539007547034 name;msg;amount;date;iban\n" + $"{new string('n', 140)};{new string('m', 500)};99999999999;17/03/2026;\n");
    }

    private async Task AssertNothingAsync(string text)
    {
        var communication = await BookAsync("ST-NO", 100m, 8);
        var before = await app.ReadEngineAsync(db => db.StatementItems.CountAsync());

        Assert.Equal("invalid_file", await EngineClient.RefusalAsync(SendAsync(text.Replace("{good}", $"An;{communication};10000"))));
        Assert.Equal(before, await app.ReadEngineAsync(db => db.StatementItems.CountAsync()));
        Assert.Equal(("BOOKED", 100m), await StateAsync("ST-NO"));
    }

    private Task<HttpResponseMessage> SendAsync(string text) => client.SendAsync(HttpMethod.Post, "/reporting", new StringContent(text, Encoding.UTF8, "text/plain"));

    private async Task TakeAsync(string text)
    {
        using var answer = await SendAsync(text);
        Assert.True(answer.StatusCode is HttpStatusCode.NoContent, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Books an invoice; answers its communication, as it is printed.</summary>
    private async Task<string> BookAsync(string number, decimal amount, long communication, string date = "2026-03-17")
    {
        var invoice = EngineClient.Invoice(number, amount, "C-" + number, due: "2031-01-01");
        (invoice["remittance"], invoice["date"]) = (StructuredCommunication.FromNumber(communication).Value, date);
        await client.BookAsync(invoice);
        return StructuredCommunication.FromNumber(communication).ToString();
    }

    private Task<(string State, decimal Open)> StateAsync(string number) => app.ReadEngineAsync(async db => await db.Invoices.AsNoTracking().SingleAsync(i => i.Number == number) is var invoice ? (invoice.WireState, invoice.Open) : default);

    private static string Text(JsonElement entry, string name) => entry.GetProperty(name).GetString()!;
}
