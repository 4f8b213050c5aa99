using System.Text.Json.Nodes;

namespace Domi.Engine.Feeds;

/// <summary>The feeds a client reads, each with a position of its own per API key.</summary>
public enum FeedName { Mandates, Invoices, InvoicePayments, Transactions, PayLinks, Transfers, Statements }

/// <summary>One change, in the order of the creditor's own counter: what a reader sees is committed, and nothing comes before it later.</summary>
public sealed class FeedEvent
{
    public Guid CreditorId { get; init; }

    public long Sequence { get; init; }

    public FeedName Feed { get; init; }

    /// <summary>Scheme or kind, for filters: <c>CORE</c>, <c>B2B</c>.</summary>
    public string? Kind { get; init; }

    public DateTimeOffset OccurredAt { get; init; }

    /// <summary>The entry as it is served, with every part that a reader may ask for.</summary>
    public required string Payload { get; init; }
}

/// <summary>Where a reader of a feed is.</summary>
public sealed class FeedCursor
{
    public Guid ApiKeyId { get; init; }

    public FeedName Feed { get; init; }

    public long Position { get; set; }
}

/// <summary>An event that waits for the end of its transaction, where it gets its number.</summary>
internal sealed record PendingEvent(Guid CreditorId, FeedName Feed, string? Kind, DateTimeOffset OccurredAt, string Payload);

internal static class Feed
{
    /// <summary>
    /// Adds an event to the running transaction. The number is given as its last statement, by raising the creditor's counter: the row
    /// is locked for microseconds, and order of numbers is order of commits.
    /// </summary>
    public static void Append(EngineDb db, Guid creditorId, FeedName feed, JsonObject payload, DateTimeOffset occurredAt, string? kind = null) =>
        Append(db, creditorId, feed, Written(payload), occurredAt, kind);

    /// <summary>The same for an entry that was written out before the transaction, to keep that short.</summary>
    public static void Append(EngineDb db, Guid creditorId, FeedName feed, string payload, DateTimeOffset occurredAt, string? kind = null) =>
        db.Append(new(creditorId, feed, kind, occurredAt, payload));

    public static string Written(JsonObject payload) => payload.ToJsonString(Wire.Json.Options);
}
