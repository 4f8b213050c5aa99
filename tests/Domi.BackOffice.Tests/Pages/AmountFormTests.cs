using Domi.BackOffice.Invoices;
using Domi.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.BackOffice.Tests.Pages;

/// <summary>Amounts mean the same in every language, and a form that is shown again says what was said.</summary>
public sealed class AmountFormTests(OfficeFixture app) : IClassFixture<OfficeFixture>
{
    [Theory]
    [InlineData("fr", "12.50")]
    [InlineData("fr", "12,50")]
    [InlineData("nl", "12.50")]
    [InlineData("nl", "12,50")]
    [InlineData("en", "12.50")]
    [InlineData("en", "12,50")]
    [InlineData("de", "12.50")]
    [InlineData("de", "12,50")]
    public async Task Twelve_and_a_half_is_that_in_every_language(string language, string typed)
    {
        var relation = await app.RelationAsync($"Half {language} {typed}");
        var invoice = await app.InvoiceAsync(relation, link: false);
        using var browser = await Browser.AdministratorAsync(app, language);

        using var paid = await browser.PostAsync(await browser.GetAsync($"/invoices/{invoice.Id}"), "#payment form", ("Money.Amount", typed));
        Assert.Equal(HttpStatusCode.Redirect, paid.StatusCode);
        using var saved = await browser.PostAsync(await browser.GetAsync($"/proposals/new?relation={relation.Id}"), "#proposal", Line(typed, typed));
        Assert.Equal(HttpStatusCode.Redirect, saved.StatusCode);

        Assert.Equal(12.50m, (await app.ReadAsync(invoice.Id)).Paid);
        Assert.Equal((12.5m, 12.5m, 21m), await LineAsync(saved));
    }

    [Theory]
    [InlineData("fr", "1.234", "1234,00", "1,2340")]
    [InlineData("fr", "1,234", "1234,00", "1,2340")]
    [InlineData("nl", "1.234", "1234,00", "1,2340")]
    [InlineData("nl", "1,234", "1234,00", "1,2340")]
    [InlineData("en", "1.234", "1234.00", "1.2340")]
    [InlineData("en", "1,234", "1234.00", "1.2340")]
    [InlineData("de", "1.234", "1234,00", "1,2340")]
    [InlineData("de", "1,234", "1234,00", "1,2340")]
    public async Task What_can_be_read_in_two_ways_is_asked_back_in_words_that_can_be_typed(string language, string typed, string whole, string fraction)
    {
        var relation = await app.RelationAsync($"Two ways {language} {typed}");
        var invoice = await app.InvoiceAsync(relation, link: false);
        using var browser = await Browser.AdministratorAsync(app, language);

        var asked = await browser.SubmitAsync(await browser.GetAsync($"/invoices/{invoice.Id}"), "#payment form", ("Money.Amount", typed));
        Assert.Contains(whole, asked.ErrorOf("Money.Amount"), StringComparison.Ordinal);
        Assert.Equal(typed, asked.QuerySelector("#payment [name='Money.Amount']")!.GetAttribute("value"));
        Assert.Equal(0m, (await app.ReadAsync(invoice.Id)).Paid);

        var page = await browser.SubmitAsync(await browser.GetAsync($"/proposals/new?relation={relation.Id}"), "#proposal", Line("1", typed));
        var words = page.QuerySelector("[name='Input.Lines[0].UnitPrice']")!.ParentElement!.QuerySelector(".error")!.TextContent;
        Assert.Contains(whole, words, StringComparison.Ordinal);
        Assert.Contains(fraction, words, StringComparison.Ordinal);

        // Each of the two answers, typed as the question has it, is taken for what it says.
        foreach (var (answer, meant) in new[] { (whole, 1234m), (fraction, 1.234m) })
        {
            using var saved = await browser.PostAsync(page, "#proposal", ("Input.Lines[0].UnitPrice", answer), ("Input.NewId", Guid.CreateVersion7().ToString()), ("act", "save"));
            Assert.Equal(HttpStatusCode.Redirect, saved.StatusCode);
            Assert.Equal((1m, meant, 21m), await LineAsync(saved));
        }
    }

    [Theory]
    [InlineData("fr")]
    [InlineData("nl")]
    [InlineData("en")]
    [InlineData("de")]
    public async Task A_form_that_is_posted_as_it_was_drawn_changes_nothing(string language)
    {
        var relation = await app.RelationAsync($"Redrawn {language}");
        using var browser = await Browser.AdministratorAsync(app, language);
        (decimal Quantity, decimal Price, decimal Rate)[] lines = [(1.125m, 1234.5m, 21m), (1000m, 1.125m, 6m), (-2.5m, 0.0001m, 0m), (3m, 1234567.89m, 12m), (0.001m, 99m, 21m)];
        var proposal = await app.OfficeAsync((services, _) => services.GetRequiredService<EditProposal>().CreateAsync(app.Made!.CompanyId,
            new(relation.Id, InvoiceKind.Invoice, new(2026, 3, 17), new(2026, 4, 16), "Redrawn", "", null, null, [.. lines.Select((l, n) => new ProposalLine($"Line {n}", l.Quantity, l.Price, l.Rate))]), "test", CancellationToken.None));

        for (var times = 0; times < 2; times++)
        {
            using var saved = await browser.PostAsync(await browser.GetAsync($"/proposals/{proposal.Id}"), "#proposal", ("act", "save"));
            Assert.True(saved.StatusCode is HttpStatusCode.Redirect, (await Browser.ReadAsync(saved)).Words(".error"));
        }

        var after = await app.ReadAsync(proposal.Id);
        Assert.Equal(lines, after.Lines.OrderBy(l => l.Position).Select(l => (l.Quantity, l.UnitPrice, l.VatRate)));
        Assert.Equal((proposal.TotalInclVat, new DateOnly(2026, 3, 17), new DateOnly(2026, 4, 16)), (after.TotalInclVat, after.Date, after.DueOn));
    }

    private static (string, string)[] Line(string quantity, string price) =>
        [("Input.Lines[0].Description", "Advice"), ("Input.Lines[0].Quantity", quantity), ("Input.Lines[0].UnitPrice", price), ("Input.Lines[0].VatRate", "21"), ("act", "save")];

    private async Task<(decimal Quantity, decimal Price, decimal Rate)> LineAsync(HttpResponseMessage saved)
    {
        var line = Assert.Single((await app.ReadAsync(Guid.Parse(saved.Headers.Location!.ToString().Split('/')[^1]))).Lines);
        return (line.Quantity, line.UnitPrice, line.VatRate);
    }
}
