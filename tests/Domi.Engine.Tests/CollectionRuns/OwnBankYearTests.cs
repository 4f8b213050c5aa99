using System.Globalization;
using Domi.Engine.DirectDebits;
using Domi.Engine.Statements;
using Domi.Platform;
using Domi.Standards.BankFiles;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Engine.Tests.CollectionRuns;

/// <summary>
/// Months of subscriptions collected through files that are exchanged with a bank that refuses, returns and refunds, and sends untidy files. At every
/// month's end engine and bank agree to the cent, collection by collection. DOMI_MANDATES says how many, DOMI_MONTHS how long: 5,000 and 12 in the soak.
/// </summary>
public sealed class OwnBankYearTests(AppFixture app) : IClassFixture<AppFixture>
{
    private static readonly int Mandates = Setting("DOMI_MANDATES", 16);
    private static readonly int Months = Setting("DOMI_MONTHS", 2);

    private readonly EngineClient client = new(app);

    [Theory]
    [InlineData("camt.053.001.08", true, "BE45734031872589")]
    [InlineData("CODA 2", false, "BE68539007547034")]
    [InlineData("CODA 2 totals", true, "BE91001732641076")]
    public async Task At_every_months_end_engine_and_bank_agree_to_the_cent(string format, bool gross, string account)
    {
        var own = await OwnBank.OpenAsync(app, account, format.Length, new()
        {
            Statements = format,
            Reports = gross ? "pain.002.001.10" : "pain.002.001.03",
            BooksRejectsGross = gross,
            ReportsReturns = gross,
            Charges = gross ? ChargeRule.Inside : ChargeRule.Apart,
            Untidiness = Untidiness.All,
            Decide = Mandates < 100 ? OfFew : null,
        });
        for (var n = 0; n < Mandates; n++) await JoinAsync(format, n);

        var first = app.Now().BrusselsDate();
        var month = new DateOnly(first.Year, first.Month, 1);
        for (var i = 0; i <= Months; i++)
        {
            await own.UntilAsync(month.AddMonths(i + 1).AddDays(-1)); // by then the bank has sent what it held back
            await AnswerAsPersonAsync(own.Bank);
            await ThenTheyAgreeAsync(own);
        }

        Assert.Contains(own.Bank.Truth.Payments.Values, p => p.State is BankState.Settled);
        foreach (var state in new[] { BankState.Returned, BankState.Refunded, BankState.Rejected }) Assert.Contains(own.Bank.Truth.Payments.Values, p => p.State == state);
        // Only what came cut is refused: the whole one followed.
        Assert.All(own.Refused, r => Assert.Contains("cut", r.Key));
    }

    // Among few, chance may leave something out.
    private static Fate? OfFew(DebitBatch batch, Debit debit) => ((int)debit.Amount % 10) switch
    {
        3 => Fate.Returned("AM04", 2),
        5 => Fate.Refunded(9),
        7 => Fate.Rejected("AC04"),
        _ => null,
    };

    private async Task JoinAsync(string format, int n)
    {
        var name = $"{string.Concat(format.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant()}-{n}";
        var mandate = (await client.TakenAsync(HttpMethod.Post, "/sign", ("method", "import"), ("ct", "1"), ("iban", OwnBank.IbanOf(n)), ("customerNumber", name), ("email", $"{name}@members.example"), ("firstname", "Member"), ("lastname", $"Nr {n}"), ("mandateNumber", name))).GetProperty("MndtId").GetString()!;
        await client.TakenAsync(HttpMethod.Post, "/subscription", ("mndtId", mandate), ("message", "Monthly fee"), ("ref", "FEE"), ("amount", (20 + (n % 50)).ToString(CultureInfo.InvariantCulture) + ".50"), ("recurrence", "1m"), ("start", app.Now().BrusselsDate().AddDays(20).ToString("O", CultureInfo.InvariantCulture)));
    }

    /// <summary>What the rules alone do not settle is answered by a person who looks the bank's reference up.</summary>
    private async Task AnswerAsPersonAsync(FileBank bank)
    {
        var references = bank.Truth.Payments.Values.Where(p => p.Reference is not null).ToDictionary(p => p.Reference!, p => p.EndToEndId);
        await AppFixture.InScopeAsync(app.Engine, async services =>
        {
            var (db, take, settle) = (services.GetRequiredService<EngineDb>(), services.GetRequiredService<TakeBankFile>(), services.GetRequiredService<SettleLines>());
            foreach (var held in await db.BankStatements.AsNoTracking().Where(s => s.State == StatementState.Held).OrderBy(s => s.Number).ToListAsync()) await take.LetInAsync(held.CreditorId, held.Number, "Person", CancellationToken.None);
            foreach (var item in await db.StatementItems.AsNoTracking().Where(i => i.Question == LineQuestion.Unknown).OrderBy(i => i.Number).ToListAsync())
            {
                if (item.BankReference is null || !references.TryGetValue(item.BankReference, out var known)) continue;
                await db.WriteOrRepeatAsync(async token =>
                {
                    var line = await db.StatementItems.SingleAsync(i => i.Id == item.Id, token);
                    await settle.AssignAsync(line, await db.DirectDebits.Where(d => d.EndToEndId == known).Select(d => d.Number).SingleAsync(token), "Person", token);
                }, CancellationToken.None);
                db.ChangeTracker.Clear();
            }

            return true;
        });
    }

    private async Task ThenTheyAgreeAsync(OwnBank own)
    {
        var truths = own.Bank.Truth.Payments.Values.ToList();
        var lines = await app.ReadEngineAsync(db => db.StatementItems.AsNoTracking().Where(i => i.Account == own.Account && i.Kind != LineKind.Notice && i.StatementId != null).Select(i => i.Amount).ToListAsync());
        Assert.Equal(own.Bank.Truth.Balance(own.Account) - OwnBank.Start, lines.Sum());

        var debits = await app.ReadEngineAsync(db => db.DirectDebits.AsNoTracking().Where(d => d.RunId != null).ToDictionaryAsync(d => d.EndToEndId));
        var questions = await app.ReadEngineAsync(db => db.StatementItems.AsNoTracking().Where(i => i.Account == own.Account && i.Question != null).ToListAsync());
        foreach (var truth in truths)
        {
            var debit = debits[truth.EndToEndId];
            var expected = truth.State switch { BankState.Accepted => DirectDebitState.Sent, BankState.Settled => DirectDebitState.Paid, _ => DirectDebitState.Failed };
            Assert.True(expected == debit.State, $"{truth.EndToEndId}: the bank says {truth.State} {truth.Reason} settled {truth.SettledOn} ended {truth.EndedOn} ({truth.Fate}), the engine {debit.State} {debit.ReasonCode}. Asked: {string.Join(", ", questions.Select(q => $"{q.Question} {q.Amount} {q.EndToEndId} {q.BankReference}"))}");
            if (expected is DirectDebitState.Failed) Assert.Equal(truth.Reason, debit.ReasonCode);
            if (expected is DirectDebitState.Paid) Assert.Equal(truth.SettledOn, debit.SettledOn);
        }

        // Nothing is left to ask but the bank's own mistakes, until it undoes them.
        Assert.DoesNotContain(questions, q => q.Question is not (LineQuestion.SecondReturn or LineQuestion.Unknown) || q.BookedOn < app.Now().BrusselsDate().AddDays(-40));
    }

    private static int Setting(string name, int usual) => int.TryParse(Environment.GetEnvironmentVariable(name), out var set) ? set : usual;
}
