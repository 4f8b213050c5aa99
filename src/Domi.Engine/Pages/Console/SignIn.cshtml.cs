using System.Globalization;
using System.Security.Cryptography;
using Domi.Engine.Users;
using Domi.Platform;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Domi.Engine.Pages.Console;

/// <summary>Password first, then the code of the second factor. A wrong password, an unknown address and a locked account look the same.</summary>
internal sealed class SignInModel(SignIn signIn, Secrets secrets, Texts t) : PageModel
{
    private static readonly TimeSpan CodeWait = TimeSpan.FromMinutes(10);

    public string? Email { get; private set; }

    public string? ReturnUrl { get; private set; }

    /// <summary>Says, sealed, who gave the right password and until when the code may follow.</summary>
    public string? Ticket { get; private set; }

    public bool AsksCode { get; private set; }

    public string? Wrong { get; private set; }

    public IActionResult OnGet(string? returnUrl)
    {
        ReturnUrl = returnUrl;
        return User.Identity?.IsAuthenticated == true ? LocalRedirect("/console") : Page();
    }

    public async Task<IActionResult> OnPostAsync(string? email, string? password, string? returnUrl, CancellationToken ct)
    {
        (Email, ReturnUrl) = (email, returnUrl);
        var (outcome, user) = email is { Length: <= 254 } && password is { Length: <= 200 } ? await signIn.RunAsync(email, password, ct) : (SignInOutcome.Wrong, null);
        switch (outcome)
        {
            case SignInOutcome.Done:
                return await EnterAsync(user!);
            case SignInOutcome.NeedsCode:
                Ticket = secrets.Seal(string.Create(CultureInfo.InvariantCulture, $"console|{user!.Id}|{user.SessionStamp}|{(TimeProvider.System.GetUtcNow() + CodeWait).UtcTicks}"));
                AsksCode = true;
                return Page();
            default:
                Wrong = t["console.sign_in_wrong"];
                return Page();
        }
    }

    public async Task<IActionResult> OnPostCodeAsync(string? code, string? ticket, string? returnUrl, CancellationToken ct)
    {
        (Ticket, ReturnUrl) = (ticket, returnUrl);
        if (!TryOpen(ticket, out var id, out var stamp))
        {
            Wrong = t["console.code_late"];
            return Page();
        }

        if (code is { Length: <= 12 } && await signIn.ByCodeAsync(id, stamp, code, ct) is { } user) return await EnterAsync(user);

        (AsksCode, Wrong) = (true, t["console.code_wrong"]);
        return Page();
    }

    private async Task<IActionResult> EnterAsync(ConsoleUser user)
    {
        await HttpContext.SignInAsync(Users.SignIn.PrincipalOf(user));
        return LocalRedirect(ReturnUrl is { } back && Url.IsLocalUrl(back) && back.StartsWith("/console", StringComparison.OrdinalIgnoreCase) ? back : "/console");
    }

    private bool TryOpen(string? ticket, out Guid id, out string stamp)
    {
        (id, stamp) = (Guid.Empty, "");
        try
        {
            if (secrets.Open(ticket ?? "").Split('|') is not ["console", var user, var seen, var until]) return false;
            stamp = seen;
            return Guid.TryParse(user, out id) && long.Parse(until, CultureInfo.InvariantCulture) > TimeProvider.System.GetUtcNow().UtcTicks;
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return false;
        }
    }
}
