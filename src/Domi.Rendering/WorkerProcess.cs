using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Domi.Rendering;

/// <summary>One worker process with its profile and its files in transit, all in one private folder.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly Process process;
    private readonly string folder;
    private int converted;

    private WorkerProcess(Process process, string folder) => (this.process, this.folder) = (process, folder);

    public int Id => process.Id;

    public int Converted => converted;

    public long ResidentBytes { get; private set; }

    public bool IsAlive => !process.HasExited;

    /// <exception cref="RenderException"><c>render.no_libreoffice</c> or <c>render.worker_start</c></exception>
    public static async Task<WorkerProcess> StartAsync(RenderOptions options, string programFolder, string folder, CancellationToken ct)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        var profile = Path.Combine(folder, "profile");
        OfficeSuite.SeedProfile(profile, programFolder);

        var start = StartInfo(options);
        start.ArgumentList.Add(profile);
        start.ArgumentList.Add(programFolder);
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new RenderException("render.worker_start", $"The worker {start.FileName} cannot be started: {e.Message}", e);
        }

        // Nobody reads it for content, but a full pipe would stop the worker.
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var worker = new WorkerProcess(process, folder);
        try
        {
            var answer = await worker.ReadAsync(options.StartTimeout, ct);
            return answer switch
            {
                ["ready"] => worker,
                ["refused", var code, var text] => throw new RenderException(code, text),
                _ => throw new RenderException("render.worker_start", "The worker ended before it was ready."),
            };
        }
        catch (Exception e)
        {
            worker.Dispose();
            if (e is TimeoutException) throw new RenderException("render.worker_start", "The worker was not ready in time.", e);
            throw;
        }
    }

    /// <summary>Converts one document. After a time-out or an abort the worker is of no more use and must be disposed of.</summary>
    /// <exception cref="TimeoutException">No answer in time.</exception>
    /// <exception cref="EndOfStreamException">The worker died.</exception>
    /// <exception cref="RenderException"><c>render.failed</c>: the suite declined the document.</exception>
    public async Task<byte[]> ConvertAsync(byte[] docx, TimeSpan timeout, CancellationToken ct)
    {
        var number = (++converted).ToString(CultureInfo.InvariantCulture);
        var (input, output) = (Path.Combine(folder, $"{number}.docx"), Path.Combine(folder, $"{number}.pdf"));
        try
        {
            await File.WriteAllBytesAsync(input, docx, ct);
            try
            {
                await process.StandardInput.WriteLineAsync($"convert\t{number}\t{input}\t{output}".AsMemory(), ct);
                await process.StandardInput.FlushAsync(ct);
            }
            catch (IOException e)
            {
                throw new EndOfStreamException("The worker died.", e);
            }

            var answer = await ReadAsync(timeout, ct);
            switch (answer)
            {
                case ["done", var done, var resident] when done == number:
                    ResidentBytes = long.Parse(resident, CultureInfo.InvariantCulture);
                    return await File.ReadAllBytesAsync(output, ct);
                case ["failed", var failed, var text] when failed == number:
                    throw new RenderException("render.failed", text);
                default:
                    throw new EndOfStreamException("The worker died or lost the thread.");
            }
        }
        finally
        {
            File.Delete(input);
            File.Delete(output);
        }
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit(TimeSpan.FromSeconds(5)); // it must not write into the folder any more; a killed process goes at once
        }

        process.Dispose();
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            // the dying process still wrote into it; the next start removes strays
        }
    }

    private async Task<string[]> ReadAsync(TimeSpan timeout, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(timeout);
        try
        {
            return (await process.StandardOutput.ReadLineAsync(limit.Token))?.Split('\t') ?? [];
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }

    internal static ProcessStartInfo StartInfo(RenderOptions options)
    {
        var fileName = options.FileName ?? Environment.ProcessPath
            ?? throw new RenderException("render.worker_start", "The executable of the worker is not known.");
        var start = new ProcessStartInfo(fileName)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = new UTF8Encoding(false),
            UseShellExecute = false,
        };
        // Started as "dotnet Domi.Web.dll": the executable is the runtime, and the program is its first argument.
        if (options.FileName is null && Path.GetFileNameWithoutExtension(fileName).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        foreach (var argument in options.Arguments) start.ArgumentList.Add(argument);

        // A worker computes on one core; what it inherits for a debugger or a profiler would only slow it down.
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        return start;
    }
}
