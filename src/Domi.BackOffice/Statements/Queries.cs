namespace Domi.BackOffice.Statements;

/// <summary>What is asked of payments in several places.</summary>
public static class StatementQueries
{
    /// <summary>Payments of which something is kept for a customer.</summary>
    public static IQueryable<StatementLine> CreditOf(this IQueryable<StatementLine> lines, Guid relationId) =>
        lines.Where(l => l.RelationId == relationId && (l.State == LineState.Credit || l.State == LineState.ToDo) && l.Credit > 0);
}
