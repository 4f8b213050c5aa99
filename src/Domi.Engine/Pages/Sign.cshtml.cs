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
internal sealed class SignModel(SignMandate sign, EngineDb db, CreditorKeys keys, StepNonces nonces, BusinessClock clock, Texts texts)
    : SigningPage(sign, db, keys, clock, texts)
{
    private const string Step = "details";

    [BindProperty]
    public DetailsForm Form { get; set; } = new();

    public IReadOnlyList<(string Code, string Name)> Countries => SepaCountries.In(T);

    public bool IsB2B => Mandate.Scheme is MandateScheme.B2B;

    public IReadOnlyList<Question> Asked { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(string token, CancellationToken ct)
    {
        if (!await ReadAsync(token, ct)) return NotFound();
        if (!CanBeSigned) return Page();

        if (Mandate.OpenedAt is null) await Signing.OpenAsync(Mandate.Id, ct);
        (Form, Asked) = (Known(), Questions.Of(Profile, Mandate.AttributesJson));
        return Draw();
    }

    public async Task<IActionResult> OnPostAsync(string token, CancellationToken ct)
    {
        if (!await ReadAsync(token, ct)) return NotFound();
        if (!CanBeSigned) return Redirect(At($"/sign/{token}"));
        (Asked, var answers) = Questions.Read(Profile, Mandate.AttributesJson, Request.HasFormContentType ? Request.Form : FormCollection.Empty, T, Errors);
        if (nonces.Read(Form.Nonce, Mandate.Id, Step) is null)
        {
            Errors.Clear();
            Refusal = T["sign.stale"];
            return Draw();
        }

        if (Form.Read(T, IsB2B, AsksAccount, Errors) is not { } details) return Draw();

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
        Enterprise = EnterpriseNumber.TryParse(Customer.EnterpriseNumber, out var number) ? number.ToString() : Customer.EnterpriseNumber,
    };
}
