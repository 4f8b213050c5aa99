using Domi.Engine.Creditors;
using Domi.Engine.Identity;
using Domi.Engine.Mandates;
using Domi.Platform;
using Domi.Standards;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages;

/// <summary>The simulated identity provider (itsme, eID, iDIN, eMachtiging, text message), clearly a test. Absent without the sandbox.</summary>
internal sealed class IdentifyModel(Identify identify, EngineDb db, StepNonces nonces, DomiSettings settings, BusinessClock clock, Texts texts) : HostedPage(texts)
{
    private const string Step = "identify";

    private Identification found = null!; // set before the page is drawn

    public string Token { get; private set; } = "";

    public string Nonce { get; private set; } = "";

    public Mandate? Mandate { get; private set; }

    public MandateText? Wording { get; private set; }

    public string MethodName => T[$"identify.method.{found.Method}"];

    public bool IsOpen => identify.IsOpen(found) && (found.MandateId is null || Mandate?.CanBeSigned(clock.GetUtcNow()) == true);

    public bool Succeeded => found.State is IdentificationState.Identified;

    public bool AsksAccount => Mandate is { DebtorAccount: null };

    public string? TypedName { get; private set; }

    public string? TypedIban { get; private set; }

    public async Task<IActionResult> OnGetAsync(string token, CancellationToken ct) => await ReadAsync(token, ct) ? Page() : NotFound();

    public async Task<IActionResult> OnPostAsync(string token, string? outcome, string? name, string? iban, string? nonce, CancellationToken ct)
    {
        if (!await ReadAsync(token, ct)) return NotFound();
        if (!IsOpen || outcome is not ("approve" or "refuse") || nonces.Read(nonce, found.Id, Step) is not { } shown) return Redirect(At($"/identify/{token}"));

        var claims = outcome == "approve" ? Claims(name, iban) : null;
        if (Errors.Count > 0) return Page();

        try
        {
            await identify.EndAsync(found.Id, claims, new(Language, HttpContext.Connection.RemoteIpAddress?.ToString() ?? "", Request.Headers.UserAgent.ToString(), shown.ShownAt), ct);
        }
        catch (RefusedException refused)
        {
            Refusal = T.Refused(refused);
            db.ChangeTracker.Clear();
            return await ReadAsync(token, ct) ? Page() : NotFound();
        }

        return Redirect(At($"/identify/{token}"));
    }

    private IdentityClaims? Claims(string? name, string? iban)
    {
        (TypedName, TypedIban) = (name?.Trim(), iban?.Trim());
        Iban? account = null;
        if (string.IsNullOrEmpty(TypedName) || TypedName.Length > 70) Errors["name"] = T["field.name.missing"];
        if (AsksAccount)
        {
            if (Iban.TryParse(TypedIban, out var read)) account = read;
            else Errors["iban"] = T["refused.err_invalid_iban"];
        }

        return Errors.Count > 0 ? null : new(TypedName!, account);
    }

    private async Task<bool> ReadAsync(string token, CancellationToken ct)
    {
        if (!settings.Sandbox.Enabled || await identify.FindAsync(token, ct) is not { } identification) return false;

        (Token, found) = (token, identification);
        Creditor = (await CreditorFacts.ReadAsync(db, found.CreditorId, ct)).Creditor;
        Mandate = found.MandateId is { } id ? await db.Mandates.AsNoTracking().SingleOrDefaultAsync(m => m.Id == id, ct) : null;
        Speak(found.Language);
        if (Mandate is { } mandate)
        {
            Wording = SepaMandateText.For(mandate.Scheme, Language, Creditor.Name);
            TypedName ??= mandate.DebtorName ?? (await db.Customers.AsNoTracking().SingleAsync(c => c.Id == mandate.CustomerId, ct)) switch { { CompanyName: null, FirstName: null, LastName: null } => null, var known => known.DisplayName };
        }

        Nonce = nonces.Of(found.Id, Step, new(0, clock.GetUtcNow(), Language));
        if (found is { RedirectUrl: { } shop, State: not IdentificationState.Started }) ForwardTo = shop;
        return true;
    }
}
