using System.Net.Http.Headers;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using Domi.BackOffice.Companies;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Ledger;
using Domi.BackOffice.Statements;
using Domi.BackOffice.Tests.Pages;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Tests.Statements;

public sealed class PaymentPagesTests(OfficeFixture app) : IClassFixture<OfficeFixture>
{
    private readonly Story story = new(app);

    [Fact]
    public async Task A_clerk_uploads_files_without_script_and_is_told_what_became_of_each_statement()
    {
        var (bank, invoice) = (await Bank.WithAnAccountAsync(app), await GivenAnInvoice());
        using var clerk = await Browser.ClerkAsync(app);
        var file = bank.Statement(1, 0m, new Payment(121m, Bank.Ogm(invoice)));

        var page = await UploadAsync(clerk, ("one.xml", file), ("again.xml", file), ("letter.txt", "Dear customer"u8.ToArray()), ("theirs.xml", new Bank(app, "NL91ABNA0417164300").Statement(1, 0m, new Payment(1m))));

        Assert.Equal(["one.xml", "again.xml", "letter.txt", "theirs.xml"], page.QuerySelectorAll("section[aria-labelledby=h-done] h3").Select(h => h.TextContent));
        Assert.Equal(["Imported", "Imported before", "Held: look first"], page.QuerySelectorAll("section[aria-labelledby=h-done] .files .state").Select(s => s.TextContent));
        Assert.Contains("no CODA and no camt", page.Words("section[aria-labelledby=h-done] .callout.bad"), StringComparison.Ordinal);
        Assert.Contains("not one of this company", page.Words("section[aria-labelledby=h-done]"), StringComparison.Ordinal);

        // On the invoice the payment says from which statement.
        var paid = await clerk.GetAsync($"/invoices/{invoice.Id}");
        Assert.Contains("€121.00 came in on 18 March 2026: statement 1.", paid.Words(".timeline"), StringComparison.Ordinal);

        var held = await clerk.GetAsync(page.QuerySelectorAll("section[aria-labelledby=h-done] .files a")[^1].GetAttribute("href")!);
        Assert.Contains("released and matched", (await clerk.SubmitAsync(held, "#release")).Words(".toast"), StringComparison.Ordinal);
        Assert.Equal(StatementState.Booked, await app.ReadAsync((OfficeDb db) => db.Statements.Where(s => s.Account == "NL91ABNA0417164300").Select(s => s.State).SingleAsync()));
    }

    [Fact]
    public async Task A_payment_is_booked_with_one_click_split_kept_set_aside_and_taken_back()
    {
        var (bank, relation) = (await Bank.WithAnAccountAsync(app), await story.GivenARelation("Marie Curie"));
        var (one, two) = (await GivenAnInvoice(relation, 41.17m), await GivenAnInvoice(relation, 300m));
        await bank.ImportAsync(bank.Statement(1, 0m, new(41.17m, Name: "CURIE MARIE"), new(100m, Name: "CURIE MARIE", Text: $"for {two.Number}"), new(7m, Name: "FPS FINANCE")));
        using var clerk = await Browser.ClerkAsync(app);
        var lines = await bank.LinesAsync();

        var page = await clerk.GetAsync($"/payments/{lines[0].Id}");
        Assert.Contains("the amount is what is open · the name is like the customer’s", page.Words(".todo li"), StringComparison.Ordinal);
        page = await clerk.SubmitAsync(page, ".todo li form");
        Assert.Equal((PaymentState.Paid, "On invoices"), ((await story.Read(one.Id)).PaymentState, page.Words(".head .state")));

        // More than is open is refused at once, and nothing of the split is booked.
        page = await clerk.GetAsync($"/payments/{lines[1].Id}?q={two.Number}");
        var refused = await clerk.SubmitAsync(page, "#book", ("Input.Parts[0].Amount", "101"));
        Assert.Contains("only 100.00 euro is left", refused.Words("[role=alert]"), StringComparison.Ordinal);
        refused = await clerk.SubmitAsync(page, "#book", ("Input.Parts[0].Amount", "ten"));
        Assert.Contains("not an amount", refused.Words("#book .error"), StringComparison.Ordinal);
        page = await clerk.SubmitAsync(page, "#book", ("Input.Parts[0].Amount", "60,00"));
        Assert.Equal((60m, "To do"), ((await story.Read(two.Id)).Paid, page.Words(".head .state")));
        page = await clerk.SubmitAsync(page, "#credit");
        Assert.Equal("Kept as credit", page.Words(".head .state"));
        Assert.Contains("This customer has a credit of €40.00", (await clerk.GetAsync($"/invoices/{two.Id}")).Words("main"), StringComparison.Ordinal);
        Assert.Contains("€40.00", (await clerk.GetAsync($"/relations/{relation.Id}")).Words("section[aria-labelledby=h-credit]"), StringComparison.Ordinal);

        // Taken back by counter-rows, which stay in sight.
        page = await clerk.SubmitAsync(page, "section[aria-labelledby=h-steps] tbody form");
        Assert.Equal(0m, (await story.Read(two.Id)).Paid);
        Assert.Equal(2, await app.ReadAsync((OfficeDb db) => db.LedgerEntries.CountAsync(e => e.LineId == lines[1].Id)));
        Assert.Equal(3, page.QuerySelectorAll("section[aria-labelledby=h-steps] tbody tr").Length);

        page = await clerk.GetAsync($"/payments/{lines[2].Id}");
        Assert.Contains("Say in a word what it is.", (await clerk.SubmitAsync(page, "#aside")).Body!.TextContent, StringComparison.Ordinal);
        page = await clerk.SubmitAsync(page, "#aside", ("Input.Word", "VAT refund"));
        Assert.Contains("Put aside: VAT refund", page.Words("section[aria-labelledby=h-steps]"), StringComparison.Ordinal);
        Assert.DoesNotContain("FPS FINANCE", (await clerk.GetAsync("/payments")).Words("main"), StringComparison.Ordinal);
        Assert.Contains("FPS FINANCE", (await clerk.GetAsync("/payments?view=aside&q=finance")).Words("main"), StringComparison.Ordinal);
        await story.ThenTheLedgerAgrees();
    }

    [Fact]
    public async Task Payments_and_statements_of_another_company_are_not_there()
    {
        var (bank, invoice) = (await Bank.WithAnAccountAsync(app), await GivenAnInvoice());
        await bank.ImportAsync(bank.Statement(1, 0m, new Payment(1m, Text: "secret of ours")));
        var line = await bank.LineAsync();
        using var stranger = await Browser.ClerkAsync(app);
        var company = new OwnCompany { Name = "Theirs NV" };
        await app.ReadAsync(async (OfficeDb db) =>
        {
            db.Add(company);
            var theirs = await db.UserCompanies.OrderByDescending(u => u.UserId).FirstAsync();
            db.Remove(theirs);
            db.Add(new Domi.BackOffice.Users.UserCompany { UserId = theirs.UserId, OwnCompanyId = company.Id });
            return await db.SaveChangesAsync();
        });
        using var moved = await stranger.Http.PostAsync("/profile/company", new FormUrlEncodedContent([new("id", company.Id.ToString()), new("form-token", (await stranger.GetAsync("/profile")).QuerySelector("[name=form-token]")!.GetAttribute("value")!)]));

        Assert.Equal(HttpStatusCode.NotFound, await stranger.StatusAsync($"/payments/{line.Id}"));
        Assert.Equal(HttpStatusCode.NotFound, await stranger.StatusAsync($"/payments/statements/{line.StatementId}"));
        Assert.DoesNotContain("secret of ours", (await stranger.GetAsync("/payments")).Body!.TextContent, StringComparison.Ordinal);
        Assert.Empty((await stranger.GetAsync("/payments/statements")).QuerySelectorAll("tbody tr"));
        Assert.Empty((await stranger.GetAsync("/payments/import")).QuerySelectorAll("article"));
        Assert.Equal(PaymentState.Unpaid, (await story.Read(invoice.Id)).PaymentState);
    }

    private async Task<Invoice> GivenAnInvoice(Domi.BackOffice.Relations.Relation? relation = null, decimal amount = 121m) => await story.WhenNumbered(await story.GivenAProposal(relation ?? await story.GivenARelation(), amount));

    private static async Task<IHtmlDocument> UploadAsync(Browser browser, params (string Name, byte[] Content)[] files)
    {
        var page = await browser.GetAsync("/payments/import");
        using var body = new MultipartFormDataContent { { new StringContent(page.QuerySelector("form.drop [name=form-token]")!.GetAttribute("value")!), "form-token" } };
        foreach (var (name, content) in files)
        {
            var file = new ByteArrayContent(content);
            file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            body.Add(file, "Input.Files", name);
        }

        using var answer = await browser.Http.PostAsync("/payments/import", body);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return await browser.GetAsync(answer.Headers.Location!.ToString());
    }
}
