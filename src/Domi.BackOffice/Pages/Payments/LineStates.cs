using Domi.BackOffice.Pages.Shared;
using Domi.BackOffice.Statements;
using Domi.Platform;
using Domi.Standards;
using Domi.Standards.BankFiles;

namespace Domi.BackOffice.Pages.Payments;

/// <summary>Where a payment or a statement stands, in words.</summary>
internal static class LineStates
{
    public static StateView Of(StatementLine line, Texts t) => line.State switch
    {
        LineState.ToDo => new("warn", line.Rest < line.Amount ? "half" : "open", t["payments.state.ToDo"], Why(line, t)),
        LineState.Matched => new("ok", "done", t["payments.state.Matched"], Why(line, t)),
        LineState.Credit => new("busy", "half", t["payments.state.Credit"], Why(line, t)),
        LineState.Repay => new("warn", "warn", t["payments.state.Repay"]),
        LineState.Aside => new("idle", "off", t["payments.state.Aside"], Why(line, t)),
        LineState.New => new("idle", "none", t["payments.state.New"]),
        _ => new("idle", "none", t["payments.state.Out"], line.ReturnReason is { } code ? $"{ReasonCodes.Describe(code, t.Language)} ({code})" : null),
    };

    public static StateView Of(BankStatement statement, Texts t) => statement.State switch
    {
        StatementState.Held => new("warn", "warn", t["payments.statement.Held"]),
        StatementState.ThrownAway => new("idle", "off", t["payments.statement.ThrownAway"]),
        _ when statement.MatchDueAt is not null => new("busy", "busy", t["payments.statement.Matching"]),
        _ => new("ok", "done", t["payments.statement.Booked"]),
    };

    public static StateView Of(ImportOutcome outcome, Texts t) => outcome switch
    {
        ImportOutcome.Booked => new("ok", "done", t["payments.outcome.Booked"]),
        ImportOutcome.Held => new("warn", "warn", t["payments.outcome.Held"]),
        ImportOutcome.Already => new("idle", "off", t["payments.outcome.Already"]),
        ImportOutcome.Differs => new("bad", "fail", t["payments.outcome.Differs"]),
        _ => new("bad", "fail", t["payments.outcome.NotAStatement"]),
    };

    public static string? Why(StatementLine line, Texts t) => line.Finding is LineFinding.None ? null : t[$"payments.finding.{line.Finding}"];

    /// <summary>The rule in the reader's language; where there are no words for it, those of the reader of the file.</summary>
    public static string Words(StatementFinding finding, Texts t) => t.Find("payments.rule." + finding.Rule) ?? finding.Message;

    public static (string Look, string Glyph) LookOf(Severity severity) => severity is Severity.Warn ? ("idle", "open") : severity is Severity.Hold ? ("warn", "warn") : ("bad", "fail");

    /// <summary>Who pays is told apart by it; in full it stands with the relation, for who asks.</summary>
    public static string Masked(string account) => Iban.TryParse(account, out var iban) ? iban.Masked : account.Length > 4 ? $"•••• {account[^4..]}" : account;

    /// <summary>In groups of four when it is an IBAN.</summary>
    public static string Account(string account) => Iban.TryParse(account, out var iban) ? iban.ToString() : account;
}
