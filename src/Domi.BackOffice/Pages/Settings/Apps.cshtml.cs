using Domi.BackOffice.Connections;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Settings;

/// <summary>The applications that can be connected.</summary>
public sealed class AppsModel(OfficeDb db) : PageModel
{
    public Connection? Connection { get; private set; }

    public async Task OnGetAsync(CancellationToken ct) => Connection = await db.Connections.AsNoTracking().FirstOrDefaultAsync(c => c.IsActive, ct);
}
