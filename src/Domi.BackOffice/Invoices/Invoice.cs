using Domi.BackOffice.Relations;
using Domi.Platform;
using Domi.Standards;

namespace Domi.BackOffice.Invoices;

public enum InvoiceKind { Invoice, CreditNote }

public enum InvoiceState { Proposal, Numbered }

/// <summary>Where the money stands: a projection of the ledger, written by <c>Ledger.Post</c> alone.</summary>
public enum PaymentState { None, Unpaid, PartiallyPaid, Paid, Overpaid }

/// <summary>Where the payment link stands.</summary>
public enum LinkState { None, Waiting, Ready, Failed }

/// <summary>Where the sending stands. Uncertain: handed over, and nobody can tell whether it arrived.</summary>
public enum SendState { NotSent, Waiting, HandingOver, Sent, Failed, Uncertain }

/// <summary>An invoice or credit note: a proposal that can be edited, then numbered and immutable.</summary>
public sealed class Invoice
{
    private Invoice() { } // for EF Core

    public Invoice(Guid ownCompanyId, Guid relationId, InvoiceKind kind, DateTimeOffset now, Guid? id = null)
    {
        (OwnCompanyId, RelationId, Kind, CreatedAt) = (ownCompanyId, relationId, kind, now);
        if (id is { } chosen) Id = chosen;
    }

    /// <summary>Chosen here and sent to the provider, so that a repeated request is recognised.</summary>
    public Guid Id { get; private init; } = Guid.CreateVersion7();

    public Guid OwnCompanyId { get; private init; }

    public Guid RelationId { get; private set; }

    public InvoiceKind Kind { get; private init; }

    public InvoiceState State { get; private set; }

    public string? Number { get; private set; }

    public int? FiscalYear { get; private set; }

    public DateOnly? Date { get; set; }

    public DateOnly? DueOn { get; set; }

    public StructuredCommunication? Communication { get; private set; }

    public string Description { get; set; } = "";

    public string Text { get; set; } = "";

    public string? PoNumber { get; set; }

    public string Language { get; set; } = "fr";

    public decimal TotalExclVat { get; private set; }

    public decimal TotalVat { get; private set; }

    public decimal TotalInclVat { get; private set; }

    // Projection of the ledger.

    public decimal Paid { get; private set; }

    public decimal Open { get; private set; }

    public PaymentState PaymentState { get; private set; }

    // Payment link and provider.

    public Guid? ConnectionId { get; private set; }

    public LinkState LinkState { get; private set; }

    public DateTimeOffset? LinkDueAt { get; private set; }

    public int LinkAttempts { get; private set; }

    /// <summary>Support code of what keeps the link away: <c>TWK-NUMBER-TAKEN</c>.</summary>
    public string? LinkError { get; private set; }

    public string? PaymentUrl { get; private set; }

    /// <summary>Frozen from the provider's answer: PENDING is direct debit, BOOKED is manual.</summary>
    public PaymentMethod? Method { get; private set; }

    /// <summary>The provider's word of the invoice: what is shown, never money.</summary>
    public string? ProviderState { get; private set; }

    public DateOnly? CollectionOn { get; private set; }

    public string? MandateReference { get; private set; }

    public string? CreditorIdentifier { get; private set; }

    /// <summary>Reason code of the last collection that failed, until money comes.</summary>
    public string? FailureCode { get; private set; }

    // Document and sending.

    public string? PdfHash { get; private set; }

    public string? PdfError { get; private set; }

    public DateTimeOffset? PdfMadeAt { get; private set; }

    /// <summary>The PDF went to the provider too.</summary>
    public bool PdfIsAtProvider { get; private set; }

    public SendState SendState { get; private set; }

    public DateTimeOffset? SendDueAt { get; private set; }

    public int SendAttempts { get; private set; }

    public string? SendError { get; private set; }

    public DateTimeOffset? SentAt { get; private set; }

    public string? SentTo { get; private set; }

    /// <summary>A person decided to send although there is no link.</summary>
    public bool SendsWithoutLink { get; private set; }

    public int Reminders { get; private set; }

    public DateTimeOffset? LastRemindedAt { get; private set; }

    /// <summary>The invoice that a credit note credits.</summary>
    public Guid? CreditsInvoiceId { get; init; }

    public string CreatedBy { get; init; } = "";

    public DateTimeOffset CreatedAt { get; private init; }

    public DateTimeOffset? NumberedAt { get; private set; }

    public int Version { get; private set; }

    public List<InvoiceLine> Lines { get; } = [];

    /// <summary>
    /// The provider collects it: nobody is reminded of it. Also an invoice that went out as manual, when its debtor set up automatic payment on
    /// its page: <see cref="Method"/> is what its document says, this is what happens.
    /// </summary>
    public bool IsBeingCollected => ProviderState == "PENDING" && Open > 0;

    /// <summary>
    /// Its papers announce a collection and hide the reference: by its own method, as long as the provider still collects. An invoice whose
    /// collection came back for good, or whose mandate ended, asks for a transfer.
    /// </summary>
    public bool AnnouncesCollection => Method is PaymentMethod.DirectDebit && ProviderState is not ("BOOKED" or "EXPIRED" or "ARCHIVED");

    /// <summary>The provider has it as paid, and no payment was told: marked by hand there, or a payment that is lost. A person looks.</summary>
    public bool IsPaidElsewhere => ProviderState == "PAID" && Open > 0;

    /// <summary>Overdue, and nobody says that it is being paid.</summary>
    public bool CanBeReminded(DateOnly today) => IsOverdue(today) && !IsBeingCollected && !IsPaidElsewhere;

    public bool IsOverdue(DateOnly today) => State is InvoiceState.Numbered && Kind is InvoiceKind.Invoice && Open > 0 && DueOn < today;

    /// <summary>What the payer writes: the structured communication, else the number.</summary>
    public string PaymentReference => Communication?.ToString() ?? Number ?? "";

    /// <summary>Replaces what can be edited of a proposal, and computes the totals: VAT once per rate on the document.</summary>
    /// <exception cref="RefusedException"><c>invoice_numbered</c>; <c>lines_missing</c>; <c>amount_too_large</c>.</exception>
    public void Edit(Guid relationId, IReadOnlyList<InvoiceLine> lines)
    {
        Require(State is InvoiceState.Proposal, "invoice_numbered");
        var total = Totals.Of(lines);
        if (Math.Abs(total.InclVat) > 99_999_999m) throw new RefusedException("amount_too_large", "The total is larger than an invoice can be.") { Field = "Lines" };
        RelationId = relationId;
        Lines.Clear();
        Lines.AddRange(lines);
        (TotalExclVat, TotalVat, TotalInclVat) = (total.ExclVat, total.Vat, total.InclVat);
        Version++;
    }

    /// <summary>Gives the number; from here on the document does not change any more.</summary>
    public void Assign(string number, int fiscalYear, DateOnly date, DateOnly dueOn, StructuredCommunication? communication, Guid? connectionId, DateTimeOffset now)
    {
        Require(State is InvoiceState.Proposal, "invoice_numbered");
        (State, Number, FiscalYear, Date, DueOn, Communication, NumberedAt) = (InvoiceState.Numbered, number, fiscalYear, date, dueOn, communication, now);
        ConnectionId = connectionId;
        if (connectionId is not null && Kind is InvoiceKind.Invoice && TotalInclVat > 0) (LinkState, LinkDueAt) = (LinkState.Waiting, now);
        else Method = PaymentMethod.Manual;
        Version++;
    }

    // ---- link

    public void LinkArrived(string url, string providerState, string? mandateReference, string? creditorIdentifier, DateOnly? collectionOn, DateTimeOffset now)
    {
        (LinkState, LinkDueAt, LinkError, PaymentUrl) = (LinkState.Ready, null, null, url);
        Method ??= providerState == "PENDING" ? PaymentMethod.DirectDebit : PaymentMethod.Manual;
        ProviderState = providerState;
        (MandateReference, CreditorIdentifier, CollectionOn) = (mandateReference, creditorIdentifier, collectionOn);
        // A document that was made without the link is out of date, also for the provider's page of an invoice that left without.
        PdfHash = null;
        if (SendState is SendState.Waiting or SendState.Sent) SendDueAt = now;
        Version++;
    }

    public void LinkLater(string error, DateTimeOffset until)
    {
        LinkAttempts++;
        (LinkError, LinkDueAt) = (error, until);
        Version++;
    }

    /// <summary>A person has to decide: the provider declined, or has something else under our number.</summary>
    public void LinkFailed(string error)
    {
        LinkAttempts++;
        (LinkState, LinkError, LinkDueAt) = (LinkState.Failed, error, null);
        Version++;
    }

    public void AskLinkAgain(DateTimeOffset now)
    {
        Require(LinkState is LinkState.Failed or LinkState.Waiting, "link_not_waiting");
        (LinkState, LinkDueAt, LinkError) = (LinkState.Waiting, now, null);
        Version++;
    }

    // ---- what the provider shows

    /// <returns>True when something that people see changed.</returns>
    public bool Show(string providerState)
    {
        if (ProviderState == providerState) return false;
        var announced = AnnouncesCollection;
        ProviderState = providerState;
        if (announced && !AnnouncesCollection) (CollectionOn, PdfHash) = (null, null); // what the document says no longer holds
        Version++;
        return true;
    }

    public void CollectsOn(DateOnly? day, string? mandateReference)
    {
        (CollectionOn, MandateReference) = (day ?? CollectionOn, mandateReference ?? MandateReference);
        Version++;
    }

    public void CollectionFailed(string? code)
    {
        FailureCode = code;
        Version++;
    }

    // ---- document

    public void PdfMade(string hash, DateTimeOffset now)
    {
        (PdfHash, PdfError, PdfMadeAt, PdfIsAtProvider) = (hash, null, now, false);
        Version++;
    }

    public void PdfFailed(string error)
    {
        PdfError = error;
        Version++;
    }

    public void PdfHandedToProvider()
    {
        PdfIsAtProvider = true;
        if (SendState is SendState.Sent) SendDueAt = null; // only the copy was missing
        Version++;
    }

    // ---- sending

    /// <summary>A slip of the keyboard (0206, 20226) is no date of an invoice; none at all may be.</summary>
    /// <exception cref="RefusedException"><c>date_impossible</c>, at the field.</exception>
    public static void RequirePossible(DateOnly? day, string field)
    {
        if (day is { Year: < 2000 or > 2199 }) throw new RefusedException("date_impossible", $"{day} is no date of an invoice.") { Field = field };
    }

    /// <summary>Plans the sending; it waits for the link unless a person decided to do without. What was sent is sent again only on purpose.</summary>
    /// <exception cref="RefusedException"><c>invoice_not_numbered</c>, <c>sending_already</c>, <c>sent_already</c>, <c>paid_elsewhere</c>.</exception>
    public void Send(bool withoutLink, DateTimeOffset now, bool again = false)
    {
        Require(State is InvoiceState.Numbered, "invoice_not_numbered");
        Require(!IsPaidElsewhere, "paid_elsewhere");
        Require(SendState is not SendState.Sent || again, "sent_already");
        Require(SendState is SendState.NotSent or SendState.Failed or SendState.Sent || (SendState is SendState.Waiting && withoutLink), "sending_already");
        SendsWithoutLink = withoutLink;
        (SendState, SendError, SendAttempts) = (SendState.Waiting, null, 0);
        SendDueAt = LinkState is LinkState.Waiting or LinkState.Failed && !withoutLink ? null : now;
        Version++;
    }

    /// <summary>The provider has it, or will have: it was asked for a link. What it never hears of only the office can send.</summary>
    public bool IsAtProvider => LinkState is not LinkState.None;

    public void HandOver(string to, DateTimeOffset now)
    {
        (SendState, SendDueAt, SentTo, SentAt) = (SendState.HandingOver, null, to, now);
        Version++;
    }

    public void Sent(DateTimeOffset at)
    {
        (SendState, SendDueAt, SendError, SentAt) = (SendState.Sent, null, null, at);
        Version++;
    }

    public void SendLater(string error, DateTimeOffset until)
    {
        SendAttempts++;
        (SendState, SendError, SendDueAt) = (SendState.Waiting, error, until);
        Version++;
    }

    /// <summary>It is sent; only the provider's copy of the document has to wait.</summary>
    public void CopyLater(DateTimeOffset until)
    {
        SendAttempts++;
        SendDueAt = until;
        Version++;
    }

    public void SendFailed(string error)
    {
        (SendState, SendError, SendDueAt) = (SendState.Failed, error, null);
        Version++;
    }

    public void SendUncertain(string? why)
    {
        (SendState, SendError, SendDueAt) = (SendState.Uncertain, why, null);
        Version++;
    }

    /// <summary>A person saw whether what the provider was asked to send arrived. A mail of our own is settled on the mail itself.</summary>
    /// <exception cref="RefusedException"><c>sending_certain</c>.</exception>
    public void SettleSending(bool arrived, DateTimeOffset now)
    {
        Require(SendState is SendState.Uncertain && SentTo == "provider", "sending_certain");
        if (arrived) (SendState, SendError) = (SendState.Sent, null);
        else (SendState, SendError, SendAttempts, SendDueAt) = (SendState.Waiting, null, 0, now);
        Version++;
    }

    /// <summary>Counts a reminder.</summary>
    /// <exception cref="RefusedException"><c>reminder_not_due</c>: paid, being collected, or not yet due; <c>reminder_too_soon</c>: the second of a day.</exception>
    public void Remind(DateTimeOffset now)
    {
        Require(CanBeReminded(now.BrusselsDate()), "reminder_not_due");
        if (LastRemindedAt is { } last && last.BrusselsDate() == now.BrusselsDate()) throw new RefusedException("reminder_too_soon", $"Invoice {Number} was reminded today.", ("number", Number));
        Reminders++;
        LastRemindedAt = now;
        Version++;
    }

    /// <summary>Written by the ledger alone.</summary>
    internal void Project(decimal paid, decimal open, PaymentState state)
    {
        (Paid, Open, PaymentState) = (paid, open, state);
        Version++;
    }

    private void Require(bool allowed, string code)
    {
        if (!allowed) throw new RefusedException(code, $"Invoice {Number ?? Id.ToString()}: {code}.", ("number", Number ?? ""));
    }
}

/// <summary>One line: an amount with its VAT rate, or a text only.</summary>
public sealed class InvoiceLine
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid InvoiceId { get; init; }

    public int Position { get; init; }

    public string? Code { get; init; }

    public required string Description { get; init; }

    /// <summary>Up to three decimals.</summary>
    public decimal Quantity { get; init; } = 1m;

    /// <summary>Excluding VAT, up to four decimals.</summary>
    public decimal UnitPrice { get; init; }

    /// <summary>Percent.</summary>
    public decimal VatRate { get; init; }

    /// <summary>Excluding VAT, rounded to the cent.</summary>
    public decimal Amount => Math.Round(Quantity * UnitPrice, 2, MidpointRounding.AwayFromZero);
}

/// <summary>The sums of a document: VAT is rounded once per rate on the document total, as Belgian law has it since 2026.</summary>
public sealed record Totals(decimal ExclVat, decimal Vat, decimal InclVat, IReadOnlyList<Totals.PerRate> Rates)
{
    public sealed record PerRate(decimal Rate, decimal Base, decimal Vat);

    public static Totals Of(IEnumerable<InvoiceLine> lines)
    {
        var rates = lines.GroupBy(l => l.VatRate).OrderBy(g => g.Key)
            .Select(g => new PerRate(g.Key, g.Sum(l => l.Amount), Math.Round(g.Sum(l => l.Amount) * g.Key / 100m, 2, MidpointRounding.AwayFromZero))).ToList();
        var (excl, vat) = (rates.Sum(r => r.Base), rates.Sum(r => r.Vat));
        return new(excl, vat, excl + vat, rates);
    }
}
