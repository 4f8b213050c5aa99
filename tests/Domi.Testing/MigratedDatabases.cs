using System.Collections.Concurrent;
using Domi.Platform;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Domi.Testing;

/// <summary>
/// Empty databases as the product's migrations leave them: of each module one is made by the product, and every fixture gets a copy.
/// </summary>
internal static class MigratedDatabases
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<DomiSettings>>> Made = new(StringComparer.Ordinal);

    /// <summary>Puts the copy where the settings say that the module's database is. The product then finds nothing pending.</summary>
    public static async Task CopyAsync<T>(DomiSettings settings, string module)
        where T : ModuleDb
    {
        var template = await Made.GetOrAdd(module, _ => new(() => MakeAsync<T>(module))).Value;
        var (from, to) = (Databases.ConnectionString(template, module), Databases.ConnectionString(settings, module));
        if (settings.Provider == DatabaseProvider.Sqlite)
            File.Copy(new SqliteConnectionStringBuilder(from).DataSource, new SqliteConnectionStringBuilder(to).DataSource);
        else
            await PostgresServer.ExecuteAsync($"create database \"{new NpgsqlConnectionStringBuilder(to).Database}\" template \"{new NpgsqlConnectionStringBuilder(from).Database}\"");
    }

    private static async Task<DomiSettings> MakeAsync<T>(string module)
        where T : ModuleDb
    {
        var folder = Directory.CreateTempSubdirectory("domi-test-template-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        var connection = AppFixture.Provider == DatabaseProvider.Sqlite ? null : PostgresServer.ConnectionTo($"domi_{module}_template_{Guid.CreateVersion7():n}", 2) + ";Pooling=false";
        var settings = new DomiSettings { DataFolder = folder, EnvironmentName = "Development", Provider = AppFixture.Provider, Office = new() { ConnectionString = connection }, Engine = new() { ConnectionString = connection } };
        using var held = await Databases.PrepareAsync<T>(settings, module, CancellationToken.None);
        if (settings.Provider == DatabaseProvider.Sqlite)
        {
            // What is still beside the file goes into it with the last connection.
            await using var db = Databases.Open<T>(settings, module);
            await db.Database.ExecuteSqlRawAsync("pragma wal_checkpoint(truncate)");
            SqliteConnection.ClearAllPools();
        }

        return settings;
    }
}
