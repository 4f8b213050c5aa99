using System.Data.Common;
using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Domi.BackOffice.Tests.Pages;
using Domi.Engine;
using Domi.Engine.Creditors;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;
using Org.BouncyCastle.Security;

namespace Domi.BackOffice.Tests.Data;

/// <summary>Backups of installations in which something has happened, restored by the program itself.</summary>
public sealed class BackupTests(BackupTests.LivedFixture app) : IClassFixture<BackupTests.LivedFixture>, IAsyncDisposable
{
    private const string SignedIban = "BE68539007547034";
    private const string OtherKey = "another master key, of at least 32 characters";

    private static readonly BackupModule[] Both = [BackupModule.Of<OfficeDb>("office"), BackupModule.Of<EngineDb>("engine")];
    private static readonly DatabaseProvider OtherProvider = AppFixture.Provider is DatabaseProvider.Sqlite ? DatabaseProvider.Postgres : DatabaseProvider.Sqlite;

    private readonly string folder = Directory.CreateTempSubdirectory("domi-backup-").FullName;
    private readonly List<Place> places = [];

    [Fact]
    public async Task A_backup_tells_nobody_a_key_or_an_account()
    {
        var file = FileOf("secret");

        var (code, said) = Domi(app.Settings, "backup", file);

        Assert.True(code == 0, said);
        Assert.Contains("office: ", said);
        string[] keys = [app.Access.ApiKey, app.Access.PrivateKey!, app.Settings.MasterKey!];
        foreach (var secret in keys.Append(SignedIban)) Assert.Equal(-1, File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal([file], Directory.GetFiles(folder));

        // Even opened, it holds the keys only sealed by the key that is not in it; accounts it has to hold.
        var opened = string.Concat(Open(file).Select(e => e.Text));
        Assert.Contains(SignedIban, opened);
        Assert.All(keys, secret => Assert.DoesNotContain(secret, opened));
    }

    [Fact]
    public async Task An_existing_file_is_not_written_over()
    {
        var file = FileOf("there");
        await File.WriteAllTextAsync(file, "something else");

        var (code, said) = Domi(app.Settings, "backup", file);

        Assert.Equal(2, code);
        Assert.Contains("does not overwrite", said);
        Assert.Equal("something else", await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task What_was_restored_has_the_same_rows_and_balanced_books_and_feeds_a_million_ahead()
    {
        var file = await BackupAsync(app.Settings);
        var counters = await app.ReadEngineAsync(db => db.Creditors.AsNoTracking().SingleAsync());
        var there = Empty(AppFixture.Provider);

        var (code, said) = Domi(there, "restore", file);

        Assert.True(code == 0, said);
        foreach (var module in new[] { "office", "engine" })
            Assert.Equal(await RowsOfAsync(app.Settings, module), await RowsOfAsync(there, module));
        await using (var db = Connect<EngineDb>(there, "engine"))
        {
            var creditor = await db.Creditors.SingleAsync();
            Assert.Equal(counters.FeedCounter + 1_000_000, creditor.FeedCounter);
            Assert.True(creditor.ObjectCounter >= counters.ObjectCounter + 1_000_000);
            Assert.True(await db.NextObjectNumberAsync(creditor.Id, CancellationToken.None) > 1_000_000);
        }

        (code, said) = Domi(there, "ledger", "check");
        Assert.Equal(0, code);
        Assert.Contains(" 0 differences", said);
    }

    [Fact]
    public async Task A_restored_installation_lets_people_in_and_goes_on_where_it_stood()
    {
        await using var restored = new RestoredFixture(await BackupAsync(app.Settings));
        await restored.InitializeAsync();
        Assert.False(restored.Made!.IsFresh);
        Assert.Equal(app.Access.ApiKey, restored.Access.ApiKey);

        using var browser = await Browser.AdministratorAsync(restored);
        await browser.GetAsync("/invoices");
        var story = new Story(restored);
        foreach (var host in new[] { restored.Engine, restored.Office! }) AppFixture.SetTime(host, AppFixture.Start.AddDays(2));
        // The engine of the backup still runs, at the address that the office knows; the restored one had to take another.
        await restored.ReadAsync((OfficeDb db) => db.Connections.ExecuteUpdateAsync(set => set.SetProperty(c => c.BaseAddress, restored.Access.BaseAddress.ToString().TrimEnd('/'))));
        await story.WhenFeedsAreRead();
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation("Bert Claes"), 60.50m);
        await story.WhenPaidOnThePage(invoice);

        Assert.Equal(0, (await story.Read(invoice.Id)).Open);
        await story.ThenTheLedgerAgrees();
    }

    [Fact]
    public async Task A_backup_of_one_database_restores_into_the_other_and_back()
    {
        var (other, again) = (Empty(OtherProvider), Empty(AppFixture.Provider));

        var first = await BackupAsync(app.Settings);
        await Backup.RestoreAsync(other, Both, first, CancellationToken.None);
        var second = await BackupAsync(other);
        await Backup.RestoreAsync(again, Both, second, CancellationToken.None);
        var third = await BackupAsync(again);

        Assert.Equal(LinesOf(first), LinesOf(second));
        Assert.Equal(LinesOf(second), LinesOf(third));
        await AddAKeyOfTheRingAsync(again);
        await AddAKeyOfTheRingAsync(other);
    }

    [Fact]
    public async Task A_backup_while_others_write_is_of_one_moment()
    {
        var story = new Story(app);
        using var enough = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            var relation = await story.GivenARelation("Carla Smet");
            do await story.WhenNumbered(await story.GivenAProposal(relation));
            while (!enough.IsCancellationRequested);
        });

        var file = await BackupAsync(app.Settings);
        await enough.CancelAsync();
        await writing;

        var there = Empty(AppFixture.Provider);
        await Backup.RestoreAsync(there, Both, file, CancellationToken.None);
        Assert.Contains(" 0 differences", Domi(there, "ledger", "check").Said);
    }

    [Fact]
    public async Task Another_master_key_is_told_and_nothing_is_touched()
    {
        var file = await BackupAsync(app.Settings);
        var there = Empty(AppFixture.Provider) with { MasterKey = OtherKey };

        var (code, said) = Domi(there, "restore", file);

        Assert.Equal(2, code);
        Assert.Contains("master key is not the one", said);
        await NothingIsThereAsync(there);
    }

    [Fact]
    public async Task Without_a_master_key_there_is_neither_backup_nor_restore()
    {
        var keyless = Empty(AppFixture.Provider) with { MasterKey = null };

        Assert.Contains("no master key", (await Assert.ThrowsAsync<SettingsException>(() => BackupAsync(keyless))).Message);
        Assert.Contains("no master key", (await Assert.ThrowsAsync<SettingsException>(() => Backup.RestoreAsync(keyless, Both, FileOf("any"), CancellationToken.None))).Message);
    }

    [Fact]
    public async Task A_cut_or_altered_file_is_told_and_nothing_is_touched()
    {
        var whole = await File.ReadAllBytesAsync(await BackupAsync(app.Settings));
        var there = Empty(AppFixture.Provider);
        var bad = FileOf("bad");

        await File.WriteAllBytesAsync(bad, whole[..(whole.Length / 2)]);
        var (code, said) = Domi(there, "restore", bad);
        Assert.Equal(2, code);
        Assert.Contains("cut off, altered, or no backup", said);

        int[] lengths = [0, 1, 2, 5, 13, 14, 20, 40, 100, whole.Length - 30, whole.Length - 20, whole.Length - 2, whole.Length - 1];
        foreach (var length in lengths) await IsRefusedAsync(whole[..length], $"cut at {length}");
        // A few in the middle, and each of the first bytes: what they mean differs from one to the next. The 17th is a version which the
        // library does not look at; the content is whole then.
        foreach (var at in Enumerable.Range(0, 48).Where(at => at != 17).Concat([whole.Length / 4, whole.Length / 2, whole.Length - 25, whole.Length - 5, whole.Length - 1]))
        {
            var altered = whole.ToArray();
            altered[at] ^= 0x41;
            await IsRefusedAsync(altered, $"altered at {at}");
        }

        await NothingIsThereAsync(there);

        async Task IsRefusedAsync(byte[] content, string what)
        {
            await File.WriteAllBytesAsync(bad, content);
            var thrown = await Record.ExceptionAsync(() => Backup.RestoreAsync(there, Both, bad, CancellationToken.None));
            Assert.True(thrown is SettingsException, $"{what}: {thrown}");
        }
    }

    [Fact]
    public async Task A_used_database_is_refused()
    {
        var file = await BackupAsync(app.Settings);
        var there = Empty(AppFixture.Provider);
        await Backup.RestoreAsync(there, Both, file, CancellationToken.None);

        var (code, said) = Domi(there, "restore", file);
        Assert.Equal(2, code);
        Assert.Contains("restored here already", said);

        (code, said) = Domi(there, "restore", await BackupAsync(app.Settings));
        Assert.Equal(2, code);
        Assert.Contains("is in use", said);
        Assert.Contains(" 0 differences", Domi(there, "ledger", "check").Said);
    }

    [Fact]
    public async Task A_running_installation_is_refused()
    {
        var file = await BackupAsync(app.Settings);

        var (code, said) = Domi(app.Settings, "restore", file);

        Assert.Equal(2, code);
        Assert.Contains("in use", said);
    }

    [Fact]
    public async Task A_restore_that_breaks_off_leaves_both_databases_empty_and_can_be_done_again()
    {
        var file = await BackupAsync(app.Settings);
        var there = Empty(AppFixture.Provider);
        BackupModule[] breaking = [Both[0], BackupModule.Of<EngineDb>("engine", (_, _) => throw new InvalidOperationException("the plug was pulled"))];

        await Assert.ThrowsAsync<InvalidOperationException>(() => Backup.RestoreAsync(there, breaking, file, CancellationToken.None));

        foreach (var module in new[] { "office", "engine" }) Assert.All(await RowsOfAsync(there, module), rows => Assert.EndsWith(" 0", rows));
        Assert.Equal(0, Domi(there, "restore", file).Code);
    }

    [Fact]
    public async Task A_restore_that_breaks_off_between_two_modules_goes_on_with_the_other()
    {
        var file = await BackupAsync(app.Settings);
        var there = Empty(AppFixture.Provider);
        await Backup.RestoreAsync(there, [Both[0]], file, CancellationToken.None);

        var (_, doneBefore) = await Backup.RestoreAsync(there, Both, file, CancellationToken.None);

        Assert.Equal(["office"], doneBefore);
        Assert.Equal(await RowsOfAsync(app.Settings, "engine"), await RowsOfAsync(there, "engine"));
    }

    [Fact]
    public async Task A_module_that_the_file_lacks_is_named()
    {
        var file = FileOf("engine-only");
        await Backup.WriteAsync(app.Settings, [Both[1]], file, TimeProvider.System, CancellationToken.None);

        var refused = await Assert.ThrowsAsync<SettingsException>(() => Backup.RestoreAsync(Empty(AppFixture.Provider), Both, file, CancellationToken.None));

        Assert.Contains("holds engine, not office", refused.Message);
    }

    [Fact]
    public async Task A_backup_of_a_newer_program_is_refused()
    {
        var file = Altered(await BackupAsync(app.Settings), manifest => manifest["modules"]![0]!["migrations"]!.AsArray().Add("20990101000000_Future"));
        var there = Empty(AppFixture.Provider);

        var (code, said) = Domi(there, "restore", file);

        Assert.Equal(2, code);
        Assert.Contains("20990101000000_Future", said);
        await NothingIsThereAsync(there);
    }

    [Fact]
    public async Task A_backup_of_an_older_program_is_restored_and_brought_up_to_date()
    {
        // As it was before the last migrations, which added tables, indexes and a column.
        var file = Altered(await BackupAsync(app.Settings), manifest =>
        {
            var office = manifest["modules"]![0]!;
            var migrations = office["migrations"]!.AsArray();
            foreach (var last in new[] { "20261207000000_KnownLines", "20261204000000_Statements" })
            {
                Assert.Equal(last, (string?)migrations[^1]);
                migrations.RemoveAt(migrations.Count - 1);
            }

            var tables = office["tables"]!.AsArray();
            foreach (var added in tables.Where(t => (string?)t!["name"] is "bank_accounts" or "imported_files" or "bank_statements" or "statement_lines" or "line_marks").ToList()) tables.Remove(added);
            var columns = tables.Single(t => (string?)t!["name"] == "ledger_entries")!["columns"]!.AsArray();
            columns.Remove(columns.Single(c => (string?)c!["name"] == "line_id"));
        });
        var there = Empty(AppFixture.Provider);

        var (code, said) = Domi(there, "restore", file);

        Assert.True(code == 0, said);
        Assert.Equal(await RowsOfAsync(app.Settings, "office"), await RowsOfAsync(there, "office"));
        await using var db = Connect<OfficeDb>(there, "office");
        Assert.Empty(await db.Database.GetPendingMigrationsAsync());
    }

    [Theory]
    [InlineData("backup")]
    [InlineData("restore")]
    public void Each_command_explains_itself(string command)
    {
        var (code, said) = Domi(app.Settings, command, "--help");

        Assert.Equal(0, code);
        Assert.Contains("Domi__MasterKey", said);
        Assert.Contains("<FILE>", said);
    }

    private async Task<string> BackupAsync(DomiSettings settings)
    {
        var file = FileOf($"{Guid.CreateVersion7():n}");
        await Backup.WriteAsync(settings, Both, file, TimeProvider.System, CancellationToken.None);
        return file;
    }

    private string FileOf(string name) => Path.Combine(folder, name + ".backup");

    private DomiSettings Empty(DatabaseProvider provider)
    {
        places.Add(new(provider));
        return places[^1].Settings;
    }

    /// <summary>The ring of keys is numbered by the database, which must go on behind the numbers that came along.</summary>
    private static async Task AddAKeyOfTheRingAsync(DomiSettings settings)
    {
        await using var db = Connect<OfficeDb>(settings, "office");
        var last = await db.DataProtectionKeys.MaxAsync(k => k.Id);
        db.DataProtectionKeys.Add(new() { FriendlyName = "next", Xml = "<key />" });
        await db.SaveChangesAsync();
        Assert.True(await db.DataProtectionKeys.MaxAsync(k => k.Id) > last);
    }

    private static T Connect<T>(DomiSettings settings, string module)
        where T : ModuleDb
    {
        var options = new DbContextOptionsBuilder<T>();
        Databases.Configure(options, settings.Provider, Databases.ConnectionString(settings, module));
        return (T)Activator.CreateInstance(typeof(T), options.Options)!;
    }

    /// <summary>Each table that the database itself names, with its rows, but for what belongs to the machine and the mark of the restore.</summary>
    private static async Task<IReadOnlyList<string>> RowsOfAsync(DomiSettings settings, string module)
    {
        await using ModuleDb db = module == "office" ? Connect<OfficeDb>(settings, module) : Connect<EngineDb>(settings, module);
        var names = await db.Database.SqlQueryRaw<string>(db.IsSqlite
            ? """select name as "Value" from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like '\_\_%' escape '\'"""
            : """select table_name::text as "Value" from information_schema.tables where table_schema = 'public' and table_name not like '\_\_%'""").ToListAsync();
        var rows = new List<string>();
        foreach (var name in names.Except(["job_claims", "processes"]).Order(StringComparer.Ordinal))
        {
            var count = $"select cast(count(*) as integer) as \"Value\" from {name} {(name == "module_state" ? "where name <> 'restored'" : "")}";
            rows.Add($"{name} {(await db.Database.SqlQueryRaw<int>(count).ToListAsync()).Single()}");
        }

        return rows;
    }

    private static async Task NothingIsThereAsync(DomiSettings settings)
    {
        Assert.Empty(Directory.GetFiles(settings.DataFolder));
        if (settings.Provider is not DatabaseProvider.Postgres) return;

        await using var db = Connect<OfficeDb>(settings, "office");
        Assert.False(await db.Database.CanConnectAsync());
    }

    private static (int Code, string Said) Domi(DomiSettings settings, params string[] arguments)
    {
        var start = new ProcessStartInfo(ProcessApp.Executable, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = settings.DataFolder };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        start.Environment["Domi__Data"] = settings.DataFolder;
        start.Environment["Domi__MasterKey"] = settings.MasterKey;
        start.Environment["Database__Provider"] = settings.Provider.ToString();
        start.Environment["ConnectionStrings__Office"] = settings.Office.ConnectionString;
        start.Environment["ConnectionStrings__Engine"] = settings.Engine.ConnectionString;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, said + errors.GetAwaiter().GetResult());
    }

    /// <summary>Opens a backup as anybody could who has read the guide: nothing here is the program's own.</summary>
    private List<(string Name, string Text)> Open(string file)
    {
        using var stream = File.OpenRead(file);
        var message = (PgpPbeEncryptedData)((PgpEncryptedDataList)new PgpObjectFactory(stream).NextPgpObject())[0];
        var literal = (PgpLiteralData)new PgpObjectFactory(message.GetDataStreamRaw(Passphrase)).NextPgpObject();
        using var tar = new TarReader(new GZipStream(literal.GetInputStream(), CompressionMode.Decompress));
        var entries = new List<(string, string)>();
        while (tar.GetNextEntry() is { } entry) entries.Add((entry.Name, new StreamReader(entry.DataStream!).ReadToEnd()));
        return entries;
    }

    private byte[] Passphrase => Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("domi-backup:" + app.Settings.MasterKey))));

    /// <summary>The same backup with another manifest.</summary>
    private string Altered(string file, Action<JsonNode> change)
    {
        var entries = Open(file);
        var manifest = JsonNode.Parse(entries[0].Text)!;
        change(manifest);
        entries[0] = (entries[0].Name, manifest.ToJsonString());

        var altered = file + ".altered";
        var encryption = new PgpEncryptedDataGenerator(SymmetricKeyAlgorithmTag.Aes256, true, new SecureRandom());
        encryption.AddMethodRaw(Passphrase, HashAlgorithmTag.Sha256);
        using var stream = File.Create(altered);
        using var encrypted = encryption.Open(stream, new byte[4096]);
        using var literal = new PgpLiteralDataGenerator().Open(encrypted, 'b', "x", DateTime.UnixEpoch, new byte[4096]);
        using var tar = new TarWriter(new GZipStream(literal, CompressionLevel.Fastest));
        foreach (var (name, text) in entries)
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
        return altered;
    }

    /// <summary>Every row of a backup, whatever order the database gave them in; without what a restore changes.</summary>
    private List<string> LinesOf(string file) =>
    [
        .. Open(file).Skip(1)
            .Where(entry => !entry.Name.Contains("/creditors/"))
            .SelectMany(entry => entry.Text.TrimEnd('\n').Split('\n').Select(line => $"{entry.Name.Split('/')[1]} {Shortened(line)}"))
            .Where(line => !line.StartsWith("module_state {\"name\":\"restored\""))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>PostgreSQL keeps microseconds where SQLite keeps a tenth of one, and writes out the zeros of an amount.</summary>
    private static string Shortened(string line)
    {
        line = System.Text.RegularExpressions.Regex.Replace(line, @"(:\d\d\.\d{6})\d(Z"")", "$1$2");
        line = System.Text.RegularExpressions.Regex.Replace(line, @"(:\d\d\.\d*?)0+(Z"")", "$1$2").Replace(".Z\"", "Z\"");
        return System.Text.RegularExpressions.Regex.Replace(line, @"""(-?\d+)\.(\d*?)0+""", @"""$1.$2""");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var place in places) await place.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Where nothing is yet: an empty folder, and the names of two databases that do not exist.</summary>
    private sealed class Place : IAsyncDisposable
    {
        private readonly string folder = Directory.CreateTempSubdirectory("domi-restored-").FullName;

        public Place(DatabaseProvider provider) => Settings = new()
        {
            DataFolder = folder,
            EnvironmentName = "Development",
            Provider = provider,
            MasterKey = "a master key for tests, at least 32 characters",
            Office = new() { ConnectionString = Connection(provider) },
            Engine = new() { ConnectionString = Connection(provider) },
        };

        public DomiSettings Settings { get; }

        private static string? Connection(DatabaseProvider provider) =>
            provider is DatabaseProvider.Sqlite ? null : PostgresServer.ConnectionTo($"domi_restored_{Guid.CreateVersion7():n}", 10);

        public async ValueTask DisposeAsync()
        {
            if (Settings.Provider is DatabaseProvider.Postgres)
                await PostgresServer.DropAsync(new[] { Settings.Office, Settings.Engine }.Select(m => new NpgsqlConnectionStringBuilder(m.ConnectionString).Database!));

            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Something of everything: an invoice paid by hand, one collected under a mandate, PDFs, mails, feeds.</summary>
    public sealed class LivedFixture : OfficeFixture
    {
        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            var story = new Story(this);
            var relation = await story.GivenARelation();
            await story.WhenPaidOnThePage(await story.GivenANumberedInvoice(relation, 42.35m));
            await story.WhenSignedOnThePage(await story.GivenANumberedInvoice(relation, sends: true), SignedIban);
            await story.WhenDaysPass(2);
        }
    }

    /// <summary>Both modules over databases that the program restored.</summary>
    private sealed class RestoredFixture(string file) : OfficeFixture
    {
        protected override DomiSettings Configure(DomiSettings settings)
        {
            var (code, said) = Domi(settings, "restore", file);
            Assert.True(code == 0, said);
            return settings;
        }

        protected override Task GiveDatabaseAsync<T>(string module) => Task.CompletedTask; // it is there
    }
}
