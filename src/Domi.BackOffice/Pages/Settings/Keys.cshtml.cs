using Domi.BackOffice.Users;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Settings;

/// <summary>Keys of the office's API for this own company.</summary>
public sealed class KeysModel(OfficeDb db, EditKeys edit, Actor actor, Texts t) : PageModel
{
    public sealed class Form
    {
        public string? Name { get; init; }

        public bool MayAdminister { get; init; }
    }

    [BindProperty]
    public Form Input { get; set; } = new();

    public IReadOnlyList<OfficeKey> Keys { get; private set; } = [];

    /// <summary>Told once, right after it was made.</summary>
    public string? Key { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        Keys = await db.OfficeKeys.AsNoTracking().OrderBy(k => k.RevokedAt != null).ThenByDescending(k => k.CreatedAt).ThenBy(k => k.Id).Take(200).ToListAsync(ct);
        Key = TempData["Key"] as string;
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (actor.CompanyId is not { } company) return NotFound();
        if (await ModelState.AcceptsAsync(t, () => edit.AddAsync(company, Input.Name, Input.MayAdminister, ct), "Input") is not { } key) return await OnGetAsync(ct);
        TempData["Key"] = key;
        return RedirectToPage();
    }

    public async Task<IActionResult> OnPostRevokeAsync(Guid id, CancellationToken ct)
    {
        if (!await db.OfficeKeys.AnyAsync(k => k.Id == id, ct)) return NotFound();
        await edit.RevokeAsync(id, ct);
        TempData["Toast"] = t["settings.keys.revoked"];
        return RedirectToPage();
    }
}
