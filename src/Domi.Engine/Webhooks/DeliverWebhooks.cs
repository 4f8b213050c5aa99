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

    // One that hangs holds a place for ten seconds at a time: more places than there may be of those at once.
    public static int Parallel => 32;

    public async Task<IReadOnlyList<DueWork>> DueAsync(DateTimeOffset now, int most, CancellationToken ct)
    {
        // The oldest of each destination: a thousand that a dead one does not take must not hide those of a living one.
        var due = new List<DueWork>();
        while (due.Count < most)
        {
            var seen = due.ConvertAll(w => w.Key);
            var found = await Next.Where(d => d.DueAt <= now && !seen.Contains(d.Url)).OrderBy(d => d.DueAt).ThenBy(d => d.Id).Take(most)
                .Select(d => new DueWork(d.Id.ToString(), d.Url, d.DueAt!.Value)).ToListAsync(ct);
            due.AddRange(found.DistinctBy(w => w.Key));
            if (found.Count < most) break;
        }

        return due;
    }

    public async Task<DateTimeOffset?> NextDueAsync(CancellationToken ct) => await Next.MinAsync(d => d.DueAt, ct);

    /// <summary>Of each object the oldest that is not delivered: the others wait for it, whatever they are due at.</summary>
    private IQueryable<WebhookDelivery> Next => db.Deliveries.AsNoTracking().Where(d => d.DueAt != null
        && !db.Deliveries.Any(o => o.ApiKeyId == d.ApiKeyId && o.ObjectKey == d.ObjectKey && o.DueAt != null && o.Id.CompareTo(d.Id) < 0));

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
            if (!OutgoingCalls.StaysPrivate(request.RequestUri!)) return (false, "not an https address");
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
