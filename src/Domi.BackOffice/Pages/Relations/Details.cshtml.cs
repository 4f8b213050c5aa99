using Domi.BackOffice.Documents;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Mandates;
using Domi.BackOffice.Pages.Shared;
using Domi.BackOffice.Relations;
using Domi.BackOffice.Statements;
using Domi.BackOffice.Timeline;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Relations;

/// <summary>All about a relation: how it pays and why, its mandates and invitations, invoices, documents, and what happened.</summary>
public sealed class DetailsModel(OfficeDb db, EditRelation edit, Actor actor, BusinessClock clock, Texts t) : PageModel
{
    public sealed record MandateRow(string Reference, string Scheme, StateView State, string? Account, DateOnly? SignedOn, string? CreditorIdentifier);

    public sealed record InvitationRow(string Profile, StateView State, string? Reference, string InvitedBy, DateTimeOffset At);

    public sealed record AccountRow(string Iban, string? Bank, string? Mandate, bool IsDefault);

    public sealed record InvoiceRow(Guid Id, string? Number, bool IsCreditNote, DateOnly? Date, DateOnly? DueOn, decimal Total, decimal Open, StateView State);

    public sealed record DocumentRow(Guid Id, string Name, DocumentType Type, DateTimeOffset At);

    public Relation Relation { get; private set; } = null!; // set before the page is drawn

    public IReadOnlyList<MandateRow> Mandates { get; private set; } = [];

    public IReadOnlyList<InvitationRow> Invitations { get; private set; } = [];

    public IReadOnlyList<AccountRow> Accounts { get; private set; } = [];

    /// <summary>In full only for who asks, and then it is noted that somebody looked.</summary>
    public bool ShowsAccounts { get; private set; }

    public IReadOnlyList<InvoiceRow> Invoices { get; private set; } = [];

    public IReadOnlyList<DocumentRow> Documents { get; private set; } = [];

    public IReadOnlyList<TimelineLine> Timeline { get; private set; } = [];

    /// <summary>Payments of which something is kept for this customer.</summary>
    public IReadOnlyList<(Guid Line, DateOnly On, decimal Amount)> Credits { get; private set; } = [];

    public decimal Open { get; private set; }

    public int OpenCount { get; private set; }

    public decimal Overdue { get; private set; }

    public int LateDays { get; private set; }

    public decimal Invoiced { get; private set; }

    public int InvoicedCount { get; private set; }

    public decimal Proposals { get; private set; }

    public int ProposalCount { get; private set; }

    public int DueDays { get; private set; }

    public string Address => string.Join(", ", new[] { Relation.Street, $"{Relation.Zip} {Relation.City}".Trim(), Relation.Country == "BE" ? "" : Relation.Country }.Where(p => p.Length > 0));

    public string? Contact => $"{Relation.FirstName} {Relation.LastName}".Trim() is { Length: > 0 } name && name != Relation.Name ? name : null;

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken ct)
    {
        await using var snapshot = await db.SnapshotAsync(ct); // the figures, the mandates and the method of one moment
        if (await db.Relations.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, ct) is not { } relation) return NotFound();

        Relation = relation;
        DueDays = relation.DueDays ?? await db.Companies.Select(c => c.DefaultDueDays).SingleAsync(ct);
        await ReadInvoicesAsync(id, clock.Today, ct);
        await ReadMandatesAsync(id, ct);
        Credits = [.. (await db.StatementLines.AsNoTracking().CreditOf(id).OrderBy(l => l.BookedOn).Select(l => new { l.Id, l.BookedOn, l.Credit }).Take(20).ToListAsync(ct)).Select(l => (l.Id, l.BookedOn, l.Credit))];
        Documents = await db.Documents.Where(d => d.RelationId == id).OrderByDescending(d => d.CreatedAt).Take(10).Select(d => new DocumentRow(d.Id, d.Name, d.Type, d.CreatedAt)).ToListAsync(ct);
        var entries = await db.Timeline.AsNoTracking().Where(e => e.RelationId == id).OrderByDescending(e => e.At).ThenByDescending(e => e.Id).Take(15)
            .Select(e => new { Entry = e, Number = db.Invoices.Where(i => i.Id == e.InvoiceId).Select(i => i.Number).FirstOrDefault() }).ToListAsync(ct);
        Timeline = [.. entries.Select(e => TimelineLines.Of(e.Entry, t, e.Number))];
        return Page();
    }

    /// <summary>Shows the account numbers in full, once: whoever looked stands in the timeline.</summary>
    public async Task<IActionResult> OnPostAccountsAsync(Guid id, CancellationToken ct)
    {
        if (await db.Relations.SingleOrDefaultAsync(r => r.Id == id, ct) is not { } relation) return NotFound();

        db.Note(relation, "accounts_shown", actor.Name, clock.GetUtcNow());
        await db.SaveChangesAsync(ct);
        ShowsAccounts = true;
        return await OnGetAsync(id, ct);
    }

    public async Task<IActionResult> OnPostMethodAsync(Guid id, PaymentMethod? method, CancellationToken ct)
    {
        if (!await db.Relations.AnyAsync(r => r.Id == id, ct)) return NotFound();
        if (!ModelState.IsValid) return BadRequest();
        if (!await ModelState.AcceptsAsync(t, () => edit.ChooseMethodAsync(id, method, actor.Name, ct))) return await OnGetAsync(id, ct);
        return Redirect($"/relations/{id}");
    }

    private async Task ReadInvoicesAsync(Guid id, DateOnly today, CancellationToken ct)
    {
        var since = today.AddYears(-1);
        var sums = await db.Invoices.Where(i => i.RelationId == id && (i.State == InvoiceState.Proposal || i.Date >= since || i.PaymentState == PaymentState.Unpaid || i.PaymentState == PaymentState.PartiallyPaid))
            .Select(i => new { i.State, i.Kind, i.PaymentState, i.Date, i.DueOn, i.Open, i.TotalInclVat, i.TotalExclVat }).ToListAsync(ct);
        var open = sums.Where(i => i.PaymentState is PaymentState.Unpaid or PaymentState.PartiallyPaid).ToList();
        var late = open.Where(i => i.Kind is InvoiceKind.Invoice && i.DueOn < today).ToList();
        var year = sums.Where(i => i.State is InvoiceState.Numbered && i.Date >= since).ToList();
        var proposals = sums.Where(i => i.State is InvoiceState.Proposal).ToList();
        (Open, OpenCount) = (open.Sum(i => i.Open), open.Count);
        (Overdue, LateDays) = (late.Sum(i => i.Open), late.Count == 0 ? 0 : today.DayNumber - late.Min(i => i.DueOn!.Value).DayNumber);
        (Invoiced, InvoicedCount) = (year.Sum(i => i.TotalInclVat), year.Count);
        (Proposals, ProposalCount) = (proposals.Sum(i => i.TotalInclVat), proposals.Count);

        var rows = await db.Invoices.AsNoTracking().Where(i => i.RelationId == id && i.State == InvoiceState.Numbered).OrderByDescending(i => i.Date).ThenByDescending(i => i.Number).Take(12).ToListAsync(ct);
        Invoices = [.. rows.Select(i => new InvoiceRow(i.Id, i.Number, i.Kind is InvoiceKind.CreditNote, i.Date, i.DueOn, i.TotalInclVat, i.Open,
            InvoiceStates.Payment(InvoiceFacts.Of(i), today, t)))];
    }

    private async Task ReadMandatesAsync(Guid id, CancellationToken ct)
    {
        var mandates = await db.RelationMandates.AsNoTracking().Where(m => m.RelationId == id).OrderByDescending(m => m.UpdatedAt).Take(20).ToListAsync(ct);
        Mandates = [.. mandates.Select(m => new MandateRow(m.Reference, m.Scheme, StateOf(m), Shown(m.Account), m.SignedOn, m.CreditorIdentifier))];
        var invitations = await db.Invitations.AsNoTracking().Where(i => i.RelationId == id).OrderByDescending(i => i.CreatedAt).Take(10).ToListAsync(ct);
        Invitations = [.. invitations.Select(i => new InvitationRow(i.ProfileName, StateOf(i), i.MandateReference, TimelineLines.Who(i.InvitedBy, t), i.InvitedAt ?? i.CreatedAt))];
        var accounts = await db.RelationAccounts.AsNoTracking().Where(a => a.RelationId == id).OrderByDescending(a => a.IsDefault).ThenBy(a => a.AddedAt).ToListAsync(ct);
        Accounts = [.. accounts.Select(a => new AccountRow(Shown(a.Iban)!, BelgianBanks.NameOf(a.Iban) ?? a.Bic?.Value, a.MandateReference, a.IsDefault))];
    }

    private string? Shown(Iban? account) => ShowsAccounts ? account?.ToString() : account?.Masked;

    private StateView StateOf(RelationMandate m) => m switch
    {
        { State: "SIGNED", IsCollectable: true } => new("ok", "done", t["relations.mandate.active"]),
        { State: "SIGNED" } => new("warn", "warn", t["relations.mandate.suspended"]),
        { State: "SIGNED_PENDING_DEBTOR_BANK" } => new("busy", "busy", t["relations.mandate.waits_for_bank"]),
        { State: "CANCELLED" } => new("idle", "off", t["relations.mandate.ended"], Reasons.Of(m.CancelReason, t)),
        { State: "EXPIRED" } => new("idle", "off", t["relations.mandate.expired"]),
        { State: "PREPARED" } => new("idle", "none", t["relations.mandate.prepared"]),
        _ => new("idle", "open", m.State),
    };

    private StateView StateOf(Invitation i) => i.State switch
    {
        InvitationState.Planned => new(i.LastError is null ? "busy" : "warn", i.LastError is null ? "none" : "warn", t["relations.invitation.Planned"], i.LastError),
        InvitationState.Inviting => new("busy", "busy", t["relations.invitation.Inviting"], i.LastError),
        InvitationState.Invited => new("busy", "open", t["relations.invitation.Invited"]),
        InvitationState.Signed => new("ok", "done", t["relations.invitation.Signed"]),
        InvitationState.Expired => new("idle", "off", t["relations.invitation.Expired"]),
        _ => new("bad", "fail", t["relations.invitation.Failed"], i.LastError),
    };
}
