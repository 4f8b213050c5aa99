using Domi.BackOffice.Invoices;
using Domi.BackOffice.Ledger;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace Domi.BackOffice.Tests.Ledger;

/// <summary>The check finds each kind of difference, and none where there is none. What a test bends it straightens again.</summary>
public sealed class CheckLedgerTests(OfficeFixture app) : IClassFixture<OfficeFixture>
{
    private readonly Story story = new(app);

    [Fact]
    public async Task A_ledger_that_agrees_has_no_difference_and_says_how_much_was_read()
    {
        var paid = await story.GivenANumberedInvoice(await story.GivenARelation(), 60m);
        await story.WhenPaidOnThePage(paid);

        var outcome = await CheckAsync();

        Assert.Empty(outcome.Differences);
        Assert.Equal(await app.ReadAsync((OfficeDb db) => db.Invoices.CountAsync(i => i.State == InvoiceState.Numbered)), outcome.Invoices);
        Assert.Equal(await app.ReadAsync((OfficeDb db) => db.LedgerEntries.CountAsync()), outcome.Entries);
    }

    [Fact]
    public Task A_bent_sum_that_was_paid_is_found() => ThenIsFound(i => i.SetProperty(x => x.Paid, 1m), i => i.SetProperty(x => x.Paid, 0m), "paid is 1");

    [Fact]
    public Task A_bent_sum_that_is_open_is_found() => ThenIsFound(i => i.SetProperty(x => x.Open, 59.99m), i => i.SetProperty(x => x.Open, 60m), "open is 59.99, the entries say 60");

    [Fact]
    public Task A_bent_state_is_found() =>
        ThenIsFound(i => i.SetProperty(x => x.PaymentState, PaymentState.Paid), i => i.SetProperty(x => x.PaymentState, PaymentState.Unpaid), "is Paid, the entries say Unpaid");

    [Theory]
    [InlineData(EntryKind.Booked, "numbered, but not booked")]
    [InlineData(EntryKind.Paid, "paid is 60")]
    public async Task An_entry_that_is_gone_is_found(EntryKind kind, string words)
    {
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation(), 60m);
        await story.WhenPaidOnThePage(invoice);
        var entry = await app.ReadAsync((OfficeDb db) => db.LedgerEntries.AsNoTracking().SingleAsync(e => e.InvoiceId == invoice.Id && e.Kind == kind));
        await app.ReadAsync((OfficeDb db) => db.LedgerEntries.Where(e => e.Id == entry.Id).ExecuteDeleteAsync());

        var found = (await CheckAsync()).Differences;
        await app.ReadAsync(async (OfficeDb db) =>
        {
            db.LedgerEntries.Add(entry);
            return await db.SaveChangesAsync();
        });

        Assert.Contains(found, d => d.StartsWith($"{invoice.Number}: {words}", StringComparison.Ordinal));
        Assert.All(found, d => Assert.StartsWith(invoice.Number!, d));
        await story.ThenTheLedgerAgrees();
    }

    [Fact]
    public async Task A_bent_and_a_missing_total_are_found()
    {
        await story.GivenANumberedInvoice(await story.GivenARelation(), 60m);
        var row = await app.ReadAsync((OfficeDb db) => db.InvoiceTotals.AsNoTracking().FirstAsync(t => t.State == PaymentState.Unpaid && t.Count > 0));
        IQueryable<InvoiceTotals> Kept(OfficeDb db) => db.InvoiceTotals.Where(t => t.OwnCompanyId == row.OwnCompanyId && t.Month == row.Month && t.State == row.State);

        await app.ReadAsync((OfficeDb db) => Kept(db).ExecuteUpdateAsync(set => set.SetProperty(t => t.Open, row.Open + 1m)));
        var bent = (await CheckAsync()).Differences;
        await app.ReadAsync((OfficeDb db) => Kept(db).ExecuteDeleteAsync());
        var missing = (await CheckAsync()).Differences;
        await app.ReadAsync(async (OfficeDb db) =>
        {
            db.InvoiceTotals.Add(row);
            return await db.SaveChangesAsync();
        });

        Assert.Contains($"totals {row.Month:yyyy-MM} Unpaid: {row.Count} /", Assert.Single(bent), StringComparison.Ordinal);
        Assert.Equal([$"totals {row.Month:yyyy-MM} Unpaid: missing"], missing);
        await story.ThenTheLedgerAgrees();
    }

    private async Task ThenIsFound(Action<UpdateSettersBuilder<Invoice>> bend, Action<UpdateSettersBuilder<Invoice>> straighten, string words)
    {
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation(), 60m);
        await app.ReadAsync((OfficeDb db) => db.Invoices.Where(i => i.Id == invoice.Id).ExecuteUpdateAsync(bend));

        var found = (await CheckAsync()).Differences;
        await app.ReadAsync((OfficeDb db) => db.Invoices.Where(i => i.Id == invoice.Id).ExecuteUpdateAsync(straighten));

        Assert.Contains(found, d => d.StartsWith($"{invoice.Number}: {words}", StringComparison.Ordinal));
        await story.ThenTheLedgerAgrees();
    }

    private Task<CheckLedger.Outcome> CheckAsync() => app.ReadAsync((OfficeDb db) => CheckLedger.RunAsync(db, CancellationToken.None));
}
