namespace Domi.Standards.BankFiles;

/// <summary>Counts what really is in a statement, whatever its head or trailer says.</summary>
internal sealed class Tally
{
    private int pending;
    private long details;
    private decimal credits;
    private decimal debits;

    public int Entries { get; private set; }

    public void Add(Entry entry, int detailCount)
    {
        Entries++;
        details += detailCount;
        if (entry.State is EntryState.Pending) pending++;
        if (entry.State is not EntryState.Booked) return;
        if (entry.Amount >= 0) credits += entry.Amount;
        else debits -= entry.Amount;
    }

    public StatementEnd End(Statement statement, StatementTotals? declared, Balance? closing = null) => new()
    {
        Statement = statement,
        Entries = Entries,
        Pending = pending,
        Details = details,
        Credits = credits,
        Debits = debits,
        Opening = statement.Opening,
        Closing = closing ?? statement.Closing,
        Declared = declared,
    };
}
