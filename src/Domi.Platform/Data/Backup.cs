using System.Data;
using System.Data.Common;
using System.Formats.Tar;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Domi.Platform;

/// <summary>A module as backups see it: how its database is opened, brought up to date, and set right after a restore.</summary>
public sealed class BackupModule
{
    private BackupModule(string name, Func<DomiSettings, ModuleDb> open, Func<DomiSettings, CancellationToken, Task<IDisposable?>> prepare, Func<ModuleDb, CancellationToken, Task> restored) =>
        (Name, Open, PrepareAsync, RestoredAsync) = (name, open, prepare, restored);

    /// <summary><c>office</c> or <c>engine</c>.</summary>
    public string Name { get; }

    internal Func<DomiSettings, ModuleDb> Open { get; }

    internal Func<DomiSettings, CancellationToken, Task<IDisposable?>> PrepareAsync { get; }

    internal Func<ModuleDb, CancellationToken, Task> RestoredAsync { get; }

    /// <param name="name"><c>office</c> or <c>engine</c>.</param>
    /// <param name="restored">
    /// What a restore changes in the rows, in its own transaction. The schema is then that of the backup, which may be older than the
    /// model: so it touches single columns, and loads no entities.
    /// </param>
    public static BackupModule Of<T>(string name, Func<T, CancellationToken, Task>? restored = null)
        where T : ModuleDb => new(
            name,
            settings => Databases.Open<T>(settings, name),
            (settings, ct) => Databases.PrepareAsync<T>(settings, name, ct),
            (db, ct) => restored is null ? Task.CompletedTask : restored((T)db, ct));
}

/// <summary>
/// Backs modules up into one encrypted file while they run, and restores them into empty databases of either provider.
/// See docs/guide/backup.md and docs/decisions/0012-backups-are-one-encrypted-file.md.
/// </summary>
public static partial class Backup
{
    // Rows are gathered into entries of about so much: a tar tells the size of an entry before its content.
    private const int EntryBytes = 4 << 20;

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>
    /// Writes a backup of the modules: one consistent snapshot of each, taken at the same moment as far as two databases have one.
    /// Memory: some entries of 4 MB, or a few times the largest document.
    /// </summary>
    /// <param name="file">Must not exist. It appears whole, readable by its owner only, or not at all; meanwhile <c>file.tmp</c> grows.</param>
    /// <exception cref="SettingsException">
    /// The file exists or cannot be written, a database is missing or of another version, or there is no master key.
    /// </exception>
    public static async Task<BackupManifest> WriteAsync(DomiSettings settings, IReadOnlyList<BackupModule> modules, string file, TimeProvider clock, CancellationToken ct)
    {
        file = Path.GetFullPath(file);
        if (Path.Exists(file)) throw new SettingsException($"{file} exists: a backup does not overwrite another. Choose a new name.");
        var passphrase = BackupFile.PassphraseOf(settings);

        var snapshots = new List<Snapshot>();
        try
        {
            foreach (var module in modules) snapshots.Add(await Snapshot.TakeAsync(module, settings, ct));
            var at = clock.GetUtcNow();
            var manifest = new BackupManifest(BackupFile.Format, Guid.CreateVersion7(at), ProgramVersion, at, [.. snapshots.Select(s => s.Manifest)]);
            await WriteFileAsync(file, async to => await BackupFile.WriteAsync(to, passphrase, at, async tar =>
            {
                using (var text = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(manifest, BackupFile.Json))) BackupFile.Add(tar, BackupFile.ManifestName, at, text);
                foreach (var snapshot in snapshots) await snapshot.WriteAsync(tar, at, ct);
            }));
            return manifest;
        }
        finally
        {
            foreach (var snapshot in snapshots) await snapshot.DisposeAsync();
        }
    }

    private static string ProgramVersion => typeof(Backup).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    private static async Task WriteFileAsync(string file, Func<Stream, Task> write)
    {
        var temporary = file + ".tmp";
        try
        {
            // Locked while it is written; what an interrupted backup left is written over.
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            await using (var stream = new FileStream(temporary, options))
            {
                if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(stream.SafeFileHandle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
                try
                {
                    await write(stream);
                    stream.Flush(flushToDisk: true);
                }
                catch
                {
                    File.Delete(temporary);
                    throw;
                }
            }

            File.Move(temporary, file, overwrite: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{file} cannot be written: {e.Message}");
        }
    }

    /// <summary>One module's database in a transaction that sees one moment of it.</summary>
    private sealed class Snapshot : IAsyncDisposable
    {
        private readonly ModuleDb db;
        private readonly DbConnection connection;
        private readonly ISqlGenerationHelper sql;
        private DbTransaction? transaction;

        private Snapshot(ModuleDb db) => (this.db, connection, sql) = (db, db.Database.GetDbConnection(), db.GetService<ISqlGenerationHelper>());

        public BackedUpModule Manifest { get; private set; } = null!;

        public static async Task<Snapshot> TakeAsync(BackupModule module, DomiSettings settings, CancellationToken ct)
        {
            var snapshot = new Snapshot(module.Open(settings));
            try
            {
                await snapshot.BeginAsync(module.Name, ct);
                return snapshot;
            }
            catch
            {
                await snapshot.DisposeAsync();
                throw;
            }
        }

        private async Task BeginAsync(string module, CancellationToken ct)
        {
            if (!await db.Database.CanConnectAsync(ct))
                throw new SettingsException($"There is no database of the {module} here. Is Domi__Data, or the connection string, that of the service?");
            var known = db.Database.GetMigrations().ToList();
            var applied = (await db.Database.GetAppliedMigrationsAsync(ct)).ToList();
            if (!applied.SequenceEqual(known, StringComparer.Ordinal))
            {
                throw new SettingsException(applied.Except(known).FirstOrDefault() is { } newer
                    ? $"The database of the {module} is newer than this program: it has '{newer}'. Take the version that runs on it."
                    : $"The database of the {module} is older than this program. Take the version that runs on it, or run 'domi migrate' first.");
            }

            await db.Database.OpenConnectionAsync(ct);
            // A deferred transaction of SQLite keeps nobody from writing: the file is in WAL mode, and the first read chooses the moment.
            transaction = connection is SqliteConnection sqlite
                ? sqlite.BeginTransaction(deferred: true)
                : await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);

            var tables = new List<BackedUpTable>();
            foreach (var table in TablesOf(db.Model))
            {
                await using var count = Command($"select count(*) from {sql.DelimitIdentifier(table.Name)}");
                tables.Add(table with { Rows = Convert.ToInt64(await count.ExecuteScalarAsync(ct), System.Globalization.CultureInfo.InvariantCulture) });
            }

            Manifest = new(module, applied, tables);
        }

        public async Task WriteAsync(TarWriter tar, DateTimeOffset at, CancellationToken ct)
        {
            using var lines = new MemoryStream();
            await using var json = new Utf8JsonWriter(lines, Compact);
            foreach (var table in Manifest.Tables)
            {
                var (entries, rows) = (0, 0L);
                var columns = table.Columns.Select(c => (Name: JsonEncodedText.Encode(c.Name), Type: BackupType.Of(c.Type))).ToArray();
                await using var select = Command($"select {string.Join(", ", table.Columns.Select(c => sql.DelimitIdentifier(c.Name)))} from {sql.DelimitIdentifier(table.Name)}");
                await using var row = await select.ExecuteReaderAsync(ct);
                while (await row.ReadAsync(ct))
                {
                    json.WriteStartObject();
                    for (var i = 0; i < columns.Length; i++)
                    {
                        json.WritePropertyName(columns[i].Name);
                        if (row.IsDBNull(i)) json.WriteNullValue();
                        else columns[i].Type.Write(json, row, i);
                    }

                    json.WriteEndObject();
                    json.Flush();
                    json.Reset();
                    lines.WriteByte((byte)'\n');
                    rows++;
                    if (lines.Length >= EntryBytes) Flush();
                }

                if (lines.Length > 0) Flush();
                if (rows != table.Rows) throw new InvalidOperationException($"{table.Name} had {table.Rows} rows and then {rows}: that was not one snapshot.");

                void Flush()
                {
                    lines.Position = 0;
                    BackupFile.Add(tar, $"{Manifest.Module}/{table.Name}/{++entries:d6}.jsonl", at, lines);
                    lines.SetLength(0);
                    if (lines.Capacity > 4 * EntryBytes) lines.Capacity = 0; // after one large document
                }
            }
        }

        private DbCommand Command(string text)
        {
            var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandTimeout = 0;
#pragma warning disable CA2100 // names of the model, delimited
            command.CommandText = text;
#pragma warning restore CA2100
            return command;
        }

        public async ValueTask DisposeAsync()
        {
            if (transaction is not null) await transaction.DisposeAsync();
            await db.DisposeAsync();
        }
    }

    /// <summary>
    /// The tables of the model, each after those that it refers to. Who has claimed what, and which processes live, is of the machine and
    /// not of the books: left out.
    /// </summary>
    private static IEnumerable<BackedUpTable> TablesOf(IModel model)
    {
        var ordered = new List<ITable>();
        foreach (var table in model.GetRelationalModel().Tables.OrderBy(t => t.Name, StringComparer.Ordinal)) Add(table);
        return ordered.Where(t => !t.EntityTypeMappings.Any(m => m.TypeBase.ClrType == typeof(JobClaim) || m.TypeBase.ClrType == typeof(ProcessStart)))
            .Select(t => new BackedUpTable(t.Name, [.. t.Columns.Select(Describe)], 0));

        void Add(ITable table)
        {
            if (ordered.Contains(table)) return;
            foreach (var key in table.ForeignKeyConstraints.Where(k => k.PrincipalTable != table)) Add(key.PrincipalTable);
            ordered.Add(table);
        }

        static BackedUpColumn Describe(IColumn column)
        {
            var mapping = column.PropertyMappings[0].TypeMapping;
            return new(column.Name, BackupType.Of(mapping.Converter?.ProviderClrType ?? mapping.ClrType, $"{column.Table.Name}.{column.Name}").Name);
        }
    }
}
