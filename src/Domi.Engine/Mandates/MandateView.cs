using System.Text.Json.Nodes;
using Domi.Engine.Creditors;
using Domi.Engine.Customers;
using Domi.Engine.Feeds;
using Domi.Engine.Profiles;
using Domi.Engine.Webhooks;
using Domi.Engine.Wire;
using Domi.Platform;
using Domi.Standards;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Mandates;

/// <summary>A mandate in the names of ISO 20022, as detail and feed show it.</summary>
internal static class MandateView
{
    public static JsonObject Of(Mandate mandate, Creditor creditor, Customer customer, Profile profile)
    {
        var debtor = new JsonObject
        {
            ["Nm"] = mandate.DebtorName ?? customer.DisplayName,
            ["PstlAdr"] = Address(mandate.DebtorStreet ?? customer.Street, mandate.DebtorZip ?? customer.Zip, mandate.DebtorCity ?? customer.City,
                mandate.DebtorCountry ?? customer.Country ?? "BE"),
            ["CtryOfRes"] = mandate.DebtorCountry ?? customer.Country ?? "BE",
        };
        if (customer.EnterpriseNumber is { } enterprise) debtor["Id"] = enterprise;
        var contact = new JsonObject();
        if (customer.Email is { } email) contact["EmailAdr"] = email;
        if (customer.Mobile is { } mobile) contact["MobNb"] = mobile;
        if (customer.CustomerNumber is { } number) contact["Othr"] = number;
        debtor["CtctDtls"] = contact;

        var agent = new JsonObject();
        if (mandate.DebtorBic is { } bic) agent["BICFI"] = bic.Value;
        if (mandate.DebtorAccount is { } account && BelgianBanks.NameOf(account) is { } bank) agent["Nm"] = bank;

        var supplementary = new JsonArray
        {
            Pair("MandateName", profile.Name), Pair("TemplateId", profile.Number), Pair("Language", mandate.Language ?? customer.Language ?? creditor.Language),
        };
        if ((mandate.Evidence?.SignedAt ?? mandate.SignedAt) is { } signedAt)
        {
            supplementary.Add(Pair("SignerMethod#0", mandate.SignMethod ?? "plain"));
            supplementary.Add(Pair("Signer#0", mandate.SignedBy ?? customer.DisplayName));
            if (mandate.SignedPlace is { } place) supplementary.Add(Pair("SignerPlace#0", place));
            supplementary.Add(Pair("SignerDate#0", Json.Instant(signedAt)));
            if (mandate.CoEvidence is { } second)
            {
                supplementary.Add(Pair("SignerMethod#1", second.Channel));
                supplementary.Add(Pair("Signer#1", mandate.CoSignedBy!));
                supplementary.Add(Pair("SignerDate#1", Json.Instant(second.SignedAt)));
            }
        }

        if (mandate is { CardToken: { } token, CardExpiresOn: { } expiresOn })
        {
            supplementary.Add(Pair("_psptoken", token));
            supplementary.Add(Pair("_expiry", Json.Day(expiresOn)));
            supplementary.Add(Pair("_last", mandate.CardLast ?? ""));
            if (mandate.CardHolderId is { } holder) supplementary.Add(Pair("_cust", holder));
            supplementary.Add(Pair("_cctype", mandate.CardBrand ?? ""));
        }

        if (mandate.AttributesJson is { } attributes)
            foreach (var (name, value) in (JsonObject)JsonNode.Parse(attributes)!)
                supplementary.Add(Pair(name, value!.DeepClone()));

        return new()
        {
            ["MndtId"] = mandate.Reference,
            ["LclInstrm"] = profile.WireType,
            ["Ocrncs"] = new JsonObject
            {
                ["SeqTp"] = "RCUR",
                ["Frqcy"] = "ADHO",
                ["Drtn"] = new JsonObject { ["FrDt"] = Json.Day(mandate.SignedOn ?? mandate.PreparedAt.BrusselsDate()) },
            },
            ["MaxAmt"] = "0",
            ["CdtrSchmeId"] = creditor.CreditorIdentifier,
            ["Cdtr"] = new JsonObject
            {
                ["Nm"] = creditor.Name,
                ["Id"] = creditor.CreditorIdentifier,
                ["CtryOfRes"] = creditor.Country,
                ["PstlAdr"] = Address(creditor.Street, creditor.Zip, creditor.City, creditor.Country),
                ["CtctDtls"] = new JsonObject { ["EmailAdr"] = creditor.ReplyTo ?? creditor.SenderAddress },
            },
            ["Dbtr"] = debtor,
            ["DbtrAcct"] = mandate.DebtorAccount?.Value ?? "",
            ["DbtrAgt"] = new JsonObject { ["FinInstnId"] = agent },
            ["RfrdDoc"] = mandate.ContractReference ?? profile.Name,
            ["SplmtryData"] = supplementary,
        };
    }

    private static JsonObject Pair(string key, JsonNode value) => new() { ["Key"] = key, ["Value"] = value };

    private static JsonObject Address(string? street, string? zip, string? city, string country)
    {
        var address = new JsonObject { ["Ctry"] = country };
        if (street is { Length: > 0 }) address["AdrLine"] = street;
        if (zip is { Length: > 0 }) address["PstCd"] = zip;
        if (city is { Length: > 0 }) address["TwnNm"] = city;
        return address;
    }
}

/// <summary>What follows from a change of a mandate, inside its transaction: the feed's event and the webhooks.</summary>
internal sealed class MandateEvents(EngineDb db, BusinessClock clock)
{
    public Task SignedAsync(Mandate mandate, CancellationToken ct) =>
        PublishAsync(mandate, "Sign", mandate.WireState, null, _ => { }, ct);

    public Task AcceptedByBankAsync(Mandate mandate, CancellationToken ct) =>
        PublishAsync(mandate, "AcceptedBank", "SIGNED_PENDING_DEBTOR_BANK", null, Amended("accepted"), ct);

    public Task CancelledAsync(Mandate mandate, CancellationToken ct) =>
        PublishAsync(mandate, mandate.CancelledBy == "bank" ? "RejectBank" : "Cancel", mandate.CancelledBy == "bank" ? "SIGNED_PENDING_DEBTOR_BANK" : "SIGNED",
            null, entry =>
            {
                entry["OrgnlMndtId"] = mandate.Reference;
                entry["CxlRsn"] = Reason(mandate.CancelReason ?? "");
            }, ct);

    public Task ChangedAsync(Mandate mandate, string reason, CancellationToken ct) =>
        PublishAsync(mandate, "Update", mandate.WireState, null, Amended(reason), ct);

    /// <summary>A prepared mandate went: the feed never knew it, only the webhook tells.</summary>
    public async Task RemovedAsync(Mandate mandate, string reason, CancellationToken ct)
    {
        await db.PageEvents.Where(e => e.CreditorId == mandate.CreditorId && e.AboutId == mandate.Id).ExecuteDeleteAsync(ct);
        await Announce.MandateAsync(db, mandate.CreditorId, mandate.Reference, "Invite", "PREPARED", reason, clock.GetUtcNow(), ct);
    }

    private Action<JsonObject> Amended(string reason) => entry =>
    {
        entry["OrgnlMndtId"] = ((JsonObject)entry["Mndt"]!)["MndtId"]!.GetValue<string>();
        entry["AmdmntRsn"] = Reason(reason);
    };

    private string originator = "";

    private JsonObject Reason(string text) => new()
    {
        ["Orgtr"] = new JsonObject { ["CtctDtls"] = new JsonObject { ["EmailAdr"] = originator } },
        ["Rsn"] = text,
    };

    private async Task PublishAsync(Mandate mandate, string happened, string state, string? reason, Action<JsonObject> shape, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var creditor = (await CreditorFacts.ReadAsync(db, mandate.CreditorId, ct)).Creditor;
        originator = creditor.ReplyTo ?? creditor.SenderAddress;
        var customer = db.Customers.Local.FirstOrDefault(c => c.Id == mandate.CustomerId) ?? await db.Customers.AsNoTracking().SingleAsync(c => c.Id == mandate.CustomerId, ct);
        var profile = await db.Profiles.AsNoTracking().SingleAsync(p => p.Id == mandate.ProfileId, ct);
        var entry = new JsonObject { ["Mndt"] = MandateView.Of(mandate, creditor, customer, profile), ["EvtTime"] = Json.Instant(now) };
        shape(entry);
        Feed.Append(db, mandate.CreditorId, FeedName.Mandates, entry, now, profile.WireType);
        await Announce.MandateAsync(db, mandate.CreditorId, mandate.Reference, happened, state, reason, now, ct);
    }
}
