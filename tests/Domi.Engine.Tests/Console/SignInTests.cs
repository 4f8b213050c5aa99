using System.Text.RegularExpressions;
using Domi.Engine.Users;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using OtpNet;

namespace Domi.Engine.Tests.Console;

public sealed partial class SignInTests(AppFixture app) : IClassFixture<AppFixture>
{
    [Fact]
    public async Task A_stranger_is_sent_to_the_door()
    {
        using var person = new Person(app);
        foreach (var path in new[] { "/console", "/console/agreements", "/console/users", "/console/transactions/open", "/console/me" })
        {
            using var answer = await person.Http.GetAsync(path);
            Assert.Equal((path, HttpStatusCode.Redirect), (path, answer.StatusCode));
            Assert.StartsWith("/console/sign-in", answer.Headers.Location!.PathAndQuery, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_sandbox_has_a_ready_account()
    {
        Assert.Equal("console@domi.example", app.Access.Console?.Email);
        Assert.Null(app.Access.Console?.Password); // it was set, so it is not told
        using var person = new Person(app);
        using var answer = await person.SignInAsync("Console@domi.example ", AppFixture.AdminPassword);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Contains("My company", await person.GetAsync("/console/agreements"));
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_address_are_one_answer_and_five_lock()
    {
        var email = await Person.GivenAsync(app);
        using var person = new Person(app);
        Assert.Contains("role=\"alert\"", await ReadAsync(person.SignInAsync("nobody@domi.example", Person.Password)));
        for (var i = 0; i < 5; i++) Assert.Contains("role=\"alert\"", await ReadAsync(person.SignInAsync(email, "wrong password")));
        Assert.Contains("role=\"alert\"", await ReadAsync(person.SignInAsync(email, Person.Password)));
        Assert.NotNull((await UserAsync(email)).LockedUntil);
    }

    [Fact]
    public async Task A_form_without_its_token_is_refused_here_and_only_here()
    {
        using var person = await Person.OfAsync(app);
        using var answer = await person.PostAsync("/console/me", "", ("name", "Taken over"), ("language", "fr"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("Ann Peeters", (await UserAsync(person.Email)).Name);
    }

    [Fact]
    public async Task The_pages_for_debtors_neither_read_the_cookie_nor_set_one()
    {
        using var person = await Person.OfAsync(app);
        foreach (var path in new[] { "/simulator", "/pay/nonsense", "/not-there" })
        {
            using var answer = await person.Http.GetAsync(path);
            Assert.False(answer.Headers.Contains("Set-Cookie"), path);
        }
    }

    [Fact]
    public async Task The_second_factor_is_asked_for_once_on_and_a_code_counts_once()
    {
        using var person = await Person.OfAsync(app);
        using var offer = await person.DoAsync("/console/me?handler=TotpStart");
        var html = await offer.Content.ReadAsStringAsync();
        var secret = Secret().Match(html).Groups[1].Value.Replace(" ", "", StringComparison.Ordinal);
        var totp = new Totp(Base32Encoding.ToBytes(secret));
        var code = totp.ComputeTotp(TimeProvider.System.GetUtcNow().UtcDateTime);
        using var on = await person.DoAsync("/console/me?handler=Totp", ("code", code), ("kept", Kept().Match(html).Groups[1].Value));
        Assert.Equal(HttpStatusCode.Redirect, on.StatusCode);
        Assert.NotNull((await UserAsync(person.Email)).TotpSealed);
        Assert.Equal(HttpStatusCode.OK, await person.StatusAsync("/console/me")); // this session goes on

        using var later = new Person(app);
        var asked = await ReadAsync(later.SignInAsync(person.Email, Person.Password));
        Assert.Equal(HttpStatusCode.Redirect, await later.StatusAsync("/console/me")); // not yet
        var ticket = Ticket().Match(asked).Groups[1].Value;
        var token = await later.TokenAsync("/console/sign-in");
        Assert.Contains("role=\"alert\"", await ReadAsync(later.PostAsync("/console/sign-in?handler=Code", token, ("code", "000000"), ("ticket", ticket))));
        using var entered = await later.PostAsync("/console/sign-in?handler=Code", token, ("code", code), ("ticket", ticket));
        Assert.Equal(HttpStatusCode.Redirect, entered.StatusCode);

        using var replay = new Person(app);
        Assert.Contains("role=\"alert\"", await ReadAsync(replay.PostAsync("/console/sign-in?handler=Code", await replay.TokenAsync("/console/sign-in"), ("code", code), ("ticket", ticket))));
    }

    [Fact]
    public async Task A_changed_password_ends_the_other_sessions()
    {
        using var here = await Person.OfAsync(app);
        using var there = new Person(app);
        using var _ = await there.SignInAsync(here.Email, Person.Password);
        Assert.Equal(HttpStatusCode.OK, await there.StatusAsync("/console/me"));

        using var changed = await here.DoAsync("/console/me?handler=Password", ("current", Person.Password), ("fresh", "another long password"));
        Assert.Equal(HttpStatusCode.Redirect, changed.StatusCode);
        Assert.Equal(HttpStatusCode.OK, await here.StatusAsync("/console/me"));
        Assert.Equal(HttpStatusCode.Redirect, await there.StatusAsync("/console/me"));
    }

    [Theory]
    [InlineData("https://evil.example/console")]
    [InlineData("//evil.example")]
    [InlineData("/simulator")]
    public async Task One_comes_back_to_the_console_alone(string returnUrl)
    {
        var email = await Person.GivenAsync(app);
        using var person = new Person(app);
        using var answer = await person.PostAsync("/console/sign-in", await person.TokenAsync("/console/sign-in"), ("email", email), ("password", Person.Password), ("returnUrl", returnUrl));
        Assert.Equal("/console", answer.Headers.Location?.ToString());
    }

    private Task<ConsoleUser> UserAsync(string email) => app.ReadEngineAsync(db => db.ConsoleUsers.AsNoTracking().SingleAsync(u => u.Email == email));

    private static async Task<string> ReadAsync(Task<HttpResponseMessage> call)
    {
        using var answer = await call;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }

    [GeneratedRegex("<code>([A-Z2-7 ]+)</code>")]
    private static partial Regex Secret();

    [GeneratedRegex("""name="kept" value="([^"]+)""")]
    private static partial Regex Kept();

    [GeneratedRegex("""name="ticket" value="([^"]+)""")]
    private static partial Regex Ticket();
}
