using System.Globalization;
using Domi.Engine.DirectDebits;
using Domi.Engine.Invoices;
using Domi.Engine.Pages;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Engine.Tests.Pages;

public sealed class ScheduledPaymentTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly Debtor debtor = new(app);

    [Fact]
    public async Task Who_has_a_mandate_chooses_a_day_is_told_it_by_mail_and_takes_it_back()
    {
        var (path, mandate) = await GivenAsync("D-1");
        Assert.Contains("Zelf de dag kiezen", await debtor.SeeAsync(path));

        Assert.Equal(path, await ChooseAsync(path, "2031-03-01")); // a Saturday
        var planned = await debtor.SeeAsync(path);
        var debit = await DebitAsync("D-1");
        var mail = (await debtor.MailsAsync("C-D-1@example.org"))[^1];

        Assert.Contains("Zoals u hebt gevraagd, int My company dit bedrag op 3 maart 2031.", planned);
        Assert.DoesNotContain("value=\"bancontact\"", planned);
        Assert.Equal((DirectDebitState.Open, new DateOnly(2031, 3, 3), 423.50m), (debit.State, debit.RequestedOn, debit.Amount));
        Assert.Equal("PENDING", (await debtor.Creditor.GetAsync("/invoice/D-1")).GetProperty("state").GetString());
        Assert.Contains("3 maart 2031", mail.Subject);
        Assert.Contains(mandate, mail.TextBody);
        Assert.Contains("BE41ZZZ0712845377", mail.TextBody);

        var nonce = Debtor.NonceOf(planned);
        Assert.Equal(path + "?r=unscheduled", await debtor.SubmitAsync(path + "?handler=unschedule", ("nonce", nonce)));
        Assert.Equal(path, await debtor.SubmitAsync(path + "?handler=unschedule", ("nonce", nonce))); // a second time there is nothing to take back
        var open = await debtor.SeeAsync(path + "?r=unscheduled");

        Assert.Contains("De geplande betaling is geannuleerd", open);
        Assert.Contains("value=\"bancontact\"", open);
        Assert.Equal(DirectDebitState.Withdrawn, (await DebitAsync("D-1")).State);
        Assert.Null((await InvoiceAsync("D-1")).ScheduledOn);
        Assert.Equal(["scheduled 2031-03-03", "unscheduled "], await EventsAsync("D-1"));
        Assert.Equal(path, await ChooseAsync(path, "2031-03-05")); // and another day can be chosen
        Assert.Equal(new DateOnly(2031, 3, 5), (await InvoiceAsync("D-1")).ScheduledOn);
    }

    [Theory]
    [InlineData("")]
    [InlineData("today")]
    [InlineData("2026-03-18")] // the bank needs two days
    [InlineData("2031-05-16")] // more than 30 days after the due date
    [InlineData("16/03/2031")]
    public async Task A_day_that_is_not_offered_is_told_at_the_field_and_plans_nothing(string day)
    {
        var number = "D-2-" + day.Length + day.Split('-')[^1].Replace('/', '-');
        var (path, _) = await GivenAsync(number);

        var page = await debtor.RedrawnAsync(path + "?handler=schedule", ("nonce", await debtor.NonceAsync(path)), ("day", day));

        var first = PageFormat.LongDay(Profile().EarliestOn(app.Now().BrusselsDate()), "nl"); // another test may have moved the clock
        Assert.Contains($"Kies een dag van {first} tot 15 mei 2031.", page);
        Assert.Contains("aria-invalid=\"true\"", page);
        Assert.Equal(InvoiceState.Booked, (await InvoiceAsync(number)).State);
        Assert.Empty(await EventsAsync(number));
    }

    [Fact]
    public async Task Who_has_no_mandate_signs_one_and_is_collected_on_the_day_he_chose()
    {
        var path = await debtor.BookAsync("D-3");
        var sign = await ChooseAsync(path, "2031-05-07");
        Assert.StartsWith("/sign/", sign);
        Assert.Equal(InvoiceState.Booked, (await InvoiceAsync("D-3")).State); // nothing is planned before the signature

        var (mandate, code) = await debtor.ToCodeAsync(sign, "d3@example.org");
        Assert.Contains("7 mei 2031", await debtor.SeeAsync(mandate));
        await debtor.SubmitAsync(mandate, ("nonce", await debtor.NonceAsync(mandate)), ("way", "code"), ("code", code));

        Assert.Equal(new DateOnly(2031, 5, 7), (await DebitAsync("D-3")).RequestedOn);
        Assert.Contains("7 mei 2031", await debtor.SeeAsync(path));
        Assert.Equal(["scheduled 2031-05-07"], await EventsAsync("D-3"));
    }

    [Fact]
    public async Task Who_then_prefers_automatic_payment_is_collected_when_it_is_due()
    {
        var path = await debtor.BookAsync("D-4");
        var first = await ChooseAsync(path, "2031-05-07");
        var second = await debtor.ToSigningAsync(path);
        Assert.Equal(first, second);

        await debtor.SignAsync(second, "d4@example.org");

        Assert.Equal(new DateOnly(2031, 4, 15), (await DebitAsync("D-4")).RequestedOn);
    }

    [Fact]
    public async Task A_day_that_was_chosen_and_not_signed_for_is_nobodys_wish()
    {
        var path = await debtor.BookAsync("D-8");
        Assert.Contains("7 mei 2031", await debtor.SeeAsync(await ChooseAsync(path, "2031-05-07")));
        Assert.Null((await InvoiceAsync("D-8")).ScheduledOn);

        await debtor.Creditor.GivenASignedMandate("C-D-8"); // on paper, for all that comes
        await debtor.Creditor.DoneAsync(HttpMethod.Post, "/invoice/D-8/action", ("type", "reoffer"));

        Assert.Equal(new DateOnly(2031, 4, 15), (await DebitAsync("D-8")).RequestedOn);
        Assert.Empty(await EventsAsync("D-8"));
    }

    [Fact]
    public async Task Another_day_that_is_chosen_meanwhile_is_read_before_it_is_signed()
    {
        var path = await debtor.BookAsync("D-9");
        var (mandate, code) = await debtor.ToCodeAsync(await ChooseAsync(path, "2031-05-07"), "d9@example.org");
        var shown = await debtor.NonceAsync(mandate);
        await ChooseAsync(path, "2031-05-08");

        var redrawn = await debtor.RedrawnAsync(mandate, ("nonce", shown), ("way", "code"), ("code", code));
        Assert.Contains("Deze pagina was niet meer actueel", redrawn);
        Assert.Contains("8 mei 2031", redrawn);
        await debtor.SubmitAsync(mandate, ("nonce", Debtor.NonceOf(redrawn)), ("way", "code"), ("code", code));

        Assert.Equal(new DateOnly(2031, 5, 8), (await DebitAsync("D-9")).RequestedOn);
        Assert.Equal(new DateOnly(2031, 5, 8), (await InvoiceAsync("D-9")).ScheduledOn);
    }

    [Fact]
    public async Task What_the_bank_has_is_not_taken_back_and_a_failure_ends_the_choice()
    {
        var (path, _) = await GivenAsync("D-5", 16m); // settled first, returned by the second answer of the simulated bank
        var first = Profile().EarliestOn(app.Now().BrusselsDate());
        await ChooseAsync(path, first.ToString("O", CultureInfo.InvariantCulture));
        var nonce = await debtor.NonceAsync(path);
        for (var day = 0; day < 10 && (await DebitAsync("D-5")).State is DirectDebitState.Open; day++) await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromHours(12));
        Assert.Equal(DirectDebitState.Sent, (await DebitAsync("D-5")).State);

        Assert.DoesNotContain("handler=unschedule", await debtor.SeeAsync(path));
        Assert.Equal(path, await debtor.SubmitAsync(path + "?handler=unschedule", ("nonce", nonce)));
        var id = (await InvoiceAsync("D-5")).Id;
        var refused = await Assert.ThrowsAsync<RefusedException>(() => AppFixture.InScopeAsync(app.Engine, async services =>
        {
            await services.GetRequiredService<ScheduleInvoice>().CancelAsync(id, CancellationToken.None);
            return 0;
        }));
        Assert.Equal("schedule_under_way", refused.Code);
        Assert.Equal(DirectDebitState.Sent, (await DebitAsync("D-5")).State);

        for (var day = 0; day < 40 && (await InvoiceAsync("D-5")).LastError is null; day++) await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromDays(1));
        Assert.Null((await InvoiceAsync("D-5")).ScheduledOn);
    }

    [Fact]
    public async Task Four_posts_at_once_plan_one_collection()
    {
        var (path, _) = await GivenAsync("D-6");
        var nonce = await debtor.NonceAsync(path);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            using var answer = await debtor.PostAsync(path + "?handler=schedule", ("nonce", nonce), ("day", "2031-03-05"));
            Assert.True(answer.StatusCode is HttpStatusCode.Redirect or HttpStatusCode.OK);
        })));

        var invoice = await InvoiceAsync("D-6");
        Assert.Equal(1, await app.ReadEngineAsync(db => db.DirectDebits.CountAsync(d => d.InvoiceId == invoice.Id)));
        Assert.Single(await EventsAsync("D-6"));
    }

    [Fact]
    public async Task A_profile_without_days_offers_no_choice_and_takes_none()
    {
        var ct = int.Parse(await app.GivenAProfileAsync(31, p => p.ScheduleDays = 0), CultureInfo.InvariantCulture);
        var path = await debtor.BookAsync("D-7", ct: ct);
        var page = await debtor.SeeAsync(path);

        Assert.DoesNotContain("Zelf de dag kiezen", page);
        Assert.Equal(path, await debtor.SubmitAsync(path + "?handler=schedule", ("nonce", Debtor.NonceOf(page)), ("day", "2031-03-05")));
        Assert.Null((await InvoiceAsync("D-7")).ScheduledOn);
    }

    /// <summary>An invoice that is not collected by itself, of a customer with a mandate.</summary>
    private async Task<(string Path, string Mandate)> GivenAsync(string number, decimal amount = 423.50m)
    {
        var mandate = await debtor.Creditor.GivenASignedMandate("C-" + number);
        return (await debtor.BookAsync(number, amount, shape: i => i["manual"] = true), mandate);
    }

    private async Task<string> ChooseAsync(string path, string day) => await debtor.SubmitAsync(path + "?handler=schedule", ("nonce", await debtor.NonceAsync(path)), ("day", day));

    private static Domi.Engine.Profiles.Profile Profile() => new() { Name = "P" };

    private Task<Invoice> InvoiceAsync(string number) => app.ReadEngineAsync(db => db.Invoices.AsNoTracking().SingleAsync(i => i.Number == number));

    private Task<DirectDebit> DebitAsync(string number) => app.ReadEngineAsync(db => db.DirectDebits.AsNoTracking().Where(d => db.Invoices.Any(i => i.Id == d.InvoiceId && i.Number == number)).OrderByDescending(d => d.Attempt).FirstAsync());

    private Task<List<string>> EventsAsync(string number) => app.ReadEngineAsync(db => db.PageEvents.Where(e => db.Invoices.Any(i => i.Id == e.AboutId && i.Number == number)).OrderBy(e => e.Id).Select(e => e.Kind + " " + e.Text).ToListAsync());
}
