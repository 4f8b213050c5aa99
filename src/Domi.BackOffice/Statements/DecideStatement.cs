using Domi.Platform;
using Microsoft.EntityFrameworkCore;

namespace Domi.BackOffice.Statements;

/// <summary>What a person decides of a statement that is held, having looked at it.</summary>
/// <remarks>Refuses with <c>not_found</c>, <c>statement_not_held</c>, <c>statement_not_euro</c>.</remarks>
public sealed class DecideStatement(OfficeDb db, MatchLines match, BusinessClock clock)
{
    /// <summary>It is booked after all; an account that was not known is known from here on.</summary>
    public async Task ReleaseAsync(Guid id, string actor, CancellationToken ct)
    {
        await db.WriteOrRepeatAsync(async token =>
        {
            var statement = await FindAsync(id, token);
            var now = clock.GetUtcNow();
            statement.Release(actor, now, now + MatchLines.Rest);
            if (statement.Findings.Any(f => f.Rule == "account.unknown") && !await db.BankAccounts.AnyAsync(a => a.OwnCompanyId == statement.OwnCompanyId && a.Account == statement.Account, token))
                db.BankAccounts.Add(new() { OwnCompanyId = statement.OwnCompanyId, Account = statement.Account, AddedBy = actor, AddedAt = now });
        }, ct);
        db.ChangeTracker.Clear();
        await match.RunAsync(id, ct);
    }

    /// <summary>Nothing of it was booked, and nothing will be; the same statement may be imported again.</summary>
    public Task ThrowAwayAsync(Guid id, string actor, CancellationToken ct) => db.WriteOrRepeatAsync(async token =>
    {
        var statement = await FindAsync(id, token);
        statement.ThrowAway(actor, clock.GetUtcNow());
        await db.StatementLines.Where(l => l.StatementId == statement.Id).ExecuteDeleteAsync(token);
    }, ct);

    private async Task<BankStatement> FindAsync(Guid id, CancellationToken ct) =>
        await db.Statements.SingleOrDefaultAsync(s => s.Id == id && s.State != StatementState.Reading, ct) ?? throw new RefusedException("not_found", $"No statement {id}.");
}
