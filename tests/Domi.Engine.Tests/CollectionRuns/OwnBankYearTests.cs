using System.Globalization;
using Domi.Engine.CollectionRuns;
using Domi.Engine.DirectDebits;
using Domi.Engine.Statements;
using Domi.Platform;
using Domi.Standards;
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
    private static readonly int Mandates = Setting("DOMI_MANDATES", 24);
    private static readonly int Months = Setting("DOMI_MONTHS", 3);

    private readonly EngineClient client = new(app);
    private FileBank bank = null!; // each test its own
    private Iban account;
    private readonly List<SentFile> lost = []; // a file that came cut: the bank sends the whole one later

    [Theory]
    [InlineData("camt.053.001.08", true)]
    [InlineData("CODA 2", false)]
    public async Task At_every_months_end_engine_and_bank_agree_to_the_cent(string format, bool gross)
    {
        account = await GivenAContractAsync(format == "CODA 2" ? "BE68539007547034" : "BE45734031872589");
        bank = new(format == "CODA 2" ? 77 : 78, new()
        {
            Statements = format,
            Reports = gross ? "pain.002.001.10" : "pain.002.001.03",
            BooksRejectsGross = gross,
            ReportsReturns = gross,
            Charges = gross ? ChargeRule.Inside : ChargeRule.Apart,
            Untidiness = Untidiness.All,
            Rates = new() { },
        }, new BankAccount(account, "My company", 1_000m));
        for (var n = 0; n < Mandates; n++) await JoinAsync(format, n);

        var day = app.Now().BrusselsDate();
        for (var month = 0; month < Months; month++)
        {
            for (var end = day.AddMonths(1); day < end; day = day.AddDays(1))
            {
                await AppFixture.AdvanceAsync(app.Engine, day.At(6) - app.Now());
                await CarryOutAsync();
                await CarryInAsync(bank.CloseDay(day));
            }

            while (!Ended(day)) day = await RestAsync(day);
            await AnswerAsPersonAsync();
            await ThenTheyAgreeAsync();
        }

        foreach (var state in new[] { BankState.Settled, BankState.Returned, BankState.Refunded, BankState.Rejected }) Assert.Contains(bank.Truth.Payments.Values, p => p.State == state);
    }

    private bool Ended(DateOnly day) => bank is not null && day.Day <= 5; // what is held back for the month is sent by its last TARGET day

    private async Task<DateOnly> RestAsync(DateOnly day)
    {
        await AppFixture.AdvanceAsync(app.Engine, day.At(6) - app.Now());
        await CarryOutAsync();
        await CarryInAsync(bank.CloseDay(day));
        return day.AddDays(1);
    }

    private async Task<Iban> GivenAContractAsync(string iban)
    {
        var own = Iban.Parse(iban);
        await app.ReadEngineAsync(async db =>
        {
            db.BankContracts.RemoveRange(await db.BankContracts.ToListAsync());
            db.BankContracts.Add(new() { CreditorId = app.Access.CreditorId, Account = own, Bic = BelgianBanks.BicOf(own), Holder = "My company", ReleaseLimit = 10_000_000m, HandOver = HandOverWay.Folder, CreatedAt = app.Now() });
            return await db.SaveChangesAsync();
        });
        return own;
    }

    private async Task JoinAsync(string prefix, int n)
    {
        var name = prefix[..4].ToUpperInvariant();
        var debtor = IbanOf(n);
        var mandate = Text(await client.TakenAsync(HttpMethod.Post, "/sign", ("method", "import"), ("ct", "1"), ("iban", debtor), ("customerNumber", $"{name}-{n}"), ("email", $"{name}{n}@members.example"), ("firstname", "Member"), ("lastname", $"Nr {n}"), ("mandateNumber", $"{name}{n}")), "MndtId");
        await client.TakenAsync(HttpMethod.Post, "/subscription", ("mndtId", mandate), ("message", "Monthly fee"), ("ref", "FEE"), ("amount", (20 + (n % 50)).ToString(CultureInfo.InvariantCulture) + ".50"), ("recurrence", "1m"), ("start", app.Now().BrusselsDate().AddDays(20).ToString("O", CultureInfo.InvariantCulture)));
    }

    // The carrier between the folders and the bank.
    private async Task CarryOutAsync()
    {
        var folder = Path.Combine(app.Folder, "bank", app.Access.MerchantId.ToString(CultureInfo.InvariantCulture), "out");
        if (!Directory.Exists(folder)) return;
        foreach (var path in Directory.EnumerateFiles(folder, "*.xml").Order(StringComparer.Ordinal).ToList())
        {
            await using (var file = File.OpenRead(path)) await CarryInAsync(bank.Receive(file, app.Now()));
            File.Delete(path);
        }
    }

    private async Task CarryInAsync(IReadOnlyList<SentFile> files)
    {
        if (files.Count == 0) return;
        var folder = Path.Combine(app.Folder, "bank", app.Access.MerchantId.ToString(CultureInfo.InvariantCulture), "in");
        Directory.CreateDirectory(folder);
        foreach (var file in files)
        {
            var path = Path.Combine(folder, file.Name);
            await File.WriteAllBytesAsync(path, file.Content);
            File.SetLastWriteTimeUtc(path, TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(-1));
        }

        await AppFixture.RunAsync<ReadBankFolders>(app.Engine);
        Assert.Empty(Directory.EnumerateFiles(folder));
        var refused = Path.Combine(folder, "..", "refused");
        if (Directory.Exists(refused))
            foreach (var text in Directory.EnumerateFiles(refused, "*.txt"))
            {
                // Only what came cut, or says its own name for other figures, is refused.
                var name = Path.GetFileNameWithoutExtension(text);
                Assert.True(files.Any(f => f.Name == name && f.Untidiness.HasFlag(Untidiness.CutFiles)) || lost.Exists(f => f.Name == name), $"{name}: {await File.ReadAllTextAsync(text)}");
                lost.AddRange(files.Where(f => f.Name == name));
                File.Delete(text);
            }
    }

    /// <summary>What the rules alone do not settle is answered by a person who knows what happened: here, the bank's own truth.</summary>
    private async Task AnswerAsPersonAsync()
    {
        await AppFixture.InScopeAsync(app.Engine, async services =>
        {
            var (db, take, settle) = (services.GetRequiredService<EngineDb>(), services.GetRequiredService<TakeBankFile>(), services.GetRequiredService<SettleLines>());
            foreach (var held in await db.BankStatements.AsNoTracking().Where(s => s.State == StatementState.Held).OrderBy(s => s.Number).ToListAsync()) await take.LetInAsync(held.CreditorId, held.Number, "Person", CancellationToken.None);
            db.ChangeTracker.Clear();
            foreach (var item in await db.StatementItems.AsNoTracking().Where(i => i.Question != null && i.Kind != LineKind.Batch).OrderBy(i => i.Number).ToListAsync())
            {
                // The person looks the bank's reference up.
                var known = bank.Truth.Payments.Values.FirstOrDefault(p => p.Reference is not null && p.Reference == item.BankReference);
                await db.WriteOrRepeatAsync(async token =>
                {
                    var line = await db.StatementItems.SingleAsync(i => i.Id == item.Id, token);
                    if (line.Question is null) return;
                    if (known is not null && line.Question is LineQuestion.Unknown) await settle.AssignAsync(line, await db.DirectDebits.Where(d => d.EndToEndId == known.EndToEndId).Select(d => d.Number).SingleAsync(token), "Person", token);
                }, CancellationToken.None);
                db.ChangeTracker.Clear();
            }

            return true;
        });
    }

    private async Task ThenTheyAgreeAsync()
    {
        var lines = await app.ReadEngineAsync(db => db.StatementItems.AsNoTracking().Where(i => i.Account == account && i.Kind != LineKind.Notice && i.StatementId != null).ToListAsync());
        Assert.Equal(bank.Truth.Balance(account) - 1_000m, lines.Sum(i => i.Amount));

        var debits = await app.ReadEngineAsync(db => db.DirectDebits.AsNoTracking().Where(d => d.RunId != null && db.CollectionRuns.Any(r => r.Id == d.RunId && r.FileId != null)).ToDictionaryAsync(d => d.EndToEndId));
        var questions = await app.ReadEngineAsync(db => db.StatementItems.AsNoTracking().Where(i => i.Account == account && i.Question != null).ToListAsync());
        foreach (var truth in bank.Truth.Payments.Values)
        {
            var debit = debits[truth.EndToEndId];
            var expected = truth.State switch { BankState.Accepted => DirectDebitState.Sent, BankState.Settled => DirectDebitState.Paid, _ => DirectDebitState.Failed };
            Assert.True(expected == debit.State, $"{truth.EndToEndId}: the bank says {truth.State} {truth.Reason} settled {truth.SettledOn} ended {truth.EndedOn} ({truth.Fate}), the engine {debit.State} {debit.ReasonCode}. Asked: {string.Join(", ", questions.Select(q => $"{q.Question} {q.Amount} {q.EndToEndId} {q.BankReference}"))}");
            if (expected is DirectDebitState.Failed) Assert.Equal(truth.Reason, debit.ReasonCode);
            if (expected is DirectDebitState.Paid) Assert.Equal(truth.SettledOn, debit.SettledOn);
        }

        // Nothing is counted that the bank did not do, and nothing of it is left out.
        Assert.Equal(bank.Truth.Payments.Values.Where(p => p.State is BankState.Settled).Sum(p => p.Amount), debits.Values.Where(d => d.State is DirectDebitState.Paid && bank.Truth.Payments.ContainsKey(d.EndToEndId)).Sum(d => d.Amount));
        Assert.DoesNotContain(questions, q => q.Question is not (LineQuestion.SecondReturn or LineQuestion.Unknown) || q.BookedOn < app.Now().BrusselsDate().AddDays(-40));
    }

    private static string IbanOf(int n)
    {
        var body = (539_007_500L + n).ToString("D10", CultureInfo.InvariantCulture);
        var check = long.Parse(body, CultureInfo.InvariantCulture) % 97;
        var bban = body + (check == 0 ? 97 : check).ToString("00", CultureInfo.InvariantCulture);
        var rest = 98 - (int)(System.Numerics.BigInteger.Parse(bban + "111400", CultureInfo.InvariantCulture) % 97);
        return $"BE{rest:00}{bban}";
    }

    private static int Setting(string name, int usual) => int.TryParse(Environment.GetEnvironmentVariable(name), out var set) ? set : usual;

    private static string Text(System.Text.Json.JsonElement of, string name) => of.GetProperty(name).GetString()!;
}
