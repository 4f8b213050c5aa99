using Domi.BackOffice.Users;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Settings;

/// <summary>Who may sign in.</summary>
public sealed class UsersModel(OfficeDb db, EditUsers edit, Actor actor, Texts t) : PageModel
{
    public const int PageSize = 100;

    public sealed class Form
    {
        public string? Name { get; init; }

        public string? Email { get; init; }

        public Role Role { get; init; } = Role.Clerk;

        public string? Language { get; init; }

        public List<Guid> Companies { get; init; } = [];
    }

    public sealed record Row(Guid Id, string Name, string Email, Role Role, bool IsActive, bool HasSecondFactor, string Companies);

    [BindProperty]
    public Form Input { get; set; } = new();

    public IReadOnlyList<Row> Rows { get; private set; } = [];

    public IReadOnlyList<(Guid Id, string Name)> Companies { get; private set; } = [];

    public string? Older { get; private set; }

    public async Task<IActionResult> OnGetAsync(string? after, CancellationToken ct)
    {
        Companies = [.. (await db.Companies.IgnoreQueryFilters().Where(c => c.IsActive).OrderBy(c => c.Name).Select(c => new { c.Id, c.Name }).ToListAsync(ct)).Select(c => (c.Id, c.Name))];
        var found = db.Users.AsNoTracking();
        if (!string.IsNullOrEmpty(after)) found = found.Where(u => u.Email.CompareTo(after) > 0);
        var users = await found.OrderBy(u => u.Email).Take(PageSize + 1).ToListAsync(ct);
        var ids = users.Select(u => u.Id).ToList();
        var access = await db.UserCompanies.Where(a => ids.Contains(a.UserId)).ToListAsync(ct);
        Rows = [.. users.Take(PageSize).Select(u => new Row(u.Id, u.Name, u.Email, u.Role, u.IsActive, u.TotpSealed is not null,
            u.Role is Role.Administrator ? t["settings.users.all"] : string.Join(", ", Companies.Where(c => access.Exists(a => a.UserId == u.Id && a.OwnCompanyId == c.Id)).Select(c => c.Name))))];
        if (users.Count > PageSize) Older = Rows[^1].Email;
        if (Input.Companies.Count == 0 && ModelState.IsValid) Input = new() { Language = t.Language, Companies = actor.CompanyId is { } own ? [own] : [] };
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        var made = await ModelState.AcceptsAsync(t, async () => new Made(await edit.AddAsync(Input.Name, Input.Email, Input.Role, Input.Language, Input.Companies, ct)), "Input");
        if (made is null) return await OnGetAsync(null, ct);
        TempData["Password"] = made.Outcome.Password;
        return RedirectToPage("User", new { id = made.Outcome.User.Id });
    }

    private sealed record Made((User User, string Password) Outcome);
}
