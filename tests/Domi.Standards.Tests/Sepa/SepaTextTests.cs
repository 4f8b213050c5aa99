using CsCheck;
using Xunit;

namespace Domi.Standards.Tests;

public sealed class SepaTextTests
{
    [Theory]
    [InlineData("Café Crème", "Cafe Creme")]
    [InlineData("Müller & Söhne", "Muller + Sohne")]
    [InlineData("Straße_12 [b] {c} \\ |", "Strasse-12 (b) (c) / /")]
    [InlineData("a@b.be; 5 €", "a(at)b.be, 5 EUR")]
    [InlineData("\"Æsop\" œuvre Łódź Ørsted þing đ", "'Aesop' oeuvre Lodz Orsted thing d")]
    [InlineData("ÆGIR STRAẞE", "AEGIR STRASSE")]
    [InlineData("Αθήνα ΘΕΟΣ Θεός", "Athina THEOS Theos")]
    [InlineData("България Йордан", "Balgariya Yordan")]
    [InlineData("L’été – n° 5 … ½", "L'ete - n. 5 ... 1/2")]
    [InlineData("ﬁn e\u0301te\u0301", "fin ete")]
    [InlineData("two\r\nlines\tand  blanks ", "two lines and blanks")]
    [InlineData("zero\u200bwidth", "zerowidth")]
    [InlineData("50% #1 <x>", "50. .1 .x.")]
    [InlineData("party 🎉", "party .")]
    [InlineData("already fine: /-?:().,'+", "already fine: /-?:().,'+")]
    public void Text_is_brought_into_the_allowed_characters(string text, string expected) =>
        Assert.Equal(expected, SepaText.Convert(text, 140, "x"));

    [Theory]
    [InlineData("王小明")]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("\ud800")]
    [InlineData("🎉")]
    public void A_text_of_which_nothing_is_left_gives_the_fallback(string text) =>
        Assert.Equal("NOTPROVIDED", SepaText.Convert(text, 70, "NOTPROVIDED"));

    [Theory]
    [InlineData("ßßß", 3, "sss")]
    [InlineData("ab cd", 3, "ab")]
    [InlineData("   abc", 3, "abc")]
    public void It_is_converted_before_it_is_cut(string text, int maxLength, string expected) =>
        Assert.Equal(expected, SepaText.Convert(text, maxLength, "x"));

    [Theory]
    [InlineData("")]
    [InlineData("é")]
    [InlineData("toolong")]
    [InlineData(".")]
    public void A_fallback_that_is_not_fit_itself_is_refused(string fallback) =>
        Assert.Throws<ArgumentException>(() => SepaText.Convert("abc", 5, fallback));

    [Fact]
    public void A_length_below_one_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => SepaText.Convert("abc", 0, ""));

    [Fact]
    public void Whatever_comes_in_something_fit_goes_out() => Gen.Select(Gen.String, Gen.Int[1, 140]).Sample((text, maxLength) =>
    {
        var converted = SepaText.Convert(text, maxLength, "x");
        return converted.Length >= 1 && converted.Length <= maxLength && SepaText.IsAllowed(converted)
            && converted == converted.Trim() && SepaText.Convert(converted, maxLength, "x") == converted;
    });

    [Fact]
    public void Every_single_character_is_taken()
    {
        // The two lower planes, surrogates on their own included, and the last two of each plane, which are no characters.
        var all = Enumerable.Range(0, 0x20000)
            .Concat(Enumerable.Range(2, 15).SelectMany(plane => new[] { (plane << 16) + 0xFFFE, (plane << 16) + 0xFFFF }));
        foreach (var c in all)
        {
            var converted = SepaText.Convert($"a{(c > char.MaxValue ? char.ConvertFromUtf32(c) : (char)c)}b", 140, "x");
            Assert.True(SepaText.IsAllowed(converted), $"U+{c:X4} became {converted}");
        }
    }

    [Fact]
    public void Allowed_text_is_left_as_it_is() => Gen.String["abcXYZ019/-?:().,'+"].Where(text => text.Any(char.IsAsciiLetterOrDigit))
        .Sample(text => SepaText.IsAllowed(text) && SepaText.Convert(text, 1000, "x") == text);

    [Theory]
    [InlineData("a_b")]
    [InlineData("a&b")]
    [InlineData("é")]
    [InlineData("a\nb")]
    [InlineData("a\"b")]
    public void What_banks_refuse_is_not_allowed(string text)
    {
        Assert.False(SepaText.IsAllowed(text));
        Assert.False(SepaText.IsAllowedIdentifier(text));
    }

    [Theory]
    [InlineData("INV-2026/0042", true)]
    [InlineData("12345678901234567890123456789012345", true)]
    [InlineData("123456789012345678901234567890123456", false)]
    [InlineData("", false)]
    [InlineData("/A", false)]
    [InlineData("A/", false)]
    [InlineData("A//B", false)]
    [InlineData(" A", false)]
    [InlineData("A ", false)]
    public void Identifiers_are_stricter(string text, bool allowed) => Assert.Equal(allowed, SepaText.IsAllowedIdentifier(text));
}
