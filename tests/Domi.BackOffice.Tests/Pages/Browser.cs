using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Domi.BackOffice.Users;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Tests.Pages;

/// <summary>A browser without script: it keeps cookies, reads pages, and posts forms as they stand.</summary>
internal sealed class Browser(AppFixture app) : IDisposable
{
    public HttpClient Http { get; } = AppFixture.Client(app.Office!, keepsCookies: true);

    /// <summary>Signs in as the administrator of the first start.</summary>
    public static async Task<Browser> AdministratorAsync(AppFixture app, string language = "en")
    {
        await AppFixture.InScopeAsync(app.Office!, async services =>
        {
            var db = (OfficeDb)services.GetService(typeof(OfficeDb))!;
            await db.Users.Where(u => u.Email == "admin@domi.example").ExecuteUpdateAsync(set => set.SetProperty(u => u.Language, language));
            return true;
        });
        var browser = new Browser(app);
        await browser.SignInAsync("admin@domi.example", AppFixture.AdminPassword);
        return browser;
    }

    /// <summary>Makes a clerk of the first own company and signs in.</summary>
    public static async Task<Browser> ClerkAsync(AppFixture app, string language = "en")
    {
        var email = $"clerk-{Guid.CreateVersion7():n}@domi.example";
        await AppFixture.InScopeAsync(app.Office!, async services =>
        {
            var db = (OfficeDb)services.GetService(typeof(OfficeDb))!;
            var clerk = new User { Email = email, Name = "An Clerk", Role = Role.Clerk, Language = language };
            clerk.SetPassword(AppFixture.AdminPassword);
            db.Users.Add(clerk);
            db.UserCompanies.Add(new() { UserId = clerk.Id, OwnCompanyId = app.Made!.CompanyId });
            await db.SaveChangesAsync();
            return true;
        });
        var browser = new Browser(app);
        await browser.SignInAsync(email, AppFixture.AdminPassword);
        return browser;
    }

    public async Task SignInAsync(string email, string password)
    {
        var page = await GetAsync("/sign-in");
        using var answer = await PostAsync(page, "form", ("Input.Email", email), ("Input.Password", password));
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
    }

    public async Task<IHtmlDocument> GetAsync(string path)
    {
        using var answer = await Http.GetAsync(path);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path}: {(int)answer.StatusCode} {answer.Headers.Location}");
        return await ReadAsync(answer);
    }

    public async Task<HttpStatusCode> StatusAsync(string path)
    {
        using var answer = await Http.GetAsync(path);
        return answer.StatusCode;
    }

    /// <summary>Posts a form of a page as it stands there, with some fields filled in otherwise.</summary>
    /// <param name="button">The value of the button that is pressed, when the form has several: <c>name=value</c>, or a CSS selector of it.</param>
    public Task<HttpResponseMessage> PostAsync(IHtmlDocument page, string form, params (string Name, string Value)[] fields)
    {
        var element = page.QuerySelector(form) as IHtmlFormElement ?? throw new InvalidOperationException($"No form {form} on {page.Title}.");
        var values = Values(element).Where(v => fields.All(f => f.Name != v.Name)).Concat(fields)
            .Select(v => KeyValuePair.Create(v.Name, v.Value)).ToList();
        var action = element.GetAttribute("action") is { Length: > 0 } named ? named : page.DocumentElement.GetAttribute("data-address")!;
        return Http.PostAsync(action, new FormUrlEncodedContent(values));
    }

    /// <summary>Posts a form and follows the redirect: what a person sees next.</summary>
    public async Task<IHtmlDocument> SubmitAsync(IHtmlDocument page, string form, params (string Name, string Value)[] fields)
    {
        using var answer = await PostAsync(page, form, fields);
        if (answer.StatusCode is HttpStatusCode.Redirect) return await GetAsync(answer.Headers.Location!.ToString());
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{page.Title}, {form}: {(int)answer.StatusCode}");
        return await ReadAsync(answer);
    }

    public static async Task<IHtmlDocument> ReadAsync(HttpResponseMessage answer)
    {
        var page = await new HtmlParser().ParseDocumentAsync(await answer.Content.ReadAsStringAsync());
        page.DocumentElement.SetAttribute("data-address", answer.RequestMessage!.RequestUri!.PathAndQuery);
        return page;
    }

    public void Dispose() => Http.Dispose();

    public static IEnumerable<(string Name, string Value)> Values(IHtmlFormElement form)
    {
        foreach (var field in form.Elements.Where(e => e.GetAttribute("name") is { Length: > 0 } && !e.HasAttribute("disabled")))
        {
            var name = field.GetAttribute("name")!;
            switch (field)
            {
                case IHtmlInputElement { Type: "checkbox" or "radio" } box:
                    if (box.IsChecked) yield return (name, box.Value);
                    break;
                case IHtmlInputElement { Type: not ("submit" or "file") } input:
                    yield return (name, input.Value);
                    break;
                case IHtmlTextAreaElement text:
                    yield return (name, text.Value);
                    break;
                case IHtmlSelectElement select:
                    foreach (var option in select.Options.Where(o => o.IsSelected)) yield return (name, option.Value);
                    break;
            }
        }
    }
}

internal static class PageReading
{
    /// <summary>The words of the first element, without the gaps of the markup.</summary>
    public static string Words(this IParentNode page, string selector) =>
        string.Join(' ', (page.QuerySelector(selector)?.TextContent ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>What the page says is wrong with a field; null when nothing.</summary>
    public static string? ErrorOf(this IParentNode page, string field) =>
        page.QuerySelector($"#{field.Replace('.', '_')}-error")?.TextContent.Trim();
}
