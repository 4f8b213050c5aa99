using Domi.Engine.Invoices;
using Domi.Engine.Mails;
using Domi.Engine.Pages;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Customers;

/// <summary>The address of a customer of whom none is known, and the list of his invoices that goes to one that is.</summary>
internal sealed class ReachCustomer(EngineDb db, Settlement settlement, DebtorMail mail, BusinessClock clock)
{
    private const int MostListsAnHour = 3;

    /// <summary>Gives a customer an address, unless he has one. An address alone names one customer: who has no number does not take over that of another.</summary>
    public static async Task<bool> TakeAsync(EngineDb db, Customer customer, string email, CancellationToken ct)
    {
        if (customer.Email is not null) return false;
        if (customer.CustomerNumber is null && await db.Customers.AnyAsync(c => c.CreditorId == customer.CreditorId && c.CustomerNumber == null && c.EmailKey == Customer.KeyOf(email), ct)) return false;

        customer.TakeEmail(email);
        return true;
    }

    /// <summary>The debtor gives his address on the page of an invoice. One that is known stays: nobody turns another's mails away by a link.</summary>
    public Task GiveAsync(Guid invoiceId, string email, CancellationToken ct) => db.WriteOrRepeatAsync(async write =>
    {
        var invoice = await db.Invoices.SingleAsync(i => i.Id == invoiceId, write);
        var customer = await db.Customers.SingleAsync(c => c.Id == invoice.CustomerId, write);
        if ((invoice.Email ?? customer.Email) is not null) return;

        if (!await TakeAsync(db, customer, email, write)) invoice.Email = email; // at least for this one
        var now = clock.GetUtcNow();
        invoice.Touch(now); // of two who give one at the same moment the second finds it given
        db.PageEvents.Add(new() { CreditorId = invoice.CreditorId, AboutId = invoice.Id, Kind = PageEvent.Email, Text = email, At = now });
        await settlement.ChangedAsync(invoice, write);
    }, ct);

    /// <summary>
    /// Mails the way to the list of the last months. It goes to the address that the creditor said: who merely holds the link of one
    /// invoice does not see the others, also not by giving an address first.
    /// </summary>
    /// <exception cref="RefusedException"><c>history_too_many</c>: three within an hour.</exception>
    public Task SendListAsync(Guid invoiceId, CancellationToken ct) => db.WriteOrRepeatAsync(async write =>
    {
        var invoice = await db.Invoices.AsNoTracking().SingleAsync(i => i.Id == invoiceId, write);
        var customer = await db.Customers.AsNoTracking().SingleAsync(c => c.Id == invoice.CustomerId, write);
        if (customer is not { Email: { } to, EmailIsGiven: false }) return;

        var now = clock.GetUtcNow();
        var (since, about) = (now.AddHours(-1), $"customer:{customer.Id}");
        if (await db.Mails.CountAsync(m => m.OwnerId == invoice.CreditorId && m.Purpose == "history" && m.About == about && m.CreatedAt > since, write) >= MostListsAnHour)
            throw new RefusedException("history_too_many", $"{MostListsAnHour} lists were sent within an hour.");

        await mail.HistoryAsync(db, invoice, customer, to, now, write);
        db.PageEvents.Add(new() { CreditorId = invoice.CreditorId, AboutId = invoice.Id, Kind = PageEvent.History, At = now });
    }, ct);
}
