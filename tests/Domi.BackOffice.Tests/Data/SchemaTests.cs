using Domi.Engine;
using Domi.Platform;
using Domi.Testing;
using Npgsql;

namespace Domi.BackOffice.Tests.Data;

public sealed class SchemaTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("domi-schema-").FullName;

    [Fact]
    public Task The_migrations_of_the_office_make_what_its_model_says() => CompareAsync<OfficeDb>();

    [Fact]
    public Task The_migrations_of_the_engine_make_what_its_model_says() => CompareAsync<EngineDb>();

    private async Task CompareAsync<T>()
        where T : ModuleDb
    {
        var (migrated, model) = await SchemaComparison.OfAsync<T>(AppFixture.Provider, Connection("migrated"), Connection("model"));

        Assert.NotEmpty(model);
        Assert.Equal(model, migrated);
    }

    private string Connection(string name) => AppFixture.Provider == DatabaseProvider.Sqlite
        ? $"Data Source={Path.Combine(folder, name + ".db")}"
        : new NpgsqlConnectionStringBuilder(PostgresServer.Address) { Database = $"domi_{name}_{Guid.CreateVersion7():n}", Pooling = false }.ConnectionString;

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }
}
