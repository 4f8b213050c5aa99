using System.Text.Json;
using Domi.Engine.Subscriptions;
using Domi.Platform;
using Domi.Testing;

namespace Domi.Engine.Tests.Mandates;

public sealed class OnSignatureTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly EngineClient client = new(app);

    private static readonly (string, string)[] Both =
    [
        ("transactionAmount", "40,50"), ("transactionMessage", "Été"), ("transactionRef", "ON-TX"),
        ("subscriptionAmount", "35"), ("subscriptionMessage", "Rent"), ("subscriptionRef", "on-sub 1"), ("subscriptionRecurrence", "3m"), ("subscriptionStart", "2031-01-31"), ("subscriptionStopAfter", "4"),
    ];

    [Fact]
    public async Task The_first_transaction_and_the_subscription_begin_with_the_signature_and_not_before()
    {
        var (reference, _) = await client.InviteAsync("ON1", Both);
        Assert.Empty(await TransactionsAsync(reference));
        await client.UploadAsync(reference);

        var made = Assert.Single(await TransactionsAsync(reference));
        Assert.Equal((40.5m, "Ete", "ON-TX"), (made.GetProperty("amount").GetDecimal(), Text(made, "msg"), Text(made, "ref")));
        var subscription = await client.GetAsync($"/subscription/{reference}/ONSUB1");
        Assert.Equal((35m, "Rent", "3m", "2031-01-31", 4, "active"), (subscription.GetProperty("amount").GetDecimal(), Text(subscription, "message"), Text(subscription, "recurrence"), Text(subscription, "start"), subscription.GetProperty("stopAfter").GetInt32(), Text(subscription, "state")));
    }

    [Fact]
    public async Task Between_businesses_they_begin_when_the_bank_accepts_and_never_when_it_does_not()
    {
        var (accepted, _) = await client.SignAsync("import", "ON2-1", [("ct", "2"), ("iban", "BE16645348971174"), .. Both]);
        var (declined, _) = await client.SignAsync("import", "ON2-2", [("ct", "2"), ("iban", "BE49473211985171"), .. Both]);
        Assert.Empty(await TransactionsAsync(accepted));
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromMinutes(30));

        Assert.Single(await TransactionsAsync(accepted));
        Assert.Equal(35m, (await client.GetAsync($"/subscription/{accepted}/ONSUB1")).GetProperty("amount").GetDecimal());
        Assert.Empty(await TransactionsAsync(declined));
        Assert.Equal("err_not_found", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, $"/subscription/{declined}/ONSUB1")));
    }

    [Fact]
    public async Task A_plan_gives_the_terms_that_are_not_said_and_an_unknown_one_begins_nothing()
    {
        await app.ReadEngineAsync(db =>
        {
            db.SubscriptionPlans.Add(new SubscriptionPlan { CreditorId = app.Access.CreditorId, Name = "Gold", Amount = 49.90m, Message = "Gold member", Months = 0, Weeks = 2, StopAfter = 6 });
            return db.SaveChangesAsync();
        });
        var gold = await client.GivenASignedMandate("ON3-1", ("plan", "Gold"));
        var cheaper = await client.GivenASignedMandate("ON3-2", ("plan", "Gold"), ("subscriptionAmount", "45"), ("subscriptionRecurrence", "monthly"));
        var unknown = await client.GivenASignedMandate("ON3-3", ("plan", "Tin"));

        var (first, second) = (await SubscriptionAsync(gold), await SubscriptionAsync(cheaper));
        Assert.Equal((49.9m, "Gold member", "2w", 6, "Gold"), (first!.Value.GetProperty("amount").GetDecimal(), Text(first.Value, "message"), Text(first.Value, "recurrence"), first.Value.GetProperty("stopAfter").GetInt32(), Text(first.Value, "planName")));
        Assert.Equal((45m, "1m"), (second!.Value.GetProperty("amount").GetDecimal(), Text(second.Value, "recurrence")));
        Assert.Null(await SubscriptionAsync(unknown));
    }

    [Fact]
    public async Task The_older_names_are_understood_nothing_is_nothing_and_a_past_start_is_tomorrow()
    {
        var older = await client.GivenASignedMandate("ON4-1", ("amount", "41"), ("_txd", "Entry"), ("_txr", "OLD-1"));
        var nothing = await client.GivenASignedMandate("ON4-2", ("amount", "0"), ("subscriptionAmount", "0"), ("transactionMessage", "x"));
        var past = await client.GivenASignedMandate("ON4-3", ("subscriptionAmount", "35"), ("subscriptionStart", "2020-01-01"));

        Assert.Equal(("Entry", "OLD-1"), Assert.Single(await TransactionsAsync(older)) is var made ? (Text(made, "msg"), Text(made, "ref")) : default);
        Assert.Empty(await TransactionsAsync(nothing));
        Assert.Null(await SubscriptionAsync(nothing));
        Assert.Equal(app.Now().BrusselsDate().AddDays(1).ToString("O"), Text((await SubscriptionAsync(past))!.Value, "start"));
    }

    [Theory]
    [InlineData("err_invalid_amount", "transactionAmount=-1")]
    [InlineData("err_invalid_amount", "transactionAmount=ten")]
    [InlineData("err_invalid_amount", "subscriptionAmount=-5")]
    [InlineData("err_invalid_date", "subscriptionAmount=5", "subscriptionStart=soon")]
    [InlineData("err_invalid_params", "subscriptionAmount=5", "subscriptionStopAfter=-1")]
    [InlineData("err_invalid_params", "subscriptionAmount=5", "subscriptionRecurrence=13m")]
    [InlineData("err_invalid_sepachars", "transactionAmount=5", "transactionMessage=漢字")]
    public async Task What_could_not_begin_is_refused_with_the_invitation(string code, params string[] form) =>
        Assert.Equal(code, await EngineClient.RefusalAsync(client.FormAsync("/invite", [("ct", "1"), ("customerNumber", "ON5"), .. form.Select(f => f.Split('=')).Select(f => (f[0], f[1]))])));

    private async Task<List<JsonElement>> TransactionsAsync(string mandate) => [.. (await client.GetAsync("/transaction/detail?mndtId=" + mandate)).GetProperty("Entries").EnumerateArray()];

    private async Task<JsonElement?> SubscriptionAsync(string mandate) =>
        (await client.GetAsync("/subscription/query")).GetProperty("Subscriptions").EnumerateArray().Where(s => Text(s, "mndtId") == mandate).Select(s => (JsonElement?)s).SingleOrDefault();

    private static string Text(JsonElement entry, string name) => entry.GetProperty(name).GetString()!;
}
