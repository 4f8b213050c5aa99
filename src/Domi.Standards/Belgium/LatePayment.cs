using System.Globalization;

namespace Domi.Standards;

/// <summary>Interest and flat sum between enterprises that pay late in Belgium: figures, not advice.</summary>
/// <remarks>Source: law of 2 August 2002 on late payment in commercial transactions, articles 5 and 6.</remarks>
public static class LatePayment
{
    /// <summary>Euro due on each late invoice without notice, for recovery costs.</summary>
    public const decimal FlatFee = 40m;

    private const string Table = "Belgium.late-payment-rates.tsv";

    private static readonly (DateOnly From, decimal Percent)[] Rates = [.. EmbeddedTable.Rows(Table)
        .Select(row => (DateOnly.ParseExact(row[0], "yyyy-MM-dd", CultureInfo.InvariantCulture),
            decimal.Parse(row[1], CultureInfo.InvariantCulture)))];

    /// <summary>The last day for which the table holds a published rate; later days take the last rate it has.</summary>
    public static DateOnly RatesKnownUntil { get; } = EmbeddedTable.Date(Table, "known until");

    /// <summary>The yearly rate in percent that applies on a day.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The day is before 2016, where the table starts.</exception>
    public static decimal RateOn(DateOnly day)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(day, Rates[0].From);
        return Rates.Last(rate => rate.From <= day).Percent;
    }

    /// <summary>
    /// Simple interest in euro from the day after the due date up to and including <paramref name="until"/>: days by 365,
    /// each at the rate of its day, rounded half up to the cent once, at the end. 0 when nothing is late.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The principal is negative, or the first day is before 2016.</exception>
    public static decimal Interest(decimal principal, DateOnly dueOn, DateOnly until)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(principal);
        if (until <= dueOn) return 0;

        var from = dueOn.AddDays(1);
        ArgumentOutOfRangeException.ThrowIfLessThan(from, Rates[0].From, nameof(dueOn));

        var percentDays = 0m;
        for (var i = 0; i < Rates.Length; i++)
        {
            var first = Rates[i].From > from ? Rates[i].From : from;
            var last = i + 1 < Rates.Length && Rates[i + 1].From <= until ? Rates[i + 1].From.AddDays(-1) : until;
            if (last >= first) percentDays += Rates[i].Percent * (last.DayNumber - first.DayNumber + 1);
        }

        return decimal.Round(principal * percentDays / 36500, 2, MidpointRounding.AwayFromZero);
    }
}
