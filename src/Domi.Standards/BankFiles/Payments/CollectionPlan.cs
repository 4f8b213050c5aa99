using System.Globalization;

namespace Domi.Standards.BankFiles;

/// <summary>What direct debits have to share to stand in one batch.</summary>
public sealed record BatchKey(
    Iban CreditorAccount, CreditorIdentifier CreditorId, MandateScheme Scheme, SequenceType Sequence, DateOnly CollectOn, string? UltimateCreditor = null, string? CategoryPurpose = null)
{
    // The business code is part of what the bank books by, though it is none of the identifier's identity.
    public bool Equals(BatchKey? other) => other is not null
        && (CreditorAccount, CreditorId.Value, Scheme, Sequence, CollectOn, UltimateCreditor, CategoryPurpose)
            == (other.CreditorAccount, other.CreditorId.Value, other.Scheme, other.Sequence, other.CollectOn, other.UltimateCreditor, other.CategoryPurpose);

    public override int GetHashCode() => HashCode.Combine(CreditorAccount, CreditorId, Scheme, Sequence, CollectOn, UltimateCreditor, CategoryPurpose);

    /// <summary>The order of batches: two keys compare the same on every machine, so that the same debits make the same file.</summary>
    public string SortKey => string.Create(CultureInfo.InvariantCulture,
        $"{CreditorAccount.Value}|{(int)Scheme}|{CreditorId.Value}|{CollectOn:yyyyMMdd}|{(int)Sequence}|{UltimateCreditor}|{CategoryPurpose}");
}

/// <summary>One batch that is to be written.</summary>
public sealed record PlannedBatch(BatchKey Key, int Count, decimal Sum);

/// <summary>One file that is to be written: its batches in order.</summary>
public sealed record PlannedFile(IReadOnlyList<PlannedBatch> Batches)
{
    /// <summary>Payments of all batches.</summary>
    public int Count => Batches.Sum(b => b.Count);

    /// <summary>Euro, of all batches.</summary>
    public decimal Sum => Batches.Sum(b => b.Sum);
}

/// <summary>Cuts direct debits into the files and batches that a bank takes.</summary>
public static class CollectionPlan
{
    /// <summary>The files of debits that come sorted by <see cref="BatchKey.SortKey"/>; the debits follow in that very order when they are written.</summary>
    /// <remarks>Keeps the batches and no debit, so that a million are cut as they are read.</remarks>
    /// <exception cref="ArgumentException">The debits are not sorted by key.</exception>
    public static IReadOnlyList<PlannedFile> Make(IEnumerable<(BatchKey Key, decimal Amount)> sorted, BankProfile profile)
    {
        ArgumentNullException.ThrowIfNull(sorted);
        ArgumentNullException.ThrowIfNull(profile);
        var files = new List<PlannedFile>();
        var batches = new List<PlannedBatch>();
        var inFile = 0;
        BatchKey? key = null;
        var (count, sum) = (0, 0m);
        foreach (var (next, amount) in sorted)
        {
            if (key is not null && next != key)
            {
                if (string.CompareOrdinal(next.SortKey, key.SortKey) < 0) throw new ArgumentException("The direct debits are not sorted by their key.", nameof(sorted));
                CloseBatch();
                if (profile.OneBatchPerFile || next.Scheme != key.Scheme || next.CreditorAccount != key.CreditorAccount || profile.OneDatePerFile && next.CollectOn != key.CollectOn) CloseFile();
            }

            if (count == profile.MaxPaymentsPerBatch)
            {
                CloseBatch();
                if (profile.OneBatchPerFile) CloseFile();
            }

            if (inFile == profile.MaxPaymentsPerFile)
            {
                CloseBatch();
                CloseFile();
            }

            key = next;
            count++;
            inFile++;
            sum += amount;
        }

        CloseBatch();
        CloseFile();
        return files;

        void CloseBatch()
        {
            if (count > 0) batches.Add(new(key!, count, sum));
            (count, sum) = (0, 0);
        }

        void CloseFile()
        {
            if (batches.Count > 0) files.Add(new([.. batches]));
            batches.Clear();
            inFile = 0;
        }
    }
}
