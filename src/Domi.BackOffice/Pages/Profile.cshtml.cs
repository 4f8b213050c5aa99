using System.ComponentModel.DataAnnotations;
using Domi.BackOffice.Users;
using Domi.Platform;
using Domi.Rendering;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using OtpNet;

namespace Domi.BackOffice.Pages;

/// <summary>What a person may change of their own account: name, language, password and second factor.</summary>
public sealed class ProfileModel(OfficeDb db, SignIn signIn, Secrets secrets, Actor actor, Texts t) : PageModel
{
    public sealed class Form
    {
        [Required, StringLength(140)]
        public string Name { get; set; } = "";

        public string Language { get; set; } = "";
    }

    public sealed class PasswordForm
    {
        [Required, StringLength(200)]
        public string Current { get; set; } = "";

        [Required, StringLength(200)]
        public string Password { get; set; } = "";
    }

    public sealed class CodeForm
    {
        [Required, StringLength(12)]
        public string Code { get; set; } = "";

        /// <summary>The new secret, sealed, until its first code was right.</summary>
        public string Sealed { get; set; } = "";
    }

    public sealed class StopForm
    {
        [Required, StringLength(200)]
        public string Current { get; set; } = "";
    }

    public sealed record Company(Guid Id, string Name, bool IsCurrent);

    public Form Input { get; set; } = new();

    public PasswordForm Change { get; set; } = new();

    public CodeForm Totp { get; set; } = new();

    public StopForm Stop { get; set; } = new();

    public string Email { get; private set; } = "";

    public bool HasTotp { get; private set; }

    public IReadOnlyList<Company> Companies { get; private set; } = [];

    /// <summary>While the second factor is being turned on: its key in groups of four, and the picture of it.</summary>
    public string? Key { get; private set; }

    public string? QrSvg { get; private set; }

    public async Task OnGetAsync(CancellationToken ct)
    {
        var user = await UserAsync(ct);
        Input = new() { Name = user.Name, Language = user.Language };
        await ShowAsync(user, ct);
    }

    public async Task<IActionResult> OnPostAsync([Bind(Prefix = nameof(Input))] Form input, CancellationToken ct)
    {
        var user = await UserAsync(ct);
        Input = input;
        if (!Texts.Languages.Contains(input.Language)) ModelState.AddModelError("Input.Language", t["form.invalid"]);
        if (!ModelState.IsValid) return await ShowAsync(user, ct);

        (user.Name, user.Language) = (input.Name.Trim(), input.Language);
        await db.SaveChangesAsync(ct);
        TempData["Toast"] = t.In(user.Language)["common.changes_saved"];
        return RedirectToPage();
    }

    public async Task<IActionResult> OnPostPasswordAsync([Bind(Prefix = nameof(Change))] PasswordForm change, CancellationToken ct)
    {
        var user = await UserAsync(ct);
        Input = new() { Name = user.Name, Language = user.Language };
        if (ModelState.IsValid && await HoldsAsync(user, change.Current, "Change.Current", ct)
            && await ModelState.AcceptsAsync(t, () => SaveAsync(user, () => user.SetPassword(change.Password), ct), nameof(Change)))
        {
            await StayAsync(user, ct);
            TempData["Toast"] = t["profile.password_changed"];
            return RedirectToPage();
        }

        return await ShowAsync(user, ct);
    }

    public async Task<IActionResult> OnPostTotpStartAsync(CancellationToken ct)
    {
        var user = await UserAsync(ct);
        Input = new() { Name = user.Name, Language = user.Language };
        ModelState.Clear();
        if (user.TotpSealed is null) Offer(user, Base32Encoding.ToString(KeyGeneration.GenerateRandomKey(20)));
        return await ShowAsync(user, ct);
    }

    public async Task<IActionResult> OnPostTotpAsync([Bind(Prefix = nameof(Totp))] CodeForm totp, CancellationToken ct)
    {
        var user = await UserAsync(ct);
        Input = new() { Name = user.Name, Language = user.Language };
        if (user.TotpSealed is not null || Open(totp.Sealed, user) is not { } secret) return RedirectToPage();

        if (ModelState.IsValid && !Users.SignIn.CodeHolds(secret, totp.Code, out _)) ModelState.AddModelError("Totp.Code", t["sign_in.code_wrong"]);
        if (!ModelState.IsValid)
        {
            Offer(user, secret);
            return await ShowAsync(user, ct);
        }

        await SaveAsync(user, () => user.TurnOnTotp(secrets.Seal(secret)), ct);
        await StayAsync(user, ct);
        TempData["Toast"] = t["profile.totp_done"];
        return RedirectToPage();
    }

    public async Task<IActionResult> OnPostTotpOffAsync([Bind(Prefix = nameof(Stop))] StopForm stop, CancellationToken ct)
    {
        var user = await UserAsync(ct);
        Input = new() { Name = user.Name, Language = user.Language };
        if (!ModelState.IsValid || !await HoldsAsync(user, stop.Current, "Stop.Current", ct)) return await ShowAsync(user, ct);

        await SaveAsync(user, user.TurnOffTotp, ct);
        await StayAsync(user, ct);
        TempData["Toast"] = t["profile.totp_stopped"];
        return RedirectToPage();
    }

    private Task<User> UserAsync(CancellationToken ct) => db.Users.SingleAsync(u => u.Id == actor.UserId, ct);

    private async Task<PageResult> ShowAsync(User user, CancellationToken ct)
    {
        (Email, HasTotp) = (user.Email, user.TotpSealed is not null);
        Companies = await Users.SignIn.CompaniesOf(db, user).OrderBy(c => c.Name).Select(c => new Company(c.Id, c.Name, c.Id == actor.CompanyId)).Take(200).ToListAsync(ct);
        return Page();
    }

    // Wrong passwords count here as at the door: a session that was left open is no way to try them out.
    private async Task<bool> HoldsAsync(User user, string password, string field, CancellationToken ct)
    {
        var holds = user.TryPassword(password, TimeProvider.System.GetUtcNow());
        await db.SaveChangesAsync(ct);
        if (!holds) ModelState.AddModelError(field, t["profile.wrong_password"]);
        return holds;
    }

    private async Task SaveAsync(User user, Action change, CancellationToken ct)
    {
        change();
        db.Users.Update(user);
        await db.SaveChangesAsync(ct);
    }

    // The stamp of the session changed: this one goes on, the others end.
    private async Task StayAsync(User user, CancellationToken ct) => await HttpContext.SignInAsync(await signIn.PrincipalAsync(user, actor.CompanyId, ct));

    private void Offer(User user, string secret)
    {
        var address = $"otpauth://totp/Domi:{Uri.EscapeDataString(user.Email)}?secret={secret}&issuer=Domi";
        (Key, QrSvg, Totp.Sealed) = (string.Join(' ', secret.Chunk(4).Select(c => new string(c))), QrPicture.Svg(address, t["profile.totp_qr"]), secrets.Seal($"totp|{user.Id}|{secret}"));
        ModelState.Remove("Totp.Sealed");
    }

    private string? Open(string text, User user)
    {
        try
        {
            return secrets.Open(text).Split('|') is ["totp", var id, var secret] && id == user.Id.ToString() ? secret : null;
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }
}
