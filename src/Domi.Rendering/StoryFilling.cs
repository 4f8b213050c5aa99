using System.Xml.Linq;

namespace Domi.Rendering;

/// <summary>Fills the stories of one part: repeats rows, drops blocks, writes values.</summary>
internal sealed class StoryFilling(FieldValues values, PartLinks links)
{
    private static readonly XName LinkMark = "link";
    private static readonly XNamespace Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    public void Fill(XElement root)
    {
        RepeatRows(root);
        foreach (var story in Story.In(root).ToList()) ResolveBlocks(story);

        foreach (var picture in root.Descendants().Where(element => element.Name.LocalName is "docPr" or "shape").ToList())
            if (Pictures.FieldOf(picture) is { } name) Pictures.Swap(picture, values.Value(name) as ImageValue, links.AddPicture);
        foreach (var paragraph in root.Descendants(root.Name.Namespace + "p").ToList()) FillParagraph(paragraph);
    }

    private void RepeatRows(XElement root)
    {
        // Outer rows come first in document order, so a table inside a repeated row is met again in each copy.
        var w = root.Name.Namespace;
        var next = root.Descendants(w + "tr").FirstOrDefault();
        while (next is not null)
        {
            var row = next;
            if (row.Annotation<RepeatedRow>() is not null || Story.TablesNamedIn(row, values.Catalog) is not [var table, ..])
            {
                next = row.Descendants(w + "tr").FirstOrDefault() ?? Following(row, w + "tr");
                continue;
            }

            var items = values.Data.Tables.GetValueOrDefault(table) ?? [];
            var copies = items.Select((item, i) => Copy(row, new(table, item), keepIds: i == 0)).ToList();
            row.AddBeforeSelf(copies);
            next = copies.Count > 0 ? copies[0] : Following(row, w + "tr");
            var parent = row.Parent!;
            row.Remove();
            if (copies.Count == 0) BlockCleaning.RemoveTableWithoutRows(parent);
        }
    }

    private static XElement? Following(XElement element, XName name)
    {
        for (var at = element; at is not null; at = at.Parent)
            foreach (var sibling in at.ElementsAfterSelf())
                if (sibling.DescendantsAndSelf(name).FirstOrDefault() is { } found) return found;
        return null;
    }

    // Bookmarks and paragraph ids must be unique in a document.
    private static XElement Copy(XElement row, RepeatedRow item, bool keepIds)
    {
        var copy = new XElement(row);
        copy.AddAnnotation(item);
        if (keepIds) return copy;

        copy.Descendants().Where(element => element.Name.LocalName is "bookmarkStart" or "bookmarkEnd").Remove();
        copy.DescendantsAndSelf().Attributes().Where(attribute => attribute.Name.LocalName is "paraId" or "textId").Remove();
        return copy;
    }

    private void ResolveBlocks(XElement story)
    {
        var paragraphs = new List<ParagraphText>();
        var placeholders = new List<Placeholder>();
        var owners = new List<int>(); // index of the paragraph, by placeholder
        void Bracket(PlaceholderKind kind, string table)
        {
            placeholders.Add(new(kind, table, false, 0, 0, ""));
            owners.Add(paragraphs.Count);
        }

        Story.Walk(
            story,
            paragraph =>
            {
                var text = new ParagraphText(paragraph);
                foreach (var placeholder in Placeholders.InWord(text.Text))
                {
                    if (placeholder.Kind is PlaceholderKind.Field) continue;
                    placeholders.Add(placeholder);
                    owners.Add(paragraphs.Count);
                }

                paragraphs.Add(text);
            },
            (_, table) => Bracket(PlaceholderKind.LoopStart, table),
            table => Bracket(PlaceholderKind.LoopEnd, table),
            row => row.Annotation<RepeatedRow>()?.Table);
        if (placeholders.TrueForAll(placeholder => placeholder.Kind is PlaceholderKind.LoopStart or PlaceholderKind.LoopEnd)) return;

        var erasure = new Erasure(paragraphs);
        var pairs = Blocks.Pair(placeholders);
        for (var i = 0; i < placeholders.Count; i++)
        {
            var placeholder = placeholders[i];
            if (placeholder.Kind is not (PlaceholderKind.If or PlaceholderKind.EndIf)) continue;

            erasure.Marker(owners[i], placeholder);
            if (placeholder.Kind is PlaceholderKind.If && pairs.TryGetValue(i, out var end)
                && FieldValues.Holds(Value(placeholder.Name, paragraphs[owners[i]].Element)) == placeholder.Negated)
                erasure.Block(owners[i], placeholder, owners[end], placeholders[end]);
        }

        erasure.Apply();
    }

    private object? Value(string name, XElement paragraph)
    {
        if (values.Catalog.TableField(name) is not { Column: { } column } inTable) return values.Value(name);

        foreach (var row in paragraph.Ancestors())
            if (row.Annotation<RepeatedRow>() is { } item && item.Table == inTable.Table.Name)
                return FieldValues.Column(item.Values, column.Name) ?? FieldValues.Column(item.Values, name);
        return null;
    }

    private FieldKind Kind(string name) =>
        (values.Catalog.TableField(name)?.Column ?? values.Catalog.Field(name))?.Kind ?? FieldKind.Text;

    private bool IsKnown(string name) => values.Catalog.Field(name) is not null || values.Catalog.TableField(name) is { Column: not null };

    private void FillParagraph(XElement paragraph)
    {
        if (!paragraph.Value.Contains('{', StringComparison.Ordinal)) return;

        var text = new ParagraphText(paragraph);
        var placeholders = Placeholders.InWord(text.Text);
        if (placeholders.Count > 0) text.Replace(placeholders, placeholder => Content(placeholder, paragraph), FinishLinks);
    }

    private IEnumerable<XElement> Content(Placeholder placeholder, XElement paragraph)
    {
        var w = paragraph.Name.Namespace;
        if (placeholder.Kind is not PlaceholderKind.Field || !IsKnown(placeholder.Name)) return [];

        var (value, kind) = (Value(placeholder.Name, paragraph), Kind(placeholder.Name));
        if (value is ImageValue image)
            return Pictures.Size(image.Png) is { } size ? [Pictures.Inline(w, links.AddPicture(image), size, placeholder.Name)] : [];

        var written = values.Text(value, kind);
        return FieldValues.Address(value, kind) is { } address
            ? [new XElement(LinkMark, new XAttribute("url", address), written)]
            : ParagraphText.RunContent(w, written);
    }

    // A link is an element around runs, so a run with links in it is cut there.
    private void FinishLinks(XElement run)
    {
        if (run.Element(LinkMark) is null) return;

        var w = run.Name.Namespace;
        var around = run.Ancestors().TakeWhile(element => element.Name != w + "p").FirstOrDefault(element => element.Name == w + "hyperlink");
        var properties = run.Element(w + "rPr");
        var pieces = new List<XElement>();
        XElement? plain = null;
        foreach (var node in run.Elements().Where(element => element != properties).ToList())
        {
            if (node.Name != LinkMark)
            {
                node.Remove(); // else it would be copied, and what lies in it with it
                if (plain is null) pieces.Add(plain = new(w + "r", run.Attributes(), properties));
                plain.Add(node);
                continue;
            }

            plain = null;
            var id = links.AddLink((string)node.Attribute("url")!);
            var linked = new XElement(w + "r", LinkLook(w, properties), ParagraphText.RunContent(w, node.Value));
            if (around is null)
            {
                pieces.Add(new(w + "hyperlink", new XAttribute(Relations + "id", id), new XAttribute(w + "history", 1), linked));
                continue;
            }

            around.SetAttributeValue(Relations + "id", id);
            around.SetAttributeValue(w + "anchor", null);
            pieces.Add(linked);
        }

        run.ReplaceWith(pieces);
    }

    // The run's own look wins; what it leaves open is filled in so that a reader sees a link.
    private static XElement LinkLook(XNamespace w, XElement? properties)
    {
        var look = properties is null ? new XElement(w + "rPr") : new XElement(properties);
        if (look.Element(w + "color") is null) BlockCleaning.InsertInOrder(look, new(w + "color", new XAttribute(w + "val", "0563C1")));
        if (look.Element(w + "u") is null) BlockCleaning.InsertInOrder(look, new(w + "u", new XAttribute(w + "val", "single")));
        LinkStyle.Apply(look);
        return look;
    }
}
