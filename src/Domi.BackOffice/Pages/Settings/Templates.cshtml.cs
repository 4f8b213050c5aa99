using System.Text.Json;
using Domi.BackOffice.Templates;
using Domi.Platform;
using Domi.Rendering;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Settings;

/// <summary>The Word templates of documents; what is wrong with one is said when it is uploaded.</summary>
public sealed class TemplatesModel(OfficeDb db, EditTemplates edit, Actor actor, Texts t) : PageModel
{
    public sealed class Form
    {
        public string? Name { get; init; }

        public TemplateType Type { get; init; }

        public string? Language { get; init; }

        public bool Activates { get; init; }

        public IFormFile? File { get; init; }
    }

    public sealed record Row(Guid Id, string Name, TemplateType Type, string Language, bool IsActive, string FileName, int SizeBytes, DateTimeOffset ChangedAt, string ChangedBy, int Warnings);

    [BindProperty]
    public Form Input { get; set; } = new();

    public string? Type { get; private set; }

    public string? Language { get; private set; }

    public bool ActiveOnly { get; private set; }

    public IReadOnlyList<Row> Rows { get; private set; } = [];

    /// <summary>Kinds and languages in which somebody gets documents, and no template is active.</summary>
    public IReadOnlyList<(TemplateType Type, string Language, int Relations)> Missing { get; private set; } = [];

    /// <summary>What kept an uploaded file from being taken.</summary>
    public TemplateReport? Report { get; private set; }

    public string? ReportFile { get; private set; }

    public async Task<IActionResult> OnGetAsync(string? type, string? language, bool active, CancellationToken ct)
    {
        (Type, Language, ActiveOnly) = (type, language, active);
        var found = db.Templates.AsNoTracking();
        if (Enum.TryParse<TemplateType>(type, out var kind) && Enum.IsDefined(kind)) found = found.Where(x => x.Type == kind);
        if (Texts.Languages.Contains(language ?? "")) found = found.Where(x => x.Language == language);
        if (active) found = found.Where(x => x.IsActive);
        Rows = [.. (await found.OrderBy(x => x.Type).ThenBy(x => x.Language).ThenBy(x => x.Name).ThenBy(x => x.Id).Take(500).ToListAsync(ct))
            .Select(x => new Row(x.Id, x.Name, x.Type, x.Language, x.IsActive, x.FileName, x.SizeBytes, x.ChangedAt, x.ChangedBy, JsonSerializer.Deserialize<List<TemplateFinding>>(x.ReportJson, EditTemplates.ReportJson)!.Count))];

        var there = (await db.Templates.Where(x => x.IsActive).Select(x => new { x.Type, x.Language }).ToListAsync(ct)).Select(x => (x.Type, x.Language)).ToHashSet();
        var spoken = await db.Relations.GroupBy(r => r.Language).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(ct);
        Missing = [.. spoken.SelectMany(s => Enum.GetValues<TemplateType>().Select(type => (type, s.Key, s.Count))).Where(m => !there.Contains((m.type, m.Key)))];
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (actor.CompanyId is not { } company) return NotFound();
        if (Input.File is null or { Length: 0 })
        {
            ModelState.AddModelError("Input.File", t["templates.upload.missing"]);
            return await OnGetAsync(null, null, false, ct);
        }

        var docx = await Upload.ReadAsync(Input.File, WordTemplate.MaxFileBytes + 1, ct);
        var name = string.IsNullOrWhiteSpace(Input.Name) ? Path.GetFileNameWithoutExtension(Input.File.FileName) : Input.Name;
        var taken = await ModelState.AcceptsAsync(t, async () => new Taken(await edit.UploadAsync(company, name, Input.Type, Input.Language ?? t.Language, Input.File.FileName, docx, Input.Activates, actor.Name, ct)), "Input");
        if (taken is { Outcome.Template: { } template })
        {
            TempData["Toast"] = t[template.IsActive ? "templates.added_active" : "templates.added"];
            return RedirectToPage("Template", new { id = template.Id });
        }

        if (taken is not null) (Report, ReportFile) = (taken.Outcome.Report, Input.File.FileName);
        return await OnGetAsync(null, null, false, ct);
    }

    /// <summary>Puts back the examples of kinds and languages that have no template.</summary>
    public async Task<IActionResult> OnPostExamplesAsync(CancellationToken ct)
    {
        if (actor.CompanyId is not { } company) return NotFound();
        await edit.AddExamplesAsync(company, t, ct);
        TempData["Toast"] = t["templates.examples_added"];
        return RedirectToPage();
    }

    private sealed record Taken((WordTemplateFile? Template, TemplateReport Report) Outcome);
}
