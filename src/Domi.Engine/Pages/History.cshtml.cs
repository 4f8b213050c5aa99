using Domi.Engine.Creditors;
using Domi.Engine.Invoices;
using Domi.Engine.Mandates;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages;

/// <summary>
/// The invoices of one customer at one creditor, of the last three months. Its address comes by mail to the customer, or from his own
/// page: the link of one invoice does not open it.
/// </summary>
internal sealed class HistoryModel(CustomerAccess access, EngineDb db, CreditorKeys keys, BusinessClock clock, Texts texts) : HostedPage(texts)
{
    private const int Most = 100;

    public IReadOnlyList<Invoice> Invoices { get; private set; } = [];

    public DateOnly Since => clock.Today.AddMonths(-3);

    public string PageOf(Invoice invoice) => At("/pay/" + keys.InvoiceToken(Creditor!, invoice.Id));

    public string StateOf(Invoice invoice) => invoice.State switch
    {
        InvoiceState.Paid => T["history.paid"],
        InvoiceState.Pending => T["history.collected"],
        InvoiceState.Archived => T["history.archived"],
        _ when invoice.Amount < 0 => T["history.credit"],
        InvoiceState.Expired => T["history.late", ("amount", Money(invoice.Open)), ("day", Day(invoice.DueOn))],
        _ => T["history.open", ("amount", Money(invoice.Open)), ("day", Day(invoice.DueOn))],
    };

    public async Task<IActionResult> OnGetAsync(string token, CancellationToken ct)
    {
        if (access.ReadList(token, clock.GetUtcNow()) is not { } key || await db.Customers.AsNoTracking().SingleOrDefaultAsync(c => c.Id == key.CustomerId, ct) is not { } customer) return NotFound();
        if (key.IsEntry) return Redirect(At("/history/" + access.ListVisitOf(customer.Id, clock.GetUtcNow())));

        var facts = await CreditorFacts.ReadAsync(db, customer.CreditorId, ct);
        Creditor = facts.Creditor;
        Speak(customer.Language);
        var (since, profiles) = (Since, facts.Profiles.Where(p => p.ShowsHistory).Select(p => p.Id).ToList());
        Invoices = await db.Invoices.AsNoTracking().Where(i => i.CreditorId == customer.CreditorId && i.CustomerId == customer.Id && i.Date >= since && profiles.Contains(i.ProfileId))
            .OrderByDescending(i => i.Date).ThenByDescending(i => i.Id).Take(Most).ToListAsync(ct);
        return Page();
    }
}
