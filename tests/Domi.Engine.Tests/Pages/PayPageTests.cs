using System.Text;
using System.Text.Json.Nodes;
using Domi.Engine.DirectDebits;
using Domi.Engine.Invoices;
using Domi.Engine.PayLinks;
using Domi.Engine.Simulator;
using Domi.Platform;
using Domi.Standards;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Engine.Tests.Pages;

public sealed class PayPageTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly Debtor debtor = new(app);

    [Fact]
    public async Task An_open_invoice_says_who_asks_how_much_for_what_and_until_when()
    {
        var page = await debtor.SeeAsync(await debtor.BookAsync("P-1"));

        Assert.Contains("My company vraagt u te betalen", page);
        Assert.Contains("€\u00a0423,50", page);
        Assert.Contains("Honoraires P-1", page);
        Assert.Contains("15 april 2031", page);
        Assert.Contains("value=\"bancontact\"", page);
        Assert.Contains("Automatische betaling instellen", page);
    }

    [Fact]
    public async Task Without_an_account_of_the_creditor_there_is_no_transfer_and_with_one_it_has_a_code_for_the_bank()
    {
        var path = await debtor.BookAsync("P-2");
        var without = await debtor.SeeAsync(path);

        await ChangeAsync(async db => (await db.Creditors.SingleAsync()).Account = Iban.Parse("BE68 5390 0754 7034"));
        var with = await debtor.SeeAsync(path);
        await ChangeAsync(async db => (await db.Creditors.SingleAsync()).Account = null);

        Assert.DoesNotContain("Overschrijving", without);
        Assert.Contains("BE68 5390 0754 7034", with);
        Assert.Contains("+++090/9337/55493+++", with);
        Assert.Contains("QR-code van de overschrijving", with);
    }

    [Fact]
    public async Task An_approved_payment_settles_the_invoice_and_leads_to_the_shop()
    {
        var path = await debtor.BookAsync("P-3", shape: i => i["redirectUrl"] = "https://shop.example/thanks?a=1&b=2");

        var back = await PayAsync(path, "bancontact", "approve");
        using var answer = await debtor.Http.GetAsync(back);
        var raw = await answer.Content.ReadAsStringAsync();
        var page = WebUtility.HtmlDecode(raw);

        Assert.Equal(path + "?r=paid", back);
        Assert.Contains("Betaald, dank u", page);
        Assert.Contains("Bancontact", page);
        Assert.Contains("<meta http-equiv=\"refresh\" content=\"0;url=https://shop.example/thanks?a=1&amp;b=2\">", raw);
        Assert.Contains("<a class=\"button\" href=\"https://shop.example/thanks?a=1&b=2\"", page);
        Assert.DoesNotContain("refresh", await debtor.SeeAsync(path)); // who looks later is not sent away
    }

    [Fact]
    public async Task Leaving_for_the_provider_is_a_page_with_a_link_and_leaving_there_changes_nothing()
    {
        var path = await debtor.BookAsync("P-4");
        var go = await StartAsync(path, "payconiq");

        var leaving = await debtor.SeeAsync(go);
        var link = go[(go.LastIndexOf('/') + 1)..];
        var bank = await debtor.SeeAsync("/simulator/" + link);

        Assert.Contains($"content=\"0;url=/simulator/{link}\"", leaving);
        Assert.Contains($"href=\"/simulator/{link}\"", leaving);
        Assert.Contains("Testpagina: geen echte bank, geen echt geld", bank);
        Assert.Contains($"<a class=\"back\" href=\"{path}\">", bank);
        Assert.Equal(InvoiceState.Booked, (await InvoiceAsync("P-4")).State);
    }

    [Fact]
    public async Task A_refused_payment_says_so_and_leaves_the_choices()
    {
        var path = await debtor.BookAsync("P-5");

        var page = await debtor.SeeAsync(await PayAsync(path, "card", "refuse"));

        Assert.Contains("De betaling is niet gelukt", page);
        Assert.Contains("role=\"alert\"", page);
        Assert.Contains("value=\"card\"", page);
    }

    [Fact]
    public async Task A_form_posted_twice_begins_one_payment()
    {
        var path = await debtor.BookAsync("P-6");
        var nonce = await debtor.NonceAsync(path);

        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => debtor.SubmitAsync(path + "?handler=pay", ("nonce", nonce), ("method", "card")))));

        Assert.Equal(both[0], both[1]);
        var invoice = await InvoiceAsync("P-6");
        Assert.Equal(1, await app.ReadEngineAsync(db => db.PayLinks.CountAsync(l => l.InvoiceId == invoice.Id)));
    }

    [Fact]
    public async Task A_bank_that_answers_twice_books_one_payment_and_a_second_link_has_ended()
    {
        var path = await debtor.BookAsync("P-7");
        var first = await StartAsync(path, "card");
        var second = await StartAsync(path, "bancontact");
        var bank = "/simulator/" + first[(first.LastIndexOf('/') + 1)..];

        await debtor.SubmitAsync(bank, ("outcome", "approve"));
        await debtor.SubmitAsync(bank, ("outcome", "approve"));
        var other = await debtor.SeeAsync("/simulator/" + second[(second.LastIndexOf('/') + 1)..]);

        var invoice = await InvoiceAsync("P-7");
        Assert.Equal(423.50m, invoice.PaidAmount);
        Assert.Contains("Deze betaling is beëindigd", other);
        Assert.Equal(PayLinkState.Expired, await app.ReadEngineAsync(db => db.PayLinks.Where(l => l.InvoiceId == invoice.Id && l.Method == "bancontact").Select(l => l.State).SingleAsync()));
        using var left = await debtor.Http.GetAsync(second);
        Assert.Equal(path, left.Headers.Location!.OriginalString);
    }

    [Theory]
    [InlineData("paypal", true)]
    [InlineData("", true)]
    [InlineData("card", false)]
    public async Task An_unknown_method_or_a_form_that_is_not_ours_begins_nothing(string method, bool ours)
    {
        var number = $"P-8-{method}-{ours}";
        var path = await debtor.BookAsync(number);
        var nonce = ours ? await debtor.NonceAsync(path) : "made-up";

        Assert.Equal(path, await debtor.SubmitAsync(path + "?handler=pay", ("nonce", nonce), ("method", method)));

        var invoice = await InvoiceAsync(number);
        Assert.Equal(0, await app.ReadEngineAsync(db => db.PayLinks.CountAsync(l => l.InvoiceId == invoice.Id)));
    }

    [Fact]
    public async Task The_form_of_another_invoice_begins_nothing()
    {
        var (mine, theirs) = (await debtor.BookAsync("P-9"), await debtor.BookAsync("P-10"));

        await debtor.SubmitAsync(theirs + "?handler=pay", ("nonce", await debtor.NonceAsync(mine)), ("method", "card"));

        var invoice = await InvoiceAsync("P-10");
        Assert.Equal(0, await app.ReadEngineAsync(db => db.PayLinks.CountAsync(l => l.InvoiceId == invoice.Id)));
    }

    [Fact]
    public async Task A_page_that_is_out_of_date_begins_no_payment_of_a_settled_invoice()
    {
        var path = await debtor.BookAsync("P-11");
        var nonce = await debtor.NonceAsync(path);
        await PayAsync(path, "card", "approve");

        Assert.Equal(path, await debtor.SubmitAsync(path + "?handler=pay", ("nonce", nonce), ("method", "bancontact")));
        Assert.Equal(path, await debtor.SubmitAsync(path + "?handler=automatic", ("nonce", nonce)));
        Assert.Contains("Betaald, dank u", await debtor.SeeAsync(path));
    }

    [Fact]
    public async Task A_partly_paid_invoice_asks_for_what_is_open()
    {
        var page = await debtor.SeeAsync(await debtor.BookAsync("P-12", 100m, shape: i => i["paidamount"] = 40m));

        Assert.Contains("<data class=\"amount\" value=\"60.00\">€\u00a060,00</data>", page);
        Assert.Contains("Al betaald", page);
        Assert.Contains("€\u00a040,00", page);
    }

    [Fact]
    public async Task An_expired_invoice_is_still_payable()
    {
        var path = await debtor.BookAsync("P-13", due: "2021-01-31");

        Assert.Contains("vervallen", await debtor.SeeAsync(path));
        Assert.EndsWith("?r=paid", await PayAsync(path, "card", "approve"));
    }

    [Fact]
    public async Task An_archived_invoice_says_that_it_is_not_to_be_paid()
    {
        var path = await debtor.BookAsync("P-14");
        using var archived = await debtor.Creditor.SendAsync(HttpMethod.Put, "/invoice/P-14", new StringContent("""{"state":"archived"}""", Encoding.UTF8, "application/json"));
        Assert.True(archived.IsSuccessStatusCode);

        var page = await debtor.SeeAsync(path);

        Assert.Contains("Deze factuur hoeft u hier niet meer te betalen", page);
        Assert.DoesNotContain("<form", page);
    }

    [Fact]
    public async Task A_credit_note_and_a_zero_amount_have_nothing_to_pay()
    {
        var credit = await debtor.SeeAsync(await debtor.BookAsync("P-15", -50m));
        var zero = await debtor.SeeAsync(await debtor.BookAsync("P-16", 0m));

        Assert.Contains("P-15 is een creditnota van €\u00a050,00 in uw voordeel", credit);
        Assert.Contains("bedraagt nul euro", zero);
        Assert.DoesNotContain("<form", credit + zero);
    }

    [Fact]
    public async Task An_invoice_under_collection_says_when_and_from_which_account_and_offers_no_choice()
    {
        var path = await debtor.BookAsync("P-17");
        await debtor.SignAsync(await debtor.ToSigningAsync(path), "C-P-17@example.org");

        var page = await debtor.SeeAsync(path);

        Assert.Contains("Dit bedrag wordt automatisch geïnd", page);
        Assert.Contains("15 april 2031", page);
        Assert.Contains("BE•• •••• •••• 1076", page);
        Assert.DoesNotContain("0017 3264", page);
        Assert.DoesNotContain("<form", page);
    }

    [Fact]
    public async Task A_failed_collection_says_why_and_asks_again()
    {
        var path = await debtor.BookAsync("P-18", 16m, shape: i => i["duedate"] = "2026-03-20");
        await debtor.SignAsync(await debtor.ToSigningAsync(path), "C-P-18@example.org");
        for (var run = 0; run < 40 && (await InvoiceAsync("P-18")).LastError is null; run++) await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(1));

        var page = await debtor.SeeAsync(path);

        Assert.Contains("(MD06)", page);
        Assert.Contains("value=\"bancontact\"", page);
        Assert.DoesNotContain("Automatische betaling instellen", page); // the mandate is still there
    }

    [Fact]
    public async Task The_document_is_there_when_the_invoice_has_one()
    {
        var with = await debtor.BookAsync("P-19", shape: i => i["pdf"] = Convert.ToBase64String("%PDF-1.4 made for a test"u8.ToArray()));
        var without = await debtor.BookAsync("P-20");

        using var pdf = await debtor.Http.GetAsync(with + "/pdf");
        using var none = await debtor.Http.GetAsync(without + "/pdf");

        Assert.Contains(with + "/pdf", await debtor.SeeAsync(with));
        Assert.Equal("application/pdf", pdf.Content.Headers.ContentType!.MediaType);
        Assert.Equal("inline; filename=\"P-19.pdf\"", pdf.Content.Headers.GetValues("Content-Disposition").Single());
        Assert.DoesNotContain(without + "/pdf", await debtor.SeeAsync(without));
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    [Fact]
    public async Task Setting_up_automatic_payment_eight_times_at_once_begins_one_mandate()
    {
        var pay = await debtor.BookAsync("AUT-8");
        var nonce = await debtor.NonceAsync(pay);

        var pages = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => debtor.SubmitAsync(pay + "?handler=automatic", ("nonce", nonce)))));

        Assert.Single(pages.Distinct());
        Assert.Equal(1, await app.ReadEngineAsync(db => db.Mandates.CountAsync(m => db.Invoices.Any(i => i.Id == m.InvoiceId && i.Number == "AUT-8"))));
    }

    [Fact]
    public async Task A_mandate_that_was_begun_and_has_expired_makes_room_for_another()
    {
        var pay = await debtor.BookAsync("AUT-9");
        var first = await debtor.ToSigningAsync(pay);
        await app.ReadEngineAsync(async db =>
        {
            (await db.Mandates.SingleAsync(m => db.Invoices.Any(i => i.Id == m.InvoiceId && i.Number == "AUT-9"))).Expires(new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero));
            return await db.SaveChangesAsync();
        });

        Assert.NotEqual(first, await debtor.ToSigningAsync(pay));
    }

    [Fact]
    public async Task Setting_up_automatic_payment_twice_goes_on_with_one_mandate()
    {
        var path = await debtor.BookAsync("P-21");

        Assert.Equal(await debtor.ToSigningAsync(path), await debtor.ToSigningAsync(path));
    }

    private async Task<string> StartAsync(string path, string method) =>
        await debtor.SubmitAsync(path + "?handler=pay", ("nonce", await debtor.NonceAsync(path)), ("method", method));

    private async Task<string> PayAsync(string path, string method, string outcome)
    {
        var go = await StartAsync(path, method);
        return await debtor.SubmitAsync("/simulator/" + go[(go.LastIndexOf('/') + 1)..], ("outcome", outcome));
    }

    private Task<Invoice> InvoiceAsync(string number) => app.ReadEngineAsync(db => db.Invoices.AsNoTracking().SingleAsync(i => i.Number == number));

    private Task<int> ChangeAsync(Func<EngineDb, Task> change) => app.ReadEngineAsync(async db =>
    {
        await change(db);
        return await db.SaveChangesAsync();
    });
}
