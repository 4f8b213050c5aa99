using System.Runtime;
using System.Runtime.InteropServices;

namespace Domi.Web;

/// <summary>
/// Gives back what a start needed and nothing needs afterwards: what the compiler worked with lies in the C library's own store, which keeps
/// it. Some 15 of 260 MB of a program that mostly waits.
/// </summary>
internal static partial class IdleMemory
{
    private static readonly TimeSpan StartIsOver = TimeSpan.FromSeconds(15);

    public static async Task GiveBackAsync(CancellationToken ct)
    {
        await Task.Delay(StartIsOver, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (ct.IsCancellationRequested) return;

        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        try
        {
            if (OperatingSystem.IsLinux()) _ = Trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library: it has no such store.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Trim(nuint keep);
}
