using System.Xml.Linq;

namespace Domi.Rendering;

/// <summary>Collects what goes from a story – markers, and blocks whose condition does not hold – and removes it in one go.</summary>
internal sealed class Erasure(IReadOnlyList<ParagraphText> paragraphs)
{
    private readonly Dictionary<int, bool[]> erased = [];
    private readonly Dictionary<int, List<Placeholder>> markers = [];

    /// <summary>A marker goes in any case; the blank beside it goes with it.</summary>
    public void Marker(int paragraph, Placeholder marker)
    {
        Erase(paragraph, marker.Start, marker.End);
        if (!markers.TryGetValue(paragraph, out var list)) markers[paragraph] = list = [];
        list.Add(marker);
    }

    public void Block(int first, Placeholder start, int last, Placeholder end)
    {
        if (first == last)
        {
            Erase(first, start.Start, end.End);
            return;
        }

        Erase(first, start.Start, paragraphs[first].Text.Length);
        for (var between = first + 1; between < last; between++) Erase(between, 0, paragraphs[between].Text.Length);
        Erase(last, 0, end.End);
    }

    public void Apply()
    {
        var emptied = new List<XElement>();
        foreach (var (index, marks) in erased.OrderBy(item => item.Key))
        {
            var paragraph = paragraphs[index];
            if (markers.TryGetValue(index, out var own)) TakeBlanksAlong(paragraph.Text, marks, own);
            paragraph.Delete(marks);
            if (ParagraphText.IsBlank(paragraph.Element)) emptied.Add(paragraph.Element);
        }

        BlockCleaning.RemoveParagraphs(emptied);
    }

    private void Erase(int paragraph, int from, int to)
    {
        if (!erased.TryGetValue(paragraph, out var marks)) erased[paragraph] = marks = new bool[paragraphs[paragraph].Text.Length];
        Array.Fill(marks, true, from, to - from);
    }

    // "{IF X} text {ENDIF X}" is written with blanks that nobody wants to see at the start or end of the line, or twice.
    private static void TakeBlanksAlong(string text, bool[] marks, List<Placeholder> markers)
    {
        foreach (var marker in markers)
        {
            int Before() => Array.FindLastIndex(marks, Math.Max(0, marker.Start - 1), marker.Start, erased => !erased);
            int After() => Array.FindIndex(marks, marker.End, erased => !erased);

            var before = marker.Start == 0 ? -1 : Before();
            int after;
            while ((after = After()) >= 0 && text[after] == ' ' && (before < 0 || text[before] is ' ' or '\n')) marks[after] = true;
            if (after >= 0 && text[after] != '\n') continue;
            while (marker.Start > 0 && (before = Before()) >= 0 && text[before] == ' ') marks[before] = true;
        }
    }
}
