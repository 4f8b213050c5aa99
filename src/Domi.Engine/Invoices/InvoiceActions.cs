using Domi.Engine.Creditors;
using Domi.Engine.Customers;
using Domi.Engine.DirectDebits;
using Domi.Engine.Mails;
using Domi.Engine.PayLinks;
using Domi.Engine.Subscriptions;
using Domi.Engine.Transfers;
using Domi.Engine.Wire;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Invoices;

/// <summary>What a client has done with an invoice: sent, recalled, collected again, given back, paid in instalments.</summary>
/// <remarks>
/// Refuses with <c>err_invalid_params</c> (type), <c>err_missing_params</c>, <c>err_msg_missing</c>, <c>err_invalid_amount</c>, <c>err_invalid_date</c>,
/// <c>err_invalid_state</c>, <c>err_no_contract</c>, <c>err_fail_refund</c>, <c>err_no_integration</c>, <c>err_scope</c>. Source: Twikey API, Action an invoice.
/// </remarks>
internal sealed class InvoiceActions(EngineDb db, DebtorMail mail, Settlement settlement, FailureWorkflow failures, BusinessClock clock)
{
    /// <summary>Reads what an action says, and answers what is to be done inside the transaction.</summary>
    public Func<Invoice, CancellationToken, Task> Read(string type, Call call)
    {
        switch (type)
        {
            case "send" or "email" or "invoice" or "letterwithinvoice":
                return SendAsync;
            case "sms":
                return (invoice, ct) => SmsAsync(invoice, "invoice", ct);
            case "peppol" or "letter":
                throw new RefusedException("err_no_integration", $"Nothing is connected to send by {type}.") { Field = "type" };
            case "reminder":
                return RemindAsync;
            case "smsreminder":
                return (invoice, ct) => SmsAsync(invoice, "reminder", ct);
            case "reoffer":
                return ReofferAsync;
            case "refund":
                call.Require(KeyGroup.Transfers);
                var message = call.TextOf(1000, "message", "msg") is { } text ? Transactions.MessageOf(text) : throw new RefusedException("err_msg_missing", "Say what it is for in message.") { Field = "message" };
                var amount = call.Amount("amount");
                return (invoice, ct) => RefundAsync(invoice, amount, message, ct);
            case "paymentplan":
                call.Require(KeyGroup.Transactions);
                call.Require(KeyGroup.Subscriptions);
                var (initial, recurring) = (Positive(call, "initialAmount"), Positive(call, "recurringAmount"));
                var terms = call.Number("terms") ?? throw Call.Missing("terms");
                if (terms is < 1 or > 120) throw Call.Invalid("terms", "terms is a number of months from 1 to 120.");
                var (mandate, words) = (call.Required("mndtId", 35).ToUpperInvariant(), Transactions.MessageOf(call.Required("remittance")));
                return (invoice, ct) => PlanAsync(call, invoice, initial, recurring, (int)terms, mandate, words, ct);
            case "manualpayment":
                var on = call.Day("date");
                if (on > clock.Today) throw new RefusedException("err_invalid_date", $"The payment is dated ahead: {on:O}.", ("name", "date")) { Field = "date" };
                var said = call.Amount("amount");
                return async (invoice, ct) =>
                {
                    if (said is { } part && part != invoice.Open) throw new RefusedException("err_invalid_amount", $"{invoice.Open} is open, and all of it is paid by hand.", ("amount", part)) { Field = "amount" };
                    await settlement.PayByHandAsync(invoice, on, ct);
                    await settlement.ChangedAsync(invoice, ct);
                };
            default:
                throw Call.Invalid("type", $"No action {type}.");
        }
    }

    private static decimal Positive(Call call, string name)
    {
        var amount = call.Amount(name) ?? throw Call.Missing(name);
        return amount > 0 ? amount : throw new RefusedException("err_invalid_amount", $"{amount} cannot be collected.", ("amount", amount)) { Field = name };
    }

    private async Task SendAsync(Invoice invoice, CancellationToken ct)
    {
        invoice.MayBeSent();
        var customer = await CustomerAsync(invoice, ct);
        if ((invoice.Email ?? customer.Email) is null) throw Call.Missing("email");
        await mail.InvoiceAsync(db, invoice, customer, "invoice", clock.GetUtcNow(), ct);
    }

    /// <summary>Mails a reminder, of the next level.</summary>
    public async Task RemindAsync(Invoice invoice, CancellationToken ct)
    {
        invoice.Remind(clock.GetUtcNow());
        var customer = await CustomerAsync(invoice, ct);
        if ((invoice.Email ?? customer.Email) is null) throw Call.Missing("email");
        await mail.InvoiceAsync(db, invoice, customer, "reminder", clock.GetUtcNow(), ct);
        await settlement.ChangedAsync(invoice, ct);
    }

    private async Task SmsAsync(Invoice invoice, string purpose, CancellationToken ct)
    {
        var customer = await CustomerAsync(invoice, ct);
        if (customer.Mobile is null) throw Call.Missing("mobile");
        if (purpose == "reminder") invoice.Remind(clock.GetUtcNow());
        else invoice.MayBeSent();
        await mail.InvoiceSmsAsync(db, invoice, customer, purpose, clock.GetUtcNow(), ct);
        if (purpose == "reminder") await settlement.ChangedAsync(invoice, ct);
    }

    /// <summary>Collects again what failed; what was never collected, on the customer's mandate. What is under way stays so.</summary>
    /// <exception cref="RefusedException"><c>err_invalid_state</c>: nothing is open; <c>err_no_contract</c>: no mandate to collect on.</exception>
    public async Task ReofferAsync(Invoice invoice, CancellationToken ct)
    {
        if (invoice.State is InvoiceState.Pending) return;
        if (!invoice.IsPayable) throw new RefusedException("err_invalid_state", $"Invoice {invoice.Number} is {invoice.State}.", ("number", invoice.Number));

        var failed = await db.DirectDebits.Where(d => d.InvoiceId == invoice.Id && !d.IsSuperseded && d.State == DirectDebitState.Failed && d.SettledBy == null && d.ArchivedAt == null).OrderByDescending(d => d.Attempt).FirstOrDefaultAsync(ct);
        if (failed is not null)
        {
            await failures.ActAsync(failed, "reoffer", settlement, ct);
            return;
        }

        var facts = await CreditorFacts.ReadAsync(db, invoice.CreditorId, ct);
        var mandate = await Booking.MandateOfAsync(db, invoice, null, false, ct) ?? throw new RefusedException("err_no_contract", $"The customer of invoice {invoice.Number} has no active mandate.");
        await Booking.CollectAsync(db, invoice, facts.ProfileOf(invoice.ProfileId), mandate, clock, ct);
        await settlement.ChangedAsync(invoice, ct);
    }

    /// <summary>Gives back what was paid last: a collection by a transfer, a payment link through its provider.</summary>
    public async Task RefundAsync(Invoice invoice, decimal? wanted, string message, CancellationToken ct)
    {
        if (invoice.PaidAmount <= 0) throw new RefusedException("err_invalid_state", $"Invoice {invoice.Number} has no payment.", ("number", invoice.Number));

        var amount = wanted ?? invoice.PaidAmount;
        if (amount <= 0 || amount > invoice.PaidAmount) throw new RefusedException("err_invalid_amount", $"{invoice.PaidAmount} was paid.", ("amount", amount)) { Field = "amount" };
        var payments = await db.InvoicePayments.AsNoTracking().Where(p => p.InvoiceId == invoice.Id && p.Kind == PaymentKind.Payment).ToListAsync(ct);
        var last = payments.Where(p => p.DirectDebitId is not null || p.PayLinkId is not null).MaxBy(p => p.OccurredAt);
        if (last?.DirectDebitId is { } debitId)
        {
            await RefundOf.AddAsync(db, await db.DirectDebits.SingleAsync(d => d.Id == debitId, ct), amount, message, invoice.Number, null, null, null, clock, ct);
            return;
        }

        if (last?.PayLinkId is not { } linkId) throw new RefusedException("err_provide_account", "It was paid by a way that cannot be taken back: transfer the money.") { Field = "iban" };

        var link = await db.PayLinks.SingleAsync(l => l.Id == linkId, ct);
        await PaymentLinks.RefundOneAsync(db, link, amount, message, settlement, clock, ct);
    }

    /// <summary>A first amount now and the rest month by month, on a mandate; the last instalment is what is left.</summary>
    private async Task PlanAsync(Call call, Invoice invoice, decimal initial, decimal recurring, int terms, string reference, string message, CancellationToken ct)
    {
        if (!invoice.IsPayable) throw new RefusedException("err_invalid_state", $"Invoice {invoice.Number} is {invoice.State}.", ("number", invoice.Number));
        if (initial + (recurring * terms) < invoice.Open || initial + (recurring * (terms - 1)) >= invoice.Open)
            throw new RefusedException("err_invalid_amount", $"{initial} and {terms} times {recurring} do not pay {invoice.Open}.", ("amount", initial + (recurring * terms))) { Field = "recurringAmount" };

        var mandate = await Transactions.MandateAsync(db, call, reference, ct);
        // Nobody pays a plan for somebody else.
        if (mandate.CustomerId != invoice.CustomerId) throw new RefusedException("err_no_contract", $"Mandate {reference} is not of the customer of invoice {invoice.Number}.") { Field = "mndtId" };
        var today = clock.Today;
        await Transactions.AddAsync(db, mandate, new(reference, initial, message, invoice.Number, null, today, null, false), clock, ct, invoiceId: invoice.Id);
        var key = Subscription.KeyOf("PLAN" + invoice.Number);
        await AddSubscription.Async(db, mandate, Shorten.To(70, key), new("paymentplan", recurring, message, today.AddMonths(1), 1, 0, terms), clock, ct, invoice.Id);
        invoice.Collect(clock.GetUtcNow());
        await settlement.ChangedAsync(invoice, ct);
    }

    private Task<Customer> CustomerAsync(Invoice invoice, CancellationToken ct) => db.Customers.AsNoTracking().SingleAsync(c => c.Id == invoice.CustomerId, ct);
}
