using Domi.BackOffice.Mandates;
using Domi.BackOffice.Relations;
using Domi.BackOffice.Runs;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.BackOffice.Tests.Pages;

public sealed class RelationPageTests(OfficeFixture app) : IClassFixture<OfficeFixture>
{
    [Fact]
    public async Task A_relation_is_made_read_and_changed()
    {
        using var browser = await Browser.ClerkAsync(app);

        var made = await browser.SubmitAsync(await browser.GetAsync("/relations/new"), "#relation-form",
            ("Input.Name", "Boulangerie <b>Lambert</b>"), ("Input.EnterpriseNumber", "0403170701"), ("Input.IsVatRegistered", "true"), ("Input.Email", "info@lambert.example"), ("Input.DueDays", "14"));
        Assert.Equal("Boulangerie <b>Lambert</b>", made.Words("h1")); // as text, not as markup
        Assert.Contains("0403.170.701", made.Words("aside"), StringComparison.Ordinal);
        Assert.Contains("14 days", made.Words("aside"), StringComparison.Ordinal);
        Assert.Contains("An Clerk made the relation.", made.Words(".timeline"), StringComparison.Ordinal);

        var address = made.DocumentElement.GetAttribute("data-address");
        var changed = await browser.SubmitAsync(await browser.GetAsync(address + "/edit"), "#relation-form", ("Input.Name", "Boulangerie Lambert"), ("Input.City", "Namur"));
        Assert.Equal("Boulangerie Lambert", changed.Words("h1"));
        Assert.Contains("Namur", changed.Words(".contact"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Input.Name", "", "Fill in this field.")]
    [InlineData("Input.Email", "not an address", "“not an address” is not an e-mail address.")]
    [InlineData("Input.InvoiceCc", "a@b.example, nonsense", "“nonsense” is not an e-mail address.")]
    [InlineData("Input.EnterpriseNumber", "0403170702", "“0403170702” is not a Belgian enterprise number: ten digits, for example 0403.170.701.")]
    [InlineData("Input.Country", "B1", "The country has two letters, for example BE.")]
    [InlineData("Input.DueDays", "400", "The term is between 0 and 365 days.")]
    [InlineData("Input.DueDays", "soon", "This value is not valid.")]
    [InlineData("Input.Kind", "Martian", "This value is not valid.")]
    public async Task What_is_wrong_stands_at_its_field(string field, string value, string words)
    {
        using var browser = await Browser.ClerkAsync(app);

        var page = await browser.SubmitAsync(await browser.GetAsync("/relations/new"), "#relation-form", field == "Input.Name" ? [(field, value)] : [("Input.Name", "Somebody"), (field, value)]);

        Assert.Equal(words, page.ErrorOf(field));
        Assert.Equal("true", page.QuerySelector($"[name='{field}']")!.GetAttribute("aria-invalid"));
    }

    [Fact]
    public async Task A_change_over_somebody_elses_change_is_refused_above_the_form()
    {
        var id = await GivenARelation("Two at once");
        using var browser = await Browser.ClerkAsync(app);
        var first = await browser.GetAsync($"/relations/{id}/edit");
        var second = await browser.GetAsync($"/relations/{id}/edit");
        await browser.SubmitAsync(first, "#relation-form", ("Input.City", "Gent"));

        var refused = await browser.SubmitAsync(second, "#relation-form", ("Input.City", "Brugge"));

        Assert.Contains("Somebody else changed this meanwhile", refused.Words(".callout.bad"), StringComparison.Ordinal);
        Assert.Equal("Brugge", refused.QuerySelector("[name='Input.City']")!.GetAttribute("value"));
    }

    [Fact]
    public async Task The_list_pages_by_key_and_finds_by_name_number_and_method()
    {
        for (var n = 0; n < 120; n++) await GivenARelation($"Paged {n / 10} {n:000}");
        using var browser = await Browser.ClerkAsync(app);
        var seen = new List<string>();

        for (var address = "/relations?q=paged"; address is not null;)
        {
            var page = await browser.GetAsync(address);
            seen.AddRange(page.QuerySelectorAll("tbody a.id").Select(a => a.TextContent));
            address = page.QuerySelector(".pager a[rel=next]")?.GetAttribute("href");
        }

        Assert.Equal(120, seen.Count);
        Assert.Equal(120, seen.Distinct().Count());
        Assert.Equal(seen.Order(StringComparer.Ordinal), seen);
        var number = (await browser.GetAsync("/relations?q=Paged+0+007")).Words("tbody .no");
        Assert.Equal("Paged 0 007", (await browser.GetAsync($"/relations?q={number}")).Words("tbody a.id"));
        Assert.Contains("No relation matches these filters.", (await browser.GetAsync("/relations?q=paged&method=DirectDebit")).Words(".empty"), StringComparison.Ordinal);
        Assert.NotNull((await browser.GetAsync("/relations?method=nonsense&kind=7%27&after=%00broken&q=%27%25_")).QuerySelector("h1"));
    }

    [Fact]
    public async Task The_payment_method_is_set_by_hand_and_given_back()
    {
        var id = await GivenARelation("By hand");
        using var browser = await Browser.ClerkAsync(app);

        var set = await browser.SubmitAsync(await browser.GetAsync($"/relations/{id}"), "#method-debit", ("method", "DirectDebit"));
        Assert.Contains("Pays by direct debit", set.Words(".head .states"), StringComparison.Ordinal);
        Assert.Contains("set by hand", set.Words("aside"), StringComparison.Ordinal);

        var released = await browser.SubmitAsync(set, "#method-release");
        Assert.Contains("Pays manually", released.Words(".head .states"), StringComparison.Ordinal);
        Assert.Null(released.QuerySelector("#method-release"));
    }

    [Fact]
    public async Task A_relation_is_invited_with_a_chosen_contract()
    {
        var id = await GivenARelation("Invited", RelationKind.Person);
        using var browser = await Browser.ClerkAsync(app);
        var page = await browser.GetAsync($"/relations/{id}/invite");
        Assert.Equal("1", page.QuerySelector("input[name='Input.Profile'][checked]")!.GetAttribute("value")); // a person is offered CORE

        var b2b = await browser.SubmitAsync(page, "#invite-form", ("Input.Profile", "2"));
        Assert.Contains("a B2B mandate is not possible", b2b.ErrorOf("Input.Profile"), StringComparison.Ordinal);
        var unknown = await browser.SubmitAsync(page, "#invite-form", ("Input.Profile", "99"));
        Assert.Equal("Choose a contract that exists at Twikey.", unknown.ErrorOf("Input.Profile"));

        var planned = await browser.SubmitAsync(page, "#invite-form", ("Input.Profile", "1"));
        Assert.Contains("Leaves soon", planned.Body!.TextContent, StringComparison.Ordinal);
        var twice = await browser.SubmitAsync(page, "#invite-form", ("Input.Profile", "1"));
        Assert.Contains("on its way already", twice.Words(".callout.bad"), StringComparison.Ordinal);

        await AppFixture.RunAsync<SendInvitations>(app.Office!);
        Assert.Contains("Sent, not signed yet", (await browser.GetAsync($"/relations/{id}")).Body!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_are_invited_after_a_look_at_who_is_left_out()
    {
        var person = await GivenARelation("Many: a person", RelationKind.Person);
        var company = await GivenARelation("Many: a company", RelationKind.Company, enterprise: "0403170701");
        var silent = await GivenARelation("Many: no address", email: null);
        var foreign = Guid.CreateVersion7();
        using var browser = await Browser.ClerkAsync(app);
        var list = await browser.GetAsync("/relations?q=Many:");

        using var posted = await PostIdsAsync(browser, list, "form[data-select]", [person, company, silent, foreign]);
        var core = await Browser.ReadAsync(posted);
        Assert.Contains("Many: no address", core.Words("[aria-labelledby=h-ex]"), StringComparison.Ordinal);
        Assert.Contains("Many: a person", core.Words("[aria-labelledby=h-in]"), StringComparison.Ordinal);
        Assert.Equal("Invite 2 relations", core.Words("#invite-form button.primary"));

        core.QuerySelector("#invite-form")!.SetAttribute("action", "/relations/invite");
        using var checkedAgain = await PostIdsAsync(browser, core, "#invite-form", [person, company, silent], ("Input.Profile", "2"));
        var b2b = await Browser.ReadAsync(checkedAgain);
        Assert.Contains("Many: a person", b2b.Words("[aria-labelledby=h-ex]"), StringComparison.Ordinal);

        using var started = await PostIdsAsync(browser, b2b, "#invite-form", [person, company, silent]);
        Assert.StartsWith("/runs/", started.Headers.Location!.ToString(), StringComparison.Ordinal);
        await AppFixture.RunAsync<DoRuns>(app.Office!);
        var invited = await app.ReadAsync((OfficeDb db) => db.Invitations.Where(i => i.RelationId == company || i.RelationId == person).ToListAsync());
        Assert.Equal((company, 2), (Assert.Single(invited).RelationId, invited[0].ProfileNumber));
    }

    [Fact]
    public async Task Choosing_nobody_says_so()
    {
        await GivenARelation("Choose me");
        using var browser = await Browser.ClerkAsync(app);

        var page = await browser.SubmitAsync(await browser.GetAsync("/relations?q=choose"), "form[data-select]");

        Assert.Contains("You have selected nothing.", page.Words(".callout.bad"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_firms_relation_is_not_found()
    {
        var theirs = new Relation { OwnCompanyId = Guid.CreateVersion7(), Number = 1, Name = "Theirs", Email = "x@theirs.example" };
        await AppFixture.InScopeAsync(app.Office!, async services =>
        {
            var db = services.GetRequiredService<OfficeDb>();
            db.Relations.Add(theirs);
            return await db.SaveChangesAsync();
        });
        var ours = await GivenARelation("Ours");
        using var browser = await Browser.ClerkAsync(app);

        foreach (var path in new[] { "", "/edit", "/invite" })
        {
            Assert.Equal(HttpStatusCode.NotFound, await browser.StatusAsync($"/relations/{theirs.Id}{path}"));
            var form = await browser.GetAsync($"/relations/{ours}{path}");
            form.QuerySelector("main form")!.SetAttribute("action", $"/relations/{theirs.Id}{path}{(path.Length == 0 ? "?handler=Method" : "")}");
            using var posted = await browser.PostAsync(form, "main form", ("Input.Name", "Taken over"), ("method", "DirectDebit"));
            Assert.Equal(HttpStatusCode.NotFound, posted.StatusCode);
        }

        Assert.DoesNotContain("Theirs", (await browser.GetAsync("/relations")).Body!.TextContent, StringComparison.Ordinal);
        Assert.Contains("Nothing matches", (await browser.GetAsync("/search?q=Theirs")).Words("main"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("999")]
    [InlineData("NaN")]
    [InlineData("2026-02-30")]
    public async Task A_tick_box_that_says_neither_yes_nor_no_is_an_error_at_the_form(string value)
    {
        using var browser = await Browser.ClerkAsync(app);
        var form = await browser.GetAsync("/relations/new");

        using var posted = await browser.PostAsync(form, "main form", ("Input.Name", "Ticked NV"), ("Input.GetsReminders", value));

        Assert.Equal(HttpStatusCode.OK, posted.StatusCode);
        Assert.Equal(0, await app.OfficeAsync((_, db) => db.Relations.CountAsync(r => r.Name == "Ticked NV")));
    }

    [Theory]
    [InlineData("/relations/not-an-id")]
    [InlineData("/relations/00000000-0000-0000-0000-000000000000")]
    [InlineData("/documents/00000000-0000-0000-0000-000000000000")]
    [InlineData("/mails/00000000-0000-0000-0000-000000000000")]
    [InlineData("/mails/00000000-0000-0000-0000-000000000000/html")]
    [InlineData("/settings")]
    [InlineData("/nothing")]
    public async Task What_is_not_there_or_not_for_a_clerk_is_a_page_that_says_so(string path)
    {
        using var browser = await Browser.ClerkAsync(app);

        using var answer = await browser.Http.GetAsync(path);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("This page does not exist", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clerk_is_shown_no_settings()
    {
        using var clerk = await Browser.ClerkAsync(app);
        using var administrator = await Browser.AdministratorAsync(app);

        Assert.Null((await clerk.GetAsync("/")).QuerySelector("a[href^='/settings']"));
        Assert.NotNull((await administrator.GetAsync("/")).QuerySelector(".nav a[href='/settings']"));
    }

    private static async Task<HttpResponseMessage> PostIdsAsync(Browser browser, AngleSharp.Html.Dom.IHtmlDocument page, string form, IEnumerable<Guid> ids, params (string Name, string Value)[] fields) =>
        await browser.PostAsync(page, form, [.. ids.Select(id => ("ids", id.ToString())), .. fields]);

    private async Task<Guid> GivenARelation(string name, RelationKind kind = RelationKind.SoleProprietor, string? enterprise = null, string? email = "somebody@relations.example") =>
        (await AppFixture.InScopeAsync(app.Office!, services => services.GetRequiredService<EditRelation>().CreateAsync(app.Made!.CompanyId,
            new(kind, name, null, null, enterprise, false, "Rue Haute 1", "1000", "Bruxelles", "BE", "fr", null, email, null, null, null, null, null, null, true), "An Clerk", default))).Id;
}
