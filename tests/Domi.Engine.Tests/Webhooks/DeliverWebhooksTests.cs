using Domi.Engine.Webhooks;
using Domi.Testing;
using Domi.Twikey;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Webhooks;

public sealed class DeliverWebhooksTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly EngineClient client = new(app);

    [Fact]
    public async Task A_hint_is_signed_and_kept_until_the_receiver_takes_it()
    {
        await using var receiver = await Receiver.StartAsync();
        await EngineHost.SetWebhookAsync(app.Settings, app.Access.CreditorId, receiver.Url.ToString(), CancellationToken.None);
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

        var delivery = await app.ReadEngineAsync(db => db.Deliveries.OrderBy(d => d.Id).FirstAsync());
        Assert.NotNull(delivery.DeliveredAt);
        foreach (var call in receiver.Calls)
        {
            Assert.Equal("type=payment", call.Query);
            Assert.True(WebhookSignature.Verify(app.Access.ApiKey, call.Query, call.Signature));
        }

        Assert.Single(receiver.Calls.Where(c => c.Delivery == delivery.Id.ToString()).Select(c => c.Signature).Distinct());
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
    public void Private_ranges_are_no_destinations(string address, bool allowed) => Assert.Equal(allowed, DeliverWebhooks.IsPublic(IPAddress.Parse(address)));
}
