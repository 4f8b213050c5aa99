using Domi.BackOffice.Runs;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Runs;

/// <summary>How far a run is.</summary>
public sealed record RunProgress(int Total, int Done, int Failed, bool IsFinished)
{
    public int Left => Math.Max(0, Total - Done - Failed);

    public static async Task<RunProgress?> ReadAsync(OfficeDb db, Guid id, CancellationToken ct)
    {
        if (await db.Runs.AsNoTracking().Where(r => r.Id == id).Select(r => new { r.Total, r.FinishedAt }).SingleOrDefaultAsync(ct) is not { } run) return null;
        var counts = await db.RunItems.Where(i => i.RunId == id).GroupBy(i => i.State).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(ct);
        return new(run.Total, counts.Where(c => c.Key is ItemState.Done).Sum(c => c.Count), counts.Where(c => c.Key is ItemState.Failed).Sum(c => c.Count), run.FinishedAt is not null);
    }
}
