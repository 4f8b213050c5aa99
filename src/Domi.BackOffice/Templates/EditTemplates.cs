using System.Text.Json;
using Domi.Platform;
using Domi.Rendering;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Templates;

/// <summary>Uploads, replaces, activates and deletes Word templates. What is wrong is said at the upload, not at the invoice.</summary>
/// <remarks>Refuses with <c>not_found</c>, <c>template_refused</c> (with what was found), <c>template_in_use</c>, <c>name_missing</c>.</remarks>
public sealed class EditTemplates(OfficeDb db, BusinessClock clock)
{
    public static readonly JsonSerializerOptions ReportJson = new() { Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() } };

    public static TemplateReport Check(byte[] docx) => WordTemplate.Check(docx, InvoiceFields.Catalog);

    public async Task<(WordTemplateFile? Template, TemplateReport Report)> UploadAsync(
        Guid companyId, string name, TemplateType type, string language, string fileName, byte[] docx, bool activates, string actor, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Length > 140) throw new RefusedException("name_missing", "The template has no name.") { Field = "Name" };
        var report = Check(docx);
        if (!report.IsUsable) return (null, report);

        var template = await db.WriteAsync(async token =>
        {
            var added = new WordTemplateFile
            {
                OwnCompanyId = companyId,
                Name = name.Trim(),
                Type = type,
                Language = FieldText.Language(language),
                FileName = Safe(fileName),
                BlobHash = await KeepAsync(docx, token),
                SizeBytes = docx.Length,
                ReportJson = Serialise(report),
                ChangedAt = clock.GetUtcNow(),
                ChangedBy = actor,
            };
            db.Templates.Add(added);
            if (activates || !await db.Templates.AnyAsync(t => t.OwnCompanyId == companyId && t.Type == type && t.Language == added.Language && t.IsActive, token))
                await ActivateAsync(added, token);
            return added;
        }, ct);
        return (template, report);
    }

    /// <summary>Another file under the same name, language and type.</summary>
    public async Task<TemplateReport> ReplaceAsync(Guid id, string fileName, byte[] docx, string actor, CancellationToken ct)
    {
        var report = Check(docx);
        if (!report.IsUsable) return report;

        await db.WriteAsync(async token =>
        {
            var template = await FindAsync(id, token);
            (template.FileName, template.BlobHash, template.SizeBytes, template.ReportJson, template.ChangedAt, template.ChangedBy) =
                (Safe(fileName), await KeepAsync(docx, token), docx.Length, Serialise(report), clock.GetUtcNow(), actor);
        }, ct);
        return report;
    }

    public Task ActivateAsync(Guid id, CancellationToken ct) => db.WriteAsync(async token => await ActivateAsync(await FindAsync(id, token), token), ct);

    public Task DeleteAsync(Guid id, CancellationToken ct) => db.WriteAsync(async token =>
    {
        var template = await FindAsync(id, token);
        if (template.IsActive) throw new RefusedException("template_in_use", "The active template is not deleted; activate another first.", ("name", template.Name));
        db.Templates.Remove(template);
    }, ct);

    public async Task SaveMailAsync(Guid companyId, MailContext context, string language, string subject, string html, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(subject) || subject.Length > 300) throw new RefusedException("subject_missing", "The subject is missing or too long.") { Field = "Subject" };
        if (string.IsNullOrWhiteSpace(html) || html.Length > 100_000) throw new RefusedException("body_missing", "The text is missing or too long.") { Field = "Html" };
        foreach (var finding in new[] { subject, html }.SelectMany(s => MailTemplate.Check(s, MailFields.Catalog).Findings).Where(f => f.Severity is FindingSeverity.Error))
            throw new RefusedException("mail_template_refused", $"{finding.Code}: {finding.Subject}", ("code", finding.Code), ("field", finding.Subject), ("nearest", finding.Nearest)) { Field = "Html" };

        await db.WriteAsync(async token =>
        {
            var two = FieldText.Language(language);
            var template = await db.MailTemplates.SingleOrDefaultAsync(t => t.OwnCompanyId == companyId && t.Context == context && t.Language == two, token);
            if (template is null) db.MailTemplates.Add(template = new() { OwnCompanyId = companyId, Context = context, Language = two, Subject = "", Html = "" });
            (template.Subject, template.Html, template.ChangedAt) = (subject.Trim(), html, clock.GetUtcNow());
        }, ct);
    }

    /// <summary>The examples that every own company begins with, in four languages.</summary>
    public async Task AddExamplesAsync(Guid companyId, Texts texts, CancellationToken ct) => await db.WriteAsync(async token =>
    {
        foreach (var language in Texts.Languages)
        {
            var document = DocumentLanguages.FromCode(language);
            foreach (var (type, docx) in new[] { (TemplateType.Invoice, ExampleTemplates.Invoice(document)), (TemplateType.CreditNote, ExampleTemplates.CreditNote(document)) })
            {
                if (await db.Templates.AnyAsync(t => t.OwnCompanyId == companyId && t.Type == type && t.Language == language, token)) continue;
                var name = texts.In(language)[type is TemplateType.Invoice ? "document.invoice" : "document.credit_note"];
                db.Templates.Add(new()
                {
                    OwnCompanyId = companyId,
                    Name = name,
                    Type = type,
                    Language = language,
                    IsActive = true,
                    FileName = $"{Safe(name)}-{language}.docx",
                    BlobHash = await KeepAsync(docx, token),
                    SizeBytes = docx.Length,
                    ReportJson = Serialise(Check(docx)),
                    ChangedAt = clock.GetUtcNow(),
                    ChangedBy = "office",
                });
            }

            foreach (var (context, kind) in new[] { (MailContext.Invoice, ExampleMailKind.Invoice), (MailContext.Reminder, ExampleMailKind.Reminder), (MailContext.Paid, ExampleMailKind.Paid) })
            {
                if (await db.MailTemplates.AnyAsync(t => t.OwnCompanyId == companyId && t.Context == context && t.Language == language, token)) continue;
                var mail = ExampleMails.Get(kind, document);
                db.MailTemplates.Add(new() { OwnCompanyId = companyId, Context = context, Language = language, Subject = mail.Subject, Html = mail.Html, ChangedAt = clock.GetUtcNow() });
            }
        }
    }, ct);

    private async Task ActivateAsync(WordTemplateFile template, CancellationToken ct)
    {
        foreach (var other in await db.Templates.Where(t => t.OwnCompanyId == template.OwnCompanyId && t.Type == template.Type && t.Language == template.Language && t.IsActive).ToListAsync(ct))
            other.IsActive = false;
        template.IsActive = true;
    }

    private Task<string> KeepAsync(byte[] docx, CancellationToken ct) =>
        Blob.KeepAsync(db, docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", clock.GetUtcNow(), ct);

    private async Task<WordTemplateFile> FindAsync(Guid id, CancellationToken ct) =>
        await db.Templates.SingleOrDefaultAsync(t => t.Id == id, ct) ?? throw new RefusedException("not_found", $"No template {id}.");

    private static string Serialise(TemplateReport report) => JsonSerializer.Serialize(report.Findings, ReportJson);

    private static string Safe(string name)
    {
        var file = string.Concat(Path.GetFileName(name).Select(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or ' ' ? c : '-'));
        return file.Length is > 0 and <= 200 ? file : "template.docx";
    }
}
