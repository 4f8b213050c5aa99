using Domi.Engine.Statements;
using Domi.Engine.Users;
using Domi.Platform;
using Domi.Standards.BankFiles;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>Statements, notifications and reports that the bank sent, the newest first.</summary>
internal sealed class BankStatementsModel(Desk desk) : ListPage(desk)
{
    public override string Section => "reconciliation";

    protected override ConsoleRole Needs => ConsoleRole.Controller;

    protected override async Task<ListView?> ReadAsync(int most, CancellationToken ct)
    {
        var statements = Db.BankStatements.AsNoTracking().Where(s => s.CreditorId == Me);
        if (Asked("q") is { } q) statements = statements.Where(s => s.Account.Contains(q) || s.Reference!.Contains(q) || s.FileName.Contains(q));
        if (Asked<StatementState>("state") is { } state) statements = statements.Where(s => s.State == state);
        if (Asked<FileKind>("kind") is { } kind) statements = statements.Where(s => s.Kind == kind);
        if (From is { } from) statements = statements.Where(s => s.Until >= from);
        if (To is { } to) statements = statements.Where(s => s.Until <= to);
        if (AfterNumber is { } after) statements = statements.Where(s => s.Number < after);
        var rows = await statements.OrderByDescending(s => s.Number).Take(most).ToListAsync(ct);
        var gaps = await StatementGaps.OfAsync(Db, Me, rows, ct);
        return new(T["console.statements"],
            [new(T["console.account"]), new(T["console.what"]), new(T["console.period"]), new(T["console.opening"], true), new(T["console.closing"], true), new(T["console.entries"], true), new(T["console.state"])],
            [.. rows.Select(s => new Row(Tables.Text(s.Number),
            [
                new(StateViews.AccountOf(s), "/console/statements/" + Tables.Text(s.Number), s.Reference), new(T[$"console.bank_file.{s.Kind}"]), new(s.Until, null, s.From is { } first && first != s.Until ? T["console.since", ("day", PageFormat.ShortDay(first, T.Language))] : null),
                new(s.Opening), new(s.Closing), new(s.Entries), new(StateViews.Of(T, s, gaps.Contains(s.Id))),
            ]))])
        {
            Empty = T["console.empty.statements"],
            Tabs = Presets("statement_state", nameof(StatementState.Held), nameof(StatementState.Taken), nameof(StatementState.ThrownAway)),
            Filters = [new("q", T["console.search"], Asked("q")), new("kind", T["console.what"], Asked("kind"), [.. StateViews.FromBank.Select(k => (k.ToString(), T[$"console.bank_file.{k}"]))]), new("state", T["console.state"], Asked("state"), Options<StatementState>("statement_state")), .. Days],
            Beside = [("/console/reconciliation", T["console.reconciliation"])],
        };
    }
}

/// <summary>Whether a statement follows on what was read of its account before.</summary>
internal static class StatementGaps
{
    /// <summary>Those whose opening balance no statement of the day before them, or of their own day, closed with; the first of an account follows on nothing.</summary>
    public static async Task<HashSet<Guid>> OfAsync(EngineDb db, Guid creditorId, IReadOnlyList<BankStatement> statements, CancellationToken ct)
    {
        var asked = statements.Where(s => s is { Kind: FileKind.Statement, Opening: not null, Until: not null } && s.State is not StatementState.ThrownAway).ToList();
        var accounts = asked.Select(s => s.Account).Distinct().ToList();
        var known = (await db.BankStatements.AsNoTracking().Where(s => s.CreditorId == creditorId && s.Kind == FileKind.Statement && s.State != StatementState.ThrownAway && s.Until != null && s.Closing != null && accounts.Contains(s.Account))
            .Select(s => new { s.Id, s.Account, s.Until, s.Closing }).ToListAsync(ct)).ToLookup(s => s.Account);
        return [.. asked.Where(s =>
        {
            var before = known[s.Account].Where(k => k.Id != s.Id && k.Until < s.Until).ToList();
            if (before.Count == 0) return false;
            var last = before.Max(k => k.Until);
            return !known[s.Account].Any(k => k.Id != s.Id && (k.Until == last || k.Until == s.Until) && k.Closing == s.Opening);
        }).Select(s => s.Id)];
    }
}
