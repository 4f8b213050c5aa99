using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Data;

public sealed class LookAtTablesTests(AppFixture app) : IClassFixture<AppFixture>
{
    [Fact]
    public async Task Every_night_the_database_knows_again_how_its_tables_are_filled()
    {
        Assert.Equal(0, await app.RunEngineAsync<LookAtTables>()); // planned for the night
        var now = TimeProvider.System.GetUtcNow();
        await app.ReadEngineAsync(async db =>
        {
            if (db.IsSqlite) await db.Database.ExecuteSqlRawAsync("delete from sqlite_stat1");
            return await db.Schedules.Where(s => s.Name == LookAtTables.Name).ExecuteUpdateAsync(set => set.SetProperty(s => s.DueAt, now.AddMinutes(-1)));
        });

        Assert.Equal(1, await app.RunEngineAsync<LookAtTables>());

        var (due, known) = await app.ReadEngineAsync(async db => (
            await db.Schedules.Where(s => s.Name == LookAtTables.Name).Select(s => s.DueAt).SingleAsync(),
            db.IsSqlite ? await db.Database.SqlQueryRaw<int>("select count(*) as \"Value\" from sqlite_stat1 where tbl = 'profiles'").SingleAsync() : 1));
        Assert.True(due > now);
        Assert.True(known > 0, "nothing is known of the profiles");
    }
}
