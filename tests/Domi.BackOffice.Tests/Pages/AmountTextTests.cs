using Domi.Platform;

namespace Domi.BackOffice.Tests.Pages;

public sealed class AmountTextTests
{
    [Theory]
    [InlineData("12", 12)]
    [InlineData("12,5", 12.5)]
    [InlineData("12.50", 12.50)]
    [InlineData("1.234,56", 1234.56)]
    [InlineData("1,234.56", 1234.56)]
    [InlineData("1 234,56", 1234.56)]
    [InlineData("1\u202f234,56", 1234.56)]
    [InlineData("1'234.56", 1234.56)]
    [InlineData("1.234.567", 1234567)]
    [InlineData("1.234.567,8", 1234567.8)]
    [InlineData("€ 45,00", 45)]
    [InlineData("45,00 €", 45)]
    [InlineData("-3,20", -3.20)]
    [InlineData("\u22123,20", -3.20)]
    [InlineData(",50", 0.50)]
    [InlineData("0,10", 0.10)]
    [InlineData("12,500000", 12.5)]
    public void An_amount_is_read_as_people_type_it(string text, double amount)
    {
        Assert.True(AmountText.TryRead(text, out var read, out _));
        Assert.Equal((decimal)amount, read);
    }

    [Theory]
    [InlineData("1.234", 1234, 1.234)]
    [InlineData("1,234", 1234, 1.234)]
    [InlineData("-12,345", -12345, -12.345)]
    public void What_can_be_read_in_two_ways_is_refused_with_both(string text, double whole, double fraction)
    {
        Assert.False(AmountText.TryRead(text, out _, out var problem));
        Assert.Equal(new AmountProblem(AmountFault.Ambiguous, (decimal)whole, (decimal)fraction), problem);
    }

    [Theory]
    [InlineData("", AmountFault.Missing)]
    [InlineData("  € ", AmountFault.Missing)]
    [InlineData("abc", AmountFault.Unreadable)]
    [InlineData("12,", AmountFault.Unreadable)]
    [InlineData("1 23,00", AmountFault.Unreadable)]
    [InlineData("1.23.456", AmountFault.Unreadable)]
    [InlineData("1,234,5.6,7", AmountFault.Unreadable)]
    [InlineData("12e3", AmountFault.Unreadable)]
    [InlineData("--5", AmountFault.Unreadable)]
    [InlineData("99999999999999999999", AmountFault.Unreadable)]
    [InlineData("1,2345", AmountFault.TooManyDecimals)]
    [InlineData("0,125", AmountFault.TooManyDecimals)]
    public void What_is_no_amount_is_refused(string text, AmountFault fault)
    {
        Assert.False(AmountText.TryRead(text, out _, out var problem));
        Assert.Equal(fault, problem.Fault);
    }

    [Theory]
    [InlineData("0,125", 0.125)]
    [InlineData("1,2345", 1.2345)]
    public void A_unit_price_may_have_four_decimals(string text, double amount)
    {
        Assert.True(AmountText.TryRead(text, out var read, out _, decimals: 4));
        Assert.Equal((decimal)amount, read);
    }
}
