using Domi.Platform;

namespace Domi.Engine.PayLinks;

public enum PayLinkState { Created, Started, Pending, Paid, Declined, Expired }

/// <summary>Why a link was made.</summary>
public enum PayLinkOrigin { Page, Api, Dunning, Import, Signature, CardRenewal }

/// <summary>
/// A request to pay an amount at once: by Bancontact, Payconiq or card, through the payment provider. Made by the API, by the failure plan,
/// or by a debtor on an invoice's page.
/// </summary>
/// <remarks>Created → Started (its page was opened) → Paid or Declined; a declined one can be tried again; Expired by the creditor's date.</remarks>
public sealed class PayLink
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid CreditorId { get; init; }

    /// <summary>The number that clients read as link id.</summary>
    public long Number { get; init; }

    public PayLinkOrigin Origin { get; init; }

    /// <summary>The invoice it pays, in whole or in part.</summary>
    public Guid? InvoiceId { get; init; }

    public Guid? CustomerId { get; set; }

    public Guid? ProfileId { get; init; }

    /// <summary>The mandate that is signed by paying it.</summary>
    public Guid? MandateId { get; init; }

    /// <summary>The link with <see cref="IsTemplate"/> that it was made from.</summary>
    public Guid? TemplateId { get; init; }

    /// <summary>Numbers of the failed transactions it pays, with commas.</summary>
    public string? TransactionNumbers { get; init; }

    /// <summary><c>bancontact</c>, <c>payconiq</c>, <c>card</c>…; none until the payer chose.</summary>
    public string? Method { get; private set; }

    /// <summary>What the payer reads.</summary>
    public string Title { get; init; } = "";

    /// <summary>The creditor's reference.</summary>
    public string? Ref { get; init; }

    public string? Place { get; init; }

    public decimal Amount { get; init; }

    /// <summary>A form that anybody may fill in: each payer gets a link of his own.</summary>
    public bool IsTemplate { get; init; }

    public string? RedirectUrl { get; init; }

    public string? Language { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Hash of the token of its page; none for a try from an invoice's page.</summary>
    public string? PageTokenHash { get; init; }

    /// <summary>Hash of the token under which the provider knows the payment that is tried.</summary>
    public string? TokenHash { get; private set; }

    public PayLinkState State { get; private set; } = PayLinkState.Created;

    /// <summary>Off the lists; a paid one keeps its history.</summary>
    public DateTimeOffset? ArchivedAt { get; private set; }

    /// <summary>What was given back of it.</summary>
    public decimal RefundedAmount { get; private set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? EndedAt { get; private set; }

    public DateTimeOffset UpdatedAt { get; private set; }

    public int Version { get; private set; }

    public bool IsOpen => State is PayLinkState.Created or PayLinkState.Started or PayLinkState.Pending;

    public string WireState => State.ToString().ToLowerInvariant();

    /// <summary>Still to be paid: also after a try that was declined.</summary>
    public bool MayBePaid(DateTimeOffset now) => (IsOpen || State is PayLinkState.Declined) && ArchivedAt is null && !(ExpiresAt <= now);

    /// <summary>The payer goes to the provider by a method; a former try is forgotten.</summary>
    /// <exception cref="RefusedException"><c>link_ended</c>.</exception>
    public void Start(string method, string tokenHash, DateTimeOffset now)
    {
        if (!MayBePaid(now)) throw new RefusedException("link_ended", $"Payment link {Number} is {State}.");
        (Method, TokenHash, State, EndedAt) = (method, tokenHash, PayLinkState.Started, null);
        Touch(now);
    }

    /// <summary>Its page was opened.</summary>
    /// <returns>True when that is news.</returns>
    public bool Open(DateTimeOffset now)
    {
        if (State is not PayLinkState.Created) return false;
        State = PayLinkState.Started;
        Touch(now);
        return true;
    }

    public void Pay(DateTimeOffset now) => End(PayLinkState.Paid, now);

    public void Decline(DateTimeOffset now) => End(PayLinkState.Declined, now);

    /// <summary>The invoice was settled another way, or the creditor's date passed.</summary>
    public void Expire(DateTimeOffset now)
    {
        if (State is PayLinkState.Declined) State = PayLinkState.Started; // a declined one ends for good too
        End(PayLinkState.Expired, now);
    }

    public void Archive(DateTimeOffset now)
    {
        ArchivedAt ??= now;
        Touch(now);
    }

    /// <summary>Gives back a part of what was paid.</summary>
    /// <exception cref="RefusedException"><c>err_invalid_state</c>: not paid; <c>err_invalid_amount</c>: more than is left.</exception>
    public void Refund(decimal amount, DateTimeOffset now)
    {
        if (State is not PayLinkState.Paid) throw new RefusedException("err_invalid_state", $"Payment link {Number} is not paid.");
        if (amount <= 0 || amount > Amount - RefundedAmount) throw new RefusedException("err_invalid_amount", $"{amount} is more than is left of {Amount - RefundedAmount}.", ("amount", amount)) { Field = "amount" };
        RefundedAmount += amount;
        Touch(now);
    }

    private void End(PayLinkState state, DateTimeOffset now)
    {
        if (!IsOpen) throw new RefusedException("link_ended", $"Payment link {Number} is {State}.");
        (State, EndedAt) = (state, now);
        Touch(now);
    }

    private void Touch(DateTimeOffset now)
    {
        UpdatedAt = now;
        Version++;
    }
}

/// <summary>Money of a payment link that was given back through the payment provider.</summary>
public sealed class LinkRefund
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid CreditorId { get; init; }

    public Guid PayLinkId { get; init; }

    public decimal Amount { get; init; }

    public string Message { get; init; } = "";

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>As clients know it.</summary>
    public string WireId => "re_" + Id.ToString("n");
}
