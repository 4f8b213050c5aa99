using System.Text;
using CsCheck;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Statements;
using Domi.BackOffice.Tests.Pages;
using Domi.Platform;
using Domi.Standards.BankFiles;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.BackOffice.Tests.Statements;

public sealed class ImportStatementsTests(OfficeFixture app) : IClassFixture<OfficeFixture>
{
    private readonly Story story = new(app);

    /// <summary>What a random month holds: amounts of invoices in cents; per statement payments of an invoice (or none) in cents; the order in which files come, some of them twice.</summary>
    private static readonly Gen<(int[] Invoices, (int Invoice, int Cents)[][] Statements, int[] Order)> Months = Gen.Select(
        Gen.Int[1, 20_000].Array[1, 4],
        Gen.Select(Gen.Int[0, 5], Gen.Int[-5_000, 25_000]).Select((invoice, cents) => (invoice, cents)).Array[0, 6].Array[1, 4],
        Gen.Int[0, 3].Array[0, 6]);

    [Fact]
    public async Task No_cent_is_lost_or_invented_in_whatever_order_files_come_and_however_often()
    {
        var relation = await story.GivenARelation();
        await Months.SampleAsync(async month =>
        {
            var bank = await Bank.WithAnAccountAsync(app);
            var invoices = new List<Invoice>();
            foreach (var cents in month.Invoices) invoices.Add(await story.WhenNumbered(await story.GivenAProposal(relation, cents / 100m)));
            var (files, balance) = (new List<byte[]>(), 0m);
            var payments = month.Statements.Select(lines => lines.Where(l => l.Cents != 0).Select(l => new Payment(l.Cents / 100m, l.Invoice < invoices.Count ? Bank.Ogm(invoices[l.Invoice]) : null)).ToArray()).ToList();
            foreach (var lines in payments)
            {
                files.Add(bank.Statement(files.Count + 1, balance, lines));
                balance += lines.Sum(l => l.Amount);
            }

            foreach (var at in month.Order.Concat(Enumerable.Range(0, files.Count).Reverse())) await bank.ImportAsync(files[at % files.Count]);

            var read = await bank.LinesAsync();
            Assert.Equal(payments.SelectMany(p => p).Sum(p => p.Amount), read.Sum(l => l.Amount));
            Assert.All(read.Where(l => l.Amount > 0), l => Assert.Equal(l.Amount, l.Paid + l.Credit + l.Repay + l.Aside + l.Rest));
            var credit = 0m;
            foreach (var invoice in invoices)
            {
                var came = payments.SelectMany(p => p).Where(p => p.Amount > 0 && p.Reference == Bank.Ogm(invoice)).Sum(p => p.Amount);
                Assert.Equal(Math.Min(came, invoice.TotalInclVat), (await story.Read(invoice.Id)).Paid);
                credit += Math.Max(0m, came - invoice.TotalInclVat);
            }

            Assert.Equal(credit, read.Sum(l => l.Credit));
            Assert.All(read, l => Assert.True(l.State is not LineState.New));
        }, iter: 20, threads: 1);
        await story.ThenTheLedgerAgrees();
    }

    [Fact]
    public async Task The_same_statement_again_changes_nothing_and_says_so_and_one_that_differs_is_told()
    {
        var (bank, invoice) = (await Bank.WithAnAccountAsync(app), await GivenAnInvoice());
        var file = bank.Statement(1, 0m, new Payment(50m, Bank.Ogm(invoice)));
        Assert.Equal(ImportOutcome.Booked, Assert.Single((await bank.ImportAsync(file)).Outcomes).Outcome);

        Assert.Equal(ImportOutcome.Already, Assert.Single((await bank.ImportAsync(file, "another name.xml")).Outcomes).Outcome);
        Assert.Equal(ImportOutcome.Differs, Assert.Single((await bank.ImportAsync(bank.Statement(1, 0m, new Payment(60m, Bank.Ogm(invoice))))).Outcomes).Outcome);
        var alike = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => bank.ImportAsync(bank.Statement(2, 50m, new Payment(10m, Bank.Ogm(invoice)))))));

        Assert.Single(alike, a => a.Outcomes[0].Outcome is ImportOutcome.Booked);
        Assert.Equal(60m, (await story.Read(invoice.Id)).Paid);
        Assert.Equal(2, (await bank.LinesAsync()).Count);
        Assert.Equal(2, await app.ReadAsync((OfficeDb db) => db.Statements.CountAsync(s => s.Account == bank.Account)));
    }

    [Fact]
    public async Task The_same_statement_in_another_format_is_held()
    {
        var (bank, invoice) = (await Bank.WithAnAccountAsync(app), await GivenAnInvoice());
        await bank.ImportAsync(bank.Statement(1, 0m, new Payment(50m, Bank.Ogm(invoice))));

        var again = Assert.Single((await bank.ImportAsync(bank.Write(StatementFile.Coda, 1, 0m, new Payment(50m, Bank.Ogm(invoice))))).Outcomes);

        Assert.Equal(ImportOutcome.Held, again.Outcome);
        Assert.Contains(again.Findings, f => f.Rule == "statement.resembles");
        Assert.Equal(50m, (await story.Read(invoice.Id)).Paid);
    }

    [Fact]
    public async Task What_is_held_is_booked_when_a_person_released_it_and_may_come_again_when_it_was_thrown_away()
    {
        var (bank, invoice) = (new Bank(app, "BE62510007547061"), await GivenAnInvoice());
        var file = bank.Statement(1, 0m, new Payment(121m, Bank.Ogm(invoice)));
        var held = Assert.Single((await bank.ImportAsync(file)).Outcomes);
        Assert.Equal((ImportOutcome.Held, "account.unknown"), (held.Outcome, held.Findings.Single(f => f.Severity is Severity.Hold).Rule));
        Assert.Equal(0m, (await story.Read(invoice.Id)).Paid);

        await Decide(d => d.ThrowAwayAsync(held.Id!.Value, "An Clerk", CancellationToken.None));
        var again = Assert.Single((await bank.ImportAsync(file)).Outcomes);
        Assert.Equal(ImportOutcome.Held, again.Outcome);
        await Decide(d => d.ReleaseAsync(again.Id!.Value, "An Clerk", CancellationToken.None));

        Assert.Equal(121m, (await story.Read(invoice.Id)).Paid);
        Assert.Equal("An Clerk", await app.ReadAsync((OfficeDb db) => db.Statements.Where(s => s.Id == again.Id).Select(s => s.DecidedBy).SingleAsync()));
        await Assert.ThrowsAsync<RefusedException>(() => Decide(d => d.ReleaseAsync(again.Id!.Value, "An Clerk", CancellationToken.None)));
        Assert.Equal(ImportOutcome.Booked, Assert.Single((await bank.ImportAsync(bank.Statement(2, 121m, new Payment(1m)))).Outcomes).Outcome);

        Task<bool> Decide(Func<DecideStatement, Task> act) => AppFixture.InScopeAsync(app.Office!, async services =>
        {
            await act(services.GetRequiredService<DecideStatement>());
            return true;
        });
    }

    [Fact]
    public async Task A_file_that_is_broken_is_refused_whole_and_says_where()
    {
        var (bank, invoice) = (await Bank.WithAnAccountAsync(app), await GivenAnInvoice());
        var whole = bank.Statement(1, 0m, [.. Enumerable.Range(0, 1_500).Select(_ => new Payment(0.01m, Bank.Ogm(invoice)))]);

        var cut = await bank.ImportAsync(whole[..(whole.Length - 500)]);
        var text = await bank.ImportAsync("This is no statement."u8.ToArray());
        var payments = await bank.ImportAsync(Encoding.UTF8.GetBytes("""<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn/></Document>"""));

        Assert.True(cut.IsRefused && cut.Refusal!.Place.StartsWith("line", StringComparison.Ordinal), cut.RefusalJson);
        Assert.Equal("file.unknown", text.Refusal!.Rule);
        Assert.DoesNotContain(payments.Outcomes, o => o.Outcome is not ImportOutcome.NotAStatement);
        Assert.Empty(await bank.LinesAsync());
        Assert.Equal(0, await app.ReadAsync((OfficeDb db) => db.StatementLines.CountAsync(l => l.Communication == invoice.Communication)));
        Assert.Equal(ImportOutcome.Booked, Assert.Single((await bank.ImportAsync(whole)).Outcomes).Outcome);
        Assert.Equal(15m, (await story.Read(invoice.Id)).Paid);
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.5)]
    [InlineData(0.999)]
    public async Task An_import_that_ends_in_the_middle_leaves_nothing_and_the_next_one_has_the_same_result(double part)
    {
        var (bank, invoice) = (await Bank.WithAnAccountAsync(app), await GivenAnInvoice());
        var file = bank.Statement(1, 0m, [.. Enumerable.Range(0, 2_500).Select(_ => new Payment(0.02m, Bank.Ogm(invoice)))]);
        using var stopped = new StoppedStream(file, (int)(file.Length * part));
        var first = Task.Run(() => bank.ImportAsync(stopped));
        await stopped.Reached;

        // For the database a process that stands still is one that is killed.
        Assert.Empty(await bank.LinesAsync());
        Assert.Equal(ImportOutcome.Booked, Assert.Single((await bank.ImportAsync(file)).Outcomes).Outcome);
        Assert.Equal((2_500, 50m), ((await bank.LinesAsync()).Count, (await story.Read(invoice.Id)).Paid));

        await app.ReadAsync((OfficeDb db) => db.Statements.Where(s => s.State == StatementState.Reading).ExecuteUpdateAsync(set => set.SetProperty(s => s.TouchedAt, TimeProvider.System.GetUtcNow().AddHours(-1))));
        Assert.Equal(ImportOutcome.Already, Assert.Single((await bank.ImportAsync(file)).Outcomes).Outcome);
        Assert.Equal((0, 2_500), await app.ReadAsync(async (OfficeDb db) => (await db.Statements.CountAsync(s => s.Account == bank.Account && s.State == StatementState.Reading), await db.StatementLines.CountAsync(l => l.Communication == invoice.Communication))));

        stopped.Dispose();
        await Assert.ThrowsAnyAsync<Exception>(() => first);
        Assert.Equal((2_500, 50m), ((await bank.LinesAsync()).Count, (await story.Read(invoice.Id)).Paid));
        await story.ThenTheLedgerAgrees();
    }

    [Fact]
    public async Task Matching_that_was_interrupted_goes_on_by_itself()
    {
        var (bank, invoice) = (new Bank(app, "BE71096123456769"), await GivenAnInvoice());
        var held = Assert.Single((await bank.ImportAsync(bank.Statement(1, 0m, new Payment(121m, Bank.Ogm(invoice))))).Outcomes);

        // Released, and killed before the first line was looked at.
        await app.OfficeAsync((_, db) => db.WriteAsync(async ct =>
        {
            (await db.Statements.SingleAsync(s => s.Id == held.Id, ct)).Release("An Clerk", AppFixture.Start, AppFixture.Start);
            return true;
        }, CancellationToken.None));
        await AppFixture.RunAsync<GoOnMatching>(app.Office!);

        Assert.Equal(121m, (await story.Read(invoice.Id)).Paid);
        Assert.Null(await app.ReadAsync((OfficeDb db) => db.Statements.Where(s => s.Id == held.Id).Select(s => s.MatchDueAt).SingleAsync()));
    }

    [Fact]
    public async Task Every_cent_of_the_sample_statements_is_on_a_line()
    {
        var samples = Environment.GetEnvironmentVariable("DOMI_SAMPLES");
        Assert.SkipUnless(Directory.Exists(samples), "no samples");
        var taken = 0;
        foreach (var path in new[] { "camt", "coda" }.SelectMany(kind => Directory.EnumerateFiles(Path.Combine(samples!, kind))))
        {
            if (new FileInfo(path).Length > 2_000_000) continue;
            await using var file = File.OpenRead(path);
            var imported = await new Bank(app).ImportAsync(file, Path.GetFileName(path));
            foreach (var id in imported.Outcomes.Where(o => o.Outcome is ImportOutcome.Held or ImportOutcome.Booked).Select(o => o.Id))
            {
                var statement = await app.ReadAsync((OfficeDb db) => db.Statements.SingleAsync(s => s.Id == id));
                var amounts = await app.ReadAsync((OfficeDb db) => db.StatementLines.Where(l => l.StatementId == id).Select(l => l.Amount).ToListAsync());
                if (statement.Findings.Any(f => f.Rule == BankStatement.OddAmount)) continue;
                Assert.Equal((path, statement.Credits - statement.Debits), (path, amounts.Sum()));
                taken++;
            }
        }

        Assert.True(taken > 5, $"{taken} statements were taken");
    }

    private async Task<Invoice> GivenAnInvoice() => await story.WhenNumbered(await story.GivenAProposal(await story.GivenARelation()));

    /// <summary>Gives a part of a file and then stands still, until it is disposed of.</summary>
    private sealed class StoppedStream(byte[] file, int at) : MemoryStream(file)
    {
        private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim released = new();

        public Task Reached => reached.Task;

        // What reads spans comes here too: the class is not sealed where it is made.
        public override int Read(byte[] buffer, int offset, int count)
        {
            if (Position < at) return base.Read(buffer, offset, Math.Min(count, at - (int)Position));
            reached.TrySetResult();
            released.Wait();
            throw new IOException("The process is gone.");
        }

        protected override void Dispose(bool disposing)
        {
            released.Set();
            base.Dispose(disposing);
        }
    }
}
