namespace Domi.Engine.Webhooks;

/// <summary>A hint to one receiver that a feed has news. Nothing in it is secret, and nothing in it is the truth.</summary>
public sealed class WebhookDelivery
{
    // 75 h 35 min in all: what a long week-end of a receiver's outage takes. Source: Standard Webhooks 1.0.0, deliverability.
    private static readonly TimeSpan[] Waits =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
        TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    private static long lastMade;

    /// <summary>In the order in which they were planned, also within a millisecond: messages about one object are sent by it.</summary>
    public Guid Id { get; init; } = NextId();

    public Guid CreditorId { get; init; }

    public Guid ApiKeyId { get; init; }

    public required string Url { get; init; }

    /// <summary>The query as it is sent: only characters that need no escaping, or %20, so that raw and decoded sign alike.</summary>
    public required string Query { get; init; }

    /// <summary>What it is about: messages about one object keep their order.</summary>
    public required string ObjectKey { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? DueAt { get; private set; }

    public int Attempts { get; private set; }

    public string? LastOutcome { get; private set; }

    public DateTimeOffset? DeliveredAt { get; private set; }

    public static WebhookDelivery Planned(Guid creditorId, Guid apiKeyId, string url, string query, string objectKey, DateTimeOffset now) =>
        new() { CreditorId = creditorId, ApiKeyId = apiKeyId, Url = url, Query = query, ObjectKey = objectKey, CreatedAt = now, DueAt = now };

    private static Guid NextId()
    {
        long before, next;
        do
        {
            before = Interlocked.Read(ref lastMade);
            next = Math.Max(before + 1, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        }
        while (Interlocked.CompareExchange(ref lastMade, next, before) != before);

        return Guid.CreateVersion7(DateTimeOffset.FromUnixTimeMilliseconds(next));
    }

    public void Delivered(string outcome, DateTimeOffset now)
    {
        Attempts++;
        (LastOutcome, DeliveredAt, DueAt) = (outcome, now, null);
    }

    /// <summary>Not taken: tried again later, ten times in all, then parked.</summary>
    public void Missed(string outcome, DateTimeOffset now)
    {
        Attempts++;
        LastOutcome = outcome;
        DueAt = Attempts > Waits.Length ? null : now + Waits[Attempts - 1];
    }

    public void Resend(DateTimeOffset now) => (DueAt, Attempts) = (now, 0);
}
