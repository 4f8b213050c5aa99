using System.Globalization;
using Domi.Engine.Statements;
using Domi.Engine.Users;
using Domi.Platform;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>Lines of the account's statements, the newest first: what each is about, what still belongs to nothing, and which ask something.</summary>
internal sealed class ReconciliationModel(Desk desk, StatementImport import, TakeBankFile take) : ListPage(desk)
{
    private static readonly string[] States = ["asks", "unmatched", "matched", "outgoing"];

    public override string Section => "reconciliation";

    protected override ConsoleRole Needs => ConsoleRole.Controller;

    /// <summary>What was in the file that was imported just now.</summary>
    public IReadOnlyList<Taken> Taken { get; private set; } = [];

    public ListView TakenNow => new(T["console.taken_now"], [new(T["console.account"]), new(T["console.what"]), new(T["console.period"]), new(T["console.entries"], true), new(T["console.state"])],
        [.. Taken.Select(x => new Row("",
        [
            new(StateViews.AccountOf(x.Statement), "/console/statements/" + Tables.Text(x.Statement.Number), x.Statement.Reference), new(T[$"console.bank_file.{x.Statement.Kind}"]), new(x.Statement.Until), new(x.Statement.Entries),
            new(x.IsKnown ? new StateView("idle", "off", T["console.known_already"], T[$"console.statement_state.{x.Statement.State}"]) : StateViews.Of(T, x.Statement)),
        ]))]);

    protected override async Task<ListView?> ReadAsync(int most, CancellationToken ct)
    {
        var items = Db.StatementItems.AsNoTracking().Where(i => i.CreditorId == Me).Found(Asked("q"));
        items = Asked("state") switch
        {
            "asks" => items.Where(i => i.Question != null),
            "matched" => items.Where(i => i.Question == null && i.Kind != LineKind.Notice && (i.InvoiceId != null || i.DirectDebitId != null || i.TransferId != null || i.RunId != null)),
            "unmatched" => items.Where(i => i.Question == null && i.Kind == LineKind.Transfer && i.InvoiceId == null && i.AnsweredBy == null && i.Answer == null && i.Amount > 0),
            "outgoing" => items.Where(i => i.Kind == LineKind.Transfer && i.Amount <= 0),
            _ => items,
        };
        if (long.TryParse(Asked("statement"), CultureInfo.InvariantCulture, out var statement)) items = items.Where(i => Db.BankStatements.Any(s => s.Id == i.StatementId && s.Number == statement));
        if (From is { } from) items = items.Where(i => i.BookedOn >= from);
        if (To is { } to) items = items.Where(i => i.BookedOn <= to);
        var all = items;
        if (AfterNumber is { } after) items = items.Where(i => i.Number < after);
        return await new Tables(Db, T, Me).LinesAsync(items, most, ct) with
        {
            Title = T["console.reconciliation"],
            Tabs = Presets("statement", States),
            // What a notification tells, and the parts of a sum, are no money beside the lines that hold it.
            Figures = await TotalAsync(all.Where(i => i.Kind != LineKind.Notice && !i.SourceKey.StartsWith("part:")).Select(i => i.Amount), ct),
            Filters = [new("q", T["console.search"], Asked("q")), new("state", T["console.state"], Asked("state"), [.. States.Select(s => (s, T[$"console.statement.{s}"]))]), .. Days],
            Beside = [("/console/statements", T["console.statements"])],
        };
    }

    /// <summary>Lines as text, or whatever the bank sends: of that is told what became of each statement in it.</summary>
    public async Task<IActionResult> OnPostImportAsync(IFormFile? file, CancellationToken ct)
    {
        var answer = await TakeFileAsync(Needs, "statement.import", file, async (content, token) =>
        {
            using var read = new MemoryStream();
            await content.CopyToAsync(read, token);
            var bytes = read.ToArray();
            if (ImportStatement.IsOfBank(bytes))
            {
                Taken = await take.TakeAsync(Me, bytes, Path.GetFileName(file!.FileName), Actor.Name, token);
                return T["console.bank_file_done", ("count", Taken.Count(x => !x.IsKnown))];
            }

            var (account, lines) = ImportStatement.Read(bytes, Clock.Today);
            await import.TakeAsync(Me, account, lines, token);
            return T["console.statement_done", ("count", lines.Count)];
        }, "/console/reconciliation", ct);
        if (Taken.Count == 0) return answer;

        Db.ChangeTracker.Clear();
        return await OnGetAsync(ct);
    }
}
