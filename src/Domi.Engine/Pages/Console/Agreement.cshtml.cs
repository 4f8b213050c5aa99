using Domi.Engine.Creditors;
using Domi.Engine.Customers;
using Domi.Engine.DirectDebits;
using Domi.Engine.Invoices;
using Domi.Engine.Mails;
using Domi.Engine.Mandates;
using Domi.Engine.Profiles;
using Domi.Engine.Subscriptions;
using Domi.Engine.Transfers;
using Domi.Engine.Users;
using Domi.Engine.Wire;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>One mandate: recalled, suspended, resumed, ended; collected on, subscribed to and given back; what comes, what happened, and what people wrote down.</summary>
internal sealed class AgreementModel(Desk desk, MandateEvents events, Settlement settlement, DebtorMail mail, CreditorKeys keys) : ConsolePage(desk)
{
    private const int MostEvents = 50;

    public override string Section => "agreements";

    public DetailView Detail { get; private set; } = null!; // set before the page is drawn

    public async Task<IActionResult> OnGetAsync(long number, CancellationToken ct)
    {
        if (await Db.Mandates.AsNoTracking().SingleOrDefaultAsync(m => m.CreditorId == Me && m.Number == number, ct) is not { } m) return NotFound();

        var customer = await Db.Customers.AsNoTracking().SingleAsync(c => c.Id == m.CustomerId, ct);
        var facts = await CreditorFacts.ReadAsync(Db, Me, ct);
        var profile = facts.ProfileOf(m.ProfileId);
        var tables = new Tables(Db, T, Me);
        List<(string, string)> links = m.DocumentHash is null && m.State is not MandateState.Prepared ? [] : [($"/console/agreements/{Tables.Text(number)}?handler=Pdf", "PDF")];
        if (m.State is MandateState.Prepared && m.LinkExpiresAt > Clock.GetUtcNow()) links.Add(("/sign/" + keys.MandateToken(facts.Creditor, m.Id), T["console.signing_page"]));
        if (m.CanBeSigned(Clock.GetUtcNow(), isCoSigner: true)) links.Add(("/sign/" + keys.CoSignToken(facts.Creditor, m.Id, m.CoSignerEmail!), T["console.cosigning_page"]));
        var debits = await tables.DebitsAsync(Db.DirectDebits.AsNoTracking().Where(d => d.MandateId == m.Id && !d.IsSuperseded), ct: ct);
        Detail = new(m.Reference, StateViews.Of(T, m), m.DebtorName ?? customer.DisplayName,
        [
            new(T["console.customer"], new(customer.DisplayName, "/console/customers/" + customer.Id, customer.CustomerNumber)), new(T["console.profile"], new($"{profile.Name} ({profile.WireType})")), new(T["console.contract"], new(m.ContractReference)),
            new("IBAN", new(m.DebtorAccount)), new("BIC", new(m.DebtorBic?.Value)), new(T["console.card"], m.CardExpiresOn is { } expiresOn ? new(m.MaskedMeans, Note: T["console.card_until", ("day", PageFormat.ShortDay(expiresOn, T.Language))]) : new(null)), new(T["console.debtor"], new(m.DebtorName)),
            new(T["console.address"], new(string.Join(", ", new[] { m.DebtorStreet, $"{m.DebtorZip} {m.DebtorCity}".Trim(), m.DebtorCountry }.Where(p => !string.IsNullOrEmpty(p))))), new(T["console.campaign"], new(m.Campaign)),
            new(T["console.made"], new(m.PreparedAt)), new(T["console.opened"], new(m.OpenedAt)), new(T["console.signed_on"], new(m.SignedOn)), new(T["console.method"], new(m.SignMethod)),
            new(T["console.signed_by"], new(string.Equals(m.SignedBy, m.DebtorName, StringComparison.OrdinalIgnoreCase) ? null : m.SignedBy)), new(T["console.cosigner"], new(m.CoSignerName, Note: m.CoSignerEmail)), new(T["console.last_collected"], new(m.LastCollectedOn)),
            new(T["console.reminders"], new(m.Reminders)), new(T["console.ended_on"], new(m.CancelledOn, null, m.CancelReason)),
            .. ProfileAttributes.Answers(profile, m.AttributesJson, T).Select(a => new Fact(a.Question, new(a.Answer))),
        ],
        Acts(m, m.DebtorAccount is { } account && await Db.BlockedAccounts.AnyAsync(b => b.CreditorId == Me && b.Account == account, ct)),
        [
            .. Signatures(m), await UpcomingAsync(m, ct), debits, await tables.SubscriptionsAsync(Db.Subscriptions.AsNoTracking().Where(s => s.MandateId == m.Id), ct: ct), await EventsAsync(m, ct),
        ])
        { Links = links };
        return Page();
    }

    public async Task<IActionResult> OnGetPdfAsync(long number, CancellationToken ct)
    {
        if (await Db.Mandates.AsNoTracking().SingleOrDefaultAsync(m => m.CreditorId == Me && m.Number == number, ct) is not { } m) return NotFound();

        var pdf = m.DocumentHash is { } hash ? await Blob.ReadAsync(Db, hash, ct) : null;
        if (pdf is null && m.State is MandateState.Prepared)
        {
            // To be printed and signed by hand.
            var customer = await Db.Customers.AsNoTracking().SingleAsync(c => c.Id == m.CustomerId, ct);
            pdf = MandateDocuments.Form(m, customer, await CreditorFacts.ReadAsync(Db, Me, ct), m.Language ?? customer.Language ?? "en");
        }

        return pdf is null ? NotFound() : File(pdf, "application/pdf", m.Reference + ".pdf");
    }

    public Task<IActionResult> OnPostRemindAsync(long number, CancellationToken ct) => DoAsync(number, "agreement.remind", async (m, token) =>
    {
        var customer = await Db.Customers.SingleAsync(c => c.Id == m.CustomerId, token);
        if (m.InvitedAt(customer) is null) throw new RefusedException("err_email_disabled", "The debtor has no e-mail address.");
        await RemindInvitations.RemindAsync(Db, m, customer, (await CreditorFacts.ReadAsync(Db, Me, token)).ProfileOf(m.ProfileId), mail, Clock.GetUtcNow(), token);
    }, ct);

    public Task<IActionResult> OnPostSuspendAsync(long number, CancellationToken ct) => SuspendAsync(number, true, ct);

    public Task<IActionResult> OnPostResumeAsync(long number, CancellationToken ct) => SuspendAsync(number, false, ct);

    public async Task<IActionResult> OnPostCancelAsync(long number, string? reason, CancellationToken ct)
    {
        var removed = false;
        var answer = await DoAsync(number, "agreement.cancel", async (m, token) =>
        {
            removed = m.State is MandateState.Prepared;
            if (!removed)
            {
                await CancelMandate.Async(Db, m, ReasonOf(reason), "creditor", events, settlement, Clock, token);
                return;
            }

            // Nothing was signed: the invitation goes.
            await events.RemovedAsync(m, "removed", token);
            Db.Mandates.Remove(m);
        }, ct, async (m, token) =>
        {
            _ = ReasonOf(reason);
            if (m.State is MandateState.Prepared) return new("agreement.remove", ("reference", m.Reference));

            var open = Db.DirectDebits.Where(d => d.MandateId == m.Id && d.State == DirectDebitState.Open);
            return new("agreement.cancel", ("reference", m.Reference), ("name", m.DebtorName), ("count", await open.CountAsync(token)), ("amount", PageFormat.Money(await open.SumAsync(d => d.Amount, token), T.Language)),
                ("subscriptions", await Db.Subscriptions.CountAsync(s => s.MandateId == m.Id && (s.State == SubscriptionState.Active || s.State == SubscriptionState.Suspended), token)));
        });
        return removed && answer is LocalRedirectResult ? LocalRedirect("/console/agreements") : answer;
    }

    public Task<IActionResult> OnPostCollectAsync(long number, CancellationToken ct) => DoAsync(number, "agreement.collect", (m, token) =>
        Transactions.AddAsync(Db, m, Transactions.Read(Typed(("mndtId", m.Reference))), Clock, token), ct);

    public Task<IActionResult> OnPostSubscribeAsync(long number, CancellationToken ct) => DoAsync(number, "agreement.subscribe", async (m, token) =>
    {
        var call = Typed(("mndtId", m.Reference));
        await AddSubscription.Async(Db, m, call.Text("ref", 70), await SubscriptionRoutes.TermsAsync(call, Db, Clock, token), Clock, token);
    }, ct);

    public Task<IActionResult> OnPostRefundAsync(long number, CancellationToken ct) => DoAsync(number, "agreement.refund", (m, token) =>
    {
        var (amount, message) = TypedRefund();
        RefundOf.Add(Db, m, amount, message, Typed().Text("ref", 200), null, Clock.Today, Clock);
        return Task.CompletedTask;
    }, ct, (m, _) => Task.FromResult<Doubt?>(new("agreement.refund", ("amount", PageFormat.Money(TypedRefund().Amount, T.Language)), ("name", m.DebtorName), ("iban", m.DebtorAccount?.ToString()))), ConsoleRole.Administrator);

    /// <summary>Marks the account as misused: nothing is collected from it and no mandate is taken on it any more.</summary>
    public Task<IActionResult> OnPostBlockAsync(long number, string? reason, CancellationToken ct) => DoAsync(number, "agreement.block", async (m, token) =>
        await BlockedAccountRoutes.SuspendAsync(await BlockedAccountRoutes.BlockAsync(Db, Me, AccountOf(m), ReasonOf(reason), Clock, token), true, events, token), ct, async (m, token) =>
    {
        var account = AccountOf(m);
        _ = ReasonOf(reason);
        return new("agreement.block", ("iban", account.ToString()), ("count", await Db.Mandates.CountAsync(o => o.CreditorId == Me && o.DebtorAccount == account && o.State == MandateState.Signed && !o.IsSuspended, token)));
    }, ConsoleRole.Administrator);

    public Task<IActionResult> OnPostUnblockAsync(long number, CancellationToken ct) => DoAsync(number, "agreement.unblock", async (m, token) =>
        await BlockedAccountRoutes.UnblockAsync(Db, Me, AccountOf(m), token), ct, needs: ConsoleRole.Administrator);

    public Task<IActionResult> OnPostCommentAsync(long number, string? text, CancellationToken ct) => DoAsync(number, "agreement.comment", (m, _) =>
    {
        if (string.IsNullOrWhiteSpace(text)) throw new RefusedException("err_msg_missing", "Nothing was written.");
        if (text.Length > 1000) throw Call.Invalid("text", "More than 1,000 characters.");
        Db.MandateComments.Add(new() { CreditorId = Me, MandateId = m.Id, Name = Actor.Name, Text = text.Trim(), IsPublic = IsTicked("public"), At = Clock.GetUtcNow() });
        return Task.CompletedTask;
    }, ct);

    private List<Act> Acts(Mandate m, bool isBlocked)
    {
        var acts = new List<Act>();
        if (!Actor.May(ConsoleRole.User)) return acts;

        if (m.State is MandateState.Prepared) acts.Add(new("Remind", T["console.remind"]));
        if (m is { State: MandateState.Signed, IsSuspended: false }) acts.Add(new("Suspend", T["console.suspend"]));
        if (m is { State: MandateState.Signed, IsSuspended: true }) acts.Add(new("Resume", T["console.resume"]));
        if (m.IsCollectable)
        {
            acts.Add(new("Collect", T["console.new_transaction"], Fields: [new("amount", T["console.amount"], Type: "money"), new("message", T["console.message"]), new("ref", T["console.reference"], IsNeeded: false), new("reqcolldt", T["console.collected_on"], Type: "date", IsNeeded: false)]));
            acts.Add(new("Subscribe", T["console.new_subscription"], Fields:
            [
                new("amount", T["console.amount"], Type: "money"), new("message", T["console.message"]), new("ref", T["console.reference"], IsNeeded: false, Longest: 70), new("start", T["console.start"], Tables.Text(Clock.Today.AddDays(1)), "date"),
                new("recurrence", T["console.rhythm"], "1m", Options: [("1w", T["console.every_weeks", ("count", 1)]), ("1m", T["console.every_months", ("count", 1)]), .. new[] { 2, 3, 6, 12 }.Select(n => ($"{n}m", T["console.every_months", ("count", n)]))]),
                new("stopAfter", T["console.stop_after"], Type: "number", IsNeeded: false),
            ]));
        }

        if (Actor.May(ConsoleRole.Administrator) && m is { DebtorAccount: not null, State: not MandateState.Prepared })
            acts.Add(new("Refund", T["console.new_refund"], true, [new("amount", T["console.amount"], Type: "money"), new("message", T["console.message"]), new("ref", T["console.reference"], IsNeeded: false)]));
        if (Actor.May(ConsoleRole.Administrator) && isBlocked) acts.Add(new("Unblock", T["console.unblock"]));
        if (Actor.May(ConsoleRole.Administrator) && m.DebtorAccount is not null && !isBlocked) acts.Add(new("Block", T["console.block"], true, [new("reason", T["console.reason"], Longest: 200)]));
        acts.Add(new("Comment", T["console.comment"], Fields: [new("text", T["console.comment_text"], Type: "area", Longest: 1000), new("public", T["console.comment_public"], Type: "checkbox")]));
        if (m.State is not MandateState.Cancelled) acts.Add(new("Cancel", T["console.cancel_agreement"], true, [new("reason", T["console.reason"], Longest: 200)]));
        return acts;
    }

    /// <summary>Who signed here, when, how, and from where.</summary>
    private IEnumerable<ListView> Signatures(Mandate m)
    {
        var rows = new[] { (Who: m.SignedBy, m.Evidence), (Who: m.CoSignedBy, Evidence: m.CoEvidence) }.Where(s => s.Evidence is not null)
            .Select(s => new Row("", [new(s.Evidence!.SignedAt), new(s.Who), new(T[SignMethods.WordOf(s.Evidence.Channel)], Note: MandateDocuments.Shorten(s.Evidence.Destination)), new(s.Evidence.Address)])).ToList();
        if (rows.Count > 0) yield return new(T["console.signatures"], [new(T["console.when"]), new(T["console.who"]), new(T["console.method"]), new(T["console.internet_address"])], rows);
    }

    /// <summary>What happens by itself, the next first.</summary>
    private async Task<ListView> UpcomingAsync(Mandate m, CancellationToken ct)
    {
        var debits = await Db.DirectDebits.AsNoTracking().Where(d => d.MandateId == m.Id && !d.IsSuperseded && (d.State == DirectDebitState.Open || d.NextStepAt != null)).OrderBy(d => d.RequestedOn).Take(MostEvents).ToListAsync(ct);
        var subscriptions = await Db.Subscriptions.AsNoTracking().Where(s => s.MandateId == m.Id && s.NextOn != null && s.State == SubscriptionState.Active).OrderBy(s => s.NextOn).Take(MostEvents).ToListAsync(ct);
        List<(DateTimeOffset At, Row Row)> rows =
        [
            .. debits.Select(d => (d.NextStepAt ?? d.RequestedOn.StartOfDay(), new Row("", [new(d.NextStepAt is null ? d.RequestedOn : d.NextStepAt), new(T[d.NextStepAt is null ? "console.upcoming.collect" : "console.upcoming.step"], "/console/transactions/" + Tables.Text(d.Number), d.Message), new(d.Amount)]))),
            .. subscriptions.Select(s => (s.NextOn!.Value.StartOfDay(), new Row("", [new(s.NextOn), new(T["console.upcoming.subscription"], "/console/subscriptions/" + Tables.Text(s.Number), s.Message), new(s.Amount)]))),
        ];
        if (m is { State: MandateState.Prepared, RemindAt: { } remind }) rows.Add((remind, new("", [new(remind), new(T["console.upcoming.remind"]), new(null)])));
        if (m.State is MandateState.Prepared) rows.Add((m.LinkExpiresAt, new("", [new(m.LinkExpiresAt), new(T["console.upcoming.expire"]), new(null)])));
        return new(T["console.upcoming"], [new(T["console.when"]), new(T["console.what"]), new(T["console.amount"], true)], [.. rows.OrderBy(r => r.At).Select(r => r.Row)]) { Empty = T["console.upcoming.none"] };
    }

    /// <summary>What happened, what was mailed and what was written down, the newest first.</summary>
    private async Task<ListView> EventsAsync(Mandate m, CancellationToken ct)
    {
        var about = $"mandate:{m.Id}";
        var comments = await Db.MandateComments.AsNoTracking().Where(c => c.MandateId == m.Id).OrderByDescending(c => c.Id).Take(MostEvents).ToListAsync(ct);
        var mails = await Db.Mails.AsNoTracking().Where(x => x.About == about).OrderByDescending(x => x.CreatedAt).Take(MostEvents).Select(x => new { x.Purpose, x.To, x.CreatedAt }).ToListAsync(ct);
        var acts = await Db.ConsoleActs.AsNoTracking().Where(a => a.CreditorId == Me && a.Subject == m.Reference && a.Act.StartsWith("agreement.") && a.Act != "agreement.comment").OrderByDescending(a => a.Id).Take(MostEvents).ToListAsync(ct);
        var onPages = await Db.PageEvents.AsNoTracking().Where(e => e.CreditorId == Me && e.AboutId == m.Id).OrderByDescending(e => e.Id).Take(MostEvents).ToListAsync(ct);
        List<(DateTimeOffset At, Cell What, string? Who)> all =
        [
            .. comments.Select(c => (c.At, new Cell(c.Text, null, T[c.IsPublic ? "console.comment_is_public" : "console.comment_is_internal"]), (string?)c.Name)),
            .. mails.Select(x => (x.CreatedAt, new Cell(T[$"console.mail.{x.Purpose}"], null, x.To), (string?)null)),
            .. acts.Select(a => (a.At, new Cell(T[$"console.act.{a.Act}", ("subject", a.Subject)]), (string?)a.Name)),
            .. onPages.Select(e => (e.At, new Cell(T[$"console.event.{e.Kind}"], null, e.Kind == PageEvent.Declined ? null : e.Text), e.Kind == PageEvent.Declined ? e.Text : m.DebtorName)),
            (m.PreparedAt, new(T["console.event.prepared"]), null),
        ];
        if (m.OpenedAt is { } opened) all.Add((opened, new(T["console.event.opened"]), null));
        if (m is { CoSigner: not null, Evidence: { } first }) all.Add((first.SignedAt, new(T["console.event.signed_first"], null, m.SignMethod), m.SignedBy));
        // What was signed on paper, or taken over, was signed before it came here: then the day is all that is known.
        if (m is { SignedAt: { } signed, SignedOn: { } on }) all.Add((on == signed.BrusselsDate() ? signed : on.StartOfDay(), new(T["console.event.signed"], null, m.CoEvidence?.Channel ?? m.SignMethod), m.CoSignedBy is { } second && m.CoEvidence is not null ? second : m.SignedBy));
        if (m.CancelledOn is { } ended) all.Add((ended.StartOfDay(), new(T["console.event.ended"], null, m.CancelReason), m.CancelledBy == "creditor" ? null : m.DebtorName));
        return new(T["console.events"], [new(T["console.when"]), new(T["console.what"]), new(T["console.who"])], [.. all.OrderByDescending(e => e.At).Take(MostEvents).Select(e => new Row("", [new(e.At), e.What, new(e.Who)]))]);
    }

    private static Iban AccountOf(Mandate m) => m.DebtorAccount ?? throw new RefusedException("err_provide_account", $"Mandate {m.Reference} has no account.");

    private static string ReasonOf(string? reason) => reason is { Length: <= 200 } && !string.IsNullOrWhiteSpace(reason) ? reason.Trim() : throw new RefusedException("err_provide_reason", "Give the reason.");

    private Task<IActionResult> SuspendAsync(long number, bool suspended, CancellationToken ct) => DoAsync(number, suspended ? "agreement.suspend" : "agreement.resume", async (m, token) =>
    {
        if (m.IsSuspended == suspended) return;
        m.Suspend(suspended);
        await events.ChangedAsync(m, suspended ? "uncollectable|user" : "collectable|user", token);
    }, ct);

    private Task<IActionResult> DoAsync(
        long number, string act, Func<Mandate, CancellationToken, Task> work, CancellationToken ct, Func<Mandate, CancellationToken, Task<Doubt?>>? doubt = null, ConsoleRole needs = ConsoleRole.User) => ActAsync(needs, act, async token =>
    {
        if (await FindAsync(number, token) is not { } m) return null;
        await work(m, token);
        return m.Reference;
    }, $"/console/agreements/{Tables.Text(number)}", ct, doubt is null ? null : async token => await FindAsync(number, token) is { } m ? await doubt(m, token) : null);

    private Task<Mandate?> FindAsync(long number, CancellationToken ct) => Db.Mandates.SingleOrDefaultAsync(m => m.CreditorId == Me && m.Number == number, ct);
}
