using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Domi.Platform;

/// <summary>The sandbox's doors: open only from this machine, by its own name, and never through a proxy.</summary>
public static class Sandbox
{
    private static readonly string[] Forwarded = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via"];

    public static bool IsLocal(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is not { } peer || !IPAddress.IsLoopback(peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer)) return false;
        if (Forwarded.Any(context.Request.Headers.ContainsKey)) return false;

        var host = context.Request.Host.Host.Trim('[', ']');
        return host == "localhost" || (IPAddress.TryParse(host, out var named) && IPAddress.IsLoopback(named));
    }

    /// <summary>A group whose routes do not exist for anybody else, and whose changes come as JSON only.</summary>
    public static RouteGroupBuilder MapSandbox(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/sandbox");
        group.AddEndpointFilter(async (call, next) =>
        {
            var http = call.HttpContext;
            if (!IsLocal(http)) return Results.NotFound();
            if (HttpMethods.IsPost(http.Request.Method) && !http.Request.HasJsonContentType())
                return Results.Problem(statusCode: StatusCodes.Status415UnsupportedMediaType, title: "The sandbox reads JSON.");
            return await next(call);
        });
        return group;
    }

    /// <summary><c>POST /sandbox/clock {"advance":"1.00:00:00"}</c>: answers when nothing is due any more at the new time.</summary>
    public static void MapSandboxClock(this RouteGroupBuilder sandbox) =>
        sandbox.MapPost("clock", async (HttpContext http, JobRunner runner, BusinessClock clock, CancellationToken ct) =>
        {
            if (await ReadAsync(http, ct) is not { } body || SpanOf(body) is not { } by || by < TimeSpan.Zero || by > TimeSpan.FromDays(3700))
                return Results.Problem(statusCode: StatusCodes.Status400BadRequest, title: "Say {\"advance\":\"1.00:00:00\"}: days, and hours below 24, of at most ten years, forward.");

            await runner.AdvanceAsync(by, ct);
            return Results.Ok(new { now = clock.GetUtcNow(), offset = clock.Offset });
        });

    private static TimeSpan? SpanOf(JsonElement body)
    {
        try
        {
            return body.TryGetProperty("advance", out var advance) && advance.ValueKind is JsonValueKind.String
                && TimeSpan.TryParseExact(advance.GetString(), "c", System.Globalization.CultureInfo.InvariantCulture, out var by) ? by : null; // read freely, 24:00:00 would be days
        }
        catch (InvalidOperationException)
        {
            return null; // half a character
        }
    }

    /// <summary>The JSON object of a request, or null.</summary>
    public static async Task<JsonElement?> ReadAsync(HttpContext http, CancellationToken ct)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: ct);
            return document.RootElement.ValueKind is JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (Exception e) when (e is JsonException or BadHttpRequestException)
        {
            return null; // no JSON, torn off, or too large
        }
    }
}
