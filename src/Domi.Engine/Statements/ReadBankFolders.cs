using System.Globalization;
using Domi.Engine.CollectionRuns;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Statements;

/// <summary>
/// Takes in what lies in the folders of creditors with a bank of their own (<c>bank/&lt;merchant id&gt;/in</c>): then it lies in <c>done</c>, or with
/// a text that says why in <c>refused</c>. A file is left alone while it may still be written; one that was taken and not moved is taken again,
/// which changes nothing.
/// </summary>
internal sealed class ReadBankFolders(EngineDb db, TakeBankFile take, DomiSettings settings) : IJob
{
    // Longer than a copy program pauses between two writes.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    public static string Name => "read-bank-folders";

    public static bool UsesWallClock => true;

    public async Task<IReadOnlyList<DueWork>> DueAsync(DateTimeOffset now, int most, CancellationToken ct)
    {
        var merchants = await (from contract in db.BankContracts join creditor in db.Creditors on contract.CreditorId equals creditor.Id orderby creditor.MerchantId select creditor.MerchantId).ToListAsync(ct);
        return [.. merchants.SelectMany(m => Waiting(m, now).Select(f => new DueWork($"{m}/{f.Name}", m.ToString(CultureInfo.InvariantCulture), f.LastWriteTimeUtc)))
            .GroupBy(w => w.Key).Select(g => g.First()).Take(most)];
    }

    public Task<DateTimeOffset?> NextDueAsync(CancellationToken ct) => Task.FromResult<DateTimeOffset?>(null);

    public async Task RunAsync(DueWork work, CancellationToken ct)
    {
        var merchant = long.Parse(work.Key, CultureInfo.InvariantCulture);
        var file = new FileInfo(Path.Combine(In(merchant), work.Id[(work.Key.Length + 1)..]));
        if (!file.Exists) return;

        var creditorId = await db.Creditors.Where(c => c.MerchantId == merchant).Select(c => c.Id).SingleAsync(ct);
        try
        {
            if (file.Length > TakeBankFile.MostBytes) throw new RefusedException("invalid_file", $"More than {TakeBankFile.MostBytes} bytes.");
            await take.TakeAsync(creditorId, await File.ReadAllBytesAsync(file.FullName, ct), file.Name, "Domi", ct);
            Move(file, "done");
        }
        catch (RefusedException refused)
        {
            db.ChangeTracker.Clear();
            await File.WriteAllTextAsync(Move(file, "refused") + ".txt", refused.Message + Environment.NewLine, ct);
        }
    }

    private string In(long merchant) => Path.Combine(BankContract.FolderOf(settings, merchant), "in");

    private IEnumerable<FileInfo> Waiting(long merchant, DateTimeOffset now)
    {
        var folder = new DirectoryInfo(In(merchant));
        return folder.Exists ? folder.EnumerateFiles().Where(f => f.Name[0] != '.' && f.Name.Length <= 80 && !f.Name.EndsWith(".tmp", StringComparison.OrdinalIgnoreCase) && f.LastWriteTimeUtc < now.UtcDateTime - Quiet).OrderBy(f => f.Name, StringComparer.Ordinal) : [];
    }

    // One of the same name that was taken before keeps its place.
    private static string Move(FileInfo file, string to)
    {
        var folder = Path.Combine(file.Directory!.Parent!.FullName, to);
        Directory.CreateDirectory(folder);
        var place = Path.Combine(folder, file.Name);
        if (File.Exists(place)) place = Path.Combine(folder, $"{Guid.CreateVersion7():n}-{file.Name}");
        file.MoveTo(place);
        return place;
    }
}
