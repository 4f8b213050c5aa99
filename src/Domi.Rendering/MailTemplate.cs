using System.Text;
using System.Text.RegularExpressions;

namespace Domi.Rendering;

/// <summary>A picture that a filled mail shows by <c>cid:</c>.</summary>
public sealed record MailPicture(string ContentId, byte[] Png);

/// <summary>
/// Fills subjects and bodies of mails: <c>{invoice.number}</c>, <c>{IF_x}…{ENDIF_x}</c>, <c>{IF_NOT_x}</c>,
/// <c>{invoices}…{/invoices}</c>. Names may be typed in any letter case.
/// </summary>
/// <remarks>
/// Inside a loop the fields of the loop's row win (<c>{invoice.number}</c> in <c>{invoices}</c>). Outside it, an invoice field that was
/// not given is taken from the first row, as the mails of several invoices speak of "the" currency.
/// </remarks>
public static partial class MailTemplate
{
    /// <summary>Stands where a marker was, so that the line it stood on alone can go too. A Unicode noncharacter: never in a text.</summary>
    private const char Trace = '\uFDD0';

    /// <summary>Fills a source. Values are escaped in HTML; unknown names give nothing.</summary>
    /// <param name="html">
    /// Links become <c>a</c> elements and pictures <c>img</c> elements whose files <see cref="Pictures"/> lists; in text a link is its
    /// address and a picture is nothing.
    /// </param>
    public static string Fill(string source, TemplateData data, FieldCatalog catalog, bool html)
    {
        var template = source.Replace(Trace.ToString(), "", StringComparison.Ordinal);
        var filled = new Filling(template, new(data, catalog), html).Run();
        if (html) filled = EmptyElement().Replace(EmptyLine().Replace(filled, ""), "");
        filled = EmptyTextLine().Replace(filled, "");
        return filled.Replace(Trace.ToString(), "", StringComparison.Ordinal);
    }

    /// <summary>
    /// The pictures that the filled HTML refers to: <c>paymentqrcode</c>, in a loop <c>paymentqrcode-1</c>, <c>-2</c> …, and
    /// <c>invoices-paymentqrcode</c> for the total.
    /// </summary>
    public static IReadOnlyList<MailPicture> Pictures(string source, TemplateData data, FieldCatalog catalog)
    {
        var filling = new Filling(source, new(data, catalog), html: true);
        filling.Run();
        return [.. filling.Pictures.Values];
    }

    /// <summary>Says what is wrong with a subject or body.</summary>
    public static TemplateReport Check(string source, FieldCatalog catalog)
    {
        var placeholders = Loops(Placeholders.InMail(source), catalog);
        var faults = new List<BlockFault>();
        Blocks.Pair(placeholders, faults);

        var findings = new List<(int At, TemplateFinding Finding)>();
        foreach (var fault in faults)
            findings.Add((fault.Index, new(fault.Code, fault.Severity, placeholders[fault.Index].Text)));
        for (var i = 0; i < placeholders.Count; i++)
        {
            var placeholder = placeholders[i];
            if (placeholder.Kind is PlaceholderKind.If or PlaceholderKind.Field && catalog.Field(placeholder.Name) is null)
                findings.Add((i, new("template.unknown_field", FindingSeverity.Error, placeholder.Text,
                    NearestName.Of(placeholder.Name, catalog.Names()))));
            else if (placeholder.Kind is PlaceholderKind.Field && catalog.Field(placeholder.Name)!.Kind is FieldKind.Condition)
                findings.Add((i, new("template.condition_as_field", FindingSeverity.Error, placeholder.Text)));
        }

        return new([.. findings.OrderBy(found => found.At).Select(found => found.Finding).Distinct()]);
    }

    // Only the catalog knows that {invoices} opens a loop and {invoice.number} does not.
    private static List<Placeholder> Loops(List<Placeholder> placeholders, FieldCatalog catalog) =>
        [.. placeholders.Select(placeholder => placeholder.Kind is PlaceholderKind.Field && catalog.Table(placeholder.Name) is not null
            ? placeholder with { Kind = PlaceholderKind.LoopStart }
            : placeholder)];

    private sealed class Filling
    {
        private readonly string source;
        private readonly FieldValues values;
        private readonly bool html;
        private readonly List<Placeholder> placeholders;
        private readonly Dictionary<int, int> pairs;
        private readonly StringBuilder output = new();

        public Filling(string source, FieldValues values, bool html)
        {
            (this.source, this.values, this.html) = (source, values, html);
            placeholders = Loops(Placeholders.InMail(source), values.Catalog);
            pairs = Blocks.Pair(placeholders);
        }

        public Dictionary<string, MailPicture> Pictures { get; } = [];

        public string Run()
        {
            Write(0, placeholders.Count, 0, source.Length, null);
            return output.ToString();
        }

        private void Write(int first, int last, int from, int to, Row? row)
        {
            for (var i = first; i < last; i++)
            {
                var placeholder = placeholders[i];
                output.Append(source, from, placeholder.Start - from);
                from = placeholder.End;
                if (placeholder.Kind is PlaceholderKind.Field)
                {
                    WriteField(placeholder, row);
                    continue;
                }

                output.Append(Trace);
                if (!pairs.TryGetValue(i, out var end)) continue; // an end, or a beginning that never ends: its content stays

                var inside = (First: i + 1, From: placeholder.End, To: placeholders[end].Start);
                if (placeholder.Kind is PlaceholderKind.LoopStart)
                {
                    var rows = values.Data.Tables.GetValueOrDefault(placeholder.Name) ?? [];
                    for (var r = 0; r < rows.Count; r++)
                    {
                        if (r > 0) output.Append(Trace); // each round ends where the closing marker stands, and begins where the opening one does
                        Write(inside.First, end, inside.From, inside.To, new(placeholder.Name, rows[r], r + 1));
                    }
                }
                else if (FieldValues.Holds(Value(placeholder.Name, row)) != placeholder.Negated)
                {
                    Write(inside.First, end, inside.From, inside.To, row);
                }

                output.Append(Trace);
                (i, from) = (end, placeholders[end].End);
            }

            output.Append(source, from, to - from);
        }

        private object? Value(string name, Row? row)
        {
            if (row is not null && RowValue(name, row) is { } own) return own;
            if (values.Data.Fields.TryGetValue(name, out var value)) return value;

            foreach (var (table, rows) in values.Data.Tables)
                if (rows.Count > 0 && RowValue(name, new(table, rows[0], 0)) is { } first) return first;
            return null;
        }

        // {invoice.number} in {invoices}: the row knows it as invoice.number or as number.
        private static object? RowValue(string name, Row row)
        {
            var singular = row.Table.EndsWith('s') ? row.Table[..^1] : row.Table;
            return name.StartsWith(singular + ".", StringComparison.OrdinalIgnoreCase)
                ? FieldValues.Column(row.Values, name) ?? FieldValues.Column(row.Values, name[(singular.Length + 1)..])
                : null;
        }

        private void WriteField(Placeholder placeholder, Row? row)
        {
            if (values.Catalog.Field(placeholder.Name) is not { } field) return;

            var value = Value(placeholder.Name, row);
            var text = values.Text(value, field.Kind);
            if (!html)
            {
                output.Append(value is LinkValue link ? link.Url : text);
                return;
            }

            var (inTag, inLink) = Surroundings();
            if (value is ImageValue picture)
                WritePicture(placeholder, picture, row, inTag);
            else if (field.Kind is FieldKind.Link || value is LinkValue)
                WriteLink(FieldValues.Address(value, field.Kind), text, inTag, inLink);
            else
                output.Append(Escaped(text, inTag));
        }

        private void WritePicture(Placeholder placeholder, ImageValue picture, Row? row, bool inTag)
        {
            if (picture.Png.Length == 0) return;

            var parts = placeholder.Name.ToLowerInvariant().Split('.');
            var ofAll = values.Data.Tables.Keys.Any(table => table.Equals(parts[0], StringComparison.OrdinalIgnoreCase))
                || values.Catalog.Table(parts[0]) is not null;
            var id = (ofAll ? parts[0] + "-" : "") + parts[^1] + (row is null || ofAll ? "" : $"-{row.Number}");
            Pictures[id] = new(id, picture.Png);
            output.Append(inTag ? $"cid:{id}" : $"""<img src="cid:{id}" alt="QR" width="150" height="150">""");
        }

        private void WriteLink(string? address, string text, bool inTag, bool inLink)
        {
            if (address is null)
                output.Append(inTag ? "" : Escaped(text, inTag));
            else if (inTag)
                output.Append(Escaped(address, inTag));
            else if (inLink)
                output.Append(Escaped(text, inTag));
            else
                output.Append("<a href=\"").Append(Escaped(address, inTag: true)).Append("\">").Append(Escaped(text, inTag)).Append("</a>");
        }

        private static string Escaped(string text, bool inTag)
        {
            // Only what HTML asks for: WebUtility would turn every accent into a number.
            var escaped = new StringBuilder(text).Replace(Trace.ToString(), "")
                .Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;").Replace("\"", "&quot;").Replace("'", "&#39;")
                .ToString();
            return inTag ? escaped : escaped.ReplaceLineEndings("<br>");
        }

        // What was written so far tells whether we stand in an attribute or inside a link that the author made.
        private (bool InTag, bool InLink) Surroundings()
        {
            var written = output.ToString();
            var inTag = written.LastIndexOf('<') > written.LastIndexOf('>');
            var opened = LinkStart().Matches(written) is { Count: > 0 } starts ? starts[^1].Index : -1;
            return (inTag, opened > written.LastIndexOf("</a", StringComparison.OrdinalIgnoreCase));
        }

        private sealed record Row(string Table, IReadOnlyDictionary<string, object?> Values, int Number);
    }

    [GeneratedRegex(@"<a\s", RegexOptions.IgnoreCase)]
    private static partial Regex LinkStart();

    // A paragraph in which only a marker stood.
    [GeneratedRegex(@"<(p|div|li)\b[^>]*>(?:\s|&nbsp;|<br\s*/?>)*\uFDD0(?:\s|\uFDD0|&nbsp;|<br\s*/?>)*</\1>\s*", RegexOptions.IgnoreCase)]
    private static partial Regex EmptyElement();

    // A line between breaks in which only a marker stood.
    [GeneratedRegex(@"(?<=(?:<br\s*/?>|<(?:p|div|li|td)\b[^>]*>|\A)\s*)\uFDD0(?:\s|\uFDD0)*<br\s*/?>", RegexOptions.IgnoreCase)]
    private static partial Regex EmptyLine();

    [GeneratedRegex(@"^[ \t]*\uFDD0[ \t\uFDD0]*(?:\r?\n|\z)", RegexOptions.Multiline)]
    private static partial Regex EmptyTextLine();
}
