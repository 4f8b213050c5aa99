using Domi.Engine.DirectDebits;
using Domi.Standards;

namespace Domi.Engine.Profiles;

/// <summary>The document of an invoice in its mail: when there is one; always, so that without one nothing is mailed at booking; or never.</summary>
public enum InvoicePdf { IfThere, Needed, Never }

/// <summary>Whether a second person signs: nobody does, the first may name one, or must.</summary>
public enum CoSigning { None, Allowed, Required }

/// <summary>What an agreement is about: collecting from an account, charging a card, or terms alone.</summary>
public enum AgreementKind { DirectDebit, CreditCard, Contract }

/// <summary>A kind of agreement that the creditor offers (Twikey: template, <c>ct</c>), with its rules of collection.</summary>
public sealed class Profile
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid CreditorId { get; init; }

    /// <summary>The number that clients know as <c>ct</c>.</summary>
    public int Number { get; init; }

    public required string Name { get; set; }

    public AgreementKind Kind { get; init; }

    /// <summary>Of a direct debit; the others are open to everybody, as Core is.</summary>
    public MandateScheme Scheme { get; init; }

    public bool IsActive { get; set; } = true;

    /// <summary>Takes invoices that name no profile.</summary>
    public bool IsDefault { get; set; }

    /// <summary>Prefix of generated mandate references; own references may not begin with it.</summary>
    public string Prefix { get; init; } = "DOMI";

    /// <summary>Last number given behind the prefix; it grows even when an invitation is never signed.</summary>
    public long LastReference { get; private set; }

    /// <summary>TARGET days between today and the earliest collection.</summary>
    public int LeadDays { get; set; } = 2;

    /// <summary>Calendar days between the announcement and the collection: 14 unless the debtor agreed to fewer.</summary>
    public int PrenotificationDays { get; set; } = 14;

    /// <summary>The mandate or the contract says that fewer than 14 days are agreed.</summary>
    public bool ShorterNotificationAgreed { get; set; }

    /// <summary>Collections through the creditor's own bank that no invoice announces are announced by a mail of the engine, and leave only when its notice is over.</summary>
    public bool AnnouncesCollections { get; set; }

    /// <summary>Days until a collection that failed softly is tried again.</summary>
    public int RetryAfterDays { get; set; } = 5;

    /// <summary>How often a soft failure is tried again before the debtor gets a payment link.</summary>
    public int MostRetries { get; set; } = 2;

    /// <summary>What follows when a collection fails; JSON of <see cref="DirectDebits.FailurePlan"/>, null for the usual steps.</summary>
    public string? FailurePlanJson { get; set; }

    /// <summary>What a failed transaction costs the debtor, added to the next attempt; not to an invoice, whose amount is its document's.</summary>
    public decimal FailureCharge { get; set; }

    /// <summary>Open transactions go to the bank by themselves, in time for their day; else when somebody collects.</summary>
    public bool SendsByItself { get; set; } = true;

    /// <summary>Questions of its own that the signing page asks; JSON.</summary>
    public string? AttributesJson { get; set; }

    /// <summary>Ways to sign that are offered, with commas; null for all.</summary>
    public string? SignMethods { get; set; }

    /// <summary>Of agreements between businesses, and of contracts.</summary>
    public CoSigning CoSigning { get; set; }

    /// <summary>Ways to pay at once that are offered, with commas; null for all.</summary>
    public string? PayMethods { get; set; }

    /// <summary>Every mandate needs a number of the client's.</summary>
    public bool NeedsOwnReference { get; set; }

    /// <summary>Older invitations of a customer stay when a newer one is made or signed.</summary>
    public bool KeepsOlderInvitations { get; set; }

    /// <summary>A second mandate on the same account is refused.</summary>
    public bool OneMandatePerAccount { get; set; }

    /// <summary>Days after which an invitation is recalled, up to four, with commas: <c>3,7,14</c>.</summary>
    public string? ReminderDays { get; set; }

    /// <summary>Days an unopened link lives; 365 at most.</summary>
    public int LinkDays { get; set; } = 365;

    /// <summary>The creditor's own conditions beneath the mandate's text, per language; JSON.</summary>
    public string? TermsJson { get; set; }

    public FailurePlan FailurePlan => FailurePlanJson is null ? FailurePlan.Usual(MostRetries, RetryAfterDays) : FailurePlan.Read(FailurePlanJson);

    /// <summary>The engine mails the invoice when it is booked.</summary>
    public bool SendsInvoices { get; set; }

    /// <summary>Whether its document goes along, and whether the mail waits for one.</summary>
    public InvoicePdf InvoicePdf { get; set; }

    /// <summary>The payment page tells the account and communication for a transfer.</summary>
    public bool OffersTransfer { get; set; } = true;

    /// <summary>The payment page leads to a mandate for this invoice and the next ones.</summary>
    public bool OffersAutomatic { get; set; } = true;

    /// <summary>Days after the due date, or after today when that is later, on which a debtor may still have an invoice collected; 0: no choice of a day.</summary>
    public int ScheduleDays { get; set; } = 30;

    /// <summary>The debtor is offered a list of the invoices of the last three months, by mail.</summary>
    public bool ShowsHistory { get; set; }

    /// <summary>The debtor can write to the creditor from the payment page.</summary>
    public bool TakesQuestions { get; set; }

    /// <summary>The payment page asks a customer without an e-mail address for one.</summary>
    public bool AsksForEmail { get; set; }

    /// <summary>A code that goes on with the same page on a phone.</summary>
    public bool ShowsQr { get; set; } = true;

    /// <summary>What a payer reads at the payment provider, with <c>{number}</c> and <c>{title}</c>; null for the invoice's title.</summary>
    public string? PayMessage { get; set; }

    /// <summary>Where a payer of an invoice goes when it is paid, unless the invoice says otherwise; may have <c>{{id}}</c>, <c>{{number}}</c>, <c>{{locale}}</c>, <c>{{state}}</c>.</summary>
    public string? ThankYouUrl { get; set; }

    /// <summary>The creditor's own words on hosted pages and in mails, per language; JSON of <see cref="PageTexts"/>.</summary>
    public string? PageTextsJson { get; set; }

    /// <summary>The engine reminds of expired invoices by itself.</summary>
    public bool SendsReminders { get; set; }

    /// <summary>Where a signer goes when done, with nominal or positional placeholders.</summary>
    public string? ExitUrl { get; set; }

    /// <summary>A second signature is known of agreements between businesses and of contracts.</summary>
    public bool TakesCoSigners => Kind is AgreementKind.Contract || Scheme is MandateScheme.B2B;

    public string WireType => Kind switch
    {
        AgreementKind.CreditCard => "CREDITCARD",
        AgreementKind.Contract => "CONTRACT",
        _ => Scheme == MandateScheme.B2B ? "B2B" : "CORE",
    };

    /// <summary>The days of notice that bind: a number under 14 counts only when it was agreed.</summary>
    public int BindingNotificationDays => ShorterNotificationAgreed ? PrenotificationDays : Math.Max(14, PrenotificationDays);

    /// <summary>
    /// When an invoice can be collected: its due date, never earlier than today + lead and never earlier than the announcement + notice,
    /// moved to the next TARGET day. A card needs neither notice nor a bank's working day.
    /// </summary>
    /// <remarks>Source: SDD Core rulebook, pre-notification (14 calendar days); presentation at the latest D-1, banks ask for 2.</remarks>
    public DateOnly CollectOn(DateOnly dueOn, DateOnly announcedOn, DateOnly today)
    {
        if (Kind is AgreementKind.CreditCard) return dueOn > today ? dueOn : today;

        var noticed = announcedOn.AddDays(BindingNotificationDays);
        return TargetCalendar.NextOpen(new[] { dueOn, EarliestOn(today), noticed }.Max());
    }

    /// <summary>The first day for which the bank still takes a collection; a card is charged on any day.</summary>
    public DateOnly EarliestOn(DateOnly today) => Kind is AgreementKind.CreditCard ? today : TargetCalendar.AddOpenDays(TargetCalendar.NextOpen(today), LeadDays);

    /// <summary>A day for a collection that nothing announces, as early as can be: where the engine does it, the coming night, its notice comes first.</summary>
    public DateOnly PlanOn(DateOnly? wanted, DateOnly today)
    {
        var earliest = EarliestOn(today);
        if (AnnouncesCollections && Kind is AgreementKind.DirectDebit && today.AddDays(BindingNotificationDays + 1) is var noticed && noticed > earliest) earliest = noticed;
        return OpenOn(wanted > earliest ? wanted.Value : earliest);
    }

    /// <summary>A day, or the next one on which banks collect; a card is charged on any day.</summary>
    public DateOnly OpenOn(DateOnly day) => Kind is AgreementKind.CreditCard ? day : TargetCalendar.NextOpen(day);

    /// <summary>
    /// Between which days a debtor may have an invoice collected; null when he has no choice. He names the day himself, so it needs no
    /// notice, only time for the bank; and it does not go far beyond the due date, for he owes it.
    /// </summary>
    public (DateOnly First, DateOnly Last)? ScheduleOf(DateOnly dueOn, DateOnly today)
    {
        if (ScheduleDays == 0) return null;
        var (first, last) = (EarliestOn(today), (dueOn > today ? dueOn : today).AddDays(ScheduleDays));
        return (first, last > first ? last : first);
    }
}
