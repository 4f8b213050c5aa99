namespace Domi.Twikey;

/// <summary>A payment, failure or refund of an invoice: an entry of <c>GET /invoice/payment/feed</c>.</summary>
/// <param name="EventId"><c>evt_…</c>, unique.</param>
/// <param name="EventType"><c>payment</c>, <c>payment_failure</c> or <c>refund</c>; an open list.</param>
/// <param name="Amount">In <paramref name="Currency"/>, as sent.</param>
/// <param name="Error">Only of a failure.</param>
public sealed record TwikeyPayment(
    string EventId, string EventType, DateTimeOffset OccurredAt, decimal Amount, string Currency,
    PaymentOrigin Origin, PaymentGateway? Gateway, PaymentDetails Details, PaymentError? Error);

/// <summary>What was paid.</summary>
/// <param name="Object"><c>invoice</c>, or another.</param>
/// <param name="Id">Id of the invoice.</param>
/// <param name="Ref">The merchant's own reference, as given at creation.</param>
public sealed record PaymentOrigin(string? Object, Guid? Id, string? Number, string? Ref);

/// <summary>Through which bank or payment provider.</summary>
/// <param name="Type"><c>bank</c> or <c>psp</c>.</param>
public sealed record PaymentGateway(string? Id, string? Name, string? Type, string? Iban);

/// <summary>What identifies the payment; which members are filled depends on the source.</summary>
/// <param name="Source"><c>direct_debit</c>, <c>payment_link</c> or <c>credit_transfer</c>; an open list.</param>
/// <param name="PaymentId">Of a direct debit: the service's own id of it.</param>
/// <param name="EndToEndId">Of a direct debit.</param>
/// <param name="LinkId">Of a payment link.</param>
/// <param name="LinkMethod">Of a payment link: <c>bancontact</c>, <c>ideal</c>…</param>
/// <param name="CustomerIban">Of a credit transfer: the other account.</param>
/// <param name="RefundEndToEndId">Of a credit transfer that pays back.</param>
public sealed record PaymentDetails(
    string? Source, string? PaymentId, string? EndToEndId, string? MandateReference, string? LinkId, string? LinkMethod,
    string? CustomerIban, string? RefundEndToEndId);

/// <summary>Why a payment failed and what happens next.</summary>
/// <param name="Category">The bucket that decides what follows.</param>
/// <param name="ExternalCode">Reason code as the bank gave it: <c>AM04</c>, <c>MD06</c>…</param>
/// <param name="Action">Next step of the provider, such as <c>send_payment_link</c>.</param>
/// <param name="ActionStep">Its place in the series of steps.</param>
public sealed record PaymentError(
    string? Code, string? Description, string? Category, string? ExternalCode, string? Action, long? ActionStep);

/// <summary>A collection on a mandate: what a transaction is called at the bank.</summary>
/// <param name="State">OPEN, PAID or ERROR.</param>
/// <param name="RequestedOn">The day on which it is collected.</param>
public sealed record TwikeyTransaction(string Id, string? MandateReference, decimal Amount, string? Ref, string? State, DateOnly? RequestedOn);
