using System.Net;
using Domi.Engine.Creditors;
using Domi.Platform;
using Domi.Twikey;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Webhooks;

/// <summary>
/// Sends due webhooks, each at least once, as signed GETs. One at a time per destination, so that a dead address delays nobody else;
/// about one object only the oldest that is not delivered, so that its messages keep their order.
/// </summary>
internal sealed class DeliverWebhooks(EngineDb db, IHttpClientFactory sockets, Secrets secrets, BusinessClock clock) : IJob
{
    public const string Client = "webhooks";

    public static string Name => "deliver-webhooks";

    public static int Parallel => 8;

    public async Task<IReadOnlyList<DueWork>> DueAsync(DateTimeOffset now, int most, CancellationToken ct) =>
        await db.Deliveries.AsNoTracking().Where(d => d.DueAt <= now)
            .Where(d => !db.Deliveries.Any(o => o.ApiKeyId == d.ApiKeyId && o.ObjectKey == d.ObjectKey && o.DueAt != null && o.Id.CompareTo(d.Id) < 0))
            .OrderBy(d => d.DueAt).Take(most)
            .Select(d => new DueWork(d.Id.ToString(), d.Url, d.DueAt!.Value)).ToListAsync(ct);

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken ct) => await db.Deliveries.MinAsync(d => d.DueAt, ct);

    public async Task RunAsync(DueWork work, CancellationToken ct)
    {
        var id = Guid.Parse(work.Id);
        if (await db.Deliveries.SingleOrDefaultAsync(d => d.Id == id, ct) is not { } delivery || delivery.DueAt is null) return;

        var key = await db.ApiKeys.AsNoTracking().SingleOrDefaultAsync(k => k.Id == delivery.ApiKeyId && k.RevokedAt == null, ct);
        if (key is null) delivery.Delivered("the key was withdrawn", clock.GetUtcNow());
        else
        {
            var (taken, outcome) = await SendAsync(delivery, secrets.Open(key.KeySealed), ct);
            if (taken) delivery.Delivered(outcome, clock.GetUtcNow());
            else delivery.Missed(outcome, clock.GetUtcNow());
        }

        await db.SaveChangesAsync(CancellationToken.None);
    }

    private async Task<(bool Taken, string Outcome)> SendAsync(WebhookDelivery delivery, string apiKey, CancellationToken ct)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get,
                new Uri(delivery.Url + (delivery.Url.Contains('?', StringComparison.Ordinal) ? "&" : "?") + delivery.Query));
            if (request.RequestUri is not { Scheme: "https" } and not { IsLoopback: true }) return (false, "not an https address");
            var signed = request.RequestUri!.Query.TrimStart('?');
            request.Headers.Add("X-SIGNATURE", WebhookSignature.Compute(apiKey, Uri.UnescapeDataString(signed)));
            request.Headers.Add("X-DELIVERY", delivery.Id.ToString());
            using var response = await sockets.CreateClient(Client).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            return (response.IsSuccessStatusCode, ((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or UriFormatException
                                  || (e is TaskCanceledException && !ct.IsCancellationRequested))
        {
            return (false, e.Message.Length > 180 ? e.Message[..180] : e.Message);
        }
    }

    /// <summary>A handler for addresses that a user typed: only public ones; the sandbox also calls loopback.</summary>
    public static SocketsHttpHandler Handler(bool allowsLoopback)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(5) };
        OutgoingCalls.ToPublicOnly(handler, (_, address) => allowsLoopback && IPAddress.IsLoopback(address));
        return handler;
    }
}
