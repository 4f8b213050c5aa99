using System.Text.Json.Nodes;
using Domi.Engine.Creditors;
using Domi.Engine.Customers;
using Domi.Engine.Mails;
using Domi.Engine.Profiles;
using Domi.Engine.Wire;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Mandates;

/// <summary><c>POST /creditor/invite</c> (also <c>/prepare</c>): prepares a mandate and answers the address of its signing page.</summary>
/// <remarks>
/// With <c>check=true</c> an existing signed mandate of the customer and profile is answered, without address. With
/// <c>sendInvite=true</c> the invitation is mailed, decided in the same transaction.
/// Refuses with <c>err_no_such_ct</c>, <c>err_duplicate_ref</c> (the mandate number is taken), <c>err_invalid_iban</c>,
/// <c>err_invalid_email</c>, <c>err_missing_params</c> (an invitation by mail needs an address).
/// </remarks>
internal static class Invite
{
    public static void Map(IEndpointRouteBuilder creditor)
    {
        creditor.MapPost("invite", HandleAsync);
        creditor.MapPost("prepare", HandleAsync);
    }

    private static async Task<IResult> HandleAsync(
        Call call, EngineDb db, CreditorKeys keys, PublicAddress address, MandateEvents events, DebtorMail mail, BusinessClock clock, CancellationToken ct)
    {
        var block = CustomerBlock.Of(call);
        var number = call.Number("ct") is { } given and not 0 ? given : throw Call.Missing("ct");
        var account = IbanOf(call.Text("iban", 60));
        var wantedReference = call.Text("mandateNumber", 35)?.ToUpperInvariant();
        if (wantedReference is not null && !SepaText.IsAllowedIdentifier(wantedReference)) throw Call.Invalid("mandateNumber", "The mandate number has characters that banks do not take.");
        var sends = call.Flag("sendInvite");
        if (sends && block.Email is null) throw Call.Missing("email");

        var (reference, token) = await db.RepeatWhenBeatenAsync(
            again => db.WriteAsync(write => PrepareAsync(call, number, block, account, wantedReference, sends, db, keys, events, mail, clock, write), again), ct);
        var answer = new JsonObject { ["mndtId"] = reference };
        if (token is not null)
        {
            answer["url"] = address.Of("/sign/" + token);
            answer["key"] = token;
        }

        return Json.Answer(answer);
    }

    private static async Task<(string Reference, string? Token)> PrepareAsync(
        Call call, long number, CustomerBlock block, Iban? account, string? wantedReference, bool sends,
        EngineDb db, CreditorKeys keys, MandateEvents events, DebtorMail mail, BusinessClock clock, CancellationToken ct)
    {
        var profile = await db.Profiles.SingleOrDefaultAsync(p => p.CreditorId == call.CreditorId && p.Number == number && p.IsActive, ct)
            ?? throw new RefusedException("err_no_such_ct", $"No profile {number}.") { Field = "ct" };
        if (wantedReference is not null && await db.Mandates.AnyAsync(m => m.CreditorId == call.CreditorId && m.Reference == wantedReference, ct))
            throw new RefusedException("err_duplicate_ref", $"The mandate number {wantedReference} is taken.") { Field = "mandateNumber" };

        var customer = await FindOrCreate.CustomerAsync(db, call.CreditorId, block, ct);
        if (call.Flag("check") && (block.CustomerNumber ?? block.Email) is not null)
        {
            var signed = (await db.Mandates.AsNoTracking()
                .Where(m => m.CustomerId == customer.Id && m.ProfileId == profile.Id && (m.State == MandateState.Signed || m.State == MandateState.SignedPendingDebtorBank))
                .ToListAsync(ct)).OrderByDescending(m => m.SignedAt).FirstOrDefault();
            if (signed is not null) return (signed.Reference, null);
        }

        var (mandate, token) = await PrepareMandate.Async(db, keys, profile, customer, wantedReference, null,
            block.Language, call.Text("token", 200), call.Text("contractNumber", 70), clock, ct);
        if (call.Number("ed") is { } end && DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(end, 0, 7_000_000_000_000)) is var until && until > clock.GetUtcNow()
            && until < mandate.LinkExpiresAt)
            mandate.Expires(until);
        if (account is { } iban)
            mandate.Fill(customer.DisplayName, customer.Street ?? "", customer.Zip ?? "", customer.City ?? "", customer.Country ?? "BE", iban, BelgianBanks.BicOf(iban));

        // Older invitations of this customer go: one link at a time is valid.
        var older = await db.Mandates.Where(m => m.CustomerId == customer.Id && m.ProfileId == profile.Id && m.State == MandateState.Prepared && m.Id != mandate.Id).ToListAsync(ct);
        foreach (var former in older)
        {
            await events.RemovedAsync(former, "removed", ct);
            db.Mandates.Remove(former);
        }

        if (sends) await mail.InvitationAsync(db, mandate, customer, profile, clock.GetUtcNow(), ct);
        return (mandate.Reference, token);
    }

    private static Iban? IbanOf(string? text) => text is null
        ? null
        : Iban.TryParse(text, out var iban) ? iban : throw new RefusedException("err_invalid_iban", "The IBAN does not hold.") { Field = "iban" };
}

internal static class PrepareMandate
{
    /// <summary>Adds a prepared mandate with a number of the profile, or the one that was wanted, and answers the token of its page.</summary>
    public static async Task<(Mandate Mandate, string Token)> Async(
        EngineDb db, CreditorKeys keys, Profile profile, Customer customer, string? reference, Guid? invoiceId,
        string? language, string? exitToken, string? contract, BusinessClock clock, CancellationToken ct)
    {
        var creditor = (await CreditorFacts.ReadAsync(db, profile.CreditorId, ct)).Creditor;
        if (reference is null)
        {
            // The counter grows by one statement, so that two at once never get one number; numbers that are taken are passed over.
            do
            {
                var last = (await db.Database.SqlQuery<long>(
                    $"update profiles set last_reference = last_reference + 1 where id = {profile.Id} returning last_reference as \"Value\"").ToListAsync(ct)).Single();
                reference = profile.Prefix + last.ToString(System.Globalization.CultureInfo.InvariantCulture);
            }
            while (await db.Mandates.AnyAsync(m => m.CreditorId == profile.CreditorId && m.Reference == reference, ct));
        }

        var now = clock.GetUtcNow();
        var id = Guid.CreateVersion7();
        var token = keys.MandateToken(creditor, id);
        var mandate = new Mandate(profile.CreditorId, profile.Id, customer.Id, reference, profile.Scheme, now, id)
        {
            PageTokenHash = Secrets.HashOf(token),
            InvoiceId = invoiceId,
            Language = language,
            ExitToken = exitToken,
            ContractReference = contract,
        };
        mandate.Expires(now.AddYears(1));
        db.Mandates.Add(mandate);
        return (mandate, token);
    }
}
