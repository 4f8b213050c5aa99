using Xunit;

namespace Domi.Standards.Tests;

public sealed class BicTests
{
    [Fact]
    public void Eight_characters_are_the_head_office()
    {
        Assert.Equal(Bic.Parse("KREDBEBB"), Bic.Parse("KREDBEBBXXX"));
        Assert.Equal("KREDBEBB", Bic.Parse("KREDBEBBXXX").Value);
        Assert.Equal(("KREDBEBB", "XXX", "BE"), Parts(Bic.Parse("kred be bb")));
    }

    [Fact]
    public void A_branch_is_another_bic()
    {
        Assert.NotEqual(Bic.Parse("ABNABE2A"), Bic.Parse("ABNABE2AIPC"));
        Assert.Equal("ABNABE2AIPC", Bic.Parse("ABNABE2AIPC").ToString());
        Assert.Equal(("ABNABE2A", "IPC", "BE"), Parts(Bic.Parse("ABNABE2AIPC")));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("KREDBEB")]
    [InlineData("KREDBEBBX")]
    [InlineData("KREDBEBBXX")]
    [InlineData("KREDBEBBXXXX")]
    [InlineData("KRED1EBB")]
    [InlineData("KREDBE-B")]
    [InlineData("KREDBEBÉ")]
    public void Anything_else_is_refused(string? text)
    {
        Assert.False(Bic.TryParse(text, out var bic));
        Assert.True(bic.IsEmpty);
    }

    private static (string Institution, string Branch, string Country) Parts(Bic bic) =>
        (bic.Institution, bic.Branch, bic.CountryCode);
}
