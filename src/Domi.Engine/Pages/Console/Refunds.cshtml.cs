using Domi.Engine.Transfers;
using Domi.Engine.Users;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>Money that goes out, the newest first.</summary>
internal sealed class RefundsModel(Desk desk) : ListPage(desk)
{
    public override string Section => "refunds";

    protected override async Task<ListView?> ReadAsync(int most, CancellationToken ct)
    {
        var transfers = Db.Transfers.AsNoTracking().Where(t => t.CreditorId == Me).Found(Asked("q"));
        if (Asked<TransferState>("state") is { } state) transfers = transfers.Where(t => t.State == state);
        if (From is { } from) transfers = transfers.Where(t => t.RequestedOn >= from);
        if (To is { } to) transfers = transfers.Where(t => t.RequestedOn <= to);
        var all = transfers;
        if (AfterId is { } after) transfers = transfers.Where(t => t.Id.CompareTo(after) < 0);
        return await new Tables(Db, T, Me).RefundsAsync(transfers, most, ct) with
        {
            Tabs = Presets("transfer", "Open", "Sent", "Paid", "Failed"),
            Figures = await TotalAsync(all.Select(t => t.Amount), ct),
            Filters = [new("q", T["console.search"], Asked("q")), new("state", T["console.state"], Asked("state"), Options<TransferState>("transfer")), .. Days],
            Links = Actor.May(ConsoleRole.Administrator) ? [("/console/import/refunds", T["console.import"])] : [],
        };
    }
}
