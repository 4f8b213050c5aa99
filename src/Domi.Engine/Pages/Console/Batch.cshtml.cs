using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>What went to the bank together.</summary>
internal sealed class BatchModel(Desk desk) : ListPage(desk)
{
    [BindProperty(SupportsGet = true)]
    public long Number { get; set; }

    public override string Section => "batches";

    protected override async Task<ListView?> ReadAsync(int most, CancellationToken ct)
    {
        if (await Db.CollectionRuns.AsNoTracking().SingleOrDefaultAsync(r => r.CreditorId == Me && r.Number == Number, ct) is not { } run) return null;
        var debits = Db.DirectDebits.AsNoTracking().Where(d => d.CreditorId == Me && d.RunId == run.Id);
        if (AfterNumber is { } after) debits = debits.Where(d => d.Number < after);
        return await new Tables(Db, T, Me).DebitsAsync(debits, most, ct) with { Title = run.PaymentInformationId };
    }
}
