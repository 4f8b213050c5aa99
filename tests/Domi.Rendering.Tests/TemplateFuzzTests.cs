using CsCheck;
using static Domi.Rendering.Tests.Docx;

namespace Domi.Rendering.Tests;

public sealed class TemplateFuzzTests
{
    private static readonly string[] Words =
    [
        "{IF HasVat}", "{ENDIF HasVat}", "{IF IsCreditNote}", "{ENDIF}", "{IF NOT HasText}", "{ENDIF Hasvatt}", "{Line.Description}", "{Vat.Rate}", "{PaymentUrl}",
        "{InvoiceNumber}", "{Image:PaymentQrCode}", "{Unknown}", "{", "}", " ", "text", "{RelationContact}",
    ];

    private static readonly TemplateData Data = Samples.Data(DocumentLanguage.Dutch, lines: 2);

    [Fact]
    public void Any_nesting_gives_a_document_that_word_can_open()
    {
        var text = Gen.Int[0, Words.Length - 1].Select(i => Words[i]).Array[0, 4];
        var paragraph = text.Select(runs => P(runs));
        var cell = Gen.OneOf(paragraph, paragraph, paragraph, Gen.Select(paragraph, paragraph, (inner, after) => Table([inner]) + after));
        var table = cell.Array[1, 2].Array[1, 3].Where(rows => rows.All(row => row.Length == rows[0].Length)).Select(rows => Table(rows));
        var body = Gen.OneOf(paragraph, paragraph, paragraph, table).Array[1, 6].Select(string.Concat);

        body.Sample(xml =>
        {
            var template = File(xml);
            WordTemplate.Check(template, InvoiceFields.Catalog);
            var filled = Part(WordTemplate.Fill(template, Data, InvoiceFields.Catalog));

            Assert.All(filled.Descendants(W + "tbl"), filledTable => Assert.NotEmpty(filledTable.Elements(W + "tr")));
            Assert.All(filled.Descendants(W + "tr"), row => Assert.NotEmpty(row.Elements(W + "tc")));
            Assert.All(filled.Descendants(W + "tc"), filledCell => Assert.Equal("p", filledCell.Elements().Last().Name.LocalName));
            Assert.DoesNotContain("{IF", filled.Value);
            Assert.DoesNotContain("ENDIF", filled.Value.Replace(" ", "").Replace("{{", "{"));
        }, iter: 3_000);
    }

    [Fact]
    public void A_damaged_file_is_refused_or_read_but_never_breaks_the_check()
    {
        var whole = ExampleTemplates.Invoice(DocumentLanguage.French);

        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Array[1, 8].Sample(changes =>
        {
            var damaged = (byte[])whole.Clone();
            foreach (var (at, value) in changes) damaged[at] = value;
            Assert.NotNull(WordTemplate.Check(damaged, InvoiceFields.Catalog));
        }, iter: 2_000);
    }

    [Fact]
    public void A_mail_of_any_placeholders_never_breaks_and_leaves_none()
    {
        string[] words = ["{IF_relation.paymentmethod.direct}", "{ENDIF_relation.paymentmethod.direct}", "{ENDIF}", "{invoices}", "{/invoices}", "{invoice.number}",
            "<p>", "</p>", "<br>", "\n", "text", "{invoice.paymenturl}", "<a href=\"", "\">", "</a>", "{invoice.paymentqrcode}"];
        var data = new TemplateData { Language = DocumentLanguage.German };
        data.Tables["invoices"] = [new Dictionary<string, object?> { ["number"] = "1" }, new Dictionary<string, object?> { ["number"] = "2" }];

        Gen.Int[0, words.Length - 1].Select(i => words[i]).Array[0, 12].Select(string.Concat).Sample(source =>
        {
            MailTemplate.Check(source, MailFields.Catalog);
            Assert.DoesNotContain("{", MailTemplate.Fill(source, data, MailFields.Catalog, html: true));
        }, iter: 5_000);
    }
}
