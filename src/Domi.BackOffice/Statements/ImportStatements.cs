using Domi.Platform;
using Domi.Standards.BankFiles;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Statements;

/// <summary>What became of a statement of a file. Differs: it was imported before, and this copy says something else.</summary>
public enum ImportOutcome { Booked, Held, Already, Differs, NotAStatement }

public sealed record ImportedStatement(Guid? Id, string Account, string Name, DateOnly? From, DateOnly? Until, ImportOutcome Outcome, int Lines, IReadOnlyList<StatementFinding> Findings);

/// <summary>A file that was handed in, and what became of each of its statements; or why nothing of it was taken.</summary>
public sealed class ImportedFile
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid OwnCompanyId { get; init; }

    public string? FileName { get; init; }

    public required string ImportedBy { get; init; }

    public DateTimeOffset ImportedAt { get; init; }

    public bool IsRefused { get; init; }

    public string OutcomesJson { get; init; } = "[]";

    /// <summary>The finding for which the file was refused, as JSON.</summary>
    public string? RefusalJson { get; init; }

    public IReadOnlyList<ImportedStatement> Outcomes => System.Text.Json.JsonSerializer.Deserialize<List<ImportedStatement>>(OutcomesJson)!;

    public StatementFinding? Refusal => RefusalJson is null ? null : System.Text.Json.JsonSerializer.Deserialize<StatementFinding>(RefusalJson);
}

/// <summary>
/// Takes a file of a bank: all its statements, or none. It is read forward, once, and never whole in memory: lines are written in pieces that
/// nobody sees, and appear with the end of the file, in one transaction. Who is killed meanwhile leaves nothing but rows that nobody sees,
/// which are cleared away.
/// </summary>
/// <remarks>Refuses with <c>import_interrupted</c>. A file that is no statement, or broken, is no refusal but an answer.</remarks>
public sealed class ImportStatements(OfficeDb db, MatchLines match, BusinessClock clock)
{
    /// <summary>A year of a busy account is some 100 MB.</summary>
    public const long MostBytes = 1L << 30;

    private const int LinesAtOnce = 1_000;

    // Longer than any piece takes to be read and written.
    private static readonly TimeSpan Abandoned = TimeSpan.FromMinutes(10);

    private static readonly FileLimits Limits = FileLimits.Default with { MaxBytes = MostBytes };

    /// <param name="file">Read on the calling thread.</param>
    public async Task<ImportedFile> RunAsync(Guid companyId, Stream file, string? fileName, string actor, CancellationToken ct)
    {
        await RemoveAbandonedAsync(db, companyId, ct);
        var read = new StatementReading(companyId, fileName, actor, clock.GetUtcNow());
        try
        {
            foreach (var part in BankFile.Read(file, Limits))
            {
                if (read.Take(part) is { } head) await BeginAsync(read, head, ct);
                if (read.Lines.Count >= LinesAtOnce) await WriteAsync(read, ct);
            }

            read.EndOfFile();
            await WriteAsync(read, ct);
        }
        catch
        {
            // What was written is seen by nobody: if this fails too, the next import removes it.
            await RemoveAsync(read.Written, CancellationToken.None);
            throw;
        }

        if (read.Refusal is { } refusal)
        {
            await RemoveAsync(read.Written, ct);
            return await KeepAsync(read, refusal, ct);
        }

        var imported = await AppearAsync(read, ct);
        foreach (var booked in imported.Outcomes.Where(o => o.Outcome is ImportOutcome.Booked)) await match.RunAsync(booked.Id!.Value, ct);
        return imported;
    }

    /// <summary>Rows of imports that ended in the middle: their process was killed.</summary>
    public static async Task RemoveAbandonedAsync(OfficeDb db, Guid companyId, CancellationToken ct)
    {
        var before = TimeProvider.System.GetUtcNow() - Abandoned;
        var left = await db.Statements.Where(s => s.OwnCompanyId == companyId && s.State == StatementState.Reading && s.TouchedAt < before).Select(s => s.Id).ToListAsync(ct);
        foreach (var id in left) await RemoveAsync(db, id, ct);
    }

    private async Task BeginAsync(StatementReading read, Statement head, CancellationToken ct)
    {
        var identity = BankStatement.IdentityOf(head);
        var known = await db.Statements.AsNoTracking().SingleOrDefaultAsync(s => s.OwnCompanyId == read.CompanyId && s.Identity == identity && (s.State == StatementState.Booked || s.State == StatementState.Held), ct);
        if (read.Begin(head, identity, known) is not { } statement) return;

        await WriteAsync(read, ct); // those of the statement before
        await db.WriteAsync(_ =>
        {
            db.Statements.Add(statement);
            return Task.CompletedTask;
        }, ct);
        db.ChangeTracker.Clear();
    }

    private async Task WriteAsync(StatementReading read, CancellationToken ct)
    {
        if (read.Lines.Count == 0) return;

        var (written, now) = (read.Written, TimeProvider.System.GetUtcNow());
        await db.WriteAsync(async token =>
        {
            db.StatementLines.AddRange(read.Lines);
            await db.SaveManyAsync(token);
            if (await db.Statements.Where(s => written.Contains(s.Id)).ExecuteUpdateAsync(set => set.SetProperty(s => s.TouchedAt, now), token) < written.Count) throw Interrupted();
        }, ct);
        read.Lines.Clear();
    }

    /// <summary>All statements of the file at once: from here on they are there. Another import of the same may have been quicker.</summary>
    private async Task<ImportedFile> AppearAsync(StatementReading read, CancellationToken ct)
    {
        var (imported, surplus) = await db.WriteOrRepeatAsync(async token =>
        {
            var (outcomes, already) = (new List<ImportedStatement>(), new List<Guid>());
            foreach (var reading in read.Statements.OrderBy(s => s.End?.Statement.From).ThenBy(s => s.Head.Number).ThenBy(s => s.Head.Page))
            {
                var outcome = await AppearAsync(read, reading, token);
                if (outcome.Outcome is ImportOutcome.Already or ImportOutcome.Differs && reading.Id is { } id) already.Add(id);
                outcomes.Add(outcome);
            }

            outcomes.AddRange(read.Others.Select(format => new ImportedStatement(null, "", format, null, null, ImportOutcome.NotAStatement, 0, [])));
            var file = read.File(outcomes, null);
            db.ImportedFiles.Add(file);
            return (file, already);
        }, ct);
        await RemoveAsync(surplus, ct);
        await CloseGapsAsync(read.CompanyId, [.. read.Statements.Select(s => s.Head.Account).Distinct()], ct);
        return imported;
    }

    private async Task<ImportedStatement> AppearAsync(StatementReading read, StatementReading.One one, CancellationToken ct)
    {
        var known = await db.Statements.AsNoTracking().SingleOrDefaultAsync(s => s.OwnCompanyId == read.CompanyId && s.Identity == one.Identity && (s.State == StatementState.Booked || s.State == StatementState.Held), ct);
        var end = one.End ?? new() { Statement = one.Head };
        if (known is not null || one.Id is null)
        {
            // One of this file that comes in it twice is compared with the first.
            var first = known ?? await db.Statements.SingleOrDefaultAsync(s => s.Id == one.Twin, ct) ?? throw Interrupted();
            return new(first.Id, one.Head.Account, first.Name, first.From, first.Until, first.Agrees(end) ? ImportOutcome.Already : ImportOutcome.Differs, first.Lines, one.Findings);
        }

        var statement = await db.Statements.SingleOrDefaultAsync(s => s.Id == one.Id, ct) ?? throw Interrupted();
        statement.End(end, one.LineCount);
        var findings = new List<StatementFinding>(one.Findings);
        if (!await IsOursAsync(statement, ct)) findings.Add(new(Severity.Hold, "account.unknown", $"{statement.Account} is not an account of this company.", one.Head.Account));
        if (statement.Currency is not (null or "EUR")) findings.Add(new(Severity.Hold, "account.currency", $"The account is in {statement.Currency}.", one.Head.Account));
        if (await ResembledAsync(statement, ct) is { } other)
            findings.Add(new(Severity.Hold, "statement.resembles", $"Statement {other} has the same days and balances.", one.Head.Account));
        if (await BeforeAsync(statement, ct) is { } before)
            findings.AddRange(StatementContinuity.Check(before.AsEnd(), end with { Statement = end.Statement with { From = statement.From, Until = statement.Until } }).Select(f => new StatementFinding(f.Severity, f.Rule, f.Message, f.Place)));
        statement.Appear([.. findings.OrderByDescending(f => f.Severity)], one.FindingCount + findings.Count - one.Findings.Count, clock.GetUtcNow() + MatchLines.Rest);
        await db.SaveChangesAsync(ct); // the next one of the file follows on it
        return new(statement.Id, statement.Account, statement.Name, statement.From, statement.Until, statement.State is StatementState.Held ? ImportOutcome.Held : ImportOutcome.Booked, statement.Lines, statement.Findings);
    }

    private static RefusedException Interrupted() => new("import_interrupted", "What was imported was cleared away, or thrown away, meanwhile.");

    private async Task<bool> IsOursAsync(BankStatement statement, CancellationToken ct) =>
        await db.BankAccounts.AnyAsync(a => a.OwnCompanyId == statement.OwnCompanyId && a.Account == statement.Account, ct)
        || (await db.Companies.AsNoTracking().SingleAsync(c => c.Id == statement.OwnCompanyId, ct)).Account?.Value == statement.Account;

    /// <summary>The same statement in another format has another identity: its days and balances are the same.</summary>
    private async Task<string?> ResembledAsync(BankStatement s, CancellationToken ct) =>
        s.Until is null || s.Lines == 0 ? null : (await db.Statements.AsNoTracking()
            .Where(o => o.OwnCompanyId == s.OwnCompanyId && o.Account == s.Account && o.Until == s.Until && o.Id != s.Id && o.State != StatementState.Reading && o.State != StatementState.ThrownAway)
            .ToListAsync(ct)).Find(o => (o.Opening, o.Closing, o.Credits, o.Debits) == (s.Opening, s.Closing, s.Credits, s.Debits))?.Name;

    private Task<BankStatement?> BeforeAsync(BankStatement s, CancellationToken ct) => db.Statements.AsNoTracking()
        .Where(o => o.OwnCompanyId == s.OwnCompanyId && o.Account == s.Account && o.Currency == s.Currency && o.Id != s.Id && (o.State == StatementState.Booked || o.State == StatementState.Held)
            && (o.Until < s.Until || (o.Until == s.Until && o.Number < s.Number)))
        .OrderByDescending(o => o.Until).ThenByDescending(o => o.Number).FirstOrDefaultAsync(ct);

    /// <summary>What waited for nothing but the statement before it goes on when that one is there: the order of files does not matter.</summary>
    private async Task CloseGapsAsync(Guid companyId, IReadOnlyList<string> accounts, CancellationToken ct)
    {
        while (true)
        {
            var closed = await db.WriteOrRepeatAsync(async token =>
            {
                foreach (var held in await db.Statements.Where(s => s.OwnCompanyId == companyId && accounts.Contains(s.Account) && s.State == StatementState.Held).OrderBy(s => s.Until).ThenBy(s => s.Number).ToListAsync(token))
                {
                    if (held.Findings.Any(f => f.Severity is Severity.Hold && f.Rule != "statement.gap") || await BeforeAsync(held, token) is not { } before
                        || StatementContinuity.Check(before.AsEnd(), held.AsEnd()).Any(f => f.Severity is Severity.Hold)) continue;
                    var now = clock.GetUtcNow();
                    held.Release("office", now, now + MatchLines.Rest);
                    return (Guid?)held.Id;
                }

                return null;
            }, ct);
            db.ChangeTracker.Clear();
            if (closed is not { } id) return;
            await match.RunAsync(id, ct);
        }
    }

    private async Task<ImportedFile> KeepAsync(StatementReading read, StatementFinding refusal, CancellationToken ct)
    {
        var file = read.File([], refusal);
        await db.WriteAsync(_ =>
        {
            db.ImportedFiles.Add(file);
            return Task.CompletedTask;
        }, ct);
        return file;
    }

    private async Task RemoveAsync(IReadOnlyList<Guid> statements, CancellationToken ct)
    {
        db.ChangeTracker.Clear();
        foreach (var id in statements) await RemoveAsync(db, id, ct);
    }

    private static Task RemoveAsync(OfficeDb db, Guid id, CancellationToken ct) => db.WriteAsync(async token =>
    {
        if (await db.Statements.Where(s => s.Id == id && s.State == StatementState.Reading).ExecuteDeleteAsync(token) > 0)
            await db.StatementLines.Where(l => l.StatementId == id).ExecuteDeleteAsync(token);
    }, ct);
}
