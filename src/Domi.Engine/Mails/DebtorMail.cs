using System.Globalization;
using System.Net;
using System.Text;
using Domi.Engine.CollectionRuns;
using Domi.Engine.Creditors;
using Domi.Engine.Customers;
using Domi.Engine.DirectDebits;
using Domi.Engine.Invoices;
using Domi.Engine.Mandates;
using Domi.Engine.PayLinks;
using Domi.Engine.Profiles;
using Domi.Platform;
using Domi.Standards;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Mails;

/// <summary>
/// Mails to debtors, each added to the running transaction, under the creditor's own name, address and reply-to, in the debtor's language.
/// </summary>
internal sealed class DebtorMail(Texts texts, CreditorKeys keys, CustomerAccess access, PublicAddress address)
{
    /// <summary>The invoice itself (<c>invoice</c>) or a reminder of it. Without any address nothing can be sent, and nothing is refused.</summary>
    public async Task InvoiceAsync(EngineDb db, Invoice invoice, Customer customer, string purpose, DateTimeOffset now, CancellationToken ct)
    {
        if ((invoice.Email ?? customer.Email) is not { } to) return;

        var known = await CreditorFacts.ReadAsync(db, invoice.CreditorId, ct);
        var (creditor, profile) = (known.Creditor, known.ProfileOf(invoice.ProfileId));
        var t = texts.In(invoice.Locale ?? customer.Language ?? creditor.Language);
        var collected = invoice.State is InvoiceState.Pending;
        (string, object?)[] facts = [("number", invoice.Number), ("creditor", creditor.Name), ("amount", Amount(invoice.Open, t.Language)), ("due", Day(invoice.DueOn, t.Language)), ("title", invoice.Title)];
        var words = collected ? CardWords(profile.Kind, "mail.collected.text") : $"mail.{purpose}.text";
        Add(db, creditor, profile, t, purpose, $"invoice:{invoice.Id}", null, to, invoice.Cc, now,
            t[$"mail.{purpose}.subject", facts], [t["mail.dear", ("name", customer.DisplayName)], t[words, facts]],
            t[collected || invoice.Amount <= 0 ? "mail.invoice.see" : "mail.invoice.pay"], address.Of("/pay/" + keys.InvoiceToken(creditor, invoice.Id)),
            invoice.DocumentHash is { } hash && profile.InvoicePdf is not InvoicePdf.Never ? new MailAttachment($"{Safe(invoice.Number)}.pdf", "application/pdf", hash) : null);
    }

    /// <summary>The invoice, or a reminder of it, as a text message with the address of its page.</summary>
    public async Task InvoiceSmsAsync(EngineDb db, Invoice invoice, Customer customer, string purpose, DateTimeOffset now, CancellationToken ct)
    {
        var creditor = (await CreditorFacts.ReadAsync(db, invoice.CreditorId, ct)).Creditor;
        var t = texts.In(invoice.Locale ?? customer.Language ?? creditor.Language);
        (string, object?)[] facts = [("number", invoice.Number), ("creditor", creditor.Name)];
        Sms(db, creditor, t, $"invoice:{invoice.Id}", customer.Mobile!, $"{t[$"mail.{purpose}.subject", facts]} {Amount(invoice.Open, t.Language)} {address.Of("/pay/" + keys.InvoiceToken(creditor, invoice.Id))}", now);
    }

    /// <summary>
    /// A collection failed and is tried again: the new announcement, with all that one must name. Without any address the creditor, who
    /// reads of it in the feed, announces it.
    /// </summary>
    /// <remarks>Source: SDD Core rulebook, pre-notification: creditor identifier, mandate, amount and date.</remarks>
    public async Task<Mail?> RetryAsync(EngineDb db, DirectDebit debit, Invoice? invoice, Customer customer, Mandate mandate, string reasonCode, DateOnly on, DateTimeOffset now, CancellationToken ct)
    {
        if ((invoice?.Email ?? customer.Email) is not { } to) return null;

        var known = await CreditorFacts.ReadAsync(db, debit.CreditorId, ct);
        var (creditor, profile) = (known.Creditor, known.ProfileOf(mandate.ProfileId));
        var t = texts.In(invoice?.Locale ?? customer.Language ?? creditor.Language);
        (string, object?)[] facts =
        [
            ("number", invoice?.Number), ("message", debit.Message), ("creditor", creditor.Name), ("amount", Amount(debit.Amount, t.Language)), ("reason", ReasonCodes.Describe(reasonCode, t.Language)),
            ("day", Day(on, t.Language)), ("reference", mandate.Reference), ("identifier", creditor.CreditorIdentifier), ("iban", mandate.MaskedMeans),
        ];
        var what = invoice is null ? "mail.retry_payment" : "mail.retry";
        return Add(db, creditor, profile, t, "retry", AboutOf(invoice, debit), null, to, invoice?.Cc, now,
            t[what + ".subject", facts], [t["mail.dear", ("name", customer.DisplayName)], t[CardWords(mandate.Kind, what + ".text"), facts], t[AgreementWords(mandate.Kind, "mail.retry.mandate"), facts]],
            invoice is null ? null : t["mail.invoice.see"], invoice is null ? null : address.Of("/pay/" + keys.InvoiceToken(creditor, invoice.Id)), null);
    }

    /// <summary>Announces what is collected on one mandate on one day, with all that one must name. To the invoice's own address, or the debtor's.</summary>
    /// <remarks>Source: SDD Core rulebook, pre-notification: creditor identifier, mandate, amount and date.</remarks>
    public async Task<Mail> AnnouncementAsync(EngineDb db, IReadOnlyList<DirectDebit> debits, Customer customer, Mandate mandate, string to, DateTimeOffset now, CancellationToken ct)
    {
        var known = await CreditorFacts.ReadAsync(db, mandate.CreditorId, ct);
        var creditor = known.Creditor;
        var t = texts.In(customer.Language ?? creditor.Language);
        (string, object?)[] facts =
        [
            ("creditor", creditor.Name), ("amount", Amount(debits.Sum(d => d.Amount), t.Language)), ("day", Day(debits[0].RequestedOn, t.Language)),
            ("reference", mandate.Reference), ("identifier", creditor.CreditorIdentifier), ("iban", mandate.MaskedMeans),
        ];
        var each = debits.Select(d => t["mail.announcement.one", ("amount", Amount(d.Amount, t.Language)), ("message", d.Message)]);
        return Add(db, creditor, known.ProfileOf(mandate.ProfileId), t, AnnouncementOutcome.Purpose, AboutOf(null, debits[0]), null, to, null, now,
            t["mail.announcement.subject", facts], [t["mail.dear", ("name", customer.DisplayName)], t["mail.announcement.text", facts], string.Join('\n', each), t["mail.retry.mandate", facts]], null, null, null);
    }

    /// <summary>A collection of an invoice failed and is not tried again: the debtor can pay by himself. Answers whether there is an address for it.</summary>
    public async Task<bool> PaymentAlternativeAsync(EngineDb db, Invoice invoice, Customer customer, string reasonCode, DebtorChannel channel, DateTimeOffset now, CancellationToken ct)
    {
        var known = await CreditorFacts.ReadAsync(db, invoice.CreditorId, ct);
        var creditor = known.Creditor;
        var t = texts.In(invoice.Locale ?? customer.Language ?? creditor.Language);
        (string, object?)[] facts =
        [
            ("number", invoice.Number), ("creditor", creditor.Name), ("amount", Amount(invoice.Open, t.Language)), ("reason", ReasonCodes.Describe(reasonCode, t.Language)),
        ];
        return Offer(db, creditor, known.ProfileOf(invoice.ProfileId), t, $"invoice:{invoice.Id}", invoice.Email ?? customer.Email, invoice.Cc, customer, channel, "mail.alternative", facts, t["mail.invoice.pay"], address.Of("/pay/" + keys.InvoiceToken(creditor, invoice.Id)), now);
    }

    /// <summary>The same for a transaction without an invoice, by the page of a payment link.</summary>
    public async Task<bool> PaymentAlternativeAsync(EngineDb db, DirectDebit debit, PayLink link, Customer customer, string reasonCode, DebtorChannel channel, DateTimeOffset now, CancellationToken ct)
    {
        var known = await CreditorFacts.ReadAsync(db, debit.CreditorId, ct);
        var creditor = known.Creditor;
        var t = texts.In(customer.Language ?? creditor.Language);
        (string, object?)[] facts = [("message", debit.Message), ("creditor", creditor.Name), ("amount", Amount(link.Amount, t.Language)), ("reason", ReasonCodes.Describe(reasonCode, t.Language))];
        return Offer(db, creditor, link.ProfileId is { } of ? known.ProfileOf(of) : null, t, AboutOf(null, debit), customer.Email, null, customer, channel, "mail.alternative_payment", facts, t["mail.link.pay"], address.Of(MakeLink.PageOf(keys, creditor, link)), now);
    }

    private static bool Offer(
        EngineDb db, Creditor creditor, Profile? profile, Texts t, string about, string? to, string? cc, Customer customer, DebtorChannel channel, string what, (string, object?)[] facts, string button, string page, DateTimeOffset now)
    {
        var told = false;
        if (to is not null && channel is not DebtorChannel.Sms)
        {
            Add(db, creditor, profile, t, "payment_alternative", about, null, to, cc, now, t[what + ".subject", facts], [t["mail.dear", ("name", customer.DisplayName)], t[what + ".text", facts]], button, page, null);
            told = true;
        }

        if (customer.Mobile is { } mobile && channel is not DebtorChannel.Email)
        {
            Sms(db, creditor, t, about, mobile, $"{t[what + ".subject", facts]} {page}", now);
            told = true;
        }

        return told;
    }

    /// <summary>Tells the debtor that a collection failed, and why; nothing is asked of him yet.</summary>
    public async Task<bool> FailureNoticeAsync(EngineDb db, DirectDebit debit, Customer customer, Mandate mandate, string reasonCode, DateTimeOffset now, CancellationToken ct)
    {
        if (customer.Email is not { } to) return false;

        var known = await CreditorFacts.ReadAsync(db, debit.CreditorId, ct);
        var creditor = known.Creditor;
        var t = texts.In(customer.Language ?? creditor.Language);
        Add(db, creditor, known.ProfileOf(mandate.ProfileId), t, "failure", AboutOf(null, debit), null, to, null, now, t["mail.failure.subject", Facts(debit, creditor, customer, mandate, reasonCode, t)],
            [t["mail.dear", ("name", customer.DisplayName)], t[CardWords(mandate.Kind, "mail.failure.text"), Facts(debit, creditor, customer, mandate, reasonCode, t)]], null, null, null);
        return true;
    }

    /// <summary>Tells the creditor's people that a collection failed.</summary>
    public async Task<bool> FailureToCreditorAsync(EngineDb db, DirectDebit debit, Customer customer, Mandate mandate, string reasonCode, DateTimeOffset now, CancellationToken ct)
    {
        var creditor = (await CreditorFacts.ReadAsync(db, debit.CreditorId, ct)).Creditor;
        var t = texts.In(creditor.Language);
        Add(db, creditor, null, t, "failure_creditor", AboutOf(null, debit), null, creditor.ReplyTo ?? creditor.SenderAddress, null, now, t["mail.failure_creditor.subject", Facts(debit, creditor, customer, mandate, reasonCode, t)],
            [t["mail.failure_creditor.text", Facts(debit, creditor, customer, mandate, reasonCode, t)]], null, null, null);
        return true;
    }

    /// <summary>Tells the creditor's people that more came in for an invoice than was open: it is the debtor's.</summary>
    public async Task PaidTwiceAsync(EngineDb db, Invoice invoice, InvoicePayment payment, CancellationToken ct)
    {
        var creditor = (await CreditorFacts.ReadAsync(db, invoice.CreditorId, ct)).Creditor;
        var customer = db.Customers.Local.FirstOrDefault(c => c.Id == invoice.CustomerId) ?? await db.Customers.AsNoTracking().SingleAsync(c => c.Id == invoice.CustomerId, ct);
        var t = texts.In(creditor.Language);
        (string, object?)[] facts = [("number", invoice.Number), ("name", customer.DisplayName), ("amount", Amount(payment.Amount, t.Language)), ("more", Amount(invoice.Overpaid, t.Language)), ("method", t[$"method.{payment.Method}"])];
        Add(db, creditor, null, t, "paid_twice", $"invoice:{invoice.Id}", $"double:{payment.Id:n}", creditor.ReplyTo ?? creditor.SenderAddress, null, payment.OccurredAt,
            t["mail.paid_twice.subject", facts], [t["mail.paid_twice.text", facts]], null, null, null);
    }

    private static (string, object?)[] Facts(DirectDebit debit, Creditor creditor, Customer customer, Mandate mandate, string reasonCode, Texts t) =>
    [
        ("message", debit.Message), ("creditor", creditor.Name), ("name", customer.DisplayName), ("amount", Amount(debit.Amount, t.Language)), ("reason", ReasonCodes.Describe(reasonCode, t.Language)),
        ("code", reasonCode), ("reference", mandate.Reference), ("iban", mandate.MaskedMeans),
    ];

    /// <summary>
    /// A text message. No gateway is connected yet: as in the provider's own test environment it goes to the creditor's address as a mail,
    /// which says for whom it is.
    /// </summary>
    public static void Sms(EngineDb db, Creditor creditor, Texts t, string about, string mobile, string text, DateTimeOffset now) =>
        Add(db, creditor, null, t, "sms", about, null, creditor.ReplyTo ?? creditor.SenderAddress, null, now, t["mail.sms.subject", ("mobile", mobile)], [text], null, null, null);

    private static string AboutOf(Invoice? invoice, DirectDebit debit) => invoice is null ? FormattableString.Invariant($"transaction:{debit.Number}") : $"invoice:{invoice.Id}";

    /// <summary>Asks for a payment by the page of a link, by mail or text message.</summary>
    public async Task LinkAsync(EngineDb db, PayLink link, Customer customer, bool bySms, DateTimeOffset now, CancellationToken ct)
    {
        var known = await CreditorFacts.ReadAsync(db, link.CreditorId, ct);
        var creditor = known.Creditor;
        var t = texts.In(link.Language ?? customer.Language ?? creditor.Language);
        var (about, page) = (FormattableString.Invariant($"link:{link.Number}"), address.Of(MakeLink.PageOf(keys, creditor, link)));
        (string, object?)[] facts = [("creditor", creditor.Name), ("amount", Amount(link.Amount, t.Language)), ("title", link.Title)];
        if (bySms) Sms(db, creditor, t, about, customer.Mobile!, $"{t["mail.link.subject", facts]} {page}", now);
        else Add(db, creditor, link.ProfileId is { } of ? known.ProfileOf(of) : null, t, "link", about, null, customer.Email!, null, now, t["mail.link.subject", facts], [t["mail.dear", ("name", customer.DisplayName)], t["mail.link.text", facts]], t["mail.link.pay"], page, null);
    }

    /// <summary>The invitation to sign; one per mandate, whatever is repeated.</summary>
    /// <param name="isAgain">On purpose: a reminder.</param>
    public async Task InvitationAsync(EngineDb db, Mandate mandate, Customer customer, Profile profile, DateTimeOffset now, CancellationToken ct, bool isAgain = false)
    {
        if (mandate.AwaitsCoSigner)
        {
            await CoSignAsync(db, mandate, customer, profile, now, ct);
            return;
        }

        if (customer.Email is not { } to) return;

        var creditor = (await CreditorFacts.ReadAsync(db, mandate.CreditorId, ct)).Creditor;
        var t = texts.In(mandate.Language ?? customer.Language ?? creditor.Language);
        (string, object?)[] facts = [("creditor", creditor.Name), ("profile", profile.Name)];
        Add(db, creditor, profile, t, "invite", $"mandate:{mandate.Id}", isAgain ? null : $"invite:{mandate.Id:n}", to, null, now,
            t[profile.Kind is AgreementKind.Contract ? "mail.invite.subject_contract" : "mail.invite.subject", facts],
            [t["mail.dear", ("name", customer.DisplayName)], t[profile.Kind is AgreementKind.Contract ? "mail.invite.text_contract" : CardWords(profile.Kind, "mail.invite.text"), facts]], t[AgreementWords(profile.Kind, "mail.invite.sign")], address.Of("/sign/" + keys.MandateToken(creditor, mandate.Id)), null);
    }

    /// <summary>The second of two is asked to sign what the first has signed.</summary>
    public async Task CoSignAsync(EngineDb db, Mandate mandate, Customer customer, Profile profile, DateTimeOffset now, CancellationToken ct)
    {
        var creditor = (await CreditorFacts.ReadAsync(db, mandate.CreditorId, ct)).Creditor;
        var t = texts.In(mandate.Language ?? customer.Language ?? creditor.Language);
        var to = mandate.CoSigner!;
        (string, object?)[] facts = [("creditor", creditor.Name), ("profile", profile.Name), ("first", mandate.SignedBy)];
        Add(db, creditor, profile, t, "cosign", $"mandate:{mandate.Id}", null, to.Email, null, now,
            t["mail.cosign.subject", facts], [t["mail.dear", ("name", to.Name)], t[AgreementWords(profile.Kind, "mail.cosign.text"), facts]],
            t[AgreementWords(profile.Kind, "mail.invite.sign")], address.Of("/sign/" + keys.CoSignToken(creditor, mandate.Id, to.Email)), null);
    }

    /// <summary>Tells the first signer that the second does not sign, and that it is his turn again.</summary>
    public async Task CoSignDeclinedAsync(EngineDb db, Mandate mandate, Customer customer, DateTimeOffset now, CancellationToken ct)
    {
        if ((mandate.CodeDestination ?? customer.Email) is not { } to) return;

        var known = await CreditorFacts.ReadAsync(db, mandate.CreditorId, ct);
        var creditor = known.Creditor;
        var t = texts.In(mandate.Language ?? customer.Language ?? creditor.Language);
        (string, object?)[] facts = [("creditor", creditor.Name), ("second", mandate.CoSignerName)];
        Add(db, creditor, known.ProfileOf(mandate.ProfileId), t, "cosign_declined", $"mandate:{mandate.Id}", null, to, null, now,
            t["mail.cosign_declined.subject", facts], [t["mail.dear", ("name", mandate.DebtorName ?? customer.DisplayName)], t["mail.cosign_declined.text", facts]],
            t[AgreementWords(mandate.Kind, "mail.invite.sign")], address.Of("/sign/" + keys.MandateToken(creditor, mandate.Id)), null);
    }

    /// <summary>The way to the debtor's own page.</summary>
    public async Task AccessAsync(EngineDb db, Mandate mandate, Customer customer, string token, DateTimeOffset now, CancellationToken ct)
    {
        if (customer.Email is not { } to) return;

        var known = await CreditorFacts.ReadAsync(db, mandate.CreditorId, ct);
        var creditor = known.Creditor;
        var t = texts.In(mandate.Language ?? customer.Language ?? creditor.Language);
        (string, object?)[] facts = [("creditor", creditor.Name)];
        Add(db, creditor, known.ProfileOf(mandate.ProfileId), t, "access", $"mandate:{mandate.Id}", null, to, null, now, t[AgreementWords(mandate.Kind, "mail.access.subject"), facts], [t["mail.dear", ("name", customer.DisplayName)], t[AgreementWords(mandate.Kind, "mail.access.text"), facts]], t["mail.access.open"], address.Of("/my/" + token), null);
    }

    /// <summary>The code a signer types to sign, in the language of the page.</summary>
    public void Code(EngineDb db, Creditor creditor, Mandate mandate, string code, string to, string language, DateTimeOffset now)
    {
        var t = texts.In(language);
        (string, object?)[] facts = [("creditor", creditor.Name), ("code", code), ("reference", mandate.Reference)];
        Add(db, creditor, null, t, "code", $"mandate:{mandate.Id}", null, to, null, now, t["mail.code.subject", facts], [t[AgreementWords(mandate.Kind, "mail.code.text"), facts], t["mail.code.warning", facts]], null, null, null);
    }

    /// <summary>The signed mandate, for the debtor's own papers, and for those of who signed beside him.</summary>
    public async Task MandateSignedAsync(EngineDb db, Mandate mandate, Customer customer, DateTimeOffset now, CancellationToken ct)
    {
        var known = await CreditorFacts.ReadAsync(db, mandate.CreditorId, ct);
        var creditor = known.Creditor;
        var t = texts.In(mandate.Language ?? customer.Language ?? creditor.Language);
        (string, object?)[] facts = [("creditor", creditor.Name), ("reference", mandate.Reference), ("iban", mandate.MaskedMeans)];
        var document = mandate.DocumentHash is { } hash ? new MailAttachment($"{Safe(mandate.Reference)}.pdf", "application/pdf", hash) : null;
        if (mandate.CoEvidence is not null && mandate.CoSigner is { } second)
            Add(db, creditor, known.ProfileOf(mandate.ProfileId), t, "mandate", $"mandate:{mandate.Id}", $"signed:{mandate.Id:n}:2", second.Email, null, now,
                t[AgreementWords(mandate.Kind, "mail.mandate.subject"), facts], [t["mail.dear", ("name", second.Name)], t[TextOf(mandate), facts]], null, null, document);
        // the address the signer gave, if any
        if ((mandate.CoEvidence is not null ? mandate.Evidence?.Email : mandate.CodeDestination ?? customer.Email) is not { } to) return;

        Add(db, creditor, known.ProfileOf(mandate.ProfileId), t, "mandate", $"mandate:{mandate.Id}", $"signed:{mandate.Id:n}", to, null, now,
            t[AgreementWords(mandate.Kind, "mail.mandate.subject"), facts],
            [t["mail.dear", ("name", mandate.DebtorName ?? customer.DisplayName)], t[TextOf(mandate), facts], t[AgreementWords(mandate.Kind, "mail.access.text"), facts]],
            t["mail.access.open"], address.Of("/my/" + access.LongLinkOf(mandate.Id, now)), document);
    }

    // Words for a card, or for whatever is no direct debit; who has the general ones pays from an account.
    private static string CardWords(AgreementKind kind, string key) => kind is AgreementKind.CreditCard ? key + "_card" : key;

    private static string AgreementWords(AgreementKind kind, string key) => kind is AgreementKind.DirectDebit ? key : key + "_agreement";

    private static string TextOf(Mandate mandate) => mandate switch
    {
        { Kind: AgreementKind.CreditCard } => "mail.mandate.text_card",
        { Kind: AgreementKind.Contract } => "mail.mandate.text_contract",
        { Scheme: MandateScheme.B2B } => "mail.mandate.text_b2b",
        _ => "mail.mandate.text",
    };

    /// <summary>The card expires: another one takes its place by the page of a link.</summary>
    public async Task CardExpiresAsync(EngineDb db, Mandate mandate, Customer customer, PayLink link, DateOnly on, DateTimeOffset now, CancellationToken ct)
    {
        if (customer.Email is not { } to) return;

        var known = await CreditorFacts.ReadAsync(db, mandate.CreditorId, ct);
        var creditor = known.Creditor;
        var t = texts.In(mandate.Language ?? customer.Language ?? creditor.Language);
        (string, object?)[] facts = [("creditor", creditor.Name), ("card", mandate.MaskedMeans), ("day", Day(on, t.Language)), ("amount", Amount(link.Amount, t.Language))];
        Add(db, creditor, known.ProfileOf(mandate.ProfileId), t, "card_expiry", $"mandate:{mandate.Id}", $"card:{mandate.Id:n}:{on:yyyyMM}", to, null, now,
            t["mail.card_expiry.subject", facts], [t["mail.dear", ("name", mandate.DebtorName ?? customer.DisplayName)], t["mail.card_expiry.text", facts]], t["mail.card_expiry.renew"], address.Of(MakeLink.PageOf(keys, creditor, link)), null);
    }

    public async Task MandateCancelledAsync(EngineDb db, Mandate mandate, DateTimeOffset now, CancellationToken ct)
    {
        var customer = await db.Customers.AsNoTracking().SingleAsync(c => c.Id == mandate.CustomerId, ct);
        if (customer.Email is not { } to) return;

        var known = await CreditorFacts.ReadAsync(db, mandate.CreditorId, ct);
        var creditor = known.Creditor;
        var t = texts.In(mandate.Language ?? customer.Language ?? creditor.Language);
        (string, object?)[] facts = [("creditor", creditor.Name), ("reference", mandate.Reference)];
        Add(db, creditor, known.ProfileOf(mandate.ProfileId), t, "mandate_cancelled", $"mandate:{mandate.Id}", $"cancelled:{mandate.Id:n}", to, null, now,
            t[AgreementWords(mandate.Kind, "mail.cancelled.subject"), facts], [t["mail.dear", ("name", mandate.DebtorName ?? customer.DisplayName)], t[AgreementWords(mandate.Kind, "mail.cancelled.text"), facts]], null, null, null);
    }

    /// <summary>A debtor chose the day on which an invoice is collected: the announcement, with all that one must name, and the way to take it back.</summary>
    public async Task ScheduledAsync(EngineDb db, Invoice invoice, Customer customer, Mandate mandate, DateOnly on, DateTimeOffset now, CancellationToken ct)
    {
        if ((invoice.Email ?? customer.Email) is not { } to) return;

        var known = await CreditorFacts.ReadAsync(db, invoice.CreditorId, ct);
        var creditor = known.Creditor;
        var t = texts.In(invoice.Locale ?? customer.Language ?? creditor.Language);
        (string, object?)[] facts =
        [
            ("number", invoice.Number), ("creditor", creditor.Name), ("amount", Amount(invoice.Open, t.Language)), ("day", Day(on, t.Language)),
            ("reference", mandate.Reference), ("identifier", creditor.CreditorIdentifier), ("iban", mandate.MaskedMeans),
        ];
        Add(db, creditor, known.ProfileOf(invoice.ProfileId), t, "scheduled", $"invoice:{invoice.Id}", null, to, invoice.Cc, now,
            t["mail.scheduled.subject", facts], [t["mail.dear", ("name", customer.DisplayName)], t[CardWords(mandate.Kind, "mail.scheduled.text"), facts], t[AgreementWords(mandate.Kind, "mail.retry.mandate"), facts]],
            t["mail.invoice.see"], address.Of("/pay/" + keys.InvoiceToken(creditor, invoice.Id)), null);
    }

    /// <summary>The way to the list of a customer's invoices, to the address that the creditor knows of him.</summary>
    public async Task HistoryAsync(EngineDb db, Invoice invoice, Customer customer, string to, DateTimeOffset now, CancellationToken ct)
    {
        var known = await CreditorFacts.ReadAsync(db, invoice.CreditorId, ct);
        var creditor = known.Creditor;
        var t = texts.In(customer.Language ?? invoice.Locale ?? creditor.Language);
        (string, object?)[] facts = [("creditor", creditor.Name)];
        Add(db, creditor, known.ProfileOf(invoice.ProfileId), t, "history", $"customer:{customer.Id}", null, to, null, now,
            t["mail.history.subject", facts], [t["mail.dear", ("name", customer.DisplayName)], t["mail.history.text", facts]], t["mail.history.open"], address.Of("/history/" + access.ListLinkOf(customer.Id, now)), null);
    }

    /// <summary>What a debtor asks, to the creditor's people; they answer to the address that he gave. One mail per key.</summary>
    public async Task QuestionAsync(EngineDb db, Invoice invoice, Customer customer, string from, string question, string onceKey, DateTimeOffset now, CancellationToken ct)
    {
        var creditor = (await CreditorFacts.ReadAsync(db, invoice.CreditorId, ct)).Creditor;
        var t = texts.In(creditor.Language);
        (string, object?)[] facts = [("number", invoice.Number), ("name", customer.DisplayName), ("from", from), ("amount", Amount(invoice.Open, t.Language))];
        Add(db, creditor, null, t, "question", $"invoice:{invoice.Id}", onceKey, creditor.ReplyTo ?? creditor.SenderAddress, null, now,
            t["mail.question.subject", facts], [t["mail.question.text", facts], question], null, null, null, replyTo: from);
    }

    private static Mail Add(
        EngineDb db, Creditor creditor, Profile? profile, Texts t, string purpose, string about, string? onceKey, string to, string? cc, DateTimeOffset now,
        string subject, IReadOnlyList<string> paragraphs, string? button, string? link, MailAttachment? attachment, string? replyTo = null)
    {
        var sender = creditor.SenderAddress.Length > 0 ? creditor.SenderAddress : "noreply@localhost.localdomain";
        var own = PageTexts.Of(profile, t.Language);
        var signature = string.Join('\n', new[] { own.Footer, creditor.Name, creditor.Phone, creditor.ReplyTo ?? creditor.SenderAddress, creditor.SupportUrl }.Where(l => !string.IsNullOrEmpty(l)));
        var text = new StringBuilder();
        foreach (var paragraph in paragraphs) text.Append(paragraph).Append("\n\n");
        if (link is not null) text.Append(button).Append(":\n").Append(link).Append("\n\n");
        text.Append(signature).Append('\n');

        var mail = new Mail(purpose, about, now, sender[(sender.IndexOf('@', StringComparison.Ordinal) + 1)..])
        {
            OwnerId = creditor.Id,
            OnceKey = onceKey,
            FromName = creditor.SenderName.Length > 0 ? creditor.SenderName : creditor.Name,
            FromAddress = sender,
            ReplyTo = replyTo ?? creditor.ReplyTo,
            To = to,
            Cc = cc,
            Language = t.Language,
            Subject = subject.ReplaceLineEndings(" "),
            Html = Html(t.Language, creditor, paragraphs, button, link, signature),
            Text = text.ToString(),
            Attachments = [.. new[] { attachment, creditor.LogoHash is { } logo ? new MailAttachment("logo.png", "image/png", logo, "logo") : null }.OfType<MailAttachment>()],
        };
        db.Mails.Add(mail);
        return mail;
    }

    // Inline styles on purpose: mail programs drop style sheets.
    private static string Html(string language, Creditor creditor, IReadOnlyList<string> paragraphs, string? button, string? link, string signature)
    {
        var accent = creditor.Accent is { } chosen ? Palette.Of(chosen).Light.Accent : "#0b5567";
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"></head>");
        html.Append("<body style=\"margin:0;padding:24px 12px;background:#f5f3ef;font:16px/1.5 Segoe UI,Helvetica,Arial,sans-serif;color:#1d1c1a\">");
        html.Append("<div style=\"max-width:560px;margin:0 auto;padding:28px 28px 20px;background:#fff;border-radius:14px\">");
        var name = WebUtility.HtmlEncode(creditor.Name);
        if (creditor.LogoHash is not null) html.Append(CultureInfo.InvariantCulture, $"<p style=\"margin:0 0 20px\"><img src=\"cid:logo\" alt=\"{name}\" style=\"display:block;max-width:200px;max-height:60px;height:auto\"></p>");
        else html.Append(CultureInfo.InvariantCulture, $"<p style=\"margin:0 0 20px;font-weight:600\">{name}</p>");
        foreach (var paragraph in paragraphs)
            html.Append(CultureInfo.InvariantCulture, $"<p style=\"margin:0 0 16px\">{WebUtility.HtmlEncode(paragraph).Replace("\n", "<br>", StringComparison.Ordinal)}</p>");
        if (link is not null)
        {
            var href = WebUtility.HtmlEncode(link);
            html.Append(CultureInfo.InvariantCulture, $"<p style=\"margin:24px 0\"><a href=\"{href}\" style=\"display:inline-block;padding:13px 22px;border-radius:8px;background:{accent};color:#fff;text-decoration:none;font-weight:600\">{WebUtility.HtmlEncode(button)}</a></p>");
            html.Append(CultureInfo.InvariantCulture, $"<p style=\"margin:0 0 16px;font-size:13px;color:#5d5a54;word-break:break-all\"><a href=\"{href}\" style=\"color:{accent}\">{href}</a></p>");
        }

        html.Append(CultureInfo.InvariantCulture, $"<p style=\"margin:24px 0 0;padding-top:16px;border-top:1px solid #e4e0d8;font-size:13px;color:#5d5a54\">{WebUtility.HtmlEncode(signature).Replace("\n", "<br>", StringComparison.Ordinal)}</p>");
        return html.Append("</div></body></html>").ToString();
    }

    private static string Safe(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-'));

    internal static string Amount(decimal amount, string language) => PageFormat.Money(amount, language);

    internal static string Day(DateOnly day, string language) => PageFormat.LongDay(day, language);
}
