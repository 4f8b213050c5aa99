using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Domi.Twikey.Tests;

/// <summary>A call as it arrived.</summary>
public sealed record Call(string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>A Twikey on a real port that says what a test wrote down, and clients that call it.</summary>
public sealed class ScriptedTwikey : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ServiceProvider services;
    private readonly ConcurrentDictionary<string, Queue<RequestDelegate>> script = new();
    private int tokens;

    private ScriptedTwikey(WebApplication app)
    {
        this.app = app;
        services = new ServiceCollection().AddLogging()
            .AddSingleton(Clock).AddTwikeyClients(Clock).Services.BuildServiceProvider();
        On("POST /creditor", GiveToken);
    }

    public TestClock Clock { get; } = new();

    public ConcurrentQueue<Call> Calls { get; } = new();

    public int Logins => Calls.Count(call => call is { Method: "POST", Target: "/creditor" });

    public TwikeyClients Clients => services.GetRequiredService<TwikeyClients>();

    public TwikeyConnection Connection { get; private set; } = null!; // set when the port is known

    public TwikeyClient Client => Clients.For(Connection);

    public static async Task<ScriptedTwikey> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        var app = builder.Build();
        var server = new ScriptedTwikey(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();

        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        server.Connection = new(Guid.CreateVersion7(), new Uri($"{address}/creditor"), "key-1", null);
        return server;
    }

    /// <summary>What a method and path answer, one after the other; the last one stays.</summary>
    public void On(string methodAndPath, params RequestDelegate[] answers) => script[methodAndPath] = new(answers);

    public static RequestDelegate Json(string body, params (string Name, string Value)[] headers) => Json(200, body, headers);

    public static RequestDelegate Json(int status, string body, params (string Name, string Value)[] headers) =>
        Say(status, "application/json", body, headers);

    public static RequestDelegate Say(int status, string? type, string body, params (string Name, string Value)[] headers) => async context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        foreach (var (name, value) in headers) context.Response.Headers[name] = value;
        if (body.Length > 0) await context.Response.WriteAsync(body);
    };

    public static RequestDelegate Refuse(string code, string extra = "") => Json(
        400, $$"""{"code":"{{code}}","message":"It is not possible","extra":"{{extra}}"}""", ("ApiError", code), ("ApiErrorCode", code));

    public static RequestDelegate NotLoggedIn => Json(401, """{"message":"Not logged in"}""");

    public Task GiveToken(HttpContext context)
    {
        var token = $"token-{Interlocked.Increment(ref tokens)}";
        return Json($$"""{"Authorization":"{{token}}"}""", ("Authorization", token), ("X-MERCHANT-ID", "4242"))(context);
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        await services.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var request = context.Request;
        Calls.Enqueue(new(
            request.Method,
            context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget,
            request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            await reader.ReadToEndAsync()));

        context.Response.Headers.Date = Clock.GetUtcNow().ToString("R");
        if (!script.TryGetValue($"{request.Method} {request.Path.Value}", out var answers))
        {
            await Say(404, "text/html", "<html>No such page</html>")(context);
            return;
        }

        RequestDelegate answer;
        lock (answers) answer = answers.Count > 1 ? answers.Dequeue() : answers.Peek();
        await answer(context);
    }
}
