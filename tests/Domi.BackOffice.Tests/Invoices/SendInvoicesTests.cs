using System.Net.Http.Json;
using System.Text.Json;
using Domi.BackOffice.Companies;
using Domi.BackOffice.Connections;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Mails;
using Domi.BackOffice.Runs;
using Domi.BackOffice.Tests.Pages;
using Domi.BackOffice.Tests.Sync;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.BackOffice.Tests.Invoices;

/// <summary>Whoever sends, an invoice leaves once: by the office's mail, or by the provider's when that is what was chosen.</summary>
public sealed class SendInvoicesTests : IClassFixture<ProxiedFixture>
{
    private readonly ProxiedFixture app;
    private readonly Story story;

    public SendInvoicesTests(ProxiedFixture app)
    {
        (this.app, story) = (app, new(app));
        app.Heal();
    }

    [Fact]
    public async Task What_was_sent_is_sent_again_only_on_purpose()
    {
        await GivenSender(SentBy.Office);
        var invoice = await GivenASentInvoice();

        Assert.Equal("sent_already", (await Assert.ThrowsAsync<RefusedException>(() => WhenAskedToSend(invoice))).Code);
        Assert.Equal((HttpStatusCode.Conflict, "sent_already"), await PostAsync($"invoices/{invoice.Id}/send", new { withoutLink = false, again = false }));
        Assert.Equal((SendState.Sent, 1), ((await story.Read(invoice.Id)).SendState, await MailsAsync(invoice)));

        Assert.Equal((HttpStatusCode.OK, null), await PostAsync($"invoices/{invoice.Id}/send", new { withoutLink = false, again = true }));
        await WhenSent();
        Assert.Equal((SendState.Sent, 2), ((await story.Read(invoice.Id)).SendState, await MailsAsync(invoice)));
    }

    [Fact]
    public async Task A_run_leaves_alone_what_was_sent()
    {
        await GivenSender(SentBy.Office);
        var (sent, unsent) = (await GivenASentInvoice(), await story.GivenANumberedInvoice(await story.GivenARelation()));

        var run = await WhenARunIsDone(RunKind.Send, sent.Id, unsent.Id);
        await WhenSent();

        Assert.All(await ItemsAsync(run), i => Assert.Equal((ItemState.Done, null), (i.State, i.Error)));
        Assert.Equal((1, 1), (await MailsAsync(sent), await MailsAsync(unsent)));
    }

    [Fact]
    public async Task The_provider_is_given_the_invoice_then_its_document_and_then_asked_to_send_it_once()
    {
        await GivenSender(SentBy.Provider);
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation());
        Assert.Equal((LinkState.Ready, 0), (invoice.LinkState, await ProvidersMailsAsync(invoice))); // having it is not sending it

        await AppFixture.RunAsync<SendInvoices>(app.Office!);
        await AppFixture.RunAsync<SendInvoices>(app.Office!);

        Assert.Equal((SendState.Sent, "provider", true), ((await story.Read(invoice.Id)).SendState, (await story.Read(invoice.Id)).SentTo, (await story.Read(invoice.Id)).PdfIsAtProvider));
        Assert.Equal([("POST", "/creditor/invoice"), ("PUT", $"/creditor/invoice/{invoice.Id}"), ("POST", $"/creditor/invoice/{invoice.Id}/action")],
            app.Proxy.Calls.Where(c => c.Path == "/creditor/invoice" || c.Path.Contains(invoice.Id.ToString(), StringComparison.Ordinal)));
        Assert.Equal((1, 0), (await ProvidersMailsAsync(invoice), await MailsAsync(invoice)));
    }

    [Fact]
    public async Task Asked_to_wait_before_sending_it_is_sent_later_by_itself()
    {
        await GivenSender(SentBy.Provider);
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation());
        GivenOneFaultOfAction(Fault.RateLimited);

        await AppFixture.RunAsync<SendInvoices>(app.Office!);
        var waiting = await story.Read(invoice.Id);
        Assert.Equal((SendState.Waiting, "TWK-RATE"), (waiting.SendState, waiting.SendError));
        Assert.NotNull(waiting.SendDueAt);

        await AppFixture.AdvanceAsync(app.Office!, TimeSpan.FromMinutes(1));
        Assert.Equal((SendState.Sent, null), ((await story.Read(invoice.Id)).SendState, (await story.Read(invoice.Id)).SendError));
        Assert.Equal(1, await ProvidersMailsAsync(invoice));
    }

    [Fact]
    public async Task When_the_answer_is_lost_nobody_can_tell_and_it_is_never_sent_again_by_itself()
    {
        await GivenSender(SentBy.Provider);
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation());
        GivenOneFaultOfAction(Fault.LostAnswer);

        await AppFixture.RunAsync<SendInvoices>(app.Office!);
        await AppFixture.AdvanceAsync(app.Office!, TimeSpan.FromDays(1));
        await story.WhenFeedsAreRead();
        await AppFixture.RunAsync<SendInvoices>(app.Office!);

        Assert.Equal((SendState.Uncertain, "TWK-UNREACHABLE"), ((await story.Read(invoice.Id)).SendState, (await story.Read(invoice.Id)).SendError));
        Assert.Equal((1, 1), (Actions(invoice), await ProvidersMailsAsync(invoice)));
        // Also a person cannot have it sent again by mistake: what arrived is settled first.
        Assert.Equal("sent_by_provider", (await Assert.ThrowsAsync<RefusedException>(() => WhenAskedToSend(invoice))).Code);
    }

    [Fact]
    public async Task A_document_that_the_provider_refuses_is_not_sent_and_may_be_asked_for_again()
    {
        await GivenSender(SentBy.Provider);
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation());
        var connection = await app.ConnectionAsync();
        await story.Office(async services =>
        {
            await services.GetRequiredService<Clients>().For(connection).DeleteInvoiceAsync(invoice.Id); // so that there is none to hang a document on
            return true;
        });

        await AppFixture.RunAsync<SendInvoices>(app.Office!);

        Assert.Equal((SendState.Failed, "pdf_refused"), ((await story.Read(invoice.Id)).SendState, (await story.Read(invoice.Id)).SendError));
        Assert.Equal(0, Actions(invoice));
        Assert.Equal(SendState.Waiting, (await WhenAskedToSend(invoice)).SendState);
    }

    [Fact]
    public async Task A_credit_note_of_which_the_provider_never_hears_is_mailed_by_the_office()
    {
        await GivenSender(SentBy.Provider);
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation());
        var note = await story.WhenNumbered(await story.Office(services => services.GetRequiredService<EditProposal>().CreditAsync(invoice.Id, "test", CancellationToken.None)));

        await WhenAskedToSend(note);
        await WhenSent();

        Assert.Equal((SendState.Sent, 1), ((await story.Read(note.Id)).SendState, await MailsAsync(note)));
        Assert.Equal(0, Actions(note));
    }

    [Fact]
    public async Task What_the_provider_sends_is_refused_everywhere()
    {
        await GivenSender(SentBy.Office);
        var relation = await story.GivenARelation();
        var (invoice, late) = (await story.GivenAnOverdueInvoice(relation), await story.GivenANumberedInvoice(relation));
        var (proposal, refused) = (await story.GivenAProposal(relation), await GivenARefusedMail());
        var run = await story.Office(services => services.GetRequiredService<StartRun>().RunAsync(story.CompanyId, RunKind.Send, [late.Id], null, "test", CancellationToken.None));
        using var browser = await Browser.AdministratorAsync(app);
        var page = await browser.GetAsync($"/invoices/{invoice.Id}"); // drawn before the setting was changed, with its buttons

        await GivenSender(SentBy.Provider);

        // On the page.
        foreach (var form in new[] { "form[action*=Send]", "form[action*=Remind]" })
        {
            var answer = await browser.SubmitAsync(page, form);
            Assert.Contains("nobody should get two messages", answer.Words("#main"), StringComparison.Ordinal);
        }

        // Over the API.
        foreach (var (path, body) in new (string, object)[]
        {
            ($"invoices/{proposal.Id}/number", new { send = true }), ($"invoices/{invoice.Id}/send", new { withoutLink = false, again = false }),
            ($"invoices/{invoice.Id}/send", new { withoutLink = true, again = true }), ($"invoices/{invoice.Id}/reminder", new { }),
        })
            Assert.Equal((HttpStatusCode.Conflict, "sent_by_provider"), await PostAsync(path, body));

        // By runs, those that are started and one that was started before.
        foreach (var kind in new[] { RunKind.Send, RunKind.NumberAndSend, RunKind.Remind })
            Assert.Equal("sent_by_provider", (await Assert.ThrowsAsync<RefusedException>(() => WhenARunIsDone(kind, invoice.Id))).Code);
        await AppFixture.RunAsync<DoRuns>(app.Office!);
        Assert.Equal([(ItemState.Failed, "sent_by_provider")], (await ItemsAsync(run.Id)).Select(i => (i.State, i.Error)));

        // And a mail of before is not sent again.
        var again = await Assert.ThrowsAsync<RefusedException>(() => story.Office(async services =>
        {
            await services.GetRequiredService<SettleMail>().SendAgainAsync(refused, story.CompanyId, CancellationToken.None);
            return true;
        }));
        Assert.Equal("sent_by_provider", again.Code);

        foreach (var one in new[] { invoice, late }) Assert.Equal((SendState.NotSent, 0, 0), ((await story.Read(one.Id)).SendState, (await story.Read(one.Id)).Reminders, await MailsAsync(one)));
        Assert.Equal(InvoiceState.Proposal, (await story.Read(proposal.Id)).State);
    }

    private void GivenOneFaultOfAction(Fault fault)
    {
        var broken = 1;
        app.Proxy.Decide = (_, path) => path.EndsWith("/action", StringComparison.Ordinal) && Interlocked.Exchange(ref broken, 0) == 1 ? fault : Fault.None;
    }

    private Task<bool> GivenSender(SentBy by) => story.Office(async services =>
    {
        await services.GetRequiredService<OfficeDb>().Companies.ExecuteUpdateAsync(set => set.SetProperty(c => c.InvoicesSentBy, by).SetProperty(c => c.RemindersSentBy, by));
        return true;
    });

    private async Task<Invoice> GivenASentInvoice()
    {
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation(), sends: true);
        await WhenSent();
        Assert.Equal((SendState.Sent, 1), ((await story.Read(invoice.Id)).SendState, await MailsAsync(invoice)));
        return invoice;
    }

    private async Task<Guid> GivenARefusedMail()
    {
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation(), sends: true);
        await AppFixture.RunAsync<SendInvoices>(app.Office!);
        return await app.ReadAsync(async (OfficeDb db) =>
        {
            var mail = await db.Mails.SingleAsync(m => m.About == $"invoice:{invoice.Id}");
            mail.Refuse("550 nobody");
            await db.SaveChangesAsync();
            return mail.Id;
        });
    }

    private Task<Invoice> WhenAskedToSend(Invoice invoice) =>
        story.Office(services => services.GetRequiredService<SendInvoice>().RunAsync(invoice.Id, false, "test", CancellationToken.None));

    private async Task WhenSent()
    {
        await AppFixture.RunAsync<SendInvoices>(app.Office!);
        await AppFixture.RunAsync<SendMails>(app.Office!);
    }

    private async Task<Guid> WhenARunIsDone(RunKind kind, params Guid[] subjects)
    {
        var run = await story.Office(services => services.GetRequiredService<StartRun>().RunAsync(story.CompanyId, kind, subjects, null, "test", CancellationToken.None));
        await AppFixture.RunAsync<DoRuns>(app.Office!);
        return run.Id;
    }

    private Task<List<RunItem>> ItemsAsync(Guid run) => app.ReadAsync((OfficeDb db) => db.RunItems.AsNoTracking().Where(i => i.RunId == run).OrderBy(i => i.Position).ToListAsync());

    private async Task<(HttpStatusCode Status, string? Code)> PostAsync(string path, object body)
    {
        using var answer = await app.OfficeHttp.PostAsJsonAsync("/api/v1/" + path, body);
        return (answer.StatusCode, answer.IsSuccessStatusCode ? null : (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
    }

    private int Actions(Invoice invoice) => app.Proxy.Calls.Count(c => c.Path == $"/creditor/invoice/{invoice.Id}/action");

    private Task<int> MailsAsync(Invoice invoice) => app.ReadAsync((OfficeDb db) => db.Mails.CountAsync(m => m.About == $"invoice:{invoice.Id}"));

    private Task<int> ProvidersMailsAsync(Invoice invoice) => app.ReadEngineAsync(db => db.Mails.CountAsync(m => m.Purpose == "invoice" && m.Subject.Contains(invoice.Number!)));
}
