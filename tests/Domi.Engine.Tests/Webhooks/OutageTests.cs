using Domi.Engine.Tests.Pages;
using Domi.Engine.Webhooks;
using Domi.Platform;
using Domi.Testing;
using Domi.Twikey;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Webhooks;

/// <summary>Receivers that are away, that are gone, and that hang, beside one that is well.</summary>
public sealed class OutageTests
{
    private const string Away = "AwayKey0123456789", Gone = "GoneKey0123456789", Well = "WellKey0123456789", Hanging = "HangingKey0123456789-";

    public sealed class Working : AppFixture
    {
        protected override DomiSettings Configure(DomiSettings settings) => settings with { RunsWorkers = true };
    }

    [Fact]
    public async Task After_seventy_five_hours_and_three_restarts_everything_arrives_in_order_and_signed()
    {
        await using var app = new AppFixture();
        await app.InitializeAsync();
        await using var away = await Receiver.StartAsync();
        await using var well = await Receiver.StartAsync();
        away.Answer = HttpStatusCode.ServiceUnavailable;
        await app.GivenAKeyAsync(Away, away.Url.ToString());
        await app.GivenAKeyAsync(Gone, $"http://127.0.0.1:{ProcessApp.FreePort()}/hook");
        await app.GivenAKeyAsync(Well, well.Url.ToString());

        var hours = 0;
        for (var phase = 0; phase < 4; phase++)
        {
            if (phase > 0) await app.RestartEngineAsync();
            await HappenAsync(app, new EngineClient(app), phase);
            await app.RunEngineAsync<DeliverWebhooks>();
            Assert.Equal(0, await app.ReadEngineAsync(db => db.Deliveries.CountAsync(d => d.Url == well.Url.ToString() && d.DueAt != null))); // at once, whoever else is away
            var next = phase == 3 ? 75 - hours : new[] { 5, 25, 30 }[phase];
            await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromHours(next));
            hours += next;
        }

        Assert.NotEmpty(away.Calls);
        away.Answer = HttpStatusCode.NoContent;
        away.Calls.Clear();
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromHours(30)); // the longest wait, and those that waited behind

        var planned = (await app.ReadEngineAsync(db => db.Deliveries.AsNoTracking().ToListAsync())).ToLookup(d => d.Url);
        var (ofAway, ofWell) = (planned[away.Url.ToString()].ToDictionary(d => d.Id.ToString()), planned[well.Url.ToString()].ToDictionary(d => d.Id.ToString()));
        Assert.All(ofAway.Values, d => Assert.NotNull(d.DeliveredAt));
        Assert.Equal(ofAway.Keys.Order(), away.Calls.Select(c => c.Delivery!).Order()); // each once
        Assert.All(ofWell.Values, d => Assert.Equal(1, d.Attempts));
        Assert.Equal(Told(well, ofWell), Told(away, ofAway));
        Assert.All(away.Calls.Select(c => ofAway[c.Delivery!]).GroupBy(d => d.ObjectKey), g => Assert.Equal(g.Select(d => d.CreatedAt).Order(), g.Select(d => d.CreatedAt)));
        Assert.All(away.Calls, c => Assert.True(WebhookSignature.Verify(Away, c.Query, c.Signature), c.Query));
        Assert.All(well.Calls, c => Assert.True(WebhookSignature.Verify(Well, c.Query, c.Signature), c.Query));
        Assert.Superset(
            new HashSet<string> { "event=Sign", "event=Update", "event=Cancel", "event=Invite", "event=AcceptedBank", "event=RejectBank", "type=payment", "status=paid", "status=pending", "status=failed" },
            well.Calls.SelectMany(c => c.Query.Split('&')).ToHashSet());
        Assert.Contains(ofAway.Values.GroupBy(d => d.ObjectKey), g => g.Count() >= 3);
        Assert.True(planned.Single(p => p.Key != away.Url.ToString() && p.Key != well.Url.ToString()).All(d => d.DeliveredAt is null), "nobody is there");

        // What was said of each object, in the order in which it arrived.
        static IEnumerable<string> Told(Receiver receiver, Dictionary<string, WebhookDelivery> rows) => receiver.Calls
            .GroupBy(c => rows[c.Delivery!].ObjectKey).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Key}: {string.Join(" | ", g.Select(c => c.Query))}");
    }

    [Fact]
    public async Task A_dozen_that_hang_keep_none_of_another_waiting()
    {
        await using var app = new Working();
        await app.InitializeAsync();
        await using var hanging = await Receiver.StartAsync();
        await using var well = await Receiver.StartAsync();
        var released = new TaskCompletionSource();
        hanging.Until = released.Task;
        const int addresses = 12, objects = 30; // together more than a look at what is due takes
        for (var i = 0; i < addresses; i++) await app.GivenAKeyAsync(Hanging + i, $"{hanging.Url}?of={i}");
        var client = new EngineClient(app);
        for (var i = 0; i < objects; i++) await PayAsync(client, $"HANG-{i}");
        await hanging.ReceivesAsync(addresses);

        await app.GivenAKeyAsync(Well, well.Url.ToString());
        for (var i = 0; i < 5; i++) await PayAsync(client, $"WELL-{i}");
        await well.ReceivesAsync(5);

        Assert.True(hanging.Calls.Count < addresses * objects / 2, $"{hanging.Calls.Count} were tried at those that hang before the other had its own");
        released.SetResult();
    }

    [Fact]
    public void What_is_planned_later_has_a_later_id_also_within_a_millisecond()
    {
        var ids = Enumerable.Range(0, 1_000).Select(_ => WebhookDelivery.Planned(Guid.Empty, Guid.Empty, "", "", "", default).Id.ToString()).ToList();

        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
    }

    /// <summary>Something of every kind, and one mandate again and again.</summary>
    private static async Task HappenAsync(AppFixture app, EngineClient client, int phase)
    {
        var signed = phase == 0 ? (await client.SignAsync("import", "STAYS", ("mandateNumber", "STAYS"))).Reference : "STAYS";
        await client.DoneAsync(HttpMethod.Post, "/mandate/update", ("mndtId", signed), ("email", $"stays{phase}@example.org"));
        await client.DoneAsync(HttpMethod.Post, "/mandate/update", ("mndtId", signed), ("state", phase % 2 == 0 ? "passive" : "active"));
        var (ends, _) = await client.SignAsync("import", $"ENDS-{phase}");
        (await client.SendAsync(HttpMethod.Delete, $"/mandate?mndtId={ends}&rsn=over")).EnsureSuccessStatusCode().Dispose();
        await client.InviteAsync($"TWICE-{phase}");
        await client.InviteAsync($"TWICE-{phase}"); // the former goes
        foreach (var account in new[] { "BE16645348971174", "BE49473211985171" }) // the bank of one accepts, that of the other does not
            await client.UploadAsync((await client.InviteAsync($"B{account}-{phase}", ("ct", "2"), ("iban", account))).Reference);
        await PayAsync(client, $"OUT-{phase}");
        foreach (var outcome in new[] { "refuse", "approve" }) await PayLinkAsync(app, client, $"LINK-{phase}-{outcome}", outcome);
    }

    private static async Task PayAsync(EngineClient client, string number)
    {
        await client.BookAsync(EngineClient.Invoice(number, 10m, "OUTAGE"));
        await client.DoneAsync(HttpMethod.Post, $"/invoice/{number}/action", ("type", "manualPayment"));
    }

    private static async Task PayLinkAsync(AppFixture app, EngineClient client, string reference, string outcome)
    {
        var page = new Uri((await client.TakenAsync(HttpMethod.Post, "/payment/link", ("title", "Chair"), ("amount", "12"), ("ref", reference))).GetProperty("url").GetString()!).AbsolutePath;
        await new Debtor(app).PayLinkAsync(page, outcome);
    }
}
