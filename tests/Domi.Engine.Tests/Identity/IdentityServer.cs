using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Domi.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Domi.Engine.Tests.Identity;

/// <summary>
/// An identity provider by the book (OpenID Connect Core 1.0, RFC 7636): it knows its client, keeps each code for one exchange, and asks for the
/// verifier. What it tells can be bent, as somebody would who wants to be taken for another.
/// </summary>
internal sealed class IdentityServer : IAsyncDisposable
{
    public const string ClientId = "domi-engine";
    public const string ClientSecret = "s3cret/with:signs";

    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, (string Nonce, string Challenge, string ReturnTo)> codes = new();

    private IdentityServer(WebApplication app) => this.app = app;

    public Uri Url { get; private set; } = null!;

    public RsaSecurityKey Key { get; private set; } = NewKey();

    /// <summary>What the next ID token claims, beside what every one does.</summary>
    public Dictionary<string, object> Claims { get; } = [];

    /// <summary>What is told of the person when asked for.</summary>
    public Dictionary<string, string> Person { get; } = new() { ["sub"] = "person-1", ["name"] = "Ilse Goossens" };

    /// <summary>Bends the next ID token.</summary>
    public Func<SecurityTokenDescriptor, SecurityTokenDescriptor> Bend { get; set; } = token => token;

    public static RsaSecurityKey NewKey() => new(RSA.Create(2048)) { KeyId = Guid.CreateVersion7().ToString("n") };

    public static async Task<IdentityServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var server = new IdentityServer(app);
        app.MapGet("/.well-known/openid-configuration", () => Results.Json(new
        {
            issuer = server.Issuer,
            authorization_endpoint = server.Issuer + "/authorize",
            token_endpoint = server.Issuer + "/token",
            userinfo_endpoint = server.Issuer + "/person",
            jwks_uri = server.Issuer + "/keys",
            response_types_supported = new[] { "code" },
            subject_types_supported = new[] { "public" },
            id_token_signing_alg_values_supported = new[] { "RS256" },
            token_endpoint_auth_methods_supported = new[] { "client_secret_basic" },
        }));
        app.MapGet("/keys", () =>
        {
            var key = server.Key.Rsa.ExportParameters(includePrivateParameters: false);
            return Results.Json(new { keys = new[] { new { kty = "RSA", use = "sig", kid = server.Key.KeyId, n = Base64UrlEncoder.Encode(key.Modulus), e = Base64UrlEncoder.Encode(key.Exponent) } } });
        });
        app.MapPost("/token", (Delegate)server.ExchangeAsync);
        app.MapGet("/person", (HttpRequest request) => request.Headers.Authorization == "Bearer access-1" ? Results.Json(server.Person) : Results.Unauthorized());
        await app.StartAsync();
        server.Url = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return server;
    }

    private string Issuer => Url.AbsoluteUri.TrimEnd('/');

    /// <summary>What the engine is configured with to use it.</summary>
    public IdentitySettings Settings(string? accountClaim = null) => new() { Authority = Url, ClientId = ClientId, ClientSecret = ClientSecret, AccountClaim = accountClaim };

    public void RollKey() => Key = NewKey();

    /// <summary>The person confirms at the address he was sent to; answers the path he comes back by.</summary>
    public string Confirm(string address)
    {
        var asked = QueryHelpers.ParseQuery(new Uri(address).Query);
        Assert.StartsWith(Issuer + "/authorize?", address);
        Assert.Equal(("code", ClientId, "S256"), (asked["response_type"].ToString(), asked["client_id"].ToString(), asked["code_challenge_method"].ToString()));
        var code = Guid.CreateVersion7().ToString("n");
        codes[code] = (asked["nonce"].ToString(), asked["code_challenge"].ToString(), asked["redirect_uri"].ToString());
        return QueryHelpers.AddQueryString(new Uri(asked["redirect_uri"].ToString()).AbsolutePath, new Dictionary<string, string?> { ["code"] = code, ["state"] = asked["state"].ToString() });
    }

    /// <summary>The person declines; answers the path he comes back by.</summary>
    public static string Decline(string address, string error = "access_denied")
    {
        var asked = QueryHelpers.ParseQuery(new Uri(address).Query);
        return QueryHelpers.AddQueryString(new Uri(asked["redirect_uri"].ToString()).AbsolutePath, new Dictionary<string, string?> { ["error"] = error, ["state"] = asked["state"].ToString() });
    }

    private async Task<IResult> ExchangeAsync(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync();
        var client = $"{Uri.EscapeDataString(ClientId)}:{Uri.EscapeDataString(ClientSecret)}";
        if (http.Request.Headers.Authorization != "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(client))) return Results.Json(new { error = "invalid_client" }, statusCode: 401);
        if (form["grant_type"] != "authorization_code" || !codes.TryRemove(form["code"].ToString(), out var known) || form["redirect_uri"] != known.ReturnTo
            || Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))) != known.Challenge) return Results.Json(new { error = "invalid_grant" }, statusCode: 400);

        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var token = Bend(new()
        {
            Issuer = Issuer,
            Audience = ClientId,
            IssuedAt = now,
            NotBefore = now,
            Expires = now.AddMinutes(5),
            SigningCredentials = new(Key, SecurityAlgorithms.RsaSha256),
            Claims = new Dictionary<string, object>(Claims) { ["nonce"] = known.Nonce, ["sub"] = "person-1" },
        });
        return Results.Json(new { access_token = "access-1", token_type = "Bearer", id_token = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(token) });
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
