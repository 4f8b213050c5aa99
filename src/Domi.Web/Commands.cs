using System.CommandLine;
using Domi.Platform;
using Microsoft.Extensions.Configuration;

namespace Domi.Web;

/// <summary>The executable as a command line.</summary>
internal static class Commands
{
    public static RootCommand Root()
    {
        var root = new RootCommand("Domi: invoices that pay themselves. An invoicing office, and a collection engine that speaks the Twikey API.");
        root.Subcommands.Add(Serve());
        return root;
    }

    private static Command Serve()
    {
        var empty = new Option<bool>("--empty") { Description = "Start without the sample firm." };
        var serve = new Command("serve", "Migrate, then serve the modules of Domi__Modules until SIGTERM.") { empty };
        serve.SetAction(async (parsed, ct) =>
        {
            var settings = Settings();
            await Hosts.RunAsync(settings with { LoadsSample = settings.LoadsSample && !parsed.GetValue(empty) }, ct);
            return 0;
        });
        return serve;
    }

    public static DomiSettings Settings()
    {
        var environment = Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT") ?? Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT") ?? "Production";
        var configuration = new ConfigurationBuilder()
            .AddJsonFile(Path.GetFullPath("appsettings.json"), optional: true)
            .AddJsonFile(Path.GetFullPath($"appsettings.{environment}.json"), optional: true)
            .AddEnvironmentVariables()
            .Build();
        return DomiSettings.Read(configuration, environment);
    }
}
