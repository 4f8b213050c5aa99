using System.Globalization;
using Domi.Engine.CollectionRuns;
using Domi.Engine.DirectDebits;
using Domi.Engine.Tests.Console;
using Domi.Engine.Users;
using Domi.Platform;
using Domi.Standards;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Engine.Tests.CollectionRuns;

/// <summary>What is collected through the own bank was announced in time, and there is proof of when.</summary>
public sealed class AnnouncementTests(AppFixture app) : IClassFixture<AppFixture>
{
    private const int Notice = 5;

    private static int numbers = 400;

    private readonly EngineClient client = new(app);

    [Fact]
    public async Task What_nothing_announced_is_told_in_one_mail_a_day_and_leaves_only_once_that_mail_was_accepted()
    {
        await OpenAsync();
        var profile = await GivenAProfileAsync();
        var mandate = await GivenAMandateAsync(profile, "TOLD", ("l", "nl"));
        DirectDebit[] debits = [await CollectionAsync(mandate, 60m), await CollectionAsync(mandate, 25m)];
        Assert.All(debits, d => Assert.Equal(TargetCalendar.NextOpen(Today.AddDays(Notice + 1)), d.RequestedOn)); // the day is right before anybody is told

        await CollectionAsync(await GivenAMandateAsync(profile, "TOLD-TOO-MUCH"), 600m);
        Assert.Equal(["announced", "announced", "too_much"], await LeftOutAsync(profile));
        Assert.Empty(await MailsAsync("TOLD-TOO-MUCH")); // it will not be collected
        Assert.Equal(["announcing", "announcing", "too_much"], await LeftOutAsync(profile)); // queued is not told
        var mail = Assert.Single(await MailsAsync("TOLD"));
        Assert.Equal("nl", mail.Language);
        foreach (var named in new[] { PageFormat.LongDay(debits[0].RequestedOn, "nl"), PageFormat.Money(60m, "nl"), PageFormat.Money(25m, "nl"), mandate, "BE41ZZZ0712845377", "Monthly fee", "My company" })
        {
            Assert.Contains(named, mail.Text);
            Assert.Contains(named, WebUtility.HtmlDecode(mail.Html));
        }

        await app.RunEngineAsync<SendMails>();
        var accepted = Assert.Single(await MailsAsync("TOLD")).AcceptedAt;
        Assert.All(await AnnouncementsAsync(debits[0]), a => Assert.Equal((AnnouncedBy.Mail, debits[0].RequestedOn, 60m, accepted), (a.By, a.CollectOn, a.Amount, a.AnnouncedAt)));
        Assert.Equal(["too_much"], await LeftOutAsync(profile));

        foreach (var debit in debits) Assert.Equal((DirectDebitState.Sent, debit.RequestedOn, null), (await DebitAsync(debit) is var sent ? sent.State : default, sent.RequestedOn, sent.HeldBecause));
        using var viewer = await Person.OfAsync(app, ConsoleRole.Viewer, "de");
        var page = WebUtility.HtmlDecode(await viewer.GetAsync($"/console/transactions/{debits[0].Number}"));
        Assert.Contains("Dem Zahlungspflichtigen angekündigt", page);
        Assert.Contains("Per E-Mail", page);
    }

    [Fact]
    public async Task Another_amount_or_day_is_announced_again_and_what_was_overtaken_does_not_leave_any_more()
    {
        await OpenAsync();
        var profile = await GivenAProfileAsync();
        var debit = await CollectionAsync(await GivenAMandateAsync(profile, "AGAIN"), 60m);
        await LeftOutAsync(profile);
        await ChangeAsync(debit, ("amount", "61"));
        Assert.Equal(["announced"], await LeftOutAsync(profile));
        await app.RunEngineAsync<SendMails>();
        Assert.Equal([MailState.Withdrawn, MailState.Accepted], (await MailsAsync("AGAIN")).Select(m => m.State));

        await ChangeAsync(debit, ("reqcolldt", Today.AddDays(12).ToString("O", CultureInfo.InvariantCulture)));
        Assert.Equal(["announced"], await LeftOutAsync(profile));
        // The mail server is away until two days before: that is too late for the day that was named.
        var named = (await DebitAsync(debit)).RequestedOn;
        AppFixture.SetTime(app.Engine, named.AddDays(-2).At(8));
        await app.RunEngineAsync<SendMails>();
        Assert.Equal(["announced"], await LeftOutAsync(profile));
        debit = await DebitAsync(debit);
        Assert.Equal(TargetCalendar.NextOpen(Today.AddDays(Notice)), debit.RequestedOn);
        Assert.True(debit.RequestedOn > named);
        await app.RunEngineAsync<SendMails>();
        Assert.Empty(await LeftOutAsync(profile));
        Assert.Equal([MailState.Withdrawn, MailState.Accepted, MailState.Withdrawn, MailState.Accepted], (await MailsAsync("AGAIN")).Select(m => m.State));
        Assert.Equal([60m, 61m, 61m, 61m], (await AnnouncementsAsync(debit)).Select(a => a.Amount));
    }

    [Fact]
    public async Task Who_has_no_address_is_not_collected_from_until_a_person_says_how_he_was_told_and_the_console_tells_so()
    {
        await OpenAsync();
        var profile = await GivenAProfileAsync();
        var debit = await CollectionAsync(await GivenAMandateAsync(profile, "MUTE", ("email", "")), 60m);
        Assert.Equal(["no_address"], await LeftOutAsync(profile));
        Assert.Equal(["no_address"], await LeftOutAsync(profile));

        using var person = await Person.OfAsync(app, ConsoleRole.User, "fr");
        var path = $"/console/transactions/{debit.Number}";
        Assert.Contains("le débiteur n’a pas d’adresse e-mail", WebUtility.HtmlDecode(await person.GetAsync("/console/transactions/open")));
        using (var viewer = await Person.OfAsync(app, ConsoleRole.Viewer))
        using (var denied = await RecordAsync(viewer, Today, debit.RequestedOn)) Assert.Equal(HttpStatusCode.NotFound, denied.StatusCode);
        using (await RecordAsync(person, Today.AddDays(1), debit.RequestedOn)) { }
        using (await RecordAsync(person, Today, Today.AddDays(Notice - 1))) { }
        using (await RecordAsync(person, Today.AddDays(-Notice), TargetCalendar.NextOpen(Today))) { } // the bank cannot meet that
        Assert.Contains("Le débiteur doit le savoir avant", WebUtility.HtmlDecode(await person.GetAsync(path)));
        Assert.Empty(await AnnouncementsAsync(debit));

        using (await RecordAsync(person, Today, debit.RequestedOn)) { }
        Assert.Equal((AnnouncedBy.Creditor, "By letter", "Ann Peeters", Today.StartOfDay()), Assert.Single(await AnnouncementsAsync(debit)) is var a ? (a.By, a.Note, a.RecordedBy, a.AnnouncedAt!.Value) : default);
        Assert.Empty(await LeftOutAsync(profile));
        using var administrator = await Person.OfAsync(app, ConsoleRole.Administrator);
        var activity = WebUtility.HtmlDecode(await administrator.GetAsync("/console/activity"));
        Assert.Contains($"Transaction {debit.Number}: announcement by yourself recorded", activity);
        Assert.Single(System.Text.RegularExpressions.Regex.Matches(activity, $"Stayed behind: 1: {debit.Number}<")); // once, not each night

        Task<HttpResponseMessage> RecordAsync(Person who, DateOnly announced, DateOnly collect) => who.DoAsync(path + "?handler=Announced",
            ("announcedOn", announced.ToString("O", CultureInfo.InvariantCulture)), ("collectOn", collect.ToString("O", CultureInfo.InvariantCulture)), ("note", "By letter"));
    }

    [Fact]
    public async Task An_invoice_announces_its_collection_and_a_retry_is_announced_by_its_own_mail()
    {
        await OpenAsync();
        var profile = await GivenAProfileAsync();
        await client.BookAsync(EngineClient.Invoice("ANN-1", 60m, "INVOICED", int.Parse(profile, CultureInfo.InvariantCulture), due: Today.AddDays(3).ToString("O", CultureInfo.InvariantCulture)));
        await GivenAMandateAsync(profile, "INVOICED");
        await client.BookAsync(EngineClient.Invoice("ANN-2", 60m, "INVOICED", int.Parse(profile, CultureInfo.InvariantCulture), due: Today.AddDays(3).ToString("O", CultureInfo.InvariantCulture)));
        var debit = await app.ReadEngineAsync(db => db.DirectDebits.AsNoTracking().SingleAsync(d => db.Invoices.Any(i => i.Id == d.InvoiceId && i.Number == "ANN-2")));
        Assert.Equal((AnnouncedBy.Invoice, debit.RequestedOn), Assert.Single(await AnnouncementsAsync(debit)) is var a ? (a.By, a.CollectOn) : default);
        Assert.Empty(await LeftOutAsync(profile));
        Assert.DoesNotContain(await MailsAsync("INVOICED"), m => m.Purpose == AnnouncementOutcome.Purpose);

        await AppFixture.InScopeAsync(app.Engine, async services =>
        {
            var db = services.GetRequiredService<EngineDb>();
            await db.WriteAsync(async token =>
            {
                var sent = await db.DirectDebits.SingleAsync(d => d.Id == debit.Id, token);
                sent.Fail("AM04", app.Now());
                await services.GetRequiredService<FailureWorkflow>().FollowAsync(sent, await db.Invoices.SingleAsync(i => i.Id == sent.InvoiceId, token), services.GetRequiredService<Domi.Engine.Invoices.Settlement>(), token);
            }, CancellationToken.None);
            return true;
        });
        var next = await app.ReadEngineAsync(db => db.DirectDebits.AsNoTracking().SingleAsync(d => d.Number == debit.Number && d.Attempt == 2));
        Assert.Equal(["announcing"], await LeftOutAsync(profile));

        // What is announced anew goes where the invoice went.
        await app.ReadEngineAsync(async db =>
        {
            await db.Invoices.Where(i => i.Id == debit.InvoiceId).ExecuteUpdateAsync(set => set.SetProperty(i => i.Email, "BILLS@members.example"));
            return GiveUp(await db.Mails.SingleAsync(m => db.Announcements.Any(a => a.MailId == m.Id && a.DirectDebitId == next.Id))) && await db.SaveChangesAsync() > 0;
        });
        Assert.Equal(["announced"], await LeftOutAsync(profile));
        await app.RunEngineAsync<SendMails>();
        Assert.Equal(AnnouncementOutcome.Purpose, Assert.Single(await MailsAsync("BILLS")).Purpose);
        Assert.Equal([false, true], (await AnnouncementsAsync(next)).Select(a => a.AnnouncedAt is not null));
        Assert.Empty(await LeftOutAsync(profile));
    }

    [Fact]
    public async Task A_client_that_prenotifies_has_announced_what_the_profile_does_not_and_the_night_announces_what_others_collect()
    {
        var own = await OpenAsync();
        var profile = await GivenAProfileAsync(announces: false);
        var debit = await CollectionAsync(await GivenAMandateAsync(profile, "ASKED"), 60m);
        Assert.True((await client.TakenAsync(HttpMethod.Post, "/collect", ("ct", profile), ("prenotify", "true"))).GetProperty("rcurMsgId").ValueKind is System.Text.Json.JsonValueKind.Null);
        Assert.Equal(TargetCalendar.NextOpen(Today.AddDays(Notice)), (await DebitAsync(debit)).RequestedOn);
        await app.RunEngineAsync<SendMails>();
        Assert.NotNull(Assert.Single(await AnnouncementsAsync(debit)).AnnouncedAt);

        var other = await GivenAProfileAsync(shape: p => p.SendsByItself = false);
        var second = await CollectionAsync(await GivenAMandateAsync(other, "NIGHT"), 70m);
        await own.UntilAsync(Today.AddDays(1));
        Assert.Equal(second.RequestedOn, Assert.Single(await AnnouncementsAsync(second)).CollectOn);
        Assert.NotNull((await client.TakenAsync(HttpMethod.Post, "/collect", ("ct", other), ("until", second.RequestedOn.ToString("O", CultureInfo.InvariantCulture)))).GetProperty("rcurMsgId").GetString());
        await own.UntilAsync((await DebitAsync(debit)).RequestedOn.AddDays(-1)); // the first goes in time for its day, by itself
        Assert.Equal((DirectDebitState.Sent, DirectDebitState.Sent), ((await DebitAsync(debit)).State, (await DebitAsync(second)).State));
    }

    [Fact]
    public async Task An_outage_of_the_mail_is_made_up_for_by_itself_and_what_a_server_refused_when_a_person_asks()
    {
        await OpenAsync();
        var profile = await GivenAProfileAsync();
        var debit = await CollectionAsync(await GivenAMandateAsync(profile, "OUTAGE"), 60m);
        await LeftOutAsync(profile);
        await MailAsync(m => GiveUp(m));
        Assert.Equal(["announced"], await LeftOutAsync(profile));

        await MailAsync(m => m.Refuse("550 No such user"));
        Assert.Equal(["mail_refused"], await LeftOutAsync(profile));
        using var person = await Person.OfAsync(app, ConsoleRole.User);
        Assert.Contains("Announce again by mail", await person.GetAsync($"/console/transactions/{debit.Number}"));
        using (await person.DoAsync($"/console/transactions/{debit.Number}?handler=Announce")) { }
        using (await person.DoAsync($"/console/transactions/{debit.Number}?handler=Announce")) { } // once
        Assert.Equal(["announcing"], await LeftOutAsync(profile));
        await app.RunEngineAsync<SendMails>();
        Assert.Equal([MailState.Refused, MailState.Refused, MailState.Accepted], (await MailsAsync("OUTAGE")).Select(m => m.State));
        Assert.Equal("announced", (await DebitAsync(debit)).HeldBecause);
        Assert.Empty(await LeftOutAsync(profile));

        Task<int> MailAsync(Action<Mail> change) => app.ReadEngineAsync(async db =>
        {
            change(await db.Mails.OrderBy(m => m.Id).LastAsync(m => m.To == "OUTAGE@members.example" && m.State == MailState.Waiting && m.Purpose == AnnouncementOutcome.Purpose));
            return await db.SaveChangesAsync();
        });
    }

    private DateOnly Today => app.Now().BrusselsDate();

    private Task<OwnBank> OpenAsync() => OwnBank.OpenAsync(app, OwnBank.IbanOf(Interlocked.Increment(ref numbers)), 1, new() { Decide = (_, _) => Fate.Done }, c => c.MostPerCollection = 500m);

    private Task<string> GivenAProfileAsync(bool announces = true, Action<Domi.Engine.Profiles.Profile>? shape = null) => app.GivenAProfileAsync(Interlocked.Increment(ref numbers), p =>
    {
        (p.PrenotificationDays, p.AnnouncesCollections) = (Notice, announces);
        shape?.Invoke(p);
    });

    private async Task<string> GivenAMandateAsync(string profile, string name, params (string Name, string Value)[] more)
    {
        (string Name, string Value)[] usual = [("method", "import"), ("ct", profile), ("iban", OwnBank.IbanOf(Interlocked.Increment(ref numbers))), ("customerNumber", name), ("email", $"{name}@members.example"), ("firstname", "Member"), ("lastname", name), ("mandateNumber", name)];
        return (await client.TakenAsync(HttpMethod.Post, "/sign", [.. usual.Where(u => more.All(m => m.Name != u.Name)), .. more.Where(m => m.Value.Length > 0)])).GetProperty("MndtId").GetString()!;
    }

    private async Task<DirectDebit> CollectionAsync(string mandate, decimal amount)
    {
        var number = (await client.TransactAsync(mandate, amount)).GetProperty("id").GetInt64();
        return await app.ReadEngineAsync(db => db.DirectDebits.AsNoTracking().SingleAsync(d => d.Number == number));
    }

    private Task ChangeAsync(DirectDebit debit, (string, string) change) => client.DoneAsync(HttpMethod.Put, "/transaction", ("id", debit.Number.ToString(CultureInfo.InvariantCulture)), change);

    /// <summary>The mail server was away for as long as it is tried.</summary>
    private bool GiveUp(Mail mail)
    {
        for (var i = 0; i < Mail.MostAttempts; i++) mail.Defer(app.Now(), "Connection refused");
        return mail.State is MailState.Refused;
    }

    /// <summary>Puts together what is open of a profile, up to twenty days ahead; answers why each of what stays behind does.</summary>
    private Task<string[]> LeftOutAsync(string profile) => AppFixture.InScopeAsync(app.Engine, async services =>
    {
        var db = services.GetRequiredService<EngineDb>();
        var number = int.Parse(profile, CultureInfo.InvariantCulture);
        var (contract, of) = (await db.BankContracts.AsNoTracking().SingleAsync(), await db.Profiles.AsNoTracking().SingleAsync(p => p.Number == number));
        var made = await db.WriteOrRepeatAsync(token => services.GetRequiredService<MakeFiles>().CollectAsync(contract, of, null, Today.AddDays(20), new("Domi", null), token), CancellationToken.None);
        return made.LeftOut.Select(l => l.Why.Because).ToArray();
    });

    private Task<DirectDebit> DebitAsync(DirectDebit debit) => app.ReadEngineAsync(db => db.DirectDebits.AsNoTracking().SingleAsync(d => d.Id == debit.Id));

    private Task<List<Announcement>> AnnouncementsAsync(DirectDebit debit) => app.ReadEngineAsync(db => db.Announcements.AsNoTracking().Where(a => a.DirectDebitId == debit.Id).OrderBy(a => a.Id).ToListAsync());

    private Task<List<Mail>> MailsAsync(string name) => app.ReadEngineAsync(db => db.Mails.AsNoTracking().Where(m => m.To == $"{name}@members.example" && m.Purpose != "invite").OrderBy(m => m.Id).ToListAsync());
}
