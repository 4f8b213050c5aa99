using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Xml;
using Domi.BackOffice;
using Domi.BackOffice.Companies;
using Domi.BackOffice.Invoices;
using Domi.BackOffice.Ledger;
using Domi.BackOffice.Relations;
using Domi.BackOffice.Statements;
using Domi.Platform;
using Domi.Standards;
using Domi.Standards.BankFiles;
using Domi.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Domi.Bench;

/// <summary>A month of a large creditor: 100,000 transfers on one statement, 200,000 open invoices, sent to the program as it is published.</summary>
internal sealed class Matching(string folder) : IAsyncDisposable
{
    private const int Entries = 100_000;
    private const int Invoices = 200_000;
    private const string Account = "BE68539007547034";
    private const decimal Amount = 121m;

    private readonly ProcessApp app = new(Path.Combine(folder, "matching"), "office", ProcessApp.FreePort(), ProcessApp.FreePort(), new Dictionary<string, string?>());

    public async Task MeasureAsync(Action<string, bool, string> bar, Action<string, string> print)
    {
        await app.StartAsync();
        await FillAsync();
        var path = Path.Combine(folder, "statement.xml");
        await using (var file = File.Create(path))
            StatementFile.Write(file, "camt.053.001.08", new() { Kind = FileKind.Statement, Id = "BENCH", Account = Account, Currency = "EUR", Number = 1, Balances = [new("OPBD", 0, new(2026, 3, 16)), new("CLBD", Enumerable.Range(1, Entries).Sum(AmountOf), new(2026, 3, 17))] }, Parts(), new(2026, 3, 17, 18, 0, 0));

        var bare = Bare(path);
        print($"bare XmlReader over {new FileInfo(path).Length / 1e6:0} MB, and {Entries * 5:N0} rows inserted in one transaction", $"{bare:0.00} s");

        using var http = app.OfficeClient();
        http.Timeout = TimeSpan.FromMinutes(10);
        var (clock, cpu) = (Stopwatch.StartNew(), app.ProcessorSeconds);
        await using var body = File.OpenRead(path);
        using var answer = await http.PostAsync("/api/v1/statements?fileName=statement.xml", new StreamContent(body));
        var said = await answer.Content.ReadAsStringAsync();
        var seconds = clock.Elapsed.TotalSeconds;
        if (!answer.IsSuccessStatusCode || JsonDocument.Parse(said).RootElement.GetProperty("statements")[0].GetProperty("outcome").GetString() != nameof(ImportOutcome.Booked)) throw new InvalidOperationException(said);

        await using var db = app.Read<OfficeDb>("office");
        var matched = await db.StatementLines.CountAsync(l => l.State == LineState.Matched);
        if (matched != Entries * 9 / 10) throw new InvalidOperationException($"{matched} lines were matched.");
        if ((await CheckLedger.RunAsync(db, CancellationToken.None)).Differences is { Count: > 0 } differences) throw new InvalidOperationException(differences[0]);
        bar($"camt.053 of {Entries:N0} entries, parsed and matched against {Invoices:N0} open invoices", seconds < 30, $"{seconds:0.0} s = {seconds / bare:0.0} times the bare loops (bar 30 s), {matched:N0} booked, {app.ProcessorSeconds - cpu:0.0} s of processor");
        bar("  resident memory of the program at its height", app.PeakMegabytes < 300, $"{app.PeakMegabytes:0} MB (bar 300)");
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    // Of ten: eight pay exactly, one a part, one names nothing that is known.
    private static decimal AmountOf(int n) => n % 10 == 1 ? 100m : Amount;

    private static StructuredCommunication Communication(int n) => StructuredCommunication.FromNumber(2_026_000_000L + n);

    private static IEnumerable<FilePart> Parts()
    {
        for (var n = 1; n <= Entries; n++)
        {
            yield return new Entry { Number = n, Amount = AmountOf(n), Currency = "EUR", BookedOn = new(2026, 3, 17), ValueOn = new(2026, 3, 17), BankReference = string.Create(CultureInfo.InvariantCulture, $"BANK{n:D12}"), TransactionCode = "PMNT/RCDT/ESCT" };
            yield return new EntryDetail
            {
                EntryNumber = n,
                Number = 1,
                Amount = AmountOf(n),
                EndToEndId = string.Create(CultureInfo.InvariantCulture, $"E2E-{n:D10}"),
                CounterpartyName = "Jan Janssens",
                CounterpartyAccount = "BE71096123456769",
                Reference = n % 10 == 0 ? null : Communication(n * 2).Value,
                Text = n % 10 == 0 ? "thank you" : null,
            };
        }
    }

    /// <summary>What no program could do without: the bytes read as XML, and as many rows written as the import writes.</summary>
    private double Bare(string path)
    {
        var clock = Stopwatch.StartNew();
        using (var xml = XmlReader.Create(path))
            while (xml.Read()) { }
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "bare-rows.db")}");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "pragma journal_mode=wal; create table t (id text primary key, v text)";
        command.ExecuteNonQuery();
        using var transaction = connection.BeginTransaction();
        command.Transaction = transaction;
        command.CommandText = "insert into t (id, v) values ($id, 'a row of about the size of an entry of the ledger, so that pages are alike, with a text that says why it is there')";
        var id = command.Parameters.Add("$id", SqliteType.Text);
        for (var n = 0; n < Entries * 5; n++)
        {
            id.Value = Guid.CreateVersion7().ToString();
            command.ExecuteNonQuery();
        }

        transaction.Commit();
        return clock.Elapsed.TotalSeconds;
    }

    /// <summary>Copies one invoice as often as is needed; each has its own communication, and is booked.</summary>
    private async Task FillAsync()
    {
        await using var db = app.Read<OfficeDb>("office");
        var company = await db.Companies.FirstAsync();
        company.Account = Iban.Parse(Account);
        var now = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
        var relation = new Relation { OwnCompanyId = company.Id, Number = 1, Name = "Bench Debtor", CreatedAt = now };
        var invoice = new Invoice(company.Id, relation.Id, InvoiceKind.Invoice, now);
        invoice.Edit(relation.Id, [new() { Description = "Boekhouding", UnitPrice = Amount, VatRate = 0m, Position = 1 }]);
        invoice.Assign("2026-000000", 2026, new(2026, 3, 1), new(2026, 3, 31), null, null, now);
        db.AddRange(relation, invoice);
        await db.SaveChangesAsync();
        var columns = string.Join(", ", db.Model.FindEntityType(typeof(Invoice))!.GetProperties().Select(p => p.GetColumnName()).Where(c => c is not ("id" or "number" or "communication" or "payment_state" or "open")));
        var id = $"upper(printf('%08x-0000-7000-8000-%012x', i, i))";
        await db.WriteAsync(async ct =>
        {
#pragma warning disable EF1002, EF1003 // made of column names of the model and numbers
            await db.Database.ExecuteSqlRawAsync($"with recursive n(i) as (select 1 union all select i + 1 from n where i < {Invoices}) insert into invoices (id, number, communication, payment_state, open, {columns}) "
                + $"select {id}, printf('2026-%06d', i), printf('%010d%02d', 2026000000 + i, case (2026000000 + i) % 97 when 0 then 97 else (2026000000 + i) % 97 end), 'Unpaid', total_incl_vat, {columns} from invoices, n where number = '2026-000000'", ct);
            await db.Database.ExecuteSqlRawAsync("delete from invoices where number = '2026-000000'", ct);
            await db.Database.ExecuteSqlRawAsync("insert into ledger_entries (id, own_company_id, invoice_id, kind, amount, key, source, is_assumed, occurred_at, posted_at) select id, own_company_id, id, 'Booked', total_incl_vat, 'booked:' || number, 'office', 0, created_at, created_at from invoices", ct);
            await db.Database.ExecuteSqlRawAsync("insert into invoice_totals (own_company_id, month, state, count, excl_vat, incl_vat, paid, open) select own_company_id, '2026-03-01', 'Unpaid', count(*), printf('%.1f', sum(total_excl_vat)), printf('%.1f', sum(total_incl_vat)), '0.0', printf('%.1f', sum(open)) from invoices group by 1", ct);
            await db.Database.ExecuteSqlRawAsync(Databases.LookAtTables, ct);
#pragma warning restore EF1002, EF1003
        }, CancellationToken.None);
    }
}
