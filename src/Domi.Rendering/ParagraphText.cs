using System.Text;
using System.Xml.Linq;

namespace Domi.Rendering;

/// <summary>
/// A Word paragraph as one text, with a map back to the pieces it is made of. Word cuts text into runs wherever spelling, revision or
/// formatting changes, also in the middle of a placeholder.
/// </summary>
/// <remarks>Paragraphs inside a text box of this paragraph are not part of it: the box counts as one object.</remarks>
internal sealed class ParagraphText
{
    /// <summary>Stands for a picture, a field mark, a foot note: something that is no text. Never part of a placeholder.</summary>
    private const char Object = '\uFFFC';

    private readonly List<Leaf> leaves = [];
    private readonly XElement paragraph;
    private readonly XNamespace w;

    public ParagraphText(XElement paragraph)
    {
        this.paragraph = paragraph;
        w = paragraph.Name.Namespace;
        var text = new StringBuilder();
        Collect(paragraph, text);
        Text = text.ToString();
    }

    public XElement Element => paragraph;

    public string Text { get; }

    /// <summary>Whether there is nothing to see: no object, and blanks at most.</summary>
    public static bool IsBlank(XElement paragraph) => new ParagraphText(paragraph).Text.All(char.IsWhiteSpace);

    /// <summary>Removes the characters (and objects) that are marked, and runs that are empty afterwards.</summary>
    public void Delete(bool[] marked)
    {
        foreach (var leaf in leaves)
        {
            if (!leaf.IsText)
            {
                if (marked[leaf.Start]) RemoveFromRun(leaf.Node);
                continue;
            }

            var kept = new StringBuilder();
            for (var i = leaf.Start; i < leaf.End; i++)
                if (!marked[i]) kept.Append(Text[i]);
            if (kept.Length == leaf.End - leaf.Start) continue;
            if (kept.Length == 0)
                RemoveFromRun(leaf.Node);
            else
                leaf.Node.ReplaceWith(TextNode(kept.ToString()));
        }
    }

    /// <summary>
    /// Puts a value in place of each placeholder. The value goes into the run in which the placeholder began, so it takes that
    /// run's formatting; what the placeholder had in other runs disappears.
    /// </summary>
    /// <param name="content">Run content (w:t, w:br, w:drawing …) or, for a link, an element that <paramref name="finish"/> understands.</param>
    /// <param name="finish">Called with each changed run.</param>
    public void Replace(IReadOnlyList<Placeholder> placeholders, Func<Placeholder, IEnumerable<XElement>> content, Action<XElement> finish)
    {
        var runs = new List<XElement>();
        foreach (var leaf in leaves)
        {
            var touching = placeholders.Where(p => p.Start < leaf.End && p.End > leaf.Start).ToList();
            if (touching.Count == 0) continue;

            var run = leaf.Node.Parent!;
            var nodes = new List<XElement>();
            var cursor = leaf.Start;
            foreach (var placeholder in touching)
            {
                if (placeholder.Start > cursor) nodes.Add(TextNode(Text[cursor..placeholder.Start]));
                if (placeholder.Start >= leaf.Start) nodes.AddRange(content(placeholder));
                cursor = Math.Min(placeholder.End, leaf.End);
            }

            if (cursor < leaf.End) nodes.Add(TextNode(Text[cursor..leaf.End]));
            if (nodes.Count == 0)
            {
                RemoveFromRun(leaf.Node);
                continue;
            }

            leaf.Node.ReplaceWith(nodes);
            if (!runs.Contains(run)) runs.Add(run);
        }

        foreach (var run in runs) finish(run);
    }

    /// <summary>Text as run content: lines become breaks, tabs become tabs, what XML cannot hold is left out.</summary>
    public static IEnumerable<XElement> RunContent(XNamespace w, string value)
    {
        var line = new StringBuilder();
        foreach (var rune in value.ReplaceLineEndings("\n").EnumerateRunes())
        {
            if (rune.Value is '\n' or '\t')
            {
                if (line.Length > 0) yield return TextNode(w, line.ToString());
                line.Clear();
                yield return new(w + (rune.Value is '\n' ? "br" : "tab"));
            }
            else if (rune.Value >= 0x20 && rune.Value is not (0xFFFE or 0xFFFF))
            {
                line.Append(rune.ToString());
            }
        }

        if (line.Length > 0) yield return TextNode(w, line.ToString());
    }

    private XElement TextNode(string text) => TextNode(w, text);

    private static XElement TextNode(XNamespace w, string text) =>
        new(w + "t", new XAttribute(XNamespace.Xml + "space", "preserve"), text);

    private void Collect(XElement parent, StringBuilder text)
    {
        foreach (var child in parent.Elements())
        {
            if (child.Name.Namespace != w) continue;
            switch (child.Name.LocalName)
            {
                case "r":
                    CollectRun(child, text);
                    break;
                case "pPr" or "sdtPr" or "sdtEndPr" or "del" or "moveFrom" or "proofErr" or "bookmarkStart" or "bookmarkEnd":
                    break;
                default:
                    Collect(child, text);
                    break;
            }
        }
    }

    private void CollectRun(XElement run, StringBuilder text)
    {
        foreach (var child in run.Elements())
        {
            var isWord = child.Name.Namespace == w;
            if (isWord && child.Name.LocalName is "rPr" or "lastRenderedPageBreak" or "softHyphen" or "annotationRef") continue;

            var start = text.Length;
            var isText = isWord && child.Name.LocalName is "t";
            if (isText)
                text.Append(child.Value);
            else
                text.Append(!isWord ? Object : child.Name.LocalName switch { "tab" => '\t', "br" or "cr" when child.Attribute(w + "type") is null => '\n', "noBreakHyphen" => '-', _ => Object });
            leaves.Add(new(child, start, text.Length, isText));
        }
    }

    private void RemoveFromRun(XElement node)
    {
        var parent = node.Parent!;
        node.Remove();
        // A hyperlink or content control without runs would be an empty shell.
        while (parent != paragraph && parent.Name.LocalName is not "sdt"
            && parent.Elements().All(child => child.Name.LocalName is "rPr" or "bookmarkStart" or "bookmarkEnd" or "proofErr")
            && parent.Parent is { } above)
        {
            if (parent.Name.LocalName is "sdtContent") return;
            if (parent.Name.LocalName is "hyperlink" && parent.HasElements) return;
            parent.Remove();
            parent = above;
        }
    }

    private readonly record struct Leaf(XElement Node, int Start, int End, bool IsText);
}
