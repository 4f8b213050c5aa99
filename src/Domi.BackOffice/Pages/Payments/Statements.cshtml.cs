using System.Globalization;
using Domi.BackOffice.Pages.Shared;
using Domi.BackOffice.Statements;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Payments;

/// <summary>The statements that came, the newest first.</summary>
public sealed class StatementsModel(OfficeDb db, Texts t) : PageModel
{
    public const int Size = 50;

    public static readonly IReadOnlyList<StatementState> Views = [StatementState.Booked, StatementState.Held, StatementState.ThrownAway];

    public sealed record Row(Guid Id, string Name, string Account, DateOnly? From, DateOnly? Until, int Lines, decimal Credits, decimal Debits, decimal? Closing, DateTimeOffset At, StateView State);

    public IReadOnlyList<Row> Rows { get; private set; } = [];

    public Pager Pager { get; private set; } = null!; // set by OnGet before the page is drawn

    public StatementState State { get; private set; }

    public int Held { get; private set; }

    public async Task OnGetAsync(string? state, string? after, CancellationToken ct)
    {
        State = Views.FirstOrDefault(v => v.ToString().Equals(state, StringComparison.OrdinalIgnoreCase), StatementState.Booked);
        Held = await db.Statements.CountAsync(s => s.State == StatementState.Held, ct);
        var statements = db.Statements.AsNoTracking().Where(s => s.State == State);
        if (PageKey.Read(after, 2) is [var when, var last] && DateTimeOffset.TryParseExact(when, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var at) && Guid.TryParse(last, out var id))
            statements = statements.Where(s => s.ImportedAt < at || (s.ImportedAt == at && s.Id < id));
        var rows = await statements.OrderByDescending(s => s.ImportedAt).ThenByDescending(s => s.Id).Take(Size + 1).ToListAsync(ct);
        Pager = Pager.Of(rows, Size, Request, s => [s.ImportedAt.ToString("O", CultureInfo.InvariantCulture), s.Id.ToString()]);
        Rows = rows.ConvertAll(s => new Row(s.Id, s.Name, LineStates.Account(s.Account), s.From, s.Until, s.Lines, s.Credits, s.Debits, s.Closing, s.ImportedAt, LineStates.Of(s, t)));
    }
}
