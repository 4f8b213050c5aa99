using Domi.Engine.Creditors;
using Domi.Engine.PayLinks;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;

namespace Domi.Engine.Pages;

/// <summary>On the way from a payment link to the payment provider.</summary>
internal sealed class LinkGoModel(PayByLink pay, EngineDb db, DomiSettings settings, Texts texts) : HostedPage(texts)
{
    public string Token { get; private set; } = "";

    public string Method { get; private set; } = "";

    public async Task<IActionResult> OnGetAsync(string token, string link, CancellationToken ct)
    {
        if (!settings.Sandbox.Enabled || await pay.FindAsync(token, ct) is not { } found || found.TokenHash != Secrets.HashOf(link)) return NotFound();
        if (!found.IsOpen) return Redirect(At($"/payment/tr_{token}"));

        var facts = await CreditorFacts.ReadAsync(db, found.CreditorId, ct);
        (Creditor, Voice) = (facts.Creditor, found.ProfileId is { } profile ? facts.ProfileOf(profile) : null);
        Speak(found.Language);
        (Token, Method, ForwardTo) = (token, T[$"method.{found.Method}"], At($"/simulator/{link}"));
        return Page();
    }
}
