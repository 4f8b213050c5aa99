using System.Text.Json;
using System.Text.Json.Serialization;
using Domi.Platform;
using Domi.Standards;

namespace Domi.Engine.DirectDebits;

public enum FailureStepKind { Retry, PaymentAlternative, NotifyDebtor, NotifyCreditor, SuspendMandate, CancelMandate, Archive }

public enum DebtorChannel { Email, EmailAndSms, Sms }

/// <summary>One step of what follows when a collection fails.</summary>
/// <param name="Days">Of a retry: days until it; of the others: days of grace before the next step.</param>
/// <param name="OnTheFirst">Of a retry: not before the first of the next month; with days, so many after it.</param>
public sealed record FailureStep(FailureStepKind Kind, int Days = 0, bool OnTheFirst = false, DebtorChannel Channel = DebtorChannel.Email);

/// <summary>What follows, in order, for each bucket of reasons; a retry only for what failed softly.</summary>
/// <remarks>Source: Twikey, failure management per profile.</remarks>
public sealed record FailurePlan(IReadOnlyList<FailureStep> Soft, IReadOnlyList<FailureStep> Hard, IReadOnlyList<FailureStep> Technical)
{
    private const int MostSteps = 12;
    private const int MostDays = 90;

    private static readonly JsonSerializerOptions Options = new() { Converters = { new JsonStringEnumConverter() } };

    public IReadOnlyList<FailureStep> Of(FailureBucket bucket) => bucket switch { FailureBucket.Soft => Soft, FailureBucket.Hard => Hard, _ => Technical };

    public string Written() => JsonSerializer.Serialize(this, Options);

    public static FailurePlan Read(string json) => JsonSerializer.Deserialize<FailurePlan>(json, Options)!;

    /// <summary>Where nobody made a plan: a soft failure is tried again as often as the profile says, then the debtor gets a payment link.</summary>
    public static FailurePlan Usual(int mostRetries, int retryAfterDays)
    {
        var link = new FailureStep(FailureStepKind.PaymentAlternative);
        return new([.. Enumerable.Repeat(new FailureStep(FailureStepKind.Retry, retryAfterDays), mostRetries), link], [link], [link]);
    }

    /// <exception cref="RefusedException"><c>failure_plan_invalid</c>: too many steps, a number of days that is none, or a retry of what will fail again.</exception>
    public void Require()
    {
        foreach (var (bucket, steps) in new[] { (FailureBucket.Soft, Soft), (FailureBucket.Hard, Hard), (FailureBucket.Technical, Technical) })
            if (steps.Count > MostSteps || steps.Any(s => s.Days is < 0 or > MostDays || (s.Kind is FailureStepKind.Retry && bucket is not FailureBucket.Soft)))
                throw new RefusedException("failure_plan_invalid", $"At most {MostSteps} steps of at most {MostDays} days; only what failed softly is tried again.") { Field = bucket.ToString() };
    }
}

/// <summary>A step that was taken, or an action of a person: what the transaction's <c>actions</c> tell. Rows are only ever added.</summary>
public sealed class CollectionAction
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid CreditorId { get; init; }

    /// <summary>Number of the transaction.</summary>
    public long TransactionNumber { get; init; }

    /// <summary><c>step</c> of the failure plan, or <c>manual</c>.</summary>
    public required string Origin { get; init; }

    /// <summary><c>reoffer</c>, <c>send_payment_link</c>, <c>notify</c>, <c>suspend</c>, <c>cancel</c>, <c>archive</c>, <c>paid</c>, <c>unsettle</c>.</summary>
    public required string Action { get; init; }

    /// <summary>Reason code of the failure it answers.</summary>
    public string? ReasonCode { get; init; }

    /// <summary>Its place among the actions of the transaction, from 1.</summary>
    public int Step { get; init; }

    public DateTimeOffset OccurredAt { get; init; }
}
