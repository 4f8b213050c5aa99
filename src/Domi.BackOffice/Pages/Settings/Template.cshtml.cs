using System.Text.Json;
using Domi.BackOffice.Templates;
using Domi.Platform;
using Domi.Rendering;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Settings;

/// <summary>One Word template: what the check found, how it looks, and which placeholders there are.</summary>
public sealed class TemplateModel(OfficeDb db, EditTemplates edit, PreviewTemplate preview, Actor actor, Texts t) : PageModel
{
    public sealed class Form
    {
        public IFormFile? File { get; init; }
    }

    [BindProperty]
    public Form Input { get; set; } = new();

    public WordTemplateFile Template { get; private set; } = null!; // set before the page is drawn

    public IReadOnlyList<TemplateFinding> Findings { get; private set; } = [];

    /// <summary>What kept another file from being taken.</summary>
    public TemplateReport? Refused { get; private set; }

    public string? RefusedFile { get; private set; }

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken ct)
    {
        if (await db.Templates.AsNoTracking().SingleOrDefaultAsync(x => x.Id == id, ct) is not { } template) return NotFound();
        Template = template;
        Findings = JsonSerializer.Deserialize<List<TemplateFinding>>(template.ReportJson, EditTemplates.ReportJson)!;
        return Page();
    }

    public async Task<IActionResult> OnGetFileAsync(Guid id, CancellationToken ct)
    {
        if (await db.Templates.AsNoTracking().Where(x => x.Id == id).Select(x => new { x.BlobHash, x.FileName }).SingleOrDefaultAsync(ct) is not { } facts) return NotFound();
        return await Blob.ReadAsync(db, facts.BlobHash, ct) is { } docx ? File(docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", facts.FileName) : NotFound();
    }

    public async Task<IActionResult> OnGetPreviewAsync(Guid id, PreviewCase show, CancellationToken ct)
    {
        if (!await db.Templates.AnyAsync(x => x.Id == id, ct)) return NotFound();
        if (await ModelState.AcceptsAsync(t, () => preview.PdfAsync(id, Enum.IsDefined(show) ? show : PreviewCase.Manual, ct)) is not { } pdf) return await OnGetAsync(id, ct);
        Response.Headers.ContentDisposition = "inline; filename=\"preview.pdf\"";
        return File(pdf, "application/pdf");
    }

    public async Task<IActionResult> OnPostReplaceAsync(Guid id, CancellationToken ct)
    {
        if (!await db.Templates.AnyAsync(x => x.Id == id, ct)) return NotFound();
        if (Input.File is null or { Length: 0 })
        {
            ModelState.AddModelError("Input.File", t["templates.upload.missing"]);
            return await OnGetAsync(id, ct);
        }

        var docx = await Upload.ReadAsync(Input.File, WordTemplate.MaxFileBytes + 1, ct);
        var report = await ModelState.AcceptsAsync(t, () => edit.ReplaceAsync(id, Input.File.FileName, docx, actor.Name, ct), "Input");
        if (report is { IsUsable: true }) return Done(t["templates.replaced"], id);

        (Refused, RefusedFile) = (report, Input.File.FileName);
        return await OnGetAsync(id, ct);
    }

    public Task<IActionResult> OnPostActivateAsync(Guid id, CancellationToken ct) => DoAsync(id, () => edit.ActivateAsync(id, ct), () => Done(t["templates.activated"], id), ct);

    public Task<IActionResult> OnPostDeleteAsync(Guid id, CancellationToken ct) => DoAsync(id, () => edit.DeleteAsync(id, ct), () =>
    {
        TempData["Toast"] = t["templates.deleted"];
        return RedirectToPage("Templates");
    }, ct);

    private async Task<IActionResult> DoAsync(Guid id, Func<Task> act, Func<IActionResult> done, CancellationToken ct)
    {
        if (!await db.Templates.AnyAsync(x => x.Id == id, ct)) return NotFound();
        return await ModelState.AcceptsAsync(t, async () =>
        {
            await act();
            return done();
        }) ?? await OnGetAsync(id, ct);
    }

    private RedirectToPageResult Done(string said, Guid id)
    {
        TempData["Toast"] = said;
        return RedirectToPage(new { id });
    }
}
