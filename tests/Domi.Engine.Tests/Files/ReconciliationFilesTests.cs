using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Domi.Engine.Creditors;
using Domi.Engine.Files;
using Domi.Engine.Tests.Pages;
using Domi.Platform;
using Domi.Standards;
using Domi.Standards.BankFiles;
using Domi.Standards.Tests.BankFiles;
using Domi.Testing;

namespace Domi.Engine.Tests.Files;

public sealed class ReconciliationFilesTests(ReconciliationFilesTests.Fixture app) : IClassFixture<ReconciliationFilesTests.Fixture>
{
    /// <summary>A day of collections, one of them taken back, and one of payments on links, one of them given back.</summary>
    public sealed class Fixture : AppFixture
    {
        public string Day { get; private set; } = "";

        public string LinkDay { get; private set; } = "";

        public int WrittenBeforeTheDayWasOver { get; private set; }

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            var (client, debtor) = (new EngineClient(this), new Debtor(this));
            await this.ChangeCreditorAsync(c => c.Account = Iban.Parse("BE45734031872589"));
            var formula = await client.GivenASignedMandate("FI1", ("firstname", "=HYPERLINK(\"x\")"), ("lastname", "An;Peeters"));
            var plain = await client.GivenASignedMandate("FI2", ("firstname", "Ilse"), ("iban", "BE91001732641076"));
            var made = await client.TransactAsync(formula, 100.5m, ("message", "+1"), ("ref", "-2+3"), ("refase2e", "true"));
            await client.TransactAsync(plain, 12m, ("message", new string('m', 140)), ("ref", "@SUM(A1)")); // refused by the customer
            await AppFixture.AdvanceAsync(Engine, DateOnly.ParseExact(Day = made.GetProperty("reqcolldt").GetString()!, "O", CultureInfo.InvariantCulture).At(12) - this.Now());
            WrittenBeforeTheDayWasOver = await WriteAsync(client, "sdd=true&paylink=true");
            await AppFixture.AdvanceAsync(Engine, TimeSpan.FromDays(1));

            LinkDay = this.Now().BrusselsDate().ToString("O", CultureInfo.InvariantCulture);
            foreach (var (title, amount, customer) in new[] { ("Two\uFFFEchairs " + new string('x', 180), "55.10", "FI3"), ("=1+1", "20", "FI4") })
            {
                var link = await client.TakenAsync(HttpMethod.Post, "/payment/link", ("title", title), ("amount", amount), ("customerNumber", customer), ("lastname", "Go\uFFFFossens"));
                await debtor.PayLinkAsync(new Uri(link.GetProperty("url").GetString()!).AbsolutePath);
                if (amount == "20") await client.TakenAsync(HttpMethod.Post, "/payment/link/refund", ("id", link.GetProperty("id").ToString()), ("message", "Sorry"), ("amount", "5"));
            }

            await AppFixture.AdvanceAsync(Engine, TimeSpan.FromDays(1));
        }
    }

    private static readonly XNamespace Ns = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02";

    private readonly EngineClient client = new(app);

    [Fact]
    public async Task A_day_is_written_once_when_it_is_over()
    {
        Assert.Equal(0, app.WrittenBeforeTheDayWasOver);
        await WriteAsync(client, "sdd=true&paylink=true");
        await WriteAsync(client, "sdd=true&paylink=true&format=csv");

        Assert.Equal(0, await WriteAsync(client, "sdd=true&paylink=true&format=CAMT"));
        Assert.Equal(0, await WriteAsync(client, ""));
        var names = (await client.GetAsync("/files", ("X-RESET", "2026-01-01T00:00:00Z"))).GetProperty("Files").EnumerateArray().Select(f => f.GetProperty("name").GetString()!)
            .Where(n => n.EndsWith("_camt53.xml", StringComparison.Ordinal) || n.EndsWith("_list.csv", StringComparison.Ordinal)).ToList(); // other tests ask for other formats
        Assert.Equal(new[] { $"sdd_domi_1001-{Short(app.Day)}_camt53.xml", $"paylink_domi_1001-{Short(app.LinkDay)}_camt53.xml", $"sdd_domi_1001-{Short(app.Day)}_list.csv", $"paylink_domi_1001-{Short(app.LinkDay)}_list.csv" }.Order(), names.Order());
    }

    [Fact]
    public async Task A_file_that_was_fetched_is_no_news_but_after_a_reset()
    {
        await WriteAsync(client, "sdd=true&format=csv");
        var name = $"sdd_domi_1001-{Short(app.Day)}_list.csv";
        await FetchAsync(name);

        Assert.DoesNotContain(name, (await client.GetAsync("/files")).ToString());
        var again = (await client.GetAsync("/files", ("X-RESET", app.Now().AddDays(-1).ToString("O", CultureInfo.InvariantCulture)))).GetProperty("Files").EnumerateArray().Single(f => f.GetProperty("name").GetString() == name);
        Assert.Equal("downloaded", again.GetProperty("state").GetString());
        Assert.Equal(0, (await client.GetAsync("/files", ("X-RESET", "2100-01-01T00:00:00Z"))).GetProperty("Files").GetArrayLength());
        Assert.Equal("err_invalid_date", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, "/files", null, ("X-RESET", "yesterday"))));
    }

    [Fact]
    public async Task What_is_no_file_and_no_format_is_refused()
    {
        foreach (var format in new[] { "xls", "camt.053.001.02", "list", new string('c', 21) }) Assert.Equal("err_invalid_params", await EngineClient.RefusalAsync(client.FormAsync("/files", ("sdd", "true"), ("format", format))));
        foreach (var name in new[] { "none.csv", "..%2f..%2fetc%2fpasswd", new string('n', 300) }) Assert.Equal("err_not_found", await EngineClient.RefusalAsync(client.SendAsync(HttpMethod.Get, "/files/" + name)));
    }

    [Fact]
    public async Task A_list_has_every_line_and_no_formula()
    {
        await WriteAsync(client, "sdd=true&paylink=true&format=csv");
        var (debits, links) = (Encoding.UTF8.GetString(await FetchAsync($"sdd_domi_1001-{Short(app.Day)}_list.csv")), Encoding.UTF8.GetString(await FetchAsync($"paylink_domi_1001-{Short(app.LinkDay)}_list.csv")));

        Assert.StartsWith("\uFEFFdate;amount;name;iban;message;ref;id\r\n", debits);
        Assert.Contains($"{app.Day};100.50;\"'=HYPERLINK(\"\"x\"\") An;Peeters\";BE68539007547034;'+1;'-2+3;'-2+3\r\n", debits);
        Assert.Contains($"{app.Day};12.00;Ilse;BE91001732641076;{new string('m', 140)};'@SUM(A1);", debits);
        Assert.Contains($"{app.Day};-12.00;Ilse;BE91001732641076;MS02 {new string('m', 140)};'@SUM(A1);", debits);
        Assert.Equal(4, debits.TrimEnd().Split("\r\n").Length);
        Assert.Contains($"{app.LinkDay};20.00;Go\uFFFFossens;;'=1+1;;", links);
        Assert.Contains($"{app.LinkDay};-5.00;;;Sorry;;re_", links);
        Assert.Equal(4, links.TrimEnd().Split("\r\n").Length);
    }

    [Fact]
    public async Task A_statement_adds_up_and_names_who_paid_what()
    {
        await WriteAsync(client, "sdd=true&paylink=true");
        var statement = (await DocumentAsync($"sdd_domi_1001-{Short(app.Day)}_camt53.xml")).Root!.Element(Ns + "BkToCstmrStmt")!.Element(Ns + "Stmt")!;
        var entries = statement.Elements(Ns + "Ntry").ToList();

        Assert.Equal("BE45734031872589", statement.Element(Ns + "Acct")!.Value[..16]);
        Assert.Equal([("OPBD", 0m), ("CLBD", 100.5m)], statement.Elements(Ns + "Bal").Select(b => (b.Element(Ns + "Tp")!.Value, Money(b))));
        Assert.Equal([-12m, 12m, 100.5m], entries.Select(Money).Order());
        var paid = entries.Single(e => Money(e) == 100.5m).Element(Ns + "NtryDtls")!.Element(Ns + "TxDtls")!;
        Assert.Equal(("-2+3", "=HYPERLINK(\"x\") An;Peeters", "BE68539007547034", "+1"), (paid.Element(Ns + "Refs")!.Element(Ns + "EndToEndId")!.Value, paid.Descendants(Ns + "Nm").Single().Value, paid.Descendants(Ns + "IBAN").Single().Value, paid.Descendants(Ns + "Ustrd").Single().Value));
        Assert.Equal("MS02", entries.Single(e => Money(e) == -12m).Descendants(Ns + "RtrInf").Single().Value);
        Assert.All(entries, e => Assert.Equal((app.Day, "BOOK"), (e.Element(Ns + "BookgDt")!.Value, e.Element(Ns + "Sts")!.Value)));
        var links = (await DocumentAsync($"paylink_domi_1001-{Short(app.LinkDay)}_camt53.xml")).Descendants(Ns + "Ntry").ToList();
        Assert.Equal([-5m, 20m, 55.1m], links.Select(Money).Order());
        Assert.All(links.Concat(entries).Descendants(Ns + "Ustrd"), u => Assert.InRange(u.Value.Length, 1, 140));
    }

    public static TheoryData<string> Formats => [.. ReconciliationStatement.Formats.Keys];

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task A_day_is_the_same_in_every_format(string format)
    {
        await WriteAsync(client, "sdd=true&paylink=true&format=" + format);
        foreach (var (kind, day, sums) in new[] { ("sdd", app.Day, new[] { -12m, 12m, 100.5m }), ("paylink", app.LinkDay, [-5m, 20m, 55.1m]) })
        {
            var file = await FetchAsync($"{kind}_domi_1001-{Short(day)}_{ReconciliationStatement.Formats[format].Ending}");
            if (ReconciliationStatement.Formats[format].Format == StatementFile.Mt940)
            {
                var lines = Encoding.ASCII.GetString(file).Split("\r\n");
                Assert.Contains(":25:BE45734031872589EUR", lines);
                Assert.Contains(lines, l => l.StartsWith(":62F:") && l.EndsWith(string.Create(CultureInfo.InvariantCulture, $"EUR{sums.Sum():0.00}").Replace('.', ',')));
                Assert.Equal(sums, lines.Where(l => l.StartsWith(":61:")).Select(l => (l[14] == 'C' ? 1 : -1) * decimal.Parse(string.Concat(l.Skip(15).TakeWhile(c => c is ',' or (>= '0' and <= '9'))).Replace(',', '.'), CultureInfo.InvariantCulture)).Order());
                continue;
            }

            var parts = BankFile.Read(new MemoryStream(file)).ToList();
            Assert.Empty(parts.OfType<Finding>().Select(f => f.ToString()));
            Assert.Equal(("BE45734031872589", 0m, sums.Sum()), (parts.OfType<Statement>().Single().Account, parts.OfType<StatementEnd>().Single().Opening!.Amount, parts.OfType<StatementEnd>().Single().Closing!.Amount));
            Assert.Equal(format == "camt" ? sums : [sums[0], sums[1] + sums[2]], parts.OfType<Entry>().Select(e => e.Amount).Order());
            Assert.Equal(format == "coda" ? [sums[0]] : sums, parts.OfType<EntryDetail>().Select(d => d.Amount!.Value).Order());
            Assert.Equal(kind == "sdd" ? "MS02" : null, parts.OfType<EntryDetail>().Single(d => d.Amount < 0).ReturnReason);
            if (format == "camt") Assert.Empty(SchemaCheck.Validate(new MemoryStream(file), "camt.053.001.02").Select(f => f.ToString()));
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_day_is_the_same_byte_for_byte_today_and_when_written_again(string format)
    {
        var creditor = new Creditor { MerchantId = 1001, Name = "Fitness Gent NV", Account = Iban.Parse("BE45734031872589"), CreditorIdentifier = "BE12ZZZ0456810810" };
        var day = new DateOnly(2026, 3, 4);
        ReconciliationRow[] rows =
        [
            new(day, 100.5m, "An Peeters", "BE68539007547034", "Abonnement maart", "INV-1", "E-1", "M-1"),
            new(day, 12m, "Zoë <Café> & zoon", "BE91001732641076", new string('m', 140), null, "E-2", "M-2"),
            new(day, -12m, "Zoë <Café> & zoon", "BE91001732641076", new string('m', 140), null, "E-2", "M-2", "AM04"),
            new(day, -3m, "", null, "Sorry", null, "E-3", "M-3", "own reason"),
        ];
        var file = ReconciliationStatement.Write(format, creditor, "sdd", day, rows, new(2026, 3, 5, 6, 0, 0));

        Golden.Same("reconciliation", ReconciliationStatement.Formats[format].Ending, file);
        Assert.Equal(file, ReconciliationStatement.Write(format, creditor, "sdd", day, rows, new(2026, 3, 5, 6, 0, 0)));
    }

    private static async Task<int> WriteAsync(EngineClient client, string form)
    {
        using var answer = await client.SendAsync(HttpMethod.Post, "/files?" + form);
        Assert.True(answer.StatusCode is HttpStatusCode.NoContent, await answer.Content.ReadAsStringAsync());
        return int.Parse(answer.Headers.GetValues("X-FILES-CREATED").Single(), CultureInfo.InvariantCulture);
    }

    private async Task<byte[]> FetchAsync(string name)
    {
        using var answer = await client.SendAsync(HttpMethod.Get, "/files/" + name);
        Assert.True(answer.StatusCode is HttpStatusCode.OK, $"{name}: {await answer.Content.ReadAsStringAsync()}");
        Assert.Equal(name, answer.Content.Headers.ContentDisposition!.FileName);
        return await answer.Content.ReadAsByteArrayAsync();
    }

    private async Task<XDocument> DocumentAsync(string name) => XDocument.Load(new MemoryStream(await FetchAsync(name)));

    private static decimal Money(XElement of) => decimal.Parse(of.Element(Ns + "Amt")!.Value, CultureInfo.InvariantCulture) * (of.Element(Ns + "CdtDbtInd")!.Value == "DBIT" ? -1 : 1);

    private static string Short(string day) => day[2..].Replace("-", "", StringComparison.Ordinal);
}
