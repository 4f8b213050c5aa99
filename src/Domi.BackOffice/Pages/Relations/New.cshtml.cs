using Domi.BackOffice.Relations;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Relations;

/// <summary>What the form of a relation needs of its page.</summary>
public interface IRelationPage
{
    RelationForm Input { get; }

    string Back { get; }
}

/// <summary>Makes a relation.</summary>
public sealed class NewModel(OfficeDb db, EditRelation edit, Actor actor, Texts t) : PageModel, IRelationPage
{
    [BindProperty]
    public RelationForm Input { get; set; } = new();

    public string Back => "/relations";

    public async Task OnGetAsync(CancellationToken ct) =>
        Input.Language = await db.Companies.Select(c => c.Language).SingleOrDefaultAsync(ct) ?? actor.Language;

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (actor.CompanyId is not { } company) return NotFound();
        if (!ModelState.IsValid || await ModelState.AcceptsAsync(t, () => edit.CreateAsync(company, Input.ToContent(), actor.Name, ct)) is not { } relation) return Page();
        return Redirect($"/relations/{relation.Id}");
    }
}
