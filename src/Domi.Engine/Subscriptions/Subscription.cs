using Domi.Platform;

namespace Domi.Engine.Subscriptions;

public enum SubscriptionState { Active, Suspended, Cancelled, Closed }

/// <summary>An amount that is collected again and again on a mandate: on each of its dates it makes one transaction.</summary>
/// <remarks>Active ↔ Suspended; → Cancelled; Closed after its last run. Source: Twikey API, Subscriptions.</remarks>
public sealed class Subscription
{
    private Subscription() { } // for EF Core

    public Subscription(Guid creditorId, long number, Guid mandateId, string reference, DateTimeOffset now)
    {
        (CreditorId, Number, MandateId, Reference, CreatedAt, UpdatedAt) = (creditorId, number, mandateId, KeyOf(reference), now, now);
    }

    public Guid Id { get; private init; } = Guid.CreateVersion7();

    public Guid CreditorId { get; private init; }

    /// <summary>The number that clients read as id.</summary>
    public long Number { get; private init; }

    public Guid MandateId { get; private init; }

    /// <summary>Upper case without dashes and blanks; unique per mandate.</summary>
    public string Reference { get; private init; } = "";

    /// <summary>The debt it pays off in instalments; none for a subscription proper.</summary>
    public Guid? InvoiceId { get; init; }

    public string? Plan { get; private set; }

    public decimal Amount { get; private set; }

    /// <summary>What the debtor sees, at most 140 SEPA characters.</summary>
    public string Message { get; private set; } = "";

    /// <summary>Months between two runs; 0 when it runs by weeks.</summary>
    public int Months { get; private set; } = 1;

    /// <summary>Weeks between two runs; 0 when it runs by months.</summary>
    public int Weeks { get; private set; }

    /// <summary>The first day, which says the day of month of the others too: the 31st is the last day of a shorter month.</summary>
    public DateOnly StartOn { get; private set; }

    public DateOnly? LastOn { get; private set; }

    /// <summary>Null when it ended.</summary>
    public DateOnly? NextOn { get; private set; }

    public int Runs { get; private set; }

    /// <summary>Dates that were passed over while it or its mandate was suspended count for the day of the next one, not as runs.</summary>
    public int Passed { get; private set; }

    /// <summary>Number of runs after which it closes; 0 is no end.</summary>
    public int StopAfter { get; private set; }

    public SubscriptionState State { get; private set; } = SubscriptionState.Active;

    public DateTimeOffset CreatedAt { get; private init; }

    public DateTimeOffset UpdatedAt { get; private set; }

    /// <summary>When the next run makes its transaction.</summary>
    public DateTimeOffset? DueAt { get; private set; }

    public int Version { get; private set; }

    public static string KeyOf(string reference) => string.Concat(reference.ToUpperInvariant().Where(c => c is not ('-' or ' ')));

    public string Recurrence => Weeks > 0 ? $"{Weeks}w" : $"{Months}m";

    /// <summary>Sets all of it anew: amount, message, dates and recurrence.</summary>
    /// <exception cref="RefusedException"><c>err_invalid_state</c>: it ended.</exception>
    public void Set(string? plan, decimal amount, string message, DateOnly start, int months, int weeks, int stopAfter, DateTimeOffset now)
    {
        Require(State is SubscriptionState.Active or SubscriptionState.Suspended);
        var isOtherRhythm = (months, weeks) != (Months, Weeks);
        (Plan, Amount, Message, Months, Weeks, StopAfter) = (plan, amount, message, months, weeks, stopAfter);
        if (start != StartOn || NextOn is null) (StartOn, NextOn, Passed) = (start, start, -Runs); // counted anew from the new first day
        else if (isOtherRhythm)
        {
            Passed = -Runs;
            while (DateOf(Runs + Passed) is var day && (day <= LastOn || day < now.BrusselsDate())) Passed++; // what was collected for is not again
            NextOn = DateOf(Runs + Passed);
        }

        if (StopAfter > 0 && Runs >= StopAfter) (State, NextOn) = (SubscriptionState.Closed, null);
        PlanNext(now);
    }

    public void Change(decimal? amount, string? message, DateTimeOffset now)
    {
        Require(State is SubscriptionState.Active or SubscriptionState.Suspended);
        (Amount, Message) = (amount ?? Amount, message ?? Message);
        Touch(now);
    }

    public void Suspend(DateTimeOffset now)
    {
        Require(State is SubscriptionState.Active or SubscriptionState.Suspended);
        (State, DueAt) = (SubscriptionState.Suspended, null);
        Touch(now);
    }

    /// <summary>Goes on with the first date that is not past; nothing is collected for those in between.</summary>
    public void Resume(DateTimeOffset now)
    {
        Require(State is SubscriptionState.Active or SubscriptionState.Suspended);
        State = SubscriptionState.Active;
        while (NextOn < now.BrusselsDate())
        {
            Passed++;
            NextOn = DateOf(Runs + Passed);
        }

        PlanNext(now);
    }

    public void Cancel(DateTimeOffset now)
    {
        Require(State is not SubscriptionState.Cancelled);
        (State, NextOn, DueAt) = (SubscriptionState.Cancelled, null, null);
        Touch(now);
    }

    /// <summary>A run was made for its date; plans the next one, or closes after the last.</summary>
    public void Ran(DateTimeOffset now)
    {
        Require(State is SubscriptionState.Active && NextOn is not null);
        LastOn = NextOn;
        Runs++;
        if (StopAfter > 0 && Runs >= StopAfter) (State, NextOn, DueAt) = (SubscriptionState.Closed, null, null);
        else NextOn = DateOf(Runs + Passed);
        PlanNext(now);
    }

    /// <summary>Nothing could be collected for its date, which is no run; plans the next one.</summary>
    public void Pass(DateTimeOffset now)
    {
        Require(State is SubscriptionState.Active && NextOn is not null);
        Passed++;
        NextOn = DateOf(Runs + Passed);
        PlanNext(now);
    }

    private DateOnly DateOf(int index) => Weeks > 0 ? StartOn.AddDays(7 * Weeks * index) : StartOn.AddMonths(Months * index);

    // The transaction is made early enough to be announced and presented for its date; here: at the beginning of that day.
    private void PlanNext(DateTimeOffset now)
    {
        DueAt = State is SubscriptionState.Active && NextOn is { } day ? day.At(5) : null;
        Touch(now);
    }

    private void Touch(DateTimeOffset now)
    {
        UpdatedAt = now;
        Version++;
    }

    private void Require(bool allowed)
    {
        if (!allowed) throw new RefusedException("err_invalid_state", $"Subscription {Reference} is {State}.", ("reference", Reference));
    }
}

/// <summary>A subscription's terms under a name, chosen in an invitation by <c>plan</c>.</summary>
public sealed class SubscriptionPlan
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid CreditorId { get; init; }

    /// <summary>Unique per creditor, whatever its case.</summary>
    public required string Name { get; init; }

    public decimal Amount { get; set; }

    public string Message { get; set; } = "";

    public int Months { get; set; } = 1;

    public int Weeks { get; set; }

    public int StopAfter { get; set; }
}
