using System.Globalization;
using System.Text.Json.Nodes;
using Domi.Engine.DirectDebits;
using Domi.Engine.Mandates;
using Domi.Engine.Wire;
using Domi.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Subscriptions;

/// <summary><c>/creditor/subscription</c>: made, read, replaced, changed, suspended, resumed and ended, by mandate and reference.</summary>
/// <remarks>
/// Refuses with <c>err_no_contract</c>, <c>err_invalid_state</c> (mandate not signed, or ended already), <c>err_duplicate_ref</c>, <c>err_not_found</c>,
/// <c>err_invalid_date</c> (a start that is past), <c>err_invalid_amount</c>, <c>err_invalid_params</c> (recurrence). Source: Twikey API, Subscriptions.
/// </remarks>
internal static class SubscriptionRoutes
{
    private const int PageSize = 100;

    public static void Map(IEndpointRouteBuilder creditor)
    {
        creditor.MapPost("subscription", CreateAsync);
        creditor.MapGet("subscription/query", QueryAsync);
        creditor.MapGet("subscription/{agreement}/{reference}", async (string agreement, string reference, Call call, EngineDb db, CancellationToken ct) =>
        {
            var (subscription, mandate) = await FindAsync(db, call, agreement, reference, ct);
            return Json.Answer(Of(subscription, mandate));
        });
        creditor.MapPost("subscription/{agreement}/{reference}", ReplaceAsync);
        creditor.MapPatch("subscription/{agreement}/{reference}", ChangeAsync);
        creditor.MapDelete("subscription/{agreement}/{reference}", (string agreement, string reference, Call call, EngineDb db, BusinessClock clock, CancellationToken ct) =>
            ActAsync(agreement, reference, call, db, s => s.Cancel(clock.GetUtcNow()), ct));
        creditor.MapPost("subscription/{agreement}/{reference}/{action}", (string agreement, string reference, string action, Call call, EngineDb db, BusinessClock clock, CancellationToken ct) => action.ToLowerInvariant() switch
        {
            "suspend" => ActAsync(agreement, reference, call, db, s => s.Suspend(clock.GetUtcNow()), ct),
            "resume" => ActAsync(agreement, reference, call, db, s => s.Resume(clock.GetUtcNow()), ct),
            _ => throw Call.Invalid("action", "action is suspend or resume."),
        });
    }

    private static async Task<IResult> CreateAsync(Call call, EngineDb db, BusinessClock clock, CancellationToken ct)
    {
        var reference = call.Required("mndtId", 35).ToUpperInvariant();
        var terms = await TermsAsync(call, db, clock, ct);
        var (subscription, mandate) = await db.WriteOrRepeatAsync(async token =>
        {
            await Idempotency.UseAsync(db, call, token);
            var mandate = await Transactions.MandateAsync(db, call, reference, token);
            return (await AddSubscription.Async(db, mandate, Call.AsName(call.Text("ref", 70), "ref"), terms, clock, token), mandate.Reference);
        }, ct);
        return Json.Answer(Of(subscription, mandate));
    }

    /// <summary>Replaces all of it.</summary>
    private static async Task<IResult> ReplaceAsync(string agreement, string reference, Call call, EngineDb db, BusinessClock clock, CancellationToken ct)
    {
        var (known, _) = await FindAsync(db, call, agreement, reference, ct);
        var terms = await TermsAsync(call, db, clock, ct, known);
        var answer = await db.WriteAsync(async token =>
        {
            var (subscription, mandate) = await FindAsync(db, call, agreement, reference, token);
            subscription.Set(terms.Plan, terms.Amount, terms.Message, terms.Start, terms.Months, terms.Weeks, terms.StopAfter, clock.GetUtcNow());
            return Of(subscription, mandate);
        }, ct);
        return Json.Answer(answer);
    }

    private static async Task<IResult> ChangeAsync(string agreement, string reference, Call call, EngineDb db, BusinessClock clock, CancellationToken ct)
    {
        var amount = call.Amount("amount");
        if (amount <= 0) throw new RefusedException("err_invalid_amount", $"{amount} cannot be collected.", ("amount", amount)) { Field = "amount" };
        var message = call.TextOf(1000, "message", "msg") is { } text ? Transactions.MessageOf(text) : null;
        var answer = await db.WriteAsync(async token =>
        {
            var (subscription, mandate) = await FindAsync(db, call, agreement, reference, token);
            subscription.Change(amount, message, clock.GetUtcNow());
            return Of(subscription, mandate);
        }, ct);
        return Json.Answer(answer);
    }

    private static async Task<IResult> ActAsync(string agreement, string reference, Call call, EngineDb db, Action<Subscription> act, CancellationToken ct)
    {
        await db.WriteAsync(async token => act((await FindAsync(db, call, agreement, reference, token)).Subscription), ct);
        return Results.NoContent();
    }

    private static async Task<IResult> QueryAsync(Call call, EngineDb db, PublicAddress address, CancellationToken ct)
    {
        var rows = db.Subscriptions.AsNoTracking().Where(s => s.CreditorId == call.CreditorId && s.InvoiceId == null);
        if (call.Text("mndtId", 35)?.ToUpperInvariant() is { } wanted) rows = rows.Where(s => db.Mandates.Any(m => m.Id == s.MandateId && m.Reference == wanted));
        if (call.Text("customerNumber", 50) is { } number) rows = rows.Where(s => db.Mandates.Any(m => m.Id == s.MandateId && db.Customers.Any(c => c.Id == m.CustomerId && c.CustomerNumber == number)));
        if (call.Text("state", 20) is { } state)
        {
            if (!Enum.TryParse<SubscriptionState>(state, ignoreCase: true, out var known) || int.TryParse(state, out _)) throw Call.Invalid("state", "state is active, suspended, cancelled or closed.");
            rows = rows.Where(s => s.State == known);
        }

        var page = (int)Math.Clamp(call.Number("page") ?? 0, 0, 100_000);
        var found = await rows.OrderBy(s => s.Number).Skip(page * PageSize).Take(PageSize + 1).Join(db.Mandates, s => s.MandateId, m => m.Id, (subscription, m) => new { subscription, m.Reference }).ToListAsync(ct);
        return Json.Answer(new JsonObject
        {
            ["Subscriptions"] = new JsonArray([.. found.OrderBy(f => f.subscription.Number).Take(PageSize).Select(f => (JsonNode)Of(f.subscription, f.Reference))]),
            ["_links"] = Links.Of(call, address, "/creditor/subscription/query", page, found.Count > PageSize),
        });
    }

    public static JsonObject Of(Subscription subscription, string mandate) => new()
    {
        ["id"] = subscription.Number,
        ["state"] = subscription.State.ToString().ToLowerInvariant(),
        ["amount"] = Json.Amount(subscription.Amount),
        ["message"] = subscription.Message,
        ["ref"] = subscription.Reference,
        ["plan"] = 0,
        ["planName"] = subscription.Plan,
        ["runs"] = subscription.Runs,
        ["stopAfter"] = subscription.StopAfter,
        ["start"] = Json.Day(subscription.StartOn),
        ["last"] = subscription.LastOn is { } last ? Json.Day(last) : null,
        ["next"] = subscription.NextOn is { } next ? Json.Day(next) : null,
        ["recurrence"] = subscription.Recurrence,
        ["mndtId"] = mandate,
    };

    private static async Task<(Subscription Subscription, string Mandate)> FindAsync(EngineDb db, Call call, string agreement, string reference, CancellationToken ct)
    {
        var (mandate, key) = (Call.InPath(agreement, "agreement").ToUpperInvariant(), Subscription.KeyOf(Call.InPath(reference, "ref")));
        var id = await db.Mandates.Where(m => m.CreditorId == call.CreditorId && m.Reference == mandate).Select(m => (Guid?)m.Id).SingleOrDefaultAsync(ct)
            ?? throw new RefusedException("err_no_contract", "No such mandate.") { Field = "agreement" };
        return (await db.Subscriptions.SingleOrDefaultAsync(s => s.MandateId == id && s.Reference == key, ct)
            ?? throw new RefusedException("err_not_found", $"No subscription {reference}.") { Field = reference.Length <= 70 ? reference : "ref" }, mandate);
    }

    /// <summary>What the call says, completed by the plan it names and by what is known.</summary>
    internal static async Task<SubscriptionTerms> TermsAsync(Call call, EngineDb db, BusinessClock clock, CancellationToken ct, Subscription? known = null)
    {
        var name = call.Text("plan", 140);
        var plan = await SubscriptionTerms.PlanAsync(db, call.CreditorId, name, ct);
        var (months, weeks) = call.TextOf(40, "recurrence", "recurrencePeriod") is { } text ? SubscriptionTerms.RecurrenceOf(text, "recurrence") : plan is not null ? (plan.Months, plan.Weeks) : known is not null ? (known.Months, known.Weeks) : (1, 0);
        var start = call.Day("start") ?? known?.StartOn ?? clock.Today.AddDays(1);
        if (start <= clock.Today && start != known?.StartOn) throw new RefusedException("err_invalid_date", $"The start {start:O} is past.", ("name", "start")) { Field = "start" };
        var amount = call.Amount("amount") ?? plan?.Amount ?? known?.Amount ?? throw Call.Missing("amount");
        if (amount <= 0) throw new RefusedException("err_invalid_amount", $"{amount} cannot be collected.", ("amount", amount)) { Field = "amount" };
        var message = call.TextOf(1000, "message", "msg") ?? (plan?.Message is { Length: > 0 } words ? words : known?.Message);
        return new(name, amount, Transactions.MessageOf(message), start, months, weeks, SubscriptionTerms.EndOf(call.Number("stopAfter") ?? plan?.StopAfter ?? known?.StopAfter ?? 0));
    }
}

/// <summary>Amount, dates and recurrence of a subscription.</summary>
internal sealed record SubscriptionTerms(string? Plan, decimal Amount, string Message, DateOnly Start, int Months, int Weeks, int StopAfter)
{
    public static Task<SubscriptionPlan?> PlanAsync(EngineDb db, Guid creditorId, string? name, CancellationToken ct) => name is null
        ? Task.FromResult<SubscriptionPlan?>(null)
        : db.SubscriptionPlans.AsNoTracking().SingleOrDefaultAsync(p => p.CreditorId == creditorId && p.Name == name, ct);

    /// <summary><c>1w</c>, <c>2m</c>, up to <c>12m</c>; also in words.</summary>
    public static (int Months, int Weeks) RecurrenceOf(string text, string field) => text.ToLowerInvariant() switch
    {
        "weekly" => (0, 1),
        "monthly" => (1, 0),
        "quarterly" => (3, 0),
        "yearly" or "annually" => (12, 0),
        [.. var digits, 'w'] when int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var weeks) && weeks is >= 1 and <= 52 => (0, weeks),
        [.. var digits, 'm'] when int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var months) && months is >= 1 and <= 12 => (months, 0),
        _ => throw Call.Invalid(field, $"{field} is a number of weeks or months: 1w, 1m, 3m, 12m."),
    };

    public static int EndOf(long stopAfter) => stopAfter is >= 0 and <= 10_000 ? (int)stopAfter : throw Call.Invalid("stopAfter", "stopAfter is a number of runs from 0 to 10,000.");
}

internal static class AddSubscription
{
    /// <summary>Begins a subscription on a signed mandate, inside the running transaction.</summary>
    public static async Task<Subscription> Async(EngineDb db, Mandate mandate, string? reference, SubscriptionTerms terms, BusinessClock clock, CancellationToken ct, Guid? invoiceId = null)
    {
        if (mandate.State is not MandateState.Signed) throw new RefusedException("err_invalid_state", $"Mandate {mandate.Reference} is not signed.", ("reference", mandate.Reference)) { Field = "mndtId" };

        var number = await db.NextObjectNumberAsync(mandate.CreditorId, ct);
        var key = Subscription.KeyOf(reference ?? number.ToString(CultureInfo.InvariantCulture));
        if (key.Length == 0) throw Call.Invalid("ref", "ref has no letter and no digit.");
        if (await db.Subscriptions.AnyAsync(s => s.MandateId == mandate.Id && s.Reference == key, ct) || db.Subscriptions.Local.Any(s => s.MandateId == mandate.Id && s.Reference == key))
            throw new RefusedException("err_duplicate_ref", $"Mandate {mandate.Reference} has a subscription {key}.") { Field = "ref" };

        var subscription = new Subscription(mandate.CreditorId, number, mandate.Id, key, clock.GetUtcNow()) { InvoiceId = invoiceId };
        subscription.Set(terms.Plan, terms.Amount, terms.Message, terms.Start, terms.Months, terms.Weeks, terms.StopAfter, clock.GetUtcNow());
        db.Subscriptions.Add(subscription);
        return subscription;
    }
}

/// <summary>On each of its dates a subscription makes a transaction; one whose mandate ended ends with it, one whose mandate rests passes its dates over.</summary>
internal sealed class RunSubscriptions(EngineDb db, BusinessClock clock) : IJob
{
    public static string Name => "run-subscriptions";

    public static int Parallel => 2;

    public async Task<IReadOnlyList<DueWork>> DueAsync(DateTimeOffset now, int most, CancellationToken ct) =>
        await db.Subscriptions.AsNoTracking().Where(s => s.DueAt <= now).OrderBy(s => s.DueAt).Take(most)
            .Select(s => new DueWork(s.Id.ToString(), s.MandateId.ToString(), s.DueAt!.Value)).ToListAsync(ct);

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken ct) => await db.Subscriptions.MinAsync(s => s.DueAt, ct);

    public async Task RunAsync(DueWork work, CancellationToken ct)
    {
        var id = Guid.Parse(work.Id);
        await db.WriteOrRepeatAsync(async token =>
        {
            if (await db.Subscriptions.SingleOrDefaultAsync(s => s.Id == id, token) is not { DueAt: { } due, NextOn: { } day } subscription || due > clock.GetUtcNow()) return;

            var mandate = await db.Mandates.SingleAsync(m => m.Id == subscription.MandateId, token);
            if (mandate.State is MandateState.Cancelled)
            {
                subscription.Cancel(clock.GetUtcNow());
                return;
            }

            var invoice = subscription.InvoiceId is { } of ? await db.Invoices.SingleAsync(i => i.Id == of, token) : null;
            if (invoice is { Open: <= 0 })
            {
                subscription.Cancel(clock.GetUtcNow());
                return;
            }

            if (!mandate.IsCollectable || (invoice is not null && await db.DirectDebits.AnyAsync(d => d.InvoiceId == invoice.Id && (d.State == DirectDebitState.Open || d.State == DirectDebitState.Sent), token)))
            {
                subscription.Pass(clock.GetUtcNow());
                return;
            }

            var amount = invoice is null ? subscription.Amount : Math.Min(subscription.Amount, invoice.Open);
            await Transactions.AddAsync(db, mandate, new(mandate.Reference, amount, subscription.Message, subscription.Reference, null, day, day, false), clock, token, subscription.Id, invoice?.Id);
            if (invoice is { IsPayable: true }) invoice.Collect(clock.GetUtcNow());
            subscription.Ran(clock.GetUtcNow());
        }, ct);
    }
}
