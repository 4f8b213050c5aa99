using Domi.BackOffice.Connections;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Ledger;
using Domi.BackOffice.Relations;
using Domi.BackOffice.Sync;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.BackOffice.Tests.Sync;

/// <summary>What makes no sense is kept aside with all it said, loses nothing by being tried again, and holds up nothing else.</summary>
public sealed class QuarantineTests : IClassFixture<ProxiedFixture>
{
    private readonly ProxiedFixture app;
    private readonly Story story;

    public QuarantineTests(ProxiedFixture app)
    {
        (this.app, story) = (app, new(app));
        app.Heal();
    }

    [Fact]
    public async Task A_payment_of_an_invoice_that_was_not_numbered_yet_is_booked_once_it_is()
    {
        var (there, late) = (await story.GivenANumberedInvoice(await story.GivenARelation()), await story.GivenAProposal(await story.GivenARelation()));
        var aside = await GivenItsPaymentIsSaidToBeOf(there, late.Id, await NextNumberAsync());
        Assert.Equal("unknown_invoice", aside.Reason);

        await story.WhenNumbered(late);
        await WhenTriedAgain(aside);

        Assert.Equal((PaymentState.Paid, 0m), ((await story.Read(late.Id)).PaymentState, (await story.Read(late.Id)).Open));
        Assert.Equal((InboxState.Applied, null, null), await StateAsync(aside));
        Assert.Equal("not_found", (await Assert.ThrowsAsync<RefusedException>(() => WhenTriedAgain(aside))).Code);
        Assert.Equal(1, await app.ReadAsync((OfficeDb db) => db.LedgerEntries.CountAsync(e => e.InvoiceId == late.Id && e.Kind == EntryKind.Paid)));
        await story.ThenTheLedgerAgrees();
    }

    [Fact]
    public async Task Tried_again_too_early_it_is_still_there_with_all_it_said()
    {
        var there = await story.GivenANumberedInvoice(await story.GivenARelation());
        var aside = await GivenItsPaymentIsSaidToBeOf(there, Guid.CreateVersion7(), "TOO-EARLY-1");

        for (var times = 0; times < 2; times++)
            Assert.Equal("still_odd", (await Assert.ThrowsAsync<RefusedException>(() => WhenTriedAgain(aside))).Code);

        Assert.Equal((InboxState.Quarantined, "unknown_invoice", aside.Payload), await StateAsync(aside));
        Assert.Equal(1, await app.ReadAsync((OfficeDb db) => db.Inbox.CountAsync(e => e.ConnectionId == aside.ConnectionId && e.Feed == aside.Feed && e.Key == aside.Key)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reading_again_from_a_moment_or_from_the_beginning_keeps_what_is_set_aside(bool fromAMoment)
    {
        var there = await story.GivenANumberedInvoice(await story.GivenARelation());
        var before = TimeProvider.System.GetUtcNow();
        var aside = await GivenItsPaymentIsSaidToBeOf(there, Guid.CreateVersion7(), "REPLAYED-" + fromAMoment);

        await ReplayAsync(fromAMoment ? before : null);
        Assert.Equal((InboxState.Quarantined, "unknown_invoice", aside.Payload), await StateAsync(aside));

        // What was bent on its way comes as it is, and is booked; what was set aside waits for a person all the same.
        app.Heal();
        await story.WhenFeedsAreRead();
        Assert.Equal(0m, (await story.Read(there.Id)).Open);
        Assert.Equal((InboxState.Quarantined, "unknown_invoice", aside.Payload), await StateAsync(aside));
        await story.ThenTheLedgerAgrees();
    }

    [Fact]
    public async Task A_position_that_is_set_back_while_a_page_is_read_is_not_overwritten()
    {
        var (first, second) = (await story.GivenANumberedInvoice(await story.GivenARelation()), await story.GivenANumberedInvoice(await story.GivenARelation()));
        await story.WhenPaidOnThePage(first);
        var position = await PositionAsync();
        Assert.NotNull(position);
        var set = 0;
        app.Proxy.Passed = (_, path) =>
        {
            if (path.EndsWith("/payment/feed", StringComparison.Ordinal) && Interlocked.Exchange(ref set, 1) == 0) Replay();
        };

        await story.WhenPaidOnThePage(second);

        // The first one's event was forgotten by the replay: it is known again only because the reader began again where it was told to.
        Assert.Equal(1, set);
        var read = await app.ReadAsync((OfficeDb db) => db.Inbox.AsNoTracking().Where(e => e.Feed == "payments").ToListAsync());
        Assert.Contains(read, e => e.Position == position);
        Assert.Equal(long.Parse((await PositionAsync())!), read.Max(e => long.Parse(e.Position!)));
        foreach (var invoice in new[] { first, second }) Assert.Equal(0m, (await story.Read(invoice.Id)).Open);
        await story.ThenTheLedgerAgrees();
    }

    [Fact]
    public async Task A_mandate_whose_detail_cannot_be_read_holds_up_no_payment_and_is_set_aside_in_the_end()
    {
        var relation = await story.GivenARelation();
        var (signs, pays) = (await story.GivenANumberedInvoice(relation), await story.GivenANumberedInvoice(await story.GivenARelation()));
        app.Proxy.Decide = (_, path) => path.EndsWith("/mandate/detail", StringComparison.Ordinal) ? Fault.Html : Fault.None;

        var reference = await story.WhenSignedOnThePage(signs);
        await story.WhenPaidOnThePage(pays);

        Assert.Equal(0m, (await story.Read(pays.Id)).Open); // though the mandate is in the way
        Assert.Equal("TWK-NOT-TWIKEY", (await app.ConnectionAsync()).LastError);
        for (var reading = 0; reading < 3; reading++) await story.WhenFeedsAreRead();
        var aside = await app.ReadAsync((OfficeDb db) => db.Inbox.AsNoTracking().SingleAsync(e => e.Feed == "mandates" && e.State == InboxState.Quarantined && e.Payload!.Contains($"\"{reference}\"")));
        Assert.Equal("provider_failed", aside.Reason);
        Assert.Null((await app.ConnectionAsync()).LastError);

        app.Heal();
        await WhenTriedAgain(aside);
        Assert.Equal(PaymentMethod.DirectDebit, await MethodAsync(relation));
    }

    [Fact]
    public async Task A_mandate_whose_detail_is_declined_is_set_aside_at_once()
    {
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation());
        // No mandate number is as long: asked for its detail, the provider declines.
        var tooLong = new string('X', 36);
        app.Proxy.Rewrite = (_, path, body) => path.EndsWith("/creditor/mandate", StringComparison.Ordinal) ? WithReference(body, tooLong) : body;

        await story.WhenSignedOnThePage(invoice);

        var aside = await app.ReadAsync((OfficeDb db) => db.Inbox.AsNoTracking().SingleAsync(e => e.Feed == "mandates" && e.State == InboxState.Quarantined && e.Payload!.Contains(tooLong)));
        Assert.Equal("provider_failed", aside.Reason);
        Assert.Null((await app.ConnectionAsync()).LastError);
    }

    [Fact]
    public async Task A_day_of_collection_that_cannot_be_asked_for_keeps_nothing_from_being_shown()
    {
        var relation = await story.GivenARelation();
        var invoice = await story.GivenANumberedInvoice(relation);
        app.Proxy.Decide = (_, path) => path.EndsWith("/transaction/detail", StringComparison.Ordinal) ? Fault.Html : Fault.None;

        await story.WhenSignedOnThePage(invoice);

        Assert.Equal("PENDING", (await story.Read(invoice.Id)).ProviderState);
        Assert.Null((await app.ConnectionAsync()).LastError);
    }

    [Fact]
    public async Task Texts_of_the_provider_that_are_too_long_are_cut()
    {
        var relation = await story.GivenARelation();
        var invoice = await story.GivenANumberedInvoice(relation);
        app.Proxy.Rewrite = (_, path, body) => path.EndsWith("/mandate/detail", StringComparison.Ordinal)
            ? Bent(body, m =>
            {
                m["Mndt"]!["LclInstrm"] = new string('L', 300);
                m["Mndt"]!["CdtrSchmeId"] = new string('C', 300);
                m["Mndt"]!["RfrdDoc"] = new string('R', 3000);
            })
            : body;

        var reference = await story.WhenSignedOnThePage(invoice);

        var mandate = await app.ReadAsync((OfficeDb db) => db.RelationMandates.AsNoTracking().SingleAsync(m => m.RelationId == relation.Id));
        Assert.Equal((reference, new string('L', 32), new string('C', 35)), (mandate.Reference, mandate.Scheme, mandate.CreditorIdentifier));
        Assert.Null((await app.ConnectionAsync()).LastError);
    }

    [Fact]
    public async Task A_text_that_no_column_takes_sets_its_event_aside_and_the_next_ones_are_read()
    {
        var (odd, good) = (await story.GivenARelation(), await story.GivenARelation());
        var (signs, later) = (await story.GivenANumberedInvoice(odd), await story.GivenANumberedInvoice(good));
        var bent = "";
        // PostgreSQL takes no NUL in a text and no reference of sixty characters; SQLite takes both.
        app.Proxy.Rewrite = (_, path, body) => path.EndsWith("/mandate/detail", StringComparison.Ordinal) && body.Contains($"\"{odd.CustomerNumber}\"", StringComparison.Ordinal)
            ? Bent(body, m => m["Mndt"]!["MndtId"] = bent = new string('N', 58) + "\0N")
            : body;

        await story.WhenSignedOnThePage(signs);
        await story.WhenSignedOnThePage(later);

        Assert.NotEqual("", bent);
        Assert.Null((await app.ConnectionAsync()).LastError);
        Assert.Equal(PaymentMethod.DirectDebit, await MethodAsync(good));
        if (AppFixture.Provider is DatabaseProvider.Postgres)
            Assert.Equal("not_storable", await app.ReadAsync((OfficeDb db) => db.Inbox.Where(e => e.Feed == "mandates" && e.State == InboxState.Quarantined && e.Payload!.Contains($"\"{odd.CustomerNumber}\"")).Select(e => e.Reason).SingleAsync()));
    }

    [Theory]
    [InlineData("payments", "unreadable", "amount", null)]
    [InlineData("payments", "odd_amount", "amount", "-5.00")]
    [InlineData("payments", "odd_amount", "amount", "5.001")]
    [InlineData("payments", "unknown_currency", "currency", "USD")]
    [InlineData("payments", "unknown_type", "eventType", "a gift")]
    [InlineData("payments", "unknown_payment", "details.linkId", "a link with more characters than a key of the ledger takes: 1234567890 1234567890 1234567890 1234567890 1234567890 1234567890 1234567890 12345")]
    [InlineData("invoices", "unreadable", "id", "no id")]
    [InlineData("invoices", "unknown_state", "state", "A state that nobody has heard of and that is longer than any column of one takes")]
    [InlineData("invoices", "unknown_invoice", "amount", "121.01")]
    public async Task What_makes_no_sense_in_a_feed_is_set_aside_by_its_reason_and_the_other_feeds_are_read(string feed, string reason, string member, string? value)
    {
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation());
        await story.WhenFeedsAreRead(); // what it was when it was booked is not bent
        app.Proxy.Rewrite = (_, path, body) => !path.EndsWith(feed == "payments" ? "/payment/feed" : "/creditor/invoice", StringComparison.Ordinal) || !body.StartsWith(feed == "payments" ? "{\"Payments" : "{\"Invoices", StringComparison.Ordinal)
            ? body
            : Bent(body, json =>
            {
                foreach (var entry in json[feed == "payments" ? "Payments" : "Invoices"]!.AsArray())
                {
                    var at = member.Split('.');
                    var holder = at.Length == 1 ? entry! : entry![at[0]]!;
                    holder.AsObject()[at[^1]] = value;
                }
            });

        await story.WhenPaidOnThePage(invoice);

        var aside = await app.ReadAsync((OfficeDb db) => db.Inbox.AsNoTracking().Where(e => e.Feed == feed && e.State == InboxState.Quarantined && e.Payload!.Contains(invoice.Number!)).ToListAsync());
        Assert.Equal(reason, Assert.Single(aside).Reason);
        Assert.Null((await app.ConnectionAsync()).LastError);
        var read = await story.Read(invoice.Id);
        Assert.Equal(feed == "payments" ? (121m, "PAID") : (0m, "BOOKED"), (read.Open, read.ProviderState));
        await story.ThenTheLedgerAgrees();
    }

    [Fact]
    public async Task A_mandate_of_nobody_is_set_aside_and_a_clerk_says_whose_it_is()
    {
        var relation = await story.GivenARelation();
        var invoice = await story.GivenANumberedInvoice(relation);
        app.Proxy.Rewrite = (_, path, body) => path.EndsWith("/mandate/detail", StringComparison.Ordinal) ? body.Replace($"\"{relation.CustomerNumber}\"", "\"987654\"") : body;
        var reference = await story.WhenSignedOnThePage(invoice);
        var aside = await app.ReadAsync((OfficeDb db) => db.Inbox.AsNoTracking().SingleAsync(e => e.Feed == "mandates" && e.State == InboxState.Quarantined && e.Payload!.Contains($"\"{reference}\"")));
        Assert.Equal("unknown_relation", aside.Reason);

        await story.Office(async services =>
        {
            await services.GetRequiredService<SettleQuarantine>().LinkToRelationAsync(aside.Id, relation.Id, CancellationToken.None);
            return true;
        });

        Assert.Equal((InboxState.Applied, PaymentMethod.DirectDebit), ((await StateAsync(aside)).State, await MethodAsync(relation)));
        // Its number at the provider is still nobody's, and what becomes of it is known all the same.
        var connection = await app.ConnectionAsync();
        await story.Office(async services =>
        {
            await services.GetRequiredService<Clients>().For(connection).CancelMandateAsync(reference, "moved away", false);
            return true;
        });
        await story.WhenFeedsAreRead();
        Assert.Equal(PaymentMethod.Manual, await MethodAsync(relation));
    }

    private static string WithReference(string body, string reference) =>
        Bent(body, feed =>
        {
            foreach (var entry in feed["Messages"]!.AsArray()) entry!["Mndt"]!["MndtId"] = reference;
        });

    private static string Bent(string body, Action<System.Text.Json.Nodes.JsonObject> bend)
    {
        var json = System.Text.Json.Nodes.JsonNode.Parse(body)!.AsObject();
        bend(json);
        return json.ToJsonString();
    }

    /// <summary>Pays an invoice; the payment feed says that it is another one's.</summary>
    private async Task<InboxEvent> GivenItsPaymentIsSaidToBeOf(Invoice invoice, Guid id, string number)
    {
        app.Proxy.Rewrite = (_, path, body) => path.EndsWith("/payment/feed", StringComparison.Ordinal) ? body.Replace(invoice.Id.ToString(), id.ToString()).Replace(invoice.Number!, number) : body;
        await story.WhenPaidOnThePage(invoice);
        return await app.ReadAsync((OfficeDb db) => db.Inbox.AsNoTracking().SingleAsync(e => e.State == InboxState.Quarantined && e.Payload!.Contains(id.ToString())));
    }

    private async Task<string> NextNumberAsync() =>
        $"2026-{await app.ReadAsync((OfficeDb db) => db.NumberSeries.Where(s => s.Kind == InvoiceKind.Invoice).SumAsync(s => s.LastNumber)) + 1:0000}";

    private Task<bool> WhenTriedAgain(InboxEvent aside) => story.Office(async services =>
    {
        await services.GetRequiredService<SettleQuarantine>().RetryAsync(aside.Id, CancellationToken.None);
        return true;
    });

    private async Task<(InboxState State, string? Reason, string? Payload)> StateAsync(InboxEvent aside)
    {
        var row = await app.ReadAsync((OfficeDb db) => db.Inbox.AsNoTracking().SingleAsync(e => e.Id == aside.Id));
        return (row.State, row.Reason, row.Payload);
    }

    private Task<PaymentMethod> MethodAsync(Relation relation) => app.ReadAsync((OfficeDb db) => db.Relations.Where(r => r.Id == relation.Id).Select(r => r.PaymentMethod).SingleAsync());

    private Task<string?> PositionAsync() => app.ReadAsync((OfficeDb db) => db.FeedPositions.Where(p => p.Feed == "payments").Select(p => p.Position).SingleAsync());

    private void Replay() => ReplayAsync(null).GetAwaiter().GetResult(); // the proxy waits for it, as for anything a test does meanwhile

    private async Task ReplayAsync(DateTimeOffset? from)
    {
        var connection = await app.ConnectionAsync();
        await story.Office(async services =>
        {
            await services.GetRequiredService<ReplayFeeds>().RunAsync(connection.Id, from, CancellationToken.None);
            return true;
        });
    }
}
