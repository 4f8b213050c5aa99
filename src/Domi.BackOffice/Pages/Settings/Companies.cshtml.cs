using Domi.BackOffice.Companies;
using Domi.BackOffice.Users;
using Domi.Platform;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Settings;

/// <summary>The own companies of this installation, and another one.</summary>
public sealed class CompaniesModel(OfficeDb db, AddCompany add, SignIn signIn, Actor actor, Texts t) : PageModel
{
    public sealed class Form
    {
        public Guid Id { get; init; } = Guid.CreateVersion7();

        public string? Name { get; init; }
    }

    public sealed record Row(Guid Id, string Name, string? EnterpriseNumber, bool IsCurrent);

    [BindProperty]
    public Form Input { get; set; } = new();

    public IReadOnlyList<Row> Rows { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        Rows = [.. (await db.Companies.IgnoreQueryFilters().AsNoTracking().Where(c => c.IsActive).OrderBy(c => c.Name).ThenBy(c => c.Id).Select(c => new { c.Id, c.Name, c.EnterpriseNumber }).ToListAsync(ct))
            .Select(c => new Row(c.Id, c.Name, c.EnterpriseNumber?.ToString(), c.Id == actor.CompanyId))];
        return Page();
    }

    /// <summary>Makes it, and goes on in it: what is missing is filled in next.</summary>
    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        var id = Input.Id == Guid.Empty ? Guid.CreateVersion7() : Input.Id;
        if (await ModelState.AcceptsAsync(t, () => add.RunAsync(id, Input.Name, ct)) is not { } company) return await OnGetAsync(ct);

        var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == actor.UserId, ct);
        await HttpContext.SignInAsync(await signIn.PrincipalAsync(user, company.Id, ct));
        return LocalRedirect("/settings");
    }
}
