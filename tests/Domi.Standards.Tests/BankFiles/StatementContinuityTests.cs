using System.Text;
using Domi.Standards.BankFiles;
using Xunit;

namespace Domi.Standards.Tests.BankFiles;

public sealed class StatementContinuityTests
{
    [Fact]
    public void The_next_statement_opens_with_what_the_one_before_closed_with()
    {
        Assert.Empty(StatementContinuity.Check(Coda("007", 1_000, 2_000), Coda("008", 2_000, 2_500)));
        Assert.Empty(StatementContinuity.Check(Coda("251", 1_000, 2_000), Coda("001", 2_000, 2_500)));
    }

    [Theory]
    [InlineData("008", 3_000, "hold statement.gap")]
    [InlineData("009", 2_000, "warn statement.number")]
    [InlineData("007", 1_000, "hold statement.repeated")]
    public void A_statement_that_is_missing_or_comes_again_is_told(string number, long opening, string expected)
    {
        var found = StatementContinuity.Check(Coda("007", 1_000, 2_000), Coda(number, opening, 4_000));

        Assert.Contains(found, f => f.ToString().StartsWith(expected));
    }

    [Fact]
    public void Another_account_does_not_follow() =>
        Assert.StartsWith("hold statement.account", Assert.Single(StatementContinuity.Check(Coda("007", 1_000, 2_000), Coda("008", 2_000, 2_500, "BE71096123456769"))).ToString());

    [Fact]
    public void Pages_are_held_alone_and_add_up_together()
    {
        var first = Page(1, false, Balance("OPBD", "100.00"), "1.00");
        var second = Page(2, false, "", "2.00");
        var third = Page(3, true, Balance("CLBD", "107.00"), "4.00");

        foreach (var page in new[] { first, second, third })
        {
            Assert.Null(page.End.AddsUp);
            Assert.Equal(("statement.pages", Severity.Hold), (Assert.Single(page.Findings).Rule, page.Findings[0].Severity));
        }

        Assert.Null(StatementContinuity.Join([first.End, third.End]));
        Assert.Null(StatementContinuity.Join([]));
        var whole = StatementContinuity.Join([third.End, first.End, second.End])!;
        Assert.Equal((true, 3, 7m, 107m), (whole.AddsUp, whole.Entries, whole.Credits, whole.Closing!.Amount));
        Assert.Throws<ArgumentException>(() => StatementContinuity.Join([first.End, first.End]));
    }

    private static StatementEnd Coda(string number, long opening, long closing, string account = "BE68539007547034")
    {
        var text = string.Join('\n', CodaText.Header(), CodaText.Opening(opening, number, account), CodaText.Movement(1, 0, closing - opening, "00150000"), CodaText.Closing(closing, number, account), CodaText.Trailer(3, 0, closing - opening));
        return BankFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(text))).OfType<StatementEnd>().Single();
    }

    private static (StatementEnd End, List<Finding> Findings) Page(int number, bool isLast, string balance, string amount)
    {
        var parts = BankFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(Messages.Document("camt.053.001.08", $"""
            <BkToCstmrStmt><GrpHdr><MsgPgntn><PgNb>{number}</PgNb><LastPgInd>{(isLast ? "true" : "false")}</LastPgInd></MsgPgntn></GrpHdr><Stmt><Id>S</Id><Acct><Id><IBAN>BE68539007547034</IBAN></Id></Acct>{balance}
            <Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts></Ntry></Stmt></BkToCstmrStmt>
            """)))).ToList();
        return (parts.OfType<StatementEnd>().Single(), [.. parts.OfType<Finding>()]);
    }

    private static string Balance(string code, string amount) => $"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>";
}
