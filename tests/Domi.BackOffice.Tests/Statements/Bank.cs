using Domi.BackOffice.Invoices;
using Domi.BackOffice.Statements;
using Domi.Standards;
using Domi.Standards.BankFiles;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Domi.BackOffice.Tests.Statements;

/// <summary>One payment on a statement, as the bank tells it.</summary>
internal sealed record Payment(decimal Amount, string? Reference = null, string? Text = null, string? Name = "PEETERS AN", string? Account = "BE68539007547034", string? EndToEndId = null, string? MandateId = null, string? Reason = null);

/// <summary>A bank that writes statements, and the office that takes them.</summary>
internal sealed class Bank(AppFixture app, string account = "BE45734031872589")
{
    public static readonly DateOnly Day = new(2026, 3, 17);

    public string Account => account;

    public byte[] Statement(int number, decimal opening, params Payment[] payments) => Write(StatementFile.Formats[0], number, opening, payments);

    public byte[] Write(string format, int number, decimal opening, params Payment[] payments)
    {
        var day = Day.AddDays(number);
        using var file = new MemoryStream();
        StatementFile.Write(file, format, new()
        {
            Kind = FileKind.Statement,
            Id = $"S{number}",
            Account = account,
            Currency = "EUR",
            Number = number,
            Holder = "My company",
            Balances = [new("OPBD", opening, day.AddDays(-1)), new("CLBD", opening + payments.Sum(p => p.Amount), day)],
        }, payments.SelectMany((p, at) => new FilePart[]
        {
            new Entry { Number = at + 1, Amount = p.Amount, Currency = "EUR", BookedOn = day, ValueOn = day, BankReference = $"B{number}-{at}" },
            new EntryDetail
            {
                EntryNumber = at + 1, Number = 1, Amount = p.Amount, Reference = p.Reference, Text = p.Text, CounterpartyName = p.Name, CounterpartyAccount = p.Account, EndToEndId = p.EndToEndId, MandateId = p.MandateId,
                ReturnReason = p.Reason,
            },
        }), day.ToDateTime(new(18, 0)));
        return file.ToArray();
    }

    public Task<ImportedFile> ImportAsync(byte[] file, string name = "statement.xml") => ImportAsync(new MemoryStream(file), name);

    public Task<ImportedFile> ImportAsync(Stream file, string name = "statement.xml") =>
        AppFixture.InScopeAsync(app.Office!, services => services.GetRequiredService<ImportStatements>().RunAsync(app.Made!.CompanyId, file, name, "An Clerk", CancellationToken.None));

    public Task<List<StatementLine>> LinesAsync() => app.ReadAsync((OfficeDb db) =>
        db.StatementLines.AsNoTracking().Where(l => db.Statements.Any(s => s.Id == l.StatementId && s.Account == account && s.State != StatementState.Reading)).OrderBy(l => l.BookedOn).ThenBy(l => l.Position).ToListAsync());

    public async Task<StatementLine> LineAsync() => Assert.Single(await LinesAsync());

    public Task<StatementLine> SettleAsync(Func<SettleLine, Task<StatementLine>> settle) => AppFixture.InScopeAsync(app.Office!, services => settle(services.GetRequiredService<SettleLine>()));

    /// <summary>Another account of the company, with no statement yet.</summary>
    public static async Task<Bank> WithAnAccountAsync(AppFixture app)
    {
        // Whatever ten digits: the last two and those of the IBAN follow from them.
        var digits = Random.Shared.NextInt64(1_000_000_000, 9_999_999_999).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var iban = Enumerable.Range(2, 97).Select(check => $"BE{check:00}{digits}{(long.Parse(digits) % 97 is 0 ? 97 : long.Parse(digits) % 97):00}").First(text => Iban.TryParse(text, out _));
        await app.ReadAsync(async (OfficeDb db) =>
        {
            db.BankAccounts.Add(new() { OwnCompanyId = app.Made!.CompanyId, Account = iban, AddedBy = "test", AddedAt = AppFixture.Start });
            return await db.SaveChangesAsync();
        });
        return new(app, iban);
    }

    public static string Ogm(Invoice invoice) => invoice.Communication!.Value.ToString();
}
