using System.Text.RegularExpressions;

namespace Domi.Rendering;

internal enum PlaceholderKind
{
    Field,
    If,
    EndIf,

    /// <summary>Opens what repeats: <c>{invoices}</c> in a mail, a repeated row in Word.</summary>
    LoopStart,
    LoopEnd,
}

/// <summary>Something in braces, and where it stands in its text.</summary>
internal readonly record struct Placeholder(PlaceholderKind Kind, string Name, bool Negated, int Start, int Length, string Text)
{
    public int End => Start + Length;

    /// <summary>A picture of a Word template is named with its prefix.</summary>
    public bool IsImage => Name.StartsWith(ImagePrefix, StringComparison.OrdinalIgnoreCase);

    public const string ImagePrefix = "Image:";
}

/// <summary>Finds placeholders. Braces around anything else are text.</summary>
internal static partial class Placeholders
{
    /// <summary>Names in Word may hold blanks: a misspelt <c>{Invoice Number}</c> must be found, not printed.</summary>
    public static List<Placeholder> InWord(string text) => Scan(WordPattern(), text);

    /// <summary>No blanks and colons here: a mail may carry a style sheet with <c>p {color: red}</c>.</summary>
    public static List<Placeholder> InMail(string text) => Scan(MailPattern(), text);

    private static List<Placeholder> Scan(Regex pattern, string text)
    {
        var found = new List<Placeholder>();
        if (!text.Contains('{', StringComparison.Ordinal)) return found;

        foreach (Match match in pattern.Matches(text))
        {
            var kind = match.Groups["if"].Success ? PlaceholderKind.If
                : match.Groups["endif"].Success ? PlaceholderKind.EndIf
                : match.Groups["close"].Success ? PlaceholderKind.LoopEnd
                : PlaceholderKind.Field;
            found.Add(new(kind, match.Groups["name"].Value.Trim(), match.Groups["not"].Success,
                match.Index, match.Length, match.Value));
        }

        return found;
    }

    [GeneratedRegex(
        @"\{\s*(?:(?<if>IF)[\s_]+(?:(?<not>NOT)[\s_]+)?(?<name>[\p{L}_][\p{L}\p{N}_.:\- ]{0,99})|(?<endif>ENDIF)[\s_]*(?<name>[\p{L}_][\p{L}\p{N}_.:\- ]{0,99})?|(?<name>[\p{L}_][\p{L}\p{N}_.:\- ]{0,99}))\s*\}",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex WordPattern();

    [GeneratedRegex(
        @"\{\s*(?:(?<if>IF)[\s_]+(?:(?<not>NOT)[\s_]+)?(?<name>[\p{L}_][\p{L}\p{N}_.\-]{0,99})|(?<endif>ENDIF)[\s_]*(?<name>[\p{L}_][\p{L}\p{N}_.\-]{0,99})?|(?<close>/)?(?<name>[\p{L}_][\p{L}\p{N}_.\-]{0,99}))\s*\}",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex MailPattern();
}

/// <summary>A fault in the nesting of blocks: which placeholder (by index), and what it is.</summary>
internal readonly record struct BlockFault(int Index, string Code, FindingSeverity Severity);

/// <summary>Which end belongs to which beginning.</summary>
internal static class Blocks
{
    /// <summary>
    /// Pairs beginnings and ends by index. An end whose name fits no open IF closes the innermost one, with a warning: people
    /// misspell the end, and the reader of the printed template still sees what was meant.
    /// </summary>
    public static Dictionary<int, int> Pair(IReadOnlyList<Placeholder> placeholders, List<BlockFault>? faults = null)
    {
        var pairs = new Dictionary<int, int>();
        var open = new List<int>();
        for (var i = 0; i < placeholders.Count; i++)
        {
            switch (placeholders[i].Kind)
            {
                case PlaceholderKind.If or PlaceholderKind.LoopStart:
                    open.Add(i);
                    break;
                case PlaceholderKind.EndIf:
                    CloseIf(placeholders, i, open, pairs, faults);
                    break;
                case PlaceholderKind.LoopEnd:
                    CloseLoop(placeholders, i, open, pairs, faults);
                    break;
            }
        }

        foreach (var i in open) faults?.Add(Unclosed(placeholders, i));
        return pairs;
    }

    private static void CloseIf(
        IReadOnlyList<Placeholder> placeholders, int end, List<int> open, Dictionary<int, int> pairs, List<BlockFault>? faults)
    {
        // An end inside a loop cannot close what was opened outside: the loop would end in the middle of the block.
        var floor = open.FindLastIndex(i => placeholders[i].Kind is PlaceholderKind.LoopStart) + 1;
        if (open.Count == floor)
        {
            faults?.Add(new(end, "template.endif_without_if", FindingSeverity.Error));
            return;
        }

        var name = placeholders[end].Name;
        var at = name.Length == 0
            ? open.Count - 1
            : open.FindLastIndex(i => placeholders[i].Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (at < floor)
        {
            at = open.Count - 1;
            faults?.Add(new(end, "template.endif_mismatch", FindingSeverity.Warning));
        }

        Close(placeholders, at, end, open, pairs, faults);
    }

    private static void CloseLoop(
        IReadOnlyList<Placeholder> placeholders, int end, List<int> open, Dictionary<int, int> pairs, List<BlockFault>? faults)
    {
        var at = open.FindLastIndex(i => placeholders[i].Kind is PlaceholderKind.LoopStart
            && placeholders[i].Name.Equals(placeholders[end].Name, StringComparison.OrdinalIgnoreCase));
        if (at < 0)
            faults?.Add(new(end, "template.loop_end_without_start", FindingSeverity.Error));
        else
            Close(placeholders, at, end, open, pairs, faults);
    }

    private static void Close(
        IReadOnlyList<Placeholder> placeholders, int at, int end, List<int> open, Dictionary<int, int> pairs, List<BlockFault>? faults)
    {
        for (var inner = at + 1; inner < open.Count; inner++) faults?.Add(Unclosed(placeholders, open[inner]));
        pairs[open[at]] = end;
        open.RemoveRange(at, open.Count - at);
    }

    private static BlockFault Unclosed(IReadOnlyList<Placeholder> placeholders, int i) => new(
        i, placeholders[i].Kind is PlaceholderKind.If ? "template.unclosed_if" : "template.unclosed_loop", FindingSeverity.Error);
}
