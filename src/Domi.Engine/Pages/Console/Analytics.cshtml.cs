using System.Globalization;
using Domi.Engine.DirectDebits;
using Domi.Engine.Invoices;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>A year in figures: what was collected and what failed in each month, why, and what is open now.</summary>
internal sealed class AnalyticsModel(Desk desk) : ConsolePage(desk)
{
    public const int ShownMonths = 12;

    /// <param name="Month">Its first day.</param>
    public sealed record MonthSum(DateOnly Month, decimal Collected, int CollectedCount, decimal Failed, int FailedCount);

    public sealed record ReasonSum(string Reason, decimal Amount, int Count);

    public override string Section => "analytics";

    public IReadOnlyList<MonthSum> Months { get; private set; } = [];

    public IReadOnlyList<ReasonSum> Reasons { get; private set; } = [];

    public (decimal Amount, int Count) Unsettled { get; private set; }

    public (decimal Amount, int Count) ToBeSent { get; private set; }

    public (decimal Amount, int Count) OpenInvoices { get; private set; }

    /// <summary>The tallest bar.</summary>
    public decimal Most { get; private set; }

    public string NameOf(DateOnly month) => month.ToString("MMM yyyy", PageFormat.CultureOf(T.Language));

    public static string Share(int part, int of) => of == 0 ? "—" : (100m * part / of).ToString("0.0", CultureInfo.CurrentCulture) + " %";

    public async Task OnGetAsync(CancellationToken ct)
    {
        var today = Clock.Today;
        var first = new DateOnly(today.Year, today.Month, 1).AddMonths(1 - ShownMonths);
        var mine = Db.DirectDebits.AsNoTracking().Where(d => d.CreditorId == Me);
        // Attempts by the day that was asked for: that is when the money was to be there.
        var sums = await mine.Where(d => d.RequestedOn >= first && (d.State == DirectDebitState.Paid || d.State == DirectDebitState.Failed))
            .GroupBy(d => new { d.RequestedOn.Year, d.RequestedOn.Month, d.State }).Select(g => new { g.Key, Amount = g.Sum(d => d.Amount), Count = g.Count() }).ToListAsync(ct);
        Months = [.. Enumerable.Range(0, ShownMonths).Select(i => first.AddMonths(i)).Select(m => new MonthSum(m,
            sums.Where(s => IsOf(s.Key.Year, s.Key.Month, m) && s.Key.State == DirectDebitState.Paid).Sum(s => s.Amount), sums.Where(s => IsOf(s.Key.Year, s.Key.Month, m) && s.Key.State == DirectDebitState.Paid).Sum(s => s.Count),
            sums.Where(s => IsOf(s.Key.Year, s.Key.Month, m) && s.Key.State == DirectDebitState.Failed).Sum(s => s.Amount), sums.Where(s => IsOf(s.Key.Year, s.Key.Month, m) && s.Key.State == DirectDebitState.Failed).Sum(s => s.Count)))];
        Most = Months.Max(m => Math.Max(m.Collected, m.Failed));
        var reasons = await mine.Where(d => d.RequestedOn >= first && d.State == DirectDebitState.Failed).GroupBy(d => d.ReasonCode).Select(g => new { g.Key, Amount = g.Sum(d => d.Amount), Count = g.Count() }).ToListAsync(ct);
        Reasons = [.. reasons.OrderByDescending(r => r.Count).Take(15).Select(r => new ReasonSum(StateViews.ReasonOf(T, r.Key) ?? T["console.debit.Failed"], r.Amount, r.Count))];
        Unsettled = await SumAsync(mine.Where(d => d.IsUnsettled && d.ArchivedAt == null && !d.IsSuperseded).Select(d => d.Amount), ct);
        ToBeSent = await SumAsync(mine.Where(d => d.State == DirectDebitState.Open && !d.IsSuperseded).Select(d => d.Amount), ct);
        OpenInvoices = await SumAsync(Db.Invoices.AsNoTracking().Where(i => i.CreditorId == Me && (i.State == InvoiceState.Booked || i.State == InvoiceState.Expired || i.State == InvoiceState.Pending)).Select(i => i.Amount - i.PaidAmount), ct);
    }

    private static bool IsOf(int year, int month, DateOnly first) => year == first.Year && month == first.Month;

    private static async Task<(decimal, int)> SumAsync(IQueryable<decimal> amounts, CancellationToken ct) => (await amounts.SumAsync(ct), await amounts.CountAsync(ct));
}
