using Domi.Engine.Statements;
using Domi.Engine.Users;
using Domi.Platform;
using Domi.Standards.BankFiles;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>One statement, notification or report: what was found wrong with it, its lines, and what becomes of it when it is held.</summary>
internal sealed class BankStatementModel(Desk desk, TakeBankFile take) : ConsolePage(desk)
{
    private const int MostFindings = 200;

    public override string Section => "reconciliation";

    public DetailView Detail { get; private set; } = null!; // set before the page is drawn

    public async Task<IActionResult> OnGetAsync(long number, CancellationToken ct)
    {
        if (!Actor.May(ConsoleRole.Controller) || await Mine(number).AsNoTracking().SingleOrDefaultAsync(ct) is not { } s) return NotFound();

        var file = s.Kind is FileKind.StatusReport ? await Db.OutgoingFiles.AsNoTracking().SingleOrDefaultAsync(f => f.CreditorId == Me && f.MessageId == s.Account, ct) : null;
        var isReport = s.Kind is FileKind.StatusReport;
        var lines = isReport ? null : await new Tables(Db, T, Me).LinesAsync(Db.StatementItems.AsNoTracking().Where(i => i.StatementId == s.Id), ListPage.Size, ct);
        var isGap = (await StatementGaps.OfAsync(Db, Me, [s], ct)).Count > 0;
        Detail = new(T["console.statement_number", ("number", Tables.Text(number))], StateViews.Of(T, s, isGap), T[$"console.statement_about.{s.State}"],
        [
            new(T["console.what"], new(T[$"console.bank_file.{s.Kind}"], null, s.Format)), new(T[isReport ? "console.about_file" : "console.account"], new(StateViews.AccountOf(s), file is null ? null : "/console/files/" + Tables.Text(file.Number))), new(T["console.reference"], new(s.Reference)),
            new(T["console.from"], new(s.From)), new(T["console.to"], new(s.Until)), new(T["console.opening"], new(s.Opening)),
            new(T["console.credits"], new(isReport ? null : s.Credits)), new(T["console.debits"], new(isReport ? null : -s.Debits)), new(T["console.closing"], new(s.Closing)), new(T["console.entries"], new(s.Entries)),
            new(T["console.import.file"], new(s.FileName)), new(T["console.taken"], new(s.TakenAt, null, s.TakenBy)),
        ],
        s.State is StatementState.Held ? [new("LetIn", T["console.let_in"]), new("ThrowAway", T["console.throw_away"], true)] : [],
        [
            new(T["console.findings"], [new(T["console.severity"]), new(T["console.found"]), new(T["console.place"])],
                [.. s.Findings.OrderByDescending(f => f.Severity).Take(MostFindings).Select(f => new Row("", [new(SeverityOf(f.Severity)), new(f.Message, null, f.Rule), new(f.Place)]))]) { Empty = T["console.findings_none"] },
            .. lines is null ? Array.Empty<ListView>() : [lines with { Empty = T[s.State is StatementState.Held ? "console.lines_held" : "console.none"] }],
        ])
        {
            Links = [.. isReport ? Array.Empty<(string, string)>() : [($"/console/reconciliation?statement={Tables.Text(number)}", T["console.all_lines"])], ("/console/statements", T["console.statements"])],
        };
        return Page();
    }

    public async Task<IActionResult> OnPostLetInAsync(long number, CancellationToken ct)
    {
        var back = "/console/statements/" + Tables.Text(number);
        if (!Actor.May(ConsoleRole.Controller) || !await Mine(number).AnyAsync(ct)) return NotFound();
        try
        {
            if (IsSure) await take.LetInAsync(Me, number, Actor.Name, ct); // takes a while, and has transactions of its own
        }
        catch (RefusedException refused)
        {
            TempData["Refused"] = T.Refused(refused);
            return LocalRedirect(back);
        }

        return await ActAsync(ConsoleRole.Controller, "bank_statement.let_in", _ => Task.FromResult<string?>(Tables.Text(number)), back, ct, token => DoubtAsync("bank_statement.let_in", number, token));
    }

    public Task<IActionResult> OnPostThrowAwayAsync(long number, CancellationToken ct) => ActAsync(ConsoleRole.Controller, "bank_statement.throw_away", async token =>
    {
        if (await Mine(number).SingleOrDefaultAsync(token) is not { } s) return null;
        s.ThrowAway(Actor.Name);
        return Tables.Text(number);
    }, "/console/statements/" + Tables.Text(number), ct, token => DoubtAsync("bank_statement.throw_away", number, token));

    private async Task<Doubt?> DoubtAsync(string key, long number, CancellationToken ct) =>
        await Mine(number).AsNoTracking().SingleOrDefaultAsync(ct) is { } s ? new(key, ("number", Tables.Text(number)), ("account", StateViews.AccountOf(s)), ("count", s.Entries)) : null;

    private StateView SeverityOf(Severity severity) => severity is Severity.Warn ? new("idle", "warn", T["console.severity.Warn"]) : new("bad", "fail", T[$"console.severity.{severity}"]);

    private IQueryable<BankStatement> Mine(long number) => Db.BankStatements.Where(s => s.CreditorId == Me && s.Number == number);
}
