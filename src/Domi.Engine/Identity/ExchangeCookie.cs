using System.Security.Cryptography;
using System.Text;
using Domi.Platform;
using Microsoft.AspNetCore.Http;

namespace Domi.Engine.Identity;

/// <summary>
/// Ties an exchange with an identity provider to the browser that began it: otherwise somebody who was sent the provider's address would
/// log in there for another, and sign what he never saw.
/// </summary>
/// <remarks>Source: RFC 6749, 10.12; RFC 9700, 4.7. The only cookie of the pages for debtors, and only on the way to a provider.</remarks>
internal static class ExchangeCookie
{
    /// <summary>Nobody needs longer at a provider; who does begins again.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    public static void Set(HttpContext http, PublicAddress address, string state) =>
        http.Response.Cookies.Append(NameAt(address), Secrets.HashOf(state), Of(address, Lifetime));

    /// <summary>Whether the browser that comes back with a state left with it. It is spent by asking.</summary>
    public static bool Take(HttpContext http, PublicAddress address, string state)
    {
        var kept = http.Request.Cookies[NameAt(address)];
        if (kept is not null) http.Response.Cookies.Delete(NameAt(address), Of(address, null));
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(kept ?? ""), Encoding.UTF8.GetBytes(Secrets.HashOf(state)));
    }

    private static string NameAt(PublicAddress address) => (IsHttps(address) ? "__Host-" : "") + "domi-exchange";

    // Lax: the way back is a link from the provider's site.
    private static CookieOptions Of(PublicAddress address, TimeSpan? lifetime) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = IsHttps(address), Path = "/", MaxAge = lifetime };

    private static bool IsHttps(PublicAddress address) => address.Url.Scheme == "https";
}
