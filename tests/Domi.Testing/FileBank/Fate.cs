using Domi.Standards;
using Domi.Standards.BankFiles;

namespace Domi.Testing;

/// <summary>How a payment ends at the bank.</summary>
public enum FateKind
{
    /// <summary>Collected, or paid out, for good.</summary>
    Done,

    /// <summary>Refused in the answer to its file.</summary>
    Rejected,

    /// <summary>Refused by the debtor's bank after the file was accepted, before settlement.</summary>
    RejectedLate,

    /// <summary>Settled, and sent back by the other bank.</summary>
    Returned,

    /// <summary>Settled, and claimed back by the debtor without giving a reason (MD06).</summary>
    Refunded,

    /// <summary>Settled, and claimed back by the debtor as never authorised (MD01).</summary>
    Unauthorised,

    /// <summary>Settled, and given back by the creditor's own bank.</summary>
    Reversed,
}

/// <summary>What becomes of one payment, within what the schemes allow.</summary>
/// <param name="Kind">How it ends.</param>
/// <param name="Reason">ISO's code for it; empty when done.</param>
/// <param name="Days">From settlement: TARGET days of a return or a reversal, calendar days until the debtor's claim.</param>
/// <remarks>Source: EPC016-06 and EPC222-07, SDD rulebooks: R-transactions; EPC125-05 for returns of transfers.</remarks>
public sealed record Fate(FateKind Kind, string Reason = "", int Days = 0)
{
    // A claim goes by the debtor's bank, which has two TARGET days to pass it on.
    private const int ForwardDays = 2;

    public static readonly Fate Done = new(FateKind.Done);

    public static Fate Rejected(string reason) => new(FateKind.Rejected, reason);

    public static Fate RejectedLate(string reason) => new(FateKind.RejectedLate, reason);

    public static Fate Returned(string reason, int days) => new(FateKind.Returned, reason, days);

    public static Fate Refunded(int days) => new(FateKind.Refunded, "MD06", days);

    public static Fate Unauthorised(int days) => new(FateKind.Unauthorised, "MD01", days);

    public static Fate Reversed(string reason, int days) => new(FateKind.Reversed, reason, days);

    /// <summary>The day on which a settled direct debit is booked back; null when it is not.</summary>
    /// <exception cref="ArgumentException">The scheme does not allow it.</exception>
    internal DateOnly? BackOn(DateOnly settledOn, MandateScheme scheme)
    {
        var isAllowed = Kind switch
        {
            FateKind.Returned => Days >= 1 && Days <= (scheme is MandateScheme.B2B ? 3 : 5),
            FateKind.Refunded => scheme is MandateScheme.Core && Days is >= 1 and <= 56,
            FateKind.Unauthorised => Days >= 1 && settledOn.AddDays(Days) <= settledOn.AddMonths(13),
            FateKind.Reversed => Days is >= 1 and <= 5,
            _ => true,
        };
        if (!isAllowed) throw new ArgumentException($"{scheme} knows no {Kind} {Days} days after settlement.");
        return Kind switch
        {
            FateKind.Returned or FateKind.Reversed => TargetCalendar.AddOpenDays(settledOn, Days),
            FateKind.Refunded or FateKind.Unauthorised => TargetCalendar.AddOpenDays(settledOn.AddDays(Days), ForwardDays),
            _ => null,
        };
    }
}

/// <summary>How often payments end how, as shares of one; what is left is done.</summary>
public sealed record FateRates
{
    private static readonly string[] RejectReasons = ["AC01", "AC04", "AC06", "AG01", "MD01", "RC01"];
    private static readonly string[] LateReasons = ["AC04", "MD01", "MD07", "MS02", "SL01"];
    private static readonly string[] ReturnReasons = ["AM04", "AM04", "AM04", "AM04", "AC04", "AC06", "MD07", "MS02", "MS03"];
    private static readonly string[] TransferReasons = ["AC01", "AC04", "MD07"];

    /// <summary>All are done.</summary>
    public static readonly FateRates None = new() { Rejected = 0, RejectedLate = 0, Returned = 0, Refunded = 0, Unauthorised = 0, Reversed = 0, TransferReturned = 0 };

    public double Rejected { get; init; } = 0.01;

    public double RejectedLate { get; init; } = 0.01;

    public double Returned { get; init; } = 0.03;

    /// <summary>CORE only: a B2B debtor has no such right.</summary>
    public double Refunded { get; init; } = 0.01;

    public double Unauthorised { get; init; } = 0.002;

    public double Reversed { get; init; } = 0.001;

    public double TransferReturned { get; init; } = 0.02;

    internal Fate Draw(MandateScheme scheme, Random random)
    {
        var drawn = random.NextDouble();
        if ((drawn -= Rejected) < 0) return Fate.Rejected(One(RejectReasons, random));
        if ((drawn -= RejectedLate) < 0) return Fate.RejectedLate(One(LateReasons, random));
        if ((drawn -= Returned) < 0) return Fate.Returned(One(ReturnReasons, random), random.Next(1, scheme is MandateScheme.B2B ? 4 : 6));
        if ((drawn -= Refunded) < 0) return scheme is MandateScheme.Core ? Fate.Refunded(random.Next(1, 57)) : Fate.Done;
        if ((drawn -= Unauthorised) < 0) return Fate.Unauthorised(random.Next(57, 394));
        return drawn - Reversed < 0 ? Fate.Reversed("MS03", random.Next(1, 6)) : Fate.Done;
    }

    internal Fate DrawTransfer(Random random) => random.NextDouble() < TransferReturned ? Fate.Returned(One(TransferReasons, random), random.Next(1, 4)) : Fate.Done;

    private static string One(string[] reasons, Random random) => reasons[random.Next(reasons.Length)];
}
