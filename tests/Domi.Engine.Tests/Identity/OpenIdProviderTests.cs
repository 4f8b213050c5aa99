using System.Text;
using System.Text.RegularExpressions;
using Domi.Engine.Identity;
using Domi.Engine.Mandates;
using Domi.Engine.Tests.Pages;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.Tokens;
using UglyToad.PdfPig;

namespace Domi.Engine.Tests.Identity;

/// <summary>Who signs is proved by a provider that speaks OpenID Connect, and by nothing that only looks like one.</summary>
public sealed partial class OpenIdProviderTests(OpenIdProviderTests.Fixture app) : IClassFixture<OpenIdProviderTests.Fixture>
{
    public sealed class Fixture : AppFixture
    {
        internal IdentityServer Server { get; private set; } = null!;

        public override async ValueTask InitializeAsync()
        {
            Server = await IdentityServer.StartAsync();
            await base.InitializeAsync();
        }

        protected override DomiSettings Configure(DomiSettings settings) =>
            settings with { Identity = new Dictionary<string, IdentitySettings> { ["itsme"] = Server.Settings(), ["eid"] = Server.Settings(accountClaim: "iban") } };

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            await Server.DisposeAsync();
        }
    }

    private readonly EngineClient client = new(app);
    private readonly Debtor debtor = new(app, AppFixture.Client(app.Engine, keepsCookies: true));

    [Fact]
    public async Task A_person_is_who_the_provider_says_and_comes_back_once()
    {
        var page = new Uri((await client.TakenAsync(HttpMethod.Post, "/ident", ("ct", "1"), ("method", "itsme"), ("l", "en"), ("redirectUrl", "https://shop.example/known"))).GetProperty("url").GetString()!).AbsolutePath;
        var before = await debtor.SeeAsync(page);
        Assert.DoesNotContain("name=\"name\"", before); // the provider knows it
        Assert.DoesNotContain("class=\"test\"", before);
        var back = app.Server.Confirm(await LeaveAsync(page));
        Assert.DoesNotContain(" src=\"http", await debtor.SeeAsync(page + "/go"));

        Assert.Equal(page, await FollowAsync(back));
        Assert.Contains("https://shop.example/known", await debtor.SeeAsync(page));
        var found = await app.ReadEngineAsync(db => db.Identifications.AsNoTracking().SingleAsync(i => i.RedirectUrl == "https://shop.example/known"));
        Assert.Equal((IdentificationState.Identified, "Ilse Goossens", "person-1", null, null), (found.State, found.Name, found.Subject, found.StateHash, found.ExchangeSealed));
        foreach (var spent in new[] { back, "/identify/return?code=x&state=made-up", "/identify/return" })
        {
            using var answer = await debtor.Http.GetAsync(spent);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    [Theory]
    [InlineData("itsme", "BE68539007547034")] // typed before he left
    [InlineData("eid", "BE91001732641076")] // told by the provider
    public async Task A_mandate_is_signed_on_the_account_that_is_known(string method, string account)
    {
        app.Server.Person["iban"] = "BE91 0017 3264 1076";
        var (reference, page) = await client.SignAsync(method, "OID-" + method, ("iban", ""), ("l", "en"));
        Assert.Equal(method == "itsme", (await debtor.SeeAsync(page!)).Contains("name=\"iban\"", StringComparison.Ordinal));
        if (method == "itsme") Assert.Contains("aria-invalid=\"true\"", await debtor.RedrawnAsync(page!, ("nonce", await debtor.NonceAsync(page!)), ("outcome", "approve"), ("iban", "BE00")));

        Assert.Equal(page, await FollowAsync(app.Server.Confirm(await LeaveAsync(page!, ("iban", "BE68 5390 0754 7034")))));

        var mandate = await app.ReadEngineAsync(db => db.Mandates.SingleAsync(m => m.Reference == reference));
        Assert.Equal((MandateState.Signed, account, method), (mandate.State, mandate.DebtorAccount?.Value, mandate.SignMethod));
        Assert.Equal("SIGNED", await client.MandateStateAsync(reference));
        using var pdf = PdfDocument.Open(await (await client.SendAsync(HttpMethod.Get, "/mandate/pdf?mndtId=" + reference)).Content.ReadAsByteArrayAsync());
        Assert.Contains($"{(method == "eid" ? "eID" : method)}: Ilse Goossens", string.Concat(pdf.GetPages().Select(p => p.Text)));
    }

    [Fact]
    public async Task A_provider_that_vouches_for_another_account_signs_none()
    {
        var (reference, page) = await client.SignAsync("eid", "OID-OTHER", ("l", "en"));
        app.Server.Person["iban"] = "BE91 0017 3264 1076";

        Assert.Equal(page + "?r=account", await FollowAsync(app.Server.Confirm(await LeaveAsync(page!))));

        Assert.Contains("Another account was confirmed", await debtor.SeeAsync(page + "?r=account"));
        Assert.Equal("PREPARED", await client.MandateStateAsync(reference));
        app.Server.Person["iban"] = "BE68 5390 0754 7034";
        Assert.Equal(page, await FollowAsync(app.Server.Confirm(await LeaveAsync(page!))));
        Assert.Equal("SIGNED", await client.MandateStateAsync(reference));
    }

    [Fact]
    public async Task A_token_that_does_not_hold_proves_nothing_and_can_be_tried_again()
    {
        var (reference, page) = await client.SignAsync("itsme", "OID-FORGED");
        (string Why, Func<SecurityTokenDescriptor, SecurityTokenDescriptor> Bend)[] forgeries =
        [
            ("signed by somebody else", t => { t.SigningCredentials = new(IdentityServer.NewKey(), SecurityAlgorithms.RsaSha256); return t; }),
            ("under the provider's name of its key", t => { t.SigningCredentials = new(new RsaSecurityKey(System.Security.Cryptography.RSA.Create(2048)) { KeyId = app.Server.Key.KeyId }, SecurityAlgorithms.RsaSha256); return t; }),
            ("by the secret", t => { t.SigningCredentials = new(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(IdentityServer.ClientSecret.PadRight(32, '0'))), SecurityAlgorithms.HmacSha256); return t; }),
            ("not signed", t => { t.SigningCredentials = null; return t; }),
            ("for another client", t => { t.Audience = "another"; return t; }),
            ("of another issuer", t => { t.Issuer = "https://elsewhere.example"; return t; }),
            ("too late", t => { t.Expires = t.IssuedAt!.Value.AddMinutes(-10); t.NotBefore = t.IssuedAt.Value.AddMinutes(-20); return t; }),
            ("of another visit", t => { t.Claims["nonce"] = "another"; return t; }),
            ("without a visit", t => { t.Claims.Remove("nonce"); return t; }),
            ("of another person than the data", t => { t.Claims["sub"] = "person-2"; return t; }),
        ];
        foreach (var (why, bend) in forgeries)
        {
            app.Server.Bend = bend;
            var to = await FollowAsync(app.Server.Confirm(await LeaveAsync(page!)));
            app.Server.Bend = t => t;
            Assert.True(to == page + "?r=failed", $"{why}: {to}");
        }

        Assert.Contains("Try again", await debtor.SeeAsync(page + "?r=failed&l=en"));
        Assert.Equal("PREPARED", await client.MandateStateAsync(reference));
        Assert.Equal(page + "?r=failed", await FollowAsync(Regex.Replace(app.Server.Confirm(await LeaveAsync(page!)), "code=[^&]+", "code=guessed")));
        Assert.Equal(page + "?r=failed", await FollowAsync(IdentityServer.Decline(await LeaveAsync(page!), "server_error")));

        app.Server.RollKey(); // the provider has new keys since
        Assert.Equal(page, await FollowAsync(app.Server.Confirm(await LeaveAsync(page!))));
        Assert.Equal("SIGNED", await client.MandateStateAsync(reference));
    }

    [Fact]
    public async Task What_was_amended_while_the_person_was_away_is_read_again_before_it_is_signed()
    {
        var (reference, page) = await client.SignAsync("itsme", "OID-STALE");
        var back = app.Server.Confirm(await LeaveAsync(page!));
        await client.DoneAsync(HttpMethod.Post, "/mandate/update", ("mndtId", reference), ("iban", "BE91001732641076"));

        Assert.Equal(page + "?r=stale", await FollowAsync(back));

        Assert.Contains("This page was out of date", await debtor.SeeAsync(page + "?r=stale&l=en"));
        Assert.Equal("PREPARED", await client.MandateStateAsync(reference));
        Assert.Equal(page, await FollowAsync(app.Server.Confirm(await LeaveAsync(page!))));
        Assert.Contains("BE91001732641076", (await app.ReadEngineAsync(db => db.Mandates.SingleAsync(m => m.Reference == reference))).Evidence!.Text);
    }

    [Fact]
    public async Task An_invitation_that_was_taken_back_while_the_person_was_away_is_over()
    {
        var (reference, page) = await client.SignAsync("itsme", "OID-GONE", ("l", "en"));
        var back = app.Server.Confirm(await LeaveAsync(page!));
        await client.TakenAsync(HttpMethod.Delete, $"/mandate?mndtId={reference}&rsn=over");

        Assert.Equal(page + "?r=failed", await FollowAsync(back));

        var over = await debtor.SeeAsync(page!);
        Assert.DoesNotContain("<form class=\"fields\"", over);
        Assert.Contains("This request has ended", over);
    }

    [Fact]
    public async Task Of_a_long_name_the_mandate_keeps_as_much_as_banks_take()
    {
        app.Server.Person["name"] = "Ilse " + new string('n', 100);
        app.Server.Person["iban"] = "BE91 0017 3264 1076";
        var (reference, page) = await client.SignAsync("eid", "OID-LONG", ("iban", ""));
        Assert.Equal(page, await FollowAsync(app.Server.Confirm(await LeaveAsync(page!))));
        app.Server.Person["name"] = "Ilse Goossens";

        var mandate = await app.ReadEngineAsync(db => db.Mandates.SingleAsync(m => m.Reference == reference));
        Assert.Equal((MandateState.Signed, 70, 105), (mandate.State, mandate.DebtorName!.Length, mandate.Evidence!.ProvenName!.Length));
    }

    [Fact]
    public async Task Who_is_sent_to_the_provider_by_another_signs_nothing_for_him()
    {
        var (reference, page) = await client.SignAsync("itsme", "OID-LURED");
        var (_, own) = await client.SignAsync("itsme", "OID-LURED-2");
        var lured = new Debtor(app, AppFixture.Client(app.Engine, keepsCookies: true));
        await lured.SubmitAsync(own!, ("nonce", await lured.NonceAsync(own!)), ("outcome", "approve")); // on the way with something of his own
        foreach (var stranger in new[] { new Debtor(app), lured })
        {
            var address = await LeaveAsync(page!);
            await stranger.SeeAsync(page + "/go"); // looking at it ties nothing
            using var back = await stranger.Http.GetAsync(app.Server.Confirm(address));
            Assert.Equal(page + "?r=failed", back.Headers.Location!.OriginalString);
        }

        Assert.Equal("PREPARED", await client.MandateStateAsync(reference));
        Assert.Equal(page, await FollowAsync(app.Server.Confirm(await LeaveAsync(page!))));
        Assert.Equal("SIGNED", await client.MandateStateAsync(reference));
    }

    [Fact]
    public async Task The_cookie_of_the_way_to_the_provider_is_kept_from_scripts_and_gone_after_it()
    {
        var (_, page) = await client.SignAsync("itsme", "OID-COOKIE");
        var stranger = new Debtor(app); // keeps none by itself
        using var seen = await stranger.Http.GetAsync(page);
        Assert.False(seen.Headers.Contains("Set-Cookie"));
        using var left = await stranger.PostAsync(page!, ("nonce", await stranger.NonceAsync(page!)), ("outcome", "approve"));
        var cookie = Assert.Single(left.Headers.GetValues("Set-Cookie"));
        Assert.Contains("; path=/; samesite=lax; httponly", cookie);

        using var request = new HttpRequestMessage(HttpMethod.Get, app.Server.Confirm(Leaving().Match(await stranger.SeeAsync(page + "/go")).Groups[1].Value)) { Headers = { { "Cookie", cookie[..cookie.IndexOf(';')] } } };
        using var back = await stranger.Http.SendAsync(request);

        Assert.Equal(page, back.Headers.Location!.OriginalString);
        Assert.Contains("expires=Thu, 01 Jan 1970", Assert.Single(back.Headers.GetValues("Set-Cookie")));
    }

    [Fact]
    public async Task Who_declines_at_the_provider_has_declined()
    {
        var (reference, page) = await client.SignAsync("itsme", "OID-NO");

        Assert.Equal(page, await FollowAsync(IdentityServer.Decline(await LeaveAsync(page!))));

        Assert.DoesNotContain("<form", await debtor.SeeAsync(page!));
        Assert.Equal("PREPARED", await client.MandateStateAsync(reference));
        using var gone = await debtor.Http.GetAsync(page + "/go");
        Assert.Equal(HttpStatusCode.Redirect, gone.StatusCode);
    }

    /// <summary>Agrees on the engine's page; answers the address of the provider.</summary>
    private async Task<string> LeaveAsync(string page, params (string, string)[] more)
    {
        Assert.Equal(page + "/go", await debtor.SubmitAsync(page, [("nonce", await debtor.NonceAsync(page)), ("outcome", "approve"), .. more]));
        return Leaving().Match(await debtor.SeeAsync(page + "/go")).Groups[1].Value;
    }

    private async Task<string> FollowAsync(string path)
    {
        using var answer = await debtor.Http.GetAsync(path);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return answer.Headers.Location!.OriginalString;
    }

    [GeneratedRegex("<a class=\"button\" href=\"([^\"]+)\"")]
    private static partial Regex Leaving();
}
