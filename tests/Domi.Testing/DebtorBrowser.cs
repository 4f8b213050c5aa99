using System.Text.RegularExpressions;

namespace Domi.Testing;

/// <summary>A debtor whose browser has neither script nor cookies: it follows the forms of the hosted pages, and comes back when nobody answers.</summary>
public sealed partial class DebtorBrowser : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }, disposeHandler: true) { Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>Pays what is open by card at the simulated bank; a page that shows no choice is paid, or being collected.</summary>
    /// <returns>False when nobody answered on the way.</returns>
    public Task<bool> PayAsync(string link) => TryAsync(async () =>
    {
        var page = await http.GetStringAsync(link);
        if (!page.Contains("name=\"method\"", StringComparison.Ordinal)) return;
        var go = await PostAsync(link + "?handler=pay", ("nonce", NonceOf(page)), ("method", "card"));
        var bank = Forward().Match(await http.GetStringAsync(go)).Groups[1].Value;
        await PostAsync(new Uri(new Uri(link), bank).ToString(), ("outcome", "approve"));
    });

    /// <summary>Sets up automatic payment from the page of an invoice, and signs by drawing.</summary>
    public Task<bool> SignAsync(string link, string iban) => TryAsync(async () =>
    {
        var page = await http.GetStringAsync(link);
        if (!page.Contains("handler=automatic", StringComparison.Ordinal)) return;
        var sign = await PostAsync(link + "?handler=automatic", ("nonce", NonceOf(page)));
        page = await http.GetStringAsync(sign);
        await PostAsync(sign, ("nonce", NonceOf(page)), ("name", "Debtor"), ("street", "Visserij 44"), ("zip", "9000"), ("city", "Gent"), ("country", "BE"), ("email", "debtor@example.org"), ("iban", iban));
        page = await http.GetStringAsync(sign + "/mandate");
        await PostAsync(sign + "/mandate", ("nonce", NonceOf(page)), ("way", "draw"), ("drawing", "data:image/png;base64," + Convert.ToBase64String(Rendering.QrPicture.Png("a signature drawn by hand, as far as a test can draw one"))));
    });

    private async Task<string> PostAsync(string address, params (string Name, string Value)[] form)
    {
        using var answer = await http.PostAsync(address, new FormUrlEncodedContent(form.Select(f => KeyValuePair.Create(f.Name, f.Value))));
        return answer.Headers.Location is { } to ? new Uri(new Uri(address), to).ToString() : address;
    }

    private static async Task<bool> TryAsync(Func<Task> act)
    {
        try
        {
            await act();
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException or UriFormatException)
        {
            return false; // dead for now, or a page that was not there any more
        }
    }

    private static string NonceOf(string page) => Nonce().Match(page).Groups[1].Value;

    [GeneratedRegex("name=\"nonce\" value=\"([^\"]+)\"")]
    private static partial Regex Nonce();

    [GeneratedRegex("class=\"button\" href=\"([^\"]+)\"")]
    private static partial Regex Forward();

    public void Dispose() => http.Dispose();
}
