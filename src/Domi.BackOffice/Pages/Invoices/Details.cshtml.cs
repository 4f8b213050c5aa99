using Domi.BackOffice.Companies;
using Domi.BackOffice.Documents;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Ledger;
using Domi.BackOffice.Mandates;
using Domi.BackOffice.Pages.Shared;
using Domi.BackOffice.Payments;
using Domi.BackOffice.Relations;
using Domi.BackOffice.Reminders;
using Domi.BackOffice.Statements;
using Domi.BackOffice.Timeline;
using Domi.Platform;
using Domi.Rendering;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Invoices;

/// <summary>One invoice: its states, what happens next, its money, its history, and what can be done with it.</summary>
public sealed class DetailsModel(
    OfficeDb db, SendInvoice send, RemindInvoice remind, RegisterPayment register, EditProposal edit, EditInvoice change, MakePdf pdfs, Actor actor, BusinessClock clock, Texts t) : PageModel
{
    public sealed class PaymentForm
    {
        /// <summary>Chosen when the form was drawn: the same form sent twice is one payment.</summary>
        public Guid FormId { get; init; }

        public string? Amount { get; init; }

        public string? On { get; init; }
    }

    /// <summary>A movement with what was open after it.</summary>
    public sealed record Movement(DateOnly On, StateView What, decimal? Amount, decimal OpenAfter);

    public sealed record MailLine(Guid Id, string Subject, string To, DateTimeOffset At, MailState State);

    [BindProperty]
    public PaymentForm Money { get; set; } = new();

    public Invoice Invoice { get; private set; } = null!; // set before the page is drawn

    public Relation Relation { get; private set; } = null!;

    public OwnCompany Company { get; private set; } = null!;

    public Totals Totals { get; private set; } = null!;

    public InvoiceMarks Marks { get; private set; } = null!;

    public IReadOnlyList<InvoiceNote> Notes { get; private set; } = [];

    public IReadOnlyList<Movement> Movements { get; private set; } = [];

    public IReadOnlyList<MailLine> Mails { get; private set; } = [];

    public IReadOnlyList<TimelineEntry> Timeline { get; private set; } = [];

    /// <summary>Payments of this customer of which something is kept, and could pay this invoice.</summary>
    public IReadOnlyList<(Guid Line, decimal Amount)> Credits { get; private set; } = [];

    public string? Qr { get; private set; }

    public string? MandateAccount { get; private set; }

    public (Guid Id, string Number)? Credited { get; private set; }

    public IReadOnlyList<(Guid Id, string? Number)> CreditNotes { get; private set; } = [];

    /// <summary>The invoice was sent already: a second time is asked for once more.</summary>
    public bool AsksToSendAgain { get; private set; }

    /// <summary>Which of the two money forms is open: <c>payment</c> or <c>writeoff</c>.</summary>
    public string? OpenForm { get; private set; }

    /// <summary>Where the provider sends, the office sends what the provider never hears of, and asks again for what it failed to send.</summary>
    public bool CanSend => Invoice.SendState is SendState.NotSent or SendState.Failed or SendState.Sent
        && (Company.InvoicesSentBy is SentBy.Office || !Invoice.IsAtProvider || Invoice.SendState is SendState.Failed);

    public bool CanRemind => Company.RemindersSentBy is SentBy.Office && Invoice.CanBeReminded(clock.Today);

    public bool CanPay => Invoice.Kind is InvoiceKind.Invoice;

    public bool CanMakeAgain => Invoice.LinkState is LinkState.None or LinkState.Ready || Invoice.SendsWithoutLink;

    public DateOnly Today => clock.Today;

    public Task<IActionResult> OnGetAsync(Guid id, string? open, CancellationToken ct)
    {
        OpenForm = open;
        return DrawAsync(id, ct);
    }

    private async Task<IActionResult> DrawAsync(Guid id, CancellationToken ct)
    {
        await using var snapshot = await db.SnapshotAsync(ct); // what is open and the movements it comes from are of one moment
        if (await db.Invoices.AsNoTracking().Include(i => i.Lines.OrderBy(l => l.Position)).SingleOrDefaultAsync(i => i.Id == id, ct) is not { } invoice) return NotFound();
        if (invoice.State is InvoiceState.Proposal) return LocalRedirect($"/proposals/{id}");

        Invoice = invoice;
        Relation = await db.Relations.AsNoTracking().SingleAsync(r => r.Id == invoice.RelationId, ct);
        Company = await db.Companies.AsNoTracking().SingleAsync(c => c.Id == invoice.OwnCompanyId, ct);
        Totals = Totals.Of(invoice.Lines);
        Marks = new(t, Today);
        Notes = [.. new NextSteps(t, Marks, Today).Of(invoice, Relation, Company)];
        Movements = await MovementsAsync(ct);
        var about = $"invoice:{id}";
        Mails = await db.Mails.AsNoTracking().Where(m => m.About == about && m.OwnerId == invoice.OwnCompanyId).OrderByDescending(m => m.CreatedAt).Take(50)
            .Select(m => new MailLine(m.Id, m.Subject, m.To, m.AcceptedAt ?? m.CreatedAt, m.State)).ToListAsync(ct);
        Timeline = await db.Timeline.AsNoTracking().Where(e => e.InvoiceId == id).OrderByDescending(e => e.At).ThenByDescending(e => e.Id).Take(100).ToListAsync(ct);
        if (invoice.Kind is InvoiceKind.Invoice && invoice.Open > 0)
            Credits = [.. (await db.StatementLines.AsNoTracking().CreditOf(invoice.RelationId).OrderBy(l => l.BookedOn).Select(l => new { l.Id, l.Credit }).Take(20).ToListAsync(ct)).Select(l => (l.Id, l.Credit))];
        if (invoice.PaymentUrl is { } url) Qr = QrPicture.Svg(url, t["invoices.link.qr"]);
        if (invoice.MandateReference is not null) MandateAccount = (await RelationMandate.Of(db, invoice).Select(m => m.Account).SingleOrDefaultAsync(ct))?.Masked;
        if (invoice.CreditsInvoiceId is { } credited)
            Credited = (credited, await db.Invoices.Where(i => i.Id == credited).Select(i => i.Number).SingleOrDefaultAsync(ct) ?? "");
        CreditNotes = [.. (await db.Invoices.AsNoTracking().Where(i => i.RelationId == Relation.Id && i.CreditsInvoiceId == id).Select(i => new { i.Id, i.Number }).ToListAsync(ct)).Select(n => (n.Id, n.Number))];
        if (Money.FormId == Guid.Empty) Money = new() { FormId = Guid.CreateVersion7(), Amount = AmountLine.Write(Math.Max(0m, invoice.Open)), On = Today.ToString("O", System.Globalization.CultureInfo.InvariantCulture) };
        return Page();
    }

    public async Task<IActionResult> OnPostSendAsync(Guid id, bool again, bool withoutLink, CancellationToken ct)
    {
        if (!again && await db.Invoices.AnyAsync(i => i.Id == id && i.SendState == SendState.Sent, ct))
        {
            AsksToSendAgain = true;
            return await DrawAsync(id, ct);
        }

        return await DoAsync(id, () => send.RunAsync(id, withoutLink, actor.Name, ct, again), ct);
    }

    public Task<IActionResult> OnPostRemindAsync(Guid id, CancellationToken ct) => DoAsync(id, () => remind.RunAsync(id, actor.Name, ct), ct);

    public Task<IActionResult> OnPostPayAsync(Guid id, CancellationToken ct) => PostMoneyAsync(id, writesOff: false, ct);

    public Task<IActionResult> OnPostWriteOffAsync(Guid id, CancellationToken ct) => PostMoneyAsync(id, writesOff: true, ct);

    public async Task<IActionResult> OnPostCreditAsync(Guid id, CancellationToken ct)
    {
        if (!await KnownAsync(id, ct)) return NotFound();
        return await ModelState.AcceptsAsync(t, () => edit.CreditAsync(id, actor.Name, ct)) is { } note ? LocalRedirect($"/proposals/{note.Id}") : await DrawAsync(id, ct);
    }

    public Task<IActionResult> OnPostLinkAsync(Guid id, CancellationToken ct) => DoAsync(id, () => change.AskLinkAgainAsync(id, actor.Name, ct), ct);

    public Task<IActionResult> OnPostSettleAsync(Guid id, bool arrived, CancellationToken ct) => DoAsync(id, () => change.SettleSendingAsync(id, arrived, actor.Name, ct), ct);

    public Task<IActionResult> OnPostDocumentAsync(Guid id, CancellationToken ct) => DoAsync(id, () => pdfs.OfAsync(id, again: true, ct), ct);

    private Task<bool> KnownAsync(Guid id, CancellationToken ct) => db.Invoices.AnyAsync(i => i.Id == id, ct);

    private async Task<IActionResult> PostMoneyAsync(Guid id, bool writesOff, CancellationToken ct)
    {
        if (!await KnownAsync(id, ct)) return NotFound();
        var amount = AmountLine.Read(ModelState, "Money.Amount", Money.Amount, t);
        var on = DayLine.Read(ModelState, "Money.On", Money.On, t, required: !writesOff) ?? Today;
        if (amount is { } sum && ModelState.IsValid
            && await ModelState.AcceptsAsync(t, () => register.RunAsync(id, Money.FormId == Guid.Empty ? Guid.CreateVersion7() : Money.FormId, sum, on, writesOff, actor.Name, ct), "Money") is not null)
            return RedirectToPage(new { id });

        OpenForm = writesOff ? "writeoff" : "payment";
        return await DrawAsync(id, ct);
    }

    private async Task<IActionResult> DoAsync<T>(Guid id, Func<Task<T>> act, CancellationToken ct)
        where T : class
    {
        if (!await KnownAsync(id, ct)) return NotFound();
        return await ModelState.AcceptsAsync(t, act) is not null ? RedirectToPage(new { id }) : await DrawAsync(id, ct);
    }

    private async Task<IReadOnlyList<Movement>> MovementsAsync(CancellationToken ct)
    {
        var entries = await db.LedgerEntries.AsNoTracking().Where(e => e.InvoiceId == Invoice.Id).ToListAsync(ct);
        var failures = await db.FailedAttempts.AsNoTracking().Where(a => a.InvoiceId == Invoice.Id).ToListAsync(ct);
        var open = 0m;
        var movements = new List<Movement>();
        var steps = entries.Select(e => (e.OccurredAt, Order: e.Kind is EntryKind.Booked ? 0 : 1, e.PostedAt, Entry: (LedgerEntry?)e, Failure: (FailedAttempt?)null))
            .Concat(failures.Where(f => entries.TrueForAll(e => e.Key != f.Key)).Select(f => (f.OccurredAt, Order: 1, PostedAt: f.OccurredAt, Entry: (LedgerEntry?)null, Failure: (FailedAttempt?)f)));
        foreach (var step in steps.OrderBy(s => s.Order).ThenBy(s => s.OccurredAt).ThenBy(s => s.PostedAt))
        {
            if (step.Entry is { } entry)
            {
                var effect = entry.Kind is EntryKind.Booked ? entry.Amount : -Ledger.Ledger.EffectOf(entry);
                open += effect;
                movements.Add(new(entry.OccurredAt.BrusselsDate(), MovementWords.Of(entry, t), effect, open));
            }
            else if (step.Failure is { } failure) movements.Add(new(failure.OccurredAt.BrusselsDate(), MovementWords.Of(failure, t), null, open));
        }

        return movements;
    }
}
