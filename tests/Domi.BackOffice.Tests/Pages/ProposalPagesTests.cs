using Domi.BackOffice.Invoices;
using Domi.BackOffice.Runs;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.BackOffice.Tests.Pages;

public sealed class ProposalPagesTests(OfficeFixture app) : IClassFixture<OfficeFixture>
{
    [Fact]
    public async Task A_proposal_is_made_with_lines_that_came_without_script()
    {
        var relation = await app.RelationAsync("Two Lines NV");
        using var browser = await Browser.AdministratorAsync(app);
        var page = await browser.GetAsync($"/proposals/new?relation={relation.Id}");
        Assert.Equal($"{relation.Number} Two Lines NV", page.QuerySelector("[name='Input.Relation']")!.GetAttribute("value"));

        page = await browser.SubmitAsync(page, "#proposal", ("Input.Lines[0].Description", "Advice"), ("Input.Lines[0].UnitPrice", "100"), ("act", "add"));
        Assert.Equal("Advice", page.Words("textarea[name='Input.Lines[0].Description']"));
        page = await browser.SubmitAsync(page, "#proposal", ("Input.Lines[1].Description", "Costs"), ("Input.Lines[1].Quantity", "2,5"), ("Input.Lines[1].UnitPrice", "1 000,10"), ("Input.Lines[1].VatRate", "0"), ("act", "save"));

        Assert.Equal("€2,621.25", page.Words(".sum dd.total"));
        var id = Guid.Parse(page.DocumentElement.GetAttribute("data-address")!.Split('/')[^1]);
        Assert.Equal([("Advice", 1m, 100m, 21m), ("Costs", 2.5m, 1000.10m, 0m)],
            (await app.ReadAsync(id)).Lines.OrderBy(l => l.Position).Select(l => (l.Description, l.Quantity, l.UnitPrice, l.VatRate)));
    }

    [Fact]
    public async Task A_new_form_that_is_sent_twice_makes_one_invoice()
    {
        var relation = await app.RelationAsync("Double Click NV");
        using var browser = await Browser.AdministratorAsync(app);
        var page = await browser.GetAsync($"/proposals/new?relation={relation.Id}");

        var addresses = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            using var answer = await browser.PostAsync(page, "#proposal", ("Input.Lines[0].Description", "Advice"), ("Input.Lines[0].UnitPrice", "100"), ("Input.Date", "2024-01-05"), ("act", "number")); // a series of its own
            Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
            addresses.Add(answer.Headers.Location!.ToString());
        }

        var made = Assert.Single(await app.OfficeAsync((_, db) => db.Invoices.AsNoTracking().Where(i => i.RelationId == relation.Id).ToListAsync()));
        Assert.Equal(InvoiceState.Numbered, made.State);
        Assert.All(addresses, a => Assert.Equal($"/invoices/{made.Id}", a));
    }

    [Fact]
    public async Task Many_clicks_at_once_make_one_invoice()
    {
        var relation = await app.RelationAsync("Many Clicks NV");
        using var browser = await Browser.AdministratorAsync(app);
        var page = await browser.GetAsync($"/proposals/new?relation={relation.Id}");

        var addresses = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            using var answer = await browser.PostAsync(page, "#proposal", ("Input.Lines[0].Description", "Advice"), ("Input.Lines[0].UnitPrice", "100"), ("Input.Date", "2023-01-05"), ("act", "number"));
            return answer.Headers.Location?.ToString();
        }));

        var made = Assert.Single(await app.OfficeAsync((_, db) => db.Invoices.AsNoTracking().Include(i => i.Lines).Where(i => i.RelationId == relation.Id).ToListAsync()));
        Assert.Equal((InvoiceState.Numbered, 121m, 1), (made.State, made.TotalInclVat, made.Lines.Count));
        Assert.Contains($"/invoices/{made.Id}", addresses);
    }

    [Fact]
    public async Task What_was_saved_and_not_numbered_is_mended_and_numbered_on_the_same_page()
    {
        var relation = await app.RelationAsync("Mended NV");
        var before = await app.ProposalAsync(relation);
        await app.OfficeAsync((services, _) => services.GetRequiredService<NumberInvoice>().RunAsync(before.Id, new DateOnly(2022, 6, 1), false, "test", CancellationToken.None));
        using var browser = await Browser.AdministratorAsync(app);

        var refused = await browser.SubmitAsync(await browser.GetAsync($"/proposals/new?relation={relation.Id}"), "#proposal",
            ("Input.Lines[0].Description", "Advice"), ("Input.Lines[0].UnitPrice", "100"), ("Input.Date", "2022-05-01"), ("act", "number"));
        Assert.NotEqual("", refused.Words(".error, .callout.bad"));
        var page = await browser.SubmitAsync(refused, "#proposal", ("Input.Date", "2022-06-02"), ("Input.Lines[0].UnitPrice", "200"), ("act", "number"));

        var made = await app.OfficeAsync((_, db) => db.Invoices.AsNoTracking().Where(i => i.RelationId == relation.Id && i.Date > new DateOnly(2022, 6, 1)).ToListAsync());
        Assert.Equal($"Invoice {Assert.Single(made).Number}", page.Words("h1"));
        Assert.Equal(242m, made[0].TotalInclVat);
        Assert.False(await app.OfficeAsync((_, db) => db.Invoices.AnyAsync(i => i.RelationId == relation.Id && i.State == InvoiceState.Proposal)));
    }

    [Fact]
    public async Task A_line_is_removed_and_the_others_keep_what_was_typed()
    {
        using var browser = await Browser.AdministratorAsync(app);
        var page = await browser.SubmitAsync(await browser.GetAsync("/proposals/new"), "#proposal", ("Input.Lines[0].Description", "First"), ("act", "add"));

        page = await browser.SubmitAsync(page, "#proposal", ("Input.Lines[1].Description", "Second"), ("act", "remove-0"));

        Assert.Equal("Second", page.Words("textarea[name='Input.Lines[0].Description']"));
        Assert.Null(page.QuerySelector("textarea[name='Input.Lines[1].Description']"));
    }

    [Theory]
    [InlineData("Input.Relation", "", "Choose a relation.")]
    [InlineData("Input.Relation", "Nobody at all", "No relation has this name or number.")]
    [InlineData("Input.Relation", "Twin", "Several relations fit.")]
    [InlineData("Input.Date", "31/02/2026", "This is not a date. Example: 17/03/2026.")]
    [InlineData("Input.DueOn", "2026-01-01", "The due date is before the invoice date.")]
    [InlineData("Input.Lines[0].UnitPrice", "1.234", "Do you mean 1234.00 or 1.2340? Type it that way.")]
    [InlineData("Input.Lines[0].UnitPrice", "0,12345", "At most 4 digits behind the decimal sign.")]
    [InlineData("Input.Lines[0].Quantity", "many", "This is not an amount. Type for example 1234.50.")]
    [InlineData("Input.Lines[0].VatRate", "", "Fill in this field.")]
    [InlineData("Input.Lines[0].Description", "", "Fill in this field.")]
    public async Task What_is_wrong_stands_at_its_field(string field, string value, string words)
    {
        await TwinsAsync();
        var relation = await app.RelationAsync("Wrong Field NV");
        using var browser = await Browser.AdministratorAsync(app);
        var fields = new Dictionary<string, string>
        {
            ["Input.Relation"] = relation.Number.ToString(),
            ["Input.Lines[0].Description"] = "Advice",
            ["Input.Lines[0].Quantity"] = "1",
            ["Input.Lines[0].UnitPrice"] = "10",
            ["Input.Lines[0].VatRate"] = "21",
            ["act"] = "save",
            [field] = value,
        };

        var page = await browser.SubmitAsync(await browser.GetAsync("/proposals/new"), "#proposal", [.. fields.Select(f => (f.Key, f.Value))]);

        Assert.Equal(words, page.QuerySelector($"[name='{field}']")!.ParentElement!.QuerySelector(".error")?.TextContent.Trim());
        Assert.Equal("true", page.QuerySelector($"[name='{field}']")!.GetAttribute("aria-invalid"));
    }

    [Fact]
    public async Task Numbering_and_sending_makes_an_invoice_that_is_on_its_way()
    {
        var proposal = await app.ProposalAsync(await app.RelationAsync("Number And Send NV"));
        using var browser = await Browser.AdministratorAsync(app);

        var page = await browser.SubmitAsync(await browser.GetAsync($"/proposals/{proposal.Id}"), "#proposal", ("Input.Date", "2021-01-05"), ("act", "send")); // a series of its own: others number in 2026

        var invoice = await app.ReadAsync(proposal.Id);
        Assert.Equal((InvoiceState.Numbered, SendState.Waiting), (invoice.State, invoice.SendState));
        Assert.Equal($"Invoice {invoice.Number}", page.Words("h1"));
    }

    [Fact]
    public async Task Without_a_template_in_the_language_the_page_says_so_and_numbering_is_refused()
    {
        await app.OfficeAsync((_, db) => db.Templates.Where(t => t.Language == "de").ExecuteUpdateAsync(s => s.SetProperty(t => t.IsActive, false)));
        var proposal = await app.ProposalAsync(await app.RelationAsync("Deutsche GmbH", language: "de"));
        using var browser = await Browser.AdministratorAsync(app);
        var page = await browser.GetAsync($"/proposals/{proposal.Id}");
        Assert.Equal("There is no active template in German", page.Words(".callout.warn strong"));

        page = await browser.SubmitAsync(page, "#proposal", ("act", "number"));

        Assert.Contains("There is no active template in", page.Words(".callout.bad"), StringComparison.Ordinal);
        Assert.Equal(InvoiceState.Proposal, (await app.ReadAsync(proposal.Id)).State);
        await app.OfficeAsync((_, db) => db.Templates.Where(t => t.Language == "de").ExecuteUpdateAsync(s => s.SetProperty(t => t.IsActive, true)));
    }

    [Fact]
    public async Task A_change_of_another_person_is_not_overwritten()
    {
        var proposal = await app.ProposalAsync(await app.RelationAsync("Two Editors NV"));
        using var browser = await Browser.AdministratorAsync(app);
        var mine = await browser.GetAsync($"/proposals/{proposal.Id}");
        await browser.SubmitAsync(mine, "#proposal", ("Input.Description", "theirs"), ("act", "save"));

        var page = await browser.SubmitAsync(mine, "#proposal", ("Input.Description", "mine"), ("act", "save"));

        Assert.Equal("Somebody else changed this meanwhile. Reload the page and try again.", page.Words(".callout.bad"));
        Assert.Equal("theirs", (await app.ReadAsync(proposal.Id)).Description);
    }

    [Fact]
    public async Task A_proposal_is_deleted_and_looked_at_as_pdf()
    {
        var proposal = await app.ProposalAsync(await app.RelationAsync("Deleted NV"));
        using var browser = await Browser.AdministratorAsync(app);
        using var pdf = await browser.Http.GetAsync($"/proposals/{proposal.Id}/pdf");
        Assert.Equal("application/pdf", pdf.Content.Headers.ContentType!.MediaType);

        var list = await browser.SubmitAsync(await browser.GetAsync($"/proposals/{proposal.Id}"), "#proposal", ("act", "delete"));

        Assert.Equal("Invoice proposals", list.Words("h1"));
        Assert.Equal(HttpStatusCode.NotFound, await browser.StatusAsync($"/proposals/{proposal.Id}"));
    }

    [Fact]
    public async Task Many_are_numbered_by_a_run_that_follows_their_dates_and_lists_what_failed()
    {
        var relation = await app.RelationAsync("Run Of Three NV");
        var third = await app.ProposalAsync(relation, date: new(2026, 3, 21));
        var second = await app.ProposalAsync(relation, date: new(2026, 3, 20));
        var empty = await app.OfficeAsync(async (_, db) =>
        {
            var invoice = new Invoice(app.Made!.CompanyId, relation.Id, InvoiceKind.Invoice, AppFixture.Start) { Language = "en", Date = new(2026, 3, 19) };
            db.Invoices.Add(invoice);
            await db.SaveChangesAsync();
            return invoice;
        });
        using var browser = await Browser.AdministratorAsync(app);
        var page = await browser.GetAsync("/proposals?Q=run+of+three");

        var run = await browser.SubmitAsync(page, "form[data-select]", ("all", "true"), ("act", "number"));
        Assert.NotNull(run.QuerySelector("[data-run]"));
        Assert.NotNull(run.QuerySelector("head noscript"));
        await AppFixture.RunAsync<DoRuns>(app.Office!);
        var address = run.DocumentElement.GetAttribute("data-address")!;
        run = await browser.GetAsync(address);

        Assert.Equal("3 of 3", run.Words(".tally b"));
        Assert.Equal("Add at least one line.", run.Words(".fails p"));
        Assert.Equal($"/proposals/{empty.Id}", run.QuerySelector(".fails a")!.GetAttribute("href"));
        Assert.True(string.CompareOrdinal((await app.ReadAsync(second.Id)).Number, (await app.ReadAsync(third.Id)).Number) < 0);

        using var events = await browser.Http.GetAsync(address + "/events");
        Assert.Equal("text/event-stream", events.Content.Headers.ContentType!.MediaType);
        Assert.Equal("data: {\"total\":3,\"done\":2,\"failed\":1,\"left\":0,\"isFinished\":true}", (await events.Content.ReadAsStringAsync()).Trim());

        run = await browser.SubmitAsync(run, "form[action*=Retry]");
        Assert.Equal("Running", run.Words(".head .states"));
        Assert.Equal("Number invoices", (await browser.GetAsync("/runs")).Words("tbody a.id"));
    }

    private async Task TwinsAsync()
    {
        if (await app.OfficeAsync((_, db) => db.Relations.AnyAsync(r => r.Name == "Twin One"))) return;
        await app.RelationAsync("Twin One");
        await app.RelationAsync("Twin Two");
    }
}
