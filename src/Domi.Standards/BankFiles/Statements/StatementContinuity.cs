namespace Domi.Standards.BankFiles;

/// <summary>Whether statements of an account follow on each other, and pages of one statement belong together.</summary>
public static class StatementContinuity
{
    /// <summary>What does not fit together; nothing when it follows.</summary>
    /// <param name="previous">The last statement of the account that was booked.</param>
    /// <param name="next">The statement that is to be booked now.</param>
    public static IReadOnlyList<Finding> Check(StatementEnd previous, StatementEnd next)
    {
        ArgumentNullException.ThrowIfNull(previous);
        ArgumentNullException.ThrowIfNull(next);
        var found = new List<Finding>();
        var (before, after) = (previous.Statement, next.Statement);
        if ((before.Account, before.Currency) != (after.Account, after.Currency))
        {
            Find(Severity.Hold, "statement.account", $"{after.Account} {after.Currency} does not follow on {before.Account} {before.Currency}.");
            return found;
        }

        if (before.Identity == after.Identity) Find(Severity.Hold, "statement.repeated", "The statement was booked already.");
        else if (after.IsDuplicate) Find(Severity.Warn, "statement.duplicate", "The bank says that it sent the statement before.");
        if (previous.Closing is { } closing && next.Opening is { } opening && closing.Amount != opening.Amount)
            Find(Severity.Hold, "statement.gap", $"It opens with {Values.Plain(opening.Amount)}, the one before closed with {Values.Plain(closing.Amount)}: a statement is missing.");
        // A new year begins at 1 again.
        if (before.Number is { } last && after.Number is { } number && number != last + 1 && number != 1)
            Find(Severity.Warn, "statement.number", $"Number {number} follows on number {last}.");
        return found;

        void Find(Severity severity, string rule, string message) => found.Add(new(severity, rule, message, $"statement {after.Id}"));
    }

    /// <summary>Pages of one statement as a whole: from the opening balance of the first to the closing one of the last.</summary>
    /// <param name="pages">All of them, in any order, each as it was read.</param>
    /// <returns>The whole, whose <see cref="StatementEnd.AddsUp"/> then tells; null while a page is missing.</returns>
    /// <exception cref="ArgumentException">They are of several statements, or one comes twice.</exception>
    public static StatementEnd? Join(IEnumerable<StatementEnd> pages)
    {
        var ordered = pages.OrderBy(p => p.Statement.Page).ToList();
        if (ordered.DistinctBy(p => (p.Statement.Account, p.Statement.Currency, p.Statement.Id)).Count() > 1) throw new ArgumentException("The pages are of several statements.", nameof(pages));
        if (ordered.DistinctBy(p => p.Statement.Page).Count() < ordered.Count) throw new ArgumentException("A page comes twice.", nameof(pages));
        if (ordered.Count == 0 || ordered[0].Statement.Page != 1 || !ordered[^1].Statement.IsLastPage || ordered[^1].Statement.Page != ordered.Count) return null;

        return new()
        {
            Statement = ordered[0].Statement with { IsLastPage = true, Until = ordered[^1].Statement.Until },
            Entries = ordered.Sum(p => p.Entries),
            Pending = ordered.Sum(p => p.Pending),
            Details = ordered.Sum(p => p.Details),
            Credits = ordered.Sum(p => p.Credits),
            Debits = ordered.Sum(p => p.Debits),
            Opening = ordered[0].Opening,
            Closing = ordered[^1].Closing,
        };
    }
}
