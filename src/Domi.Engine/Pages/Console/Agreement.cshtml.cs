using Domi.Engine.Creditors;
using Domi.Engine.Invoices;
using Domi.Engine.Mails;
using Domi.Engine.Mandates;
using Domi.Engine.Profiles;
using Domi.Engine.Users;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>One mandate: recalled, suspended, resumed, ended; its document and what was collected on it.</summary>
internal sealed class AgreementModel(Desk desk, MandateEvents events, Settlement settlement, DebtorMail mail) : ConsolePage(desk)
{
    public override string Section => "agreements";

    public DetailView Detail { get; private set; } = null!; // set before the page is drawn

    public async Task<IActionResult> OnGetAsync(long number, CancellationToken ct)
    {
        if (await Db.Mandates.AsNoTracking().SingleOrDefaultAsync(m => m.CreditorId == Me && m.Number == number, ct) is not { } m) return NotFound();

        var customer = await Db.Customers.AsNoTracking().SingleAsync(c => c.Id == m.CustomerId, ct);
        var profile = await Db.Profiles.AsNoTracking().SingleAsync(p => p.Id == m.ProfileId, ct);
        var tables = new Tables(Db, T, Me);
        var acts = new List<Act>();
        if (Actor.May(ConsoleRole.User))
        {
            if (m.State is MandateState.Prepared) acts.Add(new("Remind", T["console.remind"]));
            if (m is { State: MandateState.Signed, IsSuspended: false }) acts.Add(new("Suspend", T["console.suspend"]));
            if (m is { State: MandateState.Signed, IsSuspended: true }) acts.Add(new("Resume", T["console.resume"]));
            if (m.State is not MandateState.Cancelled) acts.Add(new("Cancel", T["console.cancel_agreement"], true, [new("reason", T["console.reason"], Longest: 200)]));
        }

        Detail = new(m.Reference, StateViews.Of(T, m), m.DebtorName ?? customer.DisplayName,
        [
            new(T["console.customer"], new(customer.DisplayName, "/console/customers/" + customer.Id, customer.CustomerNumber)), new(T["console.profile"], new($"{profile.Name} ({profile.WireType})")), new(T["console.contract"], new(m.ContractReference)),
            new("IBAN", new(m.DebtorAccount)), new("BIC", new(m.DebtorBic?.Value)), new(T["console.card"], m.CardExpiresOn is { } expiresOn ? new(m.MaskedMeans, Note: T["console.card_until", ("day", PageFormat.ShortDay(expiresOn, T.Language))]) : new(null)), new(T["console.debtor"], new(m.DebtorName)),
            new(T["console.address"], new(string.Join(", ", new[] { m.DebtorStreet, $"{m.DebtorZip} {m.DebtorCity}".Trim(), m.DebtorCountry }.Where(p => !string.IsNullOrEmpty(p))))),
            new(T["console.made"], new(m.PreparedAt)), new(T["console.opened"], new(m.OpenedAt)), new(T["console.signed_on"], new(m.SignedAt)), new(T["console.method"], new(m.SignMethod)), new(T["console.last_collected"], new(m.LastCollectedOn)),
            new(T["console.reminders"], new(m.Reminders)), new(T["console.ended_on"], new(m.CancelledOn, null, m.CancelReason)),
            .. ProfileAttributes.Answers(profile, m.AttributesJson, T).Select(a => new Fact(a.Question, new(a.Answer))),
        ],
        acts,
        [
            await tables.DebitsAsync(Db.DirectDebits.AsNoTracking().Where(d => d.MandateId == m.Id && !d.IsSuperseded), ct: ct),
            await tables.SubscriptionsAsync(Db.Subscriptions.AsNoTracking().Where(s => s.MandateId == m.Id), ct: ct),
        ])
        { Links = m.DocumentHash is null && m.State is not MandateState.Prepared ? [] : [($"/console/agreements/{Tables.Text(number)}?handler=Pdf", "PDF")] };
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
        if (customer.Email is null) throw new RefusedException("err_email_disabled", "The debtor has no e-mail address.");
        await RemindInvitations.RemindAsync(Db, m, customer, (await CreditorFacts.ReadAsync(Db, Me, token)).ProfileOf(m.ProfileId), mail, Clock.GetUtcNow(), token);
    }, ct);

    public Task<IActionResult> OnPostSuspendAsync(long number, CancellationToken ct) => SuspendAsync(number, true, ct);

    public Task<IActionResult> OnPostResumeAsync(long number, CancellationToken ct) => SuspendAsync(number, false, ct);

    public async Task<IActionResult> OnPostCancelAsync(long number, string? reason, CancellationToken ct)
    {
        var removed = false;
        var answer = await DoAsync(number, "agreement.cancel", async (m, token) =>
        {
            if (string.IsNullOrWhiteSpace(reason) || reason.Length > 200) throw new RefusedException("err_provide_reason", "Give the reason.");
            removed = m.State is MandateState.Prepared;
            if (!removed)
            {
                await CancelMandate.Async(Db, m, reason.Trim(), "creditor", events, settlement, Clock, token);
                return;
            }

            // Nothing was signed: the invitation goes.
            await events.RemovedAsync(m, "removed", token);
            Db.Mandates.Remove(m);
        }, ct);
        return removed && answer is LocalRedirectResult ? LocalRedirect("/console/agreements") : answer;
    }

    private Task<IActionResult> SuspendAsync(long number, bool suspended, CancellationToken ct) => DoAsync(number, suspended ? "agreement.suspend" : "agreement.resume", async (m, token) =>
    {
        if (m.IsSuspended == suspended) return;
        m.Suspend(suspended);
        await events.ChangedAsync(m, suspended ? "uncollectable|user" : "collectable|user", token);
    }, ct);

    private Task<IActionResult> DoAsync(long number, string act, Func<Mandate, CancellationToken, Task> work, CancellationToken ct) => ActAsync(ConsoleRole.User, act, async token =>
    {
        if (await Db.Mandates.SingleOrDefaultAsync(m => m.CreditorId == Me && m.Number == number, token) is not { } m) return null;
        await work(m, token);
        return m.Reference;
    }, $"/console/agreements/{Tables.Text(number)}", ct);
}
