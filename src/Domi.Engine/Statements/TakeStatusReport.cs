using Domi.Engine.CollectionRuns;
using Domi.Engine.DirectDebits;
using Domi.Engine.Feeds;
using Domi.Engine.Invoices;
using Domi.Engine.Transfers;
using Domi.Platform;
using Domi.Standards.BankFiles;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Statements;

/// <summary>What the bank says of a file it got (pain.002), inside the running transaction.</summary>
/// <remarks>
/// A payment that it refuses fails, unless money has moved on it: then only statements count. When it refuses the whole or a batch, nothing fails and
/// a person decides: the reason may be that it has had the payments before. Acceptance is no proof of money. Source: `sepa.md` §7; ISO 20022 pain.002.
/// </remarks>
internal sealed class TakeStatusReport(EngineDb db, Settlement settlement, BusinessClock clock)
{
    /// <returns>What in it is about nothing that is known here.</returns>
    public async Task<IReadOnlyList<Finding>> ApplyAsync(Guid creditorId, StatusReport report, IReadOnlyList<FilePart> statuses, CancellationToken ct)
    {
        var (findings, now) = (new List<Finding>(), clock.GetUtcNow());
        var file = await db.OutgoingFiles.SingleOrDefaultAsync(f => f.CreditorId == creditorId && f.MessageId == report.OriginalMessageId, ct);
        if (file is null)
        {
            findings.Add(new(Severity.Warn, "report.unknown", $"No file {report.OriginalMessageId} was sent from here.", "head"));
            return findings;
        }

        // It was handed over twice, and the bank took it once: nothing is wrong with the first one.
        if (report.Status is { IsRejected: true, Reason: "DU01" or "DUPL" })
        {
            findings.Add(new(Severity.Warn, "report.duplicate", $"The bank had {file.MessageId} already, and took it once.", "head"));
            return findings;
        }

        var runs = await db.CollectionRuns.AsNoTracking().Where(r => r.FileId == file.Id).ToDictionaryAsync(r => r.PaymentInformationId, r => r.Id, StringComparer.Ordinal, ct);
        var payouts = await db.TransferRuns.AsNoTracking().Where(r => r.FileId == file.Id).Select(r => r.PaymentInformationId).ToListAsync(ct);
        // Where the reasons stand with the payments, and each of them was refused, that is what the bank says of the whole too: no fault of the file.
        var payments = statuses.OfType<TransactionStatus>().ToList();
        var isWhole = report.Status is { IsRejected: true } && (report.Status.Reason is not null || payments.Count == 0);
        var refusedBatches = isWhole ? [] : statuses.OfType<BatchStatus>().Where(b => b.Status is { IsRejected: true } && (b.Status.Reason is not null || !payments.Exists(p => p.BatchId == b.BatchId))).ToList();
        if (isWhole) file.Refuse(Said(report.Status!), now);
        else if (refusedBatches.Count > 0) file.Refuse(string.Join("; ", refusedBatches.Select(b => $"{b.BatchId}: {Said(b.Status!)}")), now);
        else if (payments.Count > 0 || report.Status is { IsAccepted: true } or { Code: "PART" } || statuses.OfType<BatchStatus>().Any(b => b.Status is { IsAccepted: true })) file.Accept(now);
        findings.AddRange(statuses.OfType<BatchStatus>().Where(b => !runs.ContainsKey(b.BatchId) && !payouts.Contains(b.BatchId)).Select(b => new Finding(Severity.Warn, "report.unknown", $"No batch {b.BatchId} stands in the file.", "batch")));

        // Payments that are only listed because the whole was refused are not refused one by one.
        foreach (var status in payments.Where(t => t.Status.IsRejected))
        {
            if (isWhole || refusedBatches.Exists(b => b.BatchId == status.BatchId)) continue;
            var reason = status.Status.Reason is { Length: > 0 and <= 8 } code ? code : "MS03";
            if (file.Kind is OutgoingKind.DirectDebits && await DebitOfAsync(creditorId, [.. runs.Values.Select(r => (Guid?)r)], status, ct) is { } debit)
            {
                if (debit.State is not DirectDebitState.Sent) continue;
                var invoice = debit.InvoiceId is { } id ? await db.Invoices.SingleAsync(i => i.Id == id, ct) : null;
                await settlement.FailedAsync(debit, invoice, reason, ct);
            }
            else if (file.Kind is OutgoingKind.Transfers && await db.Transfers.SingleOrDefaultAsync(t => t.CreditorId == creditorId && t.EndToEndId == status.EndToEndId, ct) is { } transfer)
            {
                if (transfer.State is not TransferState.Sent) continue;
                transfer.Fail(reason);
                Feed.Append(db, creditorId, FeedName.Transfers, TransferView.Of(transfer), now);
            }
            else
            {
                findings.Add(new(Severity.Warn, "report.unknown", $"No payment {status.EndToEndId ?? status.MandateId} stands in the file.", "payment"));
            }

            await db.SaveChangesAsync(ct);
        }

        return findings;
    }

    private async Task<DirectDebit?> DebitOfAsync(Guid creditorId, List<Guid?> runs, TransactionStatus status, CancellationToken ct)
    {
        if (status.EndToEndId is { } id) return await db.DirectDebits.SingleOrDefaultAsync(d => d.CreditorId == creditorId && d.EndToEndId == id && runs.Contains(d.RunId), ct);
        var like = await db.DirectDebits.Where(d => d.CreditorId == creditorId && runs.Contains(d.RunId) && d.Amount == status.Amount && db.Mandates.Any(m => m.Id == d.MandateId && m.Reference == status.MandateId)).Take(2).ToListAsync(ct);
        return like.Count == 1 ? like[0] : null;
    }

    private static string Said(PaymentStatus status) => string.Join(' ', new[] { status.Reason, status.Text }.OfType<string>()) is { Length: > 0 } words ? words : status.Code;
}
