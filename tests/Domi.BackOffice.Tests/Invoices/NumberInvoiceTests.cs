using Domi.BackOffice.Companies;
using Domi.BackOffice.Invoices;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.BackOffice.Tests.Invoices;

public sealed class NumberInvoiceTests(OfficeFixture app) : IClassFixture<OfficeFixture>
{
    private readonly Story story = new(app);

    [Fact]
    public async Task Many_numbered_at_once_get_numbers_without_a_gap()
    {
        var relation = await story.GivenARelation();
        var proposals = new List<Invoice>();
        for (var i = 0; i < 24; i++) proposals.Add(await story.GivenAProposal(relation));

        await Task.WhenAll(proposals.Select(p => Task.Run(() => story.WhenNumbered(p))));

        var series = await app.ReadAsync((OfficeDb db) => db.NumberSeries.SingleAsync(s => s.Kind == InvoiceKind.Invoice));
        var numbers = await app.ReadAsync((OfficeDb db) => db.Invoices.Where(i => i.Number != null && i.Kind == InvoiceKind.Invoice).Select(i => i.Number!).ToListAsync());
        Assert.Equal(numbers.Count, numbers.Distinct().Count());
        Assert.Equal(series.LastNumber, numbers.Count);
        Assert.Equal(Enumerable.Range(1, series.LastNumber).Select(n => $"2026-{n:0000}"), numbers.Order(StringComparer.Ordinal));
        await story.ThenTheLedgerAgrees();
    }

    [Theory]
    [InlineData("", "BE71096123456769", "0712845377")]
    [InlineData("Rue de la Loi 16", "", "0712845377")]
    [InlineData("Rue de la Loi 16", "BE71096123456769", "")]
    public async Task A_company_without_address_account_or_enterprise_number_gives_no_number(string street, string account, string enterprise)
    {
        var proposal = await story.GivenAProposal(await story.GivenARelation());
        async Task SaveAsync(string street, string account, string enterprise) => await story.Office(services => services.GetRequiredService<EditCompany>()
            .SaveFactsAsync(story.CompanyId, null, new("My company", enterprise, street, "1000", "Bruxelles", "BE", "", null, null, account, null, "fr"), CancellationToken.None));
        await SaveAsync(street, account, enterprise);
        try
        {
            var refused = await Assert.ThrowsAsync<RefusedException>(() => story.WhenNumbered(proposal));

            Assert.Equal("company_incomplete", refused.Code);
            Assert.Null((await story.Read(proposal.Id)).Number);
        }
        finally
        {
            await SaveAsync("Rue de la Loi 16", "BE71096123456769", "0712845377");
        }

        Assert.NotNull((await story.WhenNumbered(proposal)).Number);
    }

    [Theory]
    [InlineData(InvoiceKind.Invoice, 0, "invoice_asks_nothing")]
    [InlineData(InvoiceKind.Invoice, -9, "invoice_asks_nothing")]
    [InlineData(InvoiceKind.CreditNote, 9, "credit_gives_nothing")]
    public async Task An_invoice_asks_for_money_and_a_credit_note_gives_it_back(InvoiceKind kind, int amount, string code)
    {
        var proposal = await story.GivenAProposal(await story.GivenARelation(), amount, kind);

        Assert.Equal(code, (await Assert.ThrowsAsync<RefusedException>(() => story.WhenNumbered(proposal))).Code);
        Assert.Null((await story.Read(proposal.Id)).Number);
    }

    [Fact]
    public async Task A_date_before_the_last_number_is_refused_and_takes_no_number()
    {
        var relation = await story.GivenARelation();
        await story.WhenNumbered(await story.GivenAProposal(relation));
        var before = await app.ReadAsync((OfficeDb db) => db.NumberSeries.Where(s => s.Kind == InvoiceKind.Invoice).SumAsync(s => s.LastNumber));
        var proposal = await story.GivenAProposal(relation);

        var refused = await Assert.ThrowsAsync<RefusedException>(() => story.Office(services =>
            services.GetRequiredService<NumberInvoice>().RunAsync(proposal.Id, new DateOnly(2026, 1, 5), false, "test", CancellationToken.None)));

        Assert.Equal("date_before_last", refused.Code);
        Assert.Equal(before, await app.ReadAsync((OfficeDb db) => db.NumberSeries.Where(s => s.Kind == InvoiceKind.Invoice).SumAsync(s => s.LastNumber)));
    }

    [Fact]
    public async Task A_numbered_invoice_is_not_numbered_again_nor_changed()
    {
        var invoice = await story.WhenNumbered(await story.GivenAProposal(await story.GivenARelation()));

        var again = await Assert.ThrowsAsync<RefusedException>(() => story.WhenNumbered(invoice));
        var change = await Assert.ThrowsAsync<RefusedException>(() => story.Office(services => services.GetRequiredService<EditProposal>()
            .ChangeAsync(invoice.Id, null, new(invoice.RelationId, InvoiceKind.Invoice, null, null, "", "", null, null, []), "test", CancellationToken.None)));

        Assert.Equal(("invoice_numbered", "invoice_numbered"), (again.Code, change.Code));
    }

    [Fact]
    public async Task Vat_is_rounded_once_per_rate_on_the_total()
    {
        var totals = Totals.Of([
            new() { Description = "a", Quantity = 3, UnitPrice = 0.335m, VatRate = 21 },
            new() { Description = "b", Quantity = 1, UnitPrice = 0.02m, VatRate = 21 },
            new() { Description = "c", Quantity = 1, UnitPrice = 10m, VatRate = 6 },
        ]);

        Assert.Equal((11.03m, 0.82m, 11.85m), (totals.ExclVat, totals.Vat, totals.InclVat));
        Assert.Equal(2, totals.Rates.Count);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task A_credit_note_uses_up_what_is_open()
    {
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation(), 60m);
        var note = await story.Office(services => services.GetRequiredService<EditProposal>().CreditAsync(invoice.Id, "test", CancellationToken.None));

        var numbered = await story.WhenNumbered(note);

        Assert.Equal((PaymentState.Paid, 0m), ((await story.Read(invoice.Id)).PaymentState, (await story.Read(invoice.Id)).Open));
        Assert.StartsWith("CN2026-", numbered.Number);
        await story.ThenTheLedgerAgrees();
    }

    [Fact]
    public async Task With_the_provider_sending_the_office_refuses_to()
    {
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation());
        await SetSenders(SentBy.Provider);
        try
        {
            var refused = await Assert.ThrowsAsync<RefusedException>(() => story.Office(services => services.GetRequiredService<SendInvoice>().RunAsync(invoice.Id, false, "test", CancellationToken.None)));
            Assert.Equal("sent_by_provider", refused.Code);

            // Numbered from here on, it is the provider who mails it: once.
            var theirs = await story.GivenANumberedInvoice(await story.GivenARelation());
            await AppFixture.RunAsync<SendInvoices>(app.Office!);
            Assert.Equal(SendState.Sent, (await story.Read(theirs.Id)).SendState);
            Assert.Equal(1, await app.ReadEngineAsync(db => db.Mails.CountAsync(m => m.Purpose == "invoice" && m.Subject.Contains(theirs.Number!))));
            Assert.Equal(0, await app.ReadAsync((OfficeDb db) => db.Mails.CountAsync(m => m.About == $"invoice:{theirs.Id}")));
        }
        finally
        {
            await SetSenders(SentBy.Office);
        }
    }

    private Task<bool> SetSenders(SentBy by) => story.Office(async services =>
    {
        var db = services.GetRequiredService<OfficeDb>();
        var company = await db.Companies.SingleAsync();
        (company.InvoicesSentBy, company.RemindersSentBy) = (by, by);
        await db.SaveChangesAsync();
        return true;
    });
}
