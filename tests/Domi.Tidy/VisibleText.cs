using System.Text.RegularExpressions;
using Xunit;

namespace Domi.Tidy;

/// <summary>What people read on a page comes from its texts, in four languages: no word stands between tags or in an attribute that is read.</summary>
internal static partial class VisibleText
{
    // Names, and what is written the same in each of the languages.
    private static readonly string[] Allowed = ["Domi", "Twikey", "IBAN", "BIC", "PDF", "CSV", "QR", "SEPA", "UTC", "EUR", "BE", "kB", "cc", "own", "D"];

    public static IEnumerable<Finding> Find(RepositoryFile page)
    {
        var markup = Computed().Replace(Unread().Replace(page.Text, Blank), Blank);
        // Braces, semicolons and equals signs are code that stands between two tags.
        foreach (var text in Between().Matches(markup).Where(m => m.Value.IndexOfAny(['{', '}', ';', '=']) < 0).Concat(Attribute().Matches(markup)))
            if (Word().Matches(text.Groups["words"].Value).FirstOrDefault(w => !Allowed.Contains(w.Value)) is { } word)
                yield return new(page.Path, page.LineAt(text.Groups["words"].Index + word.Index), $"'{word.Value}' stands in the page: give it a key in each language's texts");
    }

    // Lines stay where they are.
    private static string Blank(Match match) => Everything().Replace(match.Value, " ");

    [GeneratedRegex(@"@\*.*?\*@|<!--.*?-->|<svg\b.*?</svg>|<style\b.*?</style>|<script\b.*?</script>|&#?\w+;|^@(?:page|model|inject|using|addTagHelper|namespace)\b[^\r\n]*", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Unread();

    /// <summary>@Model.Name, @T["key", ("count", 1)], @(a ? b : c), @await X(…), @if (…): a name, or a bracket with all that it holds.</summary>
    [GeneratedRegex("""@(?:(?:if|for|foreach|while|switch|using)\s+(?=\()|await\s+)?(?:[\w.?!]*\w)?(?:\?|!|\.\w+)*(?:[(\[](?>"(?:\\.|[^"\\])*"|[^()\[\]"]|(?<open>[(\[])|(?<-open>[)\]]))*(?(open)(?!))[)\]](?:[?!]?\.\w+)*)*""")]
    private static partial Regex Computed();

    [GeneratedRegex(@"(?<=[\w""'/])>(?<words>[^<>]*)(?=<[/\w])")]
    private static partial Regex Between();

    [GeneratedRegex(@"\s(?:title|alt|placeholder|aria-label)=""(?<words>[^""]*)""")]
    private static partial Regex Attribute();

    [GeneratedRegex(@"\p{L}[\p{L}\p{Nd}'’-]*")]
    private static partial Regex Word();

    [GeneratedRegex(@"[^\r\n]")]
    private static partial Regex Everything();
}

public sealed class VisibleTextTests
{
    [Fact]
    public void No_word_stands_in_a_page_itself() => Rule.Holds(Repository.Files.Where(f => f.IsUnder("src") && f.EndsWith(".cshtml")).SelectMany(VisibleText.Find));

    [Theory]
    [InlineData("<h1>Invoices</h1>", "Invoices")]
    [InlineData("<p>@Model.Count invoices are open</p>", "invoices")]
    [InlineData("<p>@T[\"greeting\", (\"name\", Model.Name)], welcome</p>", "welcome")]
    [InlineData("@if (Model.Count > 0)\n{\n  <b>Overdue</b>\n}", "Overdue")]
    [InlineData("@if (a) {<text>Yes</text>} else {<text>@T[\"no\"]</text>}", "Yes")]
    [InlineData("<td>IBAN or number</td>", "or")]
    [InlineData("<input placeholder=\"Search\">", "Search")]
    [InlineData("<img src=\"a.png\" alt=\"The logo\">", "The")]
    [InlineData("<a title=\"Open @Model.Number\" href=\"/\"><b>@Model.Number</b></a>", "Open")]
    [InlineData("<nav aria-label=\"Pages\">@T[\"x\"]</nav>", "Pages")]
    public void A_word_that_stands_in_a_page_is_found(string page, string word)
    {
        var found = Assert.Single(VisibleText.Find(new("src/M/Pages/X.cshtml", page)));

        Assert.StartsWith($"'{word}'", found.Message);
    }

    [Fact]
    public void The_place_is_told() => Assert.Equal(3, Assert.Single(VisibleText.Find(new("src/M/Pages/X.cshtml", "@model X\n<p>\n  Hello\n</p>"))).Line);

    [Theory]
    [InlineData("<h1>@T[\"invoices.title\"]</h1>")]
    [InlineData("<h1>Twikey</h1><th scope=\"col\">IBAN</th>")]
    [InlineData("<p>@T[\"a\", (\"of\", T[\"b\"])] · @(Model.X ? T[\"yes (really)\"] : \"no\") <b>12,50 €</b></p>")]
    [InlineData("<input placeholder=\"@T[\"search\"]\" aria-label=\"@(Model.Is ? T[\"a\"] : null)\" value=\"Some value\">")]
    [InlineData("<svg><title>Drawing</title><text>drawn</text></svg><style>p > b { color: red }</style>")]
    [InlineData("@* <p>Said to nobody</p> *@<!-- <p>nor this</p> -->")]
    [InlineData("<ul>@foreach (var x in Enum.GetValues<Kind>()) {<li>@x</li>}</ul>")]
    [InlineData("@foreach (var x in Model.All.Where(x => x.Count > 0 && x.Count < 5))\n{\n  var y = new List<string>();\n  <li>@x.Name?.Length</li>\n}\n<p>&nbsp;</p>")]
    [InlineData("@if (Model.A) {<text>@T[\"a\"]</text>}\nelse if (Model.B > 2) {<b>@T[\"b\"]</b>}\nelse {<i>@await Html.PartialAsync(\"_X\")</i>}")]
    public void A_page_whose_words_are_texts_passes(string page) => Assert.Empty(VisibleText.Find(new("src/M/Pages/X.cshtml", page)));
}
