using Domi.Standards;

namespace Domi.Engine.Customers;

/// <summary>An account on which no new mandate is taken.</summary>
public sealed class BlockedAccount
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid CreditorId { get; init; }

    public Iban Account { get; init; }

    public string Reason { get; set; } = "";

    public DateTimeOffset CreatedAt { get; init; }
}
