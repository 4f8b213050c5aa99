using System.Security.Cryptography;
using Domi.Platform;
using Domi.Standards;

namespace Domi.Engine.Creditors;

/// <summary>Who collects: an account of this engine, with its own keys, profiles, customers and feeds.</summary>
public sealed class Creditor
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>The number that clients know as merchant id (<c>X-MERCHANT-ID</c>).</summary>
    public long MerchantId { get; init; }

    public required string Name { get; set; }

    public string Street { get; set; } = "";

    public string Zip { get; set; } = "";

    public string City { get; set; } = "";

    public string Country { get; set; } = "BE";

    public EnterpriseNumber? EnterpriseNumber { get; set; }

    /// <summary>SEPA creditor identifier: <c>BE41ZZZ0712845377</c>.</summary>
    public string CreditorIdentifier { get; set; } = "";

    /// <summary>Where collections and transfers arrive.</summary>
    public Iban? Account { get; set; }

    public Bic? Bic { get; set; }

    /// <summary>Language for a debtor of whom none is known.</summary>
    public string Language { get; set; } = "en";

    /// <summary>Mails to debtors leave under the creditor's own name and address.</summary>
    public string SenderName { get; set; } = "";

    public string SenderAddress { get; set; } = "";

    public string? ReplyTo { get; set; }

    public string? Phone { get; set; }

    /// <summary>The picture beside the name, on hosted pages and in mails; always a PNG that was drawn here.</summary>
    public string? LogoHash { get; set; }

    /// <summary>The colour of buttons and links as six hexadecimal digits, <see cref="Palette"/> makes it readable; null for the house's.</summary>
    public string? Accent { get; set; }

    /// <summary>Where a debtor goes when done, unless the call or the profile says otherwise; may have <c>{{type}}</c>, <c>{{id}}</c>, <c>{{ref}}</c>, <c>{{locale}}</c>, <c>{{state}}</c>.</summary>
    public string? ThankYouUrl { get; set; }

    /// <summary>A page with answers, in the foot of hosted pages and mails.</summary>
    public string? SupportUrl { get; set; }

    /// <summary>Signs exit addresses; sealed.</summary>
    public string WebsiteKeySealed { get; set; } = "";

    /// <summary>The secret behind the tokens of the hosted pages; sealed.</summary>
    public string PageSecretSealed { get; set; } = "";

    /// <summary>Number of the last feed event. Raised last in each transaction, so that order is commit order.</summary>
    public long FeedCounter { get; private set; }

    /// <summary>Numbers of direct debits and payment links, which clients read as integers; on PostgreSQL they come from a sequence.</summary>
    public long ObjectCounter { get; private set; }
}

/// <summary>A key of the API: who logs in with it reads its own feeds and gets its own webhooks.</summary>
public sealed class ApiKey
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid CreditorId { get; init; }

    public string Description { get; set; } = "";

    /// <summary>SHA-256, for look-up.</summary>
    public required string KeyHash { get; init; }

    /// <summary>Sealed: webhooks are signed with the key itself.</summary>
    public required string KeySealed { get; init; }

    /// <summary>Sealed; with it, log-in asks for a one-time password.</summary>
    public string? PrivateKeySealed { get; set; }

    /// <summary>The vendor's prefix in the one-time password; <c>own</c> for the creditor's own integration.</summary>
    public string Salt { get; set; } = "own";

    public string? WebhookUrl { get; set; }

    /// <summary>It reads and changes nothing.</summary>
    public bool IsReadOnly { get; set; }

    /// <summary>Names of the <see cref="Wire.KeyGroup"/>s it may use, with commas; null: all, also those that come later.</summary>
    public string? Groups { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; set; }

    /// <summary>A key as it is kept, found by its hash.</summary>
    /// <param name="privateKey">Null: log-in asks for no one-time password.</param>
    public static ApiKey Of(Guid creditorId, string description, string key, string? privateKey, Secrets secrets) => new()
    {
        CreditorId = creditorId,
        Description = description,
        KeyHash = Secrets.HashOf(key),
        KeySealed = secrets.Seal(key),
        PrivateKeySealed = privateKey is null ? null : secrets.Seal(privateKey),
        CreatedAt = TimeProvider.System.GetUtcNow(),
    };

    public static string NewKey() => Convert.ToHexString(RandomNumberGenerator.GetBytes(20));

    public static string NewPrivateKey() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}

/// <summary>A log-in: valid for 24 hours on the wall clock. Logging out ends all sessions of the key.</summary>
public sealed class Session
{
    public required string TokenHash { get; init; }

    public Guid ApiKeyId { get; init; }

    public Guid CreditorId { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>A failed log-in, for the brake on guessing.</summary>
public sealed class FailedLogin
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>Where an unknown key came from, or <c>key:</c> and the id of the key whose password was wrong.</summary>
    public required string Address { get; init; }

    public DateTimeOffset At { get; init; }
}
