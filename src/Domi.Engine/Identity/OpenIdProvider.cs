using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Domi.Engine.Pages;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Domi.Engine.Identity;

/// <summary>What goes out with a person and must come back with him: kept sealed, used once.</summary>
/// <param name="Token">Of the page he left.</param>
/// <param name="Account">Typed before he left, where the provider knows none.</param>
/// <param name="TextHash">Of the text that he agreed to there.</param>
internal sealed record Exchange(string Token, string State, string Nonce, string Verifier, DateTimeOffset ShownAt, string Language, string? Account, string? TextHash)
{
    public static Exchange Of(string token, ShownStep shown, Iban? account) =>
        new(token, Secrets.NewToken(), Secrets.NewToken(), Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(48)), shown.ShownAt, shown.Language, account?.Value, shown.TextHash);
}

/// <summary>An identity provider that speaks OpenID Connect: authorization code with PKCE, state and nonce; its ID token is believed by its signature.</summary>
/// <remarks>Source: OpenID Connect Core 1.0, 3.1; RFC 7636. Its metadata and keys are read when needed, and again when a key is new.</remarks>
internal sealed class OpenIdProvider
{
    // Signed by the provider's key pair: a shared secret would let whoever knows it speak for him.
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private static readonly TimeSpan RememberedFor = TimeSpan.FromHours(1);

    private readonly IdentitySettings settings;
    private readonly HttpClient http;
    private readonly string returnTo;
    private readonly HttpDocumentRetriever documents;
    private Known? known;

    private sealed record Known(OpenIdConnectConfiguration Metadata, long Until);

    public OpenIdProvider(IdentitySettings settings, HttpClient http, string returnTo)
    {
        (this.settings, this.http, this.returnTo) = (settings, http, returnTo);
        documents = new(http) { RequireHttps = !settings.Authority.IsLoopback };
    }

    /// <summary>It tells of which account the person is the holder.</summary>
    public bool KnowsAccounts => settings.AccountClaim is not null;

    /// <summary>Where the person goes.</summary>
    public async Task<string> AddressAsync(Exchange exchange, CancellationToken ct) => QueryHelpers.AddQueryString((await MetadataAsync(ct)).AuthorizationEndpoint, new Dictionary<string, string?>
    {
        ["response_type"] = "code",
        ["client_id"] = settings.ClientId,
        ["redirect_uri"] = returnTo,
        ["scope"] = settings.Scopes,
        ["state"] = exchange.State,
        ["nonce"] = exchange.Nonce,
        ["code_challenge"] = Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(exchange.Verifier))),
        ["code_challenge_method"] = "S256",
        ["ui_locales"] = exchange.Language,
    });

    /// <summary>What the provider vouches for, for the code it sent the person back with.</summary>
    /// <exception cref="RefusedException"><c>identity_unproven</c>: no answer, or one that does not hold.</exception>
    public async Task<IdentityClaims> ReadAsync(string code, Exchange exchange, CancellationToken ct)
    {
        try
        {
            var provider = await MetadataAsync(ct);
            using var answer = await http.SendAsync(Ask(provider, code, exchange), ct);
            if (!answer.IsSuccessStatusCode) throw Unproven($"the token endpoint answered {(int)answer.StatusCode}");
            var tokens = await answer.Content.ReadFromJsonAsync<JsonElement>(ct);
            if (TextOf(tokens, "id_token") is not { } idToken) throw Unproven("no ID token");

            var claims = await ValidateAsync(provider, idToken, exchange, ct);
            if (!claims.TryGetValue("sub", out var subject) || subject is not { Length: > 0 and <= 255 }) throw Unproven("no subject");
            var isWhole = claims.ContainsKey(settings.NameClaim) && (settings.AccountClaim is not { } claim || claims.ContainsKey(claim));
            if (!isWhole && provider.UserInfoEndpoint is { Length: > 0 } more && TextOf(tokens, "access_token") is { } access)
                foreach (var (name, value) in await MoreAsync(more, access, subject, ct)) claims.TryAdd(name, value);
            return new(NameOf(claims), AccountOf(claims) ?? (exchange.Account is { } typed ? Iban.Parse(typed) : null)) { Subject = subject };
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or IOException or InvalidOperationException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            throw Unproven(e.Message);
        }
    }

    private HttpRequestMessage Ask(OpenIdConnectConfiguration provider, string code, Exchange exchange)
    {
        var form = new Dictionary<string, string> { ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = returnTo, ["code_verifier"] = exchange.Verifier };
        var request = new HttpRequestMessage(HttpMethod.Post, provider.TokenEndpoint);
        if (provider.TokenEndpointAuthMethodsSupported.Count == 0 || provider.TokenEndpointAuthMethodsSupported.Contains("client_secret_basic"))
        {
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Uri.EscapeDataString(settings.ClientId)}:{Uri.EscapeDataString(settings.ClientSecret)}")));
        }
        else
        {
            (form["client_id"], form["client_secret"]) = (settings.ClientId, settings.ClientSecret);
        }

        request.Content = new FormUrlEncodedContent(form);
        return request;
    }

    private async Task<Dictionary<string, string>> ValidateAsync(OpenIdConnectConfiguration provider, string idToken, Exchange exchange, CancellationToken ct)
    {
        var result = await CheckAsync(provider, idToken);
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException)
        {
            // The provider may have changed its keys since they were read.
            known = null;
            result = await CheckAsync(await MetadataAsync(ct), idToken);
        }

        if (!result.IsValid) throw Unproven(result.Exception?.GetType().Name ?? "the ID token does not hold");
        if (!result.Claims.TryGetValue("nonce", out var nonce) || nonce is not string text || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(exchange.Nonce)))
            throw Unproven("another nonce");
        if (result.Claims.TryGetValue("azp", out var party) && party as string != settings.ClientId) throw Unproven("another party");
        return result.Claims.Where(c => c.Value is string).ToDictionary(c => c.Key, c => (string)c.Value, StringComparer.Ordinal);
    }

    private Task<TokenValidationResult> CheckAsync(OpenIdConnectConfiguration provider, string idToken) => new JsonWebTokenHandler().ValidateTokenAsync(idToken, new()
    {
        ValidIssuer = provider.Issuer,
        ValidAudience = settings.ClientId,
        IssuerSigningKeys = provider.SigningKeys,
        ValidAlgorithms = Algorithms,
        RequireSignedTokens = true,
        RequireExpirationTime = true,
        ClockSkew = TimeSpan.FromMinutes(1),
    });

    private async Task<Dictionary<string, string>> MoreAsync(string address, string access, string subject, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", access) } };
        using var answer = await http.SendAsync(request, ct);
        if (!answer.IsSuccessStatusCode) throw Unproven($"the person's data were answered {(int)answer.StatusCode}");
        var told = await answer.Content.ReadFromJsonAsync<JsonElement>(ct);
        if (TextOf(told, "sub") != subject) throw Unproven("the data are of another person");
        return told.EnumerateObject().Where(p => p.Value.ValueKind is JsonValueKind.String).ToDictionary(p => p.Name, p => p.Value.GetString()!, StringComparer.Ordinal);
    }

    private string NameOf(Dictionary<string, string> claims)
    {
        var name = claims.GetValueOrDefault(settings.NameClaim) ?? $"{claims.GetValueOrDefault("given_name")} {claims.GetValueOrDefault("family_name")}";
        name = string.Concat(name.Where(c => !char.IsControl(c))).Trim();
        if (name.Length == 0) throw Unproven("no name");
        return Shorten.To(140, name);
    }

    private Iban? AccountOf(Dictionary<string, string> claims) =>
        settings.AccountClaim is { } claim && claims.TryGetValue(claim, out var text) ? Iban.TryParse(text, out var account) ? account : throw Unproven("an account that is none") : null;

    // The library's own manager of metadata reads them anew in the background only, when the person is gone already.
    private async Task<OpenIdConnectConfiguration> MetadataAsync(CancellationToken ct)
    {
        if (known is { } kept && kept.Until > Environment.TickCount64) return kept.Metadata;

        var issuer = settings.Authority.AbsoluteUri.TrimEnd('/');
        var read = await OpenIdConnectConfigurationRetriever.GetAsync(issuer + "/.well-known/openid-configuration", documents, ct);
        if (read.Issuer?.TrimEnd('/') != issuer) throw new InvalidOperationException($"The metadata of {issuer} are those of {read.Issuer}."); // OpenID Connect Discovery 1.0, 4.3
        known = new(read, Environment.TickCount64 + (long)RememberedFor.TotalMilliseconds);
        return read;
    }

    private static string? TextOf(JsonElement json, string name) =>
        json.ValueKind is JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private static RefusedException Unproven(string why) => new("identity_unproven", string.Create(CultureInfo.InvariantCulture, $"The identity provider proves nothing: {why}."));
}

/// <summary>Who proves a person by a method: the provider that is configured for it, else in the sandbox a simulated one.</summary>
internal sealed class IdentityProviders(DomiSettings settings, IHttpClientFactory sockets, PublicAddress address)
{
    public const string Client = "identity";

    /// <summary>Where providers send people back to; they are told it beforehand.</summary>
    public const string ReturnPath = "/identify/return";

    private readonly Dictionary<string, Lazy<OpenIdProvider>> configured = settings.Identity.ToDictionary(
        i => i.Key, i => new Lazy<OpenIdProvider>(() => new(i.Value, sockets.CreateClient(Client), address.Of(ReturnPath))), StringComparer.Ordinal);

    public bool Serves(string method) => configured.ContainsKey(method) || settings.Sandbox.Enabled;

    /// <summary>Nobody outside is needed for it, or somebody is connected.</summary>
    public bool CanProve(string method) => method == "email" || Serves(method);

    /// <summary>Only the simulated provider takes payments at once.</summary>
    public bool TakesPayments => settings.Sandbox.Enabled;

    /// <summary>Null where it is simulated.</summary>
    public OpenIdProvider? Of(string method) => configured.GetValueOrDefault(method)?.Value;

    /// <exception cref="RefusedException"><c>err_no_integration</c>.</exception>
    public void Require(string method, string purpose)
    {
        if (!Serves(method)) throw new RefusedException("err_no_integration", $"Nothing is connected to {purpose} by {method}.") { Field = "method" };
    }
}
