using Domi.BackOffice.Mandates;
using Domi.BackOffice.Relations;
using Domi.BackOffice.Tests.Sync;
using Domi.Engine;
using Domi.Engine.Creditors;
using Domi.Engine.PayLinks;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.BackOffice.Tests.Mandates;

/// <summary>Nobody is invited twice, whatever becomes of the answers.</summary>
public sealed class InviteRelationTests : IClassFixture<ProxiedFixture>
{
    private const int Core = 1, B2B = 2;

    private readonly ProxiedFixture app;
    private readonly Story story;

    public InviteRelationTests(ProxiedFixture app)
    {
        (this.app, story) = (app, new(app));
        app.Heal();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whoever_signed_before_the_lost_answer_was_looked_for_is_not_mailed_again(bool knownHere)
    {
        var relation = await story.GivenARelation();
        GivenOneFaultOfInvite(Fault.LostAnswer);
        await WhenInvited(relation, Core);
        await AppFixture.RunAsync<SendInvitations>(app.Office!);
        Assert.Equal(InvitationState.Inviting, (await InvitationAsync(relation)).State);

        var reference = await WhenSignedFromTheMail(relation);
        if (knownHere) await story.WhenFeedsAreRead();
        await AppFixture.AdvanceAsync(app.Office!, TimeSpan.FromMinutes(2));
        await story.WhenFeedsAreRead();

        var invitation = await InvitationAsync(relation);
        Assert.Equal((reference, null), (invitation.MandateReference, invitation.DueAt));
        Assert.Equal(1, await MailsAsync(relation));
        Assert.Equal(PaymentMethod.DirectDebit, await app.ReadAsync((OfficeDb db) => db.Relations.Where(r => r.Id == relation.Id).Select(r => r.PaymentMethod).SingleAsync()));
        Assert.Equal(InvitationState.Signed, invitation.State);
    }

    [Fact]
    public async Task A_mandate_of_another_contract_that_was_made_meanwhile_is_not_taken_for_the_invitations()
    {
        // What a company is asked for on the page of an invoice is B2B; it is invited to CORE.
        var relation = await story.GivenARelation("Bakkerij Peeters BV", RelationKind.Company, enterprise: "0456810810");
        var invoice = await story.GivenANumberedInvoice(relation);
        GivenOneFaultOfInvite(Fault.Nothing); // the call never reached the provider
        await WhenInvited(relation, Core);
        await AppFixture.RunAsync<SendInvitations>(app.Office!);
        await story.Engine(async services =>
        {
            var pay = services.GetRequiredService<PayInvoice>();
            return await pay.SetUpAutomaticAsync((await pay.FindAsync(Story.TokenOf(invoice), CancellationToken.None))!.Id, "nl", null, CancellationToken.None);
        });

        await AppFixture.AdvanceAsync(app.Office!, TimeSpan.FromMinutes(2));

        var invitation = await InvitationAsync(relation);
        Assert.Equal(InvitationState.Invited, invitation.State);
        Assert.StartsWith("CORE", invitation.MandateReference);
        Assert.Equal(1, await MailsAsync(relation));
    }

    [Fact]
    public async Task A_lost_call_that_never_arrived_is_made_once_more()
    {
        var relation = await story.GivenARelation();
        GivenOneFaultOfInvite(Fault.Nothing);
        await WhenInvited(relation, Core);
        await AppFixture.RunAsync<SendInvitations>(app.Office!);
        Assert.Equal((InvitationState.Inviting, 0), ((await InvitationAsync(relation)).State, await MailsAsync(relation)));

        await AppFixture.AdvanceAsync(app.Office!, TimeSpan.FromMinutes(2));

        Assert.Equal((InvitationState.Invited, 1), ((await InvitationAsync(relation)).State, await MailsAsync(relation)));
    }

    [Fact]
    public async Task Many_who_invite_at_once_make_one_invitation()
    {
        var relation = await story.GivenARelation();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            try
            {
                await WhenInvited(relation, Core);
                return "";
            }
            catch (RefusedException e)
            {
                return e.Code;
            }
        })));
        await AppFixture.RunAsync<SendInvitations>(app.Office!);

        Assert.Equal(1, outcomes.Count(o => o.Length == 0));
        Assert.Equal(7, outcomes.Count(o => o == "invitation_under_way"));
        Assert.Equal((InvitationState.Invited, 1), ((await InvitationAsync(relation)).State, await MailsAsync(relation)));
    }

    [Fact]
    public async Task Whoever_signed_since_the_invitation_was_planned_is_not_mailed()
    {
        var relation = await story.GivenARelation();
        await WhenInvited(relation, Core);
        await story.WhenSignedOnThePage(await story.GivenANumberedInvoice(relation));

        await AppFixture.RunAsync<SendInvitations>(app.Office!);

        Assert.Equal((InvitationState.Failed, "mandate_active"), ((await InvitationAsync(relation)).State, (await InvitationAsync(relation)).LastError));
        Assert.Equal(0, await MailsAsync(relation));
    }

    private void GivenOneFaultOfInvite(Fault fault)
    {
        var broken = 1;
        app.Proxy.Decide = (_, path) => path.EndsWith("/invite", StringComparison.Ordinal) && Interlocked.Exchange(ref broken, 0) == 1 ? fault : Fault.None;
    }

    private Task<Invitation> WhenInvited(Relation relation, int profile) =>
        story.Office(services => services.GetRequiredService<InviteRelation>().RunAsync(relation.Id, profile, "test", CancellationToken.None));

    private Task<string> WhenSignedFromTheMail(Relation relation) => story.Engine(async services =>
    {
        var db = services.GetRequiredService<EngineDb>();
        var mandate = await db.Mandates.AsNoTracking().SingleAsync(m => db.Customers.Any(c => c.Id == m.CustomerId && c.CustomerNumber == relation.CustomerNumber));
        var creditor = await db.Creditors.AsNoTracking().SingleAsync(c => c.Id == mandate.CreditorId);
        return await Story.SignAsync(services, services.GetRequiredService<CreditorKeys>().MandateToken(creditor, mandate.Id), "BE68539007547034");
    });

    private Task<Invitation> InvitationAsync(Relation relation) => app.ReadAsync((OfficeDb db) => db.Invitations.AsNoTracking().SingleAsync(i => i.RelationId == relation.Id));

    private Task<int> MailsAsync(Relation relation) => app.ReadEngineAsync(db => db.Mails.CountAsync(m => m.Purpose == "invite" && m.To == relation.Email));
}
