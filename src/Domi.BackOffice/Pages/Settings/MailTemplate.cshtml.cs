using Domi.BackOffice.Templates;
using Domi.Platform;
using Domi.Rendering;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Settings;

/// <summary>Subject and body of a mail in one language, checked when saved, shown with invented data before.</summary>
public sealed class MailTemplateModel(OfficeDb db, EditTemplates edit, PreviewTemplate preview, Actor actor, Texts t) : PageModel
{
    public sealed class Form
    {
        public string? Subject { get; init; }

        public string? Html { get; init; }
    }

    [BindProperty]
    public Form Input { get; set; } = new();

    public MailContext Context { get; private set; }

    public string Language { get; private set; } = "";

    public IReadOnlyList<TemplateFinding> Findings { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(string context, string language, CancellationToken ct)
    {
        if (!Find(context, language)) return NotFound();
        var stored = await db.MailTemplates.AsNoTracking().SingleOrDefaultAsync(x => x.Context == Context && x.Language == Language, ct);
        Input = new() { Subject = stored?.Subject, Html = stored?.Html };
        Check();
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string context, string language, CancellationToken ct)
    {
        if (!Find(context, language) || actor.CompanyId is not { } company) return NotFound();
        Check();
        var saved = await ModelState.AcceptsAsync(t, async () =>
        {
            await edit.SaveMailAsync(company, Context, Language, Input.Subject ?? "", Input.Html ?? "", ct);
            return Input;
        }, "Input");
        if (saved is null) return Page();

        TempData["Toast"] = t["templates.mail.saved"];
        return RedirectToPage(new { context, language });
    }

    /// <summary>The mail with invented data, in a frame that runs nothing and fetches nothing: what is stored, or what was just typed.</summary>
    public async Task<IActionResult> OnGetPreviewAsync(string context, string language, CancellationToken ct)
    {
        if (!Find(context, language)) return NotFound();
        var stored = await db.MailTemplates.AsNoTracking().SingleOrDefaultAsync(x => x.Context == Context && x.Language == Language, ct);
        return await ShowAsync(stored?.Subject ?? "", stored?.Html ?? "", ct);
    }

    public async Task<IActionResult> OnPostPreviewAsync(string context, string language, CancellationToken ct) =>
        Find(context, language) ? await ShowAsync(Input.Subject ?? "", Input.Html ?? "", ct) : NotFound();

    private async Task<IActionResult> ShowAsync(string subject, string html, CancellationToken ct)
    {
        var (line, body) = await preview.MailAsync(subject.Length > 300 ? subject[..300] : subject, html.Length > 100_000 ? html[..100_000] : html, Language, ct);
        Response.Headers["Content-Security-Policy"] = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'";
        return Content($"<!doctype html><html lang=\"{Language}\"><head><meta charset=\"utf-8\"><title>{System.Net.WebUtility.HtmlEncode(line)}</title></head>"
            + $"<body style=\"margin:16px;background:#fff;color:#1d1c1a;font:15px/1.55 sans-serif\"><p style=\"margin:0 0 12px;padding-bottom:12px;border-bottom:1px solid #ddd;font-weight:600\">{System.Net.WebUtility.HtmlEncode(line)}</p>{body}</body></html>", "text/html; charset=utf-8");
    }

    private bool Find(string context, string language)
    {
        (Language, var known) = (language, Enum.TryParse<MailContext>(context, ignoreCase: true, out var found) && Enum.IsDefined(found) && !char.IsAsciiDigit(context[0]));
        Context = found;
        return known && Texts.Languages.Contains(language);
    }

    private void Check() => Findings = [.. new[] { Input.Subject ?? "", Input.Html ?? "" }.SelectMany(s => Rendering.MailTemplate.Check(s, MailFields.Catalog).Findings)];
}
