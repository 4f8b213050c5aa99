using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Domi.Engine.Creditors;
using Domi.Platform;
using Domi.Testing;
using Domi.Twikey;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Engine.Tests.Sessions;

public sealed class LogInTests(AppFixture app) : IClassFixture<AppFixture>
{
    private string Password => OneTimePassword.Compute(app.Access.PrivateKey!, "own", TimeProvider.System.GetUtcNow()).ToString(CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("/creditor")]
    [InlineData("/creditor/")]
    [InlineData("/api/creditor")]
    [InlineData("/api/creditor/")]
    [InlineData("/CREDITOR")]
    public async Task A_key_and_its_password_give_a_token_in_header_and_body(string path)
    {
        using var answer = await LogInAsync(app.Access.ApiKey, Password, path);

        var token = answer.Headers.GetValues("Authorization").Single();
        Assert.Equal(token, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("Authorization").GetString());
        Assert.Equal("1001", answer.Headers.GetValues("X-MERCHANT-ID").Single());
        Assert.False(answer.Headers.Contains("ApiError") || answer.Headers.Contains("ApiErrorCode") || answer.Headers.Contains("X-Rate-Limit-Retry-After-Seconds"));
        Assert.True(Guid.TryParse(token, out _));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(token));
    }

    [Fact]
    public async Task Parameters_of_query_and_form_are_one_whatever_their_case()
    {
        using var apart = await app.EngineHttp.PostAsync($"/creditor?APITOKEN={app.Access.ApiKey}", new FormUrlEncodedContent([new("Otp", Password)]));
        using var query = await app.EngineHttp.PostAsync($"/creditor?apiToken={app.Access.ApiKey}&otp={Password}", null);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (apart.StatusCode, query.StatusCode));
    }

    [Theory]
    [InlineData("", "", "apiToken")]
    [InlineData("not a key", "1", "apiToken")]
    [InlineData("ours", "", "otp")]
    [InlineData("ours", "12345678", "otp")]
    [InlineData("ours", "one two three", "otp")]
    public async Task A_wrong_key_or_password_is_refused_and_the_parameter_named(string key, string password, string parameter)
    {
        using var answer = await LogInAsync(key == "ours" ? app.Access.ApiKey : key, password);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal((HttpStatusCode.BadRequest, "err_no_login", "err_no_login"),
            (answer.StatusCode, answer.Headers.GetValues("ApiError").Single(), answer.Headers.GetValues("ApiErrorCode").Single()));
        Assert.Equal(("err_no_login", parameter), (body.GetProperty("code").GetString(), body.GetProperty("extra").GetString()));
        Assert.False(answer.Headers.Contains("Authorization"));
    }

    [Fact]
    public async Task A_key_without_a_private_key_needs_no_password()
    {
        var key = await AddKeyAsync(privateKey: null);

        using var answer = await LogInAsync(key, "");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task A_withdrawn_key_is_an_unknown_one_and_its_tokens_end()
    {
        var key = await AddKeyAsync(privateKey: null);
        using var before = await LogInAsync(key, "");
        await app.ReadEngineAsync(async db =>
        {
            (await db.ApiKeys.SingleAsync(k => k.KeyHash == Secrets.HashOf(key))).RevokedAt = TimeProvider.System.GetUtcNow();
            return await db.SaveChangesAsync();
        });

        using var after = await LogInAsync(key, "");

        Assert.Equal(HttpStatusCode.BadRequest, after.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(before.Headers.GetValues("Authorization").Single()));
    }

    [Fact]
    public async Task Twenty_unknown_keys_stop_who_guesses_and_not_who_knows()
    {
        for (var i = 0; i < 20; i++) (await LogInAsync("guess " + i, "")).Dispose();

        using var guess = await LogInAsync("one more guess", "");
        using var right = await LogInAsync(app.Access.ApiKey, Password);
        await app.ReadEngineAsync(db => db.FailedLogins.ExecuteDeleteAsync());

        Assert.Equal(HttpStatusCode.TooManyRequests, guess.StatusCode);
        // Until the first of the twenty is ten minutes old.
        Assert.InRange(int.Parse(guess.Headers.GetValues("X-Rate-Limit-Retry-After-Seconds").Single(), CultureInfo.InvariantCulture), 1, 600);
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
    }

    [Fact]
    public async Task Twenty_wrong_passwords_close_the_key_for_a_while_and_no_other()
    {
        var key = await AddKeyAsync(app.Access.PrivateKey);
        for (var i = 0; i < 20; i++) (await LogInAsync(key, "1")).Dispose();

        using var right = await LogInAsync(key, Password);
        using var other = await LogInAsync(app.Access.ApiKey, Password);

        Assert.Equal((HttpStatusCode.TooManyRequests, HttpStatusCode.OK), (right.StatusCode, other.StatusCode));
    }

    [Fact]
    public async Task Tokens_of_one_key_live_side_by_side_until_one_logs_out()
    {
        var key = await AddKeyAsync(privateKey: null);
        var (first, second) = (await TokenAsync(key), await TokenAsync(key));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (await StatusAsync(first), await StatusAsync(second)));

        using var request = new HttpRequestMessage(HttpMethod.Get, "/creditor");
        request.Headers.TryAddWithoutValidation("Authorization", first);
        using var loggedOut = await app.EngineHttp.SendAsync(request);

        Assert.Equal((HttpStatusCode.OK, "{}"), (loggedOut.StatusCode, await loggedOut.Content.ReadAsStringAsync()));
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (await StatusAsync(first), await StatusAsync(second)));
    }

    [Fact]
    public async Task Logging_out_without_a_token_is_no_error()
    {
        using var answer = await app.EngineHttp.GetAsync("/creditor/");

        Assert.Equal((HttpStatusCode.OK, "{}"), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task After_a_day_a_token_is_over_in_the_words_that_clients_know()
    {
        var token = await TokenAsync(await AddKeyAsync(privateKey: null));
        var (hash, over) = (Secrets.HashOf(token), TimeProvider.System.GetUtcNow().AddSeconds(-1));
        var life = await app.ReadEngineAsync(db => db.Sessions.Where(s => s.TokenHash == hash).Select(s => s.ExpiresAt).SingleAsync()) - over;
        await app.ReadEngineAsync(db => db.Sessions.Where(s => s.TokenHash == hash).ExecuteUpdateAsync(set => set.SetProperty(s => s.ExpiresAt, over)));

        using var request = new HttpRequestMessage(HttpMethod.Get, "/creditor/template");
        request.Headers.TryAddWithoutValidation("Authorization", token);
        using var answer = await app.EngineHttp.SendAsync(request);

        Assert.InRange(life, TimeSpan.FromHours(23.9), TimeSpan.FromHours(24.1));
        Assert.Equal((HttpStatusCode.Unauthorized, "err_no_login"), (answer.StatusCode, answer.Headers.GetValues("ApiError").Single()));
        Assert.Equal("Not logged in", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("message").GetString());
    }

    private Task<HttpResponseMessage> LogInAsync(string key, string password, string path = "/creditor") =>
        app.EngineHttp.PostAsync(path, new FormUrlEncodedContent([new("apiToken", key), new("otp", password)]));

    private async Task<string> TokenAsync(string key)
    {
        using var answer = await LogInAsync(key, "");
        return answer.Headers.GetValues("Authorization").Single();
    }

    private async Task<HttpStatusCode> StatusAsync(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/creditor/template");
        request.Headers.TryAddWithoutValidation("Authorization", token);
        using var answer = await app.EngineHttp.SendAsync(request);
        return answer.StatusCode;
    }

    private async Task<string> AddKeyAsync(string? privateKey)
    {
        var key = Guid.CreateVersion7().ToString("n");
        await AppFixture.InScopeAsync(app.Engine, async services =>
        {
            var (db, secrets) = (services.GetRequiredService<EngineDb>(), services.GetRequiredService<Secrets>());
            db.ApiKeys.Add(new ApiKey
            {
                CreditorId = app.Access.CreditorId,
                KeyHash = Secrets.HashOf(key),
                KeySealed = secrets.Seal(key),
                PrivateKeySealed = privateKey is null ? null : secrets.Seal(privateKey),
                CreatedAt = TimeProvider.System.GetUtcNow(),
            });
            return await db.SaveChangesAsync();
        });
        return key;
    }
}
