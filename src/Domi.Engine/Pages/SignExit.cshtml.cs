using Domi.Engine.Creditors;
using Domi.Engine.Mandates;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;

namespace Domi.Engine.Pages;

/// <summary>On the way to the creditor's own page, with the signed outcome in the address.</summary>
internal sealed class SignExitModel(SignMandate sign, EngineDb db, CreditorKeys keys, BusinessClock clock, Texts texts)
    : SigningPage(sign, db, keys, clock, texts)
{
    public async Task<IActionResult> OnGetAsync(string token, CancellationToken ct)
    {
        if (!await ReadAsync(token, ct)) return NotFound();
        if (ExitUrl is not { } exit) return Redirect(At($"/sign/{token}"));

        ForwardTo = exit;
        return Page();
    }
}
