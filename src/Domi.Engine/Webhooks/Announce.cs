using Domi.Engine.Creditors;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Webhooks;

/// <summary>Plans the webhooks of a change, in its transaction: one for every key of the creditor that has an address.</summary>
internal static class Announce
{
    /// <summary>The payment feeds have news: said once a transaction and invoice. One that is not taken holds up none about others.</summary>
    public static Task PaymentsAsync(EngineDb db, Guid creditorId, Guid invoiceId, DateTimeOffset now, CancellationToken ct) =>
        PlanAsync(db, creditorId, "type=payment", "invoice:" + invoiceId.ToString("n"), now, ct);

    /// <summary>The transaction feed has news of one.</summary>
    public static Task TransactionsAsync(EngineDb db, Guid creditorId, long number, DateTimeOffset now, CancellationToken ct) =>
        PlanAsync(db, creditorId, "type=payment", FormattableString.Invariant($"transaction:{number}"), now, ct);

    /// <summary>A payment link changed.</summary>
    public static Task LinkAsync(EngineDb db, Guid creditorId, long number, string? reference, string status, DateTimeOffset now, CancellationToken ct) =>
        PlanAsync(db, creditorId, FormattableString.Invariant($"type=payment&id={number}") + (reference is null ? "" : $"&ref={Plain(reference)}") + $"&status={status}", FormattableString.Invariant($"link:{number}"), now, ct);

    /// <summary>A mandate changed.</summary>
    public static Task MandateAsync(
        EngineDb db, Guid creditorId, string reference, string happened, string state, string? reason, DateTimeOffset now, CancellationToken ct)
    {
        var query = $"type=contract&mandateNumber={Plain(reference)}&event={happened}&state={state}" + (reason is null ? "" : $"&reason={Plain(reason)}");
        return PlanAsync(db, creditorId, query, "mandate:" + reference, now, ct);
    }

    private static async Task PlanAsync(
        EngineDb db, Guid creditorId, string query, string objectKey, DateTimeOffset now, CancellationToken ct)
    {
        foreach (var target in (await CreditorFacts.ReadAsync(db, creditorId, ct)).Targets)
        {
            if (!db.Deliveries.Local.Any(d => d.ApiKeyId == target.ApiKeyId && d.ObjectKey == objectKey && d.Query == query && db.Entry(d).State is EntityState.Added))
                db.Deliveries.Add(WebhookDelivery.Planned(creditorId, target.ApiKeyId, target.Url, query, objectKey, now));
        }
    }

    // Raw and decoded query sign alike: what would need escaping is left out.
    private static string Plain(string text) =>
        string.Concat(text.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '~' or '|' ? c : '-'));
}
