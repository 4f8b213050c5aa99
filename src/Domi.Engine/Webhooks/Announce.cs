using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Webhooks;

/// <summary>Plans the webhooks of a change, in its transaction: one for every key of the creditor that has an address.</summary>
internal static class Announce
{
    /// <summary>The payment feeds have news. A hint that waits untouched says the same already, so no second is added.</summary>
    public static Task PaymentsAsync(EngineDb db, Guid creditorId, DateTimeOffset now, CancellationToken ct) =>
        PlanAsync(db, creditorId, "type=payment", "payment", coalesce: true, now, ct);

    /// <summary>A mandate changed.</summary>
    public static Task MandateAsync(
        EngineDb db, Guid creditorId, string reference, string happened, string state, string? reason, DateTimeOffset now, CancellationToken ct)
    {
        var query = $"type=contract&mandateNumber={Plain(reference)}&event={happened}&state={state}" + (reason is null ? "" : $"&reason={Plain(reason)}");
        return PlanAsync(db, creditorId, query, "mandate:" + reference, coalesce: false, now, ct);
    }

    private static async Task PlanAsync(
        EngineDb db, Guid creditorId, string query, string objectKey, bool coalesce, DateTimeOffset now, CancellationToken ct)
    {
        var keys = await db.ApiKeys.AsNoTracking().Where(k => k.CreditorId == creditorId && k.WebhookUrl != null && k.RevokedAt == null)
            .Select(k => new { k.Id, k.WebhookUrl }).ToListAsync(ct);
        foreach (var key in keys)
        {
            if (coalesce && (db.Deliveries.Local.Any(d => d.ApiKeyId == key.Id && d.ObjectKey == objectKey && d.Attempts == 0)
                || await db.Deliveries.AnyAsync(d => d.ApiKeyId == key.Id && d.ObjectKey == objectKey && d.DueAt != null && d.Attempts == 0 && d.DueAt > now, ct)))
                continue;
            db.Deliveries.Add(WebhookDelivery.Planned(creditorId, key.Id, key.WebhookUrl!, query, objectKey, now));
        }
    }

    // Raw and decoded query sign alike: what would need escaping is left out.
    private static string Plain(string text) =>
        string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '~' or '|' ? c : '-'));
}
