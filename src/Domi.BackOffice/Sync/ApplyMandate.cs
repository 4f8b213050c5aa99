using Domi.BackOffice.Connections;
using Domi.BackOffice.Documents;
using Domi.BackOffice.Mandates;
using Domi.BackOffice.Relations;
using Domi.BackOffice.Timeline;
using Domi.Platform;
using Domi.Standards;
using Domi.Twikey;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Sync;

/// <summary>
/// Takes over a mandate as the provider shows it now: signed document, account, payment method. The event itself carries no truth, so
/// the order of events does not matter.
/// </summary>
public sealed class ApplyMandate(OfficeDb db, BusinessClock clock)
{
    /// <summary>What the provider shows: the detail, or none when it is gone, and the signed document.</summary>
    public sealed record Ready(MandateChange Change, MandateDetail? Detail, byte[]? Pdf);

    public async Task<Ready> PrepareAsync(Connection connection, TwikeyClient client, MandateChange change, CancellationToken ct)
    {
        var detail = await client.ReadMandateAsync(change.Reference, ct);
        var known = DocumentKey(connection.Id, change.Reference);
        var isSigned = detail?.State is "SIGNED" or "SIGNED_PENDING_DEBTOR_BANK";
        var pdf = isSigned && !await db.Documents.AnyAsync(d => d.OwnCompanyId == connection.OwnCompanyId && d.SourceKey == known, ct)
            ? await FetchDocumentAsync(client, change.Reference, ct)
            : null;
        return new(change, detail, pdf);
    }

    /// <summary>The signed document; null when the provider has none, or none that can be read: the mandate holds without, and the nightly check asks again.</summary>
    public static async Task<byte[]?> FetchDocumentAsync(TwikeyClient client, string reference, CancellationToken ct)
    {
        try
        {
            return await client.ReadMandatePdfAsync(reference, ct);
        }
        catch (TwikeyException e) when (!ReadFeeds.IsOfConnection(e.Fault))
        {
            return null;
        }
    }

    /// <summary>Asks again for the documents of signed mandates that have none.</summary>
    public async Task FetchMissingDocumentsAsync(Connection connection, TwikeyClient client, int most, CancellationToken ct)
    {
        var prefix = DocumentKey(connection.Id, "");
        var missing = await db.RelationMandates.AsNoTracking()
            .Where(m => m.ConnectionId == connection.Id && (m.State == "SIGNED" || m.State == "SIGNED_PENDING_DEBTOR_BANK") && !db.Documents.Any(d => d.OwnCompanyId == m.OwnCompanyId && d.SourceKey == prefix + m.Reference))
            .OrderBy(m => m.Id).Take(most).Select(m => new { m.RelationId, m.Reference }).ToListAsync(ct);
        foreach (var mandate in missing)
        {
            if (await FetchDocumentAsync(client, mandate.Reference, ct) is not { } pdf) continue;
            await db.WriteAsync(async token => await KeepDocumentAsync(connection.Id, await db.Relations.SingleAsync(r => r.Id == mandate.RelationId, token), mandate.Reference, pdf, clock.GetUtcNow(), token), ct);
            db.ChangeTracker.Clear();
        }
    }

    public async Task<Applied> ApplyAsync(Connection connection, Ready ready, CancellationToken ct)
    {
        if (ready.Detail is not { } detail) return ready.Change.Kind is MandateChangeKind.Cancelled ? await EndAsync(connection, ready.Change, ct) : Applied.Aside("unknown_mandate");

        var mandate = await db.RelationMandates.SingleOrDefaultAsync(m => m.ConnectionId == connection.Id && m.Reference == detail.Reference, ct);
        var relation = mandate is not null
            ? await db.Relations.SingleAsync(r => r.Id == mandate.RelationId, ct)
            : int.TryParse(detail.CustomerNumber, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number)
                ? await db.Relations.SingleOrDefaultAsync(r => r.OwnCompanyId == connection.OwnCompanyId && r.Number == number, ct)
                : null;
        // Nobody is found by name or e-mail: a clash would write one debtor's account into another's file.
        if (relation is null) return Applied.Aside("unknown_relation");

        return await TakeOverAsync(connection, relation, mandate, detail, ready.Change.Reason, ready.Pdf, ct);
    }

    /// <summary>The provider cancelled a mandate and no longer shows it: what is known here ends.</summary>
    private async Task<Applied> EndAsync(Connection connection, MandateChange change, CancellationToken ct)
    {
        if (await db.RelationMandates.SingleOrDefaultAsync(m => m.ConnectionId == connection.Id && m.Reference == change.Reference, ct) is not { } mandate || mandate.State == "CANCELLED") return Applied.Nothing;

        var now = clock.GetUtcNow();
        (mandate.State, mandate.IsCollectable, mandate.CancelReason, mandate.UpdatedAt) = ("CANCELLED", false, FieldText.Cut(change.Reason, 200), now);
        var relation = await db.Relations.SingleAsync(r => r.Id == mandate.RelationId, ct);
        db.Note(relation, "mandate_cancelled", "provider", now, ("reference", mandate.Reference), ("account", mandate.Account?.Masked), ("reason", mandate.CancelReason));
        await FollowAsync(relation, now, ct);
        return Applied.Done;
    }

    // The same reference may stand at another merchant.
    private static string DocumentKey(Guid connectionId, string reference) => $"mandate:{connectionId:n}:{reference}";

    /// <summary>Writes what the provider shows, for a relation that is known or that a clerk chose.</summary>
    public async Task<Applied> TakeOverAsync(
        Connection connection, Relation relation, RelationMandate? mandate, MandateDetail detail, string? reason, byte[]? pdf, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var isNew = mandate is null;
        if (mandate is null)
        {
            mandate = new() { OwnCompanyId = connection.OwnCompanyId, ConnectionId = connection.Id, RelationId = relation.Id, Reference = detail.Reference };
            db.RelationMandates.Add(mandate);
        }

        var (stateBefore, collectableBefore) = (mandate.State, mandate.IsCollectable);
        mandate.Scheme = FieldText.Cut(detail.Scheme, 32) ?? "CORE";
        mandate.State = FieldText.Cut(detail.State, 40) ?? "";
        mandate.IsCollectable = detail.Collectable ?? detail.State == "SIGNED";
        mandate.Account = Iban.TryParse(detail.Iban, out var iban) ? iban : mandate.Account;
        mandate.Bic = Bic.TryParse(detail.Bic, out var bic) ? bic : mandate.Bic;
        mandate.SignedOn = detail.SignedOn ?? mandate.SignedOn;
        mandate.ProfileNumber = (int?)detail.Ct ?? mandate.ProfileNumber;
        mandate.CreditorIdentifier = FieldText.Cut(detail.CreditorIdentifier, 35) ?? mandate.CreditorIdentifier;
        mandate.CancelReason = detail.State == "CANCELLED" ? FieldText.Cut(detail.CancelReason ?? reason, 200) ?? mandate.CancelReason : null;
        mandate.UpdatedAt = now;

        if (pdf is not null) await KeepDocumentAsync(connection.Id, relation, detail.Reference, pdf, now, ct);
        if (mandate.Account is { } account && mandate.State is "SIGNED" or "SIGNED_PENDING_DEBTOR_BANK") await KeepAccountAsync(relation, mandate, account, now, ct);

        if (isNew || stateBefore != mandate.State || collectableBefore != mandate.IsCollectable)
            db.Note(relation, mandate.State switch
            {
                "SIGNED" when mandate.IsCollectable => stateBefore == "SIGNED_PENDING_DEBTOR_BANK" ? "mandate_accepted" : stateBefore == "SIGNED" ? "mandate_resumed" : "mandate_signed",
                "SIGNED" => "mandate_suspended",
                "SIGNED_PENDING_DEBTOR_BANK" => "mandate_waits_for_bank",
                "CANCELLED" => "mandate_cancelled",
                _ => "mandate_changed",
            }, "provider", now, ("reference", mandate.Reference), ("account", mandate.Account?.Masked), ("reason", mandate.CancelReason));

        foreach (var invitation in await db.Invitations.Where(i => i.RelationId == relation.Id && i.MandateReference == mandate.Reference).ToListAsync(ct))
            if (mandate.State is "SIGNED" or "SIGNED_PENDING_DEBTOR_BANK")
                invitation.Signed();

        await FollowAsync(relation, now, ct);
        return Applied.Done;
    }

    private async Task KeepDocumentAsync(Guid connectionId, Relation relation, string reference, byte[] pdf, DateTimeOffset now, CancellationToken ct)
    {
        var key = DocumentKey(connectionId, reference);
        if (await db.Documents.AnyAsync(d => d.OwnCompanyId == relation.OwnCompanyId && d.SourceKey == key, ct)) return;

        db.Documents.Add(new()
        {
            OwnCompanyId = relation.OwnCompanyId,
            RelationId = relation.Id,
            Type = DocumentType.Mandate,
            Name = $"{reference}.pdf",
            BlobHash = await Blob.KeepAsync(db, pdf, "application/pdf", now, ct),
            SizeBytes = pdf.Length,
            SourceKey = key,
            CreatedAt = now,
        });
    }

    private async Task KeepAccountAsync(Relation relation, RelationMandate mandate, Iban account, DateTimeOffset now, CancellationToken ct)
    {
        var accounts = await db.RelationAccounts.Where(a => a.RelationId == relation.Id).ToListAsync(ct);
        var own = accounts.FirstOrDefault(a => a.Iban == account);
        if (own is null)
            db.RelationAccounts.Add(own = new() { OwnCompanyId = relation.OwnCompanyId, RelationId = relation.Id, Iban = account, AddedAt = now });
        own.Bic = mandate.Bic ?? own.Bic;
        own.MandateReference = mandate.Reference;
        if (mandate.IsCollectable)
        {
            foreach (var other in accounts) other.IsDefault = false;
            own.IsDefault = true;
        }
    }

    /// <summary>Direct debit while at least one mandate is collectable, unless a clerk chose the method.</summary>
    public async Task FollowAsync(Relation relation, DateTimeOffset now, CancellationToken ct)
    {
        var stored = await db.RelationMandates.Where(m => m.RelationId == relation.Id).ToListAsync(ct); // tracked: sees what this transaction changed
        stored.AddRange(db.RelationMandates.Local.Where(m => m.RelationId == relation.Id && !stored.Contains(m)));
        if (relation.FollowMandates(stored.Exists(m => m.IsCollectable)))
            db.Note(relation, relation.PaymentMethod is PaymentMethod.DirectDebit ? "method_direct_debit" : "method_manual", "office", now);
    }
}
