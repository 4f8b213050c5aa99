using System.Globalization;
using Domi.Engine.Creditors;
using Domi.Standards.BankFiles;

namespace Domi.Engine.Files;

/// <summary>One payment that came in, or what went out again.</summary>
/// <param name="Amount">Positive came in.</param>
/// <param name="Reason">Why a direct debit came back; null for all else.</param>
internal sealed record ReconciliationRow(
    DateOnly On, decimal Amount, string Name, string? Account, string Message, string? Reference, string EndToEndId, string? MandateId = null, string? Reason = null);

/// <summary>A day of payments as a statement for the bookkeeping program: it opens at nothing, and closes at the day's sum.</summary>
/// <remarks>Each payment is an entry; in CODA all that came in is one, in <c>coda6</c> with the payments behind it.</remarks>
internal static class ReconciliationStatement
{
    /// <summary>What the API calls a format: the format it is, and how its file's name ends.</summary>
    public static readonly IReadOnlyDictionary<string, (string Format, string Ending)> Formats = new Dictionary<string, (string, string)>(StringComparer.Ordinal)
    {
        ["camt"] = ("camt.053.001.02", "camt53.xml"),
        ["coda"] = (StatementFile.CodaTotals, "coda.cod"),
        ["coda6"] = (StatementFile.Coda, "coda6.cod"),
        ["mt940"] = (StatementFile.Mt940, "mt940.sta"),
        ["mt940f"] = (StatementFile.Mt940, "mt940f.sta"),
    };

    /// <param name="format">One of <see cref="Formats"/>.</param>
    /// <param name="kind"><c>sdd</c> or <c>paylink</c>.</param>
    /// <param name="createdAt">Local time.</param>
    /// <exception cref="InvalidDataException">What was written does not read back as what was meant.</exception>
    public static byte[] Write(string format, Creditor creditor, string kind, DateOnly day, IReadOnlyList<ReconciliationRow> rows, DateTime createdAt)
    {
        var merchant = creditor.MerchantId.ToString(CultureInfo.InvariantCulture);
        var statement = new Statement
        {
            Kind = FileKind.Statement,
            Id = $"{kind[..3]}-{day:yyMMdd}", // CODA has ten places
            MessageId = $"{kind}-{merchant}-{day:yyyyMMdd}",
            Number = day.DayOfYear,
            Account = creditor.Account?.Value ?? merchant,
            Currency = "EUR",
            Holder = creditor.Name,
            From = day,
            Until = day,
            Balances = [new("OPBD", 0m, day), new("CLBD", rows.Sum(r => r.Amount), day)],
        };
        var (written, _) = Formats[format];
        var parts = Entries(statement.Id, kind, rows, creditor.CreditorIdentifier, isGrouped: format is "coda" or "coda6").ToList();
        using var memory = new MemoryStream();
        StatementFile.Write(memory, written, statement, parts, createdAt);
        var content = memory.ToArray();
        var faults = StatementFile.Check(() => new MemoryStream(content), written, statement, parts).Take(10).ToList();
        return faults.Count == 0 ? content : throw new InvalidDataException($"The file is not released. {string.Join(" ", faults)}");
    }

    private static IEnumerable<FilePart> Entries(string id, string kind, IReadOnlyList<ReconciliationRow> rows, string creditorId, bool isGrouped)
    {
        var number = 0;
        foreach (var group in rows.GroupBy(r => isGrouped && r.Amount > 0 ? "" : r.EndToEndId + (r.Amount < 0)))
        {
            var own = group.ToList();
            var entry = new Entry
            {
                Number = ++number,
                Amount = own.Sum(r => r.Amount),
                Currency = "EUR",
                BookedOn = own[0].On,
                ValueOn = own[0].On,
                BankReference = string.Create(CultureInfo.InvariantCulture, $"{id}-{number}"),
                TransactionCode = (kind, own[0].Amount < 0) switch { ("sdd", false) => "PMNT/IDDT/ESDD", ("sdd", true) => "PMNT/IDDT/UPDD", (_, false) => "PMNT/RCDT/ESCT", _ => "PMNT/ICDT/ESCT" },
                BatchId = own.Count > 1 ? id : null,
                BatchCount = own.Count > 1 ? own.Count : null,
            };
            yield return entry;
            foreach (var (place, row) in own.Index())
            {
                yield return new EntryDetail
                {
                    EntryNumber = number,
                    Number = place + 1,
                    Amount = row.Amount,
                    EndToEndId = row.EndToEndId,
                    MandateId = row.MandateId,
                    CreditorId = row.MandateId is not null && creditorId.Length > 0 ? creditorId : null,
                    BatchId = entry.BatchId,
                    CounterpartyName = row.Name.Length > 0 ? row.Name : null,
                    CounterpartyAccount = row.Account,
                    Text = row.Message,
                    // Of four letters in every format; a reason of our own is none that a bank gives.
                    ReturnReason = row.Reason is null or { Length: 4 } ? row.Reason : "MS03",
                };
            }
        }
    }
}
