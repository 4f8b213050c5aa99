using System.Globalization;
using System.Text;
using Domi.Engine.CollectionRuns;
using Domi.Engine.Creditors;
using Domi.Engine.DirectDebits;
using Domi.Engine.Pages.Console;
using Domi.Engine.Statements;
using Domi.Engine.Users;
using Domi.Platform;
using Domi.Standards;
using Domi.Standards.BankFiles;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Engine.Tests.Console;

/// <summary>The creditor's own bank at the console: the contract, files to it, statements of it, and what a person is asked.</summary>
public sealed class BankPagesTests(BankPagesTests.Fixture app) : IClassFixture<BankPagesTests.Fixture>
{
    private const string Account = "BE68539007547034";

    private static int profiles = 30;

    private readonly EngineClient client = new(app);

    /// <summary>Beside the creditor of the client another one, who sees nothing of it.</summary>
    public sealed class Fixture : AppFixture
    {
        public Guid Other { get; private set; }

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            Other = await InScopeAsync(Engine, async services =>
            {
                var (db, keys) = (services.GetRequiredService<EngineDb>(), services.GetRequiredService<CreditorKeys>());
                var creditor = new Creditor { MerchantId = 1002, Name = "Another company", CreditorIdentifier = "BE41ZZZ0712845377", SenderName = "Another", SenderAddress = "other@example.org" };
                keys.Equip(creditor);
                db.Add(creditor);
                await db.SaveChangesAsync();
                return creditor.Id;
            });
        }
    }

    [Fact]
    public async Task The_contract_is_an_administrators_and_what_is_wrong_is_told_at_its_field()
    {
        (string, string)[] good = [("account", "BE91 0017 3264 1076"), ("bic", ""), ("holder", "Another company"), ("preset", "kbc"), ("rules", ""), ("limit", "1000,50"), ("most", ""), ("handOver", "Folder"), ("active", "true")];
        using var user = await Person.OfAsync(app, ConsoleRole.User, creditor: app.Other);
        Assert.Equal(HttpStatusCode.NotFound, await user.StatusAsync("/console/bank"));
        using (var denied = await user.DoAsync("/console/bank", good)) Assert.Equal(HttpStatusCode.NotFound, denied.StatusCode);
        using var administrator = await Person.OfAsync(app, ConsoleRole.Administrator, creditor: app.Other);
        Assert.Contains("the simulated bank of the sandbox collects", await administrator.GetAsync("/console/bank"));

        foreach (var (field, value) in new[] { ("account", "BE68539007547035"), ("bic", "X"), ("holder", new string('h', 71)), ("preset", "mine"), ("rules", """{"name":"own","bank":"B","leadDays":99}"""), ("rules", """{"colour":1}"""), ("rules", "{"), ("limit", "-1"), ("limit", "much"), ("most", "0") })
        {
            using var wrong = await administrator.DoAsync("/console/bank", [.. good.Where(g => g.Item1 != field), (field, value)]);
            var html = WebUtility.HtmlDecode(await wrong.Content.ReadAsStringAsync());
            Assert.Contains($"id=\"e-{field}\"", html);
            if (field is not "preset") Assert.Contains(value, html); // nobody types it again
        }

        foreach (var way in new[] { "Nowhere", "7", new string('w', 2000) })
        {
            using var made = await administrator.DoAsync("/console/bank", [.. good.Where(g => g.Item1 != "handOver"), ("handOver", way)]);
            Assert.Equal(HttpStatusCode.NotFound, made.StatusCode); // no form offers it
        }

        Assert.False(await app.ReadEngineAsync(db => db.BankContracts.AnyAsync(c => c.CreditorId == app.Other)));
        using (await administrator.DoAsync("/console/bank", good)) { }
        var contract = await app.ReadEngineAsync(db => db.BankContracts.AsNoTracking().SingleAsync(c => c.CreditorId == app.Other));
        Assert.Equal(("BE91001732641076", "GEBABEBB", "kbc", 1000.5m, null, HandOverWay.Folder, true), (contract.Account.Value, contract.Bic?.Value[..8], contract.Preset, contract.ReleaseLimit, contract.MostPerCollection, contract.HandOver, contract.IsActive));
        Assert.Contains("bank/1002/out", await administrator.GetAsync("/console/bank"));
        Assert.Contains("Contract with the bank changed", await administrator.GetAsync("/console/activity"));
    }

    [Fact]
    public async Task Above_the_limit_somebody_else_releases_and_the_file_is_the_same_whenever_it_is_taken_along()
    {
        var (profile, _, _) = await GivenOpenAsync(limit: 100m, 60m, 80m);
        using var maker = await Person.OfAsync(app);
        var path = await CollectAsync(maker, profile);
        Assert.DoesNotContain("handler=Release", await maker.GetAsync(path));
        Assert.Contains("somebody else releases it", await maker.GetAsync(path));
        Assert.Matches("Batches</span><span class=\"count\">\\d", await maker.GetAsync("/console/batches")); // it waits, says the menu
        using (await maker.DoAsync(path + "?handler=Release")) { }
        Assert.Contains("is released by somebody else", await maker.GetAsync(path));
        using var viewer = await Person.OfAsync(app, ConsoleRole.Viewer);
        using var stranger = await Person.OfAsync(app, creditor: app.Other);
        var file = await FileAsync(path);
        Assert.Contains(file.MessageId, await viewer.GetAsync("/console/files"));
        Assert.DoesNotContain(file.MessageId, await stranger.GetAsync("/console/files"));
        Assert.Contains(file.MessageId, await viewer.GetAsync("/console/files?handler=Csv&state=Waiting"));
        Assert.DoesNotContain("<form method=\"post\" class=\"inline\"", await viewer.GetAsync(path));
        foreach (var person in new[] { viewer, stranger })
        {
            foreach (var handler in new[] { "Release", "Withdraw", "HandedOver" })
                using (var answer = await person.DoAsync($"{path}?handler={handler}", ("sure", "yes"))) Assert.Equal((handler, HttpStatusCode.NotFound), (handler, answer.StatusCode));
        }

        using var second = await Person.OfAsync(app);
        Assert.Equal(HttpStatusCode.NotFound, await second.StatusAsync(path + "/download")); // there is nothing yet
        using (await second.DoAsync(path + "?handler=Release")) { }
        file = await FileAsync(path);
        Assert.Equal((OutgoingState.Released, 2, 140m), (file.State, file.Count, file.Amount));
        using (await second.DoAsync(path + "?handler=Release")) { }
        Assert.Contains("not possible in the present state", await second.GetAsync(path));

        using var first = await second.Http.GetAsync(path + "/download");
        using var again = await second.Http.GetAsync(path + "/download");
        var bytes = await first.Content.ReadAsByteArrayAsync();
        Assert.Equal(("application/xml", file.MessageId + ".xml", "nosniff"), (first.Content.Headers.ContentType?.MediaType, first.Content.Headers.ContentDisposition?.FileName, first.Headers.GetValues("X-Content-Type-Options").Single()));
        Assert.Equal(bytes, await again.Content.ReadAsByteArrayAsync());
        Assert.Equal(file.Sha256, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)));
        Assert.Equal(2, BankFile.Read(new MemoryStream(bytes)).OfType<Debit>().Count());
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (await viewer.StatusAsync(path + "/download"), await stranger.StatusAsync(path + "/download")));
        Assert.Equal(OutgoingState.Released, (await FileAsync(path)).State);
        using (await second.DoAsync(path + "?handler=HandedOver")) { }
        Assert.Equal(OutgoingState.HandedOver, (await FileAsync(path)).State);
        Assert.Contains($"File {file.MessageId} released", await second.GetAsync("/console/activity"));
    }

    [Fact]
    public async Task What_stays_behind_is_told_each_with_its_reason_and_the_rest_goes()
    {
        var (profile, _, numbers) = await GivenOpenAsync(limit: 1000m, 60m, 40m);
        await GivenAContractAsync(1000m, most: 50m);
        using var user = await Person.OfAsync(app, ConsoleRole.User);

        using var made = await user.DoAsync("/console/files?handler=Collect", ("profile", profile), ("wanted", ""), ("until", ""));
        var html = await made.Content.ReadAsStringAsync();

        Assert.Contains("1 stayed behind", html);
        Assert.Contains($"href=\"/console/transactions/{numbers[0]}\"", html);
        Assert.Contains("the most of one collection", html);
        Assert.Contains("the most of one collection", await user.GetAsync("/console/transactions/open")); // and still is when the page is gone
        Assert.DoesNotContain($"href=\"/console/transactions/{numbers[1]}\"", html);
        Assert.Equal((DirectDebitState.Open, DirectDebitState.Sent), (await StateAsync(numbers[0]), await StateAsync(numbers[1])));
        using var none = await user.DoAsync("/console/files?handler=Collect", ("profile", profile));
        Assert.Contains("No file was put together", await none.Content.ReadAsStringAsync());
        using (await user.DoAsync("/console/transactions/open?handler=Collect", ("profile", profile))) { } // not past the bank either
        Assert.Contains("Your own bank collects", await user.GetAsync("/console/transactions/open"));
        using var denied = await user.DoAsync("/console/files?handler=Transfer");
        Assert.Equal(HttpStatusCode.NotFound, denied.StatusCode);
    }

    [Fact]
    public async Task What_the_bank_refused_is_collected_again_only_after_the_warning_and_the_account_stays_meanwhile()
    {
        var (profile, _, numbers) = await GivenOpenAsync(limit: 1000m, 41m);
        using var person = await Person.OfAsync(app);
        var path = await CollectAsync(person, profile);
        using (await person.DoAsync(path + "?handler=Release")) { }
        var file = await FileAsync(path);

        using (await person.DoAsync("/console/bank", ("account", "BE91001732641076"), ("preset", "sepa"), ("limit", "0"), ("handOver", "Download"), ("active", "true"))) { }
        Assert.Contains("Payments are under way", await person.GetAsync("/console/bank"));
        Assert.Equal(Account, await app.ReadEngineAsync(db => db.BankContracts.Where(c => c.CreditorId == app.Access.CreditorId).Select(c => c.Account.Value).SingleAsync()));

        using var taken = await person.SendFileAsync("/console/reconciliation?handler=Import", Report(file.MessageId, "FF01"));
        Assert.Contains("Report on a file", await taken.Content.ReadAsStringAsync());
        Assert.Contains("(FF01)", await person.GetAsync(path)); // in words
        Assert.Equal((OutgoingState.Refused, DirectDebitState.Sent), ((await FileAsync(path)).State, await StateAsync(numbers[0])));
        using (var asked = await person.DoAsync(path + "?handler=Withdraw")) Assert.Contains("It may have had these payments before", await asked.Content.ReadAsStringAsync());
        Assert.Equal(DirectDebitState.Sent, await StateAsync(numbers[0]));
        using (await person.SureAsync(path + "?handler=Withdraw")) { }
        Assert.Equal((OutgoingState.Withdrawn, DirectDebitState.Open), ((await FileAsync(path)).State, await StateAsync(numbers[0])));
    }

    [Fact]
    public async Task A_statement_that_is_held_is_let_in_by_a_person_once_and_another_one_is_thrown_away()
    {
        await GivenAContractAsync(1000m);
        using var person = await Person.OfAsync(app);
        var foreign = Statement("HELD-1", "BE91001732641076", 0m, new EntryDetail { EntryNumber = 1, Number = 1, Amount = 12m, CounterpartyName = "Held An", Text = "Held" });
        using var taken = await person.SendFileAsync("/console/reconciliation?handler=Import", foreign);
        Assert.Contains("Held: look at it", await taken.Content.ReadAsStringAsync());
        var path = "/console/statements/" + Tables.Text(await app.ReadEngineAsync(db => db.BankStatements.Where(s => s.Reference == "HELD-1").Select(s => s.Number).SingleAsync()));
        var html = await person.GetAsync(path);
        Assert.Contains("is not that of the contract", html);
        Assert.Contains("Holds it", html);
        Assert.False(await app.ReadEngineAsync(db => db.StatementItems.AnyAsync(i => i.Name == "Held An")));

        using var stranger = await Person.OfAsync(app, creditor: app.Other);
        using var administrator = await Person.OfAsync(app, ConsoleRole.Administrator);
        foreach (var other in new[] { stranger, administrator })
        {
            Assert.Equal(HttpStatusCode.NotFound, await other.StatusAsync(path));
            foreach (var handler in new[] { "LetIn", "ThrowAway" })
                using (var answer = await other.DoAsync($"{path}?handler={handler}", ("sure", "yes"))) Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        using (await person.SureAsync(path + "?handler=LetIn")) { }
        Assert.Equal(1, await app.ReadEngineAsync(db => db.StatementItems.CountAsync(i => i.Name == "Held An")));
        using (await person.SureAsync(path + "?handler=LetIn")) { }
        Assert.Contains("not possible in the present state", await person.GetAsync(path));
        using (var known = await person.SendFileAsync("/console/reconciliation?handler=Import", foreign)) Assert.Contains("Known already", await known.Content.ReadAsStringAsync());
        Assert.Equal(1, await app.ReadEngineAsync(db => db.StatementItems.CountAsync(i => i.Name == "Held An")));

        using (await person.SendFileAsync("/console/reconciliation?handler=Import", Statement("HELD-2", "BE91001732641076", 12m, new EntryDetail { EntryNumber = 1, Number = 1, Amount = 13m, CounterpartyName = "Away An" }))) { }
        var away = "/console/statements/" + Tables.Text(await app.ReadEngineAsync(db => db.BankStatements.Where(s => s.Reference == "HELD-2").Select(s => s.Number).SingleAsync()));
        using (await person.SureAsync(away + "?handler=ThrowAway")) { }
        Assert.Equal(StatementState.ThrownAway, await app.ReadEngineAsync(db => db.BankStatements.Where(s => s.Reference == "HELD-2").Select(s => s.State).SingleAsync()));
        Assert.False(await app.ReadEngineAsync(db => db.StatementItems.AnyAsync(i => i.Name == "Away An")));
    }

    [Fact]
    public async Task A_statement_that_does_not_open_where_the_last_one_closed_says_that_one_is_missing()
    {
        await GivenAContractAsync(1000m);
        using var person = await Person.OfAsync(app);
        foreach (var (id, opening, day) in new[] { ("GAP-1", 1000m, 1), ("GAP-2", 1001m, 2), ("GAP-3", 1005m, 3) })
            using (await person.SendFileAsync("/console/reconciliation?handler=Import", Statement(id, Account, opening, new EntryDetail { EntryNumber = 1, Number = 1, Amount = 1m, Text = id }, day))) { }

        var numbers = await app.ReadEngineAsync(db => db.BankStatements.Where(s => s.Reference!.StartsWith("GAP-")).OrderBy(s => s.Reference).Select(s => s.Number).ToListAsync());
        var missing = new List<bool>();
        foreach (var number in numbers) missing.Add((await person.GetAsync("/console/statements/" + Tables.Text(number))).Contains("a statement is missing", StringComparison.Ordinal));
        Assert.Equal([false, false, true], missing);
        Assert.Contains("a statement is missing", await person.GetAsync("/console/statements?q=GAP-3"));
    }

    [Fact]
    public async Task A_line_that_asks_is_answered_with_its_transaction_or_left_with_a_note()
    {
        var (profile, _, numbers) = await GivenOpenAsync(limit: 1000m, 42m);
        using var person = await Person.OfAsync(app);
        var path = await CollectAsync(person, profile);
        using (await person.DoAsync(path + "?handler=Release")) { }
        EntryDetail Back(string name) => new() { EntryNumber = 1, Number = 1, Amount = -42m, EndToEndId = "NOT-FROM-HERE-" + name, CounterpartyName = name, ReturnReason = "MD06" };
        foreach (var (name, opening) in new[] { ("ASK-1", 5000m), ("ASK-2", 4958m) })
            using (await person.SendFileAsync("/console/reconciliation?handler=Import", Statement(name, Account, opening, Back(name), 20))) { }

        var lines = await app.ReadEngineAsync(db => db.StatementItems.Where(i => i.Name.StartsWith("ASK-")).OrderBy(i => i.Name).Select(i => new { i.Number, i.Question }).ToListAsync());
        Assert.Equal([LineQuestion.Unknown, LineQuestion.Unknown], lines.Select(l => l.Question));
        Assert.Contains("ASK-1", await person.GetAsync("/console/reconciliation?state=asks"));
        var (first, second) = ("/console/reconciliation/" + Tables.Text(lines[0].Number), "/console/reconciliation/" + Tables.Text(lines[1].Number));
        Assert.Contains("not known here", await person.GetAsync(first));
        using var stranger = await Person.OfAsync(app, creditor: app.Other);
        foreach (var handler in new[] { "Assign", "Leave", "Accept" })
            using (var answer = await stranger.DoAsync($"{first}?handler={handler}", ("transaction", numbers[0]), ("note", "x"), ("sure", "yes"))) Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);

        foreach (var typed in new[] { "", "abc", "999999999" })
            using (await person.DoAsync(first + "?handler=Assign", ("transaction", typed))) Assert.Contains("callout bad", await person.GetAsync(first));
        using (await person.DoAsync(first + "?handler=Assign", ("transaction", numbers[0]))) { }
        Assert.Equal((DirectDebitState.Failed, null), (await StateAsync(numbers[0]), await QuestionAsync(lines[0].Number)));
        Assert.Contains($"href=\"/console/transactions/{numbers[0]}\"", await person.GetAsync(first));
        Assert.Contains($"href=\"{first}\"", await person.GetAsync("/console/transactions/" + numbers[0]));

        using (await person.DoAsync(second + "?handler=Leave", ("note", " "))) Assert.Equal(LineQuestion.Unknown, await QuestionAsync(lines[1].Number));
        using (await person.DoAsync(second + "?handler=Leave", ("note", "The bank took it back itself."))) { }
        Assert.Null(await QuestionAsync(lines[1].Number));
        Assert.Contains("The bank took it back itself.", await person.GetAsync(second));
    }

    [Fact]
    public async Task A_refund_waits_while_the_debtor_may_still_claim_and_goes_only_when_a_person_insists()
    {
        var (profile, mandate, numbers) = await GivenOpenAsync(limit: 1000m, 43m);
        using var person = await Person.OfAsync(app);
        using (await person.DoAsync(await CollectAsync(person, profile) + "?handler=Release")) { }
        var debit = await app.ReadEngineAsync(db => db.DirectDebits.AsNoTracking().SingleAsync(d => d.Number == long.Parse(numbers[0], CultureInfo.InvariantCulture)));
        using (await person.SendFileAsync("/console/reconciliation?handler=Import", Statement("PAID-43", Account, 9000m, new EntryDetail { EntryNumber = 1, Number = 1, Amount = 43m, EndToEndId = debit.EndToEndId, MandateId = mandate }, 25))) { }
        Assert.Equal(DirectDebitState.Paid, await StateAsync(numbers[0]));
        using (await person.SureAsync($"/console/transactions/{numbers[0]}?handler=Refund", ("amount", "43"), ("message", "Back 43"))) { }
        var path = "/console/refunds/" + await app.ReadEngineAsync(db => db.Transfers.Where(t => t.Message == "Back 43").Select(t => t.Id).SingleAsync());

        Assert.Contains("Waits until", await person.GetAsync(path));
        using (var none = await person.DoAsync("/console/files?handler=Transfer")) Assert.Equal(HttpStatusCode.Redirect, none.StatusCode);
        Assert.Equal(Domi.Engine.Transfers.TransferState.Open, await app.ReadEngineAsync(db => db.Transfers.Where(t => t.Message == "Back 43").Select(t => t.State).SingleAsync()));
        using var user = await Person.OfAsync(app, ConsoleRole.User);
        using (var denied = await user.DoAsync(path + "?handler=Free", ("sure", "yes"))) Assert.Equal(HttpStatusCode.NotFound, denied.StatusCode);
        using (var asked = await person.DoAsync(path + "?handler=Free")) Assert.Contains("the money is paid twice", await asked.Content.ReadAsStringAsync());
        using (await person.SureAsync(path + "?handler=Free")) { }
        Assert.DoesNotContain("Waits until", await person.GetAsync(path));
        using (await person.DoAsync("/console/files?handler=Transfer")) { }
        Assert.Contains("/console/files/", await person.GetAsync(path));
        Assert.Equal(Domi.Engine.Transfers.TransferState.Sent, await app.ReadEngineAsync(db => db.Transfers.Where(t => t.Message == "Back 43").Select(t => t.State).SingleAsync()));

        // It comes back, and the bank says no id of it: a person says that it is this one.
        using (await person.SendFileAsync("/console/reconciliation?handler=Import", Statement("BACK-43", Account, 9043m, new EntryDetail { EntryNumber = 1, Number = 1, Amount = 43m, CounterpartyName = "BACK-43", ReturnReason = "AC04" }, 26))) { }
        var number = await app.ReadEngineAsync(db => db.StatementItems.Where(i => i.Name == "BACK-43").Select(i => i.Number).SingleAsync());
        Assert.Equal(LineQuestion.Unknown, await QuestionAsync(number));
        var line = "/console/reconciliation/" + Tables.Text(number);
        var reference = await app.ReadEngineAsync(db => db.Transfers.Where(t => t.Message == "Back 43").Select(t => t.EndToEndId).SingleAsync());
        Assert.Contains($"<option value=\"{reference}\"", await person.GetAsync(line));
        using var stranger = await Person.OfAsync(app, creditor: app.Other);
        using (var answer = await stranger.DoAsync(line + "?handler=AssignTransfer", ("transfer", reference))) Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        foreach (var typed in new[] { "", "999999999" })
            using (await person.DoAsync(line + "?handler=AssignTransfer", ("transfer", typed))) Assert.Contains("callout bad", await person.GetAsync(line));
        using (await person.DoAsync(line + "?handler=AssignTransfer", ("transfer", reference))) { }
        Assert.Null(await QuestionAsync(number));
        Assert.Contains($"href=\"{path}\"", await person.GetAsync(line));
        Assert.Contains("(AC04)", await person.GetAsync(path));
        Assert.Equal(Domi.Engine.Transfers.TransferState.Failed, await app.ReadEngineAsync(db => db.Transfers.Where(t => t.Message == "Back 43").Select(t => t.State).SingleAsync()));
    }

    [Fact]
    public async Task A_file_that_is_none_of_the_banks_changes_nothing_and_says_why()
    {
        await GivenAContractAsync(1000m);
        using var person = await Person.OfAsync(app);
        var before = await app.ReadEngineAsync(async db => (await db.BankStatements.CountAsync(), await db.StatementItems.CountAsync()));
        var good = Encoding.UTF8.GetString(Statement("BAD", Account, 0m, new EntryDetail { EntryNumber = 1, Number = 1, Amount = 12m }));
        foreach (var bad in new[] { "", "rubbish", "\0\u0001", "<a>", good[..(good.Length / 2)], "<!DOCTYPE x [<!ENTITY y SYSTEM \"file:///etc/passwd\">]>" + good[(good.IndexOf("?>", StringComparison.Ordinal) + 2)..], "<?xml version=\"1.0\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.008.001.02\"><CstmrDrctDbtInitn/></Document>", "twikey:BE68539007547034 name;msg;amount\nAn;x;1;2\n" })
        {
            using var answer = await person.SendFileAsync("/console/reconciliation?handler=Import", bad);
            Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
            Assert.Contains("callout bad", await person.GetAsync("/console/reconciliation"));
        }

        Assert.Equal(before, await app.ReadEngineAsync(async db => (await db.BankStatements.CountAsync(), await db.StatementItems.CountAsync())));
    }

    [Fact]
    public async Task The_reporting_call_takes_a_file_of_the_bank_too_where_there_is_one()
    {
        await app.ReadEngineAsync(db => db.BankContracts.Where(c => c.CreditorId == app.Access.CreditorId).ExecuteDeleteAsync());
        var file = Statement("API-1", Account, 7000m, new EntryDetail { EntryNumber = 1, Number = 1, Amount = 12m, CounterpartyName = "Api An", Text = "Thank you" }, 27);
        Assert.Equal("err_no_bank_contract", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Post, "/reporting", new ByteArrayContent(file))));
        await GivenAContractAsync(1000m);

        for (var i = 0; i < 2; i++)
            using (var taken = await client.SendAsync(HttpMethod.Post, "/reporting", new ByteArrayContent(file))) Assert.Equal(HttpStatusCode.NoContent, taken.StatusCode);

        Assert.Single(await client.FeedAsync("/reporting", "Statements"), s => s.GetProperty("name").GetString() == "Api An");
        Assert.Equal("invalid_file", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Post, "/reporting", new ByteArrayContent(file[..(file.Length / 2)]))));
        using var spanish = await client.SendAsync(HttpMethod.Post, "/reporting", new StringContent("name;msg;amount"), ("Accept-Language", "es"));
        Assert.Equal("invalid_file", spanish.Headers.GetValues("ApiError").Single());
    }

    private async Task<(string Profile, string Mandate, List<string> Numbers)> GivenOpenAsync(decimal limit, params decimal[] amounts)
    {
        await GivenAContractAsync(limit);
        var number = Interlocked.Increment(ref profiles);
        var profile = await app.GivenAProfileAsync(number, p => p.SendsByItself = false);
        var mandate = await client.GivenASignedMandate("BANK-" + profile, ("ct", profile), ("iban", "BE91001732641076"));
        var numbers = new List<string>();
        foreach (var amount in amounts) numbers.Add((await client.TransactAsync(mandate, amount)).GetProperty("id").GetInt64().ToString(CultureInfo.InvariantCulture));
        return (profile, mandate, numbers);
    }

    private Task<int> GivenAContractAsync(decimal limit, decimal? most = null) => app.ReadEngineAsync(async db =>
    {
        (await db.Creditors.SingleAsync(c => c.Id == app.Access.CreditorId)).CreditorIdentifier = "BE41ZZZ0712845377";
        var contract = await db.BankContracts.SingleOrDefaultAsync(c => c.CreditorId == app.Access.CreditorId);
        if (contract is null) db.BankContracts.Add(contract = new() { CreditorId = app.Access.CreditorId, CreatedAt = app.Now() });
        (contract.Account, contract.Holder, contract.Preset, contract.ReleaseLimit, contract.MostPerCollection, contract.HandOver, contract.IsActive) = (Iban.Parse(Account), "My company", "sepa", limit, most, HandOverWay.Download, true);
        return await db.SaveChangesAsync();
    });

    /// <summary>Puts what is open of a profile together; answers the page of the file.</summary>
    private async Task<string> CollectAsync(Person person, string profile)
    {
        var last = await app.ReadEngineAsync(db => db.OutgoingFiles.Select(f => (long?)f.Number).MaxAsync()) ?? 0;
        using (await person.DoAsync("/console/files?handler=Collect", ("profile", profile))) { }
        return "/console/files/" + Tables.Text(await app.ReadEngineAsync(db => db.OutgoingFiles.Where(f => f.Number > last).Select(f => f.Number).SingleAsync()));
    }

    private Task<OutgoingFile> FileAsync(string path)
    {
        var number = long.Parse(path["/console/files/".Length..], CultureInfo.InvariantCulture);
        return app.ReadEngineAsync(db => db.OutgoingFiles.AsNoTracking().SingleAsync(f => f.Number == number));
    }

    private Task<DirectDebitState> StateAsync(string number) => app.ReadEngineAsync(db => db.DirectDebits.Where(d => d.Number == long.Parse(number, CultureInfo.InvariantCulture)).OrderByDescending(d => d.Attempt).Select(d => d.State).FirstAsync());

    private Task<LineQuestion?> QuestionAsync(long number) => app.ReadEngineAsync(db => db.StatementItems.Where(i => i.Number == number).Select(i => i.Question).SingleAsync());

    private static byte[] Statement(string id, string account, decimal opening, EntryDetail detail, int day = 16)
    {
        var on = new DateOnly(2026, 3, day);
        var statement = new Statement { Kind = FileKind.Statement, Id = id, Account = account, Currency = "EUR", From = on, Until = on, Balances = [new("OPBD", opening, on), new("CLBD", opening + detail.Amount!.Value, on)] };
        using var file = new MemoryStream();
        StatementFile.Write(file, "camt.053.001.08", statement, [new Entry { Number = 1, Amount = detail.Amount.Value, Currency = "EUR", BookedOn = on, ValueOn = on, TransactionCode = "PMNT-RCDT-ESCT" }, detail], on.ToDateTime(new(20, 0)));
        return file.ToArray();
    }

    private static string Report(string messageId, string reason) =>
        $"""<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"><CstmrPmtStsRpt><GrpHdr><MsgId>R-{messageId}</MsgId><CreDtTm>2026-03-17T10:00:00</CreDtTm></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>{messageId}</OrgnlMsgId><OrgnlMsgNmId>pain.008.001.02</OrgnlMsgNmId><GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf></OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>""";
}
