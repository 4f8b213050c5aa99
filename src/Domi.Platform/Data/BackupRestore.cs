using System.Data.Common;
using System.Formats.Tar;
using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Domi.Platform;

public static partial class Backup
{
    /// <summary>
    /// Restores the modules into empty databases. The file is read twice: first to know that it is whole, without touching anything. A backup
    /// of an older version is restored under its own schema and then brought up to date.
    /// </summary>
    /// <returns>What the file held, and the modules that an interrupted restore of this very file had finished before.</returns>
    /// <remarks>
    /// Each module is one transaction, and all are committed at the end: interrupted before, the databases are as empty as they were. Between
    /// two commits, one module is restored; the same command then does the other.
    /// </remarks>
    /// <exception cref="SettingsException">
    /// The file cannot be read, is cut off or altered, or of a newer version; the master key is another; it lacks a module; a database is
    /// not empty or in use. Nothing was changed.
    /// </exception>
    public static async Task<(BackupManifest Manifest, IReadOnlyList<string> DoneBefore)> RestoreAsync(
        DomiSettings settings, IReadOnlyList<BackupModule> modules, string file, CancellationToken ct)
    {
        var passphrase = BackupFile.PassphraseOf(settings);
        await using var stream = OpenToRead(file);
        await BackupFile.CheckAsync(stream, passphrase, ct);
        var manifest = await BackupFile.ReadManifestAsync(stream, passphrase, ct);

        var restores = new List<Restore>();
        var doneBefore = new List<string>();
        try
        {
            foreach (var module in modules)
            {
                var part = manifest.Modules.FirstOrDefault(m => m.Module == module.Name) ?? throw new SettingsException(
                    $"The backup holds {string.Join(" and ", manifest.Modules.Select(m => m.Module))}, not {module.Name}: set Domi__Modules to what is to be restored.");
                var restore = new Restore(module, part, settings);
                restores.Add(restore);
                restore.RequireKnownMigrations();
            }

            foreach (var restore in restores)
                if (!await restore.BeginAsync(manifest.Id, ct))
                    doneBefore.Add(restore.Name);
            if (doneBefore.Count == restores.Count) throw new SettingsException("This backup is restored here already.");

            await BackupFile.ReadAsync(stream, passphrase, async entry =>
            {
                if (restores.FirstOrDefault(r => r.Takes(entry)) is { } restore) await restore.LoadAsync(entry, ct);
            }, ct);
            foreach (var restore in restores) await restore.FinishAsync(manifest.Id, ct);
            // Once the first is committed, nobody breaks off before the last.
            ct.ThrowIfCancellationRequested();
            foreach (var restore in restores) await restore.CommitAsync();
        }
        finally
        {
            foreach (var restore in restores) await restore.DisposeAsync();
        }

        foreach (var module in modules) (await module.PrepareAsync(settings, ct))?.Dispose();
        return (manifest, doneBefore);
    }

    private static FileStream OpenToRead(string file)
    {
        try
        {
            return new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{file} cannot be read: {e.Message}");
        }
    }

    /// <summary>One module on its way back: an empty database, held against everybody else until it is full.</summary>
    private sealed class Restore(BackupModule module, BackedUpModule part, DomiSettings settings) : IAsyncDisposable
    {
        /// <summary>In <c>module_state</c>: the id of the backup that the database was restored from.</summary>
        private const string Mark = "restored";

        private readonly ModuleDb db = module.Open(settings);
        private readonly Dictionary<string, long> loaded = part.Tables.ToDictionary(t => t.Name, _ => 0L, StringComparer.Ordinal);
        private IDisposable? held;
        private IDbContextTransaction? transaction;

        public string Name => module.Name;

        private DbConnection Connection => db.Database.GetDbConnection();

        public void RequireKnownMigrations()
        {
            var known = db.Database.GetMigrations().ToList();
            if (part.Migrations.Except(known).FirstOrDefault() is { } newer)
                throw new SettingsException($"The backup of the {Name} is newer than this program: it has '{newer}', which this version does not know. Restore it with the newer version.");
            if (!known.Take(part.Migrations.Count).SequenceEqual(part.Migrations, StringComparer.Ordinal))
                throw new SettingsException($"The backup of the {Name} lacks a migration that this program has before '{part.Migrations[^1]}': restore it with the version that made it.");
        }

        /// <summary>Brings the database to the schema of the backup, and holds it.</summary>
        /// <returns>False when the module was restored from this very backup before.</returns>
        public async Task<bool> BeginAsync(Guid backup, CancellationToken ct)
        {
            if (db.IsSqlite)
            {
                held = FileLock.Take(Connection.DataSource + ".lock")
                    ?? throw new SettingsException($"{Connection.DataSource} is in use by another process: stop it first.");
            }

            await MigrateAsync(ct);
            transaction = await db.Database.BeginTransactionAsync(ct);
            // A node that starts meanwhile waits here, and then finds a full database.
            if (!db.IsSqlite) await ExecuteAsync($"lock table {string.Join(", ", part.Tables.Select(t => Quote(t.Name)))} in access exclusive mode", ct);

            var used = part.Tables.FirstOrDefault(t => Scalar<bool>($"select exists (select 1 from {Quote(t.Name)})"));
            if (used is null) return true;
            if (Scalar<string?>($"select value from module_state where name = '{Mark}'") != backup.ToString())
                throw new SettingsException($"The database of the {Name} is in use: there are rows in {used.Name}. A backup is restored into an empty one only; nothing was changed.");
            await transaction.DisposeAsync();
            transaction = null;
            return false;
        }

        private async Task MigrateAsync(CancellationToken ct)
        {
            var creator = (RelationalDatabaseCreator)db.GetService<IDatabaseCreator>();
            if (!await creator.ExistsAsync(ct)) await creator.CreateAsync(ct);
            await db.Database.OpenConnectionAsync(ct);
            // As at a start (Databases.PrepareAsync), but no further than the backup.
            await ExecuteAsync(db.IsSqlite ? "pragma journal_mode=wal; drop table if exists \"__EFMigrationsLock\"" : "select pg_advisory_lock(684713)", ct);
            try
            {
                var applied = (await db.Database.GetAppliedMigrationsAsync(ct)).ToList();
                if (applied.Except(part.Migrations).FirstOrDefault() is { } newer)
                    throw new SettingsException($"The database of the {Name} is of a newer version than the backup: it has '{newer}'. Restore into a new database; it is brought up to date afterwards.");
                if (applied.Count < part.Migrations.Count) await db.GetService<IMigrator>().MigrateAsync(part.Migrations[^1], ct);
            }
            finally
            {
                if (!db.IsSqlite) await ExecuteAsync("select pg_advisory_unlock(684713)", CancellationToken.None);
            }
        }

        public bool Takes(TarEntry entry) => transaction is not null && entry.Name.StartsWith(Name + "/", StringComparison.Ordinal);

        /// <summary>Loads the rows of one entry: <c>office/invoices/000001.jsonl</c>.</summary>
        public async Task LoadAsync(TarEntry entry, CancellationToken ct)
        {
            var table = part.Tables.FirstOrDefault(t => t.Name == entry.Name.Split('/')[1]) ?? throw new InvalidDataException($"The manifest does not name {entry.Name}.");
            var columns = table.Columns.Select(c => (c.Name, Type: BackupType.Of(c.Type))).ToArray();
            var names = string.Join(", ", columns.Select(c => Quote(c.Name)));
            var rows = JsonSerializer.DeserializeAsyncEnumerable<JsonElement>(entry.DataStream!, topLevelValues: true, cancellationToken: ct);
            if (Connection is NpgsqlConnection postgres)
            {
                await using var copy = await postgres.BeginBinaryImportAsync($"copy {Quote(table.Name)} ({names}) from stdin (format binary)", ct);
                copy.Timeout = TimeSpan.Zero;
                await foreach (var row in rows)
                {
                    await copy.StartRowAsync(ct);
                    foreach (var (name, type) in columns)
                    {
                        if (row.GetProperty(name) is { ValueKind: not JsonValueKind.Null } value) await copy.WriteAsync(type.Read(value), type.Postgres, ct);
                        else await copy.WriteNullAsync(ct);
                    }

                    loaded[table.Name]++;
                }

                await copy.CompleteAsync(ct);
                return;
            }

            await using var insert = Command($"insert into {Quote(table.Name)} ({names}) values ({string.Join(", ", columns.Select((_, i) => $"@p{i}"))})");
            var parameters = columns.Select((_, i) => new SqliteParameter($"@p{i}", null)).ToArray();
            insert.Parameters.AddRange(parameters);
            await foreach (var row in rows)
            {
                for (var i = 0; i < columns.Length; i++)
                    parameters[i].Value = row.GetProperty(columns[i].Name) is { ValueKind: not JsonValueKind.Null } value ? columns[i].Type.Read(value) : DBNull.Value;
                await insert.ExecuteNonQueryAsync(ct);
                loaded[table.Name]++;
            }
        }

        /// <summary>Counts what arrived, sets right what a restore has to, and marks the database.</summary>
        public async Task FinishAsync(Guid backup, CancellationToken ct)
        {
            if (transaction is null) return;

            foreach (var table in part.Tables)
            {
                var count = Scalar<long>($"select count(*) from {Quote(table.Name)}");
                if (loaded[table.Name] != table.Rows || count != table.Rows)
                    throw new SettingsException($"{table.Name} of the {Name} should have {table.Rows} rows and got {count}. Nothing was changed.");
            }

            if (!db.IsSqlite) await ContinueIdentitiesAsync(ct);
            await module.RestoredAsync(db, ct);
            await db.States.Where(s => s.Name == Mark).ExecuteDeleteAsync(ct);
            db.States.Add(new() { Name = Mark, Value = backup.ToString() });
            await db.SaveChangesAsync(ct);
        }

        /// <summary>The numbers that PostgreSQL gives go on behind the highest that came along.</summary>
        private async Task ContinueIdentitiesAsync(CancellationToken ct)
        {
            var identities = await db.Database.SqlQuery<string>(
                $"""select table_name || '.' || column_name as "Value" from information_schema.columns where table_schema = current_schema() and is_identity = 'YES'""").ToListAsync(ct);
            foreach (var (table, column) in identities.Select(name => (name.Split('.')[0], name.Split('.')[1])))
                await ExecuteAsync($"select setval(pg_get_serial_sequence('{Quote(table)}', '{column}'), max({Quote(column)})) from {Quote(table)} having max({Quote(column)}) is not null", ct);
        }

        public Task CommitAsync() => transaction?.CommitAsync(CancellationToken.None) ?? Task.CompletedTask;

        private T Scalar<T>(string text)
        {
            using var command = Command(text);
            return command.ExecuteScalar() is { } value and not DBNull ? (T)Convert.ChangeType(value, typeof(T), CultureInfo.InvariantCulture) : default!;
        }

        private async Task ExecuteAsync(string text, CancellationToken ct)
        {
            await using var command = Command(text);
            await command.ExecuteNonQueryAsync(ct);
        }

        private DbCommand Command(string text)
        {
            var command = Connection.CreateCommand();
            command.Transaction = db.Database.CurrentTransaction?.GetDbTransaction();
            command.CommandTimeout = 0;
#pragma warning disable CA2100 // names of the manifest, delimited; the manifest is authentic
            command.CommandText = text;
#pragma warning restore CA2100
            return command;
        }

        private string Quote(string name) => db.GetService<ISqlGenerationHelper>().DelimitIdentifier(name);

        public async ValueTask DisposeAsync()
        {
            if (transaction is not null) await transaction.DisposeAsync();
            await db.DisposeAsync();
            held?.Dispose();
        }
    }
}
