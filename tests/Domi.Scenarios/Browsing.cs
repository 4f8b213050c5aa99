using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Domi.Scenarios;

/// <summary>The headless Chromium of the system: a clerk's screen, and a debtor's phone without script.</summary>
internal sealed class Browsing : IAsyncDisposable
{
    private readonly IPlaywright playwright;
    private readonly IBrowser browser;

    private Browsing(IPlaywright playwright, IBrowser browser) => (this.playwright, this.browser) = (playwright, browser);

    public static async Task<Browsing> StartAsync()
    {
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = PathOf("chromium-headless-shell") ?? PathOf("chromium") ?? throw new InvalidOperationException("There is no Chromium: run bin/setup test."),
            // The first two: as root in a container. The rest: it asks nobody but the pages under test.
            Args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        return new(playwright, browser);
    }

    /// <summary>A phone, upright: 390 points wide. Without script unless asked for.</summary>
    public async Task<IPage> PhoneAsync(string language, bool runsScript = false) => await PageAsync(new()
    {
        ViewportSize = new() { Width = 390, Height = 844 },
        DeviceScaleFactor = 2,
        IsMobile = true,
        HasTouch = true,
        Locale = language,
        JavaScriptEnabled = runsScript,
    });

    /// <summary>A screen on a desk.</summary>
    public async Task<IPage> DeskAsync(string language = "en", int width = 1280) => await PageAsync(new() { ViewportSize = new() { Width = width, Height = 900 }, Locale = language });

    /// <summary>Whatever is on a screen now.</summary>
    public IEnumerable<IPage> Open => browser.Contexts.SelectMany(c => c.Pages);

    private async Task<IPage> PageAsync(BrowserNewContextOptions options)
    {
        var context = await browser.NewContextAsync(options);
        context.SetDefaultTimeout(60_000);
        return await context.NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }

    private static string? PathOf(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/bin").Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}

internal static class Pages
{
    /// <summary>Signs in at the office as its first administrator.</summary>
    public static async Task SignInAsync(this IPage page, Uri office, string password)
    {
        await page.GotoAsync(new Uri(office, "/sign-in").ToString());
        await page.FillAsync("[name='Input.Email']", "admin@domi.example");
        await page.FillAsync("[name='Input.Password']", password);
        await page.ClickAsync("form button.primary");
        await page.ArrivesAsync("^(?!.*/sign-in)");
    }

    /// <summary>
    /// Waits until a page with such an address is there, whole. It looks again and again: the library's own waiting for an address misses
    /// what happens between its look and its wait, and then waits for ever.
    /// </summary>
    public static Task ArrivesAsync(this IPage page, string address) => Testing.ProcessApp.UntilAsync(async () =>
    {
        try
        {
            return Regex.IsMatch(page.Url, address) && await page.EvaluateAsync<string>("document.readyState") == "complete" && Regex.IsMatch(page.Url, address);
        }
        catch (PlaywrightException)
        {
            return false; // it was leaving for the next page just then
        }
    }, $"a page at {address}");

    /// <summary>Puts the office's screens into a language.</summary>
    public static async Task SpeakAsync(this IPage page, string language)
    {
        await page.GotoAsync(new Uri(new Uri(page.Url), "/profile").ToString());
        var form = page.Context.APIRequest.CreateFormData();
        form.Append("language", language);
        form.Append("form-token", await page.Locator("input[name='form-token']").First.InputValueAsync());
        var answer = await page.Context.APIRequest.PostAsync(new Uri(new Uri(page.Url), "/profile/language").ToString(), new() { Form = form });
        Assert.True(answer.Ok, $"language {language}: {answer.Status}");
    }
}
