using System.Globalization;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Relations;
using Domi.Standards;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Invoices;

/// <summary>What the list of invoices shows, as it stands in its address. What cannot be read is left out, not refused.</summary>
public sealed class InvoiceFilter
{
    public static readonly IReadOnlyList<string> Views = ["all", "send", "open", "overdue", "collecting", "refused", "unsent", "link", "paid"];

    // More relations than these have a name in common with what was typed: the first of them will do.
    private const int MostRelations = 500;

    private string? number;
    private List<Guid> called = [];

    public string? View { get; init; }

    public string? Q { get; init; }

    public Guid? Relation { get; init; }

    /// <summary><c>2026</c> or <c>2026-03</c>; empty is all.</summary>
    public string? Period { get; init; }

    public string? Payment { get; init; }

    public string? Sending { get; init; }

    /// <summary>The row after which, or before which, the page begins: <c>2026-03-17_&lt;id&gt;</c>.</summary>
    public string? After { get; init; }

    public string? Before { get; init; }

    public string ViewName => Views.Contains(View ?? "") ? View! : "all";

    public PaymentState? PaymentIs => Enum.TryParse<PaymentState>(Payment, out var payment) && Enum.IsDefined(payment) ? payment : null;

    public SendState? SendingIs => Enum.TryParse<SendState>(Sending, out var sending) && Enum.IsDefined(sending) ? sending : null;

    /// <summary>Only the period and the payment state narrow the list: the kept totals answer.</summary>
    public bool IsOfKeptTotals => ViewName is "all" or "paid" && string.IsNullOrWhiteSpace(Q) && Relation is null && SendingIs is null;

    /// <summary>Nothing but a view and a period narrows the list.</summary>
    public bool IsView => string.IsNullOrWhiteSpace(Q) && Relation is null && PaymentIs is null && SendingIs is null;

    public bool IsEmpty => ViewName == "all" && string.IsNullOrWhiteSpace(Q) && Relation is null && PaymentIs is null && SendingIs is null && Months() is null;

    /// <summary>The first month and the first month after, or null for all.</summary>
    public (DateOnly From, DateOnly Until)? Months()
    {
        if (Period is { Length: 4 } && int.TryParse(Period, NumberStyles.None, CultureInfo.InvariantCulture, out var year) && year is > 1900 and < 9000)
            return (new(year, 1, 1), new(year + 1, 1, 1));
        if (Period is { Length: 7 } && DateOnly.TryParseExact(Period + "-01", "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var month) && month.Year < 9000)
            return (month, month.AddMonths(1));
        return null;
    }

    public static IQueryable<Invoice> In(IQueryable<Invoice> invoices, string view, DateOnly today) => view switch
    {
        "send" => invoices.Where(i => i.SendState == SendState.NotSent || i.SendState == SendState.Waiting),
        "open" => Open(invoices),
        "overdue" => Open(invoices).Where(i => i.DueOn < today),
        "collecting" => Open(invoices).Where(i => i.ProviderState == "PENDING"),
        "refused" => Open(invoices).Where(i => i.FailureCode != null),
        "unsent" => invoices.Where(i => i.SendState == SendState.Failed || i.SendState == SendState.Uncertain),
        "link" => Open(invoices).Where(i => i.LinkState == LinkState.Waiting || i.LinkState == LinkState.Failed),
        "paid" => invoices.Where(i => i.PaymentState == PaymentState.Paid || i.PaymentState == PaymentState.Overpaid),
        _ => invoices,
    };

    /// <summary>
    /// Looks whether what was typed begins the number of an invoice; else it is meant as a name. One or the other: a number is found on its
    /// index, where "number or name" would read every invoice.
    /// </summary>
    public async Task LookUpAsync(OfficeDb db, CancellationToken ct)
    {
        if (Q?.Trim() is not { Length: > 0 and <= 140 } q) return;
        foreach (var typed in new[] { q, q.ToUpperInvariant() }.Distinct())
            if (number is null && await WithNumber(db.Invoices, db, typed).AnyAsync(ct)) number = typed;
        if (number is null) called = await db.Relations.Called(q).OrderBy(r => r.Name).Select(r => r.Id).Take(MostRelations).ToListAsync(ct);
    }

    // On SQLite LIKE is blind to case and goes past the index; elsewhere a range would follow the words of a language.
    private static IQueryable<Invoice> WithNumber(IQueryable<Invoice> invoices, OfficeDb db, string start)
    {
        if (!db.IsSqlite) return invoices.Where(i => i.Number!.StartsWith(start));

        var end = start + '\uffff';
        return invoices.Where(i => i.Number!.CompareTo(start) >= 0 && i.Number.CompareTo(end) < 0);
    }

    /// <summary>What the filters leave; after <see cref="LookUpAsync"/>.</summary>
    public IQueryable<Invoice> Apply(OfficeDb db, DateOnly today)
    {
        var found = In(InPeriod(db.Invoices.AsNoTracking().Where(i => i.State == InvoiceState.Numbered)), ViewName, today);
        if (Relation is { } relation) found = found.Where(i => i.RelationId == relation);
        if (PaymentIs is { } payment) found = found.Where(i => i.PaymentState == payment);
        if (SendingIs is { } sending) found = found.Where(i => i.SendState == sending);
        if (Q?.Trim() is { Length: > 0 and <= 140 } q)
        {
            if (StructuredCommunication.TryParse(q, out var communication)) return found.Where(i => i.Communication == communication);
            if (number is not null) return WithNumber(found, db, number);
            found = found.Where(i => called.Contains(i.RelationId));
        }

        return found;
    }

    public IQueryable<Invoice> InPeriod(IQueryable<Invoice> invoices) =>
        Months() is var (from, until) ? invoices.Where(i => i.Date >= from && i.Date < until) : invoices;

    private static IQueryable<Invoice> Open(IQueryable<Invoice> invoices) =>
        invoices.Where(i => (i.PaymentState == PaymentState.Unpaid || i.PaymentState == PaymentState.PartiallyPaid) && i.Kind == InvoiceKind.Invoice);

    /// <summary>One page, newest first, and whether there is more on either side.</summary>
    public async Task<(List<Invoice> Rows, bool HasNewer, bool HasOlder)> PageAsync(IQueryable<Invoice> found, int size, CancellationToken ct)
    {
        if (Cursor(Before) is var (date, id))
        {
            var newer = await found.Where(i => i.Date > date || (i.Date == date && i.Id.CompareTo(id) > 0)).OrderBy(i => i.Date).ThenBy(i => i.Id).Take(size + 1).ToListAsync(ct);
            var more = newer.Count > size;
            var page = newer.Take(size).Reverse().ToList();
            return (page, more, page.Count > 0);
        }

        var rows = Cursor(After) is var (afterDate, afterId) ? found.Where(i => i.Date < afterDate || (i.Date == afterDate && i.Id.CompareTo(afterId) < 0)) : found;
        var older = await rows.OrderByDescending(i => i.Date).ThenByDescending(i => i.Id).Take(size + 1).ToListAsync(ct);
        return ([.. older.Take(size)], Cursor(After) is not null && older.Count > 0, older.Count > size);
    }

    public static string CursorOf(Invoice invoice) => $"{invoice.Date:yyyy-MM-dd}_{invoice.Id:n}";

    private static (DateOnly Date, Guid Id)? Cursor(string? text) =>
        text is { Length: 43 } && DateOnly.TryParseExact(text[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) && Guid.TryParseExact(text[11..], "n", out var id) ? (date, id) : null;
}
