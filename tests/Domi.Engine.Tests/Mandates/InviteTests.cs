using System.Text.Json;
using Domi.Engine.Mandates;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Mandates;

public sealed class InviteTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly EngineClient client = new(app);

    [Theory]
    [InlineData("/invite")]
    [InlineData("/prepare")]
    public async Task An_invitation_answers_number_address_and_key(string path)
    {
        using var answer = await client.FormAsync(path, ("ct", "1"), ("customerNumber", "INV" + path.Length), ("MyAttribute", "Anything"), ("plan", "monthly"), ("reminderDays", "0"), ("amount", "0"));
        var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;

        Assert.Matches("^CORE[0-9]+$", json.GetProperty("mndtId").GetString());
        Assert.EndsWith("/sign/" + json.GetProperty("key").GetString(), json.GetProperty("url").GetString());
    }

    [Fact]
    public async Task A_campaign_may_have_two_hundred_and_fifty_characters()
    {
        var campaign = new string('c', 250);
        var (reference, _) = await client.InviteAsync("CAMP", ("campaign", campaign));

        Assert.Equal(campaign, await app.ReadEngineAsync(db => db.Mandates.Where(m => m.Reference == reference).Select(m => m.Campaign).SingleAsync()));
        Assert.Equal("err_invalid_params", await EngineClient.RefusalAsync(client.FormAsync("/invite", ("ct", "1"), ("customerNumber", "CAMP"), ("campaign", campaign + "c"))));
    }

    [Fact]
    public async Task A_profile_may_be_named_by_its_code()
    {
        var (reference, _) = await client.InviteAsync("CODE", ("ct", "0"), ("tc", "B2B"));

        Assert.StartsWith("B2B", reference);
    }

    [Fact]
    public async Task With_check_a_signed_mandate_of_the_customer_is_answered_without_an_address()
    {
        var signed = await client.GivenASignedMandate("CHK-1");

        Assert.Equal((signed, ""), await client.InviteAsync("CHK-1", ("check", "true")));
        Assert.NotEqual(signed, (await client.InviteAsync("CHK-1", ("check", "true"), ("ct", "2"))).Reference);
        Assert.NotEqual("", (await client.InviteAsync("CHK-2", ("check", "true"), ("email", "CHK-1@example.org"))).Page); // the number counts before the address
    }

    [Fact]
    public async Task One_link_of_a_customer_and_profile_is_valid_at_a_time()
    {
        var (first, page) = await client.InviteAsync("OLD-1");
        var (second, _) = await client.InviteAsync("OLD-1");
        var (other, _) = await client.InviteAsync("OLD-1", ("ct", "2"));

        Assert.Equal([second, other], await app.ReadEngineAsync(db => db.Mandates.Where(m => m.Reference == first || m.Reference == second || m.Reference == other).OrderBy(m => m.PreparedAt).Select(m => m.Reference).ToListAsync()));
        using var gone = await app.EngineHttp.GetAsync(page);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task An_own_number_is_kept_in_capitals_and_refused_when_it_is_taken_or_the_profiles()
    {
        var (reference, _) = await client.InviteAsync("OWN-1", ("mandateNumber", "own-77"));

        Assert.Equal("OWN-77", reference);
        Assert.Equal("err_duplicate_ref", await EngineClient.RefusalAsync(client.FormAsync("/invite", ("ct", "1"), ("customerNumber", "OWN-2"), ("mandateNumber", "Own-77"))));
        Assert.Equal("err_invalid_params", await EngineClient.RefusalAsync(client.FormAsync("/invite", ("ct", "1"), ("customerNumber", "OWN-2"), ("mandateNumber", "core77"))));
    }

    [Fact]
    public async Task An_invitation_by_mail_goes_to_the_address_that_is_given_or_known()
    {
        await client.InviteAsync("SND-1");
        await client.InviteAsync("SND-1", ("email", ""), ("sendInvite", "true"));

        Assert.Equal("err_missing_params", await EngineClient.RefusalAsync(client.FormAsync("/invite", ("ct", "1"), ("customerNumber", "SND-2"), ("sendInvite", "true"))));
        Assert.Equal(1, await app.ReadEngineAsync(db => db.Mails.CountAsync(m => m.To == "SND-1@example.org" && m.Purpose == "invite")));
        Assert.Equal(0, await app.ReadEngineAsync(db => db.Customers.CountAsync(c => c.CustomerNumber == "SND-2")));
    }

    [Theory]
    [InlineData("2025-07-31", 365)] // past: shortens nothing
    [InlineData("2026-03-27", 11)]
    [InlineData("1774569600000", 10)] // 27 March 2026
    [InlineData("1774569600000.0", 10)]
    [InlineData("9999999999999", 365)] // never longer than a year
    public async Task The_end_of_a_link_is_a_day_or_milliseconds(string end, int days)
    {
        var (reference, _) = await client.InviteAsync("END-" + end, ("ed", end));

        var expires = await app.ReadEngineAsync(db => db.Mandates.Where(m => m.Reference == reference).Select(m => m.LinkExpiresAt).SingleAsync());
        Assert.Equal(days, Math.Round((expires - AppFixture.Start).TotalDays, 0));
    }

    [Fact]
    public async Task A_bank_that_is_named_is_kept_also_where_it_does_not_fit_the_account()
    {
        var (foreign, _) = await client.InviteAsync("BIC-1", ("iban", "NL46ABNA8910219718"), ("bic", "GKCCBEBB"));
        var (derived, _) = await client.InviteAsync("BIC-2", ("iban", "BE91001732641076"));

        Assert.Equal(("GKCCBEBB", "GEBABEBB"), (await BicAsync(foreign), await BicAsync(derived)));
    }

    [Fact]
    public async Task A_first_payment_and_a_subscription_begin_with_the_signature()
    {
        var reference = (await client.TakenAsync(HttpMethod.Post, "/sign", ("ct", "1"), ("customerNumber", "MONEY"), ("lastname", "Peeters"), ("method", "import"), ("iban", "BE68539007547034"), ("transactionAmount", "12.50"),
            ("transactionMessage", "Entry fee"), ("transactionRef", "FEE-1"), ("subscriptionAmount", "40"), ("subscriptionMessage", "Gym"), ("subscriptionRecurrence", "1m"), ("subscriptionRef", "gym"))).GetProperty("MndtId").GetString()!;

        var first = (await client.GetAsync("/transaction/detail?mndtId=" + reference)).GetProperty("Entries")[0];
        Assert.Equal(("Entry fee", 12.50m, "FEE-1"), (first.GetProperty("msg").GetString(), first.GetProperty("amount").GetDecimal(), first.GetProperty("ref").GetString()));
        var subscription = await client.GetAsync($"/subscription/{reference}/gym");
        Assert.Equal(("active", 40m, "1m"), (subscription.GetProperty("state").GetString(), subscription.GetProperty("amount").GetDecimal(), subscription.GetProperty("recurrence").GetString()));
    }

    private Task<string> BicAsync(string reference) => app.ReadEngineAsync(async db => (await db.Mandates.Where(m => m.Reference == reference).Select(m => m.DebtorBic).SingleAsync())!.Value.Value);
}
