using Domi.Engine.Tests.Console;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Pages;

/// <summary>What the creditor reads of a signature that did not come about.</summary>
public sealed class SigningEventsTests(AppFixture app) : IClassFixture<AppFixture>
{
    private const string Odd = "BE49473211985171"; // the simulated bank declines it as a business mandate

    private readonly EngineClient client = new(app);
    private readonly Debtor debtor = new(app);

    [Fact]
    public async Task Cancelled_by_the_customer_expired_and_refused_by_the_bank_stand_at_the_agreement()
    {
        var (declined, itsme) = await client.SignAsync("itsme", "EV-1");
        await debtor.IdentifyAsync(itsme!, "", outcome: "refuse");
        var (unpaid, link) = await client.SignAsync("iDEAL", "EV-2", ("iban", ""), ("transactionAmount", "1"));
        await debtor.PayFromAsync(link!, "BE91 0017 3264 1076", "refuse");
        var (left, _) = await client.SignAsync("itsme", "EV-3");
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(2));
        var (refused, _) = await client.SignAsync("import", "EV-4", ("ct", "2"), ("iban", Odd));
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromMinutes(30));

        using var person = await Person.OfAsync(app);
        foreach (var (reference, words) in new[] { (declined, "Cancelled by the customer"), (unpaid, "Cancelled by the customer"), (left, "Session expired, the link still holds"), (refused, "Refused by the bank") })
        {
            var number = await app.ReadEngineAsync(db => db.Mandates.Where(m => m.Reference == reference).Select(m => m.Number).SingleAsync());
            Assert.Contains(words, await person.GetAsync(FormattableString.Invariant($"/console/agreements/{number}")));
        }

        var (whole, _) = await client.SignAsync("import", "EV-5");
        Assert.Equal(0, await app.ReadEngineAsync(db => db.PageEvents.CountAsync(e => db.Mandates.Any(m => m.Id == e.AboutId && m.Reference == whole))));
    }
}
