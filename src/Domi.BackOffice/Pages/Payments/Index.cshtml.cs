using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Domi.BackOffice.Pages.Shared;
using Domi.BackOffice.Statements;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Payments;

/// <summary>The payments of all statements: what waits for a person first.</summary>
public sealed class IndexModel(OfficeDb db, Texts t) : PageModel
{
    public const int Size = 50;

    // Each view is one state, which an index serves in the order of days.
    public static readonly IReadOnlyList<LineState> Views = [LineState.ToDo, LineState.Credit, LineState.Repay, LineState.Matched, LineState.Aside, LineState.Out];

    public sealed record Row(Guid Id, DateOnly On, string? Name, string? Text, decimal Amount, decimal Left, StateView State);

    public IReadOnlyList<Row> Rows { get; private set; } = [];

    public Pager Pager { get; private set; } = null!; // set by OnGet before the page is drawn

    public LineState View { get; private set; }

    public string? Q { get; private set; }

    /// <summary>Of what waits for somebody: how many, and how much of them is nowhere yet.</summary>
    public IReadOnlyDictionary<LineState, (int Count, decimal Left)> Waiting { get; private set; } = new Dictionary<LineState, (int, decimal)>();

    public int Held { get; private set; }

    public bool HasStatements { get; private set; }

    public async Task OnGetAsync(string? view, string? q, string? after, CancellationToken ct)
    {
        View = Views.FirstOrDefault(v => v.ToString().Equals(view, StringComparison.OrdinalIgnoreCase), LineState.ToDo);
        Q = q?.Trim() is { Length: > 0 and <= 100 } asked ? asked : null;
        LineState[] waits = [LineState.ToDo, LineState.Credit, LineState.Repay];
        Waiting = (await db.StatementLines.Where(l => waits.Contains(l.State)).GroupBy(l => l.State)
                .Select(g => new { g.Key, Count = g.Count(), Left = g.Sum(l => l.Amount - l.Paid - l.Credit - l.Repay - l.Aside), Credit = g.Sum(l => l.Credit), Repay = g.Sum(l => l.Repay) }).ToListAsync(ct))
            .ToDictionary(g => g.Key, g => (g.Count, g.Key is LineState.ToDo ? g.Left : g.Key is LineState.Credit ? g.Credit : g.Repay));
        Held = await db.Statements.CountAsync(s => s.State == StatementState.Held, ct);
        HasStatements = await db.Statements.AnyAsync(s => s.State != StatementState.Reading, ct);

        var lines = Like(db.StatementLines.AsNoTracking().Where(l => l.State == View), Q);
        if (PageKey.Read(after, 2) is [var day, var last] && DateOnly.TryParseExact(day, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var on) && Guid.TryParse(last, out var id))
            lines = lines.Where(l => l.BookedOn < on || (l.BookedOn == on && l.Id < id));
        var rows = await lines.OrderByDescending(l => l.BookedOn).ThenByDescending(l => l.Id).Take(Size + 1).ToListAsync(ct);
        Pager = Pager.Of(rows, Size, Request, l => [l.BookedOn.ToString("O", CultureInfo.InvariantCulture), l.Id.ToString()]);
        Rows = rows.ConvertAll(l => new Row(l.Id, l.BookedOn, l.CounterpartyName ?? (l.CounterpartyAccount is { } account ? LineStates.Masked(account) : null), l.Text, l.Amount,
            l.State is LineState.Credit ? l.Credit : l.State is LineState.Repay ? l.Repay : l.Rest, LineStates.Of(l, t)));
    }

    /// <summary>An account, a communication or an amount as it is; else a part of the name or the text.</summary>
    [SuppressMessage("Globalization", "CA1304", Justification = "The database lowers the letters; it knows no culture of ours.")]
    [SuppressMessage("Globalization", "CA1311", Justification = "The database lowers the letters; it knows no culture of ours.")]
    [SuppressMessage("Performance", "CA1862", Justification = "A comparison cannot be translated to SQL.")]
    private static IQueryable<StatementLine> Like(IQueryable<StatementLine> lines, string? q)
    {
        if (q is null) return lines;
        if (Iban.TryParse(q, out var iban)) return lines.Where(l => l.CounterpartyAccount == iban.Value);
        if (StructuredCommunication.TryParse(q, out var communication)) return lines.Where(l => l.Communication == communication);
        if (AmountText.TryRead(q, out var amount, out _)) return lines.Where(l => l.Amount == amount);
        var text = q.ToLowerInvariant();
        return lines.Where(l => l.CounterpartyName!.ToLower().Contains(text) || l.Text!.ToLower().Contains(text));
    }
}
