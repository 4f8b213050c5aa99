using Domi.Engine.Creditors;
using Domi.Engine.DirectDebits;
using Domi.Engine.Mandates;
using Domi.Engine.Transfers;
using Domi.Platform;
using Domi.Standards;
using Domi.Standards.BankFiles;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.CollectionRuns;

/// <summary>What stands in a file for the bank, made from the rows: the same rows make the same bytes.</summary>
internal static class FileContent
{
    /// <summary>The parts of a file, as of an instant.</summary>
    public static async Task<IReadOnlyList<FilePart>> PartsAsync(EngineDb db, OutgoingFile file, BankContract contract, DateTimeOffset at, CancellationToken ct)
    {
        var creditor = await db.Creditors.AsNoTracking().SingleAsync(c => c.Id == file.CreditorId, ct);
        var parts = new List<FilePart>();
        if (file.Kind is OutgoingKind.DirectDebits)
        {
            var identifier = CreditorIdentifier.Parse(creditor.CreditorIdentifier);
            var runs = await db.CollectionRuns.AsNoTracking().Where(r => r.FileId == file.Id).OrderBy(r => r.Number).ToListAsync(ct);
            var ids = runs.ConvertAll(r => (Guid?)r.Id);
            var debits = (await (from d in db.DirectDebits.AsNoTracking()
                                 join m in db.Mandates.AsNoTracking() on d.MandateId equals m.Id
                                 where ids.Contains(d.RunId)
                                 orderby d.Number, d.Attempt
                                 select new { Debit = d, Mandate = m }).ToListAsync(ct)).ToLookup(d => d.Debit.RunId!.Value);
            foreach (var run in runs.Where(r => debits.Contains(r.Id)))
            {
                var of = debits[run.Id].ToList();
                var key = new BatchKey(file.Account, identifier, of[0].Mandate.Scheme, run.Sequence, run.RequestedOn);
                parts.Add(BatchOf(key, run.PaymentInformationId, contract, creditor, of.Count, of.Sum(d => d.Debit.Amount)));
                parts.AddRange(of.Select(d => DebitOf(d.Debit, d.Mandate)));
            }
        }
        else
        {
            var runs = await db.TransferRuns.AsNoTracking().Where(r => r.FileId == file.Id).OrderBy(r => r.Number).ToListAsync(ct);
            foreach (var run in runs)
            {
                var transfers = await db.Transfers.AsNoTracking().Where(t => t.RunId == run.Id).OrderBy(t => t.CreatedAt).ThenBy(t => t.Id).ToListAsync(ct);
                if (transfers.Count == 0) continue;
                parts.Add(BatchOf(contract, creditor, run.PaymentInformationId, ExecuteOn(contract.Bank, at), transfers.Count, transfers.Sum(t => t.Amount)));
                parts.AddRange(transfers.Select(TransferOf));
            }
        }

        var (count, sum) = (parts.Sum(p => p switch { DebitBatch b => b.Count, TransferBatch b => b.Count, _ => 0 }), parts.Sum(p => p switch { DebitBatch b => b.Sum, TransferBatch b => b.Sum, _ => 0m }));
        parts.Insert(0, new PaymentMessage
        {
            Id = file.MessageId,
            CreatedAt = TimeZoneInfo.ConvertTime(at, BusinessClock.Brussels).DateTime,
            InitiatorName = contract.Holder,
            InitiatorId = creditor.EnterpriseNumber?.Value,
            Count = count,
            Sum = sum,
        });
        return parts;
    }

    /// <summary>Why a collection cannot stand in a file; null when it can.</summary>
    public static Held? Fault(DirectDebit debit, Mandate mandate, DebitBatch batch, BankProfile bank, DateOnly today) =>
        First(PaymentRules.Check((Debit)PaymentFile.Fit(DebitOf(debit, mandate), bank), batch, today)) ?? (bank.NeedsBic && mandate.DebtorBic is null ? new("bic") : null);

    /// <summary>Why a transfer cannot stand in a file; null when it can.</summary>
    public static Held? Fault(CreditTransfer transfer, TransferBatch batch, BankProfile bank) => First(PaymentRules.Check((Transfer)PaymentFile.Fit(TransferOf(transfer), bank), batch));

    // What comes after the cut-off counts as of the next day.
    private static DateOnly ExecuteOn(BankProfile bank, DateTimeOffset at) =>
        TimeZoneInfo.ConvertTime(at, BusinessClock.Brussels).DateTime is var local && TimeOnly.FromDateTime(local) < bank.CutOff ? TargetCalendar.NextOpen(DateOnly.FromDateTime(local)) : TargetCalendar.NextOpen(DateOnly.FromDateTime(local).AddDays(1));

    public static DebitBatch BatchOf(BatchKey key, string id, BankContract contract, Creditor creditor, int count, decimal sum) => new()
    {
        Id = id,
        Scheme = key.Scheme,
        Sequence = key.Sequence,
        CollectOn = key.CollectOn,
        CreditorName = contract.Holder.Length > 0 ? contract.Holder : creditor.Name,
        CreditorAccount = key.CreditorAccount,
        CreditorBic = contract.Bic,
        CreditorId = key.CreditorId,
        IsBookedAsBatch = contract.Bank.BooksBatches,
        Count = count,
        Sum = sum,
    };

    public static TransferBatch BatchOf(BankContract contract, Creditor creditor, string id, DateOnly on, int count, decimal sum) => new()
    {
        Id = id,
        ExecuteOn = on,
        DebtorName = contract.Holder.Length > 0 ? contract.Holder : creditor.Name,
        DebtorAccount = contract.Account,
        DebtorBic = contract.Bic,
        IsBookedAsBatch = contract.Bank.BooksBatches,
        Count = count,
        Sum = sum,
    };

    private static Debit DebitOf(DirectDebit debit, Mandate mandate) => new()
    {
        EndToEndId = debit.EndToEndId,
        Amount = debit.Amount,
        MandateId = mandate.Reference,
        SignedOn = mandate.SignedOn ?? mandate.PreparedAt.BrusselsDate(),
        // Until one on the new account is settled, each tells that there was another: whichever bank that was. Source: AT-24, SMNDA.
        Amendment = mandate.FormerAccount is null ? null : new() { HasNewAccount = true },
        DebtorName = mandate.DebtorName is { Length: > 0 } name ? name : "NOTPROVIDED",
        DebtorAccount = mandate.DebtorAccount!.Value,
        DebtorBic = mandate.DebtorBic,
        DebtorAddress = mandate is { DebtorCity: { Length: > 0 } city, DebtorCountry: { Length: 2 } country }
            ? new() { Street = mandate.DebtorStreet, PostalCode = mandate.DebtorZip is { Length: <= 16 } zip ? zip : null, Town = city.Length > 35 ? city[..35] : city, Country = country }
            : null,
        Reference = StructuredCommunication.TryParse(debit.Message, out var communication) ? communication.Value : null,
        Text = StructuredCommunication.TryParse(debit.Message, out _) ? null : debit.Message is { Length: > 0 } message ? message : "Collection",
    };

    private static Transfer TransferOf(CreditTransfer transfer) => new()
    {
        EndToEndId = transfer.EndToEndId,
        Amount = transfer.Amount,
        CreditorName = transfer.Name.Length > 0 ? transfer.Name : "NOTPROVIDED",
        CreditorAccount = transfer.Account,
        CreditorBic = transfer.Bic,
        Text = transfer.Message.Length > 0 ? transfer.Message : "Refund",
    };

    private static Held? First(IReadOnlyList<Finding> faults) => faults.Count == 0 ? null : new(faults[0].Rule);
}
