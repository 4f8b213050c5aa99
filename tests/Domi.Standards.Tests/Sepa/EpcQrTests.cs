using System.Text;
using Xunit;

namespace Domi.Standards.Tests;

public sealed class EpcQrTests
{
    private static readonly Iban Account = Iban.Parse("BE68539007547034");

    [Fact]
    public void The_example_comes_out_byte_for_byte() => Assert.Equal(
        "BCD\n002\n1\nSCT\n\nCREDITOR NV\nBE68539007547034\nEUR121.00\n\n\n+++090/9337/55493+++"u8.ToArray(),
        Encoding.UTF8.GetBytes(EpcQr.Payload("CREDITOR NV", Account, null, 121m, null, "+++090/9337/55493+++", null)));

    [Fact]
    public void All_parts_have_their_line() => Assert.Equal(
        "BCD\n002\n1\nSCT\nGKCCBEBB\nCafé Crème\nBE68539007547034\nEUR0.01\n\nRF18539007547034\n\nThank you",
        EpcQr.Payload("Café Crème", Account, Bic.Parse("GKCCBEBBXXX"), 0.01m, "rf18 5390 0754 7034", null, "Thank you"));

    [Fact]
    public void Nothing_follows_the_last_used_line() => Assert.EndsWith(
        "\nEUR999999999.99", EpcQr.Payload("A", Account, null, 999_999_999.99m, null, " ", null), StringComparison.Ordinal);

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("0.001")]
    [InlineData("12.345")]
    [InlineData("1000000000")]
    public void An_amount_no_bank_takes_is_refused(string amount)
    {
        var euros = decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture);

        Assert.Throws<ArgumentOutOfRangeException>(() => EpcQr.Payload("A", Account, null, euros, null, null, null));
    }

    [Fact]
    public void The_amount_does_not_depend_on_the_culture()
    {
        var before = Thread.CurrentThread.CurrentCulture;
        try
        {
            Thread.CurrentThread.CurrentCulture = new("nl-BE");
            Assert.Contains("\nEUR1234.50", EpcQr.Payload("A", Account, null, 1234.5m, null, null, null), StringComparison.Ordinal);
        }
        finally
        {
            Thread.CurrentThread.CurrentCulture = before;
        }
    }

    [Fact]
    public void Both_references_at_once_are_refused() => Assert.Throws<ArgumentException>(
        () => EpcQr.Payload("A", Account, null, 1, "RF18539007547034", "text", null));

    [Fact]
    public void A_wrong_creditor_reference_is_refused() => Assert.Throws<FormatException>(
        () => EpcQr.Payload("A", Account, null, 1, "RF19539007547034", null, null));

    [Fact]
    public void A_missing_part_is_refused()
    {
        Assert.Throws<ArgumentException>(() => EpcQr.Payload(" ", Account, null, 1, null, null, null));
        Assert.Throws<ArgumentException>(() => EpcQr.Payload("A", default, null, 1, null, null, null));
    }

    [Fact]
    public void A_second_line_cannot_be_smuggled_in() => Assert.Throws<ArgumentException>(
        () => EpcQr.Payload("A\nBE71096123456769", Account, null, 1, null, null, null));

    [Theory]
    [InlineData(71, 0, 0)]
    [InlineData(1, 141, 0)]
    [InlineData(1, 0, 71)]
    public void A_part_that_is_too_long_is_refused(int name, int remittance, int info) => Assert.Throws<ArgumentException>(
        () => EpcQr.Payload(new('a', name), Account, null, 1, null, new('b', remittance), new('c', info)));

    [Fact]
    public void The_limit_counts_bytes_and_not_characters()
    {
        string With(int accents) => EpcQr.Payload("N", Account, null, 1, null, new string('é', accents), new string('i', 70));

        var room = (EpcQr.MaxBytes - Encoding.UTF8.GetByteCount(With(0))) / 2;
        Assert.InRange(Encoding.UTF8.GetByteCount(With(room)), EpcQr.MaxBytes - 1, EpcQr.MaxBytes);
        Assert.Throws<ArgumentException>(() => With(room + 1));
    }
}
