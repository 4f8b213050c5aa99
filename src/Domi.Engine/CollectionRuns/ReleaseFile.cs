using System.IO.Compression;
using Domi.Engine.DirectDebits;
using Domi.Engine.Mandates;
using Domi.Engine.Transfers;
using Domi.Platform;
using Domi.Standards.BankFiles;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Domi.Engine.CollectionRuns;

/// <summary>
/// Lets a file go: above the limit of the contract somebody else than who made it. It is written, read back and compared with what should be in it,
/// held against schema and rules, and only then kept and marked, in one transaction; died in between, nothing was released.
/// </summary>
/// <remarks>Refuses with <c>err_second_person</c>, <c>err_invalid_state</c>, <c>err_file_refused</c>, which says what is wrong with it.</remarks>
internal sealed class ReleaseFile(EngineDb db, BusinessClock clock, DomiSettings settings)
{
    /// <param name="person">The person; null for a key or the night.</param>
    public async Task Async(Guid creditorId, long number, string by, Guid? person, CancellationToken ct)
    {
        await DropAsync(creditorId, number, ct);
        var file = await db.OutgoingFiles.AsNoTracking().SingleOrDefaultAsync(f => f.CreditorId == creditorId && f.Number == number, ct) ?? throw new RefusedException("err_not_found", $"No file {number}.");
        if (file.State is OutgoingState.Withdrawn) return; // nothing was left in it
        var contract = await db.BankContracts.AsNoTracking().SingleAsync(c => c.CreditorId == creditorId, ct);
        if (file.State is not OutgoingState.Waiting) throw new RefusedException("err_invalid_state", $"File {file.MessageId} is {file.State}.");
        file.RequireSecond(person, contract.ReleaseLimit);

        var now = clock.GetUtcNow();
        now = new(now.Ticks - (now.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
        var content = Write(await FileContent.PartsAsync(db, file, contract, now, ct), file.MessageId, contract.Bank);
        var (hash, packed) = (Blob.HashOf(content), Pack(content));
        await db.WriteOrRepeatAsync(async token =>
        {
            var waiting = await db.OutgoingFiles.SingleAsync(f => f.Id == file.Id, token);
            if (waiting.Version != file.Version) throw new RefusedException("err_invalid_state", $"File {file.MessageId} was changed meanwhile.");
            waiting.Release(by, hash, await Blob.KeepAsync(db, packed, "application/gzip", now, token), contract.HandOver is not HandOverWay.Download, now);
        }, ct);
    }

    /// <summary>The file as the bank gets it: the same bytes however often it is asked for.</summary>
    /// <exception cref="InvalidDataException">What is kept is not what was released.</exception>
    public static async Task<byte[]?> ContentAsync(EngineDb db, OutgoingFile file, CancellationToken ct)
    {
        if (file.ContentHash is not { } hash || await Blob.ReadAsync(db, hash, ct) is not { } packed) return null;
        var content = Unpack(packed);
        return Blob.HashOf(content) == file.Sha256 ? content : throw new InvalidDataException($"File {file.MessageId} is kept, and it is not what was released.");
    }

    /// <summary>Frees what is in a file that does not go to the bank, or that the bank refused whole, inside the running transaction.</summary>
    public static async Task WithdrawAsync(EngineDb db, OutgoingFile file, DateTimeOffset now, CancellationToken ct)
    {
        file.Withdraw();
        var (runs, payouts) = (db.CollectionRuns.Where(r => r.FileId == file.Id).Select(r => (Guid?)r.Id), db.TransferRuns.Where(r => r.FileId == file.Id).Select(r => (Guid?)r.Id));
        foreach (var debit in await db.DirectDebits.Where(d => runs.Contains(d.RunId) && d.State == DirectDebitState.Sent).ToListAsync(ct)) debit.TakeBack(now);
        foreach (var transfer in await db.Transfers.Where(t => payouts.Contains(t.RunId) && t.State == TransferState.Sent).ToListAsync(ct)) transfer.TakeBack();
    }

    // Between the making and the release a mandate may have ended, or a day gone by that the bank can no longer meet: those stay behind.
    private async Task DropAsync(Guid creditorId, long number, CancellationToken ct)
    {
        await db.WriteOrRepeatAsync(async token =>
        {
            if (await db.OutgoingFiles.SingleOrDefaultAsync(f => f.CreditorId == creditorId && f.Number == number, token) is not { State: OutgoingState.Waiting, Kind: OutgoingKind.DirectDebits } file) return;
            var contract = await db.BankContracts.AsNoTracking().SingleAsync(c => c.CreditorId == creditorId, token);
            var (bank, local, now) = (contract.Bank, clock.GetLocalNow().DateTime, clock.GetUtcNow());
            var late = (await db.CollectionRuns.AsNoTracking().Where(r => r.FileId == file.Id).ToListAsync(token)).Where(r => bank.CheckDate(r.RequestedOn, local) is not null).Select(r => r.Id).ToHashSet();
            var rows = await (from d in db.DirectDebits
                              join m in db.Mandates on d.MandateId equals m.Id
                              where d.State == DirectDebitState.Sent && db.CollectionRuns.Any(r => r.Id == d.RunId && r.FileId == file.Id)
                              select new { Debit = d, Mandate = m, Run = d.RunId!.Value }).ToListAsync(token);
            var dropped = rows.Where(r => late.Contains(r.Run) || (!r.Mandate.IsCollectable && !r.Debit.IsForced) || r.Mandate.DebtorAccount is null).ToList();
            if (dropped.Count == 0) return;
            foreach (var row in dropped)
            {
                row.Debit.TakeBack(now);
                row.Debit.Hold(late.Contains(row.Run) ? Held.Of("too_late", row.Debit.RequestedOn) : new("ended"), now);
            }

            if (dropped.Count == rows.Count) file.Withdraw();
            else file.Holds(rows.Count - dropped.Count, rows.Sum(r => r.Debit.Amount) - dropped.Sum(r => r.Debit.Amount));
        }, ct);
        db.ChangeTracker.Clear();
    }

    private byte[] Write(IReadOnlyList<FilePart> parts, string messageId, BankProfile bank)
    {
        var folder = Path.Combine(settings.DataFolder, "bank", "work");
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"{messageId}-{Guid.CreateVersion7():n}.xml");
        try
        {
            PaymentFile.Release(path, () => parts, bank);
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or InvalidDataException)
        {
            throw new RefusedException("err_file_refused", e.Message, ("why", e.Message));
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>What is kept, in little room.</summary>
    public static byte[] Pack(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal)) gzip.Write(content);
        return packed.ToArray();
    }

    public static byte[] Unpack(byte[] packed)
    {
        using var content = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress)) gzip.CopyTo(content);
        return content.ToArray();
    }
}

/// <summary>
/// Lays released files into the creditor's folder, or on the bank's server. The name is the message's own, given when it is whole: laid twice it is one.
/// </summary>
/// <remarks>
/// On a server the bank may take a file away as soon as it has its name. So it is written down that the draft is whole before it is renamed, and only the
/// renaming takes it away: who comes again and finds neither draft nor file does not send it a second time, but asks a person.
/// </remarks>
internal sealed class HandOverFiles(EngineDb db, BankServer server, BusinessClock clock, DomiSettings settings, ILogger<HandOverFiles> log) : IJob
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    public static string Name => "hand-over-files";

    /// <summary>A creditor's slow server keeps nobody else waiting.</summary>
    public static int Parallel => 8;

    // One at a time of each creditor; and no folder waits for servers.
    public async Task<IReadOnlyList<DueWork>> DueAsync(DateTimeOffset now, int most, CancellationToken ct) =>
        await db.OutgoingFiles.AsNoTracking().Where(f => f.HandOverDueAt <= now && !db.OutgoingFiles.Any(o => o.CreditorId == f.CreditorId && o.HandOverDueAt < f.HandOverDueAt))
            .OrderByDescending(f => db.BankContracts.Any(c => c.CreditorId == f.CreditorId && c.HandOver == HandOverWay.Folder)).ThenBy(f => f.HandOverDueAt).Take(most)
            .Select(f => new DueWork(f.Id.ToString(), f.CreditorId.ToString(), f.HandOverDueAt!.Value)).ToListAsync(ct);

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken ct) => await db.OutgoingFiles.MinAsync(f => f.HandOverDueAt, ct);

    public async Task RunAsync(DueWork work, CancellationToken ct)
    {
        var id = Guid.Parse(work.Id);
        if (await db.OutgoingFiles.AsNoTracking().SingleOrDefaultAsync(f => f.Id == id, ct) is not { State: OutgoingState.Released, HandOverDueAt: not null } file) return;

        try
        {
            switch (await db.BankContracts.AsNoTracking().SingleOrDefaultAsync(c => c.CreditorId == file.CreditorId, ct))
            {
                case { HandOver: HandOverWay.Sftp } contract:
                    await LayOnServerAsync(file, contract, ct);
                    break;
                case { HandOver: HandOverWay.Folder } contract when file.UploadedAt is null:
                    await LayInFolderAsync(file, contract, ct);
                    break;
                default: // the way was changed: a person takes it there, or says whether the server of before has it
                    await RecordAsync(file, f => f.Park(file.UploadedAt is null ? null : "bank_server_uncertain"), ct);
                    break;
            }
        }
        catch (RefusedException refused)
        {
            log.LogWarning("File {Number} was not taken by the bank's server ({Why}).", file.Number, refused.Message);
            await RecordAsync(file, f => f.Defer(refused.Code, clock.GetUtcNow()), ct);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // It must not keep the creditor's other files from leaving.
            log.LogError(e, "File {Number} could not be handed over.", file.Number);
            await RecordAsync(file, f => f.Defer("bank_hand_over_failed", clock.GetUtcNow()), ct);
        }
    }

    private async Task LayInFolderAsync(OutgoingFile file, BankContract contract, CancellationToken ct)
    {
        if (await IsLateAsync(file, contract, ct))
        {
            await RecordAsync(file, f => f.Park("bank_server_late"), ct);
            return;
        }

        var merchant = await db.Creditors.Where(c => c.Id == file.CreditorId).Select(c => c.MerchantId).SingleAsync(ct);
        var folder = Path.Combine(BankContract.FolderOf(settings, merchant), "out");
        Directory.CreateDirectory(folder);
        var draft = Path.Combine(folder, $".{file.MessageId}-{Guid.CreateVersion7():n}");
        try
        {
            await using (var stream = new FileStream(draft, FileMode.CreateNew))
            {
                await stream.WriteAsync(await ContentAsync(file, ct), ct);
                stream.Flush(flushToDisk: true);
            }

            File.Move(draft, Path.Combine(folder, file.MessageId + ".xml"), overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }

        await RecordAsync(file, f => f.HandOver(clock.GetUtcNow()), ct);
    }

    private async Task LayOnServerAsync(OutgoingFile file, BankContract contract, CancellationToken ct)
    {
        var place = (contract.SftpOut.Length == 0 ? "" : contract.SftpOut.TrimEnd('/') + "/") + file.MessageId + ".xml";
        var draft = place + ".tmp";
        var isLate = await IsLateAsync(file, contract, ct);
        if (isLate && file.UploadedAt is null)
        {
            await RecordAsync(file, f => f.Park("bank_server_late"), ct);
            return;
        }

        var end = await server.WithAsync<Action<OutgoingFile>?>(contract, Longest, async (client, token) =>
        {
            if (file.UploadedAt is null)
            {
                var content = await ContentAsync(file, token);
                using var stream = new MemoryStream(content);
                await client.UploadFileAsync(stream, draft, canOverride: true, cancellationToken: token);
                if ((await client.GetAttributesAsync(draft, token)).Size != content.Length) throw new IOException($"{draft} is not whole.");
            }
            else if (!await client.ExistsAsync(draft, token))
            {
                return await client.ExistsAsync(place, token) ? f => f.HandOver(clock.GetUtcNow()) : f => f.Park("bank_server_uncertain");
            }
            else if (isLate)
            {
                return f => f.Park("bank_server_late");
            }

            // From here on it cannot be withdrawn until the renaming ended, well or not.
            if (!await RecordAsync(file, f => f.Upload(clock.GetUtcNow()), token))
            {
                await client.DeleteFileAsync(draft, token); // withdrawn meanwhile
                return null;
            }

            await client.RenameFileAsync(draft, place, token);
            return f => f.HandOver(clock.GetUtcNow());
        }, ct);
        if (end is not null) await RecordAsync(file, end, ct);
    }

    /// <summary>Held up for so long that the bank can no longer meet a day in it: a person withdraws it, and its collections come with another.</summary>
    private async Task<bool> IsLateAsync(OutgoingFile file, BankContract contract, CancellationToken ct)
    {
        var earliest = contract.Bank.EarliestCollection(clock.GetLocalNow().DateTime);
        return await db.CollectionRuns.AnyAsync(r => r.FileId == file.Id && r.RequestedOn < earliest, ct);
    }

    private async Task<byte[]> ContentAsync(OutgoingFile file, CancellationToken ct) =>
        await ReleaseFile.ContentAsync(db, file, ct) ?? throw new InvalidDataException($"File {file.MessageId} is not kept.");

    private async Task<bool> RecordAsync(OutgoingFile file, Action<OutgoingFile> change, CancellationToken ct) => await db.WriteOrRepeatAsync(async token =>
    {
        db.ChangeTracker.Clear();
        var released = await db.OutgoingFiles.SingleAsync(f => f.Id == file.Id, token);
        if (released.State is not OutgoingState.Released) return false;
        change(released);
        return true;
    }, ct);
}
