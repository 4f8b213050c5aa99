using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Domi.Engine.Creditors;
using Domi.Platform;
using Domi.Testing;
using Domi.Twikey;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Engine.Tests;

/// <summary>Changes settings the way the product does, so that what is remembered of them is forgotten.</summary>
internal static class Settings
{
    public static Task<int> ChangeCreditorAsync(this AppFixture app, Action<Creditor> change) => app.ReadEngineAsync(async db =>
    {
        change(await db.Creditors.SingleAsync());
        return await db.SaveChangesAsync();
    });

    public static Task<int> ChangeProfilesAsync(this AppFixture app, Action<Domi.Engine.Profiles.Profile> change) => app.ReadEngineAsync(async db =>
    {
        (await db.Profiles.ToListAsync()).ForEach(change);
        return await db.SaveChangesAsync();
    });

    public static DateTimeOffset Now(this AppFixture app) => app.Engine.Services.GetRequiredService<Domi.Platform.BusinessClock>().GetUtcNow();

    /// <summary>Another key of the creditor, with feeds and webhooks of its own; answers how to log in with it.</summary>
    public static async Task<EngineAccess> GivenAKeyAsync(this AppFixture app, string apiKey, string? webhook = null, bool asksForPassword = false)
    {
        await AppFixture.InScopeAsync(app.Engine, async services =>
        {
            var (db, secrets) = (services.GetRequiredService<EngineDb>(), services.GetRequiredService<Secrets>());
            db.ApiKeys.Add(new()
            {
                CreditorId = app.Access.CreditorId,
                Description = apiKey,
                KeyHash = Secrets.HashOf(apiKey),
                KeySealed = secrets.Seal(apiKey),
                PrivateKeySealed = asksForPassword ? secrets.Seal(app.Access.PrivateKey!) : null,
                WebhookUrl = webhook,
                CreatedAt = TimeProvider.System.GetUtcNow(),
            });
            return await db.SaveChangesAsync();
        });
        return app.Access with { ApiKey = apiKey };
    }

    /// <summary>A profile of a test's own, with a notice of no days; answers its number.</summary>
    public static async Task<string> GivenAProfileAsync(this AppFixture app, int number, Action<Domi.Engine.Profiles.Profile>? shape = null, Domi.Engine.Profiles.AgreementKind kind = default)
    {
        var profile = new Domi.Engine.Profiles.Profile { CreditorId = app.Access.CreditorId, Number = number, Name = $"Profile {number}", Prefix = $"P{number}X", Kind = kind, PrenotificationDays = 0, ShorterNotificationAgreed = true };
        shape?.Invoke(profile);
        await app.ReadEngineAsync(db =>
        {
            db.Profiles.Add(profile);
            return db.SaveChangesAsync();
        });
        return number.ToString(CultureInfo.InvariantCulture);
    }
}

/// <summary>A client of the wire, as a developer would write one.</summary>
internal sealed class EngineClient(AppFixture app, EngineAccess? access = null)
{
    private string? token;

    private EngineAccess Access => access ?? app.Access;

    public HttpClient Http => app.EngineHttp;

    public async Task<string> LogInAsync()
    {
        var otp = OneTimePassword.Compute(Access.PrivateKey!, "own", TimeProvider.System.GetUtcNow());
        using var answer = await Http.PostAsync("/creditor", new FormUrlEncodedContent([new("apiToken", Access.ApiKey), new("otp", otp.ToString(CultureInfo.InvariantCulture))]));
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

    public Task<HttpResponseMessage> FormAsync(HttpMethod method, string path, params (string Name, string Value)[] form) =>
        SendAsync(method, path, new FormUrlEncodedContent(form.Select(f => KeyValuePair.Create(f.Name, f.Value))));

    /// <summary>A call with a form that is taken; answers its JSON.</summary>
    public async Task<JsonElement> TakenAsync(HttpMethod method, string path, params (string Name, string Value)[] form)
    {
        using var answer = await FormAsync(method, path, form);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode is HttpStatusCode.OK, $"{method} {path}: {(int)answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>A call with a form that is answered 204.</summary>
    public async Task DoneAsync(HttpMethod method, string path, params (string Name, string Value)[] form)
    {
        using var answer = await FormAsync(method, path, form);
        Assert.True(answer.StatusCode is HttpStatusCode.NoContent, $"{method} {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    /// <summary>Plans a transaction on a mandate; answers its entry.</summary>
    public async Task<JsonElement> TransactAsync(string mandate, decimal amount, params (string Name, string Value)[] more)
    {
        (string Name, string Value)[] usual = [("mndtId", mandate), ("amount", amount.ToString(CultureInfo.InvariantCulture)), ("message", "Monthly fee")];
        return (await TakenAsync(HttpMethod.Post, "/transaction", [.. usual.Where(u => more.All(m => m.Name != u.Name)), .. more])).GetProperty("Entries")[0];
    }

    /// <summary>The transaction as it stands now.</summary>
    public async Task<JsonElement> TransactionAsync(JsonElement made) =>
        (await GetAsync($"/transaction/detail?id={made.GetProperty("id")}&include=collection&include=action&include=link&include=stage&include=lastupdate")).GetProperty("Entries").EnumerateArray().Single();

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

    /// <summary>Prepares a mandate with an account; answers its number and the path of its page.</summary>
    public async Task<(string Reference, string Page)> InviteAsync(string customerNumber, params (string Name, string Value)[] more)
    {
        (string Name, string Value)[] usual = [("ct", "1"), ("customerNumber", customerNumber), ("email", customerNumber + "@example.org"), ("l", "nl"), ("iban", "BE68539007547034")];
        using var answer = await FormAsync("/invite", [.. usual.Where(u => more.All(m => m.Name != u.Name)), .. more.Where(m => m.Value.Length > 0)]);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        var json = JsonDocument.Parse(text).RootElement;
        return (json.GetProperty("mndtId").GetString()!, json.TryGetProperty("url", out var url) ? new Uri(url.GetString()!).AbsolutePath : "");
    }

    /// <summary>Signs past the hosted pages; answers the number of the mandate and the path of the page where it goes on, if any.</summary>
    public async Task<(string Reference, string? Page)> SignAsync(string method, string customerNumber, params (string Name, string Value)[] more)
    {
        (string Name, string Value)[] usual =
            [("method", method), ("ct", "1"), ("customerNumber", customerNumber), ("email", customerNumber + "@example.org"), ("firstname", "An"), ("lastname", "Peeters"), ("l", "nl"), ("iban", "BE68539007547034")];
        var answer = await TakenAsync(HttpMethod.Post, "/sign", [.. usual.Where(u => more.All(m => m.Name != u.Name)), .. more.Where(m => m.Value.Length > 0)]);
        Assert.Equal("OK", answer.GetProperty("Msg").GetString());
        return (answer.GetProperty("MndtId").GetString()!, answer.TryGetProperty("url", out var url) ? new Uri(url.GetString()!).AbsolutePath : null);
    }

    /// <summary>The state of a mandate, as its detail says it.</summary>
    public async Task<string> MandateStateAsync(string reference)
    {
        using var answer = await SendAsync(HttpMethod.Get, $"/mandate/detail?mndtId={reference}&force=true");
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return answer.Headers.GetValues("X-STATE").Single();
    }

    /// <summary>The mandate in the names of ISO 20022.</summary>
    public async Task<JsonElement> MandateAsync(string reference) => (await GetAsync($"/mandate/detail?mndtId={reference}&force=true")).GetProperty("Mndt");

    /// <summary>A mandate that was signed on paper: active at once.</summary>
    public async Task<string> GivenASignedMandate(string customerNumber, params (string Name, string Value)[] more)
    {
        var (reference, _) = await InviteAsync(customerNumber, more);
        await UploadAsync(reference, "&bankSignature=true");
        return reference;
    }

    public async Task UploadAsync(string reference, string more = "")
    {
        var paper = new ByteArrayContent([.. "%PDF-1.4 "u8, .. System.Text.Encoding.ASCII.GetBytes(reference + "\n%%EOF")]) { Headers = { ContentType = new("application/pdf") } };
        using var answer = await SendAsync(HttpMethod.Post, $"/mandate/pdf?mndtId={reference}{more}", paper);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>The code of a refusal, which stands in both headers and in the body.</summary>
    public static async Task<string> RefusalAsync(Task<HttpResponseMessage> call, HttpStatusCode status = HttpStatusCode.BadRequest)
    {
        using var answer = await call;
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == status, $"{(int)answer.StatusCode} {text}");
        var code = answer.Headers.GetValues("ApiError").Single();
        Assert.Equal(code, answer.Headers.GetValues("ApiErrorCode").Single());
        Assert.Equal(code, JsonDocument.Parse(text).RootElement.GetProperty("code").GetString());
        return code;
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
