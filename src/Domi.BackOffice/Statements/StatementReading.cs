using System.Text.Json;
using Domi.Platform;
using Domi.Standards;
using Domi.Standards.BankFiles;

namespace Domi.BackOffice.Statements;

/// <summary>Where the reading of a file is: its statements so far, and the lines that are not written yet. Touches no database.</summary>
internal sealed class StatementReading(Guid companyId, string? name, string actor, DateTimeOffset now)
{
    // What the columns take, in cents: no account holds more.
    private const decimal MostAmount = 99_999_999_999_999m;

    /// <summary>A statement of the file. Without an id its lines are not kept: it was imported before, or stood in this file before.</summary>
    public sealed class One(Statement head, string identity, Guid? id, Guid? twin)
    {
        public Statement Head { get; } = head;

        public string Identity { get; } = identity;

        public Guid? Id { get; } = id;

        public Guid? Twin { get; } = twin;

        public StatementEnd? End { get; set; }

        public int LineCount { get; set; }

        /// <summary>Those that hold come before others when there are too many.</summary>
        public List<StatementFinding> Findings { get; } = [];

        public int FindingCount { get; set; }
    }

    private readonly string? fileName = Plain(name, 200);
    private readonly List<StatementFinding> early = [];
    private MessageStart? message;
    private One? current;
    private Entry? entry;
    private EntryDetail? first;
    private int details;
    private decimal sum;
    private string? note;

    public Guid CompanyId => companyId;

    public List<One> Statements { get; } = [];

    /// <summary>Formats of messages that are no statements, of which nothing is booked.</summary>
    public List<string> Others { get; } = [];

    public List<StatementLine> Lines { get; } = [];

    public StatementFinding? Refusal { get; private set; }

    public IReadOnlyList<Guid> Written => [.. Statements.Where(s => s.Id is not null).Select(s => s.Id!.Value)];

    /// <returns>The head of a statement that begins.</returns>
    public Statement? Take(FilePart part)
    {
        switch (part)
        {
            case MessageStart start:
                message = start;
                if (start.Kind is not FileKind.Statement) Others.Add(start.Format);
                break;
            case Statement head when message?.Kind is FileKind.Statement:
                EndEntry();
                return head;
            case Entry next when current is not null:
                EndEntry();
                entry = next.State is EntryState.Booked ? next : null;
                break;
            case EntryDetail detail when entry is not null:
                if (++details == 1) first = detail;
                else
                {
                    if (first is not null) AddPart(first);
                    first = null;
                    AddPart(detail);
                }

                break;
            case EntryNote said when entry is not null:
                note = said.Text;
                break;
            case StatementEnd end when current is not null:
                EndEntry();
                current.End = end;
                CheckBalances(end);
                current = null;
                break;
            case Finding { Severity: Severity.Reject } found:
                Refusal = new(found.Severity, found.Rule, found.Message, found.Place);
                break;
            case Finding found:
                Find(found.Severity, found.Rule, found.Message, found.Place);
                break;
        }

        return null;
    }

    /// <returns>What is to be written, or null when it is known.</returns>
    public BankStatement? Begin(Statement head, string identity, BankStatement? known)
    {
        var twin = known is null ? Statements.Find(s => s.Identity == identity)?.Id : null;
        var statement = known is not null || twin is not null ? null : new BankStatement
        {
            OwnCompanyId = companyId,
            Identity = identity,
            Account = Plain(head.Account, 34) ?? "?",
            Currency = Plain(head.Currency, 3),
            Number = head.Number,
            BankId = Plain(head.Id, 35),
            Format = Plain(message!.Format, 40)!,
            FileName = fileName,
            ImportedBy = actor,
            ImportedAt = now,
            TouchedAt = TimeProvider.System.GetUtcNow(),
        };
        current = new(head, identity, statement?.Id, twin);
        Statements.Add(current);
        foreach (var finding in early) Find(finding.Severity, finding.Rule, finding.Message, finding.Place);
        early.Clear();
        return statement;
    }

    /// <summary>A file without any statement, and without a word of why, says so.</summary>
    public void EndOfFile()
    {
        EndEntry();
        if (Refusal is null && Statements.Count == 0 && Others.Count == 0) Refusal = new(Severity.Reject, "file.empty", "The file holds no statement.", "file");
    }

    public ImportedFile File(IReadOnlyList<ImportedStatement> outcomes, StatementFinding? refusal) => new()
    {
        OwnCompanyId = companyId,
        FileName = fileName,
        ImportedBy = actor,
        ImportedAt = now,
        IsRefused = refusal is not null,
        OutcomesJson = JsonSerializer.Serialize(outcomes),
        RefusalJson = refusal is null ? null : JsonSerializer.Serialize(refusal),
    };

    private void Find(Severity severity, string rule, string message, string place)
    {
        if (current is null)
        {
            // Before the first statement, or behind the one that ended: it is about that one.
            if (Statements.Count > 0) Keep(Statements[^1]);
            else if (early.Count < BankStatement.MostFindings) early.Add(new(severity, rule, message, place));
            return;
        }

        Keep(current);

        void Keep(One one)
        {
            one.FindingCount++;
            if (one.Findings.Count == BankStatement.MostFindings)
            {
                if (severity is not Severity.Hold || one.Findings.FindLastIndex(f => f.Severity is Severity.Warn) is not (>= 0 and var at)) return;
                one.Findings.RemoveAt(at);
            }

            one.Findings.Add(new(severity, rule, message, place));
        }
    }

    /// <summary>The lines of an entry are its payments, and what they do not explain: together its amount, always.</summary>
    private void EndEntry()
    {
        if (entry is not null)
        {
            if (details == 0) Add(entry.Amount, null);
            else if (first is not null) AddPart(first);
            if (details > 0 && sum != entry.Amount) Add(entry.Amount - sum, null);
        }

        (entry, first, details, sum, note) = (null, null, 0, 0m, null);
    }

    private void AddPart(EntryDetail detail)
    {
        var amount = detail.Amount ?? 0m;
        sum += amount;
        Add(amount, detail);
    }

    private void Add(decimal amount, EntryDetail? detail)
    {
        current!.LineCount++;
        if (!IsBookable(amount))
        {
            Find(Severity.Hold, BankStatement.OddAmount, $"{amount} is no amount of whole cents.", $"entry {entry!.Number}");
            amount = 0m;
        }

        if (current.Id is not { } statement) return;

        var text = detail is null ? note : string.Join(' ', new[] { detail.Reference, detail.Text ?? (details == 1 ? note : null) }.Where(t => t is not null));
        var (structured, typed) = (RemittanceReferences.Communication(detail?.Reference), RemittanceReferences.Communication(detail?.Text ?? text));
        Lines.Add(new()
        {
            OwnCompanyId = companyId,
            StatementId = statement,
            Position = current.LineCount,
            Amount = amount,
            BookedOn = entry!.BookedOn ?? entry.ValueOn ?? current.Head.Until ?? now.BrusselsDate(),
            ValueOn = entry.ValueOn,
            CounterpartyName = Plain(detail?.CounterpartyName, 140),
            CounterpartyAccount = Plain(detail?.CounterpartyAccount, 34),
            Text = Plain(text, 500),
            Communication = structured ?? typed,
            OtherCommunication = structured is not null && typed is not null && structured != typed ? typed : null,
            CreditorReference = (detail?.CreditorReference ?? RemittanceReferences.CreditorReference(note))?.Value,
            EndToEndId = Plain(detail?.EndToEndId, 35),
            MandateId = Plain(detail?.MandateId, 35),
            BankReference = Plain(detail?.BankReference ?? entry.BankReference, 35),
            TransactionCode = Plain(detail?.TransactionCode ?? entry.TransactionCode, 35),
            ReturnReason = Plain(detail?.ReturnReason, 8),
        });
    }

    private void CheckBalances(StatementEnd end)
    {
        foreach (var amount in new[] { end.Opening?.Amount ?? 0m, end.Closing?.Amount ?? 0m, end.Credits, end.Debits }.Where(a => !IsBookable(a)))
            Find(Severity.Hold, BankStatement.OddAmount, $"{amount} is no amount of whole cents.", "balance");
        if (current!.End is null || !current.Findings.Exists(f => f.Rule == BankStatement.OddAmount)) return;
        current.End = end with { Opening = Kept(end.Opening), Closing = Kept(end.Closing), Credits = IsBookable(end.Credits) ? end.Credits : 0m, Debits = IsBookable(end.Debits) ? end.Debits : 0m };

        static Balance? Kept(Balance? balance) => balance is null || IsBookable(balance.Amount) ? balance : balance with { Amount = 0m };
    }

    private static bool IsBookable(decimal amount) => Math.Abs(amount) <= MostAmount && amount == Math.Round(amount, 2);

    /// <summary>Without what no database or page shows, and cut between characters.</summary>
    private static string? Plain(string? text, int most)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        if (text.Length > most) text = text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)];
        return text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)).Trim() : text.Trim();
    }
}
