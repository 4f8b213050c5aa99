using System.Security.Cryptography;
using Domi.Engine.Users;
using Domi.Platform;
using Domi.Rendering;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using OtpNet;

namespace Domi.Engine.Pages.Console;

/// <summary>What a person may change of their own account: name, language, password and second factor.</summary>
internal sealed class MeModel(Desk desk, Secrets secrets) : ConsolePage(desk)
{
    public override string Section => "me";

    public string Email { get; private set; } = "";

    public string Name { get; private set; } = "";

    public string Language { get; private set; } = "";

    public bool HasTotp { get; private set; }

    /// <summary>While the second factor is being turned on: its key in groups of four, its picture, and the secret sealed until its first code was right.</summary>
    public string? Key { get; private set; }

    public string? QrSvg { get; private set; }

    public string? Kept { get; private set; }

    public async Task OnGetAsync(CancellationToken ct) => ShowUser(await UserAsync(ct));

    public async Task<IActionResult> OnPostAsync(string? name, string? language, CancellationToken ct)
    {
        var user = await UserAsync(ct);
        if (string.IsNullOrWhiteSpace(name) || name.Length > 140) return Refuse(T["refused.name_missing"]);
        (user.Name, user.Language) = (name.Trim(), Texts.LanguageOf(language));
        await Db.SaveChangesAsync(ct);
        TempData["Toast"] = T.In(user.Language)["console.saved"];
        return RedirectToPage();
    }

    public async Task<IActionResult> OnPostPasswordAsync(string? current, string? fresh, CancellationToken ct)
    {
        var user = await UserAsync(ct);
        if (!await HoldsAsync(user, current, ct)) return Refuse(T["console.wrong_password"]);
        try
        {
            user.SetPassword(fresh ?? "");
        }
        catch (RefusedException refused)
        {
            return Refuse(T.Refused(refused));
        }

        return await SavedAsync(user, ct);
    }

    public async Task<IActionResult> OnPostTotpStartAsync(CancellationToken ct)
    {
        var user = await UserAsync(ct);
        ShowUser(user);
        if (!HasTotp) Offer(user, Base32Encoding.ToString(KeyGeneration.GenerateRandomKey(20)));
        return Page();
    }

    public async Task<IActionResult> OnPostTotpAsync(string? code, string? kept, CancellationToken ct)
    {
        var user = await UserAsync(ct);
        if (user.TotpSealed is not null || Open(kept, user) is not { } secret) return RedirectToPage();
        if (code is not { Length: <= 12 } || !Users.SignIn.CodeHolds(secret, code, out _)) return Refuse(T["console.code_wrong"]);
        user.TurnOnTotp(secrets.Seal(secret));
        return await SavedAsync(user, ct);
    }

    public async Task<IActionResult> OnPostTotpOffAsync(string? current, CancellationToken ct)
    {
        var user = await UserAsync(ct);
        if (!await HoldsAsync(user, current, ct)) return Refuse(T["console.wrong_password"]);
        user.TurnOffTotp();
        return await SavedAsync(user, ct);
    }

    private Task<ConsoleUser> UserAsync(CancellationToken ct) => Db.ConsoleUsers.SingleAsync(u => u.Id == Actor.UserId, ct);

    private void ShowUser(ConsoleUser user) => (Email, Name, Language, HasTotp) = (user.Email, user.Name, user.Language, user.TotpSealed is not null);

    // Wrong passwords count here as at the door: a session that was left open is no way to try them out.
    private async Task<bool> HoldsAsync(ConsoleUser user, string? password, CancellationToken ct)
    {
        var holds = user.TryPassword(password is { Length: <= 200 } ? password : "", TimeProvider.System.GetUtcNow());
        await Db.SaveChangesAsync(ct);
        return holds;
    }

    // The stamp of the session changed: this one goes on, the others end.
    private async Task<IActionResult> SavedAsync(ConsoleUser user, CancellationToken ct)
    {
        await Db.SaveChangesAsync(ct);
        await HttpContext.SignInAsync(Users.SignIn.PrincipalOf(user));
        TempData["Toast"] = T["console.saved"];
        return RedirectToPage();
    }

    private RedirectToPageResult Refuse(string words)
    {
        TempData["Refused"] = words;
        return RedirectToPage();
    }

    private void Offer(ConsoleUser user, string secret)
    {
        var address = $"otpauth://totp/Domi%20Engine:{Uri.EscapeDataString(user.Email)}?secret={secret}&issuer=Domi%20Engine";
        (Key, QrSvg, Kept) = (string.Join(' ', secret.Chunk(4).Select(c => new string(c))), QrPicture.Svg(address, T["console.totp"]), secrets.Seal($"console-totp|{user.Id}|{secret}"));
    }

    private string? Open(string? text, ConsoleUser user)
    {
        try
        {
            return secrets.Open(text ?? "").Split('|') is ["console-totp", var id, var secret] && id == user.Id.ToString() ? secret : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
