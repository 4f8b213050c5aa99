using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Domi.Engine.Creditors;
using Domi.Testing;
using Domi.Twikey;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests;

/// <summary>Changes settings the way the product does, so that what is remembered of them is forgotten.</summary>
internal static class Settings
{
    public static Task<int> ChangeCreditorAsync(this AppFixture app, Action<Creditor> change) => app.ReadEngineAsync(async db =>
    {
        change(await db.Creditors.SingleAsync());
        return await db.SaveChangesAsync();
    });

    public static Task<int> ChangeProfilesAsync(this AppFixture app, Action<Profiles.Profile> change) => app.ReadEngineAsync(async db =>
    {
        (await db.Profiles.ToListAsync()).ForEach(change);
        return await db.SaveChangesAsync();
    });
}

/// <summary>A client of the wire, as a developer would write one.</summary>
internal sealed class EngineClient(AppFixture app)
{
    private string? token;

    public HttpClient Http => app.EngineHttp;

    public async Task<string> LogInAsync()
    {
        var otp = OneTimePassword.Compute(app.Access.PrivateKey!, "own", TimeProvider.System.GetUtcNow());
        using var answer = await Http.PostAsync("/creditor", new FormUrlEncodedContent([new("apiToken", app.Access.ApiKey), new("otp", otp.ToString(CultureInfo.InvariantCulture))]));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return token = answer.Headers.GetValues("Authorization").Single();
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, "/creditor" + path) { Content = content };
        request.Headers.TryAddWithoutValidation("Authorization", token ?? await LogInAsync());
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await Http.SendAsync(request);
    }

    public Task<HttpResponseMessage> FormAsync(string path, params (string Name, string Value)[] form) =>
        SendAsync(HttpMethod.Post, path, new FormUrlEncodedContent(form.Select(f => KeyValuePair.Create(f.Name, f.Value))));

    public async Task<JsonElement> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        using var answer = await SendAsync(HttpMethod.Get, path, null, headers);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    public static JsonObject Invoice(string number, decimal amount, string customerNumber, int ct = 1, string due = "2026-04-16", Guid? id = null) => new()
    {
        ["id"] = (id ?? Guid.CreateVersion7()).ToString(),
        ["number"] = number,
        ["title"] = "Honoraires " + number,
        ["remittance"] = "090933755493",
        ["amount"] = amount,
        ["date"] = "2026-03-17",
        ["duedate"] = due,
        ["ct"] = ct,
        ["customer"] = new JsonObject { ["customerNumber"] = customerNumber, ["email"] = customerNumber + "@example.org", ["firstname"] = "An", ["lastname"] = "Peeters", ["l"] = "nl" },
    };

    public Task<HttpResponseMessage> PostInvoiceAsync(JsonObject invoice) => SendAsync(HttpMethod.Post, "/invoice", JsonContent.Create(invoice));

    public async Task<JsonElement> BookAsync(JsonObject invoice)
    {
        using var answer = await PostInvoiceAsync(invoice);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>All entries of a feed after a position, page by page.</summary>
    public async Task<List<JsonElement>> FeedAsync(string path, string list, long after = 0)
    {
        var all = new List<JsonElement>();
        while (true)
        {
            using var answer = await SendAsync(HttpMethod.Get, path + (path.Contains('?') ? "&" : "?") + "include=seq", null, ("X-RESUME-AFTER", after.ToString(CultureInfo.InvariantCulture)));
            var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
            Assert.True(answer.IsSuccessStatusCode, body.ToString());
            var entries = body.GetProperty(list).EnumerateArray().ToList();
            if (entries.Count == 0) return all;
            all.AddRange(entries);
            after = long.Parse(answer.Headers.GetValues("X-LAST").Single(), CultureInfo.InvariantCulture);
        }
    }
}
