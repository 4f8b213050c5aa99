using Xunit;

namespace Domi.Standards.Tests;

public sealed class BelgianBanksTests
{
    [Theory]
    [InlineData("001", "GEBABEBB", "BNP Paribas Fortis")]
    [InlineData("049", "GEBABEBB", "BNP Paribas Fortis")]
    [InlineData("050", "GKCCBEBB", "BELFIUS BANQUE")]
    [InlineData("363", "BBRUBEBB", "ING Belgium")]
    [InlineData("539", null, null)] // not given out
    [InlineData("102", null, "Centre d'Echange et de Compensation (C.E.C.)")] // no BIC
    [InlineData("509", "ABNABE2AIPC", "ABN AMRO Bank N.V.")]
    [InlineData("719", "ABNABE2A", "ABN AMRO Bank N.V.")]
    [InlineData("890", "VDSPBE91", "vdk bank")]
    public void A_bank_is_found_by_its_code(string code, string? bic, string? name)
    {
        var account = Account(code);

        Assert.Equal(bic, BelgianBanks.BicOf(account)?.Value);
        Assert.Equal(name, BelgianBanks.NameOf(account));
    }

    [Fact]
    public void Foreign_accounts_have_no_Belgian_bank()
    {
        Assert.Null(BelgianBanks.BicOf(Iban.Parse("NL91ABNA0417164300")));
        Assert.Null(BelgianBanks.NameOf(default));
    }

    [Fact]
    public void The_table_is_whole_and_dated()
    {
        Assert.Equal(new DateOnly(2026, 1, 1), BelgianBanks.TableDate);
        var known = Enumerable.Range(0, 1000).Select(code => Account($"{code:D3}")).Where(a => BelgianBanks.NameOf(a) is not null);
        Assert.InRange(known.Count(), 700, 999);
    }

    private static Iban Account(string code)
    {
        var ten = code + "0000001";
        var check = long.Parse(ten) % 97;
        var bban = $"{ten}{(check == 0 ? 97 : check):D2}";
        var number = System.Numerics.BigInteger.Parse(bban + "111400"); // B = 11, E = 14
        return Iban.Parse($"BE{98 - (int)(number % 97):D2}{bban}");
    }
}
