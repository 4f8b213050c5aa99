using Domi.BackOffice.Companies;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Relations;
using Domi.Platform;

namespace Domi.BackOffice.Pages.Invoices;

/// <summary>What is, and what to do: a box above the invoice. <see cref="Offers"/> names the buttons that belong in it.</summary>
public sealed record InvoiceNote(string Kind, string Glyph, string Title, string Text, params IReadOnlyList<string> Offers);

/// <summary>Says what happens next with an invoice, and what a person has to decide.</summary>
internal sealed class NextSteps(Texts t, InvoiceMarks marks, DateOnly today)
{
    public IEnumerable<InvoiceNote> Of(Invoice invoice, Relation relation, OwnCompany company)
    {
        if (Link(invoice, company) is { } link) yield return link;
        if (Money(invoice) is { } money) yield return money;
        if (Sending(invoice, company) is { } sending) yield return sending;
        if (invoice.PdfError is { } error && invoice.PdfHash is null)
            yield return new("bad", "fail", t["invoices.next.pdf.title"], marks.Reason(error) ?? error, "document");
        if (relation.NeedsEInvoice) yield return new("warn", "warn", t["invoices.next.einvoice.title"], t["invoices.next.einvoice.text"]);
        if (company.InvoicesSentBy is SentBy.Provider || company.RemindersSentBy is SentBy.Provider)
            yield return new("idle", "off", t["invoices.next.provider.title"], t[(company.InvoicesSentBy, company.RemindersSentBy) switch
            {
                (SentBy.Provider, SentBy.Provider) => "invoices.next.provider.both",
                (SentBy.Provider, _) => "invoices.next.provider.invoices",
                _ => "invoices.next.provider.reminders",
            }]);
    }

    private InvoiceNote? Link(Invoice invoice, OwnCompany company)
    {
        if (invoice.LinkState is LinkState.Failed && invoice.LinkError == "TWK-NUMBER-TAKEN")
            return new("bad", "fail", t["invoices.next.taken.title"], t["invoices.next.taken.text", ("number", invoice.Number)], Offers(invoice, company));
        if (invoice.LinkState is LinkState.Failed)
            return new("bad", "fail", t["invoices.next.link_failed.title"], $"{marks.LinkReason(invoice)} {Todo(invoice.LinkError)}".Trim(), Offers(invoice, company));
        if (invoice.LinkState is not LinkState.Waiting) return null;
        return invoice.LinkError is null
            ? new("busy", "busy", t["invoices.next.link_waits.title"], t["invoices.next.link_waits.text"], Offers(invoice, company))
            : new("warn", "warn", t["invoices.next.link_waits.title"], t["invoices.next.link_waits.reason", ("reason", marks.LinkReason(invoice)), ("attempts", invoice.LinkAttempts)], Offers(invoice, company));
    }

    private InvoiceNote? Money(Invoice invoice)
    {
        if (invoice.PaymentState is PaymentState.Overpaid)
            return new("warn", "warn", t["invoices.next.overpaid.title"], t["invoices.next.overpaid.text", ("amount", PageFormat.Money(-invoice.Open, t.Language))]);
        if (invoice.IsPaidElsewhere)
            return new("warn", "warn", t["invoices.next.paid_elsewhere.title"], t["invoices.next.paid_elsewhere.text", ("amount", PageFormat.Money(invoice.Open, t.Language))]);
        if (invoice.IsBeingCollected)
        {
            var again = marks.Refusal(invoice) is { } refused ? t["invoices.next.refused_before", ("reason", refused)] + " " : "";
            return new("busy", "busy", t["invoices.next.title"], again + (invoice.CollectionOn is { } day
                ? t[day < today ? "invoices.next.collecting_since" : "invoices.next.collecting_on", ("amount", PageFormat.Money(invoice.Open, t.Language)), ("day", PageFormat.LongDay(day, t.Language))]
                : t["invoices.next.collecting", ("amount", PageFormat.Money(invoice.Open, t.Language))]));
        }

        if (marks.Refusal(invoice) is { } reason)
            return new("bad", "fail", t["invoices.next.refused.title"], t["invoices.next.refused.text", ("reason", reason), ("amount", PageFormat.Money(invoice.Open, t.Language))], "remind");
        return null;
    }

    private InvoiceNote? Sending(Invoice invoice, OwnCompany company) => invoice.SendState switch
    {
        SendState.Failed => new("bad", "fail", t["invoices.next.unsent.title"], marks.Reason(invoice.SendError) ?? "", "send"),
        SendState.Uncertain when invoice.SentTo == "provider" => new("warn", "unsure", t["invoices.next.uncertain.title"], t["invoices.next.uncertain.provider"], "settle"),
        SendState.Uncertain => new("warn", "unsure", t["invoices.next.uncertain.title"], t["invoices.next.uncertain.mail"], "mails"),
        _ => null,
    };

    private string? Todo(string? error) => error is null ? null : t.Find("connect." + error.Split(' ')[0] + ".do");

    private static string[] Offers(Invoice invoice, OwnCompany company) =>
        invoice.SendState is SendState.Sent or SendState.HandingOver || company.InvoicesSentBy is SentBy.Provider ? ["link"] : ["link", "without"];
}
