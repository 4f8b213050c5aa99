using Domi.BackOffice.Connections;
using Domi.BackOffice.Documents;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Relations;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.BackOffice.Tests;

public sealed class MainStoryTests(OfficeFixture app) : IClassFixture<OfficeFixture>
{
    private readonly Story story = new(app);

    [Fact]
    public async Task A_numbered_invoice_gets_its_link_and_communication()
    {
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation());

        Assert.Equal((LinkState.Ready, "BOOKED", PaymentMethod.Manual), (invoice.LinkState, invoice.ProviderState, invoice.Method));
        Assert.StartsWith(app.EngineHttp.BaseAddress + "pay/", invoice.PaymentUrl);
        Assert.NotNull(invoice.Communication);
        Assert.Equal((PaymentState.Unpaid, 121m), (invoice.PaymentState, invoice.Open));
        await story.ThenTheLedgerAgrees();
    }

    [Fact]
    public async Task Paid_on_the_page_it_is_paid_in_the_office_once()
    {
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation());

        await story.WhenPaidOnThePage(invoice);
        await story.WhenFeedsAreRead();

        var paid = await story.Read(invoice.Id);
        Assert.Equal((PaymentState.Paid, 0m, "PAID"), (paid.PaymentState, paid.Open, paid.ProviderState));
        Assert.Equal(2, await app.ReadAsync((OfficeDb db) => db.LedgerEntries.CountAsync(e => e.InvoiceId == invoice.Id)));
        await story.ThenTheLedgerAgrees();
    }

    [Fact]
    public async Task Signed_on_the_page_the_relation_has_document_account_and_method_and_the_next_invoice_is_collected()
    {
        var relation = await story.GivenARelation();
        var first = await story.GivenANumberedInvoice(relation);

        var reference = await story.WhenSignedOnThePage(first);

        var after = await app.ReadAsync((OfficeDb db) => db.Relations.SingleAsync(r => r.Id == relation.Id));
        Assert.Equal(PaymentMethod.DirectDebit, after.PaymentMethod);
        var document = await app.ReadAsync((OfficeDb db) => db.Documents.SingleAsync(d => d.RelationId == relation.Id));
        Assert.Equal((DocumentType.Mandate, $"{reference}.pdf"), (document.Type, document.Name));
        var account = await app.ReadAsync((OfficeDb db) => db.RelationAccounts.SingleAsync(a => a.RelationId == relation.Id));
        Assert.Equal(("BE68539007547034", true), (account.Iban.Value, account.IsDefault));
        Assert.Equal("PENDING", (await story.Read(first.Id)).ProviderState);

        var next = await story.GivenANumberedInvoice(relation);
        Assert.Equal((PaymentMethod.DirectDebit, "PENDING", reference), (next.Method, next.ProviderState, next.MandateReference));
        Assert.NotNull(next.CollectionOn);
        Assert.NotNull(next.CreditorIdentifier);

        await story.WhenDaysPass(45);
        Assert.Equal(PaymentState.Paid, (await story.Read(first.Id)).PaymentState);
        Assert.Equal(PaymentState.Paid, (await story.Read(next.Id)).PaymentState);
        await story.ThenTheLedgerAgrees();
    }

    [Fact]
    public async Task Seven_euro_fail_with_AM04_and_are_open_again_with_a_retry_planned()
    {
        var relation = await story.GivenARelation();
        await story.WhenSignedOnThePage(await story.GivenANumberedInvoice(relation));
        var invoice = await story.GivenANumberedInvoice(relation, 7.00m);

        await story.WhenDaysPass(32);

        var failed = await story.Read(invoice.Id);
        Assert.Equal((PaymentState.Unpaid, 7m, "AM04", "PENDING"), (failed.PaymentState, failed.Open, failed.FailureCode, failed.ProviderState));
        var retry = await story.CollectionOf(invoice);
        Assert.Equal(2, retry.Attempt);
        Assert.Equal(retry.RequestedOn, failed.CollectionOn);
        await story.ThenTheLedgerAgrees();
    }

    [Fact]
    public async Task A_refund_claimed_weeks_later_opens_a_paid_invoice_again()
    {
        var relation = await story.GivenARelation();
        await story.WhenSignedOnThePage(await story.GivenANumberedInvoice(relation));
        var invoice = await story.GivenANumberedInvoice(relation, 80m);
        await story.WhenDaysPass(50);
        Assert.Equal(PaymentState.Paid, (await story.Read(invoice.Id)).PaymentState);

        using var answer = await app.EngineHttp.PostAsync("/sandbox/outcome", new StringContent($$"""{"invoice":"{{invoice.Number}}","code":"MD06"}""", System.Text.Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await story.WhenFeedsAreRead();

        var reopened = await story.Read(invoice.Id);
        Assert.Equal((PaymentState.Unpaid, 80m, "MD06"), (reopened.PaymentState, reopened.Open, reopened.FailureCode));
        await story.ThenTheLedgerAgrees();
    }

    [Fact]
    public async Task A_sent_invoice_leaves_as_one_mail_with_link_code_and_document()
    {
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation(), sends: true);

        await AppFixture.RunAsync<SendInvoices>(app.Office!);
        await AppFixture.RunAsync<SendMails>(app.Office!);

        var sent = await story.Read(invoice.Id);
        Assert.Equal((SendState.Sent, true), (sent.SendState, sent.PdfIsAtProvider));
        var mail = await app.ReadAsync((OfficeDb db) => db.Mails.SingleAsync(m => m.About == $"invoice:{invoice.Id}"));
        var file = app.Office!.Services.GetRequiredService<MailTransport>().OutboxFile(mail.MessageId);
        Assert.DoesNotContain(await File.ReadAllBytesAsync(file), b => b > 127);
        var message = await MimeKit.MimeMessage.LoadAsync(file);
        Assert.Contains(invoice.PaymentUrl!, message.HtmlBody);
        Assert.Contains(invoice.PaymentUrl!, message.TextBody);
        Assert.Contains("cid:paymentqrcode", message.HtmlBody);
        Assert.Contains(message.BodyParts, p => p.ContentId == "paymentqrcode");
        Assert.Equal("application/pdf", message.Attachments.Single().ContentType.MimeType);
    }

    [Fact]
    public async Task An_invitation_is_mailed_by_the_provider_once()
    {
        var relation = await story.GivenARelation();
        await story.Office(services => services.GetRequiredService<Domi.BackOffice.Mandates.InviteRelation>().RunAsync(relation.Id, 1, "test", CancellationToken.None));

        await AppFixture.RunAsync<Domi.BackOffice.Mandates.SendInvitations>(app.Office!);
        await AppFixture.RunAsync<Domi.BackOffice.Mandates.SendInvitations>(app.Office!);

        var invitation = await app.ReadAsync((OfficeDb db) => db.Invitations.SingleAsync(i => i.RelationId == relation.Id));
        Assert.Equal(Domi.BackOffice.Mandates.InvitationState.Invited, invitation.State);
        Assert.Equal(1, await app.ReadEngineAsync(db => db.Mails.CountAsync(m => m.Purpose == "invite" && m.To == relation.Email)));
    }
}
