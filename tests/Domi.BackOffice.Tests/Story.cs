using Domi.BackOffice.Companies;
using Domi.BackOffice.Connections;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Ledger;
using Domi.BackOffice.Relations;
using Domi.BackOffice.Sync;
using Domi.Engine;
using Domi.Engine.DirectDebits;
using Domi.Engine.Mandates;
using Domi.Engine.PayLinks;
using Domi.Platform;
using Domi.Standards;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.BackOffice.Tests;

/// <summary>The steps of the story in prose, on the real use cases of both modules.</summary>
internal sealed class Story(OfficeFixture app)
{
    public Guid CompanyId => app.Made!.CompanyId;

    public async Task<Relation> GivenARelation(string name = "An Peeters", RelationKind kind = RelationKind.Person, string language = "nl", string? email = null, string? enterprise = null) =>
        await Office(services => services.GetRequiredService<EditRelation>().CreateAsync(CompanyId, new(kind, name, kind is RelationKind.Person ? name.Split(' ')[0] : null,
            kind is RelationKind.Person ? name.Split(' ')[^1] : null, enterprise, enterprise is not null, "Visserij 44", "9000", "Gent", "BE", language, null,
            email ?? $"{Guid.CreateVersion7():n}@example.org", null, null, null, null, null, null, true), "test", CancellationToken.None));

    public async Task<Invoice> GivenAProposal(Relation relation, decimal inclVat = 121.00m, InvoiceKind kind = InvoiceKind.Invoice) =>
        await Office(services => services.GetRequiredService<EditProposal>().CreateAsync(CompanyId, new(relation.Id, kind, null, null, "Boekhouding maart", "", null, null,
            [new("Boekhouding", 1, inclVat, 0)]), "test", CancellationToken.None));

    public async Task<Invoice> WhenNumbered(Invoice proposal, bool sends = false) =>
        await Office(services => services.GetRequiredService<NumberInvoice>().RunAsync(proposal.Id, null, sends, "test", CancellationToken.None));

    /// <summary>An invoice that has its payment link.</summary>
    public async Task<Invoice> GivenANumberedInvoice(Relation relation, decimal amount = 121.00m, bool sends = false)
    {
        var numbered = await WhenNumbered(await GivenAProposal(relation, amount), sends);
        await AppFixture.RunAsync<RequestLinks>(app.Office!);
        return await Read(numbered.Id);
    }

    /// <summary>An invoice that has its payment link and is past its due date: of a year before, with a series of its own.</summary>
    public async Task<Invoice> GivenAnOverdueInvoice(Relation relation, decimal amount = 121.00m)
    {
        var proposal = await GivenAProposal(relation, amount);
        await Office(services => services.GetRequiredService<NumberInvoice>().RunAsync(proposal.Id, new DateOnly(2025, 12, 1), false, "test", CancellationToken.None));
        await AppFixture.RunAsync<RequestLinks>(app.Office!);
        return await Read(proposal.Id);
    }

    public Task<Invoice> Read(Guid id) => app.ReadAsync((OfficeDb db) => db.Invoices.AsNoTracking().Include(i => i.Lines).SingleAsync(i => i.Id == id));

    /// <summary>The debtor pays on the page by a method of the simulated provider.</summary>
    public async Task WhenPaidOnThePage(Invoice invoice, string method = "bancontact")
    {
        await Engine(async services =>
        {
            var pay = services.GetRequiredService<PayInvoice>();
            var there = await pay.FindAsync(TokenOf(invoice), CancellationToken.None);
            var token = await pay.StartAsync(there!.Id, method, Guid.CreateVersion7().ToString("n"), CancellationToken.None);
            await pay.EndAsync(token, approved: true, CancellationToken.None);
            return true;
        });
        await WhenFeedsAreRead();
    }

    public static string TokenOf(Invoice invoice) => invoice.PaymentUrl![(invoice.PaymentUrl!.LastIndexOf('/') + 1)..];

    /// <summary>The debtor sets up automatic payment on the page of an invoice and signs by drawing.</summary>
    public async Task<string> WhenSignedOnThePage(Invoice invoice, string iban = "BE68539007547034")
    {
        var reference = await Engine(async services =>
        {
            var pay = services.GetRequiredService<PayInvoice>();
            var there = await pay.FindAsync(TokenOf(invoice), CancellationToken.None);
            return await SignAsync(services, await pay.SetUpAutomaticAsync(there!.Id, "nl", null, CancellationToken.None), iban);
        });
        await WhenFeedsAreRead();
        return reference;
    }

    public static async Task<string> SignAsync(IServiceProvider services, string token, string iban)
    {
        var sign = services.GetRequiredService<SignMandate>();
        var mandate = (await sign.FindAsync(token, CancellationToken.None))!;
        var db = services.GetRequiredService<EngineDb>();
        await sign.FillAsync(mandate.Id, new("An Peeters", "Visserij 44", "9000", "Gent", "BE", "an@example.org", Iban.Parse(iban), true, "0456810810"), CancellationToken.None);
        db.ChangeTracker.Clear();
        await sign.SignByDrawingAsync(mandate.Id, Png, new("nl", "127.0.0.1", "test", services.GetRequiredService<BusinessClock>().GetUtcNow()), "Gent", CancellationToken.None);
        return mandate.Reference;
    }

    /// <summary>A drawing: any PNG that is one.</summary>
    public static readonly byte[] Png = Domi.Rendering.QrPicture.Png("a signature drawn by hand, as far as a test can draw one");

    public async Task WhenFeedsAreRead()
    {
        await app.ReadAsync(async (OfficeDb db) =>
        {
            var now = TimeProvider.System.GetUtcNow();
            return await db.Connections.ExecuteUpdateAsync(set => set.SetProperty(c => c.PollDueAt, now));
        });
        await AppFixture.RunAsync<ReadFeeds>(app.Office!);
    }

    /// <summary>Both clocks move, the engine's first, day by day.</summary>
    public async Task WhenDaysPass(int days)
    {
        for (var day = 0; day < days; day++)
        {
            await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(1));
            await AppFixture.AdvanceAsync(app.Office!, TimeSpan.FromDays(1));
            await WhenFeedsAreRead();
        }
    }

    public async Task ThenTheLedgerAgrees()
    {
        var outcome = await app.ReadAsync((OfficeDb db) => CheckLedger.RunAsync(db, CancellationToken.None));
        Assert.Empty(outcome.Differences);
    }

    public async Task<DirectDebit> CollectionOf(Invoice invoice) =>
        await app.ReadEngineAsync(db => db.DirectDebits.OrderByDescending(d => d.Attempt).FirstAsync(d => db.Invoices.Any(i => i.Id == d.InvoiceId && i.PublicId == invoice.Id)));

    public Task<T> Office<T>(Func<IServiceProvider, Task<T>> work) => AppFixture.InScopeAsync(app.Office!, work);

    public Task<T> Engine<T>(Func<IServiceProvider, Task<T>> work) => AppFixture.InScopeAsync(app.Engine, work);
}
