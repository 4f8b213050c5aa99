using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Platform;

/// <summary>A row that is due: its id, and the key of which one at a time is worked on (destination, mandate, connection).</summary>
public readonly record struct DueWork(string Id, string Key, DateTimeOffset DueAt);

/// <summary>
/// Work that must survive a crash. What is due stands on rows with a <c>due_at</c>; a claim on the row's key keeps others away, and
/// the claim of a dead process is free. <see cref="RunAsync"/> looks again whether the row is still due, does the thing outside any
/// transaction, and records the outcome on the row.
/// </summary>
public interface IDueWork
{
    /// <summary>What is due at an instant, oldest first.</summary>
    Task<IReadOnlyList<DueWork>> DueAsync(DateTimeOffset now, int most, CancellationToken ct);

    Task RunAsync(DueWork work, CancellationToken ct);
}

/// <summary>A kind of work: its name, and how it is run.</summary>
public interface IJob : IDueWork
{
    static abstract string Name { get; }

    /// <summary>How many run at a time in one process.</summary>
    static virtual int Parallel => 1;

    /// <summary>Polling and time-outs follow the wall clock; everything else the business clock, which the sandbox can move.</summary>
    static virtual bool UsesWallClock => false;

    /// <summary>When the next row falls due, if any: what lets the sandbox's clock go from due instant to due instant.</summary>
    Task<DateTimeOffset?> NextDueAsync(CancellationToken ct);
}

/// <summary>Work that recurs; its next due instant is a row of <c>schedules</c>.</summary>
public interface IRecurring
{
    static abstract string Name { get; }

    static virtual bool UsesWallClock => false;

    /// <summary>When it is next due, given the instant at which it was due now.</summary>
    static abstract DateTimeOffset NextAfter(DateTimeOffset due, DomiSettings settings);

    Task RunAsync(DateTimeOffset due, CancellationToken ct);
}

/// <summary>When something that recurs is next due.</summary>
public sealed class Schedule
{
    public required string Name { get; init; }

    public DateTimeOffset DueAt { get; set; }

    public DateTimeOffset? LastRunAt { get; set; }

    public string? LastOutcome { get; set; }
}

/// <summary>Somebody works on this key. The row is the lock: the same on both databases, and a crash only delays.</summary>
public sealed class JobClaim
{
    public required string Job { get; init; }

    public required string Key { get; init; }

    public required Guid ProcessId { get; init; }

    public DateTimeOffset Since { get; init; }
}

/// <summary>One start of one process, with its heartbeat (wall clock).</summary>
public sealed class ProcessStart
{
    public Guid Id { get; init; }

    public required string Node { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset SeenAt { get; set; }
}

/// <summary>Wakes the runner of a module after a commit.</summary>
public sealed class Nudge
{
    private readonly SemaphoreSlim signal = new(0, 1);

    public static Nudge? Of(DbContext db) =>
        db.GetService<IDbContextOptions>().FindExtension<CoreOptionsExtension>()?.ApplicationServiceProvider?.GetService<Nudge>();

    public void Poke()
    {
        try
        {
            if (signal.CurrentCount == 0) signal.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else poked in between: the runner will look.
        }
    }

    internal Task WaitAsync(TimeSpan most, CancellationToken ct) => signal.WaitAsync(most, ct);
}

/// <summary>The kinds of work a module has, each made anew in a scope of its own for every run.</summary>
public sealed class JobKind
{
    public required string Name { get; init; }

    public required int Parallel { get; init; }

    public required bool UsesWallClock { get; init; }

    public required Type Type { get; init; }

    public required Func<IServiceProvider, IDueWork> Make { get; init; }
}

public static class JobRegistration
{
    public static void AddJob<T>(this IServiceCollection services)
        where T : class, IJob
    {
        services.AddScoped<T>();
        services.AddSingleton(new JobKind
        {
            Name = T.Name,
            Parallel = T.Parallel,
            UsesWallClock = T.UsesWallClock,
            Type = typeof(T),
            Make = scope => scope.GetRequiredService<T>(),
        });
    }

    public static void AddRecurring<T>(this IServiceCollection services)
        where T : class, IRecurring
    {
        services.AddScoped<T>();
        services.AddSingleton(new RecurringKind(T.Name, T.NextAfter));
        services.AddSingleton(new JobKind
        {
            Name = T.Name,
            Parallel = 1,
            UsesWallClock = T.UsesWallClock,
            Type = typeof(T),
            Make = scope => new ScheduledJob(
                T.Name, due => T.NextAfter(due, scope.GetRequiredService<DomiSettings>()), scope.GetRequiredService<T>(),
                scope.GetRequiredService<ModuleDb>(), T.UsesWallClock ? TimeProvider.System : scope.GetRequiredService<BusinessClock>()),
        });
    }

    public static void AddJobRunner(this IServiceCollection services)
    {
        services.AddSingleton<Nudge>();
        services.AddRecurring<LookAtTables>();
        services.AddSingleton<JobRunner>();
        services.AddHostedService(root => root.GetRequiredService<JobRunner>());
    }
}

internal sealed record RecurringKind(string Name, Func<DateTimeOffset, DomiSettings, DateTimeOffset> NextAfter);

/// <summary>Drains one row of <c>schedules</c>.</summary>
internal sealed class ScheduledJob(
    string name, Func<DateTimeOffset, DateTimeOffset> nextAfter, IRecurring work, ModuleDb db, TimeProvider clock) : IDueWork
{
    public async Task<IReadOnlyList<DueWork>> DueAsync(DateTimeOffset now, int most, CancellationToken ct) =>
        await db.Schedules.AsNoTracking().Where(s => s.Name == name && s.DueAt <= now)
            .Select(s => new DueWork(s.Name, s.Name, s.DueAt)).ToListAsync(ct);

    public async Task RunAsync(DueWork due, CancellationToken ct)
    {
        if (await db.Schedules.AsNoTracking().SingleOrDefaultAsync(s => s.Name == name, ct) is not { } row || row.DueAt > clock.GetUtcNow()) return;

        var outcome = "ok";
        try
        {
            await work.RunAsync(row.DueAt, ct);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // What recurs runs again at its next instant; the reason stands on the row and in the log.
            outcome = e.Message.Length > 480 ? e.Message[..480] : e.Message;
            throw;
        }
        finally
        {
            if (!ct.IsCancellationRequested)
            {
                db.ChangeTracker.Clear();
                var now = clock.GetUtcNow();
                var next = nextAfter(row.DueAt);
                // A late start runs what was missed once, not once per missed instant.
                while (next <= now) next = nextAfter(next);
                await db.WriteAsync(async token =>
                {
                    if (await db.Schedules.SingleOrDefaultAsync(s => s.Name == name, token) is not { } schedule || schedule.DueAt > now) return;
                    (schedule.LastRunAt, schedule.LastOutcome, schedule.DueAt) = (now, outcome, next);
                }, CancellationToken.None);
            }
        }
    }
}
