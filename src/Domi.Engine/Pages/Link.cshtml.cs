using Domi.Engine.Creditors;
using Domi.Engine.Mandates;
using Domi.Engine.PayLinks;
using Domi.Engine.Profiles;
using Domi.Platform;
using Domi.Rendering;
using Domi.Standards;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages;

/// <summary>The page of a payment link: its amount and the ways to pay it; of a template, a form that makes a link of one's own.</summary>
internal sealed class LinkModel(
    PayByLink pay, CreditorKeys keys, EngineDb db, DomiSettings settings, PublicAddress address, StepNonces nonces, BusinessClock clock, Texts texts) : HostedPage(texts)
{
    private const string Step = "link";

    private (Mandate Mandate, Profile Profile)? signs;

    public string Token { get; private set; } = "";

    public PayLink Link { get; private set; } = null!; // set before the page is drawn

    public IReadOnlyList<string> Methods { get; private set; } = [];

    /// <summary>What is signed by paying; null where nothing is.</summary>
    public MandateText? Wording { get; private set; }

    /// <summary>The creditor's own terms that go with it.</summary>
    public string? Terms { get; private set; }

    public string? Document { get; private set; }

    public string? QrSvg { get; private set; }

    public string Nonce { get; private set; } = "";

    public Guid NewId { get; private set; } = Guid.CreateVersion7();

    public string? TypedAmount { get; private set; }

    public string? TypedName { get; private set; }

    public string? TypedEmail { get; private set; }

    public bool MayBePaid => Link.MayBePaid(clock.GetUtcNow()) && Methods.Count > 0;

    public bool WasRefused => Request.Query["r"] == "refused" && Link.State is PayLinkState.Declined;

    public async Task<IActionResult> OnGetAsync(string token, CancellationToken ct)
    {
        if (!await ReadAsync(token, ct)) return NotFound();
        if (Link.State is PayLinkState.Created && MayBePaid) await pay.OpenAsync(Link.Id, ct);
        return Page();
    }

    public async Task<IActionResult> OnPostPayAsync(string token, string? method, string? nonce, CancellationToken ct)
    {
        if (!await ReadAsync(token, ct)) return NotFound();
        if (nonces.Read(nonce, Link.Id, Step) is not { } shown || Link.IsTemplate || !Methods.Contains(method ?? "")) return Redirect(At($"/payment/tr_{token}"));

        // What is signed by paying is what was shown.
        if (signs is not null && shown.TextHash != TextHashIn(shown.Language))
        {
            Refusal = T["sign.stale"];
            return Page();
        }

        try
        {
            return Redirect(At($"/payment/tr_{token}/go/{await pay.StartAsync(Link.Id, method!, nonce!, ct, shown)}"));
        }
        catch (RefusedException refused)
        {
            Refusal = T.Refused(refused);
            return await ReadAsync(token, ct) ? Page() : NotFound(); // it was paid meanwhile: the page shows it
        }
    }

    public async Task<IActionResult> OnPostFillAsync(string token, string? amount, string? name, string? email, Guid? id, string? nonce, CancellationToken ct)
    {
        if (!await ReadAsync(token, ct)) return NotFound();
        if (nonces.Read(nonce, Link.Id, Step) is null || !Link.IsTemplate || !MayBePaid) return Redirect(At($"/payment/tr_{token}"));

        (TypedAmount, TypedName, TypedEmail, NewId) = (amount, name?.Trim(), email?.Trim(), id ?? NewId);
        var wanted = Link.Amount;
        if (wanted == 0 && !ReadAmount(amount, out wanted)) Errors["amount"] = T["field.amount.invalid"];
        if (string.IsNullOrEmpty(TypedName) || TypedName.Length > 70) Errors["name"] = T["field.name.missing"];
        if (TypedEmail is null || !SendMails.IsAddress(TypedEmail)) Errors["email"] = T["field.email.wrong"];
        if (Errors.Count > 0) return Page();

        return Redirect(At("/payment/tr_" + await pay.FromTemplateAsync(NewId, Link, wanted, TypedName!, TypedEmail!, Language, ct)));
    }

    // A comma or a dot, and nothing that could be read in two ways.
    private static bool ReadAmount(string? text, out decimal amount)
    {
        amount = 0;
        var plain = (text ?? "").Trim().Replace(',', '.');
        return plain.Count(c => c == '.') <= 1 && (!plain.Contains('.', StringComparison.Ordinal) || plain.Length - plain.IndexOf('.', StringComparison.Ordinal) <= 3)
            && decimal.TryParse(plain, System.Globalization.NumberStyles.AllowDecimalPoint, System.Globalization.CultureInfo.InvariantCulture, out amount) && amount is > 0 and <= 999_999.99m;
    }

    private string TextHashIn(string language) => signs is var (mandate, profile) ? AgreementText.HashOf(mandate, profile, Creditor!, T.In(language)) : "";

    private async Task<bool> ReadAsync(string token, CancellationToken ct)
    {
        if (await pay.FindAsync(token, ct) is not { } link) return false;

        (Token, Link) = (token, link);
        var facts = await CreditorFacts.ReadAsync(db, link.CreditorId, ct);
        (Creditor, Voice) = (facts.Creditor, link.ProfileId is { } of ? facts.ProfileOf(of) : null);
        Speak(link.Language);
        var mandate = link.MandateId is { } id ? await db.Mandates.AsNoTracking().SingleOrDefaultAsync(m => m.Id == id, ct) : null;
        if (mandate is { State: MandateState.Prepared } && facts.ProfileOf(mandate.ProfileId) is var signed)
        {
            signs = (mandate, signed);
            (Wording, Terms, Document) = (AgreementText.Of(signed, Creditor, T), AgreementText.TermsOf(signed, Creditor, Language), AgreementText.DocumentPath(keys, Creditor, mandate));
        }

        // A card is registered by paying with it.
        Methods = !settings.Sandbox.Enabled ? [] : mandate is { Kind: AgreementKind.CreditCard } ? [PayInvoice.ByCard] : Voice is { } profile ? PayInvoice.MethodsOf(profile) : PayInvoice.Methods;
        Nonce = nonces.Of(link.Id, Step, new(link.Version, clock.GetUtcNow(), Language) { TextHash = TextHashIn(Language) });
        if (MayBePaid && !link.IsTemplate && Voice?.ShowsQr != false) QrSvg = QrPicture.Svg(address.Of("/payment/tr_" + token), T["pay.phone.title"]);
        if (MayBePaid && Request.Query["r"] == "stale") Refusal ??= T["sign.stale"];
        if (link.State is PayLinkState.Paid && Request.Query["r"] == "paid") ForwardTo = ThankYou.Of(link, Creditor, Language); // who looks later is not sent away
        return true;
    }
}
