using Domi.Engine.Creditors;
using Domi.Engine.Mandates;
using Domi.Engine.PayLinks;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages;

/// <summary>The simulated payment provider: a page that is clearly a test, to approve, refuse or leave. Absent without the sandbox.</summary>
/// <remarks>A link ends once, so the form needs no nonce: a second post finds it ended.</remarks>
internal sealed class BankModel(PayInvoice pay, EngineDb db, CreditorKeys keys, DomiSettings settings, Texts texts) : HostedPage(texts)
{
    private string payPage = "";

    public string Token { get; private set; } = "";

    public PayLink Link { get; private set; } = null!; // set before the page is drawn

    public string BackTo => At(payPage);

    public async Task<IActionResult> OnGetAsync(string link, CancellationToken ct) => await ReadAsync(link, ct) ? Page() : NotFound();

    /// <summary>By paying a mandate is signed, whose account is the payer's.</summary>
    public bool AsksAccount => Link.MandateId is not null;

    public string? TypedIban { get; private set; } = "BE16 6453 4897 1174";

    public async Task<IActionResult> OnPostAsync(string link, string? outcome, string? iban, CancellationToken ct)
    {
        if (!await ReadAsync(link, ct)) return NotFound();
        if (outcome is not ("approve" or "refuse")) return Page();

        (Iban, SignerSession)? payer = null;
        if (AsksAccount && outcome == "approve")
        {
            TypedIban = iban;
            if (!Iban.TryParse(iban, out var account))
            {
                Errors["iban"] = T["refused.err_invalid_iban"];
                return Page();
            }

            payer = (account, new(Language, HttpContext.Connection.RemoteIpAddress?.ToString() ?? "", Request.Headers.UserAgent.ToString(), Link.CreatedAt));
        }

        try
        {
            await pay.EndAsync(link, outcome == "approve", ct, payer);
        }
        catch (RefusedException refused)
        {
            Refusal = T.Refused(refused);
            return Page();
        }

        return Redirect(At($"{payPage}?r={(outcome == "approve" ? "paid" : "refused")}"));
    }

    private async Task<bool> ReadAsync(string token, CancellationToken ct)
    {
        var hash = Secrets.HashOf(token);
        if (!settings.Sandbox.Enabled || await db.PayLinks.AsNoTracking().SingleOrDefaultAsync(l => l.TokenHash == hash, ct) is not { } link) return false;

        Creditor = (await CreditorFacts.ReadAsync(db, link.CreditorId, ct)).Creditor;
        var locale = link.InvoiceId is { } invoiceId ? await db.Invoices.Where(i => i.Id == invoiceId).Select(i => i.Locale).SingleAsync(ct) : link.Language;
        Speak(locale, await db.Customers.Where(c => c.Id == link.CustomerId).Select(c => c.Language).SingleOrDefaultAsync(ct));
        (Token, Link) = (token, link);
        payPage = link.PageTokenHash is null ? "/pay/" + keys.InvoiceToken(Creditor, link.InvoiceId!.Value) : MakeLink.PageOf(keys, Creditor, link);
        return true;
    }
}
