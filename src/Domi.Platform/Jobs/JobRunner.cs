using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Domi.Platform;

/// <summary>
/// Drains a module's jobs. Idle it looks once a second and whenever something was committed; each kind of work has its own limit, so
/// that a slow destination delays nobody else.
/// </summary>
public sealed class JobRunner(
    IServiceProvider root, IEnumerable<JobKind> kinds, BusinessClock clock, DomiSettings settings, Nudge nudge, ILogger<JobRunner> log) : BackgroundService
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DeadAfter = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan IdlePoll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan FinishWithin = TimeSpan.FromSeconds(10);

    private readonly Guid processId = Guid.CreateVersion7();
    private readonly JobKind[] kinds = [.. kinds];
    private readonly ConcurrentDictionary<(string Job, string Key), byte> mine = new();
    private readonly ConcurrentDictionary<(string Job, string Id), (int Failures, DateTimeOffset Until)> resting = new();
    private readonly SemaphoreSlim moving = new(1, 1);
    private readonly TimeProvider wall = TimeProvider.System;
    private readonly TaskCompletionSource released = new();
    private bool registered;
    private volatile bool superseded;

    private bool SharesDatabase => settings.Provider == DatabaseProvider.Postgres;

    /// <summary>Before the listeners open, the sandbox's clock stands where it stood.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (settings.Sandbox.Enabled)
        {
            await using var scope = root.CreateAsyncScope();
            await SandboxClock.FollowAsync(scope.ServiceProvider.GetRequiredService<ModuleDb>(), clock, cancellationToken);
        }

        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!settings.RunsWorkers) return;

        await Task.Yield();
        if (settings.LoadsSample) await released.Task.WaitAsync(stoppingToken);
        await PrepareAsync(stoppingToken);
        var beat = BeatAsync(stoppingToken);
        var running = kinds.ToDictionary(k => k.Name, _ => 0);
        var tasks = new List<Task>();
        // SIGTERM: nothing new is claimed at once; what runs is told to stop only when its time to finish is over.
        using var working = new CancellationTokenSource();
        await using var stopping = stoppingToken.Register(() => working.CancelAfter(FinishWithin));

        while (!stoppingToken.IsCancellationRequested)
        {
            var started = false;
            try
            {
                await moving.WaitAsync(stoppingToken); // while the sandbox moves the clock, only the mover works
            }
            catch (OperationCanceledException)
            {
                break;
            }

            try
            {
                await using var scope = root.CreateAsyncScope();
                var recurring = await RecurringAsync(scope.ServiceProvider, stoppingToken);
                foreach (var kind in kinds)
                {
                    int free;
                    lock (running) free = kind.Parallel - running[kind.Name];
                    if (free <= 0 || superseded || stoppingToken.IsCancellationRequested) continue;
                    if (recurring.TryGetValue(kind.Name, out var at) && at > Now(kind)) continue;

                    foreach (var work in await ClaimAsync(kind, scope.ServiceProvider, free, stoppingToken))
                    {
                        lock (running) running[kind.Name]++;
                        started = true;
                        tasks.Add(Task.Run(async () =>
                        {
                            try
                            {
                                await RunClaimedAsync(kind, work, working.Token);
                            }
                            finally
                            {
                                lock (running) running[kind.Name]--;
                                nudge.Poke();
                            }
                        }, CancellationToken.None));
                    }
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                // The loop ends; what was claimed runs on.
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // The database is away, for instance: nothing is lost, everything is a row.
                log.LogError(e, "The job runner could not look for work; it tries again.");
                await Task.Delay(IdlePoll, wall, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            finally
            {
                moving.Release();
            }

            tasks.RemoveAll(t => t.IsCompleted);
            if (started) continue;

            // Every commit wakes it. To look for work of every kind costs more than a commit does, and so it looks a few times a second.
            await Task.Delay(Breath, wall, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await nudge.WaitAsync(IdlePoll, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await Task.WhenAll(tasks).WaitAsync(FinishWithin + TimeSpan.FromSeconds(1), CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await beat;
    }

    /// <summary>With a sample being loaded the workers wait: what they would do has been done in the sample's own time.</summary>
    public void Release() => released.TrySetResult();

    /// <summary>Runs everything of one kind that is due now, here and at once. Answers how many pieces were done.</summary>
    public async Task<int> RunDueAsync(JobKind kind, CancellationToken ct)
    {
        await PrepareAsync(ct);
        var done = 0;
        await using var scope = root.CreateAsyncScope();
        while (await ClaimAsync(kind, scope.ServiceProvider, Math.Max(1, kind.Parallel), ct) is { Count: > 0 } works)
        {
            var outcomes = await Task.WhenAll(works.Select(work => Task.Run(() => RunClaimedAsync(kind, work, ct), ct)));
            done += outcomes.Count(o => o);
        }

        return done;
    }

    /// <summary>The kind whose work is of a type: tests step jobs by it.</summary>
    public JobKind KindOf(Type type) => kinds.Single(k => k.Type == type);

    /// <summary>
    /// Moves the sandbox's clock: from due instant to due instant, each piece of work seeing the time at which it was due; answers when
    /// nothing is due any more at the new time.
    /// </summary>
    public async Task AdvanceAsync(TimeSpan by, CancellationToken ct)
    {
        await PrepareAsync(ct);
        await moving.WaitAsync(ct);
        try
        {
            while (!mine.IsEmpty) await nudge.WaitAsync(TimeSpan.FromMilliseconds(20), ct); // what runs already may finish first

            var target = clock.GetUtcNow() + by;
            while (await DrainAsync(ct) is { } next && next <= target) await MoveToAsync(next, ct);

            await MoveToAsync(target, ct);
            await DrainAsync(ct);
        }
        finally
        {
            moving.Release();
        }
    }

    /// <summary>
    /// Does what is due, and what falls due with it, and answers when the next piece does. A kind is looked into only where it has something:
    /// between two instants of a year that is most often one.
    /// </summary>
    private async Task<DateTimeOffset?> DrainAsync(CancellationToken ct)
    {
        while (true)
        {
            DateTimeOffset? first = null;
            var (now, done) = (clock.GetUtcNow(), 0);
            await using var scope = root.CreateAsyncScope();
            var recurring = await RecurringAsync(scope.ServiceProvider, ct);
            foreach (var kind in kinds.Where(k => !k.UsesWallClock))
            {
                var next = kind.Make(scope.ServiceProvider) is IJob job ? await job.NextDueAsync(ct) : recurring[kind.Name];
                if (next is not { } due) continue;

                if (due <= now) done += await RunDueAsync(kind, ct);
                else if (first is null || due < first) first = due;
            }

            // What is due and still there failed a moment ago: it rests, and must not hold the clock.
            if (done == 0) return first;
        }
    }

    private async Task MoveToAsync(DateTimeOffset instant, CancellationToken ct)
    {
        var offset = instant - wall.GetUtcNow();
        if (offset <= clock.Offset) return;

        clock.RunAheadBy(offset);
        await using var scope = root.CreateAsyncScope();
        await SandboxClock.KeepAsync(scope.ServiceProvider.GetRequiredService<ModuleDb>(), offset, ct);
    }

    private DateTimeOffset Now(JobKind kind) => kind.UsesWallClock ? wall.GetUtcNow() : clock.GetUtcNow();

    /// <summary>When what recurs is due next: one question for all of them.</summary>
    private static Task<Dictionary<string, DateTimeOffset>> RecurringAsync(IServiceProvider scope, CancellationToken ct) =>
        scope.GetRequiredService<ModuleDb>().Schedules.AsNoTracking().ToDictionaryAsync(s => s.Name, s => s.DueAt, ct);

    private async Task<List<DueWork>> ClaimAsync(JobKind kind, IServiceProvider scope, int free, CancellationToken ct)
    {
        var due = await kind.Make(scope).DueAsync(Now(kind), free + 50, ct);

        var claimed = new List<DueWork>();
        foreach (var work in due.DistinctBy(w => w.Key)) // the oldest of each key
        {
            if (claimed.Count == free) break;
            if (resting.TryGetValue((kind.Name, work.Id), out var rest) && rest.Until > wall.GetUtcNow()) continue;
            if (!mine.TryAdd((kind.Name, work.Key), 0)) continue;

            if (!SharesDatabase || await ClaimInDatabaseAsync(scope.GetRequiredService<ModuleDb>(), kind.Name, work.Key, ct))
                claimed.Add(work);
            else
                mine.TryRemove((kind.Name, work.Key), out _);
        }

        return claimed;
    }

    // The guarded INSERT is the lock: one statement; who comes second changes no row.
    private async Task<bool> ClaimInDatabaseAsync(ModuleDb db, string job, string key, CancellationToken ct) =>
        await db.Database.ExecuteSqlAsync(
            $"insert into job_claims (job, key, process_id, since) values ({job}, {key}, {processId}, {wall.GetUtcNow().UtcDateTime}) on conflict do nothing", ct) == 1;

    private async Task<bool> RunClaimedAsync(JobKind kind, DueWork work, CancellationToken ct)
    {
        var done = false;
        try
        {
            await using var scope = root.CreateAsyncScope();
            await kind.Make(scope.ServiceProvider).RunAsync(work, ct);
            resting.TryRemove((kind.Name, work.Id), out _);
            done = true;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The process stops; the row stays due.
        }
        catch (Exception e)
        {
            // A fault of ours: the row stays due and rests, longer each time, so that it neither loops nor blocks its neighbours.
            var failures = resting.TryGetValue((kind.Name, work.Id), out var rest) ? rest.Failures + 1 : 1;
            resting[(kind.Name, work.Id)] = (failures, wall.GetUtcNow() + TimeSpan.FromSeconds(Math.Min(600, 5 * Math.Pow(2, failures))));
            log.LogError(e, "{Job} {Id} failed ({Failures}).", kind.Name, work.Id, failures);
        }
        finally
        {
            if (SharesDatabase) await ReleaseAsync(kind.Name, work.Key);
            mine.TryRemove((kind.Name, work.Key), out _);
        }

        return done;
    }

    private async Task ReleaseAsync(string job, string key)
    {
        try
        {
            await using var scope = root.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<ModuleDb>();
            await db.Database.ExecuteSqlAsync($"delete from job_claims where job = {job} and key = {key} and process_id = {processId}");
        }
        catch (Exception e) when (e is System.Data.Common.DbException or InvalidOperationException)
        {
            log.LogWarning(e, "A claim of {Job} could not be given back; it is free when this process ends.", job);
        }
    }

    /// <summary>Makes known that this process is alive, and writes the first due instants of what recurs.</summary>
    private async Task PrepareAsync(CancellationToken ct)
    {
        if (registered) return;

        await using var scope = root.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ModuleDb>();
        var recurring = scope.ServiceProvider.GetServices<RecurringKind>().ToList();
        var names = recurring.ConvertAll(r => r.Name);
        var known = await db.Schedules.Where(s => names.Contains(s.Name)).Select(s => s.Name).ToListAsync(ct);
        foreach (var kind in recurring.Where(r => !known.Contains(r.Name)))
        {
            var start = kinds.Single(k => k.Name == kind.Name).UsesWallClock ? wall.GetUtcNow() : clock.GetUtcNow();
            var due = kind.NextAfter(start, settings);
            try
            {
                db.Schedules.Add(new() { Name = kind.Name, DueAt = due });
                await db.SaveChangesAsync(ct);
            }
            catch (DbUpdateException e) when (ModuleDb.IsDuplicate(e))
            {
                db.ChangeTracker.Clear(); // another node wrote it
            }
        }

        if (SharesDatabase)
        {
            var now = wall.GetUtcNow();
            await db.WriteAsync(async token =>
            {
                // A newer start under the same name: the older one is gone, and with it its claims.
                var older = db.Processes.Where(p => p.Node == settings.Node).Select(p => p.Id);
                await db.Claims.Where(c => older.Contains(c.ProcessId)).ExecuteDeleteAsync(token);
                await db.Processes.Where(p => p.Node == settings.Node).ExecuteDeleteAsync(token);
                db.Processes.Add(new() { Id = processId, Node = settings.Node, StartedAt = now, SeenAt = now });
            }, ct);
        }

        registered = true;
    }

    private async Task BeatAsync(CancellationToken ct)
    {
        while (SharesDatabase && !ct.IsCancellationRequested)
        {
            try
            {
                await using var scope = root.CreateAsyncScope();
                var db = scope.ServiceProvider.GetRequiredService<ModuleDb>();
                var now = wall.GetUtcNow();
                var alive = await db.Processes.Where(p => p.Id == processId).ExecuteUpdateAsync(set => set.SetProperty(p => p.SeenAt, now), ct);
                if (alive == 0 && !superseded)
                {
                    // Its claims were freed by the newer one: to go on claiming would be to work beside it under its name.
                    superseded = true;
                    log.LogError("Another process started as node {Node}: this one claims no more work. Give each its own Domi__Node.", settings.Node);
                }

                var dead = db.Processes.Where(p => p.SeenAt < now - DeadAfter).Select(p => p.Id);
                var living = db.Processes.Select(p => p.Id);
                await db.Claims.Where(c => dead.Contains(c.ProcessId) || !living.Contains(c.ProcessId)).ExecuteDeleteAsync(ct);
                await SandboxClock.FollowAsync(db, clock, ct);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                log.LogWarning(e, "The heartbeat did not reach the database.");
            }

            await Task.Delay(Heartbeat, wall, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

/// <summary>Keeps the offset of the business clock in the module's database, for all nodes and over restarts.</summary>
public static class SandboxClock
{
    private const string Name = "clock_offset_ticks";

    public static async Task KeepAsync(ModuleDb db, TimeSpan offset, CancellationToken ct)
    {
        var value = offset.Ticks.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await db.WriteAsync(async token =>
        {
            if (await db.States.SingleOrDefaultAsync(s => s.Name == Name, token) is { } state) state.Value = value;
            else db.States.Add(new() { Name = Name, Value = value });
        }, ct);
    }

    public static async Task FollowAsync(ModuleDb db, BusinessClock clock, CancellationToken ct)
    {
        var value = await db.States.AsNoTracking().Where(s => s.Name == Name).Select(s => s.Value).SingleOrDefaultAsync(ct);
        if (long.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out var ticks) && ticks > clock.Offset.Ticks)
            clock.RunAheadBy(new TimeSpan(ticks));
    }
}
