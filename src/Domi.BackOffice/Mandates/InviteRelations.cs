using Domi.BackOffice.Connections;
using Domi.BackOffice.Relations;
using Domi.BackOffice.Timeline;
using Domi.Platform;
using Domi.Twikey;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Mandates;

/// <summary>Plans an invitation to direct debit; the provider mails it.</summary>
/// <remarks>
/// Refuses with <c>not_found</c>, <c>not_connected</c>, <c>no_email</c>, <c>mandate_active</c>, <c>profile_unknown</c>,
/// <c>invitation_under_way</c>, <c>b2b_needs_company</c>.
/// </remarks>
public sealed class InviteRelation(OfficeDb db, BusinessClock clock)
{
    public Task<Invitation> RunAsync(Guid relationId, int profileNumber, string actor, CancellationToken ct) => db.WriteOrRepeatAsync(async token =>
    {
        var relation = await db.Relations.SingleOrDefaultAsync(r => r.Id == relationId, token) ?? throw new RefusedException("not_found", $"No relation {relationId}.");
        var connection = await db.Connections.AsNoTracking().FirstOrDefaultAsync(c => c.OwnCompanyId == relation.OwnCompanyId && c.IsActive, token)
            ?? throw new RefusedException("not_connected", "There is no connection to a provider.");
        if (relation.AddressForInvoices is null) throw new RefusedException("no_email", $"{relation.Name} has no e-mail address.", ("name", relation.Name));
        if (await db.RelationMandates.AnyAsync(m => m.RelationId == relationId && m.ConnectionId == connection.Id && (m.IsCollectable || m.State == "SIGNED_PENDING_DEBTOR_BANK"), token))
            throw new RefusedException("mandate_active", $"{relation.Name} has an active mandate.", ("name", relation.Name));
        var profile = await db.ProviderProfiles.AsNoTracking().SingleOrDefaultAsync(p => p.ConnectionId == connection.Id && p.Number == profileNumber && p.IsActive, token)
            ?? throw new RefusedException("profile_unknown", $"No profile {profileNumber}.") { Field = "Profile" };
        if (profile.Type == "B2B" && (relation.Kind is RelationKind.Person || relation.EnterpriseNumber is null))
            throw new RefusedException("b2b_needs_company", "A B2B mandate needs an enterprise number.", ("name", relation.Name)) { Field = "Profile" };
        if (await db.Invitations.AnyAsync(i => i.RelationId == relationId && (i.State == InvitationState.Planned || i.State == InvitationState.Inviting), token))
            throw new RefusedException("invitation_under_way", "An invitation is on its way already.", ("name", relation.Name));

        var now = clock.GetUtcNow();
        var invitation = Invitation.Planned(relation.OwnCompanyId, connection.Id, relation.Id, profile.Number, profile.Name, actor, now);
        db.Invitations.Add(invitation);
        db.Note(relation, "invitation_planned", actor, now, ("profile", profile.Name));
        return invitation;
    }, ct);
}

/// <summary>Makes the call. A lost answer never mails twice: the provider is asked first for what it prepared since.</summary>
public sealed class SendInvitations(OfficeDb db, Clients clients, BusinessClock clock) : IJob
{
    // References of at most 35 characters, with commas, in the column that keeps them.
    private const int MostRemembered = 55;

    public static string Name => "send-invitations";

    public static int Parallel => 2;

    public async Task<IReadOnlyList<DueWork>> DueAsync(DateTimeOffset now, int most, CancellationToken ct) =>
        await db.Invitations.AsNoTracking().Where(i => i.DueAt <= now).OrderBy(i => i.DueAt).Take(most)
            .Select(i => new DueWork(i.Id.ToString(), i.RelationId.ToString(), i.DueAt!.Value)).ToListAsync(ct);

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken ct) => await db.Invitations.MinAsync(i => i.DueAt, ct);

    public async Task RunAsync(DueWork work, CancellationToken ct)
    {
        var id = Guid.Parse(work.Id);
        if (await db.Invitations.SingleOrDefaultAsync(i => i.Id == id, ct) is not { DueAt: not null } invitation) return;

        var relation = await db.Relations.AsNoTracking().SingleAsync(r => r.Id == invitation.RelationId, ct);
        var connection = await db.Connections.AsNoTracking().SingleAsync(c => c.Id == invitation.ConnectionId, ct);
        var client = clients.For(connection);
        try
        {
            // In whatever state: who was invited by a call whose answer was lost may have signed meanwhile.
            var there = await client.QueryMandatesAsync(customerNumber: relation.CustomerNumber, ct: ct);
            if (invitation.State is InvitationState.Inviting)
            {
                // We called and do not know what came of it. What was not there before, of the same contract, is ours.
                var before = invitation.KnownBefore.Split(',', StringSplitOptions.RemoveEmptyEntries);
                foreach (var made in there.Where(m => !before.Contains(m.Reference, StringComparer.OrdinalIgnoreCase)))
                {
                    if (await client.ReadMandateAsync(made.Reference, ct) is not { } detail || (detail.Ct is { } profile && profile != invitation.ProfileNumber)) continue;
                    await AdoptAsync(id, made.Reference, ct);
                    return;
                }
            }

            if (await db.RelationMandates.AnyAsync(m => m.RelationId == relation.Id && m.ConnectionId == connection.Id && (m.IsCollectable || m.State == "SIGNED_PENDING_DEBTOR_BANK"), ct))
            {
                await EndAsync(id, relation.Id, "mandate_active", ct); // signed since it was planned
                return;
            }

            invitation.Begin(there.TakeLast(MostRemembered).Select(m => m.Reference), clock.GetUtcNow());
            await db.SaveChangesAsync(ct);

            var answer = await client.InviteAsync(new(invitation.ProfileNumber)
            {
                CustomerNumber = relation.CustomerNumber,
                Email = relation.AddressForInvoices,
                FirstName = relation.FirstName,
                LastName = relation.LastName ?? (relation.Kind is RelationKind.Person ? relation.Name : null),
                CompanyName = relation.Kind is RelationKind.Person ? null : relation.Name,
                VatNumber = relation.EnterpriseNumber?.Value,
                Address = relation.Street,
                Zip = relation.Zip,
                City = relation.City,
                Country = relation.Country,
                Language = relation.Language,
                SendInvite = true,
            }, ct);
            await AdoptAsync(id, answer.Reference, ct);
        }
        catch (TwikeyException e)
        {
            db.ChangeTracker.Clear();
            await db.WriteAsync(async token =>
            {
                var waiting = await db.Invitations.SingleAsync(i => i.Id == id, token);
                if (Clients.Passes(e)) waiting.Postpone(e.SupportCode, clock.GetUtcNow() + Clients.Wait(waiting.Attempts, e));
                else await FailAsync(waiting, $"{e.SupportCode} {e.Code}".Trim(), token);
            }, ct);
        }
    }

    private Task EndAsync(Guid id, Guid relationId, string error, CancellationToken ct) => db.WriteAsync(async token =>
    {
        db.ChangeTracker.Clear();
        await FailAsync(await db.Invitations.SingleAsync(i => i.Id == id && i.RelationId == relationId, token), error, token);
    }, ct);

    private async Task FailAsync(Invitation invitation, string error, CancellationToken ct)
    {
        invitation.Fail(error);
        db.Note(await db.Relations.SingleAsync(r => r.Id == invitation.RelationId, ct), "invitation_failed", "provider", clock.GetUtcNow(), ("code", error));
    }

    private Task AdoptAsync(Guid id, string reference, CancellationToken ct) => db.WriteAsync(async token =>
    {
        db.ChangeTracker.Clear();
        var invitation = await db.Invitations.SingleAsync(i => i.Id == id, token);
        invitation.Adopt(reference, clock.GetUtcNow());
        // The signature was read before the answer that named the mandate: no event will tell of it again.
        if (await db.RelationMandates.AnyAsync(m => m.ConnectionId == invitation.ConnectionId && m.Reference == reference && (m.State == "SIGNED" || m.State == "SIGNED_PENDING_DEBTOR_BANK"), token)) invitation.Signed();
        db.Note(await db.Relations.SingleAsync(r => r.Id == invitation.RelationId, token), "invited", invitation.InvitedBy, clock.GetUtcNow(),
            ("profile", invitation.ProfileName), ("reference", reference));
    }, ct);
}
