namespace Domi.Standards.BankFiles;

/// <summary>An entry with its only detail, or the total of several that follow one by one, or one of those.</summary>
/// <param name="Entry">The entry itself, also beside each of its details.</param>
/// <param name="Detail">Null for an entry without details, and for a total.</param>
/// <param name="IsTotal">Details follow.</param>
/// <param name="IsPart">A detail of a total.</param>
internal readonly record struct Line(Entry Entry, EntryDetail? Detail, bool IsTotal, bool IsPart);

/// <summary>Tells entries of one payment and of several apart, for formats that write them differently; looks one part ahead.</summary>
internal static class Lines
{
    /// <exception cref="InvalidOperationException">A detail stands before any entry.</exception>
    public static IEnumerable<Line> Of(IEnumerable<FilePart> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        Entry? entry = null;
        EntryDetail? first = null;
        var isTotal = false;
        foreach (var part in parts)
        {
            switch (part)
            {
                case Entry next:
                    if (entry is not null && !isTotal) yield return new(entry, first, false, false);
                    (entry, first, isTotal) = (next, null, false);
                    break;
                case EntryDetail detail when entry is null:
                    throw new InvalidOperationException($"Detail {detail.Number} stands before any entry.");
                case EntryDetail detail when isTotal:
                    yield return new(entry, detail, false, true);
                    break;
                case EntryDetail detail when first is not null:
                    isTotal = true;
                    yield return new(entry, null, true, false);
                    yield return new(entry, first, false, true);
                    yield return new(entry, detail, false, true);
                    break;
                case EntryDetail detail:
                    first = detail;
                    break;
            }
        }

        if (entry is not null && !isTotal) yield return new(entry, first, false, false);
    }
}
