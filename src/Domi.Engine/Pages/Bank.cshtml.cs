using System.Globalization;
using Domi.Engine.Creditors;
using Domi.Engine.Mandates;
using Domi.Engine.PayLinks;
using Domi.Engine.Profiles;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages;

/// <summary>The simulated payment provider: a page that is clearly a test, to approve, refuse or leave. Absent without the sandbox.</summary>
/// <remarks>A link ends once, so the form needs no nonce: a second post finds it ended.</remarks>
internal sealed class BankModel(PayInvoice pay, EngineDb db, CreditorKeys keys, DomiSettings settings, BusinessClock clock, Texts texts) : HostedPage(texts)
{
    private string payPage = "";

    public string Token { get; private set; } = "";

    public PayLink Link { get; private set; } = null!; // set before the page is drawn

    public string BackTo => At(payPage);

    public async Task<IActionResult> OnGetAsync(string link, CancellationToken ct) => await ReadAsync(link, ct) ? Page() : NotFound();

    /// <summary>By paying a mandate is signed, whose account is the payer's.</summary>
    public bool AsksAccount => Link.MandateId is not null && !AsksCard;

    /// <summary>By paying a card is registered.</summary>
    public bool AsksCard { get; private set; }

    public string? TypedCard { get; private set; } = "4111 1111 1111 1111";

    public string? TypedExpiry { get; private set; }

    public string? TypedIban { get; private set; } = "BE16 6453 4897 1174";

    public async Task<IActionResult> OnPostAsync(string link, string? outcome, string? iban, string? card, string? expiry, CancellationToken ct)
    {
        if (!await ReadAsync(link, ct)) return NotFound();
        if (outcome is not ("approve" or "refuse")) return Page();

        PaidFrom? payer = null;
        if (Link.MandateId is not null && outcome == "approve")
        {
            (TypedIban, TypedCard, TypedExpiry) = (iban, card, expiry);
            Iban? account = null;
            if (AsksAccount)
            {
                if (Iban.TryParse(iban, out var read)) account = read;
                else Errors["iban"] = T["refused.err_invalid_iban"];
            }

            var registered = AsksCard ? ReadCard(card, expiry) : null;
            if (Errors.Count > 0) return Page();
            var shown = PayByLink.ShownOf(link);
            payer = new(account, registered, new(shown?.Language ?? Language, HttpContext.Connection.RemoteIpAddress?.ToString() ?? "", Request.Headers.UserAgent.ToString(), shown?.ShownAt ?? Link.CreatedAt) { TextHash = shown?.TextHash ?? "" });
        }

        try
        {
            await pay.EndAsync(link, outcome == "approve", ct, payer);
        }
        catch (RefusedException refused) when (refused.Code == "changed_meanwhile")
        {
            return Redirect(At($"{payPage}?r=stale")); // nothing was paid; there it is read again
        }
        catch (RefusedException refused)
        {
            Refusal = T.Refused(refused);
            return Page();
        }

        return Redirect(At($"{payPage}?r={(outcome == "approve" ? "paid" : "refused")}"));
    }

    // As at a real provider the number stays here: what is handed on is a token.
    private Card? ReadCard(string? number, string? expiry)
    {
        var digits = new string([.. (number ?? "").Where(char.IsAsciiDigit)]);
        if (digits.Length is < 5 or > 19 || (digits != "41111" && !IsLuhn(digits))) Errors["card"] = T["bank.card.wrong"];
        var parts = (expiry ?? "").Split('/', '-', ' ');
        var holds = parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var month) && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var year) && month is >= 1 and <= 12 && (year is >= 0 and < 100 or >= 2000 and < 2100);
        if (!holds) Errors["expiry"] = T["bank.expiry.wrong"];
        if (Errors.Count > 0) return null;

        var (m, y) = (int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
        var last = new DateOnly(y < 100 ? 2000 + y : y, m, 1).AddMonths(1).AddDays(-1);
        if (last < clock.Today) Errors["expiry"] = T["bank.expiry.past"];
        return new("tok_" + Secrets.NewToken()[..24], last, digits[^4..], digits[0] switch { '4' => "visa", '5' or '2' => "mastercard", '3' => "amex", _ => "maestro" }, null);
    }

    /// <remarks>Source: ISO/IEC 7812-1, annex B.</remarks>
    private static bool IsLuhn(string digits) => digits.Reverse().Select((c, i) => (c - '0') * (i % 2 + 1)).Sum(n => n > 9 ? n - 9 : n) % 10 == 0;

    private async Task<bool> ReadAsync(string token, CancellationToken ct)
    {
        var hash = Secrets.HashOf(token);
        if (!settings.Sandbox.Enabled || await db.PayLinks.AsNoTracking().SingleOrDefaultAsync(l => l.TokenHash == hash, ct) is not { } link) return false;

        Creditor = (await CreditorFacts.ReadAsync(db, link.CreditorId, ct)).Creditor;
        var locale = link.InvoiceId is { } invoiceId ? await db.Invoices.Where(i => i.Id == invoiceId).Select(i => i.Locale).SingleAsync(ct) : link.Language;
        Speak(locale, await db.Customers.Where(c => c.Id == link.CustomerId).Select(c => c.Language).SingleOrDefaultAsync(ct));
        (Token, Link) = (token, link);
        AsksCard = link.MandateId is { } mandate && await db.Mandates.AnyAsync(m => m.Id == mandate && m.Kind == AgreementKind.CreditCard, ct);
        payPage = link.PageTokenHash is null ? "/pay/" + keys.InvoiceToken(Creditor, link.InvoiceId!.Value) : MakeLink.PageOf(keys, Creditor, link);
        return true;
    }
}
