using System.Xml.Linq;

namespace Domi.Rendering;

/// <summary>Reads the placeholders of one part and compares them with a catalog.</summary>
internal sealed class TemplateCheck(FieldCatalog catalog, TemplatePlace part)
{
    private readonly List<TemplateFinding> findings = [];

    public IReadOnlyList<TemplateFinding> Run(XElement root)
    {
        foreach (var story in Story.In(root))
            CheckStory(story, story.Name.LocalName is "txbxContent" ? TemplatePlace.TextBox : part);
        foreach (var picture in root.Descendants().Where(element => element.Name.LocalName is "docPr" or "shape"))
            if (Pictures.FieldOf(picture) is { } name) CheckPicture(name);
        return findings;
    }

    /// <summary>Looks at the addresses of links, where a placeholder may stand as well.</summary>
    public IReadOnlyList<TemplateFinding> Run(IEnumerable<string> addresses)
    {
        foreach (var address in addresses)
            foreach (var placeholder in Placeholders.InWord(address)) CheckName(placeholder, part, null);
        return findings;
    }

    private void CheckStory(XElement story, TemplatePlace place)
    {
        var placeholders = new List<(Placeholder Placeholder, TemplatePlace Place)>();
        var rows = new Stack<string>();
        Story.Walk(
            story,
            paragraph =>
            {
                var text = new ParagraphText(paragraph).Text;
                var own = paragraph.Ancestors().TakeWhile(element => element != story)
                    .Any(element => element.Name.LocalName is "tc") ? TemplatePlace.Table : place;
                foreach (var placeholder in Placeholders.InWord(text))
                {
                    placeholders.Add((placeholder, own));
                    CheckName(placeholder, own, rows.Count > 0 ? rows.Peek() : null);
                }

                CheckStray(text, own);
            },
            (row, table) =>
            {
                placeholders.Add((new(PlaceholderKind.LoopStart, table, false, 0, 0, $"{{{table}}}"), TemplatePlace.Table));
                rows.Push(table);
                var tables = Story.TablesNamedIn(row, catalog);
                if (tables.Count > 1) Add("template.mixed_tables", FindingSeverity.Error, string.Join(", ", tables), null, TemplatePlace.Table);
            },
            table =>
            {
                placeholders.Add((new(PlaceholderKind.LoopEnd, table, false, 0, 0, ""), TemplatePlace.Table));
                rows.Pop();
            },
            row => Story.TablesNamedIn(row, catalog) is [var table, ..] ? table : null);

        var faults = new List<BlockFault>();
        Blocks.Pair([.. placeholders.Select(item => item.Placeholder)], faults);
        foreach (var fault in faults)
            Add(fault.Code, fault.Severity, placeholders[fault.Index].Placeholder.Text, null, placeholders[fault.Index].Place);
    }

    private void CheckName(Placeholder placeholder, TemplatePlace place, string? row)
    {
        if (placeholder.Kind is PlaceholderKind.EndIf) return;

        var subject = placeholder.Text;
        if (catalog.TableField(placeholder.Name) is { } inTable)
        {
            if (inTable.Column is null)
                Add("template.unknown_field", FindingSeverity.Error, subject, Nearest(placeholder.Name), place);
            else if (row is null)
                Add("template.table_field_outside_row", FindingSeverity.Error, subject, null, place);
        }
        else if (catalog.Table(placeholder.Name) is not null)
        {
            Add("template.table_field_outside_row", FindingSeverity.Error, subject, null, place);
        }
        else if (catalog.Field(placeholder.Name) is not { } field)
        {
            // {IF} without a name reads as a field of that name.
            var code = placeholder.Name.Equals("IF", StringComparison.OrdinalIgnoreCase) ? "template.if_without_name" : "template.unknown_field";
            Add(code, FindingSeverity.Error, subject, Nearest(placeholder.Name), place);
        }
        else if (placeholder.Kind is PlaceholderKind.Field && field.Kind is FieldKind.Condition)
        {
            Add("template.condition_as_field", FindingSeverity.Error, subject, null, place);
        }
    }

    private void CheckPicture(string name)
    {
        if (catalog.Field(name)?.Kind is not FieldKind.Image)
            Add("template.unknown_field", FindingSeverity.Error, $"{{{name}}}", Nearest(name), part);
    }

    // Who names a picture wants a picture.
    private string? Nearest(string name) => NearestName.Of(name, name.StartsWith(Placeholder.ImagePrefix, StringComparison.OrdinalIgnoreCase)
        ? catalog.Names().Where(known => known.StartsWith(Placeholder.ImagePrefix, StringComparison.Ordinal))
        : catalog.Names());

    // A brace that opens and never closes was most likely meant as a placeholder.
    private void CheckStray(string text, TemplatePlace place)
    {
        for (var at = text.IndexOf('{', StringComparison.Ordinal); at >= 0; at = text.IndexOf('{', at + 1))
        {
            var close = text.IndexOf('}', at);
            var next = text.IndexOf('{', at + 1);
            if (close >= 0 && (next < 0 || close < next)) continue;
            Add("template.unclosed_brace", FindingSeverity.Warning, text.Substring(at, Math.Min(30, text.Length - at)).TrimEnd(), null, place);
        }
    }

    private void Add(string code, FindingSeverity severity, string subject, string? nearest, TemplatePlace place)
    {
        var finding = new TemplateFinding(code, severity, subject, nearest, place);
        if (!findings.Contains(finding)) findings.Add(finding);
    }
}
