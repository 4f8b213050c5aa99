namespace Domi.Rendering.Tests;

public sealed class MailTemplateTests
{
    private const string Seed = """
        {IF_relation.paymentmethod.direct}
        Paiement par débit direct
        {ENDIF_relation.paymentmethod.direct}
        {IF_relation.paymentmethod.manual}
        Référence du paiement : {invoice.paymentReference}
        {ENDIF_relation.paymentmethod.manual}
        """;

    private readonly TemplateData data = Data(directDebit: false);

    [Fact]
    public void The_help_articles_own_text_works_literally()
    {
        Assert.Equal("Référence du paiement : +++202/6000/41824+++\n", MailTemplate.Fill(Seed, data, MailFields.Catalog, html: false));
        Assert.Equal("Paiement par débit direct\n", MailTemplate.Fill(Seed, Data(directDebit: true), MailFields.Catalog, html: false));
        Assert.Empty(MailTemplate.Check(Seed, MailFields.Catalog).Findings);
    }

    [Fact]
    public void The_same_text_in_paragraphs_leaves_no_empty_paragraph()
    {
        var html = string.Concat(Seed.Split('\n').Select(line => $"<p>{line}</p>\n"));

        Assert.Equal("<p>Référence du paiement : +++202/6000/41824+++</p>\n", MailTemplate.Fill(html, data, MailFields.Catalog, html: true));
    }

    [Fact]
    public void The_same_text_with_breaks_leaves_no_empty_line()
    {
        var html = "<p>" + Seed.ReplaceLineEndings("<br>") + "</p>";

        Assert.Equal("<p>Référence du paiement : +++202/6000/41824+++<br></p>", MailTemplate.Fill(html, data, MailFields.Catalog, html: true));
    }

    [Fact]
    public void A_misspelt_end_closes_the_innermost_block_with_a_warning()
    {
        const string source = "{IF_relation.paymentmethod.direct}debit{ENDIF_relation.paymentmethoddirect}manual";

        Assert.Equal("manual", MailTemplate.Fill(source, data, MailFields.Catalog, html: false));
        var finding = Assert.Single(MailTemplate.Check(source, MailFields.Catalog).Findings);
        Assert.Equal(("template.endif_mismatch", FindingSeverity.Warning), (finding.Code, finding.Severity));
    }

    [Fact]
    public void Values_are_escaped_in_html_and_not_in_text()
    {
        data.Fields["relation.name"] = "<b>A & \"B\"</b>\nline é";

        Assert.Equal("&lt;b&gt;A &amp; &quot;B&quot;&lt;/b&gt;<br>line é", MailTemplate.Fill("{relation.name}", data, MailFields.Catalog, html: true));
        Assert.Equal("<b>A & \"B\"</b>\nline é", MailTemplate.Fill("{relation.name}", data, MailFields.Catalog, html: false));
    }

    [Fact]
    public void The_payment_link_can_be_clicked_wherever_it_stands()
    {
        const string link = "<a href=\"" + Samples.PaymentUrl + "\">" + Samples.PaymentUrl + "</a>";

        Assert.Equal($"<p>Pay: {link}</p>", Html("<p>Pay: {invoice.paymenturl}</p>"));
        Assert.Equal($"<a href=\"{Samples.PaymentUrl}\">Pay</a>", Html("<a href=\"{invoice.paymenturl}\">Pay</a>"));
        Assert.Equal($"<a class=\"x\" href=\"{Samples.PaymentUrl}\">{Samples.PaymentUrl}</a>", Html("<a class=\"x\" href=\"{invoice.paymenturl}\">{invoice.PaymentUrl}</a>"));
        Assert.Equal(Samples.PaymentUrl, MailTemplate.Fill("{invoice.paymenturl}", data, MailFields.Catalog, html: false));
    }

    [Fact]
    public void A_script_address_never_becomes_a_link()
    {
        data.Fields["invoice.paymenturl"] = new LinkValue("javascript:alert(1)");

        Assert.Equal("<a href=\"\">x</a>", Html("<a href=\"{invoice.paymenturl}\">x</a>"));
    }

    [Fact]
    public void The_payment_code_is_a_picture_in_html_and_nothing_in_text()
    {
        Assert.Equal("<img src=\"cid:paymentqrcode\" alt=\"QR\" width=\"150\" height=\"150\">", Html("{invoice.paymentqrcode}"));
        Assert.Equal("<img src=\"cid:paymentqrcode\">", Html("<img src=\"{invoice.paymentqrcode}\">"));
        Assert.Equal("paymentqrcode", Assert.Single(MailTemplate.Pictures("{invoice.paymentqrcode}", data, MailFields.Catalog)).ContentId);
        Assert.Equal("", MailTemplate.Fill("{invoice.paymentqrcode}", data, MailFields.Catalog, html: false));
        Assert.Empty(MailTemplate.Pictures("no code", data, MailFields.Catalog));
    }

    [Fact]
    public void A_loop_writes_its_block_for_every_invoice()
    {
        const string source = "Open:\n{invoices}\n{invoice.number}: {invoice.amount.due}\n{/invoices}\nTotal {invoices.amount.due} {invoice.currencycode}";

        Assert.Equal("Open:\n1: 10,00\u00A0€\n2: 20,00\u00A0€\nTotal 30,00\u00A0€ EUR", MailTemplate.Fill(source, Grouped(), MailFields.Catalog, html: false));
        Assert.Empty(MailTemplate.Check(source, MailFields.Catalog).Findings);
    }

    [Fact]
    public void Each_invoice_of_a_loop_has_its_own_picture()
    {
        const string source = "{invoices}{invoice.paymentqrcode}{/invoices}{invoices.paymentQrCode}";

        var pictures = MailTemplate.Pictures(source, Grouped(), MailFields.Catalog);

        Assert.Equal(["paymentqrcode-1", "paymentqrcode-2", "invoices-paymentqrcode"], pictures.Select(picture => picture.ContentId));
        Assert.Equal(3, pictures.Select(picture => Convert.ToHexString(picture.Png)).Distinct().Count());
        Assert.All(pictures, picture => Assert.Contains($"cid:{picture.ContentId}\"", MailTemplate.Fill(source, Grouped(), MailFields.Catalog, html: true)));
    }

    [Fact]
    public void Every_field_of_a_style_sheet_is_left_alone()
    {
        const string source = "<style>p {color: red} a { margin:0 }</style><p style=\"x\">{ }</p>";

        Assert.Equal(source, Html(source));
        Assert.Empty(MailTemplate.Check(source, MailFields.Catalog).Findings);
    }

    [Theory]
    [InlineData("{invoice.nummer}", "template.unknown_field", "invoice.number")]
    [InlineData("{IF_relation.paymentmethod.manul}{ENDIF_relation.paymentmethod.manul}", "template.unknown_field", "relation.paymentmethod.manual")]
    [InlineData("{IF_relation.paymentmethod.manual}", "template.unclosed_if", null)]
    [InlineData("{ENDIF_relation.paymentmethod.manual}", "template.endif_without_if", null)]
    [InlineData("{invoices}", "template.unclosed_loop", null)]
    [InlineData("{/invoices}", "template.loop_end_without_start", null)]
    [InlineData("{relation.paymentmethod.manual}", "template.condition_as_field", null)]
    public void The_check_names_each_kind_of_fault(string source, string code, string? nearest)
    {
        var finding = Assert.Single(MailTemplate.Check(source, MailFields.Catalog).Findings);

        Assert.Equal((code, nearest), (finding.Code, finding.Nearest));
    }

    public static TheoryData<ExampleMailKind, DocumentLanguage> Examples() =>
        new(from kind in Enum.GetValues<ExampleMailKind>() from language in DocumentLanguages.All select (kind, language));

    [Theory, MemberData(nameof(Examples))]
    public void Every_example_passes_the_check_and_leaves_no_brace(ExampleMailKind kind, DocumentLanguage language)
    {
        var mail = ExampleMails.Get(kind, language);

        Assert.Empty(MailTemplate.Check(mail.Subject + mail.Html, MailFields.Catalog).Findings);
        var body = MailTemplate.Fill(mail.Html, data, MailFields.Catalog, html: true);
        Assert.Contains("2026-0418", body);
        Assert.DoesNotContain("{", body);
        Assert.DoesNotContain("<p></p>", body);
        Assert.Equal(kind is not ExampleMailKind.Paid, body.Contains("cid:paymentqrcode"));
    }

    private string Html(string source) => MailTemplate.Fill(source, data, MailFields.Catalog, html: true);

    private static TemplateData Data(bool directDebit)
    {
        var data = new TemplateData { Language = DocumentLanguage.French };
        data.Fields["invoice.number"] = "2026-0418";
        data.Fields["invoice.date"] = new DateOnly(2026, 3, 10);
        data.Fields["invoice.expiry"] = new DateOnly(2026, 3, 24);
        data.Fields["invoice.amount"] = 1410.70m;
        data.Fields["invoice.amount.due"] = 1410.70m;
        data.Fields["invoice.paymentreference"] = "+++202/6000/41824+++";
        data.Fields["invoice.paymenturl"] = new LinkValue(Samples.PaymentUrl);
        data.Fields["invoice.paymentqrcode"] = new ImageValue(QrPicture.Png(Samples.PaymentUrl));
        data.Fields["company.name"] = "Sambre & Leie";
        data.Fields["relation.paymentmethod.direct"] = directDebit;
        data.Fields["relation.paymentmethod.manual"] = !directDebit;
        return data;
    }

    private static TemplateData Grouped()
    {
        var data = new TemplateData { Language = DocumentLanguage.French };
        data.Fields["invoices.amount.due"] = 30m;
        data.Fields["invoices.paymentqrcode"] = new ImageValue(QrPicture.Png("total"));
        data.Tables["invoices"] =
        [
            new Dictionary<string, object?>
            {
                ["invoice.number"] = "1", ["invoice.amount.due"] = 10m, ["invoice.currencycode"] = "EUR", ["invoice.paymentqrcode"] = new ImageValue(QrPicture.Png("one")),
            },
            new Dictionary<string, object?> { ["number"] = "2", ["Amount.Due"] = 20m, ["paymentqrcode"] = new ImageValue(QrPicture.Png("two")) },
        ];
        return data;
    }
}
