using Domi.BackOffice.Invoices;
using Domi.BackOffice.Timeline;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Mails;

/// <summary>Writes how a mail ended onto the invoice it carried, in the transaction of the mail's own outcome.</summary>
internal sealed class InvoiceMailOutcome : MailOutcome
{
    /// <summary>A reminder that waited for its server is pointless once the invoice is paid, or being collected.</summary>
    public override async Task<string?> WhyNotAsync(ModuleDb db, Mail mail, CancellationToken ct)
    {
        if (mail.Purpose != "reminder" || !Guid.TryParse(mail.About.AsSpan(mail.About.IndexOf(':', StringComparison.Ordinal) + 1), out var id)) return null;
        var invoice = await ((OfficeDb)db).Invoices.AsNoTracking().SingleOrDefaultAsync(i => i.Id == id, ct);
        return invoice is null or { Open: > 0, IsBeingCollected: false } ? null : invoice.IsBeingCollected ? "being_collected" : "paid";
    }

    public override async Task RecordAsync(ModuleDb db, Mail mail, CancellationToken ct)
    {
        var office = (OfficeDb)db;
        if (!mail.About.StartsWith("invoice:", StringComparison.Ordinal) || !Guid.TryParse(mail.About.AsSpan(8), out var id)) return;
        if (await office.Invoices.SingleOrDefaultAsync(i => i.Id == id, ct) is not { } invoice) return;

        var at = mail.AcceptedAt ?? mail.HandedOverAt ?? mail.CreatedAt;
        if (mail.Purpose == "invoice")
        {
            switch (mail.State)
            {
                case MailState.Accepted: invoice.Sent(at); break;
                case MailState.Refused: invoice.SendFailed(mail.LastAnswer ?? "refused"); break;
                case MailState.Uncertain: invoice.SendUncertain(mail.LastAnswer); break;
                default: return;
            }
        }

        if (mail.State is MailState.Accepted or MailState.Refused or MailState.Uncertain or MailState.Withdrawn)
            office.Note(invoice, $"{mail.Purpose}_mail_{mail.State.ToString().ToLowerInvariant()}", "office", at, ("to", mail.To), ("answer", mail.State is MailState.Refused ? mail.LastAnswer : null));
    }
}
