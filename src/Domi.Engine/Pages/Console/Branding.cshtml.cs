using Domi.Engine.Creditors;
using Domi.Engine.Users;
using Domi.Platform;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Pages.Console;

/// <summary>How the creditor's hosted pages and mails look: logo, colour, and where they lead.</summary>
internal sealed class BrandingModel(Desk desk) : ConsolePage(desk)
{
    /// <summary>That of hosted.css.</summary>
    public const string HouseAccent = "0b5567";

    public override string Section => "settings";

    public Creditor Creditor { get; private set; } = null!; // set before the page is drawn

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (!Actor.May(ConsoleRole.Administrator)) return NotFound();
        Creditor = await Db.Creditors.AsNoTracking().SingleAsync(c => c.Id == Me, ct);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(IFormFile? logo, bool removeLogo, bool ownAccent, string? accent, string? supportUrl, string? thankYouUrl, CancellationToken ct)
    {
        if (!Actor.May(ConsoleRole.Administrator)) return NotFound();
        byte[]? drawn = null;
        try
        {
            if (logo is { Length: > 0 }) drawn = Logo.Draw(await ReadAsync(logo, ct)); // takes a while: before the transaction
        }
        catch (RefusedException refused)
        {
            TempData["Refused"] = T.Refused(refused);
            return LocalRedirect("/console/branding");
        }

        return await ActAsync(ConsoleRole.Administrator, "branding.change", async token =>
        {
            var creditor = await Db.Creditors.SingleAsync(c => c.Id == Me, token);
            if (drawn is not null) creditor.LogoHash = await Blob.KeepAsync(Db, drawn, "image/png", Clock.GetUtcNow(), token);
            else if (removeLogo) creditor.LogoHash = null;
            var colour = accent?.TrimStart('#').ToLowerInvariant();
            if (ownAccent && !Palette.IsColour(colour)) throw new RefusedException("err_invalid_params", "accent is no colour.", ("name", "accent"));
            creditor.Accent = ownAccent ? colour : null;
            creditor.SupportUrl = WebAddress.Read(supportUrl, "supportUrl");
            creditor.ThankYouUrl = WebAddress.Read(thankYouUrl, "thankYouUrl");
            return creditor.Name;
        }, "/console/branding", ct);
    }

    private static async Task<byte[]> ReadAsync(IFormFile file, CancellationToken ct)
    {
        if (file.Length > Logo.MostBytes) return []; // refused as any other file that is no logo
        using var content = new MemoryStream();
        await file.CopyToAsync(content, ct);
        return content.ToArray();
    }
}
