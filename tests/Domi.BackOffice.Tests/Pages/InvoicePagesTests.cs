using Domi.BackOffice.Companies;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Ledger;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Tests.Pages;

public sealed class InvoicePagesTests(OfficeFixture app) : IClassFixture<OfficeFixture>
{
    [Fact]
    public async Task The_list_shows_three_states_and_figures_that_follow_the_filters()
    {
        var relation = await app.RelationAsync("Three States NV");
        var invoice = await app.InvoiceAsync(relation, 200m);
        using var browser = await Browser.AdministratorAsync(app);

        var page = await browser.GetAsync($"/invoices?Relation={relation.Id}");

        Assert.Equal(invoice.Number, page.Words("tbody a.id"));
        Assert.Equal(("Open", "Not sent", "Link ready"), (page.Words("tbody .st.p"), page.Words("tbody .st.s"), page.Words("tbody .st.x")));
        Assert.Equal("€200.00", page.Words(".figures > div:nth-child(1) dd"));
        Assert.Equal("€242.00", page.Words(".figures > div:nth-child(5) dd"));
    }

    [Fact]
    public async Task The_kept_totals_and_the_invoices_themselves_give_the_same_figures()
    {
        await app.InvoiceAsync(await app.RelationAsync("Same Figures NV"), 321m);
        using var browser = await Browser.AdministratorAsync(app);

        var kept = await browser.GetAsync("/invoices?Period=2026");
        // A state that is none narrows nothing, and is no plain list: the same invoices, summed one by one.
        var summed = await browser.GetAsync("/invoices?Period=2026&Payment=any");

        for (var figure = 1; figure <= 6; figure++)
            Assert.Equal(kept.Words($".figures > div:nth-child({figure})"), summed.Words($".figures > div:nth-child({figure})"));
        Assert.NotEqual("€0.00", kept.Words(".figures > div:nth-child(1) dd"));
    }

    [Fact]
    public async Task The_list_pages_by_key_forwards_and_back()
    {
        var relation = await app.RelationAsync("Sixty Pages NV");
        for (var i = 0; i < 60; i++) await app.InvoiceAsync(relation, 10m + i, link: false);
        using var browser = await Browser.AdministratorAsync(app);

        var first = await browser.GetAsync($"/invoices?Relation={relation.Id}");
        var second = await browser.GetAsync(first.QuerySelector("a[rel=next]")!.GetAttribute("href")!);
        var again = await browser.GetAsync(second.QuerySelector("a[rel=prev]")!.GetAttribute("href")!);

        Assert.Equal((50, 10), (first.QuerySelectorAll("tbody tr").Length, second.QuerySelectorAll("tbody tr").Length));
        Assert.Equal(60, first.QuerySelectorAll("tbody a.id").Concat(second.QuerySelectorAll("tbody a.id")).Select(a => a.TextContent).Distinct().Count());
        Assert.Equal(first.Words("tbody a.id"), again.Words("tbody a.id"));
        Assert.Null(second.QuerySelector("a[rel=next]"));
        Assert.Null(again.QuerySelector("a[rel=prev]"));
    }

    [Fact]
    public async Task Saved_views_and_search_narrow_the_list()
    {
        var late = await app.InvoiceAsync(await app.RelationAsync("Late Debtor BV"), 50m);
        await app.OfficeAsync((_, db) => db.Invoices.Where(i => i.Id == late.Id).ExecuteUpdateAsync(s => s.SetProperty(i => i.DueOn, new DateOnly(2026, 3, 1))));
        using var browser = await Browser.AdministratorAsync(app);

        var overdue = await browser.GetAsync("/invoices?View=overdue&Q=LATE+debtor");
        var paid = await browser.GetAsync("/invoices?View=paid&Q=late+debtor");
        var byCommunication = await browser.GetAsync("/invoices?Q=" + Uri.EscapeDataString(late.Communication!.Value.ToString()));

        Assert.Equal("Overdue16 days late", overdue.Words("tbody .st.p"));
        Assert.Equal("Nothing fits these filters.", paid.Words(".empty span"));
        Assert.Equal(late.Number, byCommunication.Words("tbody a.id"));
    }

    [Fact]
    public async Task A_view_takes_the_place_of_the_one_before_however_it_was_written()
    {
        var invoice = await app.InvoiceAsync(await app.RelationAsync("Other View NV"), link: false);
        using var browser = await Browser.AdministratorAsync(app);

        var page = await browser.GetAsync("/invoices?view=paid&q=other+view");
        page = await browser.GetAsync(page.QuerySelectorAll(".views a").Single(a => a.TextContent.StartsWith("Open", StringComparison.Ordinal)).GetAttribute("href")!);

        Assert.Equal(invoice.Number, page.Words("tbody a.id"));
    }

    [Theory]
    [InlineData("?View=nonsense&Period=20x6&Payment=7&Sending=Nope&After=zzz&Before=2026-13-45_0000")]
    [InlineData("?Relation=not-a-guid&Q=%25%5C_'")]
    [InlineData("?Period=9999&After=2026-01-01_zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")]
    public async Task An_address_that_makes_no_sense_is_a_list_all_the_same(string query)
    {
        using var browser = await Browser.AdministratorAsync(app);

        Assert.Equal(HttpStatusCode.OK, await browser.StatusAsync("/invoices" + query));
    }

    [Fact]
    public async Task A_nul_is_left_out_of_an_address_and_makes_a_form_malformed()
    {
        var proposal = await app.ProposalAsync(await app.RelationAsync("Nul NV"));
        using var browser = await Browser.AdministratorAsync(app);

        foreach (var path in new[] { "/invoices?Q=a%00b", "/proposals?Q=%00", "/settings/users?after=%00" }) Assert.Equal(HttpStatusCode.OK, await browser.StatusAsync(path));
        using var answer = await browser.PostAsync(await browser.GetAsync($"/proposals/{proposal.Id}"), "#proposal", ("Input.Description", "a\0b"), ("act", "save"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        using var body = new MultipartFormDataContent { { new StringContent("a\0b"), "Input.Description" } };
        using var parts = await browser.Http.PostAsync($"/proposals/{proposal.Id}", body);
        Assert.Equal(HttpStatusCode.BadRequest, parts.StatusCode);
        using var torn = await browser.Http.PostAsync($"/proposals/{proposal.Id}", new StringContent("--x", System.Net.Http.Headers.MediaTypeHeaderValue.Parse("multipart/form-data; boundary=y")));
        Assert.Equal(HttpStatusCode.BadRequest, torn.StatusCode);
        Assert.Equal("The form could not be read", (await Browser.ReadAsync(torn)).Words("h1"));
    }

    [Fact]
    public async Task Sending_a_selection_starts_a_run()
    {
        var relation = await app.RelationAsync("Bulk Send NV");
        var invoice = await app.InvoiceAsync(relation);
        using var browser = await Browser.AdministratorAsync(app);
        var page = await browser.GetAsync($"/invoices?Relation={relation.Id}");

        var run = await browser.SubmitAsync(page, "form[data-select]", ("pick", invoice.Id.ToString()), ("act", "send"));

        Assert.Equal("Send invoices", run.Words("h1"));
        Assert.Equal("0 of 1", run.Words(".tally b"));
    }

    [Fact]
    public async Task An_empty_selection_is_refused_above_the_list()
    {
        await app.InvoiceAsync(await app.RelationAsync("Nothing Chosen NV"));
        using var browser = await Browser.AdministratorAsync(app);

        var page = await browser.SubmitAsync(await browser.GetAsync("/invoices"), "form[data-select]", ("act", "send"));

        Assert.Equal("You have selected nothing.", page.Words(".callout.bad"));
    }

    [Fact]
    public async Task The_invoice_shows_its_link_as_address_and_code()
    {
        var invoice = await app.InvoiceAsync(await app.RelationAsync("Link And Code NV"));
        using var browser = await Browser.AdministratorAsync(app);

        var page = await browser.GetAsync($"/invoices/{invoice.Id}");

        var url = (await app.ReadAsync(invoice.Id)).PaymentUrl!;
        Assert.Equal(url, page.QuerySelector(".paylink a")!.GetAttribute("href"));
        Assert.NotNull(page.QuerySelector(".paylink svg path"));
        Assert.Equal(url, page.QuerySelector(".paylink [data-copy]")!.GetAttribute("data-copy"));
    }

    [Fact]
    public async Task A_payment_is_booked_once_however_often_its_form_is_sent()
    {
        var invoice = await app.InvoiceAsync(await app.RelationAsync("Double Post NV"));
        using var browser = await Browser.AdministratorAsync(app);
        var page = await browser.GetAsync($"/invoices/{invoice.Id}");

        for (var i = 0; i < 2; i++)
        {
            using var answer = await browser.PostAsync(page, "#payment form", ("Money.Amount", "50,25"));
            Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        }

        Assert.Equal((50.25m, PaymentState.PartiallyPaid), ((await app.ReadAsync(invoice.Id)).Paid, (await app.ReadAsync(invoice.Id)).PaymentState));
        Assert.Equal(1, await app.OfficeAsync((_, db) => db.LedgerEntries.CountAsync(e => e.InvoiceId == invoice.Id && e.Kind == EntryKind.Paid)));
    }

    [Theory]
    [InlineData("1.234", "2026-03-16", "Money.Amount", "Do you mean 1234.00 or 1.2340? Type it that way.")]
    [InlineData("", "2026-03-16", "Money.Amount", "Fill in this field.")]
    [InlineData("ten", "2026-03-16", "Money.Amount", "This is not an amount. Type for example 1234.50.")]
    [InlineData("-5", "2026-03-16", "Money.Amount", "Enter a positive amount in euro and cents, and for a write-off at most what is open.")]
    [InlineData("10", "2026-03-18", "Money.On", "The date is in the future.")]
    [InlineData("10", "the ides", "Money.On", "This is not a date. Example: 17/03/2026.")]
    public async Task A_payment_that_cannot_be_is_refused_at_its_field(string amount, string on, string field, string words)
    {
        var invoice = await app.InvoiceAsync(await app.RelationAsync("Refused Payment NV"), link: false);
        using var browser = await Browser.AdministratorAsync(app);

        var page = await browser.SubmitAsync(await browser.GetAsync($"/invoices/{invoice.Id}"), "#payment form", ("Money.Amount", amount), ("Money.On", on));

        Assert.Equal(words, page.ErrorOf(field));
        Assert.True(page.QuerySelector("#payment details")!.HasAttribute("open"));
        Assert.Equal(0m, (await app.ReadAsync(invoice.Id)).Paid);
    }

    [Fact]
    public async Task What_is_written_off_is_no_longer_open()
    {
        var invoice = await app.InvoiceAsync(await app.RelationAsync("Written Off NV"));
        using var browser = await Browser.AdministratorAsync(app);

        var page = await browser.SubmitAsync(await browser.GetAsync($"/invoices/{invoice.Id}"), "#writeoff form", ("Money.Amount", "121.00"));

        Assert.Equal("Paid", page.Words(".head .states .state"));
        Assert.Contains("Written off", page.Words("#main"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Crediting_prepares_a_credit_note_with_the_lines_negated()
    {
        var invoice = await app.InvoiceAsync(await app.RelationAsync("Credited NV"));
        using var browser = await Browser.AdministratorAsync(app);

        var page = await browser.SubmitAsync(await browser.GetAsync($"/invoices/{invoice.Id}"), "form[action*=Credit]");

        Assert.Equal("Credit note proposal", page.Words("h1"));
        Assert.Equal($"credits {invoice.Number}", page.Words(".head .states"));
        Assert.Equal("-1", page.QuerySelector("[name='Input.Lines[0].Quantity']")!.GetAttribute("value"));
    }

    [Fact]
    public async Task A_second_sending_is_asked_for_once_more()
    {
        var invoice = await app.InvoiceAsync(await app.RelationAsync("Sent Twice NV"));
        await app.OfficeAsync((_, db) => db.Invoices.Where(i => i.Id == invoice.Id).ExecuteUpdateAsync(s => s.SetProperty(i => i.SendState, SendState.Sent).SetProperty(i => i.SentTo, "boek@example.com").SetProperty(i => i.SentAt, AppFixture.Start)));
        using var browser = await Browser.AdministratorAsync(app);

        var asked = await browser.SubmitAsync(await browser.GetAsync($"/invoices/{invoice.Id}"), "form[action*=Send]");
        Assert.Equal("This invoice was sent already", asked.Words(".callout strong"));
        Assert.Equal(SendState.Sent, (await app.ReadAsync(invoice.Id)).SendState);

        await browser.SubmitAsync(asked, ".callout form[action*=Send]");
        Assert.Equal(SendState.Waiting, (await app.ReadAsync(invoice.Id)).SendState);
    }

    [Fact]
    public async Task An_invoice_that_waits_for_its_link_offers_to_leave_without_it()
    {
        var invoice = await app.InvoiceAsync(await app.RelationAsync("No Link Yet NV"), sends: true, link: false);
        using var browser = await Browser.AdministratorAsync(app);
        var page = await browser.GetAsync($"/invoices/{invoice.Id}");
        Assert.Equal("The payment link is on its way", page.Words(".callout strong"));

        await browser.SubmitAsync(page, ".callout form[action*=Send]");

        var now = await app.ReadAsync(invoice.Id);
        Assert.Equal((SendState.Waiting, true), (now.SendState, now.SendsWithoutLink));
    }

    [Fact]
    public async Task A_number_that_is_taken_at_the_provider_is_explained_and_the_link_asked_again()
    {
        var invoice = await app.InvoiceAsync(await app.RelationAsync("Number Taken NV"), link: false);
        await app.OfficeAsync((_, db) => db.Invoices.Where(i => i.Id == invoice.Id).ExecuteUpdateAsync(s => s.SetProperty(i => i.LinkState, LinkState.Failed).SetProperty(i => i.LinkError, "TWK-NUMBER-TAKEN").SetProperty(i => i.LinkDueAt, (DateTimeOffset?)null)));
        using var browser = await Browser.AdministratorAsync(app);

        var page = await browser.GetAsync($"/invoices/{invoice.Id}");
        Assert.Equal("Twikey knows another invoice by this number already", page.Words(".callout.bad strong"));
        await browser.SubmitAsync(page, ".callout form[action*=Link]");

        Assert.Equal(LinkState.Waiting, (await app.ReadAsync(invoice.Id)).LinkState);
    }

    [Fact]
    public async Task A_refused_collection_says_why_with_the_banks_code()
    {
        var invoice = await app.InvoiceAsync(await app.RelationAsync("Refused Collection NV"));
        await app.OfficeAsync((_, db) => db.Invoices.Where(i => i.Id == invoice.Id).ExecuteUpdateAsync(s => s.SetProperty(i => i.FailureCode, "AM04")));
        using var browser = await Browser.AdministratorAsync(app, "fr");

        var page = await browser.GetAsync($"/invoices/{invoice.Id}");

        Assert.Equal("L’encaissement a été refusé", page.Words(".callout.bad strong"));
        Assert.Contains("(AM04)", page.Words(".callout.bad p"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sending_by_the_provider_that_nobody_can_tell_is_settled_by_a_person()
    {
        var invoice = await app.InvoiceAsync(await app.RelationAsync("Uncertain NV"));
        await app.OfficeAsync((_, db) => db.Invoices.Where(i => i.Id == invoice.Id).ExecuteUpdateAsync(s => s.SetProperty(i => i.SendState, SendState.Uncertain).SetProperty(i => i.SentTo, "provider")));
        using var browser = await Browser.AdministratorAsync(app);
        var page = await browser.GetAsync($"/invoices/{invoice.Id}");

        await browser.SubmitAsync(page, ".callout form[action*=Settle]");
        Assert.Equal(SendState.Sent, (await app.ReadAsync(invoice.Id)).SendState);

        var refused = await browser.SubmitAsync(page, ".callout form[action*=Settle]");
        Assert.Equal($"The sending of invoice {invoice.Number} is not uncertain.", refused.Words(".callout.bad"));
    }

    [Fact]
    public async Task An_e_invoice_that_the_law_requires_is_said_not_to_be_sent()
    {
        var invoice = await app.InvoiceAsync(await app.RelationAsync("Needs EInvoice NV", vat: true), link: false);
        using var browser = await Browser.AdministratorAsync(app);

        Assert.Contains("An e-invoice is required", (await browser.GetAsync($"/invoices/{invoice.Id}")).Words("#main"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_document_is_a_pdf_in_the_browser()
    {
        var invoice = await app.InvoiceAsync(await app.RelationAsync("Pdf NV"));
        using var browser = await Browser.AdministratorAsync(app);

        using var answer = await browser.Http.GetAsync($"/invoices/{invoice.Id}/pdf");

        Assert.Equal("application/pdf", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal($"inline; filename=\"{invoice.Number}.pdf\"", answer.Content.Headers.ContentDisposition!.ToString());
        Assert.StartsWith("%PDF", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_cannot_bring_script_into_a_page()
    {
        var invoice = await app.InvoiceAsync(await app.RelationAsync("<script>alert(1)</script>"), link: false);
        using var browser = await Browser.AdministratorAsync(app);

        foreach (var path in new[] { "/invoices?Q=script", $"/invoices/{invoice.Id}" })
            Assert.DoesNotContain((await browser.GetAsync(path)).QuerySelectorAll("script"), s => s.TextContent.Contains("alert", StringComparison.Ordinal));
    }
}

/// <summary>The provider sends: an office of its own, as the setting holds for all.</summary>
public sealed class ProviderSendsTests(OfficeFixture app) : IClassFixture<OfficeFixture>
{
    [Fact]
    public async Task Buttons_of_what_the_provider_sends_are_absent_and_the_page_says_why()
    {
        var relation = await app.RelationAsync("Provider Sends NV");
        var invoice = await app.InvoiceAsync(relation);
        await app.OfficeAsync((_, db) => db.Companies.ExecuteUpdateAsync(s => s.SetProperty(c => c.InvoicesSentBy, SentBy.Provider).SetProperty(c => c.RemindersSentBy, SentBy.Provider)));
        var proposal = await app.ProposalAsync(relation);
        using var browser = await Browser.AdministratorAsync(app);

        var page = await browser.GetAsync($"/invoices/{invoice.Id}");
        Assert.Null(page.QuerySelector("form[action*=Send], form[action*=Remind]"));
        Assert.Contains("nobody should get two messages", page.Words("#main"), StringComparison.Ordinal);

        var list = await browser.GetAsync("/invoices");
        Assert.Null(list.QuerySelector("button[value=send], button[value=remind]"));
        Assert.Contains("nobody should get two messages", list.Words("#main"), StringComparison.Ordinal);

        Assert.Null((await browser.GetAsync($"/proposals/{proposal.Id}")).QuerySelector("button[value=send]"));
        Assert.Null((await browser.GetAsync("/proposals")).QuerySelector("button[value=send]"));
    }
}
