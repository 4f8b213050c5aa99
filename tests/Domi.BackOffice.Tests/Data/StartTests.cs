using Domi.Engine;
using Domi.Platform;
using Domi.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Tests.Data;

/// <summary>What a start finds: a half migration, a lock left over, another process, a newer database.</summary>
public sealed class StartTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("domi-start-").FullName;

    private DomiSettings Settings => new() { DataFolder = folder, EnvironmentName = "Development", MasterKey = "a master key for tests, at least 32 characters" };

    [Fact]
    public async Task A_second_process_on_the_same_file_is_refused()
    {
        using var first = await Databases.PrepareAsync<EngineDb>(Settings, "engine", CancellationToken.None);

        var refused = await Assert.ThrowsAsync<SettingsException>(() => Databases.PrepareAsync<EngineDb>(Settings, "engine", CancellationToken.None));

        Assert.Contains("in use by another process", refused.Message);
    }

    [Fact]
    public async Task A_migration_lock_that_a_killed_process_left_does_not_hold_the_next_start()
    {
        // Killed in its first migration: the lock's row is there, and nothing else.
        await ExecuteAsync("create table \"__EFMigrationsLock\" (\"Id\" integer primary key, \"Timestamp\" text not null); insert into \"__EFMigrationsLock\" values (1, '2026-01-01')");

        using var again = await Databases.PrepareAsync<EngineDb>(Settings, "engine", CancellationToken.None);

        await ExecuteAsync("select count(*) from creditors");
        Assert.NotNull(again);
    }

    [Fact]
    public async Task A_database_that_is_newer_than_the_program_is_refused_with_a_message()
    {
        (await Databases.PrepareAsync<EngineDb>(Settings, "engine", CancellationToken.None))!.Dispose();
        await ExecuteAsync("insert into \"__EFMigrationsHistory\" values ('20990101000000_Future', '10.0.0')");

        var refused = await Assert.ThrowsAsync<SettingsException>(() => Databases.PrepareAsync<EngineDb>(Settings, "engine", CancellationToken.None));

        Assert.Contains("20990101000000_Future", refused.Message);
    }

    [Theory]
    [InlineData("Domi__MasterKey", "Production")]
    [InlineData("https", "Production")]
    [InlineData("Domi__MasterKey", "Staging")]
    public void Outside_Development_without_real_secrets_or_https_it_does_not_start(string missing, string environment)
    {
        var values = new Dictionary<string, string?> { ["Domi:MasterKey"] = new('k', 40), ["Office:Url"] = "https://office.example", ["Engine:Url"] = "https://pay.example" };
        if (missing == "https") values["Engine:Url"] = "http://pay.example";
        else values.Remove("Domi:MasterKey");
        var configuration = new Microsoft.Extensions.Configuration.ConfigurationBuilder().Add(new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource { InitialData = values }).Build();

        var refused = Assert.Throws<SettingsException>(() => DomiSettings.Read(configuration, environment));

        Assert.Contains(missing, refused.Message);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "engine.db")};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }
}
