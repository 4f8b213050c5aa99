using System.Text.Json.Nodes;
using Domi.Engine.Creditors;
using Domi.Engine.Customers;
using Domi.Engine.Mails;
using Domi.Engine.Simulator;
using Domi.Engine.Wire;
using Domi.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Mandates;

/// <summary>
/// <c>POST /creditor/mandate/update</c>: amends a mandate and its customer, suspends and resumes it; <c>POST /mandate/{number}/action</c>: mails
/// about it and the bank's answer on it; <c>POST /customeraccess</c>: the debtor's own page.
/// </summary>
/// <remarks>
/// Refuses with <c>err_no_contract</c> (an action: <c>err_not_found</c>), <c>err_invalid_state</c> (ended; a B2B mandate that is signed), <c>err_no_such_ct</c>,
/// <c>err_invalid_iban</c>, <c>err_invalid_params</c>, <c>err_duplicate_ref</c> (customer number), <c>err_email_disabled</c>. Source: Twikey API, Mandate.
/// </remarks>
internal static class AmendMandate
{
    internal static readonly string[] Named =
    [
        "mndtId", "ct", "state", "_state", "iban", "bic", "firstname", "lastname", "companyName", "coc", "vatno", "l", "lang", "language", "customerNumber", "address", "zip", "city", "country", "mobile", "email",
    ];

    public static void Map(IEndpointRouteBuilder creditor)
    {
        creditor.MapPost("mandate/update", UpdateAsync);
        creditor.MapPost("mandate/{mndtId}/action", ActAsync);
        creditor.MapPost("customeraccess", AccessAsync);
    }

    /// <summary>204. What is not said stays. Suspending twice is no error.</summary>
    private static async Task<IResult> UpdateAsync(Call call, EngineDb db, MandateEvents events, CancellationToken ct)
    {
        var block = CustomerBlock.Of(call);
        var account = call.Text("iban", 60) is { } iban ? Accounts.IbanOf(iban) : (Standards.Iban?)null;
        var bic = Accounts.BicOf(call.Text("bic", 20));
        var state = call.TextOf(20, "state", "_state")?.ToLowerInvariant(); // a shop's plug-in still uses the older name
        if (state is not (null or "active" or "passive")) throw Call.Invalid("state", "state is active or passive.");
        await db.WriteOrRepeatAsync(async token =>
        {
            var reference = call.Required("mndtId", 35).ToUpperInvariant();
            var mandate = await DirectDebits.Transactions.MandateAsync(db, call, reference, token);
            var customer = await db.Customers.SingleAsync(c => c.Id == mandate.CustomerId, token);
            var profile = (await CreditorFacts.ReadAsync(db, mandate.CreditorId, token)).ProfileOf(mandate.ProfileId);
            if (account is { } wanted && wanted != mandate.DebtorAccount) await MandateRules.RequireAccountAsync(db, profile, wanted, mandate.Id, token);
            if (block.CustomerNumber is { } number && number != customer.CustomerNumber)
            {
                if (await db.Customers.AnyAsync(c => c.CreditorId == call.CreditorId && c.CustomerNumber == number, token)) throw new RefusedException("err_duplicate_ref", $"Customer number {number} is taken.") { Field = "customerNumber" };
                customer.CustomerNumber = number;
            }

            var before = (customer.DisplayName, customer.Email, customer.Mobile, customer.Language);
            CustomerRoutes.Fill(customer, block.CompanyName is null ? block with { EnterpriseNumber = null } : block);
            var isNamed = block.CompanyName is not null || block.FirstName is not null || block.LastName is not null;
            var isAmended = account is not null || bic is not null || isNamed || block.Street is not null || block.Zip is not null || block.City is not null || block.Country is not null;
            List<string> reasons = isAmended
                ? [.. mandate.Amend(account, bic, isNamed && customer.DisplayName != before.DisplayName ? customer.DisplayName : null, block.Street, block.Zip, block.City, block.Country)]
                : [];
            if (customer.Email != before.Email) reasons.Add("_T54");
            if (customer.Mobile != before.Mobile) reasons.Add("_T55");
            if (customer.Language != before.Language || (block.Language is not null && mandate.Language is not null && mandate.Language != block.Language)) reasons.Add("_T56");
            if (block.Language is not null && mandate.Language is not null) mandate.Language = block.Language;
            if (call.Number("ct") is { } ct1 and not 0 && ct1 != profile.Number)
            {
                var other = await db.Profiles.SingleOrDefaultAsync(p => p.CreditorId == call.CreditorId && p.Number == ct1 && p.IsActive && p.Scheme == mandate.Scheme && p.Kind == mandate.Kind, token)
                    ?? throw new RefusedException("err_no_such_ct", $"No profile {ct1} of the same scheme.") { Field = "ct" };
                mandate.MoveTo(other.Id);
                reasons.Add("template");
            }

            if (Profiles.ProfileAttributes.Of(profile).Any(a => call.Text(a.Name, 500) is not null && !Named.Contains(a.Name, StringComparer.OrdinalIgnoreCase)) && Profiles.ProfileAttributes.Changed(profile, call, mandate.AttributesJson) is { } values)
            {
                mandate.Describe(values);
                reasons.Add("attributes");
            }

            if (state is not null && mandate.State is MandateState.Signed && mandate.IsSuspended != (state == "passive"))
            {
                mandate.Suspend(state == "passive");
                reasons.Add(state == "passive" ? "uncollectable|user" : "collectable|user");
            }
            else if (state is not null && mandate.State is not MandateState.Signed)
            {
                throw new RefusedException("err_invalid_state", $"Mandate {mandate.Reference} is not signed.", ("reference", mandate.Reference)) { Field = "state" };
            }

            // A prepared one is in no feed yet.
            if (reasons.Count > 0 && mandate.State is not MandateState.Prepared) await events.ChangedAsync(mandate, string.Join(',', reasons), token);
        }, ct);
        return Results.NoContent();
    }

    /// <summary>204: <c>invite</c>, <c>reminder</c> (1–4), <c>access</c>, <c>automaticCheck</c>, <c>manualCheck</c>.</summary>
    private static async Task<IResult> ActAsync(string mndtId, Call call, EngineDb db, DebtorMail mail, CustomerAccess access, BusinessClock clock, CancellationToken ct)
    {
        var type = call.Required("type", 40).ToLowerInvariant();
        var which = call.Number("reminder");
        if (which is < 1 or > 4) throw Call.Invalid("reminder", "reminder is 1 to 4.");
        var reference = Call.InPath(mndtId, "mndtId").ToUpperInvariant();
        await db.WriteOrRepeatAsync(async token =>
        {
            var mandate = await db.Mandates.SingleOrDefaultAsync(m => m.CreditorId == call.CreditorId && m.Reference == reference, token)
                ?? throw new RefusedException("err_not_found", $"No mandate {reference}.") { Field = "mndtId" };
            var customer = await db.Customers.SingleAsync(c => c.Id == mandate.CustomerId, token);
            var profile = (await CreditorFacts.ReadAsync(db, mandate.CreditorId, token)).ProfileOf(mandate.ProfileId);
            var now = clock.GetUtcNow();
            switch (type)
            {
                // What is signed needs no invitation any more: that is no error of who asks for one.
                case "invite" or "reminder" when mandate.State is not MandateState.Prepared:
                    break;
                case "invite":
                    RequireMail(mandate.InvitedAt(customer));
                    await mail.InvitationAsync(db, mandate, customer, profile, now, token, isAgain: true);
                    break;
                case "reminder":
                    RequireMail(mandate.InvitedAt(customer));
                    await RemindInvitations.RemindAsync(db, mandate, customer, profile, mail, now, token, (int?)which);
                    break;
                case "access":
                    RequireMail(customer.Email);
                    await mail.AccessAsync(db, mandate, customer, access.LongLinkOf(mandate.Id, clock.GetUtcNow()), now, token);
                    break;
                case "automaticcheck" or "manualcheck":
                    mandate.CheckBy(type == "automaticcheck" && mandate.DebtorAccount is not null ? now + Outcomes.Interval : null); // without an account there is no bank to ask
                    break;
                default:
                    throw Call.Invalid("type", $"No action {type}.");
            }
        }, ct);
        return Results.NoContent();
    }

    private static void RequireMail(string? to)
    {
        if (to is null) throw new RefusedException("err_email_disabled", "The debtor has no e-mail address.") { Field = "email" };
    }

    /// <summary>The address of the debtor's own page, good for two minutes; by mandate, else by customer.</summary>
    private static async Task<IResult> AccessAsync(Call call, EngineDb db, CustomerAccess access, PublicAddress address, BusinessClock clock, CancellationToken ct)
    {
        Guid mandateId;
        if (call.Text("mndtId", 35)?.ToUpperInvariant() is { } reference)
        {
            mandateId = (await DirectDebits.Transactions.MandateAsync(db, call, reference, ct)).Id;
        }
        else
        {
            var (number, email, mobile) = (call.Text("customerNumber", 50), Customer.KeyOf(call.Text("email", 254)), call.Phone("mobile"));
            if (number is null && email is null && mobile is null) throw Call.Missing("mndtId");
            mandateId = (await db.Mandates.AsNoTracking().Where(m => m.CreditorId == call.CreditorId && m.State != MandateState.Prepared
                    && db.Customers.Any(c => c.Id == m.CustomerId && (number == null || c.CustomerNumber == number) && (email == null || c.EmailKey == email) && (mobile == null || c.Mobile == mobile)))
                .OrderByDescending(m => m.PreparedAt).Select(m => new { m.Id }).FirstOrDefaultAsync(ct))?.Id ?? throw new RefusedException("err_no_contract", "No mandate of such a customer.") { Field = "mndtId" };
        }

        var token = access.LinkOf(mandateId, clock.GetUtcNow());
        return Json.Answer(new JsonObject { ["token"] = token, ["url"] = address.Of("/my/" + token) });
    }
}

/// <summary>Recalls an invitation that nobody answered, as often as the profile says.</summary>
internal sealed class RemindInvitations(EngineDb db, DebtorMail mail, BusinessClock clock) : IJob
{
    public static string Name => "remind-invitations";

    public async Task<IReadOnlyList<DueWork>> DueAsync(DateTimeOffset now, int most, CancellationToken ct) =>
        await db.Mandates.AsNoTracking().Where(m => m.RemindAt <= now && m.State == MandateState.Prepared).OrderBy(m => m.RemindAt).Take(most)
            .Select(m => new DueWork(m.Id.ToString(), m.Id.ToString(), m.RemindAt!.Value)).ToListAsync(ct);

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken ct) => await db.Mandates.Where(m => m.State == MandateState.Prepared).MinAsync(m => m.RemindAt, ct);

    public async Task RunAsync(DueWork work, CancellationToken ct)
    {
        var id = Guid.Parse(work.Id);
        await db.WriteOrRepeatAsync(async token =>
        {
            if (await db.Mandates.SingleOrDefaultAsync(m => m.Id == id, token) is not { State: MandateState.Prepared, RemindAt: { } due } mandate || due > clock.GetUtcNow()) return;

            var customer = await db.Customers.SingleAsync(c => c.Id == mandate.CustomerId, token);
            var profile = (await CreditorFacts.ReadAsync(db, mandate.CreditorId, token)).ProfileOf(mandate.ProfileId);
            await RemindAsync(db, mandate, customer, profile, mail, clock.GetUtcNow(), token);
        }, ct);
    }

    /// <summary>Mails it, and plans the next one.</summary>
    /// <param name="number">Which one it is, 1 to 4; null for the next.</param>
    public static async Task RemindAsync(EngineDb db, Mandate mandate, Customer customer, Profiles.Profile profile, DebtorMail mail, DateTimeOffset now, CancellationToken ct, int? number = null)
    {
        // Days that went by meanwhile are passed over.
        var asked = mandate.Evidence?.SignedAt ?? mandate.PreparedAt; // the second of two since the first has signed
        var next = MandateRules.ReminderDays(profile).Skip(number ?? (mandate.Reminders + 1)).Select(d => (DateTimeOffset?)asked.AddDays(d)).FirstOrDefault(at => at > now);
        mandate.Remind(next, number);
        await mail.InvitationAsync(db, mandate, customer, profile, now, ct, isAgain: true);
    }
}
