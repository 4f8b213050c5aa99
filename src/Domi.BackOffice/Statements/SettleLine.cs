using Domi.BackOffice.Invoices;
using Domi.BackOffice.Ledger;
using Domi.BackOffice.Timeline;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Statements;

/// <summary>What a person does with a payment: books it on invoices, keeps it for a customer, sets it aside, takes any of it back.</summary>
/// <remarks>
/// Refuses with <c>not_found</c>, <c>changed_meanwhile</c>, <c>amount_not_left</c>, <c>amount_above_open</c>, <c>invoice_not_numbered</c>, <c>nothing_chosen</c>,
/// <c>relation_unknown</c>, <c>word_missing</c>, <c>text_too_long</c>.
/// </remarks>
public sealed class SettleLine(OfficeDb db, BusinessClock clock)
{
    public sealed record Part(Guid InvoiceId, decimal Amount);

    /// <summary>Books it on one invoice or several; credit that was kept of it is used as well.</summary>
    /// <param name="version">Of the line, as it was shown: who sends a form twice, or an old one, books nothing.</param>
    /// <param name="keepsRest">What is left then stays as credit of the customer; else it stays to be done.</param>
    public Task<StatementLine> PayAsync(Guid lineId, int version, IReadOnlyList<Part> parts, bool keepsRest, string actor, CancellationToken ct) => ChangeAsync(lineId, version, async (line, now, token) =>
    {
        if (parts.Count == 0) throw new RefusedException("nothing_chosen", "No invoice was chosen.");
        var keptFor = line.Credit > 0 ? line.RelationId : null;
        if (keptFor is not null) await TakeBackAsync(line, MarkKind.Credit, actor, now, token);

        var statement = await db.Statements.AsNoTracking().SingleAsync(s => s.Id == line.StatementId, token);
        foreach (var part in parts)
        {
            var invoice = await db.Invoices.SingleOrDefaultAsync(i => i.Id == part.InvoiceId && i.OwnCompanyId == line.OwnCompanyId, token) ?? throw new RefusedException("not_found", $"No invoice {part.InvoiceId}.");
            if (invoice.State is not InvoiceState.Numbered || invoice.Kind is not InvoiceKind.Invoice)
                throw new RefusedException("invoice_not_numbered", "Only a numbered invoice is paid.", ("number", invoice.Number ?? ""));
            if (part.Amount > invoice.Open) throw new RefusedException("amount_above_open", $"Of {invoice.Number} {invoice.Open} is open.", ("number", invoice.Number), ("open", invoice.Open.ToString("0.00", System.Globalization.CultureInfo.CurrentCulture))) { Field = "Amount" };

            await Ledger.Ledger.PostAsync(db, invoice, line.Pay(invoice, part.Amount, actor, now), token);
            db.Note(invoice, "booked_from_bank", actor, now, ("amount", part.Amount), ("statement", statement.Name), ("day", line.BookedOn));
        }

        if (line.Rest > 0 && (keepsRest || keptFor is not null)) db.LineMarks.Add(line.Mark(MarkKind.Credit, line.Rest, null, keptFor ?? line.RelationId, actor, now));
    }, ct);

    /// <summary>Keeps what is left for a customer, for a later invoice.</summary>
    public Task<StatementLine> CreditAsync(Guid lineId, int version, Guid relationId, string actor, CancellationToken ct) => ChangeAsync(lineId, version, async (line, now, token) =>
    {
        if (!await db.Relations.AnyAsync(r => r.Id == relationId && r.OwnCompanyId == line.OwnCompanyId, token)) throw new RefusedException("relation_unknown", $"No relation {relationId}.");
        db.LineMarks.Add(line.Mark(MarkKind.Credit, line.Rest, null, relationId, actor, now));
    }, ct);

    /// <summary>What is left, and what was kept, is to be paid back.</summary>
    public Task<StatementLine> RepayAsync(Guid lineId, int version, string actor, CancellationToken ct) => ChangeAsync(lineId, version, async (line, now, token) =>
    {
        await TakeBackAsync(line, MarkKind.Credit, actor, now, token);
        db.LineMarks.Add(line.Mark(MarkKind.Repay, line.Rest, null, null, actor, now));
    }, ct);

    /// <summary>What is left is no payment of an invoice: a word says what it is.</summary>
    public Task<StatementLine> SetAsideAsync(Guid lineId, int version, string? word, string actor, CancellationToken ct) => ChangeAsync(lineId, version, (line, now, _) =>
    {
        var said = FieldText.Optional(word, 140, "Word") ?? throw new RefusedException("word_missing", "Say what it is.") { Field = "Word" };
        db.LineMarks.Add(line.Mark(MarkKind.Aside, line.Rest, said, null, actor, now));
        return Task.CompletedTask;
    }, ct);

    /// <summary>The provider told of it: nothing is booked.</summary>
    public Task<StatementLine> IsKnownAsync(Guid lineId, int version, string actor, CancellationToken ct) => ChangeAsync(lineId, version, (line, now, _) =>
    {
        line.Look(LineFinding.Known);
        db.LineMarks.Add(line.Mark(MarkKind.Aside, line.Rest, null, null, actor, now));
        return Task.CompletedTask;
    }, ct);

    /// <summary>Takes back one entry or mark of a line, by a counter-row.</summary>
    public Task<StatementLine> TakeBackAsync(Guid lineId, int version, Guid what, string actor, CancellationToken ct) => ChangeAsync(lineId, version, async (line, now, token) =>
    {
        if (await db.LineMarks.SingleOrDefaultAsync(m => m.Id == what && m.LineId == lineId && m.Undoes == null, token) is { } mark)
        {
            if (await db.LineMarks.AnyAsync(m => m.Undoes == what, token)) throw Changed();
            db.LineMarks.Add(line.TakeBack(mark, actor, now));
            return;
        }

        var paid = await db.LedgerEntries.SingleOrDefaultAsync(e => e.Id == what && e.LineId == lineId && e.Kind == EntryKind.Paid, token) ?? throw new RefusedException("not_found", "Nothing to take back.");
        var invoice = await db.Invoices.SingleAsync(i => i.Id == paid.InvoiceId, token);
        if (!await TakeBackAsync(db, line, paid, invoice, actor, now, token)) throw Changed();
    }, ct);

    /// <summary>
    /// The provider tells of a transfer that may be one that a statement booked already: then that one gives way and waits for a person, as it
    /// does when the two come the other way round.
    /// </summary>
    public static async Task GiveWayAsync(OfficeDb db, Invoice invoice, decimal amount, DateTimeOffset at, DateTimeOffset now, CancellationToken ct)
    {
        var booked = await db.LedgerEntries.Where(e => e.InvoiceId == invoice.Id && e.Source == "bank").ToListAsync(ct);
        var alike = booked.Find(e => e.Kind is EntryKind.Paid && e.Amount == amount && booked.TrueForAll(r => r.Kind is not EntryKind.Reversed || r.Key != e.Key)
            && Math.Abs(e.OccurredAt.BrusselsDate().DayNumber - at.BrusselsDate().DayNumber) <= MatchLines.DaysApart);
        if (alike?.LineId is not { } lineId) return;

        var line = await db.StatementLines.SingleAsync(l => l.Id == lineId, ct);
        if (await TakeBackAsync(db, line, alike, invoice, "office", now, ct)) line.Look(LineFinding.PerhapsKnown);
    }

    /// <summary>The provider tells of a payment that waits on a statement with the same end-to-end id and amount: nothing of it is booked, and nobody need look.</summary>
    public static async Task RecogniseAsync(OfficeDb db, Invoice invoice, string endToEndId, decimal amount, DateTimeOffset now, CancellationToken ct)
    {
        if (await db.StatementLines.Where(l => l.OwnCompanyId == invoice.OwnCompanyId && l.EndToEndId == endToEndId && l.State == LineState.ToDo && l.Amount == amount).OrderBy(l => l.Id).FirstOrDefaultAsync(ct) is not { } line || line.Rest != amount) return;
        line.Look(LineFinding.Known, invoice.Id, invoice.RelationId);
        db.LineMarks.Add(line.Mark(MarkKind.Aside, amount, null, null, "office", now));
    }

    private static async Task<bool> TakeBackAsync(OfficeDb db, StatementLine line, LedgerEntry paid, Invoice invoice, string actor, DateTimeOffset now, CancellationToken ct)
    {
        if (await db.LedgerEntries.AnyAsync(e => e.OwnCompanyId == paid.OwnCompanyId && e.Key == paid.Key && e.Kind == EntryKind.Reversed, ct)) return false;
        await Ledger.Ledger.PostAsync(db, invoice, line.TakeBack(paid, actor, now), ct);
        db.Note(invoice, "bank_taken_back", actor, now, ("amount", paid.Amount), ("day", line.BookedOn));
        return true;
    }

    private async Task TakeBackAsync(StatementLine line, MarkKind kind, string actor, DateTimeOffset now, CancellationToken ct)
    {
        var marks = await db.LineMarks.Where(m => m.LineId == line.Id && m.Kind == kind).ToListAsync(ct);
        foreach (var mark in marks.Where(m => m.Undoes is null && marks.TrueForAll(u => u.Undoes != m.Id))) db.LineMarks.Add(line.TakeBack(mark, actor, now));
    }

    private Task<StatementLine> ChangeAsync(Guid lineId, int version, Func<StatementLine, DateTimeOffset, CancellationToken, Task> change, CancellationToken ct) => db.WriteOrRepeatAsync(async token =>
    {
        var line = await db.StatementLines.SingleOrDefaultAsync(l => l.Id == lineId && l.State != LineState.New, token) ?? throw new RefusedException("not_found", $"No payment {lineId}.");
        if (line.Version != version) throw Changed();
        await change(line, clock.GetUtcNow(), token);
        return line;
    }, ct);

    private static RefusedException Changed() => new("changed_meanwhile", "The payment was changed meanwhile.");
}
