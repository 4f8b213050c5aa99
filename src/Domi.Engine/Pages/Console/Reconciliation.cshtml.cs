using System.Text;
using Domi.Engine.Statements;
using Domi.Engine.Users;
using Domi.Platform;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>Lines of the account's statements, the newest first: what each paid, and what still belongs to nothing.</summary>
internal sealed class ReconciliationModel(Desk desk, StatementImport import) : ListPage(desk)
{
    public override string Section => "reconciliation";

    protected override ConsoleRole Needs => ConsoleRole.Controller;

    protected override async Task<ListView?> ReadAsync(int most, CancellationToken ct)
    {
        var items = Db.StatementItems.AsNoTracking().Where(i => i.CreditorId == Me).Found(Asked("q"));
        items = Asked("state") switch
        {
            "matched" => items.Where(i => i.InvoiceId != null),
            "unmatched" => items.Where(i => i.InvoiceId == null && i.Amount > 0),
            "outgoing" => items.Where(i => i.Amount <= 0),
            _ => items,
        };
        if (From is { } from) items = items.Where(i => i.BookedOn >= from);
        if (To is { } to) items = items.Where(i => i.BookedOn <= to);
        var all = items;
        if (AfterNumber is { } after) items = items.Where(i => i.Number < after);
        var rows = await items.OrderByDescending(i => i.Number).Take(most).ToListAsync(ct);
        var ids = rows.Select(r => r.InvoiceId).ToList();
        var numbers = await Db.Invoices.AsNoTracking().Where(i => i.CreditorId == Me && ids.Contains(i.Id)).ToDictionaryAsync(i => i.Id, i => i.Number, ct);
        return new(T["console.reconciliation"],
            [new(T["console.name"]), new(T["console.message"]), new(T["console.amount"], true), new(T["console.booked_on"]), new(T["console.invoice"]), new(T["console.state"])],
            [.. rows.Select(i => new Row(Tables.Text(i.Number),
            [
                new(i.Name.Length > 0 ? i.Name : T["console.line_number", ("number", Tables.Text(i.Number))], "/console/reconciliation/" + Tables.Text(i.Number), StateViews.Masked(i.CounterpartyAccount)), new(i.Message), new(i.Amount), new(i.BookedOn),
                new(i.InvoiceId is { } id ? numbers.GetValueOrDefault(id) : null, i.InvoiceId is { } of ? "/console/invoices/" + of : null), new(StateViews.Of(T, i)),
            ]))])
        {
            Empty = T["console.none"],
            Tabs = Presets("statement", "unmatched", "matched", "outgoing"),
            Figures = await TotalAsync(all.Select(i => i.Amount), ct),
            Filters = [new("q", T["console.search"], Asked("q")), new("state", T["console.state"], Asked("state"), [.. new[] { "unmatched", "matched", "outgoing" }.Select(s => (s, T[$"console.statement.{s}"]))]), .. Days],
        };
    }

    public Task<IActionResult> OnPostImportAsync(IFormFile? file, CancellationToken ct) => TakeFileAsync(Needs, "statement.import", file, async (content, token) =>
    {
        string text;
        try
        {
            using var reader = new StreamReader(content, new UTF8Encoding(false, throwOnInvalidBytes: true));
            text = await reader.ReadToEndAsync(token);
        }
        catch (DecoderFallbackException)
        {
            throw new RefusedException("invalid_file", "The text is not UTF-8.");
        }

        var (account, lines) = ImportStatement.Read(text, Clock.Today);
        await import.TakeAsync(Me, account, lines, token);
        return T["console.statement_done", ("count", lines.Count)];
    }, "/console/reconciliation", ct);
}
