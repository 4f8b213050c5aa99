using System.Diagnostics;

namespace Domi.Rendering.Tests;

/// <summary>A throw-away folder, and the programs that read our pages independently.</summary>
internal sealed class WorkFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("domi-rendering-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a PDF and answers what <c>pdftotext</c> reads in it.</summary>
    public async Task<string> TextOfAsync(byte[] pdf)
    {
        await System.IO.File.WriteAllBytesAsync(File("page.pdf"), pdf);
        return await RunAsync("pdftotext", "-layout", File("page.pdf"), "-");
    }

    /// <summary>Draws the first page at 150 dpi and answers the texts of the QR codes on it.</summary>
    public async Task<string> QrCodesOnAsync(byte[] pdf)
    {
        await System.IO.File.WriteAllBytesAsync(File("page.pdf"), pdf);
        await RunAsync("pdftoppm", "-r", "150", "-f", "1", "-l", "1", "-png", "-singlefile", File("page.pdf"), File("page"));
        return await RunAsync("zbarimg", "-q", "--raw", File("page.png"));
    }

    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program}: {await errors}");
        return output;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
