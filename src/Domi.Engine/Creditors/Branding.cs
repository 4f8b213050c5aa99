using Domi.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using SkiaSharp;

namespace Domi.Engine.Creditors;

/// <summary>A creditor's own look, for everybody to fetch: its colours and its logo. Addresses name the content, so browsers keep them.</summary>
internal static class Branding
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/brand/{accent:regex(^[0-9a-f]{{6}}$)}.css", (string accent, HttpContext http) =>
        {
            Keep(http);
            return Results.Text(Palette.Of(accent).Css(), "text/css; charset=utf-8");
        });
        app.MapGet("/brand/{hash:length(64)}.png", LogoAsync);
    }

    /// <summary>The address of a creditor's colours, which changes with what they are made of.</summary>
    public static string? ColoursOf(Creditor? creditor) => creditor?.Accent is { } accent ? $"/brand/{accent}.css?v={Blob.HashOf(System.Text.Encoding.UTF8.GetBytes(Palette.Of(accent).Css()))[..8]}" : null;

    public static string? LogoOf(Creditor? creditor) => creditor?.LogoHash is { } hash ? $"/brand/{hash}.png" : null;

    // Only what is a logo now: other contents have hashes too.
    private static async Task<IResult> LogoAsync(string hash, HttpContext http, EngineDb db, CancellationToken ct)
    {
        if (!await db.Creditors.AnyAsync(c => c.LogoHash == hash, ct) || await Blob.ReadAsync(db, hash, ct) is not { } png) return Results.NotFound();
        Keep(http);
        return Results.Bytes(png, "image/png");
    }

    private static void Keep(HttpContext http) => http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
}

/// <summary>Makes a logo of a picture that somebody uploads: it is drawn anew, so that nothing of the file itself is ever handed out.</summary>
internal static class Logo
{
    public const int MostBytes = 1_000_000;

    private const int MostPixels = 4_096;

    // Twice what pages and mails show, for fine screens.
    private const int Width = 400;
    private const int Height = 120;

    /// <summary>A page with everything has to stay below 60 kB: a photograph is shown coarser.</summary>
    private const int MostDrawnBytes = 16_000;

    /// <returns>A PNG of at most 400 × 120 points and 16 kB.</returns>
    /// <exception cref="RefusedException"><c>logo_unreadable</c>: no PNG or JPEG, of more than 1 MB or 4,096 points a side, or damaged.</exception>
    public static byte[] Draw(byte[] file)
    {
        if (file.Length is < 60 or > MostBytes || !IsPicture(file)) throw Unreadable();

        using var data = SKData.CreateCopy(file);
        using var codec = SKCodec.Create(data);
        if (codec is not { EncodedFormat: SKEncodedImageFormat.Png or SKEncodedImageFormat.Jpeg, Info: { Width: >= 16 and <= MostPixels, Height: >= 16 and <= MostPixels } info }) throw Unreadable();

        using var picture = new SKBitmap(new SKImageInfo(info.Width, info.Height, SKColorType.Rgba8888, SKAlphaType.Premul));
        if (codec.GetPixels(picture.Info, picture.GetPixels()) is not SKCodecResult.Success) throw Unreadable(); // half a picture is none

        for (var scale = Math.Min(1f, Math.Min(Width / (float)info.Width, Height / (float)info.Height)); ; scale *= .8f)
        {
            var png = Drawn(picture, Math.Max(1, (int)(info.Width * scale)), Math.Max(1, (int)(info.Height * scale)));
            if (png.Length <= MostDrawnBytes) return png;
        }
    }

    private static byte[] Drawn(SKBitmap picture, int width, int height)
    {
        using var drawn = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul));
        picture.ScalePixels(drawn, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        using var image = SKImage.FromBitmap(drawn);
        using var png = image.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }

    private static bool IsPicture(byte[] file) =>
        file.AsSpan(0, 8).SequenceEqual((ReadOnlySpan<byte>)[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) || file.AsSpan(0, 3).SequenceEqual((ReadOnlySpan<byte>)[0xff, 0xd8, 0xff]);

    private static RefusedException Unreadable() => new("logo_unreadable", "The logo is no PNG or JPEG of at most 1 MB and 4,096 points a side.") { Field = "logo" };
}
