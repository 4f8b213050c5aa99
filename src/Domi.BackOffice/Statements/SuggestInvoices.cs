using System.Globalization;
using System.Text;
using Domi.BackOffice.Invoices;
using Domi.Standards;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Statements;

/// <summary>Why an invoice is suggested for a payment.</summary>
public enum SuggestionReason { Reference, Number, Account, AccountBefore, SameAmount, Sum, Name }

/// <summary>One invoice or several of one customer, with the amounts that a payment would book on them.</summary>
public sealed record Suggestion(Guid RelationId, string Relation, IReadOnlyList<SuggestedInvoice> Invoices, IReadOnlyList<SuggestionReason> Reasons)
{
    public decimal Total => Invoices.Sum(i => i.Amount);
}

public sealed record SuggestedInvoice(Guid Id, string Number, DateOnly? DueOn, decimal Open, decimal Amount);

/// <summary>Suggests what a payment may be for, the likeliest first, each with its reasons. Every look-up is served by an index.</summary>
public sealed class SuggestInvoices(OfficeDb db)
{
    public const int Most = 5;

    private const int MostOfAmount = 50;
    private const int MostRelations = 10;
    private const int MostOpen = 20;

    private sealed record Candidate(Guid Id, Guid RelationId, string Number, DateOnly? DueOn, decimal Open);

    public async Task<IReadOnlyList<Suggestion>> OfAsync(StatementLine line, CancellationToken ct)
    {
        var amount = line.Rest + line.Credit;
        if (amount <= 0) return [];

        var open = db.Invoices.AsNoTracking().Where(i => i.OwnCompanyId == line.OwnCompanyId && i.State == InvoiceState.Numbered && i.Kind == InvoiceKind.Invoice && (i.PaymentState == PaymentState.Unpaid || i.PaymentState == PaymentState.PartiallyPaid));
        if (line.Credit > 0 && line.RelationId is { } owner) open = open.Where(i => i.RelationId == owner); // it is kept for that customer
        var why = new Dictionary<Guid, HashSet<SuggestionReason>>();
        var found = new Dictionary<Guid, Candidate>();

        if (line.InvoiceId is { } named) Add(await CandidatesAsync(open.Where(i => i.Id == named), 1, ct), SuggestionReason.Reference);
        var numbers = (await InvoiceNumbers.OfAsync(db, line.OwnCompanyId, ct)).In(line.Text).Cast<string?>().ToList();
        if (numbers.Count > 0) Add(await CandidatesAsync(open.Where(i => numbers.Contains(i.Number)), numbers.Count, ct), SuggestionReason.Number);
        Add(await CandidatesAsync(open.Where(i => i.Open == amount), MostOfAmount, ct), SuggestionReason.SameAmount);

        var relations = await RelationsAsync(line, ct);
        foreach (var (relation, reason) in relations) Add(await CandidatesAsync(open.Where(i => i.RelationId == relation), MostOpen, ct), reason);

        var ids = found.Values.Select(c => c.RelationId).Distinct().ToList();
        var names = await db.Relations.AsNoTracking().Where(r => ids.Contains(r.Id)).ToDictionaryAsync(r => r.Id, r => r.Name, ct);
        foreach (var candidate in found.Values.Where(c => IsLike(line.CounterpartyName, names.GetValueOrDefault(c.RelationId)))) why[candidate.Id].Add(SuggestionReason.Name);
        foreach (var candidate in found.Values.Where(c => c.Open == amount)) why[candidate.Id].Add(SuggestionReason.SameAmount);

        var suggestions = found.Values.Select(c => (Points: Points(why[c.Id]), c.DueOn, Suggestion: Of([c], why[c.Id]))).ToList();
        foreach (var group in found.Values.GroupBy(c => c.RelationId).Where(g => g.Any(c => why[c.Id].Any(IsOfWho))))
            if (Sum([.. group.OrderBy(c => c.DueOn).Take(MostOpen)], amount) is { } several)
            {
                var reasons = several.SelectMany(c => why[c.Id]).Where(IsOfWho).Append(SuggestionReason.Sum).ToHashSet();
                suggestions.Add((Points(reasons), several[0].DueOn, Of(several, reasons)));
            }

        return [.. suggestions.OrderByDescending(s => s.Points).ThenBy(s => s.DueOn).Select(s => s.Suggestion).Take(Most)];

        void Add(IReadOnlyList<Candidate> candidates, SuggestionReason reason)
        {
            foreach (var candidate in candidates)
            {
                found.TryAdd(candidate.Id, candidate);
                if (!why.TryGetValue(candidate.Id, out var reasons)) why[candidate.Id] = reasons = [];
                reasons.Add(reason);
            }
        }

        Suggestion Of(IReadOnlyList<Candidate> candidates, IEnumerable<SuggestionReason> reasons)
        {
            var left = amount;
            var invoices = new List<SuggestedInvoice>();
            foreach (var c in candidates)
            {
                var pays = Math.Min(left, c.Open);
                left -= pays;
                invoices.Add(new(c.Id, c.Number, c.DueOn, c.Open, pays));
            }

            return new(candidates[0].RelationId, names.GetValueOrDefault(candidates[0].RelationId, ""), invoices, [.. reasons.Order()]);
        }
    }

    private static Task<List<Candidate>> CandidatesAsync(IQueryable<Invoice> invoices, int most, CancellationToken ct) =>
        invoices.OrderBy(i => i.DueOn).Take(most).Select(i => new Candidate(i.Id, i.RelationId, i.Number!, i.DueOn, i.Open)).ToListAsync(ct);

    /// <summary>Whose account it came from: one that stands at a relation, or that paid for one before; or who is called so.</summary>
    private async Task<List<(Guid Relation, SuggestionReason Reason)>> RelationsAsync(StatementLine line, CancellationToken ct)
    {
        var found = new List<(Guid, SuggestionReason)>();
        if (line.CounterpartyAccount is { } account)
        {
            if (Iban.TryParse(account, out var iban))
                found.AddRange((await db.RelationAccounts.Where(a => a.OwnCompanyId == line.OwnCompanyId && a.Iban == iban).Select(a => a.RelationId).Distinct().OrderBy(r => r).Take(MostRelations).ToListAsync(ct)).Select(r => (r, SuggestionReason.Account)));
            var before = await db.StatementLines.Where(l => l.OwnCompanyId == line.OwnCompanyId && l.CounterpartyAccount == account && l.RelationId != null && l.Id != line.Id).OrderByDescending(l => l.Id).Select(l => l.RelationId!.Value).Take(100).ToListAsync(ct);
            found.AddRange(before.Distinct().Take(MostRelations).Where(r => found.TrueForAll(f => f.Item1 != r)).Select(r => (r, SuggestionReason.AccountBefore)));
        }

        if (line.RelationId is { } chosen && found.TrueForAll(f => f.Item1 != chosen)) found.Add((chosen, SuggestionReason.Reference));
        return found;
    }

    private static bool IsOfWho(SuggestionReason reason) => reason is SuggestionReason.Account or SuggestionReason.AccountBefore or SuggestionReason.Name or SuggestionReason.Reference;

    private static int Points(IEnumerable<SuggestionReason> reasons) => reasons.Sum(r => r switch
    {
        SuggestionReason.Reference => 60,
        SuggestionReason.Number => 50,
        SuggestionReason.Account => 30,
        SuggestionReason.AccountBefore => 25,
        SuggestionReason.SameAmount => 25,
        SuggestionReason.Sum => 24,
        _ => 20,
    });

    /// <summary>Two invoices, or all of them, that make up the amount.</summary>
    private static IReadOnlyList<Candidate>? Sum(IReadOnlyList<Candidate> open, decimal amount)
    {
        if (open.Count > 2 && open.Sum(c => c.Open) == amount) return open;
        for (var a = 0; a < open.Count; a++)
            for (var b = a + 1; b < open.Count; b++)
                if (open[a].Open + open[b].Open == amount) return [open[a], open[b]];
        return null;
    }

    /// <summary>Most of the words of the shorter name are in the other: banks turn them round and drop accents.</summary>
    internal static bool IsLike(string? one, string? other)
    {
        var (a, b) = (Words(one), Words(other));
        var shorter = Math.Min(a.Count, b.Count);
        return shorter > 0 && a.Intersect(b).Count() * 2 > shorter;
    }

    // Forms of companies tell nobody apart.
    private static readonly HashSet<string> Empty = ["BV", "SRL", "NV", "SA", "VZW", "ASBL", "BVBA", "SPRL", "CV", "SC", "VOF", "SNC", "COMMV", "SCOMM", "MR", "MEVR", "MME", "DHR"];

    private static HashSet<string> Words(string? name)
    {
        var plain = new StringBuilder();
        foreach (var c in (name ?? "").Normalize(NormalizationForm.FormD))
            if (CharUnicodeInfo.GetUnicodeCategory(c) is not UnicodeCategory.NonSpacingMark) plain.Append(char.IsLetterOrDigit(c) ? char.ToUpperInvariant(c) : ' ');
        return [.. plain.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(w => w.Length > 1 && !Empty.Contains(w))];
    }
}
