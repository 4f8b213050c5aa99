using System.Collections.Concurrent;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Mandates;
using Domi.BackOffice.Templates;
using Domi.Platform;
using Domi.Rendering;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Documents;

/// <summary>Makes the document of an invoice from the active template of its language, and keeps it.</summary>
/// <remarks>The conversion runs in a worker process, outside any transaction; what cannot be made stands on the invoice with its reason.</remarks>
public sealed class MakePdf(OfficeDb db, RenderPool pool, Texts texts, BusinessClock clock)
{
    // Parsing a template costs more than filling it, and a run of 500 invoices uses one.
    private static readonly ConcurrentDictionary<string, PreparedTemplate> Prepared = new(StringComparer.Ordinal);

    /// <summary>The kept document, or a new one when there is none.</summary>
    /// <exception cref="RefusedException"><c>no_template</c>, <c>pdf_failed</c>.</exception>
    public async Task<byte[]> OfAsync(Guid invoiceId, bool again, CancellationToken ct)
    {
        var invoice = await db.Invoices.AsNoTracking().Include(i => i.Lines).SingleOrDefaultAsync(i => i.Id == invoiceId, ct) ?? throw new RefusedException("not_found", $"No invoice {invoiceId}.");
        if (!again && invoice.PdfHash is { } kept && await Blob.ReadAsync(db, kept, ct) is { } content) return content;

        byte[] pdf;
        try
        {
            pdf = await pool.ConvertAsync(await FillAsync(invoice, ct), ct);
        }
        catch (Exception e) when (e is RenderException or TemplateException)
        {
            var code = e is RenderException render ? render.Code : ((TemplateException)e).Code;
            await db.WriteAsync(async token => (await db.Invoices.SingleAsync(i => i.Id == invoiceId, token)).PdfFailed(code), ct);
            throw new RefusedException("pdf_failed", $"The document of {invoice.Number} could not be made: {e.Message}", ("reason", code));
        }

        // While the link is on its way the document is only looked at: the one that is kept carries it.
        if (invoice.State is InvoiceState.Numbered && (invoice.LinkState is LinkState.None or LinkState.Ready || invoice.SendsWithoutLink))
        {
            await db.WriteAsync(async token =>
            {
                var now = clock.GetUtcNow();
                var hash = await Blob.KeepAsync(db, pdf, "application/pdf", now, token);
                (await db.Invoices.SingleAsync(i => i.Id == invoiceId, token)).PdfMade(hash, now);
            }, ct);
        }

        return pdf;
    }

    /// <summary>The filled Word file.</summary>
    public async Task<byte[]> FillAsync(Invoice invoice, CancellationToken ct)
    {
        var type = invoice.Kind is InvoiceKind.CreditNote ? TemplateType.CreditNote : TemplateType.Invoice;
        var template = await db.Templates.AsNoTracking().FirstOrDefaultAsync(t => t.OwnCompanyId == invoice.OwnCompanyId && t.Type == type && t.Language == invoice.Language && t.IsActive, ct)
            ?? throw new RefusedException("no_template", $"No active template of type {type} in {invoice.Language}.", ("language", invoice.Language), ("type", type));
        return (await PrepareAsync(template.BlobHash, ct)).Fill(await DataAsync(invoice, ct), InvoiceFields.Catalog);
    }

    public async Task<TemplateData> DataAsync(Invoice invoice, CancellationToken ct)
    {
        var relation = await db.Relations.AsNoTracking().SingleAsync(r => r.Id == invoice.RelationId, ct);
        var company = await db.Companies.AsNoTracking().SingleAsync(c => c.Id == invoice.OwnCompanyId, ct);
        var logo = company.LogoHash is { } hash ? await Blob.ReadAsync(db, hash, ct) : null;
        var credited = invoice.CreditsInvoiceId is { } id ? await db.Invoices.Where(i => i.Id == id).Select(i => i.Number).SingleOrDefaultAsync(ct) : null;
        var account = invoice.MandateReference is null ? null : await RelationMandate.Of(db, invoice).Select(m => m.Account).SingleOrDefaultAsync(ct);
        return InvoiceData.ForDocument(invoice, relation, company, texts, logo, credited, account);
    }

    private async Task<PreparedTemplate> PrepareAsync(string blobHash, CancellationToken ct)
    {
        if (Prepared.TryGetValue(blobHash, out var known)) return known;

        var docx = await Blob.ReadAsync(db, blobHash, ct) ?? throw new RefusedException("template_gone", "The template's file is gone.");
        if (Prepared.Count > 200) Prepared.Clear();
        return Prepared[blobHash] = WordTemplate.Prepare(docx);
    }
}
