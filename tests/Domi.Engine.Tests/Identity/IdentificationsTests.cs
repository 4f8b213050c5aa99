using Domi.Engine.Identity;
using Domi.Engine.Tests.Pages;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Identity;

public sealed class IdentificationsTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly EngineClient client = new(app);
    private readonly Debtor debtor = new(app);

    [Theory]
    [InlineData("itsme")]
    [InlineData("iDIN", "INGBNL2A")]
    public async Task A_person_says_who_he_is_once_and_goes_back_to_the_shop(string method, string bic = "")
    {
        var page = await IdentAsync(method, ("bic", bic), ("redirectUrl", "https://shop.example/?who=" + method), ("l", "nl"));
        var before = await debtor.SeeAsync(page);
        var nonce = Debtor.NonceOf(before);

        Assert.DoesNotContain("name=\"iban\"", before); // no mandate, no account
        Assert.DoesNotContain("shop.example", before);
        Assert.Contains("aria-invalid=\"true\"", await debtor.RedrawnAsync(page, ("nonce", nonce), ("outcome", "approve"), ("name", "")));
        Assert.Contains("aria-invalid=\"true\"", await debtor.RedrawnAsync(page, ("nonce", nonce), ("outcome", "approve"), ("name", new string('n', 71))));
        await debtor.SubmitAsync(page, ("nonce", "made-up"), ("outcome", "approve"), ("name", "A stranger"));
        await debtor.SubmitAsync(page, ("nonce", nonce), ("outcome", "perhaps"), ("name", "A stranger"));
        await debtor.IdentifyAsync(page, "Ilse Goossens");
        await debtor.SubmitAsync(page, ("nonce", nonce), ("outcome", "refuse"), ("name", "Somebody else"));

        Assert.Contains("https://shop.example/?who=" + method, await debtor.SeeAsync(page));
        var found = await app.ReadEngineAsync(db => db.Identifications.AsNoTracking().SingleAsync(i => i.RedirectUrl!.EndsWith(method)));
        Assert.Equal((IdentificationState.Identified, "Ilse Goossens", method.ToLowerInvariant(), bic.Length > 0 ? bic : null), (found.State, found.Name, found.Method, found.Bic));
    }

    [Fact]
    public async Task Who_declines_is_not_known_and_after_a_day_nobody_is_asked()
    {
        var declined = await IdentAsync("itsme", ("redirectUrl", "https://shop.example/declined"));
        await debtor.IdentifyAsync(declined, "", outcome: "refuse");
        Assert.Equal((IdentificationState.Declined, null), await app.ReadEngineAsync(async db => await db.Identifications.SingleAsync(i => i.RedirectUrl == "https://shop.example/declined") is var found ? (found.State, found.Name) : default));

        var late = await IdentAsync("itsme", ("redirectUrl", "https://shop.example/late"));
        var nonce = await debtor.NonceAsync(late);
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromHours(25));
        Assert.DoesNotContain("<form", await debtor.SeeAsync(late));
        await debtor.SubmitAsync(late, ("nonce", nonce), ("outcome", "approve"), ("name", "Ilse"));
        Assert.Null(await app.ReadEngineAsync(db => db.Identifications.Where(i => i.RedirectUrl == "https://shop.example/late").Select(i => i.Name).SingleAsync()));

        using var nobody = await debtor.Http.GetAsync("/identify/nonsense");
        Assert.Equal(HttpStatusCode.NotFound, nobody.StatusCode);
    }

    [Theory]
    [InlineData("err_missing_params", "ct=")]
    [InlineData("err_missing_params", "ct=0")]
    [InlineData("err_no_such_ct", "ct=999")]
    [InlineData("err_invalid_params", "ct=one")]
    [InlineData("err_missing_params", "method=")]
    [InlineData("err_invalid_params", "method=eid")]
    [InlineData("err_missing_params", "method=idin")]
    [InlineData("err_invalid_bic", "method=idin", "bic=GKCCBEBB")]
    [InlineData("err_invalid_params", "redirectUrl=javascript:alert(1)")]
    public async Task Who_cannot_be_asked_is_refused(string code, params string[] form)
    {
        var given = form.Select(f => f.Split('=', 2)).Select(f => (f[0], f[1])).ToList();
        var before = await app.ReadEngineAsync(db => db.Identifications.CountAsync());

        Assert.Equal(code, await EngineClient.RefusalAsync(client.FormAsync("/ident", [.. new[] { ("ct", "1"), ("method", "itsme") }.Where(u => given.All(g => g.Item1 != u.Item1)), .. given])));
        Assert.Equal(before, await app.ReadEngineAsync(db => db.Identifications.CountAsync()));
    }

    [Fact]
    public async Task The_banks_of_a_method_are_listed()
    {
        foreach (var path in new[] { "/issuers/idin", "/issuers/eMachtiging?type=CORE" })
        {
            var banks = (await client.GetAsync(path)).EnumerateArray().ToList();
            Assert.Equal(8, banks.Count);
            Assert.All(banks, b => Assert.True(Domi.Standards.Bic.TryParse(b.GetProperty("bic").GetString(), out _) && b.GetProperty("country").GetString() == "NL"));
        }

        Assert.Equal(["ABN AMRO", "ING", "Rabobank"], (await client.GetAsync("/issuers/emachtiging?type=b2b")).EnumerateArray().Select(b => b.GetProperty("name").GetString()));
        Assert.Equal("err_invalid_params", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, "/issuers/itsme")));
        Assert.Equal("err_invalid_params", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, "/issuers/idin?type=odd")));
    }

    [Theory]
    [InlineData("MATCH", null, "BE68539007547034")]
    [InlineData("CLOSE_MATCH", "A. Peeters", "BE82011111114368")]
    [InlineData("NO_MATCH", null, "BE71011111114469")]
    public async Task The_bank_of_the_sandbox_compares_a_name_with_an_account(string result, string? suggestion, string iban)
    {
        var answer = await client.TakenAsync(HttpMethod.Post, "/ibancheck", ("iban", iban), ("name", "An Peeters"));

        Assert.Equal((result, suggestion), (answer.GetProperty("result").GetString(), answer.GetProperty("suggestion").GetString()));
    }

    [Theory]
    [InlineData("err_invalid_iban", "iban=BE00", "name=An Peeters")]
    [InlineData("err_missing_params", "name=An Peeters")]
    [InlineData("err_missing_params", "iban=BE68539007547034")]
    public async Task A_name_is_compared_with_an_account_that_holds(string code, params string[] form) =>
        Assert.Equal(code, await EngineClient.RefusalAsync(client.FormAsync("/ibancheck", [.. form.Select(f => f.Split('=')).Select(f => (f[0], f[1]))])));

    private async Task<string> IdentAsync(string method, params (string Name, string Value)[] more) =>
        new Uri((await client.TakenAsync(HttpMethod.Post, "/ident", [("ct", "1"), ("method", method), .. more.Where(m => m.Value.Length > 0)])).GetProperty("url").GetString()!).AbsolutePath;
}
