using Domi.BackOffice.Invoices;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Mails;

/// <summary>A person decides what became of a mail that nobody can tell about, or has one sent again, with the same Message-Id.</summary>
/// <remarks>Refuses with <c>not_found</c>, <c>mail_state</c>, <c>sent_by_provider</c>, <c>changed_meanwhile</c>.</remarks>
public sealed class SettleMail(OfficeDb db, MailOutcome outcome, BusinessClock clock)
{
    public Task ArrivedAsync(Guid id, Guid companyId, CancellationToken ct) => db.WriteAsync(async token =>
    {
        var mail = await FindAsync(id, companyId, token);
        mail.Confirm(clock.GetUtcNow());
        await outcome.RecordAsync(db, mail, token);
    }, ct);

    public Task SendAgainAsync(Guid id, Guid companyId, CancellationToken ct) => db.WriteAsync(async token =>
    {
        var mail = await FindAsync(id, companyId, token);
        var company = await db.Companies.AsNoTracking().SingleAsync(c => c.Id == companyId, token);
        if (mail.Purpose == "invoice") company.RequireOfficeSendsInvoices();
        if (mail.Purpose == "reminder") company.RequireOfficeSendsReminders();
        mail.SendAgain(clock.GetUtcNow());
        if (mail.Purpose == "invoice" && Guid.TryParse(mail.About.AsSpan(mail.About.IndexOf(':', StringComparison.Ordinal) + 1), out var invoiceId)
            && await db.Invoices.SingleOrDefaultAsync(i => i.Id == invoiceId, token) is { SendState: SendState.Uncertain or SendState.Failed } invoice)
            invoice.HandOver(mail.To, clock.GetUtcNow());
    }, ct);

    private async Task<Mail> FindAsync(Guid id, Guid companyId, CancellationToken ct) =>
        await db.Mails.SingleOrDefaultAsync(m => m.Id == id && m.OwnerId == companyId, ct) ?? throw new RefusedException("not_found", $"No mail {id}.");
}
