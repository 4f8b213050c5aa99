using Domi.Platform;

namespace Domi.Engine.PayLinks;

public enum PayLinkState { Created, Started, Pending, Paid, Declined, Expired }

/// <summary>One try to pay an invoice at once: by Bancontact, Payconiq or card, through the payment provider.</summary>
public sealed class PayLink
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid CreditorId { get; init; }

    /// <summary>The number that clients read as link id.</summary>
    public long Number { get; init; }

    public Guid InvoiceId { get; init; }

    /// <summary><c>bancontact</c>, <c>payconiq</c>, <c>card</c>.</summary>
    public required string Method { get; init; }

    public decimal Amount { get; init; }

    /// <summary>Hash of the token under which the provider knows the payment.</summary>
    public required string TokenHash { get; init; }

    public PayLinkState State { get; private set; } = PayLinkState.Started;

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? EndedAt { get; private set; }

    public int Version { get; private set; }

    public bool IsOpen => State is PayLinkState.Created or PayLinkState.Started or PayLinkState.Pending;

    public void Pay(DateTimeOffset now) => End(PayLinkState.Paid, now);

    public void Decline(DateTimeOffset now) => End(PayLinkState.Declined, now);

    /// <summary>The invoice was settled another way, or the page was left.</summary>
    public void Expire(DateTimeOffset now) => End(PayLinkState.Expired, now);

    private void End(PayLinkState state, DateTimeOffset now)
    {
        if (!IsOpen) throw new RefusedException("link_ended", $"Payment link {Number} is {State}.");
        (State, EndedAt) = (state, now);
        Version++;
    }
}
