using Domi.Engine;
using Domi.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

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
            if (settings.RunsEngine)
            {
                var (held, _) = await EngineHost.PrepareAsync(settings, ct);
                locks.Add(held);
                hosts.Add(EngineHost.Build(settings));
            }

            foreach (var host in hosts)
            {
                await host.StartAsync(ct);
                host.LearnAddress();
            }

            foreach (var host in hosts) Console.WriteLine($"{host.Environment.ApplicationName}: {host.Services.GetRequiredService<PublicAddress>().Url}");
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
}
