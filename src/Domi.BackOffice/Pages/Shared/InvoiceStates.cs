using Domi.BackOffice.Invoices;
using Domi.Platform;
using Domi.Standards;

namespace Domi.BackOffice.Pages.Shared;

/// <summary>What lists need to know of an invoice to show where it stands.</summary>
public sealed record InvoiceFacts(
    InvoiceKind Kind, InvoiceState State, PaymentState PaymentState, DateOnly? DueOn, decimal Open, bool IsBeingCollected, DateOnly? CollectionOn, string? FailureCode,
    SendState SendState, string? SendError, LinkState LinkState, string? LinkError, string? ProviderState)
{
    public static InvoiceFacts Of(Invoice i) =>
        new(i.Kind, i.State, i.PaymentState, i.DueOn, i.Open, i.IsBeingCollected, i.CollectionOn, i.FailureCode, i.SendState, i.SendError, i.LinkState, i.LinkError, i.ProviderState);
}

/// <summary>The three axes of an invoice in words: where the money stands, whether it was sent, and its link.</summary>
public static class InvoiceStates
{
    public static StateView Payment(InvoiceFacts i, DateOnly today, Texts t)
    {
        if (i.State is InvoiceState.Proposal) return new("idle", "none", t["state.proposal"]);
        if (i.Kind is InvoiceKind.CreditNote) return i.PaymentState is PaymentState.Paid ? new("ok", "done", t["state.credit_used"]) : new("idle", "open", t["state.credit_open"]);
        switch (i.PaymentState)
        {
            case PaymentState.Paid: return new("ok", "done", t["state.paid"]);
            case PaymentState.Overpaid: return new("warn", "warn", t["state.overpaid"], t["state.overpaid_by", ("amount", PageFormat.Money(-i.Open, t.Language))]);
        }

        if (i.IsBeingCollected)
            return new("busy", "busy", t["state.collecting"], i.CollectionOn is { } day ? t["state.collecting_on", ("day", PageFormat.ShortDay(day, t.Language))] : null);
        var late = i.DueOn is { } due && due < today ? today.DayNumber - due.DayNumber : 0;
        var note = late > 0 ? t["state.late", ("days", late)] : null;
        if (i.FailureCode is { } code) return new("bad", "fail", t["state.collection_failed"], $"{ReasonCodes.Describe(code, t.Language)} ({code})");
        if (i.PaymentState is PaymentState.PartiallyPaid) return new("warn", "half", t["state.partly_paid"], note);
        return late > 0 ? new("warn", "warn", t["state.overdue"], note) : new("idle", "open", t["state.open"]);
    }

    public static StateView Sending(InvoiceFacts i, Texts t) => i.SendState switch
    {
        SendState.Waiting => new("busy", "none", t["state.send_waiting"], i.LinkState is LinkState.Waiting or LinkState.Failed ? t["state.send_waits_for_link"] : null),
        SendState.HandingOver => new("busy", "busy", t["state.handing_over"]),
        SendState.Sent => new("ok", "done", t["state.sent"]),
        SendState.Failed => new("bad", "fail", t["state.send_failed"], Reasons.Of(i.SendError, t)),
        SendState.Uncertain => new("warn", "unsure", t["state.uncertain"]),
        _ => new("idle", "none", t["state.not_sent"]),
    };

    public static StateView Link(InvoiceFacts i, Texts t) => i.LinkState switch
    {
        LinkState.Waiting => new(i.LinkError is null ? "busy" : "warn", i.LinkError is null ? "none" : "warn", t["state.link_waiting"], i.LinkError),
        LinkState.Failed => new("bad", "fail", t["state.link_failed"], i.LinkError),
        LinkState.Ready => i.ProviderState switch
        {
            "ARCHIVED" => new("idle", "off", t["state.link_archived"]),
            _ => new("ok", "done", t["state.link_ready"]),
        },
        _ => new("idle", "off", t["state.link_none"]),
    };
}

/// <summary>A code that stands on a row, in words: of a bank, of a refusal, of the provider.</summary>
public static class Reasons
{
    /// <summary>The words, with the code of a bank in brackets; a code without words is shown as it is.</summary>
    public static string? Of(string? code, Texts t) => string.IsNullOrWhiteSpace(code) ? null
        : t.Find("reason." + code) is { } words ? words
        : ReasonCodes.Known.Contains(code) ? $"{ReasonCodes.Describe(code, t.Language)} ({code})"
        : code;
}
