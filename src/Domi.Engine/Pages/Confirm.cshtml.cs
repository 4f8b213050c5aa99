using Domi.Engine.Creditors;
using Domi.Engine.Identity;
using Domi.Engine.Mandates;
using Domi.Engine.Profiles;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages;

/// <summary>Second step of signing: the text with all its facts, and the signature by code or by drawing.</summary>
internal sealed class ConfirmModel(SignMandate sign, SignElsewhere elsewhere, CoSign coSign, IdentityProviders providers, EngineDb db, CreditorKeys keys, StepNonces nonces, BusinessClock clock, Texts texts)
    : SigningPage(sign, db, keys, clock, texts)
{
    private const string Step = "sign";
    private const string Png = "data:image/png;base64,";

    public MandateText Wording { get; private set; } = null!; // set before the page is drawn

    public string Destination => MandateDocuments.Shorten(Mandate.CodeDestination) ?? "";

    public bool IsB2B => Mandate.Scheme is MandateScheme.B2B;

    /// <summary>A code is on its way that can still be typed.</summary>
    public bool AwaitsCode => Mandate.CodeHash is not null && Mandate.CodeAttempts < 5 && Mandate.CodeExpiresAt >= Clock.GetUtcNow();

    public bool MaySendCode => Mandate.CodesSent < 5;

    public bool Draws { get; private set; }

    /// <summary>What the profile offers this signer.</summary>
    public IReadOnlyList<string> Offered { get; private set; } = [];

    public bool OffersCode => Offered.Contains("email");

    public bool OffersDrawing => Offered.Contains("digisign");

    /// <summary>Ways that lead away from this page.</summary>
    public IReadOnlyList<string> Leaving => [.. Offered.Where(SignMethods.Elsewhere.Contains)];

    /// <summary>What the first of two signed is no longer what would be signed: then neither is this.</summary>
    public bool IsOutdated => IsCoSigner && !AgreementText.IsAsFirstSigned(Mandate, Profile, Creditor!, T);

    public bool IsPaperOnly => SignMethods.TakesPaperOnly(Profile, Mandate.DebtorAccount);

    /// <summary>The creditor's own terms, to be ticked.</summary>
    public string? Terms { get; private set; }

    public bool MustAgree => Terms is not null || Mandate.ContractHash is not null;

    public bool HasTicked { get; private set; }

    // Where the second signs nobody asks.
    private string? Place => IsCoSigner ? null : Mandate.DebtorCity;

    // What the first of two has signed is complete, also where he signed past these pages.
    private bool IsFilled => IsCoSigner || ((Mandate.DebtorAccount is not null || !AsksAccount) && Mandate is { CodeDestination: not null, DebtorStreet.Length: > 0, DebtorCity.Length: > 0 }
        && (Mandate.CoSigner is not null || Profile.CoSigning is not CoSigning.Required));

    public async Task<IActionResult> OnGetAsync(string token, CancellationToken ct)
    {
        if (!await ReadAsync(token, ct)) return NotFound();
        return CanBeSigned && IsFilled ? Draw() : Redirect(At($"/sign/{token}"));
    }

    public async Task<IActionResult> OnPostCodeAsync(string token, string? nonce, CancellationToken ct)
    {
        if (!await ReadAsync(token, ct)) return NotFound();
        if (!CanBeSigned || !IsFilled || !OffersCode) return Redirect(At($"/sign/{token}"));

        // A second post of the form, or one from a page that is out of date, sends no second code.
        if (nonces.Read(nonce, Mandate.Id, Step)?.Version != Mandate.Version) return Redirect(At($"/sign/{token}/mandate"));

        try
        {
            await Signing.SendCodeAsync(Mandate.Id, Mandate.CodeDestination!, Language, IsCoSigner, ct);
        }
        catch (RefusedException refused)
        {
            Errors["code"] = T.Refused(refused);
            return await ReadAgainAsync(ct) ? Draw() : NotFound();
        }
        catch (DbUpdateConcurrencyException)
        {
            // the other post sent it
        }

        return Redirect(At($"/sign/{token}/mandate") + "#code-way");
    }

    public async Task<IActionResult> OnPostAsync(string token, string? nonce, string? way, string? code, string? drawing, string? terms, string? leave, CancellationToken ct)
    {
        if (!await ReadAsync(token, ct)) return NotFound();
        if (!CanBeSigned || !IsFilled) return Redirect(At($"/sign/{token}"));

        // What is signed is what was shown: a page that is out of date is drawn again, and read again.
        if (nonces.Read(nonce, Mandate.Id, Step) is not { } shown || shown.Version != Mandate.Version || shown.TextHash != TextHashIn(shown.Language))
        {
            Refusal = T["sign.stale"];
            return Draw();
        }

        (Draws, HasTicked) = (way == "draw", terms == "true");
        if (MustAgree && !HasTicked && !(leave is not null && leave != SignMethods.Payment)) Errors["terms"] = T["sign.terms.missing"]; // who identifies himself ticks them there
        if (leave is not null) return await LeaveAsync(leave, nonce!, ct);
        if (Errors.Count > 0) return Draw();
        var session = new SignerSession(shown.Language, HttpContext.Connection.RemoteIpAddress?.ToString() ?? "", Request.Headers.UserAgent.ToString(), shown.ShownAt) { TextHash = shown.TextHash, IsCoSigner = IsCoSigner };
        try
        {
            if (Draws ? !OffersDrawing : !OffersCode) return Redirect(At($"/sign/{token}"));
            if (Draws) await DrawnAsync(drawing, session, Place, ct);
            else if (!AwaitsCode) Errors["code"] = Mandate.CodeHash is null ? T["sign.code.none"] : Dead();
            else if (DigitsOf(code) is not { Length: 6 } digits) Errors["code"] = T["sign.code.missing"];
            else await Signing.SignByCodeAsync(Mandate.Id, digits, session, Place, ct);
        }
        catch (RefusedException refused)
        {
            if (!await ReadAgainAsync(ct)) return NotFound();
            Errors[Draws ? "drawing" : "code"] = refused.Code == "code_wrong" ? Wrong() : T.Refused(refused);
        }
        catch (DbUpdateConcurrencyException)
        {
            if (!await ReadAgainAsync(ct)) return NotFound();
            if (!CanBeSigned) return Redirect(At($"/sign/{token}")); // two posts at once: one of them signed
            Errors[Draws ? "drawing" : "code"] = T["refused.changed_meanwhile"]; // the invoice was paid in another tab
        }

        if (Errors.Count > 0) return Draw();
        if (!await ReadAgainAsync(ct)) return NotFound();

        // A B2B mandate still needs something from the signer, who has to read it before leaving.
        return Redirect(At(ExitUrl is null || IsB2B ? $"/sign/{token}" : $"/sign/{token}/exit"));
    }

    /// <summary>The second signer does not sign.</summary>
    public async Task<IActionResult> OnPostDeclineAsync(string token, string? nonce, CancellationToken ct)
    {
        if (!await ReadAsync(token, ct)) return NotFound();
        if (!CanBeSigned || !IsCoSigner || nonces.Read(nonce, Mandate.Id, Step) is null) return Redirect(At($"/sign/{token}"));

        try
        {
            await coSign.DeclineAsync(Mandate.Id, ct);
        }
        catch (RefusedException refused)
        {
            Refusal = T.Refused(refused);
            return await ReadAgainAsync(ct) ? Draw() : NotFound();
        }
        catch (DbUpdateConcurrencyException)
        {
            // he signed, or declined, in another tab: the page says which
        }

        return Redirect(At($"/sign/{token}"));
    }

    private async Task<IActionResult> LeaveAsync(string method, string once, CancellationToken ct)
    {
        if (Errors.Count > 0) return Draw();
        if (!Leaving.Contains(method)) return Redirect(At($"/sign/{Token}/mandate"));

        try
        {
            return Redirect(At(await elsewhere.LeaveAsync(Mandate.Id, method, once, IsCoSigner, ct)));
        }
        catch (RefusedException refused)
        {
            Refusal = T.Refused(refused);
            return await ReadAgainAsync(ct) ? Draw() : NotFound();
        }
    }

    private async Task DrawnAsync(string? drawing, SignerSession session, string? place, CancellationToken ct)
    {
        var png = new byte[drawing?.Length ?? 0];
        if (string.IsNullOrEmpty(drawing)) Errors["drawing"] = T["sign.draw.missing"];
        else if (drawing.StartsWith(Png, StringComparison.Ordinal) && Convert.TryFromBase64String(drawing[Png.Length..], png, out var length))
            await Signing.SignByDrawingAsync(Mandate.Id, png[..length], session, place, ct);
        else Errors["drawing"] = T["refused.drawing_unreadable"];
    }

    protected override void HasRead()
    {
        Offered = SignMethods.Of(Profile, Mandate.DebtorAccount, Mandate.DebtorCountry, providers);
        if (IsCoSigner) Offered = IsOutdated ? [] : [.. Offered.Where(SignMethods.MayBeSecond)];
        Terms = AgreementText.TermsOf(Profile, Creditor!, Language);
        if (!OffersCode) Draws = true;
    }

    private string TextHashIn(string language) => AgreementText.HashOf(Mandate, Profile, Creditor!, T.In(language));

    private string Wrong() => (5 - Mandate.CodeAttempts) switch
    {
        <= 0 => Dead(),
        var left => T["sign.code.wrong", ("left", left)],
    };

    private string Dead() => Mandate.CodeAttempts >= 5 ? T["sign.code.dead"] : T["sign.code.expired"];

    private static string DigitsOf(string? code) => new([.. (code ?? "").Where(char.IsAsciiDigit)]);

    private IActionResult Draw()
    {
        if (!CanBeSigned || !IsFilled) return Redirect(At($"/sign/{Token}"));

        Wording = AgreementText.Of(Profile, Creditor!, T);
        Nonce = nonces.Of(Mandate.Id, Step, new(Mandate.Version, Clock.GetUtcNow(), Language) { TextHash = TextHashIn(Language) });
        return Page();
    }
}
