using System.Globalization;
using Domi.Engine.PayLinks;
using Domi.Engine.Users;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>All payment links, the newest first.</summary>
internal sealed class LinksModel(Desk desk) : ListPage(desk)
{
    public override string Section => "links";

    protected override async Task<ListView?> ReadAsync(int most, CancellationToken ct)
    {
        var links = Db.PayLinks.AsNoTracking().Where(l => l.CreditorId == Me && l.ArchivedAt == null).Found(Db.Customers.Where(c => c.CreditorId == Me), Asked("q"));
        if (Asked<PayLinkState>("state") is { } state) links = links.Where(l => l.State == state);
        if (AskedProfile is { } chosen) links = links.Where(l => Db.Profiles.Any(p => p.Id == l.ProfileId && p.Number == chosen));
        if (Since is { } since) links = links.Where(l => l.CreatedAt >= since);
        if (Before is { } before) links = links.Where(l => l.CreatedAt < before);
        var all = links;
        if (AfterNumber is { } after) links = links.Where(l => l.Number < after);
        return await new Tables(Db, T, Me).LinksAsync(links, most, ct) with
        {
            Tabs = Presets("link", "Created", "Started", "Paid", "Expired"),
            Figures = await TotalAsync(all.Select(l => l.Amount), ct),
            Filters = [new("q", T["console.search"], Asked("q")), new("state", T["console.state"], Asked("state"), Options<PayLinkState>("link")), new("profile", T["console.profile"], Asked("profile"), await ProfileOptions.ReadAsync(Db, Me, ct)), .. Days],
            Links = Actor.May(ConsoleRole.User) ? [("/console/import/links", T["console.import"])] : [],
            Bulk = Actor.May(ConsoleRole.Administrator) ? [new("Archive", T["console.archive"])] : [],
        };
    }

    public Task<IActionResult> OnPostArchiveAsync(string[]? pick, CancellationToken ct) => BulkAsync(ConsoleRole.Administrator, "link.archive", pick, async (key, token) =>
    {
        if (!long.TryParse(key, CultureInfo.InvariantCulture, out var number) || await Db.PayLinks.SingleOrDefaultAsync(l => l.CreditorId == Me && l.Number == number, token) is not { } link) return null;
        link.Archive(Clock.GetUtcNow());
        return key;
    }, ct, new("link.archive_all", ("count", pick?.Length)));
}
