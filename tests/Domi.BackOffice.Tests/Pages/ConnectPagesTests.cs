using Domi.BackOffice.Connections;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Tests.Pages;

public sealed class ConnectPagesTests(OfficeFixture app) : IClassFixture<OfficeFixture>
{
    private const string Form = "form:has([name='Input.MerchantNumber'])";
    private const string Address = "/settings/apps/twikey";

    [Fact]
    public async Task A_test_with_the_stored_keys_passes_and_shows_no_secret()
    {
        using var browser = await Browser.AdministratorAsync(app);

        var page = await browser.SubmitAsync(await browser.GetAsync(Address), Form, ("act", "test"));

        Assert.Equal("The connection works", page.Words(".callout.ok strong"));
        Assert.Contains("Contract profiles read:", page.Words(".callout.ok"), StringComparison.Ordinal);
        Assert.DoesNotContain(app.Access.ApiKey, page.DocumentElement.OuterHtml, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_that_were_typed_for_a_test_are_saved_without_being_shown()
    {
        using var browser = await Browser.AdministratorAsync(app);
        var fields = new[] { ("Input.ApiKey", app.Access.ApiKey), ("Input.PrivateKey", app.Access.PrivateKey ?? "") };

        var page = await browser.SubmitAsync(await browser.GetAsync(Address), Form, [.. fields, ("act", "test")]);
        Assert.DoesNotContain(app.Access.ApiKey, page.DocumentElement.OuterHtml, StringComparison.Ordinal);
        Assert.Equal("•••••••• (entered, not saved yet)", page.QuerySelector("#Input_ApiKey")!.GetAttribute("placeholder"));
        page = await browser.SubmitAsync(page, Form, ("act", "save"));

        Assert.Equal("Connected", page.Words(".head .states"));
        Assert.Equal("•••••••• (stored)", page.QuerySelector("#Input_ApiKey")!.GetAttribute("placeholder"));
    }

    [Fact]
    public async Task A_wrong_key_is_told_with_its_code_and_what_to_do_and_not_saved()
    {
        using var browser = await Browser.AdministratorAsync(app);
        var before = await SealedAsync();

        var page = await browser.SubmitAsync(await browser.GetAsync(Address), Form, ("Input.ApiKey", "WRONG"), ("Input.PrivateKey", "abcd"), ("act", "save"));

        Assert.StartsWith("TWK-", page.Words(".codebox"), StringComparison.Ordinal);
        Assert.NotEqual("", page.Words(".callout.bad strong"));
        Assert.NotNull(page.QuerySelector("button[value='save-anyway']"));
        Assert.Contains(page.Words(".codebox"), page.QuerySelector(".with-code [data-copy]")!.GetAttribute("data-copy"), StringComparison.Ordinal);
        Assert.Equal(before, await SealedAsync());
    }

    [Fact]
    public async Task Another_customers_keys_are_saved_as_that_customer_only()
    {
        using var browser = await Browser.AdministratorAsync(app);
        var fields = new[] { ("Input.MerchantNumber", "4242"), ("Input.ApiKey", app.Access.ApiKey), ("Input.PrivateKey", app.Access.PrivateKey ?? "") };

        var page = await browser.SubmitAsync(await browser.GetAsync(Address), Form, [.. fields, ("act", "save-anyway"), ("Input.AcceptsNew", "true")]);

        Assert.Equal("TWK-OTHER-CUSTOMER", page.Words(".codebox"));
        Assert.Null(page.QuerySelector("button[value='save-anyway']"));
        Assert.Equal($"Save as customer {app.Access.MerchantId}", page.Words("button[value=adopt]"));
        Assert.False(await app.OfficeAsync((_, db) => db.Connections.AnyAsync(c => c.MerchantNumber == "4242")));

        page = await browser.SubmitAsync(page, Form, ("act", "adopt"));
        Assert.Equal(app.Access.MerchantId.ToString(), page.QuerySelector("[name='Input.MerchantNumber']")!.GetAttribute("value"));
        Assert.Equal("", page.Words(".callout.bad"));
    }

    [Fact]
    public async Task Another_address_is_a_new_connection_and_said_so_before_it_is_saved()
    {
        using var browser = await Browser.AdministratorAsync(app);
        var page = await browser.SubmitAsync(await browser.GetAsync(Address), Form, ("Input.BaseAddress", "https://127.0.0.1:1/creditor"), ("Input.ApiKey", "KEY"), ("act", "save-anyway"));

        Assert.Equal("TWK-UNREACHABLE", page.Words(".codebox"));
        Assert.Equal("This is another connection", page.Words(".callout.warn strong"));
        Assert.Equal(1, await app.OfficeAsync((_, db) => db.Connections.CountAsync()));
    }

    [Theory]
    [InlineData("Input.MerchantNumber", "", "The customer number is missing.")]
    [InlineData("Input.BaseAddress", "http://api.example.com", "The address must begin with https; keys do not travel otherwise.")]
    [InlineData("Input.BaseAddress", "nonsense", "The address must begin with https; keys do not travel otherwise.")]
    [InlineData("Input.PrivateKey", "xyz", "The private key consists of digits and the letters A to F.")]
    public async Task What_is_wrong_stands_at_its_field(string field, string value, string words)
    {
        using var browser = await Browser.AdministratorAsync(app);

        var page = await browser.SubmitAsync(await browser.GetAsync(Address), Form, ("Input.ApiKey", "KEY"), (field, value), ("act", "test"));

        Assert.Equal(words, page.ErrorOf(field));
    }

    [Fact]
    public async Task A_forged_sealed_field_is_as_if_nothing_was_typed()
    {
        using var browser = await Browser.AdministratorAsync(app);

        var page = await browser.SubmitAsync(await browser.GetAsync(Address), Form, ("Input.Typed", "forged"), ("act", "test"));

        Assert.Equal("The connection works", page.Words(".callout.ok strong"));
    }

    [Fact]
    public async Task The_feeds_are_read_now_again_from_a_day_and_the_profiles_anew()
    {
        using var browser = await Browser.AdministratorAsync(app);
        var page = await browser.GetAsync(Address);

        Assert.Equal("The events were read.", (await browser.SubmitAsync(page, "form[action*=Sync]")).Words(".toast span"));
        Assert.Equal("The events will be read again in a moment.", (await browser.SubmitAsync(page, "form[action*=Replay]", ("from", "2026-03-01"))).Words(".toast span"));
        Assert.Equal("The profiles were read again.", (await browser.SubmitAsync(page, "form[action*=Profiles]")).Words(".toast span"));
        Assert.Equal(HttpStatusCode.OK, (await browser.PostAsync(page, "form[action*=Replay]", ("from", "yesterday"))).StatusCode);
        Assert.NotNull(await app.OfficeAsync((_, db) => db.Connections.Select(c => c.LastReadAt).SingleAsync()));
    }

    [Fact]
    public async Task A_quarantined_event_shows_its_reason_and_content_and_is_dismissed_or_tried_again()
    {
        var dismissed = await app.QuarantinedAsync("payments", "unknown_invoice", """{"eventId":17}""");
        var retried = await app.QuarantinedAsync("invoices", "unknown_state", """{"state":"ODD"}""");
        using var browser = await Browser.AdministratorAsync(app);

        var page = await browser.GetAsync(Address);
        Assert.Contains("Unknown invoice, or of another amount", page.Words("#quarantine"), StringComparison.Ordinal);
        Assert.Contains("""{"eventId":17}""", page.QuerySelectorAll("#quarantine pre").Select(p => p.TextContent));
        await browser.SubmitAsync(page, $"form[action*=Dismiss]:has([value='{dismissed.Id}'])");
        using var answer = await browser.PostAsync(page, $"form[action*=Retry]:has([value='{retried.Id}'])");

        Assert.Equal(InboxState.Dismissed, await app.OfficeAsync((_, db) => db.Inbox.Where(e => e.Id == dismissed.Id).Select(e => e.State).SingleAsync()));
        // It makes no more sense than before: it stays, with what it said.
        Assert.Contains("The event still makes no sense", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal((InboxState.Quarantined, "unreadable"), await app.OfficeAsync(async (_, db) => await db.Inbox.Where(e => e.Id == retried.Id).Select(e => new ValueTuple<InboxState, string?>(e.State, e.Reason)).SingleAsync()));
    }

    [Fact]
    public async Task A_mandate_that_the_provider_no_longer_knows_is_not_linked()
    {
        var relation = await app.RelationAsync("Linked By Hand NV");
        var found = await app.QuarantinedAsync("mandates", "unknown_relation", """{"Mndt":{"MndtId":"GONE-1"}}""");
        using var browser = await Browser.AdministratorAsync(app);
        var form = $"form[action*=Relate]:has([value='{found.Id}'])";

        var nobody = await browser.SubmitAsync(await browser.GetAsync(Address), form, ("relation", "Nobody"));
        Assert.Equal("Choose an existing relation.", nobody.Words(".callout.bad"));
        var page = await browser.SubmitAsync(nobody, form, ("relation", relation.Number.ToString()));

        Assert.Equal("This no longer exists.", page.Words(".callout.bad"));
        Assert.Equal(InboxState.Quarantined, await app.OfficeAsync((_, db) => db.Inbox.Where(e => e.Id == found.Id).Select(e => e.State).SingleAsync()));
    }

    private Task<string> SealedAsync() => app.OfficeAsync((_, db) => db.Connections.Select(c => c.ApiKeySealed).SingleAsync());
}
