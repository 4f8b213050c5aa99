using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Domi.Platform;
using Domi.Testing;
using MimeKit;

namespace Domi.Engine.Tests.Pages;

/// <summary>A debtor with a browser that knows neither script nor cookies, unless he is given another.</summary>
internal sealed partial class Debtor(AppFixture app, HttpClient? browser = null)
{
    public readonly EngineClient Creditor = new(app);

    public HttpClient Http => browser ?? app.EngineHttp;

    /// <summary>Books an invoice for a customer of its own; answers the path of its payment page.</summary>
    public async Task<string> BookAsync(string number, decimal amount = 423.50m, int ct = 1, string due = "2031-04-15", Action<JsonObject>? shape = null)
    {
        var invoice = EngineClient.Invoice(number, amount, "C-" + number, ct, due);
        shape?.Invoke(invoice);
        return new Uri((await Creditor.BookAsync(invoice)).GetProperty("url").GetString()!).AbsolutePath;
    }

    /// <summary>A page, its entities resolved.</summary>
    public async Task<string> SeeAsync(string path)
    {
        using var answer = await Http.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
    }

    public Task<HttpResponseMessage> PostAsync(string path, params (string Name, string Value)[] form) =>
        Http.PostAsync(path, new FormUrlEncodedContent(form.Select(f => KeyValuePair.Create(f.Name, f.Value))));

    /// <summary>Posts and follows where the answer leads, as a path.</summary>
    public async Task<string> SubmitAsync(string path, params (string Name, string Value)[] form)
    {
        using var answer = await PostAsync(path, form);
        Assert.True(answer.StatusCode is HttpStatusCode.Redirect, $"{path}: {(int)answer.StatusCode} {Text(await answer.Content.ReadAsStringAsync())}");
        return answer.Headers.Location!.OriginalString;
    }

    /// <summary>Opens a page that leads on; answers where to, as a path.</summary>
    public async Task<string> FollowAsync(string path)
    {
        using var answer = await Http.GetAsync(path);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return answer.Headers.Location!.OriginalString;
    }

    /// <summary>The path of the page to which a mail leads.</summary>
    public static string LinkOf(MimeMessage mail) => new Uri(Link().Match(mail.TextBody!).Value).AbsolutePath;

    /// <summary>Posts a form that is drawn again.</summary>
    public async Task<string> RedrawnAsync(string path, params (string Name, string Value)[] form)
    {
        using var answer = await PostAsync(path, form);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
    }

    public async Task<string> NonceAsync(string path) => NonceOf(await SeeAsync(path));

    public static string NonceOf(string html) => Nonce().Match(html) is { Success: true } match ? match.Groups[1].Value : throw new InvalidOperationException("The page has no form.");

    /// <summary>From the payment page to the signing page.</summary>
    public async Task<string> ToSigningAsync(string payPage) => await SubmitAsync(payPage + "?handler=automatic", ("nonce", await NonceAsync(payPage)));

    public static (string, string)[] Details(string nonce, string email, string iban = "BE91 0017 3264 1076", params (string, string)[] more) =>
    [
        ("nonce", nonce), ("name", "Ilse Goossens"), ("street", "Visserij 44"), ("zip", "9000"), ("city", "Gent"), ("country", "BE"), ("email", email), ("iban", iban), .. more,
    ];

    /// <summary>Fills in the details and asks for a code; answers the path of the mandate and the code.</summary>
    public async Task<(string Path, string Code)> ToCodeAsync(string signPage, string email, string iban = "BE91 0017 3264 1076", params (string, string)[] more)
    {
        var path = await SubmitAsync(signPage, Details(await NonceAsync(signPage), email, iban, more));
        await SubmitAsync(path + "?handler=code", ("nonce", await NonceAsync(path)));
        return (path, await CodeAsync(email));
    }

    /// <summary>Signs by code; answers where that leads.</summary>
    public async Task<string> SignAsync(string signPage, string email, string iban = "BE91 0017 3264 1076", params (string, string)[] more)
    {
        var (path, code) = await ToCodeAsync(signPage, email, iban, more);
        return await SubmitAsync(path, ("nonce", await NonceAsync(path)), ("way", "code"), ("code", code));
    }

    /// <summary>Chooses a way to pay on the page of a payment link, and what the provider says; answers where that leads.</summary>
    public async Task<string> PayLinkAsync(string page, string outcome = "approve", string method = "card")
    {
        var go = await SubmitAsync(page + "?handler=pay", ("nonce", await NonceAsync(page)), ("method", method));
        return await SubmitAsync("/simulator/" + go[(go.LastIndexOf('/') + 1)..], ("outcome", outcome));
    }

    /// <summary>Pays a link by which a mandate is signed, from an account; answers where that leads.</summary>
    public async Task<string> PayFromAsync(string page, string iban, string outcome = "approve")
    {
        var go = await SubmitAsync(page + "?handler=pay", ("nonce", await NonceAsync(page)), ("method", "card"));
        return await SubmitAsync("/simulator/" + go[(go.LastIndexOf('/') + 1)..], ("outcome", outcome), ("iban", iban));
    }

    /// <summary>Says who he is on the page of an identity provider; answers where that leads.</summary>
    public async Task<string> IdentifyAsync(string page, string name = "Ilse Goossens", string iban = "", string outcome = "approve") =>
        await SubmitAsync(page, ("nonce", await NonceAsync(page)), ("outcome", outcome), ("name", name), ("iban", iban));

    /// <summary>The newest code in the outbox for an address.</summary>
    public async Task<string> CodeAsync(string email)
    {
        var codes = (await MailsAsync(email)).Where(m => SixDigits().IsMatch(m.Subject ?? "")).ToList();
        return SixDigits().Match(codes[^1].Subject!).Value;
    }

    /// <summary>What came for an address, in the order in which it was sent.</summary>
    public async Task<List<MimeMessage>> MailsAsync(string email)
    {
        await app.RunEngineAsync<SendMails>();
        var mails = new List<MimeMessage>();
        var outbox = Directory.CreateDirectory(app.Settings.Mail.OutboxFolder); // there is none before the first mail
        foreach (var file in outbox.GetFiles("*.eml").OrderBy(f => f.LastWriteTimeUtc))
            mails.Add(await MimeMessage.LoadAsync(file.FullName));
        return [.. mails.Where(m => m.To.Mailboxes.Any(t => t.Address == email))];
    }

    /// <summary>The text of a page, without its tags.</summary>
    public static string Text(string html) => Blanks().Replace(Tags().Replace(html, " "), " ");

    [GeneratedRegex("name=\"nonce\" value=\"([^\"]+)\"")]
    private static partial Regex Nonce();

    [GeneratedRegex(@"https?://\S+")]
    private static partial Regex Link();

    [GeneratedRegex(@"\b\d{6}\b")]
    private static partial Regex SixDigits();

    [GeneratedRegex("<svg.*?</svg>|<[^>]*>", RegexOptions.Singleline)]
    private static partial Regex Tags();

    [GeneratedRegex(@"[ \t\r\n]+")]
    private static partial Regex Blanks();
}
