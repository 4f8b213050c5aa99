namespace Domi.Standards;

/// <summary>Legal holidays in Belgium, for terms counted in working days.</summary>
/// <remarks>Euro settlement has its own: <see cref="TargetCalendar"/>. Source: royal decree of 18 April 1974, article 1.</remarks>
public static class BelgianCalendar
{
    /// <summary>Monday to Friday and no legal holiday: the stricter of the readings, under which a term starts later.</summary>
    public static bool IsWorkingDay(DateOnly day) =>
        day.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday) && !Holidays(day.Year).Contains(day);

    /// <summary>The ten legal holidays of a year in order, those on a weekend included.</summary>
    public static IReadOnlyList<DateOnly> Holidays(int year)
    {
        var easter = TargetCalendar.EasterSunday(year);
        DateOnly[] days =
        [
            new(year, 1, 1), easter.AddDays(1), new(year, 5, 1), easter.AddDays(39), easter.AddDays(50),
            new(year, 7, 21), new(year, 8, 15), new(year, 11, 1), new(year, 11, 11), new(year, 12, 25),
        ];
        Array.Sort(days); // Ascension may fall on or before 1 May
        return days;
    }
}
