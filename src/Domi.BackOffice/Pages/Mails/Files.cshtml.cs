using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Mails;

/// <summary>A file that was attached to a mail.</summary>
public sealed class FilesModel(OfficeDb db, Actor actor) : PageModel
{
    public async Task<IActionResult> OnGetAsync(Guid id, int place, CancellationToken ct)
    {
        var mail = await db.Mails.AsNoTracking().SingleOrDefaultAsync(m => m.Id == id && m.OwnerId == actor.CompanyId, ct);
        if (mail?.Attachments.ElementAtOrDefault(place) is not { } attachment || await Blob.ReadAsync(db, attachment.BlobHash, ct) is not { } content) return NotFound();

        return File(content, attachment.ContentType is "application/pdf" or "image/png" or "image/jpeg" ? attachment.ContentType : "application/octet-stream", attachment.FileName);
    }
}
