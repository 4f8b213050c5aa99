using Domi.BackOffice.Invoices;
using Domi.BackOffice.Ledger;
using Domi.BackOffice.Timeline;
using Domi.Platform;
using Domi.Standards;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Statements;

/// <summary>
/// Books what is certain of a statement's lines, and leaves the rest to a person. Certain is a structured communication or an RF reference of
/// one invoice, or the number of one invoice with exactly what is open of it; and that nobody else tells of the payment. Whatever is more
/// than open stays as credit of the customer.
/// </summary>
public sealed class MatchLines(OfficeDb db, BusinessClock clock)
{
    /// <summary>A process that ended in the middle: another goes on after so long.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromMinutes(2);

    /// <summary>A payment that the provider told of at most so many days apart may be the same.</summary>
    public const int DaysApart = 10;

    private const int LinesAtOnce = 500;

    private sealed record Told(Guid InvoiceId, string Key, EntryKind Kind, decimal Amount, DateTimeOffset OccurredAt);

    public async Task RunAsync(Guid statementId, CancellationToken ct)
    {
        InvoiceNumbers? numbers = null;
        for (var (after, more) = (0, true); more;)
        {
            (after, more) = await db.WriteOrRepeatAsync(async token =>
            {
                var statement = await db.Statements.SingleOrDefaultAsync(s => s.Id == statementId && s.State == StatementState.Booked && s.MatchDueAt != null, token);
                if (statement is null) return (after, false);

                var lines = await db.StatementLines.Where(l => l.StatementId == statementId && l.Position > after).OrderBy(l => l.Position).Take(LinesAtOnce).ToListAsync(token);
                numbers ??= await InvoiceNumbers.OfAsync(db, statement.OwnCompanyId, token);
                await MatchAsync(statement, [.. lines.Where(l => l.State is LineState.New)], numbers, token);
                var isLast = lines.Count < LinesAtOnce;
                statement.MatchDueAt = isLast ? null : clock.GetUtcNow() + Rest;
                await db.SaveManyAsync(token);
                return (lines.Count == 0 ? after : lines[^1].Position, !isLast);
            }, ct);
        }
    }

    private async Task MatchAsync(BankStatement statement, IReadOnlyList<StatementLine> lines, InvoiceNumbers numbers, CancellationToken ct)
    {
        var company = statement.OwnCompanyId;
        var known = await ToldByIdAsync(company, lines, ct);
        var asked = lines.Where(l => l.Amount > 0).ToDictionary(l => l.Id, l => Reference.Of(l, numbers));
        var byCommunication = await ByCommunicationAsync(company, [.. asked.Values.SelectMany(r => r.Communications).Distinct()], ct);
        var byNumber = await ByNumberAsync(company, [.. asked.Values.SelectMany(r => r.Numbers).Distinct()], ct);
        var told = await ToldOfAsync([.. byCommunication.Values.Concat(byNumber.Values).Where(i => i.Paid != 0).Select(i => i.Id).Distinct()], ct);

        var (posts, now) = (new List<(Invoice, LedgerEntry)>(), clock.GetUtcNow());
        // What is open of an invoice goes down with each of its payments in this piece.
        var open = new Dictionary<Guid, decimal>();
        foreach (var line in lines)
        {
            if (!asked.TryGetValue(line.Id, out var reference))
            {
                line.Look(LineFinding.None); // it went out
                continue;
            }

            if (line.EndToEndId is { } id && known.TryGetValue(id, out var before) && before.Amount == line.Amount)
            {
                line.Look(LineFinding.Known, before.InvoiceId);
                db.LineMarks.Add(line.Mark(MarkKind.Aside, line.Amount, null, null, "bank", now));
                continue;
            }

            var (finding, invoice) = Find(line, reference, byCommunication, byNumber);
            if (invoice is not null && IsBookable(finding))
            {
                var left = open.GetValueOrDefault(invoice.Id, invoice.Open);
                if (finding is LineFinding.ByNumber && left != line.Amount) finding = LineFinding.None;
                else if (told[invoice.Id].Any(t => IsAlike(t, line, told[invoice.Id]))) finding = LineFinding.PerhapsKnown;
                else
                {
                    var pays = Math.Clamp(left, 0m, line.Amount);
                    line.Look(pays == line.Amount ? finding : pays > 0 ? LineFinding.TooMuch : LineFinding.PaidTwice, invoice.Id, invoice.RelationId);
                    if (pays > 0)
                    {
                        posts.Add((invoice, line.Pay(invoice, pays, "bank", now)));
                        open[invoice.Id] = left - pays;
                        db.Note(invoice, "paid_bank", "bank", now, ("amount", pays), ("statement", statement.Name), ("day", line.BookedOn));
                    }

                    if (line.Rest > 0)
                    {
                        db.Note(invoice, pays > 0 ? "paid_too_much" : "paid_twice", "bank", now, ("amount", line.Rest), ("statement", statement.Name), ("day", line.BookedOn));
                        db.LineMarks.Add(line.Mark(MarkKind.Credit, line.Rest, null, invoice.RelationId, "bank", now));
                    }

                    continue;
                }
            }

            line.Look(finding, invoice?.Id, invoice?.RelationId);
        }

        await Ledger.Ledger.PostNewAsync(db, company, posts, ct);
    }

    private static bool IsBookable(LineFinding finding) => finding is LineFinding.ByCommunication or LineFinding.ByCreditorReference or LineFinding.ByNumber;

    private static (LineFinding Finding, Invoice? Invoice) Find(
        StatementLine line, Reference reference, Dictionary<StructuredCommunication, Invoice> byCommunication, Dictionary<string, Invoice> byNumber)
    {
        var named = reference.Communications.Select(c => byCommunication.GetValueOrDefault(c)).OfType<Invoice>().Distinct().ToList();
        // An RF reference of ours has the communication behind its check digits, or the number.
        if (named.Count == 0 && reference.IsByCreditorReference) named = [.. reference.Numbers.Select(n => byNumber.GetValueOrDefault(n)).OfType<Invoice>().Distinct()];
        if (named.Count > 1) return (LineFinding.TwoReferences, null);
        if (named is [var invoice])
        {
            if (invoice.Kind is InvoiceKind.CreditNote) return (LineFinding.CreditNote, invoice);
            return (line.IsCollection ? LineFinding.Collection : line.Communication is null ? LineFinding.ByCreditorReference : LineFinding.ByCommunication, invoice);
        }

        if (line.IsCollection) return (LineFinding.Collection, null);
        if (reference.IsStructured) return (LineFinding.UnknownReference, null);
        var typed = reference.Numbers.Select(n => byNumber.GetValueOrDefault(n)).OfType<Invoice>().Distinct().ToList();
        return typed is [{ Kind: InvoiceKind.Invoice } one] ? (LineFinding.ByNumber, one) : (LineFinding.None, null);
    }

    /// <summary>What a line says of the invoices it pays.</summary>
    private sealed record Reference(IReadOnlyList<StructuredCommunication> Communications, IReadOnlyList<string> Numbers, bool IsByCreditorReference)
    {
        public bool IsStructured => Communications.Count > 0 || IsByCreditorReference;

        public static Reference Of(StatementLine line, InvoiceNumbers numbers)
        {
            var communications = new List<StructuredCommunication>(2);
            if (line.Communication is { } structured) communications.Add(structured);
            if (line.OtherCommunication is { } other) communications.Add(other);
            if (line.CreditorReference is not { } reference) return new(communications, communications.Count > 0 ? [] : numbers.In(line.Text), false);

            if (!StructuredCommunication.TryParse(reference[4..], out var behind)) return new(communications, numbers.In(reference[4..]), true);
            if (!communications.Contains(behind)) communications.Add(behind);
            return new(communications, [], true);
        }
    }

    // Without null among what is looked for: with it the condition is an OR that no index serves. And without the state: only numbered invoices
    // have a communication and a number, and with it SQLite took the index of the states and read every invoice of the company.
    private async Task<Dictionary<StructuredCommunication, Invoice>> ByCommunicationAsync(Guid company, List<StructuredCommunication> communications, CancellationToken ct) =>
        communications.Count == 0 ? [] : await db.Invoices.Where(i => i.OwnCompanyId == company && EF.Parameter(communications).Contains(i.Communication!.Value)).ToDictionaryAsync(i => i.Communication!.Value, ct);

    private async Task<Dictionary<string, Invoice>> ByNumberAsync(Guid company, List<string> numbers, CancellationToken ct) =>
        numbers.Count == 0 ? [] : await db.Invoices.Where(i => i.OwnCompanyId == company && EF.Parameter(numbers).Contains(i.Number!)).ToDictionaryAsync(i => i.Number!, ct);

    /// <summary>Payments that the provider told of with the end-to-end id of a line: they are the same.</summary>
    private async Task<Dictionary<string, Told>> ToldByIdAsync(Guid company, IReadOnlyList<StatementLine> lines, CancellationToken ct)
    {
        var keys = lines.Where(l => l.Amount > 0 && l.EndToEndId is not null).SelectMany(l => new[] { "dd:" + l.EndToEndId, "transfer:" + l.EndToEndId }).Distinct().ToList();
        if (keys.Count == 0) return [];
        var told = await db.LedgerEntries.AsNoTracking().Where(e => e.OwnCompanyId == company && EF.Parameter(keys).Contains(e.Key) && e.Kind == EntryKind.Paid)
            .Select(e => new Told(e.InvoiceId, e.Key, e.Kind, e.Amount, e.OccurredAt)).ToListAsync(ct);
        return told.GroupBy(t => t.Key[(t.Key.IndexOf(':', StringComparison.Ordinal) + 1)..]).ToDictionary(t => t.Key, t => t.First());
    }

    /// <summary>What the provider told of invoices that are paid, wholly or in part.</summary>
    /// <remarks>The invoices are of the company already: asked for it too, SQLite reads the whole of the company's ledger.</remarks>
    private async Task<ILookup<Guid, Told>> ToldOfAsync(List<Guid> invoices, CancellationToken ct) =>
        (invoices.Count == 0 ? [] : await db.LedgerEntries.IgnoreQueryFilters().AsNoTracking().Where(e => EF.Parameter(invoices).Contains(e.InvoiceId) && e.Source == "provider" && (e.Kind == EntryKind.Paid || e.Kind == EntryKind.Reversed))
            .Select(e => new Told(e.InvoiceId, e.Key, e.Kind, e.Amount, e.OccurredAt)).ToListAsync(ct)).ToLookup(t => t.InvoiceId);

    /// <summary>The provider told of a payment of the same amount about the same day, and did not take it back.</summary>
    private static bool IsAlike(Told told, StatementLine line, IEnumerable<Told> all) =>
        told.Kind is EntryKind.Paid && told.Amount == line.Amount && all.All(t => t.Kind is not EntryKind.Reversed || t.Key != told.Key)
        && Math.Abs(told.OccurredAt.BrusselsDate().DayNumber - line.BookedOn.DayNumber) <= DaysApart;
}

/// <summary>Goes on with statements whose lines were not matched to the end: the process that imported them was killed.</summary>
public sealed class GoOnMatching(OfficeDb db, MatchLines match) : IJob
{
    public static string Name => "go-on-matching";

    public async Task<IReadOnlyList<DueWork>> DueAsync(DateTimeOffset now, int most, CancellationToken ct) =>
        [.. (await db.Statements.AsNoTracking().Where(s => s.MatchDueAt <= now).OrderBy(s => s.MatchDueAt).Take(most).Select(s => new { s.Id, s.MatchDueAt }).ToListAsync(ct))
            .Select(s => new DueWork(s.Id.ToString(), s.Id.ToString(), s.MatchDueAt!.Value))];

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken ct) => await db.Statements.MinAsync(s => s.MatchDueAt, ct);

    public Task RunAsync(DueWork work, CancellationToken ct) => match.RunAsync(Guid.Parse(work.Id), ct);
}
