using Domi.BackOffice.Templates;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Settings;

/// <summary>The texts of mails, per occasion and language.</summary>
public sealed class MailTemplatesModel(OfficeDb db) : PageModel
{
    public sealed record Row(MailContext Context, string Language, string? Subject, DateTimeOffset? ChangedAt);

    public IReadOnlyList<Row> Rows { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken ct)
    {
        var there = await db.MailTemplates.AsNoTracking().Select(x => new { x.Context, x.Language, x.Subject, x.ChangedAt }).ToListAsync(ct);
        Rows = [.. from context in Enum.GetValues<MailContext>() from language in Platform.Texts.Languages
            let known = there.Find(x => x.Context == context && x.Language == language) select new Row(context, language, known?.Subject, known?.ChangedAt)];
    }
}
