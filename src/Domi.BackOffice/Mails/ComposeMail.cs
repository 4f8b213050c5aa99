using Domi.BackOffice.Companies;
using Domi.BackOffice.Documents;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Relations;
using Domi.BackOffice.Templates;
using Domi.Platform;
using Domi.Rendering;
using Ganss.Xss;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Mails;

/// <summary>Makes a mail about an invoice from the template of the relation's language: HTML and text, the QR code inline, the PDF attached.</summary>
public sealed class ComposeMail(OfficeDb db)
{
    private static readonly HtmlSanitizer Sanitizer = MakeSanitizer();

    /// <summary>A mail that waits to be handed over, to be added in the caller's transaction.</summary>
    /// <exception cref="RefusedException"><c>no_email</c>: nobody to send it to; <c>no_mail_template</c>.</exception>
    public async Task<Mail> AboutAsync(
        Invoice invoice, Relation relation, OwnCompany company, MailContext context, string onceKey, string pdfHash, DateTimeOffset now, CancellationToken ct)
    {
        var to = (context is MailContext.Reminder ? relation.AddressForReminders : relation.AddressForInvoices)
            ?? throw new RefusedException("no_email", $"{relation.Name} has no e-mail address.", ("name", relation.Name));
        var template = await db.MailTemplates.AsNoTracking().SingleOrDefaultAsync(t => t.OwnCompanyId == company.Id && t.Context == context && t.Language == invoice.Language, ct)
            ?? throw new RefusedException("no_mail_template", $"No mail template {context} in {invoice.Language}.", ("language", invoice.Language));

        var data = InvoiceData.ForMail(invoice, relation, company);
        var html = Sanitizer.SanitizeDocument(Frame(invoice.Language, company.Name, MailTemplate.Fill(template.Html, data, MailFields.Catalog, html: true)));
        var text = PlainText.Of(MailTemplate.Fill(template.Html, data, MailFields.Catalog, html: false));
        var attachments = new List<MailAttachment> { new(FileName(invoice.Number!), "application/pdf", pdfHash) };
        foreach (var picture in MailTemplate.Pictures(template.Html, data, MailFields.Catalog))
            attachments.Add(new($"{picture.ContentId}.png", "image/png", await Blob.KeepAsync(db, picture.Png, "image/png", now, ct), picture.ContentId));

        var sender = company.Email.Length > 0 ? company.Email : "invoices@localhost.localdomain";
        return new(context is MailContext.Reminder ? "reminder" : "invoice", $"invoice:{invoice.Id}", now, sender[(sender.IndexOf('@', StringComparison.Ordinal) + 1)..])
        {
            OwnerId = company.Id,
            OnceKey = onceKey,
            FromName = company.Name,
            FromAddress = sender,
            ReplyTo = company.ReplyTo,
            To = to,
            Cc = context is MailContext.Invoice ? relation.InvoiceCc : null,
            Bcc = context is MailContext.Invoice ? relation.InvoiceBcc : null,
            Language = invoice.Language,
            Subject = MailTemplate.Fill(template.Subject, data, MailFields.Catalog, html: false).ReplaceLineEndings(" ").Trim(),
            Html = html,
            Text = text,
            Attachments = attachments,
        };
    }

    public static string FileName(string number) =>
        string.Concat(number.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-')) + ".pdf";

    /// <summary>What a template may hold is decided again for what is sent: a template that was edited elsewhere brings no script.</summary>
    private static HtmlSanitizer MakeSanitizer()
    {
        var sanitizer = new HtmlSanitizer();
        sanitizer.AllowedSchemes.Add("cid");
        sanitizer.AllowedSchemes.Add("mailto");
        sanitizer.AllowedSchemes.Add("tel");
        sanitizer.AllowedTags.Remove("form");
        sanitizer.AllowedTags.Remove("input");
        sanitizer.AllowedTags.Remove("button");
        foreach (var tag in new[] { "html", "head", "body", "meta", "title" }) sanitizer.AllowedTags.Add(tag);
        foreach (var attribute in new[] { "charset", "content", "lang", "name" }) sanitizer.AllowedAttributes.Add(attribute);
        return sanitizer;
    }

    // Inline styles on purpose: mail programs drop style sheets.
    private static string Frame(string language, string company, string body) =>
        $"""
        <!doctype html><html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>
        <body style="margin:0;padding:24px 12px;background:#f5f3ef;font:15px/1.55 'Segoe UI',Helvetica,Arial,sans-serif;color:#1d1c1a">
        <div style="max-width:600px;margin:0 auto;padding:28px 28px 20px;background:#ffffff;border-radius:12px">
        <p style="margin:0 0 20px;padding-bottom:14px;border-bottom:1px solid #e4e0d8;font-weight:600">{System.Net.WebUtility.HtmlEncode(company)}</p>
        {body}
        </div></body></html>
        """;
}
