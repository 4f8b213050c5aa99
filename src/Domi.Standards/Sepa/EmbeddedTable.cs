namespace Domi.Standards;

/// <summary>A table of this assembly: one row a line, cells by tab, <c>#</c> for source notes.</summary>
internal static class EmbeddedTable
{
    public static IEnumerable<string[]> Rows(string name) =>
        Lines(name).Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('\t'));

    /// <summary>A dated fact of the notes above the table, such as <c># version: 2026-01-01</c>.</summary>
    public static DateOnly Date(string name, string label)
    {
        var start = $"# {label}: ";
        var line = Lines(name).First(line => line.StartsWith(start, StringComparison.Ordinal));
        return DateOnly.ParseExact(line[start.Length..], "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
    }

    private static IEnumerable<string> Lines(string name)
    {
        using var stream = typeof(EmbeddedTable).Assembly.GetManifestResourceStream($"Domi.Standards.{name}")
            ?? throw new InvalidOperationException($"The assembly lacks its table {name}.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
            yield return line;
    }
}
