using System.Net;
using System.Net.Sockets;
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

    /// <summary>
    /// A handler that resolves once and refuses private ranges, so that an address typed by a user reaches no inner service; the
    /// sandbox also calls loopback.
    /// </summary>
    public static SocketsHttpHandler Handler(bool allowsLoopback) => new()
    {
        AllowAutoRedirect = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        ConnectCallback = async (context, ct) =>
        {
            var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, ct);
            var allowed = Array.FindAll(addresses, a => IsPublic(a) || (allowsLoopback && IPAddress.IsLoopback(a)));
            if (allowed.Length == 0) throw new HttpRequestException($"{context.DnsEndPoint.Host} is not a public address.");
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, ct);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };

    internal static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)) return false;
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            return !address.IsIPv6LinkLocal && !address.IsIPv6SiteLocal && !address.IsIPv6UniqueLocal && !address.IsIPv6Multicast;

        var b = address.GetAddressBytes();
        return b[0] switch
        {
            0 or 10 or 127 or >= 224 => false,
            100 when b[1] is >= 64 and <= 127 => false,
            169 when b[1] == 254 => false,
            172 when b[1] is >= 16 and <= 31 => false,
            192 when b[1] == 168 || (b[1] == 0 && b[2] == 0) => false,
            198 when b[1] is 18 or 19 => false,
            _ => true,
        };
    }
}
