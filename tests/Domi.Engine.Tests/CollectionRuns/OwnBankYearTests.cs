using System.Globalization;
using Domi.Platform;
using Domi.Standards.BankFiles;
using Domi.Testing;

namespace Domi.Engine.Tests.CollectionRuns;

/// <summary>
/// Months of subscriptions collected through files that are exchanged with a bank that refuses, returns and refunds, and sends untidy files. At every
/// month's end engine and bank agree to the cent, collection by collection. DOMI_MANDATES says how many, DOMI_MONTHS how long: 5,000 and 12 in the soak.
/// </summary>
public sealed class OwnBankYearTests(AppFixture app) : IClassFixture<AppFixture>
{
    private static readonly int Mandates = OwnBank.Setting("DOMI_MANDATES", 16);
    private static readonly int Months = OwnBank.Setting("DOMI_MONTHS", 2);

    private readonly EngineClient client = new(app);

    [Theory]
    [InlineData("camt.053.001.08", true, "BE45734031872589")]
    [InlineData("CODA 2", false, "BE68539007547034")]
    [InlineData("CODA 2 totals", true, "BE91001732641076")]
    public async Task At_every_months_end_engine_and_bank_agree_to_the_cent(string format, bool gross, string account)
    {
        var own = await OwnBank.OpenAsync(app, account, format.Length, new()
        {
            Statements = format,
            Reports = gross ? "pain.002.001.10" : "pain.002.001.03",
            BooksRejectsGross = gross,
            ReportsReturns = gross,
            Charges = gross ? ChargeRule.Inside : ChargeRule.Apart,
            Untidiness = Untidiness.All,
            Decide = Mandates < 100 ? OwnBank.OfFew : null,
        });
        for (var n = 0; n < Mandates; n++) await JoinAsync(format, n);

        var first = app.Now().BrusselsDate();
        var month = new DateOnly(first.Year, first.Month, 1);
        for (var i = 0; i <= Months; i++)
        {
            await own.UntilAsync(month.AddMonths(i + 1).AddDays(-1)); // by then the bank has sent what it held back
            await own.AnswerAsPersonAsync();
            var differences = await own.DifferencesAsync();
            Assert.True(differences.Length == 0, differences);
        }

        Assert.Contains(own.Bank.Truth.Payments.Values, p => p.State is BankState.Settled);
        foreach (var state in new[] { BankState.Returned, BankState.Refunded, BankState.Rejected }) Assert.Contains(own.Bank.Truth.Payments.Values, p => p.State == state);
        // Only what came cut is refused: the whole one followed.
        Assert.All(own.Refused, r => Assert.Contains("cut", r.Key));
    }

    private async Task JoinAsync(string format, int n)
    {
        var name = $"{string.Concat(format.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant()}-{n}";
        var mandate = (await client.TakenAsync(HttpMethod.Post, "/sign", ("method", "import"), ("ct", "1"), ("iban", OwnBank.IbanOf(n)), ("customerNumber", name), ("email", $"{name}@members.example"), ("firstname", "Member"), ("lastname", $"Nr {n}"), ("mandateNumber", name))).GetProperty("MndtId").GetString()!;
        await client.TakenAsync(HttpMethod.Post, "/subscription", ("mndtId", mandate), ("message", "Monthly fee"), ("ref", "FEE"), ("amount", (20 + (n % 50)).ToString(CultureInfo.InvariantCulture) + ".50"), ("recurrence", "1m"), ("start", app.Now().BrusselsDate().AddDays(20).ToString("O", CultureInfo.InvariantCulture)));
    }
}
