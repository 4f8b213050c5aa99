using Domi.BackOffice.Invoices;
using Domi.BackOffice.Relations;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Invoices;

/// <summary>The key figures above the list: they follow its filters.</summary>
public sealed record InvoiceFigures(
    int Count, decimal ExclVat, decimal InclVat, int PaidCount, decimal Paid, int OpenCount, decimal Open, int CollectingCount, decimal Collecting, int OverdueCount, decimal Overdue, DateOnly? OldestDue)
{
    public decimal Vat => InclVat - ExclVat;

    /// <summary>From the kept totals as far as they go – sums per month and payment state – and from one pass over what is open.</summary>
    /// <returns>The figures, and how many invoices each saved view holds in the period.</returns>
    public static async Task<(InvoiceFigures Figures, IReadOnlyDictionary<string, int> Views)> ReadAsync(OfficeDb db, InvoiceFilter filter, DateOnly today, CancellationToken ct)
    {
        var period = new InvoiceFilter { Period = filter.Period };
        var kept = await KeptAsync(db, period, ct);
        var openOfPeriod = await OpenInvoices.ReadAsync(period.Apply(db, today), today, ct);

        var found = filter.Apply(db, today);
        var open = openOfPeriod.Narrowed(filter) ?? await OpenInvoices.ReadAsync(found, today, ct);
        var states = filter.IsOfKeptTotals ? Of(filter, kept) : await found.GroupBy(i => i.PaymentState)
            .Select(g => new PerState(g.Key, g.Count(), g.Sum(i => (double)i.TotalExclVat), g.Sum(i => (double)i.TotalInclVat), g.Sum(i => (double)i.Paid), g.Sum(i => (double)i.Open))).ToListAsync(ct);

        var unpaid = states.Where(s => s.State is PaymentState.Unpaid or PaymentState.PartiallyPaid).ToList();
        var paid = states.Where(s => s.State is PaymentState.Paid or PaymentState.Overpaid).ToList();
        var figures = new InvoiceFigures(states.Sum(s => s.Count), Euro(states.Sum(s => s.ExclVat)), Euro(states.Sum(s => s.InclVat)), paid.Sum(s => s.Count), Euro(states.Sum(s => s.Paid)),
            unpaid.Sum(s => s.Count), Euro(unpaid.Sum(s => s.Open)), open.CountOf(g => g.IsCollecting), open.OpenOf(g => g.IsCollecting),
            open.CountOf(g => g.IsOverdue), open.OpenOf(g => g.IsOverdue), open.OldestOverdue);
        return (figures, await CountViewsAsync(db, period, kept, openOfPeriod, today, ct));
    }

    private static async Task<IReadOnlyDictionary<string, int>> CountViewsAsync(OfficeDb db, InvoiceFilter period, List<PerState> kept, OpenInvoices due, DateOnly today, CancellationToken ct)
    {
        var sending = await period.Apply(db, today).Where(i => i.SendState == SendState.NotSent || i.SendState == SendState.Waiting || i.SendState == SendState.Failed || i.SendState == SendState.Uncertain)
            .GroupBy(i => i.SendState).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct);
        return new Dictionary<string, int>
        {
            ["all"] = kept.Sum(s => s.Count),
            ["send"] = sending.GetValueOrDefault(SendState.NotSent) + sending.GetValueOrDefault(SendState.Waiting),
            ["open"] = due.CountOf(_ => true),
            ["overdue"] = due.CountOf(g => g.IsOverdue),
            ["collecting"] = due.CountOf(g => g.IsCollecting),
            ["refused"] = due.CountOf(g => g.IsRefused),
            ["unsent"] = sending.GetValueOrDefault(SendState.Failed) + sending.GetValueOrDefault(SendState.Uncertain),
            ["link"] = due.CountOf(g => g.LacksLink),
            ["paid"] = kept.Where(s => s.State is PaymentState.Paid or PaymentState.Overpaid).Sum(s => s.Count),
        };
    }

    private static List<PerState> Of(InvoiceFilter filter, List<PerState> kept) =>
        [.. kept.Where(s => (filter.ViewName != "paid" || s.State is PaymentState.Paid or PaymentState.Overpaid) && (filter.PaymentIs is null || s.State == filter.PaymentIs))];

    // Sums for the eye, made by the database in floating point: SQLite adds decimals by a call back into this program for every row, a
    // hundred times slower. Below 10^11 euro the error stays under a thousandth of a cent; the ledger never sees these.
    private static decimal Euro(double sum) => Math.Round((decimal)sum, 2, MidpointRounding.AwayFromZero);

    private static async Task<List<PerState>> KeptAsync(OfficeDb db, InvoiceFilter filter, CancellationToken ct)
    {
        var totals = db.InvoiceTotals.AsNoTracking();
        if (filter.Months() is var (from, until)) totals = totals.Where(t => t.Month >= from && t.Month < until);
        return await totals.GroupBy(t => t.State)
            .Select(g => new PerState(g.Key, g.Sum(t => t.Count), g.Sum(t => (double)t.ExclVat), g.Sum(t => (double)t.InclVat), g.Sum(t => (double)t.Paid), g.Sum(t => (double)t.Open))).ToListAsync(ct);
    }

    private sealed record PerState(PaymentState State, int Count, double ExclVat, double InclVat, double Paid, double Open);

    /// <summary>What is open of some invoices, in the sixteen kinds that views and figures are sums of.</summary>
    private sealed record OpenInvoices(IReadOnlyList<OpenInvoices.Group> Groups)
    {
        public sealed record Group(bool IsOverdue, bool IsCollecting, bool IsRefused, bool LacksLink, int Count, double Open, DateOnly? OldestDue);

        public DateOnly? OldestOverdue => Groups.Where(g => g.IsOverdue).Min(g => g.OldestDue);

        public static async Task<OpenInvoices> ReadAsync(IQueryable<Invoice> invoices, DateOnly today, CancellationToken ct) => new(await InvoiceFilter.In(invoices, "open", today)
            .GroupBy(i => new
            {
                IsOverdue = i.DueOn < today,
                IsCollecting = i.ProviderState == "PENDING",
                IsRefused = i.FailureCode != null,
                LacksLink = i.LinkState == LinkState.Waiting || i.LinkState == LinkState.Failed,
            })
            .Select(g => new Group(g.Key.IsOverdue, g.Key.IsCollecting, g.Key.IsRefused, g.Key.LacksLink, g.Count(), g.Sum(i => (double)i.Open), g.Min(i => i.DueOn))).ToListAsync(ct));

        /// <summary>What of it a filter leaves, where the kinds tell; null where the invoices have to be asked.</summary>
        public OpenInvoices? Narrowed(InvoiceFilter filter) => !filter.IsView ? null : filter.ViewName switch
        {
            "all" or "open" => this,
            "overdue" => new([.. Groups.Where(g => g.IsOverdue)]),
            "collecting" => new([.. Groups.Where(g => g.IsCollecting)]),
            "refused" => new([.. Groups.Where(g => g.IsRefused)]),
            "link" => new([.. Groups.Where(g => g.LacksLink)]),
            "paid" => new([]),
            _ => null,
        };

        public int CountOf(Func<Group, bool> which) => Groups.Where(which).Sum(g => g.Count);

        public decimal OpenOf(Func<Group, bool> which) => Euro(Groups.Where(which).Sum(g => g.Open));
    }
}
