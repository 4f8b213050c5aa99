using System.Text;
using System.Text.RegularExpressions;
using Domi.Standards.BankFiles;
using Xunit;
using static Domi.Standards.Tests.BankFiles.Payments;

namespace Domi.Standards.Tests.BankFiles;

/// <summary>Twenty things that cost money, or get a file refused, each guarded by one test.</summary>
public sealed class TwentyTrapsTests
{
    [Fact]
    public void Trap_01_a_file_that_is_valid_by_its_schema_still_has_to_follow_the_rules()
    {
        // Everything that the schema leaves open and no bank does.
        var bare = Messages.Document("pain.008.001.08", """
            <CstmrDrctDbtInitn><GrpHdr><MsgId>M</MsgId><CreDtTm>2026-03-17T10:00:00</CreDtTm><NbOfTxs>1</NbOfTxs><InitgPty/></GrpHdr><PmtInf><PmtInfId>P</PmtInfId><PmtMtd>DD</PmtMtd><ReqdColltnDt>2026-03-20</ReqdColltnDt><Cdtr/>
            <CdtrAcct><Id><Othr><Id>1</Id></Othr></Id></CdtrAcct><CdtrAgt><FinInstnId/></CdtrAgt><DrctDbtTxInf><PmtId><EndToEndId>E</EndToEndId></PmtId><InstdAmt Ccy="USD">0.001</InstdAmt><DbtrAgt><FinInstnId/></DbtrAgt><Dbtr/>
            <DbtrAcct><Id><Othr><Id>1</Id></Othr></Id></DbtrAcct></DrctDbtTxInf></PmtInf></CstmrDrctDbtInitn>
            """);

        Assert.Empty(SchemaCheck.Validate(Bytes(bare), "pain.008.001.08"));
        Assert.Superset(
            new HashSet<string> { "sepa.name", "sepa.sum", "sepa.service-level", "sdd.scheme", "sdd.sequence", "sepa.account", "sdd.creditor-id", "sepa.agent", "sepa.currency", "sepa.amount", "sdd.mandate", "sepa.identifier" },
            Findings(bare).Where(f => f.Severity is Severity.Hold).Select(f => f.Rule).ToHashSet());
    }

    [Fact]
    public void Trap_02_counts_and_sums_are_of_what_was_written_in_decimal()
    {
        // Ten times 0.10 and a cent of a thousand million: floats lose both.
        decimal[] amounts = [.. Enumerable.Repeat(0.10m, 10), 999_999_999.99m];
        var file = Encoding.UTF8.GetString(Written(New, [Message(amounts), Batch("B", amounts), .. amounts.Select((a, n) => Debit($"E-{n}", a))]));

        Assert.Equal(2, Regex.Count(file, "<NbOfTxs>11</NbOfTxs><CtrlSum>1000000000.99</CtrlSum>"));
        Assert.Contains("AM18", ReasonCodesOf(file.Replace("<NbOfTxs>11<", "<NbOfTxs>10<")));
        Assert.Contains("AM10", ReasonCodesOf(file.Replace("<CtrlSum>1000000000.99<", "<CtrlSum>1000000001.00<")));

        // The bank's words for it: invalid number of transactions, invalid control sum.
        static IEnumerable<string> ReasonCodesOf(string text) => Findings(text).Where(f => f.Severity is Severity.Hold).Select(f => f.Rule switch { "sepa.count" => "AM18", "sepa.sum" => "AM10", _ => "" });
    }

    [Fact]
    public void Trap_03_a_batch_shares_all_that_the_bank_books_by_and_a_profile_splits_files()
    {
        var key = new BatchKey(Iban.Parse("BE68539007547034"), CreditorIdentifier.Parse("BE12ZZZ0456810810"), MandateScheme.Core, SequenceType.Recurring, new(2026, 3, 20));
        BatchKey[] others = [key with { Sequence = SequenceType.OneOff }, key with { CollectOn = new(2026, 3, 23) }, key with { CreditorId = CreditorIdentifier.Parse("BE120010456810810") }, key with { CategoryPurpose = "SUPP" }, key with { UltimateCreditor = "Zuid" }];
        var sorted = others.Append(key).Select(k => (k, 1m)).OrderBy(d => d.k.SortKey, StringComparer.Ordinal).ToList();

        Assert.Equal(6, Assert.Single(CollectionPlan.Make(sorted, New)).Batches.Count);
        Assert.Equal(6, CollectionPlan.Make(sorted, New with { OneBatchPerFile = true }).Count);
        Assert.All(CollectionPlan.Make(sorted, New with { OneDatePerFile = true }), f => Assert.Single(f.Batches.Select(b => b.Key.CollectOn).Distinct()));
        Assert.Throws<InvalidOperationException>(() => Written(New with { OneBatchPerFile = true }, Message(1m, 1m), Batch("A", 1m), Debit("E", 1m), Batch("B", 1m), Debit("F", 1m)));
    }

    [Fact]
    public void Trap_04_one_collection_is_one_transaction_on_one_mandate()
    {
        var file = Written(New, Message(10m, 10m), Batch("B", 10m, 10m), Debit("E-1", 10m) with { MandateId = "M-1" }, Debit("E-2", 10m) with { MandateId = "M-2" });

        Assert.Equal([("E-1", "M-1"), ("E-2", "M-2")], Read(file).OfType<Debit>().Select(d => (d.EndToEndId, d.MandateId)));
    }

    [Fact]
    public void Trap_05_only_the_characters_of_sepa_are_written_and_references_are_refused_not_changed()
    {
        var (text, parts) = Single(Debit("E-1", 10m) with { DebtorName = "Café_\"Zoë\" & Søn", Text = "Réf_1 & 2" }, New);

        Assert.Equal(("Cafe-'Zoe' + Son", "Ref-1 + 2"), (parts.OfType<Debit>().Single().DebtorName, parts.OfType<Debit>().Single().Text));
        Assert.DoesNotMatch("[^\\x20-\\x7e\\n]", text);
        foreach (var id in new[] { "E_1", "É1", "/E1", "E1/", "E//1", "E&1", "" })
        {
            Assert.Throws<ArgumentException>(() => Single(Debit(id, 10m), New));
            Assert.Throws<ArgumentException>(() => Single(Debit("E", 10m) with { MandateId = id }, New));
        }

        Assert.Contains(Findings(text.Replace("Ref-1 + 2", "Réf_1 &amp; 2")), f => f is { Rule: "sepa.characters", Severity: Severity.Hold });
        Assert.Equal("NOTPROVIDED", Single(Debit("E", 10m) with { DebtorName = "株式会社" }, New).Parts.OfType<Debit>().Single().DebtorName);
    }

    [Fact]
    public void Trap_06_an_absent_bic_is_written_as_not_provided_and_an_empty_agent_is_a_fault()
    {
        foreach (var profile in new[] { Old, New })
        {
            var (text, parts) = Single(Debit("E", 10m), profile);
            const string agent = "<DbtrAgt><FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId></DbtrAgt>";

            Assert.Contains(agent, text);
            Assert.Null(parts.OfType<Debit>().Single().DebtorBic);
            Assert.Contains(Findings(text.Replace(agent, "<DbtrAgt><FinInstnId/></DbtrAgt>")), f => f is { Rule: "sepa.agent", Severity: Severity.Hold });
        }
    }

    [Fact]
    public void Trap_07_versions_differ_in_more_than_their_namespace()
    {
        var debit = Debit("E", 10m) with { DebtorBic = Bic.Parse("KREDBEBB") };
        var (old, young) = (Single(debit, Old).Text, Single(debit, New).Text);

        Assert.Contains("<BIC>KREDBEBB</BIC>", old);
        Assert.Contains("<BICFI>KREDBEBB</BICFI>", young);
        Assert.Empty(SchemaCheck.Validate(Bytes(old), "pain.008.001.02"));
        Assert.Empty(SchemaCheck.Validate(Bytes(young), "pain.008.001.08"));
        Assert.NotEmpty(SchemaCheck.Validate(Bytes(old.Replace("pain.008.001.02", "pain.008.001.08")), "pain.008.001.08"));
    }

    [Fact]
    public void Trap_08_an_address_of_free_lines_alone_is_refused_from_15_november_2026()
    {
        var hybrid = New with { Address = AddressForm.Hybrid };
        var lines = Debit("E", 10m) with { DebtorAddress = new() { Lines = ["Visserij 44", "9000 Gent"] } };
        var named = Debit("E", 10m) with { DebtorAddress = new() { Town = "Gent", Country = "BE", Lines = ["Visserij 44"] } };

        Assert.NotEmpty(Single(lines, hybrid, Batch() with { CollectOn = new(2026, 11, 13) }).Text);
        Assert.Throws<ArgumentException>(() => Single(lines, hybrid, Batch() with { CollectOn = new(2026, 11, 16) }));
        Assert.NotEmpty(Single(named, hybrid, Batch() with { CollectOn = new(2026, 11, 16) }).Text);
        Assert.DoesNotContain("PstlAdr", Single(lines, New).Text); // within the European Economic Area it is best left out
    }

    [Fact]
    public void Trap_09_the_collection_date_is_a_target_day_that_the_bank_can_still_meet()
    {
        Assert.Contains("the next one is 2026-05-04", Assert.Throws<ArgumentException>(() => Single(Debit("E", 10m), New, Batch() with { CollectOn = new(2026, 5, 1) })).Message);
        Assert.NotEmpty(Single(Debit("E", 10m), New, Batch() with { CollectOn = new(2026, 7, 21) }).Text); // Belgium's holiday, and no closing day
        Assert.Equal(new(2026, 4, 8), (New with { LeadDays = 1 }).EarliestCollection(new(2026, 4, 2, 15, 0, 0)));
        // Too soon, and too far ahead, of a file that is made on 17 March in the morning.
        Assert.Contains("2026-03-19 at the earliest", Assert.Throws<ArgumentException>(() => Written(New, Message(1m), Batch("B", 1m) with { CollectOn = new(2026, 3, 18) }, Debit("E", 1m))).Message);
        Assert.Contains("2026-04-16 at the latest", Assert.Throws<ArgumentException>(() => Written(New, Message(1m), Batch("B", 1m) with { CollectOn = new(2026, 4, 17) }, Debit("E", 1m))).Message);
    }

    [Fact]
    public void Trap_10_the_sequence_is_one_of_four_and_whatever_else_is_refused()
    {
        foreach (var (sequence, code) in new[] { (SequenceType.Recurring, "RCUR"), (SequenceType.First, "FRST"), (SequenceType.OneOff, "OOFF"), (SequenceType.Final, "FNAL") })
        {
            var (text, parts) = Single(Debit("E", 10m), New, Batch() with { Sequence = sequence });
            Assert.Contains($"<SeqTp>{code}</SeqTp>", text);
            Assert.Equal(sequence, parts.OfType<DebitBatch>().Single().Sequence);
            // RPRE is valid by the schema, ALL was once written by a known program.
            foreach (var wrong in new[] { "RPRE", "ALL" })
                Assert.Contains(Findings(text.Replace($">{code}<", $">{wrong}<")), f => f is { Rule: "sdd.sequence", Severity: Severity.Hold });
            // One of the payments says otherwise than its batch.
            Assert.Contains(Findings(text.Replace("</PmtId>", $"</PmtId><PmtTpInf><SeqTp>{(code == "OOFF" ? "RCUR" : "OOFF")}</SeqTp></PmtTpInf>")), f => f is { Rule: "sepa.type", Severity: Severity.Hold });
        }
    }

    [Fact]
    public void Trap_11_smnda_says_new_account_and_stands_under_the_account()
    {
        var debit = Debit("E", 10m) with { Amendment = new() { HasNewAccount = true } };
        foreach (var profile in new[] { Old, New })
        {
            var (text, parts) = Single(debit, profile);
            Assert.Contains("<AmdmntInd>true</AmdmntInd><AmdmntInfDtls><OrgnlDbtrAcct><Id><Othr><Id>SMNDA</Id></Othr></Id></OrgnlDbtrAcct></AmdmntInfDtls>", text);
            Assert.True(parts.OfType<Debit>().Single().Amendment!.HasNewAccount);
        }

        Assert.DoesNotContain("Amdmnt", Single(Debit("E", 10m), New).Text);
    }

    [Fact]
    public void Trap_12_a_return_after_a_refund_by_transfer_names_the_same_collection()
    {
        // Who pays back by transfer can still be claimed from: both must lead to the one collection, which holds the lock.
        var refund = Read(Written(New, Message(10m), Transfers(10m), Transfer("E-1", 10m))).OfType<Transfer>().Single();
        var claimed = Parts(CodaText.Statement()).OfType<EntryDetail>().Single(d => d.ReturnReason is not null);

        Assert.Equal("E-1", refund.EndToEndId);
        Assert.Equal(("E-1", "AM04", 2), (claimed.EndToEndId, claimed.ReturnReason, claimed.ReturnKind));
    }

    [Fact]
    public void Trap_13_a_return_with_charges_keeps_the_amount_that_was_collected()
    {
        var parts = Parts(Statement(Entry("53.00", "DBIT", """
            <TxDtls><Refs><EndToEndId>E</EndToEndId></Refs><Amt Ccy="EUR">53.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><AmtDtls><InstdAmt><Amt Ccy="EUR">50.00</Amt></InstdAmt></AmtDtls><Chrgs><Rcrd><Amt Ccy="EUR">3.00</Amt></Rcrd></Chrgs><RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf></TxDtls>
            """)));
        var detail = parts.OfType<EntryDetail>().Single();

        Assert.Equal((-53m, 50m, 3m, "AC04"), (detail.Amount, detail.OriginalAmount, detail.Charges, detail.ReturnReason));
        Assert.DoesNotContain(parts, p => p is Finding { Rule: "camt.details" });

        // Other banks leave the charges out of the payment, and have them in the entry; a difference of any other size is a fault.
        const string apart = """<TxDtls><Amt Ccy="EUR">50.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Chrgs><Rcrd><Amt Ccy="EUR">3.00</Amt></Rcrd></Chrgs></TxDtls>""";
        Assert.DoesNotContain(Parts(Statement(Entry("53.00", "DBIT", apart))), p => p is Finding { Rule: "camt.details" });
        Assert.Contains(Parts(Statement(Entry("53.01", "DBIT", apart))), p => p is Finding { Rule: "camt.details", Severity: Severity.Hold });
    }

    [Fact]
    public void Trap_14_the_payments_of_an_entry_come_apart_from_it_in_either_shape()
    {
        foreach (var amount in new[] { """<Amt Ccy="EUR">{0}</Amt><CdtDbtInd>CRDT</CdtDbtInd>""", """<AmtDtls><TxAmt><Amt Ccy="EUR">{0}</Amt></TxAmt></AmtDtls>""" })
        {
            var details = string.Concat(Enumerable.Range(1, 1_000).Select(n => $"<TxDtls><Refs><EndToEndId>E-{n}</EndToEndId></Refs>{string.Format(amount, $"{n}.00")}</TxDtls>"));
            var parts = Parts(Statement(Entry("500500.00", "CRDT", details)));

            Assert.Single(parts.OfType<Entry>());
            Assert.Equal(Enumerable.Range(1, 1_000).Select(n => (decimal?)n), parts.OfType<EntryDetail>().Select(d => d.Amount));
            Assert.DoesNotContain(parts, p => p is Finding { Rule: "camt.details" });
            Assert.Contains(Parts(Statement(Entry("500500.01", "CRDT", details))), p => p is Finding { Rule: "camt.details", Severity: Severity.Hold });
        }
    }

    [Fact]
    public void Trap_15_the_sign_is_turned_once_and_what_is_pending_is_not_booked()
    {
        var reversal = Parts(Statement(Entry("10.00", "DBIT", "").Replace("<Sts>", "<RvslInd>true</RvslInd><Sts>")));
        Assert.Equal((-10m, true), (reversal.OfType<Entry>().Single().Amount, reversal.OfType<Entry>().Single().IsReversal));

        foreach (var (status, state) in new[] { ("PDNG", EntryState.Pending), ("INFO", EntryState.Information), ("FUTR", EntryState.Pending), ("WHAT", EntryState.Pending) })
        {
            var parts = Parts(Statement(Entry("10.00", "CRDT", "").Replace("BOOK", status)));
            Assert.Equal(state, parts.OfType<Entry>().Single().State);
            Assert.Equal(0m, parts.OfType<StatementEnd>().Single().Credits);
            Assert.Equal(status == "WHAT", parts.Any(p => p is Finding { Rule: "camt.status", Severity: Severity.Hold }));
        }
    }

    [Fact]
    public void Trap_16_only_movements_of_detail_0000_count_in_coda()
    {
        var end = Parts(CodaText.Statement()).OfType<StatementEnd>().Single();

        Assert.Equal((2, 1_000m, 250m, true), (end.Entries, end.Credits, end.Debits, end.AddsUp));
        Assert.Equal(3, end.Details);

        // A sub-total (7) counts, and what it is made of (9) does not count again.
        var nested = Parts(string.Join('\n', CodaText.Header(), CodaText.Opening(0), CodaText.Movement(1, 0, 30, "20550000"), CodaText.Movement(1, 1, 10, "60550000"), CodaText.Movement(1, 2, 20, "70550000"), CodaText.Movement(1, 3, 5, "90550000"), CodaText.Movement(1, 4, 15, "90550000"), CodaText.Closing(30), CodaText.Trailer(7, 0, 30)));
        Assert.Empty(nested.OfType<Finding>());
        Assert.Equal([0.01m, 0.005m, 0.015m], nested.OfType<EntryDetail>().Select(d => d.Amount!.Value));

        // A total whose payments the bank keeps to itself names their batch, and is no payment.
        var total = Parts(string.Join('\n', CodaText.Header(), CodaText.Opening(0), CodaText.Movement(1, 0, 1_000, "10550000"), CodaText.Second(1, 0, reference: "BATCH-1"), CodaText.Closing(1_000), CodaText.Trailer(4, 0, 1_000)));
        Assert.Equal("BATCH-1", total.OfType<Entry>().Single().BatchId);
        Assert.Empty(total.OfType<EntryDetail>());
    }

    [Fact]
    public void Trap_17_structured_text_of_coda_is_glued_without_trimming()
    {
        // The mandate begins at the end of the first record and goes on in the second; the reason is the end of the third.
        var text = CodaText.Debit("BE12ZZZ0456810810", "MANDATE WITH  TWO BLANKS", "MD06", "TEXT", '2', '3');
        Assert.Equal(149, text.Length);
        var file = string.Join('\n', CodaText.Header(), CodaText.Opening(0), CodaText.Movement(1, 0, -10_000, "00503000", text[..53], true), CodaText.Second(1, 0, text[53..106], "E"), CodaText.Third(1, 0, "BE71096123456769", "JAN", text[106..]), CodaText.Closing(-10_000), CodaText.Trailer(5, 10_000, 0));
        var parts = Parts(file);
        var detail = parts.OfType<EntryDetail>().Single();

        Assert.Empty(parts.OfType<Finding>());
        Assert.Equal(("BE12ZZZ0456810810", "MANDATE WITH  TWO BLANKS", "TEXT", "MD06", 3), (detail.CreditorId, detail.MandateId, detail.Text, detail.ReturnReason, detail.ReturnKind));
    }

    [Fact]
    public void Trap_18_an_untidy_file_is_read_and_told_of_by_how_bad_it_is()
    {
        var right = CodaText.Statement();
        Assert.Empty(Findings(right));

        // Length and order reject, balance and account hold, counts and sums warn.
        Only(Severity.Reject, "file.unreadable", right.Replace("HOLDER", "HOLDE"));
        Only(Severity.Reject, "file.unreadable", right.Replace("\n8007", "\n7007"));
        Only(Severity.Reject, "file.unreadable", right[(right.IndexOf('\n') + 1)..].Insert(0, CodaText.Header() + "\n" + CodaText.Header() + "\n"));
        Only(Severity.Hold, "statement.balance", right.Replace("0000000001750000", "0000000001750010"));
        Only(Severity.Hold, "statement.account", right.Replace("\n8007BE68539007547034", "\n8007BE71096123456769"));
        Only(Severity.Warn, "statement.count", right.Replace("000014000000000250000", "000015000000000250000"));
        Only(Severity.Warn, "statement.sum", right.Replace("000014000000000250000", "000014000000000260000"));

        // So in camt: what does not add up holds; what only is written otherwise warns.
        Only(Severity.Hold, "statement.balance", Statement(Entry("11.00", "CRDT", "")));
        Only(Severity.Hold, "camt.sign", Statement(Entry("10.00", "", "")));
        Only(Severity.Warn, "camt.sign", Statement(Entry("10.00", "CRDT", "")).Replace("<CdtDbtInd>CRDT</CdtDbtInd></Bal>", "</Bal>"));
        Only(Severity.Warn, "xml.namespace", Statement(Entry("10.00", "CRDT", "")).Replace("urn:iso:std:iso:20022:tech:xsd:camt.053.001.08", "urn:bank"));

        static void Only(Severity severity, string rule, string file)
        {
            var found = Findings(file);
            Assert.NotEmpty(found);
            Assert.All(found, f => Assert.Equal((severity, rule), (f.Severity, f.Rule)));
        }
    }

    [Fact]
    public void Trap_19_the_same_statement_has_the_same_identity_in_whatever_file_it_comes_again()
    {
        var first = Parts(CodaText.Statement()).OfType<Statement>().Single();
        var again = Parts(CodaText.Statement().Replace("\n", "\r\n").Replace("0000017032653905 ", "0000018032653905D")).OfType<Statement>().Single();
        var other = Parts(CodaText.Statement().Replace("12007", "12008")).OfType<Statement>().Single();
        var nextYear = Parts(CodaText.Statement().Replace("160326HOLDER", "160327HOLDER")).OfType<Statement>().Single();

        Assert.Equal(first.Identity, again.Identity);
        Assert.True(again.IsDuplicate);
        Assert.NotEqual(first.Identity, nextYear.Identity);
        Assert.Equal(first.Identity, other.Identity); // the number on paper is none of it
        // A camt without id or number is known by its balances, before its entries and after.
        var nameless = Parts(Statement(Entry("10.00", "CRDT", "")).Replace("<Id>S</Id>", ""));
        Assert.Equal(nameless.OfType<Statement>().Single().Identity, nameless.OfType<StatementEnd>().Single().Statement.Identity);
        Assert.NotEqual(nameless.OfType<Statement>().Single().Identity, Parts(Statement(Entry("11.00", "CRDT", "")).Replace("<Id>S</Id>", "").Replace("110.00", "111.00")).OfType<Statement>().Single().Identity);
        Assert.Contains(nameless, p => p is Finding { Rule: "statement.id", Severity: Severity.Warn });
        Assert.NotEqual(first.Identity, Parts(CodaText.Statement().Replace("FILE1", "FILE2")).OfType<Statement>().Single().Identity);
    }

    [Fact]
    public void Trap_20_a_masked_reason_is_tried_again_at_most_once()
    {
        Assert.Equal((2, 1), (ReasonCodes.MaxRetries("AM04"), ReasonCodes.MaxRetries("MS03")));
        Assert.Equal(FailureBucket.Soft, ReasonCodes.BucketOf("MS03"));
        // A return without a reason, in either format, is the masked one.
        Assert.Equal("MS03", Parts(Statement(Entry("10.00", "DBIT", "<TxDtls><RtrInf/></TxDtls>"))).OfType<EntryDetail>().Single().ReturnReason);
        Assert.Equal("MS03", Parts(CodaText.Statement().Replace("2AM04", "     ")).OfType<EntryDetail>().Last().ReturnReason);
        foreach (var code in new[] { "MD01", "MD06", "MD07", "AC04", "XX99" }) Assert.Equal(0, ReasonCodes.MaxRetries(code));
    }

    private static string Statement(string entries) => Messages.Document("camt.053.001.08", $"""
        <BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>S</Id><Acct><Id><IBAN>BE68539007547034</IBAN></Id><Ccy>EUR</Ccy></Acct>{Balance("OPBD", "100.00")}{Balance("CLBD", "110.00")}{entries}</Stmt></BkToCstmrStmt>
        """);

    private static string Balance(string code, string amount) => $"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>";

    private static string Entry(string amount, string sign, string details) =>
        $"<Ntry><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><NtryDtls>{details}</NtryDtls></Ntry>";

    private static MemoryStream Bytes(string text) => new(Encoding.UTF8.GetBytes(text));

    private static List<FilePart> Parts(string text) => [.. BankFile.Read(Bytes(text))];

    private static List<Finding> Findings(string text) => [.. Parts(text).OfType<Finding>()];
}
