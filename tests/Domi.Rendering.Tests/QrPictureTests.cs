namespace Domi.Rendering.Tests;

public sealed class QrPictureTests
{
    [Theory]
    [InlineData(Samples.PaymentUrl)]
    [InlineData(Samples.Epc)]
    [InlineData("Société Générale & Zoë – 1 410,70 €")]
    public async Task A_reader_decodes_what_was_written(string text)
    {
        using var folder = new WorkFolder();
        await File.WriteAllBytesAsync(folder.File("code.png"), QrPicture.Png(text));

        Assert.Equal(text, (await WorkFolder.RunAsync("zbarimg", "-q", "--raw", folder.File("code.png"))).TrimEnd('\n'));
    }

    [Fact]
    public void Both_pictures_have_a_quiet_zone_of_four_modules()
    {
        var png = Pictures.Size(QrPicture.Png("x", pixelsPerModule: 1))!.Value;
        var svg = System.Xml.Linq.XElement.Parse(QrPicture.Svg("x", "Pay <this> & that"));

        Assert.Equal((21 + 8, 21 + 8), png);
        Assert.Equal("0 0 29 29", (string?)svg.Attribute("viewBox"));
        Assert.Equal("Pay <this> & that", svg.Elements().First().Value);
        Assert.StartsWith("M4 4h7", (string?)svg.Elements().Last().Attribute("d")); // the first finder pattern
    }

    [Fact]
    public void A_text_too_long_for_a_code_is_refused() => Assert.Throws<ArgumentException>(() => QrPicture.Png(new('x', 3_000)));
}
