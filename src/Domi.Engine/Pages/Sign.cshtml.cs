using Domi.Engine.Creditors;
using Domi.Engine.Mandates;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages;

/// <summary>First step of signing: who signs, and for which account. Of a mandate that is not to be signed any more, how it stands.</summary>
internal sealed class SignModel(SignMandate sign, CoSign coSign, EngineDb db, CreditorKeys keys, StepNonces nonces, BusinessClock clock, Texts texts)
    : SigningPage(sign, db, keys, clock, texts)
{
    private const string Step = "details";
    private const string Other = "cosigner";

    public IReadOnlyList<(string Code, string Name)> Countries => SepaCountries.In(T);

    public bool IsB2B => Mandate.Scheme is MandateScheme.B2B;

    public IReadOnlyList<Question> Asked { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(string token, CancellationToken ct)
    {
        if (!await ReadAsync(token, ct)) return NotFound();
        if (!CanBeSigned) return State();
        if (IsCoSigner) return Redirect(At($"/sign/{token}/mandate")); // the details are the first signer's

        if (Mandate.OpenedAt is null) await Signing.OpenAsync(Mandate.Id, ct);
        (Form, Asked) = (Known(), Questions.Of(Profile, Mandate.AttributesJson));
        return Draw();
    }

    public async Task<IActionResult> OnPostAsync(string token, CancellationToken ct)
    {
        if (!await ReadAsync(token, ct)) return NotFound();
        if (!CanBeSigned || IsCoSigner) return Redirect(At($"/sign/{token}"));
        (Asked, var answers) = Questions.Read(Profile, Mandate.AttributesJson, Request.HasFormContentType ? Request.Form : FormCollection.Empty, T, Errors);
        if (nonces.Read(Form.Nonce, Mandate.Id, Step) is null)
        {
            Errors.Clear();
            Refusal = T["sign.stale"];
            return Draw();
        }

        if (Form.Read(T, IsB2B, AsksAccount, Profile.CoSigning, Errors) is not { } details) return Draw();

        try
        {
            await Signing.FillAsync(Mandate.Id, details with { Attributes = Asked.Count > 0 ? answers : null }, ct);
        }
        catch (RefusedException refused)
        {
            Refusal = T.Refused(refused);
            return await ReadAgainAsync(ct) ? Draw() : NotFound();
        }
        catch (DbUpdateConcurrencyException)
        {
            return Redirect(At($"/sign/{token}")); // a second post, or another tab, was faster
        }

        return Redirect(At($"/sign/{token}/mandate"));
    }

    /// <summary>The first signer names another second one, or a better address of him.</summary>
    public async Task<IActionResult> OnPostOtherAsync(string token, CancellationToken ct)
    {
        if (!await ReadAsync(token, ct)) return NotFound();
        if (!AwaitsOther) return Redirect(At($"/sign/{token}"));
        if (nonces.Read(Form.Nonce, Mandate.Id, Other)?.Version != Mandate.Version) return Redirect(At($"/sign/{token}")); // posted twice
        if (Form.ReadCoSigner(T, isNeeded: true, Mandate.Evidence?.Email, Errors) is not { } other) return State();

        try
        {
            await coSign.NameAnotherAsync(Mandate.Id, other, ct);
        }
        catch (RefusedException refused)
        {
            Refusal = T.Refused(refused);
            return await ReadAgainAsync(ct) ? State() : NotFound();
        }
        catch (DbUpdateConcurrencyException)
        {
            // the other post named him
        }

        return Redirect(At($"/sign/{token}"));
    }

    private PageResult State()
    {
        if (AwaitsOther) Nonce = nonces.Of(Mandate.Id, Other, new(Mandate.Version, Clock.GetUtcNow(), Language));
        return Page();
    }

    private PageResult Draw()
    {
        Form.Nonce = nonces.Of(Mandate.Id, Step, new(Mandate.Version, Clock.GetUtcNow(), Language));
        return Page();
    }

    private DetailsForm Known() => new()
    {
        Name = Mandate.DebtorName ?? (Customer is { CompanyName: null, FirstName: null, LastName: null } ? null : Customer.DisplayName),
        Street = Mandate.DebtorStreet is { Length: > 0 } street ? street : Customer.Street,
        Zip = Mandate.DebtorZip is { Length: > 0 } zip ? zip : Customer.Zip,
        City = Mandate.DebtorCity is { Length: > 0 } city ? city : Customer.City,
        Country = Mandate.DebtorCountry ?? Customer.Country ?? "BE",
        Email = Mandate.CodeDestination ?? Customer.Email,
        Iban = Mandate.DebtorAccount?.ToString(),
        CoSignerName = Mandate.CoSignerName,
        CoSignerEmail = Mandate.CoSignerEmail,
        Enterprise = EnterpriseNumber.TryParse(Customer.EnterpriseNumber, out var number) ? number.ToString() : Customer.EnterpriseNumber,
    };
}
