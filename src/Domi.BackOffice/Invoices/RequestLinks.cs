using Domi.BackOffice.Connections;
using Domi.BackOffice.Mandates;
using Domi.BackOffice.Relations;
using Domi.BackOffice.Timeline;
using Domi.Platform;
using Domi.Twikey;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Domi.BackOffice.Invoices;

/// <summary>
/// Asks the provider for the payment link of numbered invoices. The invoice's own id goes with it, so that asking again after a lost
/// answer finds the same invoice; an answer is accepted only if id, number and amount are ours.
/// </summary>
public sealed class RequestLinks(OfficeDb db, Clients clients, BusinessClock clock, ILogger<RequestLinks> log) : IJob
{
    public static string Name => "request-links";

    public static int Parallel => 6;

    public async Task<IReadOnlyList<DueWork>> DueAsync(DateTimeOffset now, int most, CancellationToken ct) =>
        await db.Invoices.AsNoTracking().Where(i => i.LinkDueAt <= now).OrderBy(i => i.LinkDueAt).Take(most)
            .Select(i => new DueWork(i.Id.ToString(), Lanes.Of(i.ConnectionId!.Value, i.Id), i.LinkDueAt!.Value)).ToListAsync(ct);

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken ct) => await db.Invoices.MinAsync(i => i.LinkDueAt, ct);

    public async Task RunAsync(DueWork work, CancellationToken ct)
    {
        var id = Guid.Parse(work.Id);
        if (await db.Invoices.AsNoTracking().SingleOrDefaultAsync(i => i.Id == id, ct) is not { LinkDueAt: { } due, LinkState: LinkState.Waiting } invoice || due > clock.GetUtcNow()) return;

        var connection = await db.Connections.AsNoTracking().SingleAsync(c => c.Id == invoice.ConnectionId, ct);
        var relation = await db.Relations.AsNoTracking().SingleAsync(r => r.Id == invoice.RelationId, ct);
        var company = await db.Companies.AsNoTracking().SingleAsync(c => c.Id == invoice.OwnCompanyId, ct);
        var mandates = await db.RelationMandates.AsNoTracking().Where(m => m.RelationId == relation.Id && m.ConnectionId == connection.Id && m.IsCollectable).ToListAsync(ct);
        var mandate = mandates.OrderByDescending(m => m.SignedOn).ThenByDescending(m => m.Id).FirstOrDefault();

        var client = clients.For(connection);
        TwikeyInvoice answer;
        TwikeyTransaction? collection = null;
        try
        {
            answer = await client.CreateInvoiceAsync(Wanted(invoice, relation, company, mandate), ct);
            if (answer.State == "PENDING" && IsOurs(invoice, answer))
            {
                collection = await FindCollectionAsync(client, invoice.Number!, ct);
                mandate = mandates.FirstOrDefault(m => m.Reference == collection?.MandateReference) ?? mandate;
            }
        }
        catch (TwikeyException e)
        {
            await db.WriteAsync(async token =>
            {
                var waiting = await db.Invoices.SingleAsync(i => i.Id == id, token);
                if (Clients.Passes(e)) waiting.LinkLater(e.SupportCode, clock.GetUtcNow() + Clients.Wait(waiting.LinkAttempts, e));
                else waiting.LinkFailed($"{e.SupportCode} {e.Code}".Trim());
                var failing = await db.Connections.SingleAsync(c => c.Id == connection.Id, token);
                failing.Failed(e.SupportCode, e.Message, TimeProvider.System.GetUtcNow());
                if (waiting.LinkState is LinkState.Failed) db.Note(waiting, "link_failed", "provider", clock.GetUtcNow(), ("code", waiting.LinkError));
                if (e.Fault is TwikeyFault.Unreachable or TwikeyFault.RateLimited && waiting.LinkDueAt is { } until)
                {
                    // Nobody answers, or has time: the others of this connection need not find that out one by one.
                    var now = clock.GetUtcNow();
                    await db.Invoices.Where(i => i.ConnectionId == connection.Id && i.LinkDueAt <= now && i.Id != id).ExecuteUpdateAsync(set => set.SetProperty(i => i.LinkDueAt, until), token);
                }
            }, ct);
            log.LogWarning("Invoice {Invoice}: no payment link yet ({Code}).", invoice.Id, e.SupportCode);
            return;
        }

        await db.WriteAsync(async token =>
        {
            var waiting = await db.Invoices.SingleAsync(i => i.Id == id, token);
            if (waiting.LinkState is not LinkState.Waiting) return;

            var now = clock.GetUtcNow();
            if (IsOurs(waiting, answer) && answer.Url is null)
            {
                waiting.LinkLater("TWK-UNREADABLE", now + Clients.Wait(waiting.LinkAttempts, null)); // ours, and without the one thing that was asked for
                return;
            }

            if (!IsOurs(waiting, answer))
            {
                // Somebody else's invoice has our number: its link would take the money to another debt.
                waiting.LinkFailed("TWK-NUMBER-TAKEN");
                db.Note(waiting, "number_taken", "provider", now);
                return;
            }

            waiting.LinkArrived(answer.Url!.ToString(), answer.State, mandate?.Reference, mandate?.CreditorIdentifier,
                answer.State == "PENDING" ? collection?.RequestedOn ?? waiting.DueOn : null, now);
            db.Note(waiting, answer.State == "PENDING" ? "will_be_collected" : "link_arrived", "provider", now, ("day", waiting.CollectionOn));
        }, ct);
    }

    // The invoice is booked whatever comes of this question: only trouble that passes is worth asking the whole again.
    private static async Task<TwikeyTransaction?> FindCollectionAsync(TwikeyClient client, string number, CancellationToken ct)
    {
        try
        {
            return (await client.ReadOpenTransactionsAsync(null, number, ct)).FirstOrDefault(t => t.Ref == number);
        }
        catch (TwikeyException e) when (!Clients.Passes(e))
        {
            return null;
        }
    }

    private static bool IsOurs(Invoice invoice, TwikeyInvoice answer) =>
        answer.Id == invoice.Id && answer.Number == invoice.Number && answer.Amount == invoice.TotalInclVat;

    private static NewInvoice Wanted(Invoice invoice, Relation relation, Companies.OwnCompany company, RelationMandate? mandate) =>
        new(invoice.Id, invoice.Number!, invoice.TotalInclVat, invoice.Date!.Value, invoice.DueOn!.Value, CustomerOf(relation))
        {
            Title = invoice.Description.Length > 0 ? invoice.Description : invoice.Number,
            Remittance = invoice.Communication?.Value ?? invoice.Number,
            Ref = invoice.Id.ToString("n"),
            Ct = mandate?.ProfileNumber ?? (relation.Kind is RelationKind.Person ? company.DefaultProfileForPersons : company.DefaultProfileForCompanies),
            Locale = invoice.Language,
            Delivery = "disabled", // exactly one of the two systems sends, and when is decided here
            Partner = "Domi",
        };

    public static InvoiceCustomer CustomerOf(Relation relation) => new(relation.CustomerNumber, relation.AddressForInvoices)
    {
        FirstName = relation.Kind is RelationKind.Person ? relation.FirstName : null,
        LastName = relation.Kind is RelationKind.Person ? relation.LastName ?? relation.Name : null,
        CompanyName = relation.Kind is RelationKind.Person ? null : relation.Name,
        Coc = relation.EnterpriseNumber?.Value,
        Address = relation.Street,
        Zip = relation.Zip,
        City = relation.City,
        Country = relation.Country,
        Language = relation.Language,
    };
}
