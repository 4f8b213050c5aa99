using Domi.BackOffice.Connections;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Ledger;
using Domi.BackOffice.Sync;
using Domi.Testing;
using Domi.Twikey;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.BackOffice.Tests.Ledger;

/// <summary>Events duplicated and reordered end in one and the same ledger.</summary>
public sealed class LedgerTests(OfficeFixture app) : IClassFixture<OfficeFixture>
{
    private readonly Story story = new(app);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Any_order_and_any_repetition_of_events_ends_in_the_same_balance(int seed)
    {
        var random = new Random(seed);
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation(), 100m);
        // Collected and returned; collected again and kept; a link paid by mistake; a refund of the link.
        TwikeyPayment[] history =
        [
            Event(invoice, "payment", 100m, "e2e-1" + seed), Event(invoice, "payment_failure", 100m, "e2e-1" + seed, "AM04"),
            Event(invoice, "payment", 100m, "e2e-2" + seed), Event(invoice, "payment_failure", 100m, "e2e-3" + seed, "MS03"),
            Event(invoice, "payment", 40m, link: 1000 + seed), Event(invoice, "refund", 40m, refund: "r-" + seed),
        ];

        foreach (var payment in history.Concat(history).Concat(history).OrderBy(_ => random.Next()))
            await story.Office(async services =>
            {
                var db = services.GetRequiredService<OfficeDb>();
                var connection = await db.Connections.AsNoTracking().SingleAsync();
                var apply = services.GetRequiredService<ApplyPayment>();
                return await db.WriteAsync(ct => apply.ApplyAsync(connection, new(payment, null), ct), CancellationToken.None);
            });

        var after = await story.Read(invoice.Id);
        Assert.Equal((100m, 0m, PaymentState.Paid), (after.Paid, after.Open, after.PaymentState));
        Assert.Equal(6, await app.ReadAsync((OfficeDb db) => db.LedgerEntries.CountAsync(e => e.InvoiceId == invoice.Id)));
        await story.ThenTheLedgerAgrees();
    }

    [Fact]
    public async Task A_failure_without_a_payment_is_an_attempt_and_no_entry()
    {
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation(), 50m);

        await Apply(Event(invoice, "payment_failure", 50m, "e2e-alone", "MS02"));

        var after = await story.Read(invoice.Id);
        Assert.Equal((50m, "MS02"), (after.Open, after.FailureCode));
        Assert.Equal(1, await app.ReadAsync((OfficeDb db) => db.LedgerEntries.CountAsync(e => e.InvoiceId == invoice.Id)));
        Assert.Equal(1, await app.ReadAsync((OfficeDb db) => db.FailedAttempts.CountAsync(a => a.InvoiceId == invoice.Id)));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public async Task A_failure_that_is_told_after_a_later_attempt_was_paid_is_history(int first, int second)
    {
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation(), 50m);
        TwikeyPayment[] events = [Event(invoice, "payment_failure", 50m, $"e2e-h1-{first}", "AM04"), Event(invoice, "payment", 50m, $"e2e-h2-{first}")];

        await Apply(events[first]);
        await Apply(events[second]);

        var after = await story.Read(invoice.Id);
        Assert.Equal((0m, PaymentState.Paid, null, null), (after.Open, after.PaymentState, after.FailureCode, after.CollectionOn));
        await story.ThenTheLedgerAgrees();
    }

    [Fact]
    public async Task Money_that_really_came_twice_is_a_visible_overpayment()
    {
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation(), 50m);

        await Apply(Event(invoice, "payment", 50m, link: 1));
        await Apply(Event(invoice, "payment", 50m, link: 2));

        var after = await story.Read(invoice.Id);
        Assert.Equal((PaymentState.Overpaid, -50m), (after.PaymentState, after.Open));
        await story.ThenTheLedgerAgrees();
    }

    [Fact]
    public async Task Each_part_of_a_links_payment_that_is_given_back_counts_once()
    {
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation(), 50m);
        await Apply(Event(invoice, "payment", 50m, link: 77));

        foreach (var part in new[] { "evt-p1", "evt-p2", "evt-p1" }) await Apply(Event(invoice, "refund", 10m, link: 77) with { EventId = part });

        Assert.Equal(20m, (await story.Read(invoice.Id)).Open);
        await story.ThenTheLedgerAgrees();
    }

    [Fact]
    public async Task What_an_earlier_version_booked_by_its_link_is_not_booked_again()
    {
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation(), 50m);
        await Apply(Event(invoice, "payment", 50m, link: 78));
        await Apply(Event(invoice, "refund", 10m, link: 78) with { EventId = "" });

        await Apply(Event(invoice, "refund", 10m, link: 78) with { EventId = "evt-p3" });

        Assert.Equal(10m, (await story.Read(invoice.Id)).Open);
        await story.ThenTheLedgerAgrees();
    }

    [Theory]
    [InlineData("psp", "rcc")]
    [InlineData("bank", "sdd")]
    public async Task A_card_is_charged_an_account_debited_and_each_part_that_a_transfer_gives_back_counts(string gateway, string method)
    {
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation(), 50m);
        var paid = Event(invoice, "payment", 50m, "e2e-card-" + gateway) with { Gateway = new("2", null, gateway, null) };

        await Apply(paid);
        foreach (var part in new[] { "t1", "t2", "t2" }) await Apply(Event(invoice, "refund", 10m, paid.Details.EndToEndId, refund: $"{part}-{gateway}"));

        Assert.Equal(20m, (await story.Read(invoice.Id)).Open);
        Assert.Equal(method, await story.Office(services => services.GetRequiredService<OfficeDb>().LedgerEntries.Where(e => e.InvoiceId == invoice.Id && e.Kind == EntryKind.Paid).Select(e => e.Method).SingleAsync()));
        await story.ThenTheLedgerAgrees();
    }

    [Theory]
    [InlineData("payment", -5, "EUR", "odd_amount")]
    [InlineData("payment", 0, "EUR", "odd_amount")]
    [InlineData("payment", 5.001, "EUR", "odd_amount")]
    [InlineData("payment", 5, "USD", "unknown_currency")]
    [InlineData("gift", 5, "EUR", "unknown_type")]
    public async Task What_makes_no_sense_is_kept_aside(string type, double amount, string currency, string reason)
    {
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation(), 50m);

        var applied = await Apply(Event(invoice, type, (decimal)amount, "odd") with { Currency = currency });

        Assert.Equal((InboxState.Quarantined, reason), (applied.State, applied.Reason));
        Assert.Equal(50m, (await story.Read(invoice.Id)).Open);
    }

    [Fact]
    public async Task Sixteen_readers_at_once_book_a_payment_once()
    {
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation(), 50m);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            try
            {
                return (await Apply(Event(invoice, "payment", 50m, "e2e-race"))).State;
            }
            catch (DbUpdateException)
            {
                return InboxState.Unchanged; // the index or the invoice's version declined: what the feed reader does again
            }
        })));

        Assert.Equal(1, outcomes.Count(o => o is InboxState.Applied));
        Assert.Equal(0m, (await story.Read(invoice.Id)).Open);
        await story.ThenTheLedgerAgrees();
    }

    private Task<Applied> Apply(TwikeyPayment payment) => story.Office(async services =>
    {
        var db = services.GetRequiredService<OfficeDb>();
        var connection = await db.Connections.AsNoTracking().SingleAsync();
        return await db.WriteAsync(ct => services.GetRequiredService<ApplyPayment>().ApplyAsync(connection, new(payment, null), ct), CancellationToken.None);
    });

    private static TwikeyPayment Event(Invoice invoice, string type, decimal amount, string? e2e = null, string? code = null, int? link = null, string? refund = null) =>
        new("evt", type, AppFixture.Start, amount, "EUR", new("invoice", invoice.Id, invoice.Number, null), null,
            new(null, null, e2e, null, link?.ToString(), null, null, refund), code is null ? null : new(null, null, null, code, null, null));
}
