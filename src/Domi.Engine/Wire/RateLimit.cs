using System.Collections.Concurrent;
using System.Globalization;
using Domi.Platform;
using Microsoft.AspNetCore.Http;

namespace Domi.Engine.Wire;

/// <summary>
/// The reads that look up single objects are limited per key and minute, on each node: a client that polls details instead of reading its
/// feeds is slowed down, nobody else.
/// </summary>
/// <remarks>Source: Twikey API, "RateLimited": <c>X-Rate-Limit-Remaining</c>, and at zero 429 with <c>X-Rate-Limit-Retry-After-Seconds</c>.</remarks>
internal sealed class RateLimit(RequestDelegate next, DomiSettings settings)
{
    private static readonly string[] Limited =
    [
        "mandate/detail", "mandate/pdf", "mandate/query", "subscription/", "transaction/detail", "transaction/query", "collect", "collect/query", "invoice/", "payment/link", "transfer/detail", "transfer/complete",
    ];

    // Feeds and batches are read as often as there is news.
    private static readonly string[] Free = ["invoice/payment/feed", "invoice/bulk", "payment/link/feed"];

    private readonly ConcurrentDictionary<(Guid Key, long Minute), int> reads = new();

    public async Task InvokeAsync(HttpContext context)
    {
        if (HttpMethods.IsGet(context.Request.Method) && context.Items[typeof(Caller)] is Caller caller && IsLimited(context.Request.Path))
        {
            var now = TimeProvider.System.GetUtcNow();
            var minute = now.ToUnixTimeSeconds() / 60;
            if (reads.Count > 10_000)
                foreach (var old in reads.Keys.Where(k => k.Minute < minute)) reads.TryRemove(old, out _);
            var left = settings.ReadsPerMinute - reads.AddOrUpdate((caller.ApiKeyId, minute), 1, (_, count) => count + 1);
            if (left < 0)
            {
                context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
                context.Response.Headers["X-Rate-Limit-Retry-After-Seconds"] = (60 - (now.ToUnixTimeSeconds() % 60)).ToString(CultureInfo.InvariantCulture);
                return;
            }

            context.Response.Headers["X-Rate-Limit-Remaining"] = left.ToString(CultureInfo.InvariantCulture);
        }

        await next(context);
    }

    private static bool IsLimited(PathString path)
    {
        var operation = path.Value!.Trim('/')["creditor".Length..].Trim('/').ToLowerInvariant();
        return !Free.Contains(operation) && Limited.Any(l => l.EndsWith('/') ? operation.StartsWith(l, StringComparison.Ordinal) : operation == l);
    }
}
