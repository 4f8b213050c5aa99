using Domi.Engine.Invoices;
using Domi.Engine.Users;
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
        if (AskedProfile is { } number) invoices = invoices.Where(i => Db.Profiles.Any(p => p.Id == i.ProfileId && p.Number == number));
        if (From is { } from) invoices = invoices.Where(i => i.Date >= from);
        if (To is { } to) invoices = invoices.Where(i => i.Date <= to);
        var all = invoices;
        if (AfterId is { } after) invoices = invoices.Where(i => i.Id.CompareTo(after) < 0);
        return await new Tables(Db, T, Me).InvoicesAsync(invoices, most, ct) with
        {
            Tabs = Presets("invoice", "Booked", "Expired", "Pending", "Paid"),
            Figures = [.. await TotalAsync(all.Select(i => i.Amount), ct), .. (await TotalAsync(all.Select(i => i.Amount - i.PaidAmount), ct)).Select(f => f with { Label = T["console.open_amount"] })],
            Filters = [new("q", T["console.search"], Asked("q")), new("state", T["console.state"], Asked("state"), Options<InvoiceState>("invoice")), new("profile", T["console.profile"], Asked("profile"), await ProfileOptions.ReadAsync(Db, Me, ct)), .. Days],
            Links = Actor.May(ConsoleRole.Administrator) ? [("/console/import/invoices", T["console.import"])] : [],
        };
    }
}
