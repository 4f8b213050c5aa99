using System.Globalization;
using Domi.BackOffice;
using Domi.Engine;
using Domi.Platform;
using Domi.Web.Sample;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Domi.Web;

/// <summary>Starts the modules: locks and migrations, first accounts, listeners with workers; and stops them in order.</summary>
internal static class Hosts
{
    public static async Task RunAsync(DomiSettings settings, CancellationToken ct)
    {
        // Side by side, for the first page is waited for; each with what it holds, also when the other one fails.
        var engine = Task.Run(() => ReadyAsync<EngineDb, EngineAccess>(settings, settings.RunsEngine, "engine", EngineHost.Build, host => EngineHost.MakeSureOfFirstAsync(host, settings, ct), ct), ct);
        var office = Task.Run(() => ReadyAsync<OfficeDb, FirstStart.Made>(settings, settings.RunsOffice, "office", OfficeHost.Build, host => OfficeHost.MakeSureOfFirstAsync(host, ct), ct), ct);
        var hosts = new List<WebApplication>();
        try
        {
            await Task.WhenAll(engine, office);
            var (access, made) = ((await engine)?.First, (await office)?.First);
            if (await engine is { } e) hosts.Add(e.Host);
            if (await office is { } o) hosts.Add(o.Host);
            if (access is not null && made is not null) await ConnectAsync(hosts[0], hosts[1], access, ct);

            // The sample is for a fresh installation of both: into books that are kept, nothing is invented.
            var loadsSample = settings.LoadsSample && made is { IsFresh: true } && access is not null;
            if (!loadsSample) Release(hosts);
            await Task.WhenAll(hosts.Select(host => host.StartAsync(ct)));
            hosts.ForEach(host => host.LearnAddress());
            Greet(settings, hosts, made, access, loadsSample);
            _ = IdleMemory.GiveBackAsync(ct);
            if (loadsSample) await LoadSampleAsync(access!, made!, hosts, ct);
            await Task.WhenAny([.. hosts.Select(h => h.WaitForShutdownAsync(ct))]);
        }
        finally
        {
            foreach (var host in hosts) await host.StopAsync(CancellationToken.None);
            if (engine.IsCompletedSuccessfully && await engine is { } e) await e.DisposeAsync();
            if (office.IsCompletedSuccessfully && await office is { } o) await o.DisposeAsync();
        }
    }

    /// <summary>A host over its database, locked and up to date, and what its first start made.</summary>
    private sealed record Ready<T>(WebApplication Host, IDisposable? Lock, T First) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Host.DisposeAsync();
            Lock?.Dispose();
        }
    }

    private static async Task<Ready<T>?> ReadyAsync<TDb, T>(
        DomiSettings settings, bool runs, string module, Func<DomiSettings, WebApplication> build, Func<WebApplication, Task<T>> makeSureOfFirst, CancellationToken ct)
        where TDb : ModuleDb
    {
        if (!runs) return null;

        var held = await Databases.PrepareAsync<TDb>(settings, module, ct);
        try
        {
            var host = build(settings);
            return new(host, held, await makeSureOfFirst(host));
        }
        catch
        {
            held?.Dispose();
            throw;
        }
    }

    /// <summary>The office that is built in is connected to the engine that is built in, unless it has another provider.</summary>
    private static async Task ConnectAsync(WebApplication engine, WebApplication office, EngineAccess access, CancellationToken ct)
    {
        var merchant = access.MerchantId.ToString(CultureInfo.InvariantCulture);
        var profiles = access.Profiles.Select(p => new Domi.Twikey.Profile(p.Number, p.Name, true, p.Type)).ToList();
        if (await OfficeHost.ConnectBuiltInAsync(office, access.BaseAddress, merchant, access.ApiKey, access.PrivateKey, profiles, ct) is { } hook)
            await EngineHost.SetWebhookAsync(engine, access.CreditorId, hook, ct);
    }

    private static void Release(List<WebApplication> hosts) => hosts.ForEach(host => host.Services.GetRequiredService<JobRunner>().Release());

    private static async Task LoadSampleAsync(EngineAccess access, FirstStart.Made made, List<WebApplication> hosts, CancellationToken ct)
    {
        var log = hosts[0].Services.GetRequiredService<ILoggerFactory>().CreateLogger("Domi.Sample");
        try
        {
            await SampleFirm.LoadAsync(hosts[0], hosts[1], access, made, ct);
            Console.WriteLine("The sample firm is loaded.");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            log.LogError(e, "The sample firm could not be loaded; the installation works without it.");
        }
        finally
        {
            Release(hosts);
        }
    }

    private static void Greet(DomiSettings settings, List<WebApplication> hosts, FirstStart.Made? made, EngineAccess? access, bool loadsSample)
    {
        foreach (var host in hosts)
            Console.WriteLine($"{(host.Environment.ApplicationName.EndsWith("Engine", StringComparison.Ordinal) ? "Engine" : "Office")}: {host.Services.GetRequiredService<PublicAddress>().Url}");
        if (made is { IsFresh: true })
            Console.WriteLine(made.Password is { } password ? $"Sign in as {made.Email} with the password {password} (told once; change it under your name)." : $"Sign in as {made.Email}.");
        if (access?.Console is var (email, told))
            Console.WriteLine(told is null ? $"Sign in to the engine's console as {email}." : $"Sign in to the engine's console as {email} with the password {told} (told once; change it under your name).");
        if (settings.Sandbox.Enabled && settings.RunsEngine) Console.WriteLine("Sandbox: /sandbox on the engine.");
        if (loadsSample) Console.WriteLine("The sample firm is being loaded…");
    }
}
