using System.Globalization;
using Domi.Engine.CollectionRuns;
using Domi.Engine.Statements;
using Domi.Platform;
using Domi.Standards;
using Domi.Standards.BankFiles;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.Engine.Tests.CollectionRuns;

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
        next = app.Now().BrusselsDate();
    }

    public Iban Account { get; }

    public FileBank Bank { get; }

    /// <summary>Files that were refused, with why.</summary>
    public Dictionary<string, string> Refused { get; } = [];

    /// <summary>Each file that left, by its name.</summary>
    public Dictionary<string, byte[]> Sent { get; } = [];

    private string Folder => Path.Combine(app.Folder, "bank", app.Access.MerchantId.ToString(CultureInfo.InvariantCulture));

    /// <summary>Puts the contract in the place of the one before.</summary>
    public static async Task<OwnBank> OpenAsync(AppFixture app, string iban, int seed, BankRules rules, Action<BankContract>? shape = null)
    {
        var account = Iban.Parse(iban);
        var contract = new BankContract { CreditorId = app.Access.CreditorId, Account = account, Bic = BelgianBanks.BicOf(account), Holder = "My company", ReleaseLimit = 10_000_000m, HandOver = HandOverWay.Folder, CreatedAt = app.Now() };
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
    public async Task<DateOnly> UntilAsync(DateOnly last)
    {
        for (; next <= last; next = next.AddDays(1))
        {
            if (next.At(6) > app.Now()) await AppFixture.AdvanceAsync(app.Engine, next.At(6) - app.Now());
            await CarryOutAsync();
            await CarryInAsync(Bank.CloseDay(next));
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
            await using (var file = File.OpenRead(path)) await CarryInAsync(Bank.Receive(file, app.Now()));
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
        Assert.Empty(Directory.EnumerateFiles(folder));
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
    public byte[] Statement(string id, DateOnly on, decimal opening, params (decimal Amount, EntryDetail? Detail)[] lines)
    {
        var (entries, number) = (new List<FilePart>(), 0);
        foreach (var (amount, detail) in lines)
        {
            number++;
            entries.Add(new Entry { Number = number, Amount = amount, Currency = "EUR", BookedOn = on, ValueOn = on, BankReference = $"{id}-{number}", TransactionCode = detail?.MandateId is null ? "PMNT/RCDT/ESCT" : amount > 0 ? "PMNT/IDDT/ESDD" : "PMNT/IDDT/UPDD" });
            if (detail is not null) entries.Add(detail with { EntryNumber = number, Number = 1, Amount = amount });
        }

        using var file = new MemoryStream();
        StatementFile.Write(file, "camt.053.001.08", new()
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
