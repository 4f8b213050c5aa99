using CsCheck;
using Xunit;

namespace Domi.Standards.Tests;

public sealed class LatePaymentTests
{
    [Theory]
    [InlineData("2016-01-01", "8")]
    [InlineData("2022-12-31", "8")]
    [InlineData("2023-01-01", "10.5")]
    [InlineData("2023-06-30", "10.5")]
    [InlineData("2023-07-01", "12")]
    [InlineData("2024-01-01", "12.5")]
    [InlineData("2024-12-31", "12.5")]
    [InlineData("2025-01-01", "11.5")]
    [InlineData("2025-07-01", "10.5")]
    [InlineData("2026-06-30", "10.5")]
    public void Each_half_year_has_its_rate(string day, string percent) =>
        Assert.Equal(Money(percent), LatePayment.RateOn(DateOnly.Parse(day)));

    [Fact]
    public void Beyond_the_table_the_last_rate_stays() =>
        Assert.Equal(LatePayment.RateOn(LatePayment.RatesKnownUntil), LatePayment.RateOn(LatePayment.RatesKnownUntil.AddYears(1)));

    [Fact]
    public void Before_the_table_there_is_no_rate()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => LatePayment.RateOn(new(2015, 12, 31)));
        Assert.Throws<ArgumentOutOfRangeException>(() => LatePayment.Interest(100, new(2015, 12, 30), new(2016, 6, 1)));
        Assert.Equal(0.02m, LatePayment.Interest(100, new(2015, 12, 31), new(2016, 1, 1)));
    }

    [Theory]
    [InlineData("1000", "2026-01-31", "2026-03-02", "8.63")] // 30 days at 10.5 %
    [InlineData("1000", "2026-01-31", "2026-01-31", "0")]
    [InlineData("1000", "2026-01-31", "2026-01-01", "0")]
    [InlineData("1000", "2026-01-31", "2026-02-01", "0.29")]
    [InlineData("1000", "2024-12-16", "2025-01-15", "9.86")] // 15 days at 12.5 % and 15 at 11.5 %
    [InlineData("1000", "2022-12-31", "2023-12-31", "112.56")] // 181 days at 10.5 % and 184 at 12 %
    [InlineData("1000", "2023-12-31", "2024-12-31", "125.34")] // 366 days, still by 365
    [InlineData("0", "2024-01-01", "2026-01-01", "0")]
    public void Interest_runs_from_the_day_after_and_splits_at_a_new_rate(
        string principal, string dueOn, string until, string expected) =>
        Assert.Equal(Money(expected), LatePayment.Interest(Money(principal), DateOnly.Parse(dueOn), DateOnly.Parse(until)));

    [Fact]
    public void A_negative_principal_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(
        () => LatePayment.Interest(-0.01m, new(2026, 1, 1), new(2026, 2, 1)));

    [Fact]
    public void Interest_is_the_sum_of_its_days() =>
        Gen.Select(Gen.Int[1, 1_000_000], Gen.Int[0, 3000], Gen.Int[0, 900]).Sample((cents, start, days) =>
        {
            var (principal, dueOn) = (cents / 100m, new DateOnly(2017, 1, 1).AddDays(start));
            var sum = Enumerable.Range(1, days).Sum(day => principal * LatePayment.RateOn(dueOn.AddDays(day)) / 100 / 365);
            return Math.Abs(LatePayment.Interest(principal, dueOn, dueOn.AddDays(days)) - sum) <= 0.00501m;
        });

    [Theory]
    [InlineData("0", "0")]
    [InlineData("0.01", "20")]
    [InlineData("100", "20")]
    [InlineData("150", "20")]
    [InlineData("150.01", "30.00")]
    [InlineData("300", "45")]
    [InlineData("500", "65")]
    [InlineData("1000", "90")]
    [InlineData("39200", "2000")]
    [InlineData("50000", "2000")]
    [InlineData("151.25", "30.13")]
    public void The_flat_penalty_of_a_consumer_is_capped(string balance, string expected) =>
        Assert.Equal(Money(expected), BookXix.FlatFee(Money(balance)));

    [Fact]
    public void A_negative_balance_has_no_penalty() => Assert.Throws<ArgumentOutOfRangeException>(() => BookXix.FlatFee(-1));

    [Theory]
    [InlineData("2026-03-02", false, "2026-03-17")]
    [InlineData("2026-03-02", true, "2026-03-19")]
    [InlineData("2026-03-06", true, "2026-03-25")] // a weekend between
    [InlineData("2026-04-03", true, "2026-04-23")] // and Easter Monday
    [InlineData("2026-07-20", true, "2026-08-07")] // and the national holiday
    public void Costs_are_possible_after_fourteen_full_days(string sentOn, bool byPost, string expected) =>
        Assert.Equal(DateOnly.Parse(expected), BookXix.CostsPossibleFrom(DateOnly.Parse(sentOn), byPost));

    [Fact]
    public void The_ten_holidays_of_2026_are_known() => Assert.Equal(
        [
            new(2026, 1, 1), new(2026, 4, 6), new(2026, 5, 1), new(2026, 5, 14), new(2026, 5, 25),
            new(2026, 7, 21), new(2026, 8, 15), new(2026, 11, 1), new(2026, 11, 11), new(2026, 12, 25),
        ],
        BelgianCalendar.Holidays(2026));

    private static decimal Money(string text) => decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
