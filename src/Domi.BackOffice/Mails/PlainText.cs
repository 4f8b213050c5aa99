using System.Text;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Domi.BackOffice.Mails;

/// <summary>The text version of a mail's HTML: paragraphs as lines, links with their address.</summary>
internal static partial class PlainText
{
    public static string Of(string html)
    {
        var document = new HtmlParser().ParseDocument(html);
        var text = new StringBuilder();
        Write(document.Body!, text);
        return Gaps().Replace(text.ToString(), "\n\n").Trim() + "\n";
    }

    private static void Write(INode node, StringBuilder text)
    {
        foreach (var child in node.ChildNodes)
        {
            switch (child)
            {
                case IText words:
                    text.Append(Blanks().Replace(words.Data, " "));
                    break;
                case IElement { LocalName: "br" }:
                    text.Append('\n');
                    break;
                case IElement { LocalName: "a" } link:
                    Write(link, text);
                    var address = link.GetAttribute("href") ?? "";
                    if (address.Length > 0 && !link.TextContent.Contains(address, StringComparison.OrdinalIgnoreCase)) text.Append(" (").Append(address).Append(')');
                    break;
                case IElement { LocalName: "script" or "style" or "head" }:
                    break;
                case IElement { LocalName: "p" or "div" or "tr" or "ul" or "ol" or "h1" or "h2" or "h3" or "table" } block:
                    Write(block, text);
                    text.Append("\n\n");
                    break;
                case IElement { LocalName: "li" } item:
                    text.Append("- ");
                    Write(item, text);
                    text.Append('\n');
                    break;
                default:
                    Write(child, text);
                    break;
            }
        }
    }

    [GeneratedRegex(@"[ \t\r\n]+")]
    private static partial Regex Blanks();

    [GeneratedRegex(@"[ \t]*\n([ \t]*\n)+[ \t]*")]
    private static partial Regex Gaps();
}
