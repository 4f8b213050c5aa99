using System.Collections.Concurrent;

namespace Domi.Rendering;

/// <summary>
/// Turns Word documents into PDF with LibreOffice in a few worker processes, which are started on first use, replaced when they grow,
/// and killed when they hang.
/// </summary>
/// <remarks>
/// Safe for concurrent use: callers wait for a free worker. A conversion that runs out of time or loses its worker is tried once more in a
/// fresh one. Files in transit lie in <c>office-profiles</c> under the data folder, readable by this user alone; what an earlier
/// process left behind there is removed at start.
/// </remarks>
public sealed class RenderPool : IAsyncDisposable
{
    private readonly RenderOptions options;
    private readonly SemaphoreSlim free;
    private readonly ConcurrentStack<WorkerProcess> idle = new();
    private readonly ConcurrentDictionary<int, WorkerProcess> alive = new();
    private readonly Lock preparing = new();
    private PoolFolder? folder;
    private string? programFolder;
    private int started;
    private volatile bool disposed;

    public RenderPool(RenderOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Workers, 1);
        this.options = options;
        free = new(options.Workers);
    }

    /// <summary>Process ids of the workers that run now, for health pages.</summary>
    public IReadOnlyCollection<int> WorkerIds => [.. alive.Values.Where(worker => worker.IsAlive).Select(worker => worker.Id)];

    /// <summary>Converts a document to PDF. PDFs are not the same byte for byte: they carry the time and an id.</summary>
    /// <exception cref="RenderException">See there for the codes.</exception>
    public async Task<byte[]> ConvertAsync(byte[] docx, CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        // Anything else LibreOffice would take for text, and print.
        if (docx is not [0x50, 0x4B, 0x03, 0x04, ..])
            throw new RenderException("render.not_docx", "The document is no Word file (.docx).");

        await free.WaitAsync(ct);
        try
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            try
            {
                return await TryAsync(docx, fresh: false, ct);
            }
            catch (Exception e) when (e is TimeoutException or EndOfStreamException)
            {
                return await TryAgainAsync(docx, ct);
            }
        }
        finally
        {
            free.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (disposed) return;
        disposed = true;

        // Conversions under way end first; nobody gets a worker after that.
        for (var i = 0; i < options.Workers; i++) await free.WaitAsync();
        foreach (var worker in alive.Values) Retire(worker);
        folder?.Dispose();
        free.Release(options.Workers); // who still waits gets a turn, and is told
    }

    private async Task<byte[]> TryAgainAsync(byte[] docx, CancellationToken ct)
    {
        try
        {
            return await TryAsync(docx, fresh: true, ct);
        }
        catch (TimeoutException e)
        {
            throw new RenderException("render.timeout", $"The document was not converted within {options.Timeout.TotalSeconds:0.###} seconds, twice.", e);
        }
        catch (EndOfStreamException e)
        {
            throw new RenderException("render.worker_lost", "LibreOffice ended in the middle of the conversion, twice.", e);
        }
    }

    private async Task<byte[]> TryAsync(byte[] docx, bool fresh, CancellationToken ct)
    {
        var worker = await TakeAsync(fresh, ct);
        var keep = false;
        try
        {
            var pdf = await worker.ConvertAsync(docx, options.Timeout, ct);
            keep = worker.Converted < options.RecycleAfter && worker.ResidentBytes <= options.MemoryLimitBytes;
            return pdf;
        }
        catch (RenderException)
        {
            keep = true; // it declined the document and is well
            throw;
        }
        finally
        {
            if (keep && worker.IsAlive)
                idle.Push(worker);
            else
                Retire(worker);
        }
    }

    private async Task<WorkerProcess> TakeAsync(bool fresh, CancellationToken ct)
    {
        while (!fresh && idle.TryPop(out var waiting))
        {
            if (waiting.IsAlive) return waiting;
            Retire(waiting);
        }

        // A fresh one beside an idle one would be one too many.
        if (fresh && idle.TryPop(out var spare)) Retire(spare);
        var home = Prepare();
        var worker = await WorkerProcess.StartAsync(options, programFolder!, home.WorkerFolder(Interlocked.Increment(ref started)), ct);
        alive[worker.Id] = worker;
        return worker;
    }

    private PoolFolder Prepare()
    {
        lock (preparing)
        {
            programFolder ??= OfficeSuite.FindProgramFolder(options.OfficeFolder);
            return folder ??= PoolFolder.Open(Path.Combine(options.DataFolder, "office-profiles"));
        }
    }

    private void Retire(WorkerProcess worker)
    {
        foreach (var (id, candidate) in alive)
            if (candidate == worker) alive.TryRemove(id, out _);
        worker.Dispose();
    }
}

/// <summary>This process's own folder for profiles. A lock that dies with the process tells folders in use from strays.</summary>
internal sealed class PoolFolder : IDisposable
{
    private const string LockName = "in-use";

    private readonly string path;
    private readonly FileStream inUse;

    private PoolFolder(string path, FileStream inUse) => (this.path, this.inUse) = (path, inUse);

    public static PoolFolder Open(string root)
    {
        CreatePrivate(root);
        using var gate = LockFile(Path.Combine(root, ".gate")); // else one process could sweep what another is just making
        foreach (var stray in Directory.GetDirectories(root)) RemoveUnlessInUse(stray);

        var path = Path.Combine(root, Guid.CreateVersion7().ToString("N"));
        CreatePrivate(path);
        return new(path, LockFile(Path.Combine(path, LockName)));
    }

    public string WorkerFolder(int number) => Path.Combine(path, $"{number}");

    public void Dispose()
    {
        inUse.Dispose();
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (IOException)
        {
            // the next start removes strays
        }
    }

    private static void RemoveUnlessInUse(string folder)
    {
        try
        {
            var lockPath = Path.Combine(folder, LockName);
            if (File.Exists(lockPath))
            {
                using var free = new FileStream(lockPath, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            }

            Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            // in use
        }
    }

    // Another process holds the gate for milliseconds only, while it sweeps.
    private static FileStream LockFile(string path)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (attempt < 200)
            {
                Thread.Sleep(25);
            }
        }
    }

    private static void CreatePrivate(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
