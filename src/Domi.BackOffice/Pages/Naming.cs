using System.Diagnostics.CodeAnalysis;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Relations;

namespace Domi.BackOffice.Pages;

/// <summary>Searching in names without regard to letter case, on both databases.</summary>
[SuppressMessage("Globalization", "CA1304", Justification = "The database lowers the letters; it knows no culture of ours.")]
[SuppressMessage("Globalization", "CA1311", Justification = "The database lowers the letters; it knows no culture of ours.")]
[SuppressMessage("Performance", "CA1862", Justification = "A comparison cannot be translated to SQL.")]
internal static class Naming
{
    public static IQueryable<Relation> Called(this IQueryable<Relation> relations, string typed)
    {
        var text = typed.Trim().ToLowerInvariant();
        return relations.Where(r => r.Name.ToLower().Contains(text));
    }

    /// <summary>Those whose subject, or relation's name, has the text in it.</summary>
    public static IQueryable<Invoice> Named(this IQueryable<Invoice> invoices, IQueryable<Relation> relations, string typed)
    {
        var text = typed.Trim().ToLowerInvariant();
        var called = relations.Called(typed).Select(r => r.Id);
        return invoices.Where(i => i.Description.ToLower().Contains(text) || called.Contains(i.RelationId));
    }
}
