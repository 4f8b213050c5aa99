using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Engine.Tests.Data;

/// <summary>Connections and statements outlive the request that used them; what it saw must not.</summary>
public sealed class KeptConnectionTests(AppFixture app) : IClassFixture<AppFixture>
{
    [Fact]
    public async Task A_context_given_back_within_a_snapshot_sees_the_newest_rows_when_it_is_used_again()
    {
        await InContextsAsync(async db =>
        {
            await db.SnapshotAsync(CancellationToken.None); // left open
            return await NamesAsync(db);
        });

        await RenameAsync("After the snapshot");

        Assert.All(await InContextsAsync(NamesAsync), names => Assert.All(names, name => Assert.Equal("After the snapshot", name)));
    }

    [Fact]
    public async Task A_context_given_back_in_the_middle_of_a_result_sees_the_newest_rows_when_it_is_used_again()
    {
        await InContextsAsync(async db =>
        {
            var reading = db.Profiles.AsNoTracking().Select(p => p.Name).AsAsyncEnumerable().GetAsyncEnumerator();
            return await reading.MoveNextAsync(); // never disposed of
        });

        await RenameAsync("After the half");

        Assert.All(await InContextsAsync(NamesAsync), names => Assert.All(names, name => Assert.Equal("After the half", name)));
    }

    [Fact]
    public async Task The_same_statement_runs_within_itself()
    {
        var pairs = await app.ReadEngineAsync(async db =>
        {
            var found = new List<(Guid Outer, Guid Inner)>();
            // PostgreSQL reads one result at a time on a connection.
            await foreach (var outer in db.IsSqlite ? Ids(db) : (await Ids(db).ToListAsync()).ToAsyncEnumerable())
                await foreach (var inner in Ids(db))
                    found.Add((outer, inner));
            return found;
        });

        var ids = pairs.Select(p => p.Outer).Distinct().ToList();
        Assert.True(ids.Count > 1);
        Assert.Equal(ids.SelectMany(outer => ids.Select(inner => (outer, inner))), pairs);

        static IAsyncEnumerable<Guid> Ids(EngineDb db) => db.Profiles.OrderBy(p => p.Id).Select(p => p.Id).AsAsyncEnumerable();
    }

    private static async Task<IReadOnlyList<string>> NamesAsync(EngineDb db)
    {
        var names = await db.Profiles.AsNoTracking().Select(p => p.Name).ToListAsync();
        Assert.True(names.Count > 1);
        return names;
    }

    private Task<bool> RenameAsync(string name) => app.ReadEngineAsync(async db =>
    {
        await db.WriteAsync(token => db.Profiles.ExecuteUpdateAsync(set => set.SetProperty(p => p.Name, name), token), CancellationToken.None);
        return true;
    });

    /// <summary>Uses several contexts of the pool at once, and gives them back.</summary>
    private async Task<IReadOnlyList<T>> InContextsAsync<T>(Func<EngineDb, Task<T>> work)
    {
        var scopes = Enumerable.Range(0, 12).Select(_ => app.Engine.Services.CreateAsyncScope()).ToList();
        var results = new List<T>();
        foreach (var scope in scopes) results.Add(await work(scope.ServiceProvider.GetRequiredService<EngineDb>()));
        foreach (var scope in scopes) await scope.DisposeAsync();
        return results;
    }
}
