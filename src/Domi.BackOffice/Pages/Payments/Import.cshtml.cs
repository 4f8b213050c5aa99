using Domi.BackOffice.Statements;
using Domi.Platform;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Payments;

/// <summary>Takes files of the bank, and says of each of their statements what became of it.</summary>
[RequestSizeLimit(ImportStatements.MostBytes)]
[RequestFormLimits(MultipartBodyLengthLimit = ImportStatements.MostBytes)]
public sealed class ImportModel(OfficeDb db, ImportStatements import, Actor actor, Texts t) : PageModel
{
    private const int MostFiles = 100;
    private const int Latest = 20;

    public sealed class Form
    {
        public List<IFormFile> Files { get; init; } = [];
    }

    [BindProperty]
    public Form Input { get; set; } = new();

    /// <summary>Those that were handed in just now.</summary>
    public IReadOnlyList<ImportedFile> Done { get; private set; } = [];

    public IReadOnlyList<ImportedFile> Before { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(Guid[] done, CancellationToken ct)
    {
        Done = await db.ImportedFiles.AsNoTracking().Where(f => done.Contains(f.Id)).OrderBy(f => f.ImportedAt).ThenBy(f => f.Id).Take(MostFiles).ToListAsync(ct);
        Before = await db.ImportedFiles.AsNoTracking().Where(f => !done.Contains(f.Id)).OrderByDescending(f => f.ImportedAt).ThenByDescending(f => f.Id).Take(Latest).ToListAsync(ct);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (actor.CompanyId is not { } company) return NotFound();
        if (Input.Files.Count is 0 or > MostFiles) ModelState.AddModelError("Input.Files", t["payments.import_missing", ("most", MostFiles)]);

        var done = new List<Guid>();
        foreach (var given in ModelState.IsValid ? Input.Files : [])
        {
            await using var file = given.OpenReadStream();
            if (await ModelState.AcceptsAsync(t, () => import.RunAsync(company, file, given.FileName, actor.Name, ct)) is { } imported) done.Add(imported.Id);
        }

        return ModelState.IsValid ? RedirectToPage(new { done = done.ToArray() }) : await OnGetAsync([.. done], ct);
    }
}
