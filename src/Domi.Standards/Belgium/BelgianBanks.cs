using System.Globalization;

namespace Domi.Standards;

/// <summary>Which bank a Belgian account number belongs to, by the table of the National Bank.</summary>
/// <remarks>The table is dated: a code given out later is unknown here, which is no error (the BIC is optional in SEPA).</remarks>
public static class BelgianBanks
{
    private const string Table = "Belgium.bank-codes.tsv";

    private static readonly Bank?[] ByCode = Read();

    /// <summary>The day the National Bank's table is of.</summary>
    public static DateOnly TableDate { get; } = EmbeddedTable.Date(Table, "version");

    /// <summary>The BIC of the bank; null for a foreign account, an unknown code or a bank without BIC.</summary>
    public static Bic? BicOf(Iban account) => Find(account)?.Bic;

    /// <summary>The name of the bank as the National Bank writes it; null for a foreign account or an unknown code.</summary>
    public static string? NameOf(Iban account) => Find(account)?.Name;

    private static Bank? Find(Iban account) => account.CountryCode == "BE"
        ? ByCode[int.Parse(account.Value.AsSpan(4, 3), NumberStyles.None, CultureInfo.InvariantCulture)]
        : null;

    private static Bank?[] Read()
    {
        var banks = new Bank?[1000];
        foreach (var row in EmbeddedTable.Rows(Table))
        {
            var (first, last) = (int.Parse(row[0], CultureInfo.InvariantCulture), int.Parse(row[1], CultureInfo.InvariantCulture));
            Array.Fill(banks, new(row[2].Length == 0 ? null : Bic.Parse(row[2]), row[3]), first, last - first + 1);
        }

        return banks;
    }

    private sealed record Bank(Bic? Bic, string Name);
}
