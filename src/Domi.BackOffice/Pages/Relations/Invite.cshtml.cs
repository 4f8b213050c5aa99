using Domi.BackOffice.Connections;
using Domi.BackOffice.Mandates;
using Domi.BackOffice.Relations;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Relations;

/// <summary>A contract template of the provider that a relation can be invited to.</summary>
public sealed record ProfileChoice(int Number, string Name, bool IsB2B);

/// <summary>Invites a relation to direct debit: choose the contract, and the provider mails it.</summary>
public sealed class InviteModel(OfficeDb db, InviteRelation invite, Actor actor, Texts t) : PageModel
{
    public sealed class Form
    {
        public int? Profile { get; set; }
    }

    [BindProperty]
    public Form Input { get; set; } = new();

    public Relation Relation { get; private set; } = null!; // set before the page is drawn

    public IReadOnlyList<ProfileChoice> Profiles { get; private set; } = [];

    public bool IsConnected { get; private set; }

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken ct)
    {
        if (!await ReadAsync(id, ct)) return NotFound();
        Input.Profile = DefaultFor(Profiles, Relation);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(Guid id, CancellationToken ct)
    {
        if (!await ReadAsync(id, ct)) return NotFound();
        if (Input.Profile is null && ModelState.IsValid) ModelState.AddModelError("Input.Profile", t["refused.profile_unknown"]);
        if (!ModelState.IsValid || await ModelState.AcceptsAsync(t, () => invite.RunAsync(id, Input.Profile!.Value, actor.Name, ct)) is null) return Page();

        TempData["Toast"] = t["relations.invitation_planned"];
        return Redirect($"/relations/{id}");
    }

    /// <summary>Active contracts for direct debit of the connection in use.</summary>
    public static async Task<(bool IsConnected, IReadOnlyList<ProfileChoice> Profiles)> ChoicesAsync(OfficeDb db, CancellationToken ct)
    {
        if (await db.Connections.AsNoTracking().FirstOrDefaultAsync(c => c.IsActive, ct) is not { } connection) return (false, []);
        var profiles = await db.ProviderProfiles.AsNoTracking().Where(p => p.ConnectionId == connection.Id && p.IsActive && (p.Type == "CORE" || p.Type == "B2B")).OrderBy(p => p.Number)
            .Select(p => new ProfileChoice(p.Number, p.Name, p.Type == "B2B")).ToListAsync(ct);
        return (true, profiles);
    }

    private static int? DefaultFor(IReadOnlyList<ProfileChoice> profiles, Relation relation) =>
        (profiles.FirstOrDefault(p => p.IsB2B && relation.Kind is RelationKind.Company && relation.EnterpriseNumber is not null) ?? profiles.FirstOrDefault(p => !p.IsB2B))?.Number;

    private async Task<bool> ReadAsync(Guid id, CancellationToken ct)
    {
        if (await db.Relations.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, ct) is not { } relation) return false;
        Relation = relation;
        (IsConnected, Profiles) = await ChoicesAsync(db, ct);
        return true;
    }
}
