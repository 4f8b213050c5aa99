using Domi.Engine.Invoices;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>All invoices, the newest first.</summary>
internal sealed class InvoicesModel(Desk desk) : ListPage(desk)
{
    public override string Section => "invoices";

    protected override async Task<ListView?> ReadAsync(int most, CancellationToken ct)
    {
        var invoices = Db.Invoices.AsNoTracking().Where(i => i.CreditorId == Me).Found(Db.Customers.Where(c => c.CreditorId == Me), Asked("q"));
        if (Asked<InvoiceState>("state") is { } state) invoices = invoices.Where(i => i.State == state);
        if (AfterId is { } after) invoices = invoices.Where(i => i.Id.CompareTo(after) < 0);
        return await new Tables(Db, T, Me).InvoicesAsync(invoices, most, ct) with
        {
            Filters = [new("q", T["console.search"], Asked("q")), new("state", T["console.state"], Asked("state"), Options<InvoiceState>("invoice"))],
        };
    }
}
