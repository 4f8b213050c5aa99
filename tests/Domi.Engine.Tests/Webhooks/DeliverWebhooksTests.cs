using Domi.Engine.Webhooks;
using Domi.Platform;
using Domi.Testing;
using Domi.Twikey;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Engine.Tests.Webhooks;

public sealed class DeliverWebhooksTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly EngineClient client = new(app);

    [Fact]
    public async Task A_hint_is_signed_and_kept_until_the_receiver_takes_it()
    {
        await using var receiver = await Receiver.StartAsync();
        await EngineHost.SetWebhookAsync(app.Engine, app.Access.CreditorId, receiver.Url.ToString(), CancellationToken.None);
        receiver.Answer = HttpStatusCode.ServiceUnavailable;

        await client.BookAsync(EngineClient.Invoice("W-1", 10m, "W1"));
        await app.RunEngineAsync<DeliverWebhooks>();
        Assert.Empty(receiver.Calls); // who booked it knows
        (await client.FormAsync("/invoice/W-1/action", ("type", "manualPayment"))).Dispose();
        await app.RunEngineAsync<DeliverWebhooks>();
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromHours(70));
        Assert.True(receiver.Calls.Count >= 8, $"only {receiver.Calls.Count} tries");
        receiver.Answer = HttpStatusCode.NoContent;
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromHours(10));

        var delivery = await app.ReadEngineAsync(db => db.Deliveries.Where(d => d.Url == receiver.Url.ToString()).OrderBy(d => d.Id).FirstAsync());
        Assert.NotNull(delivery.DeliveredAt);
        foreach (var call in receiver.Calls)
        {
            Assert.Equal("type=payment", call.Query);
            Assert.True(WebhookSignature.Verify(app.Access.ApiKey, call.Query, call.Signature));
        }

        Assert.Single(receiver.Calls.Where(c => c.Delivery == delivery.Id.ToString()).Select(c => c.Signature).Distinct());
    }

    [Fact]
    public async Task A_hint_that_is_not_taken_holds_up_none_about_another_invoice()
    {
        await using var receiver = await ListenAsync();
        await client.BookAsync(EngineClient.Invoice("HOLD-1", 10m, "W2"));
        await client.BookAsync(EngineClient.Invoice("HOLD-2", 10m, "W2"));
        receiver.Answer = HttpStatusCode.ServiceUnavailable;
        (await client.FormAsync("/invoice/HOLD-1/action", ("type", "manualPayment"))).Dispose();
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromHours(9));

        receiver.Answer = HttpStatusCode.NoContent;
        receiver.Calls.Clear();
        (await client.FormAsync("/invoice/HOLD-2/action", ("type", "manualPayment"))).Dispose();
        await app.RunEngineAsync<DeliverWebhooks>();

        Assert.Equal(["type=payment"], receiver.Calls.Select(c => c.Query));
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(4));
    }

    [Fact]
    public async Task Hints_about_one_mandate_keep_their_order_over_failures_and_a_restart()
    {
        await using var receiver = await ListenAsync();
        receiver.Answer = HttpStatusCode.InternalServerError;
        var reference = await client.GivenASignedMandate("ORDER");
        await app.RunEngineAsync<DeliverWebhooks>();
        (await client.SendAsync(HttpMethod.Delete, $"/mandate?mndtId={reference}&rsn=over")).Dispose();
        await app.RunEngineAsync<DeliverWebhooks>();
        Assert.All(receiver.Calls, c => Assert.Contains("event=Sign", c.Query)); // the second waits for the first

        receiver.Answer = HttpStatusCode.OK;
        receiver.Calls.Clear();
        await using var restarted = EngineHost.Build(app.Settings);
        AppFixture.SetTime(restarted, app.Engine.Services.GetRequiredService<BusinessClock>().GetUtcNow());
        await AppFixture.AdvanceAsync(restarted, TimeSpan.FromMinutes(10));

        Assert.Equal([$"type=contract&mandateNumber={reference}&event=Sign&state=SIGNED", $"type=contract&mandateNumber={reference}&event=Cancel&state=SIGNED"],
            receiver.Calls.Select(c => c.Query).Where(q => q.StartsWith("type=contract")));
        Assert.Equal(0, await app.ReadEngineAsync(db => db.Deliveries.CountAsync(d => d.Url == receiver.Url.ToString() && d.DueAt != null)));
    }

    [Fact]
    public async Task Of_an_invitation_that_goes_and_of_what_a_bank_says_the_hints_tell()
    {
        await using var receiver = await ListenAsync();
        var (removed, _) = await client.InviteAsync("EV-1");
        var (expired, _) = await client.InviteAsync("EV-1", ("ed", AppFixture.Start.AddYears(-20).ToUnixTimeMilliseconds().ToString()));
        await app.ReadEngineAsync(async db =>
        {
            (await db.Mandates.SingleAsync(m => m.Reference == expired)).Expires(AppFixture.Start.AddYears(-1));
            return await db.SaveChangesAsync();
        });
        var (accepted, _) = await client.InviteAsync("EV-2", ("ct", "2"), ("iban", "BE16645348971174"));
        var (refused, _) = await client.InviteAsync("EV-3", ("ct", "2"), ("iban", "BE49473211985171"));
        await client.UploadAsync(accepted);
        await client.UploadAsync(refused);
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(1));

        var said = receiver.Calls.Select(c => c.Query).ToHashSet();
        foreach (var hint in new[]
        {
            $"{removed}&event=Invite&state=PREPARED&reason=removed", $"{expired}&event=Invite&state=PREPARED&reason=expired",
            $"{accepted}&event=Sign&state=SIGNED_PENDING_DEBTOR_BANK", $"{accepted}&event=AcceptedBank&state=SIGNED_PENDING_DEBTOR_BANK",
            $"{refused}&event=Sign&state=SIGNED_PENDING_DEBTOR_BANK", $"{refused}&event=RejectBank&state=SIGNED_PENDING_DEBTOR_BANK",
        })
            Assert.Contains("type=contract&mandateNumber=" + hint, said);
    }

    [Fact]
    public async Task Nothing_is_sent_for_a_key_that_was_withdrawn_nor_without_encryption_to_another_machine()
    {
        await using var receiver = await ListenAsync();
        await EngineHost.SetWebhookAsync(app.Engine, app.Access.CreditorId, "http://hooks.example.org/x", CancellationToken.None);
        await client.GivenASignedMandate("PLAIN");
        await app.RunEngineAsync<DeliverWebhooks>();
        Assert.Equal("not an https address", await app.ReadEngineAsync(db => db.Deliveries.Where(d => d.Url.StartsWith("http://hooks.")).Select(d => d.LastOutcome).FirstAsync()));

        await EngineHost.SetWebhookAsync(app.Engine, app.Access.CreditorId, receiver.Url.ToString(), CancellationToken.None);
        await client.GivenASignedMandate("WITHDRAWN");
        await RevokeAsync(TimeProvider.System.GetUtcNow());
        await app.RunEngineAsync<DeliverWebhooks>();
        await RevokeAsync(null);

        Assert.Empty(receiver.Calls);
        Assert.Contains("the key was withdrawn", await app.ReadEngineAsync(db => db.Deliveries.Select(d => d.LastOutcome).ToListAsync()));
    }

    private Task<int> RevokeAsync(DateTimeOffset? at) => app.ReadEngineAsync(async db =>
    {
        (await db.ApiKeys.SingleAsync()).RevokedAt = at;
        return await db.SaveChangesAsync();
    });

    private async Task<Receiver> ListenAsync()
    {
        var receiver = await Receiver.StartAsync();
        await EngineHost.SetWebhookAsync(app.Engine, app.Access.CreditorId, receiver.Url.ToString(), CancellationToken.None);
        return receiver;
    }

    [Theory]
    [InlineData("10.0.0.1", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("172.20.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("93.184.216.34", true)]
    public void Private_ranges_are_no_destinations(string address, bool allowed) => Assert.Equal(allowed, OutgoingCalls.IsPublic(IPAddress.Parse(address)));
}
