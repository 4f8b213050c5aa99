using System.Net.Http.Json;
using System.Text.Json;
using Domi.BackOffice.Companies;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.BackOffice.Tests.Companies;

/// <summary>The API changes an own company by the rules of the screen.</summary>
public sealed class EditCompanyTests(OfficeFixture app) : IClassFixture<OfficeFixture>
{
    [Fact]
    public async Task What_is_not_said_stays_and_an_empty_text_takes_it_away()
    {
        await ThenIsTaken(await PutAsync(new { name = "Bakkerij", enterpriseNumber = "0417.497.106", account = "BE68 5390 0754 7034", street = "Grote Markt 1", email = "info@bakkerij.example", defaultDueDays = 14, sendsWhenNumbered = true }));

        await ThenIsTaken(await PutAsync(new { name = "Bakkerij Peeters" }));
        var company = await ReadAsync();
        Assert.Equal(("Bakkerij Peeters", "0417497106", "BE68539007547034", "Grote Markt 1", "info@bakkerij.example", 14, true),
            (company.Name, company.EnterpriseNumber?.Value, company.Account?.Value, company.Street, company.Email, company.DefaultDueDays, company.SendsWhenNumbered));

        await ThenIsTaken(await PutAsync(new { account = "", sendsWhenNumbered = false }));
        Assert.Equal((null, null, "Bakkerij Peeters", false), ((await ReadAsync()).Account, (await ReadAsync()).Bic, (await ReadAsync()).Name, (await ReadAsync()).SendsWhenNumbered));
    }

    [Fact]
    public async Task Another_sender_needs_the_switch_at_the_provider_to_be_checked_and_nothing_else_is_saved_without()
    {
        var before = await ReadAsync();

        using var refused = await PutAsync(new { name = "Half saved", invoicesSentBy = "Provider" });
        Assert.Equal((HttpStatusCode.Conflict, "switch_not_checked"), (refused.StatusCode, await CodeAsync(refused)));
        Assert.Equal((before.Name, before.Version, SentBy.Office), ((await ReadAsync()).Name, (await ReadAsync()).Version, (await ReadAsync()).InvoicesSentBy));

        await ThenIsTaken(await PutAsync(new { invoicesSentBy = "Provider", invoiceSwitchChecked = true }));
        Assert.Equal((SentBy.Provider, new DateOnly(2026, 3, 17)), ((await ReadAsync()).InvoicesSentBy, (await ReadAsync()).InvoiceSwitchCheckedOn));
        await ThenIsTaken(await PutAsync(new { invoicesSentBy = "Office", invoiceSwitchChecked = true }));
    }

    [Theory]
    [InlineData("website", "javascript:alert(1)", "website_invalid")]
    [InlineData("website", "ftp://bakkerij.example", "website_invalid")]
    [InlineData("website", "www bakkerij example", "website_invalid")]
    [InlineData("country", "ZZ", "country_invalid")]
    [InlineData("language", "xx", "language_unknown")]
    public async Task What_no_document_can_show_is_refused_at_its_field(string field, string value, string code)
    {
        var before = await ReadAsync();

        using var refused = await PutAsync(new Dictionary<string, string> { ["name"] = "Half saved", [field] = value });

        Assert.Equal((HttpStatusCode.Conflict, code), (refused.StatusCode, await CodeAsync(refused)));
        Assert.Equal((before.Name, before.Version), ((await ReadAsync()).Name, (await ReadAsync()).Version));
    }

    [Theory]
    [InlineData("www.bakkerij.example")]
    [InlineData("https://bakkerij.example/fr?x=1")]
    public async Task A_website_is_taken_with_and_without_its_scheme(string website)
    {
        await ThenIsTaken(await PutAsync(new { website }));

        Assert.Equal(website, (await ReadAsync()).Website);
    }

    [Fact]
    public async Task A_change_over_somebody_elses_is_refused()
    {
        var version = (await ReadAsync()).Version;
        await ThenIsTaken(await PutAsync(new { phone = "03 1" }));

        using var late = await PutAsync(new { phone = "03 2" }, version);

        Assert.Equal((HttpStatusCode.Conflict, "changed_meanwhile"), (late.StatusCode, await CodeAsync(late)));
    }

    [Theory]
    [InlineData("{year}-{number}", "{year}-{number:0000}")]
    [InlineData("{year}-{number:0000}", "{year}-{number:0000}")]
    public async Task Invoices_and_credit_notes_never_meet_on_one_number(string invoices, string notes)
    {
        var refused = await Assert.ThrowsAsync<RefusedException>(() => app.ReadAsync(async (OfficeDb db) =>
        {
            var company = await db.Companies.AsNoTracking().SingleAsync();
            return await AppFixture.InScopeAsync(app.Office!, services => services.GetRequiredService<EditCompany>()
                .SaveNumberingAsync(company.Id, null, new(30, 21m, PaymentReferenceKind.StructuredCommunication, 1, invoices, notes), CancellationToken.None));
        }));

        Assert.Equal("number_format_same", refused.Code);
    }

    private Task<HttpResponseMessage> PutAsync(object body, int? version = null) => app.OfficeHttp.PutAsJsonAsync("/api/v1/company" + (version is null ? "" : $"?version={version}"), body);

    private static async Task ThenIsTaken(HttpResponseMessage answer)
    {
        using (answer) Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<string?> CodeAsync(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString();

    private Task<OwnCompany> ReadAsync() => app.ReadAsync((OfficeDb db) => db.Companies.AsNoTracking().SingleAsync());
}
