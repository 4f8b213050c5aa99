using System.Text;
using System.Text.RegularExpressions;
using Domi.Engine.Users;
using Domi.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Engine.Tests.Console;

/// <summary>Somebody at the console with a browser that keeps cookies, without script.</summary>
internal sealed partial class Person(AppFixture app) : IDisposable
{
    public const string Password = "correct horse battery";

    public HttpClient Http { get; } = AppFixture.Client(app.Engine, keepsCookies: true);

    public string Email { get; private set; } = "";

    /// <summary>Makes a person of a creditor and signs in.</summary>
    public static async Task<Person> OfAsync(AppFixture app, ConsoleRole role = ConsoleRole.Controller, string language = "en", Guid? creditor = null)
    {
        var person = new Person(app) { Email = await GivenAsync(app, role, language, creditor) };
        using var answer = await person.SignInAsync(person.Email, Password);
        Assert.Equal("/console", answer.Headers.Location?.ToString());
        return person;
    }

    public static async Task<string> GivenAsync(AppFixture app, ConsoleRole role = ConsoleRole.Controller, string language = "en", Guid? creditor = null)
    {
        var email = $"p-{Guid.CreateVersion7():n}@domi.example";
        await AppFixture.InScopeAsync(app.Engine, services => services.GetRequiredService<EditUsers>().AddAsync(creditor ?? app.Access.CreditorId, "Ann Peeters", email, role, language, CancellationToken.None, Password));
        return email;
    }

    public async Task<HttpResponseMessage> SignInAsync(string email, string password) =>
        await PostAsync("/console/sign-in", await TokenAsync("/console/sign-in"), ("email", email), ("password", password));

    public async Task<string> GetAsync(string path)
    {
        using var answer = await Http.GetAsync(path);
        var html = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path}: {(int)answer.StatusCode} {answer.Headers.Location}");
        return html;
    }

    public async Task<HttpStatusCode> StatusAsync(string path)
    {
        using var answer = await Http.GetAsync(path);
        return answer.StatusCode;
    }

    public async Task<string> TokenAsync(string page = "/console/me") => Token().Match(await GetAsync(page)).Groups[1].Value;

    /// <summary>Posts a form with the token of this session.</summary>
    public async Task<HttpResponseMessage> DoAsync(string path, params (string Name, string Value)[] fields) => await PostAsync(path, await TokenAsync(), fields);

    /// <summary>Posts a form, is asked whether that is meant, and says yes.</summary>
    public async Task<HttpResponseMessage> SureAsync(string path, params (string Name, string Value)[] fields)
    {
        using var asked = await DoAsync(path, fields);
        var html = await asked.Content.ReadAsStringAsync();
        Assert.True(html.Contains("id=\"sure-form\"", StringComparison.Ordinal), $"{path} asked nothing: {(int)asked.StatusCode} {asked.Headers.Location}");
        return await DoAsync(path, [.. HiddenOf(html, "sure-form")]);
    }

    /// <summary>The hidden fields of a form and of those after it.</summary>
    public static IEnumerable<(string Name, string Value)> HiddenOf(string html, string form) =>
        Hidden().Matches(html[html.IndexOf($"id=\"{form}\"", StringComparison.Ordinal)..]).Select(m => (m.Groups[1].Value, WebUtility.HtmlDecode(m.Groups[2].Value)));

    public Task<HttpResponseMessage> SendFileAsync(string path, string text, params (string Name, string Value)[] fields) => SendFileAsync(path, Encoding.UTF8.GetBytes(text), fields);

    /// <summary>Posts a form with a file.</summary>
    public async Task<HttpResponseMessage> SendFileAsync(string path, byte[] content, params (string Name, string Value)[] fields)
    {
        var form = new MultipartFormDataContent { { new StringContent(await TokenAsync()), "form-token" }, { new ByteArrayContent(content), "file", "a file.csv" } };
        foreach (var (name, value) in fields) form.Add(new StringContent(value), name);
        return await Http.PostAsync(path, form);
    }

    public Task<HttpResponseMessage> PostAsync(string path, string token, params (string Name, string Value)[] fields) =>
        Http.PostAsync(path, new FormUrlEncodedContent([new("form-token", token), .. fields.Select(f => KeyValuePair.Create(f.Name, f.Value))]));

    public void Dispose() => Http.Dispose();

    [GeneratedRegex("""<input type="hidden" name="([^"]+)" value="([^"]*)"\s*/?>""")]
    private static partial Regex Hidden();

    [GeneratedRegex("""name="form-token" type="hidden" value="([^"]+)""")]
    private static partial Regex Token();
}
