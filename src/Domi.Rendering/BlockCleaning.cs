using System.Xml.Linq;

namespace Domi.Rendering;

/// <summary>Removes paragraphs, and what would be an invalid or empty shell without them.</summary>
internal static class BlockCleaning
{
    public static void RemoveParagraphs(IReadOnlyList<XElement> paragraphs)
    {
        var rows = new List<XElement>();
        foreach (var paragraph in paragraphs)
        {
            if (paragraph.Parent is not { } container) continue;

            var w = paragraph.Name.Namespace;
            var cell = paragraph.Ancestors(w + "tc").FirstOrDefault();
            if (cell?.Parent is { } row && !rows.Contains(row)) rows.Add(row);
            if (IsNeeded(paragraph, container))
                Hollow(paragraph);
            else
                paragraph.Remove();
            if (container.Name == w + "sdtContent" && !container.Elements().Any()) RemoveControl(container);
        }

        // Inner rows first: a table that vanishes may leave its outer row empty.
        foreach (var row in rows.OrderByDescending(row => row.Ancestors().Count()))
        {
            if (row.Parent is not { } table || !IsEmpty(row)) continue;
            row.Remove();
            RemoveTableWithoutRows(table);
        }
    }

    public static void RemoveTableWithoutRows(XElement table)
    {
        var w = table.Name.Namespace;
        if (table.Name != w + "tbl" || table.Descendants(w + "tr").Any() || table.Parent is not { } container) return;

        table.Remove();
        if (!container.Elements(w + "p").Any() && MustEndInParagraph(container)) container.Add(new XElement(w + "p"));
    }

    /// <summary>Adds a run property at its place: Word asks for the schema's order.</summary>
    public static void InsertInOrder(XElement properties, XElement property)
    {
        var rank = Array.IndexOf(RunPropertyOrder, property.Name.LocalName);
        var after = properties.Elements().LastOrDefault(element => Array.IndexOf(RunPropertyOrder, element.Name.LocalName) is var r && r >= 0 && r < rank);
        if (after is null)
            properties.AddFirst(property);
        else
            after.AddAfterSelf(property);
    }

    // ECMA-376 part 1, 17.3.2.28 (EG_RPrBase), as far as it comes before or at what is inserted here.
    private static readonly string[] RunPropertyOrder =
    [
        "rStyle", "rFonts", "b", "bCs", "i", "iCs", "caps", "smallCaps", "strike", "dstrike", "outline", "shadow", "emboss", "imprint",
        "noProof", "snapToGrid", "vanish", "webHidden", "color", "spacing", "w", "kern", "position", "sz", "szCs", "highlight", "u",
    ];

    // A paragraph stays, empty, where it carries a section, where a container must end in one, and between two tables that would
    // otherwise grow together.
    private static bool IsNeeded(XElement paragraph, XElement container)
    {
        var w = paragraph.Name.Namespace;
        if (paragraph.Element(w + "pPr")?.Element(w + "sectPr") is not null) return true;

        var before = paragraph.ElementsBeforeSelf().LastOrDefault(IsBlock);
        var after = paragraph.ElementsAfterSelf().FirstOrDefault(IsBlock);
        if (before?.Name.LocalName is "tbl" && after?.Name.LocalName is "tbl") return true;
        return after is null && (before is null || before.Name.LocalName is "tbl") && MustEndInParagraph(container);
    }

    private static bool MustEndInParagraph(XElement container) =>
        container.Name.LocalName is "tc" or "hdr" or "ftr" or "txbxContent" or "footnote" or "endnote";

    private static bool IsBlock(XElement element) => element.Name.LocalName is "p" or "tbl" or "sdt";

    // Kept for the format's sake only: it should take no room.
    private static void Hollow(XElement paragraph)
    {
        var w = paragraph.Name.Namespace;
        var section = paragraph.Element(w + "pPr")?.Element(w + "sectPr");
        var isAlone = paragraph.Parent!.Elements().Count(IsBlock) == 1; // an empty cell keeps the height the designer gave it
        if (section is not null || isAlone) return;

        paragraph.ReplaceNodes(new XElement(w + "pPr",
            new XElement(w + "spacing", new XAttribute(w + "before", 0), new XAttribute(w + "after", 0),
                new XAttribute(w + "line", 20), new XAttribute(w + "lineRule", "exact")),
            new XElement(w + "rPr", new XElement(w + "sz", new XAttribute(w + "val", 2)))));
    }

    private static bool IsEmpty(XElement row)
    {
        var w = row.Name.Namespace;
        return row.Descendants(w + "p").All(ParagraphText.IsBlank);
    }

    private static void RemoveControl(XElement content)
    {
        var control = content.Parent!;
        var container = control.Parent!;
        var w = content.Name.Namespace;
        control.Remove();
        if (!container.Elements(w + "p").Any() && MustEndInParagraph(container)) container.Add(new XElement(w + "p"));
    }
}
