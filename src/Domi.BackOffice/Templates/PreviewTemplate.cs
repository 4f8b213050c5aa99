using Domi.BackOffice.Companies;
using Domi.BackOffice.Documents;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Relations;
using Domi.Platform;
using Domi.Rendering;
using Domi.Standards;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Templates;

public enum PreviewCase { Manual, DirectDebit, Long }

/// <summary>Shows a template with invented data: long names, every field filled, and for the long case more lines than a page holds. Nothing is kept.</summary>
public sealed class PreviewTemplate(OfficeDb db, RenderPool pool, Texts texts, BusinessClock clock)
{
    private const int ManyLines = 60;

    /// <exception cref="RefusedException"><c>not_found</c>, <c>preview_failed</c> with its reason.</exception>
    public async Task<byte[]> PdfAsync(Guid templateId, PreviewCase show, CancellationToken ct)
    {
        var template = await db.Templates.AsNoTracking().SingleOrDefaultAsync(t => t.Id == templateId, ct) ?? throw new RefusedException("not_found", $"No template {templateId}.");
        var docx = await Blob.ReadAsync(db, template.BlobHash, ct) ?? throw new RefusedException("not_found", "The template's file is gone.");
        var (invoice, relation, company) = await InventAsync(template.Type is TemplateType.CreditNote ? InvoiceKind.CreditNote : InvoiceKind.Invoice, template.Language, show, ct);
        var logo = company.LogoHash is { } hash ? await Blob.ReadAsync(db, hash, ct) : null;
        var account = show is PreviewCase.DirectDebit ? Iban.Parse("BE71 0961 2345 6769") : (Iban?)null;
        var data = InvoiceData.ForDocument(invoice, relation, company, texts, logo, invoice.Kind is InvoiceKind.CreditNote ? "2026-0042" : null, account);
        try
        {
            return await pool.ConvertAsync(WordTemplate.Fill(docx, data, InvoiceFields.Catalog), ct);
        }
        catch (Exception e) when (e is RenderException or TemplateException)
        {
            throw new RefusedException("preview_failed", e.Message, ("reason", e is RenderException render ? render.Code : ((TemplateException)e).Code));
        }
    }

    /// <summary>Subject and page of a mail, with its pictures inside.</summary>
    public async Task<(string Subject, string Html)> MailAsync(string subject, string html, string language, CancellationToken ct)
    {
        var (invoice, relation, company) = await InventAsync(InvoiceKind.Invoice, language, PreviewCase.Manual, ct);
        var data = InvoiceData.ForMail(invoice, relation, company);
        var filled = MailTemplate.Fill(html, data, MailFields.Catalog, html: true);
        foreach (var picture in MailTemplate.Pictures(html, data, MailFields.Catalog))
            filled = filled.Replace("cid:" + picture.ContentId, "data:image/png;base64," + Convert.ToBase64String(picture.Png), StringComparison.Ordinal);
        return (MailTemplate.Fill(subject, data, MailFields.Catalog, html: false).ReplaceLineEndings(" ").Trim(), filled);
    }

    private async Task<(Invoice Invoice, Relation Relation, OwnCompany Company)> InventAsync(InvoiceKind kind, string language, PreviewCase show, CancellationToken ct)
    {
        var company = await db.Companies.AsNoTracking().FirstAsync(ct);
        var t = texts.In(language);
        var today = clock.Today;
        var relation = new Relation
        {
            OwnCompanyId = company.Id,
            Number = 1042,
            Kind = RelationKind.Company,
            Name = t["templates.sample.relation"],
            FirstName = "Anne-Sophie",
            LastName = "Vandenbroucke-Delacroix",
            EnterpriseNumber = EnterpriseNumber.Parse("0417497106"),
            IsVatRegistered = true,
            Street = t["templates.sample.street"],
            Zip = "1000",
            City = t["templates.sample.city"],
            Language = language,
            PoNumber = "PO-2026-000917",
            Email = "invoices@example.com",
        };
        var sign = kind is InvoiceKind.CreditNote ? -1 : 1;
        var invoice = new Invoice(company.Id, relation.Id, kind, clock.GetUtcNow())
        {
            Description = t["templates.sample.subject"],
            Text = t["templates.sample.text"],
            PoNumber = relation.PoNumber,
            Language = language,
        };
        var lines = Enumerable.Range(1, show is PreviewCase.Long ? ManyLines : 4).Select(n => new InvoiceLine
        {
            Position = n,
            Code = $"A{n:000}",
            Description = t[n % 3 == 0 ? "templates.sample.line_long" : "templates.sample.line", ("n", n)],
            Quantity = sign * (n % 4 == 0 ? 3.5m : n),
            UnitPrice = 37.25m * n,
            VatRate = n % 4 == 0 ? 6m : 21m,
        }).ToList();
        invoice.Edit(relation.Id, lines);
        invoice.Assign($"{today.Year}-0123", today.Year, today, today.AddDays(company.DefaultDueDays), StructuredCommunication.FromNumber((today.Year * 1_000_000L) + 123), Guid.CreateVersion7(), clock.GetUtcNow());
        invoice.Project(0m, invoice.TotalInclVat, PaymentState.Unpaid);
        if (kind is InvoiceKind.Invoice)
            invoice.LinkArrived("https://pay.example/k7Qm2vXw", show is PreviewCase.DirectDebit ? "PENDING" : "BOOKED", show is PreviewCase.DirectDebit ? "CORE-1042-01" : null,
                show is PreviewCase.DirectDebit ? "BE87ZZZ0417497106" : null, show is PreviewCase.DirectDebit ? today.AddDays(7) : null, clock.GetUtcNow());
        return (invoice, relation, company);
    }
}
