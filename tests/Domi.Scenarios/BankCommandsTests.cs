using System.Diagnostics;
using System.Text.Json;
using Domi.Testing;
using Xunit;

namespace Domi.Scenarios;

/// <summary>The commands on files of banks and on identifiers, as a person or a script calls them: what they say, and how they exit.</summary>
public sealed class BankCommandsTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("domi-bank-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Identifiers_hold_or_do_not()
    {
        Assert.Equal((0, "BE48 0011 2345 6727, BNP Paribas Fortis, GEBABEBB\n"), Domi("iban", "be48 0011 2345 6727"));
        Assert.Equal((1, "BE54310100270000: does not hold\n"), Domi("iban", "BE54310100270000"));
        Assert.Equal((0, "+++090/9337/55493+++, 090933755493\n"), Domi("ogm", "090933755493"));
        Assert.Equal(1, Domi("ogm", "090933755493", "090933755494").Code);
        Assert.Equal((0, "BE12ZZZ0456810810, business code ZZZ, enterprise 0456.810.810\n"), Domi("creditor-id", "BE12ZZZ0456810810"));
    }

    [Fact]
    public void Wrong_use_is_told_apart_from_wrong_content()
    {
        Assert.Equal(2, Domi("iban").Code);
        Assert.Equal(2, Domi("statement").Code);
        Assert.Equal(2, Domi("statement", "nowhere.xml").Code);
        Assert.Equal(2, Domi("sepa", "check", "nowhere.xml").Code);
        Assert.Equal(2, Domi("pain008", "--from", "nowhere.csv", "--profile", "kbc").Code);
        Assert.Equal(2, Domi("pain008", "--from", Kept("a.csv", "amount\n1"), "--profile", "nowhere").Code);
        Assert.Equal(2, Domi("pain008", "--from", Kept("a.csv", "amount\n1"), "--profile", "kbc").Code);
    }

    [Fact]
    public void Direct_debits_from_a_file_of_values_are_what_a_bank_takes()
    {
        var csv = Kept("debits.csv", "amount;mandate;signed;debtorName;debtorIban;endToEndId;text\n10,50;M-1;2025-06-30;Zoë Janssens;BE71096123456769;E-1;Maart\n19.5;M-2;2025-06-30;Jan Janssens;NL91ABNA0417164300;;\n");
        string[] arguments = ["pain008", "--from", csv, "--profile", "kbc", "--to", folder.FullName, "--created", "2026-03-17T10:00:00", "--message-id", "RUN-1", "--creditor-name", "Fitness Gent NV", "--creditor-iban", "BE68539007547034", "--creditor-id", "BE12ZZZ0456810810", "--date", "2026-03-20"];

        var (code, said) = Domi(arguments);
        Assert.Equal(0, code);
        var file = Path.Combine(folder.FullName, "RUN-1.xml");
        Assert.Equal($"{file}: pain.008.001.08, 1 batch, 2 direct debits of 30.00 euro\n", said);
        var written = File.ReadAllText(file);
        Assert.Contains("<EndToEndId>RUN-1-3</EndToEndId>", written);
        Assert.Contains("<Nm>Zoe Janssens</Nm>", written);

        var check = Domi("sepa", "check", file);
        Assert.Equal((0, $"{file}: pain.008.001.08, direct debits to be collected\n  2 payments of 30.00 euro, valid\n"), check);
        Assert.Equal(2, Domi(arguments).Code); // a message id is taken once
        File.Delete(file);
        Domi(arguments);
        Assert.Equal(written, File.ReadAllText(file));

        var broken = Kept("broken.xml", written.Replace(">E-1<", ">E//1<").Replace("<NbOfTxs>2<", "<NbOfTxs>3<"));
        var faults = Domi("sepa", "check", broken);
        Assert.Equal(1, faults.Code);
        Assert.Contains("hold sepa.identifier at line", faults.Said);
        Assert.EndsWith(" 3 faults\n", faults.Said);
    }

    [Fact]
    public void Rows_that_break_a_rule_are_told_by_line_and_nothing_is_written()
    {
        var csv = Kept("debits.csv", "amount,mandate,signed,debtorName,debtorIban,creditorName,creditorIban,creditorId,date\n1.234,M-1,2025-06-30,Jan,BE71096123456769,A,BE68539007547034,BE12ZZZ0456810810,2026-03-20\n10,M_1,2025-06-30,Jan,BE71096123456769,A,BE68539007547034,BE12ZZZ0456810810,2026-03-21\n");
        var (code, said) = Domi("pain008", "--from", csv, "--profile", "sepa", "--to", folder.FullName, "--created", "2026-03-17T10:00:00");

        Assert.Equal(1, code);
        Assert.Contains("line 2: amount: '1.234' is no amount in whole cents.", said);
        Assert.Contains("line 3: sdd.date: 2026-03-21 is no TARGET day; the next one is 2026-03-23.", said);
        Assert.Contains("line 3: sepa.identifier: MndtId 'M_1'", said);
        Assert.EndsWith("3 faults: nothing is written\n", said);
        Assert.Empty(folder.GetFiles("*.xml"));
    }

    [Fact]
    public void A_statement_is_told_in_words_and_as_json()
    {
        const string xml = """
            <Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>S</Id><ElctrncSeqNb>7</ElctrncSeqNb><Acct><Id><IBAN>BE68539007547034</IBAN></Id><Ccy>EUR</Ccy></Acct>
            <Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1000</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-16</Dt></Dt></Bal>
            <Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1012.35</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-17</Dt></Dt></Bal>
            <Ntry><Amt Ccy="EUR">12.35</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts></Ntry></Stmt></BkToCstmrStmt></Document>
            """;
        var right = Kept("right.xml", xml);
        var wrong = Kept("wrong.xml", xml.Replace("1012.35", "1012.36"));

        Assert.Equal((0, $"""
            {right}: camt.053.001.08
              BE68 5390 0754 7034 EUR, statement 7 of 2026-03-17
              1 entry, 0 of them pending; 0 payments
              credits 12.35, debits 0.00
              opening 1,000.00, closing 1,012.35: adds up

            """), Domi("statement", right));
        var (code, said) = Domi("statement", right, wrong, Kept("rubbish.xml", "rubbish"), "--json");
        Assert.Equal(1, code);
        using var json = JsonDocument.Parse(said);
        Assert.Equal([true, false, (bool?)null], json.RootElement.EnumerateArray().Select(s => s.GetProperty("addsUp") is { ValueKind: not JsonValueKind.Null } a ? a.GetBoolean() : (bool?)null));
        Assert.Equal(["statement.balance", "file.unknown"], json.RootElement.EnumerateArray().SelectMany(s => s.GetProperty("findings").EnumerateArray()).Select(f => f.GetProperty("rule").GetString()!));
        Assert.Equal(1012.36m, json.RootElement[1].GetProperty("closing").GetDecimal());
    }

    private string Kept(string name, string content)
    {
        var path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }

    private (int Code, string Said) Domi(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(ProcessApp.Executable, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder.FullName })!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        errors.GetAwaiter().GetResult();
        return (process.ExitCode, said);
    }
}
