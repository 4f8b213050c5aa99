using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Platform;

/// <summary>Opens a module's database on either provider and brings it up to date.</summary>
public static class Databases
{
    /// <summary>Registers the context (pooled: making one costs more than most queries).</summary>
    public static void AddModuleDb<T>(this IServiceCollection services, DomiSettings settings, string module)
        where T : ModuleDb
    {
        var connection = ConnectionString(settings, module);
        services.AddDbContextPool<T>(options => Configure<T>(options, settings.Provider, connection));
        services.AddScoped<ModuleDb>(scope => scope.GetRequiredService<T>());
    }

    /// <summary>As the one without a type, with the model that was compiled into the program, if there is one: it is made when the program is published, for SQLite.</summary>
    public static void Configure<T>(DbContextOptionsBuilder options, DatabaseProvider provider, string connection)
        where T : ModuleDb
    {
        Configure(options, provider, connection);
        if (provider == DatabaseProvider.Sqlite && typeof(T).Assembly.GetType($"{typeof(T).Namespace}.Compiled.{typeof(T).Name}Model") is { } compiled)
            options.UseModel((IModel)compiled.GetProperty("Instance")!.GetValue(null)!);
    }

    public static void Configure(DbContextOptionsBuilder options, DatabaseProvider provider, string connection)
    {
        if (provider == DatabaseProvider.Sqlite)
            options.UseSqlite(connection).AddInterceptors(Pragmas.Instance, KeptStatements.Instance).KeepConnections();
        else
            UsePostgres(options, connection);

        options.UseSnakeCaseNamingConvention()
            .KeepShapers()
            .ConfigureWarnings(warnings => warnings
                .Ignore(RelationalEventId.PendingModelChangesWarning) // there is no snapshot: SchemaTests compares instead
                .Ignore(CoreEventId.FirstWithoutOrderByAndFilterWarning)
                .Ignore(RelationalEventId.MultipleCollectionIncludeWarning));
    }

    // Apart, so that whoever has SQLite loads nothing of the other.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void UsePostgres(DbContextOptionsBuilder options, string connection) => options.UseNpgsql(connection);

    public static string ConnectionString(DomiSettings settings, string module)
    {
        var given = (module == "office" ? settings.Office : settings.Engine).ConnectionString;
        if (settings.Provider == DatabaseProvider.Sqlite)
        {
            var sqlite = new SqliteConnectionStringBuilder(given ?? $"Data Source={Path.Combine(settings.DataFolder, module + ".db")}");
            if (Path.GetDirectoryName(Path.GetFullPath(sqlite.DataSource)) is { } folder) OwnFolder.Make(folder);
            return sqlite.ConnectionString;
        }

        return given ?? throw new SettingsException(
            $"ConnectionStrings__{(module == "office" ? "Office" : "Engine")} is missing: PostgreSQL has no default address.");
    }

    /// <summary>A module's database as the settings name it, for whoever has no host: a command.</summary>
    public static T Open<T>(DomiSettings settings, string module)
        where T : ModuleDb
    {
        var options = new DbContextOptionsBuilder<T>();
        Configure<T>(options, settings.Provider, ConnectionString(settings, module));
        return (T)Activator.CreateInstance(typeof(T), options.Options)!;
    }

    /// <summary>
    /// Takes the lock of the database file (SQLite: one process), then applies what is pending. Killed in between, it starts again.
    /// </summary>
    /// <returns>The lock, to be kept until the process ends; null on PostgreSQL.</returns>
    /// <exception cref="SettingsException">Another process has the file, or the database is newer than the program.</exception>
    public static async Task<IDisposable?> PrepareAsync<T>(DomiSettings settings, string module, CancellationToken ct)
        where T : ModuleDb
    {
        var connection = ConnectionString(settings, module);
        await using var db = Open<T>(settings, module);

        IDisposable? heldLock = null;
        if (settings.Provider == DatabaseProvider.Sqlite)
        {
            var file = new SqliteConnectionStringBuilder(connection).DataSource;
            heldLock = FileLock.Take(file + ".lock")
                ?? throw new SettingsException($"{file} is in use by another process. With SQLite one process serves; several need PostgreSQL.");
        }

        try
        {
            await MigrateAsync(db, ct);
            return heldLock;
        }
        catch
        {
            heldLock?.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Lets SQLite look, briefly, how its tables are filled: without that it takes every index for as good as any other. 10,000 rows of each
    /// index, some 20 ms: whoever looks at fewer takes two thousand relations for as few as one own company.
    /// </summary>
    public const string LookAtTables = "pragma analysis_limit=10000; pragma optimize=0x10002;";

    private static async Task MigrateAsync(ModuleDb db, CancellationToken ct)
    {
        if (!db.IsSqlite)
        {
            // Several nodes start together: one migrates, the others wait for it and then find nothing pending.
            await CreatePostgresDatabaseAsync(db, ct);
            await db.Database.OpenConnectionAsync(ct);
            await db.Database.ExecuteSqlRawAsync("select pg_advisory_lock(684713)", ct);
        }
        else
        {
            await db.Database.OpenConnectionAsync(ct);
            await db.Database.ExecuteSqlRawAsync("pragma journal_mode=wal", ct);
            // The provider's own migration lock is a row: after a kill it stays, and the next start would wait for it for ever.
            await db.Database.ExecuteSqlRawAsync("drop table if exists \"__EFMigrationsLock\"", ct);
        }

        try
        {
            var known = db.Database.GetMigrations().ToHashSet(StringComparer.Ordinal);
            var applied = await db.Database.GetAppliedMigrationsAsync(ct);
            if (applied.FirstOrDefault(m => !known.Contains(m)) is { } newer)
                throw new SettingsException($"The database is newer than this program: it has '{newer}', which this version does not know. Start the newer version.");
            if ((await db.Database.GetPendingMigrationsAsync(ct)).Any()) await db.Database.MigrateAsync(ct);
            if (db.IsSqlite) await db.Database.ExecuteSqlRawAsync(LookAtTables, ct);
        }
        finally
        {
            if (!db.IsSqlite) await db.Database.ExecuteSqlRawAsync("select pg_advisory_unlock(684713)", CancellationToken.None);
            await db.Database.CloseConnectionAsync();
        }
    }

    private static async Task CreatePostgresDatabaseAsync(ModuleDb db, CancellationToken ct)
    {
        var creator = db.GetService<Microsoft.EntityFrameworkCore.Storage.IRelationalDatabaseCreator>();
        if (await creator.ExistsAsync(ct)) return;

        try
        {
            await creator.CreateAsync(ct);
        }
        catch (Npgsql.PostgresException e) when (e.SqlState is "42P04" or "23505")
        {
            // Another node created it in the same moment.
        }
    }

    private static T GetService<T>(this ModuleDb db)
        where T : class => Microsoft.EntityFrameworkCore.Infrastructure.AccessorExtensions.GetService<T>(db);

    /// <summary>A connection for the one who writes.</summary>
    internal static SqliteConnection OpenToWrite(KeptConnection like)
    {
        var connection = like.Another();
        try
        {
            connection.Open();
            Pragmas.Instance.Execute(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    internal static void Close(ref SqliteConnection? connection)
    {
        if (connection is null) return;
        KeptStatements.Instance.Forget(connection);
        connection.Dispose(); // rolls back what was not committed
        connection = null;
    }

    /// <summary>
    /// Full durability and foreign keys on every connection. They hold as long as the connection to the file does, which the pool keeps and
    /// hands out again: telling it each time cost a tenth of a write.
    /// </summary>
    private sealed class Pragmas : DbConnectionInterceptor
    {
        public static readonly Pragmas Instance = new();

        private const string Sql = "pragma synchronous=full; pragma busy_timeout=5000; pragma foreign_keys=on; pragma wal_autocheckpoint=4000;";

        private readonly ConditionalWeakTable<SafeHandle, object> told = [];

        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Execute(connection);

        public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            Execute(connection);
            return Task.CompletedTask;
        }

        public void Execute(DbConnection connection)
        {
            var handle = ((SqliteConnection)connection).Handle!;
            if (told.TryGetValue(handle, out _)) return;

            using var command = connection.CreateCommand();
            command.CommandText = Sql;
            command.ExecuteNonQuery();
            told.AddOrUpdate(handle, Sql);
        }
    }
}

/// <summary>A lock of the operating system on a file: it dies with the process.</summary>
public static class FileLock
{
    public static IDisposable? Take(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
