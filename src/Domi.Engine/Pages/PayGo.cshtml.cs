using Domi.Engine.Creditors;
using Domi.Engine.PayLinks;
using Domi.Platform;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages;

/// <summary>On the way to the payment provider: a page with a link, because a form may not lead away from this origin.</summary>
internal sealed class PayGoModel(PayInvoice pay, EngineDb db, DomiSettings settings, Texts texts) : HostedPage(texts)
{
    public string Token { get; private set; } = "";

    public string Method { get; private set; } = "";

    public async Task<IActionResult> OnGetAsync(string token, string link, CancellationToken ct)
    {
        if (!settings.Sandbox.Enabled || await pay.FindAsync(token, ct) is not { } invoice) return NotFound();

        var hash = Secrets.HashOf(link);
        if (await db.PayLinks.AsNoTracking().SingleOrDefaultAsync(l => l.InvoiceId == invoice.Id && l.TokenHash == hash, ct) is not { } started) return NotFound();
        if (!started.IsOpen) return Redirect(At($"/pay/{token}"));

        var facts = await CreditorFacts.ReadAsync(db, invoice.CreditorId, ct);
        (Creditor, Voice) = (facts.Creditor, facts.ProfileOf(invoice.ProfileId));
        var customer = await db.Customers.AsNoTracking().SingleAsync(c => c.Id == invoice.CustomerId, ct);
        Speak(invoice.Locale, customer.Language);
        (Token, Method, ForwardTo) = (token, T[$"method.{started.Method}"], At($"/simulator/{link}"));
        return Page();
    }
}
