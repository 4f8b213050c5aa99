using Domi.Engine.Users;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>All debtors of the creditor, the newest first.</summary>
internal sealed class CustomersModel(Desk desk) : ListPage(desk)
{
    public override string Section => "customers";

    protected override async Task<ListView?> ReadAsync(int most, CancellationToken ct)
    {
        var customers = Db.Customers.AsNoTracking().Where(c => c.CreditorId == Me).Found(Asked("q"));
        if (AfterId is { } after) customers = customers.Where(c => c.Id.CompareTo(after) < 0);
        return await new Tables(Db, T, Me).CustomersAsync(customers, most, ct) with
        {
            Filters = [new("q", T["console.search"], Asked("q"))],
            Links = Actor.May(ConsoleRole.User) ? [("/console/customers/new", T["console.new_customer"]), ("/console/import/customers", T["console.import"])] : [],
        };
    }
}
