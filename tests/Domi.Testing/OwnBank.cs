using System.Globalization;
using Domi.Engine;
using Domi.Engine.CollectionRuns;
using Domi.Engine.DirectDebits;
using Domi.Engine.Statements;
using Domi.Engine.Transfers;
using Domi.Platform;
using Domi.Standards;
using Domi.Standards.BankFiles;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Testing;

/// <summary>A contract of the engine's creditor with a simulated bank, and a carrier between the folders and the bank.</summary>
internal sealed class OwnBank
{
    public const decimal Start = 1_000m;

    private readonly AppFixture app;
    private DateOnly next;

    private OwnBank(AppFixture app, Iban account, int seed, BankRules rules)
    {
        this.app = app;
        Account = account;
        Bank = new(seed, rules, new BankAccount(account, "My company", Start));
        next = Now.BrusselsDate();
    }

    public Iban Account { get; }

    public FileBank Bank { get; }

    /// <summary>Files that were refused, with why.</summary>
    public Dictionary<string, string> Refused { get; } = [];

    /// <summary>Each file that left, by its name.</summary>
    public Dictionary<string, byte[]> Sent { get; } = [];

    private DateTimeOffset Now => NowOf(app);

    private string Folder => Path.Combine(app.Folder, "bank", app.Access.MerchantId.ToString(CultureInfo.InvariantCulture));

    /// <summary>Puts the contract in the place of the one before.</summary>
    public static async Task<OwnBank> OpenAsync(AppFixture app, string iban, int seed, BankRules rules, Action<BankContract>? shape = null)
    {
        var account = Iban.Parse(iban);
        var contract = new BankContract { CreditorId = app.Access.CreditorId, Account = account, Bic = BelgianBanks.BicOf(account), Holder = "My company", ReleaseLimit = 10_000_000m, HandOver = HandOverWay.Folder, CreatedAt = NowOf(app) };
        shape?.Invoke(contract);
        await app.ReadEngineAsync(async db =>
        {
            db.BankContracts.RemoveRange(await db.BankContracts.ToListAsync());
            await db.SaveChangesAsync();
            db.BankContracts.Add(contract);
            return await db.SaveChangesAsync();
        });
        return new(app, account, seed, rules);
    }

    /// <summary>Nights, carrying, and the ends of the bank's days, up to and with a day; answers the day after.</summary>
    /// <param name="beside">What else happens on a day, with the files that the bank sent at its end.</param>
    public async Task<DateOnly> UntilAsync(DateOnly last, Func<DateOnly, IReadOnlyList<SentFile>, Task>? beside = null)
    {
        for (; next <= last; next = next.AddDays(1))
        {
            if (next.At(6) > Now) await AppFixture.AdvanceAsync(app.Engine, next.At(6) - Now);
            await CarryOutAsync();
            var sent = Bank.CloseDay(next);
            await CarryInAsync(sent);
            if (beside is not null) await beside(next, sent);
        }

        return next;
    }

    /// <summary>The carrier takes what lies there to the bank, and brings its answers.</summary>
    public async Task CarryOutAsync()
    {
        var folder = Path.Combine(Folder, "out");
        if (!Directory.Exists(folder)) return;
        foreach (var path in Directory.EnumerateFiles(folder, "*.xml").Order(StringComparer.Ordinal).ToList())
        {
            Sent[Path.GetFileName(path)] = await File.ReadAllBytesAsync(path);
            await using (var file = File.OpenRead(path)) await CarryInAsync(Bank.Receive(file, Now));
            File.Delete(path);
        }
    }

    public async Task CarryInAsync(IReadOnlyList<SentFile> files)
    {
        if (files.Count == 0) return;
        var folder = Path.Combine(Folder, "in");
        Directory.CreateDirectory(folder);
        foreach (var file in files)
        {
            var path = Path.Combine(folder, file.Name);
            await File.WriteAllBytesAsync(path, file.Content);
            File.SetLastWriteTimeUtc(path, TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(-1));
        }

        await AppFixture.RunAsync<ReadBankFolders>(app.Engine);
        if (Directory.EnumerateFiles(folder).FirstOrDefault() is { } left) throw new InvalidOperationException($"{left} was not read.");
        var refused = Path.Combine(Folder, "refused");
        if (!Directory.Exists(refused)) return;
        foreach (var text in Directory.EnumerateFiles(refused, "*.txt"))
        {
            Refused[Path.GetFileNameWithoutExtension(text)] = await File.ReadAllTextAsync(text);
            File.Delete(text);
        }
    }

    /// <summary>Takes a file in, as an upload does.</summary>
    public Task<IReadOnlyList<Taken>> TakeAsync(byte[] content, string name = "upload.xml") =>
        AppFixture.InScopeAsync(app.Engine, services => services.GetRequiredService<TakeBankFile>().TakeAsync(app.Access.CreditorId, content, name, "Person", CancellationToken.None));

    /// <summary>What the rules alone do not settle on this account is answered by a person who looks the bank's reference up: another bank's are alike.</summary>
    public Task<bool> AnswerAsPersonAsync()
    {
        var references = Bank.Truth.Payments.Values.Where(p => p is { Reference: not null, Payment: Debit }).ToDictionary(p => p.Reference!, p => p.EndToEndId);
        return AppFixture.InScopeAsync(app.Engine, async services =>
        {
            var (db, take, settle) = (services.GetRequiredService<EngineDb>(), services.GetRequiredService<TakeBankFile>(), services.GetRequiredService<SettleLines>());
            foreach (var held in await db.BankStatements.AsNoTracking().Where(s => s.State == StatementState.Held).OrderBy(s => s.Number).ToListAsync()) await take.LetInAsync(held.CreditorId, held.Number, "Person", CancellationToken.None);
            foreach (var item in await db.StatementItems.AsNoTracking().Where(i => i.Account == Account && i.Question == LineQuestion.Unknown).OrderBy(i => i.Number).ToListAsync())
            {
                if (item.BankReference is null || !references.TryGetValue(item.BankReference, out var known)) continue;
                await db.WriteOrRepeatAsync(async token =>
                {
                    var line = await db.StatementItems.SingleAsync(i => i.Id == item.Id, token);
                    await settle.AssignAsync(line, known, "Person", token);
                }, CancellationToken.None);
                db.ChangeTracker.Clear();
            }

            return true;
        });
    }

    /// <summary>In what engine and bank do not agree, nothing when they do: the account to the cent, each collection by its state, reason and day, each transfer by its state, and what is left to ask.</summary>
    public async Task<string> DifferencesAsync()
    {
        var found = new List<string>();
        var lines = await app.ReadEngineAsync(db => db.StatementItems.AsNoTracking().Where(i => i.Account == Account && i.Kind != LineKind.Notice && i.StatementId != null).Select(i => i.Amount).ToListAsync());
        if (Bank.Truth.Balance(Account) - Start != lines.Sum()) found.Add($"The account moved by {Bank.Truth.Balance(Account) - Start}, the engine has lines of {lines.Sum()}.");

        var debits = await app.ReadEngineAsync(db => db.DirectDebits.AsNoTracking().Where(d => d.RunId != null).ToDictionaryAsync(d => d.EndToEndId));
        foreach (var truth in Bank.Truth.Payments.Values.Where(p => p.Payment is Debit))
        {
            var debit = debits[truth.EndToEndId];
            var expected = truth.State switch { BankState.Accepted => DirectDebitState.Sent, BankState.Settled => DirectDebitState.Paid, _ => DirectDebitState.Failed };
            if (expected != debit.State || (expected is DirectDebitState.Failed && truth.Reason != debit.ReasonCode) || (expected is DirectDebitState.Paid && truth.SettledOn != debit.SettledOn))
                found.Add($"{truth.EndToEndId}: the bank says {truth.State} {truth.Reason} settled {truth.SettledOn} ended {truth.EndedOn} ({truth.Fate}), the engine {debit.State} {debit.ReasonCode} settled {debit.SettledOn}.");
        }

        var transfers = await app.ReadEngineAsync(db => db.Transfers.AsNoTracking().Where(t => t.RunId != null).ToDictionaryAsync(t => t.EndToEndId));
        foreach (var truth in Bank.Truth.Payments.Values.Where(p => p.Payment is Transfer))
        {
            var transfer = transfers[truth.EndToEndId];
            var expected = truth.State switch { BankState.Accepted => TransferState.Sent, BankState.Settled => TransferState.Paid, _ => TransferState.Failed };
            if (expected != transfer.State) found.Add($"{truth.EndToEndId}: the bank says {truth.State} {truth.Reason}, the engine {transfer.State} {transfer.ReasonCode}.");
        }

        // Nothing is left to ask but the bank's own mistakes, until it undoes them.
        var longAgo = Now.BrusselsDate().AddDays(-40);
        var questions = await app.ReadEngineAsync(db => db.StatementItems.AsNoTracking().Where(i => i.Account == Account && i.Question != null).ToListAsync());
        if (found.Count > 0) found.AddRange(questions.Select(Asked));
        else found.AddRange(questions.Where(q => q.Question is not (LineQuestion.SecondReturn or LineQuestion.Unknown) || q.BookedOn < longAgo).Select(Asked));
        return string.Join('\n', found);

        static string Asked(StatementItem q) => $"Asked: {q.Question} {q.Amount} {q.BookedOn} {q.EndToEndId} {q.BankReference}";
    }

    /// <summary>How many mandates, or months, a year is played with.</summary>
    public static int Setting(string name, int usual) => int.TryParse(Environment.GetEnvironmentVariable(name), out var set) ? set : usual;

    private static DateTimeOffset NowOf(AppFixture app) => app.Engine.Services.GetRequiredService<BusinessClock>().GetUtcNow();

    /// <summary>Among few, chance may leave something out: here the amount decides.</summary>
    public static Fate? OfFew(DebitBatch batch, Debit debit) => ((int)debit.Amount % 10) switch
    {
        3 => Fate.Returned("AM04", 2),
        5 => Fate.Refunded(9),
        7 => Fate.Rejected("AC04"),
        _ => null,
    };

    /// <summary>A Belgian account of a debtor.</summary>
    public static string IbanOf(int n)
    {
        var body = (539_007_500L + n).ToString("D10", CultureInfo.InvariantCulture);
        var check = long.Parse(body, CultureInfo.InvariantCulture) % 97;
        var bban = body + (check == 0 ? 97 : check).ToString("00", CultureInfo.InvariantCulture);
        var rest = 98 - (int)(System.Numerics.BigInteger.Parse(bban + "111400", CultureInfo.InvariantCulture) % 97);
        return $"BE{rest:00}{bban}";
    }

    /// <summary>A statement of the account, as a bank would write it.</summary>
    public byte[] Statement(string id, DateOnly on, decimal opening, params (decimal Amount, EntryDetail? Detail)[] lines) => StatementAs("camt.053.001.08", id, on, opening, lines);

    /// <summary>The same in a format, one of <see cref="StatementFile.Formats"/>.</summary>
    public byte[] StatementAs(string format, string id, DateOnly on, decimal opening, params (decimal Amount, EntryDetail? Detail)[] lines)
    {
        var (entries, number) = (new List<FilePart>(), 0);
        foreach (var (amount, detail) in lines)
        {
            number++;
            entries.Add(new Entry { Number = number, Amount = amount, Currency = "EUR", BookedOn = on, ValueOn = on, BankReference = $"{id}-{number}", TransactionCode = Spoiling.IsCoda(format) ? null : detail?.MandateId is null ? "PMNT/RCDT/ESCT" : amount > 0 ? "PMNT/IDDT/ESDD" : "PMNT/IDDT/UPDD" });
            if (detail is not null) entries.Add(detail with { EntryNumber = number, Number = 1, Amount = amount });
        }

        using var file = new MemoryStream();
        StatementFile.Write(file, format, new()
        {
            Kind = FileKind.Statement,
            Id = id,
            Account = Account.Value,
            Currency = "EUR",
            Holder = "My company",
            From = on,
            Until = on,
            Balances = [new("OPBD", opening, on), new("CLBD", opening + lines.Sum(l => l.Amount), on)],
        }, entries, on.ToDateTime(new(18, 0)));
        return file.ToArray();
    }
}
