using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Domi.Platform;
using Domi.Standards.BankFiles;

namespace Domi.BackOffice.Statements;

/// <summary>An account, beside the company's own, whose statements are taken.</summary>
public sealed class BankAccount
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid OwnCompanyId { get; init; }

    /// <summary>As banks write it, without blanks; nearly always an IBAN.</summary>
    public required string Account { get; init; }

    public required string AddedBy { get; init; }

    public DateTimeOffset AddedAt { get; init; }
}

/// <summary>Reading: its file is not at its end, and nobody sees it. Held: a person looks before anything of it is booked.</summary>
public enum StatementState { Reading, Held, Booked, ThrownAway }

/// <summary>Something that is not as it should be in a statement, as the reader of the file found it.</summary>
public sealed record StatementFinding(Severity Severity, string Rule, string Message, string Place);

/// <summary>
/// A statement of a bank. While its file is read its lines come in pieces and nobody sees them; with the end of the file all statements
/// of it appear at once, or none.
/// </summary>
public sealed class BankStatement
{
    /// <summary>More than these are only counted: who looks has seen enough.</summary>
    public const int MostFindings = 50;

    /// <summary>Rule of a statement with an amount that no ledger takes.</summary>
    public const string OddAmount = "amount.odd";

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid OwnCompanyId { get; init; }

    /// <summary>The same for the same statement, in whichever file it comes; unique among those that were taken.</summary>
    public required string Identity { get; init; }

    public required string Account { get; init; }

    public string? Currency { get; init; }

    public int? Number { get; init; }

    /// <summary>The bank's id of it.</summary>
    public string? BankId { get; init; }

    /// <summary><c>camt.053.001.08</c>, <c>CODA 2</c>.</summary>
    public required string Format { get; init; }

    public string? FileName { get; init; }

    public DateOnly? From { get; private set; }

    public DateOnly? Until { get; private set; }

    public decimal? Opening { get; private set; }

    public decimal? Closing { get; private set; }

    /// <summary>What came in and what went out, positive sums.</summary>
    public decimal Credits { get; private set; }

    public decimal Debits { get; private set; }

    public int Lines { get; private set; }

    /// <summary>Entries that the bank announces and has not booked: none of them is a line.</summary>
    public int Pending { get; private set; }

    public StatementState State { get; private set; } = StatementState.Reading;

    public string FindingsJson { get; private set; } = "[]";

    public int FindingCount { get; private set; }

    public required string ImportedBy { get; init; }

    public DateTimeOffset ImportedAt { get; init; }

    /// <summary>Wall clock: until when somebody was reading it.</summary>
    public DateTimeOffset TouchedAt { get; set; }

    /// <summary>Its lines wait to be matched.</summary>
    public DateTimeOffset? MatchDueAt { get; set; }

    /// <summary>Who released or threw away what was held, and when.</summary>
    public string? DecidedBy { get; private set; }

    public DateTimeOffset? DecidedAt { get; private set; }

    public int Version { get; private set; }

    public IReadOnlyList<StatementFinding> Findings => JsonSerializer.Deserialize<List<StatementFinding>>(FindingsJson)!;

    /// <summary>Number or id, as a person would name it; else the account's last day.</summary>
    public string Name => Number?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? BankId ?? Until?.ToString("O", System.Globalization.CultureInfo.InvariantCulture) ?? Account;

    /// <summary>Banks may make an identity of any length.</summary>
    public static string IdentityOf(Statement statement) =>
        statement.Identity is { Length: <= 140 } identity ? identity : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(statement.Identity)));

    /// <summary>Its end was read: what was really in it.</summary>
    public void End(StatementEnd end, int lines)
    {
        (From, Until, Opening, Closing) = (end.Statement.From ?? end.Opening?.On, end.Statement.Until ?? end.Closing?.On, end.Opening?.Amount, end.Closing?.Amount);
        (Credits, Debits, Lines, Pending) = (end.Credits, end.Debits, lines, end.Pending);
        Version++;
    }

    /// <summary>The file was read to its end: the statement is there, and held when something of it asks for a person.</summary>
    /// <param name="findings">The gravest first.</param>
    /// <param name="count">Of all findings, also those that are not kept.</param>
    /// <param name="matchAt">When its lines are matched, if nobody does it before.</param>
    public void Appear(IReadOnlyList<StatementFinding> findings, int count, DateTimeOffset matchAt)
    {
        FindingsJson = JsonSerializer.Serialize(findings.Take(MostFindings));
        FindingCount = count;
        var isHeld = findings.Any(f => f.Severity is Severity.Hold);
        (State, MatchDueAt) = (isHeld ? StatementState.Held : StatementState.Booked, isHeld ? null : matchAt);
        Version++;
    }

    /// <exception cref="RefusedException"><c>statement_not_held</c>; <c>statement_not_euro</c>: invoices are in euro and whole cents.</exception>
    public void Release(string actor, DateTimeOffset now, DateTimeOffset matchAt)
    {
        Require(State is StatementState.Held, "statement_not_held");
        Require(Currency is null or "EUR" && Findings.All(f => f.Rule != OddAmount), "statement_not_euro");
        (State, DecidedBy, DecidedAt, MatchDueAt) = (StatementState.Booked, actor, now, matchAt);
        Version++;
    }

    /// <exception cref="RefusedException"><c>statement_not_held</c>.</exception>
    public void ThrowAway(string actor, DateTimeOffset now)
    {
        Require(State is StatementState.Held, "statement_not_held");
        (State, DecidedBy, DecidedAt) = (StatementState.ThrownAway, actor, now);
        Version++;
    }

    /// <summary>The same as another copy of it says.</summary>
    public bool Agrees(StatementEnd copy) => (Credits, Debits, Opening, Closing) == (copy.Credits, copy.Debits, copy.Opening?.Amount, copy.Closing?.Amount);

    /// <summary>As the reader of files gives it: what stands on it is compared with the statement that follows.</summary>
    public StatementEnd AsEnd() => new()
    {
        Statement = new() { Kind = FileKind.Statement, Account = Account, Currency = Currency, Id = BankId, Number = Number, From = From, Until = Until },
        Credits = Credits,
        Debits = Debits,
        Opening = Opening is { } opening ? new("OPBD", opening, From) : null,
        Closing = Closing is { } closing ? new("CLBD", closing, Until) : null,
    };

    private void Require(bool allowed, string code)
    {
        if (!allowed) throw new RefusedException(code, $"Statement {Name}: {code}.", ("number", Name));
    }
}
