using System.Globalization;
using Domi.Engine.Profiles;

namespace Domi.Engine.Tests.Profiles;

public sealed class CollectOnTests
{
    [Theory]
    // due date, announced, today → collected
    [InlineData("2026-06-10", "2026-03-17", "2026-03-17", "2026-06-10")] // the due date, when there is time
    [InlineData("2026-06-13", "2026-03-17", "2026-03-17", "2026-06-15")] // a Saturday: Monday
    [InlineData("2026-03-18", "2026-03-17", "2026-03-17", "2026-03-31")] // 14 days of notice
    [InlineData("2026-03-31", "2026-03-17", "2026-03-17", "2026-03-31")] // on the fourteenth day
    [InlineData("2026-03-30", "2026-03-17", "2026-03-17", "2026-03-31")] // not on the thirteenth
    [InlineData("2026-01-05", "2026-03-10", "2026-06-10", "2026-06-12")] // announced long ago: two TARGET days of lead
    [InlineData("2026-01-05", "2026-03-10", "2026-06-11", "2026-06-15")] // over a weekend
    [InlineData("2026-01-05", "2026-03-10", "2026-06-13", "2026-06-17")] // counted from Monday when today is closed
    [InlineData("2026-04-03", "2026-03-17", "2026-03-17", "2026-04-07")] // Good Friday, Easter Monday
    [InlineData("2026-01-05", "2026-01-05", "2026-04-02", "2026-04-08")] // lead over Easter
    [InlineData("2026-05-01", "2026-03-17", "2026-03-17", "2026-05-04")] // 1 May
    [InlineData("2026-12-25", "2026-03-17", "2026-03-17", "2026-12-28")] // Christmas and the day after, then a weekend
    [InlineData("2027-01-01", "2026-03-17", "2026-03-17", "2027-01-04")] // New Year
    [InlineData("2026-07-21", "2026-03-17", "2026-03-17", "2026-07-21")] // the Belgian holiday is an open day
    [InlineData("2026-04-01", "2026-04-17", "2026-04-17", "2026-05-04")] // the notice ends on 1 May
    public void The_latest_of_due_date_lead_and_notice_counts_moved_to_an_open_day(string due, string announced, string today, string collected) =>
        Assert.Equal(Day(collected), new Profile { Name = "P" }.CollectOn(Day(due), Day(announced), Day(today)));

    [Theory]
    [InlineData(3, false, "2026-03-31")] // said, but not agreed
    [InlineData(3, true, "2026-03-20")]
    [InlineData(1, true, "2026-03-19")] // the lead stays
    [InlineData(0, true, "2026-03-19")]
    [InlineData(21, false, "2026-04-07")] // a longer one binds
    public void A_shorter_notice_counts_only_when_it_is_agreed(int days, bool agreed, string collected) =>
        Assert.Equal(Day(collected), new Profile { Name = "P", PrenotificationDays = days, ShorterNotificationAgreed = agreed }
            .CollectOn(Day("2026-03-18"), Day("2026-03-17"), Day("2026-03-17")));

    [Fact]
    public void A_longer_lead_of_the_bank_counts() =>
        Assert.Equal(Day("2026-06-17"), new Profile { Name = "P", LeadDays = 5 }.CollectOn(Day("2026-01-05"), Day("2026-01-05"), Day("2026-06-10")));

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
