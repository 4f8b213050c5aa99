using System.Globalization;
using Domi.Engine.CollectionRuns;
using Domi.Engine.DirectDebits;
using Domi.Engine.Invoices;
using Domi.Engine.Transfers;
using Domi.Engine.Users;
using Domi.Engine.Wire;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>One transaction: its attempts, what was done after each failure, and what a person decides.</summary>
internal sealed class TransactionModel(Desk desk, FailureWorkflow failures, Settlement settlement, AnnounceCollections announce) : ConsolePage(desk)
{
    public override string Section => "transactions";

    public DetailView Detail { get; private set; } = null!; // set before the page is drawn

    public async Task<IActionResult> OnGetAsync(long number, CancellationToken ct)
    {
        var attempts = await Db.DirectDebits.AsNoTracking().Where(d => d.CreditorId == Me && d.Number == number).OrderByDescending(d => d.Attempt).ToListAsync(ct);
        if (attempts.Count == 0) return NotFound();

        var d = attempts[0];
        var mandate = await Db.Mandates.AsNoTracking().SingleAsync(m => m.Id == d.MandateId, ct);
        var customer = await Db.Customers.AsNoTracking().SingleAsync(c => c.Id == mandate.CustomerId, ct);
        var invoice = d.InvoiceId is { } id ? await Db.Invoices.AsNoTracking().SingleAsync(i => i.Id == id, ct) : null;
        var run = d.RunId is { } runId ? await Db.CollectionRuns.AsNoTracking().SingleAsync(r => r.Id == runId, ct) : null;
        var file = run?.FileId is { } within ? await Db.OutgoingFiles.AsNoTracking().SingleAsync(f => f.Id == within, ct) : null;
        var ids = attempts.ConvertAll(a => (Guid?)a.Id);
        var lines = Db.StatementItems.AsNoTracking().Where(i => ids.Contains(i.DirectDebitId) || (run != null && d.IsCreditedInBatch && i.RunId == run.Id));
        var taken = await Db.CollectionActions.AsNoTracking().Where(a => a.CreditorId == Me && a.TransactionNumber == number).OrderByDescending(a => a.Step).Take(100).ToListAsync(ct);
        var told = await Db.Announcements.AsNoTracking().Where(a => ids.Contains(a.DirectDebitId)).OrderByDescending(a => a.Id)
            .GroupJoin(Db.Mails, a => a.MailId, m => (Guid?)m.Id, (a, mails) => new { a, mails }).SelectMany(x => x.mails.DefaultIfEmpty(), (x, m) => new { x.a, Mail = m == null ? (MailState?)null : m.State, To = m == null ? null : m.To }).ToListAsync(ct);
        Detail = new(T["console.transaction_number", ("number", Tables.Text(number))], StateViews.Of(T, d), d.Message,
        [
            new(T["console.customer"], new(customer.DisplayName, "/console/customers/" + customer.Id, customer.CustomerNumber)), new(T["console.agreement"], new(mandate.Reference, Tables.Agreement(mandate))),
            new(T["console.invoice"], new(invoice?.Number, invoice is null ? null : "/console/invoices/" + invoice.Id)), new(T["console.amount"], new(d.Amount)), new(T["console.charge"], new(d.Charge)), new(T["console.reference"], new(d.Ref)),
            new(T["console.collected_on"], new(d.RequestedOn)), new(T["console.batch"], new(run?.PaymentInformationId, run is null ? null : "/console/batches/" + Tables.Text(run.Number))), new(T["console.outgoing_file"], new(file?.MessageId, file is null ? null : "/console/files/" + Tables.Text(file.Number))), new(T["console.end_to_end"], new(d.EndToEndId)),
            new(T["console.made"], new(d.CreatedAt)), new(T["console.next_step"], new(d.NextStepAt)),
        ],
        Acts(d),
        [
            new(T["console.attempts"], [new(T["console.attempt"], true), new(T["console.amount"], true), new(T["console.collected_on"]), new(T["console.state"])],
                [.. attempts.Select(a => new Row(a.Id.ToString(), [new(a.Attempt), new(a.Amount), new(a.RequestedOn), new(a.IsSuperseded ? new StateView("bad", "fail", StateViews.ReasonOf(T, a.ReasonCode) ?? T["console.debit.Failed"]) : StateViews.Of(T, a))]))]),
            new(T["console.announcements"], [new(T["console.when"]), new(T["console.what"]), new(T["console.collected_on"]), new(T["console.amount"], true)],
                [.. told.Select(x => new Row(x.a.Id.ToString(),
                [
                    x.a.By is AnnouncedBy.Creditor ? new(x.a.AnnouncedAt?.BrusselsDate()) : x.a.AnnouncedAt is { } at ? new(at) : new(T[$"console.announcement_mail.{x.Mail}"]),
                    new(T[$"console.announced_by.{x.a.By}"], null, x.a.Note is { } note ? $"{x.a.RecordedBy}: {note}" : x.To), new(x.a.CollectOn), new(x.a.Amount),
                ]))]) { Empty = T["console.none"] },
            new(T["console.steps"], [new(T["console.what"]), new(T["console.reason"]), new(T["console.when"])],
                [.. taken.Select(a => new Row(a.Id.ToString(), [new(T[$"console.step.{a.Action}"], null, T[$"console.origin.{a.Origin}"]), new(StateViews.ReasonOf(T, a.ReasonCode)), new(a.OccurredAt)]))]) { Empty = T["console.none"] },
            await new Tables(Db, T, Me).RefundsAsync(Db.Transfers.AsNoTracking().Where(t => t.DirectDebitId == d.Id), ct: ct),
            .. Actor.May(ConsoleRole.Controller) && await lines.AnyAsync(ct) ? [await new Tables(Db, T, Me).LinesAsync(lines, ct: ct) with { Title = T["console.lines_at_bank"] }] : Array.Empty<ListView>(),
        ]);
        return Page();
    }

    public Task<IActionResult> OnPostReofferAsync(long number, CancellationToken ct) => DoAsync(number, "reoffer", ct);

    public Task<IActionResult> OnPostLinkAsync(long number, CancellationToken ct) => DoAsync(number, "backup", ct);

    public Task<IActionResult> OnPostPaidAsync(long number, CancellationToken ct) => DoAsync(number, "paid", ct);

    public Task<IActionResult> OnPostUnsettleAsync(long number, CancellationToken ct) => DoAsync(number, "unsettle", ct);

    public Task<IActionResult> OnPostArchiveAsync(long number, CancellationToken ct) =>
        DoAsync(number, "archive", ct, d => new("transaction.archive", ("number", Tables.Text(number)), ("amount", PageFormat.Money(d.Amount, T.Language))));

    /// <summary>The creditor announced it himself, says a person.</summary>
    public Task<IActionResult> OnPostAnnouncedAsync(long number, CancellationToken ct) => ActAsync(ConsoleRole.User, "transaction.announced", async token =>
    {
        if (await FindAsync(number, token) is not { } d) return null;
        var call = Typed();
        await announce.RecordAsync(d, call.Day("announcedOn") ?? throw Call.Missing("announcedOn"), call.Day("collectOn") ?? throw Call.Missing("collectOn"), call.Required("note", 300), Actor.Name, token);
        return Tables.Text(number);
    }, "/console/transactions/" + Tables.Text(number), ct);

    /// <summary>The mail that announces it is sent anew.</summary>
    public Task<IActionResult> OnPostAnnounceAsync(long number, CancellationToken ct) => ActAsync(ConsoleRole.User, "transaction.announce", async token =>
    {
        if (await FindAsync(number, token) is not { } d) return null;
        await announce.AgainAsync(d, token);
        return Tables.Text(number);
    }, "/console/transactions/" + Tables.Text(number), ct);

    /// <summary>Takes it back before the bank has it.</summary>
    public Task<IActionResult> OnPostRemoveAsync(long number, CancellationToken ct) => ActAsync(ConsoleRole.User, "transaction.remove", async token =>
    {
        if (await FindAsync(number, token) is not { } d) return null;
        await Transactions.RemoveOneAsync(Db, d, settlement, Clock, token);
        return Tables.Text(number);
    }, "/console/transactions/" + Tables.Text(number), ct, async token =>
        await FindAsync(number, token) is { } d ? new("transaction.remove", ("number", Tables.Text(d.Number)), ("amount", PageFormat.Money(d.Amount, T.Language))) : null);

    /// <summary>Gives it back to the account that it came from; a card has none: there it is typed.</summary>
    public Task<IActionResult> OnPostRefundAsync(long number, CancellationToken ct) => ActAsync(ConsoleRole.Administrator, "transaction.refund", async token =>
    {
        if (await FindAsync(number, token) is not { } d) return null;
        var (amount, message) = TypedRefund();
        await RefundOf.AddAsync(Db, d, amount, message, null, null, TypedAccount(d), null, Clock, token);
        return Tables.Text(number);
    }, "/console/transactions/" + Tables.Text(number), ct, async token =>
    {
        if (await FindAsync(number, token) is not { } d) return null;
        var amount = PageFormat.Money(TypedRefund().Amount, T.Language);
        if (TypedAccount(d) is not { } account) return new("transaction.refund", ("number", Tables.Text(d.Number)), ("amount", amount));
        return new("agreement.refund", ("amount", amount), ("name", await Db.Mandates.Where(m => m.Id == d.MandateId).Select(m => m.DebtorName).SingleAsync(token)), ("iban", account.ToString()));
    });

    private Iban? TypedAccount(DirectDebit d) => d.IsCard ? Accounts.IbanOf(Typed().Text("iban", 60) ?? throw new RefusedException("err_provide_account", $"Transaction {d.Number} was charged to a card.") { Field = "iban" }) : null;

    private List<Act> Acts(DirectDebit d)
    {
        var acts = new List<Act>();
        if (!Actor.May(ConsoleRole.User) || d.State is DirectDebitState.Sent) return acts;
        var failed = d is { State: DirectDebitState.Failed, SettledBy: null };
        if (failed) acts.AddRange([new("Link", T["console.send_link"]), new("Reoffer", T["console.reoffer"])]);
        if (failed && !d.IsUnsettled && d.ArchivedAt is null) acts.Add(new("Unsettle", T["console.unsettle"]));
        if (failed || d.State is DirectDebitState.Open) acts.Add(new("Paid", T["console.mark_paid"]));
        if (d is { State: DirectDebitState.Open, HeldBecause: "mail_refused" or "mail_uncertain" }) acts.Add(new("Announce", T["console.announce_again"]));
        if (d is { State: DirectDebitState.Open, IsCard: false })
            acts.Add(new("Announced", T["console.announced_otherwise"], false,
                [new("announcedOn", T["console.announced_on"], Tables.Text(Clock.Today), "date"), new("collectOn", T["console.collected_on"], Tables.Text(d.RequestedOn), "date"), new("note", T["console.announced_note"], Longest: 300)]));
        if (d.State is DirectDebitState.Open) acts.Add(new("Remove", T["console.take_back"], true));
        else if (d.ArchivedAt is null) acts.Add(new("Archive", T["console.archive"], true));
        if (d.State is DirectDebitState.Paid && Actor.May(ConsoleRole.Administrator))
            acts.Add(new("Refund", T["console.refund"], true,
            [
                new("amount", T["console.amount"], d.Amount.ToString("0.00", CultureInfo.InvariantCulture), "money"), new("message", T["console.message"]),
                .. d.IsCard ? new[] { new ActField("iban", "IBAN", Longest: 42) } : [],
            ]));
        return acts;
    }

    private Task<IActionResult> DoAsync(long number, string action, CancellationToken ct, Func<DirectDebit, Doubt>? doubt = null) => ActAsync(ConsoleRole.User, "transaction." + action, async token =>
    {
        if (await FindAsync(number, token) is not { } debit) return null;
        await failures.ActAsync(debit, action, settlement, token);
        return Tables.Text(number);
    }, "/console/transactions/" + Tables.Text(number), ct, doubt is null ? null : async token => await FindAsync(number, token) is { } debit ? doubt(debit) : null);

    private Task<DirectDebit?> FindAsync(long number, CancellationToken ct) => Db.DirectDebits.SingleOrDefaultAsync(d => d.CreditorId == Me && d.Number == number && !d.IsSuperseded, ct);
}
