using System.Text.Json.Nodes;
using Domi.Engine.Creditors;
using Domi.Engine.Feeds;
using Domi.Engine.Invoices;
using Domi.Engine.Webhooks;
using Domi.Engine.Wire;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.PayLinks;

/// <summary>A payment link as the API shows it, with every part that a caller may include.</summary>
internal static class LinkView
{
    private static readonly string[] Parts = ["customer", "meta", "time", "refunds"];

    public static async Task<JsonObject> OfAsync(EngineDb db, PayLink link, CancellationToken ct)
    {
        var facts = await CreditorFacts.ReadAsync(db, link.CreditorId, ct);
        var entry = new JsonObject
        {
            ["id"] = link.Number,
            ["ct"] = link.ProfileId is { } profile ? facts.ProfileOf(profile).Number : facts.Profiles.Where(p => p.IsActive).OrderByDescending(p => p.IsDefault).Select(p => p.Number).FirstOrDefault(),
            ["amount"] = Json.Amount(link.Amount),
            ["msg"] = link.Title,
            ["ref"] = link.Ref,
            ["state"] = link.WireState,
        };
        var meta = new JsonObject { ["active"] = link.IsOpen, ["sdd"] = false };
        if (link.Method is { } method) (meta["method"], meta["paymentMethod"]) = (method, method);
        if (link.TransactionNumbers is { } numbers) meta["tx"] = numbers;
        if (link.InvoiceId is { } invoiceId && await db.Invoices.Where(i => i.Id == invoiceId).Select(i => i.Number).SingleOrDefaultAsync(ct) is { } number) meta["invoice"] = number;
        entry["meta"] = meta;
        entry["time"] = new JsonObject
        {
            ["creation"] = Json.Instant(link.CreatedAt),
            ["expiration"] = link.ExpiresAt is { } end ? Json.Instant(end) : null,
            ["lastupdate"] = Json.Instant(link.UpdatedAt > link.CreatedAt ? link.UpdatedAt : link.CreatedAt),
        };
        var refunds = await db.LinkRefunds.AsNoTracking().Where(r => r.PayLinkId == link.Id).OrderBy(r => r.CreatedAt).ToListAsync(ct);
        refunds.AddRange(db.LinkRefunds.Local.Where(r => r.PayLinkId == link.Id && refunds.All(known => known.Id != r.Id)));
        entry["refunds"] = new JsonArray([.. refunds.Select(r => (JsonNode)new JsonObject { ["id"] = r.WireId, ["amount"] = Json.Amount(r.Amount), ["timestamp"] = Json.Instant(r.CreatedAt) })]);
        if (link.CustomerId is { } customerId)
            entry["customer"] = InvoiceView.OfCustomer(db.Customers.Local.FirstOrDefault(c => c.Id == customerId) ?? await db.Customers.AsNoTracking().SingleAsync(c => c.Id == customerId, ct));
        return entry;
    }

    /// <summary>Leaves out the parts that the caller does not include, and those that are empty.</summary>
    public static JsonObject For(Call call, JsonObject entry)
    {
        foreach (var part in Parts)
            if (!call.Includes(part) || entry[part] is JsonArray { Count: 0 })
                entry.Remove(part);
        return entry;
    }

    /// <summary>The feed's entry and the webhook of a link that changed, inside its transaction.</summary>
    public static async Task ChangedAsync(EngineDb db, PayLink link, DateTimeOffset now, CancellationToken ct)
    {
        Feed.Append(db, link.CreditorId, FeedName.PayLinks, await OfAsync(db, link, ct), now, link.State is PayLinkState.Paid ? "PAID" : "OTHER");
        await Announce.LinkAsync(db, link.CreditorId, link.Number, link.Ref, link.State switch
        {
            PayLinkState.Paid => "paid",
            PayLinkState.Declined => "failed",
            PayLinkState.Expired => "expired",
            _ => "pending",
        }, now, ct);
    }
}
