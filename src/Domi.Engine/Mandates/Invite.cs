using System.Globalization;
using System.Text.Json.Nodes;
using Domi.Engine.Creditors;
using Domi.Engine.Customers;
using Domi.Engine.Invoices;
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
/// <c>err_invalid_bic</c>, <c>err_invalid_email</c>, <c>err_missing_params</c> (an invitation by mail needs an address), <c>err_missing_attributes</c>,
/// <c>err_invalid_amount</c> (of what begins with the signature), <c>err_invalid_params</c>.
/// </remarks>
internal static class Invite
{
    public static void Map(IEndpointRouteBuilder creditor)
    {
        creditor.MapPost("invite", HandleAsync);
        creditor.MapPost("prepare", HandleAsync);
    }

    /// <summary>What a caller says of a mandate that is to be.</summary>
    /// <param name="Number">Profile by its number, or by its <paramref name="Code"/>.</param>
    internal sealed record Wanted(
        long? Number, string? Code, CustomerBlock Customer, Iban? Account, Bic? Bic, DateTimeOffset? End, string? Reference, OnSignature? OnSignature, IReadOnlyList<int> ReminderDays, byte[]? Document, CoSigner? CoSigner);

    private static async Task<IResult> HandleAsync(
        Call call, EngineDb db, CreditorKeys keys, PublicAddress address, MandateEvents events, DebtorMail mail, BusinessClock clock, CancellationToken ct)
    {
        var wanted = await ReadAsync(call, db, ct);
        var sends = call.Flag("sendInvite");
        await CreditorFacts.ReadAsync(db, call.CreditorId, ct); // before others have to wait: what is read inside a transaction is not remembered
        var (mandate, token) = await db.WriteOrRepeatAsync(async write =>
        {
            var (made, page) = await PrepareAsync(call, wanted, db, keys, events, clock, write);
            if (page is null || !sends) return (made, page);

            var customer = (await db.Customers.FindAsync([made.CustomerId], write))!; // tracked; it may be new with the mandate
            if (customer.Email is null) throw Call.Missing("email");
            await mail.InvitationAsync(db, made, customer, (await CreditorFacts.ReadAsync(db, call.CreditorId, write)).ProfileOf(made.ProfileId), clock.GetUtcNow(), write);
            return (made, page);
        }, ct);
        var answer = new JsonObject { ["mndtId"] = mandate.Reference };
        if (token is not null)
        {
            answer["url"] = address.Of("/sign/" + token);
            answer["key"] = token;
        }

        return Json.Answer(answer);
    }

    /// <param name="hasProfile">The mandate is there already, and its profile with it.</param>
    internal static async Task<Wanted> ReadAsync(Call call, EngineDb db, CancellationToken ct, bool hasProfile = false)
    {
        var block = CustomerBlock.Of(call);
        var number = call.Number("ct") is { } given and not 0 ? given : (long?)null;
        var code = number is null ? call.Text("tc", 20) : null;
        if (number is null && code is null && !hasProfile) throw Call.Missing("ct");
        var account = call.Text("iban", 60) is { } iban ? Accounts.IbanOf(iban) : (Iban?)null;
        var reference = Call.AsName(call.Text("mandateNumber", 35), "mandateNumber")?.ToUpperInvariant();
        if (reference is not null && !SepaText.IsAllowedIdentifier(reference)) throw Call.Invalid("mandateNumber", "The mandate number has characters that banks do not take.");
        var days = call.Number("reminderDays") is { } first and > 0 ? [(int)Math.Min(first, 365)] : Array.Empty<int>();
        return new(number, code, block, account, Accounts.BicOf(call.Text("bic", 20)), EndOf(call), reference, await OnSignature.ReadAsync(db, call, ct), days, CreateInvoice.PdfOf(call.Text("document", 14_000_000), "document"), CoSign.Read(call));
    }

    /// <summary>Prepares a mandate inside the running transaction; with <c>check</c>, answers the signed one there is, without a page.</summary>
    internal static async Task<(Mandate Mandate, string? Token)> PrepareAsync(
        Call call, Wanted wanted, EngineDb db, CreditorKeys keys, MandateEvents events, BusinessClock clock, CancellationToken ct)
    {
        var profile = (await CreditorFacts.ReadAsync(db, call.CreditorId, ct)).Profiles.SingleOrDefault(p => (wanted.Code == null ? p.Number == wanted.Number : p.Prefix == wanted.Code) && p.IsActive)
            ?? throw new RefusedException("err_no_such_ct", $"No profile {wanted.Number?.ToString(CultureInfo.InvariantCulture) ?? wanted.Code}.") { Field = wanted.Code is null ? "ct" : "tc" };
        if (wanted.Reference?.StartsWith(profile.Prefix, StringComparison.OrdinalIgnoreCase) == true)
            throw Call.Invalid("mandateNumber", $"{profile.Prefix} begins the numbers that the profile gives.");
        if (wanted.Reference is null && profile.NeedsOwnReference) throw Call.Missing("mandateNumber");
        if (wanted.Reference is not null && await db.Mandates.AnyAsync(m => m.CreditorId == call.CreditorId && m.Reference == wanted.Reference, ct))
            throw new RefusedException("err_duplicate_ref", $"The mandate number {wanted.Reference} is taken.") { Field = "mandateNumber" };

        var customer = await FindOrCreate.CustomerAsync(db, call.CreditorId, wanted.Customer, ct);
        if (call.Flag("check") && (wanted.Customer.CustomerNumber ?? wanted.Customer.Email) is not null)
        {
            var signed = (await db.Mandates.AsNoTracking()
                .Where(m => m.CustomerId == customer.Id && m.ProfileId == profile.Id && (m.State == MandateState.Signed || m.State == MandateState.SignedPendingDebtorBank))
                .ToListAsync(ct)).OrderByDescending(m => m.SignedAt).FirstOrDefault();
            if (signed is not null) return (signed, null);
        }

        if (wanted.Account is { } account) await MandateRules.RequireAccountAsync(db, profile, account, null, ct);
        CoSign.Require(profile, wanted.CoSigner);
        // A call that signs names its method there; an invitation may name one as well, which its page must then offer.
        var isInvitation = call.Http.Request.Path.Value?.TrimEnd('/').EndsWith("/sign", StringComparison.OrdinalIgnoreCase) != true;
        if (isInvitation && call.Text("method", 32)?.ToLowerInvariant() is { } method and not "auto") SignMethods.Require(profile, method, wanted.Account);
        var attributes = ProfileAttributes.Read(profile, call, asksLater: isInvitation);
        var (mandate, token) = await PrepareMandate.Async(db, keys, profile, customer, wanted.Reference, null, wanted.Customer.Language, call.Text("token", 200), call.Text("contractNumber", 70), clock, ct,
            wanted.OnSignature?.Written(), call.Text("campaign", 250), CreateInvoice.AddressOf(call.Text("redirectUrl", 1000)));
        if (attributes is not null) mandate.Describe(attributes);
        if (wanted.CoSigner is { } other) mandate.NameCoSigner(other);
        if (wanted.Document is { } document) mandate.Offer(await Blob.KeepAsync(db, document, "application/pdf", clock.GetUtcNow(), ct));
        if (wanted.End > clock.GetUtcNow() && wanted.End < mandate.LinkExpiresAt) mandate.Expires(wanted.End.Value);
        var reminders = wanted.ReminderDays.Count > 0 ? wanted.ReminderDays : MandateRules.ReminderDays(profile);
        if (reminders.Count > 0) mandate.RemindLater(clock.GetUtcNow().AddDays(reminders[0]));
        if (wanted.Account is { } iban) mandate.Fill(customer.DisplayName, customer, iban, wanted.Bic ?? BelgianBanks.BicOf(iban));

        if (profile.KeepsOlderInvitations || db.Entry(customer).State is EntityState.Added) return (mandate, token);

        // Older invitations of this customer go: one link at a time is valid.
        var older = await db.Mandates.Where(m => m.CustomerId == customer.Id && m.ProfileId == profile.Id && m.State == MandateState.Prepared && m.Id != mandate.Id).ToListAsync(ct);
        foreach (var former in older)
        {
            await events.RemovedAsync(former, "removed", ct);
            db.Mandates.Remove(former);
        }

        return (mandate, token);
    }

    // Milliseconds since 1970, or the last day. An end that is past shortens nothing.
    private static DateTimeOffset? EndOf(Call call) => call.Text("ed", 40) is not { } text
        ? null
        : decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var milliseconds)
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Clamp(milliseconds, 0m, 7_000_000_000_000m))
            : Call.DayOf("ed", text).AddDays(1).StartOfDay();
}

internal static class PrepareMandate
{
    private static readonly Func<EngineDb, Guid, string, Task<bool>> IsTaken = EF.CompileAsyncQuery(
        (EngineDb db, Guid creditorId, string reference) => db.Mandates.Any(m => m.CreditorId == creditorId && m.Reference == reference));

    /// <summary>Adds a prepared mandate with a number of the profile, or the one that was wanted, and answers the token of its page.</summary>
    public static async Task<(Mandate Mandate, string Token)> Async(
        EngineDb db, CreditorKeys keys, Profile profile, Customer customer, string? reference, Guid? invoiceId,
        string? language, string? exitToken, string? contract, BusinessClock clock, CancellationToken ct,
        string? onSignature = null, string? campaign = null, string? redirectUrl = null)
    {
        var creditor = (await CreditorFacts.ReadAsync(db, profile.CreditorId, ct)).Creditor;
        if (reference is null)
        {
            // The counter grows by one statement, so that two at once never get one number; numbers that are taken are passed over.
            do
            {
                var last = await db.NextNumberAsync("update profiles set last_reference = last_reference + 1 where id = {0} returning last_reference", [profile.Id], ct);
                reference = profile.Prefix + last.ToString(CultureInfo.InvariantCulture);
            }
            while (await IsTaken(db, profile.CreditorId, reference));
        }

        var now = clock.GetUtcNow();
        var id = Guid.CreateVersion7();
        var token = keys.MandateToken(creditor, id);
        var mandate = new Mandate(profile.CreditorId, profile.Id, customer.Id, reference, profile.Scheme, now, id)
        {
            Kind = profile.Kind,
            Number = await db.NextObjectNumberAsync(profile.CreditorId, ct),
            PageTokenHash = Secrets.HashOf(token),
            InvoiceId = invoiceId,
            Language = language,
            ExitToken = exitToken,
            ContractReference = contract,
            OnSignatureJson = onSignature,
            Campaign = campaign,
            RedirectUrl = redirectUrl,
        };
        mandate.Expires(now.AddDays(Math.Clamp(profile.LinkDays, 1, 365)));
        db.Mandates.Add(mandate);
        return (mandate, token);
    }
}
