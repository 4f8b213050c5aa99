using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages;

/// <summary>Changes the language of the screens, and goes back to where one was.</summary>
public sealed class ProfileLanguageModel(OfficeDb db, Actor actor) : PageModel
{
    public IActionResult OnGet() => LocalRedirect("/profile");

    public async Task<IActionResult> OnPostAsync(string? language, string? back, CancellationToken ct)
    {
        if (language is not null && Texts.Languages.Contains(language))
        {
            (await db.Users.SingleAsync(u => u.Id == actor.UserId, ct)).Language = language;
            await db.SaveChangesAsync(ct);
        }

        return LocalRedirect(Url.IsLocalUrl(back) ? back : "/");
    }
}
