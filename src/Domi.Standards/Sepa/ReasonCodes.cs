using System.Collections.Frozen;
using System.Globalization;

namespace Domi.Standards;

/// <summary>What a failed collection asks for next.</summary>
public enum FailureBucket
{
    /// <summary>The debtor cannot: the money was not there. May work later.</summary>
    Soft,

    /// <summary>The debtor will not: refused, disputed or blocked.</summary>
    Hard,

    /// <summary>The account, the mandate, the data or a bank is in the way; also every unknown code.</summary>
    Technical,
}

/// <summary>The reason codes banks give for direct debits that came back, and what follows from them.</summary>
/// <remarks>
/// Some banks hide AM04 behind MS03 for privacy, so a policy on AM04 alone misses cases. Codes are read in any case.
/// Source: ISO 20022 external code sets (status, return and reversal reasons); EPC173-14, reason codes for R-transactions.
/// </remarks>
public static class ReasonCodes
{
    private static readonly FrozenDictionary<string, Reason> Table = EmbeddedTable.Rows("Sepa.reason-codes.tsv")
        .ToFrozenDictionary(
            row => row[0],
            row => new Reason(
                Enum.Parse<FailureBucket>(row[1]), int.Parse(row[2], CultureInfo.InvariantCulture), row[3], row[4], row[5], row[6]),
            StringComparer.OrdinalIgnoreCase);

    private static readonly Reason Unknown = new(FailureBucket.Technical, 0,
        "the bank refused the payment",
        "la banque a refusé le paiement",
        "de bank heeft de betaling geweigerd",
        "die Bank hat die Zahlung abgelehnt");

    /// <summary>The codes this table knows, four capitals or digits each.</summary>
    public static IReadOnlyCollection<string> Known => Table.Keys;

    /// <summary>The bucket of a code; <see cref="FailureBucket.Technical"/> for an unknown one.</summary>
    public static FailureBucket BucketOf(string code) => Find(code).Bucket;

    /// <summary>True when the same collection may be presented again without anything being mended first.</summary>
    public static bool MayRetry(string code) => MaxRetries(code) > 0;

    /// <summary>How often the same collection may be presented again: never more than twice, 0 for an unknown code.</summary>
    public static int MaxRetries(string code) => Find(code).MaxRetries;

    /// <summary>The reason as part of a sentence: lower case (but for German nouns), no full stop.</summary>
    /// <param name="code">As the bank gave it; a general phrase answers an unknown one.</param>
    /// <param name="language">fr, nl, en or de, also as nl-BE or FR_be; English for any other.</param>
    public static string Describe(string code, string language) => Find(code).In(language);

    private static Reason Find(string code) => Table.GetValueOrDefault(code.Trim(), Unknown);

    private sealed record Reason(FailureBucket Bucket, int MaxRetries, string English, string French, string Dutch, string German)
    {
        public string In(string language) => Languages.Main(language) switch
        {
            "fr" => French,
            "nl" => Dutch,
            "de" => German,
            _ => English,
        };
    }
}
