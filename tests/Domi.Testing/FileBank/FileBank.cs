using Domi.Standards;
using Domi.Standards.BankFiles;

namespace Domi.Testing;

/// <summary>A bank that is spoken to by files: it takes pain.008 and pain.001, and sends pain.002, statements and camt.054.</summary>
/// <remarks>
/// It has no clock: the day is told. Its seed decides what becomes of each payment and which of its habits shows where, so that the same calls
/// give the same bytes. What it really did stands in <see cref="Truth"/>; all that it keeps back is sent by a month's last TARGET day.
/// Source: the SDD rulebooks for what may happen when; ISO 20022 external code sets for the reasons.
/// </remarks>
public sealed class FileBank
{
    private static readonly TimeZoneInfo Brussels = TimeZoneInfo.FindSystemTimeZoneById("Europe/Brussels");

    private readonly int seed;
    private readonly BankRules rules;
    private readonly Chance chance;
    private readonly Dictionary<Iban, AccountBook> books;
    private readonly HashSet<string> messageIds = new(StringComparer.Ordinal);
    private readonly HashSet<string> batchIds = new(StringComparer.Ordinal);

    // Mandates that were collected on for the last time: the only time, or the final one.
    private readonly HashSet<(CreditorIdentifier, string)> endedMandates = [];
    private readonly SortedDictionary<DateOnly, Queue<Action<DateOnly>>> due = [];
    private readonly List<(DateOnly On, SentFile File)> held = [];
    private List<SentFile> outgoing = [];
    private int references;
    private int reports;
    private DateOnly lastDay;

    public FileBank(int seed, BankRules rules, params IReadOnlyList<BankAccount> accounts)
    {
        if (!StatementFile.Formats.Contains(rules.Statements)) throw new ArgumentException($"{rules.Statements} is no format of statements.", nameof(rules));
        (this.seed, this.rules) = (seed, rules);
        chance = new(new Random(seed), rules);
        books = accounts.Select((a, n) => new AccountBook(a, n + 1, rules, chance)).ToDictionary(b => b.Account.Iban);
        Truth = new(accounts);
    }

    /// <summary>What it really did.</summary>
    public BankTruth Truth { get; }

    /// <summary>Whether nothing more will come, unless something more is sent.</summary>
    public bool IsQuiet => due.Count == 0 && held.Count == 0 && books.Values.All(b => b.Today.Count == 0);

    /// <summary>Takes a file as a bank does: checks the whole, each batch and each payment.</summary>
    /// <param name="file">pain.008 or pain.001; what is neither has no id to answer to, and gets no answer.</param>
    /// <param name="at">When it was handed over.</param>
    /// <returns>The pain.002 that answers, or nothing: then it comes later, or not at all.</returns>
    public IReadOnlyList<SentFile> Receive(Stream file, DateTimeOffset at)
    {
        using var memory = new MemoryStream();
        file.CopyTo(memory);
        var now = TimeZoneInfo.ConvertTime(at, Brussels).DateTime;
        if (ReceivedFile.Read(memory.ToArray()) is not { } received) return [];

        outgoing = [];
        if (!messageIds.Add(received.Message.Id)) RefuseWhole(received, "DU01", now);
        else if (received.Reason is { } reason) RefuseWhole(received, reason, now);
        else Take(received, now);
        return outgoing;
    }

    /// <summary>Somebody pays in; it is booked on the day, or on the next TARGET day.</summary>
    /// <param name="remittance">A Belgian communication or RF reference, else free text.</param>
    /// <returns>The bank's reference.</returns>
    public string Pay(Iban account, Iban from, string name, decimal amount, string? remittance, DateOnly day)
    {
        var isReference = StructuredCommunication.TryParse(remittance, out var communication);
        var reference = isReference ? communication.Value : CreditorReference.TryParse(remittance, out var international) ? international.Value : null;
        var own = NextReference();
        Plan(TargetCalendar.NextOpen(day), on => Book(new(account, on, BookingKind.Incoming, amount, own,
        [
            Payment(amount, own, from, BelgianBanks.BicOf(from)) with { CounterpartyName = name, Reference = reference, Text = reference is null ? remittance : null },
        ])));
        return own;
    }

    /// <summary>What the bank sends for a day: reports of what came back, and a statement per account that moved. Nothing on days TARGET is closed.</summary>
    /// <exception cref="ArgumentException">The day is not after the one before.</exception>
    public IReadOnlyList<SentFile> CloseDay(DateOnly day)
    {
        if (day <= lastDay) throw new ArgumentException($"{day} is not after {lastDay}.", nameof(day));
        lastDay = day;
        outgoing = [];
        if (!TargetCalendar.IsOpen(day)) return outgoing;

        foreach (var book in books.Values) BookStrangers(book, day);
        while (due.Count > 0 && due.First() is var (on, actions) && on <= day)
        {
            while (actions.TryDequeue(out var action)) action(day);
            due.Remove(on);
        }

        foreach (var book in books.Values)
            foreach (var (file, delay) in book.Close(day))
                Send(file, day, delay);
        var endsMonth = TargetCalendar.AddOpenDays(day, 1).Month != day.Month;
        outgoing.AddRange(held.Where(h => endsMonth || h.On <= day).Select(h => h.File));
        held.RemoveAll(h => endsMonth || h.On <= day);
        return outgoing;
    }

    private void RefuseWhole(ReceivedFile file, string reason, DateTime now)
    {
        var day = DateOnly.FromDateTime(now);
        foreach (var (batch, payments) in file.Batches)
        {
            foreach (var payment in payments)
            {
                // A file that comes again is about payments that have their fate already.
                if (reason == "DU01") Truth.Add(new Refusal(file.Message.Id, ReceivedFile.IdOf(batch), ReceivedFile.EndToEndIdOf(payment), reason, day));
                else Refuse(file, batch, payment, reason, day);
            }
        }

        Report(file, now, "RJCT", reason, []);
    }

    private void Take(ReceivedFile file, DateTime now)
    {
        var (day, batches) = (DateOnly.FromDateTime(now), new List<ReportedBatch>());
        foreach (var (batch, payments) in file.Batches)
        {
            var reason = Fault(batch, payments, now);
            var rejected = new List<RejectedPayment>();
            var taken = new List<PaymentTruth>();
            foreach (var payment in payments)
            {
                if ((reason ?? Fault(batch, payment, file)) is { } own)
                {
                    Refuse(file, batch, payment, own, day);
                    if (reason is null) rejected.Add(new(payment, own));
                }
                else if (Fate(batch, payment) is { Kind: FateKind.Rejected } fate)
                {
                    Refuse(file, batch, payment, fate.Reason, day);
                    rejected.Add(new(payment, fate.Reason));
                }
                else
                {
                    taken.Add(Known(file, batch, payment, Fate(batch, payment)));
                }
            }

            batches.Add(new(batch, reason, rejected, taken.Count == 0 ? "RJCT" : rejected.Count > 0 ? "PART" : "ACCP"));
            if (taken.Count > 0 && batch is DebitBatch debits) PlanCollection(file, debits, taken, now);
            else if (taken.Count > 0) PlanTransfers(file, (TransferBatch)batch, taken, now);
        }

        var isRefused = batches.Any(b => b.Status != "ACCP");
        if (isRefused) Report(file, now, batches.All(b => b.Status == "RJCT") ? "RJCT" : "PART", null, batches);
        else if (rules.ReportsAcceptance) Report(file, now, "ACCP", null, []);
    }

    // What is wrong with a batch as a whole.
    private string? Fault(FilePart batch, List<FilePart> payments, DateTime now)
    {
        var (account, count, sum) = batch switch
        {
            DebitBatch b => (b.CreditorAccount, b.Count, b.Sum),
            TransferBatch b => (b.DebtorAccount, b.Count, b.Sum),
            _ => throw new ArgumentException($"{batch} is no batch.", nameof(batch)),
        };
        if (!books.TryGetValue(account, out var book)) return batch is DebitBatch ? "AC03" : "AC02";
        if (!batchIds.Add(ReceivedFile.IdOf(batch))) return "DU02";
        if (count != payments.Count) return "AM18";
        if (sum != payments.Sum(ReceivedFile.AmountOf)) return "AM10";
        if (batch is not DebitBatch debits) return ((TransferBatch)batch).ExecuteOn < DateOnly.FromDateTime(now) ? "DT01" : null;
        if (book.Account.CreditorIds is { Count: > 0 } ids && !ids.Contains(debits.CreditorId)) return "BE05";
        if (PaymentRules.Check(debits).Any(f => f.Rule != "sdd.date")) return "FF01";
        return IsMet(debits.CollectOn, now) || (rules.ShiftsDates && debits.CollectOn < rules.Profile.EarliestCollection(now)) ? null : "DT01";
    }

    private bool IsMet(DateOnly collectOn, DateTime now) => (TargetCalendar.IsOpen(collectOn) || rules.ShiftsDates) && rules.Profile.CheckDate(collectOn, now) is null;

    // What is wrong with a payment.
    private string? Fault(FilePart batch, FilePart payment, ReceivedFile file)
    {
        if (Truth.Payments.TryGetValue(ReceivedFile.EndToEndIdOf(payment), out var known) && known.State is not BankState.Rejected) return "AM05";
        var faults = (batch, payment) switch
        {
            (DebitBatch debits, Debit debit) => PaymentRules.Check(debit, debits, DateOnly.FromDateTime(file.Message.CreatedAt)),
            (TransferBatch transfers, Transfer transfer) => PaymentRules.Check(transfer, transfers),
            _ => [],
        };
        if (faults.Count > 0)
        {
            return faults[0].Rule switch
            {
                "sepa.account" or "sepa.country" => "AC01",
                "sepa.amount" => "AM12",
                "sepa.address" => "BE04",
                "sdd.mandate" or "sdd.amendment" => "MD02",
                _ => "FF01",
            };
        }

        return batch is DebitBatch { CreditorId: var creditor } && endedMandates.Contains(MandateKey(creditor, (Debit)payment)) ? "AG02" : null;
    }

    // The same in every file and on every day: it hangs on the seed and the payment only.
    private Fate Fate(FilePart batch, FilePart payment)
    {
        var random = new Random(Hash(ReceivedFile.EndToEndIdOf(payment)));
        return (batch, payment) switch
        {
            (DebitBatch debits, Debit debit) => rules.Decide?.Invoke(debits, debit) ?? rules.Rates.Draw(debits.Scheme, random),
            (TransferBatch transfers, Transfer transfer) => rules.DecideTransfer?.Invoke(transfers, transfer) ?? rules.Rates.DrawTransfer(random),
            _ => Domi.Testing.Fate.Done,
        };
    }

    private void PlanCollection(ReceivedFile file, DebitBatch batch, List<PaymentTruth> taken, DateTime now)
    {
        var earliest = rules.Profile.EarliestCollection(now);
        var settleOn = TargetCalendar.NextOpen(batch.CollectOn < earliest ? earliest : batch.CollectOn);
        foreach (var payment in taken) payment.Fate.BackOn(settleOn, batch.Scheme); // whether the scheme allows it is known now
        if (batch.Sequence is SequenceType.OneOff or SequenceType.Final)
            foreach (var payment in taken.Where(p => p.Fate.Kind is not FateKind.RejectedLate)) endedMandates.Add(MandateKey(batch.CreditorId, (Debit)payment.Payment));

        var refused = taken.Where(p => p.Fate.Kind is FateKind.RejectedLate).ToList();
        if (refused.Count > 0)
        {
            Plan(TargetCalendar.AddOpenDays(settleOn, -1), on =>
            {
                foreach (var payment in refused) End(payment, BankState.Rejected, on);
                ReportLater(file, batch, refused, on);
            });
        }

        Plan(settleOn, on => Settle(file, batch, taken, on));
    }

    private void Settle(ReceivedFile file, DebitBatch batch, List<PaymentTruth> taken, DateOnly on)
    {
        var credited = rules.BooksRejectsGross ? taken : taken.FindAll(p => p.Fate.Kind is not FateKind.RejectedLate);
        foreach (var payment in credited) payment.Reference = NextReference();
        var details = credited.ConvertAll(p => Detail(p, batch, p.Amount));
        if (batch.IsBookedAsBatch && rules.Profile.BooksBatches)
        {
            if (details.Count > 0) Book(new(batch.CreditorAccount, on, BookingKind.Collection, details.Sum(d => d.Amount!.Value), NextReference(), details) { BatchId = batch.Id });
        }
        else
        {
            foreach (var detail in details) Book(new(batch.CreditorAccount, on, BookingKind.Collection, detail.Amount!.Value, NextReference(), [detail]));
        }

        foreach (var payment in taken)
        {
            if (payment.Fate.Kind is FateKind.RejectedLate)
            {
                if (rules.BooksRejectsGross) BookBack(payment, batch, BookingKind.Reject, on, 0);
                continue;
            }

            (payment.State, payment.SettledOn) = (BankState.Settled, on);
            if (payment.Fate.BackOn(on, batch.Scheme) is { } backOn) Plan(backOn, later => TakeBack(file, payment, batch, later));
        }
    }

    private void TakeBack(ReceivedFile file, PaymentTruth payment, DebitBatch batch, DateOnly on)
    {
        var (kind, state) = payment.Fate.Kind switch
        {
            FateKind.Returned => (BookingKind.Return, BankState.Returned),
            FateKind.Reversed => (BookingKind.Reversal, BankState.Reversed),
            _ => (BookingKind.Refund, BankState.Refunded),
        };
        End(payment, state, on);
        payment.Charges = kind is BookingKind.Reversal || rules.Charges is ChargeRule.None ? 0 : rules.Charge;
        BookBack(payment, batch, kind, on, rules.Charges is ChargeRule.Inside ? payment.Charges : 0);
        if (rules.Charges is ChargeRule.Apart && payment.Charges > 0)
        {
            var own = NextReference();
            Book(new(batch.CreditorAccount, on, BookingKind.Charge, -payment.Charges, own, [new() { EntryNumber = 0, Number = 1, Amount = -payment.Charges, BankReference = own, Text = $"Charges for {payment.Reference}" }]));
        }

        if (rules.ReportsReturns) ReportLater(file, batch, [payment], on);
        if (kind is not BookingKind.Return || !chance.Takes(Untidiness.DoubleReturns)) return;

        Plan(TargetCalendar.AddOpenDays(on, 1), later => BookBack(payment, batch, BookingKind.DoubleReturn, later, 0));
        Plan(TargetCalendar.AddOpenDays(on, 3), later => Book(new(batch.CreditorAccount, later, BookingKind.Correction, payment.Amount, NextReference(), [Detail(payment, batch, payment.Amount)])));
    }

    private void BookBack(PaymentTruth payment, DebitBatch batch, BookingKind kind, DateOnly on, decimal charges)
    {
        var amount = -(payment.Amount + charges);
        var code = payment.Fate.Kind switch { FateKind.RejectedLate => 1, FateKind.Returned => 2, FateKind.Reversed => 4, _ => 3 };
        var detail = Detail(payment, batch, amount) with { ReturnReason = payment.Fate.Reason, ReturnKind = code, OriginalAmount = payment.Amount, Charges = charges };
        Book(new(batch.CreditorAccount, on, kind, amount, NextReference(), [detail]) { IsNameless = chance.Takes(Untidiness.NoEndToEndId) });
    }

    private void BookStrangers(AccountBook book, DateOnly day)
    {
        // Rarer than what hangs on a payment: there is a day for each account.
        if (!chance.Takes(Untidiness.StrangersReturns) || !chance.Takes(Untidiness.StrangersReturns)) return;

        var (own, amount, account) = (NextReference(), chance.Cents(10_00, 90_00), book.Account.Iban);
        var stranger = Payment(-amount, own, null, null) with { EndToEndId = $"X{own}", MandateId = $"XM{own}", CounterpartyName = "Stranger" };
        Book(new(account, day, BookingKind.StrangersReturn, -amount, own, [stranger with { ReturnReason = "AM04", ReturnKind = 2, OriginalAmount = amount }]));
        Plan(TargetCalendar.AddOpenDays(day, 2), later => Book(new(account, later, BookingKind.Correction, amount, NextReference(), [stranger with { Amount = amount }])));
    }

    private void PlanTransfers(ReceivedFile file, TransferBatch batch, List<PaymentTruth> taken, DateTime now)
    {
        var today = DateOnly.FromDateTime(now);
        var first = batch.IsInstant || TimeOnly.FromDateTime(now) < rules.Profile.CutOff ? today : today.AddDays(1);
        Plan(TargetCalendar.NextOpen(batch.ExecuteOn > first ? batch.ExecuteOn : first), on => Execute(file, batch, taken, on));
    }

    private void Execute(ReceivedFile file, TransferBatch batch, List<PaymentTruth> taken, DateOnly on)
    {
        var account = batch.DebtorAccount;
        var sum = taken.Sum(p => p.Amount);
        if (rules.Overdraft is { } overdraft && books[account].Balance - sum < -overdraft)
        {
            foreach (var payment in taken) End(payment, BankState.Rejected, on, "AM04");
            ReportLater(file, batch, taken, on);
            return;
        }

        foreach (var payment in taken) payment.Reference = NextReference();
        var details = taken.ConvertAll(p => Detail(p, -p.Amount));
        if (batch.IsBookedAsBatch && rules.Profile.BooksBatches) Book(new(account, on, BookingKind.Transfer, -sum, NextReference(), details) { BatchId = batch.Id });
        else foreach (var detail in details) Book(new(account, on, BookingKind.Transfer, detail.Amount!.Value, NextReference(), [detail]));
        foreach (var payment in taken)
        {
            (payment.State, payment.SettledOn) = (BankState.Settled, on);
            if (payment.Fate.Kind is not FateKind.Returned) continue;

            Plan(TargetCalendar.AddOpenDays(on, payment.Fate.Days), later =>
            {
                End(payment, BankState.Returned, later);
                Book(new(account, later, BookingKind.TransferReturn, payment.Amount, NextReference(), [Detail(payment, payment.Amount) with { ReturnReason = payment.Fate.Reason, ReturnKind = 2 }]) { IsNameless = chance.Takes(Untidiness.NoEndToEndId) });
            });
        }
    }

    private void Refuse(ReceivedFile file, FilePart batch, FilePart payment, string reason, DateOnly day)
    {
        // What is known already stays what it is: the second one is refused, not the first.
        if (Truth.Payments.TryGetValue(ReceivedFile.EndToEndIdOf(payment), out var known) && known.State is not BankState.Rejected)
            Truth.Add(new Refusal(file.Message.Id, ReceivedFile.IdOf(batch), known.EndToEndId, reason, day));
        else End(Known(file, batch, payment, Domi.Testing.Fate.Rejected(reason)), BankState.Rejected, day);
    }

    private PaymentTruth Known(ReceivedFile file, FilePart batch, FilePart payment, Fate fate)
    {
        var known = new PaymentTruth
        {
            Payment = payment,
            EndToEndId = ReceivedFile.EndToEndIdOf(payment),
            MessageId = file.Message.Id,
            BatchId = ReceivedFile.IdOf(batch),
            Account = batch is DebitBatch debits ? debits.CreditorAccount : ((TransferBatch)batch).DebtorAccount,
            Amount = ReceivedFile.AmountOf(payment),
            Fate = fate,
        };
        Truth.Add(known);
        return known;
    }

    private static void End(PaymentTruth payment, BankState state, DateOnly on, string? reason = null) =>
        (payment.State, payment.EndedOn, payment.Reason) = (state, on, reason ?? payment.Fate.Reason);

    private EntryDetail Detail(PaymentTruth payment, DebitBatch batch, decimal amount)
    {
        var debit = (Debit)payment.Payment;
        return Payment(amount, payment.Reference ?? NextReference(), debit.DebtorAccount, debit.DebtorBic) with
        {
            EndToEndId = debit.EndToEndId,
            MandateId = debit.MandateId,
            CreditorId = batch.CreditorId.Value,
            BatchId = batch.Id,
            MessageId = payment.MessageId,
            CounterpartyName = debit.DebtorName,
            Reference = debit.Reference,
            Text = debit.Text,
        };
    }

    private EntryDetail Detail(PaymentTruth payment, decimal amount)
    {
        var transfer = (Transfer)payment.Payment;
        return Payment(amount, payment.Reference!, transfer.CreditorAccount, transfer.CreditorBic) with
        {
            EndToEndId = transfer.EndToEndId,
            BatchId = payment.BatchId,
            MessageId = payment.MessageId,
            CounterpartyName = transfer.CreditorName,
            Reference = transfer.Reference,
            Text = transfer.Text,
        };
    }

    private static EntryDetail Payment(decimal amount, string reference, Iban? other, Bic? bic) => new()
    {
        EntryNumber = 0,
        Number = 1,
        Amount = amount,
        BankReference = reference,
        CounterpartyAccount = other?.Value,
        CounterpartyBic = (bic ?? (other is { } account ? BelgianBanks.BicOf(account) : null))?.Value,
    };

    private void Book(BankBooking booking)
    {
        Truth.Add(booking);
        books[booking.Account].Today.Add(booking);
    }

    private void Report(ReceivedFile file, DateTime at, string status, string? reason, List<ReportedBatch> batches)
    {
        // A report that rejects all says why, as far as there is one reason.
        reason ??= status == "RJCT" ? batches[0].Reason ?? batches[0].Rejected[0].Reason : null;
        var day = DateOnly.FromDateTime(at);
        var id = $"STS-{++reports:D6}";
        var content = StatusReportFile.Write(rules.Reports, id, at, rules.Bic, file, status, reason, batches);
        var late = chance.Takes(Untidiness.LateReports);
        var sent = Spoiling.Encoded(new($"{id}.xml", FileKind.StatusReport, rules.Reports, day, content, late ? Untidiness.LateReports : Untidiness.None), chance);
        Send(sent, day, late ? chance.UpTo(3) : 0);
    }

    // About single payments of a file that was taken.
    private void ReportLater(ReceivedFile file, FilePart batch, List<PaymentTruth> payments, DateOnly day) =>
        Report(file, day.ToDateTime(new(17, 0)), "PART", null, [new(batch, null, payments.ConvertAll(p => new RejectedPayment(p.Payment, p.Reason!)), "PART")]);

    // Behind the month's last TARGET day nothing is held back: no close of that month would send it.
    private void Send(SentFile file, DateOnly day, int delay)
    {
        if (delay == 0 || TargetCalendar.AddOpenDays(day, 1).Month != day.Month) outgoing.Add(file);
        else held.Add((TargetCalendar.AddOpenDays(day, delay), file));
    }

    private void Plan(DateOnly on, Action<DateOnly> action)
    {
        if (!due.TryGetValue(on, out var actions)) due.Add(on, actions = new());
        actions.Enqueue(action);
    }

    // Of at most 21 characters, as CODA has them.
    private string NextReference() => $"BK{++references:D10}";

    private static (CreditorIdentifier, string) MandateKey(CreditorIdentifier creditor, Debit debit) => (creditor, debit.MandateId.ToUpperInvariant());

    // FNV-1a: string's own hash is another one in each process.
    private int Hash(string text)
    {
        var hash = 2_166_136_261u ^ (uint)seed;
        foreach (var c in text) hash = unchecked((hash ^ c) * 16_777_619);
        return (int)(hash & int.MaxValue);
    }
}
