using System.Globalization;
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
/// <c>err_invalid_bic</c>, <c>err_invalid_email</c>, <c>err_missing_params</c> (an invitation by mail needs an address), <c>err_invalid_params</c>
/// (a first payment or a subscription, which would never be collected).
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
        var number = call.Number("ct") is { } given and not 0 ? given : (long?)null;
        var code = number is null ? call.Text("tc", 20) ?? throw Call.Missing("ct") : null;
        var account = IbanOf(call.Text("iban", 60));
        var wantedReference = call.Text("mandateNumber", 35)?.ToUpperInvariant();
        if (wantedReference is not null && !SepaText.IsAllowedIdentifier(wantedReference)) throw Call.Invalid("mandateNumber", "The mandate number has characters that banks do not take.");
        var bic = BicOf(call.Text("bic", 20));
        RefuseMoney(call);
        var sends = call.Flag("sendInvite");
        var end = EndOf(call);

        var (reference, token) = await db.WriteOrRepeatAsync(
            write => PrepareAsync(call, number, code, block, account, bic, end, wantedReference, sends, db, keys, events, mail, clock, write), ct);
        var answer = new JsonObject { ["mndtId"] = reference };
        if (token is not null)
        {
            answer["url"] = address.Of("/sign/" + token);
            answer["key"] = token;
        }

        return Json.Answer(answer);
    }

    private static async Task<(string Reference, string? Token)> PrepareAsync(
        Call call, long? number, string? code, CustomerBlock block, Iban? account, Bic? bic, DateTimeOffset? end, string? wantedReference, bool sends,
        EngineDb db, CreditorKeys keys, MandateEvents events, DebtorMail mail, BusinessClock clock, CancellationToken ct)
    {
        var profile = await db.Profiles.SingleOrDefaultAsync(p => p.CreditorId == call.CreditorId && (code == null ? p.Number == number : p.Prefix == code) && p.IsActive, ct)
            ?? throw new RefusedException("err_no_such_ct", $"No profile {number?.ToString(CultureInfo.InvariantCulture) ?? code}.") { Field = code is null ? "ct" : "tc" };
        if (wantedReference?.StartsWith(profile.Prefix, StringComparison.OrdinalIgnoreCase) == true)
            throw Call.Invalid("mandateNumber", $"{profile.Prefix} begins the numbers that the profile gives.");
        if (wantedReference is not null && await db.Mandates.AnyAsync(m => m.CreditorId == call.CreditorId && m.Reference == wantedReference, ct))
            throw new RefusedException("err_duplicate_ref", $"The mandate number {wantedReference} is taken.") { Field = "mandateNumber" };

        var customer = await FindOrCreate.CustomerAsync(db, call.CreditorId, block, ct);
        if (sends && customer.Email is null) throw Call.Missing("email");
        if (call.Flag("check") && (block.CustomerNumber ?? block.Email) is not null)
        {
            var signed = (await db.Mandates.AsNoTracking()
                .Where(m => m.CustomerId == customer.Id && m.ProfileId == profile.Id && (m.State == MandateState.Signed || m.State == MandateState.SignedPendingDebtorBank))
                .ToListAsync(ct)).OrderByDescending(m => m.SignedAt).FirstOrDefault();
            if (signed is not null) return (signed.Reference, null);
        }

        var (mandate, token) = await PrepareMandate.Async(db, keys, profile, customer, wantedReference, null,
            block.Language, call.Text("token", 200), call.Text("contractNumber", 70), clock, ct);
        if (end > clock.GetUtcNow() && end < mandate.LinkExpiresAt) mandate.Expires(end.Value);
        if (account is { } iban)
        {
            var name = customer.DisplayName is { Length: > 70 } longer ? longer[..70] : customer.DisplayName; // what a bank takes of a name
            mandate.Fill(name, customer.Street ?? "", customer.Zip ?? "", customer.City ?? "", customer.Country ?? "BE", iban, bic ?? BelgianBanks.BicOf(iban));
        }

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

    // A first payment and a subscription begin with the signature. They are not collected here yet, and money is never forgotten in silence.
    private static void RefuseMoney(Call call)
    {
        foreach (var name in new[] { "transactionAmount", "amount", "subscriptionAmount" })
            if (call.Amount(name) is { } amount and not 0m) throw Call.Invalid(name, $"{amount} is not collected by an invitation; send an invoice.");
    }

    // Milliseconds since 1970, or the last day. An end that is past shortens nothing.
    private static DateTimeOffset? EndOf(Call call) => call.Text("ed", 40) is not { } text
        ? null
        : decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var milliseconds)
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Clamp(milliseconds, 0m, 7_000_000_000_000m))
            : Call.DayOf("ed", text).AddDays(1).StartOfDay();

    private static Bic? BicOf(string? text) => text is null
        ? null
        : Bic.TryParse(text, out var bic) ? bic : throw new RefusedException("err_invalid_bic", $"Not a BIC: {text}", ("bic", text)) { Field = "bic" };

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
            Number = await db.NextObjectNumberAsync(profile.CreditorId, ct),
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
