using System.Globalization;
using Domi.Engine.Creditors;
using Domi.Engine.Invoices;
using Domi.Engine.PayLinks;
using Domi.Engine.Users;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>One payment link, with what was given back of it.</summary>
internal sealed class PayLinkModel(Desk desk, CreditorKeys keys, Settlement settlement) : ConsolePage(desk)
{
    public override string Section => "links";

    public DetailView Detail { get; private set; } = null!; // set before the page is drawn

    public async Task<IActionResult> OnGetAsync(long number, CancellationToken ct)
    {
        if (await Db.PayLinks.AsNoTracking().SingleOrDefaultAsync(l => l.CreditorId == Me && l.Number == number, ct) is not { } l) return NotFound();

        var customer = l.CustomerId is { } id ? await Db.Customers.AsNoTracking().SingleOrDefaultAsync(c => c.CreditorId == Me && c.Id == id, ct) : null;
        var invoice = l.InvoiceId is { } of ? await Db.Invoices.AsNoTracking().SingleOrDefaultAsync(i => i.CreditorId == Me && i.Id == of, ct) : null;
        var refunds = await Db.LinkRefunds.AsNoTracking().Where(r => r.CreditorId == Me && r.PayLinkId == l.Id).OrderByDescending(r => r.Id).Take(50).ToListAsync(ct);
        var creditor = (await CreditorFacts.ReadAsync(Db, Me, ct)).Creditor;
        Detail = new(T["console.link_number", ("number", Tables.Text(number))], StateViews.Of(T, l), l.Title,
        [
            new(T["console.amount"], new(l.Amount)), new(T["console.refunded"], new(l.RefundedAmount)), new(T["console.customer"], new(customer?.DisplayName, customer is null ? null : "/console/customers/" + customer.Id)),
            new(T["console.invoice"], new(invoice?.Number, invoice is null ? null : "/console/invoices/" + invoice.Id)), new(T["console.transactions"], new(l.TransactionNumbers)), new(T["console.reference"], new(l.Ref)),
            new(T["console.origin"], new(T[$"console.link_origin.{l.Origin}"])), new(T["console.method"], new(l.Method)), new(T["console.made"], new(l.CreatedAt)), new(T["console.expires"], new(l.ExpiresAt)), new(T["console.ended_on"], new(l.EndedAt)),
        ],
        Acts(l),
        [
            new(T["console.refunds"], [new(T["console.message"]), new(T["console.amount"], true), new(T["console.when"])], [.. refunds.Select(r => new Row(r.Id.ToString(), [new(r.Message), new(r.Amount), new(r.CreatedAt)]))]) { Empty = T["console.none"] },
        ])
        { Links = l.PageTokenHash is null ? [] : [(MakeLink.PageOf(keys, creditor, l), T["console.payment_page"])] };
        return Page();
    }

    public Task<IActionResult> OnPostArchiveAsync(long number, CancellationToken ct) => DoAsync(number, "link.archive", (l, _) =>
    {
        l.Archive(Clock.GetUtcNow());
        return Task.CompletedTask;
    }, ct);

    public Task<IActionResult> OnPostRefundAsync(long number, CancellationToken ct) => DoAsync(number, "link.refund", (l, token) =>
    {
        var (amount, message) = TypedRefund();
        return PaymentLinks.RefundOneAsync(Db, l, amount, message, settlement, Clock, token);
    }, ct, l => new("link.refund", ("number", Tables.Text(l.Number)), ("amount", PageFormat.Money(TypedRefund().Amount, T.Language))));

    private List<Act> Acts(PayLink l)
    {
        var acts = new List<Act>();
        if (!Actor.May(ConsoleRole.Administrator)) return acts;
        if (l.ArchivedAt is null) acts.Add(new("Archive", T["console.archive"], true));
        if (l.State is PayLinkState.Paid && l.RefundedAmount < l.Amount)
            acts.Add(new("Refund", T["console.refund"], true, [new("amount", T["console.amount"], (l.Amount - l.RefundedAmount).ToString("0.00", CultureInfo.InvariantCulture), "money"), new("message", T["console.message"])]));
        return acts;
    }

    private Task<IActionResult> DoAsync(long number, string act, Func<PayLink, CancellationToken, Task> work, CancellationToken ct, Func<PayLink, Doubt>? doubt = null) => ActAsync(ConsoleRole.Administrator, act, async token =>
    {
        if (await FindAsync(number, token) is not { } link) return null;
        await work(link, token);
        return Tables.Text(number);
    }, "/console/links/" + Tables.Text(number), ct, async token => await FindAsync(number, token) is { } link ? doubt?.Invoke(link) ?? new(act, ("number", Tables.Text(number)), ("amount", PageFormat.Money(link.Amount, T.Language))) : null);

    private Task<PayLink?> FindAsync(long number, CancellationToken ct) => Db.PayLinks.SingleOrDefaultAsync(l => l.CreditorId == Me && l.Number == number, ct);
}
