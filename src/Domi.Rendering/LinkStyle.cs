using System.Xml.Linq;

namespace Domi.Rendering;

/// <summary>A character style without any look that every link gets.</summary>
/// <remarks>
/// LibreOffice 7.4 collects the links for a PDF by walking the character styles, all but the default one: a link without a style of its own
/// is blue and underlined on the page and cannot be clicked.
/// </remarks>
internal static class LinkStyle
{
    public const string Id = "FilledLink";

    public const string StylesContentType = "application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml";

    public static void AddTo(XElement styles)
    {
        var w = styles.Name.Namespace;
        if (styles.Elements(w + "style").Any(style => (string?)style.Attribute(w + "styleId") == Id)) return;

        styles.Add(new XElement(w + "style",
            new XAttribute(w + "type", "character"), new XAttribute(w + "customStyle", 1), new XAttribute(w + "styleId", Id),
            new XElement(w + "name", new XAttribute(w + "val", "Filled Link"))));
    }

    /// <summary>Gives it to the links that stand in the template already.</summary>
    public static void ApplyTo(XElement root)
    {
        var w = root.Name.Namespace;
        foreach (var run in root.Descendants(w + "hyperlink").Elements(w + "r"))
        {
            if (run.Element(w + "rPr") is not { } look) run.AddFirst(look = new(w + "rPr"));
            Apply(look);
        }
    }

    /// <summary>Adds it to run properties that name no style.</summary>
    public static void Apply(XElement look)
    {
        var w = look.Name.Namespace;
        if (look.Element(w + "rStyle") is null) look.AddFirst(new XElement(w + "rStyle", new XAttribute(w + "val", Id)));
    }
}
