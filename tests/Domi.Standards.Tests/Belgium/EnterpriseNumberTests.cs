using CsCheck;
using Xunit;

namespace Domi.Standards.Tests;

public sealed class EnterpriseNumberTests
{
    [Theory]
    [InlineData("0456810810")]
    [InlineData("BE0456810810")]
    [InlineData("be 0456.810.810")]
    [InlineData("BE-0456-810-810")]
    [InlineData("456.810.810")]
    [InlineData("BE 456 810 810")]
    public void A_number_is_read_as_people_type_it(string text)
    {
        var number = EnterpriseNumber.Parse(text);

        Assert.Equal("0456810810", number.Value);
        Assert.Equal("0456.810.810", number.ToString());
        Assert.Equal("BE0456810810", number.VatNumber);
    }

    [Theory]
    [InlineData("0456810811")]
    [InlineData("2456810887")]
    [InlineData("NL0456810810")]
    [InlineData("56810810")]
    [InlineData("00456810810")]
    [InlineData("BE")]
    [InlineData("")]
    [InlineData(null)]
    public void Anything_else_is_refused(string? text)
    {
        Assert.False(EnterpriseNumber.TryParse(text, out var number));
        Assert.Equal(("", "", ""), (number.Value, number.VatNumber, $"{number}"));
    }

    [Fact]
    public void New_numbers_start_with_one() => Assert.Equal("1000.000.021", EnterpriseNumber.Parse("1000000021").ToString());

    [Fact]
    public void Every_wrong_digit_is_noticed() => Gen.Select(Gen.Long[0, 19_999_999], Gen.Int[0, 9], Gen.Int[1, 9])
        .Sample((first, at, by) =>
        {
            var text = $"{first:D8}{97 - first % 97:D2}";
            var changed = text[..at] + (char)('0' + (text[at] - '0' + by) % 10) + text[(at + 1)..];
            return EnterpriseNumber.Parse(text).Value == text && !EnterpriseNumber.TryParse(changed, out _);
        });
}
