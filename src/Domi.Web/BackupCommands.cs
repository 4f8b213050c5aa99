using System.CommandLine;
using System.Globalization;
using Domi.BackOffice;
using Domi.Engine;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.Web;

/// <summary><c>backup FILE</c> and <c>restore FILE</c>: the modules of <c>Domi__Modules</c> into one encrypted file, and back.</summary>
internal static class BackupCommands
{
    /// <summary>
    /// Far more than an installation does between a backup and the loss after it: no reader of a feed is then ahead of its counter, and no
    /// number of a debit or payment link that somebody has booked is given a second time.
    /// </summary>
    private const long Leap = 1_000_000;

    public static IEnumerable<Command> Make(Func<DomiSettings> settings) => [Backup(settings), Restore(settings)];

    private static Command Backup(Func<DomiSettings> settings)
    {
        var file = new Argument<string>("FILE") { Description = "Where to; must not exist. For example domi-2026-03-17.backup." };
        var backup = new Command("backup", """
            Back the databases up into one encrypted file, while the program runs.

            The file holds the modules of Domi__Modules, documents included, as an OpenPGP message. Its passphrase follows from
            Domi__MasterKey, which is not in it: keep that apart. Nothing is left behind unless the backup is whole.
            """) { file };
        backup.SetAction(async (parsed, ct) =>
        {
            var (given, path) = (settings(), parsed.GetValue(file)!);
            var manifest = await Platform.Backup.WriteAsync(given, Modules(given), path, TimeProvider.System, ct);
            Tell(manifest.Modules);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path}: {new FileInfo(path).Length:N0} bytes, as of {manifest.CreatedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC"));
            return 0;
        });
        return backup;
    }

    private static Command Restore(Func<DomiSettings> settings)
    {
        var file = new Argument<string>("FILE") { Description = "What 'domi backup' wrote." };
        var restore = new Command("restore", """
            Restore a backup into empty databases, SQLite or PostgreSQL, whichever it was taken from.

            Needs the Domi__MasterKey of the backup and a stopped program. The file is checked before anything is touched; a database
            with rows is refused. Afterwards the engine's feeds go on 1,000,000 numbers higher, so that no reader misses anything.
            """) { file };
        restore.SetAction(async (parsed, ct) =>
        {
            var (given, path) = (settings(), parsed.GetValue(file)!);
            var (manifest, doneBefore) = await Platform.Backup.RestoreAsync(given, Modules(given), path, ct);
            foreach (var module in doneBefore) Console.WriteLine($"{module}: was restored from this file before");
            Tell(manifest.Modules.Where(m => (m.Module == "office" ? given.RunsOffice : given.RunsEngine) && !doneBefore.Contains(m.Module)));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Restored as of {manifest.CreatedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC. Run 'domi ledger check', then start the program."));
            return 0;
        });
        return restore;
    }

    private static List<BackupModule> Modules(DomiSettings settings)
    {
        var modules = new List<BackupModule>();
        if (settings.RunsOffice) modules.Add(BackupModule.Of<OfficeDb>("office"));
        if (settings.RunsEngine) modules.Add(BackupModule.Of<EngineDb>("engine", LeapAheadAsync));
        return modules;
    }

    private static async Task LeapAheadAsync(EngineDb db, CancellationToken ct)
    {
        // On PostgreSQL a sequence gives the numbers of debits and links, and the counter stands still: what was given out is the larger.
        var given = new[]
        {
            await db.DirectDebits.MaxAsync(d => (long?)d.Number, ct) ?? 0, await db.PayLinks.MaxAsync(l => (long?)l.Number, ct) ?? 0, await db.Creditors.MaxAsync(c => (long?)c.ObjectCounter, ct) ?? 0,
        }.Max() + Leap;
        await db.Creditors.ExecuteUpdateAsync(set => set.SetProperty(c => c.FeedCounter, c => c.FeedCounter + Leap).SetProperty(c => c.ObjectCounter, given), ct);
        // A backup of before there was one gets it, from the counter, when the schema is brought up to date.
        if (!db.IsSqlite) await db.Database.ExecuteSqlAsync($"select setval(to_regclass('object_numbers'), {given})", ct);
        await HoldFilesAsync(db, ct);
    }

    /// <summary>A file that was to go to the bank by itself may have gone since the backup: a person decides. The schema is still the backup's.</summary>
    private static async Task HoldFilesAsync(EngineDb db, CancellationToken ct)
    {
        var applied = (await db.Database.GetAppliedMigrationsAsync(ct)).ToHashSet(StringComparer.Ordinal);
        var waiting = db.OutgoingFiles.Where(f => f.HandOverDueAt != null);
        if (applied.Contains("20261206000000_Announcements")) await waiting.ExecuteUpdateAsync(set => set.SetProperty(f => f.HandOverDueAt, (DateTimeOffset?)null).SetProperty(f => f.HandOverProblem, "bank_file_restored"), ct);
        else if (applied.Contains("20261205000000_OwnBank")) await waiting.ExecuteUpdateAsync(set => set.SetProperty(f => f.HandOverDueAt, (DateTimeOffset?)null), ct);
    }

    private static void Tell(IEnumerable<BackedUpModule> modules)
    {
        foreach (var module in modules)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{module.Module}: {module.Tables.Count} tables, {module.Tables.Sum(t => t.Rows):N0} rows"));
    }
}
