using Domi.BackOffice.Connections;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Relations;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.BackOffice.Tests.Pages;

/// <summary>What stands in the office before a page is opened.</summary>
internal static class Given
{
    public static Task<T> OfficeAsync<T>(this AppFixture app, Func<IServiceProvider, OfficeDb, Task<T>> work) => AppFixture.InScopeAsync(app.Office!, services =>
    {
        var db = services.GetRequiredService<OfficeDb>();
        db.Tenant = app.Made!.CompanyId;
        return work(services, db);
    });

    public static Task<Relation> RelationAsync(this AppFixture app, string name, string? email = "boek@example.com", string language = "en", RelationKind kind = RelationKind.Company, bool vat = false) =>
        app.OfficeAsync((services, _) => services.GetRequiredService<EditRelation>().CreateAsync(app.Made!.CompanyId,
            new(kind, name, null, null, vat ? "0417497106" : null, vat, "Grote Markt 1", "1000", "Brussel", "BE", language, null, email, null, null, null, null, null, null, true), "test", CancellationToken.None));

    public static Task<Invoice> ProposalAsync(this AppFixture app, Relation relation, decimal price = 100m, DateOnly? date = null, DateOnly? due = null, InvoiceKind kind = InvoiceKind.Invoice) =>
        app.OfficeAsync((services, _) => services.GetRequiredService<EditProposal>().CreateAsync(app.Made!.CompanyId,
            new(relation.Id, kind, date, due, "Services", "", null, null, [new("Advice", 1m, price, 21m)]), "test", CancellationToken.None));

    /// <summary>A numbered invoice, with its link when the provider is asked.</summary>
    public static async Task<Invoice> InvoiceAsync(this AppFixture app, Relation relation, decimal price = 100m, DateOnly? due = null, bool sends = false, bool link = true)
    {
        var proposal = await app.ProposalAsync(relation, price, due: due);
        var invoice = await app.OfficeAsync((services, _) => services.GetRequiredService<NumberInvoice>().RunAsync(proposal.Id, null, sends, "test", CancellationToken.None));
        if (link) await AppFixture.RunAsync<RequestLinks>(app.Office!);
        return invoice;
    }

    public static Task<Invoice> ReadAsync(this AppFixture app, Guid invoice) => app.OfficeAsync((_, db) => db.Invoices.AsNoTracking().Include(i => i.Lines).SingleAsync(i => i.Id == invoice));

    public static Task<InboxEvent> QuarantinedAsync(this AppFixture app, string feed, string reason, string payload) => app.OfficeAsync(async (_, db) =>
    {
        var connection = await db.Connections.SingleAsync(c => c.IsActive);
        var row = new InboxEvent { OwnCompanyId = app.Made!.CompanyId, ConnectionId = connection.Id, Feed = feed, Key = Guid.CreateVersion7().ToString("n"), State = InboxState.Quarantined, Reason = reason, Payload = payload, ReceivedAt = AppFixture.Start };
        db.Inbox.Add(row);
        await db.SaveChangesAsync();
        return row;
    });
}
