using System.Net;
using Domi.BackOffice;
using Domi.BackOffice.Companies;
using Domi.Engine;
using Domi.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace Domi.Testing;

/// <summary>
/// Real hosts on free ports over an empty database of their own; jobs are stepped by hand, the clock is moved by hand. The database is
/// SQLite or, with DOMI_TEST_PROVIDER=postgres, PostgreSQL: the suite runs on both.
/// </summary>
public class AppFixture : IAsyncLifetime
{
    static AppFixture() => Passwords.Rounds = 1_000;

    private readonly List<string> postgresDatabases = [];
    private readonly List<IDisposable> locks = [];

    public static DatabaseProvider Provider => Environment.GetEnvironmentVariable("DOMI_TEST_PROVIDER") == "postgres" ? DatabaseProvider.Postgres : DatabaseProvider.Sqlite;

    public string Folder { get; } = Directory.CreateTempSubdirectory("domi-test-").FullName;

    public DomiSettings Settings { get; private set; } = null!;

    public WebApplication Engine { get; private set; } = null!;

    public EngineAccess Access { get; private set; } = null!;

    public HttpClient EngineHttp { get; private set; } = null!;

    public WebApplication? Office { get; private set; }

    public FirstStart.Made? Made { get; private set; }

    /// <summary>A client of the office's API.</summary>
    public HttpClient OfficeHttp { get; private set; } = null!;

    public const string OfficeApiKey = "domi_test_key_0123456789";

    public const string AdminPassword = "correct horse battery";

    /// <summary>Where the business clock starts: a Tuesday morning in Brussels.</summary>
    public static readonly DateTimeOffset Start = new(2026, 3, 17, 8, 0, 0, TimeSpan.Zero);

    protected virtual DomiSettings Configure(DomiSettings settings) => settings;

    /// <summary>Puts an empty database where the module will look for it.</summary>
    protected virtual Task GiveDatabaseAsync<T>(string module)
        where T : ModuleDb => MigratedDatabases.CopyAsync<T>(Settings, module);

    public virtual async ValueTask InitializeAsync()
    {
        Settings = Configure(new()
        {
            DataFolder = Folder,
            EnvironmentName = "Development",
            Provider = Provider,
            MasterKey = "a master key for tests, at least 32 characters",
            Node = Guid.CreateVersion7().ToString("n"),
            Office = new() { Url = new("http://127.0.0.1:0"), ConnectionString = Connection("office") },
            Engine = new() { Url = new("http://127.0.0.1:0"), ConnectionString = Connection("engine") },
            Sandbox = new() { Enabled = true },
            Admin = new() { Email = "admin@domi.example", Password = AdminPassword, ApiKey = OfficeApiKey },
            RenderWorker = ProcessApp.Executable,
            Mail = new() { OutboxFolder = Path.Combine(Folder, "outbox") },
            RunsWorkers = false,
        });
        await StartEngineAsync();
    }

    protected async Task StartEngineAsync()
    {
        await GiveDatabaseAsync<EngineDb>("engine");
        if (await Databases.PrepareAsync<EngineDb>(Settings, "engine", CancellationToken.None) is { } held) locks.Add(held);
        Engine = EngineHost.Build(Settings);
        Access = await EngineHost.MakeSureOfFirstAsync(Engine, Settings, CancellationToken.None);
        SetTime(Engine, Start);
        await Engine.StartAsync();
        Engine.LearnAddress();
        Access = Access with { BaseAddress = Engine.Services.GetRequiredService<PublicAddress>().Of("/creditor") };
        EngineHttp = Client(Engine);
    }

    /// <summary>Stops the engine, and starts another over the same database at the same business time.</summary>
    public async Task RestartEngineAsync()
    {
        var now = Engine.Services.GetRequiredService<BusinessClock>().GetUtcNow();
        EngineHttp.Dispose();
        await Engine.StopAsync();
        await Engine.DisposeAsync();
        Engine = EngineHost.Build(Settings);
        SetTime(Engine, now);
        await Engine.StartAsync();
        Engine.LearnAddress();
        Access = Access with { BaseAddress = Engine.Services.GetRequiredService<PublicAddress>().Of("/creditor") };
        EngineHttp = Client(Engine);
    }

    /// <summary>Starts the office beside the engine, connected to it.</summary>
    protected async Task StartOfficeAsync()
    {
        await GiveDatabaseAsync<OfficeDb>("office");
        if (await Databases.PrepareAsync<OfficeDb>(Settings, "office", CancellationToken.None) is { } held) locks.Add(held);
        Office = OfficeHost.Build(Settings);
        Made = await OfficeHost.MakeSureOfFirstAsync(Office, CancellationToken.None);
        await InScopeAsync(Office, async services => await services.GetRequiredService<EditCompany>().SaveFactsAsync(Made.CompanyId, null,
            new("My company", "0712845377", "Rue de la Loi 16", "1000", "Bruxelles", "BE", "", null, null, "BE45 7340 3187 2589", null, "fr"), CancellationToken.None));
        SetTime(Office, Start);
        await Office.StartAsync();
        Office.LearnAddress();
        var hook = await OfficeHost.ConnectBuiltInAsync(Office, Access.BaseAddress, Access.MerchantId.ToString(System.Globalization.CultureInfo.InvariantCulture),
            Access.ApiKey, Access.PrivateKey, [.. Access.Profiles.Select(p => new Domi.Twikey.Profile(p.Number, p.Name, true, p.Type))], CancellationToken.None);
        var address = Office.Services.GetRequiredService<PublicAddress>();
        await EngineHost.SetWebhookAsync(Engine, Access.CreditorId, address.Of(new Uri(hook!).AbsolutePath), CancellationToken.None);
        OfficeHttp = Client(Office);
        OfficeHttp.DefaultRequestHeaders.Authorization = new("Bearer", OfficeApiKey);
    }

    /// <summary>A client of a host that follows no redirect and keeps no cookie by itself.</summary>
    public static HttpClient Client(WebApplication app, bool followsRedirects = false, bool keepsCookies = false) =>
        new(new SocketsHttpHandler { AllowAutoRedirect = followsRedirects, UseCookies = keepsCookies, CookieContainer = new CookieContainer(), RequestHeaderEncodingSelector = (_, _) => System.Text.Encoding.UTF8 })
        {
            BaseAddress = app.Services.GetRequiredService<PublicAddress>().Url,
            Timeout = TimeSpan.FromMinutes(2),
        };

    public Task<T> ReadAsync<TDb, T>(Func<TDb, Task<T>> read)
        where TDb : ModuleDb => InScopeAsync(HostOf<TDb>(), services => read(services.GetRequiredService<TDb>()));

    public Task<T> ReadEngineAsync<T>(Func<EngineDb, Task<T>> read) => ReadAsync(read);

    public static async Task<T> InScopeAsync<T>(WebApplication app, Func<IServiceProvider, Task<T>> work)
    {
        await using var scope = app.Services.CreateAsyncScope();
        return await work(scope.ServiceProvider);
    }

    /// <summary>Runs everything of a kind that is due on the engine, now.</summary>
    public Task<int> RunEngineAsync<TJob>() => RunAsync<TJob>(Engine);

    public static Task<int> RunAsync<TJob>(WebApplication app)
    {
        var runner = app.Services.GetRequiredService<JobRunner>();
        return runner.RunDueAsync(runner.KindOf(typeof(TJob)), CancellationToken.None);
    }

    /// <summary>Moves a module's clock, doing what falls due on the way.</summary>
    public static Task AdvanceAsync(WebApplication app, TimeSpan by) => app.Services.GetRequiredService<JobRunner>().AdvanceAsync(by, CancellationToken.None);

    /// <summary>Puts the clock of a host to an instant, without doing anything.</summary>
    public static void SetTime(WebApplication app, DateTimeOffset instant) =>
        app.Services.GetRequiredService<BusinessClock>().RunAheadBy(instant - TimeProvider.System.GetUtcNow());

    protected virtual WebApplication HostOf<TDb>() => typeof(TDb) == typeof(OfficeDb) ? Office! : Engine;

    private string? Connection(string module)
    {
        if (Provider == DatabaseProvider.Sqlite) return null;

        var name = $"domi_{module}_{Guid.CreateVersion7():n}";
        postgresDatabases.Add(name);
        return PostgresServer.ConnectionTo(name, 30);
    }

    public virtual async ValueTask DisposeAsync()
    {
        EngineHttp?.Dispose();
        OfficeHttp?.Dispose();
        if (Office is not null)
        {
            await Office.StopAsync();
            await Office.DisposeAsync();
        }

        if (Engine is not null)
        {
            await Engine.StopAsync();
            await Engine.DisposeAsync();
        }

        locks.ForEach(l => l.Dispose());
        foreach (var module in new[] { "office", "engine" })
        {
            // Those of this fixture alone: others run beside it.
            var connection = Databases.ConnectionString(Settings, module);
            if (Provider == DatabaseProvider.Sqlite) SqliteConnection.ClearPool(new(connection));
            else NpgsqlConnection.ClearPool(new(connection));
        }

        if (postgresDatabases.Count > 0) await PostgresServer.DropAsync(postgresDatabases);
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}

/// <summary>Both modules: the office, connected to the engine.</summary>
public class OfficeFixture : AppFixture
{
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await StartOfficeAsync();
    }
}
