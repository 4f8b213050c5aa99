using Domi.BackOffice.Statements;
using Domi.Platform;
using Domi.Standards.BankFiles;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Api;

internal static class StatementsApi
{
    /// <summary>Something that is not as it should be in a file or statement.</summary>
    /// <param name="Rule">Stable; docs/reference/bank-files.md lists them.</param>
    /// <param name="Message">In English, with the figures that disagree.</param>
    private sealed record FindingView(Severity Severity, string Rule, string Message, string Place);

    /// <summary>What became of one statement of a file.</summary>
    /// <param name="Id">Null for what is no statement.</param>
    private sealed record OutcomeView(Guid? Id, string Account, string Name, DateOnly? From, DateOnly? Until, ImportOutcome Outcome, int Payments, IReadOnlyList<FindingView> Findings);

    private sealed record ImportView(Guid Id, string? FileName, IReadOnlyList<OutcomeView> Statements);

    /// <param name="ToDo">Payments that wait for a person.</param>
    private sealed record StatementView(Guid Id, string Account, string Name, StatementState State, DateOnly? From, DateOnly? Until, decimal? Opening, decimal? Closing, decimal Credits, decimal Debits, int Payments, int ToDo, bool IsBeingMatched,
        DateTimeOffset ImportedAt, IReadOnlyList<FindingView> Findings);

    public static void Map(IEndpointRouteBuilder all)
    {
        var api = all.MapGroup("").WithTags("Statements");
        api.MapPost("statements", async (HttpRequest request, string? fileName, ImportStatements import, Actor actor, CancellationToken ct) =>
        {
            // The readers of bank files wait for bytes; and a caller that is slow, or breaks off, must not hold a reader.
            await using var file = new FileStream(Path.Combine(Path.GetTempPath(), Guid.CreateVersion7().ToString("n")), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
            await request.Body.CopyToAsync(file, ct);
            file.Position = 0;
            var imported = await import.RunAsync(actor.CompanyId!.Value, file, fileName, actor.Name, ct);
            if (imported.Refusal is { } refusal) throw new RefusedException("statement_file_refused", refusal.Message, ("reason", refusal.Message), ("rule", refusal.Rule), ("place", refusal.Place));
            return Results.Ok(new ImportView(imported.Id, imported.FileName, [.. imported.Outcomes.Select(o => new OutcomeView(o.Id, o.Account, o.Name, o.From, o.Until, o.Outcome, o.Lines, Views(o.Findings)))]));
        }).WithMetadata(new RequestSizeLimitAttribute(ImportStatements.MostBytes)).Accepts<Stream>("application/octet-stream", "application/xml", "text/plain", "*/*")
            .Answers<ImportView>("Imports a file of the bank (CODA, camt.053), and answers what became of each statement");
        api.MapGet("statements/{id:guid}", async (Guid id, OfficeDb db, CancellationToken ct) =>
            await db.Statements.AsNoTracking().SingleOrDefaultAsync(s => s.Id == id && s.State != StatementState.Reading, ct) is { } s
                ? Results.Ok(new StatementView(s.Id, s.Account, s.Name, s.State, s.From, s.Until, s.Opening, s.Closing, s.Credits, s.Debits, s.Lines,
                    await db.StatementLines.CountAsync(l => l.StatementId == id && l.State == LineState.ToDo, ct), s.MatchDueAt is not null, s.ImportedAt, Views(s.Findings)))
                : Results.NotFound()).Answers<StatementView>("One statement, and how much of it waits for a person");
    }

    private static List<FindingView> Views(IEnumerable<StatementFinding> findings) => [.. findings.Select(f => new FindingView(f.Severity, f.Rule, f.Message, f.Place))];
}
