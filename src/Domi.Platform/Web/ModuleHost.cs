using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.Razor;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Domi.Platform;

/// <summary>The public address of a module. A test that listens on port 0 learns it when the listener is up.</summary>
public sealed class PublicAddress(Uri url)
{
    public Uri Url { get; set; } = url;

    public string Of(string path) => Url.GetLeftPart(UriPartial.Authority) + path;
}

/// <summary>What both modules' hosts have in common.</summary>
public static class ModuleHost
{
    /// <summary>Starts a builder that knows one module's pages, words and address, and nothing of the other.</summary>
    public static WebApplicationBuilder Create(DomiSettings settings, ModuleSettings module, Assembly assembly)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            ApplicationName = assembly.GetName().Name,
            EnvironmentName = settings.EnvironmentName,
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseUrls(module.ListenAddress);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 12 * 1024 * 1024;
        });
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss ";
            console.UseUtcTimestamp = true;
        });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Logging.AddFilter("Domi", LogLevel.Information);
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore.Database.Command", LogLevel.None); // statements carry IBANs in their parameters
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore.Update", LogLevel.None); // refusals by an index are expected
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(15));

        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(new PublicAddress(module.Url));
        builder.Services.AddSingleton(new BusinessClock(TimeProvider.System));
        builder.Services.AddSingleton(new Texts(assembly));
        builder.Services.AddSingleton<MailTransport>();
        builder.Services.AddHttpContextAccessor();
        return builder;
    }

    /// <summary>Razor Pages of this module only: those of every referenced library are found otherwise, and hide each other.</summary>
    public static IMvcBuilder AddModulePages(this IServiceCollection services, Assembly assembly, Action<RazorPagesOptions> configure) =>
        services.AddRazorPages(configure).AddMvcOptions(mvc =>
        {
            // No page writes names the way jQuery does, and one with a bracket that is not closed would be a fault.
            mvc.ValueProviderFactories.RemoveType<JQueryFormValueProviderFactory>();
            mvc.ValueProviderFactories.RemoveType<JQueryQueryStringValueProviderFactory>();
        }).ConfigureApplicationPartManager(parts =>
        {
            parts.ApplicationParts.Clear();
            foreach (var part in new[] { typeof(ModuleHost).Assembly, assembly })
            {
                parts.ApplicationParts.Add(new AssemblyPart(part));
                parts.ApplicationParts.Add(new CompiledRazorAssemblyPart(part));
            }
        });

    /// <summary>Forwarded headers count only from the proxies that are named.</summary>
    public static void UseTrustedProxies(this WebApplication app, DomiSettings settings)
    {
        if (settings.TrustedProxies.Count == 0) return;

        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var proxy in settings.TrustedProxies)
        {
            if (System.Net.IPNetwork.TryParse(proxy, out var network)) options.KnownIPNetworks.Add(network);
            else if (IPAddress.TryParse(proxy, out var address)) options.KnownProxies.Add(address);
            else throw new SettingsException($"Domi__TrustedProxies: '{proxy}' is neither an address nor a network.");
        }

        app.UseForwardedHeaders(options);
    }

    /// <summary>Stylesheets, scripts and icons are embedded in the module: a test and a published copy serve the same files.</summary>
    public static void UseEmbeddedAssets(this WebApplication app, Assembly assembly)
    {
        var files = new ManifestAssets(assembly);
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = files,
            RequestPath = "/assets",
            OnPrepareResponse = context => context.Context.Response.Headers.CacheControl =
                context.Context.Request.QueryString.HasValue ? "public, max-age=31536000, immutable" : "public, max-age=300",
        });
    }

    /// <summary>Once the listener is up, an address with port 0 becomes the real one.</summary>
    public static void LearnAddress(this WebApplication app)
    {
        var address = app.Services.GetRequiredService<PublicAddress>();
        if (address.Url.Port != 0) return;

        var bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        address.Url = new Uri(bound);
    }

    private sealed class ManifestAssets(Assembly assembly) : IFileProvider
    {
        private readonly EmbeddedFileProvider files = new(assembly, assembly.GetName().Name + ".Assets");

        public IFileInfo GetFileInfo(string subpath) => files.GetFileInfo(subpath);

        public IDirectoryContents GetDirectoryContents(string subpath) => NotFoundDirectoryContents.Singleton;

        public Microsoft.Extensions.Primitives.IChangeToken Watch(string filter) => NullChangeToken.Singleton;
    }
}
