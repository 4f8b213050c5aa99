using System.Net;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Domi.Twikey;

/// <summary>Registers the clients and what they share: sockets, retries, limits.</summary>
public static class TwikeyHttp
{
    /// <summary>Name of the shared HTTP client.</summary>
    public const string ClientName = "twikey";

    /// <summary>How long one attempt may take, answer included.</summary>
    public static readonly TimeSpan AttemptWait = TimeSpan.FromSeconds(30);

    /// <summary>The largest answer that is read, in bytes: a scanned mandate fits in.</summary>
    public const int AnswerLimitBytes = 20 * 1024 * 1024;

    /// <summary>How often a GET is repeated after trouble that may pass in seconds.</summary>
    public const int Retries = 2;

    /// <summary>Adds <see cref="TwikeyClients"/> as a singleton. The answer lets a host add its own handlers, such as an address filter.</summary>
    /// <param name="wallClock">Time for sessions, passwords and waits; the system's when absent. Never a business clock.</param>
    public static IHttpClientBuilder AddTwikeyClients(this IServiceCollection services, TimeProvider? wallClock = null)
    {
        var clock = wallClock ?? TimeProvider.System;
        services.AddSingleton(provider => new TwikeyClients(provider.GetRequiredService<IHttpClientFactory>(), clock));

        var builder = services.AddHttpClient(ClientName, http =>
        {
            http.DefaultRequestHeaders.UserAgent.ParseAdd($"Domi/{Version()}");
            http.Timeout = Timeout.InfiniteTimeSpan; // each attempt has its own
        });
        builder.ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // a redirect would carry the key or the token to where it points
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        });
        builder.AddResilienceHandler("reads", pipeline =>
        {
            pipeline.TimeProvider = clock;
            // Minutes and hours are the business of the caller's rows; and what changes something is never repeated here.
            pipeline.AddRetry(new HttpRetryStrategyOptions
            {
                MaxRetryAttempts = Retries,
                Delay = TimeSpan.FromSeconds(0.5),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldRetryAfterHeader = false, // a 429 is told to the caller, who knows what else waits
                ShouldHandle = static args => ValueTask.FromResult(MayPass(args)),
            });
            pipeline.AddTimeout(AttemptWait);
        });
        builder.AddHttpMessageHandler(() => new WholeAnswer());
        return builder;
    }

    private static bool MayPass(RetryPredicateArguments<HttpResponseMessage> args)
    {
        if (args.Context.GetRequestMessage()?.Method != HttpMethod.Get) return false;

        return args.Outcome switch
        {
            { Exception: HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } } => false,
            { Exception: HttpRequestException } => true,
            { Result.StatusCode: HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError } => true,
            _ => false,
        };
    }

    private static string Version() =>
        typeof(TwikeyHttp).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    /// <summary>Reads the answer to its end inside the attempt, so that time-out, retry and size limit cover the body too.</summary>
    private sealed class WholeAnswer : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            try
            {
                await response.Content.LoadIntoBufferAsync(AnswerLimitBytes, cancellationToken);
                return response;
            }
            catch (Exception e)
            {
                var status = response.StatusCode;
                response.Dispose();
                // A cut inside the body and a garbled compression are the same to a caller: half an answer.
                if (e is HttpRequestException or IOException or InvalidDataException)
                    throw new HalfAnswerException(status, e);
                throw;
            }
        }
    }
}

/// <summary>The answer began and did not end, or was larger than is read.</summary>
internal sealed class HalfAnswerException(HttpStatusCode status, Exception inner) : HttpRequestException(
    (inner as HttpRequestException)?.HttpRequestError ?? HttpRequestError.ResponseEnded, inner.Message, inner, status);
