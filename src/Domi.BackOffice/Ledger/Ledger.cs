using Domi.BackOffice.Invoices;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Ledger;

public enum EntryKind { Booked, Paid, Reversed, Refunded, Credited, WrittenOff }

/// <summary>
/// Something that happened to the money of an invoice. Rows are only ever added. <see cref="Key"/> is the identity of the payment
/// itself, unique with the kind: however often, by whichever feed and in whatever order it is reported, it is booked once.
/// </summary>
public sealed class LedgerEntry
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid OwnCompanyId { get; init; }

    public Guid InvoiceId { get; init; }

    public EntryKind Kind { get; init; }

    /// <summary>Euro; positive always, but for a credit note's booking. The kind says which way it counts.</summary>
    public decimal Amount { get; init; }

    /// <summary>The line of a statement that it comes from.</summary>
    public Guid? LineId { get; init; }

    /// <summary>
    /// <c>booked:&lt;invoice&gt;</c>, <c>dd:&lt;end-to-end id&gt;</c>, <c>link:&lt;id&gt;</c>, <c>transfer:&lt;id&gt;</c>, <c>manual:&lt;id&gt;</c>,
    /// <c>bank:&lt;line&gt;:&lt;step&gt;</c>.
    /// </summary>
    public required string Key { get; init; }

    /// <summary>Where it comes from: <c>provider</c>, <c>clerk</c>, <c>office</c>, <c>bank</c>.</summary>
    public required string Source { get; init; }

    /// <summary><c>sdd</c>, <c>paylink</c>, <c>transfer</c>, <c>manual</c>.</summary>
    public string? Method { get; init; }

    public string? ReasonCode { get; init; }

    /// <summary>The provider named no amount: what was open was taken.</summary>
    public bool IsAssumed { get; init; }

    public string? Actor { get; init; }

    public DateTimeOffset OccurredAt { get; init; }

    public DateTimeOffset PostedAt { get; init; }
}

/// <summary>A collection that failed before any money of it was booked. If its payment comes later after all, it is born reversed.</summary>
public sealed class FailedAttempt
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid OwnCompanyId { get; init; }

    public Guid InvoiceId { get; init; }

    public required string Key { get; init; }

    public string? ReasonCode { get; init; }

    public decimal Amount { get; init; }

    public DateTimeOffset OccurredAt { get; init; }
}

/// <summary>Sums per own company, month of the invoice and payment state: what the key figures of lists are read from.</summary>
public sealed class InvoiceTotals
{
    public Guid OwnCompanyId { get; init; }

    /// <summary>The first day of the month of the invoice date.</summary>
    public DateOnly Month { get; init; }

    public PaymentState State { get; init; }

    public int Count { get; private set; }

    public decimal ExclVat { get; private set; }

    public decimal InclVat { get; private set; }

    public decimal Paid { get; private set; }

    public decimal Open { get; private set; }

    internal void Add(int sign, Invoice invoice)
    {
        Count += sign;
        ExclVat += sign * invoice.TotalExclVat;
        InclVat += sign * invoice.TotalInclVat;
        Paid += sign * invoice.Paid;
        Open += sign * invoice.Open;
    }
}

/// <summary>The only place where money is booked.</summary>
public static class Ledger
{
    /// <summary>
    /// Adds an entry inside the running write transaction, and brings the invoice's <c>paid</c>, <c>open</c> and <c>payment_state</c> and
    /// the totals up to date. Nothing else may write those columns.
    /// </summary>
    /// <returns>False when the entry was there already: nothing changed.</returns>
    public static async Task<bool> PostAsync(OfficeDb db, Invoice invoice, LedgerEntry entry, CancellationToken ct)
    {
        Require(db, invoice, entry);
        if (db.LedgerEntries.Local.Any(e => e.OwnCompanyId == entry.OwnCompanyId && e.Key == entry.Key && e.Kind == entry.Kind)
            || await db.LedgerEntries.AnyAsync(e => e.OwnCompanyId == entry.OwnCompanyId && e.Key == entry.Key && e.Kind == entry.Kind, ct))
            return false;

        await LoadTotalsAsync(db, invoice.OwnCompanyId, [(MonthOf(invoice), invoice.PaymentState), (MonthOf(invoice), StateOf(invoice.TotalInclVat, invoice.Paid + EffectOf(entry)))], ct);
        Apply(db, invoice, entry);
        return true;
    }

    /// <summary>
    /// The same for the many payments of a statement, of one company, in their order. What is posted must be new: its key is of a line that
    /// was never booked before, which the unique index sees to.
    /// </summary>
    public static async Task PostNewAsync(OfficeDb db, Guid companyId, IReadOnlyList<(Invoice Invoice, LedgerEntry Entry)> posts, CancellationToken ct)
    {
        var paid = new Dictionary<Guid, decimal>();
        var rows = new HashSet<(DateOnly Month, PaymentState State)>();
        foreach (var (invoice, entry) in posts)
        {
            Require(db, invoice, entry);
            if (invoice.OwnCompanyId != companyId) throw new InvalidOperationException("The invoice is of another company.");
            var sum = paid[invoice.Id] = paid.GetValueOrDefault(invoice.Id, invoice.Paid) + EffectOf(entry);
            rows.Add((MonthOf(invoice), invoice.PaymentState));
            rows.Add((MonthOf(invoice), StateOf(invoice.TotalInclVat, sum)));
        }

        await LoadTotalsAsync(db, companyId, [.. rows], ct);
        foreach (var (invoice, entry) in posts) Apply(db, invoice, entry);
    }

    private static void Require(OfficeDb db, Invoice invoice, LedgerEntry entry)
    {
        if (db.Database.CurrentTransaction is null) throw new InvalidOperationException("The ledger is posted to inside a write transaction.");
        if (entry.InvoiceId != invoice.Id || entry.OwnCompanyId != invoice.OwnCompanyId) throw new InvalidOperationException("The entry is of another invoice.");
    }

    /// <summary>Once the rows of sums that it moves the invoice between are loaded.</summary>
    private static void Apply(OfficeDb db, Invoice invoice, LedgerEntry entry)
    {
        db.LedgerEntries.Add(entry);
        var paid = invoice.Paid + EffectOf(entry);
        var (before, after) = (invoice.PaymentState, StateOf(invoice.TotalInclVat, paid));
        if (entry.Kind is not EntryKind.Booked) TotalsOf(db, invoice, before).Add(-1, invoice);
        invoice.Project(paid, invoice.TotalInclVat - paid, after);
        TotalsOf(db, invoice, after).Add(+1, invoice);
    }

    /// <summary>How much an entry adds to what counts as paid.</summary>
    public static decimal EffectOf(LedgerEntry entry) => entry.Kind switch
    {
        EntryKind.Booked => 0m,
        EntryKind.Paid or EntryKind.Credited or EntryKind.WrittenOff => entry.Amount,
        _ => -entry.Amount,
    };

    public static PaymentState StateOf(decimal total, decimal paid)
    {
        var open = total - paid;
        if (total < 0) return open >= 0 ? PaymentState.Paid : PaymentState.Unpaid; // a credit note: settled when it is used up
        return open < 0 ? PaymentState.Overpaid : open == 0 ? PaymentState.Paid : paid > 0 ? PaymentState.PartiallyPaid : PaymentState.Unpaid;
    }

    /// <summary>Loads the rows of sums that invoices are moved between, and on PostgreSQL locks them, in one order.</summary>
    private static async Task LoadTotalsAsync(OfficeDb db, Guid company, IReadOnlyList<(DateOnly Month, PaymentState State)> rows, CancellationToken ct)
    {
        var missing = rows.Distinct().Where(row => Loaded(db, company, row.Month, row.State) is null).OrderBy(row => row.Month).ThenBy(row => row.State).ToList();
        if (missing.Count == 0) return;

        if (!db.IsSqlite)
        {
            // Two that post to one month at once: the row is made by whoever comes first, then locked until the commit.
            foreach (var (month, state) in missing)
            {
                await db.Database.ExecuteSqlAsync($"insert into invoice_totals (own_company_id, month, state, count, excl_vat, incl_vat, paid, open) values ({company}, {month}, {state.ToString()}, 0, 0, 0, 0, 0) on conflict do nothing", ct);
                await db.Database.ExecuteSqlAsync($"select 1 from invoice_totals where own_company_id = {company} and month = {month} and state = {state.ToString()} for update", ct);
            }
        }

        foreach (var month in missing.GroupBy(row => row.Month, row => row.State))
        {
            var states = month.ToList();
            await db.InvoiceTotals.Where(t => t.OwnCompanyId == company && t.Month == month.Key && states.Contains(t.State)).LoadAsync(ct);
        }
    }

    private static InvoiceTotals TotalsOf(OfficeDb db, Invoice invoice, PaymentState state)
    {
        if (Loaded(db, invoice.OwnCompanyId, MonthOf(invoice), state) is { } loaded) return loaded;

        var made = new InvoiceTotals { OwnCompanyId = invoice.OwnCompanyId, Month = MonthOf(invoice), State = state };
        db.InvoiceTotals.Add(made);
        return made;
    }

    private static InvoiceTotals? Loaded(OfficeDb db, Guid company, DateOnly month, PaymentState state) => db.InvoiceTotals.Local.FindEntryUntyped([company, month, state])?.Entity;

    private static DateOnly MonthOf(Invoice invoice) => new(invoice.Date!.Value.Year, invoice.Date.Value.Month, 1);
}
