using Domi.Standards;

namespace Domi.Engine.Identity;

public enum IdentificationState { Started, Identified, Declined, Expired }

/// <summary>A person proves who he is at an identity provider: to identify himself only, or to sign a mandate.</summary>
public sealed class Identification
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid CreditorId { get; init; }

    public Guid ProfileId { get; init; }

    /// <summary>The mandate that is signed by it; none for an identification alone.</summary>
    public Guid? MandateId { get; init; }

    /// <summary>It is the second signer who proves who he is.</summary>
    public bool IsCoSigner { get; init; }

    /// <summary><c>itsme</c>, <c>idin</c>, <c>eid</c>, <c>emachtiging</c>.</summary>
    public required string Method { get; init; }

    /// <summary>The bank that identifies, where the method has banks.</summary>
    public string? Bic { get; init; }

    public string Language { get; init; } = "en";

    public string? RedirectUrl { get; init; }

    public required string TokenHash { get; init; }

    /// <summary>By which the provider's answer finds it back, once; with what that answer must hold.</summary>
    public string? StateHash { get; set; }

    public string? ExchangeSealed { get; set; }

    /// <summary>The person, at the provider.</summary>
    public string? Subject { get; set; }

    public IdentificationState State { get; set; }

    public string? Name { get; set; }

    public Iban? Account { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? EndedAt { get; set; }
}
