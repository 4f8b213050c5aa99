using Domi.BackOffice.Pages.Shared;
using Domi.BackOffice.Statements;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Payments;

/// <summary>One statement: what is wrong with it, its lines, and what a person decides of one that is held.</summary>
public sealed class StatementModel(OfficeDb db, DecideStatement decide, Actor actor, Texts t) : PageModel
{
    public const int Size = 100;

    public sealed record Row(Guid Id, DateOnly On, string? Name, string? Text, decimal Amount, StateView State);

    public BankStatement Statement { get; private set; } = null!; // set before the page is drawn

    public StateView State { get; private set; } = null!; // set with Statement

    public IReadOnlyList<Row> Rows { get; private set; } = [];

    public Pager Pager { get; private set; } = null!; // set with Statement

    public IReadOnlyDictionary<LineState, int> Counts { get; private set; } = new Dictionary<LineState, int>();

    public bool IsOfUnknownAccount => Statement.State is StatementState.Held && Statement.Findings.Any(f => f.Rule == "account.unknown");

    public async Task<IActionResult> OnGetAsync(Guid id, string? after, CancellationToken ct)
    {
        if (await db.Statements.AsNoTracking().SingleOrDefaultAsync(s => s.Id == id && s.State != StatementState.Reading, ct) is not { } statement) return NotFound();

        (Statement, State) = (statement, LineStates.Of(statement, t));
        Counts = await db.StatementLines.Where(l => l.StatementId == id).GroupBy(l => l.State).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct);
        var from = PageKey.Read(after, 1) is [var position] && int.TryParse(position, out var read) ? read : 0;
        var rows = await db.StatementLines.AsNoTracking().Where(l => l.StatementId == id && l.Position > from).OrderBy(l => l.Position).Take(Size + 1).ToListAsync(ct);
        Pager = Pager.Of(rows, Size, Request, l => [l.Position.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        Rows = rows.ConvertAll(l => new Row(l.Id, l.BookedOn, l.CounterpartyName, l.Text, l.Amount, LineStates.Of(l, t)));
        return Page();
    }

    public Task<IActionResult> OnPostReleaseAsync(Guid id, CancellationToken ct) => DecideAsync(id, () => decide.ReleaseAsync(id, actor.Name, ct), "payments.released", ct);

    public Task<IActionResult> OnPostThrowAwayAsync(Guid id, CancellationToken ct) => DecideAsync(id, () => decide.ThrowAwayAsync(id, actor.Name, ct), "payments.thrown_away", ct);

    private async Task<IActionResult> DecideAsync(Guid id, Func<Task> act, string said, CancellationToken ct)
    {
        if (!await db.Statements.AnyAsync(s => s.Id == id && s.State != StatementState.Reading, ct)) return NotFound();
        if (!await ModelState.AcceptsAsync(t, act)) return await OnGetAsync(id, null, ct);

        TempData["Toast"] = t[said];
        return Redirect($"/payments/statements/{id}");
    }
}
