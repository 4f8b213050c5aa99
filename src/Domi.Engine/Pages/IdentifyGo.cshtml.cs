using Domi.Engine.Creditors;
using Domi.Engine.Identity;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;

namespace Domi.Engine.Pages;

/// <summary>On the way to the identity provider: leaving is a link, for a form may post to this origin only.</summary>
internal sealed class IdentifyGoModel(Identify identify, IdentityProviders providers, EngineDb db, Texts texts) : HostedPage(texts)
{
    public string Token { get; private set; } = "";

    public string MethodName { get; private set; } = "";

    public async Task<IActionResult> OnGetAsync(string token, CancellationToken ct)
    {
        if (await identify.FindAsync(token, ct) is not { } found) return NotFound();
        if (!identify.IsOpen(found) || identify.AwayWith(found) is not { } exchange || providers.Of(found.Method) is not { } provider) return Redirect(At($"/identify/{token}"));

        Creditor = (await CreditorFacts.ReadAsync(db, found.CreditorId, ct)).Creditor;
        Speak(found.Language);
        (Token, MethodName) = (token, T[$"identify.method.{found.Method}"]);
        try
        {
            ForwardTo = await provider.AddressAsync(exchange, ct);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or HttpRequestException)
        {
            return Redirect(At($"/identify/{token}?r=failed")); // nobody answers at the provider's address
        }

        return Page();
    }
}
