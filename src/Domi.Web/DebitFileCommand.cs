using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using Domi.Engine.Imports;
using Domi.Platform;
using Domi.Standards;
using Domi.Standards.BankFiles;

namespace Domi.Web;

/// <summary><c>pain008</c>: direct debits from a file of separated values into the files a bank takes. It needs no database.</summary>
internal static class DebitFileCommand
{
    private const int MostBytes = 256 << 20;

    // What holds for all rows may be given once instead.
    private static readonly (string Column, string Option, string? Otherwise, string Help)[] Shared =
    [
        ("creditorName", "--creditor-name", null, "Name of the creditor."),
        ("creditorIban", "--creditor-iban", null, "The creditor's account."),
        ("creditorId", "--creditor-id", null, "The creditor's SEPA identifier."),
        ("date", "--date", null, "When debtors are to be debited (yyyy-MM-dd), a TARGET day."),
        ("scheme", "--scheme", "CORE", "CORE or B2B."),
        ("sequence", "--sequence", "RCUR", "RCUR, FRST, OOFF or FNAL."),
    ];

    private static readonly string[] Needed = ["amount", "mandate", "signed", "debtorName", "debtorIban"];
    private static readonly string[] Optional = ["endToEndId", "debtorBic", "text", "reference"];

    public static Command Make()
    {
        var from = new Option<string>("--from") { Description = $"File of separated values, a row for each direct debit. Needed: {string.Join(", ", Needed)}. Possible: {string.Join(", ", Optional)}, and {string.Join(", ", Shared.Select(s => s.Column))}.", Required = true };
        var profile = new Option<string>("--profile") { Description = $"What the bank asks for: {string.Join(", ", BankProfile.Presets.Select(p => p.Name))}; or a file with a profile of one's own.", Required = true };
        var to = new Option<string>("--to") { Description = "Folder for the files.", DefaultValueFactory = _ => "." };
        var id = new Option<string?>("--message-id") { Description = "Message id, of which a bank takes each once: at most 24 characters. From the content of the file unless given." };
        var created = new Option<DateTime?>("--created") { Description = "When the file was made; now unless given. With it the same rows make the same bytes." };
        var shared = Shared.ToDictionary(s => s.Column, s => new Option<string?>(s.Option) { Description = $"{s.Help} For all rows, where there is no column {s.Column}." });
        var command = new Command("pain008", """
            Make files of direct debits (pain.008) from a file of separated values.

            Each file is checked by its schema and the scheme's rules, read back and compared before it has its name. Rows that
            break a rule are told with their line, and then nothing is written: exit 1.
            """) { from, profile, to, id, created };
        foreach (var option in shared.Values) command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var content = Content(parsed.GetValue(from)!);
            var bank = Profile(parsed.GetValue(profile)!);
            if (!bank.IsConfirmed) Console.Error.WriteLine($"The profile {bank.Name} is what is usual: confirm it with your bank.");
            var rows = new DebitRows(content, shared.Where(s => parsed.GetValue(s.Value) is not null).ToDictionary(s => s.Key, s => parsed.GetValue(s.Value)!));
            var now = parsed.GetValue(created) ?? TimeZoneInfo.ConvertTime(TimeProvider.System.GetUtcNow(), BusinessClock.Brussels).DateTime;
            var message = parsed.GetValue(id) ?? $"DOMI-{Convert.ToHexString(SHA256.HashData(content))[..16]}";
            if (message.Length > 24 || !SepaText.IsAllowedIdentifier(message)) throw new SettingsException($"--message-id: '{message}' has not 1 to 24 of the characters of SEPA.");
            return Write(rows.Read(message), bank, message, now, parsed.GetValue(to)!, rows.Faults);
        });
        return command;
    }

    private static int Write(List<(int Line, BatchKey Key, string CreditorName, Debit Debit)> debits, BankProfile bank, string message, DateTime now, string folder, List<string> faults)
    {
        var sorted = debits.OrderBy(d => d.Key.SortKey, StringComparer.Ordinal).ThenBy(d => d.Debit.EndToEndId, StringComparer.Ordinal).ToList();
        foreach (var (line, key, name, debit) in debits.OrderBy(d => d.Line))
        {
            var batch = Batch(key, name, "CHECK", 1, debit.Amount, bank);
            if (bank.NeedsBic && debit.DebtorBic is null) faults.Add($"line {line}: sepa.agent: {bank.Bank} asks for the BIC.");
            if (TargetCalendar.IsOpen(key.CollectOn) && bank.CheckDate(key.CollectOn, now) is { } date) faults.Add($"line {line}: {date.Rule}: {date.Message}");
            foreach (var fault in PaymentRules.Check((DebitBatch)PaymentFile.Fit(batch, bank)).Concat(PaymentRules.Check((Debit)PaymentFile.Fit(debit, bank), batch, DateOnly.FromDateTime(now))))
                faults.Add($"line {line}: {fault.Rule}: {fault.Message}");
        }

        faults.AddRange(debits.GroupBy(d => d.Debit.EndToEndId).Where(g => g.Count() > 1).Select(g => $"line {g.Last().Line}: sepa.duplicate: the end-to-end id {g.Key} stands in {g.Count()} rows."));
        if (faults.Count > 0)
        {
            foreach (var fault in faults.Take(100)) Console.WriteLine(fault);
            Console.WriteLine($"{BankFileCommands.Counted(faults.Count, "fault")}: nothing is written");
            return 1;
        }

        var planned = CollectionPlan.Make(sorted.Select(d => (d.Key, d.Debit.Amount)), bank);
        var files = planned.Select((file, n) => (File: file, Id: planned.Count == 1 ? message : string.Create(CultureInfo.InvariantCulture, $"{message}-{n + 1}"))).ToList();
        if (files.Select(f => Path.Combine(folder, f.Id + ".xml")).FirstOrDefault(File.Exists) is { } there) throw new SettingsException($"{there} is there already: a bank takes a message id once.");

        var at = 0;
        foreach (var (file, own) in files)
        {
            var (path, first) = (Path.Combine(folder, own + ".xml"), at);
            try
            {
                PaymentFile.Release(path, () => Parts(file, sorted.Skip(first), own, now, bank), bank);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new SettingsException($"{path} cannot be written: {e.Message}");
            }

            at += file.Count;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path}: {bank.DirectDebits}, {BankFileCommands.Counted(file.Batches.Count, "batch", "batches")}, {BankFileCommands.Counted(file.Count, "direct debit")} of {file.Sum:N2} euro"));
        }

        return 0;
    }

    private static IEnumerable<FilePart> Parts(PlannedFile file, IEnumerable<(int Line, BatchKey Key, string CreditorName, Debit Debit)> debits, string message, DateTime now, BankProfile bank)
    {
        using var each = debits.GetEnumerator();
        for (var n = 0; n < file.Batches.Count; n++)
        {
            var batch = file.Batches[n];
            for (var i = 0; i < batch.Count && each.MoveNext(); i++)
            {
                if (n == 0 && i == 0) yield return new PaymentMessage { Id = message, CreatedAt = now, InitiatorName = each.Current.CreditorName, Count = file.Count, Sum = file.Sum };
                if (i == 0) yield return Batch(batch.Key, each.Current.CreditorName, string.Create(CultureInfo.InvariantCulture, $"{message}-{n + 1}"), batch.Count, batch.Sum, bank);
                yield return each.Current.Debit;
            }
        }
    }

    private static DebitBatch Batch(BatchKey key, string name, string id, int count, decimal sum, BankProfile bank) => new()
    {
        Id = id,
        Scheme = key.Scheme,
        Sequence = key.Sequence,
        CollectOn = key.CollectOn,
        CreditorName = name,
        CreditorAccount = key.CreditorAccount,
        CreditorBic = BelgianBanks.BicOf(key.CreditorAccount),
        CreditorId = key.CreditorId,
        IsBookedAsBatch = bank.BooksBatches,
        Count = count,
        Sum = sum,
    };

    private static byte[] Content(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MostBytes) throw new SettingsException($"{path} has more than {MostBytes >> 20} MB.");
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{path} cannot be read: {e.Message}");
        }
    }

    private static BankProfile Profile(string name)
    {
        if (BankProfile.Find(name) is { } preset) return preset;
        if (!File.Exists(name)) throw new SettingsException($"There is no profile {name}, and no such file. Profiles: {string.Join(", ", BankProfile.Presets.Select(p => p.Name))}.");
        try
        {
            return BankProfile.Read(File.ReadAllText(name));
        }
        catch (FormatException e)
        {
            throw new SettingsException($"{name}: {e.Message}");
        }
    }

    /// <summary>The rows of a file, as direct debits.</summary>
    private sealed class DebitRows(byte[] content, Dictionary<string, string> forAll)
    {
        public List<string> Faults { get; } = [];

        public List<(int Line, BatchKey Key, string CreditorName, Debit Debit)> Read(string message)
        {
            CsvFile file;
            try
            {
                file = CsvFile.Read(content, MostBytes);
            }
            catch (RefusedException e)
            {
                throw new SettingsException(e.Message);
            }

            var columns = file.Header.Select((name, at) => (name, at)).GroupBy(c => c.name).ToDictionary(g => g.Key, g => g.First().at);
            foreach (var name in columns.Keys.Except([.. Needed, .. Optional, .. Shared.Select(s => s.Column)])) throw new SettingsException($"There is no column '{name}': see domi pain008 --help.");
            foreach (var name in Needed.Where(n => !columns.ContainsKey(n))) throw new SettingsException($"The column {name} is missing.");
            foreach (var (column, option, otherwise, _) in Shared)
                if (otherwise is null && !columns.ContainsKey(column) && !forAll.ContainsKey(column)) throw new SettingsException($"There is neither a column {column} nor {option}.");

            foreach (var fault in file.Faults) Faults.Add($"line {fault.Line}: {fault.Why.Message}");
            if (file.Rows.Count == 0 && Faults.Count == 0) Faults.Add("line 2: there is no row.");
            var debits = new List<(int, BatchKey, string, Debit)>();
            foreach (var row in file.Rows)
            {
                string Cell(string name) => columns.TryGetValue(name, out var at) && row.Cells[at].Length > 0 ? row.Cells[at] : forAll.GetValueOrDefault(name) ?? Shared.FirstOrDefault(s => s.Column == name).Otherwise ?? "";
                try
                {
                    debits.Add((row.Line, Key(Cell), Cell("creditorName"), Debit(Cell, string.Create(CultureInfo.InvariantCulture, $"{message}-{row.Line}"))));
                }
                catch (FormatException e)
                {
                    Faults.Add($"line {row.Line}: {e.Message}");
                }
            }

            return debits;
        }

        private static BatchKey Key(Func<string, string> cell) => new(
            Iban.Parse(cell("creditorIban")), CreditorIdentifier.Parse(cell("creditorId")),
            cell("scheme").ToUpperInvariant() switch { "CORE" => MandateScheme.Core, "B2B" => MandateScheme.B2B, var other => throw new FormatException($"scheme: '{other}' is not CORE or B2B.") },
            cell("sequence").ToUpperInvariant() switch
            {
                "RCUR" => SequenceType.Recurring,
                "FRST" => SequenceType.First,
                "OOFF" => SequenceType.OneOff,
                "FNAL" => SequenceType.Final,
                var other => throw new FormatException($"sequence: '{other}' is not RCUR, FRST, OOFF or FNAL."),
            },
            Day("date", cell("date")));

        private static Debit Debit(Func<string, string> cell, string endToEndId) => new()
        {
            EndToEndId = Given(cell("endToEndId")) ?? endToEndId,
            Amount = Amount(cell("amount")),
            MandateId = cell("mandate"),
            SignedOn = Day("signed", cell("signed")),
            DebtorName = cell("debtorName").Length > 0 ? cell("debtorName") : throw new FormatException("debtorName is empty."),
            DebtorAccount = Iban.Parse(cell("debtorIban")),
            DebtorBic = Given(cell("debtorBic")) is { } bic ? Bic.Parse(bic) : BelgianBanks.BicOf(Iban.Parse(cell("debtorIban"))),
            Text = Given(cell("text")),
            Reference = Given(cell("reference")),
        };

        private static string? Given(string text) => text.Length > 0 ? text : null;

        private static DateOnly Day(string name, string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : throw new FormatException($"{name}: '{text}' is no day (yyyy-MM-dd).");

        // A dot or a comma, and no grouping: 1.234 could be either.
        private static decimal Amount(string text) => decimal.TryParse(text.Replace(',', '.'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) && decimal.Round(amount, 2) == amount
            ? amount
            : throw new FormatException($"amount: '{text}' is no amount in whole cents.");
    }
}
