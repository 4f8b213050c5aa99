using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.Testing;

/// <summary>The real executable as a process of its own, which can be killed at any moment and started again over the same data.</summary>
public sealed class ProcessApp(string folder, string modules, int officePort, int enginePort, IReadOnlyDictionary<string, string?> settings) : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> output = new();
    private Process? process;

    public const string MasterKey = "a master key for tests, at least 32 characters";

    public string Folder => folder;

    /// <summary>The first start lives the sample firm.</summary>
    public bool LoadsSample { get; init; }

    /// <summary>The executable: the published one where DOMI_PROGRAM says its folder, else the one beside the tests.</summary>
    public static string Executable { get; } = Path.Combine(Environment.GetEnvironmentVariable("DOMI_PROGRAM") ?? AppContext.BaseDirectory, "domi");

    /// <summary>What the process holds in memory now.</summary>
    public double ResidentMegabytes
    {
        get
        {
            process!.Refresh();
            return process.WorkingSet64 / 1024.0 / 1024.0;
        }
    }

    /// <summary>Seconds of processor the process has used.</summary>
    public double ProcessorSeconds
    {
        get
        {
            process!.Refresh();
            return process.TotalProcessorTime.TotalSeconds;
        }
    }

    /// <summary>The most it ever held.</summary>
    public double PeakMegabytes
    {
        get
        {
            process!.Refresh();
            return process.PeakWorkingSet64 / 1024.0 / 1024.0;
        }
    }

    public Uri Office => new($"http://127.0.0.1:{officePort}");

    public Uri Engine => new($"http://127.0.0.1:{enginePort}");

    public string Output => string.Join('\n', output);

    public bool IsAlive => process is { HasExited: false };

    /// <summary>A port that is free, and below those that the system lends out: it stays free while the process is dead.</summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(20_000, 32_000);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // somebody's
            }
        }
    }

    public async Task StartAsync()
    {
        Directory.CreateDirectory(folder);
        var start = new ProcessStartInfo(Executable, LoadsSample ? "serve" : "serve --empty")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        var all = new Dictionary<string, string?>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Domi__Data"] = folder,
            ["Domi__Modules"] = modules,
            ["Office__Url"] = Office.ToString(),
            ["Engine__Url"] = Engine.ToString(),
            ["Office__Admin__Password"] = AppFixture.AdminPassword,
            ["Office__Admin__ApiKey"] = AppFixture.OfficeApiKey,
            ["Engine__Sandbox__ApiKey"] = "EngineKeyOfTheTests",
            ["Engine__Sandbox__PrivateKey"] = "0123456789abcdef0123456789abcdef",
            ["Twikey__PollingInterval"] = "00:00:02",
            ["Domi__MasterKey"] = MasterKey,
        };
        foreach (var (name, value) in settings) all[name] = value;
        foreach (var (name, value) in all) start.Environment[name] = value;

        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await UntilAsync(async () =>
        {
            if (process.HasExited && process.ExitCode != 137)
            {
                await process.WaitForExitAsync(); // and its last words have come
                throw new InvalidOperationException($"The process ended with {process.ExitCode}:\n{Output}");
            }

            if (process.HasExited) return true; // killed while it started: the test knows
            foreach (var url in new[] { modules.Contains("office") ? Office : null, modules.Contains("engine") ? Engine : null })
                if (url is not null && !await AnswersAsync(url))
                    return false;
            return true;
        }, "the process answers");
    }

    /// <summary>Looks into a module's SQLite file beside the running process.</summary>
    public T Read<T>(string module)
        where T : ModuleDb
    {
        var options = new DbContextOptionsBuilder<T>();
        Databases.Configure(options, DatabaseProvider.Sqlite, $"Data Source={Path.Combine(folder, module + ".db")};Pooling=False");
        return (T)Activator.CreateInstance(typeof(T), options.Options)!;
    }

    /// <summary>kill -9: no handler runs, nothing is flushed.</summary>
    public void Kill()
    {
        if (process is not { HasExited: false }) return;
        process.Kill(entireProcessTree: false);
    }

    public Task WaitForEndAsync() => process!.WaitForExitAsync();

    private void Keep(string? line)
    {
        if (line is not null) output.Enqueue(line);
    }

    private static async Task<bool> AnswersAsync(Uri url)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, url.Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Waits for the event itself, generously.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds, string what, int seconds = 120)
    {
        var clock = Stopwatch.StartNew();
        while (!await holds())
        {
            if (clock.Elapsed > TimeSpan.FromSeconds(seconds)) throw new TimeoutException($"Waited {seconds} s in vain until {what}.");
            await Task.Delay(40);
        }
    }

    public HttpClient OfficeClient()
    {
        var client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }, disposeHandler: true) { BaseAddress = Office, Timeout = TimeSpan.FromSeconds(30) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AppFixture.OfficeApiKey);
        return client;
    }

    public HttpClient EngineClient() =>
        new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }, disposeHandler: true) { BaseAddress = Engine, Timeout = TimeSpan.FromMinutes(2) };

    public async ValueTask DisposeAsync()
    {
        Kill();
        if (process is not null)
        {
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }
}

/// <summary>Calls that a client repeats until the server is back: what a person with a browser does.</summary>
public static class Patience
{
    public static async Task<JsonElement> GetPatientlyAsync(this HttpClient client, string path)
    {
        JsonElement answer = default;
        await ProcessApp.UntilAsync(async () =>
        {
            try
            {
                using var response = await client.GetAsync(path);
                if (!response.IsSuccessStatusCode) return false;
                answer = await response.Content.ReadFromJsonAsync<JsonElement>();
                return true;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException or JsonException)
            {
                return false;
            }
        }, $"GET {path} answers");
        return answer;
    }

    /// <summary>An own company that may invoice: what a clerk fills in first.</summary>
    public static Task NameTheFirmAsync(this HttpClient client, string name = "My company") => ProcessApp.UntilAsync(async () =>
        await client.TryPostAsync("/api/v1/company", new { name, enterpriseNumber = "0712845377", street = "Rue de la Loi 16", zip = "1000", city = "Bruxelles", account = "BE71096123456769", email = "invoices@firm.example" }, HttpMethod.Put) is not null,
        "the own company is named");

    /// <summary>Posts once; null when the server was not there or died meanwhile.</summary>
    public static async Task<JsonElement?> TryPostAsync(this HttpClient client, string path, object body, HttpMethod? method = null)
    {
        try
        {
            using var request = new HttpRequestMessage(method ?? HttpMethod.Post, path) { Content = JsonContent.Create(body) };
            using var response = await client.SendAsync(request);
            return response.IsSuccessStatusCode ? await response.Content.ReadFromJsonAsync<JsonElement>() : null;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException or JsonException)
        {
            return null;
        }
    }
}
