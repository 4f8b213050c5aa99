using Domi.Engine.CollectionRuns;
using Domi.Engine.Feeds;
using Domi.Platform;
using Domi.Standards;
using Domi.Standards.BankFiles;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Statements;

/// <summary>What became of one statement, notification or report of a file.</summary>
/// <param name="IsKnown">It had been taken already: nothing changed.</param>
internal sealed record Taken(BankStatement Statement, bool IsKnown);

/// <summary>Takes in a file that the creditor's bank sent: camt.052 to .054, CODA, pain.002.</summary>
/// <remarks>
/// First the whole file is read and nothing is booked: a fault that rejects refuses it all (<c>invalid_file</c>), one that holds keeps the statement
/// for a person. Then its lines are taken, each once for ever by statement, entry and place, so that a process that dies on the way goes on where it
/// was, and the same statement in another file changes nothing. Files may come in any order: what does not fit yet is asked again with every file.
/// </remarks>
internal sealed class TakeBankFile(EngineDb db, SettleLines settle, TakeStatusReport reports, BusinessClock clock)
{
    public const int MostBytes = 64 * 1024 * 1024;

    private const int PerWrite = 50;

    /// <param name="content">The file.</param>
    /// <param name="name">As whoever brought it calls it.</param>
    /// <exception cref="RefusedException"><c>invalid_file</c>, which says where; <c>err_no_bank_contract</c>.</exception>
    public async Task<IReadOnlyList<Taken>> TakeAsync(Guid creditorId, byte[] content, string name, string by, CancellationToken ct)
    {
        if (content.Length is 0 or > MostBytes) throw Bad($"No file, or more than {MostBytes} bytes.");
        var contract = await db.BankContracts.AsNoTracking().SingleOrDefaultAsync(c => c.CreditorId == creditorId, ct) ?? throw new RefusedException("err_no_bank_contract", "There is no contract with a bank whose files are read.");
        var read = Read(content);
        if (read.Count == 0) throw Bad("The file holds no statement, and no report on files that were sent.");

        var taken = new List<Taken>();
        foreach (var one in read)
        {
            var findings = one.Findings.ToList();
            if (one.Statement is { } s && s.Iban != contract.Account) findings.Add(new(Severity.Hold, "statement.account", $"The account {s.Account} is not that of the contract, {contract.Account}.", "head"));
            var (statement, isKnown) = await db.WriteOrRepeatAsync(token => FindOrAddAsync(creditorId, one, findings, content, name, by, token), ct);
            db.ChangeTracker.Clear();
            if (statement.State is StatementState.Reading) await ApplyAsync(statement, one, ct);
            taken.Add(new(await db.BankStatements.AsNoTracking().SingleAsync(x => x.Id == statement.Id, ct), isKnown && statement.State is not StatementState.Reading));
        }

        await settle.AskAgainAsync(creditorId, ct);
        return taken;
    }

    /// <summary>A person looked, and lets in what was held.</summary>
    /// <exception cref="RefusedException"><c>err_invalid_state</c>: it is not held.</exception>
    public async Task LetInAsync(Guid creditorId, long number, string by, CancellationToken ct)
    {
        var content = Array.Empty<byte>();
        var statement = await db.WriteOrRepeatAsync(async token =>
        {
            var held = await db.BankStatements.SingleOrDefaultAsync(s => s.CreditorId == creditorId && s.Number == number, token) ?? throw new RefusedException("err_not_found", $"No statement {number}.");
            var hash = held.ContentHash;
            held.LetIn(by);
            content = ReleaseFile.Unpack((await Blob.ReadAsync(db, hash!, token))!);
            return held;
        }, ct);
        db.ChangeTracker.Clear();
        await ApplyAsync(statement, Read(content).Single(o => o.IdentityHash == statement.IdentityHash), ct);
        await settle.AskAgainAsync(creditorId, ct);
    }

    /// <summary>What was begun and not ended goes on: the process that read it died.</summary>
    private async Task ApplyAsync(BankStatement statement, One one, CancellationToken ct)
    {
        if (one.Report is not null)
        {
            await db.WriteOrRepeatAsync(async token =>
            {
                var current = await db.BankStatements.SingleAsync(s => s.Id == statement.Id, token);
                if (current.State is not StatementState.Reading) return;
                current.Add(await reports.ApplyAsync(statement.CreditorId, one.Report, one.Statuses, token));
                current.End();
            }, ct);
            db.ChangeTracker.Clear();
            return;
        }

        foreach (var lines in one.Lines(statement).Chunk(PerWrite))
        {
            await db.WriteOrRepeatAsync(async token =>
            {
                var keys = lines.Select(l => l.SourceKey).ToList();
                var known = (await db.StatementItems.Where(i => i.CreditorId == statement.CreditorId && keys.Contains(i.SourceKey)).Select(i => i.SourceKey).ToListAsync(token)).ToHashSet(StringComparer.Ordinal);
                foreach (var line in lines.Where(l => !known.Contains(l.SourceKey)))
                {
                    var item = await line.ItemAsync(db, clock.GetUtcNow(), token);
                    db.StatementItems.Add(item);
                    await settle.SettleAsync(item, token);
                    if (item.Kind is LineKind.Transfer) Feed.Append(db, item.CreditorId, FeedName.Statements, await StatementImport.EntryAsync(db, item, token), clock.GetUtcNow());
                    await db.SaveChangesAsync(token); // the next line may be about the same collection
                }
            }, ct);
            db.ChangeTracker.Clear();
        }

        await db.WriteOrRepeatAsync(async token => (await db.BankStatements.SingleAsync(s => s.Id == statement.Id, token)).End(), ct);
        db.ChangeTracker.Clear();
    }

    private async Task<(BankStatement Statement, bool IsKnown)> FindOrAddAsync(Guid creditorId, One one, List<Finding> findings, byte[] content, string name, string by, CancellationToken ct)
    {
        var (head, end) = (one.Statement, one.End);
        if (await db.BankStatements.SingleOrDefaultAsync(s => s.CreditorId == creditorId && s.IdentityHash == one.IdentityHash, ct) is { } known)
        {
            // The same name for other figures is no repetition.
            if (end is not null && (known.Credits, known.Debits, known.Entries) != (end.Credits, end.Debits, end.Entries) && known.State is not StatementState.ThrownAway)
                throw Bad($"Statement {one.Statement?.Id ?? known.Reference} was taken before with other figures: credits {known.Credits}, debits {known.Debits}, {known.Entries} entries.");
            return (known, true);
        }

        await db.TakeTurnsAsync(creditorId, ct); // of two who take statements at once the second sees what the first took
        if (await ResembledAsync(creditorId, one, ct) is { } other)
            findings = [.. findings, new(Severity.Hold, "statement.resembles", $"Statement {other.Number}, which came as {other.Format}, has the same account, last day, balances and sums: it is the same one again.", "head")];
        var statement = new BankStatement
        {
            CreditorId = creditorId,
            Number = await db.NextObjectNumberAsync(creditorId, ct),
            IdentityHash = one.IdentityHash,
            Kind = one.Start.Kind,
            Format = Shorten.To(32, one.Start.Format)!,
            Account = Shorten.To(70, head?.Account ?? one.Report!.OriginalMessageId)!,
            Reference = Shorten.To(70, head is null ? one.Report!.Id : head.Id ?? head.Number?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            From = head?.From ?? end?.Opening?.On,
            Until = one.Until,
            Opening = end?.Opening?.Amount,
            Closing = end?.Closing?.Amount,
            Credits = end?.Credits ?? 0,
            Debits = end?.Debits ?? 0,
            Entries = end?.Entries ?? one.Statuses.Count,
            FileName = Shorten.To(200, name)!,
            TakenAt = clock.GetUtcNow(),
        };
        if (findings.Exists(f => f.Severity is Severity.Hold)) statement.Hold(by, findings, await Blob.KeepAsync(db, ReleaseFile.Pack(content), "application/gzip", clock.GetUtcNow(), ct));
        else statement.Begin(by, findings);
        db.BankStatements.Add(statement);
        return (statement, false);
    }

    /// <summary>The same statement in another format, or in a file that names it otherwise, has another identity; its account, balances and sums are the same, and so is its last day but for one: a format that names an instant may name the midnight after.</summary>
    private async Task<BankStatement?> ResembledAsync(Guid creditorId, One one, CancellationToken ct)
    {
        if (one is not { Statement: { Kind: FileKind.Statement } head, End: { Entries: > 0 } end, Until: { } until }) return null;
        var (from, to) = (until.AddDays(-1), until.AddDays(1));
        var same = await db.BankStatements.AsNoTracking().Where(s => s.CreditorId == creditorId && s.Kind == FileKind.Statement && s.Account == head.Account && (s.Until == null || (s.Until >= from && s.Until <= to)) && s.State != StatementState.ThrownAway).ToListAsync(ct);
        return same.Find(s => (s.Opening, s.Closing, s.Credits, s.Debits) == (end.Opening?.Amount, end.Closing?.Amount, end.Credits, end.Debits));
    }

    /// <summary>One statement, notification or report, with its lines.</summary>
    private sealed record One(MessageStart Start, Statement? Statement, StatusReport? Report)
    {
        public List<Finding> Findings { get; } = [];

        public List<(Entry Entry, List<EntryDetail> Details)> Entries { get; } = [];

        public List<FilePart> Statuses { get; } = [];

        public StatementEnd? End { get; set; }

        /// <summary>The last day; CODA has it at its end.</summary>
        public DateOnly? Until => Statement is null ? null : Statement.Until ?? End?.Statement.Until ?? End?.Closing?.On;

        public string IdentityHash => Secrets.HashOf(Statement is { } s
            ? $"{s.Kind}|{s.Identity}"
            : $"{Report!.Id}|{Report.OriginalMessageId}|{Report.Status?.Code}|{string.Join(',', Statuses.OfType<TransactionStatus>().Select(t => t.EndToEndId + t.Status.Code + t.Status.Reason))}");

        /// <summary>Only what is booked counts, and only a statement is booked on.</summary>
        public IEnumerable<Line> Lines(BankStatement of)
        {
            if (Statement is not { Kind: FileKind.Statement or FileKind.Notification }) yield break;
            foreach (var (entry, details) in Entries.Where(e => e.Entry.State is EntryState.Booked))
            {
                // Details without amounts of their own are the sum with names: one line, unless it is one payment anyway.
                var split = details.Count > 0 && details.TrueForAll(d => d.Amount is not null || details.Count == 1);
                if (!split) yield return new(of, Statement, entry, details.Count == 1 ? details[0] : null, details.Count > 1 ? details[0].BatchId : null, entry.Amount, 0);
                else foreach (var detail in details) yield return new(of, Statement, entry, detail, null, detail.Amount ?? entry.Amount, detail.Number);
            }
        }
    }

    private sealed record Line(BankStatement Of, Statement Head, Entry Entry, EntryDetail? Detail, string? Batch, decimal Amount, int Place)
    {
        public string SourceKey { get; } = "bank:" + Secrets.HashOf($"{Of.IdentityHash}|{Entry.Number}|{Place}");

        public async Task<StatementItem> ItemAsync(EngineDb db, DateTimeOffset now, CancellationToken ct) => new()
        {
            CreditorId = Of.CreditorId,
            Number = await db.NextObjectNumberAsync(Of.CreditorId, ct),
            StatementId = Of.Id,
            Account = Head.Iban ?? (await db.BankContracts.AsNoTracking().SingleAsync(c => c.CreditorId == Of.CreditorId, ct)).Account,
            Name = Shorten.To(140, Detail?.CounterpartyName) ?? "",
            CounterpartyAccount = Iban.TryParse(Detail?.CounterpartyAccount, out var iban) ? iban : null,
            CounterpartyBic = Standards.Bic.TryParse(Detail?.CounterpartyBic, out var bic) ? bic : null,
            Amount = Amount,
            Message = Shorten.To(500, Detail?.Communication?.ToString() ?? Detail?.Reference ?? Detail?.Text) ?? "",
            BookedOn = Entry.BookedOn ?? Entry.ValueOn ?? Of.Until ?? now.BrusselsDate(),
            SourceKey = SourceKey,
            Kind = Head.Kind is FileKind.Notification ? LineKind.Notice : LineKind.Transfer,
            EndToEndId = Shorten.To(35, Detail?.EndToEndId),
            MandateReference = Shorten.To(35, Detail?.MandateId),
            BatchId = Shorten.To(35, Detail?.BatchId ?? Batch ?? Entry.BatchId),
            EntryReference = Shorten.To(35, Entry.EntryReference ?? Entry.BankReference),
            BankReference = Shorten.To(35, Detail?.BankReference),
            TransactionCode = Shorten.To(35, Detail?.TransactionCode ?? Entry.TransactionCode),
            ReasonCode = Shorten.To(8, Detail?.ReturnReason),
            Charges = Charged(),
            ImportedAt = now,
        };

        // Of a return the bank may take more than was collected: the rest is its charge, and no part of the collection.
        private decimal Charged() => Amount >= 0 ? 0 : Detail switch
        {
            { Charges: > 0 and var charges } => charges,
            { OriginalAmount: { } original } when original < -Amount => -Amount - original,
            _ => 0,
        };
    }

    /// <exception cref="RefusedException"><c>invalid_file</c>.</exception>
    private static List<One> Read(byte[] content)
    {
        var all = new List<One>();
        MessageStart? start = null;
        One? current = null;
        var before = new List<Finding>(); // of the file, before a statement begins
        using var stream = new MemoryStream(content);
        foreach (var part in BankFile.Read(stream))
        {
            switch (part)
            {
                case MessageStart s:
                    if (s.Kind is FileKind.DirectDebits or FileKind.CreditTransfers) throw Bad("The file is one for a bank, not from it.");
                    (start, current) = (s, null);
                    break;
                case Finding { Severity: Severity.Reject } refused:
                    throw Bad($"{refused.Place}: {refused.Message}");
                case Finding finding:
                    (current?.Findings ?? before).Add(finding);
                    break;
                case Statement or StatusReport:
                    all.Add(current = new(start!, part as Statement, part as StatusReport));
                    current.Findings.AddRange(before);
                    before.Clear();
                    break;
                case Entry entry:
                    current!.Entries.Add((entry, []));
                    break;
                case EntryDetail detail:
                    current!.Entries[^1].Details.Add(detail);
                    break;
                case BatchStatus or TransactionStatus:
                    current!.Statuses.Add(part);
                    break;
                case StatementEnd end:
                    current!.End = end;
                    break;
            }
        }

        return all;
    }

    private static RefusedException Bad(string why) => new("invalid_file", why) { Field = "body" };
}
