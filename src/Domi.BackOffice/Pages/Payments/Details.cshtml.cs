using Domi.BackOffice.Invoices;
using Domi.BackOffice.Ledger;
using Domi.BackOffice.Pages.Shared;
using Domi.BackOffice.Relations;
using Domi.BackOffice.Statements;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Payments;

/// <summary>One payment: what it may be for, what was done with it, and what a person does.</summary>
public sealed class DetailsModel(OfficeDb db, SettleLine settle, SuggestInvoices suggest, Actor actor, Texts t) : PageModel
{
    private const int MostOpen = 20;
    private const int MostRelations = 10;

    public sealed class PartForm
    {
        public Guid InvoiceId { get; init; }

        public string? Amount { get; init; }
    }

    public sealed class Form
    {
        /// <summary>Of the payment as it was shown.</summary>
        public int Version { get; init; }

        public List<PartForm> Parts { get; init; } = [];

        public bool KeepsRest { get; init; }

        public Guid RelationId { get; init; }

        public string? Word { get; init; }

        public Guid What { get; init; }
    }

    /// <summary>An entry or a mark, with whether it can be taken back.</summary>
    public sealed record Step(Guid Id, DateTimeOffset At, string Who, string Words, decimal Amount, Guid? InvoiceId, string? Number, bool IsTakenBack, bool CanTakeBack);

    public sealed record OpenInvoice(Guid Id, string Number, string Relation, DateOnly? DueOn, decimal Open);

    [BindProperty]
    public Form Input { get; set; } = new();

    public StatementLine Line { get; private set; } = null!; // set before the page is drawn

    public BankStatement Statement { get; private set; } = null!; // set with Line

    public StateView State { get; private set; } = null!; // set with Line

    public string? Relation { get; private set; }

    public (Guid Id, string Number)? Invoice { get; private set; }

    public IReadOnlyList<Step> Steps { get; private set; } = [];

    public IReadOnlyList<Suggestion> Suggestions { get; private set; } = [];

    /// <summary>What can be paid by hand: of those who were suggested, or searched for.</summary>
    public IReadOnlyList<OpenInvoice> Open { get; private set; } = [];

    public IReadOnlyList<(Guid Id, string Name)> Relations { get; private set; } = [];

    public string? Q { get; private set; }

    /// <summary>What a person can still give out: what is nowhere, and what was kept.</summary>
    public decimal Left => Line.Rest + Line.Credit;

    public async Task<IActionResult> OnGetAsync(Guid id, string? q, CancellationToken ct)
    {
        if (await db.StatementLines.AsNoTracking().SingleOrDefaultAsync(l => l.Id == id && l.State != LineState.New, ct) is not { } line) return NotFound();

        (Line, State, Q) = (line, LineStates.Of(line, t), q?.Trim() is { Length: > 0 and <= 100 } asked ? asked : null);
        Statement = await db.Statements.AsNoTracking().SingleAsync(s => s.Id == line.StatementId, ct);
        if (line.RelationId is { } relation) Relation = await db.Relations.Where(r => r.Id == relation).Select(r => r.Name).SingleOrDefaultAsync(ct);
        if (line.InvoiceId is { } invoice && await db.Invoices.Where(i => i.Id == invoice).Select(i => i.Number).SingleOrDefaultAsync(ct) is { } number) Invoice = (invoice, number);
        Steps = await StepsAsync(ct);
        if (Left > 0) await FindAsync(ct);
        return Page();
    }

    public Task<IActionResult> OnPostBookAsync(Guid id, string? q, CancellationToken ct)
    {
        var parts = new List<SettleLine.Part>();
        for (var i = 0; i < Input.Parts.Count; i++)
            if (!string.IsNullOrWhiteSpace(Input.Parts[i].Amount) && AmountLine.Read(ModelState, $"Input.Parts[{i}].Amount", Input.Parts[i].Amount, t) is { } amount) parts.Add(new(Input.Parts[i].InvoiceId, amount));
        return DoAsync(id, q, () => settle.PayAsync(id, Input.Version, parts, Input.KeepsRest, actor.Name, ct), ct);
    }

    public Task<IActionResult> OnPostCreditAsync(Guid id, string? q, CancellationToken ct) => DoAsync(id, q, () => settle.CreditAsync(id, Input.Version, Input.RelationId, actor.Name, ct), ct);

    public Task<IActionResult> OnPostRepayAsync(Guid id, CancellationToken ct) => DoAsync(id, null, () => settle.RepayAsync(id, Input.Version, actor.Name, ct), ct);

    public Task<IActionResult> OnPostAsideAsync(Guid id, CancellationToken ct) => DoAsync(id, null, () => settle.SetAsideAsync(id, Input.Version, Input.Word, actor.Name, ct), ct);

    public Task<IActionResult> OnPostKnownAsync(Guid id, CancellationToken ct) => DoAsync(id, null, () => settle.IsKnownAsync(id, Input.Version, actor.Name, ct), ct);

    public Task<IActionResult> OnPostTakeBackAsync(Guid id, CancellationToken ct) => DoAsync(id, null, () => settle.TakeBackAsync(id, Input.Version, Input.What, actor.Name, ct), ct);

    private async Task<IActionResult> DoAsync(Guid id, string? q, Func<Task<StatementLine>> act, CancellationToken ct)
    {
        if (!await db.StatementLines.AnyAsync(l => l.Id == id && l.State != LineState.New, ct)) return NotFound();
        if (!ModelState.IsValid || await ModelState.AcceptsAsync(t, act) is null) return await OnGetAsync(id, q, ct);

        TempData["Toast"] = t["payments.saved"];
        return Redirect($"/payments/{id}");
    }

    private async Task FindAsync(CancellationToken ct)
    {
        Suggestions = await suggest.OfAsync(Line, ct);
        var relations = Q is null
            ? [.. Suggestions.Select(s => s.RelationId).Concat(Line.RelationId is { } own ? [own] : []).Distinct().Take(MostRelations)]
            : await db.Relations.Called(Q).OrderBy(r => r.Name).Select(r => r.Id).Take(MostRelations).ToListAsync(ct);
        var upper = Q?.ToUpperInvariant();
        var open = await db.Invoices.AsNoTracking().Where(i => i.State == InvoiceState.Numbered && i.Kind == InvoiceKind.Invoice && (i.PaymentState == PaymentState.Unpaid || i.PaymentState == PaymentState.PartiallyPaid)
            && (relations.Contains(i.RelationId) || i.Number == upper)).OrderBy(i => i.DueOn).ThenBy(i => i.Id).Take(MostOpen).ToListAsync(ct);
        relations = [.. relations.Concat(open.Select(i => i.RelationId)).Distinct()];
        var names = await db.Relations.Where(r => relations.Contains(r.Id)).ToDictionaryAsync(r => r.Id, r => r.Name, ct);
        Open = open.ConvertAll(i => new OpenInvoice(i.Id, i.Number!, names.GetValueOrDefault(i.RelationId, ""), i.DueOn, i.Open));
        Relations = [.. names.Select(n => (n.Key, n.Value)).OrderBy(n => n.Value, StringComparer.CurrentCulture)];
    }

    private async Task<IReadOnlyList<Step>> StepsAsync(CancellationToken ct)
    {
        var entries = await db.LedgerEntries.AsNoTracking().Where(e => e.LineId == Line.Id).ToListAsync(ct);
        var marks = await db.LineMarks.AsNoTracking().Where(m => m.LineId == Line.Id).ToListAsync(ct);
        var invoices = entries.Select(e => e.InvoiceId).Distinct().ToList();
        var numbers = await db.Invoices.Where(i => invoices.Contains(i.Id)).ToDictionaryAsync(i => i.Id, i => i.Number, ct);
        var steps = entries.Select(e => (e.PostedAt, Order: e.Kind is EntryKind.Paid ? 0 : 1, Step: new Step(e.Id, e.PostedAt, Who(e.Actor!), t[e.Kind is EntryKind.Paid ? "payments.step.paid" : "payments.step.taken_back"], e.Amount, e.InvoiceId, numbers.GetValueOrDefault(e.InvoiceId),
                e.Kind is EntryKind.Paid && entries.Exists(r => r.Kind is EntryKind.Reversed && r.Key == e.Key), e.Kind is EntryKind.Paid)))
            .Concat(marks.Select(m => (PostedAt: m.At, Order: m.Step, Step: new Step(m.Id, m.At, Who(m.Actor), t[m.Undoes is not null ? "payments.step.taken_back" : $"payments.step.{m.Kind}"] + (m.Word is null ? "" : $": {m.Word}"), Math.Abs(m.Amount), null, null,
                m.Undoes is null && marks.Exists(u => u.Undoes == m.Id), m.Undoes is null))));
        return [.. steps.OrderBy(s => s.PostedAt).ThenBy(s => s.Order).Select(s => s.Step)];
    }

    private string Who(string who) => TimelineLines.Who(who, t);
}
