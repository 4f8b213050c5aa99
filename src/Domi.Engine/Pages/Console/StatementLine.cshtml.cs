using Domi.Engine.Statements;
using Domi.Engine.Transfers;
using Domi.Engine.Users;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>One line of a statement: what it is about, what a person is asked of it, or which invoice a person says that it paid.</summary>
internal sealed class StatementLineModel(Desk desk, StatementImport import, SettleLines settle) : ConsolePage(desk)
{
    public override string Section => "reconciliation";

    public DetailView Detail { get; private set; } = null!; // set before the page is drawn

    public async Task<IActionResult> OnGetAsync(long number, CancellationToken ct)
    {
        if (!Actor.May(ConsoleRole.Controller) || await Db.StatementItems.AsNoTracking().SingleOrDefaultAsync(i => i.CreditorId == Me && i.Number == number, ct) is not { } item) return NotFound();

        var belongs = await new Tables(Db, T, Me).BelongsAsync([item], ct);
        var statement = item.StatementId is { } of ? await Db.BankStatements.AsNoTracking().SingleAsync(s => s.Id == of, ct) : null;
        var pays = item is { Amount: > 0, InvoiceId: null, Kind: LineKind.Transfer, Question: null };
        var candidates = pays ? (await import.CandidatesAsync(item, ct)).Select(c => c.Id).ToList() : [];
        var likely = await new Tables(Db, T, Me).InvoicesAsync(Db.Invoices.AsNoTracking().Where(i => candidates.Contains(i.Id)), ct: ct);
        var transfers = item.Question is null ? [] : await settle.CandidatesOf(item).ToListAsync(ct);
        var state = StateViews.Of(T, item);
        Detail = new(T["console.line_number", ("number", Tables.Text(number))], item.Question is null ? state : state with { Note = null }, item.Name,
        [
            new(T["console.line_asks"], new(item.Question is { } question ? T[$"console.question_of.{question}"] : null)),
            new(T["console.amount"], new(item.Amount)), new(T["console.bank_charges"], new(item.Charges == 0 ? null : item.Charges)), new(T["console.reason"], new(StateViews.ReasonOf(T, item.ReasonCode))), new(T["console.message"], new(item.Message)), new(T["console.booked_on"], new(item.BookedOn)),
            new("IBAN", new(item.CounterpartyAccount)), new("BIC", new(item.CounterpartyBic?.Value)), new(T["console.own_account"], new(item.Account)),
            new(T["console.belongs_to"], belongs[item.Id]), new(T["console.statement_on"], new(statement is null ? null : StateViews.AccountOf(statement), statement is null ? null : "/console/statements/" + Tables.Text(statement.Number), statement?.Reference)),
            new(T["console.end_to_end"], new(item.EndToEndId)), new(T["console.agreement"], new(item.MandateReference)), new(T["console.batch"], new(item.BatchId)), new(T["console.bank_reference"], new(item.BankReference ?? item.EntryReference)), new(T["console.transaction_code"], new(item.TransactionCode)),
            new(T["console.answered_by"], new(StateViews.AnswerOf(T, item), null, item.AnsweredBy)), new(T["console.made"], new(item.ImportedAt)),
        ],
        [
            .. item.Question is null ? [] : Answers(item, transfers),
            .. pays ? new Act[] { new("Link", T["console.link_line"], Fields: [new("invoice", T["console.invoice_typed"], likely.Rows is [var only] ? only.Cells[0].Plain : null, Longest: 70)]) } : [],
        ],
        pays ? [likely with { Title = T["console.likely"], Empty = T["console.likely_none"] }] : []);
        return Page();
    }

    public Task<IActionResult> OnPostLinkAsync(long number, string? invoice, CancellationToken ct) => ActAsync(ConsoleRole.Controller, "statement.link", async token =>
    {
        if (await FindAsync(number, token) is not { } item) return null;
        await import.LinkAsync(item, invoice?.Trim(), token);
        return $"{Tables.Text(number)} → {invoice?.Trim()}";
    }, Back(number), ct, async token => await FindAsync(number, token) is { } item
        ? await Db.Invoices.AsNoTracking().SingleOrDefaultAsync(i => i.CreditorId == Me && i.Number == (invoice ?? "").Trim(), token) is { } of
            ? new("statement.link", ("amount", PageFormat.Money(item.Amount, T.Language)), ("invoice", of.Number), ("open", PageFormat.Money(of.Open, T.Language)))
            : throw new RefusedException("err_not_found", $"No invoice {invoice}.")
        : null);

    /// <summary>Which transaction it is about.</summary>
    public Task<IActionResult> OnPostAssignAsync(long number, CancellationToken ct) => ActAsync(ConsoleRole.Controller, "statement.assign", async token =>
    {
        if (await FindAsync(number, token) is not { } item) return null;
        var transaction = Typed().Text("transaction", 35) ?? throw Wire.Call.Missing("transaction");
        await settle.AssignAsync(item, transaction, Actor.Name, token);
        return $"{Tables.Text(number)} → {transaction}";
    }, Back(number), ct);

    /// <summary>Which transfer it is about.</summary>
    public Task<IActionResult> OnPostAssignTransferAsync(long number, CancellationToken ct) => ActAsync(ConsoleRole.Controller, "statement.assign", async token =>
    {
        if (await FindAsync(number, token) is not { } item) return null;
        var transfer = Typed().Text("transfer", 35) ?? throw Wire.Call.Missing("transfer");
        await settle.AssignTransferAsync(item, transfer, Actor.Name, token);
        return $"{Tables.Text(number)} → {transfer}";
    }, Back(number), ct);

    /// <summary>The sum counts as it came.</summary>
    public Task<IActionResult> OnPostAcceptAsync(long number, CancellationToken ct) => ActAsync(ConsoleRole.Controller, "statement.accept", async token =>
    {
        if (await FindAsync(number, token) is not { } item) return null;
        await settle.AcceptBatchAsync(item, Actor.Name, token);
        return Tables.Text(number);
    }, Back(number), ct, async token =>
    {
        if (await FindAsync(number, token) is not { } item) return null;
        var waiting = await Db.DirectDebits.AsNoTracking().Where(d => d.CreditorId == Me && d.RunId == item.RunId && d.State == DirectDebits.DirectDebitState.Sent).Select(d => d.Amount).ToListAsync(token);
        return new("statement.accept", ("amount", PageFormat.Money(item.Amount, T.Language)), ("count", waiting.Count), ("sum", PageFormat.Money(waiting.Sum(), T.Language)));
    });

    /// <summary>Nothing follows from it.</summary>
    public Task<IActionResult> OnPostLeaveAsync(long number, CancellationToken ct) => ActAsync(ConsoleRole.Controller, "statement.leave", async token =>
    {
        if (await FindAsync(number, token) is not { } item) return null;
        SettleLines.Leave(item, Actor.Name, Typed().Text("note", 300) ?? throw Wire.Call.Missing("note"));
        return Tables.Text(number);
    }, Back(number), ct);

    private List<Act> Answers(StatementItem item, List<CreditTransfer> transfers) =>
    [
        .. item is { Question: LineQuestion.BatchDiffers, Kind: LineKind.Batch, RunId: not null } ? [new Act("Accept", T["console.accept_batch"])] : Array.Empty<Act>(),
        new("Assign", T["console.assign"], Fields: [new("transaction", T["console.transaction_typed"], Longest: 35)]),
        .. transfers.Count == 0 ? Array.Empty<Act>() : [new("AssignTransfer", T["console.assign_transfer"], Fields: [new("transfer", T["console.transfer_chosen"], Options: [.. transfers.Select(t => (t.EndToEndId, $"{t.Name}, {PageFormat.Money(t.Amount, T.Language)}, {PageFormat.ShortDay(t.RequestedOn, T.Language)}"))])])],
        new("Leave", T["console.leave"], Fields: [new("note", T["console.leave_note"], Longest: 300)]),
    ];

    private static string Back(long number) => "/console/reconciliation/" + Tables.Text(number);

    private Task<StatementItem?> FindAsync(long number, CancellationToken ct) => Db.StatementItems.SingleOrDefaultAsync(i => i.CreditorId == Me && i.Number == number, ct);
}
