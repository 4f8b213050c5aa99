using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;
using Domi.Platform;

namespace Domi.Engine.Imports;

/// <summary>A row of a file: the line where it begins, counted from 1, and its cells.</summary>
internal sealed record CsvRow(int Line, IReadOnlyList<string> Cells);

/// <summary>What is wrong, and where: line and column counted from 1, as an editor and a spreadsheet show them; column 0 is the whole line.</summary>
internal sealed record Fault(int Line, int Column, string Header, string Value, RefusedException Why);

/// <summary>
/// A file of separated values as people save it: comma or semicolon, whichever its first line has more of; UTF-8, UTF-16 with its mark, or
/// else Windows-1252; cells in quotes may hold line breaks.
/// </summary>
/// <remarks>Source: RFC 4180; Twikey, data import guide (200 kB).</remarks>
internal sealed record CsvFile(IReadOnlyList<string> Header, IReadOnlyList<CsvRow> Rows, IReadOnlyList<Fault> Faults)
{
    public const int MostBytes = 200 * 1024;

    /// <exception cref="RefusedException"><c>csv_too_large</c>, <c>csv_empty</c>: there is nothing to point at.</exception>
    public static CsvFile Read(byte[] content, int mostBytes = MostBytes)
    {
        if (content.Length > mostBytes) throw new RefusedException("csv_too_large", $"{content.Length} bytes are more than {mostBytes}.");

        var text = Decode(content);
        var first = text.AsSpan(0, text.AsSpan().IndexOfAny('\r', '\n') is >= 0 and var end ? end : text.Length);
        var faults = new List<Fault>();
        var rows = new List<CsvRow>();
        var quotes = new HashSet<int>();
        using var parser = new CsvParser(new StringReader(text), new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            Delimiter = first.Count(';') > first.Count(',') ? ";" : ",",
            TrimOptions = TrimOptions.Trim,
            BadDataFound = bad => quotes.Add(bad.Context.Parser!.Row),
        });
        while (parser.Read())
        {
            // The parser tells the last line of a row: the breaks within its cells lie above it.
            var cells = parser.Record!;
            var line = parser.RawRow - cells.Sum(c => c.Count(x => x == '\n'));
            if (quotes.Contains(parser.Row)) faults.Add(new(line, 0, "", "", new("csv_quotes", "The quotes do not match.")));
            else if (cells.Any(c => c.Length > 0)) rows.Add(new(line, cells));
        }

        if (rows.Count == 0 && faults.Count == 0) throw new RefusedException("csv_empty", "The file has no line.");

        var header = rows.Count > 0 ? rows[0].Cells : [];
        foreach (var row in rows.Skip(1).Where(r => r.Cells.Count != header.Count).ToList())
        {
            faults.Add(new(row.Line, 0, "", "", new("csv_cells", "Too many cells, or too few.", ("count", row.Cells.Count), ("columns", header.Count))));
            rows.Remove(row);
        }

        return new(header, [.. rows.Skip(1)], faults);
    }

    // Spreadsheets save in the machine's old code page; its letters with accents are no valid UTF-8.
    private static string Decode(byte[] content)
    {
        if (content is [0xFF, 0xFE, ..]) return Encoding.Unicode.GetString(content, 2, content.Length - 2);
        if (content is [0xFE, 0xFF, ..]) return Encoding.BigEndianUnicode.GetString(content, 2, content.Length - 2);
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(content is [0xEF, 0xBB, 0xBF, ..] ? content.AsSpan(3) : content);
        }
        catch (DecoderFallbackException)
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(1252)!.GetString(content);
        }
    }
}
