using System.Text.Json;
using Domi.Engine.DirectDebits;
using Domi.Engine.Subscriptions;
using Domi.Engine.Wire;
using Domi.Platform;

namespace Domi.Engine.Mandates;

/// <summary>What begins once a mandate is signed: a first transaction, a subscription, the collection of an invoice on the day that was chosen. Kept on the mandate until then.</summary>
internal sealed record OnSignature(decimal? Amount, string? Message, string? Ref, OnSignature.Subscribed? Subscription)
{
    public sealed record Subscribed(string? Plan, decimal Amount, string Message, DateOnly? Start, int Months, int Weeks, int StopAfter, string? Ref);

    /// <summary>The day that the debtor chose for the invoice from whose page he came; before he signs it is nobody's wish.</summary>
    public DateOnly? InvoiceOn { get; init; }

    /// <summary>What a mandate keeps that is begun from the page of an invoice.</summary>
    public static string? Choosing(DateOnly? on) => on is null ? null : new OnSignature(null, null, null, null) { InvoiceOn = on }.Written();

    /// <summary>Null when nothing begins. A plan that nobody knows begins nothing either.</summary>
    /// <exception cref="RefusedException"><c>err_invalid_amount</c>, <c>err_invalid_date</c>, <c>err_invalid_params</c>, <c>err_scope</c>.</exception>
    public static async Task<OnSignature?> ReadAsync(EngineDb db, Call call, CancellationToken ct)
    {
        var amount = call.Amount("transactionAmount") ?? call.Amount("amount");
        if (amount is 0m) amount = null;
        if (amount < 0) throw new RefusedException("err_invalid_amount", $"{amount} cannot be collected.", ("amount", amount)) { Field = "transactionAmount" };
        var message = call.TextOf(1000, "transactionMessage", "_txd") is { } text ? Transactions.MessageOf(text) : null;
        var subscription = await SubscribedAsync(db, call, ct);
        if (amount is not null) call.Require(KeyGroup.Transactions);
        if (subscription is not null) call.Require(KeyGroup.Subscriptions);
        return amount is null && subscription is null ? null : new(amount, message, call.TextOf(200, "transactionRef", "_txr"), subscription);
    }

    private static async Task<Subscribed?> SubscribedAsync(EngineDb db, Call call, CancellationToken ct)
    {
        var name = call.Text("plan", 140);
        var plan = await SubscriptionTerms.PlanAsync(db, call.CreditorId, name, ct);
        var amount = call.Amount("subscriptionAmount") is { } given and not 0m ? given : plan?.Amount;
        if (amount is not { } wanted) return null;
        if (wanted <= 0) throw new RefusedException("err_invalid_amount", $"{wanted} cannot be collected.", ("amount", wanted)) { Field = "subscriptionAmount" };

        var (months, weeks) = call.Text("subscriptionRecurrence", 40) is { } text ? SubscriptionTerms.RecurrenceOf(text, "subscriptionRecurrence") : plan is not null ? (plan.Months, plan.Weeks) : (1, 0);
        var message = call.Text("subscriptionMessage") ?? (plan?.Message is { Length: > 0 } words ? words : name ?? "Subscription");
        return new(name, wanted, Transactions.MessageOf(message), call.Day("subscriptionStart"), months, weeks, SubscriptionTerms.EndOf(call.Number("subscriptionStopAfter") ?? plan?.StopAfter ?? 0), call.Text("subscriptionRef", 70));
    }

    public string Written() => JsonSerializer.Serialize(this);

    public static OnSignature? Of(Mandate mandate) => mandate.OnSignatureJson is { } json ? JsonSerializer.Deserialize<OnSignature>(json) : null;

    /// <summary>Begins it, inside the transaction that made the mandate collectable.</summary>
    /// <param name="isPaid">The first amount was the payment by which it was signed.</param>
    public static async Task BeginAsync(EngineDb db, Mandate mandate, bool isPaid, BusinessClock clock, CancellationToken ct)
    {
        if (Of(mandate) is not { } wanted) return;
        if (!mandate.IsCollectable)
        {
            // What was paid is not collected once the debtor's bank accepts.
            if (isPaid) mandate.OnSignatureJson = (wanted with { Amount = null }).Written();
            return;
        }

        if (wanted.Amount is { } amount && !isPaid)
            await Transactions.AddAsync(db, mandate, new(mandate.Reference, amount, wanted.Message ?? mandate.Reference, wanted.Ref, null, clock.Today, null, false), clock, ct);
        if (wanted.Subscription is not { } subscribed) return;

        var start = subscribed.Start is { } day && day > clock.Today ? day : clock.Today.AddDays(1);
        var reference = subscribed.Ref;
        var terms = new SubscriptionTerms(subscribed.Plan, subscribed.Amount, subscribed.Message, start, subscribed.Months, subscribed.Weeks, subscribed.StopAfter);
        await AddSubscription.Async(db, mandate, reference is not null && Subscriptions.Subscription.KeyOf(reference).Length > 0 ? reference : null, terms, clock, ct);
    }
}
