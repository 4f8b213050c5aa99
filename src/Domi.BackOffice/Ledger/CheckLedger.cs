using Domi.BackOffice.Invoices;
using Domi.BackOffice.Statements;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Ledger;

/// <summary>Recomputes every projection from the entries and tells the differences: <c>bin/domi ledger check</c>.</summary>
public static class CheckLedger
{
    public sealed record Outcome(int Invoices, int Entries, IReadOnlyList<string> Differences);

    /// <summary>Reads one moment of the books, also beside an office that is at work.</summary>
    public static async Task<Outcome> RunAsync(OfficeDb db, CancellationToken ct)
    {
        await using var snapshot = await db.SnapshotAsync(ct);
        var differences = new List<string>();
        var entries = new Dictionary<Guid, (decimal Paid, bool Booked, int Count)>();
        var lines = new Dictionary<Guid, decimal>();
        var count = 0;
        await foreach (var entry in db.LedgerEntries.AsNoTracking().AsAsyncEnumerable().WithCancellation(ct))
        {
            count++;
            var sum = entries.GetValueOrDefault(entry.InvoiceId);
            entries[entry.InvoiceId] = (sum.Paid + Ledger.EffectOf(entry), sum.Booked || entry.Kind is EntryKind.Booked, sum.Count + 1);
            if (entry.LineId is { } line) lines[line] = lines.GetValueOrDefault(line) + Ledger.EffectOf(entry);
        }

        var totals = new Dictionary<(Guid, DateOnly, PaymentState), InvoiceTotals>();
        var invoices = 0;
        await foreach (var invoice in db.Invoices.AsNoTracking().Where(i => i.State == InvoiceState.Numbered).AsAsyncEnumerable().WithCancellation(ct))
        {
            invoices++;
            var (paid, booked, _) = entries.GetValueOrDefault(invoice.Id);
            entries.Remove(invoice.Id);
            if (!booked) differences.Add($"{invoice.Number}: numbered, but not booked");
            if (paid != invoice.Paid) differences.Add($"{invoice.Number}: paid is {invoice.Paid}, the entries say {paid}");
            if (invoice.TotalInclVat - paid != invoice.Open) differences.Add($"{invoice.Number}: open is {invoice.Open}, the entries say {invoice.TotalInclVat - paid}");
            if (Ledger.StateOf(invoice.TotalInclVat, paid) != invoice.PaymentState) differences.Add($"{invoice.Number}: is {invoice.PaymentState}, the entries say {Ledger.StateOf(invoice.TotalInclVat, paid)}");

            var key = (invoice.OwnCompanyId, new DateOnly(invoice.Date!.Value.Year, invoice.Date.Value.Month, 1), invoice.PaymentState);
            if (!totals.TryGetValue(key, out var row)) totals[key] = row = new() { OwnCompanyId = key.OwnCompanyId, Month = key.Item2, State = key.PaymentState };
            row.Add(+1, invoice);
        }

        differences.AddRange(entries.Keys.Select(id => $"{id}: has entries, but no numbered invoice"));
        foreach (var kept in await db.InvoiceTotals.AsNoTracking().ToListAsync(ct))
        {
            totals.Remove((kept.OwnCompanyId, kept.Month, kept.State), out var wanted);
            wanted ??= new() { OwnCompanyId = kept.OwnCompanyId, Month = kept.Month, State = kept.State };
            if ((kept.Count, kept.ExclVat, kept.InclVat, kept.Paid, kept.Open) != (wanted.Count, wanted.ExclVat, wanted.InclVat, wanted.Paid, wanted.Open))
                differences.Add($"totals {kept.Month:yyyy-MM} {kept.State}: {kept.Count} / {kept.InclVat} / {kept.Open}, the invoices say {wanted.Count} / {wanted.InclVat} / {wanted.Open}");
        }

        differences.AddRange(totals.Keys.Select(k => $"totals {k.Item2:yyyy-MM} {k.Item3}: missing"));
        differences.AddRange(await LinesAsync(db, lines, ct));
        return new(invoices, count, differences);
    }

    /// <summary>What lines of statements say was done with them, beside the entries and marks.</summary>
    private static async Task<List<string>> LinesAsync(OfficeDb db, Dictionary<Guid, decimal> paid, CancellationToken ct)
    {
        var differences = new List<string>();
        var marks = new Dictionary<(Guid, MarkKind), decimal>();
        await foreach (var mark in db.LineMarks.AsNoTracking().AsAsyncEnumerable().WithCancellation(ct)) marks[(mark.LineId, mark.Kind)] = marks.GetValueOrDefault((mark.LineId, mark.Kind)) + mark.Amount;
        await foreach (var line in db.StatementLines.AsNoTracking().Where(l => l.Steps > 0).AsAsyncEnumerable().WithCancellation(ct))
        {
            paid.Remove(line.Id, out var said);
            if (said != line.Paid) differences.Add($"line {line.Id}: booked is {line.Paid}, the entries say {said}");
            foreach (var (kind, kept) in new[] { (MarkKind.Credit, line.Credit), (MarkKind.Repay, line.Repay), (MarkKind.Aside, line.Aside) })
                if (marks.GetValueOrDefault((line.Id, kind)) is var marked && marked != kept) differences.Add($"line {line.Id}: {kind} is {kept}, the marks say {marked}");
            if (line.Rest < 0) differences.Add($"line {line.Id}: more than its amount was given out");
        }

        differences.AddRange(paid.Keys.Select(id => $"line {id}: has entries, but is not there"));
        return differences;
    }
}
