using System.Net;
using System.Net.Http;
using Domi.Engine.Webhooks;
using Domi.Platform;

namespace Domi.Engine.Invoices;

/// <summary>The document that a client names by its address: fetched before anything is booked, from public addresses only.</summary>
internal static class FetchPdf
{
    private const int MostBytes = 10_000_000;

    /// <exception cref="RefusedException"><c>invalid_file</c>: it is not there, too large, or no PDF.</exception>
    public static async Task<byte[]> ReadAsync(IHttpClientFactory sockets, Uri url, CancellationToken ct)
    {
        try
        {
            var http = sockets.CreateClient(DeliverWebhooks.Client);
            http.MaxResponseContentBufferSize = MostBytes;
            using var answer = await http.GetAsync(url, ct);
            var content = answer.StatusCode is HttpStatusCode.OK ? await answer.Content.ReadAsByteArrayAsync(ct) : [];
            return content.AsSpan().StartsWith("%PDF-"u8) ? content : throw Refused($"{url} answers {(int)answer.StatusCode} and no PDF.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is TaskCanceledException && !ct.IsCancellationRequested))
        {
            throw Refused($"{url} cannot be read: {e.Message}");
        }
    }

    private static RefusedException Refused(string why) => new("invalid_file", why) { Field = "pdfUrl" };
}
