using Domi.BackOffice.Users;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages;

/// <summary>Works for another own company from here on.</summary>
public sealed class ProfileCompanyModel(OfficeDb db, SignIn signIn, Actor actor) : PageModel
{
    public IActionResult OnGet() => LocalRedirect("/profile");

    public async Task<IActionResult> OnPostAsync(Guid id, CancellationToken ct)
    {
        var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == actor.UserId, ct);
        if (!await Users.SignIn.CompaniesOf(db, user).AnyAsync(c => c.Id == id, ct)) return NotFound();

        await HttpContext.SignInAsync(await signIn.PrincipalAsync(user, id, ct));
        return LocalRedirect("/");
    }
}
