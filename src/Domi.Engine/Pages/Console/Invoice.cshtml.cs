using System.Globalization;
using Domi.Engine.Creditors;
using Domi.Engine.DirectDebits;
using Domi.Engine.Invoices;
using Domi.Engine.Users;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>One invoice: paid by hand, recalled, collected again, taken off the table, given back.</summary>
internal sealed class InvoiceModel(Desk desk, InvoiceActions actions, Settlement settlement, CreditorKeys keys) : ConsolePage(desk)
{
    public override string Section => "invoices";

    public DetailView Detail { get; private set; } = null!; // set before the page is drawn

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken ct)
    {
        if (await Db.Invoices.AsNoTracking().SingleOrDefaultAsync(i => i.CreditorId == Me && i.Id == id, ct) is not { } i) return NotFound();

        var customer = await Db.Customers.AsNoTracking().SingleAsync(c => c.Id == i.CustomerId, ct);
        var payments = await Db.InvoicePayments.AsNoTracking().Where(p => p.InvoiceId == i.Id).OrderByDescending(p => p.OccurredAt).Take(50).ToListAsync(ct);
        var creditor = (await CreditorFacts.ReadAsync(Db, Me, ct)).Creditor;
        var tables = new Tables(Db, T, Me);
        List<(string, string)> links = [("/pay/" + keys.InvoiceToken(creditor, i.Id), T["console.payment_page"])];
        if (i.DocumentHash is not null) links.Add(($"/console/invoices/{id}?handler=Pdf", "PDF"));
        var state = StateViews.Of(T, i);
        // Paid another way while the bank has its collection: what comes of it comes on top.
        if (i.State is InvoiceState.Paid && await Db.DirectDebits.AnyAsync(d => d.InvoiceId == id && d.State == DirectDebitState.Sent, ct)) state = state with { Note = T["console.invoice.still_collected"] };
        Detail = new(T["console.invoice_number", ("number", i.Number)], state, i.Title,
        [
            new(T["console.customer"], new(customer.DisplayName, "/console/customers/" + customer.Id, customer.CustomerNumber)), new(T["console.amount"], new(i.Amount)), new(T["console.open_amount"], new(i.Open)), new(T["console.date"], new(i.Date)), new(T["console.due"], new(i.DueOn)), new(T["console.scheduled_on"], new(i.ScheduledOn)),
            new(T["console.message"], new(i.Remittance)), new(T["console.reference"], new(i.Ref)), new(T["console.campaign"], new(i.Campaign)), new(T["console.email"], new(i.Email ?? customer.Email)), new(T["console.reminders"], new(i.ReminderLevel)), new(T["console.announced"], new(i.AnnouncedAt)), new(T["console.paid_at"], new(i.PaidAt)),
        ],
        Acts(i),
        [
            new(T["console.payments"], [new(T["console.what"]), new(T["console.amount"], true), new(T["console.method"]), new(T["console.reason"]), new(T["console.when"])],
                [.. payments.Select(p => new Row(p.Id.ToString(), [new(T[$"console.payment.{p.Kind}"], Note: p.IsDouble ? T["console.payment.double"] : null), new(p.Amount), new(p.Method), new(StateViews.ReasonOf(T, p.ReasonCode)), new(p.OccurredAt)]))]) { Empty = T["console.none"] },
            await tables.EventsAsync(id, ct),
            await tables.DebitsAsync(Db.DirectDebits.AsNoTracking().Where(d => d.InvoiceId == id && !d.IsSuperseded), ct: ct),
            await tables.LinksAsync(Db.PayLinks.AsNoTracking().Where(l => l.InvoiceId == id), ct: ct),
        ])
        { Links = links };
        return Page();
    }

    public async Task<IActionResult> OnGetPdfAsync(Guid id, CancellationToken ct)
    {
        if (await Db.Invoices.AsNoTracking().SingleOrDefaultAsync(i => i.CreditorId == Me && i.Id == id, ct) is not { DocumentHash: { } hash } i || await Blob.ReadAsync(Db, hash, ct) is not { } pdf) return NotFound();
        return File(pdf, "application/pdf", i.Number + ".pdf");
    }

    public Task<IActionResult> OnPostPaidAsync(Guid id, CancellationToken ct) => DoAsync(id, "invoice.paid", async (i, token) =>
    {
        await settlement.PayByHandAsync(i, null, token);
        await settlement.ChangedAsync(i, token);
    }, ct);

    public Task<IActionResult> OnPostRemindAsync(Guid id, CancellationToken ct) => DoAsync(id, "invoice.remind", actions.RemindAsync, ct);

    public Task<IActionResult> OnPostCollectAsync(Guid id, CancellationToken ct) => DoAsync(id, "invoice.collect", actions.ReofferAsync, ct);

    public Task<IActionResult> OnPostArchiveAsync(Guid id, CancellationToken ct) => DoAsync(id, "invoice.archive", (i, token) =>
    {
        i.Archive(Clock.GetUtcNow());
        return settlement.ChangedAsync(i, token);
    }, ct, i => new("invoice.archive", ("number", i.Number), ("amount", PageFormat.Money(i.Open, T.Language))));

    public Task<IActionResult> OnPostReopenAsync(Guid id, CancellationToken ct) => DoAsync(id, "invoice.reopen", (i, token) =>
    {
        i.Reopen(Clock.GetUtcNow());
        return settlement.ChangedAsync(i, token);
    }, ct);

    public Task<IActionResult> OnPostRefundAsync(Guid id, CancellationToken ct) => DoAsync(id, "invoice.refund", (i, token) =>
    {
        var (amount, message) = TypedRefund();
        return actions.RefundAsync(i, amount, message, token);
    }, ct, i => new("invoice.refund", ("number", i.Number), ("amount", PageFormat.Money(TypedRefund().Amount, T.Language))));

    /// <summary>Booked by mistake: it goes, as if it had never been.</summary>
    public async Task<IActionResult> OnPostDeleteAsync(Guid id, CancellationToken ct)
    {
        var removed = false;
        var answer = await DoAsync(id, "invoice.delete", async (i, token) =>
        {
            await OneInvoice.RemoveOneAsync(Db, i, token);
            removed = true;
        }, ct, i => new("invoice.delete", ("number", i.Number), ("amount", PageFormat.Money(i.Amount, T.Language))));
        return removed && answer is LocalRedirectResult && TempData.Peek("Refused") is null ? LocalRedirect("/console/invoices") : answer;
    }

    private List<Act> Acts(Invoice i)
    {
        var acts = new List<Act>();
        if (!Actor.May(ConsoleRole.Administrator)) return acts;
        if (i.IsPayable) acts.AddRange([new("Collect", T["console.collect"]), new("Remind", T["console.remind"]), new("Paid", T["console.mark_paid"])]);
        if (i.State is not (InvoiceState.Archived or InvoiceState.Pending)) acts.Add(new("Archive", T["console.archive"], true));
        if (i.State is InvoiceState.Archived) acts.Add(new("Reopen", T["console.reopen"]));
        if (i.State is InvoiceState.Booked && i.PaidAmount == 0) acts.Add(new("Delete", T["console.delete"], true));
        if (i.PaidAmount > 0)
            acts.Add(new("Refund", T["console.refund"], true, [new("amount", T["console.amount"], (i.Overpaid > 0 ? i.Overpaid : i.PaidAmount).ToString("0.00", CultureInfo.InvariantCulture), "money"), new("message", T["console.message"])]));
        return acts;
    }

    private Task<IActionResult> DoAsync(Guid id, string act, Func<Invoice, CancellationToken, Task> work, CancellationToken ct, Func<Invoice, Doubt>? doubt = null) => ActAsync(ConsoleRole.Administrator, act, async token =>
    {
        if (await FindAsync(id, token) is not { } i) return null;
        await work(i, token);
        return i.Number;
    }, "/console/invoices/" + id, ct, doubt is null ? null : async token => await FindAsync(id, token) is { } i ? doubt(i) : null);

    private Task<Invoice?> FindAsync(Guid id, CancellationToken ct) => Db.Invoices.SingleOrDefaultAsync(i => i.CreditorId == Me && i.Id == id, ct);
}
