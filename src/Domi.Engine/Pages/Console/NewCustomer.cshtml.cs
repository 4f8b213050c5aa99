using Domi.Engine.Customers;
using Domi.Engine.Users;
using Domi.Engine.Wire;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;

namespace Domi.Engine.Pages.Console;

/// <summary>A debtor that somebody types in.</summary>
internal sealed class NewCustomerModel(Desk desk) : ConsolePage(desk)
{
    public override string Section => "customers";

    public IActionResult OnGet() => Actor.May(ConsoleRole.User) ? Page() : NotFound();

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        Customer? made = null;
        var answer = await ActAsync(ConsoleRole.User, "customer.add", async token =>
        {
            var block = CustomerBlock.Of(Typed());
            if (block.CustomerNumber is null && block.Email is null) throw Call.Missing(T["console.customer_number"]);
            if (await FindOrCreate.KnownAsync(Db, Me, block, token) is not null) throw new RefusedException("err_duplicate_ref", "There is such a customer.") { Field = "customerNumber" };
            made = await FindOrCreate.CustomerAsync(Db, Me, block, token);
            return made.DisplayName;
        }, "/console/customers/new", ct);
        return made is not null && answer is LocalRedirectResult ? LocalRedirect("/console/customers/" + made.Id) : answer;
    }
}
