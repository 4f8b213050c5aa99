using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Validation;

namespace Domi.Rendering.Tests;

public sealed class ExampleTemplatesTests
{
    public static TheoryData<DocumentLanguage> Languages() => [.. DocumentLanguages.All];

    [Theory, MemberData(nameof(Languages))]
    public void Every_example_passes_the_check(DocumentLanguage language)
    {
        Assert.Empty(WordTemplate.Check(ExampleTemplates.Invoice(language), InvoiceFields.Catalog).Findings);
        Assert.Empty(WordTemplate.Check(ExampleTemplates.CreditNote(language), InvoiceFields.Catalog).Findings);
    }

    [Theory, MemberData(nameof(Languages))]
    public void Empty_and_filled_examples_follow_the_schema_of_word(DocumentLanguage language)
    {
        foreach (var file in new[] { ExampleTemplates.Invoice(language), ExampleTemplates.CreditNote(language), Samples.Invoice(language), Samples.Invoice(language, directDebit: true) })
        {
            using var document = WordprocessingDocument.Open(new MemoryStream(file), isEditable: false);
            var errors = new OpenXmlValidator(DocumentFormat.OpenXml.FileFormatVersions.Office2016).Validate(document);
            Assert.Empty(errors.Select(error => $"{error.Path?.XPath}: {error.Description}"));
        }
    }

    [Fact]
    public void Only_the_block_of_the_customers_way_of_paying_stays()
    {
        var manual = string.Join('\n', Docx.Lines(Samples.Invoice(DocumentLanguage.French)));
        var debit = string.Join('\n', Docx.Lines(Samples.Invoice(DocumentLanguage.French, directDebit: true)));

        Assert.Contains("+++202/6000/41824+++", manual);
        Assert.DoesNotContain("SL-1046", manual);
        Assert.Contains("SL-1046", debit);
        Assert.Contains("31/03/2026", debit);
        Assert.Contains("BE41ZZZ0712845377", debit);
        Assert.DoesNotContain("+++202/6000/41824+++", debit);
    }

    [Fact]
    public void Without_a_payment_link_the_bank_transfer_code_takes_its_place()
    {
        var data = Samples.Data(DocumentLanguage.Dutch);
        data.Fields["PaymentUrl"] = data.Fields["PaymentQrCode"] = null;
        data.Fields["HasPaymentUrl"] = false;

        var filled = WordTemplate.Fill(ExampleTemplates.Invoice(DocumentLanguage.Dutch), data, InvoiceFields.Catalog);

        Assert.Equal(1, Docx.Lines(filled).Count(line => line == "[picture]"));
        Assert.DoesNotContain("Scan", string.Join('\n', Docx.Lines(filled)));
    }
}
