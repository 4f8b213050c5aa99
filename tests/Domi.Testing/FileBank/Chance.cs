namespace Domi.Testing;

/// <summary>The bank's dice: what it does untidily, and when.</summary>
internal sealed class Chance(Random random, BankRules rules)
{
    public bool Takes(Untidiness untidiness) => rules.Untidiness.HasFlag(untidiness) && random.NextDouble() < rules.UntidyShare;

    public bool Half() => random.Next(2) == 0;

    /// <summary>1 to so many.</summary>
    public int UpTo(int most) => random.Next(1, most + 1);

    /// <summary>An amount between two numbers of cents.</summary>
    public decimal Cents(int from, int below) => random.Next(from, below) / 100m;
}
