namespace Domi.Standards.Tests.BankFiles;

/// <summary>Records of CODA by their places, counted from 1 as in the standard.</summary>
internal static class CodaText
{
    public static string Line(string start, params (int At, string Text)[] fields)
    {
        var line = start.PadRight(128).ToCharArray();
        foreach (var (at, text) in fields) text.CopyTo(0, line, at - 1, text.Length);
        return new string(line);
    }

    public static string Header() => Line("00000", (6, "170326"), (12, "539"), (15, "05"), (25, "FILE1"), (61, "BBRUBEBB"), (128, "2"));

    public static string Opening(long thousandths, string number = "007", string account = "BE68539007547034") =>
        Line("12", (3, number), (6, account), (40, "EUR"), (43, Sign(thousandths)), (44, Amount(thousandths)), (59, "160326"), (65, "HOLDER"), (126, number));

    public static string Movement(int sequence, int detail, long thousandths, string code, string communication = "", bool isStructured = false) =>
        Line("21", (3, $"{sequence:D4}{detail:D4}"), (11, "BANKREF"), (32, Sign(thousandths)), (33, Amount(thousandths)), (48, "180326"), (54, code), (62, isStructured ? "1" : "0"), (63, communication), (116, "170326"));

    public static string Second(int sequence, int detail, string communication = "", string reference = "", string kind = "", string reason = "") =>
        Line("22", (3, $"{sequence:D4}{detail:D4}"), (11, communication), (64, reference), (99, "KREDBEBB"), (113, kind), (114, reason));

    public static string Third(int sequence, int detail, string account, string name, string communication = "") =>
        Line("23", (3, $"{sequence:D4}{detail:D4}"), (11, account), (45, "EUR"), (48, name), (83, communication));

    public static string Closing(long thousandths, string number = "007", string account = "BE68539007547034") =>
        Line("8" + number, (5, account), (39, "EUR"), (42, Sign(thousandths)), (43, Amount(thousandths)), (58, "170326"), (128, "0"));

    public static string Trailer(int records, long debits, long credits, bool isLast = true) =>
        Line("9", (17, $"{records:D6}"), (23, Amount(debits)), (38, Amount(credits)), (128, isLast ? "2" : "1"));

    /// <summary>A batch that came in with two of its direct debits, and one that came back.</summary>
    public static string Statement() => string.Join('\n',
        Header(), Opening(1_000_000),
        Movement(1, 0, 1_000_000, "10550000"), Second(1, 0, reference: "BATCH-1"),
        Movement(1, 1, 250_000, "50550000", Debit("BE12ZZZ0456810810", "M-1")[..53], true), Second(1, 1, Debit("BE12ZZZ0456810810", "M-1")[53..106], "E-1"), Third(1, 1, "BE71096123456769", "JAN JANSSENS", Debit("BE12ZZZ0456810810", "M-1")[106..]),
        Movement(1, 2, 750_000, "50550000", Debit("BE12ZZZ0456810810", "M-2")[..53], true), Second(1, 2, Debit("BE12ZZZ0456810810", "M-2")[53..106], "E-2"),
        Movement(2, 0, -250_000, "00503000", "101090933755493", true), Second(2, 0, reference: "E-1", kind: "2", reason: "AM04"), Third(2, 0, "BE71096123456769", "JAN JANSSENS"),
        Line("31", (3, "00020000"), (11, "BANKREF"), (32, "00503000"), (40, "1"), (41, "001JAN JANSSENS")), Line("32", (3, "00020000"), (11, "VISSERIJ 44".PadLeft(51)), (81, "9000 GENT")),
        Closing(1_750_000), Line("4", (33, "PLEASE READ")), Trailer(14, 250_000, 1_000_000)) + "\n";

    /// <summary>Structured communication of kind 127, all 149 places.</summary>
    public static string Debit(string creditor, string mandate, string reason = "", string text = "", char status = '0', char kind = ' ') =>
        $"127{"180326"}10{status}{creditor,-35}{mandate,-35}{text,-62}{kind}{reason,-4}";

    private static string Sign(long amount) => amount < 0 ? "1" : "0";

    private static string Amount(long thousandths) => $"{Math.Abs(thousandths):D15}";
}
