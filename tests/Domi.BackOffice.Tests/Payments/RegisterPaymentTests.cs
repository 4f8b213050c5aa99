using Domi.BackOffice.Invoices;
using Domi.BackOffice.Ledger;
using Domi.BackOffice.Payments;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.BackOffice.Tests.Payments;

public sealed class RegisterPaymentTests(OfficeFixture app) : IClassFixture<OfficeFixture>
{
    private readonly Story story = new(app);

    [Fact]
    public async Task One_form_that_is_sent_many_times_at_once_is_one_payment()
    {
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation());
        var form = Guid.CreateVersion7();

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => story.Office(services => services.GetRequiredService<RegisterPayment>()
            .RunAsync(invoice.Id, form, 21m, new DateOnly(2026, 3, 17), false, "An Clerk", CancellationToken.None)))));

        Assert.Equal((21m, 100m, PaymentState.PartiallyPaid), ((await story.Read(invoice.Id)).Paid, (await story.Read(invoice.Id)).Open, (await story.Read(invoice.Id)).PaymentState));
        Assert.Equal(1, await app.ReadAsync((OfficeDb db) => db.LedgerEntries.CountAsync(e => e.InvoiceId == invoice.Id && e.Kind == EntryKind.Paid)));
        await story.ThenTheLedgerAgrees();
    }
}
