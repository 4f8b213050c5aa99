using System.Globalization;
using Domi.Platform;
using Domi.Testing;
using Domi.Twikey;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests;

/// <summary>The first creditor of an installation.</summary>
public sealed class EngineHostTests
{
    public sealed class Configured(bool sandbox) : AppFixture
    {
        protected override DomiSettings Configure(DomiSettings settings) => settings with
        {
            Sandbox = new() { Enabled = sandbox, ApiKey = "SANDBOX-KEY-0123456789", PrivateKey = "0123456789abcdef0123456789abcdef", WebsiteKey = "WEBSITE-KEY" },
        };
    }

    [Fact]
    public async Task Outside_the_sandbox_its_keys_open_nothing_and_the_creditor_has_no_identifier_yet()
    {
        await using var app = new Configured(sandbox: false);
        await app.InitializeAsync();

        Assert.Equal(HttpStatusCode.BadRequest, await LogInAsync(app, "SANDBOX-KEY-0123456789", "0123456789abcdef0123456789abcdef"));
        Assert.Equal(HttpStatusCode.OK, await LogInAsync(app, app.Access.ApiKey, app.Access.PrivateKey!));
        Assert.NotEqual("WEBSITE-KEY", app.Access.WebsiteKey);
        Assert.Equal("", await app.ReadEngineAsync(db => db.Creditors.Select(c => c.CreditorIdentifier).SingleAsync()));
        using var sandbox = await app.EngineHttp.GetAsync("/sandbox");
        using var clock = await app.EngineHttp.PostAsync("/sandbox/clock", new StringContent("{\"advance\":\"1.00:00:00\"}", System.Text.Encoding.UTF8, "application/json"));
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (sandbox.StatusCode, clock.StatusCode));
    }

    [Fact]
    public async Task In_the_sandbox_its_keys_open_and_the_creditor_has_the_sample_identifier()
    {
        await using var app = new Configured(sandbox: true);
        await app.InitializeAsync();

        Assert.Equal(HttpStatusCode.OK, await LogInAsync(app, "SANDBOX-KEY-0123456789", "0123456789abcdef0123456789abcdef"));
        Assert.Equal("WEBSITE-KEY", app.Access.WebsiteKey);
        Assert.Equal("BE41ZZZ0712845377", await app.ReadEngineAsync(db => db.Creditors.Select(c => c.CreditorIdentifier).SingleAsync()));
        Assert.True(Domi.Standards.CreditorIdentifier.TryParse("BE41ZZZ0712845377", null, out _));
    }

    private static async Task<HttpStatusCode> LogInAsync(AppFixture app, string key, string privateKey)
    {
        var otp = OneTimePassword.Compute(privateKey, "own", TimeProvider.System.GetUtcNow()).ToString(CultureInfo.InvariantCulture);
        using var answer = await app.EngineHttp.PostAsync("/creditor", new FormUrlEncodedContent([new("apiToken", key), new("otp", otp)]));
        return answer.StatusCode;
    }
}
