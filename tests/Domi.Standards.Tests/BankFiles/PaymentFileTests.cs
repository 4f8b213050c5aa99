using System.Text;
using Domi.Standards.BankFiles;
using Xunit;
using static Domi.Standards.Tests.BankFiles.Payments;

namespace Domi.Standards.Tests.BankFiles;

public sealed class PaymentFileTests
{
    private static readonly FilePart[] TwoBatches =
    [
        Message(12.34m, 0.01m, 999_999_999.99m, 50m, 20m),
        Batch("B-1", 12.34m, 0.01m, 999_999_999.99m) with { CategoryPurpose = "SUPP", UltimateCreditor = "Fitness Gent Zuid" },
        Debit("E-1", 12.34m) with { Text = "Abonnement maart", InstructionId = "I-1", DebtorBic = Bic.Parse("KREDBEBB"), Purpose = "OTHR", UltimateDebtor = "Piet Janssens" },
        Debit("E-2", 0.01m) with { Reference = "090933755493", Amendment = new() { HasNewAccount = true, OriginalMandateId = "M-0", OriginalCreditorName = "Oude naam", OriginalCreditorId = CreditorIdentifier.Parse("BE500010403019261") } },
        Debit("E-3", 999_999_999.99m) with { Reference = "RF18539007547034", Amendment = new() { OriginalAccount = Iban.Parse("BE68539007547034") } },
        Batch("B-2", 50m, 20m) with { Sequence = SequenceType.First, IsBookedAsBatch = false, CreditorBic = null },
        Debit("E-4", 50m) with { DebtorName = "Café \"Ångström\" & Zoon_ GmbH €", Text = "Línea «uno»; \\ [x]" },
        Debit("E-5", 20m) with { DebtorAccount = Iban.Parse("CH9300762011623852957"), DebtorAddress = new() { Street = "Bahnhofstrasse", Number = "1", PostalCode = "8001", Town = "Zürich", Country = "CH" }, Reference = "090933755493" },
    ];

    private static readonly FilePart[] Refunds =
    [
        Message(12.34m, 50m),
        Transfers(12.34m, 50m) with { CategoryPurpose = "SUPP" },
        Transfer("R-1", 12.34m) with { Reference = "RF18539007547034", CreditorBic = Bic.Parse("KREDBEBB"), UltimateCreditor = "Piet Janssens" },
        Transfer("R-2", 50m) with { Text = "Terugbetaling factuur 12", Purpose = "OTHR", InstructionId = "I-2" },
    ];

    public static TheoryData<string> Formats => [.. PaymentFile.DebitFormats, .. PaymentFile.TransferFormats];

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_file_is_the_same_byte_for_byte_today_and_when_written_again(string format)
    {
        var (profile, parts) = Of(format);
        var file = Written(profile, parts);

        Golden.Same("pain", format + ".xml", file);
        Assert.Equal(file, Written(profile, parts));
        Assert.StartsWith($"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:{format}\"><C", Encoding.UTF8.GetString(file));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_file_is_valid_follows_the_rules_and_holds_what_it_should(string format)
    {
        var (profile, parts) = Of(format);
        var file = Written(profile, parts);

        Assert.Empty(PaymentFile.Check(() => new MemoryStream(file), parts, profile));
        Assert.Empty(Read(file).OfType<Finding>());
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_file_that_is_not_what_it_should_be_is_not_released(string format)
    {
        var (profile, parts) = Of(format);
        var file = Written(profile, parts);
        var text = Encoding.UTF8.GetString(file);

        Assert.Contains(Faults(text.Replace("12.34", "12.35"), parts), f => f.Rule is "written.differs");
        Assert.Contains(Faults(text.Replace("BE71096123456769", "BE68539007547034"), parts), f => f.Rule is "written.differs");
        Assert.Contains(Faults(text, [.. parts, parts[^1]]), f => f.Rule is "written.differs");
        Assert.Contains(Faults(text, parts[..^1]), f => f.Rule is "written.differs");
        Assert.Contains(Faults(text.Replace("<ChrgBr>SLEV</ChrgBr>", "<ChrgBr>SLEV</ChrgBr><Extra/>"), parts), f => f.Rule is "schema");
        Assert.Contains(Faults(text[..^20], parts), f => f.Rule is "xml.malformed");

        List<Finding> Faults(string written, IEnumerable<FilePart> meant) => [.. PaymentFile.Check(() => new MemoryStream(Encoding.UTF8.GetBytes(written)), meant, profile)];
    }

    [Fact]
    public void Only_a_whole_and_right_file_has_its_name()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var path = Path.Combine(folder.FullName, "a.xml");
            PaymentFile.Release(path, () => TwoBatches, New);
            Assert.Equal(Written(New, TwoBatches), File.ReadAllBytes(path));

            var times = 0;
            var other = Path.Combine(folder.FullName, "b.xml");
            Assert.Throws<InvalidDataException>(() => PaymentFile.Release(other, () => times++ == 0 ? TwoBatches : Refunds, New));
            Assert.Throws<InvalidOperationException>(() => PaymentFile.Release(other, () => TwoBatches[..^1], New));
            Assert.Equal([path], Directory.GetFiles(folder.FullName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Counts_and_sums_are_those_of_what_is_written()
    {
        Refused("was to hold 2 payments of 20.00; 1 of 10.00", Message(10m, 10m), Batch("B", 10m, 10m), Debit("E", 10m));
        Refused("was to hold 1 payments of 10.00; 1 of 10.01", Message(10m), Batch("B", 10m), Debit("E", 10.01m));
        Refused("was to hold 1 payments of 10.00; 2 of 20.00", Message(10m, 10m), Batch("B", 10m), Debit("E", 10m), Debit("F", 10m));
        Refused("The file DOMI-2026-0001 was to hold 1", Message(10m), Batch("B", 10m), Debit("E", 10m), Batch("C", 5m), Debit("F", 5m));
        Refused("There is no payment", Message(10m));
        Refused("The head comes before", Batch("B", 10m), Debit("E", 10m));
        Refused("stands where it may not", Message(10m), Debit("E", 10m));
        Refused("stands where it may not", Message(10m), Batch("B", 10m), Transfer("E", 10m));
        Refused("never in one file", Message(10m, 10m), Batch("B", 10m), Debit("E", 10m), Transfers(10m), Transfer("E", 10m));
        Refused("never mixed", Message(10m, 10m), Batch("B", 10m), Debit("E", 10m), Batch("C", 10m) with { Scheme = MandateScheme.B2B }, Debit("E", 10m));
        Refused("one head", Message(10m), Message(10m));

        static void Refused(string why, params FilePart[] parts) => Assert.Contains(why, Assert.Throws<InvalidOperationException>(() => Written(New, parts)).Message);
    }

    [Fact]
    public void What_breaks_a_rule_of_the_scheme_is_refused_and_not_written()
    {
        Refused("EndToEndId", Debit("E//1", 10m));
        Refused("EndToEndId", Debit("NOTPROVIDED", 10m));
        Refused("EndToEndId", Debit(new string('E', 36), 10m));
        Refused("MndtId", Debit("E", 10m) with { MandateId = "M_1" });
        Refused("sum is not positive", Debit("E", 0m));
        Refused("euro in whole cents", Debit("E", 1.005m));
        Refused("euro in whole cents", Debit("E", 1_000_000_000m));
        Refused("after the file was made", Debit("E", 10m) with { SignedOn = new(2026, 3, 18) });
        Refused("IBAN missing", Debit("E", 10m) with { DebtorAccount = default });
        Refused("not in SEPA", Debit("E", 10m) with { DebtorAccount = Iban.Parse("TR330006100519786457841326") });
        Refused("his address is needed", Debit("E", 10m) with { DebtorAccount = Iban.Parse("CH9300762011623852957") });
        Refused("neither a Belgian communication nor an RF", Debit("E", 10m) with { Reference = "INVOICE 1" });
        Refused("one of both may be", Debit("E", 10m) with { Reference = "090933755493", Text = "x" });
        Refused("four capitals", Debit("E", 10m) with { Purpose = "abc" });
        Refused("not both", Debit("E", 10m) with { Amendment = new() { HasNewAccount = true, OriginalAccount = Iban.Parse("BE68539007547034") } });
        Refused("nothing says in what", Debit("E", 10m) with { Amendment = new() });
        Assert.Contains("no TARGET day; the next one is 2026-04-07", Assert.Throws<ArgumentException>(() => Single(Debit("E", 10m), New, Batch() with { CollectOn = new(2026, 4, 3) })).Message);
        Assert.Contains("creditor identifier", Assert.Throws<ArgumentException>(() => Single(Debit("E", 10m), New, Batch() with { CreditorId = default })).Message);

        static void Refused(string why, Debit debit) => Assert.Contains(why, Assert.Throws<ArgumentException>(() => Single(debit, New)).Message);
    }

    [Fact]
    public void What_a_bank_asks_beyond_the_scheme_is_kept()
    {
        var two = new FilePart[] { Message(10m, 10m), Batch("B", 10m), Debit("E", 10m), Batch("C", 10m) with { CollectOn = new(2026, 3, 23) }, Debit("F", 10m) };

        Assert.NotEmpty(Written(New, two));
        Assert.Contains("one batch", Assert.Throws<InvalidOperationException>(() => Written(New with { OneBatchPerFile = true }, two)).Message);
        Assert.Contains("one date", Assert.Throws<InvalidOperationException>(() => Written(New with { OneDatePerFile = true }, two)).Message);
        Assert.Contains("1 payments a file", Assert.Throws<ArgumentException>(() => Written(New with { MaxPaymentsPerFile = 1 }, two)).Message);
        Assert.Contains("0 payments a batch", Assert.Throws<ArgumentException>(() => Written(New with { MaxPaymentsPerBatch = 0 }, two)).Message);
        Assert.Contains("BIC of E", Assert.Throws<ArgumentException>(() => Written(New with { NeedsBic = true }, two)).Message);
        Assert.Contains("<Nm>Café Zoë</Nm>", Single(Debit("E", 10m) with { DebtorName = "Café Zoë" }, New with { Characters = CharacterSet.Latin }).Text);
        var address = new PostalAddress { Street = "Visserij", Number = "44", PostalCode = "9000", Town = "Gent", Country = "BE", Lines = ["Bus 3"] };
        Assert.DoesNotContain("PstlAdr", Single(Debit("E", 10m) with { DebtorAddress = address }, New).Text);
        Assert.Contains("<Ctry>BE</Ctry></PstlAdr>", Single(Debit("E", 10m) with { DebtorAddress = address }, New with { Address = AddressForm.Structured }).Text);
        Assert.Contains("<Ctry>BE</Ctry><AdrLine>Bus 3</AdrLine></PstlAdr>", Single(Debit("E", 10m) with { DebtorAddress = address }, New with { Address = AddressForm.Hybrid }).Text);
    }

    private static (BankProfile Profile, FilePart[] Parts) Of(string format) =>
        (format is "pain.008.001.02" or "pain.001.001.03" ? Old : New, format.StartsWith("pain.008") ? TwoBatches : Refunds);
}
