namespace Domi.Twikey;

/// <summary>An invoice as the service has it.</summary>
/// <param name="Number">The merchant's invoice number.</param>
/// <param name="Remittance">Payment reference; for Belgium the twelve digits of a structured communication.</param>
/// <param name="State"><c>BOOKED</c>, <c>PENDING</c>, <c>PAID</c>, <c>EXPIRED</c>, <c>ARCHIVED</c>, or one not known yet; upper case.</param>
/// <param name="Amount">Euro, VAT included; negative for a credit note.</param>
/// <param name="Url">The payment page.</param>
/// <param name="Ct">The profile.</param>
/// <param name="Ref">The merchant's own reference, as given at creation.</param>
public sealed record TwikeyInvoice(
    Guid Id, string Number, string? Title, string? Remittance, string State, decimal Amount, Uri? Url,
    DateOnly? IssuedOn, DateOnly? DueOn, long? Ct, string? Ref)
{
    /// <summary>Whether automatic collection is off; <c>null</c> when not told.</summary>
    public bool? Manual { get; init; }

    /// <summary>The debtor's number; only in feeds and where the service adds the customer.</summary>
    public string? CustomerNumber { get; init; }

    /// <summary>Payment attempts, newest first; only in feeds.</summary>
    public IReadOnlyList<LastPayment> LastPayments { get; init; } = [];

    /// <summary>Reminders sent so far; only in feeds.</summary>
    public long? ReminderLevel { get; init; }

    /// <summary>Why the last attempt failed, in the service's words; only in feeds.</summary>
    public string? LastError { get; init; }
}

/// <summary>The last attempt to pay an invoice, as the invoice feed tells it; it has no amount.</summary>
/// <param name="Method"><c>sdd</c>, <c>rcc</c>, <c>paylink</c>, <c>transfer</c>, <c>reporting</c>, <c>manual</c>, or another.</param>
/// <param name="Action"><c>payment</c> or <c>payment_fail</c>.</param>
/// <param name="EndToEndId">The direct debit's end-to-end id.</param>
/// <param name="ReasonCode">Reason code of a failure, as the bank gave it.</param>
/// <param name="Link">The payment link.</param>
/// <param name="IsDouble">Whether the invoice was paid before.</param>
public sealed record LastPayment(
    string? Method, string? Action, string? Id, string? EndToEndId, string? PaymentInformationId, string? Iban, string? Bic,
    string? ReasonCode, string? Link, string? Message, string? MandateReference, DateTimeOffset? At, bool IsDouble);

/// <summary>The debtor of a new invoice: found by number, else by e-mail; created when unknown.</summary>
/// <param name="CustomerNumber">At most 50 characters. Number or e-mail is required.</param>
/// <param name="Email">At most 70 characters.</param>
public sealed record InvoiceCustomer(string? CustomerNumber, string? Email)
{
    public string? FirstName { get; init; }

    public string? LastName { get; init; }

    /// <summary>Makes the customer a company.</summary>
    public string? CompanyName { get; init; }

    /// <summary>Enterprise number.</summary>
    public string? Coc { get; init; }

    /// <summary>Street and number, at most 70 characters.</summary>
    public string? Address { get; init; }

    public string? Zip { get; init; }

    public string? City { get; init; }

    /// <summary>ISO 3166-1, two letters.</summary>
    public string? Country { get; init; }

    /// <summary>Two letters: <c>nl</c>, <c>fr</c>, <c>de</c>, <c>en</c>…</summary>
    public string? Language { get; init; }

    /// <summary>International form: <c>+32…</c>.</summary>
    public string? Mobile { get; init; }
}

/// <summary>A line of a new invoice. The lines, VAT included, must add up to the invoice's amount.</summary>
/// <param name="Unit">At most three characters.</param>
/// <param name="UnitPrice">Euro, without VAT.</param>
/// <param name="VatRate">Percentage.</param>
/// <param name="VatSum">Euro, for the whole line.</param>
public sealed record NewInvoiceLine(
    string? Code, string Description, decimal Quantity, string? Unit, decimal UnitPrice, string? VatCode, decimal? VatRate, decimal? VatSum)
{
    public decimal? Discount { get; init; }
}

/// <summary>An invoice to create.</summary>
/// <remarks>
/// A number that is used already is answered with the existing invoice, whoever's it is: compare id, number and amount of the answer
/// before believing it.
/// </remarks>
/// <param name="Id">Chosen by the caller before the first try, so that a second try is recognised.</param>
/// <param name="Number">Unique, at most 50 characters.</param>
/// <param name="Amount">Euro, VAT included; negative for a credit note.</param>
public sealed record NewInvoice(Guid Id, string Number, decimal Amount, DateOnly IssuedOn, DateOnly DueOn, InvoiceCustomer Customer)
{
    /// <summary>Shown to the debtor, at most 140 characters; made up by the service when absent.</summary>
    public string? Title { get; init; }

    /// <summary>Payment reference, at most 140 characters; the title when absent.</summary>
    public string? Remittance { get; init; }

    /// <summary>Own reference, echoed in feeds.</summary>
    public string? Ref { get; init; }

    /// <summary>The profile; the account's default when absent.</summary>
    public long? Ct { get; init; }

    /// <summary>Language of page and mails: <c>nl</c>, <c>nl_BE</c>…</summary>
    public string? Locale { get; init; }

    /// <summary><c>true</c> for no automatic collection.</summary>
    public bool? Manual { get; init; }

    /// <summary>The document itself.</summary>
    public byte[]? Pdf { get; init; }

    /// <summary>Where the payer goes after paying.</summary>
    public Uri? RedirectUrl { get; init; }

    /// <summary>Recipient of this invoice only.</summary>
    public string? Email { get; init; }

    /// <summary>Further recipients.</summary>
    public IReadOnlyList<string> Cc { get; init; } = [];

    /// <summary>Number of the invoice that this credit note corrects.</summary>
    public string? RelatedInvoiceNumber { get; init; }

    public IReadOnlyList<NewInvoiceLine> Lines { get; init; } = [];

    /// <summary><c>email</c>, <c>print</c>, <c>peppol</c> or <c>disabled</c>.</summary>
    public string? Delivery { get; init; }

    /// <summary>Values for the account's own attributes.</summary>
    public IReadOnlyDictionary<string, string> Extra { get; init; } = new Dictionary<string, string>();

    /// <summary>Form of the payment address: <c>qr</c> (read by bank apps; the default) or <c>redirect</c>.</summary>
    public string? Purpose { get; init; }

    /// <summary>Shown in Twikey as who registered the invoice.</summary>
    public string? Partner { get; init; }

    /// <summary>Collect even when the mandate is suspended or cancelled.</summary>
    public bool ForceTransaction { get; init; }
}

/// <summary>What changes on an invoice; what is <c>null</c> stays.</summary>
public sealed record InvoiceChanges
{
    public string? Title { get; init; }

    public DateOnly? IssuedOn { get; init; }

    public DateOnly? DueOn { get; init; }

    /// <summary>The document itself.</summary>
    public byte[]? Pdf { get; init; }

    public string? Ref { get; init; }

    /// <summary><c>booked</c>, <c>archived</c> or <c>paid</c>.</summary>
    public string? State { get; init; }

    /// <summary>Values for the account's own attributes.</summary>
    public IReadOnlyDictionary<string, string> Extra { get; init; } = new Dictionary<string, string>();
}
