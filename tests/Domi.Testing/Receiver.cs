using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Domi.Testing;

/// <summary>A server of the other side: it keeps what it gets and answers what it is told.</summary>
public sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly SemaphoreSlim arrived = new(0);

    private Receiver(WebApplication app) => this.app = app;

    public Uri Url { get; private set; } = null!;

    public ConcurrentQueue<(string Query, string? Signature, string? Delivery)> Calls { get; } = new();

    public HttpStatusCode Answer { get; set; } = HttpStatusCode.OK;

    /// <summary>What it waits for before it answers.</summary>
    public Task Until { get; set; } = Task.CompletedTask;

    /// <summary>Waits for so many more calls.</summary>
    public async Task ReceivesAsync(int calls)
    {
        for (var i = 0; i < calls; i++)
            if (!await arrived.WaitAsync(TimeSpan.FromMinutes(2)))
                throw new TimeoutException($"{i} of {calls} calls came.");
    }

    public static async Task<Receiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var receiver = new Receiver(app);
        app.Run(async context =>
        {
            receiver.Calls.Enqueue((context.Request.QueryString.Value?.TrimStart('?') ?? "", context.Request.Headers["X-SIGNATURE"], context.Request.Headers["X-DELIVERY"]));
            receiver.arrived.Release();
            await receiver.Until;
            context.Response.StatusCode = (int)receiver.Answer;
        });
        await app.StartAsync();
        receiver.Url = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/hook");
        return receiver;
    }

    public ValueTask DisposeAsync()
    {
        arrived.Dispose();
        return app.DisposeAsync();
    }
}
