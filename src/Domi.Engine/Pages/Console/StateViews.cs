using System.Globalization;
using Domi.Engine.CollectionRuns;
using Domi.Engine.DirectDebits;
using Domi.Engine.Invoices;
using Domi.Engine.Mandates;
using Domi.Engine.PayLinks;
using Domi.Engine.Statements;
using Domi.Engine.Subscriptions;
using Domi.Engine.Transfers;
using Domi.Platform;
using Domi.Standards;
using Domi.Standards.BankFiles;

namespace Domi.Engine.Pages.Console;

/// <summary>How the states of the engine's objects look and read.</summary>
internal static class StateViews
{
    public static StateView Of(Texts t, Mandate m) => m.State switch
    {
        MandateState.Prepared when m.AwaitsCoSigner => new("busy", "busy", t["console.mandate.awaits_cosigner"]),
        MandateState.Prepared => new("idle", "none", t["console.mandate.Prepared"]),
        MandateState.SignedPendingDebtorBank => new("busy", "busy", t["console.mandate.SignedPendingDebtorBank"]),
        MandateState.Signed when m.IsSuspended => new("warn", "warn", t["console.mandate.suspended"]),
        MandateState.Signed => new("ok", "done", t["console.mandate.Signed"]),
        _ => new("idle", "off", t["console.mandate.Cancelled"], m.CancelReason),
    };

    public static StateView Of(Texts t, Invoice i) => i.State switch
    {
        InvoiceState.Booked => new("idle", "open", t["console.invoice.Booked"], ReasonOf(t, i.LastError)),
        InvoiceState.Pending => new("busy", "busy", t["console.invoice.Pending"]),
        InvoiceState.Paid when i.Overpaid > 0 => new("warn", "warn", t["console.invoice.overpaid"], t["console.invoice.overpaid_note", ("amount", PageFormat.Money(i.Overpaid, t.Language))]),
        InvoiceState.Paid => new("ok", "done", t["console.invoice.Paid"]),
        InvoiceState.Expired => new("warn", "warn", t["console.invoice.Expired"], ReasonOf(t, i.LastError)),
        _ => new("idle", "off", t["console.invoice.Archived"]),
    };

    public static StateView Of(Texts t, DirectDebit d) => d switch
    {
        { ArchivedAt: not null } => new("idle", "off", t["console.debit.archived"], ReasonOf(t, d.ReasonCode)),
        { SettledBy: not null } => new("ok", "done", t["console.debit.otherwise"]),
        { State: DirectDebitState.Open, HeldBecause: "announced" or "announcing" } => new("idle", "open", t["console.debit.Open"], HeldOf(t, d.HeldBecause, d.HeldDetail)),
        { State: DirectDebitState.Open, HeldBecause: not null } => new("warn", "warn", t["console.debit.held"], HeldOf(t, d.HeldBecause, d.HeldDetail)),
        { State: DirectDebitState.Open } => new("idle", "open", t["console.debit.Open"]),
        { State: DirectDebitState.Sent } => new("busy", "busy", t["console.debit.Sent"]),
        { State: DirectDebitState.Paid } => new("ok", "done", t["console.debit.Paid"]),
        { State: DirectDebitState.Withdrawn } => new("idle", "off", t["console.debit.Withdrawn"]),
        { IsUnsettled: true } => new("bad", "fail", ReasonOf(t, d.ReasonCode) ?? t["console.debit.Failed"], t[$"console.bucket.{ReasonCodes.BucketOf(d.ReasonCode ?? "")}"]),
        _ => new("warn", "warn", t["console.debit.followed"], ReasonOf(t, d.ReasonCode)),
    };

    public static StateView Of(Texts t, PayLink l) => l switch
    {
        { ArchivedAt: not null } => new("idle", "off", t["console.link.archived"]),
        { State: PayLinkState.Paid } => new("ok", "done", t["console.link.Paid"]),
        { State: PayLinkState.Declined } => new("bad", "fail", t["console.link.Declined"]),
        { State: PayLinkState.Expired } => new("idle", "off", t["console.link.Expired"]),
        { State: PayLinkState.Created } => new("idle", "none", t["console.link.Created"]),
        { State: PayLinkState.Pending } => new("busy", "busy", t["console.link.Pending"]),
        _ => new("idle", "open", t["console.link.Started"]),
    };

    public static StateView Of(Texts t, Subscription s) => s.State switch
    {
        SubscriptionState.Active => new("ok", "done", t["console.subscription.Active"]),
        SubscriptionState.Suspended => new("warn", "warn", t["console.subscription.Suspended"]),
        SubscriptionState.Cancelled => new("idle", "off", t["console.subscription.Cancelled"]),
        _ => new("idle", "off", t["console.subscription.Closed"]),
    };

    public static StateView Of(Texts t, CreditTransfer c) => c.State switch
    {
        TransferState.Open when c.HeldBecause is not null => new("warn", "warn", t["console.debit.held"], HeldOf(t, c.HeldBecause, c.HeldDetail)),
        TransferState.Open => new("idle", "open", t["console.transfer.Open"]),
        TransferState.Sent => new("busy", "busy", t["console.transfer.Sent"]),
        TransferState.Paid => new("ok", "done", t["console.transfer.Paid"]),
        _ => new("bad", "fail", t["console.transfer.Failed"], ReasonOf(t, c.ReasonCode)),
    };

    public static StateView Of(Texts t, StatementItem i) => i switch
    {
        { Question: { } question } => new("warn", "unsure", t["console.statement.asks"], t[$"console.question_of.{question}"]),
        { InvoiceId: not null } => new("ok", "done", t["console.statement.paid"]),
        { Answer: "undone" } or { AnsweredBy: not null, DirectDebitId: null, TransferId: null, RunId: null } => new("idle", "off", t["console.nothing_follows"], AnswerOf(t, i)),
        { Kind: LineKind.Notice } => new("idle", "none", t["console.line_kind.Notice"], ReasonOf(t, i.ReasonCode)),
        { Kind: LineKind.Return or LineKind.PayoutReturn } => new("bad", "fail", t[$"console.line_kind.{i.Kind}"], ReasonOf(t, i.ReasonCode)),
        { Kind: not LineKind.Transfer } => new("ok", "done", t[$"console.line_kind.{i.Kind}"]),
        { Amount: > 0 } => new("warn", "warn", t["console.statement.unmatched"]),
        _ => new("idle", "off", t["console.statement.outgoing"]),
    };

    public static StateView Of(Texts t, OutgoingFile f) => f.State switch
    {
        OutgoingState.Waiting => new("warn", "warn", t["console.file.Waiting"]),
        OutgoingState.Released when f.HandOverProblem is not null => new("warn", "warn", t["console.file.Released"], t[$"refused.{f.HandOverProblem}"]),
        OutgoingState.Released => new("busy", "busy", t["console.file.Released"]),
        OutgoingState.HandedOver => new("busy", "busy", t["console.file.HandedOver"]),
        OutgoingState.Accepted => new("ok", "done", t["console.file.Accepted"]),
        OutgoingState.Refused => new("bad", "fail", t["console.file.Refused"], AnswerOf(t, f.Answer)),
        _ => new("idle", "off", t["console.file.Withdrawn"]),
    };

    /// <param name="isGap">It does not open where the one before it closed.</param>
    public static StateView Of(Texts t, BankStatement s, bool isGap = false) => s.State switch
    {
        not StatementState.ThrownAway when isGap => new("warn", "warn", t[$"console.statement_state.{s.State}"], t["console.statement_missing"]),
        StatementState.Reading => new("busy", "busy", t["console.statement_state.Reading"]),
        StatementState.Held => new("warn", "warn", t["console.statement_state.Held"]),
        StatementState.Taken => new("ok", "done", t["console.statement_state.Taken"]),
        _ => new("idle", "off", t["console.statement_state.ThrownAway"]),
    };

    /// <summary>What a bank sends.</summary>
    public static IReadOnlyList<FileKind> FromBank { get; } = [FileKind.Statement, FileKind.Notification, FileKind.AccountReport, FileKind.StatusReport];

    /// <summary>The account as people read it; of a report the file that it is about.</summary>
    public static string AccountOf(BankStatement s) => Iban.TryParse(s.Account, out var iban) ? iban.ToString() : s.Account;

    /// <summary>What was answered of a line: a note of the person's, or what the rules say in a word.</summary>
    public static string? AnswerOf(Texts t, StatementItem i) => i.Answer switch
    {
        "accepted" => t["console.answer.accepted"],
        "undone" => t["console.answer.undone"],
        "transfer" when i.TransferId is not null => t["console.assign_transfer"],
        { } answer when answer.StartsWith("transaction ", StringComparison.Ordinal) && i.DirectDebitId is not null => t["console.transaction_number", ("number", answer["transaction ".Length..])],
        var note => note,
    };

    /// <summary>What the bank said of a file, its codes in words.</summary>
    public static string? AnswerOf(Texts t, string? answer) => answer is null ? null : string.Join(' ', answer.Split(' ').Select(w => ReasonCodes.Known.Contains(w) ? ReasonOf(t, w) : w));

    /// <summary>Why something stayed behind; a rule of the scheme that has no words stands for itself.</summary>
    public static string? HeldOf(Texts t, string? because, string? detail) => because is null ? null
        : t.Find($"console.held.{because}") is null ? t["console.held.rule", ("rule", because)]
        : t[$"console.held.{because}",
            ("day", DateOnly.TryParseExact(detail, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? PageFormat.ShortDay(day, t.Language) : null),
            ("amount", decimal.TryParse(detail, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) ? PageFormat.Money(amount, t.Language) : null)];

    /// <summary>The sentence first, the bank's code behind it in brackets.</summary>
    public static string? ReasonOf(Texts t, string? code) => code is null ? null : ReasonCodes.Describe(code, t.Language) is { Length: > 0 } words ? $"{char.ToUpperInvariant(words[0])}{words[1..]} ({code})" : code;

    public static string? Masked(Iban? iban) => iban is { } account ? $"{account.Value[..2]}•• •••• •••• {account.Value[^4..]}" : null;
}
