using System.Globalization;
using System.Text;
using Domi.Engine.CollectionRuns;
using Domi.Engine.DirectDebits;
using Domi.Engine.Invoices;
using Domi.Engine.Statements;
using Domi.Engine.Transfers;
using Domi.Platform;
using Domi.Standards.BankFiles;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Engine.Tests.CollectionRuns;

/// <summary>What a creditor with nothing but a bank contract lives through, one thing at a time.</summary>
public sealed class OwnBankTests(AppFixture app) : IClassFixture<AppFixture>
{
    private static int accounts = 100;

    private readonly EngineClient client = new(app);

    /// <summary>What another test left open is not collected by this one.</summary>
    private async Task<OwnBank> OpenAsync(Fate? fate = null, Action<BankContract>? shape = null, BankRules? rules = null)
    {
        await app.ReadEngineAsync(async db =>
        {
            foreach (var left in await db.DirectDebits.Where(d => d.State == DirectDebitState.Open).ToListAsync()) left.Withdraw(app.Now());
            return await db.SaveChangesAsync();
        });
        return await OwnBank.OpenAsync(app, OwnBank.IbanOf(Interlocked.Increment(ref accounts)), 1, (rules ?? new()) with { Decide = (_, _) => fate ?? Fate.Done, DecideTransfer = rules?.DecideTransfer ?? ((_, _) => Fate.Done) }, shape);
    }

    [Fact]
    public async Task Above_the_limit_a_file_waits_for_somebody_else_than_who_made_it_and_the_same_bytes_come_back_whenever_it_is_asked_for()
    {
        var own = await OpenAsync(shape: c => c.ReleaseLimit = 50m);
        var debit = await GivenACollectionAsync("FOUR", 60m);
        var maker = Guid.CreateVersion7();
        var file = await MakeAsync(maker);

        Assert.Equal("err_second_person", (await Assert.ThrowsAsync<RefusedException>(() => ReleaseAsync(file.Number, maker))).Code);
        Assert.Equal(OutgoingState.Waiting, (await FileAsync(file.Id)).State);
        await ReleaseAsync(file.Number, Guid.CreateVersion7());
        Assert.Equal("err_invalid_state", (await Assert.ThrowsAsync<RefusedException>(() => ReleaseAsync(file.Number, Guid.CreateVersion7()))).Code);

        var released = await FileAsync(file.Id);
        var content = await app.ReadEngineAsync(db => ReleaseFile.ContentAsync(db, released, CancellationToken.None));
        await app.RunEngineAsync<HandOverFiles>();
        await own.CarryOutAsync();
        Assert.Equal(content, own.Sent[file.MessageId + ".xml"]);
        // Made again from its rows it is the same, byte for byte.
        var parts = await app.ReadEngineAsync(async db => await FileContent.PartsAsync(db, released, await db.BankContracts.SingleAsync(), released.ReleasedAt!.Value, CancellationToken.None));
        using var again = new MemoryStream();
        PaymentFile.Write(again, parts, BankProfile.Presets[0]);
        Assert.Equal(content, again.ToArray());
        using var read = new MemoryStream(content!);
        var sent = Assert.Single(BankFile.Read(read).OfType<Debit>());
        Assert.Equal((debit.EndToEndId, 60m), (sent.EndToEndId, sent.Amount));
        Assert.Equal(OutgoingState.Accepted, (await FileAsync(file.Id)).State);
    }

    [Fact]
    public async Task By_night_what_is_within_the_limit_goes_by_itself_and_what_is_above_waits()
    {
        var own = await OpenAsync(shape: c => c.ReleaseLimit = 100m);
        var small = await GivenACollectionAsync("NIGHT-S", 70m);
        await CreditedAsync(own, small);

        var large = await GivenACollectionAsync("NIGHT-L", 170m);
        await own.UntilAsync(large.RequestedOn.AddDays(6));
        Assert.Equal(DirectDebitState.Sent, (await DebitAsync(large)).State);
        Assert.Equal(OutgoingState.Waiting, (await FileOfAsync(large)).State);

        // Too late for its day by now: who releases it frees what the bank could no longer meet, and the next night takes it with another day.
        await ReleaseAsync((await FileOfAsync(large)).Number, Guid.CreateVersion7());
        Assert.Equal(DirectDebitState.Open, (await DebitAsync(large)).State);
    }

    [Fact]
    public async Task What_breaks_a_rule_of_the_scheme_or_the_limit_of_one_collection_stays_behind_and_is_told_and_the_others_leave()
    {
        await OpenAsync(shape: c => c.MostPerCollection = 500m);
        var good = await GivenACollectionAsync("RULE-1", 60m);
        var large = await GivenACollectionAsync("RULE-2", 600m);
        var made = await MakeAllAsync(Guid.CreateVersion7());
        Assert.Equal((1, large.Number.ToString(CultureInfo.InvariantCulture)), (made.Files.Single().Count, made.LeftOut.Single().Which));
        Assert.Equal((DirectDebitState.Sent, DirectDebitState.Open), ((await DebitAsync(good)).State, (await DebitAsync(large)).State));
        await WithdrawAsync(made.Files[0].Id);
        Assert.Equal(DirectDebitState.Open, (await DebitAsync(good)).State);
    }

    [Fact]
    public async Task Another_account_is_told_with_each_collection_until_one_of_them_is_settled()
    {
        var fate = Fate.Returned("AM04", 2);
        var own = await OwnBank.OpenAsync(app, OwnBank.IbanOf(Interlocked.Increment(ref accounts)), 1, new() { Decide = (_, _) => fate });
        var mandate = await GivenAMandateAsync("SMNDA");
        await client.DoneAsync(HttpMethod.Post, "/mandate/update", ("mndtId", mandate), ("iban", OwnBank.IbanOf(7_001)));
        async Task<bool?> TellsAsync(decimal amount)
        {
            var debit = await CollectionAsync(mandate, amount);
            await own.UntilAsync(debit.RequestedOn.AddDays(11));
            return own.Sent.Values.SelectMany(c => BankFile.Read(new MemoryStream(c)).OfType<Debit>()).Last(d => d.EndToEndId == debit.EndToEndId).Amendment?.HasNewAccount;
        }

        await app.ChangeProfilesAsync(p => p.MostRetries = 0);
        Assert.True(await TellsAsync(41m)); // settled, which is what ends it, and returned
        fate = Fate.Done;
        Assert.Null(await TellsAsync(42m));
        await app.ChangeProfilesAsync(p => p.MostRetries = 2);
    }

    [Fact]
    public async Task A_file_that_the_bank_refuses_whole_fails_no_collection_and_a_person_has_it_collected_again()
    {
        var own = await OpenAsync();
        var debit = await GivenACollectionAsync("WHOLE", 60m);
        var file = await MakeAsync(Guid.CreateVersion7());
        await ReleaseAsync(file.Number, Guid.CreateVersion7());
        await app.RunEngineAsync<HandOverFiles>();
        await own.TakeAsync(Report(file.MessageId, "RJCT", "FF01", "Invalid file format"));

        Assert.Equal((OutgoingState.Refused, DirectDebitState.Sent), ((await FileAsync(file.Id)).State, (await DebitAsync(debit)).State));
        Assert.Contains("FF01", (await FileAsync(file.Id)).Answer);
        await WithdrawAsync(file.Id);
        var second = await MakeAsync(Guid.CreateVersion7());
        Assert.NotEqual(file.MessageId, second.MessageId);
        await ReleaseAsync(second.Number, Guid.CreateVersion7());
        // The bank has it twice: it took it once, and nothing is wrong with that.
        await own.TakeAsync(Report(second.MessageId, "ACCP", null, null));
        await own.TakeAsync(Report(second.MessageId, "RJCT", "DU01", "Duplicate message id"));
        Assert.Equal(OutgoingState.Accepted, (await FileAsync(second.Id)).State);
    }

    [Fact]
    public async Task Two_returns_of_one_collection_a_strangers_one_and_a_credit_of_nothing_each_ask_a_person_and_move_nothing()
    {
        var own = await OpenAsync();
        var debit = await GivenACollectionAsync("TWICE", 60m);
        debit = await CreditedAsync(own, debit);
        var (day, opening) = (debit.RequestedOn.AddDays(1), own.Bank.Truth.Balance(own.Account));
        EntryDetail Back(string? id, string reason) => new() { EntryNumber = 1, Number = 1, EndToEndId = id, MandateId = "TWICE", ReturnReason = reason, CounterpartyName = "Member" };
        var file = own.Statement("R1", day, opening, (-60m, Back(debit.EndToEndId, "AM04")), (-60m, Back(debit.EndToEndId, "MS02")), (-17m, Back("STRANGER1", "AC01")));

        foreach (var isKnown in new[] { false, true })
        {
            Assert.Equal(isKnown, Assert.Single(await own.TakeAsync(file)).IsKnown);
            Assert.Equal((DirectDebitState.Failed, "AM04"), ((await DebitAsync(debit)).State, (await DebitAsync(debit)).ReasonCode));
            Assert.Equal([LineQuestion.SecondReturn, LineQuestion.Unknown], await QuestionsAsync(own));
        }

        // The bank undoes both of its mistakes.
        await own.TakeAsync(own.Statement("R2", day.AddDays(1), opening - 137m, (60m, new() { EntryNumber = 1, Number = 1, EndToEndId = debit.EndToEndId }), (17m, new() { EntryNumber = 2, Number = 1, EndToEndId = "STRANGER1" })));
        Assert.Empty(await QuestionsAsync(own));
        Assert.Equal(DirectDebitState.Failed, (await DebitAsync(debit)).State);
    }

    [Fact]
    public async Task A_return_may_come_before_the_credit_with_charges_in_it_and_in_any_order_it_ends_the_same()
    {
        foreach (var returnFirst in new[] { true, false })
        {
            var own = await OpenAsync();
            var debit = await GivenACollectionAsync($"ORDER-{returnFirst}", 60m);
            var file = await MakeAsync(Guid.CreateVersion7());
            await ReleaseAsync(file.Number, Guid.CreateVersion7());
            var credit = own.Statement("C", debit.RequestedOn, 1_000m, (60m, new() { EntryNumber = 1, Number = 1, EndToEndId = debit.EndToEndId, MandateId = "X" }));
            var back = own.Statement("B", debit.RequestedOn.AddDays(1), 1_060m, (-63.50m, new() { EntryNumber = 1, Number = 1, EndToEndId = debit.EndToEndId, MandateId = "X", ReturnReason = "MS02" }));
            foreach (var statement in returnFirst ? [back, credit] : new[] { credit, back }) await own.TakeAsync(statement);

            Assert.Equal((DirectDebitState.Failed, "MS02"), ((await DebitAsync(debit)).State, (await DebitAsync(debit)).ReasonCode));
            Assert.Empty(await QuestionsAsync(own));
            Assert.Equal(3.50m, await app.ReadEngineAsync(db => db.StatementItems.Where(i => i.DirectDebitId == debit.Id && i.Kind == LineKind.Return).Select(i => i.Charges).SingleAsync()));
        }
    }

    [Fact]
    public async Task What_is_paid_by_hand_after_a_return_is_told_as_paid_once_and_a_statement_of_another_account_is_held_until_somebody_lets_it_in()
    {
        var own = await OpenAsync();
        await GivenAMandateAsync("HAND");
        await client.BookAsync(EngineClient.Invoice("HAND-1", 60m, "HAND"));
        var debit = await app.ReadEngineAsync(db => db.DirectDebits.AsNoTracking().SingleAsync(d => db.Invoices.Any(i => i.Id == d.InvoiceId && i.Number == "HAND-1")));
        debit = await CreditedAsync(own, debit);
        Assert.Equal(InvoiceState.Paid, await StateAsync("HAND-1"));
        var opening = own.Bank.Truth.Balance(own.Account);
        await own.TakeAsync(own.Statement("H1", debit.RequestedOn.AddDays(1), opening, (-60m, new() { EntryNumber = 1, Number = 1, EndToEndId = debit.EndToEndId, MandateId = "HAND", ReturnReason = "MS02" })));
        Assert.NotEqual(InvoiceState.Paid, await StateAsync("HAND-1"));
        await own.TakeAsync(own.Statement("H2", debit.RequestedOn.AddDays(2), opening - 60m, (60m, new() { EntryNumber = 1, Number = 1, Text = "HAND-1", CounterpartyName = "Member" })));
        Assert.Equal(InvoiceState.Paid, await StateAsync("HAND-1"));
        Assert.Equal(60m, await app.ReadEngineAsync(db => db.Invoices.Where(i => i.Number == "HAND-1").Select(i => i.PaidAmount).SingleAsync()));

        var other = await OpenAsync();
        var foreign = Assert.Single(await other.TakeAsync(own.Statement("H3", debit.RequestedOn.AddDays(3), opening, (5m, new() { EntryNumber = 1, Number = 1, Text = "five", CounterpartyName = "Somebody" })))).Statement;
        Assert.Equal((StatementState.Held, "statement.account"), (foreign.State, foreign.Findings.Single().Rule));
        Assert.False(await app.ReadEngineAsync(db => db.StatementItems.AnyAsync(i => i.StatementId == foreign.Id)));
        await AppFixture.InScopeAsync(app.Engine, async services =>
        {
            await services.GetRequiredService<TakeBankFile>().LetInAsync(app.Access.CreditorId, foreign.Number, "Person", CancellationToken.None);
            return true;
        });
        Assert.Equal(5m, await app.ReadEngineAsync(db => db.StatementItems.Where(i => i.StatementId == foreign.Id).Select(i => i.Amount).SingleAsync()));
    }

    [Fact]
    public async Task A_sum_that_is_not_the_runs_asks_and_answers_itself_when_the_bank_says_what_it_refused()
    {
        var own = await OpenAsync();
        var (kept, refused) = (await GivenACollectionAsync("SUM-1", 60m), await GivenACollectionAsync("SUM-2", 25m));
        var file = await MakeAsync(Guid.CreateVersion7());
        await ReleaseAsync(file.Number, Guid.CreateVersion7());
        var batch = await app.ReadEngineAsync(db => db.CollectionRuns.Where(r => db.DirectDebits.Any(d => d.Id == kept.Id && d.RunId == r.Id)).Select(r => r.PaymentInformationId).SingleAsync()); // another test's retry may lie beside it
        var sum = Encoding.UTF8.GetString(own.Statement("S1", kept.RequestedOn, 1_000m, (60m, null)))
            .Replace("</BkTxCd>", $"</BkTxCd><NtryDtls><Btch><PmtInfId>{batch}</PmtInfId><NbOfTxs>1</NbOfTxs></Btch></NtryDtls>", StringComparison.Ordinal);
        await own.TakeAsync(Encoding.UTF8.GetBytes(sum));
        Assert.Equal([LineQuestion.BatchDiffers], await QuestionsAsync(own));
        Assert.Equal(DirectDebitState.Sent, (await DebitAsync(kept)).State);

        await own.TakeAsync(Report(file.MessageId, "PART", null, null, (batch, refused.EndToEndId, "AC04")));

        Assert.Empty(await QuestionsAsync(own));
        Assert.Equal((DirectDebitState.Paid, DirectDebitState.Failed, "AC04"), ((await DebitAsync(kept)).State, (await DebitAsync(refused)).State, (await DebitAsync(refused)).ReasonCode));
    }

    [Fact]
    public async Task A_refund_waits_as_long_as_the_debtor_may_claim_unless_somebody_frees_it_and_what_he_claimed_is_not_paid_twice()
    {
        var own = await OpenAsync();
        var (waits, freed, claimed) = (await GivenACollectionAsync("REF-1", 61m), await GivenACollectionAsync("REF-2", 62m), await GivenACollectionAsync("REF-3", 63m));
        waits = await CreditedAsync(own, waits);
        foreach (var debit in new[] { waits, freed, claimed })
            await client.TakenAsync(HttpMethod.Post, "/transaction/refund", ("id", debit.Number.ToString(CultureInfo.InvariantCulture)), ("message", "Sorry"), ("amount", debit.Amount.ToString(CultureInfo.InvariantCulture)));
        await app.ReadEngineAsync(async db =>
        {
            (await db.Transfers.SingleAsync(t => t.DirectDebitId == freed.Id)).Free();
            return await db.SaveChangesAsync();
        });

        await client.TakenAsync(HttpMethod.Post, "/transfer/complete");
        await app.RunEngineAsync<HandOverFiles>();
        await own.CarryOutAsync();
        await own.UntilAsync(app.Now().BrusselsDate().AddDays(5));
        Assert.Equal([TransferState.Open, TransferState.Paid, TransferState.Open], await TransfersAsync(waits, freed, claimed));

        await own.TakeAsync(own.Statement("RF", waits.RequestedOn.AddDays(6), own.Bank.Truth.Balance(own.Account), (-63m, new() { EntryNumber = 1, Number = 1, EndToEndId = claimed.EndToEndId, MandateId = "X", ReturnReason = "MD06" })));
        await own.UntilAsync(waits.RequestedOn.AddDays(60));
        await client.TakenAsync(HttpMethod.Post, "/transfer/complete");
        await app.RunEngineAsync<HandOverFiles>();
        await own.CarryOutAsync();
        await own.UntilAsync(waits.RequestedOn.AddDays(66));
        Assert.Equal([TransferState.Paid, TransferState.Paid, TransferState.Open], await TransfersAsync(waits, freed, claimed));
        // Why it stayed behind is on its row and in the activity: a client of the API asked for it, and has no screen.
        Assert.Equal("taken_back", await app.ReadEngineAsync(db => db.Transfers.Where(t => t.DirectDebitId == claimed.Id).Select(t => t.HeldBecause).SingleAsync()));
        Assert.True(await app.ReadEngineAsync(db => db.ConsoleActs.AnyAsync(a => a.Act == "file.stayed_behind" && a.Name == "API")));
    }

    [Fact]
    public async Task A_person_may_say_that_a_line_is_about_an_earlier_attempt_and_the_one_that_was_paid_stays_so()
    {
        var returned = "";
        var own = await OwnBank.OpenAsync(app, OwnBank.IbanOf(Interlocked.Increment(ref accounts)), 1, new() { Decide = (_, debit) => debit.EndToEndId == returned ? Fate.Returned("AM04", 2) : Fate.Done });
        var (first, stranger) = (await GivenACollectionAsync("ATTEMPT", 47m), await GivenACollectionAsync("STRANGER", 48m));
        returned = first.EndToEndId;
        await own.UntilAsync(first.RequestedOn.AddDays(9));
        var second = await app.ReadEngineAsync(db => db.DirectDebits.AsNoTracking().SingleAsync(d => d.Number == first.Number && d.Attempt == 2));
        await CreditedAsync(own, second);
        var statement = Assert.Single(await own.TakeAsync(own.Statement("AT", second.RequestedOn.AddDays(7), own.Bank.Truth.Balance(own.Account), (-47m, new() { EntryNumber = 1, Number = 1, CounterpartyName = "Member", ReturnReason = "AM04" })))).Statement;

        // A client may give ids that look like numbers: then a person is not taken at the wrong one's word.
        var number = first.Number.ToString(CultureInfo.InvariantCulture);
        await app.ReadEngineAsync(db => db.DirectDebits.Where(d => d.Id == stranger.Id).ExecuteUpdateAsync(set => set.SetProperty(d => d.EndToEndId, number)));
        Assert.Equal("transaction_ambiguous", (await Assert.ThrowsAsync<RefusedException>(() => AssignAsync(number))).Code);
        var line = await AssignAsync(first.EndToEndId);

        Assert.Equal((first.Id, LineQuestion.SecondReturn), (line.DirectDebitId, line.Question)); // the bank owes it
        Assert.Equal(DirectDebitState.Paid, (await DebitAsync(second)).State);

        Task<StatementItem> AssignAsync(string which) => AppFixture.InScopeAsync(app.Engine, services =>
        {
            var (db, settle) = (services.GetRequiredService<EngineDb>(), services.GetRequiredService<SettleLines>());
            return db.WriteOrRepeatAsync(async token =>
            {
                var item = await db.StatementItems.SingleAsync(i => i.StatementId == statement.Id, token);
                await settle.AssignAsync(item, which, "Person", token);
                return item;
            }, CancellationToken.None);
        });
    }

    [Theory]
    [InlineData("camt.053.001.08", "CODA 2", "TWICE-1")]
    [InlineData("CODA 2", "camt.053.001.02", "TWICE-2")]
    public async Task The_same_statement_in_another_format_is_held_and_pays_nothing_a_second_time(string format, string other, string number)
    {
        var own = await OpenAsync();
        await client.BookAsync(EngineClient.Invoice(number, 60m, number));
        var day = app.Now().BrusselsDate();
        byte[] In(string written, int later = 0) => own.StatementAs(written, "T1", day.AddDays(later), 1_000m, (60m, new() { EntryNumber = 1, Number = 1, Text = number, CounterpartyName = "Member" }), (-5m, new() { EntryNumber = 2, Number = 1, Text = "Rent", CounterpartyName = "Owner" }));
        Assert.Equal(StatementState.Taken, Assert.Single(await own.TakeAsync(In(format))).Statement.State);

        var again = Assert.Single(await own.TakeAsync(In(other)));

        Assert.Equal((false, StatementState.Held, "statement.resembles"), (again.IsKnown, again.Statement.State, again.Statement.Findings.Single(f => f.Severity is Severity.Hold).Rule));
        // Nor does one that ends at the midnight after.
        Assert.Contains("statement.resembles", Assert.Single(await own.TakeAsync(In(other, 1))).Statement.Findings.Select(f => f.Rule));
        Assert.Equal(60m, await app.ReadEngineAsync(db => db.Invoices.Where(i => i.Number == number).Select(i => i.PaidAmount).SingleAsync()));
        Assert.Equal(2, await app.ReadEngineAsync(db => db.StatementItems.CountAsync(i => i.Account == own.Account)));
        // Another balance is another statement, and the bank's next one of the day.
        Assert.Equal(StatementState.Taken, Assert.Single(await own.TakeAsync(own.StatementAs(other, "T2", day, 1_055m, (5m, new() { EntryNumber = 1, Number = 1, Text = "Five", CounterpartyName = "Owner" })))).Statement.State);
    }

    [Fact]
    public async Task A_process_that_dies_in_the_middle_of_a_statement_goes_on_where_it_was_and_nothing_is_booked_twice()
    {
        var own = await OpenAsync();
        var debits = new List<DirectDebit>();
        for (var i = 0; i < 60; i++) debits.Add(await GivenACollectionAsync($"DIES-{i}", 30m + i));
        var file = await MakeAsync(Guid.CreateVersion7());
        await ReleaseAsync(file.Number, Guid.CreateVersion7());
        var statement = own.Statement("D", debits[0].RequestedOn, 1_000m, [.. debits.Select(d => (d.Amount, (EntryDetail?)new EntryDetail { EntryNumber = 1, Number = 1, EndToEndId = d.EndToEndId, MandateId = "X" }))]);

        // The second piece of the lines is not written: the process ends there.
        using var dies = new CancellationTokenSource();
        await AppFixture.InScopeAsync(app.Engine, async services =>
        {
            var db = services.GetRequiredService<EngineDb>();
            db.SavedChanges += (_, _) =>
            {
                if (db.StatementItems.Local.Count >= 5 && app.Engine is not null && db.StatementItems.Local.Any(i => i.EndToEndId == debits[54].EndToEndId)) dies.Cancel();
            };
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => services.GetRequiredService<TakeBankFile>().TakeAsync(app.Access.CreditorId, statement, "d.xml", "Person", dies.Token));
            return true;
        });
        var before = await app.ReadEngineAsync(db => db.StatementItems.CountAsync(i => i.Account == own.Account));
        Assert.Equal(50, before);

        await own.TakeAsync(statement);
        await own.TakeAsync(statement);

        Assert.Equal(60, await app.ReadEngineAsync(db => db.StatementItems.CountAsync(i => i.Account == own.Account)));
        foreach (var debit in debits) Assert.Equal(DirectDebitState.Paid, (await DebitAsync(debit)).State);
        Assert.Equal(StatementState.Taken, Assert.Single(await app.ReadEngineAsync(db => db.BankStatements.AsNoTracking().Where(s => s.Account == own.Account.Value).ToListAsync())).State);
    }

    private async Task<string> GivenAMandateAsync(string name) =>
        (await client.TakenAsync(HttpMethod.Post, "/sign", ("method", "import"), ("ct", "1"), ("iban", OwnBank.IbanOf(Interlocked.Increment(ref accounts))), ("customerNumber", name), ("email", $"{name}@members.example"), ("firstname", "Member"), ("lastname", name), ("mandateNumber", name))).GetProperty("MndtId").GetString()!;

    private async Task<DirectDebit> GivenACollectionAsync(string name, decimal amount) => await CollectionAsync(await GivenAMandateAsync(name), amount);

    private async Task<DirectDebit> CollectionAsync(string mandate, decimal amount)
    {
        var number = (await client.TransactAsync(mandate, amount)).GetProperty("id").GetInt64();
        return await app.ReadEngineAsync(db => db.DirectDebits.AsNoTracking().SingleAsync(d => d.Number == number));
    }

    /// <summary>The bank's days go by until it credited a collection.</summary>
    private async Task<DirectDebit> CreditedAsync(OwnBank own, DirectDebit debit)
    {
        await own.UntilAsync(debit.RequestedOn.AddDays(6));
        var credited = await DebitAsync(debit);
        Assert.Equal(DirectDebitState.Paid, credited.State);
        return credited;
    }

    private Task<MadeFiles> MakeAllAsync(Guid person) => AppFixture.InScopeAsync(app.Engine, async services =>
    {
        var db = services.GetRequiredService<EngineDb>();
        var (contract, profile) = (await db.BankContracts.AsNoTracking().SingleAsync(), await db.Profiles.AsNoTracking().SingleAsync(p => p.Number == 1));
        return await db.WriteOrRepeatAsync(token => services.GetRequiredService<MakeFiles>().CollectAsync(contract, profile, null, app.Now().BrusselsDate().AddDays(30), new("Person", person), token), CancellationToken.None);
    });

    private async Task<OutgoingFile> MakeAsync(Guid person) => (await MakeAllAsync(person)).Files.Single();

    private Task<bool> ReleaseAsync(long number, Guid person) => AppFixture.InScopeAsync(app.Engine, async services =>
    {
        await services.GetRequiredService<ReleaseFile>().Async(app.Access.CreditorId, number, "Person", person, CancellationToken.None);
        return true;
    });

    private Task<bool> WithdrawAsync(Guid id) => AppFixture.InScopeAsync(app.Engine, async services =>
    {
        var db = services.GetRequiredService<EngineDb>();
        await db.WriteAsync(async token => await ReleaseFile.WithdrawAsync(db, await db.OutgoingFiles.SingleAsync(f => f.Id == id, token), app.Now(), token), CancellationToken.None);
        return true;
    });

    private Task<OutgoingFile> FileAsync(Guid id) => app.ReadEngineAsync(db => db.OutgoingFiles.AsNoTracking().SingleAsync(f => f.Id == id));

    private Task<OutgoingFile> FileOfAsync(DirectDebit debit) => app.ReadEngineAsync(db => db.OutgoingFiles.AsNoTracking().SingleAsync(f => db.CollectionRuns.Any(r => r.FileId == f.Id && db.DirectDebits.Any(d => d.Id == debit.Id && d.RunId == r.Id))));

    private Task<DirectDebit> DebitAsync(DirectDebit debit) => app.ReadEngineAsync(db => db.DirectDebits.AsNoTracking().SingleAsync(d => d.Id == debit.Id));

    private Task<InvoiceState> StateAsync(string number) => app.ReadEngineAsync(db => db.Invoices.Where(i => i.Number == number).Select(i => i.State).SingleAsync());

    private Task<List<LineQuestion>> QuestionsAsync(OwnBank own) => app.ReadEngineAsync(db => db.StatementItems.Where(i => i.Account == own.Account && i.Question != null).OrderBy(i => i.Number).Select(i => i.Question!.Value).ToListAsync());

    private async Task<List<TransferState>> TransfersAsync(params DirectDebit[] of)
    {
        var states = await app.ReadEngineAsync(db => db.Transfers.AsNoTracking().Where(t => t.DirectDebitId != null).ToDictionaryAsync(t => t.DirectDebitId!.Value, t => t.State));
        return [.. of.Select(d => states[d.Id])];
    }

    private static byte[] Report(string messageId, string status, string? reason, string? text, params (string Batch, string EndToEndId, string Reason)[] refused) => Encoding.UTF8.GetBytes(
        $"""
        <?xml version="1.0" encoding="UTF-8"?>
        <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"><CstmrPmtStsRpt><GrpHdr><MsgId>REP-{Guid.CreateVersion7():n}</MsgId><CreDtTm>2026-03-20T10:00:00</CreDtTm></GrpHdr>
        <OrgnlGrpInfAndSts><OrgnlMsgId>{messageId}</OrgnlMsgId><OrgnlMsgNmId>pain.008.001.08</OrgnlMsgNmId><GrpSts>{status}</GrpSts>{(reason is null ? "" : $"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn><AddtlInf>{text}</AddtlInf></StsRsnInf>")}</OrgnlGrpInfAndSts>
        {string.Concat(refused.Select(r => $"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{r.Batch}</OrgnlPmtInfId><TxInfAndSts><OrgnlEndToEndId>{r.EndToEndId}</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>{r.Reason}</Cd></Rsn></StsRsnInf></TxInfAndSts></OrgnlPmtInfAndSts>"))}
        </CstmrPmtStsRpt></Document>
        """);
}
