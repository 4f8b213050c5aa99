using System.Globalization;

namespace Domi.BackOffice.Relations;

/// <summary>How relations are found and paged, wherever there is a list of them.</summary>
public static class RelationQueries
{
    // The databases compare: what the analyzers say of cultures is not asked here.
#pragma warning disable CA1304, CA1311, CA1862, CA1309

    /// <summary>A number is a relation's number; anything else a part of its name, in either case.</summary>
    public static IQueryable<Relation> Named(this IQueryable<Relation> relations, string? words)
    {
        if (string.IsNullOrWhiteSpace(words)) return relations;
        var text = words.Trim().ToLowerInvariant();
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? relations.Where(r => r.Number == number)
            : relations.Where(r => r.Name.ToLower().Contains(text));
    }

    /// <summary>What comes after a relation in the order of name and number.</summary>
    public static IQueryable<Relation> After(this IQueryable<Relation> relations, string name, int number) =>
        relations.Where(r => string.Compare(r.Name, name) > 0 || (r.Name == name && r.Number > number));

#pragma warning restore CA1304, CA1311, CA1862, CA1309
}
