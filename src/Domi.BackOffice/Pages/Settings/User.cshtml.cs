using Domi.BackOffice.Users;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Settings;

/// <summary>One person: role, own companies, password, and whether they may sign in.</summary>
public sealed class UserModel(OfficeDb db, EditUsers edit, Actor actor, Texts t) : PageModel
{
    public sealed class Form
    {
        public string? Name { get; init; }

        public Role Role { get; init; }

        public List<Guid> Companies { get; init; } = [];
    }

    [BindProperty]
    public Form Input { get; set; } = new();

    public User Person { get; private set; } = null!; // set before the page is drawn

    public IReadOnlyList<(Guid Id, string Name)> Companies { get; private set; } = [];

    public bool IsSelf => Person.Id == actor.UserId;

    /// <summary>Told once, right after it was made.</summary>
    public string? Password { get; private set; }

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken ct)
    {
        if (!await ReadAsync(id, ct)) return NotFound();
        Input = new() { Name = Person.Name, Role = Person.Role, Companies = await db.UserCompanies.Where(a => a.UserId == id).Select(a => a.OwnCompanyId).ToListAsync(ct) };
        Password = TempData["Password"] as string;
        return Page();
    }

    public Task<IActionResult> OnPostAsync(Guid id, CancellationToken ct) => DoAsync(id, () => edit.ChangeAsync(id, Input.Name, Input.Role, Input.Companies, ct), "common.changes_saved", ct);

    public Task<IActionResult> OnPostActiveAsync(Guid id, bool active, CancellationToken ct) =>
        DoAsync(id, () => edit.ActivateAsync(id, active, ct), active ? "settings.users.activated" : "settings.users.deactivated", ct, redrawsStored: true);

    public Task<IActionResult> OnPostPasswordAsync(Guid id, bool secondFactorToo, CancellationToken ct) => DoAsync(id, async () =>
    {
        (var user, TempData["Password"]) = await edit.ResetPasswordAsync(id, secondFactorToo, ct);
        return user;
    }, null, ct, redrawsStored: true);

    private async Task<IActionResult> DoAsync(Guid id, Func<Task<User>> act, string? said, CancellationToken ct, bool redrawsStored = false)
    {
        if (!await ReadAsync(id, ct)) return NotFound();
        if (await ModelState.AcceptsAsync(t, act, "Input") is null) return redrawsStored ? await OnGetAsync(id, ct) : Page();
        if (said is not null) TempData["Toast"] = t[said];
        return RedirectToPage(new { id });
    }

    private async Task<bool> ReadAsync(Guid id, CancellationToken ct)
    {
        if (await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == id, ct) is not { } person) return false;
        Person = person;
        Companies = [.. (await db.Companies.IgnoreQueryFilters().Where(c => c.IsActive).OrderBy(c => c.Name).Select(c => new { c.Id, c.Name }).ToListAsync(ct)).Select(c => (c.Id, c.Name))];
        return true;
    }
}
