using Microsoft.Extensions.Configuration;

namespace Domi.Platform;

public enum DatabaseProvider { Sqlite, Postgres }

/// <summary>What one installation is told from outside: appsettings, environment, command line.</summary>
/// <remarks>Every name is listed in docs/reference/configuration.md.</remarks>
public sealed record DomiSettings
{
    /// <summary><c>Domi__Data</c>: folder for databases, outbox, key file and render profiles.</summary>
    public string DataFolder { get; init; } = "data";

    public bool RunsOffice { get; init; } = true;

    public bool RunsEngine { get; init; } = true;

    /// <summary><c>Domi__Node</c>: name of this node; a newer start under the same name frees what the older one had claimed.</summary>
    public string Node { get; init; } = Environment.MachineName;

    public string? MasterKey { get; init; }

    /// <summary><c>Domi__TrustedProxies</c>: addresses whose forwarded headers count.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    public string EnvironmentName { get; init; } = "Production";

    public DatabaseProvider Provider { get; init; } = DatabaseProvider.Sqlite;

    public ModuleSettings Office { get; init; } = new() { Url = new("http://localhost:5080") };

    public ModuleSettings Engine { get; init; } = new() { Url = new("http://localhost:5081") };

    public AdminSettings Admin { get; init; } = new();

    public SandboxSettings Sandbox { get; init; } = new();

    /// <summary><c>Engine__Identity__itsme__Authority</c>…: who proves persons by a method.</summary>
    public IReadOnlyDictionary<string, IdentitySettings> Identity { get; init; } = new Dictionary<string, IdentitySettings>();

    /// <summary>Reads of single objects that one API key may make in a minute, on each node.</summary>
    public int ReadsPerMinute { get; init; } = 6_000;

    public MailSettings Mail { get; init; } = new();

    /// <summary><c>Twikey__PollingInterval</c>: how often the office asks the provider without being woken.</summary>
    public TimeSpan PollingInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary><c>Office__StatementFolder</c>: a folder with one of each own company, whose bank files are imported.</summary>
    public string? StatementFolder { get; init; }

    /// <summary>Off in tests that step the jobs by hand.</summary>
    public bool RunsWorkers { get; init; } = true;

    /// <summary>The sample firm is loaded at the first start.</summary>
    public bool LoadsSample { get; init; }

    /// <summary>Where the render worker is started from; null is this executable.</summary>
    public string? RenderWorker { get; init; }

    public bool IsDevelopment => EnvironmentName == "Development";

    public static DomiSettings Read(IConfiguration configuration, string environmentName)
    {
        var modules = (configuration["Domi:Modules"] ?? "office,engine").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (var module in modules)
            if (module is not ("office" or "engine"))
                throw new SettingsException($"Domi__Modules: '{module}' is neither 'office' nor 'engine'.");

        var data = Path.GetFullPath(Text("Domi:Data") ?? "data");
        var development = environmentName == "Development";
        var settings = new DomiSettings
        {
            DataFolder = data,
            RunsOffice = modules.Contains("office"),
            RunsEngine = modules.Contains("engine"),
            Node = Text("Domi:Node") ?? Environment.MachineName,
            MasterKey = Text("Domi:MasterKey"),
            TrustedProxies = (Text("Domi:TrustedProxies") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            EnvironmentName = environmentName,
            Provider = Text("Database:Provider")?.ToLowerInvariant() switch
            {
                null or "sqlite" => DatabaseProvider.Sqlite,
                "postgres" => DatabaseProvider.Postgres,
                var other => throw new SettingsException($"Database__Provider: '{other}' is neither 'sqlite' nor 'postgres'."),
            },
            Office = Module("Office", "http://localhost:5080"),
            Engine = Module("Engine", "http://localhost:5081"),
            Admin = new()
            {
                Email = Text("Office:Admin:Email"),
                Password = Text("Office:Admin:Password"),
                ApiKey = Text("Office:Admin:ApiKey"),
            },
            ReadsPerMinute = int.TryParse(Text("Engine:ReadsPerMinute") ?? "6000", System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var reads) && reads > 0
                ? reads : throw new SettingsException("Engine__ReadsPerMinute is a number above 0."),
            Sandbox = new()
            {
                Enabled = Flag("Engine:Sandbox:Enabled", development),
                ApiKey = Text("Engine:Sandbox:ApiKey"),
                PrivateKey = Text("Engine:Sandbox:PrivateKey"),
                WebsiteKey = Text("Engine:Sandbox:WebsiteKey"),
            },
            Identity = IdentitySettings.Methods.Where(m => Text($"Engine:Identity:{m}:Authority") is not null).ToDictionary(m => m, m => Provider($"Engine:Identity:{m}"), StringComparer.Ordinal),
            Mail = new()
            {
                Host = Text("Mail:Smtp:Host"),
                Port = Number("Mail:Smtp:Port", 587),
                User = Text("Mail:Smtp:User"),
                Password = Text("Mail:Smtp:Password"),
                Security = (Text("Mail:Smtp:Security") ?? "StartTls").ToLowerInvariant() switch
                {
                    "none" => SmtpSecurity.None,
                    "starttls" => SmtpSecurity.StartTls,
                    "tls" => SmtpSecurity.Tls,
                    _ => throw new SettingsException($"Mail__Smtp__Security: '{Text("Mail:Smtp:Security")}' is neither None, StartTls nor Tls."),
                },
                OutboxFolder = Path.GetFullPath(Text("Mail:Outbox") ?? Path.Combine(data, "outbox")),
            },
            PollingInterval = Span("Twikey:PollingInterval", TimeSpan.FromMinutes(1)),
            StatementFolder = Text("Office:StatementFolder") is { } folder ? Path.GetFullPath(folder) : null,
            LoadsSample = Flag("Domi:Sample", false),
            RunsWorkers = Flag("Domi:Workers", true),
            RenderWorker = Text("Domi:RenderWorker"),
        };
        settings.RefuseUnsafe();
        return settings;

        string? Text(string key) => string.IsNullOrWhiteSpace(configuration[key]) ? null : configuration[key]!.Trim();

        bool Flag(string key, bool otherwise) => Text(key) is not { } text
            ? otherwise
            : bool.TryParse(text, out var flag) ? flag : throw new SettingsException($"{Env(key)}: '{text}' is neither 'true' nor 'false'.");

        int Number(string key, int otherwise) => Text(key) is not { } text
            ? otherwise
            : int.TryParse(text, out var number) && number is > 0 and < 65536 ? number : throw new SettingsException($"{Env(key)}: '{text}' is not a port.");

        TimeSpan Span(string key, TimeSpan otherwise) => Text(key) is not { } text
            ? otherwise
            : TimeSpan.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var span) && span >= TimeSpan.FromSeconds(1)
                ? span
                : throw new SettingsException($"{Env(key)}: '{text}' is not a time span of at least one second (00:01:00).");

        IdentitySettings Provider(string section)
        {
            string Needed(string name) => Text($"{section}:{name}") ?? throw new SettingsException($"{Env(section)}__{name} is missing.");
            if (!Uri.TryCreate(Needed("Authority"), UriKind.Absolute, out var authority) || !OutgoingCalls.StaysPrivate(authority))
                throw new SettingsException($"{Env(section)}__Authority is no https address.");
            return new()
            {
                Authority = authority,
                ClientId = Needed("ClientId"),
                ClientSecret = Needed("ClientSecret"),
                Scopes = Text($"{section}:Scopes") ?? "openid profile",
                NameClaim = Text($"{section}:NameClaim") ?? "name",
                AccountClaim = Text($"{section}:AccountClaim"),
            };
        }

        ModuleSettings Module(string name, string url)
        {
            var address = Text($"{name}:Url") ?? url;
            if (!Uri.TryCreate(address, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https"))
                throw new SettingsException($"{name}__Url: '{address}' is not an http or https address.");
            return new()
            {
                Url = new Uri(parsed.GetLeftPart(UriPartial.Authority)),
                Listen = Text($"{name}:Listen"),
                ConnectionString = Text($"ConnectionStrings:{name}"),
            };
        }

        static string Env(string key) => key.Replace(":", "__", StringComparison.Ordinal);
    }

    /// <summary>Outside Development an installation without real secrets does not start.</summary>
    private void RefuseUnsafe()
    {
        if (IsDevelopment) return;

        if (MasterKey is null)
            throw new SettingsException("Domi__MasterKey is missing: set it to at least 32 characters that are kept apart from the backups.");
        if (MasterKey.Length < 32) throw new SettingsException("Domi__MasterKey is shorter than 32 characters.");
        foreach (var (name, runs, module) in new[] { ("Office", RunsOffice, Office), ("Engine", RunsEngine, Engine) })
            if (runs && module.Url.Scheme != "https")
                throw new SettingsException($"{name}__Url: a public address is https in production, not {module.Url}.");
        if (Sandbox.Enabled)
            throw new SettingsException("Engine__Sandbox__Enabled: the sandbox does not serve in production.");
    }
}

public sealed record ModuleSettings
{
    /// <summary>The public address: every link, QR code, webhook and exit address is built from it, never from a request.</summary>
    public Uri Url { get; init; } = new("http://localhost");

    /// <summary>Where to listen, if not at the host and port of <see cref="Url"/>: <c>http://127.0.0.1:8080</c>.</summary>
    public string? Listen { get; init; }

    public string? ConnectionString { get; init; }

    public string ListenAddress => Listen ?? $"http://{(Url.HostNameType == UriHostNameType.Dns && !Url.IsLoopback ? "0.0.0.0" : Url.Host)}:{Url.Port}";
}

public sealed record AdminSettings
{
    public string? Email { get; init; }

    public string? Password { get; init; }

    public string? ApiKey { get; init; }
}

public sealed record SandboxSettings
{
    public bool Enabled { get; init; }

    public string? ApiKey { get; init; }

    public string? PrivateKey { get; init; }

    public string? WebsiteKey { get; init; }
}

/// <summary>An identity provider that speaks OpenID Connect, for one method.</summary>
public sealed record IdentitySettings
{
    public static readonly IReadOnlyList<string> Methods = ["itsme", "eid", "idin", "emachtiging"];

    /// <summary>Its issuer's address; the metadata lie below it.</summary>
    public required Uri Authority { get; init; }

    public required string ClientId { get; init; }

    public required string ClientSecret { get; init; }

    public string Scopes { get; init; } = "openid profile";

    public string NameClaim { get; init; } = "name";

    /// <summary>Where it tells the person's account.</summary>
    public string? AccountClaim { get; init; }
}

/// <summary>How mail leaves the house: by SMTP when <see cref="Host"/> is set, else as files in the outbox folder.</summary>
public sealed record MailSettings
{
    public string? Host { get; init; }

    public int Port { get; init; } = 587;

    public string? User { get; init; }

    public string? Password { get; init; }

    public SmtpSecurity Security { get; init; } = SmtpSecurity.StartTls;

    public string OutboxFolder { get; init; } = "data/outbox";

    /// <summary>How long one dialogue may take before the mail is tried again.</summary>
    public TimeSpan DialogueWait { get; init; } = TimeSpan.FromMinutes(1);
}

/// <summary>How the way to the submission server is protected: not at all, by STARTTLS or not at all sent, by TLS from the first byte.</summary>
public enum SmtpSecurity { None, StartTls, Tls }

/// <summary>The installation is told something that cannot be; the program stops with this text.</summary>
public sealed class SettingsException(string message) : Exception(message);
