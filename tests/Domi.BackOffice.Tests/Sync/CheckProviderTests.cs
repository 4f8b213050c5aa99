using Domi.BackOffice.Connections;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Ledger;
using Domi.BackOffice.Mandates;
using Domi.BackOffice.Relations;
using Domi.BackOffice.Sync;
using Domi.Engine.Feeds;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.BackOffice.Tests.Sync;

/// <summary>Every night the office compares with the provider and finds what no event told.</summary>
public sealed class CheckProviderTests : IClassFixture<ProxiedFixture>
{
    private readonly ProxiedFixture app;
    private readonly Story story;

    public CheckProviderTests(ProxiedFixture app)
    {
        (this.app, story) = (app, new(app));
        app.Heal();
    }

    [Fact]
    public async Task Nothing_differs_and_the_connection_says_when_that_was()
    {
        await story.GivenANumberedInvoice(await story.GivenARelation());

        Assert.Equal(0, await WhenChecked());

        var connection = await app.ConnectionAsync();
        Assert.NotNull(connection.CheckedAt);
        Assert.Equal(0, connection.CheckDifferences);
    }

    [Fact]
    public async Task A_document_that_could_not_be_read_holds_up_no_mandate_and_is_fetched_at_night()
    {
        var relation = await story.GivenARelation();
        app.Proxy.Decide = (_, path) => path.EndsWith("/mandate/pdf", StringComparison.Ordinal) ? Fault.Html : Fault.None;
        var reference = await story.WhenSignedOnThePage(await story.GivenANumberedInvoice(relation));
        Task<int> DocumentsAsync() => app.ReadAsync((OfficeDb db) => db.Documents.CountAsync(d => d.RelationId == relation.Id && d.Name == reference + ".pdf"));
        Assert.Equal(PaymentMethod.DirectDebit, await app.ReadAsync((OfficeDb db) => db.Relations.Where(r => r.Id == relation.Id).Select(r => r.PaymentMethod).SingleAsync()));
        await WhenChecked();
        Assert.Equal(0, await DocumentsAsync());

        app.Heal();
        await WhenChecked();
        await WhenChecked();

        Assert.Equal(1, await DocumentsAsync());
    }

    [Fact]
    public async Task Paid_there_and_open_here_is_found_and_the_feeds_are_read_again()
    {
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation());
        await GivenAPaymentThatWasLost(invoice);
        Assert.Equal(("PAID", 121m), ((await story.Read(invoice.Id)).ProviderState, (await story.Read(invoice.Id)).Open));

        Assert.Equal(1, await WhenChecked());
        await story.WhenFeedsAreRead();

        Assert.Equal((PaymentState.Paid, 0m), ((await story.Read(invoice.Id)).PaymentState, (await story.Read(invoice.Id)).Open));
        Assert.Equal(0, await WhenChecked());
        await story.ThenTheLedgerAgrees();
    }

    [Fact]
    public async Task A_check_that_breaks_off_acts_on_what_it_found()
    {
        var (lost, breaks) = (await story.GivenANumberedInvoice(await story.GivenARelation()), await story.GivenANumberedInvoice(await story.GivenARelation()));
        await GivenAPaymentThatWasLost(lost);
        app.Proxy.Decide = (method, path) => method == "GET" && path.EndsWith(breaks.Id.ToString(), StringComparison.Ordinal) ? Fault.Html : Fault.None;

        Assert.Equal(1, await WhenChecked());
        app.Heal();
        await story.WhenFeedsAreRead();

        Assert.Equal(0m, (await story.Read(lost.Id)).Open);
        await story.ThenTheLedgerAgrees();
    }

    [Fact]
    public async Task An_invitation_whose_mandate_is_gone_there_expires_and_one_that_stands_does_not()
    {
        var (gone, stands) = (await GivenAnInvitation(), await GivenAnInvitation());
        var connection = await app.ConnectionAsync();
        await story.Office(async services =>
        {
            await services.GetRequiredService<Clients>().For(connection).CancelMandateAsync(gone.MandateReference!, "withdrawn", false);
            return true;
        });

        await WhenChecked();

        Assert.Equal(InvitationState.Expired, (await ReadAsync(gone)).State);
        Assert.Equal(InvitationState.Invited, (await ReadAsync(stands)).State);
        Assert.Equal(1, await app.ReadAsync((OfficeDb db) => db.Timeline.CountAsync(t => t.RelationId == gone.RelationId && t.Code == "invitation_expired")));
        Assert.Equal(0, await app.ReadAsync((OfficeDb db) => db.Timeline.CountAsync(t => t.RelationId == stands.RelationId && t.Code == "invitation_expired")));
    }

    [Fact]
    public async Task A_payment_feed_that_was_missing_is_asked_for_again_and_assumed_money_is_not_booked_twice()
    {
        var (assumed, known) = (await story.GivenANumberedInvoice(await story.GivenARelation()), await story.GivenANumberedInvoice(await story.GivenARelation()));
        await app.ReadAsync((OfficeDb db) => db.Connections.ExecuteUpdateAsync(set => set.SetProperty(c => c.LacksPaymentFeed, true)));
        await story.WhenPaidOnThePage(assumed);
        Assert.Equal([true], await AssumedAsync(assumed));

        await WhenChecked();
        Assert.False((await app.ConnectionAsync()).LacksPaymentFeed);
        await story.WhenPaidOnThePage(known);

        Assert.Equal([true], await AssumedAsync(assumed));
        Assert.Equal([false], await AssumedAsync(known));
        Assert.Equal(0m, (await story.Read(assumed.Id)).Open);
        await story.ThenTheLedgerAgrees();
    }

    [Fact]
    public async Task What_was_set_aside_is_tried_again_by_night()
    {
        var (there, late) = (await story.GivenANumberedInvoice(await story.GivenARelation()), await story.GivenAProposal(await story.GivenARelation()));
        var number = $"2026-{await app.ReadAsync((OfficeDb db) => db.NumberSeries.SumAsync(s => s.LastNumber)) + 1:0000}";
        app.Proxy.Rewrite = (_, path, body) => path.EndsWith("/payment/feed", StringComparison.Ordinal) ? body.Replace(there.Id.ToString(), late.Id.ToString()).Replace(there.Number!, number) : body;
        await story.WhenPaidOnThePage(there);
        app.Heal();
        await story.WhenNumbered(late);

        await WhenChecked();

        Assert.Equal(0m, (await story.Read(late.Id)).Open);
        // The one whose payment was bent away is a difference for ever: it must not be one of the next test.
        await story.Office(services => services.GetRequiredService<Domi.BackOffice.Payments.RegisterPayment>().RunAsync(there.Id, Guid.CreateVersion7(), 121m, new(2026, 3, 17), false, "test", CancellationToken.None));
    }

    /// <summary>Paid there, and the reader is already past the event.</summary>
    private async Task GivenAPaymentThatWasLost(Invoice invoice)
    {
        await story.WhenFeedsAreRead();
        app.Proxy.Rewrite = (_, path, body) => path.EndsWith("/payment/feed", StringComparison.Ordinal) ? """{"Payments":[]}""" : body;
        await story.WhenPaidOnThePage(invoice);
        app.Heal();
        var last = await app.ReadEngineAsync(db => db.FeedEvents.Where(e => e.Feed == FeedName.InvoicePayments).MaxAsync(e => e.Sequence));
        var connection = await app.ConnectionAsync();
        await app.ReadAsync(async (OfficeDb db) =>
        {
            if (await db.FeedPositions.SingleOrDefaultAsync(p => p.ConnectionId == connection.Id && p.Feed == "payments") is not { } position)
                db.FeedPositions.Add(position = new() { ConnectionId = connection.Id, Feed = "payments" });
            position.Position = last.ToString(System.Globalization.CultureInfo.InvariantCulture);
            return await db.SaveChangesAsync();
        });
        await story.WhenFeedsAreRead();
    }

    private async Task<Invitation> GivenAnInvitation()
    {
        var relation = await story.GivenARelation();
        await story.Office(services => services.GetRequiredService<InviteRelation>().RunAsync(relation.Id, 1, "test", CancellationToken.None));
        await AppFixture.RunAsync<SendInvitations>(app.Office!);
        var invited = await app.ReadAsync((OfficeDb db) => db.Invitations.AsNoTracking().SingleAsync(i => i.RelationId == relation.Id));
        Assert.Equal(InvitationState.Invited, invited.State);
        return invited;
    }

    private Task<Invitation> ReadAsync(Invitation invitation) => app.ReadAsync((OfficeDb db) => db.Invitations.AsNoTracking().SingleAsync(i => i.Id == invitation.Id));

    private Task<List<bool>> AssumedAsync(Invoice invoice) =>
        app.ReadAsync((OfficeDb db) => db.LedgerEntries.Where(e => e.InvoiceId == invoice.Id && e.Kind == EntryKind.Paid).Select(e => e.IsAssumed).ToListAsync());

    private async Task<int> WhenChecked()
    {
        var connection = await app.ConnectionAsync();
        return await story.Office(services => services.GetRequiredService<CheckProvider>().CheckAsync(connection, CancellationToken.None));
    }
}
