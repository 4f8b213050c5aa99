using Domi.BackOffice.Invoices;
using Domi.BackOffice.Reminders;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.BackOffice.Tests.Reminders;

/// <summary>Nobody is reminded of what is paid, is being collected, or cannot be paid yet.</summary>
public sealed class RemindInvoiceTests(OfficeFixture app) : IClassFixture<OfficeFixture>
{
    private readonly Story story = new(app);

    [Fact]
    public async Task A_reminder_leaves_with_the_document_and_is_counted_once_a_day()
    {
        var invoice = await story.GivenAnOverdueInvoice(await story.GivenARelation());

        await WhenReminded(invoice);
        Assert.Equal("reminder_too_soon", (await Assert.ThrowsAsync<RefusedException>(() => WhenReminded(invoice))).Code);
        await AppFixture.RunAsync<SendMails>(app.Office!);

        var mail = await app.ReadAsync((OfficeDb db) => db.Mails.AsNoTracking().SingleAsync(m => m.About == $"invoice:{invoice.Id}"));
        Assert.Equal(("reminder", MailState.Accepted, 1), (mail.Purpose, mail.State, (await story.Read(invoice.Id)).Reminders));
        Assert.Contains(mail.Attachments, a => a.ContentType == "application/pdf");
    }

    [Fact]
    public async Task An_invoice_that_waits_for_its_link_is_not_reminded_of()
    {
        var invoice = await story.WhenNumbered(await story.GivenAProposal(await story.GivenARelation()));

        Assert.Equal("link_missing", (await Assert.ThrowsAsync<RefusedException>(() => WhenReminded(invoice))).Code);

        await ThenNothingLeft(invoice);
    }

    [Fact]
    public async Task What_is_paid_or_being_collected_is_not_reminded_of()
    {
        var relation = await story.GivenARelation();
        var (paid, collected) = (await story.GivenANumberedInvoice(relation), await story.GivenANumberedInvoice(relation));
        await story.WhenPaidOnThePage(paid);
        await story.WhenSignedOnThePage(collected);

        foreach (var invoice in new[] { paid, collected })
        {
            Assert.Equal("reminder_not_due", (await Assert.ThrowsAsync<RefusedException>(() => WhenReminded(invoice))).Code);
            await ThenNothingLeft(invoice);
        }
    }

    [Fact]
    public async Task What_is_not_due_yet_or_paid_at_the_provider_is_not_asked_for()
    {
        var relation = await story.GivenARelation();
        var (early, paidThere) = (await story.GivenANumberedInvoice(relation), await story.GivenAnOverdueInvoice(relation));
        await story.Office(async services =>
        {
            var db = services.GetRequiredService<OfficeDb>();
            (await db.Invoices.SingleAsync(i => i.Id == paidThere.Id)).Show("PAID");
            return await db.SaveChangesAsync();
        });

        foreach (var invoice in new[] { early, paidThere })
        {
            Assert.Equal("reminder_not_due", (await Assert.ThrowsAsync<RefusedException>(() => WhenReminded(invoice))).Code);
            Assert.Equal(0, (await story.Read(invoice.Id)).Reminders);
        }

        Assert.Equal("paid_elsewhere", (await Assert.ThrowsAsync<RefusedException>(() => story.Office(services => services.GetRequiredService<SendInvoice>().RunAsync(paidThere.Id, false, "test", CancellationToken.None)))).Code);
        using var browser = await Domi.BackOffice.Tests.Pages.Browser.AdministratorAsync(app);
        Assert.Contains("Paid at Twikey, but no payment was told", (await browser.GetAsync($"/invoices/{paidThere.Id}")).Body!.TextContent);
    }

    private Task<Invoice> WhenReminded(Invoice invoice) => story.Office(services => services.GetRequiredService<RemindInvoice>().RunAsync(invoice.Id, "An Clerk", CancellationToken.None));

    private async Task ThenNothingLeft(Invoice invoice)
    {
        Assert.Equal(0, (await story.Read(invoice.Id)).Reminders);
        Assert.Equal(0, await app.ReadAsync((OfficeDb db) => db.Mails.CountAsync(m => m.About == $"invoice:{invoice.Id}")));
    }
}
