using System.Globalization;
using Domi.Engine.DirectDebits;
using Domi.Engine.Subscriptions;
using Domi.Engine.Users;
using Domi.Engine.Wire;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>One subscription or instalment plan: changed, rested, resumed, ended; what it collected.</summary>
internal sealed class SubscriptionModel(Desk desk) : ConsolePage(desk)
{
    public override string Section => "subscriptions";

    public DetailView Detail { get; private set; } = null!; // set before the page is drawn

    public async Task<IActionResult> OnGetAsync(long number, CancellationToken ct)
    {
        if (await Db.Subscriptions.AsNoTracking().SingleOrDefaultAsync(s => s.CreditorId == Me && s.Number == number, ct) is not { } s) return NotFound();

        var mandate = await Db.Mandates.AsNoTracking().SingleAsync(m => m.Id == s.MandateId, ct);
        var customer = await Db.Customers.AsNoTracking().SingleAsync(c => c.Id == mandate.CustomerId, ct);
        var invoice = s.InvoiceId is { } id ? await Db.Invoices.AsNoTracking().SingleAsync(i => i.Id == id, ct) : null;
        Detail = new(T["console.subscription_number", ("reference", s.Reference)], StateViews.Of(T, s), s.Message,
        [
            new(T["console.customer"], new(customer.DisplayName, "/console/customers/" + customer.Id, customer.CustomerNumber)), new(T["console.agreement"], new(mandate.Reference, Tables.Agreement(mandate))), new(T["console.invoice"], new(invoice?.Number, invoice is null ? null : "/console/invoices/" + invoice.Id)),
            new(T["console.amount"], new(s.Amount)), new(T["console.rhythm"], new(s.Weeks > 0 ? T["console.every_weeks", ("count", s.Weeks)] : T["console.every_months", ("count", s.Months)])), new(T["console.plan"], new(s.Plan)), new(T["console.start"], new(s.StartOn)), new(T["console.last_collected"], new(s.LastOn)),
            new(T["console.next_on"], new(s.NextOn)), new(T["console.runs"], new(s.Runs)), new(T["console.passed"], new(s.Passed == 0 ? null : s.Passed)), new(T["console.stop_after"], new(s.StopAfter == 0 ? null : s.StopAfter)), new(T["console.made"], new(s.CreatedAt)),
        ],
        Acts(s),
        [await new Tables(Db, T, Me).DebitsAsync(Db.DirectDebits.AsNoTracking().Where(d => d.SubscriptionId == s.Id && !d.IsSuperseded), ct: ct)]);
        return Page();
    }

    public Task<IActionResult> OnPostChangeAsync(long number, CancellationToken ct) => DoAsync(number, "subscription.change", s =>
    {
        var call = Typed();
        var amount = call.Amount("amount") ?? throw Call.Missing("amount");
        if (amount <= 0) throw new RefusedException("err_invalid_amount", $"{amount} cannot be collected.", ("amount", amount)) { Field = "amount" };
        s.Change(amount, Transactions.MessageOf(call.Text("message")), Clock.GetUtcNow());
    }, ct);

    public Task<IActionResult> OnPostSuspendAsync(long number, CancellationToken ct) => DoAsync(number, "subscription.suspend", s => s.Suspend(Clock.GetUtcNow()), ct);

    public Task<IActionResult> OnPostResumeAsync(long number, CancellationToken ct) => DoAsync(number, "subscription.resume", s => s.Resume(Clock.GetUtcNow()), ct);

    public Task<IActionResult> OnPostCancelAsync(long number, CancellationToken ct) =>
        DoAsync(number, "subscription.cancel", s => s.Cancel(Clock.GetUtcNow()), ct, s => new("subscription.cancel", ("reference", s.Reference), ("amount", PageFormat.Money(s.Amount, T.Language)), ("count", s.Runs)));

    private List<Act> Acts(Subscription s)
    {
        if (!Actor.May(ConsoleRole.User) || s.State is SubscriptionState.Cancelled or SubscriptionState.Closed) return [];

        return
        [
            s.State is SubscriptionState.Active ? new("Suspend", T["console.suspend"]) : new("Resume", T["console.resume"]), new("Cancel", T["console.end"], true),
            new("Change", T["console.change"], Fields: [new("amount", T["console.amount"], s.Amount.ToString("0.00", CultureInfo.InvariantCulture), "money"), new("message", T["console.message"], s.Message)]),
        ];
    }

    private Task<IActionResult> DoAsync(long number, string act, Action<Subscription> work, CancellationToken ct, Func<Subscription, Doubt>? doubt = null) => ActAsync(ConsoleRole.User, act, async token =>
    {
        if (await FindAsync(number, token) is not { } s) return null;
        work(s);
        return s.Reference;
    }, "/console/subscriptions/" + Tables.Text(number), ct, doubt is null ? null : async token => await FindAsync(number, token) is { } s ? doubt(s) : null);

    private Task<Subscription?> FindAsync(long number, CancellationToken ct) => Db.Subscriptions.SingleOrDefaultAsync(s => s.CreditorId == Me && s.Number == number, ct);
}
