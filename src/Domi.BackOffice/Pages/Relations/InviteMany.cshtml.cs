using System.Globalization;
using Domi.BackOffice.Mandates;
using Domi.BackOffice.Relations;
using Domi.BackOffice.Runs;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Pages.Relations;

/// <summary>Shows who of the chosen relations will be invited and who will not, and why; then invites them.</summary>
public sealed class InviteManyModel(OfficeDb db, StartRun start, Actor actor, Texts t) : PageModel
{
    private const int Most = 2000;

    public sealed class Form
    {
        public int? Profile { get; set; }
    }

    /// <param name="Why">Null for who is invited.</param>
    public sealed record Row(Guid Id, string Name, string? Email, string? Why);

    [BindProperty]
    public Form Input { get; set; } = new();

    public IReadOnlyList<ProfileChoice> Profiles { get; private set; } = [];

    public bool IsConnected { get; private set; }

    public IReadOnlyList<Row> Invited { get; private set; } = [];

    public IReadOnlyList<Row> Excluded { get; private set; } = [];

    public IReadOnlyList<Guid> Ids { get; private set; } = [];

    public IActionResult OnGet() => LocalRedirect("/relations");

    public async Task<IActionResult> OnPostAsync(List<Guid> ids, CancellationToken ct)
    {
        await ReadAsync(ids, ct);
        ModelState.Clear(); // the list posts no form of this page
        if (Ids.Count == 0) ModelState.AddModelError("", t["refused.nothing_chosen"]);
        return Page();
    }

    public async Task<IActionResult> OnPostStartAsync(List<Guid> ids, CancellationToken ct)
    {
        await ReadAsync(ids, ct);
        if (actor.CompanyId is not { } company) return NotFound();
        if (!ModelState.IsValid || Input.Profile is not { } profile) return Page();

        var chosen = Invited.Select(r => r.Id).ToList();
        return await ModelState.AcceptsAsync(t, () => start.RunAsync(company, RunKind.Invite, chosen, profile.ToString(CultureInfo.InvariantCulture), actor.Name, ct)) is { } run
            ? Redirect($"/runs/{run.Id}")
            : Page();
    }

    private async Task ReadAsync(List<Guid> ids, CancellationToken ct)
    {
        (IsConnected, Profiles) = await InviteModel.ChoicesAsync(db, ct);
        if (Profiles.All(p => p.Number != Input.Profile)) Input.Profile = Profiles.OrderBy(p => p.IsB2B).FirstOrDefault()?.Number;
        var isB2B = Profiles.FirstOrDefault(p => p.Number == Input.Profile)?.IsB2B == true;

        var chosen = ids.Distinct().Take(Most).ToList();
        var relations = await db.Relations.AsNoTracking().Where(r => chosen.Contains(r.Id)).OrderBy(r => r.Name).ThenBy(r => r.Number).ToListAsync(ct);
        Ids = relations.ConvertAll(r => r.Id);
        var active = await db.RelationMandates.Where(m => chosen.Contains(m.RelationId) && (m.IsCollectable || m.State == "SIGNED_PENDING_DEBTOR_BANK")).Select(m => m.RelationId).ToHashSetAsync(ct);
        var underWay = await db.Invitations.Where(i => chosen.Contains(i.RelationId) && (i.State == InvitationState.Planned || i.State == InvitationState.Inviting)).Select(i => i.RelationId).ToHashSetAsync(ct);
        var open = await db.Invitations.Where(i => chosen.Contains(i.RelationId) && i.State == InvitationState.Invited).Select(i => i.RelationId).ToHashSetAsync(ct);
        var rows = relations.ConvertAll(r => new Row(r.Id, r.Name, r.AddressForInvoices, Why(r)));
        Invited = [.. rows.Where(r => r.Why is null)];
        Excluded = [.. rows.Where(r => r.Why is not null)];

        string? Why(Relation r) =>
            r.AddressForInvoices is null ? t["relations.excluded.no_email"]
            : active.Contains(r.Id) ? t["relations.excluded.mandate_active"]
            : underWay.Contains(r.Id) ? t["relations.excluded.under_way"]
            : open.Contains(r.Id) ? t["relations.excluded.invited"]
            : isB2B && (r.Kind is RelationKind.Person || r.EnterpriseNumber is null) ? t["relations.excluded.b2b"]
            : null;
    }
}
