using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Domi.Engine.DirectDebits;
using Domi.Engine.Tests.Pages;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.DirectDebits;

/// <summary>Transactions without an invoice that fail: the steps of the profile's plan, one after the other.</summary>
public sealed class FailureWorkflowTests(AppFixture app) : IClassFixture<AppFixture>
{
    private static int profiles = 10;

    private readonly EngineClient client = new(app);
    private readonly Debtor debtor = new(app);

    [Fact]
    public async Task A_soft_failure_is_tried_again_after_days_under_its_id_with_a_new_end_to_end_id_and_the_charge_on_top()
    {
        var made = await FailAsync("F1", 7m, [new(FailureStepKind.Retry, 4)], p => p.FailureCharge = 2.5m);
        var failedOn = (await AttemptsAsync(made))[0].FailedAt!.Value.BrusselsDate();

        var again = await client.TransactionAsync(made);
        var attempts = await AttemptsAsync(made);
        Assert.Equal(2, attempts.Count);
        Assert.Equal(("AM04", true, 1), (attempts[0].ReasonCode, attempts[0].IsSuperseded, attempts[0].Attempt));
        Assert.True(attempts[1].RequestedOn >= failedOn.AddDays(4) && attempts[1].RequestedOn <= failedOn.AddDays(9), $"{failedOn} {attempts[1].RequestedOn}");
        Assert.NotEqual(attempts[0].EndToEndId, attempts[1].EndToEndId);
        Assert.Equal((Id(made), attempts[1].EndToEndId, 9.5m, 2.5m, "OPEN"), (Id(again), Text(again, "e2e"), again.GetProperty("amount").GetDecimal(), again.GetProperty("admincharge").GetDecimal(), Text(again, "state")));
        Assert.Equal(["reoffer"], Actions(again));
        Assert.Contains("€\u00a09,50", Assert.Single(await MailsAsync("F1")).Text);

        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(14)); // 9.50 fails the same way, and no step is left
        var left = await client.TransactionAsync(made);
        Assert.Equal(("ERROR", "unsettled", "AM04"), (Text(left, "state"), Text(left, "stage"), Text(left, "bkerror")));
        var told = (await client.FeedAsync("/transaction?include=stage", "Entries")).Where(e => Id(e) == Id(made)).ToList();
        Assert.Equal(["PAID", "ERROR", "PAID", "ERROR"], told.Select(e => Text(e, "state")));
        Assert.Equal([false, false, false, true], told.Select(e => e.GetProperty("final").GetBoolean()));
        Assert.Equal(2, told.Select(e => Text(e, "e2e")).Distinct().Count());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task A_retry_on_the_first_waits_for_the_next_month(int days)
    {
        var made = await FailAsync("F2" + days, 3m, [new(FailureStepKind.Retry, days, OnTheFirst: true)]);
        var attempts = await AttemptsAsync(made);
        var failedOn = attempts[0].FailedAt!.Value.BrusselsDate();

        var wanted = new DateOnly(failedOn.Year, failedOn.Month, 1).AddMonths(1).AddDays(days);
        Assert.True(attempts[1].RequestedOn >= wanted && attempts[1].RequestedOn <= wanted.AddDays(5), $"{failedOn} {attempts[1].RequestedOn}");
    }

    [Fact]
    public async Task A_reason_that_allows_one_more_try_gets_no_third()
    {
        var made = await FailAsync("F3", 3m, [new(FailureStepKind.Retry, 1), new(FailureStepKind.Retry, 1)]);
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(40));

        Assert.Equal(["MS03", "MS03"], (await AttemptsAsync(made)).Select(d => d.ReasonCode));
        Assert.Equal("unsettled", Text(await client.TransactionAsync(made), "stage"));
    }

    [Fact]
    public async Task A_payment_alternative_settles_the_transaction_when_its_link_is_paid()
    {
        var made = await FailAsync("F4", 17m, [new(FailureStepKind.PaymentAlternative, 5), new(FailureStepKind.CancelMandate)]);
        var failed = await client.TransactionAsync(made);
        var mail = Assert.Single(await MailsAsync("F4"));
        var page = PageOf(mail.Text);

        Assert.Equal(("ERROR", "MD06", "failed"), (Text(failed, "state"), Text(failed, "bkerror"), Text(failed, "stage")));
        Assert.Equal(["send_payment_link"], Actions(failed));
        var link = await app.ReadEngineAsync(db => db.PayLinks.SingleAsync(l => l.TransactionNumbers == Id(made)));
        var meta = (await client.GetAsync($"/payment/link?id={link.Number}&include=meta")).GetProperty("Links")[0];
        Assert.Equal(link.Number, (await client.TransactionAsync(made)).GetProperty("link").GetInt64());
        Assert.Equal((17m, Id(made)), (meta.GetProperty("amount").GetDecimal(), Text(meta.GetProperty("meta"), "tx")));

        await debtor.PayLinkAsync(page);
        var paid = await client.TransactionAsync(made);
        Assert.Equal(("PAID", true), (Text(paid, "state"), paid.GetProperty("final").GetBoolean()));
        Assert.Equal("PAID", Text((await client.FeedAsync("/transaction", "Entries")).Last(e => Id(e) == Id(made)), "state"));
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(6)); // the end of the grace finds it settled
        Assert.Equal(["send_payment_link"], Actions(await client.TransactionAsync(made)));
    }

    [Fact]
    public async Task The_grace_over_the_next_step_follows()
    {
        var made = await FailAsync("F5", 12m, [new(FailureStepKind.NotifyDebtor, 3), new(FailureStepKind.NotifyCreditor, 2), new(FailureStepKind.SuspendMandate, 1), new(FailureStepKind.CancelMandate, 1), new(FailureStepKind.Archive)]);
        var seen = new List<string>();
        foreach (var days in new[] { 0, 3, 2, 1, 1 })
        {
            await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(days));
            var now = await client.TransactionAsync(made);
            seen.Add($"{Actions(now).Last()} {Text(now, "stage")} {await CollectableAsync(Text(now, "mndtId"))}");
        }

        Assert.Equal(["notify failed true", "notify_creditor failed true", "suspend failed false", "cancel failed false", "archive archived false"], seen);
        Assert.Single(await MailsAsync("F5"));
        Assert.Equal("err_no_transaction", await EngineClient.RefusalAsync(client.FormAsync(HttpMethod.Delete, "/transaction", ("id", Id(made)))));
    }

    [Fact]
    public async Task A_step_nobody_can_be_reached_by_gives_no_grace_and_leaves_no_link()
    {
        var made = await FailAsync("F6", 24m, [new(FailureStepKind.PaymentAlternative, 30, Channel: DebtorChannel.Sms), new(FailureStepKind.NotifyCreditor)]);

        var left = await client.TransactionAsync(made);
        Assert.Equal(("AC13", "unsettled"), (Text(left, "bkerror"), Text(left, "stage")));
        Assert.Equal(["notify_creditor"], Actions(left));
        Assert.False(await app.ReadEngineAsync(db => db.PayLinks.AnyAsync(l => l.TransactionNumbers == Id(made))));
    }

    [Fact]
    public async Task A_text_message_goes_to_the_creditor_as_a_mail_that_says_for_whom_it_is()
    {
        await app.ChangeCreditorAsync(c => c.ReplyTo = "sms@creditor.example");
        var made = await FailAsync("F7", 22m, [new(FailureStepKind.PaymentAlternative, 0, Channel: DebtorChannel.EmailAndSms)], null, ("mobile", "+32470123456"));
        var sms = Assert.Single(await app.ReadEngineAsync(db => db.Mails.Where(m => m.To == "sms@creditor.example").ToListAsync()));
        await app.ChangeCreditorAsync(c => c.ReplyTo = null);

        Assert.Contains("+32470123456", sms.Subject);
        Assert.Equal(PageOf(sms.Text), PageOf(Assert.Single(await MailsAsync("F7")).Text));
        Assert.Equal(["send_payment_link"], Actions(await client.TransactionAsync(made)));
    }

    [Fact]
    public async Task A_person_offers_again_sends_a_link_stops_and_archives()
    {
        var made = await FailAsync("F8", 17m, [new(FailureStepKind.NotifyDebtor, 30)]);
        foreach (var action in new[] { "backup", "unsettle", "reoffer" }) await client.DoneAsync(HttpMethod.Post, "/transaction/action", ("id", Id(made)), ("action", action));
        var offered = await client.TransactionAsync(made);
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(6));
        await client.DoneAsync(HttpMethod.Post, "/transaction/action", ("id", Id(made)), ("action", "archive"));
        var archived = await client.TransactionAsync(made);

        Assert.Equal((Id(made), "OPEN"), (Id(offered), Text(offered, "state")));
        Assert.Equal(["notify", "backup", "unsettle", "reoffer"], Actions(offered));
        Assert.Single(await client.FeedAsync("/transaction", "Entries"), e => Id(e) == Id(made) && Text(e, "state") == "OPEN" && Text(e, "e2e") == Text(offered, "e2e"));
        Assert.Equal(("ERROR", "archived", "archive"), (Text(archived, "state"), Text(archived, "stage"), Actions(archived).Last()));
        Assert.Contains("/payment/tr_", string.Concat((await MailsAsync("F8")).Select(m => m.Text)));
    }

    [Fact]
    public async Task What_takes_the_place_of_a_failed_collection_of_an_invoice_is_not_offered_beside_it()
    {
        var ct = await ProfileAsync([]);
        var former = await client.GivenASignedMandate("F9", ("ct", ct));
        var page = new Uri((await client.BookAsync(EngineClient.Invoice("F9-1", 17m, "F9", ct: int.Parse(ct, CultureInfo.InvariantCulture), due: "2026-03-17"))).GetProperty("url").GetString()!).AbsolutePath;
        var made = (await client.GetAsync("/transaction/detail?ref=F9-1")).GetProperty("Entries")[0];
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(6));
        Assert.Equal("ERROR", Text(await client.TransactionAsync(made), "state"));
        (await client.SendAsync(HttpMethod.Delete, $"/mandate?mndtId={former}&rsn=other")).Dispose();
        await debtor.SignAsync(await debtor.ToSigningAsync(page), "f9@example.org");
        Assert.Equal("PENDING", Text(await client.GetAsync("/invoice/F9-1"), "state"));

        Assert.Equal("err_transaction_invalid_action", await EngineClient.RefusalAsync(client.FormAsync("/transaction/action", ("id", Id(made)), ("action", "reoffer"))));
    }

    [Fact]
    public async Task A_link_of_several_references_settles_the_failed_transactions_together()
    {
        var (one, two) = (await FailAsync("F10", 17m, []), await FailAsync("F11", 18m, []));

        Assert.Equal("err_invalid_amount", await EngineClient.RefusalAsync(client.FormAsync("/payment/link", ("title", "Both"), ("amount", "34"), ("txref", "F10,F11"))));
        Assert.Equal("err_no_transaction", await EngineClient.RefusalAsync(client.FormAsync("/payment/link", ("title", "Both"), ("amount", "17"), ("txref", "F10,NONE"))));
        Assert.Equal("err_no_transaction", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Post, "/payment/link", JsonContent.Create(new { title = "Both", amount = 17, txref = new[] { "F10", "NONE" } }))));
        var link = await client.TakenAsync(HttpMethod.Post, "/payment/link", ("title", "Both"), ("amount", "35"), ("txref", "F10"), ("txref", "F11"));
        await debtor.PayLinkAsync(new Uri(Text(link, "url")).AbsolutePath);

        foreach (var made in new[] { one, two }) Assert.Equal("PAID", Text(await client.TransactionAsync(made), "state"));
    }

    [Fact]
    public async Task A_link_for_the_transaction_of_an_invoice_pays_the_invoice()
    {
        var ct = await ProfileAsync([]);
        foreach (var number in new[] { "F12", "F13" })
        {
            await client.GivenASignedMandate(number, ("ct", ct));
            await client.BookAsync(EngineClient.Invoice(number, 17m, number, ct: int.Parse(ct, CultureInfo.InvariantCulture), due: "2026-03-17"));
        }

        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(6));
        Assert.Equal("err_invalid_params", await EngineClient.RefusalAsync(client.FormAsync("/payment/link", ("title", "Both"), ("amount", "34"), ("txref", "F12,F13"))));
        Assert.Equal("err_invalid_params", await EngineClient.RefusalAsync(client.FormAsync("/payment/link", ("title", "Other"), ("amount", "17"), ("txref", "F12"), ("invoice", "F13"))));
        var link = await client.TakenAsync(HttpMethod.Post, "/payment/link", ("title", "One"), ("amount", "17"), ("txref", "F12"));
        await debtor.PayLinkAsync(new Uri(Text(link, "url")).AbsolutePath);

        Assert.Equal(("PAID", "PAID"), (Text(await client.GetAsync("/invoice/F12"), "state"), Text((await client.GetAsync("/transaction/detail?ref=F12")).GetProperty("Entries")[0], "state")));
        Assert.Equal("EXPIRED", Text(await client.GetAsync("/invoice/F13"), "state"));
    }

    /// <summary>A transaction on a mandate of a profile with these steps for every bucket, after the bank took it back.</summary>
    private async Task<JsonElement> FailAsync(string customer, decimal amount, FailureStep[] steps, Action<Domi.Engine.Profiles.Profile>? shape = null, params (string, string)[] more)
    {
        var mandate = await client.GivenASignedMandate(customer, [("ct", await ProfileAsync(steps, shape)), .. more]);
        var made = await client.TransactAsync(mandate, amount, ("ref", customer));
        var day = DateOnly.ParseExact(Text(made, "reqcolldt"), "yyyy-MM-dd", CultureInfo.InvariantCulture);
        await AppFixture.AdvanceAsync(app.Engine, day.At(9) - app.Now());
        return made;
    }

    private async Task<string> ProfileAsync(FailureStep[] steps, Action<Domi.Engine.Profiles.Profile>? shape = null)
    {
        var others = steps.Where(s => s.Kind is not FailureStepKind.Retry).ToList();
        return await app.GivenAProfileAsync(Interlocked.Increment(ref profiles), p =>
        {
            p.FailurePlanJson = new FailurePlan(steps, others, others).Written();
            shape?.Invoke(p);
        });
    }

    private Task<List<DirectDebit>> AttemptsAsync(JsonElement made)
    {
        var number = made.GetProperty("id").GetInt64();
        return app.ReadEngineAsync(db => db.DirectDebits.AsNoTracking().Where(d => d.Number == number).OrderBy(d => d.Attempt).ToListAsync());
    }

    private Task<List<Mail>> MailsAsync(string customer) => app.ReadEngineAsync(db => db.Mails.AsNoTracking().Where(m => m.To == customer + "@example.org").OrderBy(m => m.CreatedAt).ToListAsync());

    private async Task<string> CollectableAsync(string mandate)
    {
        using var answer = await client.SendAsync(HttpMethod.Get, "/mandate/detail?mndtId=" + mandate);
        return answer.Headers.GetValues("X-COLLECTABLE").Single();
    }

    private static string PageOf(string text) => text[text.IndexOf("/payment/tr_", StringComparison.Ordinal)..].Split('\n', ' ')[0].Trim();

    private static IEnumerable<string?> Actions(JsonElement entry) => entry.TryGetProperty("actions", out var actions) ? actions.EnumerateArray().Select(a => a.GetProperty("action").GetString()) : [];

    private static string Id(JsonElement entry) => entry.GetProperty("id").ToString();

    private static string Text(JsonElement entry, string name) => entry.GetProperty(name).GetString()!;
}
