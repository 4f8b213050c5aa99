using Domi.Engine.Transfers;
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
        if (AfterId is { } after) transfers = transfers.Where(t => t.Id.CompareTo(after) < 0);
        var rows = await transfers.OrderByDescending(t => t.Id).Take(most).ToListAsync(ct);
        return new(T["console.refunds"],
            [new(T["console.name"]), new("IBAN"), new(T["console.amount"], true), new(T["console.message"]), new(T["console.requested_on"]), new(T["console.state"])],
            [.. rows.Select(t => new Row(t.Id.ToString(), [new(t.Name), new(StateViews.Masked(t.Account)), new(t.Amount), new(t.Message, null, t.Ref), new(t.RequestedOn), new(StateViews.Of(T, t))]))])
        {
            Empty = T["console.none"],
            Filters = [new("q", T["console.search"], Asked("q")), new("state", T["console.state"], Asked("state"), Options<TransferState>("transfer"))],
        };
    }
}
