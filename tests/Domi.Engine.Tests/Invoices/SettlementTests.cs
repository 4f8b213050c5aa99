using System.Text.Json;
using Domi.Engine.DirectDebits;
using Domi.Engine.Invoices;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Engine.Tests.Invoices;

/// <summary>Collections from the plan to the last step after a failure, played by the simulated bank.</summary>
public sealed class SettlementTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly EngineClient client = new(app);

    [Theory]
    [InlineData(3, "MS03", 2)] // one retry at most
    [InlineData(7, "AM04", 3)] // two
    [InlineData(12, "MS02", 1)]
    [InlineData(17, "MD06", 1)]
    [InlineData(24, "AC13", 1)]
    public async Task A_failed_collection_is_tried_again_as_often_as_its_reason_allows_then_the_debtor_gets_a_link(int amount, string reason, int attempts)
    {
        await CollectAsync("FAIL-" + reason, amount);
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(90));

        var debits = await app.ReadEngineAsync(db => db.DirectDebits.Where(d => d.Ref == "FAIL-" + reason).OrderBy(d => d.Attempt).ToListAsync());
        Assert.Equal(Enumerable.Repeat(reason, attempts), debits.Select(d => d.ReasonCode));
        Assert.Equal(attempts, debits.Select(d => d.EndToEndId).Distinct().Count());
        Assert.Equal("EXPIRED", (await client.GetAsync("/invoice/FAIL-" + reason)).GetProperty("state").GetString());
        var mails = await MailsAsync("FAIL-" + reason);
        Assert.Equal([.. Enumerable.Repeat("retry", attempts - 1), "payment_alternative"], mails.Select(m => m.Purpose));
        Assert.Contains("/pay/", mails[^1].Text);

        var failures = (await client.FeedAsync("/invoice/payment/feed", "Payments")).Where(e => e.GetProperty("origin").GetProperty("number").GetString() == "FAIL-" + reason
            && e.GetProperty("eventType").GetString() == "payment_failure").Select(e => e.GetProperty("error")).ToList();
        Assert.All(failures, e => Assert.Equal(reason, e.GetProperty("externalCode").GetString()));
        Assert.Equal([.. Enumerable.Repeat("reoffer", attempts - 1), "send_payment_link"], failures.Select(e => e.GetProperty("action").GetString()));
    }

    [Fact]
    public async Task A_retry_is_announced_with_mandate_creditor_amount_and_day_in_due_time()
    {
        var reference = await CollectAsync("RETRY-1", 7m);
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(16));

        var (first, retry) = await app.ReadEngineAsync(async db => (await db.DirectDebits.SingleAsync(d => d.Ref == "RETRY-1" && d.Attempt == 1), await db.DirectDebits.SingleAsync(d => d.Ref == "RETRY-1" && d.Attempt == 2)));
        var mail = Assert.Single(await MailsAsync("RETRY-1"));

        Assert.True(retry.RequestedOn >= first.FailedAt!.Value.BrusselsDate().AddDays(14), $"failed {first.FailedAt}, again {retry.RequestedOn}");
        foreach (var fact in new[] { "RETRY-1", "€\u00a07,00", PageFormat.LongDay(retry.RequestedOn, "nl"), reference, "BE41ZZZ0712845377" }) Assert.Contains(fact, mail.Text);
        Assert.DoesNotContain("BE68539007547034", mail.Text.Replace(" ", ""));
        Assert.Equal("PENDING", (await client.GetAsync("/invoice/RETRY-1")).GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_retry_comes_sooner_where_a_shorter_notice_is_agreed()
    {
        await app.ChangeProfilesAsync(p => (p.PrenotificationDays, p.ShorterNotificationAgreed) = (2, true));
        await CollectAsync("SOON-1", 7m);
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(10));
        await app.ChangeProfilesAsync(p => (p.PrenotificationDays, p.ShorterNotificationAgreed) = (14, false));

        var (first, retry) = await app.ReadEngineAsync(async db => (await db.DirectDebits.SingleAsync(d => d.Ref == "SOON-1" && d.Attempt == 1), await db.DirectDebits.SingleAsync(d => d.Ref == "SOON-1" && d.Attempt == 2)));
        Assert.InRange(retry.RequestedOn.DayNumber - first.FailedAt!.Value.BrusselsDate().DayNumber, 5, 7);
    }

    [Fact]
    public async Task A_mandate_that_is_suspended_meanwhile_fails_without_going_to_the_bank()
    {
        var reference = await CollectAsync("SUSP-1", 100m);
        await app.ReadEngineAsync(async db =>
        {
            (await db.Mandates.SingleAsync(m => m.Reference == reference)).Suspend(true);
            return await db.SaveChangesAsync();
        });

        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(30));

        Assert.Equal(["MD01"], await app.ReadEngineAsync(db => db.DirectDebits.Where(d => d.Ref == "SUSP-1").Select(d => d.ReasonCode).ToListAsync()));
        Assert.Equal(0, await app.ReadEngineAsync(db => db.InvoicePayments.CountAsync(p => p.Kind == PaymentKind.Payment && p.SourceKey.StartsWith("dd:") && db.Invoices.Any(i => i.Id == p.InvoiceId && i.Number == "SUSP-1"))));
    }

    [Fact]
    public async Task The_payment_feed_names_the_collection_and_has_an_error_only_for_a_failure()
    {
        var reference = await CollectAsync("FEED-1", 17m);
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(30));

        var entries = (await client.FeedAsync("/invoice/payment/feed", "Payments")).Where(e => e.GetProperty("origin").GetProperty("number").GetString() == "FEED-1").ToList();
        Assert.Equal(["payment", "payment_failure"], entries.Select(e => e.GetProperty("eventType").GetString()));
        Assert.Equal(["eventId", "eventType", "occurredAt", "amount", "currency", "origin", "gateway", "details", "seq"], Keys(entries[0]));
        Assert.Equal(["eventId", "eventType", "occurredAt", "amount", "currency", "origin", "gateway", "details", "error", "seq"], Keys(entries[1]));
        Assert.Equal(["object", "id", "number", "ref"], Keys(entries[0].GetProperty("origin")));
        Assert.Equal(["id", "name", "type", "iban"], Keys(entries[0].GetProperty("gateway")));
        Assert.Equal(["source", "paymentId", "transactionE2e", "mndtId"], Keys(entries[0].GetProperty("details")));
        Assert.Equal(["code", "description", "category", "externalCode", "action", "actionStep"], Keys(entries[1].GetProperty("error")));
        Assert.Equal(reference, entries[1].GetProperty("details").GetProperty("mndtId").GetString());

        var last = (await client.FeedAsync("/invoice?include=lastpayment", "Invoices")).Last(e => e.GetProperty("number").GetString() == "FEED-1").GetProperty("lastpayment");
        Assert.Equal(("payment_fail", "MD06"), (last[0].GetProperty("action").GetString(), last[0].GetProperty("rc").GetString()));
        Assert.All(last.EnumerateArray(), p => Assert.True(p.TryGetProperty("pmtinf", out _) && p.TryGetProperty("e2e", out _)));
    }

    [Fact]
    public async Task Cancelling_the_mandate_withdraws_what_the_bank_does_not_have_and_opens_the_invoice()
    {
        var reference = await CollectAsync("CANC-1", 100m, due: "2031-01-01");

        (await client.SendAsync(HttpMethod.Delete, $"/mandate?mndtId={reference}&rsn=over")).Dispose();

        Assert.Equal("BOOKED", (await client.GetAsync("/invoice/CANC-1")).GetProperty("state").GetString());
        Assert.Equal(DirectDebitState.Withdrawn, await app.ReadEngineAsync(db => db.DirectDebits.Where(d => d.Ref == "CANC-1").Select(d => d.State).SingleAsync()));
    }

    private async Task<string> CollectAsync(string number, decimal amount, string due = "2026-03-20")
    {
        var reference = await client.GivenASignedMandate(number);
        Assert.Equal("PENDING", (await client.BookAsync(EngineClient.Invoice(number, amount, number, due: due))).GetProperty("state").GetString());
        return reference;
    }

    private Task<List<Mail>> MailsAsync(string customer) => app.ReadEngineAsync(db => db.Mails.AsNoTracking().Where(m => m.To == customer + "@example.org").OrderBy(m => m.CreatedAt).ToListAsync());

    private static IEnumerable<string> Keys(JsonElement json) => json.EnumerateObject().Select(p => p.Name);
}
