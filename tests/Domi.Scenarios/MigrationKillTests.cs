using Domi.BackOffice;
using Domi.Engine;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Domi.Scenarios;

/// <summary>
/// kill -9 while the first start makes its databases. The moments are found from outside, by how much of them is there already; then it
/// starts again, and everything is there once.
/// </summary>
public sealed class MigrationKillTests(ITestOutputHelper output) : IAsyncDisposable
{
    private readonly List<Place> places = [];

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.Postgres)]
    public async Task Killed_while_it_makes_its_databases_it_starts_again(DatabaseProvider provider)
    {
        output.WriteLine($"seed {Kills.Seed}");
        var random = new Random(Kills.Seed);
        var undisturbed = NewPlace(provider);
        await undisturbed.App.StartAsync();
        undisturbed.App.Kill();
        await undisturbed.App.WaitForEndAsync();
        var (whole, size) = (await undisturbed.SchemaAsync(), await undisturbed.SizeAsync());
        Assert.True(whole.Count > 50);

        var halves = 0;
        foreach (var part in new[] { 0.02, 0.15, 0.5 })
        {
            var place = NewPlace(provider);
            var later = random.Next(0, 30);
            var starting = place.App.StartAsync();
            await ProcessApp.UntilAsync(async () => starting.IsCompleted || await place.SizeAsync() > size * part, "the databases grow");
            for (var looks = 0; looks < later && !starting.IsCompleted; looks++) await place.SizeAsync(); // a little further into it
            place.App.Kill();
            await place.App.WaitForEndAsync();
            await starting;
            var left = (await place.SchemaAsync()).Count;
            output.WriteLine($"killed at {part:P0} and {later} looks: {left} of {whole.Count} tables, columns and indexes were there");
            if (left < whole.Count) halves++;

            await place.App.StartAsync();

            Assert.Equal(whole, await place.SchemaAsync());
            await using var office = place.Open<OfficeDb>("office");
            await using var engine = place.Open<EngineDb>("engine");
            Assert.Equal((1, 1, 1), (await office.Users.CountAsync(), await office.Companies.CountAsync(), await engine.Creditors.CountAsync()));
            place.App.Kill();
            await place.App.WaitForEndAsync();
        }

        Assert.True(halves > 0, "no moment was within the making of the databases");
    }

    private Place NewPlace(DatabaseProvider provider)
    {
        places.Add(new(provider));
        return places[^1];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var place in places) await place.DisposeAsync();
    }

    /// <summary>An empty folder, or the names of two databases that do not exist yet, and a process for them.</summary>
    private sealed class Place : IAsyncDisposable
    {
        private readonly string folder = Directory.CreateTempSubdirectory("domi-migrate-").FullName;
        private readonly string name = Guid.CreateVersion7().ToString("n");
        private readonly DatabaseProvider provider;

        public Place(DatabaseProvider provider)
        {
            this.provider = provider;
            var settings = provider is DatabaseProvider.Sqlite ? [] : new Dictionary<string, string?>
            {
                ["Database__Provider"] = "postgres",
                ["ConnectionStrings__Office"] = Connection("office"),
                ["ConnectionStrings__Engine"] = Connection("engine"),
            };
            App = new(folder, "office,engine", ProcessApp.FreePort(), ProcessApp.FreePort(), settings);
        }

        public ProcessApp App { get; }

        public T Open<T>(string module)
            where T : ModuleDb
        {
            var options = new DbContextOptionsBuilder<T>();
            Databases.Configure(options, provider, Connection(module));
            return (T)Activator.CreateInstance(typeof(T), options.Options)!;
        }

        /// <summary>How much is written by now.</summary>
        public async Task<long> SizeAsync()
        {
            if (provider is DatabaseProvider.Sqlite) return Directory.GetFiles(folder, "*.db*").Sum(f => new FileInfo(f) is { Exists: true } file ? file.Length : 0);
            return (await QueryAsync("postgres", $"select coalesce(sum(pg_database_size(datname) - pg_database_size('template1')), 0)::bigint from pg_database where datname like 'domi_%_{name}'")).ConvertAll(long.Parse)[0];
        }

        /// <summary>Every table, column and index of both.</summary>
        public async Task<List<string>> SchemaAsync()
        {
            var found = new List<string>();
            foreach (var module in new[] { "office", "engine" })
            {
                if (provider is DatabaseProvider.Sqlite)
                {
                    if (!File.Exists(Path.Combine(folder, module + ".db"))) continue;
                    await using var connection = new Microsoft.Data.Sqlite.SqliteConnection(Connection(module));
                    await connection.OpenAsync();
                    await using var command = connection.CreateCommand();
                    command.CommandText = "select m.type || ' ' || m.name || ' ' || coalesce(c.name, '') from sqlite_master m left join pragma_table_info(m.name) c where m.name not like 'sqlite_stat%' and m.name <> '__EFMigrationsLock' order by 1";
                    await using var reader = await command.ExecuteReaderAsync();
                    while (await reader.ReadAsync()) found.Add($"{module} {reader.GetString(0)}");
                }
                else if ((await QueryAsync("postgres", $"select datname from pg_database where datname = 'domi_{module}_{name}'")).Count > 0)
                {
                    found.AddRange(await QueryAsync($"domi_{module}_{name}", "select table_name || ' ' || column_name || ' ' || data_type from information_schema.columns where table_schema = 'public' union all select indexdef from pg_indexes where schemaname = 'public' order by 1"));
                }
            }

            return found;
        }

        private string Connection(string module) => provider is DatabaseProvider.Sqlite
            ? $"Data Source={Path.Combine(folder, module + ".db")};Pooling=False"
            : PostgresServer.ConnectionTo($"domi_{module}_{name}", 10);

        private static async Task<List<string>> QueryAsync(string database, string sql)
        {
            await using var connection = new NpgsqlConnection(PostgresServer.ConnectionTo(database, 1) + ";Pooling=false");
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand(sql, connection);
            await using var reader = await command.ExecuteReaderAsync();
            var rows = new List<string>();
            while (await reader.ReadAsync()) rows.Add(reader.GetValue(0).ToString()!);
            return rows;
        }

        public async ValueTask DisposeAsync()
        {
            await App.DisposeAsync();
            if (provider is DatabaseProvider.Postgres) await PostgresServer.DropAsync([$"domi_office_{name}", $"domi_engine_{name}"]);

            Directory.Delete(folder, recursive: true);
        }
    }
}
