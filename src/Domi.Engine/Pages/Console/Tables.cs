using System.Globalization;
using Domi.Engine.Customers;
using Domi.Engine.DirectDebits;
using Domi.Engine.Invoices;
using Domi.Engine.Mandates;
using Domi.Engine.PayLinks;
using Domi.Engine.Statements;
using Domi.Engine.Subscriptions;
using Domi.Engine.Transfers;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>The tables that stand on lists of their own and below an object they belong to.</summary>
internal sealed class Tables(EngineDb db, Texts t, Guid creditorId)
{
    private const int MostRelated = 20;

    public async Task<ListView> AgreementsAsync(IQueryable<Mandate> mandates, int most = MostRelated, CancellationToken ct = default)
    {
        var rows = await mandates.Where(m => m.CreditorId == creditorId).OrderByDescending(m => m.Number).Take(most)
            .Join(db.Customers, m => m.CustomerId, c => c.Id, (m, c) => new { m, c }).Join(db.Profiles, x => x.m.ProfileId, p => p.Id, (x, p) => new { x.m, x.c, p.Name }).OrderByDescending(x => x.m.Number).ToListAsync(ct);
        return new(t["console.agreements"],
            [new(t["console.customer"]), new(t["console.reference"]), new(t["console.profile"]), new("IBAN"), new(t["console.signed_on"]), new(t["console.state"])],
            [.. rows.Select(r => new Row(Text(r.m.Number),
            [
                new(r.m.DebtorName ?? r.c.DisplayName, Agreement(r.m), r.c.CustomerNumber), new(r.m.Reference), new(r.Name), new(r.m.CardLast is null ? StateViews.Masked(r.m.DebtorAccount) : r.m.MaskedMeans), new(r.m.SignedOn), new(StateViews.Of(t, r.m)),
            ]))])
        { Empty = t["console.none"] };
    }

    public async Task<ListView> DebitsAsync(IQueryable<DirectDebit> debits, int most = MostRelated, CancellationToken ct = default)
    {
        var rows = await debits.Where(d => d.CreditorId == creditorId).OrderByDescending(d => d.Number).Take(most)
            .Join(db.Mandates, d => d.MandateId, m => m.Id, (d, m) => new { d, m }).Join(db.Customers, x => x.m.CustomerId, c => c.Id, (x, c) => new { x.d, x.m, c }).OrderByDescending(x => x.d.Number).ToListAsync(ct);
        return new(t["console.transactions"],
            [new(t["console.customer"]), new(t["console.amount"], true), new(t["console.message"]), new(t["console.collected_on"]), new(t["console.attempt"], true), new(t["console.state"])],
            [.. rows.Select(r => new Row(Text(r.d.Number),
            [
                new(r.m.DebtorName ?? r.c.DisplayName, "/console/transactions/" + Text(r.d.Number), r.m.Reference), new(r.d.Amount), new(r.d.Message, null, r.d.Ref), new(r.d.RequestedOn), new(r.d.Attempt), new(StateViews.Of(t, r.d)),
            ]))])
        { Empty = t["console.none"] };
    }

    /// <summary>What debtors did on the pages of an invoice or a mandate, newest first.</summary>
    public async Task<ListView> EventsAsync(Guid aboutId, CancellationToken ct)
    {
        var rows = await db.PageEvents.AsNoTracking().Where(e => e.CreditorId == creditorId && e.AboutId == aboutId).OrderByDescending(e => e.Id).Take(MostRelated).ToListAsync(ct);
        return new(t["console.page_events"], [new(t["console.when"]), new(t["console.what"]), new(t["console.said"])],
            [.. rows.Select(e => new Row(e.Id.ToString(), [new(e.At), new(t[$"console.event.{e.Kind}"]), new(e.Kind is PageEvent.Scheduled ? DateOnly.ParseExact(e.Text!, "O", CultureInfo.InvariantCulture) : e.Text)]))])
        { Empty = t["console.none"] };
    }

    public async Task<ListView> InvoicesAsync(IQueryable<Invoice> invoices, int most = MostRelated, CancellationToken ct = default)
    {
        var rows = await invoices.Where(i => i.CreditorId == creditorId).OrderByDescending(i => i.Id).Take(most).Join(db.Customers, i => i.CustomerId, c => c.Id, (i, c) => new { i, c }).OrderByDescending(x => x.i.Id).ToListAsync(ct);
        return new(t["console.invoices"],
            [new(t["console.number"]), new(t["console.customer"]), new(t["console.date"]), new(t["console.due"]), new(t["console.amount"], true), new(t["console.open_amount"], true), new(t["console.state"])],
            [.. rows.Select(r => new Row(r.i.Id.ToString(),
            [
                new(r.i.Number, "/console/invoices/" + r.i.Id), new(r.c.DisplayName, null, r.c.CustomerNumber), new(r.i.Date), new(r.i.DueOn), new(r.i.Amount), new(r.i.Open), new(StateViews.Of(t, r.i)),
            ]))])
        { Empty = t["console.none"] };
    }

    public async Task<ListView> LinksAsync(IQueryable<PayLink> links, int most = MostRelated, CancellationToken ct = default)
    {
        var rows = await links.Where(l => l.CreditorId == creditorId).OrderByDescending(l => l.Number).Take(most).ToListAsync(ct);
        var ids = rows.Select(l => l.CustomerId).ToList();
        var names = await db.Customers.AsNoTracking().Where(c => c.CreditorId == creditorId && ids.Contains(c.Id)).ToDictionaryAsync(c => c.Id, ct);
        return new(t["console.links"],
            [new(t["console.title"]), new(t["console.customer"]), new(t["console.amount"], true), new(t["console.method"]), new(t["console.made"]), new(t["console.state"])],
            [.. rows.Select(l => new Row(Text(l.Number),
            [
                new(l.Title, "/console/links/" + Text(l.Number), l.Ref), new(l.CustomerId is { } id && names.TryGetValue(id, out var c) ? c.DisplayName : null), new(l.Amount), new(l.Method), new(l.CreatedAt), new(StateViews.Of(t, l)),
            ]))])
        { Empty = t["console.none"] };
    }

    public async Task<ListView> SubscriptionsAsync(IQueryable<Subscription> subscriptions, int most = MostRelated, CancellationToken ct = default)
    {
        var rows = await subscriptions.Where(s => s.CreditorId == creditorId).OrderByDescending(s => s.Number).Take(most)
            .Join(db.Mandates, s => s.MandateId, m => m.Id, (s, m) => new { s, m }).Join(db.Customers, x => x.m.CustomerId, c => c.Id, (x, c) => new { x.s, x.m, c }).OrderByDescending(x => x.s.Number).ToListAsync(ct);
        return new(t["console.subscriptions"],
            [new(t["console.customer"]), new(t["console.reference"]), new(t["console.amount"], true), new(t["console.rhythm"]), new(t["console.next_on"]), new(t["console.runs"], true), new(t["console.state"])],
            [.. rows.Select(r => new Row(Text(r.s.Number),
            [
                new(r.m.DebtorName ?? r.c.DisplayName, "/console/subscriptions/" + Text(r.s.Number), r.m.Reference), new(r.s.Reference, null, r.s.Message), new(r.s.Amount),
                new(r.s.Weeks > 0 ? t["console.every_weeks", ("count", r.s.Weeks)] : t["console.every_months", ("count", r.s.Months)]), new(r.s.NextOn), new(r.s.Runs), new(StateViews.Of(t, r.s)),
            ]))])
        { Empty = t["console.none"] };
    }

    public async Task<ListView> RefundsAsync(IQueryable<CreditTransfer> transfers, int most = MostRelated, CancellationToken ct = default)
    {
        var rows = await transfers.Where(r => r.CreditorId == creditorId).OrderByDescending(r => r.Id).Take(most).ToListAsync(ct);
        return new(t["console.refunds"],
            [new(t["console.name"]), new("IBAN"), new(t["console.amount"], true), new(t["console.message"]), new(t["console.requested_on"]), new(t["console.state"])],
            [.. rows.Select(r => new Row(r.Id.ToString(), [new(r.Name, "/console/refunds/" + r.Id), new(StateViews.Masked(r.Account)), new(r.Amount), new(r.Message, null, r.Ref), new(r.RequestedOn), new(StateViews.Of(t, r))]))])
        { Empty = t["console.none"] };
    }

    public async Task<ListView> LinesAsync(IQueryable<StatementItem> items, int most = MostRelated, CancellationToken ct = default)
    {
        var rows = await items.Where(i => i.CreditorId == creditorId).OrderByDescending(i => i.Number).Take(most).ToListAsync(ct);
        var belongs = await BelongsAsync(rows, ct);
        return new(t["console.lines"],
            [new(t["console.name"]), new(t["console.message"]), new(t["console.amount"], true), new(t["console.booked_on"]), new(t["console.belongs_to"]), new(t["console.state"])],
            [.. rows.Select(i => new Row(Text(i.Number),
            [
                new(i.Name.Length > 0 ? i.Name : t["console.line_number", ("number", Text(i.Number))], "/console/reconciliation/" + Text(i.Number), StateViews.Masked(i.CounterpartyAccount)), new(i.Message), new(i.Amount), new(i.BookedOn), belongs[i.Id], new(StateViews.Of(t, i)),
            ]))])
        { Empty = t["console.none"] };
    }

    /// <summary>Where each line leads: the invoice, transaction, transfer or run that it is about.</summary>
    public async Task<IReadOnlyDictionary<Guid, Cell>> BelongsAsync(IReadOnlyList<StatementItem> rows, CancellationToken ct)
    {
        List<Guid?> invoiceIds = [.. rows.Select(r => r.InvoiceId)], debitIds = [.. rows.Select(r => r.DirectDebitId)], transferIds = [.. rows.Select(r => r.TransferId)], runIds = [.. rows.Select(r => r.RunId)];
        var invoices = await db.Invoices.AsNoTracking().Where(i => i.CreditorId == creditorId && invoiceIds.Contains(i.Id)).ToDictionaryAsync(i => i.Id, i => i.Number, ct);
        var debits = await db.DirectDebits.AsNoTracking().Where(d => d.CreditorId == creditorId && debitIds.Contains(d.Id)).ToDictionaryAsync(d => d.Id, d => d.Number, ct);
        var transfers = await db.Transfers.AsNoTracking().Where(x => x.CreditorId == creditorId && transferIds.Contains(x.Id)).ToDictionaryAsync(x => x.Id, x => x.Name, ct);
        var runs = await db.CollectionRuns.AsNoTracking().Where(r => r.CreditorId == creditorId && runIds.Contains(r.Id)).ToDictionaryAsync(r => r.Id, r => new Cell(r.PaymentInformationId, "/console/batches/" + Text(r.Number)), ct);
        foreach (var run in await db.TransferRuns.AsNoTracking().Where(r => r.CreditorId == creditorId && runIds.Contains(r.Id)).Select(r => new { r.Id, r.PaymentInformationId, File = db.OutgoingFiles.Where(f => f.Id == r.FileId).Select(f => (long?)f.Number).FirstOrDefault() }).ToListAsync(ct))
            runs[run.Id] = new(run.PaymentInformationId, run.File is { } file ? "/console/files/" + Text(file) : null);
        return rows.ToDictionary(i => i.Id, i => i switch
        {
            { InvoiceId: { } id } when invoices.TryGetValue(id, out var number) => new Cell(number, "/console/invoices/" + id),
            { DirectDebitId: { } id } when debits.TryGetValue(id, out var number) => new(t["console.transaction_number", ("number", Text(number))], "/console/transactions/" + Text(number)),
            { TransferId: { } id } when transfers.TryGetValue(id, out var name) => new(t["console.refund_to", ("name", name)], "/console/refunds/" + id),
            { RunId: { } id } when runs.TryGetValue(id, out var run) => run,
            _ => new(null),
        });
    }

    public async Task<ListView> CustomersAsync(IQueryable<Customer> customers, int most, CancellationToken ct)
    {
        var rows = await customers.Where(c => c.CreditorId == creditorId).OrderByDescending(c => c.Id).Take(most).ToListAsync(ct);
        return new(t["console.customers"],
            [new(t["console.name"]), new(t["console.customer_number"]), new(t["console.email"]), new(t["console.city"]), new(t["page.language"])],
            [.. rows.Select(c => new Row(c.Id.ToString(), [new(c.DisplayName, "/console/customers/" + c.Id), new(c.CustomerNumber), new(c.Email), new(c.City), new(c.Language?.ToUpperInvariant())]))])
        { Empty = t["console.none"] };
    }

    public static string Agreement(Mandate m) => "/console/agreements/" + Text(m.Number);

    /// <summary>As a field for a day has it.</summary>
    public static string Text(DateOnly day) => day.ToString("O", CultureInfo.InvariantCulture);

    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
