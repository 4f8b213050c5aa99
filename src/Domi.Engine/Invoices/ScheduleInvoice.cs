using Domi.Engine.Creditors;
using Domi.Engine.DirectDebits;
using Domi.Engine.Mails;
using Domi.Engine.Pages;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Invoices;

/// <summary>A debtor with a mandate chooses the day on which one invoice is collected, and takes it back as long as the bank does not have it.</summary>
/// <remarks>
/// It is his own wish, so it holds for an invoice too that the creditor does not collect by himself (<c>manual</c>). Who has no mandate yet
/// chooses the day before he signs one: <see cref="PayLinks.PayInvoice.SetUpAutomaticAsync"/>.
/// </remarks>
internal sealed class ScheduleInvoice(EngineDb db, Settlement settlement, DebtorMail mail, BusinessClock clock)
{
    /// <exception cref="RefusedException"><c>not_payable</c>; <c>day_not_offered</c>; <c>err_no_contract</c>: the mandate ended meanwhile.</exception>
    public Task PlanAsync(Guid invoiceId, DateOnly on, CancellationToken ct) => db.WriteOrRepeatAsync(async write =>
    {
        var invoice = await db.Invoices.SingleAsync(i => i.Id == invoiceId, write);
        if (!invoice.IsPayable) throw new RefusedException("not_payable", $"Invoice {invoice.Number} is {invoice.State}.");

        var profile = (await CreditorFacts.ReadAsync(db, invoice.CreditorId, write)).ProfileOf(invoice.ProfileId);
        RequireDay(profile, invoice, on, clock.Today);
        var mandate = await Booking.ActiveMandateAsync(db, invoice, write) ?? throw new RefusedException("err_no_contract", $"The customer of invoice {invoice.Number} has no active mandate.");
        var now = clock.GetUtcNow();
        invoice.Schedule(on, now);
        await Booking.CollectAsync(db, invoice, profile, mandate, clock, write);
        var customer = await db.Customers.AsNoTracking().SingleAsync(c => c.Id == invoice.CustomerId, write);
        await mail.ScheduledAsync(db, invoice, customer, mandate, Booking.DayOf(profile, invoice, on, clock.Today, clock.Today), now, write);
        await settlement.ChangedAsync(invoice, write);
    }, ct);

    /// <summary>The invoice is open again, to be paid another way or on another day. Said twice it changes nothing.</summary>
    /// <exception cref="RefusedException"><c>schedule_under_way</c>: the bank has it.</exception>
    public Task CancelAsync(Guid invoiceId, CancellationToken ct) => db.WriteOrRepeatAsync(async write =>
    {
        var invoice = await db.Invoices.SingleAsync(i => i.Id == invoiceId, write);
        if (invoice is not { State: InvoiceState.Pending, ScheduledOn: not null }) return;

        var debit = await db.DirectDebits.SingleOrDefaultAsync(d => d.InvoiceId == invoice.Id && d.State == DirectDebitState.Open, write)
            ?? throw new RefusedException("schedule_under_way", $"The collection of invoice {invoice.Number} is at the bank.");
        var now = clock.GetUtcNow();
        debit.Withdraw(clock.GetUtcNow());
        invoice.StopCollecting(now);
        db.PageEvents.Add(new() { CreditorId = invoice.CreditorId, AboutId = invoice.Id, Kind = PageEvent.Unscheduled, At = now });
        await settlement.TransactionChangedAsync(debit, write);
        await settlement.ChangedAsync(invoice, write);
    }, ct);

    /// <exception cref="RefusedException"><c>day_not_offered</c>.</exception>
    public static void RequireDay(Profiles.Profile profile, Invoice invoice, DateOnly on, DateOnly today)
    {
        if (profile.ScheduleOf(invoice.DueOn, today) is not { } offered || on < offered.First || on > offered.Last)
            throw new RefusedException("day_not_offered", $"Invoice {invoice.Number} is not collected on {on:O}.");
    }
}
