using System.Globalization;
using Domi.Engine.Creditors;
using Domi.Engine.DirectDebits;
using Domi.Engine.Mandates;
using Domi.Engine.Profiles;
using Domi.Engine.Transfers;
using Domi.Platform;
using Domi.Standards;
using Domi.Standards.BankFiles;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Domi.Engine.CollectionRuns;

/// <summary>What was made for the bank, and what had to stay behind and why.</summary>
/// <param name="Files">Each waits for its release.</param>
/// <param name="Runs">Their batches, in order.</param>
/// <param name="LeftOut">Number of the collection, or end-to-end id of the transfer, with the reason.</param>
internal sealed record MadeFiles(IReadOnlyList<OutgoingFile> Files, IReadOnlyList<string> Runs, IReadOnlyList<(string Which, Held Why)> LeftOut);

/// <summary>Who has a file made: a person, who then is not the second one; a key of the API; or the night.</summary>
internal sealed record Maker(string Name, Guid? Person);

/// <summary>Puts what is due together into files for the creditor's own bank, inside the running transaction.</summary>
/// <remarks>
/// Due is what is open, on a mandate that lives, for a day that the bank can still meet; what the bank cannot meet any more is moved to the first
/// day that it can. What breaks a rule of the scheme, or was not announced in time, stays open and is told: one bad account must not keep the
/// others from the bank.
/// Source: EPC130-08 and EPC131-08, C2B implementation guidelines; `CollectionPlan` cuts by the bank's limits.
/// </remarks>
internal sealed class MakeFiles(EngineDb db, AnnounceCollections announce, BusinessClock clock)
{
    /// <summary>The contract by which something leaves now; null: the simulated bank has it.</summary>
    public static Task<BankContract?> ContractAsync(EngineDb db, Guid creditorId, CancellationToken ct) =>
        db.BankContracts.AsNoTracking().SingleOrDefaultAsync(c => c.CreditorId == creditorId && c.IsActive, ct);

    /// <summary>Collections of a profile.</summary>
    /// <param name="wanted">Not before this day; null: as announced.</param>
    /// <param name="until">Also what was announced for later, up to this day.</param>
    /// <param name="announces">What nothing announced is announced by mail, whatever the profile says, and stays until its notice is over.</param>
    public async Task<MadeFiles> CollectAsync(BankContract contract, Profile profile, DateOnly? wanted, DateOnly? until, Maker by, CancellationToken ct, bool announces = false)
    {
        await db.TakeTurnsAsync(profile.Id, ct);
        var creditor = await db.Creditors.AsNoTracking().SingleAsync(c => c.Id == profile.CreditorId, ct);
        if (!CreditorIdentifier.TryParse(creditor.CreditorIdentifier, out var identifier)) throw new RefusedException("err_no_creditor_id", "The creditor has no creditor identifier.");
        var (bank, local) = (contract.Bank, clock.GetLocalNow().DateTime);
        var earliest = bank.EarliestCollection(local);
        var last = until > earliest ? until.Value : earliest;
        var waits = announces || profile.AnnouncesCollections ? await announce.Async(profile, last, DayOf, contract.MostPerCollection, ct) : new Dictionary<Guid, Waits>();
        var candidates = await (from d in db.DirectDebits
                                join m in db.Mandates on d.MandateId equals m.Id
                                where d.CreditorId == profile.CreditorId && d.State == DirectDebitState.Open && !d.IsCard && d.RequestedOn <= last && m.ProfileId == profile.Id && m.DebtorAccount != null
                                    && m.State != MandateState.Prepared && m.State != MandateState.SignedPendingDebtorBank && ((m.State == MandateState.Signed && !m.IsSuspended) || d.IsForced)
                                orderby d.Number
                                select new { Debit = d, Mandate = m }).ToListAsync(ct);
        var leftOut = new List<(string, Held)>();
        var fresh = Troubled(waits);
        var chosen = new List<(DirectDebit Debit, Mandate Mandate, BatchKey Key)>();
        foreach (var c in candidates)
        {
            var number = c.Debit.Number.ToString(CultureInfo.InvariantCulture);
            if (waits.TryGetValue(c.Debit.Id, out var wait))
            {
                leftOut.Add((number, wait.Why));
                if (wait is { IsNew: true, NeedsSomebody: false }) fresh.Add(number);
                continue;
            }

            var day = DayOf(c.Debit.RequestedOn);
            var sequence = bank.UsesFirst && c.Mandate.LastCollectedOn is null ? SequenceType.First : SequenceType.Recurring;
            var key = new BatchKey(contract.Account, identifier, c.Mandate.Scheme, sequence, day);
            var fault = (bank.CheckDate(day, local) is not null ? Held.Of("too_far", DateOnly.FromDateTime(local).AddDays(bank.MaxAheadDays)) : null)
                ?? (c.Debit.Amount > contract.MostPerCollection ? Held.Of("too_much", contract.MostPerCollection.Value) : null)
                ?? FileContent.Fault(c.Debit, c.Mandate, FileContent.BatchOf(key, "B", contract, creditor, 1, c.Debit.Amount), bank, clock.Today);
            if (fault is null)
            {
                chosen.Add((c.Debit, c.Mandate, key));
                continue;
            }

            leftOut.Add((number, fault));
            if (c.Debit.Hold(fault, clock.GetUtcNow())) fresh.Add(number);
        }

        Tell(contract, by, fresh);
        chosen = [.. chosen.OrderBy(c => c.Key.SortKey, StringComparer.Ordinal).ThenBy(c => c.Debit.Number)];
        var (files, runs, next) = (new List<OutgoingFile>(), new List<string>(), 0);
        foreach (var planned in CollectionPlan.Make(chosen.Select(c => (c.Key, c.Debit.Amount)), bank))
        {
            var file = await AddAsync(contract, creditor, OutgoingKind.DirectDebits, planned.Count, planned.Sum, by, ct);
            files.Add(file);
            foreach (var batch in planned.Batches)
            {
                var run = await RunOf.AddAsync(db, profile, batch.Key.CollectOn, null, clock, ct, file.Id, batch.Key.Sequence);
                runs.Add(run.PaymentInformationId);
                foreach (var (debit, _, key) in chosen.Skip(next).Take(batch.Count))
                {
                    if (debit.RequestedOn != key.CollectOn) debit.Postpone(key.CollectOn, clock.GetUtcNow());
                    debit.HandOver(run.Id, null, clock.GetUtcNow());
                }

                next += batch.Count;
            }
        }

        return new(files, runs, leftOut);

        DateOnly DayOf(DateOnly requested) => TargetCalendar.NextOpen(new[] { requested, requested <= last && wanted is { } later ? later : earliest, earliest }.Max());
    }

    /// <summary>Announces what is near, of a profile that somebody else puts together.</summary>
    public async Task AnnounceAsync(BankContract contract, Profile profile, Maker by, CancellationToken ct)
    {
        await db.TakeTurnsAsync(profile.Id, ct);
        var earliest = contract.Bank.EarliestCollection(clock.GetLocalNow().DateTime);
        Tell(contract, by, Troubled(await announce.Async(profile, earliest, day => TargetCalendar.NextOpen(day > earliest ? day : earliest), contract.MostPerCollection, ct)));
    }

    private static List<string> Troubled(IReadOnlyDictionary<Guid, Waits> waits) =>
        [.. waits.Values.Where(w => w is { IsNew: true, NeedsSomebody: true }).Select(w => w.Debit.Number.ToString(CultureInfo.InvariantCulture))];

    /// <summary>Transfers that are due. What gives a collection back waits as long as the debtor may still have his bank do so, unless a person says otherwise.</summary>
    public async Task<MadeFiles> TransferAsync(BankContract contract, Maker by, CancellationToken ct)
    {
        var (today, bank) = (clock.Today, contract.Bank);
        await db.TakeTurnsAsync(contract.CreditorId, ct);
        var creditor = await db.Creditors.AsNoTracking().SingleAsync(c => c.Id == contract.CreditorId, ct);
        var claimable = today.AddDays(-CreditTransfer.ClaimDays);
        var open = await db.Transfers.Where(t => t.CreditorId == contract.CreditorId && t.State == TransferState.Open && t.RequestedOn <= today
            && !db.Beneficiaries.Any(b => b.CreditorId == t.CreditorId && b.Account == t.Account && !b.IsAvailable)
            && (t.IsFreed || t.DirectDebitId == null || !db.DirectDebits.Any(d => d.Id == t.DirectDebitId && d.State == DirectDebitState.Paid && d.SettledOn > claimable && db.Mandates.Any(m => m.Id == d.MandateId && m.Scheme == MandateScheme.Core)))
            ).OrderBy(t => t.CreatedAt).ThenBy(t => t.Id).ToListAsync(ct);
        // Where the collection was taken back meanwhile, the debtor has his money already.
        var returned = await db.DirectDebits.Where(d => open.Select(t => t.DirectDebitId).Contains(d.Id) && d.State == DirectDebitState.Failed).Select(d => d.Id).ToListAsync(ct);
        var day = TargetCalendar.NextOpen(today);
        var leftOut = new List<(string, Held)>();
        var fresh = new List<string>();
        var chosen = new List<CreditTransfer>();
        foreach (var transfer in open)
        {
            var fault = transfer.DirectDebitId is { } of && returned.Contains(of) ? new("taken_back")
                : FileContent.Fault(transfer, FileContent.BatchOf(contract, creditor, "B", day, 1, transfer.Amount), bank);
            if (fault is null)
            {
                chosen.Add(transfer);
                continue;
            }

            leftOut.Add((transfer.EndToEndId, fault));
            if (transfer.Hold(fault)) fresh.Add(transfer.Name);
        }

        Tell(contract, by, fresh);

        var (files, runs) = (new List<OutgoingFile>(), new List<string>());
        foreach (var part in chosen.Chunk(Math.Min(bank.MaxPaymentsPerBatch, bank.MaxPaymentsPerFile)))
        {
            var file = await AddAsync(contract, creditor, OutgoingKind.Transfers, part.Length, part.Sum(t => t.Amount), by, ct);
            files.Add(file);
            var number = await db.NextObjectNumberAsync(contract.CreditorId, ct);
            var run = new TransferRun
            {
                CreditorId = contract.CreditorId,
                Number = number,
                PaymentInformationId = string.Create(CultureInfo.InvariantCulture, $"Domi-T-{today:yyyyMMdd}-{number}"),
                Account = contract.Account,
                FileId = file.Id,
                CreatedAt = clock.GetUtcNow(),
            };
            db.TransferRuns.Add(run);
            runs.Add(run.PaymentInformationId);
            foreach (var transfer in part) transfer.Send(run.Id, null);
        }

        return new(files, runs, leftOut);
    }

    // Whoever asks through the API, and the night, have no screen: the console's activity tells it, once for each reason.
    private void Tell(BankContract contract, Maker by, List<string> fresh)
    {
        if (fresh.Count > 0)
            db.ConsoleActs.Add(new() { CreditorId = contract.CreditorId, UserId = by.Person, Name = by.Name, Act = "file.stayed_behind", Subject = Shorten.To(200, $"{fresh.Count}: {string.Join(", ", fresh)}"), At = clock.GetUtcNow() });
    }

    private async Task<OutgoingFile> AddAsync(BankContract contract, Creditor creditor, OutgoingKind kind, int count, decimal amount, Maker by, CancellationToken ct)
    {
        var number = await db.NextObjectNumberAsync(contract.CreditorId, ct);
        var file = new OutgoingFile
        {
            CreditorId = contract.CreditorId,
            Number = number,
            MessageId = string.Create(CultureInfo.InvariantCulture, $"Domi-{creditor.MerchantId}-{clock.Today:yyyyMMdd}-{number}"),
            Kind = kind,
            Account = contract.Account,
            MadeBy = by.Name,
            MadeById = by.Person,
            MadeAt = clock.GetUtcNow(),
        };
        file.Holds(count, amount);
        db.OutgoingFiles.Add(file);
        return file;
    }
}

/// <summary>Every night: what profiles send by themselves is put together; what is within the limit is released.</summary>
internal sealed class CollectByNight(EngineDb db, MakeFiles make, ReleaseFile release, ILogger<CollectByNight> log) : IRecurring
{
    public static string Name => "collect-by-night";

    public static DateTimeOffset NextAfter(DateTimeOffset due, DomiSettings settings) => due.BrusselsDate().AddDays(1).At(3);

    public async Task RunAsync(DateTimeOffset due, CancellationToken ct)
    {
        foreach (var contract in await db.BankContracts.AsNoTracking().Where(c => c.IsActive).OrderBy(c => c.Id).ToListAsync(ct))
        {
            var profiles = await db.Profiles.AsNoTracking().Where(p => p.CreditorId == contract.CreditorId && p.Kind == AgreementKind.DirectDebit && (p.SendsByItself || p.AnnouncesCollections)).OrderBy(p => p.Number).ToListAsync(ct);
            foreach (var profile in profiles)
            {
                try
                {
                    if (!profile.SendsByItself)
                    {
                        await db.WriteOrRepeatAsync(token => make.AnnounceAsync(contract, profile, new("Domi", null), token), ct);
                        db.ChangeTracker.Clear();
                        continue;
                    }

                    var made = await db.WriteOrRepeatAsync(token => make.CollectAsync(contract, profile, null, null, new("Domi", null), token), ct);
                    db.ChangeTracker.Clear();
                    foreach (var (which, why) in made.LeftOut) log.LogWarning("Collection {Number} stays behind: {Why}", which, why);
                }
                catch (RefusedException refused)
                {
                    log.LogWarning("Profile {Profile}: nothing was put together ({Why}).", profile.Name, refused.Message);
                }
            }

            // Also those that an earlier night made and did not come to release.
            var waiting = await db.OutgoingFiles.AsNoTracking().Where(f => f.CreditorId == contract.CreditorId && f.State == OutgoingState.Waiting && f.MadeById == null && f.Amount <= contract.ReleaseLimit).OrderBy(f => f.Number).Select(f => f.Number).ToListAsync(ct);
            foreach (var number in waiting)
            {
                try
                {
                    await release.Async(contract.CreditorId, number, "Domi", null, ct);
                }
                catch (RefusedException refused)
                {
                    log.LogWarning("File {Number} was not released ({Why}).", number, refused.Message);
                }
            }
        }
    }
}
