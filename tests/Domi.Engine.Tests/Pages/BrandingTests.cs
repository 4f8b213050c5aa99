using System.Globalization;
using System.Net.Http.Headers;
using Domi.Engine.Creditors;
using Domi.Engine.Profiles;
using Domi.Engine.Tests.Console;
using Domi.Engine.Users;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using SkiaSharp;

namespace Domi.Engine.Tests.Pages;

public sealed class BrandingTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly Debtor debtor = new(app);

    [Fact]
    public void Of_any_colour_everything_that_is_written_can_be_read()
    {
        for (var red = 0; red < 256; red += 17)
            for (var green = 0; green < 256; green += 17)
                for (var blue = 0; blue < 256; blue += 17)
                {
                    var (light, dark) = Palette.Of($"{red:x2}{green:x2}{blue:x2}");
                    Hold(light, ["#ffffff", "#f5f3ef", "#faf9f6"], ["#1f1d1a", "#57524a", "#6d675d"]);
                    Hold(dark, ["#1c1b19", "#141312", "#232120"], ["#ece8e1", "#c0b9ae", "#a39b8f"]);
                }

        // The accent on all grounds, what is written on a button, also when it is pressed, and the inks of the house on the tint.
        static void Hold(Palette.Shades s, string[] grounds, string[] inks)
        {
            foreach (var ground in grounds.Append(s.Tint).Append(s.OnAccent)) Assert.True(Palette.Contrast(s.Accent, ground) >= 4.5, $"{s} on {ground}");
            Assert.True(Palette.Contrast(s.OnAccent, s.Pressed) >= 4.5, $"{s} pressed");
            foreach (var ink in inks) Assert.True(Palette.Contrast(ink, s.Tint) >= 4.5, $"{ink} on the tint of {s}");
        }
    }

    [Fact]
    public void A_readable_colour_stays_as_it_is() => Assert.Equal("#8a1c5b", Palette.Of("8a1c5b").Light.Accent);

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    public void A_logo_is_drawn_anew_and_fits(SKEncodedImageFormat format)
    {
        byte[] file = [.. Picture(1_200, 300, format), .. "<script>alert(1)</script>"u8];

        var logo = Logo.Draw(file);

        using var drawn = SKBitmap.Decode(logo);
        Assert.Equal((400, 100), (drawn.Width, drawn.Height));
        Assert.Equal(SKColors.Red, drawn.GetPixel(200, 50), Near);
        Assert.DoesNotContain("script", System.Text.Encoding.Latin1.GetString(logo));
    }

    [Fact]
    public void A_photograph_becomes_coarser_until_it_is_small()
    {
        var logo = Logo.Draw(Photograph());

        using var drawn = SKBitmap.Decode(logo);
        Assert.InRange(logo.Length, 4_000, 16_000);
        Assert.InRange(drawn.Width / (double)drawn.Height, 2.9, 3.1);
    }

    public static TheoryData<string> NoLogos => ["svg", "gif", "cut", "wide", "tiny", "large", "text"];

    [Theory]
    [MemberData(nameof(NoLogos))]
    public void What_is_no_picture_of_a_fair_size_is_refused(string kind)
    {
        var png = Picture(300, 100, SKEncodedImageFormat.Png);
        byte[] file = kind switch
        {
            "svg" => [.. "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100\" height=\"100\"><script>alert(1)</script></svg>"u8],
            "gif" => [.. "GIF89a"u8, .. new byte[200]],
            "cut" => Photograph()[..20_000],
            "wide" => Picture(4_097, 20, SKEncodedImageFormat.Png),
            "tiny" => Picture(8, 8, SKEncodedImageFormat.Png),
            "large" => [.. png, .. new byte[1_000_001]],
            _ => [.. png[..8], .. "is only the beginning of a picture, nothing of it can be drawn at all"u8],
        };

        Assert.Equal("logo_unreadable", Assert.Throws<RefusedException>(() => Logo.Draw(file)).Code);
    }

    [Fact]
    public async Task What_the_console_sets_stands_on_every_page_and_in_the_mails()
    {
        using var person = await Person.OfAsync(app);
        using var saved = await UploadAsync(person, Picture(400, 100, SKEncodedImageFormat.Png), ("ownAccent", "true"), ("accent", "#8A1C5B"), ("supportUrl", "https://help.example/faq"), ("thankYouUrl", "https://shop.example/{{type}}?s={{state}}"));
        Assert.Equal("/console/branding", saved.Headers.Location!.OriginalString);
        Assert.Contains("Branding changed", await person.GetAsync("/console/branding"));
        await SayAsync(new() { ["nl"] = new("Welkom <b>hier</b>", "Tot de volgende keer.", "KBO 0712.845.377\nBrussel") });

        var pay = await debtor.BookAsync("B-1");
        var sign = await debtor.ToSigningAsync(pay);
        var link = new Uri((await debtor.Creditor.TakenAsync(HttpMethod.Post, "/payment/link", ("title", "A link"), ("amount", "5"), ("ct", "1"), ("l", "nl"))).GetProperty("url").GetString()!).AbsolutePath;
        foreach (var path in new[] { pay, sign, link })
        {
            var raw = await debtor.Http.GetStringAsync(path);
            Assert.Matches("<link rel=\"stylesheet\" href=\"/brand/8a1c5b\\.css\\?v=[0-9a-f]{8}\">", raw);
            Assert.Matches("<img src=\"/brand/[0-9a-f]{64}\\.png\" alt=\"My company\">", raw);
            Assert.Contains("Welkom &lt;b&gt;hier&lt;/b&gt;", raw);
            Assert.Contains("KBO 0712.845.377", raw);
            Assert.Contains("https://help.example/faq", raw);
            Assert.DoesNotContain("Tot de volgende keer.", raw);
            Assert.DoesNotContain("style=", raw);
        }

        Assert.DoesNotContain("Welkom", await debtor.SeeAsync(pay + "?l=fr")); // nothing is said in a language that has no words
        using var css = await debtor.Http.GetAsync("/brand/8a1c5b.css");
        Assert.Equal(("text/css", "public, max-age=31536000, immutable"), (css.Content.Headers.ContentType!.MediaType, css.Headers.GetValues("Cache-Control").Single()));
        Assert.Contains("--accent: #8a1c5b", await css.Content.ReadAsStringAsync());
        using var logo = await debtor.Http.GetAsync("/brand/" + await LogoAsync() + ".png");
        Assert.Equal(("image/png", "nosniff"), (logo.Content.Headers.ContentType!.MediaType, logo.Headers.GetValues("X-Content-Type-Options").Single()));

        await debtor.SignAsync(sign, "b1@example.org");
        var mail = (await debtor.MailsAsync("b1@example.org"))[^1];
        Assert.Contains("src=\"cid:logo\"", mail.HtmlBody);
        Assert.Contains(mail.BodyParts, p => p.ContentId == "logo" && p.ContentType.MimeType == "image/png");
        Assert.Contains("background:#8a1c5b", mail.HtmlBody);
        Assert.Contains("KBO 0712.845.377", mail.TextBody);
        Assert.Contains("/my/", mail.TextBody); // the signed mandate comes with the way to the debtor's own page

        using var removed = await UploadAsync(person, null, ("removeLogo", "true"));
        using var gone = await debtor.Http.GetAsync("/brand/" + Blob.HashOf([]) + ".png");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        var plain = await debtor.Http.GetStringAsync(pay);
        Assert.DoesNotContain("/brand/", plain);
        Assert.DoesNotContain("help.example", plain);
        await SayAsync(null);
    }

    [Fact]
    public async Task A_document_is_no_logo_and_a_colour_is_six_digits()
    {
        await debtor.BookAsync("B-2", shape: i => i["pdf"] = Convert.ToBase64String("%PDF-1.4 not for everybody"u8.ToArray()));
        var hash = await app.ReadEngineAsync(db => db.Invoices.Where(i => i.Number == "B-2").Select(i => i.DocumentHash).SingleAsync());

        foreach (var path in new[] { $"/brand/{hash}.png", "/brand/12345.css", "/brand/red;}*{x.css" })
        {
            using var answer = await debtor.Http.GetAsync(path);
            Assert.Equal((path, HttpStatusCode.NotFound), (path, answer.StatusCode));
        }
    }

    [Fact]
    public async Task A_file_that_is_no_logo_changes_nothing_and_branding_is_an_administrators()
    {
        using var person = await Person.OfAsync(app, ConsoleRole.Administrator);
        using var user = await Person.OfAsync(app, ConsoleRole.User);
        Assert.Equal(HttpStatusCode.NotFound, await user.StatusAsync("/console/branding"));
        using var other = await UploadAsync(user, null, ("supportUrl", "https://user.example/"));
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);

        using var refused = await UploadAsync(person, "<svg onload=alert(1)>"u8.ToArray(), ("supportUrl", "https://evil.example/"));
        Assert.Contains("PNG or JPEG", await person.GetAsync("/console/branding"));
        using var scheme = await UploadAsync(person, null, ("supportUrl", "javascript:alert(1)"));
        Assert.Contains("callout bad", await person.GetAsync("/console/branding"));

        Assert.Null(await app.ReadEngineAsync(db => db.Creditors.Select(c => c.SupportUrl).SingleAsync()));
    }

    private static bool Near(SKColor one, SKColor other) => Math.Abs(one.Red - other.Red) < 8 && Math.Abs(one.Green - other.Green) < 8 && Math.Abs(one.Blue - other.Blue) < 8;

    /// <summary>No two points of it are alike: nothing is harder to make small.</summary>
    internal static byte[] Photograph()
    {
        using var bitmap = new SKBitmap(900, 300);
        var random = new Random(1);
        for (var y = 0; y < bitmap.Height; y++)
            for (var x = 0; x < bitmap.Width; x++) bitmap.SetPixel(x, y, new((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)));
        using var image = SKImage.FromBitmap(bitmap);
        return image.Encode(SKEncodedImageFormat.Jpeg, 80).ToArray();
    }

    private static byte[] Picture(int width, int height, SKEncodedImageFormat format)
    {
        using var bitmap = new SKBitmap(width, height);
        bitmap.Erase(SKColors.Red);
        using var image = SKImage.FromBitmap(bitmap);
        return image.Encode(format, 90).ToArray();
    }

    private Task<string?> LogoAsync() => app.ReadEngineAsync(db => db.Creditors.Select(c => c.LogoHash).SingleAsync());

    private Task<int> SayAsync(Dictionary<string, PageText>? texts) => app.ChangeProfilesAsync(p => p.PageTextsJson = texts is null ? null : PageTexts.Written(texts));

    private static async Task<HttpResponseMessage> UploadAsync(Person person, byte[]? logo, params (string Name, string Value)[] fields)
    {
        using var form = new MultipartFormDataContent { { new StringContent(await person.TokenAsync()), "form-token" } };
        foreach (var (name, value) in fields) form.Add(new StringContent(value), name);
        if (logo is not null) form.Add(new ByteArrayContent(logo) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } }, "logo", "logo.png");
        return await person.Http.PostAsync("/console/branding", form);
    }
}
