using CsCheck;
using Xunit;

namespace Domi.Standards.Tests;

public sealed class TargetCalendarTests
{
    private static readonly Gen<DateOnly> Days =
        Gen.Int[new DateOnly(2002, 1, 1).DayNumber, new DateOnly(2099, 12, 31).DayNumber].Select(DateOnly.FromDayNumber);

    [Fact]
    public void The_closing_days_of_twelve_years_are_those_of_the_table()
    {
        var table = Vectors.Read("target-closing-days-2024-2035.tsv").Select(row => DateOnly.Parse(row[0])).ToList();

        Assert.Equal(72, table.Count);
        Assert.Equal(table, Enumerable.Range(2024, 12).SelectMany(TargetCalendar.Holidays));
        for (var day = new DateOnly(2024, 1, 1); day.Year < 2036; day = day.AddDays(1))
        {
            var weekend = day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
            Assert.Equal((day, !weekend && !table.Contains(day)), (day, TargetCalendar.IsOpen(day)));
        }
    }

    [Theory]
    [InlineData(1818, 3, 22)] // the earliest Easter there is
    [InlineData(1943, 4, 25)] // the latest
    [InlineData(2026, 4, 5)]
    [InlineData(2027, 3, 28)]
    [InlineData(2028, 4, 16)]
    [InlineData(2038, 4, 25)]
    public void Easter_falls_where_it_should(int year, int month, int day) =>
        Assert.Equal(new DateOnly(year, month, day), TargetCalendar.EasterSunday(year));

    [Theory]
    [InlineData("2026-07-21")]
    [InlineData("2026-05-14")]
    [InlineData("2026-08-14")]
    [InlineData("2026-11-11")]
    public void Belgian_holidays_are_open_days(string day) => Assert.True(TargetCalendar.IsOpen(DateOnly.Parse(day)));

    [Theory]
    [InlineData("2026-05-01", "2026-05-04")]
    [InlineData("2026-12-26", "2026-12-28")]
    [InlineData("2026-04-03", "2026-04-07")]
    [InlineData("2026-04-02", "2026-04-02")]
    public void A_closed_day_moves_to_the_next_open_one(string day, string expected) =>
        Assert.Equal(DateOnly.Parse(expected), TargetCalendar.NextOpen(DateOnly.Parse(day)));

    [Theory]
    [InlineData("2026-04-07", 1, "2026-04-08")]
    [InlineData("2026-04-02", 1, "2026-04-07")]
    [InlineData("2026-04-04", 1, "2026-04-07")]
    [InlineData("2026-04-04", 0, "2026-04-07")]
    [InlineData("2026-04-07", -1, "2026-04-02")]
    [InlineData("2026-04-05", -1, "2026-04-02")]
    [InlineData("2026-12-24", 5, "2027-01-04")]
    public void Open_days_are_counted_over_closed_ones(string day, int count, string expected) =>
        Assert.Equal(DateOnly.Parse(expected), TargetCalendar.AddOpenDays(DateOnly.Parse(day), count));

    [Fact]
    public void Counting_there_and_back_ends_where_it_began() => Gen.Select(Days, Gen.Int[1, 60]).Sample((day, count) =>
    {
        var open = TargetCalendar.NextOpen(day);
        return TargetCalendar.AddOpenDays(TargetCalendar.AddOpenDays(open, count), -count) == open;
    });

    [Fact]
    public void Counting_a_step_at_a_time_comes_to_the_same() => Gen.Select(Days, Gen.Int[2, 20]).Sample((day, count) =>
        TargetCalendar.AddOpenDays(TargetCalendar.AddOpenDays(day, 1), count - 1) == TargetCalendar.AddOpenDays(day, count));
}
