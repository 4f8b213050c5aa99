using CsCheck;
using Xunit;

namespace Domi.Standards.Tests;

public sealed class CreditorReferenceTests
{
    [Theory]
    [InlineData("539007547034", "RF18539007547034")]
    [InlineData("2348231", "RF712348231")]
    [InlineData("inv-2026/0042", "RF73INV20260042")]
    [InlineData("a", "RF25A")]
    [InlineData("000000000539007547034", "RF18000000000539007547034")]
    public void A_reference_gets_its_check_digits(string reference, string expected) =>
        Assert.Equal(expected, CreditorReference.Create(reference).Value);

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("1234567890123456789012")]
    [InlineData("é")]
    public void A_reference_that_does_not_fit_is_refused(string reference) =>
        Assert.Throws<FormatException>(() => CreditorReference.Create(reference));

    [Fact]
    public void Leading_zeros_make_another_reference() =>
        Assert.NotEqual(CreditorReference.Parse("RF18539007547034"), CreditorReference.Parse("RF18000000000539007547034"));

    [Theory]
    [InlineData("RF19539007547034")]
    [InlineData("RF18")]
    [InlineData("RX18539007547034")]
    [InlineData("RFA8539007547034")]
    [InlineData("539007547034")]
    [InlineData(null)]
    public void Anything_else_is_refused(string? text)
    {
        Assert.False(CreditorReference.TryParse(text, out _));
        Assert.Throws<FormatException>(() => CreditorReference.Parse(text!));
    }

    [Fact]
    public void It_is_printed_in_groups_of_four() =>
        Assert.Equal("RF18 5390 0754 7034", CreditorReference.Parse("rf18 5390 0754 7034").ToString());

    [Fact]
    public void What_is_made_can_be_read() => Gen.String["ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"]
        .Where(text => text.Length is >= 1 and <= 21)
        .Sample(text => CreditorReference.Parse(CreditorReference.Create(text).ToString()).Value[4..] == text);
}
