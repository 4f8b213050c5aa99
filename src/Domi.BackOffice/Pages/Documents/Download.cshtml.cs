using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;

namespace Domi.BackOffice.Pages.Documents;

/// <summary>The content of a document: a PDF opens in the browser, anything else is saved. What was uploaded never runs here.</summary>
public sealed class DownloadModel(OfficeDb db) : PageModel
{
    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken ct)
    {
        if (await db.Documents.AsNoTracking().SingleOrDefaultAsync(d => d.Id == id, ct) is not { } document || await Blob.ReadAsync(db, document.BlobHash, ct) is not { } content) return NotFound();

        var isPdf = document.ContentType == "application/pdf" && content.AsSpan().StartsWith("%PDF-"u8);
        var disposition = new ContentDispositionHeaderValue(isPdf ? "inline" : "attachment");
        disposition.SetHttpFileName(document.Name);
        Response.Headers.ContentDisposition = disposition.ToString();
        // The viewer of the browser runs in the page's origin; a document needs nothing of it.
        Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'";
        return File(content, isPdf ? "application/pdf" : "application/octet-stream");
    }
}
