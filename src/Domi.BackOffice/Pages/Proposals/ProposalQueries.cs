using Domi.BackOffice.Invoices;
using Domi.BackOffice.Templates;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Proposals;

/// <summary>What both pages of proposals ask of the database.</summary>
internal static class ProposalQueries
{
    /// <summary>For which kinds and languages a document can be made.</summary>
    public static async Task<HashSet<(InvoiceKind Kind, string Language)>> ActiveTemplatesAsync(OfficeDb db, CancellationToken ct) =>
        [.. (await db.Templates.AsNoTracking().Where(t => t.IsActive).Select(t => new { t.Type, t.Language }).ToListAsync(ct))
            .Select(t => (t.Type is TemplateType.CreditNote ? InvoiceKind.CreditNote : InvoiceKind.Invoice, t.Language))];

    /// <summary>The relations a name may mean: by number when it begins with one, else by name; an exact name wins.</summary>
    public static async Task<IReadOnlyList<(Guid Id, string Text)>> FindRelationsAsync(OfficeDb db, string? typed, CancellationToken ct)
    {
        var text = typed?.Trim() ?? "";
        if (text.Length is 0 or > 200) return [];

        var digits = string.Concat(text.TakeWhile(char.IsAsciiDigit));
        if (digits.Length is > 0 and < 10 && (digits.Length == text.Length || text[digits.Length] is ' ') && int.TryParse(digits, out var number)
            && await db.Relations.Where(r => r.Number == number).Select(r => new { r.Id, r.Number, r.Name }).SingleOrDefaultAsync(ct) is { } known)
            return [(known.Id, Written(known.Number, known.Name))];

        var found = await db.Relations.Called(text).OrderBy(r => r.Name).ThenBy(r => r.Id).Select(r => new { r.Id, r.Number, r.Name }).Take(20).ToListAsync(ct);
        var exact = found.Where(r => r.Name.Equals(text, StringComparison.OrdinalIgnoreCase)).ToList();
        return [.. (exact.Count == 1 ? exact : found).Select(r => (r.Id, Written(r.Number, r.Name)))];
    }

    public static string Written(int number, string name) => $"{number} {name}";
}
