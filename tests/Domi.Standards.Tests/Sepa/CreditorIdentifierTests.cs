using CsCheck;
using Xunit;

namespace Domi.Standards.Tests;

public sealed class CreditorIdentifierTests
{
    [Fact]
    public void The_business_code_changes_neither_check_nor_identity()
    {
        var (plain, coded) = (CreditorIdentifier.Parse("BE12ZZZ0456810810"), CreditorIdentifier.Parse("BE120010456810810"));

        Assert.Equal(plain, coded);
        Assert.Equal(plain.GetHashCode(), coded.GetHashCode());
        Assert.Equal(("ZZZ", "001"), (plain.BusinessCode, coded.BusinessCode));
        Assert.Equal("BE120010456810810", coded.ToString());
        Assert.Equal(("BE", "0456810810"), (coded.CountryCode, coded.NationalIdentifier));
    }

    [Fact]
    public void Another_creditor_is_not_equal() =>
        Assert.NotEqual(CreditorIdentifier.Parse("BE12ZZZ0456810810"), CreditorIdentifier.Parse("BE57ZZZ0873268927"));

    [Theory]
    [InlineData("BE13ZZZ0456810810")]
    [InlineData("BE12ZZZ0456810811")]
    [InlineData("BE12ZZZ")]
    [InlineData("1212ZZZ0456810810")]
    [InlineData("BE1ZZZZ0456810810")]
    [InlineData("BE12ZZZ0456810810000000000000000000000")]
    [InlineData("")]
    [InlineData(null)]
    public void Anything_else_is_refused(string? text)
    {
        Assert.False(CreditorIdentifier.TryParse(text, out var identifier));
        Assert.True(identifier.IsEmpty);
    }

    [Fact]
    public void It_is_made_from_an_enterprise_number()
    {
        var number = EnterpriseNumber.Parse("0456810810");

        Assert.Equal("BE12ZZZ0456810810", CreditorIdentifier.For(number).Value);
        Assert.Equal("BE120010456810810", CreditorIdentifier.For(number, "001").Value);
        Assert.Throws<ArgumentException>(() => CreditorIdentifier.For(default));
        Assert.Throws<ArgumentException>(() => CreditorIdentifier.For(number, "1"));
    }

    [Fact]
    public void What_is_made_can_be_read() => Gen.Long[0, 19_999_999].Sample(first =>
    {
        var number = EnterpriseNumber.Parse($"{first:D8}{97 - first % 97:D2}");
        return CreditorIdentifier.Parse(CreditorIdentifier.For(number, "A1B").Value).NationalIdentifier == number.Value;
    });
}
