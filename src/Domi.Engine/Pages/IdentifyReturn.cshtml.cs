using Domi.Engine.Identity;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;

namespace Domi.Engine.Pages;

/// <summary>Where identity providers send people back to. The state says who it is, once, and only in the browser that left with it; what is believed is the provider's signed token.</summary>
internal sealed class IdentifyReturnModel(Identify identify, IdentityProviders providers, PublicAddress address, Texts texts) : HostedPage(texts)
{
    public async Task<IActionResult> OnGetAsync(string? state, string? code, string? error, CancellationToken ct)
    {
        if (state is not { Length: > 0 and <= 200 } || await identify.ReturnAsync(state, ct) is not { } back) return NotFound();

        var (found, exchange) = back;
        if (providers.Of(found.Method) is not { } provider) return NotFound();

        var page = At($"/identify/{exchange.Token}");
        var again = page + (page.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "r=";
        if (!ExchangeCookie.Take(HttpContext, address, state)) return Redirect(again + "failed"); // somebody who was sent there by another, or another browser of his own
        try
        {
            // Who declined there has declined; what else went wrong can be tried again.
            if (error is not null && error != "access_denied") return Redirect(again + "failed");
            var claims = error is null ? await provider.ReadAsync(code is { Length: > 0 and <= 4_000 } ? code : "", exchange, ct) : null;
            await identify.EndAsync(found.Id, claims, new(exchange.Language, HttpContext.Connection.RemoteIpAddress?.ToString() ?? "", Request.Headers.UserAgent.ToString(), exchange.ShownAt) { TextHash = exchange.TextHash ?? "" }, ct);
        }
        catch (RefusedException refused)
        {
            return Redirect(again + refused.Code switch { "changed_meanwhile" => "stale", "account_differs" => "account", _ => "failed" });
        }

        return Redirect(page);
    }
}
