using System.Globalization;
using System.Text.RegularExpressions;
using Domi.Engine.Customers;
using Domi.Engine.Mandates;
using Domi.Engine.Pages;
using Domi.Engine.Tests.Console;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Engine.Tests.Pages;

/// <summary>What a debtor may ask and say beside paying, when the profile lets him.</summary>
public sealed class DebtorAsksTests(DebtorAsksTests.Fixture app) : IClassFixture<DebtorAsksTests.Fixture>
{
    private const int All = 41;
    private const string Creditor = "questions@mycompany.example";

    public sealed class Fixture : AppFixture
    {
        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            await this.GivenAProfileAsync(All, p => (p.TakesQuestions, p.AsksForEmail, p.ShowsHistory) = (true, true, true));
            await this.ChangeCreditorAsync(c => c.ReplyTo = Creditor);
        }
    }

    private readonly Debtor debtor = new(app);

    [Fact]
    public async Task A_question_reaches_the_creditor_who_answers_to_the_debtor_and_finds_it_at_the_invoice()
    {
        var path = await debtor.BookAsync("Q-1", ct: All);
        (string, string)[] form = [("nonce", await debtor.NonceAsync(path)), ("from", " ilse@example.org "), ("question", "Waarom <b>twee</b> keer?\r\nDank u.")];

        Assert.Equal(path + "?r=asked", await debtor.SubmitAsync(path + "?handler=question", form));
        Assert.Equal(path + "?r=asked", await debtor.SubmitAsync(path + "?handler=question", form)); // a second post of the same form
        var mail = Assert.Single(await debtor.MailsAsync(Creditor), m => m.Subject!.Contains("Q-1", StringComparison.Ordinal));
        using var person = await Person.OfAsync(app);
        var id = await app.ReadEngineAsync(db => db.Invoices.Where(i => i.Number == "Q-1").Select(i => i.Id).SingleAsync());
        var console = await person.GetAsync("/console/invoices/" + id);

        Assert.Equal("ilse@example.org", mail.ReplyTo.Mailboxes.Single().Address);
        Assert.Contains("Waarom <b>twee</b> keer?\nDank u.", mail.TextBody!.ReplaceLineEndings("\n"));
        Assert.DoesNotContain("<b>twee</b>", mail.HtmlBody);
        Assert.Contains("Uw vraag is onderweg naar My company.", await debtor.SeeAsync(path + "?r=asked"));
        Assert.Contains("ilse@example.org: Waarom &lt;b&gt;twee&lt;/b&gt; keer?", console);
    }

    [Theory]
    [InlineData("nobody", "Why?", "Dit is geen e-mailadres")]
    [InlineData("a@example.org\r\nBcc: b@example.org", "Why?", "Dit is geen e-mailadres")]
    [InlineData("a@example.org", "  ", "Schrijf uw vraag.")]
    [InlineData("a@example.org", null, "Dit is te lang: hoogstens 1500 tekens.")]
    public async Task A_question_that_cannot_be_answered_is_told_at_the_field_and_not_sent(string from, string? question, string words)
    {
        var path = await debtor.BookAsync($"Q-2-{from.Length}-{question?.Length}", ct: All);
        question ??= new string('x', 1_501);

        var page = await debtor.RedrawnAsync(path + "?handler=question", ("nonce", await debtor.NonceAsync(path)), ("from", from), ("question", question));

        Assert.Matches($"role=\"alert\".*<a href=\"#(?:from|question)\">{Regex.Escape(words)}", page.ReplaceLineEndings("")); // above the page, with the way to the field
        Assert.Equal(2, page.Split(words).Length - 1);
        Assert.Contains("<title>Fout: ", page);
        Assert.Contains(question.Trim(), page); // what was typed is still there
        Assert.DoesNotContain(await debtor.MailsAsync(Creditor), m => m.Subject!.Contains("Q-2-" + from.Length, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_sixth_question_of_a_day_is_refused_with_what_was_typed()
    {
        var path = await debtor.BookAsync("Q-3", ct: All);
        for (var i = 1; i <= 5; i++) await AskAsync($"Question {i}?");

        var page = await debtor.RedrawnAsync(path + "?handler=question", ("nonce", await debtor.NonceAsync(path)), ("from", "a@example.org"), ("question", "Question 6?"));

        Assert.Contains("Er zijn vandaag al meerdere vragen", page);
        Assert.Contains("Question 6?", page);
        Assert.Equal(5, (await debtor.MailsAsync(Creditor)).Count(m => m.Subject!.Contains("Q-3", StringComparison.Ordinal)));

        async Task AskAsync(string question) => await debtor.SubmitAsync(path + "?handler=question", ("nonce", await debtor.NonceAsync(path)), ("from", "a@example.org"), ("question", question));
    }

    [Fact]
    public async Task A_customer_without_an_address_gives_one_once_and_the_creditor_reads_of_it()
    {
        var path = await debtor.BookAsync("E-1", ct: All, shape: i => i["customer"]!.AsObject().Remove("email"));
        Assert.Contains("heeft nog geen e-mailadres van u", await debtor.SeeAsync(path));
        Assert.Contains("Dit is geen e-mailadres", await debtor.RedrawnAsync(path + "?handler=email", ("nonce", await debtor.NonceAsync(path)), ("email", "no")));

        var nonce = await debtor.NonceAsync(path);
        Assert.Equal(path + "?r=email", await debtor.SubmitAsync(path + "?handler=email", ("nonce", nonce), ("email", "E1@example.org")));
        Assert.Equal(path, await debtor.SubmitAsync(path + "?handler=email", ("nonce", nonce), ("email", "thief@example.org"))); // whoever has the link later changes nothing

        Assert.DoesNotContain("heeft nog geen e-mailadres van u", await debtor.SeeAsync(path));
        Assert.Equal("E1@example.org", await app.ReadEngineAsync(db => db.Customers.Where(c => c.CustomerNumber == "C-E-1").Select(c => c.Email).SingleAsync()));
        var told = (await debtor.Creditor.FeedAsync("/invoice?include=customer", "Invoices")).Last(i => i.GetProperty("number").GetString() == "E-1");
        Assert.Equal("E1@example.org", told.GetProperty("customer").GetProperty("email").GetString());
        Assert.DoesNotContain("heeft nog geen e-mailadres van u", await debtor.SeeAsync(await debtor.BookAsync("E-2", ct: All)));
    }

    [Fact]
    public async Task An_address_that_was_given_on_a_page_gets_no_list_of_other_invoices_until_the_creditor_says_it()
    {
        var path = await debtor.BookAsync("E-3", ct: All, shape: i => i["customer"]!.AsObject().Remove("email"));
        await debtor.SubmitAsync(path + "?handler=email", ("nonce", await debtor.NonceAsync(path)), ("email", "e3@example.org"));

        var page = await debtor.SeeAsync(path);
        Assert.DoesNotContain("handler=history", page);
        Assert.Equal(path, await debtor.SubmitAsync(path + "?handler=history", ("nonce", Debtor.NonceOf(page))));
        Assert.Empty(await debtor.MailsAsync("e3@example.org"));

        await debtor.BookAsync("E-4", ct: All, shape: i => (i["customer"]!["customerNumber"], i["customer"]!["email"]) = ("C-E-3", "e3@example.org"));
        Assert.Contains("handler=history", await debtor.SeeAsync(path));
    }

    [Theory]
    [InlineData("somebody-else@example.org", false)]
    [InlineData("c-S-1@example.org", true)]
    public async Task Who_signs_sees_the_other_invoices_only_with_the_address_that_the_creditor_knows(string email, bool isKnown)
    {
        var number = isKnown ? "S-1" : "S-2";
        await debtor.SignAsync(await debtor.ToSigningAsync(await debtor.BookAsync(number, ct: All)), email);
        var mandate = await app.ReadEngineAsync(db => db.Mandates.AsNoTracking().SingleAsync(m => db.Customers.Any(c => c.Id == m.CustomerId && c.CustomerNumber == "C-" + number)));

        var own = await debtor.SeeAsync("/my/" + app.Engine.Services.GetRequiredService<CustomerAccess>().VisitOf(mandate.Id, app.Now()));

        Assert.Contains(mandate.Reference, own);
        Assert.Equal(isKnown, own.Contains("/history/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("thief@example.org", false)]
    [InlineData("c-O-1@example.org", true)]
    public async Task Who_signs_has_the_customers_other_mandates_only_with_the_address_that_the_creditor_knows(string email, bool isKnown)
    {
        var number = isKnown ? "O-1" : "O-2";
        var former = await debtor.Creditor.GivenASignedMandate("C-" + number);
        var other = await MandateAsync(former);
        await app.ReadEngineAsync(db =>
        {
            db.MandateComments.Add(new() { CreditorId = other.CreditorId, MandateId = other.Id, Name = "Ann", Text = "Agreed with " + number, IsPublic = true, At = app.Now() });
            return db.SaveChangesAsync();
        });
        var sign = await debtor.ToSigningAsync(await debtor.BookAsync(number, ct: All));
        var path = await debtor.SubmitAsync(sign, Debtor.Details(await debtor.NonceAsync(sign), email));
        await debtor.SubmitAsync(path, ("nonce", await debtor.NonceAsync(path)), ("way", "draw"), ("drawing", "data:image/png;base64," + Convert.ToBase64String(Domi.Rendering.QrPicture.Png("a signature", 2))));
        var mine = await app.ReadEngineAsync(db => db.Mandates.AsNoTracking().SingleAsync(m => m.CustomerId == other.CustomerId && m.Id != other.Id));

        var my = "/my/" + app.Engine.Services.GetRequiredService<CustomerAccess>().VisitOf(mine.Id, app.Now());
        var own = await debtor.SeeAsync(my);
        using var document = await debtor.Http.GetAsync($"{my}/pdf/{other.Id}");
        // Also a form that was drawn for the other one.
        (string, string)[] form = [("mandate", other.Id.ToString()), ("nonce", app.Engine.Services.GetRequiredService<StepNonces>().Of(other.Id, "my", new(other.Version, app.Now(), "nl"))), ("iban", "BE71 0961 2345 6769")];
        using var stopped = await debtor.PostAsync(my + "?handler=stop", form);
        using var moved = await debtor.PostAsync(my + "?handler=account", form);

        Assert.Contains(mine.Reference, own);
        Assert.Equal((isKnown, isKnown), (own.Contains(former, StringComparison.Ordinal), own.Contains("Agreed with " + number, StringComparison.Ordinal)));
        Assert.Equal(isKnown ? HttpStatusCode.OK : HttpStatusCode.NotFound, document.StatusCode);
        Assert.Equal(isKnown ? (HttpStatusCode.Redirect, HttpStatusCode.Redirect) : (HttpStatusCode.NotFound, HttpStatusCode.NotFound), (stopped.StatusCode, moved.StatusCode));
        Assert.Equal((isKnown ? MandateState.Cancelled : MandateState.Signed, "BE68539007547034"), await MandateAsync(former) is var now ? (now.State, now.DebtorAccount!.Value.Value) : default);

        Task<Mandate> MandateAsync(string reference) => app.ReadEngineAsync(db => db.Mandates.AsNoTracking().SingleAsync(m => m.Reference == reference));
    }

    [Fact]
    public async Task The_list_of_three_months_opens_by_a_mail_to_the_customer_and_not_by_the_link_of_an_invoice()
    {
        var path = await debtor.BookAsync("L-1", ct: All, shape: i => i["email"] = "somebody-else@example.org");
        await BookAsync("L-2", "2026-01-02", All);
        await BookAsync("L-3", "2025-12-01", All); // longer ago
        await BookAsync("L-4", "2026-03-01", 1); // a profile that shows no list
        await debtor.BookAsync("L-5", ct: All); // another customer
        Assert.DoesNotContain("L-2", await debtor.SeeAsync(path));

        Assert.Equal(path + "?r=history", await debtor.SubmitAsync(path + "?handler=history", ("nonce", await debtor.NonceAsync(path))));
        Assert.Empty(await debtor.MailsAsync("somebody-else@example.org"));
        var mail = (await debtor.MailsAsync("C-L-1@example.org"))[^1];
        var entry = mail.TextBody![mail.TextBody!.IndexOf("/history/", StringComparison.Ordinal)..].Split('\n')[0].Trim();
        using var opened = await debtor.Http.GetAsync(entry);
        var visit = opened.Headers.Location!.OriginalString;
        var list = await debtor.SeeAsync(visit);

        Assert.NotEqual(entry, visit);
        Assert.Contains($"href=\"{path}\"", list);
        Assert.Contains("L-2", list);
        foreach (var other in new[] { "L-3", "L-4", "L-5" }) Assert.DoesNotContain(other, list);

        for (var i = 0; i < 2; i++) await debtor.SubmitAsync(path + "?handler=history", ("nonce", await debtor.NonceAsync(path)));
        Assert.Contains("al meerdere keren verstuurd", await debtor.RedrawnAsync(path + "?handler=history", ("nonce", await debtor.NonceAsync(path))));
        await AppFixture.AdvanceAsync(app.Engine, TimeSpan.FromMinutes(31));
        foreach (var over in new[] { visit, "/history/nonsense", "/history/" + new string('x', 1_200) })
        {
            using var gone = await debtor.Http.GetAsync(over);
            Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        }

        async Task BookAsync(string number, string date, int ct) => await debtor.BookAsync(number, ct: ct, shape: i =>
        {
            i["date"] = date;
            i["customer"]!["customerNumber"] = "C-L-1";
            i["customer"]!["email"] = "C-L-1@example.org";
        });
    }

    [Fact]
    public async Task The_own_page_leads_to_the_list_and_no_key_opens_the_other_page()
    {
        var reference = await debtor.Creditor.GivenASignedMandate("MY-1", ("ct", All.ToString(CultureInfo.InvariantCulture)));
        await debtor.BookAsync("MY-I", ct: All, shape: i => i["customer"]!["customerNumber"] = "MY-1");
        var (access, mandate, now) = (app.Engine.Services.GetRequiredService<CustomerAccess>(), await app.ReadEngineAsync(db => db.Mandates.AsNoTracking().SingleAsync(m => m.Reference == reference)), app.Now());

        var own = await debtor.SeeAsync("/my/" + access.VisitOf(mandate.Id, now));
        var list = own[own.IndexOf("/history/", StringComparison.Ordinal)..].Split('"')[0];

        Assert.Contains("MY-I", await debtor.SeeAsync(list));
        foreach (var wrong in new[] { "/my/" + access.ListVisitOf(mandate.CustomerId, now), "/my/" + access.ListLinkOf(mandate.CustomerId, now), "/history/" + access.VisitOf(mandate.Id, now), "/history/" + access.LinkOf(mandate.CustomerId, now) })
        {
            using var answer = await debtor.Http.GetAsync(wrong);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    [Theory]
    [InlineData("fr")]
    [InlineData("nl")]
    [InlineData("en")]
    [InlineData("de")]
    public async Task All_of_it_is_said_in_the_readers_language(string language)
    {
        var l = "?l=" + language;
        var nameless = await debtor.BookAsync("W-1-" + language, ct: All, shape: i => i["customer"]!.AsObject().Remove("email"));
        var nonce = await debtor.NonceAsync(nameless);
        await debtor.Creditor.GivenASignedMandate("C-W-2-" + language, ("ct", All.ToString(CultureInfo.InvariantCulture)));
        var known = await debtor.BookAsync("W-2-" + language, ct: All, shape: i => i["manual"] = true);
        var pages = new List<string>
        {
            await debtor.SeeAsync(nameless + l), await debtor.SeeAsync(known + l),
            await debtor.RedrawnAsync(nameless + l + "&handler=email", ("nonce", nonce), ("email", "no")), await debtor.RedrawnAsync(nameless + l + "&handler=schedule", ("nonce", nonce), ("day", "2000-01-01")),
            await debtor.RedrawnAsync(nameless + l + "&handler=question", ("nonce", nonce), ("from", ""), ("question", "")), await debtor.RedrawnAsync(nameless + l + "&handler=question", ("nonce", nonce), ("from", "x"), ("question", new('x', 1_501))),
        };
        foreach (var done in new[] { "asked", "email", "history", "unscheduled" }) pages.Add(await debtor.SeeAsync($"{known}{l}&r={done}"));
        await debtor.SubmitAsync(known + "?handler=schedule", ("nonce", await debtor.NonceAsync(known)), ("day", "2031-03-05"));
        pages.Add(await debtor.SeeAsync(known + l));
        var (access, customer) = (app.Engine.Services.GetRequiredService<CustomerAccess>(), await app.ReadEngineAsync(db => db.Customers.AsNoTracking().SingleAsync(c => c.CustomerNumber == "C-W-2-" + language)));
        pages.Add(await debtor.SeeAsync($"/history/{access.ListVisitOf(customer.Id, app.Now())}{l}"));

        Assert.All(pages, page =>
        {
            Assert.DoesNotMatch(HostedPagesTests.KeyLooking(), Debtor.Text(page));
            Assert.DoesNotMatch(HostedPagesTests.Hole(), Debtor.Text(page));
            Assert.Contains($"<html lang=\"{language}\">", page);
        });
        Assert.Contains("http", string.Join(' ', (await debtor.MailsAsync($"C-W-2-{language}@example.org")).Select(m => m.TextBody)));
    }

    [Fact]
    public async Task What_the_profile_does_not_offer_is_neither_shown_nor_taken()
    {
        var path = await debtor.BookAsync("N-1", shape: i => i["customer"]!.AsObject().Remove("email"));
        var page = await debtor.SeeAsync(path);

        foreach (var handler in new[] { "question", "email", "history" })
        {
            Assert.DoesNotContain("handler=" + handler, page);
            Assert.Equal(path, await debtor.SubmitAsync($"{path}?handler={handler}", ("nonce", Debtor.NonceOf(page)), ("from", "a@example.org"), ("question", "?"), ("email", "a@example.org")));
        }

        Assert.Equal(0, await app.ReadEngineAsync(db => db.PageEvents.CountAsync(e => db.Invoices.Any(i => i.Id == e.AboutId && i.Number == "N-1"))));
    }
}
