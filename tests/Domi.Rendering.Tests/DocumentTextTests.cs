namespace Domi.Rendering.Tests;

public sealed class DocumentTextTests
{
    [Theory]
    [InlineData(DocumentLanguage.French, "1410.70", "EUR", "1\u202F410,70\u00A0€")]
    [InlineData(DocumentLanguage.Dutch, "1410.70", "EUR", "€\u00A01.410,70")]
    [InlineData(DocumentLanguage.English, "1410.70", "EUR", "€1,410.70")]
    [InlineData(DocumentLanguage.German, "1410.70", "EUR", "1.410,70\u00A0€")]
    [InlineData(DocumentLanguage.French, "-12.345", "EUR", "-12,35\u00A0€")]
    [InlineData(DocumentLanguage.Dutch, "-12.345", "EUR", "€\u00A0-12,35")]
    [InlineData(DocumentLanguage.English, "-0.001", "EUR", "€0.00")]
    [InlineData(DocumentLanguage.English, "5", "CHF", "CHF\u00A05.00")]
    [InlineData(DocumentLanguage.French, "1234567.8", "USD", "1\u202F234\u202F567,80\u00A0$")]
    public void Amounts_follow_the_language(DocumentLanguage language, string amount, string currency, string expected) =>
        Assert.Equal(expected, DocumentText.Amount(decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture), currency, language));

    [Fact]
    public void Days_are_written_in_figures()
    {
        var day = new DateOnly(2026, 3, 9);

        Assert.Equal(["09/03/2026", "09/03/2026", "09/03/2026", "09.03.2026"], DocumentLanguages.All.Select(language => DocumentText.Date(day, language)));
    }

    [Fact]
    public void Quantities_and_rates_have_no_trailing_zeros()
    {
        Assert.Equal(["1\u202F234,5", "1.234,5", "1,234.5", "1.234,5"], DocumentLanguages.All.Select(language => DocumentText.Quantity(1234.500m, language)));
        Assert.Equal(["21\u00A0%", "21\u00A0%", "21%", "21\u00A0%"], DocumentLanguages.All.Select(language => DocumentText.Percent(21.00m, language)));
        Assert.Equal("5,5\u00A0%", DocumentText.Percent(5.5m, DocumentLanguage.French));
    }

    [Fact]
    public void Language_codes_are_read_with_a_region_and_fall_back_to_english() =>
        Assert.Equal([DocumentLanguage.French, DocumentLanguage.Dutch, DocumentLanguage.German, DocumentLanguage.English, DocumentLanguage.English],
            new[] { "FR-be", "nl", "de_BE", "it", null }.Select(DocumentLanguages.FromCode));

    [Fact]
    public void Every_field_is_described_in_every_language() => Assert.All(
        new[] { InvoiceFields.Catalog, MailFields.Catalog },
        catalog => Assert.All(catalog.Fields.Concat(catalog.Tables.SelectMany(table => table.Fields)),
            field => Assert.All(DocumentLanguages.All, language => Assert.NotEmpty(field.Describe(language)))));
}
