using Domi.Engine.Simulator;
using Domi.Standards;

namespace Domi.Engine.Tests.Simulator;

public sealed class OutcomesTests
{
    [Theory]
    [InlineData(0.99, null)]
    [InlineData(1, "MS03")]
    [InlineData(3, "MS03")]
    [InlineData(5.99, "MS03")]
    [InlineData(6, "AM04")]
    [InlineData(7, "AM04")]
    [InlineData(10.99, "AM04")]
    [InlineData(11, "MS02")]
    [InlineData(15.99, "MS02")]
    [InlineData(16, "MD06")]
    [InlineData(20.99, "MD06")]
    [InlineData(21, "AC01")]
    [InlineData(22, "AC04")]
    [InlineData(23, "AC06")]
    [InlineData(24, "AC13")]
    [InlineData(25, "AG01")]
    [InlineData(26, "FF01")]
    [InlineData(27, "MD01")]
    [InlineData(28, "MD02")]
    [InlineData(29, "MD07")]
    [InlineData(30, "PY01")]
    [InlineData(31, "RC01")]
    [InlineData(32, "SL01")]
    [InlineData(32.99, "SL01")]
    [InlineData(33, null)]
    [InlineData(1000, null)]
    public void A_collection_ends_by_its_whole_euros(double amount, string? reason) => Assert.Equal(reason, Outcomes.OfCollection((decimal)amount));

    [Theory]
    [InlineData("BE16645348971174", true)]
    [InlineData("BE49473211985171", false)]
    public void A_business_mandate_is_accepted_by_the_last_digit_of_its_account(string account, bool accepted) =>
        Assert.Equal(accepted, Outcomes.AcceptsMandate(Iban.Parse(account)));
}
