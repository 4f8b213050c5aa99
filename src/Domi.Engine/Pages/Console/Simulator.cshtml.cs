using Domi.Engine.DirectDebits;
using Domi.Engine.Invoices;
using Domi.Engine.Mandates;
using Domi.Engine.Simulator;
using Domi.Engine.Users;
using Domi.Engine.Wire;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>The sandbox for a creditor's people: what the simulated bank will say of each collection, another answer in its place, and the clock.</summary>
internal sealed class SimulatorModel(Desk desk, Settlement settlement, JobRunner runner, DomiSettings settings) : ConsolePage(desk)
{
    private const int MostShown = 100;

    /// <summary>The answer that money came.</summary>
    public const string Paid = "paid";

    public override string Section => "simulator";

    /// <summary>The reasons that can be played, by how often banks give them.</summary>
    public static IReadOnlyList<string> Codes { get; } = ["AM04", "MS03", "MS02", "MD06", "MD01", "AC01", "AC04", "AC06", "MD07", "SL01"];

    public DateTimeOffset Now => Clock.GetUtcNow();

    public bool RunsAhead => Clock.Offset >= TimeSpan.FromMinutes(1);

    public string DaysAhead => Clock.Offset.TotalDays.ToString("0.#", PageFormat.CultureOf(T.Language));

    /// <summary>When the bank has something to say about a collection or an agreement of this creditor.</summary>
    public DateTimeOffset? BankDueAt { get; private set; }

    public ListView Waiting { get; private set; } = null!; // set before the page is drawn

    public ListView Agreements { get; private set; } = null!;

    public ListView Last { get; private set; } = null!;

    /// <summary>What can be answered differently: transactions that are with the bank, or that it paid.</summary>
    public IReadOnlyList<(long Number, string Words)> Playable { get; private set; } = [];

    private bool IsOpen => settings.Sandbox.Enabled && Actor.May(ConsoleRole.Administrator);

    private IQueryable<DirectDebit> Mine => Db.DirectDebits.AsNoTracking().Where(d => d.CreditorId == Me && !d.IsSuperseded);

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (!IsOpen) return NotFound();

        BankDueAt = await BankDueAsync(ct);
        var waiting = await Mine.Where(d => d.DueAt != null).OrderBy(d => d.DueAt).Take(MostShown).ToListAsync(ct);
        Waiting = new(T["console.simulator.waiting"], [new(T["console.transaction"]), new(T["console.amount"], true), new(T["console.state"]), new(T["console.simulator.next"]), new(T["console.simulator.answer"])],
            [.. waiting.Select(d => new Row("", [new(Tables.Text(d.Number), "/console/transactions/" + Tables.Text(d.Number), d.Message), new(d.Amount), new(StateViews.Of(T, d)), new(d.DueAt), new(AnswerOf(Outcomes.OfCollection(d.Amount)))]))])
        { Empty = T["sandbox.bank.idle"] };
        var agreements = await Db.Mandates.AsNoTracking().Where(m => m.CreditorId == Me && m.BankAnswersAt != null).OrderBy(m => m.BankAnswersAt).Take(MostShown).ToListAsync(ct);
        Agreements = new(T["console.agreements"], [new(T["console.agreement"]), new("IBAN"), new(T["console.simulator.next"]), new(T["console.simulator.answer"])],
            [.. agreements.Select(m => new Row("", [new(m.Reference, Tables.Agreement(m), m.DebtorName), new(StateViews.Masked(m.DebtorAccount)), new(m.BankAnswersAt), new(T[m.DebtorAccount is { } account && Outcomes.AcceptsMandate(account) ? "console.simulator.accepts" : "console.simulator.refuses"])]))]);
        var last = await (
            from payment in Db.InvoicePayments.AsNoTracking()
            where payment.CreditorId == Me
            join invoice in Db.Invoices on payment.InvoiceId equals invoice.Id
            orderby payment.OccurredAt descending
            select new { payment, invoice.Number }).Take(20).ToListAsync(ct);
        Last = new(T["sandbox.outcomes"], [new(T["console.invoice"]), new(T["sandbox.what"]), new(T["console.amount"], true), new(T["console.when"])],
            [.. last.Select(l => new Row("", [new(l.Number, "/console/invoices/" + l.payment.InvoiceId), new($"{T[$"method.{l.payment.Method}"]}: {T[$"sandbox.kind.{l.payment.Kind.ToString().ToLowerInvariant()}"]}", null, StateViews.ReasonOf(T, l.payment.ReasonCode)), new(l.payment.Amount), new(l.payment.OccurredAt)]))])
        { Empty = T["sandbox.outcomes.none"] };
        var playable = await Mine.Where(d => d.State == DirectDebitState.Sent || d.State == DirectDebitState.Paid).OrderByDescending(d => d.UpdatedAt).Take(MostShown).ToListAsync(ct);
        Playable = [.. playable.Select(d => (d.Number, $"{Tables.Text(d.Number)} · {PageFormat.Money(d.Amount, T.Language)} · {T[$"console.debit.{d.State}"]} · {(d.Message.Length > 40 ? d.Message[..40] + "…" : d.Message)}"))];
        return Page();
    }

    public string AnswerOf(string? code) => StateViews.ReasonOf(T, code) ?? T["console.simulator.paid"];

    public Task<IActionResult> OnPostAdvanceAsync(int days, CancellationToken ct) => AdvanceAsync(_ => Task.FromResult<TimeSpan?>(days is 1 or 7 ? TimeSpan.FromDays(days) : null), ct);

    public Task<IActionResult> OnPostBankAsync(CancellationToken ct) => AdvanceAsync(async token => await BankDueAsync(token) is { } due ? due > Clock.GetUtcNow() ? due - Clock.GetUtcNow() : TimeSpan.Zero : null, ct);

    /// <summary>The bank says now what was chosen, whatever it would have said.</summary>
    public async Task<IActionResult> OnPostPlayAsync(long number, string? code, CancellationToken ct)
    {
        if (!IsOpen || code is null || !(code == Paid || Codes.Contains(code))) return NotFound();
        return await ActAsync(ConsoleRole.Administrator, "simulator.play", async token =>
        {
            if (await Db.DirectDebits.SingleOrDefaultAsync(d => d.CreditorId == Me && d.Number == number && !d.IsSuperseded, token) is not { } debit) return null;
            if (debit.State is not (DirectDebitState.Sent or DirectDebitState.Paid)) throw new RefusedException("err_invalid_state", $"Transaction {number} is {debit.State}.");

            var invoice = debit.InvoiceId is { } id ? await Db.Invoices.SingleAsync(i => i.Id == id, token) : null;
            if (code != Paid) await settlement.FailedAsync(debit, invoice, code, token);
            else await settlement.CollectedAsync(debit, invoice, Clock.Today, null, token);
            return $"{Tables.Text(number)}, {AnswerOf(code == Paid ? null : code)}";
        }, "/console/simulator", ct);
    }

    /// <summary>The clock moves outside any transaction: whatever falls due on the way is done on the way.</summary>
    private async Task<IActionResult> AdvanceAsync(Func<CancellationToken, Task<TimeSpan?>> by, CancellationToken ct)
    {
        if (!IsOpen || await by(ct) is not { } span) return NotFound();

        var answer = await ActAsync(ConsoleRole.Administrator, "simulator.clock", _ => Task.FromResult<string?>(span.TotalDays.ToString("0.###", PageFormat.CultureOf(T.Language))), "/console/simulator", ct);
        if (TempData.Peek("Refused") is null) await runner.AdvanceAsync(span, ct);
        return answer;
    }

    // Where a profile does not send by itself, what is open waits for somebody who collects.
    private async Task<DateTimeOffset?> BankDueAsync(CancellationToken ct)
    {
        var collection = await Mine.Where(d => d.State != DirectDebitState.Open || Db.Mandates.Any(m => m.Id == d.MandateId && Db.Profiles.Any(p => p.Id == m.ProfileId && p.SendsByItself))).MinAsync(d => d.DueAt, ct);
        var mandate = await Db.Mandates.Where(m => m.CreditorId == Me).MinAsync(m => m.BankAnswersAt, ct);
        return collection is null || mandate < collection ? mandate : collection;
    }
}
