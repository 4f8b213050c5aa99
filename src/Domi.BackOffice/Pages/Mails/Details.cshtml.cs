using Domi.BackOffice.Mails;
using Domi.BackOffice.Pages.Shared;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Mails;

/// <summary>One mail as it left, and what a person decides about it when nobody can tell whether it arrived.</summary>
public sealed class DetailsModel(OfficeDb db, SettleMail settle, Actor actor, Texts t) : PageModel
{
    public sealed record Attached(string FileName, string ContentType, int Place);

    public Mail Mail { get; private set; } = null!; // set before the page is drawn

    public StateView State { get; private set; } = null!; // set with Mail

    public Guid? InvoiceId { get; private set; }

    public string? InvoiceNumber { get; private set; }

    public IReadOnlyList<Attached> Attachments { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken ct)
    {
        if (await FindAsync(id, ct) is not { } mail) return NotFound();

        (Mail, State) = (mail, IndexModel.StateOf(mail.State, null, t));
        Attachments = [.. mail.Attachments.Select((a, place) => (a, place)).Where(x => x.a.ContentId is null).Select(x => new Attached(x.a.FileName, x.a.ContentType, x.place))];
        if (Guid.TryParse(mail.About.AsSpan(mail.About.IndexOf(':', StringComparison.Ordinal) + 1), out var about))
            (InvoiceId, InvoiceNumber) = (about, await db.Invoices.Where(i => i.Id == about).Select(i => i.Number).SingleOrDefaultAsync(ct));
        return Page();
    }

    public Task<IActionResult> OnPostArrivedAsync(Guid id, CancellationToken ct) => SettleAsync(id, company => settle.ArrivedAsync(id, company, ct), "mails.settled", ct);

    public Task<IActionResult> OnPostAgainAsync(Guid id, CancellationToken ct) => SettleAsync(id, company => settle.SendAgainAsync(id, company, ct), "mails.sent_again", ct);

    private async Task<IActionResult> SettleAsync(Guid id, Func<Guid, Task> act, string said, CancellationToken ct)
    {
        if (await FindAsync(id, ct) is null || actor.CompanyId is not { } company) return NotFound();
        if (!await ModelState.AcceptsAsync(t, () => act(company))) return await OnGetAsync(id, ct);

        TempData["Toast"] = t[said];
        return Redirect($"/mails/{id}");
    }

    private Task<Mail?> FindAsync(Guid id, CancellationToken ct) => db.Mails.AsNoTracking().SingleOrDefaultAsync(m => m.Id == id && m.OwnerId == actor.CompanyId, ct);
}
