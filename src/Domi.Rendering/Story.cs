using System.Xml.Linq;

namespace Domi.Rendering;

/// <summary>The row of a table that a Word row was repeated for; lies on the row as an annotation.</summary>
internal sealed record RepeatedRow(string Table, IReadOnlyDictionary<string, object?> Values);

/// <summary>A text of a Word part that flows by itself: the body, a header, a text box, a foot note.</summary>
internal static class Story
{
    /// <summary>Calls back in reading order; text boxes are stories of their own and are left out.</summary>
    public static void Walk(XElement story, Action<XElement> paragraph, Action<XElement, string>? enterRow = null, Action<string>? leaveRow = null,
        Func<XElement, string?>? tableOf = null)
    {
        foreach (var child in story.Elements())
        {
            if (child.Name.Namespace != story.Name.Namespace) continue;
            if (child.Name.LocalName is "p")
            {
                paragraph(child);
                continue;
            }

            var table = child.Name.LocalName is "tr" ? tableOf?.Invoke(child) : null;
            if (table is not null) enterRow?.Invoke(child, table);
            if (child.HasElements) Walk(child, paragraph, enterRow, leaveRow, tableOf);
            if (table is not null) leaveRow?.Invoke(table);
        }
    }

    /// <summary>All stories of a part, outer ones first.</summary>
    public static IEnumerable<XElement> In(XElement root)
    {
        var w = root.Name.Namespace;
        if (root.Name.LocalName is "document")
            yield return root.Element(w + "body") ?? root;
        else if (root.Name.LocalName is "footnotes" or "endnotes")
            foreach (var note in root.Elements()) yield return note;
        else
            yield return root;

        foreach (var box in root.Descendants(w + "txbxContent")) yield return box;
    }

    /// <summary>The tables whose fields stand in the row itself, not in a table inside one of its cells.</summary>
    public static IReadOnlyList<string> TablesNamedIn(XElement row, FieldCatalog catalog)
    {
        var tables = new List<string>();
        foreach (var paragraph in OwnParagraphs(row))
        {
            if (!paragraph.Value.Contains('{', StringComparison.Ordinal)) continue;
            foreach (var placeholder in Placeholders.InWord(new ParagraphText(paragraph).Text))
                if (catalog.TableField(placeholder.Name) is { } field && !tables.Contains(field.Table.Name)) tables.Add(field.Table.Name);
        }

        return tables;
    }

    private static IEnumerable<XElement> OwnParagraphs(XElement row) =>
        row.Descendants(row.Name.Namespace + "p").Where(paragraph => paragraph.Ancestors(row.Name).First() == row);
}
