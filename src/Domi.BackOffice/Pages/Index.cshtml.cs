using Domi.BackOffice.Connections;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Pages.Shared;
using Domi.BackOffice.Relations;
using Domi.BackOffice.Statements;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages;

/// <summary>What needs attention first; then where the money stands, what will be collected, and what happened last.</summary>
public sealed class IndexModel(OfficeDb db, Actor actor, BusinessClock clock, Texts t) : PageModel
{
    public sealed record Sum(int Count, decimal Amount);

    public sealed record Week(DateOnly Monday, int Count, decimal Amount, int Percent);

    /// <summary>Something a person has to decide, with the way there.</summary>
    public sealed record Item(string Look, string Glyph, string Words, string? Note, decimal? Amount, string Act, string Address);

    public string Today { get; private set; } = "";

    public DateTimeOffset? ReadAt { get; private set; }

    public Sum Outstanding { get; private set; } = new(0, 0);

    public Sum Overdue { get; private set; } = new(0, 0);

    public Sum Collecting { get; private set; } = new(0, 0);

    public Sum Invoiced { get; private set; } = new(0, 0);

    public decimal InvoicedPaid { get; private set; }

    public List<Item> Todo { get; } = [];

    public IReadOnlyList<Week> Weeks { get; private set; } = [];

    public IReadOnlyList<TimelineLine> Latest { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken ct)
    {
        var today = clock.Today;
        Today = $"{Capital(PageFormat.CultureOf(t.Language).DateTimeFormat.GetDayName(today.DayOfWeek))} {PageFormat.LongDay(today, t.Language)}";
        await ReadFiguresAsync(today, ct);
        await ReadWeeksAsync(ct);
        await ReadTodoAsync(ct);
        await ReadLatestAsync(ct);
    }

    private async Task ReadFiguresAsync(DateOnly today, CancellationToken ct)
    {
        var month = new DateOnly(today.Year, today.Month, 1);
        var totals = await db.InvoiceTotals.AsNoTracking().Where(x => x.State == PaymentState.Unpaid || x.State == PaymentState.PartiallyPaid || x.Month == month).ToListAsync(ct);
        var open = totals.Where(x => x.State is PaymentState.Unpaid or PaymentState.PartiallyPaid).ToList();
        var now = totals.Where(x => x.Month == month).ToList();
        Outstanding = new(open.Sum(x => x.Count), open.Sum(x => x.Open));
        Invoiced = new(now.Sum(x => x.Count), now.Sum(x => x.InclVat));
        InvoicedPaid = now.Sum(x => x.Paid);
        Overdue = await SumAsync(Open().Where(i => i.DueOn < today && i.Kind == InvoiceKind.Invoice), ct);
    }

    private async Task ReadWeeksAsync(CancellationToken ct)
    {
        var days = await Open().Where(i => i.ProviderState == "PENDING" && i.CollectionOn != null)
            .GroupBy(i => i.CollectionOn!.Value).Select(g => new { Day = g.Key, Count = g.Count(), Amount = g.Sum(i => i.Open) }).ToListAsync(ct);
        var weeks = days.GroupBy(d => d.Day.AddDays(-(((int)d.Day.DayOfWeek + 6) % 7))).OrderBy(g => g.Key).Select(g => (Monday: g.Key, Count: g.Sum(d => d.Count), Amount: g.Sum(d => d.Amount))).ToList();
        var most = weeks.Count == 0 ? 0 : weeks.Max(w => w.Amount);
        Collecting = new(weeks.Sum(w => w.Count), weeks.Sum(w => w.Amount));
        Weeks = [.. weeks.Take(12).Select(w => new Week(w.Monday, w.Count, w.Amount, most == 0 ? 0 : (int)(w.Amount * 100 / most)))];
    }

    private async Task ReadTodoAsync(CancellationToken ct)
    {
        var connections = await db.Connections.AsNoTracking().Where(c => c.IsActive).ToListAsync(ct);
        ReadAt = connections.Max(c => c.LastReadAt);
        var company = await db.Companies.AsNoTracking().SingleOrDefaultAsync(c => c.Id == actor.CompanyId, ct);

        foreach (var broken in connections.Where(c => c.LastError is not null))
            Add("bad", "fail", t["dashboard.connection_error", ("code", broken.LastError)], t["dashboard.connection_error_note"], null, t["dashboard.look"], "/settings/apps/twikey", administrator: true);

        await AddFailedCollectionsAsync(ct);

        foreach (var state in await db.Mails.Where(m => m.OwnerId == actor.CompanyId && (m.State == MailState.Uncertain || m.State == MailState.Refused)).GroupBy(m => m.State).Select(g => new { State = g.Key, Count = g.Count() }).ToListAsync(ct))
        {
            var uncertain = state.State is MailState.Uncertain;
            Add(uncertain ? "warn" : "bad", uncertain ? "unsure" : "fail", t[uncertain ? "dashboard.mails_uncertain" : "dashboard.mails_refused", ("count", state.Count)],
                t[uncertain ? "dashboard.mails_uncertain_note" : "dashboard.mails_refused_note"], null, t["dashboard.check"], uncertain ? "/mails?state=uncertain" : "/mails?state=refused");
        }

        await AddSumAsync(db.Invoices.Where(i => i.SendState == SendState.Failed), "bad", "fail", "dashboard.send_failed", "/invoices?view=unsent", ct);
        await AddSumAsync(db.Invoices.Where(i => i.SendState == SendState.Uncertain && i.SentTo == "provider"), "warn", "unsure", "dashboard.send_uncertain", "/invoices?view=unsent", ct);
        await AddSumAsync(Open().Where(i => i.LinkState == LinkState.Failed), "bad", "fail", "dashboard.link_failed", "/invoices?view=link", ct);
        await AddSumAsync(db.Invoices.Where(i => i.PaymentState == PaymentState.Overpaid), "warn", "warn", "dashboard.overpaid", "/invoices?payment=Overpaid", ct, owed: -1);

        if (await db.Statements.CountAsync(s => s.State == StatementState.Held, ct) is > 0 and var held)
            Add("warn", "warn", t["payments.held", ("count", held)], t["payments.held_note"], null, t["dashboard.look"], "/payments/statements?state=held");
        if (await db.StatementLines.CountAsync(l => l.State == LineState.ToDo, ct) is > 0 and var payments)
            Add("warn", "open", t["dashboard.payments_todo", ("count", payments)], t["dashboard.payments_todo_note"], null, t["dashboard.handle"], "/payments");

        var ids = connections.ConvertAll(c => c.Id);
        if (await db.Inbox.CountAsync(e => ids.Contains(e.ConnectionId) && e.State == InboxState.Quarantined, ct) is > 0 and var quarantined)
            Add("warn", "warn", t["dashboard.quarantined", ("count", quarantined)], t["dashboard.quarantined_note"], null, t["dashboard.look"], "/settings/apps/twikey", administrator: true);

        if (company is { CanInvoice: false } or { Email: "" })
            Add("warn", "warn", t["dashboard.company_incomplete"], t["dashboard.company_incomplete_note"], null, t["dashboard.complete"], "/settings", administrator: true);
        if (connections.Count == 0)
            Add("idle", "open", t["dashboard.not_connected"], t["dashboard.not_connected_note"], null, t["dashboard.connect"], "/settings/apps", administrator: true);

        await AddSumAsync(db.Invoices.Where(i => i.State == InvoiceState.Proposal), "idle", "open", "dashboard.proposals", "/proposals", ct);
    }

    private async Task AddFailedCollectionsAsync(CancellationToken ct)
    {
        var failed = await Open().Where(i => i.FailureCode != null).GroupBy(i => i.FailureCode!).Select(g => new { Code = g.Key, Count = g.Count(), Amount = g.Sum(i => i.Open) }).ToListAsync(ct);
        if (failed.Count == 0) return;

        var reasons = string.Join(" · ", failed.OrderByDescending(f => f.Count).Take(3).Select(f => t["dashboard.reason_count", ("reason", Capital($"{ReasonCodes.Describe(f.Code, t.Language)} ({f.Code})")), ("count", f.Count)]));
        Add("bad", "fail", t["dashboard.collections_failed", ("count", failed.Sum(f => f.Count))], reasons, failed.Sum(f => f.Amount), t["dashboard.handle"], "/invoices?view=refused");
    }

    private async Task AddSumAsync(IQueryable<Invoice> invoices, string look, string glyph, string words, string address, CancellationToken ct, int owed = 0)
    {
        var sum = owed < 0 ? await SumAsync(invoices, ct) : await invoices.GroupBy(_ => 1).Select(g => new Sum(g.Count(), g.Sum(i => i.TotalInclVat))).SingleOrDefaultAsync(ct) ?? new(0, 0);
        if (sum.Count > 0) Add(look, glyph, t[words, ("count", sum.Count)], t.Find(words + "_note"), owed < 0 ? -sum.Amount : sum.Amount, t[words is "dashboard.proposals" ? "dashboard.to_number" : "dashboard.handle"], address);
    }

    private void Add(string look, string glyph, string words, string? note, decimal? amount, string act, string address, bool administrator = false)
    {
        if (administrator && !actor.IsAdministrator) return; // who cannot act there is not sent there
        Todo.Add(new(look, glyph, words, note, amount, act, address));
    }


    private async Task ReadLatestAsync(CancellationToken ct)
    {
        var entries = await db.Timeline.AsNoTracking().OrderByDescending(e => e.At).ThenByDescending(e => e.Id).Take(12)
            .Select(e => new { Entry = e, Number = db.Invoices.Where(i => i.Id == e.InvoiceId).Select(i => i.Number).FirstOrDefault(), Relation = db.Relations.Where(r => r.Id == e.RelationId).Select(r => r.Name).FirstOrDefault() }).ToListAsync(ct);
        Latest = [.. entries.Select(e => TimelineLines.Of(e.Entry, t, e.Number, e.Relation))];
    }

    private static string Capital(string words) => words.Length == 0 ? words : char.ToUpperInvariant(words[0]) + words[1..];

    private IQueryable<Invoice> Open() => db.Invoices.Where(i => i.PaymentState == PaymentState.Unpaid || i.PaymentState == PaymentState.PartiallyPaid);

    private static async Task<Sum> SumAsync(IQueryable<Invoice> invoices, CancellationToken ct) =>
        await invoices.GroupBy(_ => 1).Select(g => new Sum(g.Count(), g.Sum(i => i.Open))).SingleOrDefaultAsync(ct) ?? new(0, 0);
}
