using Domi.Standards.BankFiles;
using Domi.Testing;

namespace Domi.Standards.Tests.BankFiles;

/// <summary>A creditor with a CORE and a B2B account at the simulated bank, who collects each month and reads all that it sends.</summary>
internal sealed class FileBankWorld
{
    public const int Months = 4;

    public static readonly CreditorIdentifier Creditor = CreditorIdentifier.Parse("BE12ZZZ0456810810");
    public static readonly BankAccount Core = new(Iban.Parse("BE68539007547034"), "Fitness Gent NV", 5_000m, Creditor);
    public static readonly BankAccount Business = new(Iban.Parse("BE71096123456769"), "Fitness Gent NV", 0m, Creditor);

    public static readonly FateRates Often = new() { Rejected = 0.03, RejectedLate = 0.03, Returned = 0.08, Refunded = 0.04, Unauthorised = 0.02, Reversed = 0.01, TransferReturned = 0.2 };

    private const int Debtors = 150;
    private static readonly DateOnly Start = new(2026, 1, 1);

    private readonly BankProfile profile = BankProfile.Presets[0];

    public FileBankWorld(int seed, BankRules rules)
    {
        Rules = rules;
        Bank = new(seed, rules, Core, Business);
    }

    public BankRules Rules { get; }

    public FileBank Bank { get; }

    /// <summary>All that the bank sent, with the day.</summary>
    public List<(DateOnly On, SentFile File)> Sent { get; } = [];

    /// <summary>The ids of the payments of a file that was sent, by the file's id.</summary>
    public Dictionary<string, List<(string Batch, string EndToEndId)>> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>Collects for some months, pays some money back, and closes each day until nothing more comes.</summary>
    /// <param name="closed">After each day.</param>
    public void Play(Action<DateOnly>? closed = null)
    {
        for (var day = Start; day < Start.AddMonths(Months + 1) || !Bank.IsQuiet; day = day.AddDays(1))
        {
            var month = day.Month - 1 + (day.Year - Start.Year) * 12;
            if (day.Day == 20 && month < Months)
            {
                var core = Collection(MandateScheme.Core, month);
                Send(core, day);
                Send(core, day); // by mistake once more
                Send(Collection(MandateScheme.B2B, month), day);
                Send(Transfers(month), day);
            }

            if (day.Day == 9 && month <= Months) Bank.Pay(Core.Iban, Iban.Parse("BE43068999999501"), "Jan Janssens", 49.95m + month, month % 2 == 0 ? "+++090/9337/55493+++" : "Abonnement", day);
            Sent.AddRange(Bank.CloseDay(day).Select(f => (day, f)));
            closed?.Invoke(day);
        }
    }

    private void Send(List<FilePart> parts, DateOnly day)
    {
        var batch = "";
        var ids = new List<(string, string)>();
        foreach (var part in parts)
        {
            if (part is DebitBatch debits) batch = debits.Id;
            if (part is TransferBatch transfers) batch = transfers.Id;
            if (part is Debit debit) ids.Add((batch, debit.EndToEndId));
            if (part is Transfer transfer) ids.Add((batch, transfer.EndToEndId));
        }

        Files[parts.OfType<PaymentMessage>().Single().Id] = ids;
        Sent.AddRange(Bank.Receive(Written(parts, profile), new(day.ToDateTime(new(10, 0)), TimeSpan.FromHours(1))).Select(f => (day, f)));
    }

    // Two batches a file; from the second month on one payment that was sent the month before already.
    private static List<FilePart> Collection(MandateScheme scheme, int month)
    {
        var (name, account, count) = scheme is MandateScheme.Core ? ("C", Core.Iban, Debtors) : ("B", Business.Iban, Debtors / 3);
        var collectOn = TargetCalendar.NextOpen(new DateOnly(2026, 1, 28).AddMonths(month));
        var batches = new List<FilePart[]>();
        for (var part = 0; part < 2; part++)
        {
            Debit[] debits = [.. Enumerable.Range(part * count, count).Select(n => Payments.Debit($"{name}-{month}-{n}", 20m + n * 0.17m + month) with { MandateId = $"M{name}-{n}", Text = $"Abonnement {month}" })];
            if (part == 1 && month > 0) debits[7] = Payments.Debit($"{name}-{month - 1}-1", 21m) with { MandateId = $"M{name}-1" };
            batches.Add([Payments.Batch($"{name}{month}-{part}") with { Scheme = scheme, CreditorAccount = account, CollectOn = collectOn, IsBookedAsBatch = scheme is MandateScheme.Core, Count = debits.Length, Sum = debits.Sum(d => d.Amount) }, .. debits]);
        }

        return Message($"DD-{name}-{month}", month, batches);
    }

    private static List<FilePart> Transfers(int month)
    {
        Transfer[] transfers = [.. Enumerable.Range(0, 12).Select(n => Payments.Transfer($"T-{month}-{n}", 5m + n))];
        return Message($"CT-{month}", month, [[Payments.Transfers() with { Id = $"T{month}", DebtorAccount = Core.Iban, ExecuteOn = TargetCalendar.NextOpen(new DateOnly(2026, 1, 22).AddMonths(month)), Count = transfers.Length, Sum = transfers.Sum(t => t.Amount) }, .. transfers]]);
    }

    private static List<FilePart> Message(string id, int month, List<FilePart[]> batches)
    {
        var amounts = batches.SelectMany(b => b).Select(p => p switch { Debit d => d.Amount, Transfer t => t.Amount, _ => 0m }).Where(a => a > 0).ToList();
        return [Payments.Message() with { Id = id, CreatedAt = new DateTime(2026, 1, 20, 9, 0, 0).AddMonths(month), Count = amounts.Count, Sum = amounts.Sum() }, .. batches.SelectMany(b => b)];
    }

    public static MemoryStream Written(IEnumerable<FilePart> parts, BankProfile profile)
    {
        var file = new MemoryStream();
        PaymentFile.Write(file, parts, profile);
        file.Position = 0;
        return file;
    }
}

/// <summary>What a creditor knows who has nothing but the bank's files.</summary>
internal sealed class FileBankLedger(FileBankWorld world)
{
    private readonly HashSet<string> identities = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> byReference = new(StringComparer.Ordinal);

    public Dictionary<string, List<StatementEnd>> Statements { get; } = new(StringComparer.Ordinal);

    /// <summary>Booked entries with their account.</summary>
    public List<(string Account, Entry Entry)> Entries { get; } = [];

    /// <summary>Payments of statements, and of notifications in place of what the statement left out.</summary>
    public List<(Entry Entry, EntryDetail Detail)> Details { get; } = [];

    /// <summary>Payments that were rejected, with the reason.</summary>
    public Dictionary<string, string> Rejected { get; } = new(StringComparer.Ordinal);

    public int Repeated { get; private set; }

    public int Cut { get; private set; }

    /// <summary>Reports of payments that a statement had shown as come back already.</summary>
    public int ToldLate { get; private set; }

    public List<Finding> Findings { get; } = [];

    public void Read(SentFile file)
    {
        var parts = BankFile.Read(new MemoryStream(file.Content)).ToList();
        if (parts.OfType<Finding>().Any(f => f.Severity is Severity.Reject))
        {
            Cut++;
            return;
        }

        Findings.AddRange(parts.OfType<Finding>());
        if (file.Kind is FileKind.StatusReport) ReadReport(parts);
        else ReadStatement(parts);
    }

    /// <summary>The end-to-end id of a payment, also where the bank left it out.</summary>
    public string? Name(EntryDetail detail) => detail.EndToEndId ?? (detail.BankReference is { } own ? byReference.GetValueOrDefault(own) : null);

    private void ReadStatement(List<FilePart> parts)
    {
        var head = parts.OfType<Statement>().Single();
        if (!identities.Add($"{head.Kind} {head.Identity}"))
        {
            Repeated++;
            return;
        }

        var entries = parts.OfType<Entry>().ToDictionary(e => e.Number);
        if (head.Kind is FileKind.Statement)
        {
            if (!Statements.TryGetValue(head.Account, out var ends)) Statements.Add(head.Account, ends = []);
            ends.Add(parts.OfType<StatementEnd>().Single());
            Entries.AddRange(entries.Values.Select(e => (head.Account, e)));
        }

        foreach (var detail in parts.OfType<EntryDetail>())
        {
            Details.Add((entries[detail.EntryNumber], detail));
            if (detail is { EndToEndId: { } id, BankReference: { } reference }) byReference.TryAdd(reference, id);
        }
    }

    private void ReadReport(List<FilePart> parts)
    {
        var report = parts.OfType<StatusReport>().Single();
        var isDuplicate = report.Status is { IsRejected: true, Reason: "DU01" };
        foreach (var part in parts)
        {
            if (part is BatchStatus { Status: { IsRejected: true } batch } whole && !parts.OfType<TransactionStatus>().Any(t => t.BatchId == whole.BatchId))
            {
                foreach (var (_, own) in world.Files[report.OriginalMessageId].Where(p => p.Batch == whole.BatchId)) Rejected.Add(own, batch.Reason!);
            }
            // The second one of two with the same id is refused: that says nothing of the first.
            else if (part is TransactionStatus { Status: { IsRejected: true, Reason: not "AM05" } status } payment && !isDuplicate)
            {
                Rejected.Add(payment.EndToEndId!, status.Reason!);
                if (Details.Any(d => d.Detail.ReturnReason is not null && Name(d.Detail) == payment.EndToEndId)) ToldLate++;
            }
        }
    }
}
