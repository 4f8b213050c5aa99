using System.Net;
using System.Net.Sockets;

namespace Domi.Platform;

/// <summary>
/// Where calls to an address that a person typed may go: public addresses, so that nobody reaches an inner service through us. A name is
/// resolved once, and what was looked at is what is connected to.
/// </summary>
public static class OutgoingCalls
{
    /// <summary>Lets a handler connect to public addresses, and to what <paramref name="isTrusted"/> names.</summary>
    /// <param name="isTrusted">Host name and resolved address in; true where an inner address is meant.</param>
    public static void ToPublicOnly(SocketsHttpHandler handler, Func<string, IPAddress, bool> isTrusted) =>
        handler.ConnectCallback = async (context, ct) =>
        {
            var host = context.DnsEndPoint.Host;
            var allowed = await AllowedAsync(host, isTrusted, ct);
            if (allowed.Length == 0) throw new HttpRequestException($"{host} is not a public address.");

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
        };

    /// <summary>The addresses of a host that may be connected to; none when all of them are inner ones.</summary>
    /// <exception cref="SocketException">The name is not known.</exception>
    public static async Task<IPAddress[]> AllowedAsync(string host, Func<string, IPAddress, bool> isTrusted, CancellationToken ct) =>
        Array.FindAll(await Dns.GetHostAddressesAsync(host, ct), a => IsPublic(a) || isTrusted(host, a));

    /// <summary>An address of the web to which what is told goes encrypted, or does not leave this machine.</summary>
    public static bool StaysPrivate(Uri address) => address.Scheme == "https" || (address.Scheme == "http" && address.IsLoopback);

    /// <summary>Not this machine, not this network, not a range that is nobody's.</summary>
    /// <remarks>Source: IANA, IPv4 and IPv6 special-purpose address registries.</remarks>
    public static bool IsPublic(IPAddress address)
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
