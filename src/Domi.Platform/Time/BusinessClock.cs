namespace Domi.Platform;

/// <summary>
/// The time of documents, due dates, retries and the simulator, in Europe/Brussels. In the sandbox it runs ahead of the wall clock
/// by an offset that is kept in the module's database.
/// </summary>
public sealed class BusinessClock(TimeProvider wall) : TimeProvider
{
    public static readonly TimeZoneInfo Brussels = TimeZoneInfo.FindSystemTimeZoneById("Europe/Brussels");

    private long offsetTicks;

    /// <summary>How far the clock runs ahead of the wall clock.</summary>
    public TimeSpan Offset => new(Interlocked.Read(ref offsetTicks));

    public TimeProvider Wall => wall;

    public override TimeZoneInfo LocalTimeZone => Brussels;

    // Whole microseconds: what PostgreSQL keeps, so that an instant that was written compares equal when it is read back.
    public override DateTimeOffset GetUtcNow()
    {
        var ticks = (wall.GetUtcNow() + Offset).UtcTicks;
        return new DateTimeOffset(ticks - (ticks % 10), TimeSpan.Zero);
    }

    public override long GetTimestamp() => wall.GetTimestamp();

    public override long TimestampFrequency => wall.TimestampFrequency;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        wall.CreateTimer(callback, state, dueTime, period);

    /// <summary>Sets how far the clock runs ahead.</summary>
    public void RunAheadBy(TimeSpan offset) => Interlocked.Exchange(ref offsetTicks, offset.Ticks);
}

public static class Clocks
{
    extension(TimeProvider clock)
    {
        /// <summary>The date where the clock hangs: the creditor's date on a <see cref="BusinessClock"/>.</summary>
        public DateOnly Today => DateOnly.FromDateTime(clock.GetLocalNow().DateTime);
    }

    /// <summary>The date in Brussels at an instant.</summary>
    public static DateOnly BrusselsDate(this DateTimeOffset instant) =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, BusinessClock.Brussels).DateTime);

    /// <summary>The first instant of a day in Brussels.</summary>
    public static DateTimeOffset StartOfDay(this DateOnly day)
    {
        var local = day.ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(local, BusinessClock.Brussels.GetUtcOffset(local)).ToUniversalTime();
    }

    /// <summary>An hour of a day in Brussels; an hour that daylight saving skips is moved past the gap.</summary>
    public static DateTimeOffset At(this DateOnly day, int hour)
    {
        var local = day.ToDateTime(new TimeOnly(hour, 0));
        if (BusinessClock.Brussels.IsInvalidTime(local)) local = local.AddHours(1);
        return new DateTimeOffset(local, BusinessClock.Brussels.GetUtcOffset(local)).ToUniversalTime();
    }
}
