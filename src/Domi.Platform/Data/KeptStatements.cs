using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Sqlite.Storage.Internal;
using Microsoft.EntityFrameworkCore.Storage;
using SQLitePCL;

namespace Domi.Platform;

/// <summary>
/// SQLite parses and plans a statement every time a command with it is made, which took a third of a write. The contexts are pooled, and so
/// each keeps its connection, and its connection the statements that were prepared on it.
/// </summary>
internal sealed class KeptStatements : DbCommandInterceptor
{
    public static readonly KeptStatements Instance = new();

    private readonly ConditionalWeakTable<DbConnection, Store> stores = [];

    public override InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result) =>
        InterceptionResult<DbDataReader>.SuppressWithResult(Prepared(command).ExecuteReader());

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default) =>
        new(ReaderExecuting(command, eventData, result)); // SQLite has nothing to wait for

    public override InterceptionResult<int> NonQueryExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<int> result) =>
        InterceptionResult<int>.SuppressWithResult(Prepared(command).ExecuteNonQuery());

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) =>
        new(NonQueryExecuting(command, eventData, result));

    /// <summary>The connection is closed, and its statements with it.</summary>
    public void Forget(DbConnection connection) => stores.Remove(connection);

    /// <summary>A result was not read to its end and given back: the connection still sees the database as it was then.</summary>
    public bool IsReading(DbConnection connection) => stores.TryGetValue(connection, out var store) && store.IsReading;

    /// <summary>Runs a text of ours.</summary>
    public void Execute(SqliteConnection connection, SqliteTransaction transaction, string sql)
    {
        var prepared = stores.GetOrCreateValue(connection).Take(sql, connection);
        prepared.Transaction = transaction;
        prepared.ExecuteNonQuery();
    }

    private Statement Prepared(DbCommand command)
    {
        var asked = (SqliteCommand)command;
        var prepared = stores.GetOrCreateValue(asked.Connection!).Take(asked.CommandText, asked.Connection!);
        prepared.Transaction = asked.Transaction;
        prepared.CommandTimeout = asked.CommandTimeout;
        prepared.Parameters.Clear();
        foreach (SqliteParameter parameter in asked.Parameters) prepared.Parameters.Add(parameter);
        return prepared;
    }

    /// <summary>The statements of one connection, which one caller at a time uses.</summary>
    private sealed class Store
    {
        // Lists of values make ever new texts; those that come often are soon prepared again.
        private const int Most = 500;

        private readonly Dictionary<string, Statement> known = new(StringComparer.Ordinal);

        public bool IsReading => known.Values.Any(s => !s.IsFree);

        public Statement Take(string sql, SqliteConnection connection)
        {
            if (known.TryGetValue(sql, out var statement) && statement.IsFree) return statement;
            if (statement is null && known.Count == Most)
            {
                foreach (var free in known.Values.Where(s => s.IsFree)) free.Dispose();
                known.Clear();
            }

            return known[sql] = new() { CommandText = sql, Connection = connection };
        }
    }

    private sealed class Statement : SqliteCommand
    {
        public bool IsFree => DataReader is null;
    }
}

#pragma warning disable EF1001 // nothing public says that a connection is to be kept
/// <summary>Stays open while its context lies in the pool, unless it was left within a transaction or a half-read result.</summary>
internal sealed class KeptConnection(
    RelationalConnectionDependencies dependencies, IRawSqlCommandBuilder rawSql, IDiagnosticsLogger<DbLoggerCategory.Infrastructure> log)
    : SqliteRelationalConnection(dependencies, rawSql, log)
{
    private SqliteConnection? lent;

    [AllowNull]
    public override DbConnection DbConnection
    {
        get => lent ?? base.DbConnection;
        set => base.DbConnection = value;
    }

    /// <summary>One more like this one, with the functions that queries use.</summary>
    public SqliteConnection Another() => (SqliteConnection)CreateDbConnection();

    /// <summary>Works on another connection until it is given back as null.</summary>
    public void Lend(SqliteConnection? connection) => lent = connection;

    protected override void CloseDbConnection()
    {
        if (lent is not null) return;
        if (((SqliteConnection)DbConnection).Handle is { } handle && raw.sqlite3_get_autocommit(handle) != 0 && !KeptStatements.Instance.IsReading(DbConnection)) return;
        KeptStatements.Instance.Forget(DbConnection);
        base.CloseDbConnection();
    }

    protected override Task CloseDbConnectionAsync()
    {
        CloseDbConnection(); // SQLite has nothing to wait for
        return Task.CompletedTask;
    }
}

internal static class KeptConnections
{
    public static DbContextOptionsBuilder KeepConnections(this DbContextOptionsBuilder options) => options.ReplaceService<ISqliteRelationalConnection, KeptConnection>();
}
#pragma warning restore EF1001
