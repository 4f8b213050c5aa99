using System.Text;
using Domi.Engine.DirectDebits;
using Domi.Engine.Invoices;
using Domi.Engine.Mandates;
using Domi.Engine.Pages.Console;
using Domi.Engine.Profiles;
using Domi.Engine.Subscriptions;
using Domi.Engine.Tests.Pages;
using Domi.Engine.Users;
using Domi.Platform;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Console;

/// <summary>What a creditor's people do by hand.</summary>
public sealed class DeskTests(AppFixture app) : IClassFixture<AppFixture>
{
    private readonly EngineClient client = new(app);

    [Fact]
    public async Task What_cannot_be_undone_is_asked_first_and_no_is_an_answer()
    {
        var reference = await client.GivenASignedMandate("ASK");
        await client.TransactAsync(reference, 33m);
        var path = await AgreementAsync(reference);
        using var person = await Person.OfAsync(app, ConsoleRole.User);
        using var asked = await person.DoAsync(path + "?handler=Cancel", ("reason", "moved"));
        var html = await asked.Content.ReadAsStringAsync();
        Assert.Contains($"End agreement {reference}?", html);
        Assert.Contains("withdrawn: 1 (€33.00)", WebUtility.HtmlDecode(html).Replace('\u00a0', ' ').Replace("€ ", "€", StringComparison.Ordinal));
        Assert.Contains($"href=\"{path}\"", html);
        Assert.Equal(MandateState.Signed, await StateAsync(reference));

        using var done = await person.SureAsync(path + "?handler=Cancel", ("reason", "moved"));
        Assert.Equal(path, done.Headers.Location?.ToString());
        Assert.Equal(MandateState.Cancelled, await StateAsync(reference));
        // Without a reason there is nothing to ask about.
        using var refused = await person.DoAsync(path + "?handler=Cancel", ("reason", " "));
        Assert.Equal(HttpStatusCode.Redirect, refused.StatusCode);
    }

    [Fact]
    public async Task What_was_signed_elsewhere_was_signed_on_its_day()
    {
        var (reference, _) = await client.SignAsync("import", "LONGAGO", ("signDate", "2024-11-05"));
        using var person = await Person.OfAsync(app);

        var html = await person.GetAsync(await AgreementAsync(reference));

        Assert.Contains("<dt>Signed</dt><dd><time datetime=\"2024-11-05\">", html);
        Assert.Contains("datetime=\"2024-11-04T23:00:00Z\"", html); // in the list of what happened
    }

    [Fact]
    public async Task A_form_that_is_sent_twice_counts_once()
    {
        var reference = await client.GivenASignedMandate("TWICE");
        var path = await AgreementAsync(reference);
        using var person = await Person.OfAsync(app, ConsoleRole.Administrator);
        var collect = Person.HiddenOf(await person.GetAsync(path), "form-Collect").First(f => f.Name == "once");
        for (var i = 0; i < 2; i++)
            using (await person.DoAsync(path + "?handler=Collect", collect, ("amount", "12,5"), ("message", "Once"))) { }
        Assert.Contains("was sent already", await person.GetAsync(path));
        Assert.Equal(12.5m, (await app.ReadEngineAsync(db => db.DirectDebits.SingleAsync(d => d.Message == "Once"))).Amount);

        var refund = Person.HiddenOf(await person.GetAsync(path), "form-Refund").First(f => f.Name == "once");
        for (var i = 0; i < 2; i++)
            using (await person.SureAsync(path + "?handler=Refund", refund, ("amount", "7"), ("message", "Back"))) { }
        Assert.Equal(7m, (await app.ReadEngineAsync(db => db.Transfers.SingleAsync(t => t.Message == "Back"))).Amount);
    }

    [Fact]
    public async Task A_customer_is_made_changed_invited_billed_and_sent_a_link()
    {
        using var person = await Person.OfAsync(app, ConsoleRole.Administrator);
        using var made = await person.DoAsync("/console/customers/new", ("customerNumber", "HAND"), ("lastname", "Hand"), ("email", "hand@example.org"), ("l", "fr"));
        var path = made.Headers.Location!.ToString();
        Assert.StartsWith("/console/customers/", path, StringComparison.Ordinal);
        using (var again = await person.DoAsync("/console/customers/new", ("customerNumber", "HAND"), ("lastname", "Other"))) Assert.Equal("/console/customers/new", again.Headers.Location?.ToString());
        using (await person.DoAsync(path + "?handler=Change", ("customerNumber", "HAND"), ("lastname", "Changed"), ("email", "hand@example.org"), ("city", "Gent"), ("l", "nl"))) { }
        Assert.Equal(("Changed", "Gent", "nl"), await app.ReadEngineAsync(async db => await db.Customers.SingleAsync(c => c.CustomerNumber == "HAND") is var c ? (c.LastName, c.City, c.Language) : default));

        using var invited = await person.DoAsync(path + "?handler=Invite", ("profile", "1"), ("mails", "true"));
        Assert.StartsWith("/console/agreements/", invited.Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.True(await app.ReadEngineAsync(db => db.Mails.AnyAsync(m => m.To == "hand@example.org" && m.Purpose == "invite")));
        using var billed = await person.DoAsync(path + "?handler=Bill", ("number", "HAND-1"), ("amount", "20"), ("date", "2026-03-17"), ("duedate", "2026-04-17"), ("profile", "1"));
        Assert.Equal((20m, InvoiceState.Booked), await app.ReadEngineAsync(async db => await db.Invoices.SingleAsync(i => i.Number == "HAND-1") is var i ? (i.Amount, i.State) : default));
        Assert.StartsWith("/console/invoices/", billed.Headers.Location!.ToString(), StringComparison.Ordinal);
        using (await person.SureAsync(billed.Headers.Location!.ToString() + "?handler=Delete")) { }
        Assert.False(await app.ReadEngineAsync(db => db.Invoices.AnyAsync(i => i.Number == "HAND-1")));
        using (await person.DoAsync(path + "?handler=Bill", ("number", "HAND-1"), ("amount", "20"), ("date", "2026-03-17"), ("duedate", "2026-04-17"), ("profile", "1"))) { }
        using (var twice = await person.DoAsync(path + "?handler=Bill", ("number", "HAND-1"), ("amount", "21"), ("date", "2026-03-17"), ("duedate", "2026-04-17"), ("profile", "1"))) Assert.Equal(path, twice.Headers.Location?.ToString());
        using var linked = await person.DoAsync(path + "?handler=Link", ("title", "A thing"), ("amount", "5,50"), ("mails", "true"));
        Assert.Equal(5.5m, (await app.ReadEngineAsync(db => db.PayLinks.SingleAsync(l => l.Title == "A thing"))).Amount);
        Assert.True(await app.ReadEngineAsync(db => db.Mails.AnyAsync(m => m.To == "hand@example.org" && m.Purpose == "link")));
        using var wrong = await person.DoAsync(path + "?handler=Link", ("title", "A thing"), ("amount", "1.234"));
        Assert.Contains("callout bad", await person.GetAsync(path));
    }

    [Fact]
    public async Task An_address_that_the_form_merely_sends_back_stays_one_that_was_given_on_a_page()
    {
        await client.TakenAsync(HttpMethod.Put, "/customer/GIVEN", ("lastname", "Given"));
        await app.ReadEngineAsync(async db =>
        {
            (await db.Customers.SingleAsync(c => c.CustomerNumber == "GIVEN")).TakeEmail("given@example.org");
            return await db.SaveChangesAsync();
        });
        using var person = await Person.OfAsync(app, ConsoleRole.User);

        Assert.Equal(("given@example.org", "+32470112255", true), await ChangeAsync("given@example.org"));
        Assert.Equal(("own@example.org", "+32470112255", false), await ChangeAsync("own@example.org"));

        async Task<(string?, string?, bool)> ChangeAsync(string email)
        {
            using (await person.DoAsync($"/console/customers/{await CustomerAsync("GIVEN")}?handler=Change", ("customerNumber", "GIVEN"), ("lastname", "Given"), ("email", email), ("mobile", "+32470112255"), ("l", "nl"))) { }
            return await app.ReadEngineAsync(async db => await db.Customers.SingleAsync(c => c.CustomerNumber == "GIVEN") is var c ? (c.Email, c.Mobile, c.EmailIsGiven) : default);
        }
    }

    [Fact]
    public async Task Two_customers_become_one_and_one_with_payments_is_not_deleted()
    {
        var reference = await client.GivenASignedMandate("MERGE-A");
        await client.BookAsync(EngineClient.Invoice("MERGE-1", 10m, "MERGE-A"));
        await client.BookAsync(EngineClient.Invoice("MERGE-2", 10m, "MERGE-B"));
        using var person = await Person.OfAsync(app, ConsoleRole.Administrator);
        var (a, b) = (await CustomerAsync("MERGE-A"), await CustomerAsync("MERGE-B"));
        using (await person.SureAsync($"/console/customers/{b}?handler=Delete")) { }
        Assert.Equal(b, await CustomerAsync("MERGE-B"));

        // Nobody is meant by no number, also while there is somebody who has none, or two.
        for (var n = 1; n <= 2; n++)
        {
            await client.TakenAsync(HttpMethod.Post, "/invite", ("ct", "1"), ("email", $"numberless-{n}@example.org"));
            using var nobody = await person.DoAsync($"/console/customers/{a}?handler=Merge", ("sure", "yes"));
            Assert.Equal("/console/customers/" + a, nobody.Headers.Location?.ToString());
        }

        Assert.Equal(a, await CustomerAsync("MERGE-A"));

        using var merged = await person.SureAsync($"/console/customers/{a}?handler=Merge", ("other", "MERGE-B"));
        Assert.Equal("/console/customers/" + b, merged.Headers.Location?.ToString());
        Assert.True(await app.ReadEngineAsync(async db => await db.Mandates.AnyAsync(m => m.Reference == reference && m.CustomerId == b) && await db.Invoices.CountAsync(i => i.CustomerId == b) == 2 && !await db.Customers.AnyAsync(c => c.Id == a)));

        await client.InviteAsync("GOES");
        var goes = await CustomerAsync("GOES");
        using var deleted = await person.SureAsync($"/console/customers/{goes}?handler=Delete");
        Assert.Equal("/console/customers", deleted.Headers.Location?.ToString());
        Assert.False(await app.ReadEngineAsync(db => db.Mandates.AnyAsync(m => m.CustomerId == goes)));
    }

    [Fact]
    public async Task An_agreement_is_subscribed_to_and_written_about_and_the_debtor_reads_what_is_public()
    {
        var reference = await client.GivenASignedMandate("DESK");
        var path = await AgreementAsync(reference);
        using var person = await Person.OfAsync(app, ConsoleRole.User);
        using (await person.DoAsync(path + "?handler=Subscribe", ("amount", "9,95"), ("message", "Fee"), ("ref", "DESK-S"), ("start", "2199-01-01"), ("recurrence", "3m"))) { }
        var subscription = await app.ReadEngineAsync(db => db.Subscriptions.SingleAsync(s => s.Message == "Fee"));
        Assert.Equal((9.95m, 3), (subscription.Amount, subscription.Months));
        var own = "/console/subscriptions/" + Tables.Text(subscription.Number);
        using (await person.DoAsync(own + "?handler=Change", ("amount", "12"), ("message", "Dearer"))) { }
        using (await person.SureAsync(own + "?handler=Cancel")) { }
        Assert.Equal((12m, "Dearer", SubscriptionState.Cancelled), await app.ReadEngineAsync(async db => await db.Subscriptions.SingleAsync(s => s.Number == subscription.Number) is var s ? (s.Amount, s.Message, s.State) : default));

        using (await person.DoAsync(path + "?handler=Comment", ("text", "He called <b>twice</b>"))) { }
        using (await person.DoAsync(path + "?handler=Comment", ("text", "Moved to the first of the month"), ("public", "true"))) { }
        Assert.Contains("He called &lt;b&gt;twice&lt;/b&gt;", await person.GetAsync(path));
        var page = (await client.TakenAsync(HttpMethod.Post, "/customeraccess", ("mndtId", reference))).GetProperty("url").GetString()!;
        using var phone = AppFixture.Client(app.Engine);
        using var entered = await phone.GetAsync(new Uri(page).AbsolutePath);
        var mine = await phone.GetStringAsync(entered.Headers.Location);
        Assert.Contains("Moved to the first of the month", mine);
        Assert.DoesNotContain("He called", mine);
    }

    [Fact]
    public async Task An_account_that_is_blocked_suspends_its_agreements_and_takes_no_other()
    {
        var reference = await client.GivenASignedMandate("BLOCK", ("iban", "BE32123456789002"));
        var path = await AgreementAsync(reference);
        using var user = await Person.OfAsync(app, ConsoleRole.User);
        using (var refused = await user.DoAsync(path + "?handler=Block", ("reason", "fraud"))) Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        using var person = await Person.OfAsync(app, ConsoleRole.Administrator);
        using (await person.SureAsync(path + "?handler=Block", ("reason", "fraud"))) { }
        Assert.True(await app.ReadEngineAsync(db => db.Mandates.Where(m => m.Reference == reference).Select(m => m.IsSuspended).SingleAsync()));
        Assert.Equal("err_invalid_iban", await EngineClient.RefusalAsync(client.FormAsync("/invite", ("ct", "1"), ("customerNumber", "BLOCK-2"), ("iban", "BE32123456789002"))));
        Assert.Contains("Unblock the account", await person.GetAsync(path));
        using (await person.DoAsync(path + "?handler=Unblock")) { }
        await client.InviteAsync("BLOCK-2", ("iban", "BE32123456789002"));
    }

    [Fact]
    public async Task A_transaction_is_taken_back_before_the_bank_has_it_and_its_invoice_is_payable_again()
    {
        await client.GivenASignedMandate("BACK");
        await client.BookAsync(EngineClient.Invoice("BACK-1", 100m, "BACK"));
        var debit = await app.ReadEngineAsync(async db => await db.DirectDebits.SingleAsync(d => db.Invoices.Any(i => i.Id == d.InvoiceId && i.Number == "BACK-1")));
        using var person = await Person.OfAsync(app, ConsoleRole.User);
        var path = "/console/transactions/" + Tables.Text(debit.Number);
        using (await person.SureAsync(path + "?handler=Remove")) { }
        Assert.Equal((DirectDebitState.Withdrawn, InvoiceState.Booked), await app.ReadEngineAsync(async db => (await db.DirectDebits.Where(d => d.Id == debit.Id).Select(d => d.State).SingleAsync(), await db.Invoices.Where(i => i.Number == "BACK-1").Select(i => i.State).SingleAsync())));
        using (await person.SureAsync(path + "?handler=Remove")) { }
        Assert.Contains("callout bad", await person.GetAsync(path));
    }

    [Fact]
    public async Task A_statement_is_brought_in_and_what_belongs_to_nothing_is_booked_by_hand_once()
    {
        await client.BookAsync(EngineClient.Invoice("REC-1", 87.65m, "REC"));
        using var person = await Person.OfAsync(app, ConsoleRole.Controller);
        using (await person.SendFileAsync("/console/reconciliation?handler=Import", "twikey:BE68539007547034 name;msg;amount\nRec Person;no communication;8765\n")) { }
        var item = await app.ReadEngineAsync(db => db.StatementItems.SingleAsync(i => i.Name == "Rec Person"));
        var path = "/console/reconciliation/" + Tables.Text(item.Number);
        Assert.Contains("value=\"REC-1\"", await person.GetAsync(path)); // the only one of its amount
        Assert.Contains("Rec Person", await person.GetAsync("/console/reconciliation?state=unmatched"));

        using (await person.SureAsync(path + "?handler=Link", ("invoice", "REC-1"))) { }
        using (await person.SureAsync(path + "?handler=Link", ("invoice", "REC-1"))) { }
        Assert.Contains("callout bad", await person.GetAsync(path));
        Assert.Equal((InvoiceState.Paid, 87.65m), await app.ReadEngineAsync(async db => await db.Invoices.SingleAsync(i => i.Number == "REC-1") is var i ? (i.State, i.PaidAmount) : default));
        Assert.Equal("transfer", (await client.GetAsync("/invoice/REC-1?include=lastpayment")).GetProperty("lastpayment")[0].GetProperty("method").GetString());

        using (await person.SendFileAsync("/console/reconciliation?handler=Import", "twikey:BE68539007547034 name;msg;amount\nBad;x;12,5\n")) { }
        var refused = await person.GetAsync("/console/reconciliation");
        Assert.Contains("callout bad", refused);
        Assert.Contains("Line 2", refused);
        using var administrator = await Person.OfAsync(app, ConsoleRole.Administrator);
        using var closed = await administrator.SendFileAsync("/console/reconciliation?handler=Import", "twikey:BE68539007547034 name;msg;amount\nX;x;1\n");
        Assert.Equal(HttpStatusCode.NotFound, closed.StatusCode);
    }

    [Fact]
    public async Task A_run_that_was_made_elsewhere_is_taken_over_once_and_whole()
    {
        var reference = await client.GivenASignedMandate("RUN");
        string Run(string id, params string[] mandates) => $"""
            <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.008.001.08"><CstmrDrctDbtInitn><PmtInf><PmtInfId>{id}</PmtInfId><ReqdColltnDt>2199-01-04</ReqdColltnDt>
            {string.Concat(mandates.Select((m, i) => $"<DrctDbtTxInf><PmtId><EndToEndId>{id}-{i}</EndToEndId></PmtId><InstdAmt Ccy=\"EUR\">12.50</InstdAmt><DrctDbtTx><MndtRltdInf><MndtId>{m}</MndtId></MndtRltdInf></DrctDbtTx><RmtInf><Ustrd>Elsewhere</Ustrd></RmtInf></DrctDbtTxInf>"))}
            </PmtInf></CstmrDrctDbtInitn></Document>
            """;
        using var person = await Person.OfAsync(app, ConsoleRole.Administrator);
        using (await person.SendFileAsync("/console/batches?handler=Import", Run("RUN-A", reference), ("profile", "1"))) { }
        Assert.Contains("RUN-A", await person.GetAsync("/console/batches"));
        foreach (var bad in new[] { Run("RUN-A", reference), Run("RUN-B", reference, "NOBODY"), "no xml" })
        {
            using (await person.SendFileAsync("/console/batches?handler=Import", bad, ("profile", "1"))) { }
            Assert.Contains("callout bad", await person.GetAsync("/console/batches"));
        }

        var debit = await app.ReadEngineAsync(db => db.DirectDebits.SingleAsync(d => d.Message == "Elsewhere"));
        Assert.Equal((12.5m, DirectDebitState.Sent, "RUN-A-0"), (debit.Amount, debit.State, debit.EndToEndId));
    }

    [Fact]
    public async Task The_simulated_bank_answers_what_was_chosen_and_the_clock_moves_on()
    {
        var reference = await client.GivenASignedMandate("SIM", ("ct", await app.GivenAProfileAsync(71)));
        var made = await client.TransactAsync(reference, 500m, ("message", "Chosen"));
        using var person = await Person.OfAsync(app, ConsoleRole.Administrator);
        var before = app.Now();
        for (var i = 0; i < 10; i++)
            using (await person.DoAsync("/console/simulator?handler=Advance", ("days", "1"))) { }
        Assert.True(app.Now() - before >= TimeSpan.FromDays(10));
        Assert.Equal("PAID", (await client.TransactionAsync(made)).GetProperty("state").GetString());

        var number = made.GetProperty("id").ToString();
        Assert.Contains($"<option value=\"{number}\">", await person.GetAsync("/console/simulator"));
        using (await person.DoAsync("/console/simulator?handler=Play", ("number", number), ("code", "MD06"))) { }
        Assert.Equal("MD06", (await app.ReadEngineAsync(db => db.DirectDebits.SingleAsync(d => d.Message == "Chosen" && d.Attempt == 1))).ReasonCode);
        using (var unknown = await person.DoAsync("/console/simulator?handler=Play", ("number", number), ("code", "XX99"))) Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        using (var years = await person.DoAsync("/console/simulator?handler=Advance", ("days", "400"))) Assert.Equal(HttpStatusCode.NotFound, years.StatusCode);
        using var user = await Person.OfAsync(app, ConsoleRole.User);
        using var closed = await user.DoAsync("/console/simulator?handler=Advance", ("days", "1"));
        Assert.Equal(HttpStatusCode.NotFound, closed.StatusCode);
    }

    [Fact]
    public async Task A_profile_is_added_and_asks_its_own_questions()
    {
        using var person = await Person.OfAsync(app, ConsoleRole.Administrator);
        using (await person.DoAsync("/console/profiles/new", ("name", "Taken"), ("type", "CORE"), ("prefix", "CO"))) { }
        Assert.Contains("begins its numbers alike", await person.GetAsync("/console/profiles/new"));
        using var made = await person.DoAsync("/console/profiles/new", ("name", "Members"), ("type", "CORE"), ("prefix", "mem"));
        var path = made.Headers.Location!.ToString();
        using (await person.DoAsync(path + "/agreements", ("ownReference", "true"), ("isDefault", "true"), ("signMethods", "email"), ("q-0-name", "Club"), ("q-0-type", "select"), ("q-0-options", "North, South"), ("q-0-needed", "true"))) { }
        var profile = await app.ReadEngineAsync(db => db.Profiles.SingleAsync(p => p.Prefix == "MEM"));
        Assert.True(profile is { NeedsOwnReference: true, IsDefault: true });
        Assert.Equal(1, await app.ReadEngineAsync(db => db.Profiles.CountAsync(p => p.CreditorId == app.Access.CreditorId && p.IsDefault)));
        Assert.Equal(["North", "South"], Assert.Single(ProfileAttributes.Of(profile)).Options);
        Assert.Equal("err_missing_attributes", await EngineClient.RefusalAsync(client.FormAsync("/invite", ("ct", Tables.Text(profile.Number)), ("customerNumber", "Q"), ("mandateNumber", "Q1"))));

        foreach (var (name, type) in new[] { ("iban", "text"), ("transactionAmount", "text"), ("a b", "text"), ("x", "nonsense"), ("x", "select") })
        {
            using (await person.DoAsync(path + "/agreements", ("q-0-name", name), ("q-0-type", type))) { }
            Assert.Contains("callout bad", await person.GetAsync(path + "/agreements"));
        }

        Assert.Equal("Club", Assert.Single(ProfileAttributes.Of(await app.ReadEngineAsync(db => db.Profiles.AsNoTracking().SingleAsync(p => p.Prefix == "MEM")))).Name);
    }

    [Fact]
    public async Task A_profile_names_its_languages_alike_everywhere_and_says_its_type_once()
    {
        using var person = await Person.OfAsync(app, ConsoleRole.Administrator, "nl");
        foreach (var page in new[] { "/console/profiles/1/agreements", "/console/profiles/1/invoices" })
        {
            var html = WebUtility.HtmlDecode(await person.GetAsync(page));
            var names = new[] { ">Nederlands<", ">Français<", ">English<", ">Deutsch<" }.Select(n => html.IndexOf(n, StringComparison.Ordinal)).ToList();
            Assert.True(names[0] >= 0 && names.SequenceEqual(names.Order()), page);
            Assert.Contains("<p class=\"sub\">1 · CORE</p>", html);
        }
    }

    [Fact]
    public async Task A_user_who_is_deleted_does_not_come_in_again()
    {
        using var person = await Person.OfAsync(app);
        var email = await Person.GivenAsync(app, ConsoleRole.Viewer);
        var id = await app.ReadEngineAsync(db => db.ConsoleUsers.Where(u => u.Email == email).Select(u => u.Id).SingleAsync());
        using (await person.SureAsync("/console/users?handler=Delete", ("id", id.ToString()))) { }
        Assert.False(await app.ReadEngineAsync(db => db.ConsoleUsers.AnyAsync(u => u.Id == id)));
        using var gone = new Person(app);
        using var answer = await gone.SignInAsync(email, Person.Password);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode); // the door again
    }

    [Fact]
    public async Task A_post_that_is_no_form_is_refused_and_no_fault()
    {
        using var person = await Person.OfAsync(app);
        var request = new HttpRequestMessage(HttpMethod.Post, "/console/customers/new") { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        request.Headers.Add("RequestVerificationToken", await person.TokenAsync());
        using var answer = await person.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }


    private Task<string> AgreementAsync(string reference) => app.ReadEngineAsync(async db => "/console/agreements/" + Tables.Text(await db.Mandates.Where(m => m.Reference == reference).Select(m => m.Number).SingleAsync()));

    private Task<MandateState> StateAsync(string reference) => app.ReadEngineAsync(db => db.Mandates.Where(m => m.Reference == reference).Select(m => m.State).SingleAsync());

    private Task<Guid> CustomerAsync(string number) => app.ReadEngineAsync(db => db.Customers.Where(c => c.CustomerNumber == number).Select(c => c.Id).SingleAsync());
}
