using System.Globalization;
using System.Text.RegularExpressions;
using Domi.Engine.CollectionRuns;
using Domi.Engine.Creditors;
using Domi.Engine.DirectDebits;
using Domi.Engine.Feeds;
using Domi.Engine.Imports;
using Domi.Engine.Pages.Console;
using Domi.Engine.Profiles;
using Domi.Engine.Statements;
using Domi.Engine.Users;
using Domi.Platform;
using Domi.Standards;
using Domi.Standards.BankFiles;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Engine.Tests.Console;

public sealed partial class ConsolePagesTests(ConsolePagesTests.Fixture app) : IClassFixture<ConsolePagesTests.Fixture>
{
    /// <summary>A creditor with one of each, and another one with nothing.</summary>
    public sealed class Fixture : AppFixture
    {
        public IReadOnlyList<string> Lists { get; } =
        [
            "/console/customers", "/console/agreements", "/console/transactions/open", "/console/transactions/sent", "/console/transactions/unsettled", "/console/transactions/paid", "/console/batches", "/console/files", "/console/invoices",
            "/console/links", "/console/subscriptions", "/console/refunds", "/console/reconciliation", "/console/statements", "/console/profiles", "/console/webhooks", "/console/activity",
        ];

        public List<string> Objects { get; } = [];

        public IReadOnlyList<string> Others { get; } =
        [
            "/console/me", "/console/keys", "/console/users", "/console/feeds", "/console/profiles/1", "/console/profiles/1/agreements", "/console/profiles/1/invoices", "/console/branding", "/console/bank", "/console/profiles/new", "/console/customers/new", "/console/analytics", "/console/simulator",
            .. Enum.GetNames<ImportKind>().Select(k => "/console/import/" + k.ToLowerInvariant()),
        ];

        public Guid Other { get; private set; }

        public string Reference { get; private set; } = "";

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            await this.GivenAProfileAsync(9, p => p.FailurePlanJson = new FailurePlan([], [], []).Written());
            await this.ReadEngineAsync(async db =>
            {
                (await db.ApiKeys.SingleAsync()).WebhookUrl = "http://127.0.0.1:9/hook";
                return await db.SaveChangesAsync();
            });
            var client = new EngineClient(this);
            Reference = await client.GivenASignedMandate("C-1", ("ct", "9"), ("lastname", "=HYPERLINK"), ("firstname", ""));
            await client.InviteAsync("C-2");
            await client.BookAsync(EngineClient.Invoice("C-INV", 100m, "C-3"));
            await client.TransactAsync(Reference, 7m, ("ref", "+SUM(A1)"));
            await client.TransactAsync(Reference, 8m);
            await client.TakenAsync(HttpMethod.Post, "/payment/link", ("title", "A link"), ("amount", "5"));
            await client.TakenAsync(HttpMethod.Post, "/transfers/beneficiaries", ("name", "C-1 B"), ("iban", "BE91001732641076"), ("address", "Visserij 44"), ("zip", "9000"), ("city", "Gent"));
            await client.TakenAsync(HttpMethod.Post, "/transfer", ("iban", "BE91001732641076"), ("amount", "4"), ("message", "Back"), ("date", "2199-01-01"));
            using var statement = await client.SendAsync(HttpMethod.Post, "/reporting", new StringContent("twikey:BE68539007547034 name;msg;amount\nC-1;Thank you;12345\n"));
            Assert.Equal(HttpStatusCode.NoContent, statement.StatusCode);
            await AppFixture.AdvanceAsync(Engine, TimeSpan.FromDays(14));
            await client.TransactAsync(Reference, 50m);
            await client.TakenAsync(HttpMethod.Post, "/subscription", ("mndtId", Reference), ("amount", "5"), ("message", "Fee"), ("ref", "SUB"), ("start", "2199-01-01"));
            await this.ReadEngineAsync(db => db.WriteAsync(async token =>
            {
                var me = Access.CreditorId;
                db.Add(new BankContract { CreditorId = me, Account = Iban.Parse("BE68539007547034"), Preset = "kbc" });
                var file = new OutgoingFile { CreditorId = me, Account = Iban.Parse("BE68539007547034"), Number = await db.NextObjectNumberAsync(me, token), MessageId = "Domi-C-1", MadeBy = "API" };
                var held = new BankStatement { CreditorId = me, Number = await db.NextObjectNumberAsync(me, token), IdentityHash = "held", Kind = FileKind.Statement, Format = "CODA 2", Account = "BE68539007547034" };
                held.Hold("Domi", [new(Severity.Hold, "statement.balance", "It does not add up.", "line 3")], "none");
                db.AddRange(file, held, new StatementItem { CreditorId = me, Number = await db.NextObjectNumberAsync(me, token), SourceKey = "asks", Account = Iban.Parse("BE68539007547034"), Amount = -5m, Name = "C-1", StatementId = held.Id, Kind = LineKind.Return, ReasonCode = "MD06", Question = LineQuestion.Unknown });
                return true;
            }, CancellationToken.None));
            Objects.AddRange(await this.ReadEngineAsync(async db => (List<string>)
            [
                .. (await db.Customers.Select(c => c.Id).ToListAsync()).Select(i => "/console/customers/" + i), .. (await db.Mandates.Select(m => m.Number).ToListAsync()).Select(n => "/console/agreements/" + Tables.Text(n)),
                .. (await db.DirectDebits.Select(d => d.Number).Distinct().ToListAsync()).Select(n => "/console/transactions/" + Tables.Text(n)), .. (await db.CollectionRuns.Select(r => r.Number).ToListAsync()).Select(n => "/console/batches/" + Tables.Text(n)),
                .. (await db.Invoices.Select(i => i.Id).ToListAsync()).Select(i => "/console/invoices/" + i), .. (await db.PayLinks.Select(l => l.Number).ToListAsync()).Select(n => "/console/links/" + Tables.Text(n)), "/console/profiles/9", "/console/profiles/9/agreements",
                .. (await db.Subscriptions.Select(s => s.Number).ToListAsync()).Select(n => "/console/subscriptions/" + Tables.Text(n)), .. (await db.Transfers.Select(t => t.Id).ToListAsync()).Select(i => "/console/refunds/" + i),
                .. (await db.StatementItems.Select(i => i.Number).ToListAsync()).Select(n => "/console/reconciliation/" + Tables.Text(n)),
                .. (await db.OutgoingFiles.Select(f => f.Number).ToListAsync()).Select(n => "/console/files/" + Tables.Text(n)), .. (await db.BankStatements.Select(s => s.Number).ToListAsync()).Select(n => "/console/statements/" + Tables.Text(n)),
            ]));
            Other = await InScopeAsync(Engine, async services =>
            {
                var (db, keys) = (services.GetRequiredService<EngineDb>(), services.GetRequiredService<CreditorKeys>());
                var creditor = new Creditor { MerchantId = 1002, Name = "Another company", CreditorIdentifier = "BE41ZZZ0712845377", SenderName = "Another", SenderAddress = "other@example.org" };
                keys.Equip(creditor);
                db.AddRange(creditor, new Profile { CreditorId = creditor.Id, Number = 1, Name = "Core", IsDefault = true, Prefix = "OTHER" });
                await db.SaveChangesAsync();
                return creditor.Id;
            });
        }
    }

    [Theory]
    [InlineData("en")]
    [InlineData("nl")]
    [InlineData("fr")]
    [InlineData("de")]
    public async Task Every_page_is_there_in_the_language_without_a_raw_key(string language)
    {
        using var person = await Person.OfAsync(app, language: language);
        Assert.True(app.Objects.Count > 10);
        foreach (var path in app.Lists.Concat(app.Objects).Concat(app.Others))
        {
            var html = await person.GetAsync(path);
            Assert.Contains($"<html lang=\"{language}\">", html);
            Assert.True(RawKey().Match(html) is { Success: false }, $"{path}: {RawKey().Match(html).Value}");
            Assert.DoesNotContain("<title> – ", html);
            Assert.DoesNotContain("style=", html);
        }
    }

    [Fact]
    public async Task What_is_another_creditors_does_not_exist()
    {
        using var stranger = await Person.OfAsync(app, creditor: app.Other);
        foreach (var path in app.Objects) Assert.Equal((path, HttpStatusCode.NotFound), (path, await stranger.StatusAsync(path)));
        foreach (var path in app.Lists) Assert.DoesNotContain("C-1", await stranger.GetAsync(path));

        var before = await StateAsync();
        foreach (var path in app.Objects)
            foreach (var handler in new[] { "Remind", "Suspend", "Cancel", "Paid", "Archive", "Reoffer", "Link", "Collect", "Refund", "Remove", "Change", "Subscribe", "Comment", "Block", "Invite", "Bill", "Merge", "Delete", "Release", "Withdraw", "LetIn", "ThrowAway", "Assign", "Leave", "Free" })
            {
                using var answer = await stranger.DoAsync($"{path}?handler={handler}", ("reason", "x"), ("amount", "1"), ("message", "x"), ("text", "x"), ("other", "C-2"), ("invoice", "C-INV"), ("sure", "yes"));
                Assert.Equal((path, handler, HttpStatusCode.NotFound), (path, handler, answer.StatusCode));
            }

        var theirs = await app.ReadEngineAsync(async db => (Debit: await db.DirectDebits.Select(d => d.Number).FirstAsync(), Key: await db.ApiKeys.Select(k => k.Id).SingleAsync(), User: await db.ConsoleUsers.Where(u => u.CreditorId == app.Access.CreditorId).Select(u => u.Id).FirstAsync(), Delivery: await db.Deliveries.Select(d => d.Id).FirstAsync()));
        foreach (var (path, name, value) in new[]
        {
            ("/console/transactions/unsettled?handler=Paid", "pick", Tables.Text(theirs.Debit)), ("/console/transactions/open?handler=Collect", "profile", "9"), ("/console/keys?handler=Withdraw", "id", theirs.Key.ToString()),
            ("/console/users?handler=Password", "id", theirs.User.ToString()), ("/console/webhooks?handler=Resend", "pick", theirs.Delivery.ToString()), ("/console/feeds?handler=Reset", "id", theirs.Key.ToString()),
            ("/console/keys?handler=Scope", "id", theirs.Key.ToString()), ("/console/users?handler=Delete", "id", theirs.User.ToString()), ("/console/simulator?handler=Play", "number", Tables.Text(theirs.Debit)), ("/console/profiles/9/agreements", "name", "x"),
        })
        {
            using var answer = await stranger.DoAsync(path, (name, value), ("moment", "2026-01-01T00:00"), ("groups", "Invoices"), ("code", "AM04"), ("sure", "yes"));
            Assert.Equal((path, HttpStatusCode.NotFound), (path, answer.StatusCode));
        }

        Assert.Equal(before, await StateAsync());
    }

    [Fact]
    public async Task A_viewer_looks_and_changes_nothing_and_the_settings_are_an_administrators()
    {
        using var viewer = await Person.OfAsync(app, ConsoleRole.Viewer);
        using var user = await Person.OfAsync(app, ConsoleRole.User);
        foreach (var path in new[] { "/console/profiles", "/console/profiles/1", "/console/keys", "/console/users", "/console/webhooks", "/console/feeds", "/console/activity", "/console/simulator", "/console/reconciliation", "/console/statements", "/console/bank", "/console/profiles/1/agreements", "/console/profiles/new" })
        {
            Assert.Equal(HttpStatusCode.NotFound, await viewer.StatusAsync(path));
            Assert.Equal(HttpStatusCode.NotFound, await user.StatusAsync(path));
        }

        var before = await StateAsync();
        foreach (var path in app.Objects.Where(o => o.Contains("/agreements/", StringComparison.Ordinal) || o.Contains("/transactions/", StringComparison.Ordinal) || o.Contains("/invoices/", StringComparison.Ordinal)))
        {
            Assert.DoesNotContain("class=\"inline\"", await viewer.GetAsync(path));
            foreach (var handler in new[] { "Cancel", "Archive", "Collect", "Refund", "Comment", "Remove" })
            {
                using var answer = await viewer.DoAsync($"{path}?handler={handler}", ("reason", "x"), ("amount", "1"), ("message", "x"), ("text", "x"), ("sure", "yes"));
                Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            }
        }

        foreach (var path in app.Objects.Where(o => o.Contains("/invoices/", StringComparison.Ordinal)))
        {
            using var answer = await user.DoAsync($"{path}?handler=Paid");
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        using var administrator = await Person.OfAsync(app, ConsoleRole.Administrator);
        using var made = await administrator.DoAsync("/console/users?handler=Add", ("name", "X"), ("email", "x@domi.example"), ("role", "Controller"));
        Assert.Equal(HttpStatusCode.NotFound, made.StatusCode);
        Assert.Equal(before, await StateAsync());
    }

    [Fact]
    public async Task A_file_has_all_rows_and_no_formula()
    {
        using var person = await Person.OfAsync(app);
        using var answer = await person.Http.GetAsync("/console/transactions/unsettled?handler=Csv");
        var csv = await answer.Content.ReadAsStringAsync();
        Assert.Equal("text/csv", answer.Content.Headers.ContentType!.MediaType);
        Assert.DoesNotContain("\n=", csv);
        Assert.DoesNotContain(";=", csv);
        // What Excel needs where lists are separated by semicolons and decimals by commas.
        Assert.Equal(new byte[] { 0xef, 0xbb, 0xbf }, (await answer.Content.ReadAsByteArrayAsync())[..3]);
        Assert.Matches(@";\d+,\d\d;", await person.GetAsync("/console/refunds?handler=Csv"));

        var customers = await (await person.Http.GetAsync("/console/customers?handler=Csv")).Content.ReadAsStringAsync();
        Assert.Contains("'=HYPERLINK", customers);
        Assert.Equal("'@x", Csv.Harmless("@x"));
        Assert.Equal("x", Csv.Harmless("x"));
    }

    [Fact]
    public async Task Chosen_transactions_are_paid_and_archived_together_and_it_is_kept_who_did_it()
    {
        var numbers = await app.ReadEngineAsync(db => db.DirectDebits.Where(d => d.IsUnsettled).Select(d => d.Number).ToListAsync());
        Assert.Equal(2, numbers.Count);
        using var person = await Person.OfAsync(app, ConsoleRole.User);
        Assert.Contains(">Cannot pay<", await person.GetAsync("/console/transactions/unsettled?why=Soft"));
        using var answer = await person.DoAsync("/console/transactions/unsettled?handler=Paid", [.. numbers.Select(n => ("pick", Tables.Text(n)))]);
        Assert.Equal("/console/transactions/unsettled", answer.Headers.Location?.ToString());
        Assert.Contains("2 done.", await person.GetAsync("/console/transactions/unsettled"));
        Assert.Equal(2, await app.ReadEngineAsync(db => db.DirectDebits.CountAsync(d => numbers.Contains(d.Number) && d.SettledBy == "manual")));

        using var administrator = await Person.OfAsync(app, ConsoleRole.Administrator);
        Assert.Contains($"Transaction {Tables.Text(numbers[0])} marked as paid", await administrator.GetAsync("/console/activity"));

        using var again = await person.DoAsync("/console/transactions/unsettled?handler=Unsettle", ("pick", Tables.Text(numbers[0])));
        Assert.Contains("1 could not be done", await person.GetAsync("/console/transactions/paid"));
    }

    [Fact]
    public async Task A_list_goes_on_behind_its_last_row_and_a_filter_stays()
    {
        await app.ReadEngineAsync(db =>
        {
            db.Customers.AddRange(Enumerable.Range(1, ListPage.Size + 10).Select(i => new Domi.Engine.Customers.Customer { CreditorId = app.Other, CustomerNumber = $"PAGE-{i:000}", CompanyName = $"Paged {i:000}" }));
            return db.SaveChangesAsync();
        });
        using var person = await Person.OfAsync(app, creditor: app.Other);
        var first = await person.GetAsync("/console/customers?q=paged");
        var next = WebUtility.HtmlDecode(Next().Match(first).Groups[1].Value);
        Assert.Contains("q=paged", next);
        var second = await person.GetAsync(next);
        Assert.DoesNotContain("rel=\"next\"", second);
        var seen = Paged().Matches(first + second).Select(m => m.Value).Distinct().ToList();
        Assert.Equal(ListPage.Size + 10, seen.Count);
        Assert.Equal(10, Paged().Matches(second).Select(m => m.Value).Distinct().Count());
    }

    [Fact]
    public async Task An_agreement_is_suspended_resumed_and_recalled()
    {
        var number = await app.ReadEngineAsync(db => db.Mandates.Where(m => m.Reference == app.Reference).Select(m => m.Number).SingleAsync());
        var path = "/console/agreements/" + Tables.Text(number);
        using var person = await Person.OfAsync(app, ConsoleRole.User);
        using var suspended = await person.DoAsync(path + "?handler=Suspend");
        Assert.Contains("Resume", await person.GetAsync(path));
        using var resumed = await person.DoAsync(path + "?handler=Resume");
        Assert.False(await app.ReadEngineAsync(db => db.Mandates.Where(m => m.Number == number).Select(m => m.IsSuspended).SingleAsync()));
        var invited = await app.ReadEngineAsync(db => db.Mandates.Where(m => m.State == Domi.Engine.Mandates.MandateState.Prepared).Select(m => m.Number).FirstAsync());
        Assert.StartsWith("%PDF", await person.GetAsync($"/console/agreements/{Tables.Text(invited)}?handler=Pdf"), StringComparison.Ordinal);
        using var refused = await person.DoAsync(path + "?handler=Remind");
        Assert.Contains("callout bad", await person.GetAsync(path));
    }

    [Fact]
    public async Task A_feed_goes_back_to_a_moment_and_a_key_is_told_once()
    {
        using var person = await Person.OfAsync(app);
        var key = await app.ReadEngineAsync(db => db.ApiKeys.Where(k => k.CreditorId == app.Access.CreditorId).Select(k => k.Id).FirstAsync());
        using var reset = await person.SureAsync("/console/feeds?handler=Reset", ("id", key.ToString()), ("feed", nameof(FeedName.Transactions)), ("moment", "2026-01-01T00:00"));
        Assert.Equal(HttpStatusCode.Redirect, reset.StatusCode);
        Assert.Equal(0, await app.ReadEngineAsync(db => db.FeedCursors.Where(c => c.ApiKeyId == key && c.Feed == FeedName.Transactions).Select(c => c.Position).SingleAsync()));

        var email = $"new-{Guid.CreateVersion7():n}@domi.example";
        using var added = await person.DoAsync("/console/users?handler=Add", ("name", "New"), ("email", email), ("role", "Viewer"));
        var password = Once().Match(await person.GetAsync("/console/users")).Groups[1].Value;
        Assert.DoesNotContain(password, await person.GetAsync("/console/users"));
        using var fresh = new Person(app);
        using var entered = await fresh.SignInAsync(email, password);
        Assert.Equal(HttpStatusCode.Redirect, entered.StatusCode);
    }

    [Fact]
    public async Task A_profiles_failure_plan_is_edited_and_a_plan_that_does_not_hold_is_refused()
    {
        using var person = await Person.OfAsync(app);
        (string, string)[] fields =
        [
            ("name", "Mine"), ("active", "true"), ("leadDays", "3"), ("noticeDays", "5"), ("linkDays", "30"), ("charge", "2.50"), ("reminderDays", "3, 7"), ("exitUrl", "https://shop.example/done"),
            ("Soft-0-kind", "Retry"), ("Soft-0-days", "4"), ("Soft-1-kind", "PaymentAlternative"), ("Soft-1-days", "2"), ("Soft-1-channel", "Sms"), ("Soft-2-kind", ""), ("Soft-2-days", "0"),
        ];
        using var saved = await person.DoAsync("/console/profiles/2", fields);
        var profile = await ProfileAsync();
        Assert.Equal(("Mine", 3, 30, 2.5m, "3,7", "https://shop.example/done"), (profile.Name, profile.LeadDays, profile.LinkDays, profile.FailureCharge, profile.ReminderDays, profile.ExitUrl));
        Assert.Equal([new FailureStep(FailureStepKind.Retry, 4), new FailureStep(FailureStepKind.PaymentAlternative, 2, Channel: DebtorChannel.Sms)], profile.FailurePlan.Soft);
        Assert.Empty(profile.FailurePlan.Hard);

        using var refused = await person.DoAsync("/console/profiles/2", [.. fields, ("Hard-0-kind", "Retry"), ("Hard-0-days", "1")]);
        Assert.Contains("callout bad", await person.GetAsync("/console/profiles/2"));
        Assert.Empty((await ProfileAsync()).FailurePlan.Hard);

        Task<Profile> ProfileAsync() => app.ReadEngineAsync(db => db.Profiles.AsNoTracking().SingleAsync(p => p.CreditorId == app.Access.CreditorId && p.Number == 2));
    }

    [Fact]
    public async Task A_profile_of_another_kind_is_made_with_its_ways_to_sign_its_terms_and_its_questions()
    {
        using var person = await Person.OfAsync(app);
        foreach (var (name, type, prefix) in new[] { ("", "CONTRACT", "CLUB"), ("Club", "PAYROLL", "CLUB"), ("Club", "CONTRACT", "C"), ("Club", "CONTRACT", "core") })
        {
            using var refused = await person.DoAsync("/console/profiles/new", ("name", name), ("type", type), ("prefix", prefix));
            Assert.Contains("callout bad", await person.GetAsync("/console/profiles/new"));
        }

        using var added = await person.DoAsync("/console/profiles/new", ("name", "Club"), ("type", "CONTRACT"), ("prefix", "club"));
        var profile = await app.ReadEngineAsync(db => db.Profiles.AsNoTracking().SingleAsync(p => p.CreditorId == app.Access.CreditorId && p.Prefix == "CLUB"));
        Assert.Equal(AgreementKind.Contract, profile.Kind);
        var page = "/console/profiles/" + Tables.Text(profile.Number) + "/agreements";
        (string, string)[] fields =
        [
            ("signMethods", "itsme"), ("signMethods", "paper"), ("signMethods", "payment"), ("terms-nl", "Geen honden.\r\nNooit."), ("terms-fr", " "),
            ("q-0-name", "Size"), ("q-0-type", "select"), ("q-0-description", "Your size"), ("q-0-options", "S, M"), ("q-0-asked", "true"), ("q-0-needed", "true"), ("q-1-name", ""), ("q-1-type", "text"),
        ];
        using var saved = await person.DoAsync(page, fields);
        foreach (var (field, value) in new[] { ("q-2-name", "size"), ("q-2-name", "A size"), ("q-0-options", ","), ("q-0-type", "plan"), ("terms-de", new string('t', 20_001)) })
        {
            using var refused = await person.DoAsync(page, [.. fields.Where(f => f.Item1 != field), (field, value), ("q-2-type", "text")]);
            Assert.Contains("callout bad", await person.GetAsync(page));
        }

        profile = await app.ReadEngineAsync(db => db.Profiles.AsNoTracking().SingleAsync(p => p.Id == profile.Id));
        Assert.Equal(("itsme,paper", """{"nl":"Geen honden.\nNooit."}"""), (profile.SignMethods, profile.TermsJson));
        var question = Assert.Single(ProfileAttributes.Of(profile));
        Assert.Equal(("Size", "select", "Your size", "S,M", true, false, true), (question.Name, question.Type, question.Description, string.Join(',', question.Options), question.IsMandatory, question.IsReadOnly, question.IsAsked));
        Assert.Contains("Geen honden.", await person.GetAsync(page));
    }

    private Task<string> StateAsync() => app.ReadEngineAsync(async db => string.Join(' ',
    [
        .. await db.Mandates.OrderBy(m => m.Id).Select(m => m.State.ToString() + m.IsSuspended.ToString(CultureInfo.InvariantCulture)).ToListAsync(), .. await db.Invoices.OrderBy(i => i.Id).Select(i => i.State.ToString()).ToListAsync(),
        .. await db.DirectDebits.OrderBy(d => d.Id).Select(d => d.State.ToString() + d.SettledBy + d.ArchivedAt.ToString()).ToListAsync(), .. await db.ApiKeys.Select(k => k.RevokedAt.ToString() ?? "").ToListAsync(),
    ]));

    [GeneratedRegex(@"\b(?:console|refused|notfound|page)\.[a-z_]+[\w.]*(?=[<""])")]
    private static partial Regex RawKey();

    [GeneratedRegex("href=\"([^\"]+)\" rel=\"next\"")]
    private static partial Regex Next();

    [GeneratedRegex(@"Paged \d{3}")]
    private static partial Regex Paged();

    [GeneratedRegex("class=\"once\">([^<]+)<")]
    private static partial Regex Once();
}
