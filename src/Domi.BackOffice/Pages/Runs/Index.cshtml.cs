using Domi.BackOffice.Runs;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Runs;

/// <summary>The long actions of late, newest first.</summary>
public sealed class IndexModel(OfficeDb db) : PageModel
{
    public const int PageSize = 30;

    public sealed record Row(Guid Id, RunKind Kind, string StartedBy, DateTimeOffset StartedAt, bool IsFinished, int Total, int Done, int Failed);

    public IReadOnlyList<Row> Rows { get; private set; } = [];

    public Guid? Older { get; private set; }

    public async Task OnGetAsync(Guid? after, CancellationToken ct)
    {
        var runs = db.Runs.AsNoTracking();
        if (after is { } id && await db.Runs.Where(r => r.Id == id).Select(r => (DateTimeOffset?)r.StartedAt).SingleOrDefaultAsync(ct) is { } at)
            runs = runs.Where(r => r.StartedAt < at || (r.StartedAt == at && r.Id.CompareTo(id) < 0));
        var page = await runs.OrderByDescending(r => r.StartedAt).ThenByDescending(r => r.Id).Take(PageSize + 1).ToListAsync(ct);
        var ids = page.Take(PageSize).Select(r => r.Id).ToList();
        var counts = await db.RunItems.Where(i => ids.Contains(i.RunId)).GroupBy(i => new { i.RunId, i.State }).Select(g => new { g.Key.RunId, g.Key.State, Count = g.Count() }).ToListAsync(ct);
        Rows = [.. page.Take(PageSize).Select(r => new Row(r.Id, r.Kind, r.StartedBy, r.StartedAt, r.FinishedAt is not null, r.Total, Of(r.Id, ItemState.Done), Of(r.Id, ItemState.Failed)))];
        if (page.Count > PageSize) Older = Rows[^1].Id;

        int Of(Guid run, ItemState state) => counts.Where(c => c.RunId == run && c.State == state).Sum(c => c.Count);
    }
}
