using Domi.BackOffice.Invoices;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Invoices;

/// <summary>The key figures above the list: they follow its filters.</summary>
public sealed record InvoiceFigures(
    int Count, decimal ExclVat, decimal InclVat, int PaidCount, decimal Paid, int OpenCount, decimal Open, int CollectingCount, decimal Collecting, int OverdueCount, decimal Overdue, DateOnly? OldestDue)
{
    public decimal Vat => InclVat - ExclVat;

    /// <summary>From the kept totals when only the period narrows the list; they are sums per month. Otherwise from the invoices themselves.</summary>
    public static async Task<InvoiceFigures> ReadAsync(OfficeDb db, InvoiceFilter filter, DateOnly today, CancellationToken ct)
    {
        var found = filter.Apply(db, today);
        var collecting = await InvoiceFilter.In(found, "collecting", today).GroupBy(_ => 1).Select(g => new { Count = g.Count(), Open = g.Sum(i => i.Open) }).SingleOrDefaultAsync(ct);
        var overdue = await InvoiceFilter.In(found, "overdue", today).GroupBy(_ => 1).Select(g => new { Count = g.Count(), Open = g.Sum(i => i.Open), Oldest = g.Min(i => i.DueOn) }).SingleOrDefaultAsync(ct);
        var states = filter.IsPlain ? await KeptAsync(db, filter, ct) : await found.GroupBy(i => i.PaymentState)
            .Select(g => new PerState(g.Key, g.Count(), g.Sum(i => i.TotalExclVat), g.Sum(i => i.TotalInclVat), g.Sum(i => i.Paid), g.Sum(i => i.Open))).ToListAsync(ct);

        var open = states.Where(s => s.State is PaymentState.Unpaid or PaymentState.PartiallyPaid).ToList();
        var paid = states.Where(s => s.State is PaymentState.Paid or PaymentState.Overpaid).ToList();
        return new(states.Sum(s => s.Count), states.Sum(s => s.ExclVat), states.Sum(s => s.InclVat), paid.Sum(s => s.Count), states.Sum(s => s.Paid), open.Sum(s => s.Count), open.Sum(s => s.Open),
            collecting?.Count ?? 0, collecting?.Open ?? 0m, overdue?.Count ?? 0, overdue?.Open ?? 0m, overdue?.Oldest);
    }

    private static async Task<List<PerState>> KeptAsync(OfficeDb db, InvoiceFilter filter, CancellationToken ct)
    {
        var totals = db.InvoiceTotals.AsNoTracking();
        if (filter.Months() is var (from, until)) totals = totals.Where(t => t.Month >= from && t.Month < until);
        return await totals.GroupBy(t => t.State)
            .Select(g => new PerState(g.Key, g.Sum(t => t.Count), g.Sum(t => t.ExclVat), g.Sum(t => t.InclVat), g.Sum(t => t.Paid), g.Sum(t => t.Open))).ToListAsync(ct);
    }

    private sealed record PerState(PaymentState State, int Count, decimal ExclVat, decimal InclVat, decimal Paid, decimal Open);
}
