using System.Text.Json;
using Domi.Platform;
using Domi.Standards.BankFiles;

namespace Domi.Engine.Statements;

public enum StatementState { Reading, Taken, Held, ThrownAway }

/// <summary>A statement, notification or status report that the creditor's bank sent: what was taken of it, and what was found wrong.</summary>
/// <remarks>Reading → Taken; Held → Reading when a person lets it in, or ThrownAway. The same one again, in whichever file, is known by its identity.</remarks>
public sealed class BankStatement
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid CreditorId { get; init; }

    public long Number { get; init; }

    /// <summary>SHA-256 of what makes it the same one.</summary>
    public required string IdentityHash { get; init; }

    public FileKind Kind { get; init; }

    /// <summary><c>camt.053.001.08</c>, <c>CODA 2</c>, <c>pain.002.001.03</c>.</summary>
    public required string Format { get; init; }

    /// <summary>As the bank wrote it; of a status report the file it is about.</summary>
    public string Account { get; init; } = "";

    /// <summary>The bank's id or number of it.</summary>
    public string? Reference { get; init; }

    public DateOnly? From { get; init; }

    public DateOnly? Until { get; init; }

    /// <summary>Euro, like all that follows; null where there is none.</summary>
    public decimal? Opening { get; init; }

    public decimal? Closing { get; init; }

    public decimal Credits { get; init; }

    /// <summary>A positive sum.</summary>
    public decimal Debits { get; init; }

    public int Entries { get; init; }

    public StatementState State { get; private set; }

    /// <summary>JSON of <see cref="Finding"/>s.</summary>
    public string FindingsJson { get; private set; } = "[]";

    /// <summary>The file, kept while a person has to look.</summary>
    public string? ContentHash { get; private set; }

    public string FileName { get; init; } = "";

    /// <summary>Who brought it, and who let in what was held.</summary>
    public string TakenBy { get; private set; } = "";

    public DateTimeOffset TakenAt { get; init; }

    public int Version { get; private set; }

    public IReadOnlyList<Finding> Findings => JsonSerializer.Deserialize<List<Finding>>(FindingsJson)!;

    public void Begin(string by, IReadOnlyList<Finding> findings)
    {
        (State, TakenBy, FindingsJson) = (StatementState.Reading, by, JsonSerializer.Serialize(findings));
        Version++;
    }

    public void Hold(string by, IReadOnlyList<Finding> findings, string contentHash)
    {
        (State, TakenBy, FindingsJson, ContentHash) = (StatementState.Held, by, JsonSerializer.Serialize(findings), contentHash);
        Version++;
    }

    /// <summary>Something in it was found only while it was taken in.</summary>
    public void Add(IReadOnlyList<Finding> findings)
    {
        FindingsJson = JsonSerializer.Serialize(Findings.Concat(findings));
        Version++;
    }

    /// <exception cref="RefusedException"><c>err_invalid_state</c>: it is not held.</exception>
    public void LetIn(string by)
    {
        Require(StatementState.Held);
        (State, TakenBy) = (StatementState.Reading, by);
        Version++;
    }

    /// <exception cref="RefusedException"><c>err_invalid_state</c>: it is not held.</exception>
    public void ThrowAway(string by)
    {
        Require(StatementState.Held);
        (State, TakenBy, ContentHash) = (StatementState.ThrownAway, by, null);
        Version++;
    }

    public void End()
    {
        if (State is not StatementState.Reading) return;
        (State, ContentHash) = (StatementState.Taken, null);
        Version++;
    }

    private void Require(StatementState state)
    {
        if (State != state) throw new RefusedException("err_invalid_state", $"Statement {Number} is {State}.");
    }
}
