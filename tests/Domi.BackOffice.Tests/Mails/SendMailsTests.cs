using Domi.BackOffice.Invoices;
using Domi.BackOffice.Mails;
using Domi.BackOffice.Payments;
using Domi.BackOffice.Reminders;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Domi.BackOffice.Tests.Mails;

/// <summary>A mail server that answers in every way: a mail is tried again only while it certainly did not arrive.</summary>
public sealed class SendMailsTests : IClassFixture<SendMailsTests.ByMailServer>
{
    public sealed class ByMailServer : OfficeFixture
    {
        public MailCatcher Catcher { get; } = MailCatcher.Start();

        protected override DomiSettings Configure(DomiSettings settings) =>
            settings with { Mail = settings.Mail with { Host = "127.0.0.1", Port = Catcher.Port, Security = SmtpSecurity.None } };

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            await Catcher.DisposeAsync();
        }
    }

    private readonly ByMailServer app;
    private readonly Story story;

    public SendMailsTests(ByMailServer app)
    {
        (this.app, story) = (app, new(app));
        (app.Catcher.At, app.Catcher.Answer) = (_ => { }, _ => null);
    }

    [Fact]
    public async Task A_mail_that_is_accepted_makes_its_invoice_sent()
    {
        var mail = await GivenAMailOfAnInvoice();

        await WhenMailsLeave();

        await ThenItIs(mail, MailState.Accepted, SendState.Sent, arrivals: 1);
    }

    [Theory]
    [InlineData(SmtpStep.From)]
    [InlineData(SmtpStep.Recipient)]
    [InlineData(SmtpStep.Content)]
    public async Task A_server_that_cannot_take_it_now_gets_it_later(SmtpStep step)
    {
        var mail = await GivenAMailOfAnInvoice();
        app.Catcher.Answer = at => at == step ? "451 later" : null;

        await WhenMailsLeave();
        var waiting = await ThenItIs(mail, MailState.Waiting, SendState.HandingOver, arrivals: 0);
        Assert.StartsWith("451", waiting.LastAnswer);
        app.Catcher.Answer = _ => null;
        await AppFixture.AdvanceAsync(app.Office!, TimeSpan.FromMinutes(2));

        await ThenItIs(mail, MailState.Accepted, SendState.Sent, arrivals: 1);
    }

    [Theory]
    [InlineData(SmtpStep.From)]
    [InlineData(SmtpStep.Recipient)]
    [InlineData(SmtpStep.Content)]
    public async Task A_server_that_declines_for_good_is_not_asked_again(SmtpStep step)
    {
        var mail = await GivenAMailOfAnInvoice();
        app.Catcher.Answer = at => at == step ? "550 nobody here" : null;

        await WhenMailsLeave();
        app.Catcher.Answer = _ => null;
        await AppFixture.AdvanceAsync(app.Office!, TimeSpan.FromDays(2));

        var refused = await ThenItIs(mail, MailState.Refused, SendState.Failed, arrivals: 0);
        Assert.StartsWith("550", refused.LastAnswer);
        Assert.StartsWith("550", (await InvoiceOfAsync(mail)).SendError);
    }

    [Fact]
    public async Task When_the_line_breaks_after_the_content_nobody_can_tell_until_a_person_does()
    {
        var mail = await GivenAMailOfAnInvoice();
        GivenTheLineBreaksAt(SmtpStep.Content);

        await WhenMailsLeave();
        app.Catcher.At = _ => { };
        await AppFixture.AdvanceAsync(app.Office!, TimeSpan.FromDays(2));
        await ThenItIs(mail, MailState.Uncertain, SendState.Uncertain, arrivals: 0);

        await SettleAsync((settle, id) => settle.ArrivedAsync(id, story.CompanyId, CancellationToken.None), mail);
        await AppFixture.AdvanceAsync(app.Office!, TimeSpan.FromDays(1));
        await ThenItIs(mail, MailState.Accepted, SendState.Sent, arrivals: 0);
    }

    [Fact]
    public async Task Sent_again_by_a_person_it_has_the_same_message_id()
    {
        var mail = await GivenAMailOfAnInvoice();
        GivenTheLineBreaksAt(SmtpStep.Content);
        await WhenMailsLeave();
        app.Catcher.At = _ => { };

        await SettleAsync((settle, id) => settle.SendAgainAsync(id, story.CompanyId, CancellationToken.None), mail);
        await WhenMailsLeave();

        await ThenItIs(mail, MailState.Accepted, SendState.Sent, arrivals: 1);
    }

    [Fact]
    public async Task A_line_that_breaks_before_the_content_is_tried_again_by_itself()
    {
        var mail = await GivenAMailOfAnInvoice();
        GivenTheLineBreaksAt(SmtpStep.From);

        await WhenMailsLeave();
        await ThenItIs(mail, MailState.Waiting, SendState.HandingOver, arrivals: 0);
        app.Catcher.At = _ => { };
        await AppFixture.AdvanceAsync(app.Office!, TimeSpan.FromMinutes(2));

        await ThenItIs(mail, MailState.Accepted, SendState.Sent, arrivals: 1);
    }

    [Fact]
    public async Task A_server_without_the_protection_that_is_asked_for_gets_nothing_and_the_mail_says_why()
    {
        var mail = await GivenAMailOfAnInvoice();
        await using var protectedHost = OfficeHost.Build(app.Settings with { Mail = app.Settings.Mail with { Security = SmtpSecurity.StartTls } });
        AppFixture.SetTime(protectedHost, app.Office!.Services.GetRequiredService<BusinessClock>().GetUtcNow());

        await AppFixture.RunAsync<SendMails>(protectedHost);

        var waiting = await ThenItIs(mail, MailState.Waiting, SendState.HandingOver, arrivals: 0);
        Assert.Contains("STARTTLS", waiting.LastAnswer, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(1, waiting.Attempts);
        Assert.NotNull(waiting.DueAt);
    }

    [Fact]
    public async Task A_reminder_of_what_was_paid_while_it_waited_is_withdrawn()
    {
        var invoice = await story.GivenAnOverdueInvoice(await story.GivenARelation());
        await story.Office(services => services.GetRequiredService<RemindInvoice>().RunAsync(invoice.Id, "test", CancellationToken.None));
        var reminder = await app.ReadAsync((OfficeDb db) => db.Mails.AsNoTracking().SingleAsync(m => m.About == $"invoice:{invoice.Id}"));
        app.Catcher.Answer = at => at is SmtpStep.Recipient ? "451 later" : null;
        await WhenMailsLeave();

        await story.WhenPaidOnThePage(invoice);
        app.Catcher.Answer = _ => null;
        await AppFixture.AdvanceAsync(app.Office!, TimeSpan.FromMinutes(2));

        var withdrawn = await ThenItIs(reminder, MailState.Withdrawn, SendState.NotSent, arrivals: 0);
        Assert.Equal(("paid", null), (withdrawn.LastAnswer, withdrawn.DueAt));
        Assert.Equal(1, await app.ReadAsync((OfficeDb db) => db.Timeline.CountAsync(t => t.InvoiceId == invoice.Id && t.Code == "reminder_mail_withdrawn")));
    }

    [Fact]
    public async Task An_outcome_is_written_although_the_invoice_is_changed_at_the_same_moment()
    {
        var mail = await GivenAMailOfAnInvoice();
        var invoice = await InvoiceOfAsync(mail);
        var meanwhile = new Meanwhile(() => story.Office(services => services.GetRequiredService<RegisterPayment>()
            .RunAsync(invoice.Id, Guid.CreateVersion7(), 10m, new DateOnly(2026, 3, 17), false, "test", CancellationToken.None)));

        await story.Office(async services =>
        {
            var send = new SendMails(services.GetRequiredService<OfficeDb>(), services.GetRequiredService<MailTransport>(), services.GetRequiredService<BusinessClock>(), meanwhile, NullLogger<SendMails>.Instance);
            await send.RunAsync(new(mail.Id.ToString(), mail.Id.ToString(), mail.CreatedAt), CancellationToken.None);
            return true;
        });

        Assert.Equal(AppFixture.Provider is DatabaseProvider.Postgres ? 2 : 1, meanwhile.Times); // SQLite has one writer: nobody comes between
        await ThenItIs(mail, MailState.Accepted, SendState.Sent, arrivals: 1);
        Assert.Equal(meanwhile.Times == 2 ? 10m : 0m, (await story.Read(invoice.Id)).Paid); // and nothing of the other one's was lost
        await story.ThenTheLedgerAgrees();
    }

    /// <summary>What the office does with an outcome, while somebody else writes the same invoice between its reading and its writing.</summary>
    private sealed class Meanwhile(Func<Task> happens) : MailOutcome
    {
        private readonly InvoiceMailOutcome real = new();

        public int Times { get; private set; }

        public override async Task RecordAsync(ModuleDb db, Mail mail, CancellationToken ct)
        {
            await real.RecordAsync(db, mail, ct);
            if (Times++ == 0 && !db.IsSqlite) await happens();
        }
    }

    private void GivenTheLineBreaksAt(SmtpStep step) => app.Catcher.At = at =>
    {
        if (at == step) throw new IOException("The line broke.");
    };

    private async Task<Mail> GivenAMailOfAnInvoice()
    {
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation(), sends: true);
        await AppFixture.RunAsync<SendInvoices>(app.Office!);
        return await app.ReadAsync((OfficeDb db) => db.Mails.AsNoTracking().SingleAsync(m => m.About == $"invoice:{invoice.Id}"));
    }

    private Task<int> WhenMailsLeave() => AppFixture.RunAsync<SendMails>(app.Office!);

    private Task<bool> SettleAsync(Func<SettleMail, Guid, Task> settle, Mail mail) => story.Office(async services =>
    {
        await settle(services.GetRequiredService<SettleMail>(), mail.Id);
        return true;
    });

    private Task<Invoice> InvoiceOfAsync(Mail mail) => story.Read(Guid.Parse(mail.About[(mail.About.IndexOf(':', StringComparison.Ordinal) + 1)..]));

    private async Task<Mail> ThenItIs(Mail mail, MailState state, SendState sending, int arrivals)
    {
        var now = await app.ReadAsync((OfficeDb db) => db.Mails.AsNoTracking().SingleAsync(m => m.Id == mail.Id));
        Assert.Equal((state, sending), (now.State, (await InvoiceOfAsync(mail)).SendState));
        Assert.Equal(arrivals, app.Catcher.Mails.Count(m => m.MessageId == $"<{mail.MessageId}>"));
        return now;
    }
}
