using Domi.Platform;

namespace Domi.Engine.Invoices;

public enum InvoiceState { Booked, Pending, Paid, Expired, Archived }

/// <summary>
/// What a customer owes on one document. Booked → Pending (being collected) → Paid; Expired is Booked after the due date; a failed
/// collection or a refund opens it again; Archived is off the table.
/// </summary>
/// <remarks>Source: Twikey API, Invoices; the central rule of what happens after booking.</remarks>
public sealed class Invoice
{
    private Invoice() { } // for EF Core

    public Invoice(Guid creditorId, Guid publicId, string number, decimal amount, DateOnly date, DateOnly dueOn, DateTimeOffset now, Guid id)
    {
        (Id, CreditorId, PublicId, Number, Amount, Date, DueOn, CreatedAt, UpdatedAt) = (id, creditorId, publicId, number, amount, date, dueOn, now, now);
        State = amount == 0m ? InvoiceState.Paid : InvoiceState.Booked;
        if (State is InvoiceState.Paid) PaidAt = now;
    }

    /// <summary>Our own key: two creditors may use one public id.</summary>
    public Guid Id { get; private init; }

    public Guid CreditorId { get; private init; }

    /// <summary>The id the client gave or got; unique per creditor.</summary>
    public Guid PublicId { get; private init; }

    /// <summary>Unique per creditor.</summary>
    public string Number { get; private init; } = "";

    public Guid CustomerId { get; init; }

    public Guid ProfileId { get; init; }

    public string Title { get; set; } = "";

    /// <summary>What the payer writes: a structured communication as 12 digits, or text.</summary>
    public string Remittance { get; set; } = "";

    /// <summary>The client's own reference, given back unchanged.</summary>
    public string? Ref { get; set; }

    /// <summary>Including VAT, euro; negative for a credit note.</summary>
    public decimal Amount { get; private init; }

    /// <summary>Sum of the payments less what was taken back.</summary>
    public decimal PaidAmount { get; private set; }

    public DateOnly Date { get; set; }

    public DateOnly DueOn { get; private set; }

    public string? Locale { get; set; }

    /// <summary>No automatic collection, whatever mandate there is.</summary>
    public bool IsManual { get; init; }

    public string? RedirectUrl { get; set; }

    /// <summary>Recipient of this invoice only.</summary>
    public string? Email { get; set; }

    public string? Cc { get; set; }

    /// <summary><c>email</c>, <c>print</c>, <c>peppol</c> or <c>disabled</c>.</summary>
    public string? Delivery { get; init; }

    public string? RelatedInvoiceNumber { get; init; }

    public string? Partner { get; init; }

    /// <summary>The billing run the client names.</summary>
    public string? Campaign { get; init; }

    /// <summary>Values of the client's own, by name; JSON.</summary>
    public string? AttributesJson { get; private set; }

    public string? DocumentHash { get; set; }

    /// <summary>The UBL document it was made from.</summary>
    public string? UblHash { get; set; }

    /// <summary>The lines as given, for the page; never computed with.</summary>
    public string? LinesJson { get; init; }

    public InvoiceState State { get; private set; }

    public DateTimeOffset CreatedAt { get; private init; }

    public DateTimeOffset UpdatedAt { get; private set; }

    public DateTimeOffset? PaidAt { get; private set; }

    /// <summary>When the engine announced the collection, or learned that the client's invoice does.</summary>
    public DateTimeOffset? AnnouncedAt { get; set; }

    /// <summary>The day on which the debtor himself wants it collected, from a TARGET day on; null when he chose none.</summary>
    public DateOnly? ScheduledOn { get; private set; }

    public int ReminderLevel { get; private set; }

    /// <summary>Hash of the token of the payment page.</summary>
    public required string PageTokenHash { get; init; }

    /// <summary>The last failure of a collection, as a reason code.</summary>
    public string? LastError { get; private set; }

    public int Version { get; private set; }

    public decimal Open => Amount - PaidAmount;

    /// <summary>What came in beyond the amount: the debtor's, until it is given back.</summary>
    public decimal Overpaid => Math.Max(0m, PaidAmount - Math.Max(0m, Amount));

    public bool IsPayable => State is InvoiceState.Booked or InvoiceState.Expired && Open > 0;

    public string WireState => State.ToString().ToUpperInvariant();

    /// <summary>A collection on a mandate is under way.</summary>
    public void Collect(DateTimeOffset now)
    {
        Require(State is InvoiceState.Booked or InvoiceState.Expired);
        Become(InvoiceState.Pending, now);
    }

    /// <summary>The debtor chooses the day of its collection; null takes the choice back.</summary>
    public void Schedule(DateOnly? on, DateTimeOffset now)
    {
        Require(State is InvoiceState.Booked or InvoiceState.Expired);
        if (ScheduledOn == on) return;
        ScheduledOn = on;
        Touch(now);
    }

    /// <summary>Money came in; more than is open stays visible as a double payment.</summary>
    /// <returns>True when it is more than was open.</returns>
    public bool Receive(decimal amount, DateTimeOffset now)
    {
        var isMore = amount > Open;
        PaidAmount += amount;
        LastError = null;
        if (Open <= 0)
        {
            PaidAt ??= now;
            Become(InvoiceState.Paid, now);
        }
        else if (State is InvoiceState.Paid)
        {
            Become(OpenState(now), now);
        }
        else
        {
            Touch(now);
        }

        return isMore;
    }

    /// <summary>Money that had come in was taken back (R-transaction, refund).</summary>
    public void TakeBack(decimal amount, string? reasonCode, DateTimeOffset now)
    {
        PaidAmount -= amount;
        (LastError, ScheduledOn) = (reasonCode, null);
        if (Open <= 0)
        {
            Touch(now);
            return;
        }

        PaidAt = null;
        if (State is not InvoiceState.Archived) Become(OpenState(now), now);
    }

    /// <summary>A collection ended without money; <paramref name="retries"/> keeps it under way.</summary>
    public void Fail(string reasonCode, bool retries, DateTimeOffset now)
    {
        (LastError, ScheduledOn) = (reasonCode, null);
        if (Open > 0 && State is InvoiceState.Pending or InvoiceState.Booked or InvoiceState.Expired)
            Become(retries ? InvoiceState.Pending : OpenState(now), now);
        else
            Touch(now);
    }

    /// <summary>The collection was withdrawn before it was sent.</summary>
    public void StopCollecting(DateTimeOffset now)
    {
        if (State is not InvoiceState.Pending) return;
        ScheduledOn = null;
        Become(OpenState(now), now);
    }

    public bool Expire(DateTimeOffset now)
    {
        if (State is not InvoiceState.Booked || DueOn >= now.BrusselsDate()) return false;
        Become(InvoiceState.Expired, now);
        return true;
    }

    /// <summary>Another due date: what is open is booked or expired by it.</summary>
    public void FallDue(DateOnly on, DateTimeOffset now)
    {
        DueOn = on;
        if (State is InvoiceState.Booked or InvoiceState.Expired && State != OpenState(now)) Become(OpenState(now), now);
    }

    /// <summary>What is settled or off the table is not sent: it would ask for nothing.</summary>
    public void MayBeSent() => Require(State is InvoiceState.Booked or InvoiceState.Expired or InvoiceState.Pending);

    public void MarkPaidByHand(DateTimeOffset at, DateTimeOffset now)
    {
        Require(State is InvoiceState.Booked or InvoiceState.Expired or InvoiceState.Paid);
        if (State is InvoiceState.Paid) return;
        PaidAmount = Amount;
        PaidAt = at;
        Become(InvoiceState.Paid, now);
    }

    public void Archive(DateTimeOffset now)
    {
        Require(State is not InvoiceState.Pending);
        if (State is not InvoiceState.Archived) Become(InvoiceState.Archived, now);
    }

    /// <summary>Back on the table: from the archive, or a payment by hand that was wrong.</summary>
    public void Reopen(DateTimeOffset now)
    {
        Require(State is InvoiceState.Archived or InvoiceState.Booked or InvoiceState.Expired);
        if (State is InvoiceState.Archived) Become(Open <= 0 && Amount >= 0 ? InvoiceState.Paid : OpenState(now), now);
    }

    public void Remind(DateTimeOffset now)
    {
        MayBeSent();
        Require(Amount > 0); // nobody owes a credit note
        ReminderLevel = Math.Min(4, ReminderLevel + 1);
        Touch(now);
    }

    public void MayBeDeleted() => Require(State is not InvoiceState.Pending);

    public void Describe(string? attributesJson) => AttributesJson = attributesJson;

    public void Touch(DateTimeOffset now)
    {
        UpdatedAt = now;
        Version++;
    }

    private InvoiceState OpenState(DateTimeOffset now) => DueOn < now.BrusselsDate() ? InvoiceState.Expired : InvoiceState.Booked;

    private void Become(InvoiceState state, DateTimeOffset now)
    {
        State = state;
        Touch(now);
    }

    private void Require(bool allowed)
    {
        if (!allowed) throw new RefusedException("err_invalid_state", $"Invoice {Number} is {State}.", ("number", Number));
    }
}

public enum PaymentKind { Payment, Failure, Refund }

/// <summary>
/// Something that happened to the money of an invoice. Rows are only ever added; the source key makes one event one row, however
/// often it is reported.
/// </summary>
public sealed class InvoicePayment
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid CreditorId { get; init; }

    public Guid InvoiceId { get; init; }

    public PaymentKind Kind { get; init; }

    /// <summary>Euro, positive: what came in, what failed, what was taken back.</summary>
    public decimal Amount { get; init; }

    /// <summary>True when the failure took back money that had come in.</summary>
    public bool Reverses { get; init; }

    /// <summary>Unique per creditor: <c>dd:&lt;e2e&gt;:paid</c>, <c>link:&lt;number&gt;:paid</c>.</summary>
    public required string SourceKey { get; init; }

    /// <summary><c>sdd</c>, <c>paylink</c>, <c>transfer</c> or <c>manual</c>.</summary>
    public required string Method { get; init; }

    public Guid? DirectDebitId { get; init; }

    public Guid? PayLinkId { get; init; }

    public string? ReasonCode { get; init; }

    /// <summary>It came in although the invoice was settled.</summary>
    public bool IsDouble { get; init; }

    public DateTimeOffset OccurredAt { get; init; }
}
