using System.Xml.Linq;
using static Domi.Rendering.Tests.Docx;

namespace Domi.Rendering.Tests;

public sealed class WordTemplateTests
{
    private const string Seed = "{IF RelationPaymentMethodDirectDebit} Paiement par débit direct {ENDIF RelationPaymentMethodirectDebit}";
    private const string SeedManual = "{IF RelationPaymentMethodManual} Référence du paiement : {PaymentReference} {ENDIF RelationPaymentMethodManual}";

    private readonly TemplateData data = Samples.Data(DocumentLanguage.French);

    [Fact]
    public void The_help_articles_own_text_works_literally()
    {
        var template = File(P(Seed) + P(SeedManual) + P("- {Image:PaymentQrCode}") + P("- {PaymentUrl}"));

        Assert.Equal(
            ["Référence du paiement : +++202/6000/41824+++", "- [picture]", "- pay.domi.example/p/Hc4nVt8qKx2mRz7bLw9Y5d"],
            Lines(Fill(template)));
        Assert.Equal(["Paiement par débit direct", "- ", "- "], Lines(WordTemplate.Fill(template, Samples.Data(DocumentLanguage.French, true), InvoiceFields.Catalog)));
        var finding = Assert.Single(WordTemplate.Check(template, InvoiceFields.Catalog).Findings);
        Assert.Equal(("template.endif_mismatch", FindingSeverity.Warning, "{ENDIF RelationPaymentMethodirectDebit}"),
            (finding.Code, finding.Severity, finding.Subject));
    }

    [Fact]
    public void The_whole_article_pasted_into_one_paragraph_works_too() =>
        Assert.Equal(["Référence du paiement : +++202/6000/41824+++"], Lines(Fill(File(P(Seed + " " + SeedManual)))));

    [Fact]
    public void A_placeholder_may_be_cut_at_any_place_into_any_runs()
    {
        const string text = "Nr {InvoiceNumber}, {IF HasVat}btw {TotalVat}{ENDIF HasVat}{IF IsCreditNote} not {ENDIF} end";
        string[] noise = ["", "<w:proofErr w:type=\"spellStart\"/>", "<w:bookmarkStart w:id=\"1\" w:name=\"x\"/><w:bookmarkEnd w:id=\"1\"/>"];
        for (var first = 0; first <= text.Length; first++)
        {
            for (var second = first; second <= text.Length; second += 3)
            {
                var body = $"<w:p w:rsidR=\"00A1\">{R(text[..first])}{noise[first % 3]}<w:r w:rsidRPr=\"00B2\"><w:rPr><w:b/></w:rPr>"
                    + $"<w:lastRenderedPageBreak/><w:t xml:space=\"preserve\">{text[first..second]}</w:t></w:r>{noise[second % 3]}{R(text[second..])}</w:p>";

                Assert.Equal(["Nr 2026-0418, btw 230,29\u00A0€ end"], Lines(Fill(File(body))));
            }
        }
    }

    [Fact]
    public void A_value_takes_the_look_of_the_run_in_which_its_placeholder_begins()
    {
        var filled = Fill(File("<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>{Invoice</w:t></w:r><w:r><w:rPr><w:i/></w:rPr><w:t>Number} after</w:t></w:r></w:p>"));

        var runs = Part(filled).Descendants(W + "r").ToList();
        Assert.Equal(["2026-0418", " after"], runs.Select(run => run.Value));
        Assert.NotNull(runs[0].Element(W + "rPr")!.Element(W + "b"));
        Assert.NotNull(runs[1].Element(W + "rPr")!.Element(W + "i"));
    }

    [Fact]
    public void Names_are_read_in_any_letter_case() => Assert.Equal(["2026-0418 x"], Lines(Fill(File(P("{invoicenumber} {if hasvat}x{endif HASVAT}")))));

    [Fact]
    public void A_block_over_paragraphs_leaves_no_empty_paragraph_behind()
    {
        var template = File(P("before") + P("{IF RelationPaymentMethodDirectDebit}") + P("debit") + "<w:p/>" + Table(["cell"]) + P("{ENDIF}")
            + P("{IF NOT RelationPaymentMethodDirectDebit}") + P("manual") + P("{ENDIF RelationPaymentMethodDirectDebit}") + P("after"));

        Assert.Equal(["before", "manual", "after"], Lines(Fill(template)));
        Assert.Empty(Part(Fill(template)).Descendants(W + "tbl"));
        Assert.Equal(["before", "debit", "", "cell", "after"],
            Lines(WordTemplate.Fill(template, Samples.Data(DocumentLanguage.French, true), InvoiceFields.Catalog)));
    }

    [Fact]
    public void A_block_may_begin_and_end_in_the_middle_of_paragraphs() =>
        Assert.Equal(["a", "d"], Lines(Fill(File(P("a {IF IsCreditNote}b") + P("lost") + P("c{ENDIF} d")))));

    [Fact]
    public void Blocks_nest()
    {
        var template = File(P("{IF HasVat}1{IF IsCreditNote}2{IF HasText}3{ENDIF HasText}{ENDIF IsCreditNote}{IF HasText}4{ENDIF HasText}5{ENDIF HasVat}6"));

        Assert.Equal(["1456"], Lines(Fill(template)));
        data.Fields["HasVat"] = false;
        Assert.Equal(["6"], Lines(Fill(template)));
    }

    [Fact]
    public void A_block_over_table_rows_takes_the_rows_with_it()
    {
        var template = File(Table(["head", "x"], ["{IF IsCreditNote}", ""], ["credited", "{CreditedInvoiceNumber}"], ["{ENDIF IsCreditNote}", ""], ["foot", "y"]));

        Assert.Equal(["head", "x", "foot", "y"], Lines(Fill(template)));
        data.Fields["IsCreditNote"] = true;
        data.Fields["CreditedInvoiceNumber"] = "2026-0001";
        Assert.Equal(["head", "x", "credited", "2026-0001", "foot", "y"], Lines(Fill(template)));
    }

    [Fact]
    public void A_block_inside_a_row_that_loses_everything_takes_the_row()
    {
        var template = File(Table(["{IF IsCreditNote}a", "b{ENDIF}"]) + P("end"));

        Assert.Equal(["end"], Lines(Fill(template)));
        Assert.Empty(Part(Fill(template)).Descendants(W + "tbl"));
    }

    [Fact]
    public void A_cell_always_keeps_a_paragraph()
    {
        var cells = Part(Fill(File(Table(["{IF IsCreditNote}gone{ENDIF}", "stays"])))).Descendants(W + "tc").ToList();

        Assert.Equal(2, cells.Count);
        Assert.All(cells, cell => Assert.Single(cell.Elements(W + "p")));
    }

    [Fact]
    public void Tables_do_not_grow_together_when_the_paragraph_between_them_goes()
    {
        var body = Part(Fill(File(Table(["one"]) + P("{IF IsCreditNote}x{ENDIF}") + Table(["two"])))).Element(W + "body")!;

        Assert.Equal(["tbl", "p", "tbl", "sectPr"], body.Elements().Select(element => element.Name.LocalName));
    }

    [Fact]
    public void A_section_break_survives_its_block() =>
        Assert.Single(Part(Fill(File(P("{IF IsCreditNote}") + "<w:p><w:pPr><w:sectPr/></w:pPr></w:p>" + P("{ENDIF}")))).Descendants(W + "pPr").Elements(W + "sectPr"));

    [Fact]
    public void A_row_with_a_table_field_repeats_for_every_line()
    {
        data.Tables["Line"] = [Item("Tea", 2m, 21m), Item("Book\nsecond line", 1.50m, 6m)];
        var template = File(Table(["What", "How many", "VAT"], ["{Line.Description}", "{line.quantity}", "{Line.VatRate}"], ["Total", "", "{TotalVat}"]));

        Assert.Equal(
            ["What", "How many", "VAT", "Tea", "2", "21\u00A0%", "Book\nsecond line", "1,5", "6\u00A0%", "Total", "", "230,29\u00A0€"],
            Lines(Fill(template)));
    }

    [Fact]
    public void A_table_without_items_loses_the_row_and_keeps_its_head()
    {
        data.Tables["Line"] = [];

        Assert.Equal(["What"], Lines(Fill(File(Table(["What"], ["{Line.Description}"])))));
        Assert.Equal(["end"], Lines(Fill(File(Table(["{Line.Description}"]) + P("end")))));
    }

    [Fact]
    public void A_condition_in_a_repeated_row_is_asked_for_each_item()
    {
        data.Tables["Line"] = [Item("Tea", 2m, 21m, "T1"), Item("Book", 1m, 6m)];

        Assert.Equal(["Tea (T1)", "Book"], Lines(Fill(File(Table(["{Line.Description}{IF Line.Code} ({Line.Code}){ENDIF Line.Code}"])))));
    }

    [Fact]
    public void A_table_inside_a_repeated_row_repeats_its_own_rows()
    {
        data.Tables["Line"] = [Item("Tea", 2m, 21m), Item("Book", 1m, 6m)];

        Assert.Equal(["Tea", "21\u00A0%", "0\u00A0%", "", "Book", "21\u00A0%", "0\u00A0%", ""],
            Lines(Fill(File(Table([P("{Line.Description}") + Table(["{Vat.Rate}"]) + "<w:p/>"])))));
    }

    [Fact]
    public void Headers_footers_text_boxes_and_hyperlinks_are_filled()
    {
        var box = "<w:p><w:r><w:pict><v:shape><v:textbox><w:txbxContent>" + P("{IF IsCreditNote}no{ENDIF}", "Box {Invoice", "Number}")
            + "</w:txbxContent></v:textbox></v:shape></w:pict></w:r><w:hyperlink w:anchor=\"x\">" + R("{RelationName}") + "</w:hyperlink></w:p>";

        var filled = Fill(File(box, header: P("{Company", "Name}"), footer: Table(["{IF HasVat}BTW {CompanyVatNumber}{ENDIF HasVat}"])));

        Assert.Equal(["Sambre & Leie Accountants SRL"], Lines(filled, "word/header1.xml"));
        Assert.Equal(["BTW BE 0712.845.377"], Lines(filled, "word/footer1.xml"));
        Assert.Equal("Box 2026-0418", Line(Part(filled).Descendants(W + "txbxContent").Single().Element(W + "p")!));
        Assert.Equal("Menuiserie Delcourt SRL", Part(filled).Descendants(W + "hyperlink").Single().Value);
    }

    [Fact]
    public void A_link_becomes_a_hyperlink_and_the_text_around_it_stays()
    {
        var filled = Fill(File(P("Pay at {PaymentUrl}, please: {PaymentUrl}")));

        var links = Part(filled).Descendants(W + "hyperlink").ToList();
        Assert.Equal(2, links.Count);
        Assert.Equal("Pay at pay.domi.example/p/Hc4nVt8qKx2mRz7bLw9Y5d, please: pay.domi.example/p/Hc4nVt8qKx2mRz7bLw9Y5d", Lines(filled).Single());
        Assert.Contains($"Target=\"{Samples.PaymentUrl}\" TargetMode=\"External\"", Entry(filled, "word/_rels/document.xml.rels"));
    }

    [Fact]
    public void A_placeholder_as_the_address_of_a_link_is_filled()
    {
        var filled = Fill(File(
            $"<w:p><w:hyperlink r:id=\"rId9\">{R("Pay now")}</w:hyperlink></w:p>",
            relations: Relation("rId9", "hyperlink", "http:///%7BPaymentUrl%7D", external: true)));

        Assert.Contains($"Target=\"{Samples.PaymentUrl}\"", Entry(filled, "word/_rels/document.xml.rels"));
    }

    [Fact]
    public void A_script_address_never_becomes_a_link()
    {
        data.Fields["PaymentUrl"] = new LinkValue("javascript:alert(1)");

        Assert.Empty(Part(Fill(File(P("{PaymentUrl}")))).Descendants(W + "hyperlink"));
    }

    [Fact]
    public void A_picture_with_the_placeholder_as_description_is_swapped_in_its_frame()
    {
        var template = File(Picture("{Image:PaymentQrCode}", 1_080_000, 1_080_000), relations: Relation("rIdP", "image", "media/old.png", external: false),
            extra: [("word/media/old.png", QrPicture.Png("old"))]);

        var filled = Fill(template);

        var blip = Part(filled).Descendants().Single(element => element.Name.LocalName is "blip");
        Assert.NotEqual("rIdP", blip.Attributes().Single().Value);
        Assert.Equal("1080000", (string?)Part(filled).Descendants().Single(e => e.Name.LocalName is "extent").Attribute("cx"));
        Assert.Contains("/word/media/filled1.png", Entry(filled, "word/_rels/document.xml.rels"));
        Assert.Contains("Extension=\"png\"", Entry(filled, "[Content_Types].xml"));

        data.Fields["PaymentQrCode"] = null;
        Assert.Empty(Part(Fill(template)).Descendants(W + "drawing"));
    }

    [Fact]
    public void A_picture_in_the_text_is_three_centimetres_square()
    {
        var extent = Part(Fill(File(P("{Image:PaymentQrCode}")))).Descendants().Single(element => element.Name.LocalName is "extent");

        Assert.Equal(("1080000", "1080000"), ((string)extent.Attribute("cx")!, (string)extent.Attribute("cy")!));
    }

    [Theory]
    [InlineData(400, 100, 2_160_000, 540_000)] // a wide logo: 6 cm
    [InlineData(100, 400, 270_000, 1_080_000)] // a high one: 3 cm
    public void A_logo_keeps_its_proportions(int width, int height, long cx, long cy)
    {
        using var surface = SkiaSharp.SKSurface.Create(new SkiaSharp.SKImageInfo(width, height));
        using var image = surface.Snapshot();
        foreach (var format in new[] { SkiaSharp.SKEncodedImageFormat.Png, SkiaSharp.SKEncodedImageFormat.Jpeg })
        {
            data.Fields["Image:CompanyLogo"] = new ImageValue(image.Encode(format, 90).ToArray());

            var extent = Part(Fill(File(P("{Image:CompanyLogo}")))).Descendants().First(element => element.Name.LocalName is "extent");

            Assert.Equal((cx, cy), ((long)extent.Attribute("cx")!, (long)extent.Attribute("cy")!));
        }
    }

    [Fact]
    public void Something_that_is_no_picture_is_left_out()
    {
        data.Fields["CompanyLogo"] = new ImageValue("<svg/>"u8.ToArray());

        Assert.Equal(["[]"], Lines(Fill(File(P("[{Image:CompanyLogo}]")))));
    }

    [Fact]
    public void Both_forms_of_a_modern_text_box_are_filled()
    {
        var content = $"<w:txbxContent>{P("{IF HasVat}{Invoice", "Number}{ENDIF HasVat}")}{P("{IF IsCreditNote}gone{ENDIF}")}</w:txbxContent>";
        var box = "<w:p><w:r><mc:AlternateContent xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\" xmlns:wps=\"http://schemas.microsoft.com/office/word/2010/wordprocessingShape\">"
            + $"<mc:Choice Requires=\"wps\"><w:drawing><wp:anchor><wp:docPr id=\"1\" name=\"box\"/><a:graphic><a:graphicData><wps:wsp><wps:txbx>{content}</wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice>"
            + $"<mc:Fallback><w:pict><v:shape><v:textbox>{content}</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>";

        var boxes = Part(Fill(File(box))).Descendants(W + "txbxContent").ToList();

        Assert.Equal(2, boxes.Count);
        Assert.All(boxes, filled => Assert.Equal("2026-0418", Line(Assert.Single(filled.Elements(W + "p")))));
    }

    [Fact]
    public void What_is_tracked_as_a_change_is_taken_as_accepted() =>
        Assert.Equal(["No 2026-0418"], Lines(Fill(File(
            $"<w:p>{R("No ")}<w:del w:id=\"1\"><w:r><w:delText>old</w:delText></w:r></w:del><w:ins w:id=\"2\">{R("{InvoiceNumber}")}</w:ins></w:p>"))));

    [Fact]
    public void A_value_with_characters_that_xml_cannot_hold_is_cleaned()
    {
        data.Fields["RelationName"] = "A\u0001<&>\uFFFE\uD800B";

        Assert.Equal(["A<&>\uFFFDB"], Lines(Fill(File(P("{RelationName}")))));
    }

    [Fact]
    public void A_value_that_looks_like_a_placeholder_is_not_filled_again()
    {
        data.Fields["RelationName"] = "{CompanyIban} {IF HasVat}";

        Assert.Equal(["{CompanyIban} {IF HasVat}"], Lines(Fill(File(P("{RelationName}")))));
    }

    [Fact]
    public void Braces_around_anything_else_are_text() => Assert.Equal(["{ 1, 2 } {} {{}}"], Lines(Fill(File(P("{ 1, 2 } {} {{}}")))));

    [Fact]
    public void An_unknown_picture_is_near_to_a_picture()
    {
        var finding = Assert.Single(WordTemplate.Check(File(P("{Image:PaymentQr}")), InvoiceFields.Catalog).Findings);

        Assert.Equal(("template.unknown_field", "Image:PaymentQrCode"), (finding.Code, finding.Nearest));
    }

    [Fact]
    public void Unknown_fields_give_nothing_and_are_reported_with_the_nearest_name()
    {
        var template = File(P("[{InvoiceNummber}][{PaymentQrCode}]"), footer: P("{Invoice Number}") + Table(["{Line.Descripton}"]));

        Assert.Equal(["[][]"], Lines(Fill(template)));
        Assert.Equal(
            [
                ("template.unknown_field", "{InvoiceNummber}", "InvoiceNumber", TemplatePlace.Body),
                ("template.unknown_field", "{PaymentQrCode}", "Image:PaymentQrCode", TemplatePlace.Body),
                ("template.unknown_field", "{Invoice Number}", "InvoiceNumber", TemplatePlace.Footer),
                ("template.unknown_field", "{Line.Descripton}", "Line.Description", TemplatePlace.Table),
            ],
            WordTemplate.Check(template, InvoiceFields.Catalog).Findings.Select(f => (f.Code, f.Subject, f.Nearest!, f.Place)));
    }

    [Theory]
    [InlineData("{IF HasVat} x", "template.unclosed_if", FindingSeverity.Error)]
    [InlineData("x {ENDIF HasVat}", "template.endif_without_if", FindingSeverity.Error)]
    [InlineData("{IF HasVat} x {ENDIF HasVt}", "template.endif_mismatch", FindingSeverity.Warning)]
    [InlineData("{Line.Description}", "template.table_field_outside_row", FindingSeverity.Error)]
    [InlineData("{Line}", "template.table_field_outside_row", FindingSeverity.Error)]
    [InlineData("{HasVat}", "template.condition_as_field", FindingSeverity.Error)]
    [InlineData("{IF}", "template.if_without_name", FindingSeverity.Error)]
    [InlineData("{InvoiceNumber", "template.unclosed_brace", FindingSeverity.Warning)]
    [InlineData("{IF HasVatt}x{ENDIF}", "template.unknown_field", FindingSeverity.Error)]
    public void The_check_names_each_kind_of_fault(string text, string code, FindingSeverity severity)
    {
        var report = WordTemplate.Check(File(P(text)), InvoiceFields.Catalog);

        var finding = Assert.Single(report.Findings);
        Assert.Equal((code, severity), (finding.Code, finding.Severity));
        Assert.Equal(severity is FindingSeverity.Warning, report.IsUsable);
    }

    [Fact]
    public void A_block_that_begins_in_a_repeated_row_must_end_there()
    {
        var findings = WordTemplate.Check(File(Table(["{Line.Description}{IF HasVat}"], ["{ENDIF HasVat}"])), InvoiceFields.Catalog).Findings;

        Assert.Equal(["template.unclosed_if", "template.endif_without_if"], findings.Select(finding => finding.Code));
    }

    [Fact]
    public void Fields_of_two_tables_in_one_row_are_refused() =>
        Assert.Equal("template.mixed_tables", WordTemplate.Check(File(Table(["{Line.Code}{Vat.Rate}"])), InvoiceFields.Catalog).Findings.Single().Code);

    [Fact]
    public void A_prepared_template_is_not_changed_by_filling()
    {
        var prepared = WordTemplate.Prepare(File(Table(["{Line.Description}"]) + P("{InvoiceNumber}{Image:PaymentQrCode}")));

        var first = prepared.Fill(data, InvoiceFields.Catalog);
        prepared.Fill(Samples.Data(DocumentLanguage.Dutch, lines: 1), InvoiceFields.Catalog);

        Assert.Equal(first, prepared.Fill(data, InvoiceFields.Catalog));
    }

    [Fact]
    public async Task Many_threads_may_fill_one_prepared_template()
    {
        var prepared = WordTemplate.Prepare(ExampleTemplates.Invoice(DocumentLanguage.French));
        var expected = prepared.Fill(data, InvoiceFields.Catalog);

        var filled = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => prepared.Fill(data, InvoiceFields.Catalog))));

        Assert.All(filled, document => Assert.Equal(expected, document));
    }

    private byte[] Fill(byte[] template) => WordTemplate.Fill(template, data, InvoiceFields.Catalog);

    private static Dictionary<string, object?> Item(string description, decimal quantity, decimal rate, string? code = null) =>
        new() { ["Description"] = description, ["Quantity"] = quantity, ["VatRate"] = rate, ["Code"] = code };

    private static string Picture(string description, long width, long height) => $"""
        <w:p><w:r><w:drawing><wp:inline><wp:extent cx="{width}" cy="{height}"/><wp:docPr id="1" name="QR" descr="{description}"/>
        <a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:blipFill><a:blip r:embed="rIdP"/></pic:blipFill>
        <pic:spPr><a:xfrm><a:ext cx="{width}" cy="{height}"/></a:xfrm></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>
        """;
}
