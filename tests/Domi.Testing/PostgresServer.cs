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
        foreach (var database in databases) await ExecuteAsync($"drop database if exists \"{database}\" with (force)");
    }

    /// <summary>Runs a statement about databases.</summary>
    public static async Task ExecuteAsync(string sql)
    {
        await using var server = new NpgsqlConnection(ConnectionTo("postgres", 4));
        await server.OpenAsync();
        await using var command = new NpgsqlCommand(sql, server);
        await command.ExecuteNonQueryAsync();
    }
}
