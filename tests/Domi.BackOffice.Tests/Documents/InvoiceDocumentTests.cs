using System.Diagnostics;
using Domi.BackOffice.Documents;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Tests.Pages;
using Domi.Standards;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using UglyToad.PdfPig;

namespace Domi.BackOffice.Tests.Documents;

/// <summary>The document as the debtor gets it: its words, and its code read from a picture of the page.</summary>
public sealed class InvoiceDocumentTests(OfficeFixture app) : IClassFixture<OfficeFixture>
{
    private readonly Story story = new(app);

    [Theory]
    [InlineData("fr")]
    [InlineData("nl")]
    [InlineData("en")]
    [InlineData("de")]
    public async Task A_manual_invoice_carries_link_code_and_communication(string language)
    {
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation(language: language));

        var pdf = await PdfOf(invoice);

        var text = TextOf(pdf);
        Assert.Contains(invoice.Communication!.Value.ToString(), text);
        Assert.Contains(invoice.PaymentUrl!.Replace(" ", ""), text.Replace("\n", "").Replace(" ", ""));
        Assert.Contains(invoice.Number!, text);
        Assert.Contains(invoice.PaymentUrl, await CodesOf(pdf));
    }

    [Fact]
    public async Task The_next_invoice_after_signing_names_mandate_creditor_and_day_and_hides_the_reference()
    {
        var relation = await story.GivenARelation();
        var reference = await story.WhenSignedOnThePage(await story.GivenANumberedInvoice(relation));
        var invoice = await story.GivenANumberedInvoice(relation);

        var text = TextOf(await PdfOf(invoice));

        Assert.Contains(reference, text);
        Assert.Contains(invoice.CreditorIdentifier!, text);
        Assert.Contains(invoice.CollectionOn!.Value.ToString("dd/MM/yyyy"), text);
        Assert.DoesNotContain(invoice.Communication!.Value.ToString(), text);
    }

    [Fact]
    public async Task A_mandate_that_two_connections_know_stands_on_the_document_and_the_page_as_the_invoices_own_knows_it()
    {
        var relation = await story.GivenARelation();
        var reference = await story.WhenSignedOnThePage(await story.GivenANumberedInvoice(relation));
        var invoice = await story.GivenANumberedInvoice(relation);
        await app.OfficeAsync(async (_, db) =>
        {
            db.RelationMandates.Add(new() { OwnCompanyId = app.Made!.CompanyId, ConnectionId = Guid.CreateVersion7(), RelationId = relation.Id, Reference = reference, Account = Iban.Parse("BE71096123456769") });
            return await db.SaveChangesAsync();
        });
        using var browser = await Browser.AdministratorAsync(app);

        var text = TextOf(await PdfOf(invoice));
        var page = (await browser.GetAsync($"/invoices/{invoice.Id}")).Body!.TextContent;

        Assert.All([text, page], words => Assert.Contains("7034", words));
        Assert.All([text, page], words => Assert.DoesNotContain("6769", words));
    }

    [Fact]
    public async Task An_invoice_whose_collection_came_back_for_good_asks_for_a_transfer()
    {
        var relation = await story.GivenARelation();
        var reference = await story.WhenSignedOnThePage(await story.GivenANumberedInvoice(relation));
        var invoice = await story.GivenANumberedInvoice(relation, 80m);
        var announced = TextOf(await PdfOf(invoice));
        await story.WhenDaysPass(50);
        using var answer = await app.EngineHttp.PostAsync("/sandbox/outcome", new StringContent($$"""{"invoice":"{{invoice.Number}}","code":"MD06"}""", System.Text.Encoding.UTF8, "application/json"));
        await story.WhenFeedsAreRead();
        using var browser = await Browser.AdministratorAsync(app);

        var text = TextOf(await PdfOf(invoice));
        var page = (await browser.GetAsync($"/invoices/{invoice.Id}")).Body!.TextContent;

        Assert.Contains(reference, announced);
        Assert.DoesNotContain(invoice.Communication!.Value.ToString(), announced);
        Assert.Contains(invoice.Communication!.Value.ToString(), text);
        Assert.DoesNotContain(reference, text);
        Assert.Contains("The collection of €80.00 failed: the debtor claimed the money back", page);
    }

    [Theory]
    [InlineData("nl", "Duitsland")]
    [InlineData("fr", "Allemagne")]
    public async Task A_country_abroad_is_named_in_the_language_of_the_document(string language, string name)
    {
        var relation = await story.GivenARelation(language: language);
        await app.ReadAsync((OfficeDb db) => db.Relations.Where(r => r.Id == relation.Id).ExecuteUpdateAsync(set => set.SetProperty(r => r.Country, "DE")));

        Assert.Contains(name, TextOf(await PdfOf(await story.GivenANumberedInvoice(relation))));
    }

    private Task<byte[]> PdfOf(Invoice invoice) => story.Office(services => services.GetRequiredService<MakePdf>().OfAsync(invoice.Id, again: false, CancellationToken.None));

    private static string TextOf(byte[] pdf)
    {
        using var document = PdfDocument.Open(pdf);
        return string.Join('\n', document.GetPages().Select(p => UglyToad.PdfPig.DocumentLayoutAnalysis.TextExtractor.ContentOrderTextExtractor.GetText(p)));
    }

    /// <summary>Every QR code on a picture of the first page at 150 dpi.</summary>
    private async Task<IReadOnlyList<string>> CodesOf(byte[] pdf)
    {
        var file = Path.Combine(app.Folder, Guid.CreateVersion7().ToString("n"));
        await File.WriteAllBytesAsync(file + ".pdf", pdf);
        await RunAsync("pdftoppm", "-r", "150", "-png", "-singlefile", file + ".pdf", file);
        var codes = await RunAsync("zbarimg", "--nodbus", "--quiet", "--raw", file + ".png");
        return codes.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output;
    }
}
