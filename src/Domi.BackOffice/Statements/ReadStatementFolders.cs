using Domi.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Domi.BackOffice.Statements;

/// <summary>
/// Imports what a bank's program puts into the folder of a company: <c>&lt;Office__StatementFolder&gt;/&lt;enterprise number&gt;</c>. A file that is
/// whole goes by way of <c>busy</c> to <c>done</c>, or to <c>refused</c> with a text of why. Who is killed leaves it in <c>busy</c>, and the
/// next one begins there: what was imported already changes nothing.
/// </summary>
public sealed class ReadStatementFolders(OfficeDb db, ImportStatements import, DomiSettings settings, Texts texts, ILogger<ReadStatementFolders> log) : IRecurring
{
    /// <summary>A file that was not written to for so long is whole, unless its name says otherwise.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    private static readonly string[] Unfinished = [".tmp", ".part", ".filepart", ".crdownload"];

    public static string Name => "read-statement-folders";

    public static bool UsesWallClock => true;

    public static DateTimeOffset NextAfter(DateTimeOffset due, DomiSettings settings) => due.AddMinutes(1);

    public async Task RunAsync(DateTimeOffset due, CancellationToken ct)
    {
        if (settings.StatementFolder is not { } root) return;

        foreach (var company in await db.Companies.AsNoTracking().Where(c => c.IsActive && c.EnterpriseNumber != null).ToListAsync(ct))
        {
            await ImportStatements.RemoveAbandonedAsync(db, company.Id, ct);
            try
            {
                var folder = Path.Combine(root, company.EnterpriseNumber!.Value.Value);
                foreach (var part in new[] { "busy", "done", "refused" }) Directory.CreateDirectory(Path.Combine(folder, part));
                foreach (var left in Directory.EnumerateFiles(Path.Combine(folder, "busy")).Order(StringComparer.Ordinal).ToList()) await TakeAsync(company.Id, company.Language, folder, left, ct);
                foreach (var file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Where(IsWhole).ToList())
                    if (Claim(folder, file) is { } claimed) await TakeAsync(company.Id, company.Language, folder, claimed, ct);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                log.LogWarning(e, "The folder of statements of {Company} cannot be read or written.", company.Id);
            }
        }
    }

    private static bool IsWhole(string path)
    {
        var file = new FileInfo(path);
        return file.Exists && !file.Attributes.HasFlag(FileAttributes.ReparsePoint) && !file.Name.StartsWith('.') && !Unfinished.Contains(file.Extension.ToLowerInvariant())
            && file.LastWriteTimeUtc <= TimeProvider.System.GetUtcNow().UtcDateTime - Quiet;
    }

    /// <summary>To move is to take: the second one finds nothing.</summary>
    private static string? Claim(string folder, string file)
    {
        var busy = Path.Combine(folder, "busy", FreeName(Path.Combine(folder, "busy"), Path.GetFileName(file)));
        try
        {
            File.Move(file, busy);
            return busy;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private async Task TakeAsync(Guid companyId, string language, string folder, string path, CancellationToken ct)
    {
        try
        {
            ImportedFile imported;
            await using (var file = OpenAlone(path))
            {
                if (file is null) return;
                imported = await import.RunAsync(companyId, file, Path.GetFileName(path), "folder", ct);
            }

            var to = Path.Combine(folder, imported.IsRefused ? "refused" : "done");
            var name = FreeName(to, Path.GetFileName(path));
            if (imported.Refusal is { } refusal)
            {
                var t = texts.In(language);
                await File.WriteAllTextAsync(Path.Combine(to, name + ".txt"), $"{t.Find("payments.rule." + refusal.Rule)}\n{refusal.Message} ({refusal.Place})\n", ct);
            }

            File.Move(path, Path.Combine(to, name));
        }
        catch (FileNotFoundException)
        {
            // Another process took it up meanwhile, and was quicker.
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // It stays in busy and is tried again; the others have their turn.
            log.LogError(e, "{File} could not be imported.", Path.GetFileName(path));
            db.ChangeTracker.Clear();
        }
    }

    /// <summary>Null when another process is at it, or was quicker.</summary>
    private static FileStream? OpenAlone(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None, 1 << 16);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string FreeName(string folder, string name)
    {
        for (var n = 1; ; n++)
        {
            var free = n == 1 ? name : $"{Path.GetFileNameWithoutExtension(name)} ({n}){Path.GetExtension(name)}";
            if (!Path.Exists(Path.Combine(folder, free))) return free;
        }
    }
}
