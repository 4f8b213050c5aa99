using Domi.BackOffice.Documents;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Mails;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Invoices;

/// <summary>The document of an invoice or proposal; or the reason why there is none.</summary>
public sealed class PdfModel(OfficeDb db, MakePdf pdfs, Texts t) : PageModel
{
    public string Title { get; private set; } = "";

    public string Back { get; private set; } = "";

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken ct)
    {
        if (await db.Invoices.AsNoTracking().Where(i => i.Id == id).Select(i => new { i.Number, i.State }).SingleOrDefaultAsync(ct) is not { } facts) return NotFound();

        Title = facts.Number is null ? t["invoices.proposal.title"] : t["invoices.invoice.title", ("number", facts.Number)];
        Back = facts.State is InvoiceState.Proposal ? $"/proposals/{id}" : $"/invoices/{id}";
        if (await ModelState.AcceptsAsync(t, () => pdfs.OfAsync(id, again: facts.State is InvoiceState.Proposal, ct)) is not { } pdf) return Page();

        // In the browser, under the number as its name when it is kept.
        Response.Headers.ContentDisposition = $"inline; filename=\"{ComposeMail.FileName(facts.Number ?? "proposal")}\"";
        return File(pdf, "application/pdf");
    }
}
