using Domi.BackOffice.Relations;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Relations;

/// <summary>Changes a relation; its number stays.</summary>
public sealed class EditModel(OfficeDb db, EditRelation edit, Actor actor, Texts t) : PageModel, IRelationPage
{
    [BindProperty]
    public RelationForm Input { get; set; } = new();

    public string Name { get; private set; } = "";

    public string Back { get; private set; } = "";

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken ct)
    {
        if (await FindAsync(id, ct) is not { } relation) return NotFound();
        Input = RelationForm.Of(relation);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(Guid id, CancellationToken ct)
    {
        if (await FindAsync(id, ct) is null) return NotFound();
        if (!ModelState.IsValid || await ModelState.AcceptsAsync(t, () => edit.ChangeAsync(id, Input.Version, Input.ToContent(), actor.Name, ct)) is null) return Page();

        TempData["Toast"] = t["common.changes_saved"];
        return Redirect(Back);
    }

    private async Task<Relation?> FindAsync(Guid id, CancellationToken ct)
    {
        var relation = await db.Relations.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, ct);
        (Name, Back) = (relation?.Name ?? "", $"/relations/{id}");
        return relation;
    }
}
