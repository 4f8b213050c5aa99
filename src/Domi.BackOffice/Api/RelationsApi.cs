using Domi.BackOffice.Mandates;
using Domi.BackOffice.Relations;
using Domi.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Api;

/// <summary>Relations over the API: listed, made, changed, invited to direct debit; with their accounts and mandates.</summary>
internal static class RelationsApi
{
    private const int MostPerPage = 400;

    public sealed record RelationRequest(
        RelationKind Kind, string Name, string? FirstName, string? LastName, string? EnterpriseNumber, bool IsVatRegistered, string? Street, string? Zip, string? City, string? Country,
        string? Language, string? Phone, string? Email, string? InvoiceEmail, string? InvoiceCc, string? InvoiceBcc, string? ReminderEmail, int? DueDays, string? PoNumber, bool? GetsReminders)
    {
        public RelationContent Content() => new(Kind, Name ?? "", FirstName, LastName, EnterpriseNumber, IsVatRegistered, Street ?? "", Zip ?? "", City ?? "", Country ?? "BE", Language ?? "en",
            Phone, Email, InvoiceEmail, InvoiceCc, InvoiceBcc, ReminderEmail, DueDays, PoNumber, GetsReminders ?? true);
    }

    public sealed record InviteRequest(int Profile);

    public sealed record RelationView(
        Guid Id, int Number, RelationKind Kind, string Name, string? FirstName, string? LastName, string? EnterpriseNumber, bool IsVatRegistered, string Street, string Zip, string City, string Country,
        string Language, string? Phone, string? Email, string? InvoiceEmail, string? InvoiceCc, string? InvoiceBcc, string? ReminderEmail, int? DueDays, string? PoNumber, bool GetsReminders,
        PaymentMethod PaymentMethod, bool MethodIsByHand, int Version);

    public sealed record AccountView(string Iban, string? Bic, string? MandateReference, bool IsDefault);

    public sealed record MandateView(string Reference, string Scheme, string State, bool IsCollectable, string? Account, DateOnly? SignedOn, int? Profile);

    public sealed record InvitationView(Guid Id, InvitationState State, int Profile, string? MandateReference, string? LastError);

    public sealed record RelationDetail(RelationView Relation, IReadOnlyList<AccountView> Accounts, IReadOnlyList<MandateView> Mandates, IReadOnlyList<InvitationView> Invitations);

    public sealed record RelationPage(IReadOnlyList<RelationView> Results, int? After);

    public static void Map(RouteGroupBuilder all)
    {
        var api = all.MapGroup("").WithTags("Relations");
        api.MapGet("relations", async (int? after, int? pageSize, OfficeDb db, CancellationToken ct) =>
        {
            var size = Math.Clamp(pageSize ?? 100, 1, MostPerPage);
            var page = await db.Relations.AsNoTracking().Where(r => r.Number > (after ?? 0)).OrderBy(r => r.Number).Take(size).ToListAsync(ct);
            return new RelationPage([.. page.Select(View)], page.Count == size ? page[^1].Number : null);
        }).Answers<RelationPage>("Relations in the order of their numbers, after a number");
        api.MapPost("relations", async (RelationRequest request, EditRelation edit, Actor actor, CancellationToken ct) =>
        {
            var made = await edit.CreateAsync(actor.CompanyId!.Value, request.Content(), actor.Name, ct);
            return Results.Created($"/api/v1/relations/{made.Id}", View(made));
        }).Answers<RelationView>("Makes a relation", StatusCodes.Status201Created);
        api.MapPut("relations/{id:guid}", async (Guid id, int? version, RelationRequest request, EditRelation edit, Actor actor, CancellationToken ct) =>
            View(await edit.ChangeAsync(id, version, request.Content(), actor.Name, ct)))
            .Answers<RelationView>("Replaces what is known of a relation");
        api.MapGet("relations/{id:guid}", ReadAsync).Answers<RelationDetail>("One relation with its accounts, mandates and invitations");
        api.MapPost("relations/{id:guid}/invite", async (Guid id, InviteRequest request, InviteRelation invite, Actor actor, CancellationToken ct) =>
        {
            var invitation = await invite.RunAsync(id, request.Profile, actor.Name, ct);
            return Results.Accepted($"/api/v1/relations/{id}", new InvitationView(invitation.Id, invitation.State, invitation.ProfileNumber, invitation.MandateReference, invitation.LastError));
        }).Answers<InvitationView>("Invites a relation to direct debit", StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> ReadAsync(Guid id, OfficeDb db, CancellationToken ct)
    {
        // One moment: else a mandate that is signed meanwhile stands beside the method of before it.
        await using var snapshot = await db.SnapshotAsync(ct);
        if (await db.Relations.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, ct) is not { } relation) return Results.NotFound();
        var accounts = await db.RelationAccounts.AsNoTracking().Where(a => a.RelationId == id).OrderBy(a => a.AddedAt).ToListAsync(ct);
        var mandates = await db.RelationMandates.AsNoTracking().Where(m => m.RelationId == id).OrderBy(m => m.Id).ToListAsync(ct);
        var invitations = await db.Invitations.AsNoTracking().Where(i => i.RelationId == id).OrderBy(i => i.CreatedAt).ToListAsync(ct);
        return Results.Ok(new RelationDetail(View(relation),
            [.. accounts.Select(a => new AccountView(a.Iban.Value, a.Bic?.Value, a.MandateReference, a.IsDefault))],
            [.. mandates.Select(m => new MandateView(m.Reference, m.Scheme, m.State, m.IsCollectable, m.Account?.Value, m.SignedOn, m.ProfileNumber))],
            [.. invitations.Select(i => new InvitationView(i.Id, i.State, i.ProfileNumber, i.MandateReference, i.LastError))]));
    }

    private static RelationView View(Relation r) => new(r.Id, r.Number, r.Kind, r.Name, r.FirstName, r.LastName, r.EnterpriseNumber?.Value, r.IsVatRegistered, r.Street, r.Zip, r.City, r.Country,
        r.Language, r.Phone, r.Email, r.InvoiceEmail, r.InvoiceCc, r.InvoiceBcc, r.ReminderEmail, r.DueDays, r.PoNumber, r.GetsReminders, r.PaymentMethod, r.MethodIsByHand, r.Version);
}
