using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Security.Cryptography;
using Domi.BackOffice.Users;
using Domi.Platform;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Domi.BackOffice.Pages;

/// <summary>Password first, then the code of the second factor. A wrong password, an unknown address and a locked account look the same.</summary>
public sealed class SignInModel(SignIn signIn, Secrets secrets, Texts t) : PageModel
{
    private static readonly TimeSpan CodeWait = TimeSpan.FromMinutes(10);

    private static readonly TimeProvider Wall = TimeProvider.System;

    public sealed class Form
    {
        [Required, StringLength(254)]
        public string Email { get; set; } = "";

        [Required, StringLength(200)]
        public string Password { get; set; } = "";
    }

    public sealed class CodeForm
    {
        [Required, StringLength(12)]
        public string Code { get; set; } = "";
    }

    public Form Input { get; private set; } = new();

    public CodeForm Second { get; } = new();

    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    /// <summary>Says, sealed, who gave the right password and until when the code may follow.</summary>
    [BindProperty]
    public string? Ticket { get; set; }

    public bool AsksCode { get; private set; }

    public IActionResult OnGet() => User.Identity?.IsAuthenticated == true ? LocalRedirect("/") : Page();

    public async Task<IActionResult> OnPostAsync([Bind(Prefix = nameof(Input))] Form input, CancellationToken ct)
    {
        Input = input;
        if (!ModelState.IsValid) return Page();

        var (outcome, user) = await signIn.RunAsync(Input.Email, Input.Password, null, ct);
        switch (outcome)
        {
            case SignInOutcome.Done:
                return await EnterAsync(user!, ct);
            case SignInOutcome.NeedsCode:
                Ticket = secrets.Seal(string.Create(CultureInfo.InvariantCulture, $"sign-in|{user!.Id}|{user.SessionStamp}|{(Wall.GetUtcNow() + CodeWait).UtcTicks}"));
                return AskCode();
            default:
                ModelState.AddModelError("Input.Password", t["sign_in.wrong"]);
                return Page();
        }
    }

    public async Task<IActionResult> OnPostCodeAsync([Bind(Prefix = nameof(Second))] CodeForm second, CancellationToken ct)
    {
        if (!TryOpen(Ticket, out var id, out var stamp))
        {
            ModelState.Clear();
            ModelState.AddModelError("", t["sign_in.code_late"]);
            return Page();
        }

        if (!ModelState.IsValid) return AskCode();
        if (await signIn.ByCodeAsync(id, stamp, second.Code, ct) is { } user) return await EnterAsync(user, ct);

        ModelState.AddModelError("Second.Code", t["sign_in.code_wrong"]);
        return AskCode();
    }

    private PageResult AskCode()
    {
        AsksCode = true;
        ModelState.Remove(nameof(Ticket)); // what is shown is the new one, not the posted one
        return Page();
    }

    private async Task<IActionResult> EnterAsync(User user, CancellationToken ct)
    {
        await HttpContext.SignInAsync(await signIn.PrincipalAsync(user, null, ct));
        return Url.IsLocalUrl(ReturnUrl) ? LocalRedirect(ReturnUrl) : LocalRedirect("/");
    }

    private bool TryOpen(string? ticket, out Guid id, out string stamp)
    {
        (id, stamp) = (Guid.Empty, "");
        try
        {
            if (secrets.Open(ticket ?? "").Split('|') is not ["sign-in", var user, var seen, var until]) return false;
            stamp = seen;
            return Guid.TryParse(user, out id) && long.Parse(until, CultureInfo.InvariantCulture) > Wall.GetUtcNow().UtcTicks;
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return false;
        }
    }
}
