using Domi.BackOffice.Connections;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Mandates;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.BackOffice.Tests.Sync;

/// <summary>The provider behind a proxy that breaks calls: nothing is lost, applied twice, or taken for ours.</summary>
public sealed class FaultsOfTheProviderTests(ProxiedFixture app) : IClassFixture<ProxiedFixture>
{
    private readonly Story story = new(app);

    [Theory]
    [InlineData(Fault.ServerError, "TWK-SERVER")]
    [InlineData(Fault.Html, "TWK-NOT-TWIKEY")]
    [InlineData(Fault.Nothing, "TWK-UNREACHABLE")]
    [InlineData(Fault.RateLimited, "TWK-RATE")]
    [InlineData(Fault.HalfAnswer, null)]
    [InlineData(Fault.LostAnswer, null)]
    public async Task A_link_that_does_not_come_is_waited_for_and_comes_by_itself_once(Fault fault, string? code)
    {
        var broken = 1;
        app.Proxy.Decide = (method, path) => method == "POST" && path.EndsWith("/invoice", StringComparison.Ordinal) && Interlocked.Exchange(ref broken, 0) == 1 ? fault : Fault.None;
        var numbered = await story.WhenNumbered(await story.GivenAProposal(await story.GivenARelation()));

        await AppFixture.RunAsync<RequestLinks>(app.Office!);
        var waiting = await story.Read(numbered.Id);
        Assert.Equal((InvoiceState.Numbered, LinkState.Waiting), (waiting.State, waiting.LinkState));
        Assert.StartsWith(code ?? "TWK-", waiting.LinkError);

        await AppFixture.AdvanceAsync(app.Office!, TimeSpan.FromMinutes(1));
        var ready = await story.Read(numbered.Id);
        Assert.Equal((LinkState.Ready, null), (ready.LinkState, ready.LinkError));
        Assert.Equal(1, await app.ReadEngineAsync(db => db.Invoices.CountAsync(i => i.Number == numbered.Number)));
    }

    [Theory]
    [InlineData(Fault.RateLimited)]
    [InlineData(Fault.Nothing)]
    public async Task A_provider_that_has_no_time_is_not_asked_for_each_of_a_hundred_links(Fault fault)
    {
        app.Proxy.Decide = (_, _) => Fault.None;
        var relation = await story.GivenARelation();
        var numbered = new List<Invoice>();
        for (var n = 0; n < 20; n++) numbered.Add(await story.WhenNumbered(await story.GivenAProposal(relation)));
        var asked = 0;
        app.Proxy.Decide = (method, path) => method == "POST" && path.EndsWith("/invoice", StringComparison.Ordinal) && Interlocked.Increment(ref asked) > 5 ? fault : Fault.None;

        await AppFixture.RunAsync<RequestLinks>(app.Office!);
        Assert.InRange(asked, 6, 5 + RequestLinks.Parallel);
        var late = 0;
        foreach (var invoice in numbered) late += (await story.Read(invoice.Id)).LinkState is LinkState.Waiting ? 1 : 0;
        Assert.Equal(15, late);

        app.Proxy.Decide = (_, _) => Fault.None;
        await AppFixture.AdvanceAsync(app.Office!, TimeSpan.FromMinutes(1));
        foreach (var invoice in numbered) Assert.Equal(LinkState.Ready, (await story.Read(invoice.Id)).LinkState);
    }

    [Fact]
    public async Task Somebody_elses_invoice_under_our_number_is_never_taken_for_ours()
    {
        var numbered = await story.WhenNumbered(await story.GivenAProposal(await story.GivenARelation()), sends: true);
        app.Proxy.Decide = (_, _) => Fault.None;
        app.Proxy.Rewrite = (method, path, body) => method == "POST" && path.EndsWith("/invoice", StringComparison.Ordinal) ? body.Replace(numbered.Id.ToString(), Guid.CreateVersion7().ToString()) : body;

        await AppFixture.RunAsync<RequestLinks>(app.Office!);
        await AppFixture.RunAsync<SendInvoices>(app.Office!);
        app.Proxy.Rewrite = null;

        var taken = await story.Read(numbered.Id);
        Assert.Equal((LinkState.Failed, "TWK-NUMBER-TAKEN", null, SendState.Waiting), (taken.LinkState, taken.LinkError, taken.PaymentUrl, taken.SendState));
    }

    [Theory]
    [InlineData(Fault.ServerError)]
    [InlineData(Fault.Html)]
    [InlineData(Fault.Nothing)]
    [InlineData(Fault.HalfAnswer)]
    [InlineData(Fault.RateLimited)]
    [InlineData(Fault.Unauthorised)]
    [InlineData(Fault.LostAnswer)]
    [InlineData(Fault.InProgress)]
    public async Task A_feed_that_breaks_off_loses_nothing_and_books_nothing_twice(Fault fault)
    {
        app.Proxy.Decide = (_, _) => Fault.None;
        var invoices = new List<Invoice>();
        for (var i = 0; i < 3; i++) invoices.Add(await story.GivenANumberedInvoice(await story.GivenARelation()));
        var calls = 0;
        app.Proxy.Decide = (_, path) => (path.EndsWith("/payment/feed", StringComparison.Ordinal) || path.EndsWith("/creditor/invoice", StringComparison.Ordinal)) && Interlocked.Increment(ref calls) % 2 == 1 && calls < 12 ? fault : Fault.None;

        foreach (var invoice in invoices) await story.WhenPaidOnThePage(invoice);
        for (var i = 0; i < 4; i++) await story.WhenFeedsAreRead();
        app.Proxy.Decide = (_, _) => Fault.None;
        await story.WhenFeedsAreRead();

        foreach (var invoice in invoices)
        {
            Assert.Equal((PaymentState.Paid, 0m), ((await story.Read(invoice.Id)).PaymentState, (await story.Read(invoice.Id)).Open));
            Assert.Equal(1, await app.ReadAsync((OfficeDb db) => db.LedgerEntries.CountAsync(e => e.InvoiceId == invoice.Id && e.Kind == Domi.BackOffice.Ledger.EntryKind.Paid)));
        }

        await story.ThenTheLedgerAgrees();
    }

    [Fact]
    public async Task A_lost_answer_to_an_invitation_never_mails_twice()
    {
        var broken = 1;
        app.Proxy.Decide = (method, path) => path.EndsWith("/invite", StringComparison.Ordinal) && Interlocked.Exchange(ref broken, 0) == 1 ? Fault.LostAnswer : Fault.None;
        var relation = await story.GivenARelation();
        await story.Office(services => services.GetRequiredService<InviteRelation>().RunAsync(relation.Id, 1, "test", CancellationToken.None));

        await AppFixture.RunAsync<SendInvitations>(app.Office!);
        await AppFixture.AdvanceAsync(app.Office!, TimeSpan.FromMinutes(2));

        var invitation = await app.ReadAsync((OfficeDb db) => db.Invitations.SingleAsync(i => i.RelationId == relation.Id));
        Assert.Equal(InvitationState.Invited, invitation.State);
        Assert.Equal(1, await app.ReadEngineAsync(db => db.Mails.CountAsync(m => m.Purpose == "invite" && m.To == relation.Email)));
    }

    [Fact]
    public async Task Odd_events_are_kept_aside_and_the_others_are_booked()
    {
        app.Proxy.Decide = (_, _) => Fault.None;
        var (good, odd) = (await story.GivenANumberedInvoice(await story.GivenARelation()), await story.GivenANumberedInvoice(await story.GivenARelation()));
        app.Proxy.Rewrite = (_, path, body) => path.EndsWith("/payment/feed", StringComparison.Ordinal) ? body.Replace(odd.Id.ToString(), Guid.CreateVersion7().ToString()).Replace(odd.Number!, "NOBODY-1") : body;

        await story.WhenPaidOnThePage(odd);
        await story.WhenPaidOnThePage(good);
        app.Proxy.Rewrite = null;

        Assert.Equal(PaymentState.Paid, (await story.Read(good.Id)).PaymentState);
        Assert.Equal(PaymentState.Unpaid, (await story.Read(odd.Id)).PaymentState);
        var aside = await app.ReadAsync((OfficeDb db) => db.Inbox.SingleAsync(e => e.State == InboxState.Quarantined && e.Payload!.Contains("NOBODY-1")));
        Assert.Equal("unknown_invoice", aside.Reason);
        await story.ThenTheLedgerAgrees();
    }

    [Fact]
    public async Task Reading_everything_again_changes_nothing()
    {
        app.Proxy.Decide = (_, _) => Fault.None;
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation());
        await story.WhenPaidOnThePage(invoice);
        // An event that another test bent on its way is put right by the first reading.
        await WhenEverythingIsReadAgain();
        var before = await app.ReadAsync((OfficeDb db) => db.LedgerEntries.CountAsync());

        await WhenEverythingIsReadAgain();

        Assert.Equal(before, await app.ReadAsync((OfficeDb db) => db.LedgerEntries.CountAsync()));
        await story.ThenTheLedgerAgrees();
    }

    private async Task WhenEverythingIsReadAgain()
    {
        var connection = await app.ReadAsync((OfficeDb db) => db.Connections.SingleAsync(c => c.IsActive));
        await story.Office(async services =>
        {
            await services.GetRequiredService<Domi.BackOffice.Sync.ReplayFeeds>().RunAsync(connection.Id, null, CancellationToken.None);
            return true;
        });
        await story.WhenFeedsAreRead();
    }
}
