using Domi.BackOffice.Documents;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Mails;
using Domi.BackOffice.Templates;
using Domi.BackOffice.Timeline;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Reminders;

/// <summary>Reminds of one invoice by hand: never of what is paid or being collected, never twice a day.</summary>
/// <remarks>
/// Refuses with <c>not_found</c>, <c>sent_by_provider</c>, <c>reminder_not_due</c>, <c>reminder_too_soon</c>, <c>no_email</c>,
/// <c>no_mail_template</c>, <c>pdf_failed</c>, <c>link_missing</c>. A first reminder carries no cost (Book XIX CEL); none is ever added here.
/// </remarks>
public sealed class RemindInvoice(OfficeDb db, MakePdf pdfs, ComposeMail mails, BusinessClock clock)
{
    public async Task<Invoice> RunAsync(Guid id, string actor, CancellationToken ct)
    {
        var invoice = await db.Invoices.AsNoTracking().SingleOrDefaultAsync(i => i.Id == id, ct) ?? throw new RefusedException("not_found", $"No invoice {id}.");
        var company = await db.Companies.AsNoTracking().SingleAsync(c => c.Id == invoice.OwnCompanyId, ct);
        company.RequireOfficeSendsReminders();
        if (invoice.State is InvoiceState.Proposal) throw new RefusedException("reminder_not_due", "A proposal is not reminded of.", ("number", ""));
        await pdfs.OfAsync(id, again: false, ct);

        return await db.WriteOrRepeatAsync(async token =>
        {
            var reminded = await db.Invoices.SingleAsync(i => i.Id == id, token);
            if (reminded.PdfHash is not { } pdf) throw new RefusedException("link_missing", $"Invoice {reminded.Number} still waits for its payment link.", ("number", reminded.Number));
            var relation = await db.Relations.AsNoTracking().SingleAsync(r => r.Id == reminded.RelationId, token);
            var now = clock.GetUtcNow();
            reminded.Remind(now);
            db.Mails.Add(await mails.AboutAsync(reminded, relation, company, MailContext.Reminder, $"reminder:{id:n}:{reminded.Reminders}", pdf, now, token));
            db.Note(reminded, "reminded", actor, now, ("count", reminded.Reminders));
            return reminded;
        }, ct);
    }
}
