namespace Domi.Rendering;

/// <summary>Looks up values, inside a repeated row or outside, and writes them as text.</summary>
internal sealed class FieldValues(TemplateData data, FieldCatalog catalog)
{
    public TemplateData Data => data;

    public FieldCatalog Catalog => catalog;

    /// <summary>The value of a field outside tables; pictures are found with and without their prefix.</summary>
    public object? Value(string name)
    {
        if (data.Fields.TryGetValue(name, out var value)) return value;

        return name.StartsWith(Placeholder.ImagePrefix, StringComparison.OrdinalIgnoreCase)
            && data.Fields.TryGetValue(name[Placeholder.ImagePrefix.Length..].Trim(), out value) ? value : null;
    }

    /// <summary>A column of a row; callers build rows with any comparer.</summary>
    public static object? Column(IReadOnlyDictionary<string, object?> row, string name)
    {
        if (row.TryGetValue(name, out var value)) return value;

        foreach (var (key, candidate) in row)
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase)) return candidate;
        return null;
    }

    /// <summary>Any field may stand in an IF: it holds when there is something to show.</summary>
    public static bool Holds(object? value) => value switch
    {
        null => false,
        bool holds => holds,
        string text => !string.IsNullOrWhiteSpace(text),
        decimal number => number != 0,
        int number => number != 0,
        LinkValue link => link.Url.Length > 0,
        ImageValue image => image.Png.Length > 0,
        _ => true,
    };

    public string Text(object? value, FieldKind kind) => value switch
    {
        null or bool or ImageValue => "",
        string text => text,
        int number => Text((decimal)number, kind is FieldKind.Amount or FieldKind.Percent ? kind : FieldKind.Quantity),
        decimal number => kind switch
        {
            FieldKind.Quantity => DocumentText.Quantity(number, data.Language),
            FieldKind.Percent => DocumentText.Percent(number, data.Language),
            _ => DocumentText.Amount(number, data.Currency, data.Language),
        },
        DateOnly day => DocumentText.Date(day, data.Language),
        LinkValue link => link.Text ?? link.Url,
        _ => throw new ArgumentException($"A template cannot show a {value.GetType().Name}."),
    };

    /// <summary>The address to open, when the value is a link and the address is of a harmless kind.</summary>
    public static string? Address(object? value, FieldKind kind)
    {
        var url = value switch { LinkValue link => link.Url, string text when kind is FieldKind.Link => text, _ => null };
        return Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" or "mailto" ? url : null;
    }
}

/// <summary>Finds the known name that was probably meant.</summary>
internal static class NearestName
{
    public static string? Of(string name, IEnumerable<string> known)
    {
        var limit = Math.Max(2, name.Length / 3);
        string? best = null;
        var least = limit + 1;
        foreach (var candidate in known)
        {
            var distance = Distance(Bare(name), Bare(candidate));
            if (distance >= least) continue;
            (best, least) = (candidate, distance);
        }

        return best;
    }

    // {PaymentQrCode}, {Invoice Number}: what is forgotten or added most often should cost nothing.
    private static string Bare(string name)
    {
        var bare = name.Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();
        return bare.StartsWith("image:", StringComparison.Ordinal) ? bare["image:".Length..] : bare;
    }

    // Levenshtein's distance, one row at a time.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}
