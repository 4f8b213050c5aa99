using Domi.BackOffice.Timeline;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Invoices;

/// <summary>What a person decides about a numbered invoice: to ask for its link again, and what became of a sending that nobody can tell.</summary>
/// <remarks>Refuses with <c>not_found</c>, <c>link_not_waiting</c>, <c>sending_certain</c>.</remarks>
public sealed class EditInvoice(OfficeDb db, BusinessClock clock)
{
    public Task<Invoice> AskLinkAgainAsync(Guid id, string actor, CancellationToken ct) => db.WriteAsync(async token =>
    {
        var invoice = await FindAsync(id, token);
        invoice.AskLinkAgain(clock.GetUtcNow());
        db.Note(invoice, "link_asked_again", actor, clock.GetUtcNow());
        return invoice;
    }, ct);

    /// <summary>The provider was asked to send it when the line or the process broke: it arrived, or it is sent again.</summary>
    public Task<Invoice> SettleSendingAsync(Guid id, bool arrived, string actor, CancellationToken ct) => db.WriteAsync(async token =>
    {
        var invoice = await FindAsync(id, token);
        invoice.SettleSending(arrived, clock.GetUtcNow());
        db.Note(invoice, arrived ? "send_confirmed" : "send_asked", actor, clock.GetUtcNow());
        return invoice;
    }, ct);

    private async Task<Invoice> FindAsync(Guid id, CancellationToken ct) =>
        await db.Invoices.SingleOrDefaultAsync(i => i.Id == id, ct) ?? throw new RefusedException("not_found", $"No invoice {id}.");
}
