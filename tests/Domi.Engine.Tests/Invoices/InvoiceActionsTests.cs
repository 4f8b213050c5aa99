using System.Globalization;
using System.Text.Json;
using Domi.Engine.DirectDebits;
using Domi.Engine.Tests.Pages;
using Domi.Platform;
using Domi.Standards;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Invoices;

public sealed class InvoiceActionsTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly EngineClient client = new(app);
    private readonly Debtor debtor = new(app);

    [Fact]
    public async Task A_text_message_has_the_way_to_the_page_and_a_reminder_counts()
    {
        var page = await BookAsync("IA1", 100m, "+32470110011");
        await ActAsync("IA1", ("type", "SMS"));
        await ActAsync("IA1", ("type", "smsreminder"));

        var texts = await app.ReadEngineAsync(db => db.Mails.AsNoTracking().Where(m => m.Purpose == "sms" && m.Subject.Contains("+32470110011")).ToListAsync());
        Assert.Equal(2, texts.Count);
        Assert.All(texts, t => Assert.Contains(page, t.Text));
        Assert.Equal(1, await LevelAsync("IA1"));
        Assert.Equal(2, (await client.FeedAsync("/invoice", "Invoices")).Count(i => Text(i, "number") == "IA1"));

        await BookAsync("IA1-2", 100m);
        foreach (var type in new[] { "sms", "smsreminder" }) Assert.Equal("err_missing_params", await RefusedAsync("IA1-2", ("type", type)));
        Assert.Equal(0, await LevelAsync("IA1-2"));
        await ActAsync("IA1", ("type", "manualPayment"));
        foreach (var type in new[] { "sms", "smsreminder", "email", "reminder" }) Assert.Equal("err_invalid_state", await RefusedAsync("IA1", ("type", type)));
    }

    [Fact]
    public async Task What_needs_somebody_outside_or_is_no_action_is_refused()
    {
        await BookAsync("IA2", 100m);

        foreach (var type in new[] { "peppol", "letter", "Peppol" }) Assert.Equal("err_no_integration", await RefusedAsync("IA2", ("type", type)));
        foreach (var (form, code) in new[]
        {
            ("", "err_missing_params"), ("type=explode", "err_invalid_params"), ("type=refund", "err_msg_missing"), ("type=refund&message=x&amount=ten", "err_invalid_amount"), ("type=refund&message=漢字", "err_invalid_sepachars"),
            ("type=manualPayment&date=2200-01-01", "err_invalid_date"), ("type=manualPayment&date=soon", "err_invalid_date"), ("type=manualPayment&amount=40", "err_invalid_amount"),
            ("type=paymentplan", "err_missing_params"), ("type=paymentplan&initialAmount=0&recurringAmount=5", "err_invalid_amount"), ("type=paymentplan&initialAmount=40&recurringAmount=-5", "err_invalid_amount"),
            ("type=paymentplan&initialAmount=40&recurringAmount=30&terms=0&mndtId=x&remittance=x", "err_invalid_params"), ("type=paymentplan&initialAmount=40&recurringAmount=30&terms=121&mndtId=x&remittance=x", "err_invalid_params"),
            ("type=paymentplan&initialAmount=40&recurringAmount=30&terms=2&remittance=x", "err_missing_params"), ("type=paymentplan&initialAmount=40&recurringAmount=30&terms=2&mndtId=NONE", "err_missing_params"),
            ("type=paymentplan&initialAmount=40&recurringAmount=30&terms=2&mndtId=NONE&remittance=x", "err_no_contract"), ("type=paymentplan&initialAmount=40&recurringAmount=30&terms=1&mndtId=NONE&remittance=x", "err_invalid_amount"),
            ("type=paymentplan&initialAmount=40&recurringAmount=30&terms=3&mndtId=NONE&remittance=x", "err_invalid_amount"),
        })
        {
            var answered = await RefusedAsync("IA2", [.. form.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(f => f.Split('=')).Select(f => (f[0], f[1]))]);
            Assert.True(code == answered, $"{form}: {answered}");
        }

        Assert.Equal("err_not_found", await RefusedAsync("NONE", ("type", "email")));
        Assert.Equal(("BOOKED", 100m), await StateAsync("IA2"));
    }

    [Fact]
    public async Task What_was_never_collected_is_offered_once_there_is_a_mandate()
    {
        await BookAsync("IA3", 100m);
        Assert.Equal("err_no_contract", await RefusedAsync("IA3", ("type", "reoffer")));
        var mandate = await client.GivenASignedMandate("C-IA3");

        for (var i = 0; i < 2; i++) await ActAsync("IA3", ("type", "reoffer"));
        await client.DoneAsync(HttpMethod.Patch, "/invoice/IA3/reoffer");

        Assert.Equal("PENDING", (await StateAsync("IA3")).State);
        Assert.Equal(100m, Assert.Single((await client.GetAsync("/transaction/detail?mndtId=" + mandate)).GetProperty("Entries").EnumerateArray()).GetProperty("amount").GetDecimal());
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(40));
        Assert.Equal(("PAID", 0m), await StateAsync("IA3"));
        Assert.Equal("err_invalid_state", await RefusedAsync("IA3", ("type", "reoffer")));
    }

    [Fact]
    public async Task What_failed_is_offered_again()
    {
        await client.GivenASignedMandate("C-IA4");
        await BookAsync("IA4", 12m); // the customer refuses
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(40));
        Assert.Equal(("EXPIRED", 12m), await StateAsync("IA4"));

        await ActAsync("IA4", ("type", "reoffer"));

        Assert.Equal("PENDING", (await StateAsync("IA4")).State);
        Assert.Equal([1, 2], await app.ReadEngineAsync(db => db.DirectDebits.Where(d => d.Ref == "IA4").OrderBy(d => d.Attempt).Select(d => d.Attempt).ToListAsync()));
    }

    [Fact]
    public async Task A_collection_is_given_back_by_a_transfer_once_that_is_booked()
    {
        await app.ChangeCreditorAsync(c => c.Account = Iban.Parse("BE68539007547034"));
        await client.GivenASignedMandate("C-IA5", ("iban", "BE91001732641076"), ("firstname", "An"));
        await BookAsync("IA5", 100m);
        Assert.Equal("err_invalid_state", await RefusedAsync("IA5", ("type", "refund"), ("message", "Sorry")));
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(40));

        foreach (var amount in new[] { "0", "-1", "100.01" }) Assert.Equal("err_invalid_amount", await RefusedAsync("IA5", ("type", "refund"), ("message", "Sorry"), ("amount", amount)));
        await ActAsync("IA5", ("type", "refund"), ("message", "Désolé"), ("amount", "30"));
        Assert.Equal("err_fail_refund", await RefusedAsync("IA5", ("type", "refund"), ("message", "Sorry"), ("amount", "30")));
        Assert.Equal("err_invalid_amount", await RefusedAsync("IA5", ("type", "refund"), ("message", "Sorry"))); // all of it, while a part is on its way
        Assert.Equal(("PAID", 0m), await StateAsync("IA5"));
        await client.TakenAsync(HttpMethod.Post, "/transfer/complete", ("ct", "1"));
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(5));

        Assert.Equal(("EXPIRED", 30m), await StateAsync("IA5"));
        var transfer = Assert.Single(await client.FeedAsync("/transfer", "Entries"), t => Text(t, "ref") == "IA5");
        Assert.Equal(("BE91001732641076", 30m, "Desole"), (Text(transfer, "iban"), transfer.GetProperty("amount").GetDecimal(), Text(transfer, "msg")));
        var told = Assert.Single(await client.FeedAsync("/invoice/payment/feed", "Payments"), p => Text(p, "eventType") == "refund" && Text(p.GetProperty("origin"), "number") == "IA5").GetProperty("details");
        Assert.Equal(("direct_debit", Text(transfer, "id")), (Text(told, "source"), Text(told, "refundE2e")));
    }

    [Fact]
    public async Task A_payment_on_the_page_is_given_back_through_its_provider_at_once()
    {
        var page = await BookAsync("IA6", 100m);
        var go = await debtor.SubmitAsync(page + "?handler=pay", ("nonce", await debtor.NonceAsync(page)), ("method", "card"));
        await debtor.SubmitAsync("/simulator/" + go[(go.LastIndexOf('/') + 1)..], ("outcome", "approve"));
        Assert.Equal(("PAID", 0m), await StateAsync("IA6"));

        await ActAsync("IA6", ("type", "refund"), ("message", "A part"), ("amount", "40"));
        Assert.Equal(("BOOKED", 40m), await StateAsync("IA6"));
        Assert.Equal("err_fail_integration", await RefusedAsync("IA6", ("type", "refund"), ("message", "Again"), ("amount", "40")));
        await ActAsync("IA6", ("type", "refund"), ("message", "The rest"));
        Assert.Equal(("BOOKED", 100m), await StateAsync("IA6"));
        Assert.Equal("err_invalid_state", await RefusedAsync("IA6", ("type", "refund"), ("message", "More")));
        Assert.Equal([40m, 60m], (await app.ReadEngineAsync(db => db.LinkRefunds.Select(r => r.Amount).ToListAsync())).Order());
    }

    [Fact]
    public async Task What_was_paid_by_hand_cannot_be_taken_back()
    {
        await BookAsync("IA7", 100m);
        await ActAsync("IA7", ("type", "manualPayment"), ("date", app.Now().BrusselsDate().ToString("O", CultureInfo.InvariantCulture)));

        Assert.Equal("err_provide_account", await RefusedAsync("IA7", ("type", "refund"), ("message", "Sorry")));
        Assert.Equal(("PAID", 0m), await StateAsync("IA7"));
    }

    [Fact]
    public async Task A_payment_plan_pays_to_the_last_cent_and_no_more()
    {
        var number = new string('N', 70);
        await BookAsync(number, 115m, customer: "C-IA8");
        var mandate = await client.GivenASignedMandate("C-IA8");
        Assert.Equal("err_no_contract", await RefusedAsync(number, [.. Plan(await client.GivenASignedMandate("C-IA8-NEIGHBOUR"))]));
        await ActAsync(number, [.. Plan(mandate)]);
        Assert.Equal("PENDING", (await StateAsync(number)).State);
        Assert.Equal("err_invalid_state", await RefusedAsync(number, [.. Plan(mandate)])); // one plan at a time
        var begun = app.Now();

        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(20));
        Assert.Equal(("PENDING", 75m), await StateAsync(number));
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(31));
        Assert.Equal(("PENDING", 35m), await StateAsync(number));
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(31));
        Assert.Equal(("PAID", 0m), await StateAsync(number));
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(62));

        var debits = await app.ReadEngineAsync(db => db.DirectDebits.AsNoTracking().Where(d => db.Mandates.Any(m => m.Id == d.MandateId && m.Reference == mandate)).OrderBy(d => d.RequestedOn).ToListAsync());
        Assert.Equal([40m, 40m, 35m], debits.Select(d => d.Amount));
        Assert.All(debits, d => Assert.Equal((DirectDebitState.Paid, "In three parts"), (d.State, d.Message)));
        Assert.True(debits[1].RequestedOn >= begun.BrusselsDate().AddMonths(1));
        Assert.Equal("closed", Text(await client.GetAsync($"/subscription/{mandate}/PLAN{number[..66]}"), "state"));
    }

    [Fact]
    public async Task What_is_paid_meanwhile_ends_its_plan()
    {
        await BookAsync("IA9", 115m);
        var mandate = await client.GivenASignedMandate("C-IA9");
        var (prepared, _) = await client.InviteAsync("C-IA9");
        Assert.Equal("err_invalid_state", await RefusedAsync("IA9", [.. Plan(prepared)]));
        await ActAsync("IA9", [.. Plan(mandate)]);
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(10));
        Assert.Equal(("PENDING", 75m), await StateAsync("IA9"));

        using (var paid = await client.SendAsync(HttpMethod.Post, "/reporting", new StringContent("twikey:BE68539007547034 name;msg;amount\nAn;IA9;7500", System.Text.Encoding.UTF8, "text/plain"))) Assert.Equal(HttpStatusCode.NoContent, paid.StatusCode);
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(60));

        Assert.Equal(("PAID", 0m), await StateAsync("IA9"));
        Assert.Equal(1, await app.ReadEngineAsync(db => db.DirectDebits.CountAsync(d => db.Mandates.Any(m => m.Id == d.MandateId && m.Reference == mandate))));
    }

    private static IEnumerable<(string, string)> Plan(string mandate) => [("type", "paymentplan"), ("initialAmount", "40"), ("recurringAmount", "40"), ("terms", "2"), ("mndtId", mandate.ToLowerInvariant()), ("remittance", "In three parts")];

    private async Task<string> BookAsync(string number, decimal amount, string? mobile = null, string? customer = null)
    {
        var invoice = EngineClient.Invoice(number, amount, customer ?? "C-" + number, due: app.Now().BrusselsDate().AddDays(16).ToString("O", CultureInfo.InvariantCulture));
        if (mobile is not null) invoice["customer"]!["mobile"] = mobile;
        return new Uri(Text(await client.BookAsync(invoice), "url")).AbsolutePath;
    }

    private Task ActAsync(string number, params (string, string)[] form) => client.DoneAsync(HttpMethod.Post, $"/invoice/{number}/action", form);

    private Task<string> RefusedAsync(string number, params (string, string)[] form) => EngineClient.RefusalAsync(client.FormAsync($"/invoice/{number}/action", form));

    private async Task<int> LevelAsync(string number) => (await client.GetAsync($"/invoice/{number}?include=meta")).GetProperty("meta").GetProperty("reminderLevel").GetInt32();

    private Task<(string State, decimal Open)> StateAsync(string number) => app.ReadEngineAsync(async db => await db.Invoices.AsNoTracking().SingleAsync(i => i.Number == number) is var invoice ? (invoice.WireState, invoice.Open) : default);

    private static string Text(JsonElement entry, string name) => entry.GetProperty(name).GetString()!;
}
