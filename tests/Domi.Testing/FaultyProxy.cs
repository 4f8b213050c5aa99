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

/// <summary>What goes wrong with a call on its way to the provider or back.</summary>
public enum Fault { None, ServerError, Html, Nothing, HalfAnswer, RateLimited, Unauthorised, LostAnswer, InProgress }

/// <summary>Stands between the office and the engine, passes calls on, and breaks those it is told to.</summary>
public sealed class FaultyProxy : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly HttpMessageInvoker http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

    private FaultyProxy(WebApplication app) => this.app = app;

    public Uri Url { get; private set; } = null!;

    /// <summary>Decides per call: method and path in, fault out.</summary>
    public Func<string, string, Fault> Decide { get; set; } = (_, _) => Fault.None;

    /// <summary>Rewrites an answer on its way back.</summary>
    public Func<string, string, string, string>? Rewrite { get; set; }

    /// <summary>Called when the provider has answered and the office has not heard of it yet.</summary>
    public Action<string, string> Passed { get; set; } = (_, _) => { };

    public ConcurrentQueue<(string Method, string Path)> Calls { get; } = new();

    public static async Task<FaultyProxy> StartAsync(Uri target)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var proxy = new FaultyProxy(app);
        app.Run(context => proxy.PassAsync(context, target));
        await app.StartAsync();
        proxy.Url = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return proxy;
    }

    private async Task PassAsync(HttpContext context, Uri target)
    {
        var (method, path) = (context.Request.Method, context.Request.Path.Value ?? "");
        Calls.Enqueue((method, path));
        var fault = Decide(method, path);
        switch (fault)
        {
            case Fault.ServerError:
                context.Response.StatusCode = 500;
                return;
            case Fault.Html:
                context.Response.ContentType = "text/html";
                await context.Response.WriteAsync("<html><body>Maintenance</body></html>");
                return;
            case Fault.Nothing:
                context.Abort();
                return;
            case Fault.RateLimited:
                context.Response.StatusCode = 429;
                context.Response.Headers["X-Rate-Limit-Retry-After-Seconds"] = "2";
                return;
            case Fault.Unauthorised:
                context.Response.StatusCode = 401;
                context.Response.Headers["ApiError"] = "err_no_login";
                await context.Response.WriteAsJsonAsync(new { message = "Not logged in" });
                return;
            case Fault.InProgress:
                context.Response.StatusCode = 400;
                context.Response.Headers["ApiError"] = "err_call_in_progress";
                context.Response.Headers["ApiErrorCode"] = "err_call_in_progress";
                await context.Response.WriteAsJsonAsync(new { code = "err_call_in_progress", message = "busy" });
                return;
        }

        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(target, path + context.Request.QueryString));
        if (context.Request.ContentLength > 0 || context.Request.Headers.TransferEncoding.Count > 0)
        {
            var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            request.Content = new ByteArrayContent(body.ToArray());
            request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
        }

        foreach (var (name, values) in context.Request.Headers)
            if (name is not ("Host" or "Content-Length" or "Content-Type" or "Transfer-Encoding" or "Connection"))
                request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        HttpResponseMessage answer;
        try
        {
            answer = await http.SendAsync(request, CancellationToken.None);
        }
        catch (HttpRequestException)
        {
            context.Abort(); // the provider is away
            return;
        }

        var content = await answer.Content.ReadAsByteArrayAsync();
        Passed(method, path);
        if (fault is Fault.LostAnswer)
        {
            context.Abort(); // done there, and never heard of here
            return;
        }

        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers)
            if (name is not ("Transfer-Encoding" or "Connection" or "Date" or "Server"))
                context.Response.Headers[name] = values.ToArray();
        if (answer.Content.Headers.ContentType is { } type) context.Response.ContentType = type.ToString();
        if (Rewrite is { } rewrite) content = System.Text.Encoding.UTF8.GetBytes(rewrite(method, path, System.Text.Encoding.UTF8.GetString(content)));
        if (answer.StatusCode is HttpStatusCode.NoContent) return;

        context.Response.ContentLength = content.Length;
        if (fault is Fault.HalfAnswer)
        {
            await context.Response.Body.WriteAsync(content.AsMemory(0, content.Length / 2));
            await context.Response.Body.FlushAsync();
            context.Abort();
            return;
        }

        await context.Response.Body.WriteAsync(content);
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await app.DisposeAsync();
    }
}
