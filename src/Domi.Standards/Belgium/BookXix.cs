namespace Domi.Standards;

/// <summary>What may be asked of a Belgian consumer who pays late: caps and terms, not advice.</summary>
/// <remarks>
/// A cap allows nothing by itself: the contract must have a penalty clause. The interest may not pass
/// <see cref="LatePayment.RateOn"/>. Source: Code of Economic Law, Book XIX (law of 4 May 2023), articles XIX.2 and XIX.4.
/// </remarks>
public static class BookXix
{
    /// <summary>Days the consumer has after the first reminder before anything is added.</summary>
    public const int TermDays = 14;

    /// <summary>Euro, the most a further reminder may cost; postage comes on top. The first one is free.</summary>
    public const decimal MaxReminderFee = 7.50m;

    /// <summary>The most that a flat penalty may be, in euro, rounded half up to the cent.</summary>
    /// <param name="balance">Euro still due on the main sum of one debt.</param>
    /// <exception cref="ArgumentOutOfRangeException">The balance is negative.</exception>
    public static decimal FlatFee(decimal balance)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(balance);
        var fee = balance switch
        {
            0 => 0,
            <= 150 => 20,
            <= 500 => 30 + 0.10m * (balance - 150),
            _ => Math.Min(65 + 0.05m * (balance - 500), 2000),
        };
        return decimal.Round(fee, 2, MidpointRounding.AwayFromZero);
    }

    /// <summary>The first day on which interest and penalty may be claimed after a first reminder.</summary>
    /// <param name="sentOn">The day the reminder left.</param>
    /// <param name="byPost">
    /// A letter starts the term on the third working day after it was sent, a mail on the next calendar day.
    /// </param>
    public static DateOnly CostsPossibleFrom(DateOnly sentOn, bool byPost)
    {
        var firstDay = byPost ? ThirdWorkingDayAfter(sentOn) : sentOn.AddDays(1);
        return firstDay.AddDays(TermDays);
    }

    private static DateOnly ThirdWorkingDayAfter(DateOnly day)
    {
        for (var left = 3; left > 0;)
        {
            day = day.AddDays(1);
            if (BelgianCalendar.IsWorkingDay(day)) left--;
        }

        return day;
    }
}
