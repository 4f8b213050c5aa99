using Domi.Standards.BankFiles;
using Xunit;

namespace Domi.Standards.Tests.BankFiles;

public sealed class CollectionPlanTests
{
    private static readonly BankProfile Bank = BankProfile.Presets[0];
    private static readonly BatchKey Key = new(Iban.Parse("BE68539007547034"), CreditorIdentifier.Parse("BE12ZZZ0456810810"), MandateScheme.Core, SequenceType.Recurring, new(2026, 3, 20));
    private static readonly BatchKey Later = Key with { CollectOn = new(2026, 3, 23) };

    [Fact]
    public void What_the_bank_books_by_makes_a_batch()
    {
        BatchKey[] keys =
        [
            Key, Later, Key with { Sequence = SequenceType.First }, Key with { UltimateCreditor = "Zuid" }, Key with { CategoryPurpose = "SUPP" }, Key with { CreditorId = CreditorIdentifier.Parse("BE120010456810810") },
        ];
        var file = Assert.Single(CollectionPlan.Make(Sorted(keys.SelectMany(k => new[] { (k, 1.10m), (k, 2.20m) })), Bank));

        Assert.Equal(keys.OrderBy(k => k.SortKey, StringComparer.Ordinal), file.Batches.Select(b => b.Key));
        Assert.All(file.Batches, b => Assert.Equal((2, 3.30m), (b.Count, b.Sum)));
        Assert.Equal((12, 19.80m), (file.Count, file.Sum));
    }

    [Fact]
    public void Schemes_and_accounts_are_never_mixed_in_a_file() => Assert.Equal(3, CollectionPlan.Make(Sorted(
        [(Key, 1m), (Key with { Scheme = MandateScheme.B2B }, 1m), (Key with { CreditorAccount = Iban.Parse("BE71096123456769") }, 1m)]), Bank).Count);

    [Fact]
    public void What_the_bank_takes_in_a_file_and_in_a_batch_is_kept()
    {
        var five = Enumerable.Repeat((Key, 1m), 5).Append((Later, 1m)).ToList();

        Assert.Equal([6], Files(Bank));
        Assert.Equal([5, 1], Files(Bank with { OneDatePerFile = true }));
        Assert.Equal([5, 1], Files(Bank with { OneBatchPerFile = true }));
        Assert.Equal([4, 2], Files(Bank with { MaxPaymentsPerFile = 4 }));
        Assert.Equal([2, 2, 1, 1], Assert.Single(CollectionPlan.Make(five, Bank with { MaxPaymentsPerBatch = 2 })).Batches.Select(b => b.Count));
        Assert.Equal([2, 2, 1, 1], Files(Bank with { MaxPaymentsPerBatch = 2, OneBatchPerFile = true }));
        Assert.Empty(CollectionPlan.Make([], Bank));

        List<int> Files(BankProfile bank) => [.. CollectionPlan.Make(five, bank).Select(f => f.Count)];
    }

    [Fact]
    public void Debits_that_are_not_in_order_are_refused() => Assert.Throws<ArgumentException>(() => CollectionPlan.Make([(Later, 1m), (Key, 1m)], Bank));

    private static IEnumerable<(BatchKey Key, decimal Amount)> Sorted(IEnumerable<(BatchKey Key, decimal Amount)> debits) => debits.OrderBy(d => d.Key.SortKey, StringComparer.Ordinal);
}
