namespace Domi.Standards;

/// <summary>On which days the euro settles (TARGET). Belgian bank holidays such as 21 July are open days here.</summary>
/// <remarks>
/// Closed on Saturday, Sunday, 1 January, Good Friday, Easter Monday, 1 May, 25 and 26 December. Source: ECB press release
/// of 14 December 2000, "until further notice"; earlier years than 2002 had other days.
/// </remarks>
public static class TargetCalendar
{
    public static bool IsOpen(DateOnly day) =>
        day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) && !IsHoliday(day);

    /// <summary>The day itself when open, else the first open day after it.</summary>
    public static DateOnly NextOpen(DateOnly day)
    {
        while (!IsOpen(day))
            day = day.AddDays(1);
        return day;
    }

    /// <summary>
    /// The n-th open day after a day, or before it when <paramref name="count"/> is negative. The day itself is never
    /// counted; with 0 the answer is <see cref="NextOpen"/>.
    /// </summary>
    public static DateOnly AddOpenDays(DateOnly day, int count)
    {
        if (count == 0) return NextOpen(day);

        var step = Math.Sign(count);
        for (var left = Math.Abs(count); left > 0;)
        {
            day = day.AddDays(step);
            if (IsOpen(day)) left--;
        }

        return day;
    }

    /// <summary>The six closing days of a year in order, those on a weekend included.</summary>
    public static IReadOnlyList<DateOnly> Holidays(int year)
    {
        var easter = EasterSunday(year);
        return
        [
            new(year, 1, 1), easter.AddDays(-2), easter.AddDays(1), new(year, 5, 1), new(year, 12, 25), new(year, 12, 26),
        ];
    }

    /// <summary>Easter Sunday in the Gregorian calendar.</summary>
    /// <remarks>Source: the "anonymous" algorithm, Meeus, Astronomical Algorithms, chapter 8; letters are the book's.</remarks>
    public static DateOnly EasterSunday(int year)
    {
        var a = year % 19;
        var (b, c) = Math.DivRem(year, 100);
        var (d, e) = Math.DivRem(b, 4);
        var f = (b + 8) / 25;
        var g = (b - f + 1) / 3;
        var h = (19 * a + b - d - g + 15) % 30;
        var (i, k) = Math.DivRem(c, 4);
        var l = (32 + 2 * e + 2 * i - h - k) % 7;
        var m = (a + 11 * h + 22 * l) / 451;
        var (month, day) = Math.DivRem(h + l - 7 * m + 114, 31);
        return new(year, month, day + 1);
    }

    private static bool IsHoliday(DateOnly day) => (day.Month, day.Day) switch
    {
        (1, 1) or (5, 1) or (12, 25) or (12, 26) => true,
        (3 or 4, _) => day.DayNumber - EasterSunday(day.Year).DayNumber is -2 or 1,
        _ => false,
    };
}
