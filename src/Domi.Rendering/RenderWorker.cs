using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Domi.Rendering;

/// <summary>A worker process: loads LibreOffice into itself and converts one document after the other.</summary>
/// <remarks>
/// The protocol is one line in, one line out, tab-separated: <c>convert, number, input path, output path</c>; answers
/// <c>ready</c>, <c>done, number, resident bytes</c>, <c>failed, number, text</c>. The first line out may also be <c>refused, code, text</c>.
/// The process ends when its standard input closes, also in the middle of a conversion: a parent that was killed leaves no orphan.
/// </remarks>
public static unsafe partial class RenderWorker
{
    /// <summary>The first argument that makes the executable a worker. Test it before anything else is set up.</summary>
    public const string Verb = "render-worker";

    /// <summary>Runs until standard input closes.</summary>
    /// <param name="args">The verb, the profile's folder, the suite's program folder.</param>
    /// <returns>The exit code; usually the process ends before it returns.</returns>
    public static int Run(string[] args)
    {
        if (args is not [Verb, var profileFolder, var programFolder])
        {
            Console.Error.WriteLine($"usage: {Verb} <profile folder> <LibreOffice program folder>");
            return 64;
        }

        // LibreOffice prints to standard output when it likes. It gets a bin; the protocol keeps the real one for itself.
        using var requests = new StreamReader(new FileStream(TakeOver(0), FileAccess.Read), new UTF8Encoding(false));
        using var answers = new StreamWriter(new FileStream(TakeOver(1), FileAccess.Write), new UTF8Encoding(false)) { AutoFlush = true };

        Office office;
        try
        {
            office = new(programFolder, profileFolder);
        }
        catch (RenderException refused)
        {
            Answer(answers, "refused", refused.Code, refused.Message);
            return 1;
        }

        var jobs = new System.Collections.Concurrent.BlockingCollection<string[]>();
        new Thread(() => ReadRequests(requests, jobs)) { IsBackground = true, Name = "requests" }.Start();
        Answer(answers, "ready");
        foreach (var job in jobs.GetConsumingEnumerable())
        {
            if (job is not ["convert", var number, var input, var output]) continue;
            if (office.Convert(input, output) is { } error)
                Answer(answers, "failed", number, error);
            else
                Answer(answers, "done", number, ResidentBytes().ToString(CultureInfo.InvariantCulture));
        }

        return 0;
    }

    // Ends the process itself: the main thread may sit in a conversion that never returns, and the suite's own clean-up at exit may hang.
    private static void ReadRequests(StreamReader requests, System.Collections.Concurrent.BlockingCollection<string[]> jobs)
    {
        try
        {
            while (requests.ReadLine() is { } line) jobs.Add(line.Split('\t'));
        }
        catch (IOException)
        {
            // the parent is gone: the same as the end
        }

        ExitNow(0);
    }

    private static void Answer(StreamWriter answers, params string[] fields) =>
        answers.WriteLine(string.Join('\t', fields.Select(field => field.ReplaceLineEndings(" ").Replace('\t', ' '))));

    private static long ResidentBytes()
    {
        using var self = Process.GetCurrentProcess();
        return self.WorkingSet64;
    }

    /// <summary>Moves a standard stream to a private descriptor and puts /dev/null in its place.</summary>
    private static SafeFileHandle TakeOver(int descriptor)
    {
        var own = Duplicate(descriptor);
        var nothing = Open("/dev/null", ReadWrite);
        if (own < 0 || nothing < 0 || DuplicateTo(nothing, descriptor) < 0)
            throw new IOException("The worker could not take over its standard streams.");
        return new(own, ownsHandle: true);
    }

    private const int ReadWrite = 2; // O_RDWR

    [LibraryImport("libc", EntryPoint = "dup")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "dup2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int DuplicateTo(int descriptor, int target);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void ExitNow(int code);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    /// <summary>LibreOffice inside this process, by the C interface of LibreOfficeKit.</summary>
    /// <remarks>
    /// Source: LibreOfficeKit.h. A handle points to a struct whose first member points to a table: size, then functions. Slots of the
    /// office: 2 documentLoad, 3 getError, 4 documentLoadWithOptions; of a document: 1 destroy, 2 saveAs.
    /// </remarks>
    private sealed class Office
    {
        private const int GetErrorSlot = 3, LoadSlot = 4, DestroySlot = 1, SaveAsSlot = 2;

        // A QR code as JPEG has grey fringes; a tagged PDF can be read aloud.
        private const string PdfOptions = """{"UseLosslessCompression":{"type":"boolean","value":"true"},"ReduceImageResolution":{"type":"boolean","value":"false"},"UseTaggedPDF":{"type":"boolean","value":"true"}}""";

        private readonly nint handle;

        public Office(string programFolder, string profileFolder)
        {
            var library = OfficeSuite.LibraryIn(programFolder)
                ?? throw new RenderException("render.no_libreoffice", $"There is no LibreOffice in {programFolder}.");
            // No display, and no way out by the proxies of the environment either. Native code reads the C environment, not .NET's.
            foreach (var (name, value) in new[] { ("SAL_USE_VCLPLUGIN", "svp"), ("http_proxy", "http://127.0.0.1:9"), ("https_proxy", "http://127.0.0.1:9") })
                _ = SetEnvironment(name, value, 1);

            try
            {
                var hook = NativeLibrary.GetExport(NativeLibrary.Load(library), "libreofficekit_hook_2");
                using var install = new Utf8(programFolder);
                using var profile = new Utf8(FileUrl(profileFolder));
                handle = ((delegate* unmanaged<nint, nint, nint>)hook)(install.Pointer, profile.Pointer);
            }
            catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
            {
                throw new RenderException("render.no_libreoffice", $"LibreOffice in {programFolder} cannot be loaded: {e.Message}", e);
            }

            if (handle == 0) throw new RenderException("render.worker_start", "LibreOffice did not start.");
        }

        /// <summary>Converts a Word file to PDF; answers what the suite says when it declines.</summary>
        public string? Convert(string input, string output)
        {
            using var source = new Utf8(FileUrl(input));
            using var target = new Utf8(FileUrl(output));
            using var options = new Utf8("");
            using var format = new Utf8("pdf");
            using var filter = new Utf8(PdfOptions);
            var document = ((delegate* unmanaged<nint, nint, nint, nint>)Slot(handle, LoadSlot))(handle, source.Pointer, options.Pointer);
            if (document == 0) return LastError() ?? "LibreOffice could not read the document.";

            try
            {
                var saved = ((delegate* unmanaged<nint, nint, nint, nint, int>)Slot(document, SaveAsSlot))(
                    document, target.Pointer, format.Pointer, filter.Pointer);
                return saved != 0 ? null : LastError() ?? "LibreOffice could not write the PDF.";
            }
            finally
            {
                ((delegate* unmanaged<nint, void>)Slot(document, DestroySlot))(document);
            }
        }

        private string? LastError() =>
            Marshal.PtrToStringUTF8(((delegate* unmanaged<nint, nint>)Slot(handle, GetErrorSlot))(handle));

        private static nint Slot(nint handle, int slot) => (*(nint**)handle)[slot];

        private static string FileUrl(string path) => new Uri(Path.GetFullPath(path)).AbsoluteUri;
    }

    private sealed class Utf8(string text) : IDisposable
    {
        public nint Pointer { get; } = Marshal.StringToCoTaskMemUTF8(text);

        public void Dispose() => Marshal.FreeCoTaskMem(Pointer);
    }
}
