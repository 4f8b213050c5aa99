using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Customers;

public sealed class BlockedAccountsTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly EngineClient client = new(app);

    [Fact]
    public async Task An_account_is_listed_with_its_reason_until_it_is_removed()
    {
        await client.TakenAsync(HttpMethod.Post, "/ibanblacklist", ("iban", "BE16 6453 4897 1174"), ("rsn", "fraud"));
        await client.TakenAsync(HttpMethod.Post, "/ibanblacklist", ("iban", "BE16645348971174"), ("rsn", "proven fraud"));

        var entry = (await client.GetAsync("/ibanblacklist")).GetProperty("accounts").EnumerateArray().Single(a => a.GetProperty("iban").GetString() == "BE16645348971174");
        Assert.Equal("proven fraud", entry.GetProperty("reason").GetString());
        await client.TakenAsync(HttpMethod.Delete, "/ibanblacklist", ("iban", "BE16645348971174"));
        Assert.Equal("err_not_found", await EngineClient.RefusalAsync(client.FormAsync(HttpMethod.Delete, "/ibanblacklist", ("iban", "BE16645348971174"))));
    }

    [Fact]
    public async Task Passive_suspends_what_is_there_and_active_takes_it_up_again()
    {
        var mandate = await client.GivenASignedMandate("BA1", ("iban", "BE91001732641076"));
        await client.TakenAsync(HttpMethod.Post, "/ibanblacklist", ("iban", "BE91001732641076"), ("rsn", "x"));
        Assert.Equal("true", await CollectableAsync(mandate));

        await client.TakenAsync(HttpMethod.Post, "/ibanblacklist", ("iban", "BE91001732641076"), ("rsn", "x"), ("state", "PASSIVE"));
        Assert.Equal("false", await CollectableAsync(mandate));
        Assert.Equal("err_invalid_state", await EngineClient.RefusalAsync(client.FormAsync("/transaction", ("mndtId", mandate), ("amount", "40"), ("message", "M"))));
        await client.TakenAsync(HttpMethod.Delete, "/ibanblacklist", ("iban", "BE91001732641076"), ("state", "active"));
        Assert.Equal("true", await CollectableAsync(mandate));
        Assert.Equal(2, (await client.FeedAsync("/mandate", "Messages")).Count(m => m.ToString().Contains(mandate) && m.ToString().Contains("collectable|user")));
    }

    [Fact]
    public async Task Cancel_ends_what_is_there_and_withdraws_what_was_to_be_sent()
    {
        var mandate = await client.GivenASignedMandate("BA2", ("iban", "BE31798258915655"));
        var made = await client.TransactAsync(mandate, 40m);
        await client.TakenAsync(HttpMethod.Post, "/ibanblacklist", ("iban", "BE31798258915655"), ("rsn", "x"), ("state", "cancel"), ("notify", "true"));

        Assert.Equal("CANCELLED", (await client.GetAsync("/mandate/query?customerNumber=BA2")).GetProperty("Contracts")[0].GetProperty("state").GetString());
        Assert.Equal(0, (await client.GetAsync("/transaction/detail?id=" + made.GetProperty("id"))).GetProperty("Entries").GetArrayLength());
        Assert.Contains("mandate_cancelled", await app.ReadEngineAsync(db => db.Mails.Where(m => m.To == "BA2@example.org").Select(m => m.Purpose).ToListAsync()));
        await client.TakenAsync(HttpMethod.Delete, "/ibanblacklist", ("iban", "BE31798258915655"), ("state", "active"));
        Assert.Equal("false", await CollectableAsync(mandate));
    }

    [Theory]
    [InlineData("POST", "", "err_missing_params")]
    [InlineData("POST", "iban=BE00&rsn=x", "err_invalid_iban")]
    [InlineData("POST", "iban=BE49473211985171", "err_missing_params")]
    [InlineData("POST", "iban=BE49473211985171&rsn=x&state=odd", "err_invalid_params")]
    [InlineData("POST", "iban=1111111111222222222233333333334444444444555555555566666666667&rsn=x", "err_invalid_params")]
    [InlineData("DELETE", "", "err_missing_params")]
    [InlineData("DELETE", "iban=BE00", "err_invalid_iban")]
    [InlineData("DELETE", "iban=BE49473211985171", "err_not_found")]
    [InlineData("DELETE", "iban=BE49473211985171&state=cancel", "err_invalid_params")]
    public async Task What_says_no_account_no_reason_or_an_odd_state_is_refused(string method, string form, string code) =>
        Assert.Equal(code, await EngineClient.RefusalAsync(client.SendAsync(new(method), "/ibanblacklist?" + form)));

    private async Task<string> CollectableAsync(string mandate)
    {
        using var answer = await client.SendAsync(HttpMethod.Get, "/mandate/detail?mndtId=" + mandate);
        return answer.Headers.GetValues("X-COLLECTABLE").Single();
    }
}
