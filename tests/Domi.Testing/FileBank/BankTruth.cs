using Domi.Standards;
using Domi.Standards.BankFiles;

namespace Domi.Testing;

/// <summary>Where a payment stands at the bank.</summary>
public enum BankState
{
    /// <summary>Taken, not settled yet.</summary>
    Accepted,

    /// <summary>Never settled.</summary>
    Rejected,

    /// <summary>Collected, or paid out.</summary>
    Settled,

    /// <summary>Settled, and sent back by the other bank.</summary>
    Returned,

    /// <summary>Settled, and claimed back by the debtor.</summary>
    Refunded,

    /// <summary>Settled, and given back by the creditor's bank.</summary>
    Reversed,
}

/// <summary>What an account was credited or debited for.</summary>
public enum BookingKind
{
    Collection,

    /// <summary>A direct debit refused before settlement, that was part of a batch's credit.</summary>
    Reject,

    Return,
    Refund,
    Reversal,

    /// <summary>What a return cost, booked apart.</summary>
    Charge,

    /// <summary>The same return once more: the bank's mistake.</summary>
    DoubleReturn,

    /// <summary>A return of a direct debit that the bank never had from here: its mistake.</summary>
    StrangersReturn,

    /// <summary>One of the bank's mistakes undone.</summary>
    Correction,

    Transfer,
    TransferReturn,

    /// <summary>Money that somebody paid in.</summary>
    Incoming,
}

/// <summary>What became of one payment that was sent to the bank.</summary>
public sealed class PaymentTruth
{
    /// <summary>The payment as it was sent, a <see cref="Debit"/> or a <see cref="Transfer"/>.</summary>
    public required FilePart Payment { get; init; }

    public required string EndToEndId { get; init; }

    public required string MessageId { get; init; }

    public required string BatchId { get; init; }

    public required Iban Account { get; init; }

    public required decimal Amount { get; init; }

    public required Fate Fate { get; init; }

    public BankState State { get; internal set; }

    /// <summary>When the account was credited or debited; null when it never was.</summary>
    public DateOnly? SettledOn { get; internal set; }

    /// <summary>When it was rejected or booked back; null when neither.</summary>
    public DateOnly? EndedOn { get; internal set; }

    /// <summary>Why it was rejected or booked back.</summary>
    public string? Reason { get; internal set; }

    /// <summary>What the bank took for it, euro.</summary>
    public decimal Charges { get; internal set; }

    /// <summary>The bank's reference of the payment, on all that it books of it.</summary>
    public string? Reference { get; internal set; }
}

/// <summary>A file, batch or payment that was refused without becoming a payment of its own: a duplicate, or one of a file not taken.</summary>
public sealed record Refusal(string MessageId, string? BatchId, string? EndToEndId, string Reason, DateOnly On);

/// <summary>One movement of an account. A statement may tell several in one entry.</summary>
/// <param name="Amount">Positive came in.</param>
/// <param name="Payments">What it is made of, with each end-to-end id, also where the statement hides it.</param>
public sealed record BankBooking(Iban Account, DateOnly On, BookingKind Kind, decimal Amount, string Reference, IReadOnlyList<EntryDetail> Payments)
{
    /// <summary>The batch that it is the total of.</summary>
    public string? BatchId { get; init; }

    /// <summary>Whether its statement leaves the end-to-end id out.</summary>
    internal bool IsNameless { get; init; }
}

/// <summary>An account's month.</summary>
/// <param name="Sums">By kind, those that went out negative.</param>
public sealed record MonthTruth(decimal Opening, IReadOnlyDictionary<BookingKind, decimal> Sums, decimal Closing);

/// <summary>What the simulated bank really did: what whoever read its files has to agree with, to the cent.</summary>
public sealed class BankTruth
{
    private readonly Dictionary<string, PaymentTruth> payments = new(StringComparer.Ordinal);
    private readonly Dictionary<Iban, BankAccount> accounts;
    private readonly List<BankBooking> bookings = [];
    private readonly List<Refusal> refusals = [];

    internal BankTruth(IEnumerable<BankAccount> accounts) => this.accounts = accounts.ToDictionary(a => a.Iban);

    /// <summary>By end-to-end id. One that was rejected may be sent again, and then stands here as of the last time.</summary>
    public IReadOnlyDictionary<string, PaymentTruth> Payments => payments;

    /// <summary>In the order of booking.</summary>
    public IReadOnlyList<BankBooking> Bookings => bookings;

    public IReadOnlyList<Refusal> Refusals => refusals;

    /// <summary>What stood on an account at the end of a day; of the last one without.</summary>
    public decimal Balance(Iban account, DateOnly? on = null) =>
        accounts[account].Balance + bookings.Where(b => b.Account == account && (on is null || b.On <= on)).Sum(b => b.Amount);

    public MonthTruth Month(Iban account, int year, int month)
    {
        var first = new DateOnly(year, month, 1);
        var sums = bookings.Where(b => b.Account == account && b.On >= first && b.On < first.AddMonths(1))
            .GroupBy(b => b.Kind).ToDictionary(g => g.Key, g => g.Sum(b => b.Amount));
        return new(Balance(account, first.AddDays(-1)), sums, Balance(account, first.AddMonths(1).AddDays(-1)));
    }

    internal void Add(PaymentTruth payment) => payments[payment.EndToEndId] = payment;

    internal void Add(BankBooking booking) => bookings.Add(booking);

    internal void Add(Refusal refusal) => refusals.Add(refusal);
}
