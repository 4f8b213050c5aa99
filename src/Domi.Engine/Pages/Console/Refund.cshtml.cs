using Domi.Engine.CollectionRuns;
using Domi.Engine.DirectDebits;
using Domi.Engine.Transfers;
using Domi.Engine.Users;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>One transfer that goes out: what it gives back, and whether the bank has it; taken back as long as it has not.</summary>
internal sealed class RefundModel(Desk desk) : ConsolePage(desk)
{
    public override string Section => "refunds";

    public DetailView Detail { get; private set; } = null!; // set before the page is drawn

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken ct)
    {
        if (await Db.Transfers.AsNoTracking().SingleOrDefaultAsync(t => t.CreditorId == Me && t.Id == id, ct) is not { } t) return NotFound();

        var customer = t.CustomerId is { } owner ? await Db.Customers.AsNoTracking().SingleOrDefaultAsync(c => c.Id == owner, ct) : null;
        var invoice = t.InvoiceId is { } of ? await Db.Invoices.AsNoTracking().SingleAsync(i => i.Id == of, ct) : null;
        var debit = t.DirectDebitId is { } collected ? await Db.DirectDebits.AsNoTracking().SingleAsync(d => d.Id == collected, ct) : null;
        var run = t.RunId is { } sent ? await Db.TransferRuns.AsNoTracking().SingleAsync(r => r.Id == sent, ct) : null;
        var file = run?.FileId is { } within ? await Db.OutgoingFiles.AsNoTracking().SingleAsync(f => f.Id == within, ct) : null;
        var waits = await WaitsUntilAsync(t, debit, ct);
        var lines = Db.StatementItems.AsNoTracking().Where(i => i.TransferId == t.Id || (run != null && i.RunId == run.Id));
        Detail = new(T["console.refund_to", ("name", t.Name)], StateViews.Of(T, t), t.Message,
        [
            new(T["console.customer"], new(customer?.DisplayName, customer is null ? null : "/console/customers/" + customer.Id, customer?.CustomerNumber)), new(T["console.amount"], new(t.Amount)), new("IBAN", new(t.Account)), new("BIC", new(t.Bic?.Value)),
            new(T["console.transaction"], new(debit is null ? null : Tables.Text(debit.Number), debit is null ? null : "/console/transactions/" + Tables.Text(debit.Number))), new(T["console.invoice"], new(invoice?.Number, invoice is null ? null : "/console/invoices/" + invoice.Id)),
            new(T["console.reference"], new(t.Ref)), new(T["console.requested_on"], new(t.RequestedOn)), new(T["console.waits"], new(waits, null, waits is null ? null : T["console.waits_why"])), new(T["console.batch"], new(run?.PaymentInformationId)), new(T["console.outgoing_file"], new(file?.MessageId, file is null ? null : "/console/files/" + Tables.Text(file.Number))), new(T["console.booked_on"], new(t.BookedOn)), new(T["console.end_to_end"], new(t.EndToEndId)), new(T["console.made"], new(t.CreatedAt)),
        ],
        t.State is TransferState.Open && Actor.May(ConsoleRole.Administrator) ? [.. waits is null ? Array.Empty<Act>() : [new("Free", T["console.send_anyway"], true)], new("Remove", T["console.take_back"], true)] : [],
        Actor.May(ConsoleRole.Controller) && await lines.AnyAsync(ct) ? [await new Tables(Db, T, Me).LinesAsync(lines, ct: ct) with { Title = T["console.lines_at_bank"] }] : []);
        return Page();
    }

    public async Task<IActionResult> OnPostRemoveAsync(Guid id, CancellationToken ct)
    {
        var removed = false;
        var answer = await ActAsync(ConsoleRole.Administrator, "refund.remove", async token =>
        {
            if (await FindAsync(id, token) is not { } t) return null;
            t.MayBeRemoved();
            Db.Transfers.Remove(t);
            removed = true;
            return $"{t.Name}, {PageFormat.Money(t.Amount, T.Language)}";
        }, "/console/refunds/" + id, ct, async token => await FindAsync(id, token) is { } t ? new("refund.remove", ("name", t.Name), ("amount", PageFormat.Money(t.Amount, T.Language))) : null);
        return removed && answer is LocalRedirectResult ? LocalRedirect("/console/refunds") : answer;
    }

    /// <summary>Although the debtor may still have the collection taken back.</summary>
    public Task<IActionResult> OnPostFreeAsync(Guid id, CancellationToken ct) => ActAsync(ConsoleRole.Administrator, "refund.free", async token =>
    {
        if (await FindAsync(id, token) is not { } t) return null;
        t.Free();
        return $"{t.Name}, {PageFormat.Money(t.Amount, T.Language)}";
    }, "/console/refunds/" + id, ct, async token => await FindAsync(id, token) is { } t
        ? new("refund.free", ("name", t.Name), ("amount", PageFormat.Money(t.Amount, T.Language)), ("day", await WaitsUntilAsync(t, await Db.DirectDebits.AsNoTracking().SingleOrDefaultAsync(d => d.Id == t.DirectDebitId, token), token) is { } until ? PageFormat.ShortDay(until, T.Language) : "–"))
        : null);

    // As long as the own bank would leave it out of a file.
    private async Task<DateOnly?> WaitsUntilAsync(CreditTransfer t, DirectDebit? debit, CancellationToken ct)
    {
        if (t is not { State: TransferState.Open, IsFreed: false } || debit is not { State: DirectDebitState.Paid, SettledOn: { } settled }) return null;
        var until = settled.AddDays(CreditTransfer.ClaimDays);
        return until > Clock.Today && await MakeFiles.ContractAsync(Db, Me, ct) is not null && await Db.Mandates.AnyAsync(m => m.Id == debit.MandateId && m.Scheme == MandateScheme.Core, ct) ? until : null;
    }

    private Task<CreditTransfer?> FindAsync(Guid id, CancellationToken ct) => Db.Transfers.SingleOrDefaultAsync(t => t.CreditorId == Me && t.Id == id, ct);
}
