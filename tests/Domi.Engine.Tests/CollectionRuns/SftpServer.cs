using System.Diagnostics;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Domi.Engine.Tests.CollectionRuns;

/// <summary>OpenSSH's own server on a free port of this machine, with two folders: what a bank offers.</summary>
internal sealed partial class SftpServer : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("domi-sftp-").FullName;
    private Process? process;

    private SftpServer()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        Port = ((IPEndPoint)free.LocalEndpoint).Port;
        foreach (var name in new[] { "out", "in" }) Directory.CreateDirectory(Path.Combine(folder, name));
    }

    public int Port { get; }

    public static string User => Environment.UserName;

    public string Out => Path.Combine(folder, "out");

    public string In => Path.Combine(folder, "in");

    /// <summary>A private key that it lets in.</summary>
    public string PrivateKey => File.ReadAllText(Path.Combine(folder, "client"));

    public static async Task<SftpServer> StartAsync()
    {
        var server = new SftpServer();
        foreach (var name in new[] { "client", "host", "other" }) await RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(server.folder, name));
        File.Copy(Path.Combine(server.folder, "client.pub"), Path.Combine(server.folder, "authorized"));
        await server.GoAsync();
        return server;
    }

    /// <param name="hostKey">The key that it shows: <c>host</c>, or <c>other</c>.</param>
    public async Task GoAsync(string hostKey = "host")
    {
        var settings = Path.Combine(folder, "sshd_config");
        await File.WriteAllTextAsync(settings, $"""
            Port {Port}
            ListenAddress 127.0.0.1
            HostKey {Path.Combine(folder, hostKey)}
            AuthorizedKeysFile {Path.Combine(folder, "authorized")}
            PidFile none
            StrictModes no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            Subsystem sftp internal-sftp
            ForceCommand internal-sftp -d {Out}

            """);
        if (Environment.IsPrivilegedProcess) Directory.CreateDirectory("/run/sshd"); // where it locks itself in before somebody is known
        var listens = new TaskCompletionSource();
        process = new() { StartInfo = new("/usr/sbin/sshd", ["-D", "-e", "-f", settings]) { RedirectStandardError = true, RedirectStandardOutput = true } };
        process.ErrorDataReceived += (_, e) =>
        {
            if (e.Data is null) listens.TrySetException(new InvalidOperationException("sshd ended."));
            else if (e.Data.StartsWith("Server listening", StringComparison.Ordinal)) listens.TrySetResult();
        };
        process.Start();
        process.BeginErrorReadLine();
        await listens.Task;
    }

    public async Task StopAsync()
    {
        process!.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    /// <summary>The fingerprint of its key as OpenSSH says it.</summary>
    public async Task<string> FingerprintAsync(string hostKey = "host") => Hash().Match(await RunAsync("ssh-keygen", "-l", "-f", Path.Combine(folder, hostKey + ".pub"))).Value;

    public async ValueTask DisposeAsync()
    {
        if (process is not null) await StopAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var started = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var text = await started.StandardOutput.ReadToEndAsync();
        await started.WaitForExitAsync();
        Assert.Equal(0, started.ExitCode);
        return text;
    }

    [GeneratedRegex("SHA256:[A-Za-z0-9+/]+")]
    private static partial Regex Hash();
}
