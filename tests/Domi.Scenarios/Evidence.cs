using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using MimeKit;

namespace Domi.Scenarios;

/// <summary>
/// What a played story leaves: each step in words with what shows it, and its papers as files. With DOMI_DEMO naming a folder they stay
/// there and the words go to the screen.
/// </summary>
internal sealed class Evidence : IDisposable
{
    private static readonly string? Kept = Environment.GetEnvironmentVariable("DOMI_DEMO");

    private readonly ITestOutputHelper output;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private int pictures;

    public Evidence(ITestOutputHelper output)
    {
        this.output = output;
        Folder = Kept is null ? Directory.CreateTempSubdirectory("domi-story-").FullName : Directory.CreateDirectory(Kept).FullName;
    }

    public string Folder { get; }

    public void Step(string title) => Say($"\n{clock.Elapsed.TotalSeconds,5:0.0} s  {title}");

    public void Shows(string what) => Say($"         {what}");

    /// <summary>Keeps a picture of the whole page.</summary>
    public async Task PictureAsync(IPage page, string name)
    {
        var file = $"{++pictures:00}-{name}.png";
        await page.ScreenshotAsync(new() { Path = Path.Combine(Folder, file), FullPage = true });
        Shows($"→ {file}");
    }

    public async Task<string> KeepAsync(string name, byte[] content)
    {
        var file = Path.Combine(Folder, name);
        await File.WriteAllBytesAsync(file, content);
        Shows($"→ {name}");
        return file;
    }

    /// <summary>The newest mail to an address that holds, waited for; a copy of it is kept.</summary>
    public async Task<MimeMessage> MailAsync(string outbox, string to, string name, Func<MimeMessage, bool> holds)
    {
        MimeMessage? found = null;
        string? file = null;
        await Testing.ProcessApp.UntilAsync(async () =>
        {
            if (!Directory.Exists(outbox)) return false;
            foreach (var candidate in new DirectoryInfo(outbox).GetFiles("*.eml").OrderByDescending(f => f.LastWriteTimeUtc))
            {
                var mail = await MimeMessage.LoadAsync(candidate.FullName);
                if (!mail.To.Mailboxes.Any(m => m.Address == to) || !holds(mail)) continue;
                (found, file) = (mail, candidate.FullName);
                return true;
            }

            return false;
        }, $"a mail to {to} is in the outbox");
        File.Copy(file!, Path.Combine(Folder, name), overwrite: true);
        Shows($"→ {name}: “{found!.Subject}”");
        return found;
    }

    /// <summary>The words of a PDF in the order of the page.</summary>
    public async Task<string> WordsOfAsync(string pdf) => await RunAsync("pdftotext", "-layout", pdf, "-");

    /// <summary>What a scanner reads on a picture of the page at 150 dpi.</summary>
    public async Task<IReadOnlyList<string>> CodesOfAsync(string pdf)
    {
        var picture = Path.ChangeExtension(pdf, null);
        await RunAsync("pdftoppm", "-r", "150", "-png", "-singlefile", pdf, picture);
        return (await RunAsync("zbarimg", "--nodbus", "--quiet", "--raw", picture + ".png")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public async Task<IReadOnlyList<string>> CodesOnAsync(MimeEntity picture, string name)
    {
        await using var content = new MemoryStream();
        await ((MimePart)picture).Content!.DecodeToAsync(content);
        var file = Path.Combine(Folder, name);
        await File.WriteAllBytesAsync(file, content.ToArray());
        return (await RunAsync("zbarimg", "--nodbus", "--quiet", "--raw", file)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var read = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {await errors}");
        return read;
    }

    /// <summary>The text side of a mail.</summary>
    public static string TextOf(MimeMessage mail) => mail.TextBody ?? "";

    /// <summary>Words without blanks: a long link is broken over lines on paper.</summary>
    public static string Dense(string text) => Regex.Replace(text, @"\s", "");

    public void Dispose()
    {
        if (Kept is null) Directory.Delete(Folder, recursive: true);
    }

    private void Say(string line)
    {
        if (Kept is null) output.WriteLine(line);
        else Console.WriteLine(line);
    }
}
