using Npgsql;

namespace Domi.Testing;

/// <summary>The server that <c>bin/postgres run</c> started for the tests. A database is made by whoever first opens it by the product.</summary>
public static class PostgresServer
{
    /// <summary>A connection string without a database.</summary>
    public static string Address => Environment.GetEnvironmentVariable("DOMI_TEST_POSTGRES")
        ?? throw new InvalidOperationException("DOMI_TEST_POSTGRES is not set: start the tests by bin/test, or under bin/postgres run.");

    public static string ConnectionTo(string database, int mostConnections) =>
        new NpgsqlConnectionStringBuilder(Address) { Database = database, MaxPoolSize = mostConnections }.ConnectionString;

    /// <summary>Drops what is there of them, whoever is still connected.</summary>
    public static async Task DropAsync(IEnumerable<string> databases)
    {
        NpgsqlConnection.ClearAllPools();
        await using var server = new NpgsqlConnection(ConnectionTo("postgres", 1) + ";Pooling=false");
        await server.OpenAsync();
        foreach (var database in databases)
        {
            await using var drop = new NpgsqlCommand($"drop database if exists \"{database}\" with (force)", server);
            await drop.ExecuteNonQueryAsync();
        }
    }
}
