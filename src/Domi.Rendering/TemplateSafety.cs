using System.Xml.Linq;

namespace Domi.Rendering;

/// <summary>Finds what would make a document fetch or run something when it is opened.</summary>
internal static class TemplateSafety
{
    // These field codes read files or call programs when fields are updated.
    private static readonly HashSet<string> FetchingFields = new(StringComparer.OrdinalIgnoreCase)
    {
        "INCLUDETEXT", "INCLUDEPICTURE", "INCLUDE", "IMPORT", "DDE", "DDEAUTO", "LINK", "RD", "DATABASE",
    };

    private static readonly string[] EmbeddedKinds = ["/oleObject", "/control", "/activeXControlBinary", "/aFChunk", "/subDocument"];

    /// <summary>
    /// Looks at a part's relationships. The template a document was made from is only a memory of Word: it is cut off, with a
    /// warning. Anything else from outside, but for links to click, is an error.
    /// </summary>
    public static IEnumerable<TemplateFinding> InRelationships(XElement relationships)
    {
        foreach (var relation in relationships.Elements(DocxPackage.RelationshipsNs + "Relationship"))
        {
            var type = (string?)relation.Attribute("Type") ?? "";
            var target = (string?)relation.Attribute("Target") ?? "";
            if (type.EndsWith("/attachedTemplate", StringComparison.Ordinal))
                yield return new("template.external_link", FindingSeverity.Warning, target, Place: TemplatePlace.File);
            else if (IsExternal(relation) && !type.EndsWith("/hyperlink", StringComparison.Ordinal))
                yield return new("template.external_link", FindingSeverity.Error, target, Place: TemplatePlace.File);
            else if (EmbeddedKinds.Any(kind => type.EndsWith(kind, StringComparison.Ordinal)))
                yield return new("template.embedded", FindingSeverity.Error, target, Place: TemplatePlace.File);
        }
    }

    /// <summary>Looks for field codes that fetch, however Word has cut them into pieces.</summary>
    public static IEnumerable<TemplateFinding> InFields(XElement root, TemplatePlace place)
    {
        var w = root.Name.Namespace;
        var open = new Stack<System.Text.StringBuilder>();
        foreach (var element in root.Descendants())
        {
            if (element.Name.Namespace != w) continue;
            var code = element.Name.LocalName switch
            {
                "fldSimple" => (string?)element.Attribute(w + "instr"),
                "fldChar" => Mark((string?)element.Attribute(w + "fldCharType"), open),
                _ => null,
            };
            if (element.Name.LocalName is "instrText" && open.Count > 0) open.Peek().Append(element.Value);
            if (code?.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() is { } name
                && FetchingFields.Contains(name))
                yield return new("template.external_link", FindingSeverity.Error, name.ToUpperInvariant(), Place: place);
        }
    }

    public static bool IsExternal(XElement relation) =>
        ((string?)relation.Attribute("TargetMode"))?.Equals("External", StringComparison.OrdinalIgnoreCase) is true;

    // The code of a field is known at its end.
    private static string? Mark(string? type, Stack<System.Text.StringBuilder> open)
    {
        if (type is "begin") open.Push(new());
        return type is "end" && open.Count > 0 ? open.Pop().ToString() : null;
    }
}
