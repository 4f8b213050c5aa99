namespace Domi.Twikey;

/// <summary>Names of the feeds, as positions and inboxes are kept under.</summary>
public static class FeedNames
{
    /// <summary><c>GET /mandate</c>: signed, amended and cancelled agreements.</summary>
    public const string Mandates = "mandates";

    /// <summary><c>GET /invoice</c>: every change of state of an invoice.</summary>
    public const string Invoices = "invoices";

    /// <summary><c>GET /transaction</c>: feedback of the bank.</summary>
    public const string Transactions = "transactions";

    /// <summary><c>GET /payment/link/feed</c>: payment links.</summary>
    public const string PaymentLinks = "links";

    /// <summary><c>GET /transfer</c>: refunds and other credit transfers.</summary>
    public const string CreditTransfers = "transfers";

    /// <summary><c>GET /invoice/payment/feed</c>: payments, failures and refunds of invoices.</summary>
    public const string Payments = "payments";
}
