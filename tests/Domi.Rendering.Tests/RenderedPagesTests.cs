using System.Net;
using System.Net.Sockets;
using UglyToad.PdfPig;
using static Domi.Rendering.Tests.Docx;

namespace Domi.Rendering.Tests;

/// <summary>What a customer gets: the page, read by programs that know nothing of us.</summary>
public sealed class RenderedPagesTests(RenderedPagesTests.Pool pool) : IClassFixture<RenderedPagesTests.Pool>, IDisposable
{
    public sealed class Pool : IAsyncDisposable
    {
        private readonly WorkFolder folder = new();
        private readonly RenderPool pool;

        public Pool() => pool = new(new() { DataFolder = folder.Path });

        public Task<byte[]> ConvertAsync(byte[] docx) => pool.ConvertAsync(docx, CancellationToken.None);

        public async ValueTask DisposeAsync()
        {
            await pool.DisposeAsync();
            folder.Dispose();
        }
    }

    private readonly WorkFolder folder = new();

    // Readers of PDF differ in what they make of blanks that do not break.
    private static string PlainBlanks(string text) => text.Replace('\u00A0', ' ').Replace('\u202F', ' ');

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(DocumentLanguage.French, "Facture 2026-0418", "À payer au plus tard le 24/03/2026", "1\u202F410,70\u00A0€", "21\u00A0%", "2,5")]
    [InlineData(DocumentLanguage.Dutch, "Factuur 2026-0418", "Te betalen uiterlijk op 24/03/2026", "€\u00A01.410,70", "21\u00A0%", "2,5")]
    [InlineData(DocumentLanguage.English, "Invoice 2026-0418", "Please pay by 24/03/2026", "€1,410.70", "21%", "2.5")]
    [InlineData(DocumentLanguage.German, "Rechnung 2026-0418", "Zahlbar bis zum 24.03.2026", "1.410,70\u00A0€", "21\u00A0%", "2,5")]
    public async Task The_page_shows_the_values_in_its_language(DocumentLanguage language, params string[] values)
    {
        var pdf = await pool.ConvertAsync(Samples.Invoice(language));

        var text = PlainBlanks(await folder.TextOfAsync(pdf));
        foreach (var expected in values.Concat(["Menuiserie Delcourt SRL", "5030 Gembloux", "BE45 7340 3187 2589", "+++202/6000/41824+++", "première partie", "1 "]))
            Assert.Contains(PlainBlanks(expected), text);
        Assert.DoesNotContain("{", text);
        Assert.DoesNotContain("SL-1046", text);
    }

    [Fact]
    public async Task A_customer_with_a_mandate_reads_when_the_amount_is_collected()
    {
        var text = await folder.TextOfAsync(await pool.ConvertAsync(Samples.Invoice(DocumentLanguage.French, directDebit: true)));

        foreach (var expected in new[] { "Paiement par domiciliation", "31/03/2026", "SL-1046", "BE41ZZZ0712845377" }) Assert.Contains(expected, text);
        Assert.DoesNotContain("+++202/6000/41824+++", text);
    }

    [Fact]
    public async Task The_code_on_the_page_can_be_read_at_150_dpi() =>
        Assert.Equal(Samples.PaymentUrl, (await folder.QrCodesOnAsync(await pool.ConvertAsync(Samples.Invoice(DocumentLanguage.Dutch)))).Trim());

    [Fact]
    public async Task The_bank_transfer_code_can_be_read_too()
    {
        var docx = WordTemplate.Fill(File(P("{Image:EpcQrCode}")), Samples.Data(DocumentLanguage.Dutch), InvoiceFields.Catalog);

        Assert.Equal(Samples.Epc, (await folder.QrCodesOnAsync(await pool.ConvertAsync(docx))).TrimEnd('\n'));
    }

    [Fact]
    public async Task The_payment_link_can_be_clicked()
    {
        using var pdf = PdfDocument.Open(await pool.ConvertAsync(Samples.Invoice(DocumentLanguage.German)));

        var link = Assert.Single(pdf.GetPage(1).GetHyperlinks());
        Assert.Equal(Samples.PaymentUrl, link.Uri);
        Assert.Equal("pay.domi.example/p/Hc4nVt8qKx2mRz7bLw9Y5d", link.Text);
    }

    [Fact]
    public async Task The_page_has_structure_for_screen_readers_and_a_code_without_fringes()
    {
        await System.IO.File.WriteAllBytesAsync(folder.File("page.pdf"), await pool.ConvertAsync(Samples.Invoice(DocumentLanguage.French)));

        Assert.Matches("Tagged: +yes", await WorkFolder.RunAsync("pdfinfo", folder.File("page.pdf")));
        Assert.DoesNotContain("jpeg", await WorkFolder.RunAsync("pdfimages", "-list", folder.File("page.pdf")));
    }

    [Fact]
    public async Task A_link_of_the_template_itself_can_be_clicked_without_any_style()
    {
        var template = File($"<w:p>{R("See ")}<w:hyperlink r:id=\"rId9\">{R("our terms")}</w:hyperlink></w:p>",
            relations: Relation("rId9", "hyperlink", "https://sambre-leie.example/terms", external: true));

        using var pdf = PdfDocument.Open(await pool.ConvertAsync(WordTemplate.Fill(template, Samples.Data(DocumentLanguage.Dutch), InvoiceFields.Catalog)));

        Assert.Equal("https://sambre-leie.example/terms", Assert.Single(pdf.GetPage(1).GetHyperlinks()).Uri);
    }

    [Fact]
    public async Task A_thousand_lines_repeat_their_heading_on_every_page()
    {
        using var pdf = PdfDocument.Open(await pool.ConvertAsync(Samples.Invoice(DocumentLanguage.French, lines: 1_000)));

        var pages = pdf.GetPages().Select(page => page.Text).ToList();
        var text = string.Concat(pages);
        Assert.All(new[] { 1, 500, 1_000 }, number => Assert.Contains($"poste {number}", text));
        Assert.InRange(pages.Count, 25, 60);
        Assert.All(pages.Take(pages.Count - 1), page => Assert.Contains("Quantité", page));
        Assert.Contains("Total à payer", string.Concat(pages.TakeLast(2)));
        Assert.Contains("À payer au plus tard", pages[^1]);
    }

    [Fact]
    public async Task A_document_reaches_neither_the_network_nor_the_disk()
    {
        var secret = folder.File("secret.txt");
        await System.IO.File.WriteAllTextAsync(secret, "TOPSECRET");
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}/pixel.png";
        var linked = $"""
            <w:p><w:r><w:drawing><wp:inline><wp:extent cx="1080000" cy="1080000"/><wp:docPr id="1" name="x"/><a:graphic>
            <a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="1" name="x"/><pic:cNvPicPr/></pic:nvPicPr>
            <pic:blipFill><a:blip r:link="rId8"/></pic:blipFill><pic:spPr/></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>
            """;
        var included = $"<w:p><w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText> INCLUDETEXT \"{secret}\" </w:instrText></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r></w:p>";
        // The check refuses such a file; the renderer must hold even if one got past it.
        var docx = File(P("visible") + linked + included, relations: Relation("rId8", "image", address, external: true));

        var text = await folder.TextOfAsync(await pool.ConvertAsync(docx));

        Assert.Contains("visible", text);
        Assert.DoesNotContain("TOPSECRET", text);
        Assert.False(server.Pending());
    }
}
