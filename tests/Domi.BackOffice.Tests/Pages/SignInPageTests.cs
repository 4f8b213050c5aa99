using Domi.BackOffice.Users;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using OtpNet;

namespace Domi.BackOffice.Tests.Pages;

public sealed class SignInPageTests(OfficeFixture app) : IClassFixture<OfficeFixture>
{
    [Fact]
    public async Task Who_is_not_signed_in_is_sent_to_the_door_and_comes_back()
    {
        using var browser = new Browser(app);
        using var sent = await browser.Http.GetAsync("/relations?method=Manual");
        Assert.Equal(HttpStatusCode.Redirect, sent.StatusCode);

        var door = await browser.GetAsync(sent.Headers.Location!.PathAndQuery);
        using var inside = await browser.PostAsync(door, "form", ("Input.Email", "admin@domi.example"), ("Input.Password", AppFixture.AdminPassword));

        Assert.Equal("/relations?method=Manual", inside.Headers.Location!.ToString());
    }

    [Theory]
    [InlineData("admin@domi.example", "wrong password")]
    [InlineData("nobody@domi.example", AppFixture.AdminPassword)]
    public async Task A_wrong_password_and_an_unknown_address_look_the_same(string email, string password)
    {
        using var browser = new Browser(app);

        var page = await browser.SubmitAsync(await browser.GetAsync("/sign-in?l=en"), "form", ("Input.Email", email), ("Input.Password", password));

        Assert.Equal("The e-mail address or password is wrong, or the account is locked for a while.", page.ErrorOf("Input.Password"));
    }

    [Fact]
    public async Task A_locked_account_looks_like_a_wrong_password()
    {
        var email = await GivenAClerk();
        using var browser = new Browser(app);
        for (var attempt = 0; attempt < 5; attempt++)
            await browser.SubmitAsync(await browser.GetAsync("/sign-in"), "form", ("Input.Email", email), ("Input.Password", "guess number"));

        var page = await browser.SubmitAsync(await browser.GetAsync("/sign-in?l=en"), "form", ("Input.Email", email), ("Input.Password", AppFixture.AdminPassword));

        Assert.Equal("The e-mail address or password is wrong, or the account is locked for a while.", page.ErrorOf("Input.Password"));
    }

    [Fact]
    public async Task An_address_of_another_site_is_no_way_back()
    {
        using var browser = new Browser(app);
        var door = await browser.GetAsync("/sign-in?ReturnUrl=https://evil.example/");

        using var inside = await browser.PostAsync(door, "form", ("Input.Email", "admin@domi.example"), ("Input.Password", AppFixture.AdminPassword));

        Assert.Equal("/", inside.Headers.Location!.ToString());
    }

    [Fact]
    public async Task The_second_factor_is_turned_on_asked_for_and_turned_off()
    {
        var email = await GivenAClerk();
        using var browser = new Browser(app);
        await browser.SignInAsync(email, AppFixture.AdminPassword);

        var offered = await browser.SubmitAsync(await browser.GetAsync("/profile"), "#totp-start-form");
        var secret = offered.Words("#totp-form code").Replace(" ", "", StringComparison.Ordinal);
        Assert.NotNull(offered.QuerySelector(".totp-qr svg"));
        var refused = await browser.SubmitAsync(offered, "#totp-form", ("Totp.Code", "000000"));
        Assert.NotNull(refused.ErrorOf("Totp.Code"));
        Assert.Equal(secret, refused.Words("#totp-form code").Replace(" ", "", StringComparison.Ordinal));
        var on = await browser.SubmitAsync(refused, "#totp-form", ("Totp.Code", CodeOf(secret)));
        Assert.NotNull(on.QuerySelector("#totp-off-form"));

        using var other = new Browser(app);
        var second = await other.SubmitAsync(await other.GetAsync("/sign-in"), "form", ("Input.Email", email), ("Input.Password", AppFixture.AdminPassword));
        Assert.NotNull(second.QuerySelector("#Second_Code"));
        var wrong = await other.SubmitAsync(second, "form", ("Second.Code", "123"));
        Assert.NotNull(wrong.ErrorOf("Second.Code"));
        using var entered = await other.PostAsync(wrong, "form", ("Second.Code", CodeOf(secret)));
        Assert.Equal("/", entered.Headers.Location?.ToString());

        using var replayed = await new Browser(app).PostAsync(wrong, "form", ("Second.Code", CodeOf(secret)));
        Assert.NotEqual(HttpStatusCode.Redirect, replayed.StatusCode); // a code counts once

        var stay = await browser.SubmitAsync(await browser.GetAsync("/profile"), "#totp-off-form", ("Stop.Current", "not the password"));
        Assert.NotNull(stay.ErrorOf("Stop.Current"));
        var off = await browser.SubmitAsync(stay, "#totp-off-form", ("Stop.Current", AppFixture.AdminPassword));
        Assert.NotNull(off.QuerySelector("#totp-start-form"));
    }

    [Fact]
    public async Task A_forged_ticket_opens_nothing()
    {
        using var browser = new Browser(app);
        var page = await browser.GetAsync("/sign-in?l=en");
        page.QuerySelector("form")!.SetAttribute("action", "/sign-in?handler=Code&l=en");

        var answer = await browser.SubmitAsync(page, "form", ("Ticket", "CfDJ8forged"), ("Second.Code", "123456"));

        Assert.Contains("Signing in took too long", answer.Words(".callout"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_password_ends_the_other_sessions_and_not_this_one()
    {
        var email = await GivenAClerk();
        using var here = new Browser(app);
        using var there = new Browser(app);
        await here.SignInAsync(email, AppFixture.AdminPassword);
        await there.SignInAsync(email, AppFixture.AdminPassword);

        var profile = await here.GetAsync("/profile");
        var wrong = await here.SubmitAsync(profile, "#password-form", ("Change.Current", "nonsense"), ("Change.Password", "another long one"));
        Assert.NotNull(wrong.ErrorOf("Change.Current"));
        var tooShort = await here.SubmitAsync(profile, "#password-form", ("Change.Current", AppFixture.AdminPassword), ("Change.Password", "short"));
        Assert.Equal("A password has at least ten characters.", tooShort.ErrorOf("Change.Password"));
        var done = await here.SubmitAsync(profile, "#password-form", ("Change.Current", AppFixture.AdminPassword), ("Change.Password", "another long one"));

        Assert.Contains("The password is changed.", done.Words(".toast"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, await there.StatusAsync("/relations"));
    }

    [Fact]
    public async Task Signing_out_ends_the_session()
    {
        using var browser = await Browser.ClerkAsync(app);

        using var answer = await browser.PostAsync(await browser.GetAsync("/"), "form[action='/sign-out']");

        Assert.Equal("/sign-in", answer.Headers.Location!.ToString());
        Assert.Equal(HttpStatusCode.Redirect, await browser.StatusAsync("/"));
    }

    [Fact]
    public async Task A_form_without_its_token_is_refused_with_a_page()
    {
        using var browser = await Browser.ClerkAsync(app);

        using var answer = await browser.Http.PostAsync("/profile", new FormUrlEncodedContent([new("Input.Name", "X")]));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("The form could not be read", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_language_is_changed_where_one_is()
    {
        using var browser = await Browser.ClerkAsync(app);
        var page = await browser.GetAsync("/documents?type=Mandate");

        var dutch = await browser.SubmitAsync(page, "form[action='/profile/language']", ("language", "nl"));

        Assert.Equal("Documenten", dutch.Words("h1"));
        Assert.Equal("nl", dutch.DocumentElement.GetAttribute("lang"));
    }

    [Fact]
    public async Task Nobody_works_for_an_own_company_that_is_not_theirs()
    {
        var foreign = Guid.CreateVersion7();
        await WriteAsync(db =>
        {
            db.Companies.Add(new() { Id = foreign, Name = "Another firm" });
            return Task.CompletedTask;
        });
        using var clerk = await Browser.ClerkAsync(app);
        var page = await clerk.GetAsync("/profile");
        page.QuerySelector("#profile-form")!.SetAttribute("action", "/profile/company");

        using var refused = await clerk.PostAsync(page, "#profile-form", ("id", foreign.ToString()));
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);

        using var administrator = await Browser.AdministratorAsync(app);
        var moved = await administrator.SubmitAsync(await administrator.GetAsync("/profile"), "main form[action='/profile/company']", ("id", foreign.ToString()));
        Assert.Equal("Another firm", moved.Words(".side .own span"));
    }

    private static string CodeOf(string secret) => new Totp(Base32Encoding.ToBytes(secret)).ComputeTotp(TimeProvider.System.GetUtcNow().UtcDateTime);

    private async Task<string> GivenAClerk()
    {
        var email = $"clerk-{Guid.CreateVersion7():n}@domi.example";
        await WriteAsync(db =>
        {
            var clerk = new User { Email = email, Name = "Bo Clerk", Language = "en" };
            clerk.SetPassword(AppFixture.AdminPassword);
            db.Users.Add(clerk);
            db.UserCompanies.Add(new() { UserId = clerk.Id, OwnCompanyId = app.Made!.CompanyId });
            return Task.CompletedTask;
        });
        return email;
    }

    private Task<int> WriteAsync(Func<OfficeDb, Task> change) => AppFixture.InScopeAsync(app.Office!, async services =>
    {
        var db = (OfficeDb)services.GetService(typeof(OfficeDb))!;
        await change(db);
        return await db.SaveChangesAsync();
    });
}
