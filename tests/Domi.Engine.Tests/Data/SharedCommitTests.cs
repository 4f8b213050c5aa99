using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Data;

/// <summary>Those who wait for the one writer of a SQLite file share a commit, and nothing else.</summary>
public sealed class SharedCommitTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("domi-commits-").FullName;
    private readonly List<EngineDb> contexts = [];

    private sealed class Fault : Exception;

    [Fact]
    public async Task Each_is_kept_or_undone_for_itself()
    {
        var (holds, others) = await BehindAsync(12, async (db, i, ct) =>
        {
            await KeepAsync(db, i, ct);
            await db.SaveChangesAsync(ct);
            if (i % 3 == 0) throw new Fault();
        });
        holds.SetResult();

        for (var i = 0; i < 12; i++)
            if (i % 3 == 0) await Assert.ThrowsAsync<Fault>(() => others[i]);
            else await others[i];
        Assert.Equal(Enumerable.Range(0, 12).Where(i => i % 3 != 0), await KeptAsync(12));
    }

    [Fact]
    public async Task Nobody_is_answered_before_the_commit_that_he_shares()
    {
        var (isIn, goesOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var (holds, others) = await BehindAsync(3, async (db, i, ct) =>
        {
            if (i == 1 && await db.Blobs.AnyAsync(ct)) throw new Fault(); // refused because of what the one before has written
            await KeepAsync(db, i, ct);
            if (i != 2) return;
            isIn.SetResult(); // those before have left their turns
            await goesOn.Task;
        });
        holds.SetResult();
        await isIn.Task;

        Assert.False(others[0].IsCompleted);
        Assert.False(others[1].IsCompleted);
        Assert.Empty(await KeptAsync(3));
        goesOn.SetResult();
        await others[0];
        await Assert.ThrowsAsync<Fault>(() => others[1]);
        await others[2];
        Assert.Equal([0, 2], await KeptAsync(3));
    }

    [Fact]
    public async Task When_the_database_undoes_them_all_each_is_told_and_the_next_one_can_write()
    {
        var (holds, others) = await BehindAsync(3, async (db, i, ct) =>
        {
            await KeepAsync(db, i, ct);
            await db.SaveChangesAsync(ct);
            if (i == 2) await db.Database.ExecuteSqlRawAsync("rollback", ct); // as a full disk does
        });
        holds.SetResult();

        await Assert.ThrowsAnyAsync<IOException>(() => others[0]);
        await Assert.ThrowsAnyAsync<IOException>(() => others[1]);
        await Assert.ThrowsAnyAsync<Exception>(() => others[2]);
        Assert.Empty(await KeptAsync(3));
        await Context().WriteAsync(token => KeepAsync(contexts[^1], 1, token), CancellationToken.None);
        Assert.Equal([1], await KeptAsync(3));
    }

    [Fact]
    public async Task Who_gives_up_while_he_waits_has_written_nothing_and_holds_nobody_up()
    {
        using var gone = new CancellationTokenSource();
        var (holds, others) = await BehindAsync(3, KeepAsync, i => i == 1 ? gone.Token : CancellationToken.None);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => others[1]);
        holds.SetResult();

        await Task.WhenAll(others[0], others[2]);
        Assert.Equal([0, 2], await KeptAsync(3));
    }

    /// <summary>So many writers, waiting in this order behind one that has the turn until <c>Holds</c> is set.</summary>
    private async Task<(TaskCompletionSource Holds, Task[] Others)> BehindAsync(int count, Func<EngineDb, int, CancellationToken, Task> change, Func<int, CancellationToken>? tokenOf = null)
    {
        var (holds, isIn) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _ = Context().WriteAsync(async _ =>
        {
            isIn.SetResult();
            await holds.Task;
        }, CancellationToken.None);
        await isIn.Task;
        return (holds, [.. Enumerable.Range(0, count).Select(i =>
        {
            var db = Context();
            return db.WriteAsync(token => change(db, i, token), tokenOf?.Invoke(i) ?? CancellationToken.None);
        })]);
    }

    private static Task KeepAsync(EngineDb db, int i, CancellationToken ct) => Blob.KeepAsync(db, [(byte)i], "text/plain", DateTimeOffset.UnixEpoch, ct);

    private async Task<IEnumerable<int>> KeptAsync(int count)
    {
        var hashes = await Context().Blobs.Select(b => b.Hash).ToListAsync();
        return Enumerable.Range(0, count).Where(i => hashes.Contains(Blob.HashOf([(byte)i])));
    }

    private EngineDb Context()
    {
        var options = new DbContextOptionsBuilder<EngineDb>();
        Databases.Configure(options, DatabaseProvider.Sqlite, $"Data Source={Path.Combine(folder, "engine.db")}");
        contexts.Add(new(options.Options));
        return contexts[^1];
    }

    public async ValueTask InitializeAsync() => await Context().Database.MigrateAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var context in contexts) await context.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
