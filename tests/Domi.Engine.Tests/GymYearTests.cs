using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Domi.Engine.DirectDebits;
using Domi.Engine.Mandates;
using Domi.Engine.PayLinks;
using Domi.Engine.Profiles;
using Domi.Engine.Subscriptions;
using Domi.Engine.Transfers;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Engine.Tests;

/// <summary>
/// A year of a gym, played on the clock through the API: monthly fees, drinks, failures by amount, retries, payment links, refunds, members who
/// leave, and cards that expire, of which some are replaced in time. At its end every euro is accounted for, and what the feeds told is what the
/// details say. DOMI_MEMBERS says how many: 200 in the soak.
/// </summary>
public sealed class GymYearTests(AppFixture app) : IClassFixture<AppFixture>
{
    private static readonly int Members = int.TryParse(Environment.GetEnvironmentVariable("DOMI_MEMBERS"), out var members) ? members : 7;

    // What the simulated bank does with each: paid, too little money twice, refused, disputed, wrong account.
    private static readonly decimal[] Fees = [40m, 39.90m, 3m, 44m, 7m, 41m, 12m, 45m, 17m, 35.50m, 25m, 42m];

    private readonly EngineClient client = new(app);
    private readonly Dictionary<string, decimal> collected = []; // by end-to-end id, as the feed told
    private readonly Dictionary<long, JsonElement> told = []; // the last entry of each transaction
    private readonly Dictionary<long, JsonElement> links = [];
    private readonly Dictionary<string, JsonElement> transfers = [];
    private readonly List<(string Mandate, bool Left)> members = [];

    // Some pay by a card that expires within the year; every second of them replaces it.
    private static readonly DateOnly CardExpiresOn = new(2026, 8, 31);

    private static bool PaysByCard(int n) => n % 7 is 3 or 6;

    private static bool ReplacesHisCard(int n) => n % 7 == 3;

    [Fact]
    public async Task At_the_end_of_a_year_every_euro_is_accounted_for()
    {
        await app.GivenAProfileAsync(3, kind: AgreementKind.CreditCard);
        for (var n = 0; n < Members; n++) members.Add((await JoinAsync(n), false));
        for (var month = 0; month < 12; month++)
        {
            for (var n = 0; n < Members; n++)
                if (!members[n].Left && (n + month) % 3 == 0)
                    await client.TransactAsync(members[n].Mandate, 33.25m + month, ("message", "Drinks"), ("ref", $"DRINK-{n}-{month}"));
            await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(30));
            await ReadFeedsAsync();
            await ReplaceCardsAsync();
            await SettleSomeAsync(month);
            if (month == 6)
                for (var n = 5; n < Members; n += 7)
                    await LeaveAsync(n);
        }

        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(45));
        await ReadFeedsAsync();
        await ThenTheFeedsSayWhatTheDetailsSay();
        await ThenTheMoneyAddsUp();
        await ThenEachSubscriptionRanOnItsDates();
        await ThenACardThatWasReplacedWentOnAndTheOthersEnded();
    }

    private async Task<string> JoinAsync(int n)
    {
        (string, string)[] means = PaysByCard(n)
            ? [("ct", "3"), ("_psptoken", $"tok_{n}"), ("_expiry", CardExpiresOn.ToString("O", CultureInfo.InvariantCulture)), ("_last", "4242"), ("_cctype", "visa")]
            : [("ct", "1"), ("iban", "BE68539007547034")];
        var mandate = (await client.TakenAsync(HttpMethod.Post, "/sign", [("method", "import"), ("customerNumber", $"GYM-{n}"), ("email", $"member{n}@gym.example"), ("firstname", "Member"), ("lastname", n.ToString(CultureInfo.InvariantCulture)),
            ("mandateNumber", $"GYM{n}"), .. means])).GetProperty("MndtId").GetString()!;
        await client.TakenAsync(HttpMethod.Post, "/subscription", ("mndtId", mandate), ("message", "Monthly fee"), ("ref", "FEE"), ("amount", Fees[n % Fees.Length].ToString(CultureInfo.InvariantCulture)), ("recurrence", "1m"), ("start", "2026-03-31"));
        return mandate;
    }

    private async Task LeaveAsync(int n)
    {
        (await client.SendAsync(HttpMethod.Delete, $"/mandate?mndtId={members[n].Mandate}&rsn=moved")).EnsureSuccessStatusCode().Dispose();
        members[n] = (members[n].Mandate, true);
    }

    /// <summary>Who is asked for another card in time gives it, or does not; the agreement of a card that expired is over.</summary>
    private async Task ReplaceCardsAsync()
    {
        foreach (var asked in await app.ReadEngineAsync(db => db.PayLinks.AsNoTracking().Where(l => l.Origin == PayLinkOrigin.CardRenewal && l.State == PayLinkState.Created)
            .Join(db.Mandates, l => l.MandateId, m => (Guid?)m.Id, (l, m) => new { l.Id, m.Reference }).ToListAsync()))
        {
            if (!ReplacesHisCard(members.FindIndex(m => m.Mandate == asked.Reference))) continue;
            await AppFixture.InScopeAsync(app.Engine, async services =>
            {
                var token = await services.GetRequiredService<PayByLink>().StartAsync(asked.Id, "card", $"{asked.Id:n}", CancellationToken.None);
                await services.GetRequiredService<PayInvoice>().EndAsync(token, approved: true, CancellationToken.None, new(null, new("tok_new", new(2029, 10, 31), "1111", "visa", null), new("en", "127.0.0.1", "test", app.Now())));
                return true;
            });
        }

        var ended = await app.ReadEngineAsync(db => db.Mandates.Where(m => m.State == MandateState.Cancelled).Select(m => m.Reference).ToListAsync());
        for (var n = 0; n < Members; n++)
            if (ended.Contains(members[n].Mandate)) members[n] = (members[n].Mandate, true);
    }

    private async Task ThenACardThatWasReplacedWentOnAndTheOthersEnded()
    {
        var cards = await app.ReadEngineAsync(db => db.Mandates.AsNoTracking().Where(m => m.Kind == AgreementKind.CreditCard).ToListAsync());
        Assert.Equal(Enumerable.Range(0, Members).Count(PaysByCard), cards.Count);
        var charged = await app.ReadEngineAsync(db => db.DirectDebits.AsNoTracking().Where(d => d.IsCard && d.State == DirectDebitState.Paid).ToListAsync());
        Assert.All(cards, m =>
        {
            var replaced = ReplacesHisCard(members.FindIndex(member => member.Mandate == m.Reference));
            Assert.Equal(replaced ? (MandateState.Signed, "1111", null) : (MandateState.Cancelled, "4242", "The card expired"), (m.State, m.CardLast, m.CancelReason));
            Assert.Equal(replaced, charged.Exists(d => d.MandateId == m.Id && d.RequestedOn > CardExpiresOn));
            Assert.Contains(charged, d => d.MandateId == m.Id && d.RequestedOn <= CardExpiresOn);
        });
        Assert.Equal(cards.Count, await app.ReadEngineAsync(db => db.Mails.CountAsync(m => m.Purpose == "card_expiry")));
    }

    /// <summary>Some debtors pay the link they were mailed, some debts are written off, one collection is disputed, one given back.</summary>
    private async Task SettleSomeAsync(int month)
    {
        var open = await app.ReadEngineAsync(db => db.PayLinks.AsNoTracking().Where(l => l.Origin == PayLinkOrigin.Dunning && l.State == PayLinkState.Created).OrderBy(l => l.Number).ToListAsync());
        foreach (var link in open.Where((_, i) => i % 2 == month % 2))
            await AppFixture.InScopeAsync(app.Engine, async services =>
            {
                var token = await services.GetRequiredService<PayByLink>().StartAsync(link.Id, "bancontact", $"{link.Id:n}", CancellationToken.None);
                await services.GetRequiredService<PayInvoice>().EndAsync(token, approved: true, CancellationToken.None);
                return true;
            });

        var unsettled = await app.ReadEngineAsync(db => db.DirectDebits.AsNoTracking().Where(d => d.IsUnsettled).OrderBy(d => d.Number).Select(d => d.Number).ToListAsync());
        foreach (var number in unsettled.Where((_, i) => i % 5 == 4)) await client.DoneAsync(HttpMethod.Post, "/transaction/action", ("id", number.ToString(CultureInfo.InvariantCulture)), ("action", month % 2 == 0 ? "archive" : "paid"));

        var settled = await app.ReadEngineAsync(db => db.DirectDebits.AsNoTracking().Where(d => d.State == DirectDebitState.Paid && d.IsFinal && !d.IsCard).OrderByDescending(d => d.Number).Select(d => d.Number).Take(2).ToListAsync());
        if (settled.Count < 2) return;
        using var disputed = await app.EngineHttp.PostAsJsonAsync("/sandbox/outcome", new { transaction = settled[0].ToString(CultureInfo.InvariantCulture), code = "MD06" });
        Assert.Equal(HttpStatusCode.OK, disputed.StatusCode);
        if (month % 4 == 1) await client.TakenAsync(HttpMethod.Post, "/transaction/refund", ("id", settled[1].ToString(CultureInfo.InvariantCulture)), ("message", "Goodwill"), ("amount", "5"));
        await client.TakenAsync(HttpMethod.Post, "/transfer/complete", ("iban", (await AccountAsync()).Replace(" ", "", StringComparison.Ordinal)));
    }

    private async Task<string> AccountAsync()
    {
        await AppFixture.InScopeAsync(app.Engine, async services =>
        {
            var db = services.GetRequiredService<EngineDb>();
            return await db.WriteAsync(async ct => (await db.Creditors.SingleAsync(ct)).Account ??= Standards.Iban.Parse("BE45734031872589"), CancellationToken.None);
        });
        return "BE45734031872589";
    }

    private async Task ReadFeedsAsync()
    {
        while (await client.GetAsync("/transaction") is var page && page.GetProperty("Entries").GetArrayLength() > 0)
            foreach (var entry in page.GetProperty("Entries").EnumerateArray())
            {
                told[entry.GetProperty("id").GetInt64()] = entry;
                // Money came, or what had come was taken back; settled another way, no collection paid it.
                if (entry.GetProperty("bkdate").ValueKind is JsonValueKind.Null) continue;
                var paid = entry.GetProperty("state").GetString() == "PAID" && entry.GetProperty("bkerror").ValueKind is JsonValueKind.Null;
                collected[entry.GetProperty("e2e").GetString()!] = paid ? entry.GetProperty("amount").GetDecimal() : 0m;
            }

        while (await client.GetAsync("/payment/link/feed") is var page && page.GetProperty("Links").GetArrayLength() > 0)
            foreach (var entry in page.GetProperty("Links").EnumerateArray()) links[entry.GetProperty("id").GetInt64()] = entry;
        while (await client.GetAsync("/transfer") is var page && page.GetProperty("Entries").GetArrayLength() > 0)
            foreach (var entry in page.GetProperty("Entries").EnumerateArray()) transfers[entry.GetProperty("id").GetString()!] = entry;
    }

    private async Task ThenTheFeedsSayWhatTheDetailsSay()
    {
        var (from, count) = (0L, 0);
        while (await client.GetAsync($"/transaction/query?fromId={from}") is var page && page.GetProperty("Entries").GetArrayLength() > 0)
            foreach (var detail in page.GetProperty("Entries").EnumerateArray())
            {
                from = detail.GetProperty("id").GetInt64() + 1;
                count++;
                if (detail.GetProperty("state").GetString() == "OPEN") continue;
                var last = told[detail.GetProperty("id").GetInt64()];
                foreach (var part in new[] { "mndtId", "state", "amount", "bkerror", "e2e", "final" })
                    Assert.True(detail.GetProperty(part).GetRawText() == last.GetProperty(part).GetRawText() || (part == "final" && detail.GetProperty("state").GetString() == "PAID"), $"{part}: {detail} was told as {last}");
            }

        Assert.True(count >= Members * 6, $"{count} transactions");
    }

    private async Task ThenTheMoneyAddsUp()
    {
        var debits = await app.ReadEngineAsync(db => db.DirectDebits.AsNoTracking().ToListAsync());
        Assert.Equal(debits.Where(d => d.State is DirectDebitState.Paid).Sum(d => d.Amount), collected.Values.Sum());
        Assert.Equal(debits.Count, debits.Select(d => d.EndToEndId).Distinct().Count());
        Assert.All(debits.GroupBy(d => d.Number), attempts =>
        {
            Assert.Equal(Enumerable.Range(1, attempts.Count()), attempts.Select(a => a.Attempt).Order());
            Assert.Single(attempts, a => !a.IsSuperseded);
            Assert.InRange(attempts.Count(a => a.State is DirectDebitState.Paid), 0, 1);
        });

        var byLink = debits.Where(d => d.SettledBy == "paylink").Sum(d => d.Amount);
        var forCards = await app.ReadEngineAsync(db => db.PayLinks.Where(l => l.Origin == PayLinkOrigin.CardRenewal).Select(l => l.Number).ToListAsync());
        Assert.Equal(byLink, links.Where(l => !forCards.Contains(l.Key)).Select(l => l.Value).Where(l => l.GetProperty("state").GetString() == "paid").Sum(l => l.GetProperty("amount").GetDecimal()));
        Assert.True(byLink > 0);
        // What failed waits for a person, was settled another way, or was written off: nothing is forgotten.
        Assert.All(debits.Where(d => d is { State: DirectDebitState.Failed, IsSuperseded: false }), d => Assert.True(d.IsUnsettled || d.SettledBy is not null || d.ArchivedAt is not null || d.NextStepAt is not null, $"{d.Number} is forgotten"));
        var given = await app.ReadEngineAsync(db => db.Transfers.AsNoTracking().ToListAsync());
        Assert.Equal(given.Where(t => t.State is TransferState.Paid).Sum(t => t.Amount), transfers.Values.Sum(t => t.GetProperty("amount").GetDecimal()));
        Assert.NotEmpty(transfers);
    }

    private async Task ThenEachSubscriptionRanOnItsDates()
    {
        var today = new DateOnly(2026, 3, 17).AddDays((12 * 30) + 45);
        var subscriptions = await app.ReadEngineAsync(db => db.Subscriptions.AsNoTracking().ToListAsync());
        var fees = await app.ReadEngineAsync(db => db.DirectDebits.AsNoTracking().Where(d => d.SubscriptionId != null && d.Attempt == 1).Select(d => new { d.SubscriptionId, d.BilledOn }).ToListAsync());
        Assert.Equal(Members, subscriptions.Count);
        foreach (var subscription in subscriptions)
        {
            var dates = Enumerable.Range(0, 24).Select(n => new DateOnly(2026, 3, 31).AddMonths(n)).Where(d => d <= today).ToList();
            var billed = fees.Where(f => f.SubscriptionId == subscription.Id).Select(f => f.BilledOn).Order().ToList();
            if (subscription.State is SubscriptionState.Active) Assert.Equal(dates, billed);
            else Assert.Equal(dates.Take(billed.Count), billed); // until the member left
        }
    }
}
