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
        var locks = new List<IDisposable?>();
        var hosts = new List<WebApplication>();
        try
        {
            EngineAccess? access = null;
            FirstStart.Made? made = null;
            if (settings.RunsEngine)
            {
                (var held, access) = await EngineHost.PrepareAsync(settings, ct);
                locks.Add(held);
            }

            if (settings.RunsOffice)
            {
                (var held, made) = await OfficeHost.PrepareAsync(settings, ct);
                locks.Add(held);
            }

            if (access is not null && made is not null) await ConnectAsync(settings, access, ct);

            // The sample is for a fresh installation of both: into books that are kept, nothing is invented.
            settings = settings with { LoadsSample = settings.LoadsSample && made is { IsFresh: true } && access is not null };
            if (settings.RunsEngine) hosts.Add(EngineHost.Build(settings));
            if (settings.RunsOffice) hosts.Add(OfficeHost.Build(settings));
            foreach (var host in hosts)
            {
                await host.StartAsync(ct);
                host.LearnAddress();
            }

            Greet(settings, hosts, made, access);
            _ = IdleMemory.GiveBackAsync(ct);
            if (settings.LoadsSample) await LoadSampleAsync(access!, made!, hosts, ct);
            await Task.WhenAny([.. hosts.Select(h => h.WaitForShutdownAsync(ct))]);
        }
        finally
        {
            foreach (var host in hosts)
            {
                await host.StopAsync(CancellationToken.None);
                await host.DisposeAsync();
            }

            locks.ForEach(l => l?.Dispose());
        }
    }

    /// <summary>The office that is built in is connected to the engine that is built in, unless it has another provider.</summary>
    private static async Task ConnectAsync(DomiSettings settings, EngineAccess access, CancellationToken ct)
    {
        var merchant = access.MerchantId.ToString(CultureInfo.InvariantCulture);
        var profiles = access.Profiles.Select(p => new Domi.Twikey.Profile(p.Number, p.Name, true, p.Type)).ToList();
        if (await OfficeHost.ConnectBuiltInAsync(settings, access.BaseAddress, merchant, access.ApiKey, access.PrivateKey, profiles, ct) is { } hook)
            await EngineHost.SetWebhookAsync(settings, access.CreditorId, hook, ct);
    }

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
            foreach (var host in hosts) host.Services.GetRequiredService<JobRunner>().Release();
        }
    }

    private static void Greet(DomiSettings settings, List<WebApplication> hosts, FirstStart.Made? made, EngineAccess? access)
    {
        foreach (var host in hosts)
            Console.WriteLine($"{(host.Environment.ApplicationName.EndsWith("Engine", StringComparison.Ordinal) ? "Engine" : "Office")}: {host.Services.GetRequiredService<PublicAddress>().Url}");
        if (made is { IsFresh: true })
            Console.WriteLine(made.Password is { } password ? $"Sign in as {made.Email} with the password {password} (told once; change it under your name)." : $"Sign in as {made.Email}.");
        if (access?.Console is var (email, told))
            Console.WriteLine(told is null ? $"Sign in to the engine's console as {email}." : $"Sign in to the engine's console as {email} with the password {told} (told once; change it under your name).");
        if (settings.Sandbox.Enabled && settings.RunsEngine) Console.WriteLine("Sandbox: /sandbox on the engine.");
        if (settings.LoadsSample) Console.WriteLine("The sample firm is being loaded…");
    }
}
