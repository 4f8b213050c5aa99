using System.Globalization;
using Domi.BackOffice.Pages.Shared;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Mails;

/// <summary>What left by mail, and what became of it; uncertain and refused ones wait for a person.</summary>
public sealed class IndexModel(OfficeDb db, Actor actor, Texts t) : PageModel
{
    public const int Size = 50;

    public static readonly IReadOnlyList<string> Purposes = ["invoice", "reminder"];

    public sealed record Row(Guid Id, string Purpose, string To, string Subject, DateTimeOffset At, StateView State);

    public IReadOnlyList<Row> Rows { get; private set; } = [];

    public Pager Pager { get; private set; } = null!; // set by OnGet before the page is drawn

    public MailState? State { get; private set; }

    public string? Purpose { get; private set; }

    public IReadOnlyDictionary<MailState, int> Counts { get; private set; } = new Dictionary<MailState, int>();

    public async Task OnGetAsync(MailState? state, string? purpose, string? after, CancellationToken ct)
    {
        ModelState.Clear(); // a value that is none of a filter's is no filter
        (State, Purpose) = (state, Purposes.FirstOrDefault(p => p == purpose));
        // Mails stand in a table of the platform, which knows no own company: the owner is asked for here.
        var mine = db.Mails.AsNoTracking().Where(m => m.OwnerId == actor.CompanyId);
        Counts = await mine.Where(m => m.State != MailState.Accepted).GroupBy(m => m.State).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct);

        var mails = mine;
        if (state is not null) mails = mails.Where(m => m.State == state);
        if (Purpose is not null) mails = mails.Where(m => m.Purpose == Purpose);
        if (PageKey.Read(after, 2) is [var when, var last] && DateTimeOffset.TryParseExact(when, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var at) && Guid.TryParse(last, out var id))
            mails = mails.Where(m => m.CreatedAt < at || (m.CreatedAt == at && m.Id < id));

        var rows = await mails.OrderByDescending(m => m.CreatedAt).ThenByDescending(m => m.Id).Take(Size + 1)
            .Select(m => new { m.Id, m.Purpose, m.To, m.Subject, m.CreatedAt, m.State, m.LastAnswer }).ToListAsync(ct);
        Pager = Pager.Of(rows, Size, Request, r => [r.CreatedAt.ToString("O", CultureInfo.InvariantCulture), r.Id.ToString()]);
        Rows = rows.ConvertAll(r => new Row(r.Id, r.Purpose, r.To, r.Subject, r.CreatedAt, StateOf(r.State, r.LastAnswer, t)));
    }

    public static StateView StateOf(MailState state, string? answer, Texts t) => state switch
    {
        MailState.Waiting => new(answer is null ? "idle" : "warn", answer is null ? "none" : "warn", t["mails.state.waiting"], answer),
        MailState.HandingOver => new("busy", "busy", t["mails.state.handingover"]),
        MailState.Accepted => new("ok", "done", t["mails.state.accepted"]),
        MailState.Refused => new("bad", "fail", t["mails.state.refused"], answer),
        MailState.Withdrawn => new("idle", "off", t["mails.state.withdrawn"]),
        _ => new("warn", "unsure", t["mails.state.uncertain"]),
    };
}
