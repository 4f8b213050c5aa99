using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Mails;

/// <summary>The HTML of a mail alone, for the frame of its page: in a sandbox, without anything that runs.</summary>
public sealed class HtmlModel(OfficeDb db, Actor actor) : PageModel
{
    // A mail brings styles and pictures of its own. Links open elsewhere.
    private const string Policy = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'";

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken ct)
    {
        if (await db.Mails.AsNoTracking().SingleOrDefaultAsync(m => m.Id == id && m.OwnerId == actor.CompanyId, ct) is not { } mail) return NotFound();

        var html = mail.Html;
        foreach (var picture in mail.Attachments.Where(a => a.ContentId is not null && a.ContentType is "image/png" or "image/jpeg"))
            // The frame has no origin, so no cookie: what travels with the mail is written into it.
            if (await Blob.ReadAsync(db, picture.BlobHash, ct) is { } content)
                html = html.Replace($"cid:{picture.ContentId}", $"data:{picture.ContentType};base64,{Convert.ToBase64String(content)}", StringComparison.Ordinal);
        Response.Headers.ContentSecurityPolicy = Policy;
        return Content(html, "text/html; charset=utf-8");
    }
}
