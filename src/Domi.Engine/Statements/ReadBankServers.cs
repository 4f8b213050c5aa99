using Domi.Engine.CollectionRuns;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Renci.SshNet.Sftp;

namespace Domi.Engine.Statements;

/// <summary>
/// Every quarter of an hour takes in what is new on the SFTP servers of creditors' banks. Nothing is deleted or moved there: what was fetched is
/// remembered, and the same content under another name is known by its hash.
/// </summary>
internal sealed class ReadBankServers(EngineDb db, BankServer server, TakeBankFile take, ILogger<ReadBankServers> log) : IJob
{
    // What is left comes the next time.
    private const int MostAtOnce = 50;

    // A server may go on for ever; a folder of a bank does not.
    private const int MostListed = 10_000;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Every = TimeSpan.FromMinutes(15);

    public static string Name => "read-bank-servers";

    /// <summary>A creditor's slow server keeps nobody else waiting.</summary>
    public static int Parallel => 8;

    public static bool UsesWallClock => true;

    public async Task<IReadOnlyList<DueWork>> DueAsync(DateTimeOffset now, int most, CancellationToken ct) =>
        await db.BankContracts.AsNoTracking().Where(c => c.SftpDueAt <= now).OrderBy(c => c.SftpDueAt).Take(most).Select(c => new DueWork(c.Id.ToString(), c.CreditorId.ToString(), c.SftpDueAt!.Value)).ToListAsync(ct);

    public Task<DateTimeOffset?> NextDueAsync(CancellationToken ct) => Task.FromResult<DateTimeOffset?>(null);

    public async Task RunAsync(DueWork work, CancellationToken ct)
    {
        var id = Guid.Parse(work.Id);
        if (await db.BankContracts.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, ct) is not { SftpDueAt: not null } contract) return;

        string? problem = null;
        try
        {
            problem = await server.WithAsync(contract, Longest, async (client, token) =>
            {
                var (files, listed) = (new List<ISftpFile>(), 0);
                await foreach (var file in client.ListDirectoryAsync(contract.SftpIn.Length > 0 ? contract.SftpIn : ".", token))
                {
                    if (++listed > MostListed) break;
                    if (file.IsRegularFile && IsMeant(file.Name)) files.Add(file);
                }

                foreach (var file in (await UnknownAsync(contract.CreditorId, files, token)).Take(MostAtOnce))
                {
                    if (file.Length > TakeBankFile.MostBytes)
                    {
                        await KeepAsync(contract.CreditorId, file, "", $"More than {TakeBankFile.MostBytes} bytes.", token);
                        continue;
                    }

                    // Not a byte more than was listed is kept, however many the server sends.
                    await using var source = await client.OpenAsync(file.FullName, FileMode.Open, FileAccess.Read, token);
                    var content = new byte[file.Length + 1];
                    var length = await source.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, token);
                    if (length == file.Length) await TakeAsync(contract.CreditorId, file, content[..length], token); // else it is still being written
                }

                return listed > MostListed ? "bank_server_too_many" : null;
            }, ct);
        }
        catch (RefusedException refused)
        {
            log.LogWarning("The bank's server of contract {Id} was not read ({Why}).", id, refused.Message);
            problem = refused.Code;
        }

        await db.WriteOrRepeatAsync(async token =>
        {
            db.ChangeTracker.Clear();
            // Taken away meanwhile, or another server: then it is due by what was said since.
            if (await db.BankContracts.SingleOrDefaultAsync(c => c.Id == id, token) is { } now && now.SftpDueAt == contract.SftpDueAt) now.Looked(problem, TimeProvider.System.GetUtcNow() + Every);
        }, ct);
    }

    private static bool IsMeant(string name) =>
        name is { Length: > 0 and <= 200 } && name[0] != '.' && !name.Any(char.IsControl) && !new[] { ".tmp", ".part", ".filepart" }.Any(end => name.EndsWith(end, StringComparison.OrdinalIgnoreCase));

    private async Task<IEnumerable<ISftpFile>> UnknownAsync(Guid creditorId, List<ISftpFile> files, CancellationToken ct)
    {
        var known = new HashSet<(string, long, DateTimeOffset)>();
        foreach (var names in files.Select(f => f.Name).Chunk(500))
            known.UnionWith((await db.FetchedFiles.AsNoTracking().Where(f => f.CreditorId == creditorId && names.Contains(f.Name)).Select(f => new { f.Name, f.SizeBytes, f.ModifiedAt }).ToListAsync(ct)).Select(f => (f.Name, f.SizeBytes, f.ModifiedAt)));
        return files.Where(f => !known.Contains((f.Name, f.Length, WrittenAt(f)))).OrderBy(f => f.Name, StringComparer.Ordinal);
    }

    private async Task TakeAsync(Guid creditorId, ISftpFile file, byte[] content, CancellationToken ct)
    {
        var hash = Blob.HashOf(content);
        string? problem = null;
        try
        {
            if (!await db.FetchedFiles.AnyAsync(f => f.CreditorId == creditorId && f.Sha256 == hash && f.Problem == null, ct)) await take.TakeAsync(creditorId, content, Shorten.To(80, file.Name), "Domi", ct);
        }
        catch (RefusedException refused)
        {
            db.ChangeTracker.Clear();
            problem = refused.Message;
            log.LogWarning("A file of the bank's server was not taken ({Why}).", problem);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A fault of ours: it must not keep those behind it from being taken. Is the database away, then this is not remembered either.
            db.ChangeTracker.Clear();
            problem = $"A fault of the program ({e.GetType().Name}); its log says more.";
            log.LogError(e, "A file of the bank's server broke the reading.");
        }

        await KeepAsync(creditorId, file, hash, problem, ct);
    }

    private Task KeepAsync(Guid creditorId, ISftpFile file, string hash, string? problem, CancellationToken ct) => db.WriteOrRepeatAsync(_ =>
    {
        db.FetchedFiles.Add(new() { CreditorId = creditorId, Name = file.Name, SizeBytes = file.Length, ModifiedAt = WrittenAt(file), Sha256 = hash, FetchedAt = TimeProvider.System.GetUtcNow(), Problem = Shorten.To(300, problem) });
        return Task.CompletedTask;
    }, ct);

    private static DateTimeOffset WrittenAt(ISftpFile file) => new(file.LastWriteTimeUtc, TimeSpan.Zero);
}
