using Domi.Platform;

namespace Domi.BackOffice.Connections;

/// <summary>
/// An own company's account at a provider: the built-in engine, or Twikey. New credentials for the same merchant keep it; another
/// merchant or address is a new connection, read from the start.
/// </summary>
public sealed class Connection
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid OwnCompanyId { get; init; }

    public required string BaseAddress { get; set; }

    /// <summary>The customer number at the provider.</summary>
    public required string MerchantNumber { get; init; }

    public required string ApiKeySealed { get; set; }

    public string? PrivateKeySealed { get; set; }

    /// <summary>Prefix of the one-time password.</summary>
    public string Salt { get; set; } = "own";

    /// <summary>Token in the webhook address.</summary>
    public required string HookToken { get; init; }

    /// <summary>The one that new invoices go to.</summary>
    public bool IsActive { get; set; } = true;

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the feeds are read next, on the wall clock.</summary>
    public DateTimeOffset? PollDueAt { get; set; }

    public DateTimeOffset? LastReadAt { get; set; }

    public DateTimeOffset? LastWebhookAt { get; set; }

    public string? LastError { get; set; }

    public string? LastErrorText { get; set; }

    public DateTimeOffset? LastErrorAt { get; set; }

    /// <summary>The provider has no payment feed: money is read from the invoice feed, with amounts assumed.</summary>
    public bool LacksPaymentFeed { get; set; }

    public DateTimeOffset? ProfilesReadAt { get; set; }

    /// <summary>When the nightly check last compared our open invoices with the provider's.</summary>
    public DateTimeOffset? CheckedAt { get; set; }

    /// <summary>How many invoices differed then.</summary>
    public int CheckDifferences { get; set; }

    public bool IsBuiltIn { get; init; }

    /// <summary>New credentials: what went wrong with the former says nothing any more.</summary>
    public void Mended() => (LastError, LastErrorText, LastErrorAt) = (null, null, null);

    public void ReadWell(DateTimeOffset now) => (LastReadAt, LastError, LastErrorText, LastErrorAt) = (now, null, null, null);

    public void Failed(string code, string text, DateTimeOffset now) =>
        (LastError, LastErrorText, LastErrorAt) = (code, FieldText.Cut(text, 480), now);
}

/// <summary>A contract template of the provider.</summary>
public sealed class ProviderProfile
{
    public Guid ConnectionId { get; init; }

    public int Number { get; init; }

    public Guid OwnCompanyId { get; init; }

    public required string Name { get; set; }

    /// <summary>CORE, B2B, CREDITCARD…</summary>
    public string Type { get; set; } = "CORE";

    public bool IsActive { get; set; }
}

/// <summary>Where the reader of a feed is. Null is the beginning.</summary>
public sealed class FeedPosition
{
    public Guid ConnectionId { get; init; }

    /// <summary><c>payments</c>, <c>invoices</c>, <c>mandates</c>.</summary>
    public required string Feed { get; init; }

    public string? Position { get; set; }

    /// <summary>When the feed last had something.</summary>
    public DateTimeOffset? LastNewsAt { get; set; }
}

public enum InboxState { Applied, Unchanged, Quarantined, Dismissed }

/// <summary>An event that was read: its key keeps it from being applied twice, and what made no sense is kept with its content.</summary>
public sealed class InboxEvent
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid OwnCompanyId { get; init; }

    public Guid ConnectionId { get; init; }

    public required string Feed { get; init; }

    /// <summary>Sequence and SHA-256 of the canonical event.</summary>
    public required string Key { get; init; }

    public string? Position { get; init; }

    public InboxState State { get; set; }

    /// <summary>Why it was quarantined: <c>unknown_invoice</c>, <c>unreadable</c>, <c>unknown_relation</c>…</summary>
    public string? Reason { get; set; }

    /// <summary>The event as it came; kept for what is quarantined.</summary>
    public string? Payload { get; set; }

    /// <summary>When it was read; of one that was set aside and read again, that time.</summary>
    public DateTimeOffset ReceivedAt { get; set; }
}
