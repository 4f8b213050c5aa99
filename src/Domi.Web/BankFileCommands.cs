using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Domi.Platform;
using Domi.Standards.BankFiles;

namespace Domi.Web;

/// <summary><c>statement</c> and <c>sepa check</c>: what stands in files of banks, and what is wrong with them. They need no database.</summary>
internal static class BankFileCommands
{
    // Of one statement or file; the rest is counted.
    private const int Told = 100;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static IEnumerable<Command> Make() => [Statement(), Sepa()];

    private static Command Statement()
    {
        var files = new Argument<string[]>("FILE") { Description = "Statements, reports or notifications: camt.053, .052, .054 of any version, or CODA.", Arity = ArgumentArity.OneOrMore };
        var json = new Option<bool>("--json") { Description = "Tell it as JSON: a list with one object for each statement." };
        var statement = new Command("statement", """
            Read statements of banks: entries, sums, balances, whether they add up, and what is wrong.

            Exit 1 when there is a finding in any of them, or a file that is no statement.
            """) { files, json };
        statement.SetAction(parsed =>
        {
            var (found, list) = (0, new JsonArray());
            foreach (var one in Readable(parsed.GetValue(files)!).SelectMany(Read))
            {
                found += one.Findings;
                if (parsed.GetValue(json)) list.Add((JsonNode)one.ToJson());
                else Console.WriteLine(one);
            }

            if (parsed.GetValue(json)) Console.WriteLine(list.ToJsonString(Indented));
            return found > 0 ? 1 : 0;
        });
        return statement;
    }

    private static Command Sepa()
    {
        var files = new Argument<string[]>("FILE") { Description = "Files for a bank or from one: pain.001, .002, .008, camt.052, .053, .054, CODA.", Arity = ArgumentArity.OneOrMore };
        var check = new Command("check", """
            Tell what a file is, and each fault with its place and rule: of its schema, of the scheme's rules, of its sums.

            Exit 1 when there is a fault in any of them. Warnings are told too, and are none.
            """) { files };
        check.SetAction(parsed => Readable(parsed.GetValue(files)!).Sum(Check) == 0 ? 0 : 1);
        return new Command("sepa", "Files as banks take and send them.") { check };
    }

    private static IEnumerable<ReadStatement> Read(string path)
    {
        using var file = Open(path);
        var (open, count) = (new ReadStatement(path), 0);
        foreach (var part in BankFile.Read(file))
        {
            switch (part)
            {
                case MessageStart start:
                    open.Format = start.Format;
                    if (start.Kind is not (FileKind.Statement or FileKind.AccountReport or FileKind.Notification)) open.Find(new(Severity.Reject, "file.kind", $"The file is {start.Format}, which is no statement.", "file"));
                    break;
                case Finding finding:
                    open.Find(finding);
                    break;
                case StatementEnd end:
                    open.End = end;
                    count++;
                    yield return open;
                    open = new(path) { Format = open.Format };
                    break;
            }
        }

        // What was found outside of any statement.
        if (count == 0 || open.Findings > 0) yield return open;
    }

    private static int Check(string path)
    {
        string? format = null;
        var (faults, payments, sum, entries) = (0, 0, 0m, 0);
        using (var file = Open(path))
        {
            foreach (var part in BankFile.Read(file))
            {
                if (part is MessageStart start) Console.WriteLine($"{path}: {format = start.Format}, {Words(start.Kind)}");
                else if (part is Finding finding) Tell(finding);
                else if (part is Entry) entries++;
                else if (part is Debit debit) (payments, sum) = (payments + 1, sum + debit.Amount);
                else if (part is Transfer transfer) (payments, sum) = (payments + 1, sum + transfer.Amount);
            }
        }

        if (format is null)
        {
            Console.WriteLine($"{path}: {Counted(faults, "fault")}");
            return faults;
        }

        if (SchemaCheck.Formats.Contains(format))
        {
            using var again = Open(path);
            foreach (var fault in SchemaCheck.Validate(again, format)) Tell(fault);
        }
        else if (!format.StartsWith("CODA", StringComparison.Ordinal))
        {
            Console.WriteLine($"  there is no schema of {format} here: its content alone was looked at");
        }

        if (faults > Told) Console.WriteLine($"  and {faults - Told} more");
        var counted = payments > 0 ? string.Create(CultureInfo.InvariantCulture, $"{Counted(payments, "payment")} of {sum:N2} euro, ") : entries > 0 ? $"{Counted(entries, "entry", "entries")}, " : "";
        Console.WriteLine($"  {counted}{(faults == 0 ? "valid" : Counted(faults, "fault"))}");
        return faults;

        void Tell(Finding finding)
        {
            if (finding.Severity is not Severity.Warn) faults++;
            if (faults <= Told) Console.WriteLine($"  {finding}");
        }
    }

    private static string Words(FileKind kind) => kind switch
    {
        FileKind.CreditTransfers => "transfers to be made",
        FileKind.DirectDebits => "direct debits to be collected",
        FileKind.StatusReport => "status of payments that were sent",
        FileKind.AccountReport => "report of an account within the day",
        FileKind.Notification => "notification of movements",
        _ => "statement of an account",
    };

    /// <summary>A number of things in words: 1 fault, 2 faults.</summary>
    public static string Counted(int count, string one, string? several = null) => string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : several ?? one + "s")}");

    // Whoever names a file that cannot be read is told so before anything is done.
    private static string[] Readable(string[] paths)
    {
        foreach (var path in paths) Open(path).Dispose();
        return paths;
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 64 << 10);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"{path} cannot be read: {e.Message}");
        }
    }

    /// <summary>One statement of a file, or what there is of a file that has none.</summary>
    private sealed class ReadStatement(string path)
    {
        private readonly List<Finding> findings = [];

        public string? Format { get; set; }

        public StatementEnd? End { get; set; }

        public int Findings { get; private set; }

        public void Find(Finding finding)
        {
            Findings++;
            if (findings.Count < Told) findings.Add(finding);
        }

        public JsonObject ToJson() => new()
        {
            ["file"] = path,
            ["format"] = Format,
            ["account"] = End?.Statement.Account,
            ["currency"] = End?.Statement.Currency,
            ["id"] = End?.Statement.Id,
            ["number"] = End?.Statement.Number,
            ["entries"] = End?.Entries,
            ["pending"] = End?.Pending,
            ["payments"] = End?.Details,
            ["credits"] = End?.Credits,
            ["debits"] = End?.Debits,
            ["opening"] = End?.Opening?.Amount,
            ["closing"] = End?.Closing?.Amount,
            ["addsUp"] = End?.AddsUp,
            ["findings"] = new JsonArray([.. findings.Select(f => (JsonNode)new JsonObject { ["severity"] = f.Severity.ToString().ToLowerInvariant(), ["rule"] = f.Rule, ["message"] = f.Message, ["place"] = f.Place })]),
            ["findingCount"] = Findings,
        };

        public override string ToString()
        {
            var lines = new List<string> { $"{path}: {Format ?? "not read"}" };
            if (End is { Statement: var head } end)
            {
                lines.Add($"  {head.Iban?.ToString() ?? head.Account} {head.Currency}, statement {head.Number?.ToString(CultureInfo.InvariantCulture) ?? head.Id ?? "without number"}{(end.Closing?.On is { } on ? $" of {on:yyyy-MM-dd}" : "")}");
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"  {Counted(end.Entries, "entry", "entries")}, {end.Pending} of them pending; {end.Details} payments"));
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"  credits {end.Credits:N2}, debits {end.Debits:N2}"));
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"  opening {Amount(end.Opening)}, closing {Amount(end.Closing)}: {end.AddsUp switch { true => "adds up", false => "does not add up", null => "no two balances to compare" }}"));
            }

            lines.AddRange(findings.Select(f => $"  {f}"));
            if (Findings > findings.Count) lines.Add($"  and {Findings - findings.Count} more");
            return string.Join(Environment.NewLine, lines);
        }

        private static string Amount(Balance? balance) => balance?.Amount.ToString("N2", CultureInfo.InvariantCulture) ?? "none";
    }
}
