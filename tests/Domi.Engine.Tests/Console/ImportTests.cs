using System.Text;
using System.Text.RegularExpressions;
using Domi.Engine.Imports;
using Domi.Engine.Mandates;
using Domi.Engine.Users;
using Domi.Testing;
using Microsoft.EntityFrameworkCore;

namespace Domi.Engine.Tests.Console;

public sealed partial class ImportTests(AppFixture app) : IClassFixture<AppFixture>
{
    [Theory]
    [InlineData("a;b\r\n1;2\r\n", "1|2")]
    [InlineData("\ufeffa,b\n\"1,5\",\"say \"\"x\"\"\"\n", "1,5|say \"x\"")]
    [InlineData("a;b\n\"two\nlines\"; 2 \n\n", "two\nlines|2")]
    public void A_file_is_read_whatever_its_separator_and_breaks(string text, string cells)
    {
        var file = CsvFile.Read(Encoding.UTF8.GetBytes(text));
        Assert.Equal(["a", "b"], file.Header);
        Assert.Equal(cells, string.Join('|', Assert.Single(file.Rows).Cells));
        Assert.Empty(file.Faults);
    }

    [Fact]
    public void Old_code_pages_and_wide_letters_are_recognised()
    {
        var old = CodePagesEncodingProvider.Instance.GetEncoding(1252)!.GetBytes("name\nHélène €\n");
        var wide = Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("name\nHélène €\n")).ToArray();
        foreach (var content in new[] { old, wide }) Assert.Equal("Hélène €", Assert.Single(CsvFile.Read(content).Rows).Cells[0]);
    }

    [Fact]
    public void A_fault_has_the_line_where_its_row_begins()
    {
        var file = CsvFile.Read("a,b\n\"one\nand a half\",2\nx,y\"z\n1,2,3\n"u8.ToArray());
        Assert.Equal([2], file.Rows.Select(r => r.Line));
        Assert.Equal([(4, "csv_quotes"), (5, "csv_cells")], file.Faults.Select(f => (f.Line, f.Why.Code)));
    }

    [Fact]
    public async Task Nothing_is_saved_before_it_was_looked_at_and_each_fault_has_its_line_and_column()
    {
        using var person = await Person.OfAsync(app, ConsoleRole.User);
        const string Text = "customerNumber,email,lastname,country\nIMP-1,one@example.org,One,BE\nIMP-2,not an address,Two,BE\nIMP-3,three@example.org,Three,Belgium\nIMP-1,again@example.org,One,BE\n";
        var preview = await ShowAsync(person, "customers", Text);
        Assert.Equal([("3", "email (2)"), ("4", "country (4)"), ("5", "customerNumber (1)")], Faults(preview));
        Assert.Contains("It is the same as line 2.", preview);
        Assert.Contains("<h1>Import – Customers</h1>", WebUtility.HtmlDecode(preview));
        Assert.Equal(0, await CustomersAsync("IMP-"));

        await TakeAsync(person, "customers", preview);
        Assert.Equal(1, await CustomersAsync("IMP-"));
        Assert.Contains("Lines left out because of faults: 3", await person.GetAsync("/console/import/customers"));
    }

    [Fact]
    public async Task Who_wanted_all_of_it_gets_nothing_when_a_row_no_longer_holds()
    {
        using var person = await Person.OfAsync(app, ConsoleRole.Administrator);
        var preview = await ShowAsync(person, "invoices", "invoicenumber,amount,date,duedate,customerNumber,email\nLATE-1,10,2026-01-05,2026-02-05,LATE,l@example.org\nLATE-2,20,2026-01-05,2026-02-05,LATE,l@example.org\n");
        Assert.DoesNotContain("callout bad", preview);
        await new EngineClient(app).BookAsync(EngineClient.Invoice("LATE-2", 99m, "SOMEBODY"));

        var again = await TakeAsync(person, "invoices", preview);
        Assert.Equal([("3", "invoicenumber (1)")], Faults(again));
        Assert.False(await app.ReadEngineAsync(db => db.Invoices.AnyAsync(i => i.Number == "LATE-1")));
    }

    [Fact]
    public async Task The_same_file_twice_is_there_once()
    {
        var client = new EngineClient(app);
        var reference = await client.GivenASignedMandate("TWICE");
        using var person = await Person.OfAsync(app, ConsoleRole.Administrator);
        var files = new Dictionary<string, (string Text, int Rows)>
        {
            ["customers"] = ("customerNumber;lastname\nTW-C;Peeters\n", 1),
            ["agreements"] = ("customerNumber;email;contractNumber;mandateNumber;iban\nTW-A;a@example.org;K1;TW1;BE68539007547034\nTW-B;b@example.org;K2;;\n", 2),
            ["subscriptions"] = ($"mandateNumber;ref;amount;msg;start;recurrence\n{reference};TW;9,95;Fee;2199-01-01;1m\n", 1),
            ["invoices"] = ("invoicenumber;amount;date;duedate;customerNumber;email\nTW-I;12,36;2026-01-05;2026-02-05;TWICE;t@example.org\n", 1),
            // Two alike are two; the same file again is the same two.
            ["transactions"] = ($"mandateNumber;value;msg\n{reference};5;Same\n{reference};5;Same\n{reference};-2;Back\n", 3),
            ["refunds"] = ($"mandateNumber;value;msg;ref\n{reference};3;Back;TW-R\n", 1),
            ["links"] = ("amount;msg;ref;customerNumber;email\n4;Link;TW-L;TWICE;t@example.org\n", 1),
        };
        foreach (var (kind, (text, rows)) in files)
        {
            var first = await ShowAsync(person, kind, text, ("profile", "1"));
            Assert.True(Faults(first).Count == 0, kind + " " + string.Join(' ', Faults(first)));
            Assert.Equal(rows, States(first, "New"));
            await TakeAsync(person, kind, first);
        }

        var before = await CountsAsync();
        foreach (var (kind, (text, rows)) in files)
        {
            var second = await ShowAsync(person, kind, text, ("profile", "1"));
            Assert.Equal((kind, rows), (kind, States(second, "There already")));
            await TakeAsync(person, kind, second);
        }

        Assert.Equal(before, await CountsAsync());
        Assert.Equal((2, 10m), await app.ReadEngineAsync(async db => (await db.DirectDebits.CountAsync(d => d.Message == "Same"), await db.DirectDebits.Where(d => d.Message == "Same").SumAsync(d => d.Amount))));
        Assert.Equal([2m, 3m], await app.ReadEngineAsync(db => db.Transfers.Where(t => t.Message == "Back").OrderBy(t => t.Amount).Select(t => t.Amount).ToListAsync()));
    }

    [Fact]
    public async Task Mandates_that_were_signed_elsewhere_come_in_signed_and_mail_nobody()
    {
        using var person = await Person.OfAsync(app, ConsoleRole.User);
        var preview = await ShowAsync(person, "agreements", "customerNumber,email,lastname,mandateNumber,iban,signDate\nSG,sg@example.org,Sign,SG1,BE68539007547034,2025-06-01\nSG2,sg2@example.org,Sign,,BE68539007547034,\n", ("profile", "1"), ("signed", "true"));
        Assert.Equal([("3", "mandateNumber (4)")], Faults(preview));
        await TakeAsync(person, "agreements", preview, ("signed", "true"));
        var mandate = await app.ReadEngineAsync(db => db.Mandates.SingleAsync(m => m.Reference == "SG1"));
        Assert.Equal((MandateState.Signed, new DateOnly(2025, 6, 1)), (mandate.State, mandate.SignedOn));
        Assert.False(await app.ReadEngineAsync(db => db.Mails.AnyAsync(m => m.To == "sg@example.org" && m.Purpose == "invite")));
    }

    [Fact]
    public async Task Of_who_is_known_nothing_is_changed_unless_that_is_wanted()
    {
        using var person = await Person.OfAsync(app, ConsoleRole.Administrator);
        await TakeAsync(person, "customers", await ShowAsync(person, "customers", "customerNumber,lastname,address\nKEPT,First,Old street 1\n"));
        string Invoice(string number) => $"invoicenumber,amount,date,duedate,customerNumber,lastname,address\n{number},1,2026-01-05,2026-02-05,KEPT,Second,New street 2\n";
        await TakeAsync(person, "invoices", await ShowAsync(person, "invoices", Invoice("KEPT-1")));
        Assert.Equal(("First", "Old street 1"), await KeptAsync());
        await TakeAsync(person, "invoices", await ShowAsync(person, "invoices", Invoice("KEPT-2"), ("overwrites", "true")), ("overwrites", "true"));
        Assert.Equal(("First", "New street 2"), await KeptAsync());

        Task<(string?, string?)> KeptAsync() => app.ReadEngineAsync(async db => await db.Customers.Where(c => c.CustomerNumber == "KEPT").Select(c => new { c.LastName, c.Street }).SingleAsync() is var c ? (c.LastName, c.Street) : default);
    }

    [Fact]
    public async Task Each_role_brings_in_what_it_may()
    {
        var reference = await new EngineClient(app).GivenASignedMandate("ROLE");
        using var viewer = await Person.OfAsync(app, ConsoleRole.Viewer);
        using var user = await Person.OfAsync(app, ConsoleRole.User);
        foreach (var kind in Enum.GetNames<ImportKind>().Select(k => k.ToLowerInvariant())) Assert.Equal(HttpStatusCode.NotFound, await viewer.StatusAsync("/console/import/" + kind));
        foreach (var kind in new[] { "invoices", "refunds" })
        {
            Assert.Equal(HttpStatusCode.NotFound, await user.StatusAsync("/console/import/" + kind));
            using var answer = await user.DoAsync($"/console/import/{kind}?handler=Take", ("content", Convert.ToBase64String("x"u8)));
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        // Money goes out by an administrator alone, also in a file of transactions.
        Assert.Equal([("2", "value (2)")], Faults(await ShowAsync(user, "transactions", $"mandateNumber,value,msg\n{reference},-5,Back\n")));
    }

    [Theory]
    [InlineData("mandateNumber,value,msg,nonsense\n", "There is no column nonsense.")]
    [InlineData("mandateNumber,value,value,msg\n", "The column value is there twice.")]
    [InlineData("mandateNumber,value\n", "The column msg is missing.")]
    public async Task A_first_line_that_is_not_exact_lets_no_row_through(string header, string why)
    {
        using var person = await Person.OfAsync(app);
        var preview = await ShowAsync(person, "transactions", header + "X,1,y,z\n");
        Assert.Contains(why, preview);
        Assert.DoesNotContain("handler=Take\" class", preview.Replace("Take\" method", "", StringComparison.Ordinal));
        Assert.Equal(0, States(preview, "New"));
    }

    [Fact]
    public async Task A_file_that_is_too_large_or_none_is_told_so()
    {
        using var person = await Person.OfAsync(app);
        using var large = await person.SendFileAsync("/console/import/customers", new byte[CsvFile.MostBytes + 1]);
        Assert.Contains("larger than 200 kB", await person.GetAsync("/console/import/customers"));
        using var empty = await person.SendFileAsync("/console/import/customers", []);
        Assert.Contains("The file is empty", await person.GetAsync("/console/import/customers"));
        using var garbage = await person.SendFileAsync("/console/import/customers", [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 37))]);
        Assert.Equal(HttpStatusCode.OK, garbage.StatusCode);
    }

    private static async Task<string> ShowAsync(Person person, string kind, string text, params (string Name, string Value)[] fields)
    {
        using var answer = await person.SendFileAsync("/console/import/" + kind, text, fields);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }

    /// <summary>Presses the button of a preview.</summary>
    private static async Task<string> TakeAsync(Person person, string kind, string preview, params (string Name, string Value)[] fields)
    {
        var hidden = Person.HiddenOf(preview, "take-form").Where(f => !fields.Any(x => x.Name == f.Name));
        using var answer = await person.DoAsync($"/console/import/{kind}?handler=Take", [.. hidden, .. fields]);
        Assert.True(answer.StatusCode is HttpStatusCode.Redirect or HttpStatusCode.OK, answer.StatusCode.ToString());
        return await answer.Content.ReadAsStringAsync();
    }

    private static List<(string Line, string Column)> Faults(string html) => html.IndexOf("id=\"h-faults\"", StringComparison.Ordinal) is >= 0 and var from
        ? [.. FaultRow().Matches(html[from..html.IndexOf("</section>", from, StringComparison.Ordinal)]).Select(m => (m.Groups[1].Value, m.Groups[2].Value))] : [];

    private static int States(string html, string state) => Regex.Count(html, $"<span>{state}</span></span>", RegexOptions.None, TimeSpan.FromSeconds(1));

    private Task<int> CustomersAsync(string begin) => app.ReadEngineAsync(db => db.Customers.CountAsync(c => c.CustomerNumber!.StartsWith(begin)));

    private Task<string> CountsAsync() => app.ReadEngineAsync(async db => string.Join(' ', new[]
    {
        await db.Customers.CountAsync(), await db.Mandates.CountAsync(), await db.Subscriptions.CountAsync(), await db.Invoices.CountAsync(), await db.DirectDebits.CountAsync(), await db.Transfers.CountAsync(), await db.PayLinks.CountAsync(),
    }));

    [GeneratedRegex("""<th scope="row"[^>]*>(\d+)</th>\s*<td[^>]*><span>([^<]*)</span>""")]
    private static partial Regex FaultRow();
}
