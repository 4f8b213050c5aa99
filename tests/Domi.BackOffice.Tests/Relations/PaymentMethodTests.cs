using System.Net.Http.Json;
using System.Text.Json;
using Domi.BackOffice.Connections;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Mandates;
using Domi.BackOffice.Relations;
using Domi.BackOffice.Tests.Sync;
using Domi.Engine.Mandates;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.BackOffice.Tests.Relations;

/// <summary>Direct debit while a mandate is collectable, manual otherwise, unless a clerk chose.</summary>
public sealed class PaymentMethodTests : IClassFixture<ProxiedFixture>
{
    private const int Core = 1, B2B = 2;

    private readonly ProxiedFixture app;
    private readonly Story story;

    public PaymentMethodTests(ProxiedFixture app)
    {
        (this.app, story) = (app, new(app));
        app.Heal();
    }

    [Fact]
    public async Task A_cancelled_mandate_makes_the_relation_manual_and_the_timeline_says_why()
    {
        var (relation, reference) = await GivenASignedMandate();

        await WhenCancelled(reference);
        await story.WhenFeedsAreRead();

        await ThenItIs(relation, PaymentMethod.Manual, "CANCELLED", collectable: false);
        Assert.Equal((1, 1), (await NotesAsync(relation, "mandate_cancelled"), await NotesAsync(relation, "method_manual")));
        var next = await story.GivenANumberedInvoice(relation);
        Assert.Equal((PaymentMethod.Manual, "BOOKED"), (next.Method, next.ProviderState));
    }

    [Fact]
    public async Task A_mandate_that_is_cancelled_and_gone_ends_all_the_same()
    {
        var (relation, reference) = await GivenASignedMandate();
        await WhenCancelled(reference);
        // The provider no longer shows it: asked for it, it answers that there is none.
        app.Proxy.Rewrite = (_, path, body) => path.EndsWith("/creditor/mandate", StringComparison.Ordinal) ? body.Replace($"\"{reference}\"", "\"GONE-1\"") : body;
        await GivenItIsKnownHereAs(relation, "GONE-1");

        await story.WhenFeedsAreRead();

        await ThenItIs(relation, PaymentMethod.Manual, "CANCELLED", collectable: false);
        Assert.Equal((1, 1), (await NotesAsync(relation, "mandate_cancelled"), await NotesAsync(relation, "method_manual")));
    }

    [Fact]
    public async Task A_suspended_mandate_makes_the_relation_manual_and_a_resumed_one_does_not()
    {
        var (relation, reference) = await GivenASignedMandate();

        await WhenSuspended(reference, true);
        await ThenItIs(relation, PaymentMethod.Manual, "SIGNED", collectable: false);
        Assert.Equal((1, 1), (await NotesAsync(relation, "mandate_suspended"), await NotesAsync(relation, "method_manual")));
        Assert.Equal(PaymentMethod.Manual, (await story.GivenANumberedInvoice(relation)).Method);

        await WhenSuspended(reference, false);
        await ThenItIs(relation, PaymentMethod.DirectDebit, "SIGNED", collectable: true);
        Assert.Equal(1, await NotesAsync(relation, "mandate_resumed"));
    }

    [Fact]
    public async Task A_mandate_that_waits_for_the_debtors_bank_is_no_direct_debit_yet()
    {
        var relation = await story.GivenARelation("Bakkerij Peeters BV", RelationKind.Company, enterprise: "0456810810");
        var invoice = await story.GivenANumberedInvoice(relation);

        var reference = await story.WhenSignedOnThePage(invoice);

        Assert.StartsWith("B2B", reference);
        await ThenItIs(relation, PaymentMethod.Manual, "SIGNED_PENDING_DEBTOR_BANK", collectable: false);
        Assert.Equal(1, await NotesAsync(relation, "mandate_waits_for_bank"));
        var next = await story.GivenANumberedInvoice(relation);
        Assert.Equal((PaymentMethod.Manual, "BOOKED"), (next.Method, next.ProviderState));
        Assert.Equal("mandate_active", (await Assert.ThrowsAsync<RefusedException>(() => story.Office(s => s.GetRequiredService<InviteRelation>().RunAsync(relation.Id, B2B, "test", CancellationToken.None)))).Code);

        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(5)); // the bank answers
        await story.WhenFeedsAreRead();
        await ThenItIs(relation, PaymentMethod.DirectDebit, "SIGNED", collectable: true);
        Assert.Equal(1, await NotesAsync(relation, "mandate_accepted"));
    }

    [Theory]
    [InlineData(PaymentMethod.Manual, "method_by_hand_manual")]
    [InlineData(PaymentMethod.DirectDebit, "method_by_hand_direct_debit")]
    public async Task What_a_clerk_chose_stays_whatever_becomes_of_mandates(PaymentMethod chosen, string note)
    {
        var (relation, reference) = await GivenASignedMandate();
        await WhenChosen(relation, chosen);
        Assert.Equal(1, await NotesAsync(relation, note));

        await WhenSuspended(reference, true);
        await WhenSuspended(reference, false);
        await WhenCancelled(reference);
        await story.WhenFeedsAreRead();
        Assert.Equal((chosen, true), await MethodAsync(relation));
        Assert.Equal(0, await NotesAsync(relation, "method_manual"));

        await WhenChosen(relation, null);
        Assert.Equal((PaymentMethod.Manual, false), await MethodAsync(relation));
        Assert.Equal(1, await NotesAsync(relation, "method_released"));
    }

    [Fact]
    public async Task Every_change_of_a_mandate_read_again_changes_nothing()
    {
        var (relation, reference) = await GivenASignedMandate();
        await WhenSuspended(reference, true);
        await WhenSuspended(reference, false);
        await WhenCancelled(reference);
        await story.WhenFeedsAreRead();
        var before = await TakenOverAsync(relation);

        for (var times = 0; times < 2; times++)
        {
            var connection = await app.ConnectionAsync();
            await story.Office(async services =>
            {
                await services.GetRequiredService<Domi.BackOffice.Sync.ReplayFeeds>().RunAsync(connection.Id, null, CancellationToken.None);
                return true;
            });
            await story.WhenFeedsAreRead();
        }

        await ThenItIs(relation, PaymentMethod.Manual, "CANCELLED", collectable: false);
        Assert.Equal(before, await TakenOverAsync(relation));
    }

    [Fact]
    public async Task A_second_mandate_keeps_direct_debit_when_the_first_ends()
    {
        var (relation, first) = await GivenASignedMandate();
        await WhenSuspended(first, true);
        var invoice = await story.GivenANumberedInvoice(relation);
        var second = await story.WhenSignedOnThePage(invoice, "BE62510007547061");
        Assert.NotEqual(first, second);

        await WhenCancelled(first);
        await story.WhenFeedsAreRead();

        Assert.Equal((PaymentMethod.DirectDebit, false), await MethodAsync(relation));
        Assert.Equal(second, (await story.GivenANumberedInvoice(relation)).MandateReference);
    }

    [Fact]
    public async Task Whoever_reads_a_relation_while_its_mandate_changes_sees_both_of_one_moment()
    {
        var (relation, _) = await GivenASignedMandate();
        using var enough = new CancellationTokenSource();
        var changing = Task.Run(async () =>
        {
            for (var collectable = false; !enough.IsCancellationRequested; collectable = !collectable)
                await app.ReadAsync(async (OfficeDb db) =>
                {
                    await db.WriteAsync(async ct =>
                    {
                        (await db.RelationMandates.SingleAsync(m => m.RelationId == relation.Id, ct)).IsCollectable = collectable;
                        (await db.Relations.SingleAsync(r => r.Id == relation.Id, ct)).FollowMandates(collectable);
                    }, CancellationToken.None);
                    return true;
                });
        });

        var seen = new List<(string Method, bool Collectable)>();
        while (seen.Count < 200 || seen.Distinct().Count() < 2)
        {
            var read = await app.OfficeHttp.GetFromJsonAsync<JsonElement>($"/api/v1/relations/{relation.Id}");
            seen.Add((read.GetProperty("relation").GetProperty("paymentMethod").GetString()!, read.GetProperty("mandates")[0].GetProperty("isCollectable").GetBoolean()));
        }

        await enough.CancelAsync();
        await changing;
        Assert.Equal([("DirectDebit", true), ("Manual", false)], seen.Distinct().Order());
    }

    [Fact]
    public async Task Persons_are_asked_for_one_contract_and_companies_for_another_and_the_office_may_choose()
    {
        var (person, company) = (await story.GivenARelation(), await story.GivenARelation("Slagerij Wouters BV", RelationKind.Company, enterprise: "0456810810"));
        Assert.Equal((Core, B2B), (await ProfileOfAsync(await story.GivenANumberedInvoice(person)), await ProfileOfAsync(await story.GivenANumberedInvoice(company))));

        await SetDefaultForCompanies(Core);
        try
        {
            Assert.Equal(Core, await ProfileOfAsync(await story.GivenANumberedInvoice(company)));
        }
        finally
        {
            await SetDefaultForCompanies(B2B);
        }
    }

    private async Task<(Relation Relation, string Reference)> GivenASignedMandate()
    {
        var relation = await story.GivenARelation();
        var reference = await story.WhenSignedOnThePage(await story.GivenANumberedInvoice(relation));
        await ThenItIs(relation, PaymentMethod.DirectDebit, "SIGNED", collectable: true);
        Assert.Equal(1, await NotesAsync(relation, "method_direct_debit"));
        return (relation, reference);
    }

    private Task<int> GivenItIsKnownHereAs(Relation relation, string reference) =>
        app.ReadAsync((OfficeDb db) => db.RelationMandates.Where(m => m.RelationId == relation.Id).ExecuteUpdateAsync(set => set.SetProperty(m => m.Reference, reference)));

    private async Task WhenCancelled(string reference)
    {
        var connection = await app.ConnectionAsync();
        await story.Office(async services =>
        {
            await services.GetRequiredService<Clients>().For(connection).CancelMandateAsync(reference, "moved away", false);
            return true;
        });
    }

    /// <summary>The creditor pauses a mandate at the provider, which tells it by the feed and by X-COLLECTABLE.</summary>
    private async Task WhenSuspended(string reference, bool suspended)
    {
        await story.Engine(async services =>
        {
            var db = services.GetRequiredService<Domi.Engine.EngineDb>();
            await db.WriteAsync(async ct =>
            {
                var mandate = await db.Mandates.SingleAsync(m => m.Reference == reference, ct);
                mandate.Suspend(suspended);
                await services.GetRequiredService<MandateEvents>().ChangedAsync(mandate, suspended ? "uncollectable" : "collectable", ct);
            }, CancellationToken.None);
            return true;
        });
        await story.WhenFeedsAreRead();
    }

    private Task<bool> WhenChosen(Relation relation, PaymentMethod? method) => story.Office(async services =>
    {
        await services.GetRequiredService<EditRelation>().ChooseMethodAsync(relation.Id, method, "An Clerk", CancellationToken.None);
        return true;
    });

    private async Task ThenItIs(Relation relation, PaymentMethod method, string state, bool collectable)
    {
        Assert.Equal((method, false), await MethodAsync(relation));
        var mandate = await app.ReadAsync((OfficeDb db) => db.RelationMandates.AsNoTracking().SingleAsync(m => m.RelationId == relation.Id));
        Assert.Equal((state, collectable), (mandate.State, mandate.IsCollectable));
    }

    private async Task<(PaymentMethod Method, bool IsByHand)> MethodAsync(Relation relation)
    {
        var now = await app.ReadAsync((OfficeDb db) => db.Relations.AsNoTracking().SingleAsync(r => r.Id == relation.Id));
        return (now.PaymentMethod, now.MethodIsByHand);
    }

    private Task<int> NotesAsync(Relation relation, string code) => app.ReadAsync((OfficeDb db) => db.Timeline.CountAsync(t => t.RelationId == relation.Id && t.Code == code));

    private Task<(int Documents, int Accounts, int Notes)> TakenOverAsync(Relation relation) => app.ReadAsync(async (OfficeDb db) => (
        await db.Documents.CountAsync(d => d.RelationId == relation.Id), await db.RelationAccounts.CountAsync(a => a.RelationId == relation.Id), await db.Timeline.CountAsync(t => t.RelationId == relation.Id)));

    private Task<int> ProfileOfAsync(Invoice invoice) =>
        app.ReadEngineAsync(db => db.Invoices.Where(i => i.PublicId == invoice.Id).Join(db.Profiles, i => i.ProfileId, p => p.Id, (_, p) => p.Number).SingleAsync());

    private Task<int> SetDefaultForCompanies(int profile) =>
        app.ReadAsync((OfficeDb db) => db.Companies.ExecuteUpdateAsync(set => set.SetProperty(c => c.DefaultProfileForCompanies, profile)));
}
