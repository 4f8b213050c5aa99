namespace Domi.Rendering.Tests;

public sealed class RenderPoolTests : IAsyncLifetime
{
    private readonly WorkFolder folder = new();
    private RenderPool pool = null!;

    public ValueTask InitializeAsync()
    {
        pool = new(new() { DataFolder = folder.Path, Workers = 1 });
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await pool.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task An_invoice_becomes_a_pdf_with_its_values()
    {
        var pdf = await pool.ConvertAsync(Samples.Invoice(DocumentLanguage.French), CancellationToken.None);

        var text = await folder.TextOfAsync(pdf);
        Assert.Contains("Facture 2026-0418", text);
        Assert.Contains("Menuiserie Delcourt SRL", text);
        if (Environment.GetEnvironmentVariable("LOOK") is { } look)
        {
            foreach (var language in DocumentLanguages.All)
                foreach (var dd in new[] { false, true })
                    await File.WriteAllBytesAsync($"{look}/{language}-{dd}.pdf", await pool.ConvertAsync(Samples.Invoice(language, dd), CancellationToken.None));
            await File.WriteAllBytesAsync($"{look}/credit.pdf", await pool.ConvertAsync(WordTemplate.Fill(ExampleTemplates.CreditNote(DocumentLanguage.French), Samples.Data(DocumentLanguage.French), InvoiceFields.Catalog), CancellationToken.None));
            await File.WriteAllBytesAsync($"{look}/long.pdf", await pool.ConvertAsync(Samples.Invoice(DocumentLanguage.Dutch, lines: 40), CancellationToken.None));
            await File.WriteAllBytesAsync($"{look}/invoice.docx", ExampleTemplates.Invoice(DocumentLanguage.French));
            await File.WriteAllBytesAsync($"{look}/filled.docx", Samples.Invoice(DocumentLanguage.French));
        }
    }
}
