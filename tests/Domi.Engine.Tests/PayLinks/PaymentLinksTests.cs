using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Domi.Engine.Tests.Pages;
using Domi.Engine.Webhooks;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.PayLinks;

public sealed partial class PaymentLinksTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly EngineClient client = new(app);
    private readonly Debtor debtor = new(app);

    [Fact]
    public async Task A_link_is_made_read_by_id_and_reference_and_removed_before_anybody_opened_it()
    {
        var made = await client.TakenAsync(HttpMethod.Post, "/payment/link", ("message", "Two chairs"), ("amount", "55,10"), ("remittance", "L-1"), ("customerNumber", "PL1"), ("email", "pl1@example.org"), ("ct", "2"), ("expiry", "2031-01-31"));
        var read = Link(await client.GetAsync($"/payment/link?id={Id(made)}&include=customer,meta,time,refunds"));

        Assert.Equal(["id", "amount", "msg", "url"], made.EnumerateObject().Select(p => p.Name));
        Assert.Equal((55.10m, "Two chairs", "L-1", "created", 2), (read.GetProperty("amount").GetDecimal(), Text(read, "msg"), Text(read, "ref"), Text(read, "state"), read.GetProperty("ct").GetInt32()));
        Assert.Equal(("PL1", true), (Text(read.GetProperty("customer"), "customerNumber"), read.GetProperty("meta").GetProperty("active").GetBoolean()));
        Assert.StartsWith("2031-01-31T23:00", Text(read.GetProperty("time"), "expiration"));
        Assert.False(read.TryGetProperty("refunds", out _));
        var plain = Link(await client.GetAsync("/payment/link?ref=L-1"));
        foreach (var part in new[] { "customer", "meta", "time", "refunds", "url" }) Assert.False(plain.TryGetProperty(part, out _));

        await client.TakenAsync(HttpMethod.Delete, "/payment/link", ("id", Id(made)));
        foreach (var (method, path) in new[] { ("GET", "/payment/link"), ("DELETE", "/payment/link"), ("POST", "/payment/link/refund") })
            Assert.Equal("err_not_found", await EngineClient.RefusalAsync(client.FormAsync(new(method), path, ("id", Id(made)), ("message", "x"))));
        Assert.False(await app.ReadEngineAsync(db => db.PayLinks.AnyAsync(l => l.Ref == "L-1")));
    }

    [Fact]
    public async Task What_cannot_be_asked_for_is_refused()
    {
        await client.BookAsync(EngineClient.Invoice("PL-2", 40m, "PL2", due: "2031-01-01"));
        await client.GivenASignedMandate("PL2-2");
        await client.BookAsync(EngineClient.Invoice("PL-2-2", 40m, "PL2-2", due: "2031-01-01"));

        foreach (var (name, value, code) in new[]
        {
            ("title", "", "err_missing_params"), ("title", new string('t', 201), "err_invalid_params"), ("title", new string('t', 100_000), "err_invalid_params"), ("amount", "", "err_missing_params"), ("amount", "0", "err_invalid_amount"), ("amount", "-1", "err_invalid_amount"), ("amount", "x", "err_invalid_amount"),
            ("ct", "999", "err_no_such_ct"), ("ct", "x", "err_invalid_params"), ("email", "no", "err_invalid_email"), ("country", "Belgium", "err_invalid_country"), ("expiry", "soon", "err_invalid_date"), ("method", "cash", "err_invalid_params"),
            ("sendInvite", "true", "err_missing_params"), ("sendInvite", "sms", "err_missing_params"), ("invoice", "NONE", "err_not_found"), ("invoice", "PL-2", "err_not_found"), ("invoice", "PL-2-2", "err_invalid_state"), ("txref", "NONE", "err_no_transaction"),
            ("remittance", new string('r', 201), "err_invalid_params"), ("place", new string('p', 141), "err_invalid_params"), ("customerNumber", new string('c', 51), "err_invalid_params"), ("redirectUrl", "javascript:alert(1)", "err_invalid_params"),
        })
        {
            (string, string)[] form = [.. new[] { ("title", "T"), ("amount", "41") }.Where(f => f.Item1 != name), (name, value)];
            var answered = await EngineClient.RefusalAsync(client.FormAsync("/payment/link", form));
            Assert.True(code == answered, $"{name}={value[..Math.Min(value.Length, 20)]}: {answered}");
        }

        Assert.Equal("err_missing_params", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, "/payment/link")));
        Assert.Equal("err_missing_params", await EngineClient.RefusalAsync(client.FormAsync(HttpMethod.Delete, "/payment/link")));
        Assert.Equal("err_invalid_params", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, "/payment/link?id=x")));
        Assert.Equal("err_not_found", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, "/payment/link?id=999999999")));
        Assert.False(await app.ReadEngineAsync(db => db.PayLinks.AnyAsync(l => l.Title == "T")));
    }

    [Fact]
    public async Task Refused_then_paid_on_its_page_it_is_in_the_feeds_and_in_the_hints_and_leads_to_the_shop()
    {
        await using var receiver = await Receiver.StartAsync();
        await EngineHost.SetWebhookAsync(app.Engine, app.Access.CreditorId, receiver.Url.ToString(), CancellationToken.None);
        var (made, page) = await LinkAsync(12.5m, ("ref", "L 3"), ("redirectUrl", "https://shop.example/thanks?a=1"));

        Assert.Contains("€", await debtor.SeeAsync(page));
        await debtor.PayLinkAsync(page, "refuse");
        Assert.Equal("declined", Text(Link(await client.GetAsync("/payment/link?id=" + Id(made))), "state"));
        Assert.Equal(page + "?r=paid", await debtor.PayLinkAsync(page, method: "bancontact"));
        Assert.Contains("https://shop.example/thanks?a=1", await debtor.SeeAsync(page + "?r=paid"));
        Assert.DoesNotContain("refresh", await debtor.SeeAsync(page)); // who looks later is not sent away
        var paid = Link(await client.GetAsync($"/payment/link?id={Id(made)}&include=meta"));
        Assert.Equal(("paid", "bancontact", false), (Text(paid, "state"), Text(paid.GetProperty("meta"), "method"), paid.GetProperty("meta").GetProperty("active").GetBoolean()));

        Assert.Equal(["paid"], (await client.FeedAsync("/payment/link/feed", "Links")).Where(l => Id(l) == Id(made)).Select(l => Text(l, "state")));
        Assert.Equal(["started", "declined", "paid"], (await client.FeedAsync("/payment/link/feed?all=true", "Links")).Where(l => Id(l) == Id(made)).Select(l => Text(l, "state")).Distinct());
        for (var i = 0; i < 4; i++) await app.RunEngineAsync<DeliverWebhooks>();
        Assert.Equal(new[] { "pending", "failed", "paid" }.Select(s => $"type=payment&id={Id(made)}&ref=L-3&status={s}"), receiver.Calls.Select(c => c.Query));
        await app.ReadEngineAsync(db => db.ApiKeys.ExecuteUpdateAsync(set => set.SetProperty(k => k.WebhookUrl, (string?)null)));

        await client.TakenAsync(HttpMethod.Delete, "/payment/link", ("id", Id(made))); // archived
        Assert.Equal("err_not_found", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, "/payment/link?id=" + Id(made))));
        using var gone = await debtor.Http.GetAsync(page);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task A_part_of_an_invoice_is_paid_given_back_and_paid_whole()
    {
        await client.BookAsync(EngineClient.Invoice("PL-4", 100m, "PL4", due: "2031-01-01"));
        var (part, page) = await LinkAsync(30m, ("invoice", "PL-4"));
        Assert.Equal("PL-4", Text(Link(await client.GetAsync($"/payment/link?id={Id(part)}&include=meta")).GetProperty("meta"), "invoice"));
        await debtor.PayLinkAsync(page);
        Assert.Equal(("BOOKED", 70m), await InvoiceAsync("PL-4"));

        Assert.Equal("err_not_found", await EngineClient.RefusalAsync(client.FormAsync("/payment/link", ("title", "T"), ("amount", "71"), ("invoice", "PL-4"))));
        var (_, rest) = await LinkAsync(70m, ("invoice", "PL-4"));
        await debtor.PayLinkAsync(rest);
        Assert.Equal(("PAID", 0m), await InvoiceAsync("PL-4"));

        var refund = await client.TakenAsync(HttpMethod.Post, "/payment/link/refund", ("id", Id(part)), ("message", "Sorry"), ("amount", "10"));
        Assert.Equal((Id(part), 10m, "Sorry"), (Id(refund), refund.GetProperty("amount").GetDecimal(), Text(refund, "msg")));
        Assert.Equal(("BOOKED", 10m), await InvoiceAsync("PL-4"));
        Assert.Equal("err_fail_integration", await EngineClient.RefusalAsync(client.FormAsync("/payment/link/refund", ("id", Id(part)), ("message", "Sorry"), ("amount", "10"))));
        Assert.Equal("err_invalid_amount", await EngineClient.RefusalAsync(client.FormAsync("/payment/link/refund", ("id", Id(part)), ("message", "Sorry"), ("amount", "20.01"))));
        await client.TakenAsync(HttpMethod.Post, "/payment/link/refund", ("id", Id(part)), ("message", "The rest"));
        Assert.Equal(("BOOKED", 30m), await InvoiceAsync("PL-4"));
        var refunds = Link(await client.GetAsync($"/payment/link?id={Id(part)}&include=refunds")).GetProperty("refunds").EnumerateArray().ToList();
        Assert.Equal([10m, 20m], refunds.Select(r => r.GetProperty("amount").GetDecimal()));
        Assert.All(refunds, r => Assert.StartsWith("re_", Text(r, "id")));
        Assert.Equal(2, (await client.FeedAsync("/invoice/payment/feed", "Payments")).Count(e => e.ToString().Contains("PL-4") && e.ToString().Contains("refund", StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public async Task What_was_settled_meanwhile_is_not_paid_again_and_the_feed_tells()
    {
        await client.BookAsync(EngineClient.Invoice("PL-5", 100m, "PL5", due: "2031-01-01"));
        var (made, page) = await LinkAsync(100m, ("invoice", "PL-5"));
        var go = await debtor.SubmitAsync(page + "?handler=pay", ("nonce", await debtor.NonceAsync(page)), ("method", "card"));
        await client.DoneAsync(HttpMethod.Post, "/invoice/PL-5/action", ("type", "manualPayment"));
        await debtor.SubmitAsync("/simulator/" + go[(go.LastIndexOf('/') + 1)..], ("outcome", "approve"));

        Assert.Equal(("PAID", 0m), await InvoiceAsync("PL-5"));
        Assert.Equal("expired", Text((await client.FeedAsync("/payment/link/feed?all=true", "Links")).Last(l => Id(l) == Id(made)), "state"));
    }

    [Fact]
    public async Task Only_what_was_paid_is_given_back()
    {
        var (made, page) = await LinkAsync(12m);
        Assert.Equal("err_invalid_state", await EngineClient.RefusalAsync(client.FormAsync("/payment/link/refund", ("id", Id(made)), ("message", "x"))));
        await debtor.PayLinkAsync(page);

        Assert.Equal("err_missing_params", await EngineClient.RefusalAsync(client.FormAsync("/payment/link/refund", ("id", Id(made)))));
        Assert.Equal("err_missing_params", await EngineClient.RefusalAsync(client.FormAsync("/payment/link/refund", ("message", "x"))));
        foreach (var amount in new[] { "0", "-1", "12.01", "x" })
            Assert.Equal("err_invalid_amount", await EngineClient.RefusalAsync(client.FormAsync("/payment/link/refund", ("id", Id(made)), ("message", "x"), ("amount", amount))));
        Assert.Equal(12m, (await client.TakenAsync(HttpMethod.Post, "/payment/link/refund", ("id", Id(made)), ("message", "x"))).GetProperty("amount").GetDecimal());
        Assert.Equal("err_fail_integration", await EngineClient.RefusalAsync(client.FormAsync("/payment/link/refund", ("id", Id(made)), ("message", "x"))));
    }

    [Fact]
    public async Task A_template_makes_one_link_for_each_who_fills_it_in()
    {
        var template = await client.TakenAsync(HttpMethod.Post, "/payment/link", ("title", "Donation"), ("isTemplate", "true"));
        var page = new Uri(Text(template, "url")).AbsolutePath;
        var html = await debtor.SeeAsync(page);
        var (nonce, id) = (Debtor.NonceOf(html), OwnId().Match(html).Groups[1].Value);

        foreach (var (amount, name, email) in new[] { ("0", "Giver", "giver@example.org"), ("1.000,5", "Giver", "giver@example.org"), ("25", "", "giver@example.org"), ("25", "Giver", "no"), ("99999999999", "Giver", "giver@example.org") })
            Assert.Contains("class=\"error\"", await debtor.RedrawnAsync(page + "?handler=fill", ("nonce", nonce), ("id", id), ("amount", amount), ("name", name), ("email", email)));
        var own = await debtor.SubmitAsync(page + "?handler=fill", ("nonce", nonce), ("id", id), ("amount", "25,50"), ("name", "Giver"), ("email", "giver@example.org"));
        Assert.Equal(own, await debtor.SubmitAsync(page + "?handler=fill", ("nonce", nonce), ("id", id), ("amount", "25,50"), ("name", "Giver"), ("email", "giver@example.org")));
        await debtor.PayLinkAsync(own);

        var paid = (await client.FeedAsync("/payment/link/feed?include=customer", "Links")).Single(l => Text(l, "msg") == "Donation");
        Assert.Equal((25.5m, "giver@example.org"), (paid.GetProperty("amount").GetDecimal(), Text(paid.GetProperty("customer"), "email")));
        Assert.NotEqual(Id(template), Id(paid));
        await client.TakenAsync(HttpMethod.Delete, "/payment/link", ("id", Id(template)));
        using var gone = await debtor.Http.GetAsync(page);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task Who_fills_in_a_template_changes_nothing_of_a_customer_whose_address_he_types()
    {
        await client.TakenAsync(HttpMethod.Put, "/customer/PL9", ("lastname", "Peeters"), ("l", "fr"));
        await app.ReadEngineAsync(async db =>
        {
            (await db.Customers.SingleAsync(c => c.CustomerNumber == "PL9")).TakeEmail("pl9@example.org");
            return await db.SaveChangesAsync();
        });
        var page = new Uri(Text(await client.TakenAsync(HttpMethod.Post, "/payment/link", ("title", "Gift"), ("isTemplate", "true")), "url")).AbsolutePath;

        foreach (var (name, email) in new[] { ("Mallory", "PL9@Example.org"), ("Newcomer", "pl9-new@example.org"), ("Mallory", "PL9-new@example.org") })
        {
            var html = await debtor.SeeAsync(page + "?l=en");
            await debtor.SubmitAsync(page + "?handler=fill&l=en", ("nonce", Debtor.NonceOf(html)), ("id", OwnId().Match(html).Groups[1].Value), ("amount", "5"), ("name", name), ("email", email));
        }

        var payers = await app.ReadEngineAsync(db => db.PayLinks.AsNoTracking().Where(l => l.Title == "Gift" && !l.IsTemplate)
            .Join(db.Customers, l => l.CustomerId, c => (Guid?)c.Id, (l, c) => new { l.Number, Customer = c }).OrderBy(p => p.Number).Select(p => p.Customer).ToListAsync());
        Assert.Equal(
            [("PL9", "pl9@example.org", "Peeters", "fr"), (null, "pl9-new@example.org", "Newcomer", "en"), (null, "pl9-new@example.org", "Newcomer", "en")],
            payers.Select(c => (c.CustomerNumber, c.Email, c.LastName, c.Language)));
        Assert.All(payers, payer => Assert.True(payer.EmailIsGiven)); // the creditor said none of them
    }

    [Fact]
    public async Task Past_its_day_nobody_pays_it_and_the_feed_tells()
    {
        var (made, page) = await LinkAsync(12m, ("expiry", app.Now().BrusselsDate().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(2));

        Assert.DoesNotContain("name=\"method\"", await debtor.SeeAsync(page));
        Assert.Equal("expired", Text(Link(await client.GetAsync("/payment/link?id=" + Id(made))), "state"));
        Assert.Equal("expired", Text((await client.FeedAsync("/payment/link/feed?all=1", "Links")).Last(l => Id(l) == Id(made)), "state"));
    }

    [Fact]
    public async Task It_is_sent_by_mail_and_as_a_text_message()
    {
        var (_, page) = await LinkAsync(12m, ("email", "pl7@example.org"), ("sendInvite", "true"), ("l", "fr"));
        await LinkAsync(13m, ("customerNumber", "PL7"), ("mobile", "+32470999888"), ("sendInvite", "sms"));

        var mails = await app.ReadEngineAsync(db => db.Mails.AsNoTracking().ToListAsync());
        Assert.Contains(page, Assert.Single(mails, m => m.To == "pl7@example.org").Text);
        Assert.Single(mails, m => m.Subject.Contains("+32470999888"));
    }

    [Fact]
    public async Task The_ways_to_pay_are_those_of_the_profile()
    {
        var ct = await app.GivenAProfileAsync(20, p => p.PayMethods = "card,payconiq");

        Assert.Equal(["payconiq", "card"], (await client.GetAsync("/payment/methods?ct=" + ct)).EnumerateArray().Select(m => m.GetString()));
        Assert.Equal("err_no_such_ct", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, "/payment/methods?ct=999")));
        Assert.Equal("err_missing_params", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, "/payment/methods")));
    }

    private async Task<(JsonElement Made, string Page)> LinkAsync(decimal amount, params (string, string)[] more)
    {
        var made = await client.TakenAsync(HttpMethod.Post, "/payment/link", [("title", "Something"), ("amount", amount.ToString(CultureInfo.InvariantCulture)), .. more]);
        return (made, new Uri(Text(made, "url")).AbsolutePath);
    }

    private Task<(string, decimal)> InvoiceAsync(string number) => app.ReadEngineAsync(async db => (await db.Invoices.SingleAsync(i => i.Number == number)) is var invoice ? (invoice.WireState, invoice.Open) : default);

    private static JsonElement Link(JsonElement answer) => answer.GetProperty("Links").EnumerateArray().Single();

    private static string Id(JsonElement entry) => entry.GetProperty("id").ToString();

    private static string Text(JsonElement entry, string name) => entry.GetProperty(name).GetString()!;

    [GeneratedRegex("name=\"id\" value=\"([^\"]+)\"")]
    private static partial Regex OwnId();
}
