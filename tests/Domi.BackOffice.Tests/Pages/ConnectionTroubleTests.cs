using Domi.BackOffice.Connections;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Tests.Sync;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Tests.Pages;

/// <summary>Whatever the provider does, the connection screen and the dashboard say what happened by its code, until it is over.</summary>
public sealed class ConnectionTroubleTests : IClassFixture<ProxiedFixture>
{
    private const string Address = "/settings/apps/twikey";

    private readonly ProxiedFixture app;
    private readonly Story story;

    public ConnectionTroubleTests(ProxiedFixture app)
    {
        (this.app, story) = (app, new(app));
        app.Heal();
    }

    [Theory]
    [InlineData(Fault.Html, "TWK-NOT-TWIKEY")]
    [InlineData(Fault.RateLimited, "TWK-RATE")]
    [InlineData(Fault.Unauthorised, "TWK-KEY-REFUSED")]
    [InlineData(Fault.ServerError, "TWK-SERVER")]
    [InlineData(Fault.Nothing, "TWK-UNREACHABLE")]
    [InlineData(Fault.HalfAnswer, "TWK-UN")] // UNREADABLE, or UNREACHABLE when the line broke before the first byte was here
    public async Task A_feed_that_cannot_be_read_is_told_by_its_code_until_it_can(Fault fault, string code)
    {
        var invoice = await story.GivenANumberedInvoice(await story.GivenARelation());
        app.Proxy.Decide = (_, path) => path.EndsWith("/payment/feed", StringComparison.Ordinal) ? fault : Fault.None;
        using var browser = await Browser.AdministratorAsync(app);

        await story.WhenPaidOnThePage(invoice);

        await ThenTheScreensSay(browser, code);
        Assert.Equal(121m, (await story.Read(invoice.Id)).Open);

        app.Heal();
        await story.WhenFeedsAreRead();
        await ThenTheScreensSay(browser, null);
        Assert.Equal(0m, (await story.Read(invoice.Id)).Open);
    }

    [Theory]
    [InlineData(Fault.Html, "TWK-NOT-TWIKEY")]
    [InlineData(Fault.RateLimited, "TWK-RATE")]
    [InlineData(Fault.Unauthorised, "TWK-KEY-REFUSED")]
    [InlineData(Fault.ServerError, "TWK-SERVER")]
    [InlineData(Fault.Nothing, "TWK-UNREACHABLE")]
    [InlineData(Fault.HalfAnswer, "TWK-UN")] // UNREADABLE, or UNREACHABLE when the line broke before the first byte was here
    public async Task A_link_that_cannot_be_had_is_told_by_its_code_until_it_can(Fault fault, string code)
    {
        var invoice = await story.WhenNumbered(await story.GivenAProposal(await story.GivenARelation()));
        app.Proxy.Decide = (method, path) => method == "POST" && path.EndsWith("/creditor/invoice", StringComparison.Ordinal) ? fault : Fault.None;
        using var browser = await Browser.AdministratorAsync(app);

        await AppFixture.RunAsync<RequestLinks>(app.Office!);

        await ThenTheScreensSay(browser, code);
        Assert.StartsWith("1 ", Row(await browser.GetAsync(Address), "Invoices without a link"));

        app.Heal();
        await AppFixture.AdvanceAsync(app.Office!, TimeSpan.FromMinutes(1));
        await story.WhenFeedsAreRead();
        await ThenTheScreensSay(browser, null);
        Assert.Equal(LinkState.Ready, (await story.Read(invoice.Id)).LinkState);
    }

    [Theory]
    [InlineData("id")]
    [InlineData("number")]
    [InlineData("amount")]
    public async Task An_invoice_that_is_not_ours_is_refused_and_the_invoice_says_so(string which)
    {
        var invoice = await story.WhenNumbered(await story.GivenAProposal(await story.GivenARelation()));
        app.Proxy.Rewrite = (method, path, body) => method != "POST" || !path.EndsWith("/creditor/invoice", StringComparison.Ordinal) ? body : which switch
        {
            "id" => body.Replace(invoice.Id.ToString(), Guid.CreateVersion7().ToString()),
            "number" => body.Replace($"\"{invoice.Number}\"", "\"ANOTHER-1\""),
            _ => With(body, json => json["amount"] = 12.10m),
        };
        using var browser = await Browser.AdministratorAsync(app);

        await AppFixture.RunAsync<RequestLinks>(app.Office!);

        var taken = await story.Read(invoice.Id);
        Assert.Equal((LinkState.Failed, "TWK-NUMBER-TAKEN", null), (taken.LinkState, taken.LinkError, taken.PaymentUrl));
        Assert.Contains("TWK-NUMBER-TAKEN", (await browser.GetAsync($"/invoices/{invoice.Id}")).Words("#main"), StringComparison.Ordinal);
        Assert.NotNull((await browser.GetAsync("/")).QuerySelector(".todo a[href='/invoices?view=link']"));
        Assert.StartsWith("1 ", Row(await browser.GetAsync(Address), "Invoices without a link"));
        app.Heal();
        await app.ReadAsync((OfficeDb db) => db.Invoices.Where(i => i.Id == invoice.Id).ExecuteUpdateAsync(set => set.SetProperty(i => i.LinkState, LinkState.Waiting).SetProperty(i => i.LinkDueAt, AppFixture.Start)));
        await AppFixture.RunAsync<RequestLinks>(app.Office!);
    }

    private static string With(string body, Action<System.Text.Json.Nodes.JsonObject> bend)
    {
        var json = System.Text.Json.Nodes.JsonNode.Parse(body)!.AsObject();
        bend(json);
        return json.ToJsonString();
    }

    private static async Task ThenTheScreensSay(Browser browser, string? code)
    {
        var (screen, dashboard) = (await browser.GetAsync(Address), await browser.GetAsync("/"));
        var state = Row(screen, "Last error");
        if (code is null)
        {
            Assert.DoesNotContain("TWK-", state, StringComparison.Ordinal);
            Assert.Equal("Connected", screen.Words(".head .states"));
            Assert.DoesNotContain("TWK-", dashboard.Words(".todo"), StringComparison.Ordinal);
        }
        else
        {
            Assert.Contains(code, state, StringComparison.Ordinal);
            Assert.NotEqual("Connected", screen.Words(".head .states"));
            Assert.Contains(code, dashboard.Words(".todo"), StringComparison.Ordinal);
        }
    }

    private static string Row(AngleSharp.Html.Dom.IHtmlDocument screen, string head) =>
        string.Join(' ', (screen.QuerySelectorAll("[aria-labelledby=h-state] tr").Single(r => r.QuerySelector("th")!.TextContent.Trim() == head).QuerySelector("td")!.TextContent).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
