using Domi.Engine.Statements;
using Domi.Engine.Users;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>One line of a statement: what it paid, or which invoice a person says that it did.</summary>
internal sealed class StatementLineModel(Desk desk, StatementImport import) : ConsolePage(desk)
{
    public override string Section => "reconciliation";

    public DetailView Detail { get; private set; } = null!; // set before the page is drawn

    public async Task<IActionResult> OnGetAsync(long number, CancellationToken ct)
    {
        if (!Actor.May(ConsoleRole.Controller) || await Db.StatementItems.AsNoTracking().SingleOrDefaultAsync(i => i.CreditorId == Me && i.Number == number, ct) is not { } item) return NotFound();

        var invoice = item.InvoiceId is { } id ? await Db.Invoices.AsNoTracking().SingleAsync(i => i.Id == id, ct) : null;
        var candidates = (await import.CandidatesAsync(item, ct)).Select(c => c.Id).ToList();
        var likely = await new Tables(Db, T, Me).InvoicesAsync(Db.Invoices.AsNoTracking().Where(i => candidates.Contains(i.Id)), ct: ct);
        var pays = item.Amount > 0 && item.InvoiceId is null;
        Detail = new(T["console.line_number", ("number", Tables.Text(number))], StateViews.Of(T, item), item.Name,
        [
            new(T["console.amount"], new(item.Amount)), new(T["console.message"], new(item.Message)), new(T["console.booked_on"], new(item.BookedOn)), new("IBAN", new(item.CounterpartyAccount)), new("BIC", new(item.CounterpartyBic?.Value)), new(T["console.own_account"], new(item.Account)),
            new(T["console.invoice"], new(invoice?.Number, invoice is null ? null : "/console/invoices/" + invoice.Id)), new(T["console.made"], new(item.ImportedAt)),
        ],
        pays ? [new("Link", T["console.link_line"], Fields: [new("invoice", T["console.invoice_typed"], likely.Rows is [var only] ? only.Cells[0].Plain : null, Longest: 70)])] : [],
        pays ? [likely with { Title = T["console.likely"], Empty = T["console.likely_none"] }] : []);
        return Page();
    }

    public Task<IActionResult> OnPostLinkAsync(long number, string? invoice, CancellationToken ct) => ActAsync(ConsoleRole.Controller, "statement.link", async token =>
    {
        if (await FindAsync(number, token) is not { } item) return null;
        await import.LinkAsync(item, invoice?.Trim(), token);
        return $"{Tables.Text(number)} → {invoice?.Trim()}";
    }, "/console/reconciliation/" + Tables.Text(number), ct, async token => await FindAsync(number, token) is { } item
        ? await Db.Invoices.AsNoTracking().SingleOrDefaultAsync(i => i.CreditorId == Me && i.Number == (invoice ?? "").Trim(), token) is { } of
            ? new("statement.link", ("amount", PageFormat.Money(item.Amount, T.Language)), ("invoice", of.Number), ("open", PageFormat.Money(of.Open, T.Language)))
            : throw new RefusedException("err_not_found", $"No invoice {invoice}.")
        : null);

    private Task<StatementItem?> FindAsync(long number, CancellationToken ct) => Db.StatementItems.SingleOrDefaultAsync(i => i.CreditorId == Me && i.Number == number, ct);
}
