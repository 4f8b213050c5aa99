using Domi.BackOffice.Invoices;
using Domi.BackOffice.Pages.Shared;
using Domi.BackOffice.Relations;
using Domi.Platform;
using Domi.Standards;

namespace Domi.BackOffice.Pages.Invoices;

/// <summary>The states of an invoice in words, and the reasons behind them.</summary>
public sealed class InvoiceMarks(Texts t, DateOnly today)
{
    public StateView Payment(Invoice invoice) => InvoiceStates.Payment(FactsOf(invoice), today, t);

    public StateView Sending(Invoice invoice, bool isBrief = false)
    {
        var state = InvoiceStates.Sending(FactsOf(invoice), t);
        return invoice.SendState switch
        {
            SendState.Sent => state with
            {
                Words = t[(invoice.SentTo == "provider", isBrief) switch
                {
                    (true, true) => "invoices.mark.provider",
                    (true, false) => "invoices.mark.by_provider",
                    (false, true) => "invoices.mark.mail",
                    _ => "invoices.mark.by_mail",
                }]
            },
            SendState.Failed => state with { Note = Reason(invoice.SendError) },
            _ => state,
        };
    }

    public StateView Link(Invoice invoice)
    {
        var state = InvoiceStates.Link(FactsOf(invoice), t);
        return invoice is { LinkState: LinkState.Ready, AnnouncesCollection: true } ? state with { Words = t["invoices.mark.direct_debit"] } : state with { Note = LinkReason(invoice) ?? state.Note };
    }

    /// <summary>Why the bank said no: its words, and its code in brackets.</summary>
    public string? Refusal(Invoice invoice) => invoice is { FailureCode: { } code, Open: > 0 } ? $"{ReasonCodes.Describe(code, t.Language)} ({code})" : null;

    public string? LinkReason(Invoice invoice) => invoice.LinkError is { } error ? t.Find("connect." + error.Split(' ')[0]) ?? error : null;

    /// <summary>A refusal's code, a support code or what a mail server said, in words.</summary>
    public string? Reason(string? error)
    {
        if (string.IsNullOrEmpty(error)) return null;
        var code = error.Split(' ')[0];
        return t.Find("invoices.reason." + code) ?? t.Find("connect." + code) ?? Reasons.Of(error, t);
    }

    private static InvoiceFacts FactsOf(Invoice i) => new(
        i.Kind, i.State, i.PaymentState, i.DueOn, i.Open, i.IsBeingCollected, i.CollectionOn, i.FailureCode, i.SendState, i.SendError, i.LinkState, i.LinkError, i.ProviderState);
}
