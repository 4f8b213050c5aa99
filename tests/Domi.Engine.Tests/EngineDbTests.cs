using Domi.Engine.Invoices;
using Domi.Engine.PayLinks;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Engine.Tests;

public sealed class EngineDbTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly EngineClient client = new(app);

    private sealed class Fault : Exception;

    [Fact]
    public Task A_write_that_is_broken_off_says_nothing_through_a_later_one() => NothingIsSaidOfAsync<OperationCanceledException>("GONE-1", async gone => await gone.CancelAsync());

    [Fact]
    public Task A_write_that_fails_says_nothing_through_a_later_one() => NothingIsSaidOfAsync<Fault>("GONE-2", _ => throw new Fault());

    // Contexts are pooled: the next write of anybody gets the one that was left.
    private async Task NothingIsSaidOfAsync<TFault>(string number, Func<CancellationTokenSource, Task> end)
        where TFault : Exception
    {
        await client.BookAsync(EngineClient.Invoice(number, 50m, "GONE"));
        var id = await app.ReadEngineAsync(db => db.Invoices.Where(i => i.Number == number).Select(i => i.Id).SingleAsync());
        await AppFixture.InScopeAsync(app.Engine, services => services.GetRequiredService<PayInvoice>().StartAsync(id, "card", "once", CancellationToken.None));

        await AppFixture.InScopeAsync(app.Engine, async services =>
        {
            var (db, settlement) = (services.GetRequiredService<EngineDb>(), services.GetRequiredService<Settlement>());
            using var gone = new CancellationTokenSource();
            return await Assert.ThrowsAnyAsync<TFault>(() => db.WriteAsync(async token =>
            {
                var link = await db.PayLinks.SingleAsync(l => l.InvoiceId == id, token);
                await settlement.LinkPaidAsync(link, await db.Invoices.SingleAsync(i => i.Id == id, token), token);
                await end(gone);
            }, gone.Token));
        });
        for (var i = 0; i < 8; i++) await client.BookAsync(EngineClient.Invoice($"{number}-{i}", 50m, "GONE"));

        Assert.Empty(await client.FeedAsync("/invoice/payment/feed", "Payments"));
        Assert.Single(await client.FeedAsync("/invoice", "Invoices"), e => e.GetProperty("number").GetString() == number);
        Assert.Equal(0m, await app.ReadEngineAsync(db => db.Invoices.Where(i => i.Number == number).Select(i => i.PaidAmount).SingleAsync()));
    }
}
