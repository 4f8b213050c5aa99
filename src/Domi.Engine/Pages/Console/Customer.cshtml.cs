using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>One debtor with agreements, invoices, transactions and links.</summary>
internal sealed class CustomerModel(Desk desk) : ConsolePage(desk)
{
    public override string Section => "customers";

    public DetailView Detail { get; private set; } = null!; // set before the page is drawn

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken ct)
    {
        if (await Db.Customers.AsNoTracking().SingleOrDefaultAsync(c => c.CreditorId == Me && c.Id == id, ct) is not { } c) return NotFound();

        var tables = new Tables(Db, T, Me);
        Detail = new(c.DisplayName, null, c.CustomerNumber,
        [
            new(T["console.customer_number"], new(c.CustomerNumber)), new(T["console.email"], new(c.Email)), new(T["console.mobile"], new(c.Mobile)), new(T["console.contact"], new($"{c.FirstName} {c.LastName}".Trim())),
            new(T["console.enterprise_number"], new(c.EnterpriseNumber)), new(T["console.address"], new(string.Join(", ", new[] { c.Street, $"{c.Zip} {c.City}".Trim(), c.Country }.Where(p => !string.IsNullOrEmpty(p))))),
            new(T["page.language"], new(c.Language?.ToUpperInvariant())),
        ],
        [],
        [
            await tables.AgreementsAsync(Db.Mandates.AsNoTracking().Where(m => m.CustomerId == id), ct: ct),
            await tables.InvoicesAsync(Db.Invoices.AsNoTracking().Where(i => i.CustomerId == id), ct: ct),
            await tables.DebitsAsync(Db.DirectDebits.AsNoTracking().Where(d => !d.IsSuperseded && Db.Mandates.Any(m => m.Id == d.MandateId && m.CustomerId == id)), ct: ct),
            await tables.LinksAsync(Db.PayLinks.AsNoTracking().Where(l => l.CustomerId == id), ct: ct),
        ]);
        return Page();
    }
}
